"""What the portal lists in an odd form is shown and explained, and one odd row costs its own row, not the command."""

from __future__ import annotations

from typing import Any

import pytest

from bot.plugin import BadArgument, Refusal
from plugins.bitrix24.connectors import identifiers
from tests.bitrix24.hand import Hand
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en, en_facts, en_rows

ODD = {
    "My.Conn": "Dotted",
    "MyCaps": "Capitals",
    "my-conn": "Hyphen",
    "линия": "Cyrillic",
    "0": "Zero",
    "$result[a]": "R",
}


@pytest.fixture
def hand(plugin_bot: PluginBot) -> Hand:
    plugin_bot.portal.seed(built_in=ODD)
    return Hand(plugin_bot=plugin_bot)


def test_ids_that_are_not_in_the_normal_form_are_listed_and_explained(hand: Hand) -> None:
    reply = hand.reply("connector list")
    assert reply.table is not None
    shown = {row[0]: row[3] for row in en_rows(reply.table)}
    assert set(shown) == {*ODD, "myconnector", "shopchat"} - {"0"}
    assert shown["my-conn"] == "0"
    assert shown["My.Conn"] == shown["MyCaps"] == shown["$result[a]"] == "0 or more, not all readable"
    assert shown["myconnector"] == "2"
    notes = "\n".join(map(en, reply.notes))
    assert "“My.Conn” cannot be queried: the portal takes the id for “my”." in notes
    assert "“MyCaps” cannot be queried: the portal takes the id for “mycaps”." in notes
    assert "“my-conn”" in notes
    assert (
        "but does not change them: their ids have other characters than lower-case Latin letters, digits and _."
        in notes
    )
    assert "One connector of the portal could not be read: a row with the id “0”." in notes


@pytest.mark.parametrize("connector", ["My.Conn", "MyCaps", "my-conn", "линия"])
def test_an_id_with_capitals_a_dot_or_a_hyphen_can_be_named_in_show_and_status(hand: Hand, connector: str) -> None:
    shown = hand.reply(f"connector show {connector}")
    assert dict(en_facts(shown))["name"] == ODD[connector]
    assert f"b24bot shows “{connector}” but does not change them" in "\n".join(map(en, shown.notes))
    status = hand.rows(f"connector status {connector}")
    assert [row[:2] for row in status] == [(connector, "yes")] * 3


def test_a_listed_id_is_taken_letter_by_letter_before_its_normal_form(hand: Hand) -> None:
    assert hand.reply("connector show MyConnector").title == "myconnector"
    hand.plugin_bot.portal.seed(built_in={**ODD, "MyConnector": "Other"})
    assert hand.reply("connector show MyConnector").title == "MyConnector"
    assert hand.reply("connector show myconnector").title == "myconnector"


@pytest.mark.parametrize("line", ["connector show", "connector status"])
def test_an_id_that_is_neither_listed_nor_normal_is_refused_with_what_is_wrong(hand: Hand, line: str) -> None:
    assert "it has a dot at position 2" in en(hand.refused(f"{line} a.b").sentence)
    assert isinstance(hand.refused(f"{line} a.b"), BadArgument)
    assert "is not a connector id" in en(hand.refused(f"{line} {'x' * 300}").sentence)
    assert isinstance(hand.refused(f"{line} nobody"), Refusal)


@pytest.mark.parametrize("line", ["remove", "activate {} 1", "adopt", "update {} --name X"])
def test_a_command_that_changes_takes_normal_ids_alone(hand: Hand, line: str) -> None:
    typed = f"connector {line.format('My.Conn') if '{}' in line else f'{line} My.Conn'}"
    assert "it has a dot at position 3" in en(hand.refused(typed).sentence)
    assert not [entry for entry in hand.plugin_bot.calls() if entry.effect]


@pytest.mark.parametrize(
    ("listed", "asked"), [("a", "a"), ("A.b", "a"), (".a.b", ".a.b"), ("a.", "a"), ("ÄÖ", "äö"), ("a-b", "a-b")]
)
def test_what_the_portal_makes_of_an_id_when_it_is_asked(listed: str, asked: str) -> None:
    assert identifiers.as_asked(listed) == asked
    assert bool(identifiers.find_query_obstacle(listed)) is (listed != asked)


LINES: list[Any] = [
    {"ID": "1", "LINE_NAME": "Sales EU", "ACTIVE": "Y"},
    {"ID": 2, "LINE_NAME": "Support", "ACTIVE": True},
    {"ID": "0", "LINE_NAME": "Zero", "ACTIVE": "Y"},
    None,
    {"ID": "7", "LINE_NAME": "Draft", "ACTIVE": "Y", "TEMPORARY": "Y"},
]


def odd_lines(hand: Hand) -> None:
    hand.plugin_bot.fault("reply", "imopenlines.config.list.get", status=200, body={"result": LINES}, times="forever")


def test_one_odd_line_costs_its_own_row_in_every_command_that_reads(hand: Hand) -> None:
    odd_lines(hand)
    for line in ("line list", "line show 1", "connector list", "connector status --all", "connector show myconnector"):
        notes = "\n".join(map(en, hand.reply(line).notes))
        assert "One open line of the portal could not be read: a row with the number “0”." in notes, line
        assert "One open line of the portal could not be read: a row with the value null." in notes, line
    assert [row[0] for row in hand.rows("line list")] == ["1", "2"], "a draft is no line"


def test_a_card_says_that_a_line_could_not_be_read(hand: Hand) -> None:
    odd_lines(hand)
    for line in ("connector remove myconnector", "connector deactivate myconnector 1"):
        warnings = hand.plan(line).warnings
        assert any(
            "a row with the value null. Changes on that line are not shown here." in en(each) for each in warnings
        ), warnings


def test_the_list_of_lines_is_asked_without_drafts(plugin_bot: PluginBot) -> None:
    assert [line.id for line in plugin_bot.open().lines()] == [1, 2, 3]
    (call,) = plugin_bot.calls("imopenlines.config.list.get")
    assert call.params["PARAMS"]["filter"] == {"=TEMPORARY": "N"}


def test_a_portal_that_ignores_the_filter_shows_no_draft_either(plugin_bot: PluginBot) -> None:
    drafts = [{"ID": str(number), "LINE_NAME": "L", "ACTIVE": "Y", "TEMPORARY": "Y"} for number in range(1, 51)]
    for page in (drafts, [{"ID": "60", "LINE_NAME": "L", "ACTIVE": "Y", "TEMPORARY": "N"}]):
        plugin_bot.fault("reply", "imopenlines.config.list.get", status=200, body={"result": page})
    assert [line.id for line in plugin_bot.open().lines()] == [60], "the page after a page of drafts is read, too"


def test_what_php_prints_before_an_answer_is_told_by_portal_check_and_once_in_the_log(
    hand: Hand, caplog: pytest.LogCaptureFixture
) -> None:
    hand.plugin_bot.fault("shape", "*", shape="warning_before", times="forever")
    assert len(hand.rows("connector list")) == 7
    notes = hand.reply("portal check").notes
    assert any(en(each).startswith("The portal writes PHP output before the reply.") for each in notes)
    told = [record for record in caplog.records if "writes PHP output before" in record.getMessage()]
    assert len(told) == 1
    assert told[0].levelname == "WARNING"
