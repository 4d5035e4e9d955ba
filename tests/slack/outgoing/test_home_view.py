"""A Home tab is one that Slack takes, whatever stands on it, and it mentions only people whom the bot means."""

from __future__ import annotations

import pytest

from bot.core.messages.home_tabs import HomeTab
from bot.slack.outgoing.home_view import BLOCKS_MOST, TOO_LONG, home_view
from bot.slack.render.slack_text import Writer
from tests.language.english import en
from tests.slack.checks import assert_openable, called
from tests.slack.render.home_cases import HOMES, HUGE


def address(number: int) -> str:
    return f"https://acme.slack.com/archives/C0002/p{number}"


@pytest.mark.parametrize("tab", [*HOMES.values(), HUGE], ids=[*HOMES, "huge"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_slack_takes_it(tab: HomeTab, language: str) -> None:
    view = home_view(tab, Writer(language=language), address)
    assert_openable(view)
    assert len(view["blocks"]) <= BLOCKS_MOST
    assert called(view["blocks"]) <= {"<@U0001>"}


def test_what_is_too_much_is_said_to_be_cut() -> None:
    view = home_view(HUGE, Writer(), address)
    assert len(view["blocks"]) == BLOCKS_MOST
    assert view["blocks"][-1]["elements"][0]["text"] == en(TOO_LONG)


def test_an_entry_opens_its_card_only_where_the_card_stands() -> None:
    with_card = home_view(HOMES["full"], Writer(), address)
    without = home_view(HOMES["full"], Writer(), lambda _: "")
    assert [block["accessory"]["url"] for block in with_card["blocks"] if "accessory" in block] == [address(1042)]
    assert [block for block in without["blocks"] if "accessory" in block] == []
