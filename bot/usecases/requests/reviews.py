"""A click or a form becomes a review, a withdrawal, or a true answer why it does not count."""

from __future__ import annotations

from bot.core.audit.audit_record import Fact, Tag
from bot.core.authority.policy import Refused
from bot.core.change.change_request import NOT_BEGUN, ChangeRequest, Review, Status, Verdict
from bot.core.messages.deliveries import Click, Form
from bot.core.messages.notices import Mood
from bot.core.principals import Principal
from bot.core.withheld_reasons import describe_reason, is_withheld
from bot.plugin import Message, Person, PluginError, Refusal, Reply, Text
from bot.store.repositories.change_requests import Column
from bot.store.repositories.jobs import Job
from bot.store.store import Transaction
from bot.usecases.authority import card_token
from bot.usecases.authority.break_glass_log import describe_unreviewed, is_review
from bot.usecases.authority.memberships import find_language, refresh_memberships
from bot.usecases.authority.quorum import (
    check_eligibility,
    check_reviewer,
    list_eligible_approvers,
    list_valid_approvers,
    quorum_of,
)
from bot.usecases.authority.refusal_records import record_refused_click
from bot.usecases.authority.ruled_requests import refresh_groups_of
from bot.usecases.chat.chat_port import Messenger
from bot.usecases.chat.chat_refusals import add_remedy
from bot.usecases.chat.delivery_errors import Busy, DeliveryError, Lost
from bot.usecases.context import Context
from bot.usecases.intake.stop_requests import rejection_reason
from bot.usecases.intake.stop_words import settle_stop
from bot.usecases.notices.change_entries import record_change
from bot.usecases.notices.notifications import (
    announce,
    notify_person,
    post_in_thread,
    queue_card_if_it_lasts,
    queue_clicked_card,
)
from bot.usecases.outcomes.follow_ups import BY_BUTTON, FollowUp
from bot.usecases.outcomes.requester_notes import tell_requester
from bot.usecases.outcomes.settlement import SETTLING
from bot.usecases.process.event_counters import STALE_CLICKS
from bot.usecases.requests.approval import check_approval, count_approval, run_if_enough
from bot.usecases.requests.expiry import expire
from bot.usecases.requests.follow_up_requests import ask, may_still_ask
from bot.usecases.requests.withdrawal import what_became, withdraw

NOT_OURS = Message("review.foreign_button")
EARLIER_CARD = Message("review.earlier_button")


def handle_button(ctx: Context, job: Job, click: Click) -> None:
    """Handle a button. Whatever comes of it, the person who pressed gets a true answer."""
    _ask_slack(ctx, click)
    if click.button == card_token.REJECT and _open_reason_form(ctx, job, click):
        return
    if click.button in BY_BUTTON and _ask_for_more(ctx, job, click, BY_BUTTON[click.button]):
        return
    with ctx.store.unit_of_work() as tx:
        change = _verify_token(tx, ctx, click)
        if change is None:
            _tell(tx, ctx, click, _no_claim(ctx, click))
        elif click.button in (card_token.APPROVE, card_token.CONFIRM):
            _approve(tx, ctx, click, change)
        elif click.button == card_token.WITHDRAW:
            _withdraw(tx, ctx, click, change)
        elif click.button == card_token.UNDO and change.undone_by is not None:
            _tell(tx, ctx, click, Message("review.undone_already", request=change.id, undo=f"CR-{change.undone_by}"))
        elif click.button in SETTLING:
            _tell(tx, ctx, click, SETTLING[click.button](tx, ctx, click.person, change))
        else:
            _tell(tx, ctx, click, Message("review.dead_button"))
        settle_stop(tx, ctx, click.key)
        tx.jobs.finish(job)
    ctx.threads.wake()


def handle_reason_form(ctx: Context, job: Job, form: Form) -> None:
    """Handle the form that asks why somebody rejects."""
    _ask_slack(ctx, form)
    with ctx.store.unit_of_work() as tx:
        change = _verify_token(tx, ctx, form)
        reason = rejection_reason(form)
        if change is None:
            _tell(tx, ctx, form, _no_claim(ctx, form))
        elif not reason:
            _tell(tx, ctx, form, Message("review.no_reason", request=change.id))
        else:
            _reject(tx, ctx, form, change, reason)
        settle_stop(tx, ctx, form.key)
        tx.jobs.finish(job)
    ctx.threads.wake()


