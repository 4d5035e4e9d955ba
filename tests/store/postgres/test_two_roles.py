"""One role owns the schema and b24bot connects as another one: by its rights it can only add to the audit log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from bot.clock import ShiftedClock
from bot.core.audit.audit_record import Entry, Tag
from bot.core.joined_sentences import pair_sentences
from bot.plugin import Message
from bot.store.postgres.connection import Address
from bot.store.postgres.engine import PostgresEngine
from bot.store.postgres.schema import migrate
from bot.store.postgres.server_report import PROMISES, describe_server, read_durability
from bot.store.sealing.keyring import create_key_file, load_key_file
from bot.store.store import Store, open_store
from tests.store.neighbour import ROOT
from tests.store.server.postgres_server import Server

GUIDE = ROOT / "docs" / "how-to" / "use-postgresql.md"
RIGHTS = re.compile(r"^ *((?:GRANT|REVOKE) .*;)$", re.MULTILINE)
WORKER = "b24bot_test_worker"
REFUSED = (
    "UPDATE audit SET actor = 'somebody'",
    "DELETE FROM audit",
    "TRUNCATE audit",
    "ALTER TABLE audit DISABLE TRIGGER ALL",
    "DROP TRIGGER audit_no_update ON audit",
    "DROP TABLE audit",
)


@pytest.fixture
def owner(postgres_server: Server) -> Iterator[PostgresEngine]:
    """The role that made the schema, and gave another one the rights of the guide."""
    if postgres_server.process is None:
        pytest.skip("PostgreSQL: no server on which a test may make a role")
    address = Address(url=postgres_server.url, schema=postgres_server.new_schema())
    with closing(PostgresEngine(address)) as engine:
        migrate(engine)
        with psycopg.connect(address.url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(WORKER)))
            for statement in _rights(address.schema):
                connection.execute(statement.encode())
        yield engine
    postgres_server.drop_schema(address.schema)
    with psycopg.connect(address.url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(WORKER)))


def _rights(schema: str) -> list[str]:
    """The statements of the guide, for this schema and this role."""
    found = RIGHTS.findall(GUIDE.read_text())
    assert len(found) == 4
    named = [re.sub(r"(SCHEMA |ON )b24bot\b", rf"\g<1>{schema}", one) for one in found]
    return [re.sub(r"(TO|FROM) b24bot;", rf"\g<1> {WORKER};", one) for one in named]


@pytest.fixture
def url(owner: PostgresEngine) -> str:
    """The address with which b24bot connects."""
    return f"{owner.address.url.replace('b24bot@', f'{WORKER}@')}&schema={owner.address.schema}"


def test_b24bot_works_and_its_role_cannot_change_the_audit_log(url: str, tmp_path: Path) -> None:
    key_file, home = tmp_path / "keys" / "key", tmp_path / "home"
    create_key_file(key_file)
    with closing(open_store(home, load_key_file(key_file, home=home), ShiftedClock(), url=url)) as store:
        with store.unit_of_work() as tx:
            tx.record(Entry(tag=Tag.PROCESS_STARTED, actor="a", subject="b"))
            tx.facts.put("counter", "1")
        store.back_up()
        _assert_refused(store)
        assert store.audit.broken_at() is None


def _assert_refused(store: Store) -> None:
    engine = store.engine
    assert isinstance(engine, PostgresEngine)
    info = make_conninfo(engine.address.url, options=f"-c search_path={engine.address.schema}")
    for statement in REFUSED:
        with (
            psycopg.connect(info, autocommit=True) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement.encode())


def test_doctor_says_whether_the_role_of_b24bot_could_remove_the_guards(owner: PostgresEngine, url: str) -> None:
    with closing(PostgresEngine(Address.parse(url))) as worker:
        for engine, key in ((owner, "store.postgres.owns_log"), (worker, "store.postgres.other_owner")):
            promise = pair_sentences(PROMISES[read_durability(engine)], Message(key))
            assert describe_server(engine).arguments["promise"] == promise
