"""How the bot is: each row of the answer is a function, so that another one is a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain

from bot.core import mentions
from bot.core.audit.audit_record import Tag
from bot.core.authority.limits import Mode, strictest_mode
from bot.core.change.change_request import OPEN, Status
from bot.core.text import format_time, plural
from bot.plugin import Json, Reply, iso, iso_or_none
from bot.store.files.verified_head import read_kept_mark
from bot.usecases.authority.break_glass_log import list_unreviewed
from bot.usecases.context import Context
from bot.usecases.integrity.active_limits import list_limits
from bot.usecases.integrity.chain_check import is_unchecked
from bot.usecases.integrity.witness_writer import find_write_failure

Row = tuple[str, str]

MODES: dict[Mode, str] = {
    Mode.NORMAL: "everything is taken on and run",
    Mode.NO_DANGER: "reading goes on; nothing that changes a portal is taken on or run",
    Mode.READ_ONLY: "reading goes on; nothing is changed, not even the allow-list",
}
"""What each mode means for people."""


def _mode(ctx: Context) -> Iterable[Row]:
    holding = list_limits(ctx)
    mode = strictest_mode(holding)
    yield "Mode", f"{mode}: {MODES[mode]}."
    yield from (("Because", limit.why) for limit in holding)


def _requests(ctx: Context) -> Iterable[Row]:
    counts = ctx.store.changes.counts()
    yield "Change requests", ", ".join(f"{counts.get(status, 0)} {status}" for status in OPEN)
    unknown = counts.get(Status.UNKNOWN, 0)
    if unknown:
        yield "Not proven", f"{plural(unknown, 'outcome')}; see request list --status unknown"


def _unreviewed_rows(ctx: Context) -> Iterable[Row]:
    broken = [record.subject for record in list_unreviewed(ctx)]
    if broken:
        how = f"an admin types request review {broken[0]}, and another admin approves it"
        yield "Broken glasses without a review", f"{', '.join(broken)}; {how}"


def _outbox(ctx: Context) -> Iterable[Row]:
    counts = ctx.store.outbox.counts()
    waiting = counts.get("new", 0) + counts.get("sending", 0)
    yield "To be said", plural(waiting, "notice")
    yield "Given up on", plural(counts.get("dead", 0), "notice")


def _set_aside_rows(ctx: Context) -> Iterable[Row]:
    aside = ctx.store.jobs.aside()
    if aside:
        yield "Set aside", f"{plural(aside, 'delivery', 'deliveries')} at which b24bot stopped again and again"


def _audit_lines(ctx: Context) -> Iterable[Row]:
    waited = ctx.store.outbox.longest_wait("audit")
    age = "none waits" if waited is None else f"the oldest has waited {format_age(waited)}"
    yield "Audit lines", age


def _checkpoint(ctx: Context) -> Iterable[Row]:
    record = ctx.store.audit.newest(Tag.CHECKPOINT)
    if record is not None:
        yield "Last checkpoint", f"#{record.seq} {record.head} at {format_time(record.at)}"


def _audit_log(ctx: Context) -> Iterable[Row]:
    mark = read_kept_mark(ctx.store.engine, ctx.store.keys)
    if ctx.audit.chain.unchecked is not None:
        waits = "; until then what changes something waits" if is_unchecked(ctx) else ""
        yield "Audit log", f"being recomputed as after each start, up to #{ctx.audit.chain.verified.seq} so far{waits}"
    elif mark is not None:
        yield "Audit log", f"recomputed as a whole up to #{mark.place.seq} at {format_time(mark.at)}"


def _witness(ctx: Context) -> Iterable[Row]:
    found = find_write_failure(ctx)
    if found is not None:
        yield "Witness", f"not written since {format_time(found[0])}: {found[1]}"


def _version(ctx: Context) -> Iterable[Row]:
    yield "Version", ctx.deployment.version


ROWS: tuple[Callable[[Context], Iterable[Row]], ...] = (
    _mode,
    _requests,
    _unreviewed_rows,
    _outbox,
    _set_aside_rows,
    _audit_lines,
    _audit_log,
    _checkpoint,
    _witness,
    _version,
)


def report_status(ctx: Context) -> Reply:
    """How the bot is now."""
    return Reply(title="How b24bot is", facts=tuple(chain.from_iterable(row(ctx) for row in ROWS)), data=_view(ctx))


def _view(ctx: Context) -> Mapping[str, Json]:
    """The same for programs."""
    holding = list_limits(ctx)
    outbox, waited = ctx.store.outbox.counts(), ctx.store.outbox.longest_wait("audit")
    mark = read_kept_mark(ctx.store.engine, ctx.store.keys)
    checkpoint, witness = ctx.store.audit.newest(Tag.CHECKPOINT), find_write_failure(ctx)
    return {
        "mode": strictest_mode(holding),
        "limits": [{"name": limit.name, "mode": limit.mode, "why": mentions.unmark(limit.why)} for limit in holding],
        "requests": {status.value: number for status, number in ctx.store.changes.counts().items()},
        "unreviewed_bypasses": [record.subject for record in list_unreviewed(ctx)],
        "notices_waiting": outbox.get("new", 0) + outbox.get("sending", 0),
        "notices_failed": outbox.get("dead", 0),
        "oldest_audit_line_waiting_since": iso_or_none(None if waited is None else ctx.clock.now_ms() - waited),
        "checkpoint": {"seq": checkpoint.seq, "head": checkpoint.head, "at": iso(checkpoint.at)}
        if checkpoint
        else None,
        "audit_log": {
            "recomputed_to": mark.place.seq if mark else None,
            "recomputed_at": iso_or_none(mark.at if mark else None),
            "changes_wait": is_unchecked(ctx),
        },
        "witness_failing_since": iso_or_none(witness[0] if witness else None),
        "version": ctx.deployment.version,
    }


def format_age(milliseconds: int) -> str:
    """A time that has passed, in its largest unit: `12 seconds`, `3 minutes`, `2 hours`."""
    seconds = max(0, milliseconds // 1000)
    for size, unit in ((3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return plural(seconds // size, unit)
    return plural(seconds, "second")
