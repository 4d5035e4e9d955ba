"""The status of the bot: each row of the answer is a function, so that another one is a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from itertools import chain

from bot.core.audit.audit_record import Tag
from bot.core.authority.limits import Mode, strictest_mode
from bot.core.change.change_request import Status
from bot.plugin import CommandLine, Message, Reply, Text, Time, time_or_none
from bot.plugin.frozen import dataclass
from bot.store.disk.process_lock import INTAKE, WORKER
from bot.store.files.verified_head import read_kept_mark
from bot.store.repositories.replication.replicas import Replica
from bot.usecases.authority.break_glass_log import list_unreviewed
from bot.usecases.context import Context
from bot.usecases.integrity.active_limits import list_limits
from bot.usecases.integrity.chain_check import is_unchecked
from bot.usecases.integrity.lost_access import find_lost_access
from bot.usecases.integrity.witness_writer import find_write_failure

Row = tuple[Text, Text]

MODES: Mapping[Mode, Message] = {
    Mode.NORMAL: Message("status.mode_normal"),
    Mode.NO_DANGER: Message("status.mode_no_danger"),
    Mode.READ_ONLY: Message("status.mode_read_only"),
}
"""What each mode means for people."""


def _mode(ctx: Context) -> Iterable[Row]:
    holding = list_limits(ctx)
    yield Message("status.mode"), MODES[strictest_mode(holding)]
    yield from ((Message("status.because"), limit.why) for limit in holding)


def _requests(ctx: Context) -> Iterable[Row]:
    counts = ctx.store.changes.counts()
    unknown = counts.get(Status.UNKNOWN, 0)
    open_requests = Message(
        "status.open_requests",
        pending=counts.get(Status.PENDING, 0),
        approved=counts.get(Status.APPROVED, 0),
        running=counts.get(Status.RUNNING, 0),
        unknown=unknown,
    )
    yield Message("status.requests"), open_requests
    if unknown:
        command = CommandLine(command_line="request list --status unknown")
        yield Message("status.unproven"), Message("status.unproven_count", count=unknown, command=command)


def _unreviewed_rows(ctx: Context) -> Iterable[Row]:
    broken = [record.subject for record in list_unreviewed(ctx)]
    if broken:
        command = CommandLine(command_line=f"request review {broken[0]}")
        yield Message("status.unreviewed"), Message("status.unreviewed_list", requests=tuple(broken), command=command)


def _outbox(ctx: Context) -> Iterable[Row]:
    counts = ctx.store.outbox.counts()
    waiting = counts.get("new", 0) + counts.get("sending", 0)
    yield Message("status.messages_waiting"), Message("status.number", number=waiting)
    yield Message("status.messages_failed"), Message("status.number", number=counts.get("dead", 0))


def _set_aside_rows(ctx: Context) -> Iterable[Row]:
    aside = ctx.store.jobs.aside()
    if aside:
        yield Message("status.set_aside"), Message("status.set_aside_count", count=aside)


def _audit_lines(ctx: Context) -> Iterable[Row]:
    waited = ctx.store.outbox.longest_wait("audit")
    oldest = Message("status.backlog_none")
    if waited is not None:
        oldest = Message("status.backlog_oldest", age=describe_age(waited))
    yield Message("status.backlog"), oldest


def _checkpoint(ctx: Context) -> Iterable[Row]:
    record = ctx.store.audit.newest(Tag.CHECKPOINT)
    if record is not None:
        yield (
            Message("status.checkpoint"),
            Message("status.checkpoint_at", record=str(record.seq), hash=record.head, time=Time(time=record.at)),
        )


def _audit_log(ctx: Context) -> Iterable[Row]:
    mark = read_kept_mark(ctx.store.engine, ctx.store.keys)
    if ctx.audit.chain.unchecked is not None:
        record = str(ctx.audit.chain.verified.seq)
        yield (
            Message("status.audit_log"),
            Message("status.log_check_holds_changes", record=record)
            if is_unchecked(ctx)
            else Message("status.log_check", record=record),
        )
    elif mark is not None:
        checked = Message("status.log_checked", record=str(mark.place.seq), time=Time(time=mark.at))
        yield Message("status.audit_log"), checked


def _witness(ctx: Context) -> Iterable[Row]:
    found = find_write_failure(ctx)
    if found is not None:
        since = Message("status.witness_unwritten", time=Time(time=found[0]), cause=found[1])
        yield Message("status.witness"), since


def _slack_access(ctx: Context) -> Iterable[Row]:
    lost = find_lost_access(ctx.store.facts)
    if lost is not None:
        yield Message("status.slack"), lost.sentence


def _replicas(ctx: Context) -> Iterable[Row]:
    """Where other hosts may work on the same rows."""
    if ctx.store.engine.shared:
        for one in ctx.store.replicas.list():
            yield Message("status.replica"), describe_replica(one)


def _version(ctx: Context) -> Iterable[Row]:
    yield Message("status.version"), ctx.deployment.version


ROWS: tuple[Callable[[Context], Iterable[Row]], ...] = (
    _mode,
    _slack_access,
    _requests,
    _unreviewed_rows,
    _outbox,
    _set_aside_rows,
    _audit_lines,
    _audit_log,
    _checkpoint,
    _witness,
    _replicas,
    _version,
)


def report_status(ctx: Context) -> Reply:
    """Report the status of the bot now."""
    return Reply(
        title=Message("status.title"), facts=tuple(chain.from_iterable(row(ctx) for row in ROWS)), data=_view(ctx)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRow:
    """One reason why the bot does not do everything."""

    name: str
    """A code for the reason, for example `frozen` or `audit-channel`."""
    mode: Mode
    """What the reason leaves the bot to do."""
    why: Text
    """The reason as a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointRow:
    """The newest audit record that names the head of the whole log."""

    seq: int
    """The number of the record."""
    head: str
    """The head, as hex digits."""
    at: Time
    """When the record was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLogState:
    """How far the audit log was recomputed."""

    recomputed_to: int | None
    """The number of the last record that was recomputed; null where none was yet."""
    recomputed_at: Time | None
    """When the log was last recomputed; null where it never was."""
    changes_wait: bool
    """Whether changes wait until the log is recomputed."""


class ReplicaRole(StrEnum):
    """What a process does on the database."""

    WORKER = WORKER
    INTAKE = INTAKE
    STANDBY = "standby"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaRow:
    """One process that works on the database."""

    host: str
    """The host on which it runs."""
    pid: int
    """The number of the process on its host."""
    roles: tuple[ReplicaRole, ...]
    """What it does now: `standby` takes over the work of a `worker` that stops."""
    version: str
    """The version of b24bot that it runs."""
    beat_age_seconds: float
    """How long ago it said that it is alive, by the clock of the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """The state of b24bot."""

    mode: Mode
    """How much the bot does now."""
    limits: tuple[LimitRow, ...]
    """Why the bot does not do everything; empty in the normal mode."""
    requests: Mapping[Status, int]
    """How many change requests there are, by status."""
    unreviewed_bypasses: tuple[str, ...]
    """The change requests that ran without approval and still wait for a review."""
    notices_waiting: int
    """How many messages wait to be sent."""
    notices_failed: int
    """How many notices are tried no more."""
    oldest_audit_line_waiting_since: Time | None
    """Since when the oldest line for the audit channel waits; null where none waits."""
    checkpoint: CheckpointRow | None
    """The newest checkpoint; null where there is none yet."""
    audit_log: AuditLogState
    """How far the audit log was recomputed."""
    witness_failing_since: Time | None
    """Since when the witness file cannot be written; null while it can."""
    replicas: tuple[ReplicaRow, ...]
    """The processes on the database; none where only one host can reach it."""
    version: str
    """The version of b24bot."""


