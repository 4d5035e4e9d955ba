"""What the playground's page may show and do, over a whole playground."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest
from werkzeug.test import Client

from bot.core.bot_errors import ConfigurationError
from bot.language.translation import translate
from bot.playground.demo_actions import the_card
from bot.playground.environment import Playground
from bot.playground.environment_faults import PORTAL_FAULTS, FaultControl
from bot.playground.page_backend import SETTINGS, TALK, PageBackend, run_page
from bot.playground.portal_control import PortalSide
from bot.plugin import Json, Message, Remember, Table
from bot.plugin.loopback import wait_until
from bot.settings import load_settings
from bot.web.page import StageRefusal, make_page
from tests.language.english import en

REMOVE = "/b24 connector remove myconnector"
Seen = Mapping[str, Any]


@pytest.fixture(scope="module")
def shared() -> Iterator[PageBackend]:
    with PageBackend() as running:
        yield running


@pytest.fixture
def stage(shared: PageBackend) -> PageBackend:
    """A stage with a fresh playground, made as a person at the page makes one."""
    shared.reset()
    return shared


def test_the_settings_of_the_playground_hold_whatever_plugin_brings_the_portal() -> None:
    assert load_settings(SETTINGS).wrong_values == ()


def eventually(stage: PageBackend, person: str, holds: Callable[[Seen], bool]) -> Seen:
    assert wait_until(lambda: holds(stage.look(person))), json.dumps(stage.look(person), indent=1, default=str)
    return stage.look(person)


def channel(seen: Seen, name: str) -> Seen:
    return next(one for one in seen["channels"] if one["name"] == name)


def says(seen: Seen, name: str, words: str) -> bool:
    """Whether a channel shows these words to the person, replies included."""
    return words in json.dumps(channel(seen, name)["messages"], ensure_ascii=False)


def asked(stage: PageBackend) -> Seen:
    """Olga has asked for the removal; the card as it stands in #approvals."""
    stage.slash("Olga", REMOVE, "connectors")
    seen = eventually(stage, "Olga", lambda seen: bool(channel(seen, "approvals")["messages"]))
    card: Seen = channel(seen, "approvals")["messages"][0]
    return card


def press(stage: PageBackend, person: str, card: Seen, name: str) -> None:
    block = card["blocks"][-1]
    stage.click(person, "approvals", card["ts"], f"b24:{name}", block["block_id"])


def test_the_first_look_is_not_empty_and_is_json(stage: PageBackend) -> None:
    seen = json.loads(json.dumps(stage.look("Olga"), default=str))
    roles = {one["name"]: one["role"] for one in seen["people"]}
    assert roles == {"Olga": "operator", "Anton": "approver", "Vera": "admin", "Ida": "admin", "Gleb": ""}
    assert [one["name"] for one in seen["channels"]] == ["connectors", "approvals", "audit"]
    assert [one["text"] for one in channel(seen, "connectors")["messages"]] == [en(text) for _, text in TALK]
    assert seen["form"] is None
    assert seen["portal"] == seen["before"]
    assert seen["names"][channel(seen, "audit")["id"]] == "audit"


def test_the_tables_of_the_portal_are_put_into_the_language_of_the_page(stage: PageBackend) -> None:
    answered = Client(make_page(stage)).get("/look?person=Olga&language=ru", base_url="http://127.0.0.1")
    answer = json.loads(answered.text)
    connectors, lines = answer["portal"]
    assert (connectors["title"], connectors["columns"]) == ("Коннекторы", ["идентификатор", "название", "приложение"])
    assert [row[2] for row in connectors["rows"]] == ["наше", "другое"]
    assert (lines["title"], lines["columns"][2]) == ("Открытые линии", "состояние")
    assert [row[2] for row in lines["rows"]] == ["включена", "включена", "отключена"]
    assert answer["before"] == answer["portal"]


def test_the_revision_stays_while_nothing_happens_and_changes_when_something_does(stage: PageBackend) -> None:
    eventually(stage, "Vera", lambda seen: says(seen, "audit", "bot:process:started"))
    first = stage.look("Vera")["revision"]
    assert stage.look("Vera")["revision"] == first
    asked(stage)
    assert stage.look("Vera")["revision"] != first


