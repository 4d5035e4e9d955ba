"""After a crash, or an answer that proves nothing: read back until it is known what happened. Nothing is repeated."""

from __future__ import annotations

from collections.abc import Collection

from bot.core.audit.audit_record import SYSTEM, Entry, Tag
from bot.core.bot_errors import StoreUnavailable
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.outcome import READS_APART_MS, judge_interruption, judge_settlement
from bot.core.encoding import canonical
from bot.plugin import Observation, Settling
from bot.store.repositories.replication.leases import Running
from bot.usecases.context import Context
from bot.usecases.execution.executor import observe_target
from bot.usecases.intake.quarantine import set_aside_poison
from bot.usecases.intake.waiting_deliveries import place_deliveries
from bot.usecases.leases.lease_holding import steady_ms
from bot.usecases.outcomes.ending import finish_request
from bot.usecases.outcomes.outcome_questions import ask_people

EARLY_READS_APART_MS = 15_000
NOT_LOADED = Settling(late_effects=0.0)
"""Of a plugin that is not there any more: nothing can be read back, and people are asked."""


class Reconciler:
    """Reads back what has no proven outcome, each change request at its own pace by the steady clock."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._known: dict[int, int] = {}
        """Since when this process knows of each unknown outcome, by the steady clock."""
        self._next_look: dict[int, float] = {}

    def start(self, dead: Collection[str] | None = None) -> None:
        """Take over what a process that died left behind, at once: whoever holds the worker's lock is the only one.

        Only that worker calls this, before it works. `dead` are owners that are known to be dead; None where all others
        are. Of any other owner it is only known that it commits nothing more: a call of it may be on its way, and is
        read back once its lease has run out.
        """
        ctx = self._ctx
        with ctx.store.unit_of_work() as tx:
            tx.jobs.release_all()
            tx.jobs.hurry_all()
            place_deliveries(tx, ctx)
            set_aside_poison(tx, ctx)
            tx.outbox.release_all()
            # Whoever starts it may have mended what kept notices from getting out.
            tx.outbox.hurry_all()
        self.take_over(alone=dead is None, dead=dead or ())

    def take_over(self, *, alone: bool = False, dead: Collection[str] = ()) -> None:
        """Take over what stands as running and nobody runs; `alone` says that every other owner is known to be dead.

        Whoever held the lease finds the fence moved: it writes nothing more and makes no further attempt at a call.
        """
        ctx = self._ctx
        for running in ctx.store.leases.running():
            known = alone or self._ctx.process.process_of(running.owner) in dead
            if not known and self._is_run(running):
                continue
            with ctx.store.unit_of_work() as tx:
                if tx.leases.take_over(running):
                    change = tx.changes.require(running.number)
                    verdicts = [step.verdict for step in tx.changes.steps(running.number)]
                    if None in verdicts:
                        # It was sent, if at all, before now.
                        tx.changes.note(running.number, {"sent_steady": steady_ms(ctx)})
                    local = self._ctx.registry.is_local(change.plugin)
                    ending = judge_interruption(change.plan, verdicts, local=local)
                    finish_request(tx, ctx, change, Status.RUNNING, ending, tag=Tag.EXECUTION_INTERRUPTED)
            ctx.threads.wake()

    def _is_run(self, running: Running) -> bool:
        """Whether somebody may still run it.

        Of this process's threads it is known, however long they wait. Another process's owner is believed as long as
        its lease lasts, and each of its attempts has ended by then.
        """
        if self._ctx.process.is_own(running.owner):
            return self._ctx.process.is_at_work(running.owner)
        return running.lasts(steady_ms(self._ctx))

    def run_once(self) -> int:
        """Read back every unknown outcome that is due; returns how many were decided.

        What reading back cannot prove is left alone: only a person can find out.
        """
        self.take_over()
        unknown = [change for change in self._ctx.store.changes.with_status([Status.UNKNOWN]) if change.plan.provable]
        steady = steady_ms(self._ctx)
        self._known = {change.number: self._known.get(change.number, steady) for change in unknown}
        now = self._ctx.clock.monotonic()
        due = [change for change in unknown if self._next_look.get(change.number, now) <= now]
        return sum(self._look_safely(change) for change in due)

    def _look_safely(self, change: ChangeRequest) -> bool:
        """Look at one. A fault keeps it waiting, is logged while it lasts, and keeps nothing else."""
        try:
            decided = self._look_at(change)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - what is stored of it may be unreadable: the others are read back
            self._ctx.threads.troubles.met(f"reading back {change.id}", error)
            self._look_again(change, EARLY_READS_APART_MS)
            self._ask_people_if_late(change)
            return False
        self._ctx.threads.troubles.record_recovery(f"reading back {change.id}")
        return decided

    def _look_at(self, change: ChangeRequest) -> bool:
        ctx = self._ctx
        change = ctx.store.changes.exact(change)
        plugin = ctx.registry.plugin(change.plugin)
        steps = ctx.store.changes.steps(change.number)
        # The clock is read before the place is: an effect may come between the two, never the other way round.
        settle_after = ctx.deployment.settle_after_ms or plugin.settling.late_effects_ms
        now, left = steady_ms(ctx), self._left(change, settle_after)
        read = observe_target(ctx, plugin, change)
        seen, fault = read.observed, read.fault or ""
        early = left > 0
        earlier = ctx.store.changes.seen(change.number)
        same = seen is not None and earlier is not None and earlier[0] == self._fingerprint(seen)
        # An earlier read at a later moment is from before a restart of the machine.
        agrees = not early and same and earlier is not None and abs(now - earlier[1]) >= READS_APART_MS
        ending = judge_settlement(change.plan, seen, agrees=agrees, outcomes=[step.outcome for step in steps])
        with ctx.store.unit_of_work() as tx:
            if ending is not None:
                decided = finish_request(tx, ctx, change, Status.UNKNOWN, ending, tag=Tag.EXECUTION_RESOLVED)
                self._next_look.pop(change.number, None)
                ctx.threads.wake()
                return decided
            if fault != change.read_fault:
                tx.changes.note(change.number, {"read_fault": fault})
            if seen is not None and not early and not same:
                tx.changes.note(change.number, {"seen": self._fingerprint(seen), "seen_steady": now})
        self._look_again(change, min(EARLY_READS_APART_MS, left) if early else READS_APART_MS)
        self._ask_people_if_late(change)
        return False

    def _fingerprint(self, seen: Observation) -> str:
        """What tells two observations apart; what was observed is not stored, for it may hold a secret."""
        return self._ctx.store.keys.fingerprint(canonical(dict(seen)))

    def _look_again(self, change: ChangeRequest, wait_ms: int) -> None:
        self._next_look[change.number] = self._ctx.clock.monotonic() + wait_ms / 1000

    def _ask_people_if_late(self, change: ChangeRequest) -> None:
        """Ask once. Reading back goes on, and may still be first."""
        ctx = self._ctx
        plugin = ctx.registry.plugins.get(change.plugin)
        settling = plugin.settling if plugin is not None else NOT_LOADED
        if change.asked_at is None and self._left(change, settling.ask_people_ms) <= 0:
            with ctx.store.unit_of_work() as tx:
                if tx.changes.require(change.number).status is Status.UNKNOWN:
                    ask_people(tx, ctx, change)
            ctx.threads.wake()

    def _left(self, change: ChangeRequest, span: int) -> int:
        """Milliseconds until so much time has passed since the last call can have been sent.

        By the steady clock, which begins anew with the machine: then at least as much has passed as it shows, and where
        it shows nothing yet, what this process has seen pass counts.
        """
        sent = self._ctx.store.changes.sent_steady(change.number)
        steady = steady_ms(self._ctx)
        return (self._known[change.number] if sent is None or sent > steady else sent) + span - steady


def note_start(ctx: Context, version: str, role: str) -> None:
    """Record that a process began to work; its line also proves that the audit channel takes messages."""
    with ctx.store.unit_of_work() as tx:
        tx.record(Entry(tag=Tag.PROCESS_STARTED, actor=SYSTEM, subject=role, facts={"version": version, "kind": role}))
