"""A portal is down for hours, in a clock that moves by itself: it is left alone, whoever wants something of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.plugin import CallVerdict, PluginError
from plugins.bitrix24.rest import methods
from tests.bitrix24.desk import Desk
from tests.long.form import sized

HOURS = sized(6, 72)
TOKEN_HOURS = sized(1, 12)
EVERY = 30.0
"""Seconds between two things that want to ask: reading back, checks, changes."""
PER_MINUTE = 2
AT_FIRST = 5
"""Failures in a row until the bot believes it."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.stop()


def pass_time(desk: Desk, seconds: float) -> None:
    """For the bot and the portal alike, without anybody waiting."""
    desk.clock.sleep(seconds)


def ask_everything(desk: Desk, turn: int) -> list[bool]:
    """Read back, check, list and change, as the keeper and people do; which of them got through."""
    plan = methods.call("imconnector.unregister", "Unregister.", ID=f"nobody{turn}")
    works: list[bool] = []
    for path in ("portal check", "connector list"):
        try:
            works.append(bool(desk.run(path)))
        except PluginError:
            works.append(False)
    works.append(desk.plugin.perform(desk.services, desk.place, plan).verdict is not CallVerdict.NOT_SENT)
    desk.plugin.tend(desk.services)
    return works


@pytest.mark.parametrize(("kind", "more"), [("lost_before", {}), ("reply", {"status": 502, "body": "Bad Gateway"})])
def test_a_portal_that_is_down_gets_two_requests_a_minute_and_is_found_again_in_half_a_minute(
    desk: Desk, kind: str, more: dict[str, object]
) -> None:
    began = desk.clock.monotonic()
    desk.fault(kind, "*", times="forever", **more)
    turn = 0
    while desk.clock.monotonic() - began < HOURS * 3600:
        ask_everything(desk, turn)
        pass_time(desk, EVERY)
        turn += 1
    minutes = (desk.clock.monotonic() - began) / 60
    calls = len(desk.calls())
    assert minutes - 1 <= calls <= AT_FIRST + PER_MINUTE * minutes
    assert not desk.refreshes(), "a portal that does not answer does not make a token run out"
    with desk.portal.world.lock:
        desk.portal.world.faults.clear()
    pass_time(desk, 31)
    assert all(ask_everything(desk, turn))


def test_an_authorisation_server_that_is_down_gets_two_requests_a_minute(desk: Desk) -> None:
    """The portal answers, but only that the token has run out."""
    desk.store_spare()
    desk.expire()
    desk.fault("lost_before", "oauth.token", times="forever")
    began, turn = desk.clock.monotonic(), 0
    while desk.clock.monotonic() - began < TOKEN_HOURS * 3600:
        ask_everything(desk, turn)
        pass_time(desk, EVERY)
        turn += 1
    minutes = (desk.clock.monotonic() - began) / 60
    assert minutes - 1 <= len(desk.refreshes()) <= AT_FIRST + PER_MINUTE * minutes
    with desk.portal.world.lock:
        desk.portal.world.faults.clear()
    pass_time(desk, 31)
    desk.expire()
    before = len(desk.refreshes())
    assert all(ask_everything(desk, turn))
    assert len(desk.refreshes()) - before <= 2, "one for the pair in use, and one that proves the spare"
