"""What changes a whole database waits for the replicas that work with it, or is refused with their names."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.core.bot_errors import AlreadyRunning
from bot.plugin import Message
from bot.store.location import locate
from bot.store.postgres.engine import PostgresEngine
from bot.store.postgres.schema import migrate, take_name
from bot.store.repositories.replication.live_replicas import (
    KEYS,
    assert_key_reported,
    assert_none_live,
    wait_until_none_live,
)
from bot.store.repositories.replication.replicas import DEAD_AFTER_MS, NewReplica, Replicas
from bot.store.schema.schema_version import pending
from tests.store.conftest import MakeEngine

EARLIER = (
    "ALTER TABLE grants DROP COLUMN ends_at",
    "ALTER TABLE grants DROP COLUMN role_after",
    "DELETE FROM _sqlite_migrations WHERE name = 'm025_temporary_roles'",
)
"""The schema as an earlier version left it."""
TEST_MS = 3_600_000


@pytest.fixture
def engine(make_postgres_engine: MakeEngine) -> PostgresEngine:
    return make_postgres_engine()


def register(engine: PostgresEngine, owner: str, *, keys: str = "k1") -> None:
    new = NewReplica(owner=owner, roles=("worker",), host=owner, pid=7, version="1", settings={KEYS: keys})
    with engine.unit_of_work():
        Replicas(engine).register(new)
        # Alive for as long as the test takes: no thread beats for it.
        engine.execute("UPDATE replicas SET beat = beat + ? WHERE owner = ?", TEST_MS, owner)


def leave(engine: PostgresEngine, owner: str) -> None:
    with engine.unit_of_work():
        Replicas(engine).leave(owner)


def make_earlier(engine: PostgresEngine) -> None:
    with engine.unit_of_work():
        for statement in EARLIER:
            engine.execute(statement)


def told_by(refused: pytest.ExceptionInfo[AlreadyRunning]) -> tuple[str, object]:
    """The sentence and the replicas that it names."""
    assert isinstance(refused.value.sentence, Message)
    return refused.value.sentence.key, refused.value.sentence.arguments["replicas"]


def test_replicas_that_are_alive_are_named(engine: PostgresEngine) -> None:
    register(engine, "one")
    register(engine, "two")
    with pytest.raises(AlreadyRunning) as refused:
        assert_none_live(engine)
    assert told_by(refused) == ("store.replicas.live", ("one:7", "two:7"))


def test_a_replica_that_is_dead_holds_nothing_up(engine: PostgresEngine) -> None:
    register(engine, "one")
    with engine.unit_of_work():
        engine.execute("UPDATE replicas SET beat = beat - ?", TEST_MS + DEAD_AFTER_MS + 1)
    assert_none_live(engine)


def test_rows_that_replicas_work_with_are_not_replaced(engine: PostgresEngine) -> None:
    """One that began while the copy was loaded is found in the transaction that would rename."""
    register(engine, "one")
    ready = f"{engine.address.schema}_ready"
    engine.run_alone(f"CREATE SCHEMA {ready}")
    with pytest.raises(AlreadyRunning):
        take_name(engine, ready, at=1)
    leave(engine, "one")
    engine.run_alone(f"DROP SCHEMA {ready}")


def test_the_schema_does_not_change_under_a_replica(engine: PostgresEngine) -> None:
    register(engine, "one")
    make_earlier(engine)
    with pytest.raises(AlreadyRunning):
        migrate(engine)
    assert pending(engine) == ("m025_temporary_roles",)
    leave(engine, "one")
    migrate(engine)
    assert pending(engine) == ()


def test_a_start_waits_until_the_replicas_of_an_earlier_version_have_ended(engine: PostgresEngine) -> None:
    register(engine, "one")
    waited = threading.Event()

    def wait() -> None:
        wait_until_none_live(engine, SystemClock())
        waited.set()

    thread = threading.Thread(target=wait)
    thread.start()
    assert not waited.is_set()
    with closing(PostgresEngine(engine.address)) as other:
        leave(other, "one")
    thread.join()
    assert waited.is_set()


def test_a_start_names_the_replicas_that_do_not_end(engine: PostgresEngine) -> None:
    register(engine, "one")
    with pytest.raises(AlreadyRunning) as refused:
        wait_until_none_live(engine, SystemClock(), seconds=0)
    assert told_by(refused) == ("store.replicas.earlier", ("one:7",))


def test_a_key_that_a_replica_has_not_reported_is_not_used(engine: PostgresEngine, tmp_path: Path) -> None:
    register(engine, "one", keys="k1")
    register(engine, "two", keys="k2+k1")
    with pytest.raises(AlreadyRunning) as refused:
        assert_key_reported(engine, "k2", home=tmp_path)
    assert told_by(refused) == ("store.replicas.without_key", ("one:7",))
    assert_key_reported(engine, "k1", home=tmp_path)


def test_a_server_without_tables_is_not_in_use(engine: PostgresEngine, tmp_path: Path) -> None:
    locate(tmp_path, f"{engine.address.url}&schema={engine.address.schema}_empty").assert_unused()
