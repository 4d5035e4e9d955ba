"""What an acceptance run leaves, records and refuses, also when it is killed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.plugin import BadArgument, Nothing, Refusal, Reply, Text
from bot.testing.scripted_dialogue import ScriptedDialogue
from plugins.bitrix24.acceptance import run_events
from plugins.bitrix24.acceptance.comparison import compare_answers
from plugins.bitrix24.acceptance.probe import KIND, PREFIX
from plugins.bitrix24.acceptance.recording import read_recording
from plugins.bitrix24.acceptance.run_lock import lock_run
from plugins.bitrix24.commands.acceptance import report_acceptance, try_portal
from tests.bitrix24.acceptance.runs import LINE, contradicted, left, on, positions, report, run
from tests.bitrix24.plugin_bot import PluginBot
from tests.bitrix24.processes import Processes
from tests.language.english import en, raises

# ------------------------------------------------------------------------------------------------ contradictions


def test_an_answer_against_a_fact_is_named_and_makes_the_exit_code(plugin_bot: PluginBot) -> None:
    plugin_bot.fault("shape", method="imconnector.set.error", shape="error_number")
    reply = run(plugin_bot)
    assert contradicted(reply.data) == ["error-of-unknown"]
    assert [en(each) for each in reply.problems] == [
        "Step error-of-unknown contradicts P46: imconnector.set.error answered 400 403."
    ]
    assert en(reply.title) == "The portal default contradicts the facts in 1 step."


def test_a_call_without_an_answer_is_no_contradiction(plugin_bot: PluginBot) -> None:
    plugin_bot.fault("lost_before", method="imconnector.set.error")
    reply = run(plugin_bot)
    assert contradicted(reply.data) == []
    assert en(reply.title) == "The portal default contradicts no fact, but some calls have no usable answer."


# ------------------------------------------------------------------------------------------------ recordings


def test_a_recording_replays_to_the_same_findings_and_holds_no_secret(plugin_bot: PluginBot, tmp_path: Path) -> None:
    found = report(plugin_bot, record=str(tmp_path / "answers"))
    (path,) = (tmp_path / "answers").iterdir()
    assert found.recording == str(path)
    probe, answers = read_recording(path)
    again = compare_answers(probe, answers)
    assert [each.comparison for each in again.steps] == [each.comparison for each in found.steps]
    assert again.switches == positions(found)
    text = path.read_text()
    held = plugin_bot.services.secrets.read("default")
    assert held is not None
    hidden = [str(held.value[name]) for name in ("access", "refresh", "client_secret", "client_id", "member_id")]
    assert [word for word in (*hidden, "WhatsApp", "myconnector", plugin_bot.portal.world.domain) if word in text] == []


def test_a_recording_blots_the_names_of_the_portal(plugin_bot: PluginBot, tmp_path: Path) -> None:
    names = [plugin_bot.portal.member_id, plugin_bot.portal.client_id, plugin_bot.portal.world.domain]
    plugin_bot.fault("reply", method="crm.activity.list", body={"result": names})
    report(plugin_bot, record=str(tmp_path))
    (path,) = tmp_path.glob(f"{PREFIX}*.json")
    _, answers = read_recording(path)
    assert answers["scope-missing"].result == ["***"] * 3


def test_a_changed_recording_contradicts(plugin_bot: PluginBot, tmp_path: Path) -> None:
    report(plugin_bot, record=str(tmp_path))
    (path,) = tmp_path.glob(f"{PREFIX}*.json")
    probe, answers = read_recording(path)
    found = compare_answers(probe, {**answers, "status-on": answers["status-off"]})
    assert [each.step.name for each in found.contradictions] == ["status-on"]


# ------------------------------------------------------------------------------------------------ kills and leftovers


@pytest.fixture
def one() -> Iterator[Processes]:
    """Another process of the bot."""
    process = Processes(1)
    yield process
    process.stop()


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    ("method", "skip"),
    [
        ("imconnector.register", 3),
        ("imconnector.register", 4),
        ("placement.bind", 0),
        ("event.bind", 0),
        ("imconnector.activate", 2),
        ("imconnector.set.error", 1),
    ],
)
def test_what_a_killed_run_leaves_is_removed(plugin_bot: PluginBot, one: Processes, method: str, skip: int) -> None:
    before = on(plugin_bot)
    kill_at(plugin_bot, one, method, skip)
    assert on(plugin_bot) != before
    (key,) = plugin_bot.services.records.all(KIND)
    found = report(plugin_bot, line=0, clean=True)
    assert found.removed == (key.rpartition("/")[2],)
    assert found.not_removed == ()
    assert on(plugin_bot) == before
    assert plugin_bot.services.records.all(KIND) == {}


def test_the_next_run_removes_what_a_killed_one_left(plugin_bot: PluginBot, one: Processes) -> None:
    kill_at(plugin_bot, one, "imconnector.activate", 2)
    assert left(plugin_bot)
    found = report(plugin_bot)
    assert len(found.removed) == 2
    assert contradicted(found) == []
    assert left(plugin_bot) == []


def kill_at(bot: PluginBot, one: Processes, method: str, skip: int) -> None:
    """Kill a run when the portal has carried out a call of a method, after so many others, and not yet answered it."""
    bot.fault("stall_after", method=method, skip=skip, seconds=20.0)
    one.kill_during(bot.task("accept", line=LINE), lambda: len(bot.calls(method)) > skip)


def test_an_interrupt_from_the_keyboard_removes_the_connector(plugin_bot: PluginBot) -> None:
    before = on(plugin_bot)

    def interrupt(done: int, _total: int, _what: Text) -> None:
        if done == 46:
            assert left(plugin_bot)
            raise KeyboardInterrupt

    services = replace(plugin_bot.services, tell_progress=interrupt)
    with pytest.raises(KeyboardInterrupt):
        try_portal(ScriptedDialogue(services), portal="default", line=LINE)
    assert on(plugin_bot) == before
    assert plugin_bot.services.records.all(KIND) == {}


def test_a_connector_that_cannot_be_removed_is_named_and_stays_on_record(plugin_bot: PluginBot) -> None:
    plugin_bot.fault("unavailable", method="imconnector.unregister", times="forever")
    reply = run(plugin_bot)
    connector = reply.data.connector
    assert reply.data.not_removed == (connector,)
    assert f"{connector} may still be on the portal" in en(reply.problems[-1])
    assert left(plugin_bot) == [connector]
    with plugin_bot.portal.world.lock:
        plugin_bot.portal.world.faults.clear()
    assert report(plugin_bot, line=0, clean=True).removed == (connector,)
    assert left(plugin_bot) == []


def test_a_second_run_at_the_same_time_is_refused(plugin_bot: PluginBot) -> None:
    with lock_run(plugin_bot.services, plugin_bot.place.identity), raises(Refusal, match="in progress"):
        run(plugin_bot)
    assert plugin_bot.calls() == []


# ------------------------------------------------------------------------------------------------ frozen

FREEZE = Refusal("frozen")


def test_a_freeze_during_a_run_ends_it_and_removes_the_connector(plugin_bot: PluginBot) -> None:
    before = on(plugin_bot)

    def freeze(done: int, _total: int, _what: Text) -> None:
        if done == 46:
            assert left(plugin_bot)
            dialogue.block = FREEZE

    dialogue = ScriptedDialogue(replace(plugin_bot.services, tell_progress=freeze))
    with raises(Refusal, match="frozen"):
        try_portal(dialogue, portal="default", line=LINE)
    assert on(plugin_bot) == before
    assert plugin_bot.services.records.all(KIND) == {}


def test_a_frozen_bot_removes_what_a_killed_run_left_and_says_so(plugin_bot: PluginBot, one: Processes) -> None:
    kill_at(plugin_bot, one, "imconnector.activate", 2)
    dialogue = ScriptedDialogue(plugin_bot.services)
    dialogue.block = FREEZE
    calls = len(plugin_bot.calls())
    with raises(Refusal, match="frozen"):
        try_portal(dialogue, portal="default", line=LINE)
    assert len(plugin_bot.calls()) == calls
    reply = report_acceptance(plugin_bot.services, try_portal(dialogue, portal="default", clean=True))
    assert isinstance(reply, Reply)
    assert [en(note) for note in reply.notes] == [
        "b24bot makes no other changes now. It may still remove temporary connectors."
    ]
    assert left(plugin_bot) == []


# ------------------------------------------------------------------------------------------------ refusals and records


def test_a_protected_portal_must_be_named_twice(plugin_bot: PluginBot) -> None:
    plugin_bot.services.records.put(
        "portal", "default", {**(plugin_bot.services.records.get("portal", "default") or {}), "protected": True}
    )
    calls = len(plugin_bot.calls())
    with raises(Refusal, match="Name it a second time"):
        run(plugin_bot)
    with raises(Refusal, match="Name it a second time"):
        run(plugin_bot, confirm="other")
    assert len(plugin_bot.calls()) == calls
    assert contradicted(report(plugin_bot, confirm="default")) == []


def test_a_run_needs_a_line_that_exists(plugin_bot: PluginBot) -> None:
    with raises(BadArgument, match="needs an open line"):
        run(plugin_bot, line=0)
    with raises(Refusal, match="no line 77"):
        run(plugin_bot, line=77)
    assert [entry for entry in plugin_bot.calls() if entry.effect] == []


def test_a_folder_that_cannot_be_written_is_refused_before_the_first_call(
    plugin_bot: PluginBot, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with raises(BadArgument, match="cannot write into the folder"):
        run(plugin_bot, record=str(tmp_path / "file"))
    assert plugin_bot.calls() == []


def test_a_run_is_on_the_audit_log(plugin_bot: PluginBot) -> None:
    found = report(plugin_bot)
    for event in run_events.EVENTS:
        (record,) = plugin_bot.recorded(event.tag)
        assert record.facts["connector"] == found.connector


def test_the_watch_takes_nothing_of_a_run_for_somebody_elses(plugin_bot: PluginBot) -> None:
    def look() -> None:
        plugin_bot.clock.sleep(1_000.0)
        plugin_bot.plugin.maintain(plugin_bot.services)

    def look_meanwhile(done: int, _total: int, _what: Text) -> None:
        if done == 46:
            assert left(plugin_bot)
            look()

    look()
    services = replace(plugin_bot.services, tell_progress=look_meanwhile)
    try_portal(ScriptedDialogue(services), portal="default", line=LINE)
    for _ in range(3):
        look()
    assert plugin_bot.recorded("portal:watch:raised") == []


def test_clean_without_leftovers_says_so(plugin_bot: PluginBot) -> None:
    answer = run(plugin_bot, line=0, clean=True)
    assert isinstance(answer, Nothing)
    assert [entry for entry in plugin_bot.calls() if entry.effect] == []
    assert plugin_bot.services.records.all(KIND) == {}
