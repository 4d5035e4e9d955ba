"""Gauges for monitoring: each is a row that reads the database, so that it is right with any number of processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from bot.core.audit.audit_record import Tag
from bot.core.authority.limits import Mode, strictest_mode
from bot.core.change.change_request import Status
from bot.core.messages.notices import KINDS
from bot.plugin.frozen import dataclass
from bot.store.files.verified_head import read_kept_mark
from bot.usecases.authority.break_glass_log import list_unreviewed
from bot.usecases.context import Context
from bot.usecases.integrity.active_limits import list_limits
from bot.usecases.leases.worker_beat import find_beat_age

Samples = Iterable[tuple[str, float]]
"""Values of the label, empty without one, and the number of each."""
OUTBOX_STATES = ("new", "sending", "dead")


@dataclass(frozen=True, slots=True, kw_only=True)
class GaugeRow:
    """One gauge: its name for Prometheus, the label that splits it, its help text, and what reads it."""

    name: str
    help: str
    read: Callable[[Context], Samples]
    label: str = ""
    grows: bool = False
    """Whether the number only grows, so that it is a counter for Prometheus."""


def _mode(ctx: Context) -> Samples:
    holding = strictest_mode(list_limits(ctx))
    return [(mode.value, float(mode is holding)) for mode in Mode]


def _limits(ctx: Context) -> Samples:
    return [(name, 1.0) for name in sorted({limit.name for limit in list_limits(ctx)})]


def _requests(ctx: Context) -> Samples:
    counts = ctx.store.changes.counts()
    return [(status.value, counts.get(status, 0)) for status in Status]


def _unreviewed(ctx: Context) -> Samples:
    return [("", len(list_unreviewed(ctx)))]


def _outbox_notices(ctx: Context) -> Samples:
    counts = ctx.store.outbox.counts()
    return [(state, counts.get(state, 0)) for state in OUTBOX_STATES]


def _outbox_ages(ctx: Context) -> Samples:
    return [(kind, (ctx.store.outbox.longest_wait(kind) or 0) / 1000) for kind in KINDS]


def _set_aside(ctx: Context) -> Samples:
    return [("", ctx.store.jobs.aside())]


def _audit_records(ctx: Context) -> Samples:
    place = ctx.store.audit.place()
    return [("", place.seq if place else 0)]


def _audit_ages(ctx: Context) -> Samples:
    """A point of the audit chain that does not exist yet has no age."""
    newest, mark = ctx.store.audit.newest(Tag.CHECKPOINT), read_kept_mark(ctx.store.engine, ctx.store.keys)
    times: Mapping[str, int | None] = {
        "checkpoint": newest.at if newest else None,
        "recomputed": mark.at if mark else None,
    }
    return [(point, _age(ctx, at)) for point, at in times.items() if at is not None]


def _beat_age(ctx: Context) -> Samples:
    age = find_beat_age(ctx)
    return [] if age is None else [("", age)]


def _backup_age(ctx: Context) -> Samples:
    newest = ctx.store.audit.newest(Tag.BACKUP_MADE)
    return [("", _age(ctx, newest.at))] if newest else []


def _age(ctx: Context, at: int) -> float:
    return max(0, ctx.clock.now_ms() - at) / 1000


GAUGES: tuple[GaugeRow, ...] = (
    GaugeRow(
        name="b24bot_mode", label="mode", help="1 for the mode in which b24bot works now, 0 for the others.", read=_mode
    ),
    GaugeRow(
        name="b24bot_block_active",
        label="reason",
        help="1 for each reason that blocks changes now. Only a reason in effect has a series.",
        read=_limits,
    ),
    GaugeRow(name="b24bot_change_requests", label="status", help="Change requests, by status.", read=_requests),
    GaugeRow(
        name="b24bot_unreviewed_bypasses",
        help="Change requests that ran without approval and wait for a review.",
        read=_unreviewed,
    ),
    GaugeRow(name="b24bot_outbox_messages", label="state", help="Messages to Slack, by state.", read=_outbox_notices),
    GaugeRow(
        name="b24bot_outbox_oldest_seconds",
        label="kind",
        help="Age of the oldest message that still waits for its delivery to Slack, 0 without one.",
        read=_outbox_ages,
    ),
    GaugeRow(
        name="b24bot_deliveries_set_aside",
        help="Deliveries from Slack that stopped the worker too often and are set aside.",
        read=_set_aside,
    ),
    GaugeRow(
        name="b24bot_audit_records_total", help="Number of the newest audit record.", read=_audit_records, grows=True
    ),
    GaugeRow(
        name="b24bot_audit_chain_age_seconds",
        label="point",
        help="Time since the last checkpoint of the audit log, and since its chain was last recomputed.",
        read=_audit_ages,
    ),
    GaugeRow(
        name="b24bot_worker_beat_age_seconds",
        help="Time since the worker, in whichever process, last wrote its sign of life.",
        read=_beat_age,
    ),
    GaugeRow(name="b24bot_backup_age_seconds", help="Time since the last backup.", read=_backup_age),
)
