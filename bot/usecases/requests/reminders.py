"""While a change request waits: its card is kept where people can see it, and they are reminded once, at half-time."""

from __future__ import annotations

from bot.core.authority.policy import NeedsApproval
from bot.core.change.change_request import ChangeRequest
from bot.core.text import round_duration
from bot.plugin import Duration, Message, Person, Time
from bot.store.store import Transaction
from bot.usecases.authority.possible_approvers import list_possible_approvers
from bot.usecases.authority.quorum import list_eligible_approvers, quorum_of
from bot.usecases.context import Context
from bot.usecases.notices.notifications import post_in_thread, queue_card

MOST_MENTIONS = 5
SHOW_AGAIN_MS = 300_000
"""A card that somebody deleted is noticed when it is rewritten, and no sooner."""


def send_reminders(ctx: Context) -> int:
    """Say under each card that has waited for half of its time who may approve it; returns how many."""
    told = 0
    for change in ctx.store.changes.half_over(ctx.clock.now_ms()):
        if isinstance(change.decision, NeedsApproval):
            with ctx.store.unit_of_work() as tx:
                told += _remind(tx, ctx, change.number)
    return told


def _remind(tx: Transaction, ctx: Context, number: int) -> bool:
    """One of them; False when it was decided, or somebody was reminded, a moment ago."""
    now = ctx.clock.now_ms()
    change = next((one for one in tx.changes.half_over(now) if one.number == number), None)
    if change is None:
        return False
    tx.changes.note(number, {"reminded_at": now})
    post_in_thread(tx, ctx, number, _reminder(ctx, change, now))
    return True


def _reminder(ctx: Context, change: ChangeRequest, now: int) -> Message:
    able = list_possible_approvers(ctx, change)
    people, more = tuple(Person(person=one.id) for one in able[:MOST_MENTIONS]), len(able) - MOST_MENTIONS
    return Message(
        "request.reminder",
        given=len(ctx.deployment.people.distinct(list_eligible_approvers(ctx, change))),
        quorum=quorum_of(change),
        approvers=_describe_approvers(people, more),
        left=Duration(duration=round_duration(change.expires_at - now)),
        expires=Time(time=change.expires_at),
    )


def _describe_approvers(people: tuple[Person, ...], more: int) -> Message:
    """Say who may approve, of whom `more` are not named."""
    if not people:
        return Message("request.reminder_nobody")
    if more > 0:
        return Message("request.reminder_approvers_more", people=people, count=more)
    return Message("request.reminder_approvers", people=people)


def repost_cards(ctx: Context) -> int:
    """Have the cards of pending change requests rewritten that have stood for five minutes; returns how many."""
    now = ctx.clock.now_ms()
    numbers = ctx.store.changes.not_shown_since(now - SHOW_AGAIN_MS, now=now)
    if numbers:
        with ctx.store.unit_of_work() as tx:
            for number in numbers:
                queue_card(tx, ctx, number, unchanged=True)
    return len(numbers)
