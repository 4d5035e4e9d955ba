"""`connector error`: mark a connector as broken on a line, so that operators see it, and take the mark away again."""

from __future__ import annotations

from typing import Annotated

from bot.plugin import (
    Arg,
    BadArgument,
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
from plugins.bitrix24.commands.common import arguments, observation, preconditions, undo_plan
from plugins.bitrix24.commands.common.preconditions import NOT_OURS, ConnectorOwnership
from plugins.bitrix24.commands.connector_read import connectors
from plugins.bitrix24.commands.line import LineNumber
from plugins.bitrix24.connectors.identifiers import ConnectorId
from plugins.bitrix24.connectors.model import ACTIVE, ERROR, IN_ERROR, Line
from plugins.bitrix24.connectors.snapshot import Snapshot
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.rest import methods

LONGEST = 200
NOT_SAID = "marked again"
"""The words of an undo when nobody recorded why the error was there."""


@connectors.command(
    "error",
    risk=Risk.CHANGE,
    examples=["myconnector 1 the bridge to WhatsApp is down", "myconnector 1 --clear"],
    raises=f"with a TEXT, or {NOT_OURS}",
)
def set_connector_error(
    portal: Portal,
    connector: ConnectorId,
    line: LineNumber,
    *text: Annotated[str, Arg(help="what is wrong, for whoever looks at it here", label="TEXT", free=True)],
    clear: Annotated[bool, Arg(help="take the error away", label="")] = False,
) -> Plan | Nothing:
    """Mark a connector as broken on an open line, or clear that.

    Operators then see an error on the line and cannot write, and the portal refuses what the connector sends there,
    until the error is cleared. Registration and data stay. The portal keeps no text: TEXT is kept in our own record.
    """
    preconditions.refuse_built_in(connector, "The portal itself finds out whether it works.")
    what = arguments.line_of_text("what is wrong", " ".join(text), LONGEST) if text else ""
    if clear and what:
        raise BadArgument("`connector error` takes a text or --clear, not both.", hint="Leave one of them out.")
    if not clear and not what:
        raise BadArgument(
            "`connector error` needs a text that says what is wrong, or --clear.",
            hint="For example: connector error myconnector 1 the bridge is down",
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
    word = before.get(line.title, "")
    if word in (ERROR, IN_ERROR):
        known = _known(standing, line)
        return Nothing(
            sentence=f"{connector} is in error on {line.title} already{f': {known}' if known else ''}. "
            f"`connector error {connector} {line.id} --clear` takes that away."
        )
    if word != ACTIVE:
        raise Refusal(
            f"{connector} is not active on {line.title}, so there is nothing to mark as broken.",
            hint=f"`connector activate {connector} {line.id}` connects it there.",
        )
    call = methods.call(
        "imconnector.set.error", f"Mark {connector} as broken on {line.title}.", CONNECTOR=connector, LINE=line.id
    )
    return Plan(
        summary=f"Mark {connector} as broken on {line.title} of {portal.place.name}: {what}",
        target=f"connector:{connector}",
        calls=(call,),
        before=before,
        wanted={line.title: IN_ERROR},
        undo=Undo(
            kind=UndoKind.FULL,
            sentence="The error can be cleared again. Messages that arrive meanwhile are lost.",
            calls=(undo_plan.activate(connector, line),),
            line=f"connector error {connector} {line.id} --clear",
            partial=PartialUndo(
                line=f"connector activate {connector}",
                sentence="That takes the error away again.",
                words={line.title: str(line.id)},
            ),
        ),
        radius=(f"{line.name} (line {line.id}, {line.switch}): {word}; operators see an error there and cannot write",),
        warnings=(
            *standing.warning(connector, "The portal marks another application's connector without asking."),
            "While it is in error, the portal refuses the messages of customers on this line.",
            _where_kept(standing),
        ),
        risk=Risk.DESTROY,
        remember=_remember(portal, standing.snapshot and standing.snapshot.failed(line.id, what)),
    )


def _where_kept(standing: ConnectorOwnership) -> str:
    if standing.snapshot:
        return "The portal keeps no text: the reason stands in our own record, and `connector show` tells it."
    return "The portal keeps no text, and our record holds nothing of this connector: the reason stands here alone."


def _clearing(
    portal: Portal, standing: ConnectorOwnership, connector: str, line: Line, before: Observation
) -> Plan | Nothing:
    word = before.get(line.title, "")
    if word == ERROR:
        raise Refusal(
            f"{connector} is in error on {line.title} and not active there; clearing the error would activate it.",
            hint=f"`connector activate {connector} {line.id}` does both.",
        )
    if word != IN_ERROR:
        return Nothing(sentence=f"{connector} has no error on {line.title}.")
    known = _known(standing, line) or NOT_SAID
    note = f"Clear the error of {connector} on {line.title}: activating it anew does that."
    again = methods.call(
        "imconnector.set.error", f"Mark {connector} as broken on {line.title}.", CONNECTOR=connector, LINE=line.id
    )
    return Plan(
        summary=f"Clear the error of {connector} on {line.title} of {portal.place.name}",
        target=f"connector:{connector}",
        calls=(undo_plan.activate(connector, line, note=note),),
        before=before,
        wanted={line.title: ACTIVE},
        undo=Undo(
            kind=UndoKind.FULL,
            sentence="It can be marked as broken again.",
            calls=(again,),
            line=f"connector error {connector} {line.id} {quote(known)}",
            # The portal takes an error only where it is active, which it is not if it is not as it was wanted.
            partial=PartialUndo(),
        ),
        warnings=standing.warning(connector, "The portal clears another application's error without asking."),
        risk=standing.risk,
        remember=_remember(portal, standing.snapshot and standing.snapshot.without_errors([line.id])),
    )


def _known(standing: ConnectorOwnership, line: Line) -> str:
    return standing.snapshot.errors.get(line.id, "") if standing.snapshot else ""


def _remember(portal: Portal, snapshot: Snapshot | None) -> tuple[Remember, ...]:
    return (portal.remember(snapshot),) if snapshot else ()