def test_an_approved_removal_shows_on_the_card_under_it_at_the_portal_and_in_its_calls(stage: PageBackend) -> None:
    press(stage, "Anton", asked(stage), "approve")
    seen = eventually(stage, "Vera", lambda seen: says(seen, "approvals", "done and verified"))
    seen = eventually(stage, "Vera", lambda seen: len(channel(seen, "approvals")["messages"][0]["replies"]) == 2)
    assert "myconnector" not in json.dumps(seen["portal"], default=str)
    assert "myconnector" in json.dumps(seen["before"], default=str)
    changing = [one for one in seen["calls"] if one["effect"]]
    assert [one["method"] for one in changing] == ["imconnector.unregister"]


def test_the_removal_of_the_bots_own_connector_can_be_undone(stage: PageBackend) -> None:
    card = asked(stage)
    assert "not proven" not in json.dumps(card)
    press(stage, "Anton", card, "approve")
    seen = eventually(stage, "Olga", lambda seen: says(seen, "approvals", "done and verified"))
    press(stage, "Olga", channel(seen, "approvals")["messages"][0], "undo")
    seen = eventually(stage, "Olga", lambda seen: says(seen, "approvals", "b24:confirm"))
    undo = next(one for one in channel(seen, "approvals")["messages"] if "b24:confirm" in json.dumps(one))
    press(stage, "Olga", undo, "confirm")
    seen = eventually(stage, "Olga", lambda seen: "connector restore" in seen["done"])
    now, before = ([sorted(table["rows"]) for table in seen[name]] for name in ("portal", "before"))
    assert now == before
    assert "change:execution:ended" in seen["recorded"]


def test_what_the_bot_says_privately_is_seen_by_that_person_only(stage: PageBackend) -> None:
    asked(stage)
    eventually(stage, "Olga", lambda seen: says(seen, "connectors", "waits for approval"))
    assert channel(stage.look("Olga"), "connectors")["messages"][-1]["only"]
    assert not says(stage.look("Anton"), "connectors", "waits for approval")
    assert not says(stage.look("Olga"), "approvals", "waits for approval")


def test_the_bot_tells_somebody_who_is_in_no_channel_in_a_direct_message(stage: PageBackend) -> None:
    stage.slash("Olga", "/b24 whoami", "dm")
    seen = eventually(stage, "Olga", lambda seen: len(seen["channels"]) == 4)
    assert says(seen, "dm", "You are")
    assert len(stage.look("Anton")["channels"]) == 3


def test_a_form_opens_for_the_one_who_pressed_says_what_is_missing_and_rejects(stage: PageBackend) -> None:
    card = asked(stage)
    press(stage, "Vera", card, "reject")
    form = eventually(stage, "Vera", lambda seen: seen["form"] is not None)["form"]
    assert (form["title"], form["submit"], form["close"]) == ("Reject CR-1001", "Reject", "Go back")
    assert stage.look("Anton")["form"] is None
    with pytest.raises(StageRefusal, match="incomplete") as refused:
        stage.submit("Vera", {})
    assert refused.value.problems == {"reason": Message("playground.slack.required")}
    stage.submit("Vera", {"reason": "Not on a Friday."})
    seen = eventually(stage, "Vera", lambda seen: says(seen, "approvals", "Not on a Friday."))
    assert seen["form"] is None
    assert says(seen, "approvals", "rejected")


def test_a_form_can_be_closed_and_nothing_has_happened(stage: PageBackend) -> None:
    card = asked(stage)
    press(stage, "Vera", card, "reject")
    eventually(stage, "Vera", lambda seen: seen["form"] is not None)
    stage.close("Vera")
    assert stage.look("Vera")["form"] is None
    assert says(stage.look("Vera"), "approvals", "waiting for approval")


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda stage: stage.slash("Olga", "hello", "nowhere"), "There is no channel 'nowhere'"),
        (lambda stage: stage.slash("Olga", "/b24 help", "nowhere"), "There is no channel 'nowhere'"),
        (lambda stage: stage.slash("Boris", "/b24 help", "connectors"), "There is no person “Boris” here."),
        (lambda stage: stage.look("Boris"), "There is no person “Boris” here."),
        (lambda stage: stage.click("Olga", "approvals", "1.0", "b24:approve"), "This message no longer exists."),
        (lambda stage: stage.submit("Olga", {"reason": "x"}), "Olga has no modal open."),
        (lambda stage: stage.close("Olga"), "Olga has no modal open."),
        (lambda stage: stage.cause("earthquake"), "There is no fault “earthquake”."),
    ],
)
def test_what_cannot_be_done_comes_back_as_a_sentence(
    shared: PageBackend, act: Callable[[PageBackend], object], sentence: str
) -> None:
    with pytest.raises(StageRefusal) as refused:
        act(shared)
    assert en(refused.value.sentence).startswith(sentence)


