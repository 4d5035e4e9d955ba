"""Change requests and the allow-list as answers: the same in Slack and in the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from bot.core import mentions
from bot.core.audit.recorded_card import RecordedCard
from bot.core.audit.stored_views import grant_row
from bot.core.authority.policy import describe_requirement, list_rules
from bot.core.change.change_request import ChangeRequest, Review, Status, Verdict
from bot.core.change.plans import describe_undo, write_target
from bot.core.change.review_sentences import describe_review
from bot.core.change.status_names import ShownStatus
from bot.core.change.status_table import describe_status
from bot.core.encoding import canonical
from bot.core.principals import Grant, Principal
from bot.language.request_views import change_row, change_view
from bot.language.translation import explain_gap
from bot.plugin import Channel, Message, Person, Plan, Reply, Table, Text, Time
from bot.usecases.admin.allow_list import describe_role
from bot.usecases.notices.recorded_plans import RecordedPlan, make_card_plan
from bot.usecases.outcomes.ending_report import ending_fields

NO_CHANGES, NO_SUCH_CHANGES = Message("request.list.none"), Message("request.list.none_such")
NO_PLACE = "–"
"""Stands where a list has a column for the place, and a change request is about b24bot itself."""
STATUS, PLACE, TARGET = Message("request.show.status"), Message("place.title"), Message("request.show.target")
RECORD = Message("request.show.record")
COMMAND, REQUESTER = Message("request.show.command"), Message("request.show.requester")
GRANT_COLUMNS = (
    *(Message("admin.list.person"), Message("admin.list.role"), Message("admin.list.granted_by")),
    Message("admin.list.granted_at"),
)


def list_changes(
    changes: Sequence[ChangeRequest],
    status: ShownStatus | None = None,
    *,
    waiting: AbstractSet[int] = frozenset(),
    narrowed: bool = False,
    place: Text = PLACE,
) -> Reply:
    """List change requests, which are all shown with this status if one is given.

    `waiting` are the numbers of those that the reader can decide. `narrowed` lists leave others out. `place` is what
    people call a place.
    """
    data = tuple(map(change_row, changes))
    if not changes and status:
        return Reply(title=Message("request.list.none_with_status", status=status.typed), data=data)
    if not changes:
        return Reply(title=NO_SUCH_CHANGES if narrowed else NO_CHANGES, data=data)
    columns = (
        *(Message("request.list.id"), STATUS, place, TARGET, COMMAND, REQUESTER),
        Message("request.list.requested_at"),
    )
    table = Table(columns=columns, rows=tuple(_row(change, waits=change.number in waiting) for change in changes))
    return Reply(title=Message("request.list.title"), table=table, data=data)


def _row(change: ChangeRequest, *, waits: bool) -> tuple[Text, ...]:
    status = describe_status(change)
    return (
        change.id,
        Message("request.list.waits_for_you", status=status) if waits else status,
        change.place_title or NO_PLACE,
        mentions.target(write_target(change.plan.target, change.plan.part)),
        _line(change),
        mentions.person(change.requester),
        mentions.mark_time(change.created_at),
    )


def _line(change: ChangeRequest) -> str:
    """The line as it was typed, with whom it is about named as people are everywhere."""
    return mentions.make_namer((mentions.find_person_id(change.plan.target),), mentions.mark_account)(change.line)


def show_change(change: ChangeRequest, recorded: RecordedPlan | None = None, *, place: Text = PLACE) -> Reply:
    """Show one change request: its plan, its reviews and how it ended.

    `recorded` tells where the plan was read, if that is not the row of the database. `place` is what people call a
    place.
    """
    shown = _facts(change, recorded, place)
    facts = tuple((label, text) for label, text in shown if not isinstance(text, str) or text.strip())
    title = Message("request.show.title", request=change.id, summary=change.plan.summary)
    return Reply(title=title, facts=facts, data=change_view(change, recorded.view if recorded else None))


def _facts(change: ChangeRequest, recorded: RecordedPlan | None, place: Text) -> Iterator[tuple[Text, Text]]:
    plan = change.plan
    yield STATUS, describe_status(change)
    yield Message("request.show.needs"), describe_requirement(change.decision) if _is_pending(change) else ""
    yield from ending_fields(change)
    yield from list_plan_facts(plan)
    yield from list_record_facts(recorded)
    yield Message("request.show.reason"), change.reason
    yield place, " · ".join(filter(None, (change.place_title, change.place_label)))
    yield REQUESTER, _person_at(change.requester, change.created_at)
    for review in change.reviews:
        yield _verdict_label(change, review), describe_review(change, review)
    yield Message("request.show.rules"), ", ".join(list_rules(change.decision))
    yield Message("request.show.undo_of"), f"CR-{change.undo_of}" if change.undo_of is not None else ""
    yield Message("request.show.undone_by"), f"CR-{change.undone_by}" if change.undone_by is not None else ""
    yield Message("request.show.card"), _card_place(change)
    yield TARGET, mentions.target(write_target(plan.target, plan.part))
    yield COMMAND, _line(change)


def list_plan_facts(plan: Plan) -> Iterator[tuple[Text, Text]]:
    """The plan as a card shows it, with a label for each line."""
    yield from ((Message("request.show.plan"), note) for note in (*(call.note for call in plan.calls), *plan.notes))
    yield from ((Message("request.show.touches"), line) for line in plan.radius)
    yield from ((Message("request.show.impact"), text) for one in plan.impact for text in (one.sentence, *one.details))
    yield from ((Message("request.show.warning"), line) for line in plan.warnings)
    yield Message("request.show.undo"), describe_undo(plan.undo)
    if plan.link is not None:
        yield Message("request.show.page"), plan.link.address


def list_record_facts(recorded: RecordedPlan | None) -> Iterator[tuple[Text, Text]]:
    """Where a plan was read, and what of it is missing."""
    if recorded is None:
        return
    language = _name_language(recorded.card)
    yield RECORD, Message("request.show.record_number", record=f"#{recorded.seq}", language=language)
    yield from _list_unsaid(recorded.card)
    if recorded.is_altered:
        yield RECORD, Message("request.show.record_differs")
        yield from _list_gaps(recorded.card)


def list_card_facts(card: RecordedCard) -> Iterator[tuple[Text, Text]]:
    """The card of a record, with a label for each line, its language, and what the record does not have of it."""
    yield from list_plan_facts(make_card_plan(card))
    yield RECORD, Message("audit.card.language", language=_name_language(card))
    yield from _list_unsaid(card)
    yield from _list_gaps(card)


def _list_unsaid(card: RecordedCard) -> Iterator[tuple[Text, Text]]:
    """Why lines of a card are shown in the English of the record."""
    found = {str(canonical(why)): why for line in card.lines if (why := explain_gap(line.text)) is not None}
    yield from ((RECORD, why) for why in found.values())


def _name_language(card: RecordedCard) -> Text:
    return LANGUAGES.get(card.language, card.language)


def _list_gaps(card: RecordedCard) -> Iterator[tuple[Text, Text]]:
    if card.left_out:
        yield RECORD, Message("audit.card.left_out", count=card.left_out)
    if card.cut:
        yield RECORD, Message("audit.card.cut", count=card.cut)
    if card.withheld:
        yield RECORD, Message("audit.card.withheld", count=card.withheld)


LANGUAGES: Mapping[str, Message] = {"en": Message("audit.card.in_english"), "ru": Message("audit.card.in_russian")}
"""The names of the languages in which cards are drawn."""


def _is_pending(change: ChangeRequest) -> bool:
    return change.status is Status.PENDING


def _person_at(person: Principal, at: int) -> Message:
    return Message("request.show.person_at", person=Person(person=person.id), time=Time(time=at))


def _verdict_label(change: ChangeRequest, review: Review) -> Message:
    if review.verdict is Verdict.REJECT:
        return Message("request.show.rejected_by")
    if change.needs_confirmation_only:
        return Message("request.show.confirmed_by")
    return Message("request.show.approved_by")


def _card_place(change: ChangeRequest) -> Message:
    if not change.card:
        return Message("request.show.card_not_posted")
    return Message("request.show.card_in", channel=Channel(channel=change.channel))


def list_grants(grants: Sequence[Grant]) -> Reply:
    """List who is on the allow-list, with which role."""
    data = tuple(map(grant_row, grants))
    if not grants:
        note = Message("admin.list.grant_in_terminal")
        return Reply(title=Message("admin.list.empty"), notes=(note,), data=data)
    rows = tuple(
        (
            mentions.person(one.principal),
            describe_role(one),
            mentions.mark_account(one.granted_by),
            mentions.mark_time(one.granted_at),
        )
        for one in grants
    )
    return Reply(title=Message("admin.list.title"), table=Table(columns=GRANT_COLUMNS, rows=rows), data=data)
