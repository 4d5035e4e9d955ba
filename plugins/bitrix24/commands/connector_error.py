"""`connector error`: mark a connector as broken on a line, so that operators see it, and take the mark away again."""

from __future__ import annotations

from typing import Annotated

from bot.plugin import (
    Arg,
    BadArgument,
    Call,
    CommandLine,
    Message,
    Nothing,
    Observation,
    PartialUndo,
    Plan,
    Refusal,
    Remember,
    Risk,
    Undo,
    UndoKind,
    quote,
)
from plugins.bitrix24.commands.common import arguments, observation, preconditions, presentation, undo_plan
from plugins.bitrix24.commands.common.page_link import link_page
from plugins.bitrix24.commands.common.preconditions import ConnectorOwnership
from plugins.bitrix24.commands.connector_read import connectors
from plugins.bitrix24.commands.line import LineNumber
from plugins.bitrix24.connectors.identifiers import ConnectorId
from plugins.bitrix24.connectors.model import ACTIVE, ERROR, IN_ERROR, Line
from plugins.bitrix24.connectors.snapshot import Snapshot
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.rest import methods

LONGEST = 200
REASON = Message("bitrix24.argument.error_reason")
NOT_SAID = "marked again"
"""The words of an undo when nobody recorded why the error was there."""


@connectors.command(
    "error",
    words={"ru": ("ошибка",)},
    risk=Risk.CHANGE,
    example_words={
        "myconnector 1 the bridge to WhatsApp is down": {"ru": ("myconnector 1 нет связи с WhatsApp",)},
    },
    examples=["myconnector 1 the bridge to WhatsApp is down", "myconnector 1 --clear"],
    raises="with TEXT, or if the connector is not proven ours",
)
def set_connector_error(
    portal: Portal,
    connector: ConnectorId,
    line: LineNumber,
    *text: Annotated[str, Arg(help="what is wrong; kept in b24bot's record", label="TEXT", free=True)],
    clear: Annotated[bool, Arg(help="clear the error", label="", words={"ru": ("снять",)})] = False,
) -> Plan | Nothing:
    """Mark a connector as broken on an open line, or clear the error.

    Until the error is cleared, operators see it on the line and cannot write, and the portal refuses what the connector
    sends there. The registration and the data stay. The portal does not keep TEXT; b24bot records it.
    """
    preconditions.refuse_built_in(connector, Message("bitrix24.connector.built_in_error"))
    what = arguments.line_of_text(REASON, " ".join(text), LONGEST) if text else ""
    if clear and what:
        raise BadArgument(
            Message("bitrix24.connector.error_text_and_clear", command=CommandLine(command_line="connector error")),
            hint=preconditions.LEAVE_ONE_OUT,
        )
    if not clear and not what:
        example = CommandLine(command_line="connector error myconnector 1 the bridge is down")
        raise BadArgument(
            Message("bitrix24.connector.error_nothing", command=CommandLine(command_line="connector error")),
            hint=Message("bitrix24.argument.for_example", command=example),
        )
    portal.gather("connectors", "lines", of=[connector])
    (chosen,) = preconditions.lines(portal, [line])
    preconditions.require_registered(portal, connector)
    standing = preconditions.check_ownership(portal, connector)
    before = observation.observe_connector(portal, connector)
    if clear:
        return _clearing(portal, standing, connector, chosen, before)
    return _setting(portal, standing, connector, chosen, before, what)


