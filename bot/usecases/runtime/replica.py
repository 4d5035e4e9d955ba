"""This process among the replicas: its row, its beat, and the ones that beat no more."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Collection, Iterable, Mapping

from bot.store.disk.process_lock import WORKER
from bot.store.repositories.replication.live_replicas import KEYS
from bot.store.repositories.replication.replicas import NewReplica, Replica
from bot.usecases.context import Context, log
from bot.usecases.runtime.worker import go_round

BEAT_SECONDS = 0.5
SEEN_MS = 3_000
"""How long a replica has to be seen without a beat. After an outage of the server every beat is old, for a moment."""
GAP_MS = 2_000
"""Between two looks. After a longer pause, as of this process, what was seen before it does not count."""
START_SECONDS = 1.0
"""Before a replica begins to work for another one: no channel gets two posts in the same second."""
STANDBY = "standby"
"""In place of the role of the worker, while another replica works."""
NAME, LOOK, START = "replica", "replica-look", "take-over"


class ReplicaBeat:
    """Gives this process its row, and says again and again that it is alive where other hosts may be beside it.

    One replica works at a time. The others stand by, and one of them begins when that one ends or is dead. `begin` is
    called then. `settings` are digests of what decides. The ids of the keys are reported beside them: what one process
    seals, the next one has to be able to read.
    """

    def __init__(
        self, ctx: Context, roles: Iterable[str], *, begin: Callable[[], object], settings: Mapping[str, str]
    ) -> None:
        self._ctx = ctx
        self._roles = tuple(roles)
        self._begin = begin
        self._settings = settings
        self.works = False
        """Whether this one has the role of the worker now."""
        self._seen: dict[tuple[str, int], int] = {}
        """Since when each beat has been seen, in milliseconds of the steady clock."""
        self._looked = 0
        self._stopping = threading.Event()
        # A look that has to wait, for the lock or for a read of another thread, must not keep the beat waiting.
        self._threads = [self._thread(NAME, self._beat, BEAT_SECONDS), self._thread(LOOK, self._look, BEAT_SECONDS)]

    def start(self, former: Collection[str] = ()) -> bool:
        """Take a row, and begin to beat; returns whether this process is the one that works.

        `former` are owners of which the locks of this host show that they are dead. Where no other host can be, they
        show it of whoever has one of the roles.
        """
        ctx, engine = self._ctx, self._ctx.store.engine
        began = ctx.process.steady()
        with ctx.store.unit_of_work() as tx:
            rows = tx.replicas.list()
            dead = [row for row in rows if row.owner in former or not (engine.shared or self._is_beside(row))]
            tx.replicas.remove_dead(dead)
            self.works = WORKER in self._roles and not any(WORKER in row.roles for row in rows if row not in dead)
            tx.replicas.register(self._describe())
        engine.act_as(ctx.process.name)
        if engine.shared:
            ctx.process.note_beat(began)
            for thread in self._threads:
                thread.start()
        if WORKER in self._roles and not self.works:
            log.info("another replica works; this one stands by", extra={"action": "standby"})
        return self.works

    def _describe(self) -> NewReplica:
        ctx = self._ctx
        return NewReplica(
            owner=ctx.process.name,
            roles=self._roles if self.works else self._list_standby_roles(),
            host=socket.gethostname(),
            pid=os.getpid(),
            version=ctx.deployment.version,
            policy=ctx.deployment.rules.digest,
            settings={**self._settings, KEYS: "+".join(ctx.store.keys.ids)},
        )

    def _list_standby_roles(self) -> tuple[str, ...]:
        return tuple(STANDBY if role == WORKER else role for role in self._roles)

    def _is_beside(self, row: Replica) -> bool:
        """Whether it has none of the roles of this process."""
        return not set(row.roles) & set(self._roles)

    def stop(self, *, busy: bool = False) -> None:
        """End the beat, and give the row back. Where threads are `busy` still, it is left to run out."""
        self._stopping.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(timeout=BEAT_SECONDS + START_SECONDS)
        if not busy:
            with self._ctx.store.unit_of_work() as tx:
                tx.replicas.leave(self._ctx.process.name)
                self._ctx.store.engine.act_as("")

    def _run(self, name: str, step: Callable[[], bool], pause: float) -> None:
        """Go on until `step` says that it is done."""
        while not self._stopping.wait(pause):
            if go_round(self._ctx.threads, name, step):
                return

    def _thread(self, name: str, step: Callable[[], bool], pause: float) -> threading.Thread:
        return threading.Thread(target=self._run, args=(name, step, pause), name=name, daemon=True)

    def _beat(self) -> bool:
        store, began = self._ctx.store, self._ctx.process.steady()
        if store.replicas.beat(self._ctx.process.name):
            self._ctx.process.note_beat(began)
        elif not self._stopping.is_set():
            # The engine looks for the row, and ends the process.
            with store.unit_of_work():
                log.error("the row of this replica is gone", extra={"action": "replica_buried"})
        return False

    def _look(self) -> bool:
        """Remove who is dead, and begin to work where nobody does."""
        rows = [row for row in self._ctx.store.replicas.list() if row.owner != self._ctx.process.name]
        now = self._note_seen(rows)
        dead = [row for row in rows if self._is_dead(row, now)]
        wanted = WORKER in self._roles and not self.works
        if dead or (wanted and not any(WORKER in row.roles for row in rows)):
            self._remove_dead(dead, wanted=wanted)
        return False

    def _note_seen(self, rows: Iterable[Replica]) -> int:
        """Note which beats stand now; returns the moment."""
        now = round(self._ctx.clock.monotonic() * 1000)
        known = self._seen if now - self._looked < GAP_MS else {}
        self._seen = {(row.owner, row.beat): known.get((row.owner, row.beat), now) for row in rows}
        self._looked = now
        return now

    def _is_dead(self, row: Replica, now: int) -> bool:
        return not row.beats and now - self._seen[row.owner, row.beat] >= SEEN_MS

    def _remove_dead(self, dead: Iterable[Replica], *, wanted: bool) -> None:
        own = self._ctx.process.name
        with self._ctx.store.unit_of_work() as tx:
            removed = tx.replicas.remove_dead(dead)
            taken = any(WORKER in row.roles for row in tx.replicas.list() if row.owner != own)
            if wanted and not taken:
                tx.replicas.set_roles(own, self._roles)
        for row in removed:
            log.warning("a replica is dead: %s, process %s", row.host, row.pid, extra={"action": "replica_dead"})
        if wanted and not taken:
            self.works = True
            log.warning("this replica works from now on", extra={"action": "take_over"})
            self._threads.append(self._thread(START, self._take_over, START_SECONDS))
            self._threads[-1].start()

    def _take_over(self) -> bool:
        """Begin, beside the beat: what is looked at before takes longer than a replica may be silent."""
        self._begin()
        return True
