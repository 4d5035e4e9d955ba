"""Run an approved change request: plan again, write the intent, call, look, and tell what is true."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import assert_never

from bot.core.audit.audit_record import FACTS, SYSTEM, Fact, Tag
from bot.core.authority.limits import Limit
from bot.core.authority.policy import Refused
from bot.core.bot_errors import PluginFault, StoreUnavailable
from bot.core.change.change_request import ByDecision, ChangeRequest, Lease, Status
from bot.core.change.digests import find_form
from bot.core.change.drift import find_drift
from bot.core.change.outcome import Ending, judge_execution
from bot.core.parsing.invocation import understand
from bot.core.redaction.sanitizer import sanitize
from bot.host.hosted_plugin import HostedPlugin
from bot.plugin import (
    CallOutcome,
    CallVerdict,
    Message,
    Nothing,
    Observation,
    Plan,
    Plugin,
    PluginError,
    Reply,
    Services,
    Text,
)
from bot.plugin.frozen import dataclass
from bot.store.repositories.jobs import Job
from bot.store.store import Transaction
from bot.usecases.authority.memberships import ASK_AGAIN_MS, list_stale_accounts, refresh_memberships
from bot.usecases.authority.quorum import (
    accounts_to_verify,
    check_attestation,
    check_request_record,
    check_revalidation,
    list_attesting_records,
    with_attested_approvals,
)
from bot.usecases.authority.ruled_requests import is_of_other_table, list_unknown_groups_of, refresh_groups_of
from bot.usecases.context import Context, log
from bot.usecases.intake.stop_words import pending_stop
from bot.usecases.integrity.active_limits import blocking_limit
from bot.usecases.integrity.audit_gate import Gate, audit_gate, awaited_line, is_awaited_line_sent
from bot.usecases.integrity.chain_check import is_unchecked
from bot.usecases.integrity.commit_safety import withhold_call
from bot.usecases.leases.lease_holding import LeaseLost, acquire_leases, may_send, steady_ms, under_lease
from bot.usecases.notices.change_entries import record_change
from bot.usecases.notices.notifications import notify_person, post_once_in_thread, queue_card_if_it_lasts
from bot.usecases.outcomes.ending import finish_request
from bot.usecases.process.process_identity import ProcessIdentity
from bot.usecases.requests.expiry import Wait, approval_is_stale, expire
from bot.usecases.requests.planning import ask, open_subject, sanitize_refusals

DRIFTED = ByDecision(approved=Message("outcome.drifted"), confirmed=Message("outcome.drifted_since_confirmed"))
OTHER_TABLE = Message("outcome.policy_changed")
ALTERED = ByDecision(approved=Message("outcome.altered"), confirmed=Message("outcome.altered_since_confirmed"))
LOOK_AGAIN_MS = 200
"""How long to wait before asking again whether a pending stop is settled, or the audit line has gone out.

