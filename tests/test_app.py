"""The composition root: what a bot refuses to start with, what has to hold before it is ready, and its two halves."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.app import Running, assemble, check_modes, launch, read_settings
from bot.clock import ShiftedClock
from bot.core.authority.limits import Mode
from bot.core.bot_errors import AlreadyRunning, ConfigurationError, StoreUnavailable
from bot.core.principals import Principal, Role
from bot.playground.environment import Playground
from bot.playground.workspace import SlackWorkspace
from bot.playground.workspace.base.signing import signed_headers
from bot.plugin.loopback import wait_until
from bot.store.disk.folders import make_home
from bot.store.disk.process_lock import WORKER, ProcessLocks
from bot.store.sealing.keyring import create_key_file
from bot.usecases.integrity.freezes import FROZEN
from bot.usecases.leases.worker_beat import LATE_SECONDS
from bot.usecases.runtime.readiness import REASONS
from bot.web.site import Site
from tests.host.invented import Invented
from tests.language.english import en, raises
from tests.slack.intake import Intake, over_http, settings_for
from tests.slack.kit import FORM, form_body, slash_fields
from tests.slack.plugins import Leaving, leaving
from tests.store.neighbour import locked_by_another


@pytest.fixture
def workspace() -> Iterator[SlackWorkspace]:
    with SlackWorkspace(rate_limit=False) as made:
        yield made


@pytest.fixture
def environment(tmp_path: Path, workspace: SlackWorkspace) -> dict[str, str]:
    """Settings with which a bot can start."""
    create_key_file(tmp_path / "keys" / "key")
    return settings_for(tmp_path, workspace)


# What it refuses to start with


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("B24BOT_KEY_FILE", "{folder}/none", "There is no key file at"),
        ("B24BOT_KEY_FILE", "{folder}/home/key", "in the same tree as the database"),
        ("B24BOT_PLUGINS", "nothing", "nothing"),
        ("B24BOT_REQUEST_TTL", "soon", "B24BOT_REQUEST_TTL=soon is not a duration"),
        ("B24BOT_READBACK_AFTER", "-1s", "B24BOT_READBACK_AFTER=-1s is not a duration"),
        ("B24BOT_READBACK_AFTER", "74s", "B24BOT_READBACK_AFTER=74s is less than 75s"),
        ("B24BOT_QUORUM", "0", "B24BOT_QUORUM=0 is not a whole number from 1"),
        ("B24BOT_AUDIT_LAG", "2h", "B24BOT_AUDIT_LAG=2h is more than 30m"),
        ("B24BOT_WITNESS_FILE", "{folder}/home/witness", "in the same tree as the database"),
        ("B24BOT_ADMINS", "anton", "B24BOT_ADMINS: “anton” is not a Slack person"),
    ],
)
def test_what_it_cannot_start_with_is_named_in_a_sentence(
    tmp_path: Path, environment: dict[str, str], name: str, value: str, words: str
) -> None:
    create_key_file(tmp_path / "home" / "key")
    with pytest.raises(ConfigurationError) as caught:
        assemble(read_settings({**environment, name: value.format(folder=tmp_path)}))
    assert words in en(caught.value.sentence)


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "keys" / "key").chmod(0o644)
    with raises(ConfigurationError, match="Others can read the key file"):
        assemble(read_settings(environment))


def test_what_everybody_may_write_is_refused_at_the_start_and_what_others_read_is_warned_of(
    tmp_path: Path, environment: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    settings = read_settings(environment)
    make_home(settings.home)
    settings.home.chmod(0o777)
    with raises(ConfigurationError, match="Everybody on this host can write to") as refused:
        launch(settings, intake=True, work=False)
    assert en(refused.value.hint) == f"Run: chmod 700 {settings.home}"
    settings.home.chmod(0o750)
    check_modes(settings)
    (said,) = [record for record in caplog.records if getattr(record, "action", "") == "loose_mode"]
    assert said.getMessage().endswith(
        f"Others can read {settings.home} (the folder of the database). Run: chmod 700 {settings.home}"
    )


def test_a_bot_that_ends_has_its_plugins_let_go_of_their_connections(environment: dict[str, str]) -> None:
    one = Leaving("leaving")
    replace(assemble(read_settings(environment)), plugins=(one,)).close()
    assert one.closed == 1


def test_a_plugin_that_refuses_to_start_leaves_no_connections_of_those_before_it(environment: dict[str, str]) -> None:
    environment["B24BOT_PLUGINS"] = "tests.slack.plugins:leaving,tests.slack.plugins:unwilling"
    before = leaving.closed
    with raises(ConfigurationError, match="on another planet"):
        assemble(read_settings(environment))
    assert leaving.closed == before + 1


class Staying(Invented):
    """A plugin that cannot even leave."""

    def close(self) -> None:
        raise ZeroDivisionError


def test_a_plugin_that_cannot_leave_keeps_no_database_open(environment: dict[str, str]) -> None:
    bot = replace(assemble(read_settings(environment)), plugins=(Staying("staying"),))
    with pytest.raises(ZeroDivisionError):
        bot.close()
    with pytest.raises(StoreUnavailable, match="closed database"):
        bot.store.grants.all()


def test_what_a_plugin_refuses_before_any_command_is_a_matter_of_the_settings(environment: dict[str, str]) -> None:
    with raises(ConfigurationError, match="on another planet") as caught:
        assemble(read_settings({**environment, "B24BOT_PLUGINS": "tests.slack.plugins:unwilling"}))
    assert caught.value.hint == "Move it."
    with pytest.raises(StoreUnavailable):
        assemble(read_settings({**environment, "B24BOT_PLUGINS": "tests.slack.plugins:unlucky"}))


def test_a_plugin_that_fails_while_it_starts_is_named(environment: dict[str, str]) -> None:
    with raises(ConfigurationError, match=r"The plugin refusing failed while it started \(reference E-"):
        assemble(read_settings({**environment, "B24BOT_PLUGINS": "tests.slack.plugins:clumsy"}))


@pytest.mark.parametrize("name", ["SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN"])
def test_each_way_in_needs_its_own_secret(environment: dict[str, str], name: str) -> None:
    running = Running(assemble(read_settings({**environment, "SLACK_SIGNING_SECRET": ""})), intake=True, work=False)
    try:
        with raises(ConfigurationError, match=f"{name} is not set"):
            running.http() if name == "SLACK_SIGNING_SECRET" else running.open_socket()
    finally:
        running.stop()


def test_the_first_admins_are_granted_once(environment: dict[str, str]) -> None:
    settings = read_settings({**environment, "B24BOT_ADMINS": "T0001:U0004"})
    for _ in range(2):
        bot = assemble(settings)
        assert bot.store.grants.role_of(Principal(team="T0001", user="U0004")) is Role.ADMIN
        assert len(bot.store.grants.all()) == 1
        bot.close()


def test_plugins_do_not_get_the_tokens_of_slack(environment: dict[str, str]) -> None:
    given = read_settings({**environment, "SLACK_APP_TOKEN": "xapp-1"}).for_plugins
    assert "B24BOT_QUORUM" in given
    assert not {"SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN"} & set(given)


# Readiness


def over_the_net(intake: Intake, path: str) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", intake.port, timeout=5)
    try:
        connection.request("GET", path)
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read())
    finally:
        connection.close()


def test_it_is_not_ready_while_slack_is_silent_and_becomes_so_without_a_restart(
    environment: dict[str, str], workspace: SlackWorkspace, caplog: pytest.LogCaptureFixture
) -> None:
    running = Running(assemble(read_settings(environment)), intake=True, work=True)
    try:
        with workspace.offline():
            running.start()
            assert wait_until(lambda: "Slack does not say who we are" in caplog.text)
            assert running.readiness() == {
                "store": True,
                "keys": True,
                "intake": True,
                "slack": False,
                "socket": True,
                "worker": True,
            }
        assert wait_until(lambda: all(running.readiness().values()))
        assert running.bot.context.workspace.team == "T0001"
    finally:
        running.stop()
    assert workspace.bot_token not in caplog.text


def test_a_bot_that_waits_for_slack_can_be_stopped(environment: dict[str, str], workspace: SlackWorkspace) -> None:
    running = Running(assemble(read_settings(environment)), intake=True, work=True)
    with workspace.offline():
        running.start()
        running.stop()
        assert wait_until(lambda: not [one for one in threading.enumerate() if one.name == "identify"])


def test_a_store_that_cannot_be_written_is_not_ready_and_the_process_still_lives(
    tmp_path: Path, workspace: SlackWorkspace
) -> None:
    with Intake(tmp_path, workspace) as intake:
        intake.impatient()
        with locked_by_another(intake.database):
            status, conditions = over_the_net(intake, "/readyz")
            assert over_the_net(intake, "/healthz") == (200, {"alive": True})
        assert (status, conditions["store"], conditions["ready"]) == (503, False, False)
        # What was seen a moment ago is told for a moment more.
        assert wait_until(lambda: over_the_net(intake, "/readyz")[0] == 200)


def test_an_intake_without_a_worker_is_not_ready_until_one_is_at_work(
    tmp_path: Path, workspace: SlackWorkspace
) -> None:
    """A click that arrives and is decided by nobody is a promise that is not kept."""
    with Intake(tmp_path, workspace) as intake:
        intake.clock.advance(LATE_SECONDS)
        status, answer = over_the_net(intake, "/readyz")
        assert (status, answer["worker"], answer["store"]) == (503, False, True)
        assert answer["reasons"] == [en(REASONS["worker"])]
        settings = read_settings(settings_for(tmp_path, workspace))
        working = Running(assemble(settings, clock=intake.clock), intake=False, work=True)
        working.start()
        try:
            assert wait_until(lambda: intake.running.readiness()["worker"])
        finally:
            working.stop()


def test_a_worker_whose_scheduler_stands_still_is_not_ready(environment: dict[str, str]) -> None:
    clock = ShiftedClock()
    running = Running(assemble(read_settings(environment), clock=clock), intake=True, work=True)
    running.start()
    try:
        assert wait_until(lambda: running.readiness()["worker"])
        with locked_by_another(running.bot.store.database.path):
            clock.advance(LATE_SECONDS)
            assert running.worker is not None
            assert running.worker.alive, "its threads are there, and do nothing"
            assert running.readiness()["worker"] is False
        assert wait_until(lambda: running.readiness()["worker"])
    finally:
        running.stop()


def test_a_key_file_that_is_gone_makes_the_bot_not_ready(tmp_path: Path, workspace: SlackWorkspace) -> None:
    with Intake(tmp_path, workspace) as intake:
        key = intake.running.bot.settings.key_file
        key.rename(key.with_name("elsewhere"))
        status, answer = over_the_net(intake, "/readyz")
        assert (status, answer["keys"], answer["reasons"]) == (503, False, [en(REASONS["keys"])])


def test_every_condition_of_readiness_has_its_reason(environment: dict[str, str]) -> None:
    for intake, work in ((True, True), (True, False), (False, True)):
        running = Running(assemble(read_settings(environment)), intake=intake, work=work)
        assert set(running.readiness()) <= set(REASONS)
        running.stop()


def test_a_bot_that_is_stopping_takes_nothing_more(environment: dict[str, str]) -> None:
    running = Running(assemble(read_settings(environment)), intake=True, work=True)
    running.start()
    running.stop()
    conditions = running.readiness()
    assert (conditions["intake"], conditions["store"], conditions["worker"]) == (False, False, False)


def test_how_much_a_bot_does_is_told_and_is_no_condition_of_readiness(
    tmp_path: Path, workspace: SlackWorkspace
) -> None:
    with Intake(tmp_path, workspace) as intake:
        assert intake.running.mode() is Mode.NORMAL
        store = intake.running.bot.store
        with store.unit_of_work() as tx:
            tx.facts.put(FROZEN, "somebody said stop.")
        status, conditions = over_the_net(intake, "/readyz")
    assert (status, conditions["ready"], conditions["mode"]) == (200, True, "no-danger")
    assert intake.running.mode() is Mode.READ_ONLY, "the file is closed, so nothing is known any more"


# Two halves on one file


def test_what_one_process_takes_in_another_works_off(tmp_path: Path, workspace: SlackWorkspace) -> None:
    with Intake(tmp_path, workspace) as intake:
        assert workspace.people["Olga"].slash("/b24 whoami").ok
        assert len(intake.jobs()) == 1
        settings = read_settings(settings_for(tmp_path, workspace))
        working = Running(assemble(settings), intake=False, work=True)
        working.start()
        try:
            seen = workspace.wait_for(lambda: workspace.ephemerals("Olga"), what="the answer")
            assert "You are @Olga." in workspace.transcript(seen[0])
            assert workspace.people["Anton"].slash("/b24 whoami").ok
            workspace.wait_for(lambda: workspace.ephemerals("Anton"), what="the next answer")
        finally:
            working.stop()
        assert intake.jobs() == []


def test_an_intake_alone_compares_the_inodes_of_its_lock_file_and_says_so(
    tmp_path: Path, workspace: SlackWorkspace, caplog: pytest.LogCaptureFixture
) -> None:
    with Intake(tmp_path, workspace) as intake:
        running = intake.running
        (running.bot.settings.home / "intake.lock").unlink()
        intake.clock.advance(60)
        assert wait_until(lambda: running.mode() is Mode.READ_ONLY)
        assert wait_until(lambda: "intake.lock was deleted or moved." in caplog.text)
        assert running.readiness()["files"] is False
        assert workspace.people["Olga"].slash("/b24 whoami").ok, "the worker finds what is recorded"


def test_an_intake_alone_acknowledges_nothing_that_no_worker_would_find(
    tmp_path: Path, workspace: SlackWorkspace, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever deletes or replaces the database file under it: what it recorded would be acknowledged and lost."""
    with Intake(tmp_path, workspace) as intake:
        path = intake.running.bot.store.database.path
        path.rename(path.with_name("moved"))
        (path.parent / "another").write_bytes((path.with_name("moved")).read_bytes())
        (path.parent / "another").rename(path)
        typed = workspace.people["Olga"].slash("/b24 whoami")
        assert "your request had no effect" in typed.body
        assert "is not the file that this process opened" in caplog.text
        assert intake.jobs() == []
        assert over_the_net(intake, "/readyz")[1]["files"] is False


