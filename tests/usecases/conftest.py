"""A bot of use cases over a real store for every test that wants one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.store.server.fixtures import on_postgres
from tests.store.server.postgres_server import Server
from tests.usecases.core_bot import CoreBot

ON_A_SERVER = frozenset(
    {
        *("test_audit_search", "test_link_commands", "test_queries", "test_status_report"),
        *("test_allow_list", "test_builtin_plugin", "test_possible_approvers", "test_ruled_requests"),
        *("test_card_token", "test_denials", "test_memberships", "test_refusal_records", "test_same_person"),
        *("test_awaited_lines", "test_partly", "test_review_races", "test_waiting"),
        *("test_active_limits", "test_archiving", "test_lag"),
        "test_leases",
        "test_stops_overtake",
        *("test_executor", "test_execute_stops", "test_recovery", "test_break_glass"),
    }
)
"""Modules of which all tests have a row on a PostgreSQL server as well. Of the others, a tenth has one."""
IN_A_FILE = frozenset(
    {
        "test_a_change_of_the_rules_that_a_crash_interrupted_ends_as_what_was_stored",
        "test_a_row_cannot_be_taken_out_of_a_stored_decision",
        "test_a_runner_that_was_taken_over_between_two_calls_does_not_make_the_second",
        "test_open_executions_of_the_release_before_go_through_the_upgrade",
        "test_a_store_that_fails_once_the_call_is_made_does_not_keep_it_running_for_long",
        "test_a_log_that_does_not_hold_is_not_archived",
        "test_a_log_that_is_archived_while_it_is_recomputed_is_not_called_broken",
        "test_a_store_that_cannot_be_written_is_no_fault_of_the_plugin",
        "test_the_intent_and_its_record_are_on_disk_when_the_call_is_made",
        "test_a_tag_of_another_release_that_is_in_the_log_can_be_asked_for",
        "test_the_database_is_written_anew_where_there_is_room",
        "test_a_start_that_the_loss_of_the_database_cut_short_counts_alone_only",
        "test_an_ack_of_a_command_takes_eight_statements",
        "test_an_old_copy_of_the_database_leaves_reading_only_and_the_witness_as_it_is",
        "test_considering_stores_nothing_and_sends_nothing",
        "test_nothing_is_acknowledged_into_a_database_that_nobody_will_find",
        "test_receipt_and_job_are_one_transaction_and_a_failure_is_raised",
        "test_what_slack_refuses_while_the_file_cannot_be_written_is_tried_again_without_a_restart",
    }
)
"""Their tests that look into a file, or change it in words of SQLite."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that has a PostgreSQL row in this run is run on a file and on a server."""
    module, name = metafunc.module.__name__.rpartition(".")[2], metafunc.function.__name__
    may_run = name not in IN_A_FILE and "make_core_bot" in metafunc.fixturenames
    if may_run and on_postgres(metafunc, whole=module in ON_A_SERVER):
        metafunc.parametrize("make_core_bot", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def make_core_bot(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., CoreBot]]:
    """Bots with other terms, channels, roles or toys; each has its own store."""
    on_server = getattr(request, "param", "sqlite") == "postgres"
    server: Server | None = request.getfixturevalue("postgres_server") if on_server else None
    with ExitStack() as ends:
        made = count()

        def make(**options: Any) -> CoreBot:
            if server is not None and "store" not in options:
                schema = server.new_schema()
                options["url"] = f"{server.url}&schema={schema}"
                ends.callback(server.drop_schema, schema)
            core_bot = CoreBot(tmp_path / str(next(made)), **options)
            ends.callback(core_bot.close)
            return core_bot

        yield make


@pytest.fixture
def core_bot(make_core_bot: Callable[..., CoreBot]) -> CoreBot:
    return make_core_bot()
