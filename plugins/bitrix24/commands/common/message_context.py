"""What commands about messages and chats look at first: a connector on a line, and whether it can be used there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from bot.plugin import (
    Call,
    CommandLine,
    Message,
    Observation,
    Plan,
    Refusal,
    TargetUnreachable,
    Text,
    Undo,
    UndoKind,
    quote,
)
from bot.plugin.frozen import dataclass
from plugins.bitrix24.commands.common import observation, preconditions, presentation
from plugins.bitrix24.commands.common.preconditions import ConnectorOwnership
from plugins.bitrix24.connectors.model import TRY_AGAIN, Line, Status
from plugins.bitrix24.portal import Portal

SHOWN = 160
DEFAULTS: Mapping[str, bool] = {"CHAT_GROUP": False, "DEL_EXTERNAL_MESSAGES": True}
"""What the portal takes where a registration does not say it (docs/portal-behaviour.md P102)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A connector on a line, as it is now."""

    connector: str
    line: Line
    status: Status
    standing: ConnectorOwnership

    @property
    def title(self) -> Message:
        return Message("bitrix24.state.channel", connector=self.connector, line=self.line.title)

    @property
    def before(self) -> Observation:
        """The only thing that can be read: the portal gives no message and no chat back."""
        on_line = {self.line.label: self.status.state} if self.status.present else {}
        return {observation.REGISTRATION: observation.REGISTERED, **on_line}

    @property
    def labels(self) -> Mapping[str, Text]:
        """How the labels of `before` read."""
        return {
            observation.REGISTRATION: observation.LABELS[observation.REGISTRATION],
            self.line.label: self.line.title,
        }

    @property
    def warnings(self) -> tuple[Message, ...]:
        anybody = Message("bitrix24.connector.foreign_message")
        off = Message("bitrix24.connector.line_off_messages", line=self.line.title)
        return (*self.standing.warning(self.connector, anybody), *(() if self.line.on else (off,)))

    def flag(self, name: str) -> bool | None:
        """A switch of its registration, as our record has it; None when that is not known."""
        snapshot = self.standing.snapshot
        if snapshot is None or snapshot.registration is None:
            return None
        word = snapshot.registration.get(name)
        return word == "Y" if word in ("Y", "N") else DEFAULTS[name]


def find_channel(portal: Portal, connector: str, number: int, *, working: bool = True) -> Channel:
    """The connector on the line. Raises Refusal, saying what to do, where the portal would refuse or do harm.

    `working`: it must be active there and without an error; the two kinds of receipts need only a registration.
    """
    preconditions.refuse_built_in(connector, Message("bitrix24.connector.built_in_message"))
    portal.gather("connectors", "lines", of=[connector], on=[number])
    preconditions.require_registered(portal, connector)
    standing = preconditions.check_ownership(portal, connector)
    (line,) = preconditions.lines(portal, [number])
    (status,) = portal.matrix([(connector, number)])
    _check(connector, line, status, working=working)
    return Channel(connector=connector, line=line, status=status, standing=standing)


def _check(connector: str, line: Line, status: Status, *, working: bool) -> None:
    if status.problem:
        raise TargetUnreachable(
            Message(
                "bitrix24.connector.status_unreadable", connector=connector, line=line.title, problem=status.problem
            ),
            hint=TRY_AGAIN,
        )
    activate = CommandLine(command_line=f"connector activate {connector} {line.id}")
    if working and status.error:
        raise Refusal(
            Message("bitrix24.connector.in_error", connector=connector, line=line.title),
            hint=Message("bitrix24.connector.in_error_hint", command=activate),
        )
    if working and not status.configured:
        raise Refusal(
            Message("bitrix24.connector.not_active", connector=connector, line=line.title),
            hint=Message("bitrix24.connector.not_active_hint", command=activate),
        )


def plan(channel: Channel, call: Call, *, summary: Text, warnings: tuple[Text, ...], undo: Undo | None = None) -> Plan:
    """A plan whose effect nothing shows afterwards. A target is one call, so the same is asked once at a time."""
    sent = json.dumps([call.method, call.params], sort_keys=True, ensure_ascii=False)
    return Plan(
        summary=summary,
        target=f"message:{channel.connector}:{channel.line.id}:{hashlib.sha256(sent.encode()).hexdigest()[:16]}",
        calls=(call,),
        before=channel.before,
        wanted={},
        undo=undo or Undo(kind=UndoKind.NONE, sentence=Message("bitrix24.connector.undo_message")),
        radius=(presentation.describe_line(channel.line, channel.status.state),),
        warnings=(*warnings, *channel.warnings),
        risk=channel.standing.risk,
        labels=channel.labels,
    )


def quoted(text: str) -> Message:
    """The text for a card: in quotes, on one line, cut with its length told."""
    flat = " ".join(text.split())
    if len(flat) <= SHOWN:
        return Message("bitrix24.message.quoted", text=flat)
    return Message("bitrix24.message.quoted_beginning", text=flat[:SHOWN], count=len(text))


def typed(path: str, connector: str, line: int, options: Mapping[str, str]) -> str:
    """What one would type for a command of this kind."""
    return " ".join([path, connector, str(line), *(_option(name, value) for name, value in options.items())])


def _option(name: str, value: str) -> str:
    return quote(f"--{name}={value}") if value.startswith("-") else f"--{name} {quote(value)}"