@pytest.mark.parametrize(("intake", "work"), [(True, False), (False, True), (True, True)])
def test_a_lock_that_is_taken_is_not_given_twice(environment: dict[str, str], intake: bool, work: bool) -> None:
    """docs/safety.md F33."""
    first = Running(assemble(read_settings(environment)), intake=True, work=True)
    bot = assemble(read_settings(environment))
    try:
        with pytest.raises(AlreadyRunning):
            Running(bot, intake=intake, work=work)
    finally:
        bot.close()
        first.stop()
    again = Running(assemble(read_settings(environment)), intake=intake, work=work)
    again.stop()


# The slash command


def test_another_slash_command_can_be_chosen(make_full_bot: Callable[..., Playground]) -> None:
    workspace = make_full_bot(settings={"B24BOT_COMMAND": "/ops24"}).workspace
    assert workspace.people["Olga"].slash("/b24 help").status == 404
    assert workspace.people["Olga"].slash("/ops24 conector list").status == 200
    seen = workspace.wait_for(lambda: [one for one in workspace.ephemerals("Olga") if one.blocks])
    assert "Did you mean `/ops24 connector list`?" in workspace.transcript(seen[0])


def test_people_and_payloads_of_another_workspace_are_refused_and_recorded(full_bot: Playground) -> None:
    """docs/safety.md F8: Bolt itself hands such deliveries on."""
    workspace = full_bot.workspace
    stranger = workspace.add_person("Fritz", team_id="T0900")
    workspace.invite_to("connectors", "Fritz")
    assert stranger.slash("/b24 connector remove myconnector").ok
    workspace.wait_for(lambda: workspace.ephemerals("Fritz"), what="the refusal")
    assert "another workspace" in workspace.transcript(workspace.ephemerals("Fritz")[0])
    (record,) = full_bot.store.audit.find(tag="command:line:refused")
    assert record.actor == f"T0900:{stranger.id}"
    assert workspace.messages("approvals") == []


