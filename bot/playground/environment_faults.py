"""Troubles that a person at the page can cause with one button: at the portal, in Slack, and with the time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from functools import partial
from typing import Any

from bot.core.authority.membership import FRESH_MS
from bot.playground.environment import Playground
from bot.playground.portal_actions import PortalAction, portal_actions
from bot.playground.portal_control import PortalSide
from bot.plugin import Message
from bot.plugin.frozen import dataclass

WRITING = "imconnector.unregister"
"""The call that the faults below wait for: the one the story's commands make."""
HOUR = 3_660
"""Seconds; a little more than a change request waits."""
AUDIT = "audit"
LEAVER = "Anton"
STALE = FRESH_MS // 1000 + 1
"""Seconds after which the bot asks Slack anew about an account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalFault:
    """A fault that the portal's simulator knows; it waits for the next call that changes something."""

    name: str
    label: Message
    help: Message
    fault: Mapping[str, Any] = field(default_factory=dict)


PORTAL_FAULTS: tuple[PortalFault, ...] = (
    PortalFault(
        name="lose-reply",
        label=Message("playground.fault.lose_reply"),
        help=Message("playground.fault.lose_reply_help"),
        fault={"kind": "lost_after"},
    ),
    PortalFault(
        name="lose-call",
        label=Message("playground.fault.lose_call"),
        help=Message("playground.fault.lose_call_help"),
        fault={"kind": "lost_before"},
    ),
    PortalFault(
        name="stall",
        label=Message("playground.fault.stall"),
        help=Message("playground.fault.stall_help"),
        fault={"kind": "stall_after", "seconds": 5},
    ),
    PortalFault(
        name="unavailable",
        label=Message("playground.fault.unavailable"),
        help=Message("playground.fault.unavailable_help"),
        fault={"kind": "unavailable"},
    ),
    PortalFault(
        name="false",
        label=Message("playground.fault.false"),
        help=Message("playground.fault.false_help"),
        fault={"kind": "false_nested"},
    ),
)


class FaultControl:
    """The faults of one playground. The portal's are there when its simulator takes them."""

    def __init__(self, playground: Playground, portal: PortalSide) -> None:
        self._playground = playground
        self._portal = portal
        self._waiting = ""
        self._lasting: set[str] = set()
        """The actions at the portal that were not taken back."""

    def rows(self) -> list[Mapping[str, Any]]:
        """For the page: `on` says that it is in force, `lasting` that pressing again takes it back.

        `place` is where the button stands: "faults", or "portal" for what administrators do there.
        """
        waiting = self._waiting if self._fault_waits() else ""
        rows = [
            _row(one.name, one.label, one.help, on=waiting == one.name)
            for one in (PORTAL_FAULTS if self._portal.there else ())
        ]
        archived = self._playground.workspace.channel(AUDIT).is_archived
        guest = self._playground.workspace.people[LEAVER].person.is_restricted
        return [
            *rows,
            _row("archive", Message("playground.fault.archive"), Message("playground.fault.archive_help"), on=archived),
            _row(
                "guest",
                Message("playground.fault.guest", person=LEAVER),
                Message("playground.fault.guest_help"),
                on=guest,
            ),
            _row("hour", Message("playground.fault.hour"), Message("playground.fault.hour_help"), lasting=False),
            *(
                _row(
                    one.name,
                    one.label,
                    one.help,
                    on=one.name in self._lasting,
                    lasting=one.back is not None,
                    place="portal",
                )
                for one in portal_actions(self._portal)
            ),
        ]

    def cause(self, name: str) -> None:
        """Turn a trouble on, or off when it is on. Raises LookupError for a name that is not in `rows`."""
        acts: dict[str, Callable[[], None]] = {
            "archive": self._archive,
            "guest": self._make_guest,
            "hour": partial(self._let_pass, HOUR),
        }
        acts |= {one.name: partial(self._at_portal, one) for one in PORTAL_FAULTS if self._portal.there}
        acts |= {one.name: partial(self._administer, one) for one in portal_actions(self._portal)}
        if name not in acts:
            raise LookupError(Message("playground.fault.unknown", name=name))
        acts[name]()

    def _archive(self) -> None:
        channel = self._playground.workspace.channel(AUDIT)
        self._playground.workspace.flag_channel(channel.id, is_archived=not channel.is_archived)

    def _make_guest(self) -> None:
        """Or a member again. What the bot knew of the account is too old then to decide by."""
        leaver = self._playground.workspace.people[LEAVER]
        leaver.flag(is_restricted=not leaver.person.is_restricted)
        self.forget_accounts()

    def forget_accounts(self) -> None:
        """Let so much time pass that the bot asks Slack anew about every account."""
        self._let_pass(STALE)

    def _let_pass(self, seconds: int) -> None:
        """Both clocks move: Slack signs its requests with the time, and the bot turns old ones away."""
        self._playground.workspace.advance(seconds)
        self._playground.clock.advance(seconds)

    def _at_portal(self, trouble: PortalFault) -> None:
        off = self._waiting == trouble.name and self._fault_waits()
        self._portal.ask("DELETE", "faults")
        self._waiting = "" if off else trouble.name
        if not off:
            self._portal.ask("POST", "faults", {"method": WRITING, **trouble.fault})

    def _administer(self, action: PortalAction) -> None:
        back = action.back if action.name in self._lasting else None
        path, content = back or action.act
        self._portal.ask("POST", path, content)
        if action.back is not None:
            self._lasting ^= {action.name}

    def _fault_waits(self) -> bool:
        return bool(self._waiting and self._portal.ask("GET", "faults"))


def _row(
    name: str, label: Message, help_: Message, *, on: bool = False, lasting: bool = True, place: str = "faults"
) -> Mapping[str, Any]:
    return {"name": name, "label": label, "help": help_, "on": on, "lasting": lasting, "place": place}
