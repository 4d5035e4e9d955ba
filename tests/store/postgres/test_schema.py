"""The schema on a PostgreSQL server: the tables of SQLite, and guards that hold against whoever uses the bot's role."""

from __future__ import annotations

import subprocess
import sys

import psycopg
import pytest

from bot.core.audit.audit_record import Entry, Tag
from bot.core.authority.membership import Account, MembershipStatus
from bot.core.bot_errors import ConfigurationError, StoreUnavailable
from bot.core.change.change_request import Status
from bot.core.principals import Principal
from bot.plugin import Message, PluginError
from bot.store.postgres.connection import Address
from bot.store.postgres.engine import PostgresEngine
from bot.store.postgres.guard_triggers import TRIGGERS
from bot.store.postgres.schema import Statements, migrate
from bot.store.repositories.accounts import AccountReader
from bot.store.schema.migrations import migrations
from bot.store.schema.present import present_schema
from bot.store.schema.schema_version import applied
from bot.store.store import Store
from tests.store.conftest import MakeEngine, MakeStore
from tests.store.neighbour import ROOT
from tests.store.samples import ANTON, opened
from tests.store.server.postgres_server import Server

COLUMNS = """SELECT column_name FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = ? ORDER BY ordinal_position"""
INDEXES = "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()"


def key_of(error: PluginError) -> str:
    assert isinstance(error.sentence, Message)
    return error.sentence.key


@pytest.fixture
def engine(make_postgres_engine: MakeEngine) -> PostgresEngine:
    return make_postgres_engine()


@pytest.fixture
def store(make_postgres_store: MakeStore) -> Store:
    """A store with one audit record, and one change request."""
    made = make_postgres_store()
    opened(made)
    with made.unit_of_work() as tx:
        tx.record(Entry(tag=Tag.COMMAND_RAN, actor=ANTON.id, subject=ANTON.id))
    return made


def test_the_tables_and_indexes_are_those_of_sqlite(engine: PostgresEngine) -> None:
    indexes = {name for (name,) in engine.tuples(INDEXES)}
    for one in present_schema():
        if one.type == "index":
            assert one.name in indexes
        elif one.type == "table":
            found = [name for (name,) in engine.tuples(COLUMNS, one.name)]
            assert found[0] == "row_id"
            assert all(name in one.sql for name in found[1:])
            assert len(found) > 1


def test_every_trigger_of_sqlite_has_its_words_here() -> None:
    assert {one.name for one in present_schema() if one.type == "trigger"} == set(TRIGGERS)


def test_the_same_steps_are_behind_it(engine: PostgresEngine) -> None:
    assert sorted(applied(engine)) == sorted(migrations.names)
    migrate(engine)
    assert len(applied(engine)) == len(migrations.names)


def test_a_later_step_is_applied_in_the_words_of_this_engine(engine: PostgresEngine) -> None:
    with engine.unit_of_work():
        statements = Statements(engine)
        statements.execute("CREATE TABLE later (id INTEGER PRIMARY KEY, name TEXT NOT NULL, box BLOB) STRICT")
        statements.execute("ALTER TABLE later ADD COLUMN size INTEGER NOT NULL DEFAULT 0")
        number = engine.insert("INSERT INTO later (name, box) VALUES (?, ?) RETURNING id", "one", b"\x00")
    assert engine.rows("SELECT * FROM later") == [{"id": number, "name": "one", "box": b"\x00", "size": 0}]


def test_a_database_from_before_the_names_of_accounts_is_upgraded(engine: PostgresEngine) -> None:
    with engine.unit_of_work():
        engine.execute("INSERT INTO people (team, person, standing, at) VALUES ('T1', 'U1', 'member', 7)")
        engine.execute("ALTER TABLE people DROP COLUMN name")
        engine.execute("DELETE FROM _sqlite_migrations WHERE name = 'm028_names'")
    migrate(engine)
    assert AccountReader(engine).get(Principal(team="T1", user="U1")) == Account(standing=MembershipStatus.MEMBER, at=7)
    assert sorted(applied(engine)) == sorted(migrations.names)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'nobody'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "TRUNCATE audit_kept",
        "TRUNCATE changes CASCADE",
        "INSERT INTO audit SELECT * FROM audit",
        "UPDATE changes SET status = 'done'",
    ],
)
def test_what_the_guards_refuse_changes_nothing(store: Store, statement: str) -> None:
    before = store.engine.rows("SELECT * FROM audit"), store.engine.rows("SELECT * FROM changes")
    with pytest.raises(StoreUnavailable), store.unit_of_work():
        store.engine.execute(statement)
    assert (store.engine.rows("SELECT * FROM audit"), store.engine.rows("SELECT * FROM changes")) == before


def test_the_number_of_rows_of_each_status_is_kept(store: Store) -> None:
    assert store.changes.counts() == {Status.PENDING: 1}


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("mysql://host/name", "store.postgres.scheme"),
        ("postgresql://user:secret-word@host/name?nonsense=1", "store.postgres.bad_url"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_without_its_password(url: str, key: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        PostgresEngine(Address(url=url))
    assert told.value.sentence == Message(key)
    assert "secret-word" not in f"{told.value!r} {told.value.__cause__}"


def test_a_text_is_measured_in_bytes_as_in_a_file(store: Store) -> None:
    """Backslashes are letters like others."""
    found = store.engine.row("SELECT length(CAST(value AS BLOB)) AS bytes FROM (SELECT ? AS value) AS texts", "тест\\x")
    assert found == {"bytes": 10}


def test_a_server_that_is_not_there_is_told_without_its_password() -> None:
    with pytest.raises(StoreUnavailable) as told:
        PostgresEngine(Address(url="postgresql://user:secret-word@127.0.0.1:1/name"))
    assert key_of(told.value) == "store.postgres.unreachable"
    assert "secret-word" not in str(told.value)


def test_a_database_that_is_not_utf8_is_refused(postgres_server: Server) -> None:
    with psycopg.connect(postgres_server.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    try:
        with pytest.raises(ConfigurationError) as told:
            PostgresEngine(Address(url=postgres_server.url.replace("/postgres?", "/latin?")))
        assert told.value.sentence == Message("store.postgres.encoding", encoding="LATIN1")
    finally:
        with psycopg.connect(postgres_server.url, autocommit=True) as connection:
            connection.execute("DROP DATABASE latin")


def test_a_name_of_a_schema_that_would_be_sql_is_refused(postgres_server: Server) -> None:
    with pytest.raises(ConfigurationError) as told:
        PostgresEngine(Address(url=postgres_server.url, schema='x"; DROP TABLE audit; --'))
    assert key_of(told.value) == "store.postgres.schema_name"


def test_a_bot_without_such_a_server_imports_no_driver() -> None:
    words = "import sys, bot.app, bot.cli.root; sys.exit('psycopg' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", words], cwd=ROOT, check=False).returncode == 0


def test_without_the_driver_the_extra_that_brings_it_is_named() -> None:
    words = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from bot.core.bot_errors import ConfigurationError\n"
        "try:\n    import bot.store.postgres.engine\n"
        "except ConfigurationError as error:\n    print(error.sentence.key, error.hint.key)\n"
    )
    done = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["store.postgres.no_driver", "store.postgres.install_driver"], done.stderr
