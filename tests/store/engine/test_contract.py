"""What every engine has to do, whatever it keeps its rows in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.core.bot_errors import StoreUnavailable
from bot.store.engine.database import Database
from bot.store.engine.port import Engine
from bot.store.postgres.statements import definition
from tests.store.toyengine.toy_engine import ToyEngine

ENGINES: dict[str, Callable[[Path], Engine]] = {
    "sqlite": lambda folder: Database(folder / "rows.sqlite3", synchronous="OFF"),
    "toy": lambda folder: ToyEngine(),
}
ADD = "INSERT INTO things (name, size) VALUES (?, ?) RETURNING id"


@pytest.fixture(params=[*ENGINES, "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine with one table, which is empty."""
    opened: Engine
    if request.param == "postgres":
        opened = request.getfixturevalue("make_postgres_engine")()
    else:
        opened = ENGINES[request.param](tmp_path)
    with opened.unit_of_work():
        table = "CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, size INTEGER)"
        opened.execute(definition(table) if request.param == "postgres" else table)
    yield opened
    opened.close()


def add(engine: Engine, *names: str) -> list[int]:
    """Things of these names, each of the size of its name."""
    with engine.unit_of_work():
        return [engine.insert(ADD, name, len(name)) for name in names]


def fail_after(engine: Engine, change: Callable[[], object]) -> None:
    """Change something in a unit of work that then fails with a KeyError."""
    with engine.unit_of_work():
        change()
        raise KeyError


def names_in(engine: Engine) -> list[str]:
    return [row["name"] for row in engine.rows("SELECT name FROM things ORDER BY id")]


def test_an_insert_returns_the_number_of_its_row(engine: Engine) -> None:
    assert add(engine, "one", "three") == [1, 2]
    assert engine.row("SELECT id, size FROM things WHERE name = ?", "three") == {"id": 2, "size": 5}


def test_a_unit_of_work_that_fails_leaves_nothing(engine: Engine) -> None:
    add(engine, "before")
    with pytest.raises(KeyError):
        fail_after(engine, lambda: engine.execute("DELETE FROM things"))
    assert names_in(engine) == ["before"]
    assert not engine.in_transaction


def test_a_unit_of_work_inside_another_ends_with_it(engine: Engine) -> None:
    with pytest.raises(KeyError):
        fail_after(engine, lambda: add(engine, "inner"))
    assert names_in(engine) == []


def test_what_is_handed_into_a_unit_of_work_is_there(engine: Engine) -> None:
    with engine.unit_with("a value") as given, engine.unit_with("another") as other:
        assert (given, other) == ("a value", "another")


@pytest.mark.parametrize("method", ["execute", "returning", "insert"])
def test_nothing_changes_outside_a_unit_of_work(engine: Engine, method: str) -> None:
    with pytest.raises(RuntimeError, match="outside a unit of work"):
        getattr(engine, method)(ADD, "one", 1)
    with pytest.raises(RuntimeError, match="outside a unit of work"):
        engine.require_unit()
    assert names_in(engine) == []


def test_a_statement_says_how_many_rows_it_changed_and_which(engine: Engine) -> None:
    add(engine, "one", "two", "three")
    with engine.unit_of_work():
        assert engine.execute("UPDATE things SET size = 9 WHERE size = ?", 3) == 2
        assert engine.execute("UPDATE things SET size = 9 WHERE name = ?", "four") == 0
        gone = engine.returning("DELETE FROM things WHERE size = ? RETURNING name", 9)
    assert sorted(row["name"] for row in gone) == ["one", "two"]


def test_a_row_that_is_there_is_left_as_it_is_or_replaced(engine: Engine) -> None:
    add(engine, "one")
    sql = "INSERT INTO things (name, size) VALUES (?, ?) ON CONFLICT"
    with engine.unit_of_work():
        assert engine.execute(f"{sql} DO NOTHING", "one", 7) == 0
        assert engine.execute(f"{sql} (name) DO UPDATE SET size = excluded.size", "one", 8) == 1
    assert engine.tuples("SELECT name, size FROM things") == [("one", 8)]


