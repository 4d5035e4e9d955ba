"""What has to be seen to again and again while the bot works: space, the pages of the file, and backups."""

from __future__ import annotations

from collections.abc import Callable

from bot.core.audit.audit_record import SYSTEM, Entry, Tag
from bot.core.authority.limits import Limit, Mode
from bot.core.bot_errors import StoreDamaged, StoreUnavailable
from bot.core.joined_sentences import pair_sentences
from bot.language.recorded_facts import record_messages
from bot.language.translation import translate
from bot.plugin import Message, PluginError, Text
from bot.plugin.frozen import dataclass
from bot.store.files.backup import HOUR_MS, find_newest_time, prune_copies
from bot.store.files.consistency import assert_sound_beside
from bot.usecases.context import Context, log
from bot.usecases.integrity.allow_list_check import end_roles

DISK, PAGES = "disk", "pages"
LEAST_FREE = 200 * 1024 * 1024
"""Bytes: enough to write down what is going on until somebody has made room."""
PAGES_SECONDS = 86_400.0
FIRST_BACKUP_SECONDS = 60.0
BACKUP_AGAIN_SECONDS = 600.0
FAULT_SECONDS = 60.0
"""After a fault of our own: a copy that fails is still a whole copy, and not to be made each second."""
BACKUP_FAILED = "backup_failed"
"""The fact that holds why the last backup failed; empty when it did not."""
REPLACED, FREED = Message("limit.until.restored"), Message("limit.until.space_freed")


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceTask:
    """One thing to see to. `act` returns in how many seconds it is to be seen to again."""

    name: str
    act: Callable[[Context], float]
    first: float = 0.0
    """Seconds after the start."""


def watch_disk(ctx: Context) -> float:
    """Little room: nothing dangerous is begun, since the record of it might not fit."""
    free = ctx.files.free_bytes(ctx.store.path)
    why = Message("limit.disk", free=free // 1024**2, wanted=LEAST_FREE // 1024**2)
    ctx.limits.keep_limit(
        DISK, Limit(name=DISK, mode=Mode.NO_DANGER, why=why, until=FREED) if free < LEAST_FREE else None
    )
    return 5.0


def watch_pages(ctx: Context) -> float:
    """Look through every page: after a start, which leaves out those of a long audit log, and each day."""
    limit = None
    try:
        assert_sound_beside(ctx.store.engine)
    except StoreDamaged as error:
        limit = Limit(
            name=PAGES,
            mode=Mode.READ_ONLY,
            why=pair_sentences(error.sentence, error.hint),
            until=REPLACED,
        )
    ctx.limits.keep_limit(PAGES, limit)
    return PAGES_SECONDS


def keep_backups(ctx: Context) -> float:
    """A copy an hour, whatever the clock did meanwhile, and the old ones away."""
    store = ctx.store
    now = ctx.clock.now_ms()
    try:
        last = find_newest_time(store.backups, until=now)
        if last is not None and now - last < HOUR_MS:
            return 60.0
        made = store.back_up()
        gone = prune_copies(store.backups, until=ctx.clock.now_ms())
    except PluginError as error:
        return _record_failure(ctx, error.sentence)
    except OSError as error:
        cause = error.strerror or type(error).__name__
        return _record_failure(
            ctx, Message("integrity.backup.folder_unreadable", folder=str(store.backups), cause=cause)
        )
    with store.unit_of_work() as tx:
        tx.facts.put(BACKUP_FAILED, "")
    log.info("backup %s, %d old ones gone", made.path.name, len(gone), extra={"action": "backup_made"})
    return 60.0


def _record_failure(ctx: Context, sentence: Text) -> float:
    """Once in a row of failures: the audit channel is where people look. Returns when to try again."""
    store = ctx.store
    log.error("%s", sentence, extra={"action": "backup_failed"})
    if not store.facts.get(BACKUP_FAILED):
        facts = record_messages({"sentence": sentence})
        with store.unit_of_work() as tx:
            tx.facts.put(BACKUP_FAILED, translate(sentence))
            tx.record(Entry(tag=Tag.BACKUP_FAILED, actor=SYSTEM, subject="database", facts=facts))
    return BACKUP_AGAIN_SECONDS


MAINTENANCE_TASKS: tuple[MaintenanceTask, ...] = (
    MaintenanceTask(name=DISK, act=watch_disk),
    MaintenanceTask(name=PAGES, act=watch_pages),
    MaintenanceTask(name="backup", act=keep_backups, first=FIRST_BACKUP_SECONDS),
    MaintenanceTask(name="roles", act=end_roles),
)


class Maintenance:
    """Sees to each duty when it is due."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        begin = ctx.clock.monotonic()
        self._due = {duty.name: begin + duty.first for duty in MAINTENANCE_TASKS}

    def run_once(self) -> bool:
        """See to what is due. A database that cannot be written keeps one duty waiting, and not the others."""
        for duty in MAINTENANCE_TASKS:
            if self._due[duty.name] > self._ctx.clock.monotonic():
                continue
            wait = FAULT_SECONDS
            try:
                wait = duty.act(self._ctx)
            except StoreUnavailable as error:
                wait = 5.0
                self._ctx.threads.troubles.met(duty.name, error)
            finally:
                self._due[duty.name] = self._ctx.clock.monotonic() + wait
        return False
