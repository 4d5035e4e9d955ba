"""When a page is published: at its opening, after a change of it, and not more often than Slack likes."""

from __future__ import annotations

import pytest

from bot.core.principals import Principal
from bot.usecases.chat.delivery_errors import Busy, Lost
from bot.usecases.home.home_publishing import FAULT_SECONDS, PACE_SECONDS, HomePublisher
from bot.usecases.home.home_visits import LASTS_MS, list_visits, note_visit
from tests.usecases.core_bot import ANTON, OLGA, VERA, CoreBot


def published(core_bot: CoreBot) -> list[Principal]:
    return [person for person, _ in core_bot.messenger.homes]


def wait(core_bot: CoreBot, seconds: float) -> None:
    core_bot.clock.advance(seconds)


def test_an_opened_page_is_published_once_for_each_change(core_bot: CoreBot) -> None:
    publisher = HomePublisher(core_bot.ctx)
    publisher.run_once()
    assert published(core_bot) == []
    note_visit(core_bot.ctx, ANTON)
    publisher.run_once()
    publisher.run_once()
    assert published(core_bot) == [ANTON]
    core_bot.type(OLGA, "thing remove one")
    publisher.run_once()
    assert published(core_bot) == [ANTON], "too soon after the last time"
    wait(core_bot, PACE_SECONDS)
    publisher.run_once()
    assert published(core_bot) == [ANTON, ANTON]
    wait(core_bot, 60)
    publisher.run_once()
    assert published(core_bot) == [ANTON, ANTON], "nothing on it has changed"


def test_an_opening_publishes_even_what_has_not_changed(core_bot: CoreBot) -> None:
    publisher = HomePublisher(core_bot.ctx)
    for _ in range(2):
        note_visit(core_bot.ctx, VERA)
        publisher.run_once()
        wait(core_bot, PACE_SECONDS)
    assert published(core_bot) == [VERA, VERA]


def test_a_page_that_nobody_opened_for_a_day_is_left_alone(core_bot: CoreBot) -> None:
    publisher = HomePublisher(core_bot.ctx)
    note_visit(core_bot.ctx, ANTON)
    publisher.run_once()
    wait(core_bot, LASTS_MS / 1000 + 1)
    core_bot.type(OLGA, "thing remove one")
    publisher.run_once()
    assert published(core_bot) == [ANTON]
    assert list(list_visits(core_bot.ctx)) == []


@pytest.mark.parametrize(("error", "seconds"), [(Lost("timeout"), FAULT_SECONDS), (Busy(7.0), 7.0)])
def test_what_did_not_get_out_is_tried_again(core_bot: CoreBot, error: Exception, seconds: float) -> None:
    publisher = HomePublisher(core_bot.ctx)
    core_bot.messenger.fail("home", error)
    note_visit(core_bot.ctx, ANTON)
    publisher.run_once()
    wait(core_bot, seconds - 1)
    publisher.run_once()
    assert published(core_bot) == []
    wait(core_bot, 1)
    publisher.run_once()
    assert published(core_bot) == [ANTON]
