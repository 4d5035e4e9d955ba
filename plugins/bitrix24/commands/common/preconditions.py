"""What holds before anything is changed on a connector: whose it is, and that it and its lines are there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.plugin import BadArgument, CommandLine, Message, Refusal, Risk, Text
from bot.plugin.frozen import dataclass
from plugins.bitrix24.commands.common import presentation
from plugins.bitrix24.connectors.model import BUILT_IN, Line, Ownership, ownership
from plugins.bitrix24.connectors.snapshot import Snapshot
from plugins.bitrix24.portal import Portal

NOT_OURS = "if the connector is not proven ours"
"""When `ConnectorOwnership.risk` raises the risk of a change, as help says it."""
LEAVE_ONE_OUT = Message("bitrix24.argument.leave_one_out")
MOST_NAMED = 20
ELSEWHERE = Message("bitrix24.connector.contact_center")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorOwnership:
    """Whose a connector is. `snapshot` is our record of it, None unless it is ours."""

    ours: bool
    snapshot: Snapshot | None
    removed_here: bool = False
    unread: tuple[Message, ...] = ()
    """Lines that could not be read, so that nothing can be said of them."""

    @property
    def risk(self) -> Risk | None:
        """What a change of it is raised to."""
        return None if self.ours else Risk.DESTROY

    def warning(self, connector: str, consequence: Message) -> tuple[Message, ...]:
        """What the card says when its ownership is not proven, or when not all lines could be read."""
        if self.ours:
            return self.unread
        why = (
            Message("bitrix24.connector.removed_here", connector=connector)
            if self.removed_here
            else Message("bitrix24.connector.not_ours", connector=connector)
        )
        return (Message("bitrix24.sentences", first=why, second=consequence), *self.unread)


def check_ownership(portal: Portal, connector: str) -> ConnectorOwnership:
    """Whose it is. Raises Refusal where this installation leaves connectors alone that are not proven ours."""
    ours = ownership(connector, portal.ours()) is Ownership.OURS
    snapshot = portal.snapshot(connector)
    if not ours and portal.refuses_unowned:
        raise Refusal(
            Message("bitrix24.connector.unowned_refused", connector=connector),
            hint=Message(
                "bitrix24.connector.unowned_refused_hint",
                command=CommandLine(command_line=f"connector adopt {connector}"),
                setting="BITRIX24_UNOWNED",
            ),
        )
    removed = snapshot is not None and snapshot.removed
    return ConnectorOwnership(
        ours=ours, snapshot=snapshot if ours else None, removed_here=removed, unread=unread_lines(portal)
    )


def unread_lines(portal: Portal) -> tuple[Message, ...]:
    """What a card says of lines that could not be read."""
    portal.lines()
    return tuple(Message("bitrix24.connector.unread_line", unread=each) for each in portal.unread("lines"))


def refuse_built_in(connector: str, consequence: Text, hint: Text = ELSEWHERE) -> None:
    """Raises Refusal for Bitrix24's own channels, before the portal is asked."""
    if connector in BUILT_IN:
        raise Refusal(
            Message("bitrix24.connector.built_in_refused", connector=connector, consequence=consequence), hint=hint
        )


def is_registered(portal: Portal, connector: str) -> bool:
    """Whether the portal lists it."""
    return any(found.id == connector for found in portal.connectors())


def require_registered(portal: Portal, connector: str) -> None:
    """Raises Refusal when the portal does not list it; the hint knows what was removed here."""
    if is_registered(portal, connector):
        return
    snapshot = portal.snapshot(connector)
    if snapshot is not None and snapshot.restorable:
        raise Refusal(
            Message("bitrix24.connector.not_registered", connector=connector, portal=portal.place.name),
            hint=Message(
                "bitrix24.connector.restore_hint", command=CommandLine(command_line=f"connector restore {connector}")
            ),
        )
    raise presentation.unknown_connector(portal, connector)


def lines(portal: Portal, numbers: Iterable[int]) -> list[Line]:
    """The lines with these numbers, in their order. Raises Refusal, naming all that do not exist."""
    wanted = sorted(set(numbers))
    known = {line.id: line for line in portal.lines()}
    missing = tuple(str(number) for number in wanted if number not in known)
    if missing:
        see = CommandLine(command_line="line list")
        there = tuple(str(number) for number in list(known)[:MOST_NAMED])
        raise Refusal(
            Message("bitrix24.connector.no_such_line", lines=missing, portal=portal.place.name),
            hint=Message("bitrix24.connector.lines_there", lines=there, command=see)
            if there
            else Message("bitrix24.connector.no_lines_there"),
        )
    return [known[number] for number in wanted]


def lines_or_all(portal: Portal, path: str, numbers: Sequence[int], *, all_lines: bool) -> list[Line]:
    """The lines that were typed, or all of them. Raises BadArgument unless it is one of the two."""
    if all_lines and numbers:
        raise BadArgument(
            Message("bitrix24.connector.lines_and_all", command=CommandLine(command_line=path)), hint=LEAVE_ONE_OUT
        )
    if not all_lines and not numbers:
        raise BadArgument(
            Message("bitrix24.connector.no_lines", command=CommandLine(command_line=path)),
            hint=Message(
                "bitrix24.connector.no_lines_hint",
                example=CommandLine(command_line=f"{path} ID 1"),
                command=CommandLine(command_line="line list"),
            ),
        )
    return list(portal.lines()) if all_lines else lines(portal, numbers)
