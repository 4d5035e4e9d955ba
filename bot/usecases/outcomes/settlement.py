"""A person who looked says what became of an outcome that reading back does not decide: by a button, or here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from bot.core.audit.audit_record import Tag
from bot.core.authority.policy import Refused, check_settler
from bot.core.bot_errors import NotPermitted
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.outcome import Ending
from bot.core.change.status_table import describe_status
from bot.core.principals import Principal
from bot.plugin import Message, Person, PluginError, Refusal
from bot.store.store import Transaction
from bot.usecases.authority import card_token
from bot.usecases.authority.memberships import check_membership
from bot.usecases.authority.refusal_records import record_refused_click
from bot.usecases.command_context.roles import role_of
from bot.usecases.context import Context
from bot.usecases.notices.notifications import queue_clicked_card, request_label
from bot.usecases.outcomes.ending import finish_request
from bot.usecases.outcomes.outcome_questions import list_plugin_faults

Act = Callable[[Transaction, Context, Principal, ChangeRequest], Message]
"""What a button does; returns what to tell the person."""


def settle_by_hand(tx: Transaction, ctx: Context, person: Principal, change: ChangeRequest, status: Status) -> Message:
    """End an unknown outcome, on the record of who said so.

    Raises NotPermitted when it is not theirs to say, Refusal when it is decided already or still being read back.
    """
    if change.status is not Status.UNKNOWN:
        label, now = request_label(ctx, change), describe_status(change)
        if not change.outcome:
            raise Refusal(Message("outcome.nothing_to_settle", request=label, status=now))
        raise Refusal(Message("outcome.settled_already", request=label, status=now, outcome=change.outcome))
    refused = _check_settler(ctx, person, change)
    if refused is not None:
        raise NotPermitted(refused.reason)
    if change.asked_at is None:
        raise Refusal(Message("outcome.still_checked", request=change.id), hint=Message("outcome.still_checked_hint"))
    ending = Ending(status=status, sentence=_describe_word(person, status), details=list_plugin_faults(ctx, change))
    if not finish_request(tx, ctx, change, Status.UNKNOWN, ending, tag=Tag.EXECUTION_RESOLVED, actor=person.id):
        raise Refusal(Message("outcome.ended_meanwhile", request=change.id))
    if status is Status.DONE:
        return Message("outcome.settled_as_done", request=request_label(ctx, change))
    return Message("outcome.settled_as_not_done", request=request_label(ctx, change))


def _describe_word(person: Principal, status: Status) -> Message:
    who = Person(person=person.id)
    if status is Status.DONE:
        return Message("outcome.seen_done", person=who)
    return Message("outcome.seen_not_done", person=who)


def _check_settler(ctx: Context, person: Principal, change: ChangeRequest) -> Refused | None:
    return check_settler_eligibility(ctx, person, change) or check_membership(ctx, person)


def check_settler_eligibility(ctx: Context, person: Principal, change: ChangeRequest) -> Refused | None:
    """Refuse a person whose word does not count, whatever Slack says of the account."""
    return check_settler(
        change.decision,
        requester=change.requester,
        person=person,
        role=role_of(ctx, person),
        people=ctx.deployment.people,
    )


def try_to_settle(
    tx: Transaction, ctx: Context, person: Principal, change: ChangeRequest, status: Status
) -> Message | PluginError:
    """The same where the transaction goes on: a refusal is returned, and recorded.

    For what is settled already nobody's word is needed; on record comes whose would not have counted.
    """
    try:
        return settle_by_hand(tx, ctx, person, change, status)
    except PluginError as error:
        late = None if change.status is Status.UNKNOWN else check_settler_eligibility(ctx, person, change)
        if late is not None or change.status is Status.UNKNOWN:
            record_refused_click(tx, ctx, person, change, late.reason if late else error.sentence)
        return error


def _pressed(tx: Transaction, ctx: Context, person: Principal, change: ChangeRequest, *, status: Status) -> Message:
    """A button was pressed; returns what the person is told."""
    told = try_to_settle(tx, ctx, person, change, status)
    if isinstance(told, Message):
        return told
    queue_clicked_card(tx, ctx, change.number)
    return Message("review.click_changed_nothing", why=told.sentence)


SETTLING: Mapping[str, Act] = {
    card_token.WAS_DONE: partial(_pressed, status=Status.DONE),
    card_token.WAS_NOT_DONE: partial(_pressed, status=Status.FAILED),
}
"""What the two buttons of a card with an unknown outcome do."""
