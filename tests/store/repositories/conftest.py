"""The store of these tests: in a file, and, where no file is looked at, over the other engines as well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.clock import ShiftedClock
from bot.store.store import Store
from bot.testing.services import scratch_store
from tests.store.server.fixtures import on_postgres
from tests.store.toyengine.toy_store import open_toy_store

IN_A_FILE = (
    "test_growth",
    "test_job_order",
    "test_a_backlog_of_audit_lines_is_not_gone_through_for_something_else",
    "test_a_receipt_holds_no_word_of_what_was_typed",
    "test_the_wrong_key_file_is_refused_and_nothing_is_written_over",
    "test_what_is_sent_is_done_and_its_words_are_gone",
    "test_find_looks_in_the_index_that_leaves_the_fewest_records",
    "test_a_page_of_a_search_is_no_more_than_a_part_of_an_index",
    "test_the_beginning_of_a_tag_is_looked_up_tag_by_tag",
    "test_each_name_of_a_tag_is_looked_up_in_the_index",
    "test_a_page_of_a_search_by_a_renamed_tag_reads_the_index_in_its_order",
)
"""Tests, and modules of them, that look into the file, or at how SQLite goes about a query."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "store" in metafunc.fixturenames:
        names = (metafunc.module.__name__.rpartition(".")[2], metafunc.function.__name__)
        in_a_file = any(name in IN_A_FILE for name in names)
        engines = ["sqlite"] if in_a_file else ["sqlite", "toy", *on_postgres(metafunc)]
        metafunc.parametrize("store", engines, indirect=True)


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "postgres":
        opened: Store = request.getfixturevalue("make_postgres_store")()
    else:
        opened = scratch_store(tmp_path) if request.param == "sqlite" else open_toy_store(tmp_path, ShiftedClock())
    yield opened
    opened.close()
