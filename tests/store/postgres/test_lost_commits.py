"""A database that does not have any more what a process has committed there: the process notices, and goes on reading.

The rows are put back as a failover or an operator does it: by a superuser, or with an older copy of the data folder.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from bot.core.audit.audit_record import Entry, Tag
from bot.plugin import Message
from bot.store.engine.kept_commits import Durability
from bot.store.postgres.connection import Address
from bot.store.postgres.engine import PostgresEngine
from bot.store.postgres.schema import migrate
from bot.store.store import Store
from tests.store.conftest import MakeStore
from tests.store.server.fixtures import require_own_server
from tests.store.server.postgres_server import Server
from tests.store.server.standby import open_pair

ADD = "INSERT INTO facts (name, value) VALUES (?, '')"
UNGUARDED = "SET session_replication_role = replica"
"""No trigger keeps this superuser from anything."""
FORGOTTEN = ("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)", "DELETE FROM commits")
ENDED = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'b24bot'"
LOST = Message("store.postgres.commit_lost", record="1")


def as_superuser(store: Store, *statements: str) -> None:
    assert isinstance(store.engine, PostgresEngine)
    schema = store.engine.address.schema
    with psycopg.connect(store.engine.address.url, autocommit=True) as connection:
        connection.execute(f"SET search_path = {schema}".encode())
        for statement in statements:
            connection.execute(statement.encode())


def record(store: Store) -> None:
    with store.unit_of_work() as tx:
        tx.record(Entry(tag=Tag.PROCESS_STARTED, actor="a", subject="s"))


@pytest.fixture
def store(make_postgres_store: MakeStore) -> Store:
    """A store whose process has committed one audit record."""
    made = make_postgres_store()
    record(made)
    return made


@pytest.mark.parametrize("forgotten", FORGOTTEN)
@pytest.mark.parametrize("ended", [(ENDED,), ()])
def test_a_commit_that_is_gone_is_noticed_by_the_next_unit_of_work(
    store: Store, forgotten: str, ended: tuple[str, ...]
) -> None:
    """After a reconnect, and where a pooler has changed the server without one."""
    as_superuser(store, UNGUARDED, forgotten, *ended)
    with store.unit_of_work():
        assert store.engine.find_lost_commit() == LOST
    record(store)
    assert store.audit.broken_at() is None, "it goes on, and its log can be read"


def test_what_was_noticed_stays(store: Store) -> None:
    as_superuser(store, UNGUARDED, FORGOTTEN[0])
    record(store)
    record(store)
    assert store.engine.find_lost_commit() == LOST


def test_nothing_is_lost_while_others_write_and_connections_end(store: Store, make_postgres_store: MakeStore) -> None:
    record(make_postgres_store())
    as_superuser(store, ENDED)
    record(store)
    assert store.engine.find_lost_commit() is None


def test_a_record_that_another_process_has_archived_is_not_lost(store: Store) -> None:
    archived = (
        """INSERT INTO audit (seq, at, tag, actor, subject, facts, key_id, mac)
        VALUES (2, 0, 'audit:records:archived', 'a', 's', '{"first": 1, "seq": 1}', 'k1', ''::bytea)""",
        "DELETE FROM audit WHERE seq = 1",
    )
    as_superuser(store, *archived)
    with store.unit_of_work():
        assert store.engine.find_lost_commit() is None


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server that no other test uses."""
    server = require_own_server()
    yield server
    server.stop()


def test_an_older_copy_of_the_data_folder_is_noticed(own_server: Server) -> None:
    address = Address(url=own_server.url)
    with closing(PostgresEngine(address)) as engine:
        migrate(engine)
        data = put_aside(own_server)
        with engine.unit_of_work():
            engine.execute(ADD, "later")
        own_server.crash()
        shutil.rmtree(data.with_name("data"))
        data.rename(data.with_name("data"))
        own_server.restart()
        with engine.unit_of_work():
            assert engine.find_lost_commit() is not None
        assert engine.tuples("SELECT name FROM facts WHERE name = 'later'") == []


def test_a_server_with_its_synchronous_standby_promises_that_no_commit_is_lost() -> None:
    with open_pair(synchronous=True) as pair, psycopg.connect(pair.primary.url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = on")
        connection.execute("SELECT pg_reload_conf()")
        assert promised(pair.primary, Durability.SYNCHRONOUS)


def put_aside(server: Server) -> Path:
    """Copy the data folder of the server while it is down; it runs again afterwards."""
    assert server.folder is not None
    copy = server.folder / "earlier"
    server.crash()
    copy_folder(server.folder / "data", copy)
    server.restart()
    return copy


def copy_folder(source: Path, target: Path) -> None:
    """Copy it with its owner: the server refuses a folder of anybody else."""
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)


@pytest.mark.parametrize(
    ("settings", "standby", "expected"),
    [
        ({"fsync": "off"}, False, Durability.VOLATILE),
        ({"fsync": "on"}, False, Durability.SINGLE),
        ({"fsync": "on"}, True, Durability.ASYNCHRONOUS),
        ({"fsync": "on", "synchronous_standby_names": "'one'"}, True, Durability.WAITING),
        (
            {"fsync": "on", "synchronous_standby_names": "'one'", "synchronous_commit": "remote_write"},
            True,
            Durability.ASYNCHRONOUS,
        ),
        ({"fsync": "on", "synchronous_commit": "off"}, False, Durability.SINGLE),
    ],
)
def test_the_promise_of_a_server_follows_from_its_settings_and_standbys(
    postgres_server: Server, settings: dict[str, str], standby: bool, expected: Durability
) -> None:
    """A slot for a standby counts although no standby is there. Commits wait for one, so nothing is committed here."""
    with psycopg.connect(postgres_server.url, autocommit=True) as connection:
        try:
            for name, value in settings.items():
                connection.execute(f"ALTER SYSTEM SET {name} = {value}".encode())
            if standby:
                connection.execute("SELECT pg_create_physical_replication_slot('one')")
            connection.execute("SELECT pg_reload_conf()")
            assert promised(postgres_server, expected)
        finally:
            for name in settings:
                connection.execute(f"ALTER SYSTEM RESET {name}".encode())
            connection.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots")
            connection.execute("SELECT pg_reload_conf()")


def promised(server: Server, expected: Durability) -> bool:
    """Whether a new connection is promised this, as soon as the server has read its settings."""
    for _ in range(500):
        with closing(PostgresEngine(Address(url=server.url))) as engine:
            if engine.durability() is expected:
                return True
    return False
