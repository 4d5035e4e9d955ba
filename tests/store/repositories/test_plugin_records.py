"""The documents of plugins and the facts of the host."""

from __future__ import annotations

import pytest

from bot.plugin import Json
from bot.store.store import Store


def test_a_document_comes_back_as_it_was_put(store: Store) -> None:
    records = store.records("toy")
    value: dict[str, Json] = {"name": "„eins“", "n": 1, "ok": True, "none": None, "list": [1, {"deep": "ü"}]}
    records.put("thing", "one", value)
    assert records.get("thing", "one") == value
    assert records.get("thing", "two") is None


def test_putting_again_replaces_and_deleting_removes(store: Store) -> None:
    records = store.records("toy")
    records.put("thing", "one", {"n": 1})
    records.put("thing", "one", {"n": 2})
    assert records.get("thing", "one") == {"n": 2}
    records.delete("thing", "one")
    records.delete("thing", "one")
    assert records.get("thing", "one") is None


def test_kinds_and_plugins_keep_apart(store: Store) -> None:
    toy, other = store.records("toy"), store.records("other")
    toy.put("thing", "b", {"n": 2})
    toy.put("thing", "a", {"n": 1})
    toy.put("place", "a", {"n": 3})
    other.put("thing", "a", {"n": 4})
    assert list(toy.all("thing").items()) == [("a", {"n": 1}), ("b", {"n": 2})]
    assert toy.all("nothing") == {}
    toy.delete("thing", "a")
    assert other.get("thing", "a") == {"n": 4}
    assert toy.get("place", "a") == {"n": 3}


def test_a_document_joins_the_unit_of_work_it_is_put_in(store: Store) -> None:
    """A plugin's document that belongs to a decision is undone with it."""
    records = store.records("toy")

    def fail() -> None:
        with store.unit_of_work():
            records.put("thing", "one", {"n": 1})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert records.get("thing", "one") is None


def test_a_fact_is_what_it_was_last_put_to(store: Store) -> None:
    assert store.facts.get("name") is None
    with store.unit_of_work() as tx:
        tx.facts.put("name", "one")
        tx.facts.put("name", "two")
    assert store.facts.get("name") == "two"
