"""A slash command becomes an answer, or a change request with a card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot import clock as ids
from bot.core import mentions
from bot.core.audit.audit_record import Entry, Fact, Tag
from bot.core.audit.stored_views import preview_view
from bot.core.authority.policy import Allowed, BrokenGlass, Decision, NeedsApproval, NeedsConfirmation, Refused, needs
from bot.core.bot_errors import ConfigurationError, NotPermitted, PluginFault, StoreUnavailable, WordsError
from bot.core.change.change_request import ChangeRequest, NewChange, Status
from bot.core.change.planned_command import Answered, Considered, Planned
from bot.core.change.plans import decision_to_json
from bot.core.messages.deliveries import SlashCommand
from bot.core.parsing.invocation import legible, read_line
from bot.core.principals import Principal
from bot.core.redaction.redactor import shorten
from bot.core.redaction.sanitizer import sanitize_text
from bot.core.text import moment
from bot.plugin import PluginError, Refusal, Reply, UndoKind
from bot.store.repositories.jobs import Job
from bot.usecases.admin.admin_commands import LONGEST_REASON
from bot.usecases.admin.builtin_plugin import do_at_once
from bot.usecases.authority.attestation import attest
from bot.usecases.authority.break_glass_log import breaker_of, keeps_glass
from bot.usecases.authority.eligibility import check_can_be_approved, check_few_open
from bot.usecases.authority.memberships import look_up
from bot.usecases.authority.refusal_records import record_refusal, record_refused_click
from bot.usecases.change_entries import record_change, recorded_line
from bot.usecases.context import Context
from bot.usecases.intake.stop_requests import freeze_line
from bot.usecases.intake.stop_words import settle_stop
from bot.usecases.integrity.active_limits import hurdle
from bot.usecases.integrity.audit_gate import try_audit_again
from bot.usecases.notifications import error_reply, note_trouble, say_under_card, show_card, told, whisper
from bot.usecases.outcomes.undo_links import find_undone
from bot.usecases.requests.planning import consider, require_member
from bot.usecases.requests.read_progress import Reporter
from bot.usecases.wake_signal import Group


def submit(ctx: Context, job: Job, slash: SlashCommand, *, pressed_on: ChangeRequest | None = None) -> None:
    """Answer a slash command. Everything stored, and the end of the job, is one transaction.

    `pressed_on` is the change request on whose card a button stands for the command: a refused click is recorded for
    it each time, and a refused line that was typed may be folded with others.
    """
    reporter = Reporter(ctx.clock, ctx.messenger, slash.person, slash.channel, ctx.pace)
    try:
        considered = consider(ctx, slash.person, freeze_line(slash.text), reporter)
        reply, mood = _take(ctx, job, slash, considered)
    except StoreUnavailable:
        # No refusal: a freeze that could not be stored just now stays.
        raise
    except PluginError as error:
        _refuse(ctx, job, slash, error, pressed_on)
        return
    finally:
        reporter.finish()
    if reply is not None:
        with ctx.store.unit_of_work() as store:
            store.record(_entry(ctx, Tag.COMMAND_RAN, slash, **portal_fact(considered)))
            _answer(ctx, job, slash, reply, mood=mood)
        # After the commit: whoever is woken before it waits for it.
        ctx.wake(Group.ANSWERS)
    else:
        ctx.wake()


def _refuse(ctx: Context, job: Job, slash: SlashCommand, error: PluginError, pressed_on: ChangeRequest | None) -> None:
    suggestion = error.suggestion if isinstance(error, WordsError) else ""
    reference = note_trouble(error, f"{slash.person.id} typed {recorded_line(ctx, slash.text)}")
    reply = error_reply(error, reference=reference)
    with ctx.store.unit_of_work():
        if isinstance(error, NotPermitted) and pressed_on is not None:
            record_refused_click(ctx, slash.person, pressed_on, error.sentence)
        elif isinstance(error, NotPermitted):
            record_refusal(ctx, slash.person, recorded_line(ctx, slash.text), error.sentence)
        mood = "trouble" if isinstance(error, PluginFault) else "refusal"
        _answer(ctx, job, slash, reply, mood=mood, suggestion=suggestion)
    ctx.wake()


def portal_fact(considered: Considered) -> Mapping[str, Fact]:
    """The portal that an answer is about, for its record, where there are several."""
    return {"portal": considered.portal} if isinstance(considered, Answered) and considered.portal else {}


def _entry(ctx: Context, tag: Tag, slash: SlashCommand, **more: Fact) -> Entry:
    facts: dict[str, Fact] = {"line": recorded_line(ctx, slash.text), **more}
    return Entry(tag=tag, actor=slash.person.id, subject=slash.person.id, facts=facts)


def _take(ctx: Context, job: Job, slash: SlashCommand, considered: Considered) -> tuple[Reply | None, str]:
    """The reply to give, or None when a change request was opened and the job is finished."""
    match considered:
        case Answered(reply=reply, calm=calm):
            return reply, "calm" if calm else "answer"
        case Planned() if considered.understood.invocation.dry_run:
            return preview(considered), "answer"
        case Planned(decision=Allowed()):
            with ctx.store.unit_of_work() as store:
                reply = do_at_once(ctx, slash.person, considered)
                store.record(_entry(ctx, Tag.COMMAND_RAN, slash))
                _answer(ctx, job, slash, reply, mood="calm")
            return None, ""
        case Planned():
            note = check_can_be_decided(ctx, slash.person, considered)
            with ctx.store.unit_of_work():
                change, fresh = open_change(
                    ctx, slash.person, considered, channel=slash.channel, answer_url=slash.answer_url
                )
                if fresh or asks_for_same(ctx, change, considered):
                    _answer(ctx, job, slash, opened_reply(ctx, change, fresh=fresh, note=note), mood="calm")
                else:
                    _answer(ctx, job, slash, error_reply(not_taken_on(ctx, change)), mood="refusal")
            return None, ""


def _answer(ctx: Context, job: Job, slash: SlashCommand, reply: Reply, *, mood: str, suggestion: str = "") -> None:
    reply = with_reading(ctx, reply, slash.text)
    whisper(ctx, slash.person, slash.channel, reply, answer_url=slash.answer_url, mood=mood, suggestion=suggestion)
    settle_stop(ctx, slash.key)
    ctx.store.jobs.finish(job)


def with_reading(ctx: Context, reply: Reply, line: str) -> Reply:
    """The answer with the line as it was read, where that is not as it was typed."""
    read = read_line(line, ctx.registry.commands)
    if not read:
        return reply
    shown = legible(sanitize_text(read))
    shown = shown if len(shown) <= 300 else f"{shorten(shown, 300)}… ({len(shown):,} characters)"
    return replace(reply, notes=(*reply.notes, f"I read: {shown}"))


def open_change(
    ctx: Context, requester: Principal, planned: Planned, *, channel: str, answer_url: str = ""
) -> tuple[ChangeRequest, bool]:
    """Store the change request, or find one that is open for the same target. In a unit of work.

    The second value is False when it was found. What only waits for its own requester's word gives way to what somebody
    else asks for. Raises NotPermitted for an account that is no member's, and Refusal when this person has too many
    open.
    """
    require_member(ctx, requester)
    existing = ctx.store.changes.open_for(planned.plugin, planned.place, planned.plan.target)
    for one in existing:
        if not _gives_way(ctx, one, requester):
            show_card(ctx, one.number)
            return one, False
    check_few_open(ctx, requester)
    for one in existing:
        _give_way(ctx, one, requester)
    change = write_change(ctx, requester, planned, channel=channel, answer_url=answer_url)
    for one in existing:
        words = f"{mentions.person(requester)} asked for {told(ctx, change)} before this was confirmed. Withdrawn."
        say_under_card(ctx, one.number, f"{mentions.person(one.requester)} {words}")
    return change, True


def _gives_way(ctx: Context, existing: ChangeRequest, requester: Principal) -> bool:
    """Whether nobody but its requester could end it, who may never come back to it."""
    alone = isinstance(existing.decision, NeedsConfirmation | BrokenGlass)
    return alone and existing.status is Status.PENDING and not ctx.people.same(existing.requester, requester)


def _give_way(ctx: Context, existing: ChangeRequest, requester: Principal) -> None:
    outcome = (
        f"Withdrawn: {mentions.person(requester)} asked for another change of the same target before it was confirmed."
    )
    ended: dict[str, str | int | None] = {"ended_at": ctx.clock.now_ms(), "outcome": outcome}
    ctx.store.changes.move(existing.number, Status.PENDING, Status.WITHDRAWN, changes=ended)
    facts: dict[str, Fact] = {"reason": "asked for another change of the same target before it was confirmed"}
    record_change(ctx.store, Tag.CHANGE_WITHDRAWN, existing, actor=requester.id, facts=facts)
    show_card(ctx, existing.number)


def write_change(
    ctx: Context, requester: Principal, planned: Planned, *, channel: str, answer_url: str = ""
) -> ChangeRequest:
    """Store a change request, whatever else its requester has open. In a unit of work; none is open for the target.

    It keeps its target from others only while its card can be posted: see `bot/usecases/delivery/cards.py`.
    """
    store, now = ctx.store, ctx.clock.now_ms()
    invocation = planned.understood.invocation
    change = store.changes.open(
        NewChange(
            line=invocation.line,
            path=invocation.path,
            plugin=planned.plugin,
            place=planned.place,
            requester=requester,
            reason=shorten(invocation.reason, LONGEST_REASON),
            risk=planned.understood.command.risk.raised_to(planned.plan.risk),
            plan=planned.plan,
            decision=planned.decision,
            created_at=now,
            expires_at=now + expiry_of(planned.decision),
            channel=_card_channel(ctx, planned.decision, channel),
            card_id=ids.token(),
            undo_of=find_undone(ctx, planned),
        )
    )
    facts: dict[str, Fact] = {
        "line": recorded_line(ctx, invocation.line),
        "risk": change.risk,
        "decision": decision_to_json(change.decision),
        "digest": change.digest,
        "reason": change.reason,
        "terms": attest(store.keys, store.changes.exact(change)),
    }
    record_change(store, Tag.CHANGE_REQUESTED, change, actor=requester.id, facts=facts)
    show_card(ctx, change.number, answer_url=answer_url, typed_in=channel)
    return change


def expiry_of(decision: Decision) -> int:
    """Milliseconds a decision waits for people."""
    return decision.expires_in if isinstance(decision, NeedsApproval | NeedsConfirmation | BrokenGlass) else 0


def _card_channel(ctx: Context, decision: Decision, typed_in: str) -> str:
    if isinstance(decision, NeedsConfirmation):
        return typed_in or ctx.channels.approval
    return ctx.channels.approval or typed_in


def check_can_be_decided(ctx: Context, requester: Principal, planned: Planned) -> str:
    """Refuse at once what could never run: no audit channel that works, nobody who may approve.

    Slack may be asked, so this is not for a unit of work. Returns what the requester has to know, or an empty text.
    """
    note = ""
    match planned.decision:
        case Allowed() | Refused():
            raise NotPermitted("A plan cannot run without a decision.")
        case NeedsApproval() as decision:
            breaker = breaker_of(ctx, planned.plugin, planned.plan.target)
            note = check_can_be_approved(ctx, requester, decision, breaker=breaker)
        case BrokenGlass():
            kept = keeps_glass(ctx, requester)
            if kept:
                raise NotPermitted(kept)
        case NeedsConfirmation():
            pass
    limit = hurdle(ctx, planned.plugin)
    if limit is not None:
        try_audit_again(ctx)
        raise Refusal(
            f"{limit.why} Reading goes on; nothing that changes anything is taken on until {limit.until}.",
            hint="Type status to see all that holds now.",
        )
    if not ctx.channels.approval and requester.local:
        raise ConfigurationError(
            "B24BOT_APPROVAL_CHANNEL is not set, so there is nowhere to ask for approval.",
            hint="Set it in the environment or in .env.",
        )
    # Planning and asking may have taken long; nothing is asked when what is known is fresh.
    look_up(ctx, [requester])
    return note


def asks_for_same(ctx: Context, change: ChangeRequest, planned: Planned) -> bool:
    """Whether an open change request is of the same line, or of one that sends the same for the same end."""
    invocation, plan, open_one = planned.understood.invocation, planned.plan, ctx.store.changes.exact(change)
    if open_one.line == invocation.line:
        return True
    sent = (open_one.path, open_one.plan.calls, open_one.plan.wanted)
    return sent == (invocation.path, plan.calls, plan.wanted)


def not_taken_on(ctx: Context, change: ChangeRequest) -> Refusal:
    """Say that something else is open for the same target, so that nothing was opened."""
    who = f"{mentions.person(change.requester)} asked for it at {moment(change.created_at)}"
    return Refusal(
        f"Not taken on: {told(ctx, change)} must end first.",
        hint=f"{who}; its card is in {mentions.channel(change.channel)}, and its status is {change.status}. "
        "Ask again when it has ended.",
    )


def opened_reply(ctx: Context, change: ChangeRequest, *, fresh: bool, note: str = "") -> Reply:
    where = f"in {mentions.channel(change.channel)}"
    if not fresh:
        who = f"{mentions.person(change.requester)} asked for it at {moment(change.created_at)}"
        return Reply(
            title=f"{told(ctx, change)} is open for this already, {where}. Its status is {change.status}.",
            notes=(f"{who}; until it has ended nothing else is taken on for the same thing.",),
        )
    # The card is on its way, and the place may refuse it: nothing is said that only a posted card makes true.
    card = f"its card goes to {mentions.channel(change.channel)}"
    if isinstance(change.decision, NeedsApproval):
        return Reply(title=f"{told(ctx, change)} waits for approval; {card}.", notes=(note,) if note else ())
    if isinstance(change.decision, BrokenGlass):
        return Reply(title=f"{told(ctx, change)} waits for you to break the glass; {card}.")
    return Reply(title=f"{told(ctx, change)} waits for you to confirm it; {card}.")


_UNDO = {UndoKind.FULL: "full", UndoKind.PARTIAL: "partial", UndoKind.NONE: "none"}


def preview(planned: Planned) -> Reply:
    """What would happen, for --dry-run and the terminal."""
    plan = planned.plan
    facts = [("Portal", f"{planned.portal.name} · {planned.portal.label}")] if planned.portal else []
    facts += [("Would do", note) for note in (*(call.note for call in plan.calls), *plan.notes)]
    facts += [("Touches", line) for line in plan.radius]
    facts += [("Warning", line) for line in plan.warnings]
    facts.append(("Undo", f"{_UNDO[plan.undo.kind]}: {plan.undo.sentence}"))
    facts.append(("Needs", needs(planned.decision)))
    data = preview_view(plan, planned.portal, planned.decision)
    return Reply(title=f"{plan.summary}: only shown, nothing was done", facts=tuple(facts), data=data)
