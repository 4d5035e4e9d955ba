"""The engine on a PostgreSQL server: units of work are serial by one lock, and no commit is left in doubt."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from bot.clock import SystemClock
from bot.core.bot_errors import ConfigurationError, StoreUnavailable
from bot.plugin import Clock, Message
from bot.store.engine.database import BUSY_SECONDS, sync
from bot.store.engine.failpoints import Failpoint, place_of
from bot.store.engine.kept_commits import Durability
from bot.store.engine.port import Dialect, Row
from bot.store.postgres.answer_deadline import SILENT_SECONDS
from bot.store.postgres.commit_record import READ_MARK, CommitRecord
from bot.store.postgres.connection import Address, Connection, as_rows
from bot.store.postgres.file_copy import copy_out
from bot.store.postgres.levels import TABLE, ServerLevel, ServerLevels
from bot.store.postgres.listener import Listener, channel_of
from bot.store.postgres.server_faults import FAULTS, UNANSWERED, UnfitServer, is_lost, unreadable, unwritable
from bot.store.postgres.server_report import read_durability
from bot.store.postgres.statements import ROW_ID

DIALECT = Dialect(row_id=ROW_ID, greatest="greatest", now="(extract(epoch from clock_timestamp()) * 1000)::bigint")
ASK_SECONDS = 15.0
"""How long the server is asked whether a COMMIT happened whose answer was lost."""
ASK_PAUSE = 0.1
PROMISE_SECONDS = 10.0
"""How long the server's word for what becomes of a commit counts."""
UNKNOWN_COMMIT = 4
"""The exit code of a process that cannot find out whether it committed."""
_TABLE = "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = ?"
_GIVE_BACK = 'VACUUM "{schema}".audit'
_SNAPSHOT = "SELECT pg_current_snapshot()::text"
_REGISTERED = "SELECT EXISTS (SELECT 1 FROM replicas WHERE owner = '{owner}')"
_T = TypeVar("_T")
_LOG = logging.getLogger(__name__)


def end_process(reason: str) -> NoReturn:
    """End this process at once: whatever it does next could contradict what the server has."""
    _LOG.critical("%s The process ends. Another start reads the database and goes on.", reason)
    logging.shutdown()
    os._exit(UNKNOWN_COMMIT)


