"""After a crash, or an answer that proves nothing: read back until it is known what happened. Nothing is repeated."""

from __future__ import annotations

from bot import clock as ids
from bot.core.audit import SYSTEM, Entry, Tag
from bot.core.change import ChangeRequest, Status
from bot.core.errors import StoreUnavailable
from bot.core.execution import READS_APART_MS, Ending, settle
from bot.core.plans import canonical
from bot.usecases.context import Context, log
from bot.usecases.execute import close, observe

INTERRUPTED = "b24bot was stopped while this ran, so nobody saw the portal's answer. It is being read back."
INTERRUPTED_BLIND = (
    "b24bot was stopped while this ran, so nobody saw the portal's answer, and nothing shows it when it is read back. "
    "Look on the portal yourself before you ask again."
)
EARLY_READS_APART_MS = 15_000


class Recovery:
    """Reads back what has no proven outcome, each change request at its own pace."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._next_look: dict[int, int] = {}

    def start(self) -> None:
        """Take over what a process that died left behind. Only the one worker calls this, before it works."""
        ctx = self._ctx
        with ctx.store.unit_of_work() as store:
            store.jobs.release_all()
            store.outbox.release_all()
        self.adopt()

    def adopt(self) -> None:
        """Whatever stands as running and is not run by anybody has an outcome that nobody saw."""
        for change in self._ctx.store.changes.with_status([Status.RUNNING]):
            if change.number not in self._ctx.active:
                sentence = INTERRUPTED if change.plan.provable else INTERRUPTED_BLIND
                ending = Ending(status=Status.UNKNOWN, sentence=sentence)
                with self._ctx.store.unit_of_work():
                    close(self._ctx, change, Status.RUNNING, ending, tag=Tag.EXECUTION_INTERRUPTED)

    def look(self) -> int:
        """Read back every unknown outcome that is due; returns how many were decided.

        What reading back cannot prove is left alone: only a person can find out.
        """
        self.adopt()
        now = self._ctx.clock.now_ms()
        due = [
            change
            for change in self._ctx.store.changes.with_status([Status.UNKNOWN])
            if change.plan.provable and self._next_look.get(change.number, 0) <= now
        ]
        return sum(self._look_safely(change) for change in due)

    def _look_safely(self, change: ChangeRequest) -> bool:
        """Look at one; a fault of its plugin keeps it waiting, and nothing else."""
        try:
            return self._look_at(change)
        except StoreUnavailable:
            raise
        except Exception:  # noqa: BLE001 - the edge to a plugin: the other change requests must be read back too
            log.exception(
                "%s cannot be read back (%s)", change.id, ids.incident_id(), extra={"action": "readback_fault"}
            )
            self._next_look[change.number] = self._ctx.clock.now_ms() + EARLY_READS_APART_MS
            return False

    def _look_at(self, change: ChangeRequest) -> bool:
        ctx = self._ctx
        plugin = ctx.registry.plugin(change.plugin)
        settled_at = self._intended_at(change) + ctx.settle_after_ms
        # The clock is read before the portal is: an effect may come between the two, never the other way round.
        now = ctx.clock.now_ms()
        seen = observe(ctx, plugin, change)
        early = now < settled_at
        earlier = ctx.store.changes.seen(change.number)
        same = seen is not None and earlier is not None and earlier[0] == canonical(dict(seen))
        agrees = not early and same and earlier is not None and now - earlier[1] >= READS_APART_MS
        ending = settle(change.plan, seen, agrees=agrees)
        with ctx.store.unit_of_work() as store:
            if ending is not None:
                decided = close(ctx, change, Status.UNKNOWN, ending, tag=Tag.EXECUTION_SETTLED)
                self._next_look.pop(change.number, None)
                ctx.wake()
                return decided
            if seen is not None and not early and not same:
                store.changes.note(change.number, {"seen": canonical(dict(seen)), "seen_at": now})
        wait = min(EARLY_READS_APART_MS, max(settled_at - now, 1)) if early else READS_APART_MS
        self._next_look[change.number] = now + wait
        return False

    def _intended_at(self, change: ChangeRequest) -> int:
        steps = self._ctx.store.changes.steps(change.number)
        return max((step.intended_at for step in steps), default=change.created_at)


def note_start(ctx: Context, version: str, role: str) -> None:
    """Record that a process began to work; its line also proves that the audit channel takes messages."""
    with ctx.store.unit_of_work() as store:
        store.record(
            Entry(tag=Tag.PROCESS_STARTED, actor=SYSTEM, subject=role, facts={"version": version, "kind": role})
        )
