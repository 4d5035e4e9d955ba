"""A notice that a portal is lost says what to do, and where to read on; after the repair everything goes on."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.mentions import unmark
from plugins.bitrix24.health.access_losses import (
    DELETED,
    GUIDE,
    PLAN_LAPSED,
    SCOPE_MISSING,
    SWITCHED_OFF,
    UNFINISHED,
    UNINSTALLED,
    AccessLoss,
)
from tests.bitrix24.events.watched import Watched
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en

Breaks = tuple[dict[str, Any], dict[str, Any], AccessLoss]
WHOLE = ("imconnector", "imopenlines", "im", "placement")
BREAKS: dict[str, Breaks] = {
    "switched off": ({"active": False}, {"active": True}, SWITCHED_OFF),
    "deleted": ({"deleted": True}, {"deleted": False}, UNINSTALLED),
    "unfinished": ({"installed": False}, {"installed": True}, UNFINISHED),
    "unpaid": ({"paid": False}, {"paid": True}, PLAN_LAPSED),
    "scope": ({"scope": WHOLE[:2]}, {"scope": WHOLE}, SCOPE_MISSING),
}
"""What somebody changes of the application, what repairs it, and the loss that it is."""


@pytest.mark.parametrize("name", BREAKS)
def test_a_notice_of_a_loss_has_its_own_advice_and_link_and_ends_with_the_repair(
    plugin_bot: PluginBot, name: str
) -> None:
    change, back, loss = BREAKS[name]
    watched = Watched(plugin_bot)
    watched.change_app(scope=WHOLE)
    watched.settle()
    before = len(watched.raised)
    watched.change_app(**change)
    watched.settle(15)
    [told] = watched.raised[before:]
    assert told.endswith(unmark(en(loss.advise("default"))))
    assert f"{GUIDE}#{loss.anchor}" in told
    assert "NAME" not in told
    over = len(watched.over)
    watched.change_app(**back)
    watched.settle(15)
    assert len(watched.over) == over + 1
    assert plugin_bot.rows("connector list"), "without a restart"


def test_a_portal_that_knows_no_such_application_advises_to_create_it_again(plugin_bot: PluginBot) -> None:
    watched = Watched(plugin_bot)
    unknown = {"error": "wrong_client", "error_description": "Unknown client"}
    for method in ("app.info", "batch"):
        plugin_bot.fault("reply", method, status=401, body=unknown, times="forever")
    watched.settle(15)
    [told] = watched.raised
    assert told.endswith(unmark(en(DELETED.advise("default"))))