class PostgresEngine:
    """Rows in one schema of a PostgreSQL database, with one connection to write and one to read.

    Reads of a thread that has a unit of work open belong to it; reads of other threads wait for nobody. `give_up` is
    called with a sentence for the log when nobody can say whether a commit happened, and must not return.
    """

    def __init__(
        self,
        address: Address,
        *,
        busy_seconds: float = BUSY_SECONDS,
        ask_seconds: float = ASK_SECONDS,
        silent_seconds: float = SILENT_SECONDS,
        failpoint: Failpoint | None = None,
        clock: Clock | None = None,
        give_up: Callable[[str], NoReturn] = end_process,
    ) -> None:
        self.dialect = DIALECT
        self.shared = True
        self._owner = ""
        connections = (Connection(address, busy_seconds=busy_seconds, silent_seconds=silent_seconds) for _ in range(3))
        self._writer, self._reader, self._beside = connections
        self.address, self.name = address, address.name
        self.ask_seconds = ask_seconds
        """How long the server is asked about a COMMIT in doubt."""
        self._failpoint, self._give_up, self._silent_seconds = failpoint, give_up, silent_seconds
        self._lock, self._reading, self._besides = threading.RLock(), threading.Lock(), threading.Lock()
        self._clock = clock or SystemClock()
        self._holder: int | None = None
        self._commits, self._changed, self._announced = CommitRecord(), False, False
        self._levels: ServerLevels | None = None
        self._promise: tuple[float, Durability] | None = None
        self._closed = False
        # What is wrong with the address or the server is told now, and not at the first command.
        try:
            _ = self._writer.opened
        except UnfitServer as error:
            raise ConfigurationError(error.sentence, hint=error.hint) from None

    @property
    def in_transaction(self) -> bool:
        return self._holder is not None

    def unit_of_work(self) -> AbstractContextManager[None]:
        """One transaction: all of it happens, or none. Raises StoreUnavailable when it cannot begin or end."""
        return self.unit_with(None)

    @contextmanager
    def unit_with(self, given: _T) -> Iterator[_T]:
        """The same for whoever hands something into it."""
        with self._lock:
            if self._holder is not None:
                self._pass("joined")
                yield given
                return
            self._begin()
            try:
                yield given
                self._pass("before")
            except BaseException:
                self._holder = None
                self._undo()
                raise
            self._holder = None
            self._commit()
            self._pass("after")

    def _pass(self, side: str) -> None:
        if self._failpoint is not None:
            self._failpoint(f"{side}:{place_of(sys._getframe(1))}")

    def _begin(self) -> None:
        self._refuse_closed()
        try:
            try:
                registered = self._begin_asking()
            except FAULTS as error:
                if not is_lost(error):
                    raise
                # It was lost while nothing was open: once more, on a new one, perhaps of another server.
                self._writer.close()
                self._promise = None
                registered = self._begin_asking()
        except FAULTS as error:
            self._undo()
            raise unwritable(error) from None
        if not registered:
            self._undo()
            self._give_up("This process was taken for dead: its beat stopped, and another replica took over.")
        self._holder, self._changed, self._announced = threading.get_ident(), False, False

    def _begin_asking(self) -> bool:
        """Begin, and ask in the same round trip for the last commit and for the row of this replica."""
        question = _REGISTERED.format(owner=self._owner) if self._owner else ""
        kept, registered = self._writer.begin(self._commits.question(), question)
        self._commits.hear(kept)
        return registered

    def _undo(self) -> None:
        if self._writer.closed:
            return
        try:
            self._writer.end("ROLLBACK")
        except UNANSWERED:
            self._writer.close()

    def _commit(self) -> None:
        script = f"{self._commits.number_next() if self._changed else ''}COMMIT"
        if self._announced:
            script = self._commits.tell_others(channel_of(self.address)) + script
        try:
            ended = self._writer.end(script)
        except FAULTS as error:
            if not is_lost(error):
                self._undo()
                raise unwritable(error) from None
            self._writer.close()
            if self._changed:
                self._ask(unwritable(error))
            return
        if ended.word != "COMMIT":
            raise StoreUnavailable(Message("store.database.unwritable", cause=ended.word))
        if self._changed:
            self._refuse_doubtful()
            self._commits.keep(ended.row)

    def _ask(self, lost: StoreUnavailable) -> None:
        """Ask whether the last commit happened: return when it did, and raise `lost` when it did not."""
        until = self._clock.monotonic() + self.ask_seconds
        while (left := until - self._clock.monotonic()) > 0:
            try:
                # What the server says later than that is of no use.
                with self._writer.limited(min(left, self._silent_seconds)):
                    happened, head = self._ask_once()
            except UNANSWERED:
                self._writer.close()
                self._clock.sleep(ASK_PAUSE)
                continue
            if not happened:
                raise lost
            self._refuse_doubtful()
            self._commits.keep(head)
            return
        self._give_up(f"No server answers for {self.ask_seconds:.0f} s whether the last COMMIT happened.")

    def _ask_once(self) -> tuple[bool, tuple[Any, ...] | None]:
        """Return whether the last commit happened, and with which head of the audit log."""
        # With the lock nobody can be writing for us any more: neither the old connection nor the network.
        self._writer.begin()
        happened = self._writer.run(READ_MARK, (self._commits.owner,)).fetchone() == (self._commits.mark,)
        # A mark may be on this server alone, and be lost with it. The standby has it once it has a later one.
        ended = self._writer.end(f"{self._commits.mark_again()}COMMIT" if happened else "ROLLBACK")
        return happened, ended.row

    def _refuse_doubtful(self) -> None:
        """A server that stopped waiting for its standby answers COMMIT with success and a warning."""
        if self._writer.warned:
            self._give_up("The server warned at COMMIT: a standby may not have what was written.")

    def require_unit(self) -> None:
        """Raise RuntimeError outside a unit of work."""
        if self._holder is None:
            raise RuntimeError("a change outside a unit of work")

    def execute(self, sql: str, *values: object) -> int:
        """Run one statement that changes rows; returns how many. Raises RuntimeError outside a unit of work."""
        with self._lock:
            return max(0, int(self._change(sql, values).rowcount))

    def returning(self, sql: str, *values: object) -> list[Row]:
        """Run one statement that changes rows and returns them. Raises RuntimeError outside a unit of work."""
        with self._lock:
            return as_rows(self._change(sql, values), ROW_ID)

    def insert(self, sql: str, *values: object) -> int:
        """Run one INSERT that returns the row's number. Raises RuntimeError outside a unit of work."""
        return int(next(iter(self.returning(sql, *values)[0].values())))

    def _change(self, sql: str, values: tuple[object, ...]) -> Any:
        self.require_unit()
        self._changed = True
        try:
            return self._writer.run(sql, values)
        except FAULTS as error:
            raise unwritable(error) from None

    def add_rows(self, table: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
        """Add many rows at once. Raises RuntimeError outside a unit of work."""
        sql = " ".join(("COPY", table, "(", ", ".join(columns), ") FROM STDIN"))
        with self._lock:
            self.require_unit()
            self._changed = True
            try:
                self._writer.copy(sql, rows)
            except FAULTS as error:
                raise unwritable(error) from None

    def rows(self, sql: str, *values: object) -> list[Row]:
        """All rows of a query, as dictionaries."""
        return self._read(sql, values, lambda cursor: as_rows(cursor, ROW_ID))

    def tuples(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows of a query, as they come: for what is read by the million."""
        return self._read(sql, values, lambda cursor: cursor.fetchall())

    def row(self, sql: str, *values: object) -> Row | None:
        found = self.rows(sql, *values)
        return found[0] if found else None

    def where(
        self, table: str, condition: str, values: Iterable[str | int | None], *, order_by: str, limit: int
    ) -> list[Row]:
        """Rows of a table that meet a condition with ? marks."""
        sql = " ".join(("SELECT * FROM", table, "WHERE", condition, "ORDER BY", order_by, "LIMIT +?"))
        return self.rows(sql, *values, limit)

    def _read(self, sql: str, values: tuple[object, ...], fetch: Callable[[Any], list[_T]]) -> list[_T]:
        self._refuse_closed()
        try:
            if self._holder == threading.get_ident():
                return fetch(self._writer.run(sql, values))
            with self._reading:
                try:
                    return fetch(self._reader.run_transaction(sql, values))
                except FAULTS as error:
                    if not is_lost(error):
                        raise
                    # A question can be asked twice: a server that came back answers it.
                    self._reader.close()
                    return fetch(self._reader.run_transaction(sql, values))
        except FAULTS as error:
            raise unreadable(error) from None

    def has_table(self, name: str) -> bool:
        return bool(self.tuples(_TABLE, name))

    def version(self) -> str | None:
        """Another one after each change, by whichever process; None while the caller changes rows."""
        if self._holder == threading.get_ident():
            return None
        return str(self.tuples(_SNAPSHOT)[0][0])

    def act_as(self, owner: str) -> None:
        self._owner = owner

    def run_beside(self, sql: str, *values: object) -> int:
        """Run it on a connection of its own: a beat must not wait for a process that hangs with the lock."""
        with self._besides:
            self._refuse_closed()
            try:
                return max(0, int(self._beside.run_transaction(sql, values).rowcount))
            except FAULTS as error:
                self._beside.close()
                raise unwritable(error) from None

    def displaced(self) -> Message | None:
        return None

    def lost(self) -> Message | None:
        return None

    def durability(self) -> Durability:
        """Ask the server again after ten seconds, and after a reconnect: a standby may come or go at any time."""
        now = self._clock.monotonic()
        if self._promise is None or now >= self._promise[0]:
            self._promise = now + PROMISE_SECONDS, read_durability(self)
        return self._promise[1]

    def announce(self) -> None:
        self.require_unit()
        self._announced = True

    def listen(self, heard: Callable[[], None]) -> Callable[[], None]:
        return Listener(self.address, self._commits.owner, heard).stop

    def shared_level(self, name: str) -> ServerLevel:
        if self._levels is None:
            with self.unit_of_work():
                self.execute(TABLE)
            self._levels = ServerLevels(self.address)
        return ServerLevel(self._levels, name)

    def find_lost_commit(self) -> Message | None:
        return self._commits.lost

    def size(self) -> int:
        return 0

    def write_anew(self) -> None:
        """Have the server give back the room of what was removed."""
        self.run_alone(_GIVE_BACK.format(schema=self.address.schema))

    @contextmanager
    def unlimited(self) -> Iterator[None]:
        """Let the server take the time that it needs inside: for what changes the schema, or all rows."""
        with self._lock, self._writer.limited(None):
            yield

    def run_alone(self, sql: str) -> None:
        """Run a statement that is no part of a unit of work."""
        with self.unlimited():
            try:
                self._writer.opened.execute(sql.encode())
            except FAULTS as error:
                raise unwritable(error) from None

    def copy_to(self, target: Path, *, after_step: Callable[[Path], None] = sync) -> None:
        """Copy all rows, as they are at one moment, into an empty SQLite file, while others write."""
        own = Connection(self.address, busy_seconds=BUSY_SECONDS)
        try:
            copy_out(own, self.address.schema, target)
        finally:
            own.close()
        after_step(target)

    def _refuse_closed(self) -> None:
        if self._closed:
            raise StoreUnavailable(Message("store.postgres.closed"))

    def close(self) -> None:
        with self._lock, self._reading, self._besides:
            self._closed = True
            if self._levels is not None:
                self._levels.close()
            self._writer.close()
            self._reader.close()
            self._beside.close()