def on(stage: PageBackend) -> list[str]:
    return [row["name"] for row in stage.look("Ida")["troubles"] if row["on"]]


def test_a_trouble_is_on_until_it_is_pressed_again_and_only_one_waits_at_the_portal(stage: PageBackend) -> None:
    assert on(stage) == []
    stage.cause("lose-reply")
    assert on(stage) == ["lose-reply"]
    stage.cause("false")
    stage.cause("archive")
    assert on(stage) == ["false", "archive"]
    stage.cause("archive")
    stage.cause("false")
    assert on(stage) == []


@pytest.mark.parametrize(
    ("trouble", "ending", "still_there"),
    [
        ("lose-reply", "done and verified", False),
        ("false", "failed", True),
        ("unavailable", "outcome not verified yet", True),
        ("lose-call", "outcome not verified yet", True),
    ],
)
def test_under_every_trouble_the_card_says_what_is_true_of_the_portal(
    stage: PageBackend, trouble: str, ending: str, still_there: bool
) -> None:
    card = asked(stage)
    stage.cause(trouble)
    press(stage, "Anton", card, "approve")
    seen = eventually(stage, "Anton", lambda seen: says(seen, "approvals", ending))
    assert on(stage) == []
    assert ("myconnector" in json.dumps(seen["portal"], default=str)) is still_there


def test_every_trouble_of_the_portal_is_one_its_simulator_knows(stage: PageBackend) -> None:
    for row in PORTAL_FAULTS:
        stage.cause(row.name)
        assert on(stage) == [row.name]


def at_portal(stage: PageBackend) -> dict[str, bool]:
    """The actions of administrators, and whether each is in force."""
    return {row["name"]: row["on"] for row in stage.look("Ida")["troubles"] if row["place"] == "portal"}


@pytest.mark.parametrize(
    ("action", "answer"),
    [
        ("dismiss", "can no longer log in"),
        ("lapse", "commercial plans"),
        ("uninstall", "no longer installed"),
        ("rename", "3 lines"),
        ("shrink-plan", "switched off"),
        ("delete-line", "2 lines"),
    ],
)
def test_what_an_administrator_does_in_the_portal_is_seen_by_the_bot(
    stage: PageBackend, action: str, answer: str
) -> None:
    stage.cause(action)
    stage.slash("Olga", "/b24 line list", "connectors")
    eventually(stage, "Olga", lambda seen: says(seen, "connectors", answer))


def test_an_action_of_administrators_that_lasts_is_taken_back_by_its_button(stage: PageBackend) -> None:
    assert at_portal(stage) == dict.fromkeys(at_portal(stage), False)
    for action in ("dismiss", "lapse", "rename"):
        stage.cause(action)
        assert [name for name, is_on in at_portal(stage).items() if is_on] == [action]
        stage.cause(action)
    stage.cause("shrink-plan")
    assert not any(at_portal(stage).values())
    stage.slash("Olga", "/b24 line list", "connectors")
    eventually(stage, "Olga", lambda seen: says(seen, "connectors", "3 lines"))


def test_with_the_audit_channel_archived_nothing_reaches_the_portal(stage: PageBackend) -> None:
    card = asked(stage)
    stage.cause("archive")
    press(stage, "Anton", card, "approve")
    seen = eventually(stage, "Anton", lambda seen: says(seen, "approvals", "Nothing was done"))
    assert channel(seen, "audit")["archived"]
    assert "myconnector" in json.dumps(seen["portal"], default=str)


def test_the_approval_of_somebody_who_has_become_a_guest_counts_for_nothing_until_they_are_a_member_again(
    stage: PageBackend,
) -> None:
    card = asked(stage)
    stage.cause("guest")
    assert on(stage) == ["guest"]
    assert [one["name"] for one in stage.look("Olga")["people"] if one["guest"]] == ["Anton"]
    press(stage, "Anton", card, "approve")
    eventually(stage, "Anton", lambda seen: says(seen, "approvals", "Your account is not a member account (guest)"))
    assert "myconnector" in json.dumps(stage.look("Olga")["portal"], default=str)
    stage.cause("guest")
    assert on(stage) == []
    press(stage, "Anton", card, "approve")
    eventually(stage, "Anton", lambda seen: says(seen, "approvals", "done and verified"))