def _open_reason_form(ctx: Context, job: Job, click: Click) -> bool:
    """Ask for the reason if the person may reject; False when the click has to be answered instead."""
    change = _find_change(ctx, click)
    if change is None or not _may_still_decide(ctx, click.person, change):
        with ctx.store.unit_of_work() as tx:
            change = _verify_token(tx, ctx, click)
            if change is None:
                _tell(tx, ctx, click, _no_claim(ctx, click))
            elif _still_open(tx, ctx, click, change):
                # What kept it a moment ago does not any more.
                _tell(tx, ctx, click, Message("review.press_again", request=change.id))
            tx.jobs.finish(job)
        ctx.threads.wake()
        return True
    refused = _open_form(ctx, click, change)
    with ctx.store.unit_of_work() as tx:
        if refused is not None:
            _tell(tx, ctx, click, Message("review.not_rejected", request=change.id, why=refused.reason))
        tx.jobs.finish(job)
    ctx.threads.wake()
    return True


def _may_still_decide(ctx: Context, person: Principal, change: ChangeRequest) -> bool:
    waits = change.status is Status.PENDING and change.expires_at > ctx.clock.now_ms()
    return (waits or change.status is Status.APPROVED) and check_reviewer(ctx, person, change) is None


def _open_form(ctx: Context, click: Click, change: ChangeRequest) -> Refused | None:
    """Open the form that asks why; refused where Slack did not. A click is good for a form for three seconds only."""
    try:
        ctx.chat.messenger.ask_reason(click.trigger, change, click.value, language=find_language(ctx, click.person))
    except DeliveryError as error:
        return Refused(reason=form_trouble(ctx.chat.messenger, error))
    return None


def form_trouble(messenger: Messenger, error: DeliveryError) -> Message:
    """Why the form did not open, and what to do about that."""
    if isinstance(error, Lost):
        return Message("review.form_unconfirmed", code=error.code)
    if isinstance(error, Busy):
        return Message("review.form_busy", code=error.code)
    refusal = messenger.find_refusal(error.reason)
    return add_remedy(Message("review.form_refused", cause=refusal.described), refusal)


def _ask_for_more(ctx: Context, job: Job, click: Click, row: FollowUp) -> bool:
    """Hand the click on as the command it stands for; False when it has to be answered instead."""
    change = _find_change(ctx, click)
    if change is None or not may_still_ask(ctx, change, row):
        return False
    ask(ctx, job, click, change, row)
    return True


def _find_change(ctx: Context, inbound: Click | Form) -> ChangeRequest | None:
    """The change request a value stands for, if the value is genuine."""
    return card_token.verify_token(ctx.store, ctx.workspace.team, inbound)


def _verify_token(tx: Transaction, ctx: Context, inbound: Click | Form) -> ChangeRequest | None:
    """The change request a value stands for, if the value is genuine; a false one is recorded."""
    change = _find_change(ctx, inbound)
    if change is None:
        named = card_token.find_named_change(ctx.store, inbound.value)
        earlier = named is not None and _is_of_earlier_card(ctx, inbound, named)
        reason = EARLIER_CARD if earlier else NOT_OURS
        if earlier:
            ctx.threads.counters.count(STALE_CLICKS, "earlier_card")
        record_refused_click(tx, ctx, inbound.person, named, reason)
    return change


def _is_of_earlier_card(ctx: Context, inbound: Click | Form, change: ChangeRequest) -> bool:
    return card_token.is_of_earlier_card(ctx.store.keys, ctx.workspace.team, change, inbound)


def _no_claim(ctx: Context, inbound: Click | Form) -> Message:
    """What somebody is told whose value is not genuine. Honest people come by one when a card is posted anew."""
    change = card_token.find_named_change(ctx.store, inbound.value)
    if change is not None and _is_of_earlier_card(ctx, inbound, change):
        return Message("review.earlier_card", request=change.id)
    if isinstance(inbound, Form):
        return Message("review.foreign_form")
    return Message("review.foreign_card")


def _ask_slack(ctx: Context, inbound: Click | Form) -> None:
    """Before the transaction: look up whoever pressed, if it can matter, and those whose approvals are counted anew."""
    change = _find_change(ctx, inbound)
    if change is not None and change.status is Status.UNKNOWN:
        refresh_memberships(ctx, [inbound.person])
    if change is None or change.status not in NOT_BEGUN:
        return
    person = inbound.person
    button = inbound.button if isinstance(inbound, Click) else card_token.REJECT
    if button == card_token.WITHDRAW:
        refresh_memberships(ctx, [person] if person == change.requester else [])
    elif button != card_token.UNDO and check_eligibility(ctx, person, change) is None:
        refresh_groups_of(ctx, change)
        refresh_memberships(
            ctx, [person, *(list_eligible_approvers(ctx, change) if button != card_token.REJECT else ())]
        )