def _view(ctx: Context) -> StatusReport:
    """The same for programs."""
    holding = list_limits(ctx)
    outbox, waited = ctx.store.outbox.counts(), ctx.store.outbox.longest_wait("audit")
    mark = read_kept_mark(ctx.store.engine, ctx.store.keys)
    checkpoint, witness = ctx.store.audit.newest(Tag.CHECKPOINT), find_write_failure(ctx)
    return StatusReport(
        mode=strictest_mode(holding),
        limits=tuple(LimitRow(name=limit.name, mode=limit.mode, why=limit.why) for limit in holding),
        requests=ctx.store.changes.counts(),
        unreviewed_bypasses=tuple(record.subject for record in list_unreviewed(ctx)),
        notices_waiting=outbox.get("new", 0) + outbox.get("sending", 0),
        notices_failed=outbox.get("dead", 0),
        oldest_audit_line_waiting_since=time_or_none(None if waited is None else ctx.clock.now_ms() - waited),
        checkpoint=CheckpointRow(seq=checkpoint.seq, head=checkpoint.head, at=Time(time=checkpoint.at))
        if checkpoint
        else None,
        audit_log=AuditLogState(
            recomputed_to=mark.place.seq if mark else None,
            recomputed_at=time_or_none(mark.at if mark else None),
            changes_wait=is_unchecked(ctx),
        ),
        witness_failing_since=time_or_none(witness[0] if witness else None),
        replicas=tuple(_replica_row(one) for one in ctx.store.replicas.list() if ctx.store.engine.shared),
        version=ctx.deployment.version,
    )


def _replica_row(one: Replica) -> ReplicaRow:
    return ReplicaRow(
        host=one.host,
        pid=one.pid,
        roles=tuple(map(ReplicaRole, one.roles)),
        version=one.version,
        beat_age_seconds=one.age_ms / 1000,
    )


def describe_replica(one: Replica) -> Message:
    """Describe a process that works on the database in one line."""
    roles, age = "+".join(one.roles), describe_age(one.age_ms)
    if one.beats:
        return Message(
            "status.replica_beats", host=one.host, process=str(one.pid), roles=roles, version=one.version, age=age
        )
    return Message(
        "status.replica_silent", host=one.host, process=str(one.pid), roles=roles, version=one.version, age=age
    )


def describe_age(milliseconds: int) -> Message:
    """Describe a time that has passed in its largest unit: `12 seconds`, `3 minutes`, `2 hours`."""
    seconds = max(0, milliseconds // 1000)
    if seconds >= 3_600:
        return Message("time.hours", count=seconds // 3_600)
    if seconds >= 60:
        return Message("time.minutes", count=seconds // 60)
    return Message("time.seconds", count=seconds)
