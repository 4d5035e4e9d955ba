"""The whole bot takes any plugin: people type and press in a simulated workspace, and there is no portal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.testing import WholeBot
from tests.testing.lamps import plugin


@pytest.fixture(scope="module")
def bot() -> Iterator[WholeBot]:
    with WholeBot("tests.testing.lamps:plugin") as running:
        yield running


def test_a_command_that_reads_is_answered(bot: WholeBot) -> None:
    bot.ask("Olga", "lamp list")
    assert "Desk" in bot.answer("Olga", "Lamps")


def test_a_change_is_confirmed_done_and_verified(bot: WholeBot) -> None:
    ended = bot.confirms("lamp name desk Table")
    assert ended.status == "done"
    assert plugin.lights["desk"] == "Table"
    assert "name: Desk → Table" in bot.channel_says("connectors", "Done and verified")
    assert bot.recorded("change:execution:ended")


def test_a_stranger_is_refused(bot: WholeBot) -> None:
    bot.ask("Gleb", "lamp list")
    assert bot.answer("Gleb", "allow-list")


def test_an_answer_that_does_not_come_is_told_with_what_came_instead(bot: WholeBot) -> None:
    bot.confirms("lamp name hall Door")
    bot.ask("Olga", "lamp list")
    bot.answer("Olga", "Lamps")
    bot.timeout = 0.0
    with pytest.raises(AssertionError) as caught:
        bot.answer("Olga", "Lanterns")
    bot.timeout = WholeBot.timeout
    assert str(caught.value).startswith("'Lanterns' for Olga did not come within 0 s.\nTo Olga came last: ")
    assert "(only Olga sees this)" in str(caught.value)
    assert "#connectors has last: " in str(caught.value)
