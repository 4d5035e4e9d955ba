"""Which limits hold now. Asked when something is taken on, and again in the transaction right before the call."""

from __future__ import annotations

from collections.abc import Callable

from bot.core.audit.audit_record import SYSTEM, Entry, Tag
from bot.core.authority.limits import Limit, Mode, strictest_mode
from bot.core.authority.policy import Refused
from bot.core.change.change_request import Status
from bot.language.recorded_facts import record_messages
from bot.plugin import CommandLine, Message, Refusal
from bot.usecases.context import Context
from bot.usecases.integrity.allow_list_check import find_allow_list_limit
from bot.usecases.integrity.audit_gate import find_audit_channel_limit
from bot.usecases.integrity.commit_safety import find_durability_limit, find_lost_commit_limit
from bot.usecases.integrity.freezes import FROZEN, describe_freezes
from bot.usecases.integrity.witness_writer import find_witness_limit
from bot.usecases.process.replica_agreement import find_disagreement

MODE = "mode"
"""The fact that holds the mode as it was recorded last."""
MOST_UNPROVEN = 5


def find_freeze_limit(ctx: Context) -> Limit | None:
    """Somebody has said stop."""
    stored = ctx.store.facts.get(FROZEN)
    if not stored:
        return None
    why, until = describe_freezes(stored), Message("limit.until.unfrozen")
    return Limit(name="frozen", mode=Mode.NO_DANGER, why=why, until=until, spares_builtin=True)


def find_replica_limit(ctx: Context) -> Limit | None:
    """The processes on the database go by different rules."""
    return find_disagreement(ctx.store)


def find_unproven_limit(ctx: Context) -> Limit | None:
    """Too many outcomes that nobody knows: something is wrong with the place or with us."""
    if not ctx.store.changes.more_than(MOST_UNPROVEN, Status.UNKNOWN):
        return None
    why = Message("limit.unproven", count=MOST_UNPROVEN)
    return Limit(name="unproven", mode=Mode.NO_DANGER, why=why, until=Message("limit.until.resolved"))


CHECKS: tuple[Callable[[Context], Limit | None], ...] = (
    find_lost_commit_limit,
    find_durability_limit,
    find_freeze_limit,
    find_replica_limit,
    find_unproven_limit,
    find_audit_channel_limit,
    find_witness_limit,
    find_allow_list_limit,
)
"""Looked at each time; what takes longer is found by others and kept in `ctx.limits`."""


def list_limits(ctx: Context) -> list[Limit]:
    """Every reason that holds now."""
    found = [limit for check in CHECKS if (limit := check(ctx)) is not None]
    return [*found, *ctx.limits.list_all()]


def note_mode(ctx: Context) -> Mode:
    """Record when the mode is another one than it was; returns it. Only the worker calls this."""
    holding = list_limits(ctx)
    mode, before = strictest_mode(holding), Mode(ctx.store.facts.get(MODE) or Mode.NORMAL)
    if mode is not before:
        facts = record_messages({"mode": mode, "before": before, "reason": tuple(limit.why for limit in holding)})
        with ctx.store.unit_of_work() as tx:
            tx.facts.put(MODE, mode)
            tx.record(Entry(tag=Tag.MODE_CHANGED, actor=SYSTEM, subject="b24bot", facts=facts))
    return mode


def blocking_limit(ctx: Context, plugin: str) -> Limit | None:
    """The first limit that keeps a plan of this plugin from running now."""
    local = ctx.registry.is_local(plugin)
    return next((limit for limit in list_limits(ctx) if limit.blocks(local=local)), None)


def find_terminal_block(ctx: Context) -> Refusal | None:
    """The refusal of a terminal command that changes a place, while the bot is frozen or may only read.

    An audit channel that is dead or lags behind is a reason as well. Without one such a command works: somebody may try
    a place before the chat is set up.
    """
    channel = find_audit_channel_limit(ctx) if ctx.chat.channels.audit else None
    reading = (limit for limit in list_limits(ctx) if limit.mode is Mode.READ_ONLY)
    limits = [find_freeze_limit(ctx), channel, *reading]
    return next((refuse_by_limit(limit) for limit in limits if limit is not None), None)


def refuse_by_limit(limit: Limit) -> Refusal:
    """The refusal of a change while this limit holds."""
    return Refusal(
        Message("limit.not_taken_on", why=limit.why, until=limit.until),
        hint=Message("limit.status_hint", command=CommandLine(command_line="status")),
    )


def check_limits(ctx: Context, plugin: str) -> Refused | None:
    """Refuse, in a sentence, while a limit keeps the plans of this plugin from running."""
    limit = blocking_limit(ctx, plugin)
    return Refused(reason=limit.why) if limit is not None else None
