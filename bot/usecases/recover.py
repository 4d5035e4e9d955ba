"""After a crash, or an answer that proves nothing: read back until it is known what happened. Nothing is repeated."""

from __future__ import annotations

from collections.abc import Sequence

from bot import clock as ids
from bot.core.audit import SYSTEM, Entry, Tag
from bot.core.change import ChangeRequest, Status
from bot.core.errors import StoreUnavailable
from bot.core.execution import ASK_PEOPLE_AFTER_MS, READS_APART_MS, interrupted, settle
from bot.core.plans import canonical
from bot.store.changes import Step
from bot.usecases.asking import ask_people
from bot.usecases.context import Context, log
from bot.usecases.elapsed import Elapsed
from bot.usecases.execute import close, observe

EARLY_READS_APART_MS = 15_000


class Recovery:
    """Reads back what has no proven outcome, each change request at its own pace by the steady clock."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._elapsed = Elapsed(ctx.clock)
        self._next_look: dict[int, float] = {}

    def start(self) -> None:
        """Take over what a process that died left behind, at once: whoever holds the worker's seat is the only one.

        Only that worker calls this, before it works.
        """
        ctx = self._ctx
        with ctx.store.unit_of_work() as store:
            store.jobs.release_all()
            store.outbox.release_all()
        self.adopt(alone=True)

    def adopt(self, *, alone: bool = False) -> None:
        """Take over what stands as running under a lease that has run out, or, `alone`, under any at all.

        Whoever held the lease finds the fence moved: it writes nothing more and makes no further call.
        """
        ctx = self._ctx
        for number in ctx.store.leases.ownerless(ctx.clock.now_ms(), alone=alone):
            with ctx.store.unit_of_work() as store:
                if store.leases.adopt(number, ctx.clock.now_ms(), alone=alone):
                    change = store.changes.require(number)
                    verdicts = [step.verdict for step in store.changes.steps(number)]
                    ending = interrupted(change.plan, verdicts, plugin=change.plugin)
                    close(ctx, change, Status.RUNNING, ending, tag=Tag.EXECUTION_INTERRUPTED)
            ctx.wake()

    def look(self) -> int:
        """Read back every unknown outcome that is due; returns how many were decided.

        What reading back cannot prove is left alone: only a person can find out.
        """
        self._elapsed.look()
        self.adopt()
        unknown = [change for change in self._ctx.store.changes.with_status([Status.UNKNOWN]) if change.plan.provable]
        self._elapsed.watch(change.number for change in unknown)
        now = self._ctx.clock.monotonic()
        due = [change for change in unknown if self._next_look.get(change.number, now) <= now]
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
            self._look_again(change, EARLY_READS_APART_MS)
            self._ask_people_if_late(change)
            return False

    def _look_at(self, change: ChangeRequest) -> bool:
        ctx = self._ctx
        plugin = ctx.registry.plugin(change.plugin)
        steps = ctx.store.changes.steps(change.number)
        # The clock is read before the portal is: an effect may come between the two, never the other way round.
        now, left = ctx.clock.now_ms(), self._left(change, steps, ctx.settle_after_ms)
        seen = observe(ctx, plugin, change)
        early = left > 0
        earlier = ctx.store.changes.seen(change.number)
        same = seen is not None and earlier is not None and earlier[0] == canonical(dict(seen))
        # Within this process the pace keeps two reads apart, also when the clock has been set back between them.
        agrees = not early and same and earlier is not None and abs(now - earlier[1]) >= READS_APART_MS
        ending = settle(change.plan, seen, agrees=agrees, intended=len(steps))
        with ctx.store.unit_of_work() as store:
            if ending is not None:
                decided = close(ctx, change, Status.UNKNOWN, ending, tag=Tag.EXECUTION_SETTLED)
                self._next_look.pop(change.number, None)
                ctx.wake()
                return decided
            if seen is not None and not early and not same:
                store.changes.note(change.number, {"seen": canonical(dict(seen)), "seen_at": now})
        self._look_again(change, min(EARLY_READS_APART_MS, left) if early else READS_APART_MS)
        self._ask_people_if_late(change)
        return False

    def _look_again(self, change: ChangeRequest, wait_ms: int) -> None:
        self._next_look[change.number] = self._ctx.clock.monotonic() + wait_ms / 1000

    def _ask_people_if_late(self, change: ChangeRequest) -> None:
        """Ask once. Reading back goes on, and may still be first."""
        ctx, steps = self._ctx, self._ctx.store.changes.steps(change.number)
        if change.asked_at is None and self._left(change, steps, ASK_PEOPLE_AFTER_MS) <= 0:
            with ctx.store.unit_of_work() as store:
                if store.changes.require(change.number).status is Status.UNKNOWN:
                    ask_people(ctx, change)
            ctx.wake()

    def _left(self, change: ChangeRequest, steps: Sequence[Step], span: int) -> int:
        """Milliseconds until so much time has passed since the last call can have been sent."""
        return self._elapsed.left(change.number, self._sent_at(change, steps), span)

    def _sent_at(self, change: ChangeRequest, steps: Sequence[Step]) -> int:
        """No earlier than the last call was sent. One without an answer was, if at all, before its process ended."""
        sent = [step.intended_at if step.sent_at is None else step.sent_at for step in steps]
        if any(step.verdict is None for step in steps):
            ends = self._ctx.store.audit.find(subject=change.id, tag=Tag.EXECUTION_INTERRUPTED, limit=1)
            sent += [record.at for record in ends]
        return max(sent, default=change.created_at)


def note_start(ctx: Context, version: str, role: str) -> None:
    """Record that a process began to work; its line also proves that the audit channel takes messages."""
    with ctx.store.unit_of_work() as store:
        store.record(
            Entry(tag=Tag.PROCESS_STARTED, actor=SYSTEM, subject=role, facts={"version": version, "kind": role})
        )
