"""Killed with SIGKILL at every failpoint, under every fault of the portal, twice in a row: nothing lost, nothing
doubled, nothing told wrongly.

The list of failpoints is read from the code. A site that no story passes fails the first test, by its name.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.long.crash import scenario, sites
from tests.long.crash.harness.forked import ForkServer
from tests.long.crash.harness.rehearsals import shared
from tests.long.crash.harness.trip import BEGUN
from tests.long.crash.kills import SEED, Note, Rehearsals, conclude, kill_at_each
from tests.long.crash.matrix import (
    CALL,
    FAULTS,
    MAIN,
    Fault,
    Matrix,
    Totals,
    a_part,
    every_fault,
    failpoints,
    main_failpoints,
    own,
    some,
)
from tests.long.crash.scenario import Scenario
from tests.long.crash.steps import ANSWERED
from tests.long.form import LONG

UNREACHED: Mapping[str, str] = {
    "bot.store.repositories.secrets.Secrets.delete": "plugins may delete a secret; the one in this house never does",
    "bot.host.guarded_calls.GuardedPlugin.open": "opening a portal sends nothing; what is planned with it does",
    "bot.usecases.requests.planning.open_subject": "the same",
    "bot.usecases.requests.named_values._Reader.__init__": "the same, for the names of what there is",
    "bot.usecases.forms.choice_reading._open": "the same, for the choices of a form",
    "bot.store.engine.unshared.Unshared.run_beside": "what several hosts need; test_replicas.py kills it",
    "bot.store.postgres.engine.PostgresEngine.shared_level": "the same, on a server",
    "bot.usecases.runtime.replica.ReplicaBeat._beat": "the same",
    "bot.usecases.runtime.replica.ReplicaBeat._remove_dead": "the same",
    "bot.usecases.runtime.replica.ReplicaBeat.stop": "gives back a row that the next start removes; the stories kill",
    "bot.store.postgres.schema.migrate": "the stories keep their rows in a file; test_cut_commits.py has a server",
    "bot.store.postgres.schema.take_name": "renames a schema that was loaded; test_database_copy.py copies",
    "bot.store.postgres.file_copy.copy_out": "reads a server for a backup; the same",
    "bot.store.postgres.file_copy._draw": "the same",
    "bot.store.postgres.file_load.load_rows": "only where no bot runs; the same",
    "plugins.bitrix24.acceptance.raw_caller.RawCaller._send": "tries a portal; tests/bitrix24/acceptance kills that",
    "plugins.bitrix24.acceptance.raw_caller.RawCaller.ask_server": "the same",
    "bot.cli.completion._subject": "the same, for the ids that a shell offers",
    "bot.checks.place_access._look": "the same, for doctor, which changes nothing",
    "bot.usecases.intake.receipts._refuse_long": "records that a line is too long, and nothing follows",
    "bot.usecases.home.home_visits.note_visit": "a page is made anew at each opening, and nothing follows from it",
    "bot.usecases.home.home_visits.note_shown": "the same",
    "bot.usecases.home.home_visits.forget_visit": "the same",
    "bot.usecases.forms.preview_drawing.PreviewDrawer.run_once": "the same, for the preview of a form",
    "bot.usecases.home.home_publishing.HomePublisher._publish": "the same",
    "bot.slack.outgoing.messenger.Gateway.publish_home": "the same",
    "bot.usecases.intake.message_commands._tell_refused": "one answer to what was not taken, and nothing follows",
    "bot.usecases.integrity.lost_access.keep_lost_access": "ends the bot's access; a story needs it to the end",
    "bot.usecases.integrity.lost_access.forget_lost_access": "the same",
    "bot.app.Running._note_socket": "in Socket Mode alone; the stories bring what they bring by HTTP",
    "bot.store.schema.plain_texts.drop_remnants": "once after an upgrade; test_release_upgrade.py kills it",
    "bot.usecases.admin.allow_list.grant_role": "gives a playground its people; a bot at work uses `set_role`",
    "bot.usecases.admin.allow_list.revoke_role": "the same, the other way",
    "bot.usecases.authority.user_groups._ask": "only with user groups in a policy table; no story has one",
    "bot.usecases.authority.user_groups._put": "keeps what Slack told of a group, which is asked for again; the same",
    "bot.usecases.integrity.archiving._append_heads": "only where no bot runs; test_killed_storage.py kills it",
    "bot.usecases.integrity.archiving.archive": "only where no bot runs; test_killed_storage.py kills it",
    "bot.usecases.integrity.policy_record.record_policy": "one record at a start with a policy table; no story has one",
    "bot.usecases.integrity.restore_record._adapt": "writes to a copy apart; test_killed_storage.py kills it",
    "plugins.bitrix24.connecting.connection.Connector._send": "connects a portal; test_killed_connecting.py kills that",
    "plugins.bitrix24.connecting.token_owner.ask_owner": "asks whose token a page has; nothing is stored around it",
}
"""Functions whose sites no story reaches, each with the reason."""


@pytest.fixture(scope="session")
def matrix(server: ForkServer, beginning: Path, tmp_path_factory: pytest.TempPathFactory) -> Matrix:
    return Matrix(server, tmp_path_factory.mktemp("crash"), beginning)


@pytest.fixture(scope="session")
def rehearsals(matrix: Matrix, tmp_path_factory: pytest.TempPathFactory) -> Rehearsals:
    """Every story, played once without the kill under test: the failpoints it passes."""
    mine = tmp_path_factory.getbasetemp()
    folder = mine.parent if os.environ.get("PYTEST_XDIST_WORKER") else mine
    return shared(folder / "rehearsals", scenario.ALL, matrix.rehearse)


def missed(passed: set[str]) -> list[str]:
    """The sites of the code that have no failpoint among these, by name."""
    places = {name.partition(":net:")[2] or name.partition(":commit:")[2] for name in passed}
    reached = {site for place in places for site in place.split(" < ")}
    return [
        site.name
        for site in (*sites.commits(), *sites.network())
        if site.name not in reached and site.function not in UNREACHED
    ]


def test_every_commit_and_every_way_to_the_network_is_passed_by_a_story(
    matrix: Matrix, rehearsals: Rehearsals, record_property: Note
) -> None:
    """If this names a site: add a step that leads there to a story in scenario.py, or say in UNREACHED why none can."""
    passed = {name for passes in rehearsals.values() for name in passes}
    for story in scenario.ALL * 2:
        if missed(passed):
            passed.update(matrix.rehearse(story))
    assert missed(passed) == []
    assert len(sites.commits()) >= 16
    record_property("crash: sites of commits", len(sites.commits()))
    record_property("crash: sites of the network", len(sites.network()))
    record_property("crash: failpoints in all stories", len(set(failpoints(tuple(passed)))))
    record_property("crash: sites that only join another commit", len(only_joined(passed)))


def only_joined(passed: set[str]) -> list[str]:
    chains = [name.partition(":commit:")[2] for name in passed if name.startswith("before:commit:")]
    committed = {site for chain in chains for site in chain.split(" < ")}
    return [site.name for site in sites.commits() if site.name not in committed and site.function not in UNREACHED]


def test_each_pattern_of_failpoints_fits_one_that_a_story_passes(rehearsals: Rehearsals) -> None:
    """A function that has another name now would be died at no more."""
    passed = {name for passes in rehearsals.values() for name in passes}
    patterns = (*BEGUN, *MAIN, ANSWERED)
    assert [pattern for pattern in patterns if not any(fnmatchcase(name, pattern) for name in passed)] == []
    assert any(CALL in name for name in passed)


def test_what_is_said_to_be_out_of_reach_is_in_the_code_and_is_not_reached(rehearsals: Rehearsals) -> None:
    functions = {site.function for site in (*sites.commits(), *sites.network())}
    assert set(UNREACHED) <= functions
    passed = "\n".join(name for passes in rehearsals.values() for name in passes)
    assert [function for function in UNREACHED if f"{function}:" in passed] == []


@pytest.mark.parametrize("story", scenario.ALL, ids=lambda story: story.name)
def test_killed_at_each_failpoint_it_is_as_if_nothing_had_been(
    matrix: Matrix, rehearsals: Rehearsals, story: Scenario, record_property: Note
) -> None:
    """Each failpoint that this story is the first to pass, or a few where it is the first at none.

    One fault each; in the long form every fault and every pass.
    """
    names = own(rehearsals, story) or some(rehearsals[story.name], SEED)
    totals = Totals()
    by_chance = kill_at_each(matrix, rehearsals, story, names, totals)
    record_property("crash: failpoints that only a slow moment led to", by_chance)
    conclude(totals, record_property)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_killed_around_the_call_it_ends_as_the_portal_is(
    matrix: Matrix, rehearsals: Rehearsals, fault: Fault, record_property: Note
) -> None:
    """The failpoints from the last approval to the ending, each under this fault; in the short form a part of them."""
    totals = Totals()
    every = main_failpoints(rehearsals[scenario.REMOVE.name])
    assert len(every) >= 16
    names = every if LONG else a_part(every, FAULTS.index(fault) + SEED)
    unhit = [str(run) for run in every_fault(scenario.REMOVE, names, fault, SEED) if not matrix.die(run, totals)]
    assert unhit == []
    conclude(totals, record_property)