def test_a_statement_that_is_refused_is_told_and_its_unit_can_be_undone(engine: Engine) -> None:
    add(engine, "one")
    with pytest.raises(StoreUnavailable):
        add(engine, "two", "one")
    assert names_in(engine) == ["one"]


def test_values_go_to_their_marks_also_by_number_and_a_text_has_none(engine: Engine) -> None:
    add(engine, "why?", "one")
    assert engine.tuples("SELECT name FROM things WHERE name = 'why?' AND size = ?", 4) == [("why?",)]
    found = engine.tuples("SELECT name FROM things WHERE size = ?2 AND name = ?1 AND size = ?2", "one", 3)
    assert found == [("one",)]


def test_the_spellings_of_the_dialect_are_understood(engine: Engine) -> None:
    add(engine, "last", "first")
    spell = engine.dialect.spell
    assert engine.tuples(spell("SELECT {greatest}(1, ?, 2)"), 5) == [(5,)]
    assert engine.tuples(spell("SELECT name FROM things ORDER BY {row_id} DESC LIMIT 1")) == [("first",)]


def test_reads_return_all_rows_as_dictionaries_or_as_they_come(engine: Engine) -> None:
    add(engine, "a", "bb", "ccc")
    assert engine.row("SELECT * FROM things WHERE size > ?", 3) is None
    assert engine.tuples("SELECT size FROM things ORDER BY id") == [(1,), (2,), (3,)]
    found = engine.where("things", "size > ?", [1], order_by="id DESC", limit=1)
    assert [row["name"] for row in found] == ["ccc"]


def test_rows_that_are_gone_through_keep_nobody_from_writing(engine: Engine) -> None:
    add(engine, "a", "b")
    for row in engine.rows("SELECT name FROM things"):
        add(engine, f"{row['name']} again")
    assert names_in(engine) == ["a", "b", "a again", "b again"]


def test_the_version_is_another_one_after_a_change_and_none_within(engine: Engine) -> None:
    before = engine.version()
    assert before is not None
    assert engine.version() == before
    with engine.unit_of_work():
        assert engine.version() is None
        engine.insert(ADD, "one", 1)
    assert engine.version() not in (None, before)


def test_a_table_is_known_by_its_name(engine: Engine) -> None:
    assert engine.has_table("things")
    assert not engine.has_table("thing")


def test_units_of_work_are_serial(engine: Engine) -> None:
    """Each reads a number and writes the next one: whatever one has read stays true until it ends."""
    add(engine, "counter")

    def count() -> None:
        for _ in range(50):
            with engine.unit_of_work():
                (size,) = engine.tuples("SELECT size FROM things")[0]
                engine.execute("UPDATE things SET size = ?", size + 1)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert engine.tuples("SELECT size FROM things") == [(7 + 4 * 50,)]


def test_nobody_writes_into_the_unit_of_work_of_another_thread(engine: Engine) -> None:
    """A change of another thread waits for the end, and then has no unit of work of its own."""
    told: list[str] = []

    def intrude() -> None:
        try:
            engine.execute("DELETE FROM things")
        except RuntimeError as error:
            told.append(str(error))

    intruder = threading.Thread(target=intrude)
    with engine.unit_of_work():
        intruder.start()
        engine.insert(ADD, "mine", 4)
    intruder.join()
    assert told == ["a change outside a unit of work"]
    assert names_in(engine) == ["mine"]


def test_an_engine_that_is_open_is_where_it_was(engine: Engine) -> None:
    assert (engine.displaced(), engine.lost()) == (None, None)


def test_a_closed_engine_says_so(engine: Engine) -> None:
    engine.close()
    with pytest.raises(StoreUnavailable):
        engine.rows("SELECT 1")
