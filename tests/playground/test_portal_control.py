"""The list of the portal's calls on the page: equal calls in a row are one entry, and every change is its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from bot.playground.portal_control import NEWEST, PortalSide
from plugins.bitrix24.simulation import PortalSimulation


@pytest.fixture
def portal() -> Iterator[PortalSimulation]:
    running = PortalSimulation()
    running.seed()
    yield running
    running.stop()


def call(portal: PortalSimulation, method: str, **parameters: str) -> None:
    token = portal.ready()["access_token"]
    requests.post(f"{portal.ready()['url']}{method}.json", data={"auth": token, **parameters}, timeout=30)


def test_equal_calls_in_a_row_are_one_entry_and_hide_no_other_call(portal: PortalSimulation) -> None:
    call(portal, "imopenlines.config.list.get")
    for _ in range(NEWEST + 1):
        call(portal, "event.offline.list")
    shown = [(one["method"], one["times"]) for one in PortalSide(portal).calls()]
    assert shown == [("event.offline.list", NEWEST + 1), ("imopenlines.config.list.get", 1)]


def test_each_change_is_an_entry_of_its_own(portal: PortalSimulation) -> None:
    for line in ("1", "2"):
        call(portal, "imconnector.activate", CONNECTOR="myconnector", LINE=line, ACTIVE="0")
    shown = [(one["method"], one["effect"], one["times"]) for one in PortalSide(portal).calls()]
    assert [(method, times) for method, _, times in shown] == [("imconnector.activate", 1)] * 2
    assert all(effect for _, effect, _ in shown)