def _setting(
    portal: Portal, standing: ConnectorOwnership, connector: str, line: Line, before: Observation, what: str
) -> Plan | Nothing:
    state = before.get(line.label, "")
    if state in (ERROR, IN_ERROR):
        return Nothing(sentence=_in_error_already(standing, connector, line))
    if state != ACTIVE:
        raise Refusal(
            Message("bitrix24.connector.error_not_active", connector=connector, line=line.title),
            hint=Message("bitrix24.connector.connect_hint", command=_activate(connector, line)),
        )
    wanted = {line.label: IN_ERROR}
    return Plan(
        summary=Message(
            "bitrix24.connector.set_error",
            connector=connector,
            line=line.title,
            portal=portal.place.name,
            reason=what,
        ),
        target=f"connector:{connector}",
        calls=(_call(connector, line),),
        before=before,
        wanted=wanted,
        labels=observation.describe_labels(portal, before, wanted),
        undo=Undo(
            kind=UndoKind.FULL,
            sentence=Message("bitrix24.connector.undo_error"),
            calls=(undo_plan.activate(connector, line),),
            line=f"connector error {connector} {line.id} --clear",
            partial=PartialUndo(
                line=f"connector activate {connector}",
                sentence=Message("bitrix24.connector.undo_partial_error"),
                words={line.label: str(line.id)},
            ),
        ),
        link=link_page(portal, connector, [line]),
        radius=(Message("bitrix24.connector.line_in_error", line=presentation.describe_line(line, state)),),
        warnings=(
            *standing.warning(connector, Message("bitrix24.connector.foreign_error")),
            Message("bitrix24.connector.error_refuses"),
            _where_kept(standing, connector),
        ),
        risk=Risk.DESTROY,
        remember=_remember(portal, standing.snapshot and standing.snapshot.failed(line.id, what)),
    )


def _call(connector: str, line: Line) -> Call:
    note = Message("bitrix24.connector.call_set_error", connector=connector, line=line.title)
    return methods.call("imconnector.set.error", note, CONNECTOR=connector, LINE=line.id)


def _activate(connector: str, line: Line) -> CommandLine:
    return CommandLine(command_line=f"connector activate {connector} {line.id}")


def _in_error_already(standing: ConnectorOwnership, connector: str, line: Line) -> Message:
    known = _known(standing, line)
    clear = CommandLine(command_line=f"connector error {connector} {line.id} --clear")
    if known:
        return Message(
            "bitrix24.connector.in_error_already_known",
            connector=connector,
            line=line.title,
            reason=known,
            command=clear,
        )
    return Message("bitrix24.connector.in_error_already", connector=connector, line=line.title, command=clear)


def _where_kept(standing: ConnectorOwnership, connector: str) -> Message:
    if standing.snapshot:
        show = CommandLine(command_line=f"connector show {connector}")
        return Message("bitrix24.connector.error_kept", command=show)
    return Message("bitrix24.connector.error_not_kept")


def _clearing(
    portal: Portal, standing: ConnectorOwnership, connector: str, line: Line, before: Observation
) -> Plan | Nothing:
    state = before.get(line.label, "")
    if state == ERROR:
        raise Refusal(
            Message("bitrix24.connector.clear_not_active", connector=connector, line=line.title),
            hint=Message("bitrix24.connector.clear_not_active_hint", command=_activate(connector, line)),
        )
    if state != IN_ERROR:
        return Nothing(sentence=Message("bitrix24.connector.no_error", connector=connector, line=line.title))
    known = _known(standing, line) or NOT_SAID
    note = Message("bitrix24.connector.call_clear_error", connector=connector, line=line.title)
    wanted = {line.label: ACTIVE}
    return Plan(
        summary=Message(
            "bitrix24.connector.clear_error", connector=connector, line=line.title, portal=portal.place.name
        ),
        target=f"connector:{connector}",
        calls=(undo_plan.activate(connector, line, note=note),),
        before=before,
        wanted=wanted,
        labels=observation.describe_labels(portal, before, wanted),
        undo=Undo(
            kind=UndoKind.FULL,
            sentence=Message("bitrix24.connector.undo_clear"),
            calls=(_call(connector, line),),
            line=f"connector error {connector} {line.id} {quote(known)}",
            # The portal takes an error only where it is active, which it is not if it is not as it was wanted.
            partial=PartialUndo(),
        ),
        link=link_page(portal, connector, [line]),
        warnings=standing.warning(connector, Message("bitrix24.connector.foreign_clear")),
        risk=standing.risk,
        remember=_remember(portal, standing.snapshot and standing.snapshot.without_errors([line.id])),
    )


def _known(standing: ConnectorOwnership, line: Line) -> str:
    return standing.snapshot.errors.get(line.id, "") if standing.snapshot else ""


def _remember(portal: Portal, snapshot: Snapshot | None) -> tuple[Remember, ...]:
    return (portal.remember(snapshot),) if snapshot else ()