def test_a_request_is_as_old_as_slack_says_also_where_the_bots_clock_is_shifted(full_bot: Playground) -> None:
    """Shifting the clock lets a change request expire; it must not shut the door."""
    full_bot.clock.advance(7_200)
    assert full_bot.workspace.people["Olga"].slash("/b24 whoami").ok


def test_what_is_sent_to_a_bot_that_does_not_know_itself_is_left_to_slack(
    environment: dict[str, str], workspace: SlackWorkspace
) -> None:
    running = Running(assemble(read_settings(environment)), intake=True, work=False)
    site = Site(running.http(), "127.0.0.1", 0)
    serving = threading.Thread(target=site.run, name="site", daemon=True)
    serving.start()
    try:
        body = form_body(slash_fields())
        headers = {"Content-Type": FORM, **signed_headers(workspace.signing_secret, body, int(time.time()))}
        assert over_http(site.port, body, headers).status == 503
    finally:
        site.stop()
        running.stop()
    serving.join(timeout=8)
    assert not serving.is_alive(), "a bot that stops takes its site with it"


@pytest.mark.parametrize("named", [True, False])
def test_a_start_without_a_second_witness_says_what_that_means(
    tmp_path: Path, environment: dict[str, str], caplog: pytest.LogCaptureFixture, named: bool
) -> None:
    more = {"B24BOT_WITNESS_FILE": str(tmp_path / "witness")} if named else {}
    running = Running(assemble(read_settings({**environment, **more})), intake=False, work=True)
    try:
        running.start()
    finally:
        running.stop()
    assert ("B24BOT_WITNESS_FILE is not set" in caplog.text) is not named


