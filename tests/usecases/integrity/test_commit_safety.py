"""On a server that may lose a commit no call is made twice: it is noticed, witnessed before, or not made at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bot.core.audit.audit_record import Tag
from bot.core.authority.limits import Mode
from bot.core.change.change_request import Status
from bot.plugin import Call
from bot.store.files.witness_file import Witness
from bot.store.postgres.engine import PostgresEngine
from bot.usecases.integrity.active_limits import list_limits
from bot.usecases.integrity.chain_check import CHAIN, note_chain
from tests.language.english import en
from tests.usecases.core_bot import CoreBot

UNGUARDED = "SET session_replication_role = replica"
"""No trigger keeps this superuser from anything."""


@pytest.fixture
def served(tmp_path: Path, database_url: str) -> Iterator[CoreBot]:
    """A bot on a server that does not write to its disk."""
    bot = CoreBot(tmp_path / "bot", url=database_url)
    yield bot
    bot.close()


def forget(bot: CoreBot, statement: str) -> None:
    """Take back rows as a failover does: not by a word to their guards, and the connections end."""
    assert isinstance(bot.store.engine, PostgresEngine)
    address = bot.store.engine.address
    with psycopg.connect(address.url, autocommit=True) as connection:
        connection.execute(f"SET search_path = {address.schema}; {UNGUARDED}".encode())
        connection.execute(statement.encode())
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'b24bot'"
        )


def head_of(bot: CoreBot) -> int:
    place = bot.store.audit.place()
    return place.seq if place is not None else 0


def test_after_a_lost_commit_no_call_is_made_and_reading_goes_on(served: CoreBot) -> None:
    change = served.approved()
    forget(served, "DELETE FROM commits")
    served.work()
    assert served.toy.calls == []
    assert served.now(change).status is Status.FAILED
    assert "no longer has the last commit of this process" in en(served.now(change).outcome)
    limit = next(one for one in list_limits(served.ctx) if one.name == "commit-lost")
    assert limit.mode is Mode.READ_ONLY
    assert served.type(change.requester, "thing list") == "Things"


def test_a_server_that_may_lose_a_commit_gets_no_change_without_a_witness(served: CoreBot) -> None:
    change = served.approved()
    served.configure(allow_async=False)
    (limit,) = list_limits(served.ctx)
    assert (limit.name, limit.mode, limit.spares_builtin) == ("async-database", Mode.NO_DANGER, True)
    served.work()
    assert served.toy.calls == []
    assert "can lose an acknowledged commit" in en(served.now(change).outcome)


def test_with_a_witness_the_head_of_an_intent_is_there_before_the_call(served: CoreBot, tmp_path: Path) -> None:
    served.configure(allow_async=False)
    witness = served.ctx.audit.witness = Witness(tmp_path / "witness.jsonl")
    seen: list[int] = []

    def look(call: Call) -> None:
        seen.append(json.loads(witness.path.read_text().splitlines()[-1])["seq"])

    served.toy.on_call = look
    served.approved()
    served.work()
    (intent,) = served.records(Tag.EXECUTION_INTENDED)
    assert seen == [intent.seq]
    assert len(served.toy.calls) == 1


def test_a_witness_that_takes_no_intent_keeps_the_call_from_being_sent(served: CoreBot, tmp_path: Path) -> None:
    (tmp_path / "witness").mkdir()
    change = served.approved()
    served.ctx.audit.witness = Witness(tmp_path / "witness")
    served.work()
    assert served.toy.calls == []
    assert served.now(change).status is Status.FAILED


def test_a_lost_intent_is_noticed_after_a_restart_by_the_witness(served: CoreBot, tmp_path: Path) -> None:
    served.ctx.audit.witness = Witness(tmp_path / "witness.jsonl")
    served.approved()
    before = head_of(served)
    served.work()
    assert len(served.toy.calls) == 1
    forget(served, f"DELETE FROM audit WHERE seq > {before}")
    served.restart()
    served.ctx.audit.witness = Witness(tmp_path / "witness.jsonl")
    limit = note_chain(served.ctx)
    assert limit is not None
    assert (limit.name, limit.mode) == (CHAIN, Mode.READ_ONLY)


def test_a_file_needs_neither(core_bot: CoreBot) -> None:
    core_bot.configure(allow_async=False)
    assert list_limits(core_bot.ctx) == []
