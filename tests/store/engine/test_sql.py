"""The marks and the values of a statement are of one number, however many values there are."""

from __future__ import annotations

import pytest

from bot.store.engine.sql import assignments, placeholders
from bot.store.store import Store


@pytest.mark.parametrize("count", [1, 3, 40])
def test_a_collection_of_any_length_has_as_many_placeholders(store: Store, count: int) -> None:
    numbers = tuple(range(count))
    row = store.database.row(f"SELECT 7 IN ({placeholders(numbers)}) AS found", *numbers)
    assert row == {"found": int(count > 7)}


def test_no_statement_looks_among_no_values() -> None:
    with pytest.raises(ValueError, match="no values"):
        placeholders(())


def test_a_column_keeps_its_value_where_none_is_given(store: Store) -> None:
    with store.unit_of_work() as tx:
        tx.facts.put("a", "1")
        sql = f"UPDATE facts SET {assignments(('name', 'value'))} WHERE name = ?"
        assert store.database.execute(sql, None, "2", "a") == 1
    assert store.facts.get("a") == "2"
