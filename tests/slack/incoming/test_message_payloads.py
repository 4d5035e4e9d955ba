"""Which messages to the bot are commands, and of whom (docs/slack-behaviour.md S44, S45)."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.messages.deliveries import SlashCommand
from bot.core.principals import Principal
from bot.slack.ids import OrgWideDelivery, UnexpectedId
from bot.slack.incoming.event_listeners import EVENTS, EventHandling, take_event
from bot.slack.incoming.message_payloads import direct_message, mention
from bot.slack.scopes import EVENT_SCOPES
from bot.usecases.integrity.lost_access import AccessLoss
from tests.slack.kit import OLGA, event_payload, message_payload

BOT = "U0B24"
STAMP = "1772366400.000300"
LISTED = SlashCommand(
    key=f"msg:T0001:U0001:C0001:{STAMP}", person=OLGA, channel="C0001", text="connector list", message=STAMP
)


def test_a_mention_in_front_makes_the_rest_a_line() -> None:
    assert mention(message_payload("<@U0B24> connector list"), BOT) == LISTED


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("<@U0B24>", ""),
        (" <@U0B24|b24bot>:  help\n", "help"),
        ("<@U0B24>, connector show &lt;x&gt;", "connector show <x>"),
        ("<@U0B24> access grant <@U0002> operator", "access grant <@U0002> operator"),
        ("<@U0B24> freeze <@U0B24> is wrong", "freeze <@U0B24> is wrong"),
    ],
)
def test_the_line_behind_the_mention(text: str, line: str) -> None:
    found = mention(message_payload(text), BOT)
    assert found is not None
    assert found.text == line


@pytest.mark.parametrize("text", ["thanks <@U0B24>", "<@U0002> connector remove x", "connector list", ""])
def test_a_message_about_the_bot_is_no_command(text: str) -> None:
    assert mention(message_payload(text), BOT) is None


def test_a_direct_message_is_a_line_with_or_without_a_mention() -> None:
    for text in ("connector list", "<@U0B24> connector list"):
        found = direct_message(message_payload(text, channel="D0001", channel_type="im"), BOT)
        assert found is not None
        assert (found.text, found.channel, found.direct, found.thread) == ("connector list", "D0001", True, "")


def test_a_message_in_a_thread_names_both() -> None:
    found = mention(message_payload("<@U0B24> help", thread_ts="1772366399.000100"), BOT)
    assert found is not None
    assert (found.message, found.thread, found.direct) == (STAMP, "1772366399.000100", False)


@pytest.mark.parametrize(
    "more",
    [
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "bot_message"},
        {"subtype": "channel_join"},
        {"edited": {"user": "U0001", "ts": "1772366401.000100"}},
        {"bot_id": "B0B24"},
        {"bot_id": "B0007"},
        {"bot_profile": {"id": "B0007"}},
        {"user": BOT},
    ],
)
def test_edits_notices_and_words_of_programs_are_no_commands(more: dict[str, Any]) -> None:
    assert mention(message_payload("<@U0B24> freeze", **more), BOT) is None
    assert direct_message(message_payload("freeze", **more), BOT) is None


def test_a_message_with_a_file_is_a_command() -> None:
    assert mention(message_payload("<@U0B24> connector list", subtype="file_share"), BOT) == LISTED


def test_a_person_of_another_team_is_named_by_that_team() -> None:
    found = mention(message_payload("<@U0B24> connector list", user_team="T0900", team="T0001"), BOT)
    assert found is not None
    assert found.person == Principal(team="T0900", user="U0001")
    assert found.workspace == "T0001"


@pytest.mark.parametrize("more", [{"user": "nobody"}, {"user": ""}, {"channel": "../x"}, {"ts": "now"}, {"ts": ""}])
def test_a_payload_that_names_nobody_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises((UnexpectedId, ValueError)):
        mention(message_payload("<@U0B24> help", **more), BOT)


def test_a_message_for_an_installation_of_a_whole_organisation_is_refused() -> None:
    raw = message_payload("<@U0B24> help")
    raw["authorizations"][0]["is_enterprise_install"] = True
    with pytest.raises(OrgWideDelivery):
        mention(raw, BOT)


def taken(raw: dict[str, Any]) -> list[object]:
    found: list[object] = []
    take_event(EventHandling(receive=found.append, lose=found.append, open_home=found.append), raw, BOT)
    return found


def test_the_events_that_are_acted_on_are_those_that_the_app_subscribes_to() -> None:
    assert set(EVENTS) == set(EVENT_SCOPES)


def test_each_event_comes_to_its_function() -> None:
    direct = message_payload("whoami", kind="message", channel="D0001", channel_type="im")
    assert taken(message_payload("<@U0B24> connector list")) == [LISTED]
    assert [one.text for one in taken(direct) if isinstance(one, SlashCommand)] == ["whoami"]
    assert taken(message_payload("<@U0B24> x", kind="message", channel_type="channel")) == []
    assert taken(event_payload("team_join")) == []
    assert taken(event_payload("app_uninstalled")) == [AccessLoss.UNINSTALLED]
    assert taken(event_payload("app_home_opened")) == [OLGA]


def test_only_the_bots_own_token_counts_among_revoked_ones() -> None:
    raw = event_payload("tokens_revoked")
    raw["event"]["tokens"] = {"oauth": ["U0B24"], "bot": []}
    assert taken(raw) == []
    raw["event"]["tokens"] = {"oauth": [], "bot": ["U0B24"]}
    assert taken(raw) == [AccessLoss.REVOKED]
