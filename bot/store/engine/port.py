"""The storage port: what the store asks of a database, so that it can be kept by more than one kind."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from bot.plugin import Message, SharedLevel
from bot.plugin.frozen import dataclass
from bot.store.engine.kept_commits import Durability

Row = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How an engine spells what SQL has no common word for."""

    row_id: str
    """The number that each row of every table has, in the order in which the rows came."""
    greatest: str
    """The function that returns the greatest of its arguments."""
    now: str
    """UTC epoch milliseconds by the clock of the database."""

    def spell(self, statement: str) -> str:
        """Put these spellings where a statement names them in braces, as in `ORDER BY {row_id}`."""
        return statement.format(row_id=self.row_id, greatest=self.greatest, now=self.now)


class Engine(Protocol):
    """A database that all threads of a process share.

    Units of work are serial: while one is open, by whichever thread or process, no other begins. So what a unit of work
    has read stays true until it ends, and the repositories lock no rows. An engine with finer locks takes one lock of
    its own as the first statement of each unit of work.

    In a statement `?` stands for the next value, and `?2` for the second one. Reads fetch all rows before they return:
    a query that stays open would keep others from writing. What copies or checks the file of an engine is no part of
    this: it takes the engine that has one. All methods raise StoreUnavailable while the database
    cannot be used, and StoreDamaged where it is damaged.
    """

    @property
    def dialect(self) -> Dialect: ...

    @property
    def name(self) -> str:
        """What people call the place of the rows: a file, or a database of a server without its password."""
        ...

    @property
    def shared(self) -> bool:
        """Whether processes of other hosts may work on the same rows."""
        ...

    def act_as(self, owner: str) -> None:
        """From now on begin no unit of work unless the replica with this owner has its row; empty for no such rule.

        Whoever has lost the row was taken for dead, and others do its work: this process ends.
        """
        ...

    def run_beside(self, sql: str, *values: object) -> int:
        """Run a statement that waits for no unit of work, and is part of none; returns how many rows it changed."""
        ...

    @property
    def in_transaction(self) -> bool:
        """Whether a unit of work is open."""
        ...

    def unit_of_work(self) -> AbstractContextManager[None]:
        """Open a unit of work: all of it happens, or none. One inside another joins it, on the same thread."""
        ...

    def unit_with(self, given: T) -> AbstractContextManager[T]:
        """Open one in which something is handed over."""
        ...

    def require_unit(self) -> None:
        """Raise RuntimeError outside a unit of work."""
        ...

    def execute(self, sql: str, *values: object) -> int:
        """Run a statement that changes rows; returns how many. Raises RuntimeError outside a unit of work."""
        ...

    def returning(self, sql: str, *values: object) -> list[Row]:
        """Run a statement that changes rows and returns them. Raises RuntimeError outside a unit of work."""
        ...

    def insert(self, sql: str, *values: object) -> int:
        """Run an INSERT of one row that returns its number. Raises RuntimeError outside a unit of work."""
        ...

    def rows(self, sql: str, *values: object) -> list[Row]:
        """Return all rows of a query as dictionaries."""
        ...

    def row(self, sql: str, *values: object) -> Row | None:
        """Return the first row of a query; None when it has none."""
        ...

    def tuples(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return all rows of a query as tuples: for what is read by the million."""
        ...

    def where(
        self, table: str, condition: str, values: Iterable[str | int | None], *, order_by: str, limit: int
    ) -> list[Row]:
        """Return the rows of a table that meet a condition with ? marks."""
        ...

    def has_table(self, name: str) -> bool:
        """Whether there is a table of this name."""
        ...

    def version(self) -> Hashable | None:
        """Return another value after each change, by whichever process; None inside a unit of work."""
        ...

    def displaced(self) -> Message | None:
        """Say why this is not the database that stands under its name; None when it is."""
        ...

    def lost(self) -> Message | None:
        """Say why nobody would find what is written now; None when they would."""
        ...

    def durability(self) -> Durability:
        """Return what becomes of an acknowledged commit when the database fails."""
        ...

    def find_lost_commit(self) -> Message | None:
        """Say what this process has committed that is not there any more; None while everything is.

        It is looked for at the beginning of each unit of work, and what was found stays found.
        """
        ...

    def announce(self) -> None:
        """Tell the listening processes at the end of this unit of work that something was queued in it."""
        ...

    def listen(self, heard: Callable[[], None]) -> Callable[[], None]:
        """Call `heard`, from any thread, when another process has announced work; returns what stops that.

        An announcement may be lost, so whoever waits for work looks for it as well.
        """
        ...

    def shared_level(self, name: str) -> SharedLevel | None:
        """Return a level that processes of several hosts share; None where the rows are reached from one host."""
        ...

    def size(self) -> int:
        """Return how many bytes the rows take on a disk of this host."""
        ...

    def write_anew(self) -> None:
        """Write all rows anew, so that nothing is left where they stood of what was changed."""
        ...

    def copy_to(self, target: Path, *, after_step: Callable[[Path], None]) -> None:
        """Copy all of it, as it is at one moment, into an SQLite file that is there and empty. May raise OSError.

        `after_step` is called with the file after each part.
        """
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedRows:
    """The engine of the rows. `migrate` brings its schema to this version, with what it is given as one transaction."""

    engine: Engine
    migrate: Callable[[Callable[[], None]], None]
