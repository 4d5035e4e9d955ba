"""`connector restore`: put back from our own record what was taken away."""

from __future__ import annotations

from collections.abc import Sequence

from bot.plugin import Call, Nothing, Observation, Plan, Refusal, Risk, Undo, UndoKind
from plugins.bitrix24.commands.common import observation, preconditions, presentation, undo_plan
from plugins.bitrix24.commands.common.preconditions import NOT_OURS, ConnectorOwnership
from plugins.bitrix24.commands.connector_read import connectors
from plugins.bitrix24.commands.line import LineNumber
from plugins.bitrix24.connectors import registration
from plugins.bitrix24.connectors.identifiers import ConnectorId
from plugins.bitrix24.connectors.model import ACTIVE, Line
from plugins.bitrix24.connectors.snapshot import Snapshot
from plugins.bitrix24.portal import Portal


@connectors.command("restore", risk=Risk.CHANGE, raises=NOT_OURS, examples=["myconnector"])
def restore_connector(portal: Portal, connector: ConnectorId, *line: LineNumber) -> Plan | Nothing:
    """Put a connector back from our own record: its registration, its lines and their data.

    Without lines it is put back on those it had; with lines only on these, also on one it was deactivated on.
    """
    preconditions.refuse_built_in(connector, "There is nothing of it in our record.")
    snapshot = portal.snapshot(connector)
    if snapshot is None:
        raise Refusal(
            f"Our record holds nothing of {connector}: it was neither registered nor adopted here.",
            hint=f"`connector register {connector} --name … --handler … --icon …` registers it anew.",
        )
    before = observation.observe_connector(portal, connector)
    registered = observation.REGISTRATION in before
    ours = ConnectorOwnership(ours=True, snapshot=snapshot, unread=preconditions.unread_lines(portal))
    standing = preconditions.check_ownership(portal, connector) if registered else ours
    if not registered:
        _need_registration(snapshot)
    todo, gone = _lines(portal, snapshot, line, before)
    if registered and not todo:
        return Nothing(sentence=_nothing(portal, snapshot))
    return _plan(portal, snapshot, standing, before, todo, gone)


def _need_registration(snapshot: Snapshot) -> None:
    if not snapshot.restorable:
        unknown = presentation.join_with_and(registration.list_missing_fields(snapshot.registration))
        raise Refusal(
            f"{snapshot.connector} cannot be registered again: our record does not hold {unknown}.",
            hint=f"`connector register {snapshot.connector} --name … --handler … --icon …` registers it anew, then "
            "activate its lines.",
        )


def _lines(
    portal: Portal, snapshot: Snapshot, typed: Sequence[int], before: Observation
) -> tuple[list[Line], list[int]]:
    """The lines to put it back on, and the numbers of those that do not exist any more."""
    if typed:
        strange = sorted(set(typed) - set(snapshot.lines) - set(snapshot.off))
        if strange:
            raise Refusal(
                f"Our record does not know {snapshot.connector} on line {', '.join(map(str, strange))}.",
                hint=f"`connector activate {snapshot.connector} {strange[0]}` connects it there.",
            )
        chosen, gone = preconditions.lines(portal, typed), []
    else:
        chosen = [line for line in portal.lines() if line.id in snapshot.lines]
        gone = sorted(set(snapshot.lines) - {line.id for line in chosen})
    return [line for line in chosen if not str(before.get(line.title, "")).startswith(ACTIVE)], gone


def _nothing(portal: Portal, snapshot: Snapshot) -> str:
    sentence = f"Nothing of {snapshot.connector} is missing on {portal.place.name}."
    off = sorted(set(snapshot.off) & {line.id for line in portal.lines()})
    if not off:
        return sentence
    numbers = " ".join(map(str, off))
    return (
        f"{sentence} It was deactivated on line {', '.join(map(str, off))}: `connector restore {snapshot.connector} "
        f"{numbers}` puts that back."
    )


def _plan(
    portal: Portal,
    snapshot: Snapshot,
    standing: ConnectorOwnership,
    before: Observation,
    todo: Sequence[Line],
    gone: Sequence[int],
) -> Plan:
    connector, registered = snapshot.connector, observation.REGISTRATION in before
    calls: list[Call] = []
    wanted: dict[str, str | None] = {}
    if not registered and snapshot.registration is not None:
        told = registration.describe_registration(snapshot.registration)
        calls.append(undo_plan.register(snapshot.registration, f"Register {connector} again. {told}."))
        name = registration.fold_name(str(snapshot.registration["NAME"]))
        wanted |= {observation.REGISTRATION: observation.PRESENT, observation.NAME: name}
    for line in todo:
        calls += undo_plan.restore_line(connector, line, snapshot.data(line.id))
        wanted[line.title] = ACTIVE
    back = snapshot.with_lines(line.id for line in todo)
    return Plan(
        summary=f"Put {connector} back on {portal.place.name}",
        target=f"connector:{connector}",
        calls=tuple(calls),
        before=before,
        wanted=wanted,
        undo=_undo(connector, todo, registered=registered),
        warnings=(
            *standing.warning(connector, "Its registration is left as it is; only its lines are put back."),
            *_warnings(snapshot, todo, gone, registered=registered),
        ),
        risk=standing.risk,
        remember=(portal.remember(back),) if standing.ours else (),
    )


def _warnings(snapshot: Snapshot, todo: Sequence[Line], gone: Sequence[int], *, registered: bool) -> list[str]:
    """How much of what was there comes back, said before anybody confirms."""
    told: list[str] = []
    unknown = undo_plan.list_missing_parts(snapshot, todo, whole=not registered)
    if unknown:
        told.append(f"This restores only a part. Not known, so not put back: {'; '.join(unknown)}.")
    if gone:
        numbers = ", ".join(map(str, gone))
        told.append(f"It was also on line {numbers}, which the portal does not have any more.")
    told += [
        f"{line.title} itself is switched off: nothing gets through until it is on." for line in todo if not line.on
    ]
    if any(snapshot.data(line.id) for line in todo):
        told.append("The portal cannot be asked for the data afterwards: its own answers are the only proof of that.")
    return told


def _undo(connector: str, todo: Sequence[Line], *, registered: bool) -> Undo:
    if not registered:
        return Undo(kind=UndoKind.FULL, sentence="It can be removed again.", line=f"connector remove {connector}")
    numbers = " ".join(str(line.id) for line in todo)
    return Undo(
        kind=UndoKind.FULL,
        sentence="It can be deactivated there again.",
        calls=tuple(undo_plan.deactivate(connector, line) for line in todo),
        line=f"connector deactivate {connector} {numbers}",
        partial=undo_plan.undo_activation(connector, todo),
    )
