"""Change requests and the allow-list as answers: the same in Slack and in the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.core import mentions
from bot.core.audit.stored_views import grant_row
from bot.core.authority.policy import describe_requirement
from bot.core.change.change_request import ChangeRequest, Status, describe_status
from bot.core.change.plans import write_target
from bot.core.change.status_names import ShownStatus
from bot.core.principals import Grant
from bot.core.text import format_time
from bot.language.request_views import change_row, change_view
from bot.language.translation import translate
from bot.plugin import Reply, Table, Text
from bot.usecases.outcomes.ending_report import ending_fields

NO_PLACE = "–"
"""Stands where a list has a column for the place, and a change request is about b24bot itself."""


def list_changes(changes: Sequence[ChangeRequest], status: ShownStatus | None = None) -> Reply:
    """List change requests, which are all shown with this status if one is given."""
    data = [change_row(change) for change in changes]
    if not changes:
        which = f" with the status {status.word}" if status else ""
        return Reply(title=f"There are no change requests{which}.", data=data)
    columns = ("Id", "Status", "Portal", "Target", "Command", "Asked by", "At")
    return Reply(title="Change requests", table=Table(columns=columns, rows=tuple(map(_row, changes))), data=data)


def _row(change: ChangeRequest) -> tuple[str, ...]:
    return (
        change.id,
        change.status_word,
        change.place_name or NO_PLACE,
        mentions.target(write_target(change.plan.target, change.plan.part)),
        _line(change),
        mentions.person(change.requester),
        format_time(change.created_at),
    )


def _line(change: ChangeRequest) -> str:
    """The line as it was typed, with whom it is about named as people are everywhere."""
    return mentions.make_namer((mentions.find_person_id(change.plan.target),), mentions.mark_account)(change.line)


def show_change(change: ChangeRequest) -> Reply:
    """Show one change request: its plan, its reviews and how it ended."""
    facts = tuple((label, text) for label, text in _facts(change) if translate(text).strip())
    return Reply(title=f"{change.id}: {translate(change.plan.summary)}", facts=facts, data=change_view(change))


def _facts(change: ChangeRequest) -> Iterator[tuple[Text, Text]]:
    plan = change.plan
    yield "Status", describe_status(change)
    yield "Command", _line(change)
    yield "Portal", " · ".join(filter(None, (change.place_name, change.place_label)))
    yield "Target", mentions.target(write_target(plan.target, plan.part))
    yield "Asked by", f"{mentions.person(change.requester)} at {format_time(change.created_at)}"
    yield "Why", change.reason
    yield "Needs", describe_requirement(change.decision) if change.status is Status.PENDING else ""
    for review in change.reviews:
        said = f"{mentions.person(review.reviewer)} at {format_time(review.at)} {review.reason}"
        yield change.verdict_word(review).capitalize(), said
    yield from (("Plan", note) for note in (*(call.note for call in plan.calls), *plan.notes))
    yield from (("Touches", line) for line in plan.radius)
    yield from (("Warning", line) for line in plan.warnings)
    yield "Undo", f"{plan.undo.kind}: {plan.undo.sentence}"
    yield "Card", f"in {mentions.channel(change.channel)}" if change.card else "not posted yet"
    yield "Outcome", change.outcome
    yield from ending_fields(change)
    yield "Undoes", f"CR-{change.undo_of}" if change.undo_of is not None else ""
    yield "Undone by", f"CR-{change.undone_by}" if change.undone_by is not None else ""


def list_grants(grants: Sequence[Grant]) -> Reply:
    """List who is on the allow-list, with which role."""
    data = [grant_row(grant) for grant in grants]
    if not grants:
        note = "In the host's terminal: `b24bot access grant TEAM:USER admin`"
        return Reply(title="Nobody is on the allow-list.", notes=(note,), data=data)
    rows = tuple(
        (
            mentions.person(one.principal),
            one.role.value,
            mentions.mark_account(one.granted_by),
            format_time(one.granted_at),
        )
        for one in grants
    )
    return Reply(title="The allow-list", table=Table(columns=("Who", "Role", "Granted by", "At"), rows=rows), data=data)
