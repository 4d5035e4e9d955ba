"""Plans of every command that changes a portal: other words leave them the same, another fact makes another plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.core.change.digests import digest
from bot.core.change.drift import find_drift
from bot.plugin import Risk
from plugins.bitrix24.plugin import plugin
from tests.bitrix24.hand import HANDLER, Hand
from tests.bitrix24.plugin_bot import PluginBot
from tests.core.change.alterations import alter_plan
from tests.language.english import en
from tests.language.rewording import reworded, write_other_words

CHAT = "myconnector 1 --chat c1 --user u1"
RECEIPT = "myconnector 1 --im-chat 1767 --im-message 86497 --chat c1 --message-id m1"
LINES: Mapping[str, str] = {
    "connector activate": "connector activate myconnector 3",
    "connector deactivate": "connector deactivate myconnector --all",
    "connector adopt": "connector adopt shopchat",
    "connector configure": "connector configure myconnector 1 --url https://new.example/",
    "connector error": "connector error myconnector 1 the bridge is down",
    "connector register": f"connector register newchat --name 'New chat' --handler {HANDLER}",
    "connector update": "connector update myconnector --name New --no-newsletter",
    "connector remove": "connector remove myconnector",
    "connector restore": "connector restore myconnector",
    "message send": f"message send {CHAT} --message-id m1 --text Hello",
    "message edit": f"message edit {CHAT} --message-id m1 --text Hi",
    "message delete": f"message delete {CHAT} --message-id m1",
    "message delivered": f"message delivered {RECEIPT}",
    "message read": f"message read {RECEIPT}",
    "chat rename": f"chat rename {CHAT} --name Orders",
}
"""A line of each command, by its path."""
FIRST: Mapping[str, str] = {"connector restore": "connector remove myconnector"}
"""What is done before, where there would be nothing to do otherwise."""


@pytest.fixture(scope="module")
def other_words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_other_words(tmp_path_factory.mktemp("words"))


@pytest.fixture
def hand(plugin_bot: PluginBot) -> Hand:
    return Hand(plugin_bot=plugin_bot)


def test_every_command_that_changes_a_portal_has_its_line() -> None:
    commands = [command for group in plugin.groups for command in group]
    assert {one.path for one in commands if one.risk is not Risk.READ and not one.terminal} == set(LINES)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("path", LINES)
def test_a_plan_made_in_other_words_is_the_same_and_each_alteration_another(
    hand: Hand, path: str, other_words: Path
) -> None:
    hand.own(lines={"1": {"NAME": "WhatsApp EU"}})
    if path in FIRST:
        hand.done(FIRST[path])
    place, plan = hand.plugin_bot.place, hand.plan(LINES[path])
    own, said = digest(path, place, plan), en(plan.summary)
    with reworded(other_words):
        again = hand.plan(LINES[path])
        assert digest(path, place, again) == own
        assert find_drift(plan, again) == ()
        assert en(again.summary) != said
    for where, other in alter_plan(plan):
        assert digest(path, place, other) != own, where
        assert find_drift(plan, other), where
