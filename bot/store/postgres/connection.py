"""One connection to a PostgreSQL server: how it is opened, how a transaction begins and ends, and how rows are read.

Nothing here depends on a session: settings and locks are of one transaction, so a pooler may give each transaction
another connection of the server (docs/explanation/storage.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import field
from hashlib import sha256
from typing import Any

from bot.core.bot_errors import ConfigurationError, StoreUnavailable
from bot.plugin import Message
from bot.plugin.frozen import dataclass
from bot.store.postgres.answer_deadline import SILENT_SECONDS, LimitedConnection
from bot.store.postgres.server_faults import FAULTS, UnfitServer, says_end, unreachable
from bot.store.postgres.server_faults import psycopg as psycopg
from bot.store.postgres.statements import bound, filled, numbered

OLDEST = 14
"""The oldest release of the server that is still maintained."""
CONNECT_SECONDS = 5
IDLE_SECONDS = 5
"""How long a transaction may wait for its process: a process that hangs must not keep the others from writing."""
DEAD_AFTER_MS = 10_000
"""How long sent bytes may stay unacknowledged before the network counts as gone."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_SCHEMES = ("postgresql://", "postgres://")
_SCHEMA = "schema="
_SERVER = "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), pg_is_in_recovery()"
_BEGIN = (
    "BEGIN; SELECT set_config('search_path', '\"{schema}\"', true), set_config('lock_timeout', '{busy}ms', true), "
    "set_config('idle_in_transaction_session_timeout', '{idle}s', true), "
    # What is acknowledged has to last: a server that would answer before it wrote is told to write.
    "set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') IN ('off', 'local') THEN 'on' "
    "ELSE current_setting('synchronous_commit') END, true); SELECT pg_advisory_xact_lock({lock})"
)
"""One round trip. After it this transaction is the only one that writes, as after BEGIN IMMEDIATE in SQLite."""
_ALONE = "SELECT set_config('search_path', '\"{schema}\"', true); {sql}"
"""One message with two statements, which the server takes as one transaction.

Of several messages a process that is paused in the middle would have sent some: the transaction would stay open with
its locks, and the server counts no time between the messages of one request.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the rows are: a server with a database, and a schema in it."""

    url: str = field(repr=False)
    schema: str = "b24bot"

    @staticmethod
    def parse(url: str) -> Address:
        """Read a URL that may name the schema, too: `postgresql://…?schema=NAME`. Raises ConfigurationError."""
        if not url.startswith(_SCHEMES):
            raise ConfigurationError(Message("store.postgres.scheme"))
        head, mark, query = url.partition("?")
        parts = [part for part in query.split("&") if part]
        named = [part.removeprefix(_SCHEMA) for part in parts if part.startswith(_SCHEMA)]
        rest = "&".join(part for part in parts if not part.startswith(_SCHEMA))
        return Address(url=f"{head}{mark if rest else ''}{rest}", schema=named[-1] if named else "b24bot")

    @property
    def name(self) -> str:
        """The database and its server, without the account and the password."""
        try:
            found = psycopg.conninfo.conninfo_to_dict(self.url)
        except psycopg.Error:
            raise ConfigurationError(Message("store.postgres.bad_url")) from None
        place = "/".join(str(found[part]) for part in ("host", "dbname") if found.get(part))
        return f"{place or 'PostgreSQL'}, {self.schema}"

    @property
    def lock(self) -> int:
        """The number of the one lock for writing: that of the schema, so that two bots share a database in peace."""
        return int.from_bytes(sha256(f"b24bot {self.schema}".encode()).digest()[:8], signed=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The server's word for the last statement of a transaction, and the last row that it gave before."""

    word: str
    row: tuple[Any, ...] | None


class Connection:
    """A connection that is opened when it is needed, and anew after it was lost."""

    def __init__(self, address: Address, *, busy_seconds: float, silent_seconds: float = SILENT_SECONDS) -> None:
        if not address.url.startswith(_SCHEMES):
            raise ConfigurationError(Message("store.postgres.scheme"))
        if not _NAME.fullmatch(address.schema):
            raise ConfigurationError(Message("store.postgres.schema_name", name=address.schema))
        self._address = address
        self._begin = _BEGIN.format(
            schema=address.schema, busy=round(busy_seconds * 1000), idle=IDLE_SECONDS, lock=address.lock
        )
        self._open: LimitedConnection | None = None
        self.silent_seconds: float | None = silent_seconds
        """How long the server may say nothing while it is asked; None is no limit."""
        self.warned = False
        """Whether the server warned since the last transaction began. After COMMIT it means a doubtful success."""

    @property
    def opened(self) -> psycopg.Connection[Any]:
        """The connection, opened now if need be. Raises StoreUnavailable, or ConfigurationError for a wrong address."""
        if self._open is None or self._open.closed:
            self._open = self._connect()
        self._open.silent_seconds = self.silent_seconds
        return self._open

    @property
    def closed(self) -> bool:
        """Whether none is open. What was begun on it is undone by the server then."""
        return self._open is None or self._open.closed

    @contextmanager
    def limited(self, seconds: float | None) -> Iterator[None]:
        """Let the server say nothing for so long inside; None is no limit."""
        before, self.silent_seconds = self.silent_seconds, seconds
        try:
            yield
        finally:
            self.silent_seconds = before

    def _connect(self) -> LimitedConnection:
        try:
            made = LimitedConnection.connect(
                self._address.url,
                autocommit=True,
                prepare_threshold=None,
                cursor_factory=psycopg.RawCursor,
                connect_timeout=round(min(CONNECT_SECONDS, self.silent_seconds or CONNECT_SECONDS)),
                application_name="b24bot",
                tcp_user_timeout=DEAD_AFTER_MS,
                keepalives_idle=DEAD_AFTER_MS // 1000,
            )
        except psycopg.OperationalError as error:
            raise unreachable(error) from None
        except psycopg.Error:
            # The words of the driver may quote the address, and with it the password.
            raise ConfigurationError(Message("store.postgres.bad_url")) from None
        made.add_notice_handler(self._hear)
        try:
            _refuse_unfit(made)
        except FAULTS as error:
            made.close()
            raise unreachable(error) from None
        except BaseException:
            made.close()
            raise
        return made

    def _hear(self, notice: psycopg.errors.Diagnostic) -> None:
        # The driver frees the notice after this: what is needed of it is read now. A server that ends the connection
        # warns of that, too, and may do so behind the answer to COMMIT.
        if notice.severity_nonlocalized == "WARNING" and not says_end(notice.sqlstate or ""):
            self.warned = True

    def begin(self, *questions: str) -> tuple[bool, ...]:
        """Begin a transaction as the only writer; returns the answers to queries of one truth value, asked in it.

        An empty one is true. Raises what psycopg raises.
        """
        self.warned = False
        asked = [one for one in questions if one]
        cursor = self.opened.execute("; ".join((self._begin, *asked)).encode())
        answers = [True]
        while cursor.nextset():
            answers.append(cursor.description is not None and cursor.fetchone() == (True,))
        heard = iter(answers[-len(asked) :])
        return tuple(not one or next(heard) for one in questions)

    def end(self, script: str) -> Ended:
        """Run the last statements of a transaction."""
        cursor = self.opened.execute(script.encode())
        row = cursor.fetchone() if cursor.description else None
        while cursor.nextset():
            row = cursor.fetchone() if cursor.description else row
        return Ended(word=cursor.statusmessage or "", row=row)

    def run(self, sql: str, values: tuple[object, ...]) -> psycopg.Cursor[Any]:
        """Run a statement in the transaction that is open."""
        return self.opened.execute(numbered(sql).encode(), bound(values) or None)

    def copy(self, sql: str, rows: list[tuple[Any, ...]]) -> None:
        """Run a COPY FROM STDIN in the transaction that is open."""
        with self.opened.cursor().copy(sql.encode()) as copy:
            for row in rows:
                copy.write_row(row)

    def run_transaction(self, sql: str, values: tuple[object, ...]) -> psycopg.Cursor[Any]:
        """Run one statement as a transaction of its own, in one message and one round trip."""
        opened = self.opened
        literals = [psycopg.sql.Literal(one).as_string(opened) for one in bound(values)]
        cursor = opened.execute(_ALONE.format(schema=self._address.schema, sql=filled(sql, literals)).encode())
        cursor.nextset()
        return cursor

    def close(self) -> None:
        """Close it. The server undoes what was not committed."""
        if self._open is not None:
            self._open.close()


def as_rows(cursor: psycopg.Cursor[Any], hidden: str) -> list[dict[str, Any]]:
    """Return the rows of a cursor as dictionaries, without one column."""
    make = psycopg.rows.dict_row(cursor)
    rows = [make(row) for row in cursor.fetchall()]
    for row in rows:
        row.pop(hidden, None)
    return rows


def _refuse_unfit(connection: psycopg.Connection[Any]) -> None:
    """Raise UnfitServer for a server that is too old or has another encoding, and StoreUnavailable for a standby.

    A standby stands at the address for a moment during a failover.
    """
    found = connection.execute(_SERVER).fetchone()
    version, encoding, standby = found or (0, "", False)
    if version < OLDEST * 10_000:
        raise UnfitServer(Message("store.postgres.old_server", found=str(version // 10_000), oldest=str(OLDEST)))
    if encoding != "UTF8":
        raise UnfitServer(Message("store.postgres.encoding", encoding=encoding))
    if standby:
        raise StoreUnavailable(Message("store.postgres.standby"), hint=Message("store.postgres.name_the_primary"))
