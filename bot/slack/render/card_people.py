"""The short fields of a card: its status, where it acts, who asked for it and who decides, and until when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from bot.core import mentions
from bot.core.authority.policy import Allowed, BreakGlass, NeedsApproval, NeedsConfirmation, Refused, list_rules
from bot.core.change.change_request import ChangeRequest, Review, Status
from bot.core.change.review_sentences import describe_review
from bot.core.change.status_table import find_badge
from bot.core.principals import Principal, Role
from bot.core.text import one_line
from bot.plugin import Message, Person
from bot.slack.render.block_kit import Markdown
from bot.slack.render.plain_summary import find_people, names_person
from bot.slack.render.slack_text import cut, escape, format_time_token, marked, mrkdwn
from bot.usecases.outcomes.present_state import describe_now

FIELD_MOST, WHERE_MOST, MOST_MENTIONS = 500, 240, 5
Field = tuple[Message, str]
NEEDED, PERSON = Message("card.label.needs"), Message("card.label.person")


def card_fields(change: ChangeRequest, language: str) -> list[Markdown]:
    """The fields in finished markup."""
    return [
        marked(f"*{mrkdwn(label, language)}*\n{text}", FIELD_MOST) for label, text in _fields(change, language) if text
    ]


def name_people(change: ChangeRequest, language: str) -> str:
    """Name the people whom the summary is about, in finished markup; empty where it names nobody."""
    summary = change.plan.summary
    return ", ".join(mrkdwn(one, language) for one in find_people(summary)) if names_person(summary) else ""


def _fields(change: ChangeRequest, language: str) -> Iterator[Field]:
    badge = find_badge(change)
    if not describe_now(change):
        yield Message("card.label.status"), f"{badge.sign} {mrkdwn(badge.words, language)}"
    else:
        yield PERSON, name_people(change, language)
    if change.place_name:
        where = " · ".join(filter(None, (change.place_title, change.place_label)))
        yield Message("card.label.where"), cut(escape(one_line(where)), WHERE_MOST)
    yield Message("card.label.requester"), mrkdwn(mentions.person(change.requester), language)
    if change.undo_of is not None:
        yield Message("card.label.undo_of"), f"CR-{change.undo_of}"
    yield from _votes(change, language)
    rules = list_rules(change.decision)
    if rules:
        yield Message("card.label.rules"), escape(one_line(", ".join(rules)))
    if change.status is Status.PENDING:
        yield Message("card.label.expires"), format_time_token(change.expires_at)
    elif change.ended_at is not None:
        yield Message("card.label.ended"), format_time_token(change.ended_at)


def _votes(change: ChangeRequest, language: str) -> Iterator[Field]:
    approved = _reviews(change, change.approvals, language)
    pending = change.status is Status.PENDING
    match change.decision:
        case BreakGlass():
            yield Message("card.label.approval"), f"🚨 {mrkdwn(_bypass(change), language)}"
        case NeedsApproval() as decision if pending:
            yield NEEDED, _so_far(decision, change.approvals, language)
            if change.approvers is not None:
                yield Message("card.label.may_approve"), mrkdwn(_possible_approvers(change.approvers), language)
        case NeedsApproval():
            if approved:
                yield Message("card.label.approved_by"), approved
        case NeedsConfirmation() | Allowed() | Refused():
            if pending:
                needs = Message("card.needs.confirmation", person=Person(person=change.requester.id))
                yield NEEDED, mrkdwn(needs, language)
            elif approved:
                yield Message("card.label.confirmed_by"), approved
        case _:
            assert_never(change.decision)
    if change.rejection is not None:
        yield Message("card.label.rejected_by"), _reviews(change, [change.rejection], language)


def _possible_approvers(people: Sequence[Principal]) -> Message:
    """Those who can approve it now. Slack notifies them when the card is posted, and never when it is rewritten."""
    named, more = tuple(Person(person=one.id) for one in people[:MOST_MENTIONS]), len(people) - MOST_MENTIONS
    if not named:
        return Message("request.reminder_nobody")
    if more > 0:
        return Message("card.may_approve_more", people=named, count=more)
    return Message("card.may_approve", people=named)


def _bypass(change: ChangeRequest) -> Message:
    person = Person(person=change.requester.id)
    if change.status is Status.PENDING:
        return Message("card.bypass.pending", person=person)
    if change.approvals:
        return Message("card.bypass.done", person=person)
    return Message("card.bypass.not_done", person=person)


def _so_far(decision: NeedsApproval, approvals: Sequence[Review], language: str) -> str:
    """What is needed, how many of the approvals there are, and whose do not count any more.

    With all of them it still waits where one counts again, or may not count after all: a press finds out.
    """
    counted, void = [one for one in approvals if one.counts], [one for one in approvals if not one.counts]
    given = f" ✅ {_names(counted, language)}" if counted else ""
    parts = [mrkdwn(_requirement(decision), language), f"{len(counted)}/{decision.quorum}{given}"]
    if void:
        parts.append(mrkdwn(Message("card.approvals.void", people=_people(void)), language))
    if len(counted) >= decision.quorum:
        parts.append(mrkdwn(Message("card.approvals.press_again"), language))
    return " · ".join(parts)


def _requirement(decision: NeedsApproval) -> Message:
    needed: Mapping[Role, Message] = {
        Role.ADMIN: Message("card.needs.admins", count=decision.quorum),
        Role.APPROVER: Message("card.needs.approvers", count=decision.quorum),
    }
    return needed.get(decision.role, Message("card.needs.people", count=decision.quorum))


def _reviews(change: ChangeRequest, reviews: Sequence[Review], language: str) -> str:
    """Who decided, when and after how long, a line each. The reason of a rejection stands in the outcome."""
    return "\n".join(mrkdwn(describe_review(change, replace(one, reason="")), language) for one in reviews)


def _people(reviews: Sequence[Review]) -> tuple[Person, ...]:
    return tuple(Person(person=one.reviewer.id) for one in reviews)


def _names(reviews: Sequence[Review], language: str) -> str:
    return ", ".join(mrkdwn(mentions.person(one.reviewer), language) for one in reviews)
