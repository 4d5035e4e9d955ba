"""Replicas on one database: who beats is alive, and who was taken for dead begins no unit of work."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from typing import NoReturn

import pytest

from bot.plugin.loopback import wait_until
from bot.store.postgres.connection import Address
from bot.store.postgres.engine import PostgresEngine
from bot.store.postgres.schema import migrate
from bot.store.repositories.replication.replicas import DEAD_AFTER_MS, NewReplica, ReplicaReader, Replicas
from tests.store.server.postgres_proxy import Proxy
from tests.store.server.postgres_server import Server

ADD = "INSERT INTO facts (name, value) VALUES (?, '')"
AGE = "UPDATE replicas SET beat = beat - ? WHERE owner = ?"


class GivenUp(Exception):
    """In place of the end of the process."""


def give_up(reason: str) -> NoReturn:
    raise GivenUp(reason)


def replica(owner: str) -> NewReplica:
    return NewReplica(owner=owner, roles=("intake", "worker"), host="one", pid=7, version="1")


def register(engine: PostgresEngine, owner: str) -> None:
    with engine.unit_of_work():
        Replicas(engine).register(replica(owner))
    engine.act_as(owner)


def make_old(engine: PostgresEngine, owner: str) -> None:
    with engine.unit_of_work():
        engine.execute(AGE, DEAD_AFTER_MS + 1, owner)


def remove_dead(engine: PostgresEngine) -> list[str]:
    with engine.unit_of_work():
        replicas = Replicas(engine)
        return [one.owner for one in replicas.remove_dead(one for one in replicas.list() if not one.beats)]


@pytest.fixture
def address(postgres_server: Server) -> Iterator[Address]:
    made = Address(url=postgres_server.url, schema=postgres_server.new_schema())
    with closing(PostgresEngine(made)) as engine:
        migrate(engine)
    yield made
    postgres_server.drop_schema(made.schema)


@pytest.fixture
def engines(address: Address) -> Iterator[tuple[PostgresEngine, PostgresEngine]]:
    """Two replicas, `first` and `second`, each with its row."""
    with (
        closing(PostgresEngine(address, give_up=give_up)) as first,
        closing(PostgresEngine(address, give_up=give_up)) as second,
    ):
        register(first, "first")
        register(second, "second")
        yield first, second


def test_a_replica_that_was_dead_begins_no_unit_of_work(engines: tuple[PostgresEngine, PostgresEngine]) -> None:
    first, second = engines
    make_old(second, "first")
    assert remove_dead(second) == ["first"]
    with pytest.raises(GivenUp, match="taken for dead"), first.unit_of_work():
        first.execute(ADD, "late")
    assert second.tuples("SELECT name FROM facts WHERE name = 'late'") == []
    with second.unit_of_work():
        second.execute(ADD, "other")


def test_a_replica_without_a_beat_goes_on_until_another_one_takes_over(
    engines: tuple[PostgresEngine, PostgresEngine],
) -> None:
    first, second = engines
    make_old(second, "first")
    with first.unit_of_work():
        first.execute(ADD, "slow")
    assert ReplicaReader(first).beat("first")
    assert remove_dead(second) == []


def test_a_beat_after_the_look_keeps_a_replica(engines: tuple[PostgresEngine, PostgresEngine]) -> None:
    first, second = engines
    make_old(second, "first")
    seen = Replicas(second).list()
    assert ReplicaReader(first).beat("first")
    with second.unit_of_work():
        assert Replicas(second).remove_dead(one for one in seen if one.owner == "first") == ()


def test_a_beat_waits_for_no_unit_of_work(engines: tuple[PostgresEngine, PostgresEngine]) -> None:
    first, second = engines
    make_old(second, "first")
    with second.unit_of_work():
        assert ReplicaReader(first).beat("first")
    assert remove_dead(second) == []


def test_a_beat_of_a_dead_replica_says_so(engines: tuple[PostgresEngine, PostgresEngine]) -> None:
    first, second = engines
    make_old(second, "first")
    remove_dead(second)
    assert not ReplicaReader(first).beat("first")


@pytest.mark.parametrize("passed", [0, 4, 8, 9])
def test_one_that_is_paused_in_its_beat_keeps_nobody_from_removing_it(address: Address, passed: int) -> None:
    """However much of its beat the server has got, the row is free."""
    with (
        Proxy(address.url) as proxy,
        closing(PostgresEngine(Address(url=proxy.url, schema=address.schema), give_up=give_up)) as paused,
        closing(PostgresEngine(address, give_up=give_up)) as other,
    ):
        register(paused, "paused")
        assert ReplicaReader(paused).beat("paused")
        make_old(other, "paused")
        proxy.passed = passed
        beating = threading.Thread(target=ReplicaReader(paused).beat, args=("paused",))
        beating.start()
        try:
            assert wait_until(lambda: proxy.passed == 0 or not beating.is_alive())
            make_old(other, "paused")
            assert remove_dead(other) == ["paused"]
        finally:
            proxy.resume()
            beating.join()