def _still_open(tx: Transaction, ctx: Context, inbound: Click | Form, change: ChangeRequest) -> bool:
    """Whether this person may decide this change request now. If not, they are told why, and it is recorded."""
    if change.status is Status.PENDING and change.expires_at <= ctx.clock.now_ms():
        expire(tx, ctx, change)
        change = tx.changes.require(change.number)
    if change.status not in (NOT_BEGUN if _is_rejection(inbound) else (Status.PENDING,)):
        _tell_decided(tx, ctx, inbound, change)
        queue_clicked_card(tx, ctx, change.number)
        refused = check_eligibility(ctx, inbound.person, change)
        if refused is not None:
            record_refused_click(tx, ctx, inbound.person, change, refused.reason)
        return False
    refused = check_reviewer(ctx, inbound.person, change)
    if refused is not None:
        record_refused_click(tx, ctx, inbound.person, change, refused.reason)
        _tell(tx, ctx, inbound, refused.reason)
        return False
    return True


def _is_rejection(inbound: Click | Form) -> bool:
    """Whether it says no, which counts until the first call is about to be made."""
    return isinstance(inbound, Form) or inbound.button == card_token.REJECT


def _tell_decided(tx: Transaction, ctx: Context, inbound: Click | Form, change: ChangeRequest) -> None:
    """Count a click that came too late, and tell whoever clicked what became of the change request."""
    ctx.threads.counters.count(STALE_CLICKS, change.status.value)
    _tell(tx, ctx, inbound, Message("review.click_changed_nothing", why=what_became(ctx, change)))


def _approve(tx: Transaction, ctx: Context, click: Click, change: ChangeRequest) -> None:
    if not _still_open(tx, ctx, click, change):
        return
    refused = check_approval(tx, ctx, click.person, change)
    if refused is not None:
        record_refused_click(tx, ctx, click.person, change, refused.reason)
        _tell(tx, ctx, click, refused.reason)
    elif count_approval(tx, ctx, click.person, change):
        pass
    elif run_if_enough(tx, ctx, change):
        # An approval that did not count when the last one came does again.
        told = Message("review.enough_again", person=Person(person=click.person.id))
        post_in_thread(tx, ctx, change.number, told)
        queue_card_if_it_lasts(tx, ctx, change.number)
    else:
        given, quorum = len(list_valid_approvers(ctx, change)), quorum_of(change)
        told = Message("review.approved_already", request=change.id, approvals=given, quorum=quorum)
        _tell(tx, ctx, click, told)


def _reject(tx: Transaction, ctx: Context, form: Form, change: ChangeRequest, reason: str) -> None:
    if not _still_open(tx, ctx, form, change):
        return
    now = ctx.clock.now_ms()
    review = Review(reviewer=form.person, verdict=Verdict.REJECT, at=now, reason=reason)
    if not tx.changes.review(change.number, review):
        _tell(tx, ctx, form, Message("review.cannot_be_changed", request=change.id))
        return
    why, who = describe_reason(reason), Person(person=form.person.id)
    outcome = Message("review.rejected_outcome", reason=why)
    unreviewed = describe_unreviewed(change) if is_review(change) else None
    if unreviewed is not None:
        outcome = Message("review.rejected_review_outcome", reason=why, unreviewed=unreviewed)
    ended: dict[str, Column] = {"decided_at": now, "ended_at": now, "outcome": outcome}
    any(tx.changes.move(change.number, old, Status.REJECTED, changes=ended) for old in NOT_BEGUN)
    ctx.threads.counters.count_decision("rejected", (now - change.created_at) / 1000)
    facts: dict[str, Fact] = {"reason": reason, "digest": change.digest}
    record_change(tx, Tag.REVIEW_REJECTED, change, actor=form.person.id, facts=facts)
    post_in_thread(tx, ctx, change.number, Message("review.rejected", person=who, reason=why))
    tell_requester(tx, ctx, change.number)
    queue_clicked_card(tx, ctx, change.number)
    if is_withheld(reason):
        _tell(tx, ctx, form, Message("review.rejected_reason_left_out", request=change.id))
    if unreviewed is not None:
        told = Message("review.review_rejected", person=who, request=change.id, reason=why, unreviewed=unreviewed)
        announce(tx, ctx, told)


def _withdraw(tx: Transaction, ctx: Context, click: Click, change: ChangeRequest) -> None:
    told = withdraw(tx, ctx, click.person, change)
    if isinstance(told, Refusal):
        _tell_decided(tx, ctx, click, change)
    else:
        _tell(tx, ctx, click, told.sentence if isinstance(told, PluginError) else told)


def _tell(tx: Transaction, ctx: Context, inbound: Click | Form, sentence: Text) -> None:
    change = card_token.find_named_change(ctx.store, inbound.value)
    channel = inbound.channel if isinstance(inbound, Click) else ""
    # An answer by the click would replace the card or stand beside it; an ephemeral message is plainer.
    channel = channel or (change.channel if change else "")
    number = change.number if change else 0
    notify_person(tx, ctx, inbound.person, channel, Reply(title=sentence), mood=Mood.CALM, number=number)