def test_at_the_page_a_freeze_can_be_lifted_by_two_and_break_glass_be_used(stage: PageBackend) -> None:
    stage.slash("Olga", "/b24 freeze the portal loses messages", "connectors")
    eventually(stage, "Olga", lambda seen: says(seen, "approvals", "has frozen b24bot"))
    stage.slash("Ida", "/b24 unfreeze", "connectors")
    seen = eventually(stage, "Vera", lambda seen: len(channel(seen, "approvals")["messages"]) == 2)
    press(stage, "Vera", channel(seen, "approvals")["messages"][1], "approve")
    eventually(stage, "Vera", lambda seen: says(seen, "approvals", "has unfrozen b24bot"))
    stage.slash("Ida", "/b24 connector remove myconnector --break-glass --reason 'it loops'", "connectors")
    eventually(stage, "Ida", lambda seen: says(seen, "approvals", "Run without approval"))


def test_when_an_hour_passes_what_nobody_decided_expires_and_the_bot_still_answers(stage: PageBackend) -> None:
    asked(stage)
    stage.cause("hour")
    eventually(stage, "Olga", lambda seen: says(seen, "approvals", "*Now* · expired · "))
    stage.slash("Gleb", "/b24 connector list", "connectors")
    eventually(stage, "Gleb", lambda seen: says(seen, "connectors", "not on the allow-list"))


def test_the_bot_answers_in_the_language_of_the_page_at_once_and_its_cards_from_the_next_start(
    stage: PageBackend,
) -> None:
    asked(stage)
    stage.speak("ru")
    stage.slash("Olga", "/b24 whoami", "connectors")
    eventually(stage, "Olga", lambda seen: says(seen, "connectors", "Вы —") or says(seen, "connectors", "Роль"))
    assert says(stage.look("Olga"), "approvals", "waiting for approval")
    stage.reset()
    card = asked(stage)
    assert "Согласовать" in json.dumps(card, ensure_ascii=False)
    stage.speak("en")
    stage.reset()


def test_a_playground_that_nobody_has_touched_begins_anew_in_the_language_of_the_page(stage: PageBackend) -> None:
    stage.speak("ru")
    (text, *_) = [one["text"] for one in channel(stage.look("Olga"), "connectors")["messages"]]
    assert text == translate(TALK[0][1], "ru")
    stage.slash("Olga", "/b24 whoami", "connectors")
    seen = eventually(stage, "Olga", lambda seen: channel(seen, "connectors")["messages"][-1]["only"])
    assert re.search("[а-яё]{3}", json.dumps(channel(seen, "connectors")["messages"][-1], ensure_ascii=False))
    stage.reset()
    again = stage.playground
    stage.speak("ru")
    assert stage.playground is again
    stage.speak("en")
    assert stage.playground is not again


def test_a_reset_begins_anew_with_the_first_number(stage: PageBackend) -> None:
    asked(stage)
    stage.reset()
    assert channel(stage.look("Olga"), "approvals")["messages"] == []
    asked(stage)
    assert the_card(stage.playground, "CR-1001") is not None


class Bare:
    """A simulation that offers no more than the plugin API asks for."""

    def ready(self) -> Mapping[str, Json]:
        return {}

    def settings(self) -> Mapping[str, str]:
        return {}

    def seed(self) -> None: ...

    def records(self, at: int) -> Sequence[Remember]:
        return ()

    def picture(self) -> Sequence[Table]:
        return ()

    def stop(self) -> None: ...


def test_a_portal_without_a_control_api_has_no_troubles_and_shows_no_calls(full_bot: Playground) -> None:
    side = PortalSide(Bare())
    troubles = FaultControl(full_bot, side)
    assert [row["name"] for row in troubles.rows()] == ["archive", "guest", "hour"]
    assert side.calls() == []
    with pytest.raises(LookupError):
        troubles.cause("lose-reply")


def test_a_playground_that_cannot_start_is_said_in_a_sentence() -> None:
    with pytest.raises(ConfigurationError, match="nothing-of-the-kind"):
        PageBackend(plugins="nothing-of-the-kind")


def test_the_page_is_served_until_it_is_told_to_stop() -> None:
    said: list[str] = []
    stop = threading.Event()
    serving = threading.Thread(target=run_page, args=(0, said.append), kwargs={"stop": stop})
    serving.start()
    try:
        assert wait_until(lambda: bool(said), within=10.0)
        with urllib.request.urlopen(said[0], timeout=5) as page:
            assert b"b24bot playground" in page.read()
    finally:
        stop.set()
        serving.join(timeout=20)
    assert not serving.is_alive()
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(said[0], timeout=5)


def test_a_port_that_is_taken_is_told_to_the_caller() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        run_page(taken.getsockname()[1], lambda _address: None)


def test_an_interrupt_ends_the_page_without_a_traceback() -> None:
    def say(_address: str) -> None:
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()

    run_page(0, say)
