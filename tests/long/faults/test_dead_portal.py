"""A portal is down for hours, in a clock that moves by itself: it is left alone, whoever wants something of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.plugin import CallVerdict, PluginError
from plugins.bitrix24.rest import methods
from tests.bitrix24.plugin_bot import PluginBot
from tests.long.form import sized

HOURS = sized(6, 72)
TOKEN_HOURS = sized(1, 12)
EVERY = 30.0
"""Seconds between two things that want to ask: reading back, checks, changes."""
PER_MINUTE = 2
AT_FIRST = 5
"""Failures in a row until the bot believes it."""


@pytest.fixture
def plugin_bot(tmp_path: Path) -> Iterator[PluginBot]:
    made = PluginBot(tmp_path)
    yield made
    made.stop()


def pass_time(plugin_bot: PluginBot, seconds: float) -> None:
    """For the bot and the portal alike, without anybody waiting."""
    plugin_bot.clock.sleep(seconds)


def ask_everything(plugin_bot: PluginBot, turn: int) -> list[bool]:
    """Read back, check, list and change, as the scheduler and people do; which of them got through."""
    plan = methods.call("imconnector.unregister", "Unregister.", ID=f"nobody{turn}")
    works: list[bool] = []
    for path in ("portal check", "connector list"):
        try:
            works.append(bool(plugin_bot.run(path)))
        except PluginError:
            works.append(False)
    works.append(
        plugin_bot.plugin.perform(plugin_bot.services, plugin_bot.place, plan).verdict is not CallVerdict.NOT_SENT
    )
    plugin_bot.plugin.maintain(plugin_bot.services)
    return works


@pytest.mark.parametrize(("kind", "more"), [("lost_before", {}), ("reply", {"status": 502, "body": "Bad Gateway"})])
def test_a_portal_that_is_down_gets_two_requests_a_minute_and_is_found_again_in_half_a_minute(
    plugin_bot: PluginBot, kind: str, more: dict[str, object]
) -> None:
    began = plugin_bot.clock.monotonic()
    plugin_bot.fault(kind, "*", times="forever", **more)
    turn = 0
    while plugin_bot.clock.monotonic() - began < HOURS * 3600:
        ask_everything(plugin_bot, turn)
        pass_time(plugin_bot, EVERY)
        turn += 1
    minutes = (plugin_bot.clock.monotonic() - began) / 60
    calls = len(plugin_bot.calls())
    assert minutes - 1 <= calls <= AT_FIRST + PER_MINUTE * minutes
    assert not plugin_bot.refreshes(), "a portal that does not answer does not make a token run out"
    with plugin_bot.portal.world.lock:
        plugin_bot.portal.world.faults.clear()
    pass_time(plugin_bot, 31)
    assert all(ask_everything(plugin_bot, turn))


def test_an_authorisation_server_that_is_down_gets_two_requests_a_minute(plugin_bot: PluginBot) -> None:
    """The portal answers, but only that the token has run out."""
    plugin_bot.store_spare()
    plugin_bot.expire()
    plugin_bot.fault("lost_before", "oauth.token", times="forever")
    began, turn = plugin_bot.clock.monotonic(), 0
    while plugin_bot.clock.monotonic() - began < TOKEN_HOURS * 3600:
        ask_everything(plugin_bot, turn)
        pass_time(plugin_bot, EVERY)
        turn += 1
    minutes = (plugin_bot.clock.monotonic() - began) / 60
    assert minutes - 1 <= len(plugin_bot.refreshes()) <= AT_FIRST + PER_MINUTE * minutes
    with plugin_bot.portal.world.lock:
        plugin_bot.portal.world.faults.clear()
    pass_time(plugin_bot, 31)
    plugin_bot.expire()
    before = len(plugin_bot.refreshes())
    assert all(ask_everything(plugin_bot, turn))
    assert len(plugin_bot.refreshes()) - before <= 2, "one for the pair in use, and one that proves the spare"