Who sends that line in this process tells the job at once (`awaited_lines`).
"""
WAIT_IS_NEWS_MS = 5_000
"""How long a wait may take before the people under the card are told what it is for."""
WAITING: Mapping[Wait, ByDecision] = {
    Wait.STOP: ByDecision(
        approved=Message("request.waiting.stop"), confirmed=Message("request.waiting.stop_confirmed")
    ),
    Wait.AUDIT_LINE: ByDecision(
        approved=Message("request.waiting.approval_line"), confirmed=Message("request.waiting.confirmation_line")
    ),
    Wait.AUDIT_CHECK: ByDecision(
        approved=Message("request.waiting.audit_check"), confirmed=Message("request.waiting.audit_check_confirmed")
    ),
    Wait.MEMBERS: ByDecision(
        approved=Message("request.waiting.members"), confirmed=Message("request.waiting.members_confirmed")
    ),
}
"""What is said under the card while it waits; `expiry.WAITED` tells it afterwards."""


def execute(ctx: Context, job: Job, number: int) -> None:
    """Take one approved change request to its ending. Safe to repeat: an intent is written once."""
    ctx.audit.forget_awaited(number)
    change = ctx.store.changes.get(number)
    if change is None or change.status is not Status.APPROVED:
        _release_job(ctx, job, number)
        return
    change = ctx.store.changes.exact(change)
    if approval_is_stale(ctx.clock, change):
        with ctx.store.unit_of_work() as tx:
            expire(tx, ctx, change)
            tx.jobs.finish(job)
        return
    waits = _find_wait(ctx, change)
    if waits is not None:
        with ctx.store.unit_of_work() as tx:
            _postpone_job(tx, ctx, job, change, waits, LOOK_AGAIN_MS)
        return
    gate = audit_gate(ctx, change)
    # Nobody waits for the line of a record that there is not.
    missing = _nothing_sent(check_attestation(with_attested_approvals(ctx, change)))
    if missing is not None:
        _finish_job(ctx, job, change, Status.APPROVED, missing, tag=Tag.EXECUTION_STOPPED)
        return
    if gate is Gate.WAIT:
        with ctx.store.unit_of_work() as tx:
            # Once this is noted, who sends the line tells the job; what got out a moment before, nobody tells it.
            ctx.audit.await_line(number, awaited_line(ctx, change) or 0)
            is_out = is_awaited_line_sent(ctx, change)
            _postpone_job(tx, ctx, job, change, Wait.AUDIT_LINE, 0 if is_out else LOOK_AGAIN_MS)
        return
    if gate is Gate.OPEN and not _refresh_memberships(ctx, job, change):
        return
    stopped = _blocked_ending(gate.sentence) if isinstance(gate, Limit) else _check_drift(ctx, change)
    if stopped is not None:
        _finish_job(ctx, job, change, Status.APPROVED, stopped, tag=Tag.EXECUTION_STOPPED)
        return
    with acquire_leases(ctx.process, _owner(ctx.process, job, number)):
        lease = _start(ctx, job, change)
        if lease is not None:
            _run_under(ctx, job, change, lease)


def _owner(process: ProcessIdentity, job: Job, number: int) -> str:
    """One try at one change request. A job is with one runner at a time: once it is back, its owner runs nothing.

    The number is in it, for the id of a job that is over is given to another job.
    """
    return process.make_owner(f"{job.id}:{number}")


def _run_under(ctx: Context, job: Job, change: ChangeRequest, lease: Lease) -> None:
    try:
        run_plan(ctx, job, change, lease)
    except LeaseLost:
        log.warning("%s was taken over while it ran; it stops here", change.id, extra={"action": "lease_lost"})
        _release_job(ctx, job, change.number)
    except Exception:
        # Written at once if that is possible; else when the job comes back, and at the latest when the lease runs out.
        with suppress(StoreUnavailable), ctx.store.unit_of_work() as tx:
            tx.leases.release(lease.number, lease.owner)
        raise


def _find_wait(ctx: Context, change: ChangeRequest) -> Wait | None:
    """Find what keeps it from being looked at now."""
    if pending_stop(ctx, change) is not None:
        return Wait.STOP
    return Wait.AUDIT_CHECK if is_unchecked(ctx) else None


def _postpone_job(
    tx: Transaction, ctx: Context, job: Job, change: ChangeRequest, wait: Wait, milliseconds: int
) -> None:
    """Put the job off. It ends with the approval: an approval goes stale within ten minutes."""
    if ctx.clock.now_ms() - (change.decided_at or 0) >= WAIT_IS_NEWS_MS:
        post_once_in_thread(tx, ctx, change.number, wait, WAITING[wait].choose(change))
    tx.jobs.postpone(job, due=steady_ms(ctx) + milliseconds)


def _refresh_memberships(ctx: Context, job: Job, change: ChangeRequest) -> bool:
    """Look up whoever asked and who approved, and the user groups that their words rest on.

    False when Slack does not tell and it is tried again later.
    """
    wait = refresh_groups_of(ctx, change) or refresh_memberships(ctx, accounts_to_verify(ctx, change))
    if wait:
        with ctx.store.unit_of_work() as tx:
            _postpone_job(tx, ctx, job, change, Wait.MEMBERS, wait)
    return not wait


def _release_job(ctx: Context, job: Job, number: int) -> None:
    """Nothing is left to do for this job. What it left running, it runs no more: then it is read back soon."""
    with ctx.store.unit_of_work() as tx:
        tx.leases.release(number, _owner(ctx.process, job, number))
        tx.jobs.finish(job)


def _blocked_ending(trouble: Text) -> Ending:
    return Ending(status=Status.FAILED, sentence=Message("outcome.not_begun", why=trouble))


def _check_drift(ctx: Context, change: ChangeRequest) -> Ending | None:
    """Plan again from what is true now; an ending when that is not what was approved."""
    form = _find_form(change)
    if form is None:
        # Somebody has edited the stored plan. What is different of it is no change at the place.
        return Ending(status=Status.FAILED, sentence=ALTERED.choose(change))
    try:
        plugin = ctx.registry.plugin(change.plugin)
        understood = understand(ctx.registry.typed, change.line)
        with sanitize_refusals():
            services, local = ctx.services(plugin.name), ctx.registry.is_local(plugin.name)
            fresh = ask(plugin.name, understood, open_subject(plugin, understood, services, change.place), local=local)
    except StoreUnavailable:
        # It may be written again in a moment, and nothing has begun.
        raise
    except PluginError as error:
        return _blocked_ending(error.sentence)
    match fresh:
        case Nothing(sentence=sentence):
            return Ending(status=Status.GONE, sentence=sentence)
        case Reply():
            return Ending(status=Status.FAILED, sentence=Message("outcome.plans_no_more"))
        case Plan():
            pass
        case _:
            assert_never(fresh)
    lines = find_drift(change.plan, fresh, form)
    if lines:
        return Ending(status=Status.CHANGED, sentence=DRIFTED.choose(change), details=lines)
    return None


def _start(ctx: Context, job: Job, change: ChangeRequest) -> Lease | None:
    """Take the lease and write the intent, in one transaction with the last look at all that was decided.

    None when it may not run any more, and the job is over, or not yet. No intent, no call.
    """
    # Planning anew may have taken long.
    if not _refresh_memberships(ctx, job, change):
        return None
    with ctx.store.unit_of_work() as tx:
        change = tx.changes.exact(tx.changes.require(change.number))
        if list_unknown_groups_of(ctx, change) or list_stale_accounts(ctx, accounts_to_verify(ctx, change)):
            _postpone_job(tx, ctx, job, change, Wait.MEMBERS, ASK_AGAIN_MS)
            return None
        if pending_stop(ctx, change) is not None:
            _postpone_job(tx, ctx, job, change, Wait.STOP, LOOK_AGAIN_MS)
            return None
        ending = _check_preconditions(ctx, change)
        if approval_is_stale(ctx.clock, change):
            # Its time ran out while it was planned again.
            expire(tx, ctx, change)
        elif ending is not None:
            finish_request(tx, ctx, change, Status.APPROVED, ending, tag=Tag.EXECUTION_STOPPED)
        now, steady = ctx.clock.now_ms(), steady_ms(ctx)
        lease = tx.leases.begin(change.number, _owner(ctx.process, job, change.number), at=now, steady=steady)
        if lease is None:
            # Ended above; or withdrawn, or taken by a second job for the same change request, a moment ago.
            tx.jobs.finish(job)
            return None
        if change.plan.calls:
            _record_intent(tx, ctx, change, 0)
        queue_card_if_it_lasts(tx, ctx, change.number)
    ctx.threads.wake()
    return lease


def _check_preconditions(ctx: Context, change: ChangeRequest) -> Ending | None:
    limit = blocking_limit(ctx, change.plugin)
    if limit is not None:
        return _blocked_ending(limit.sentence)
    if not _is_as_approved(ctx, change):
        return Ending(status=Status.FAILED, sentence=ALTERED.choose(change))
    if is_of_other_table(ctx, change):
        return Ending(status=Status.CHANGED, sentence=OTHER_TABLE)
    # All their records name the digest that runs: that was looked at above.
    recorded = with_attested_approvals(ctx, change)
    refused = check_attestation(recorded) or check_request_record(ctx, change) or check_revalidation(ctx, recorded)
    return _nothing_sent(refused)


def _nothing_sent(refused: Refused | None) -> Ending | None:
    if refused is None:
        return None
    return Ending(status=Status.FAILED, sentence=Message("outcome.nothing_sent", why=refused.reason))


def _is_as_approved(ctx: Context, change: ChangeRequest) -> bool:
    """Whether the stored plan has the digest that the card showed and that the record of every approval names."""
    named = {record.facts.get("digest") for record in list_attesting_records(ctx, change)}
    return _find_form(change) is not None and named <= {change.digest}


def _find_form(change: ChangeRequest) -> str | None:
    """The form of the digest that the change request bears; None where its plan is not the one that was shown."""
    return find_form(change.path, change.place, change.plan, change.digest)


def _record_intent(tx: Transaction, ctx: Context, change: ChangeRequest, step: int) -> None:
    call = change.plan.calls[step]
    if not tx.changes.intend(change.number, step, call.method, at=ctx.clock.now_ms()):
        raise RuntimeError(f"{change.id} step {step} was intended before")
    facts: dict[str, Fact] = {"method": call.method, "digest": change.digest}
    record_change(tx, Tag.EXECUTION_INTENDED, change, actor=SYSTEM, facts=facts)


def run_plan(ctx: Context, job: Job, change: ChangeRequest, lease: Lease) -> None:
    """Make the calls, look, and store the ending. The intent of the first call is on disk already.

    Raises LeaseLost before whatever it may not do any more.
    """
    plugin = ctx.registry.plugin(change.plugin)
    outcomes = _call_all(ctx, plugin, change, lease)
    seen = observe_target(ctx, plugin, change) if change.plan.provable else Reading()
    ending = judge_execution(change.plan, outcomes, seen.observed, local=ctx.registry.is_local(change.plugin))
    if seen.fault is not None:
        ending = replace(ending, details=(*ending.details, seen.fault), read_fault=seen.fault)
    _finish_job(ctx, job, change, Status.RUNNING, ending, tag=Tag.EXECUTION_ENDED, lease=lease)


def _call_all(ctx: Context, plugin: HostedPlugin, change: ChangeRequest, lease: Lease) -> list[CallOutcome]:
    """Make the calls in order, up to the first that is not done."""
    outcomes: list[CallOutcome] = []
    services = ctx.services(plugin.name, may_send=partial(may_send, ctx, lease))
    for step, call in enumerate(change.plan.calls):
        if step:
            with under_lease(ctx, lease) as tx:
                _record_intent(tx, ctx, change, step)
        if ctx.registry.is_stored(plugin.name, call.method):
            outcome = _perform_stored(ctx, plugin, services, change, lease, step=step)
        else:
            outcome = withhold_call(ctx) or _perform(plugin, services, change, step)
            with under_lease(ctx, lease) as tx:
                _record_answer(tx, ctx, change, step, outcome)
        outcomes.append(outcome)
        if outcome.verdict is not CallVerdict.DONE:
            break
    return outcomes


def _perform_stored(
    ctx: Context, plugin: Plugin, services: Services, change: ChangeRequest, lease: Lease, *, step: int
) -> CallOutcome:
    """Make a call that changes the store alone: it is done together with its answer, or not at all."""
    with under_lease(ctx, lease) as tx:
        outcome = _perform(plugin, services, change, step)
        _record_answer(tx, ctx, change, step, outcome)
    return outcome


def _perform(plugin: Plugin, services: Services, change: ChangeRequest, step: int) -> CallOutcome:
    return sanitize(plugin.perform(services, change.place, change.plan.calls[step]))


def _record_answer(tx: Transaction, ctx: Context, change: ChangeRequest, step: int, outcome: CallOutcome) -> None:
    told = {name: fact for name, fact in outcome.facts.items() if name in FACTS}
    method = change.plan.calls[step].method
    facts: dict[str, Fact] = {"method": method, "verdict": outcome.verdict, "code": outcome.code, **told}
    tx.changes.answer(change.number, step, outcome, at=ctx.clock.now_ms(), steady=steady_ms(ctx))
    record_change(tx, Tag.CALL_ANSWERED, change, actor=SYSTEM, facts=facts)
    if outcome.private is not None:
        # Never under the card, where others read it.
        notify_person(tx, ctx, change.requester, change.channel, outcome.private, sealed=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What became of reading a target after its change."""

    observed: Observation | None = None
    """What is true of it; None where it could not be read."""
    fault: Text | None = None
    """Why it could not be read, where that was a fault of the plugin."""


def observe_target(ctx: Context, plugin: Plugin, change: ChangeRequest) -> Reading:
    """Read what is true of the target now."""
    try:
        return Reading(observed=sanitize(plugin.verify(ctx.services(plugin.name), change.place, change.plan)))
    except PluginFault as fault:
        return Reading(fault=fault.sentence)
    except PluginError:
        return Reading()


def _finish_job(
    ctx: Context,
    job: Job,
    change: ChangeRequest,
    old: Status,
    ending: Ending,
    *,
    tag: Tag,
    lease: Lease | None = None,
) -> None:
    """The ending and the end of the job; under the lease, where one was taken."""
    with ctx.store.unit_of_work() if lease is None else under_lease(ctx, lease) as tx:
        finish_request(tx, ctx, change, old, ending, tag=tag)
        tx.jobs.finish(job)
    ctx.threads.wake()