def test_a_broken_chain_is_found_before_any_work_is_done(environment: dict[str, str]) -> None:
    bot = assemble(read_settings({**environment, "B24BOT_ADMINS": "T0001:U0004"}))
    with bot.store.unit_of_work():
        bot.store.database.execute("DROP TRIGGER audit_no_update")
        bot.store.database.execute("UPDATE audit SET actor = 'T1:UX' WHERE seq = 1")
    running = Running(bot, intake=False, work=True)
    try:
        running.start()
        assert "broken at record #1" in en(bot.context.limits["chain"].why)
    finally:
        running.stop()


# The order of a start


def test_the_lock_is_taken_before_anything_is_opened(environment: dict[str, str], tmp_path: Path) -> None:
    """Nobody looks at, or migrates, a file that another bot works on."""
    home = tmp_path / "home"
    home.mkdir()
    locks = ProcessLocks(home, [WORKER])
    try:
        with pytest.raises(AlreadyRunning):
            launch(read_settings(environment), intake=True, work=True)
    finally:
        locks.leave()
    assert not list(home.glob("*.sqlite3"))


def test_a_start_that_is_refused_lets_go_of_its_lock(environment: dict[str, str]) -> None:
    settings = read_settings({**environment, "B24BOT_QUORUM": "0"})
    for _ in range(2):
        with raises(ConfigurationError, match="B24BOT_QUORUM"):
            launch(settings, intake=True, work=True)
    running = launch(read_settings(environment), intake=True, work=True)
    running.stop()


@pytest.mark.parametrize(("skew", "limited"), [(0, False), (100, False), (300, True), (-300, True)])
def test_the_clock_of_the_host_is_held_against_slacks(environment: dict[str, str], skew: int, limited: bool) -> None:
    wall = ShiftedClock()
    wall.advance(skew)
    running = Running(assemble(read_settings(environment)), intake=True, work=True, wall=wall)
    running.start()
    try:
        assert wait_until(lambda: running.bot.context.workspace.team != "")
        assert ("clock" in running.bot.context.limits) is limited
    finally:
        running.stop()
