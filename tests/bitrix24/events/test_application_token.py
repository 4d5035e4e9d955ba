"""The application token that a portal computes, and the comparison of tokens."""

from __future__ import annotations

import pytest

from plugins.bitrix24.events.application_token import compute_token, is_same_token
from plugins.bitrix24.redaction.secret import Secret
from tests.bitrix24.plugin_bot import PluginBot


def test_the_computed_token_is_the_one_that_the_portal_sends(plugin_bot: PluginBot) -> None:
    portal = plugin_bot.portal
    app_id = portal.state.apps[portal.client_id].app_id
    computed = compute_token(portal.member_id, app_id, Secret(portal.client_secret))
    assert computed.reveal() == portal.application_token


def test_the_token_of_a_marketplace_application_is_another(plugin_bot: PluginBot) -> None:
    portal = plugin_bot.portal
    plugin_bot.switch(application_token_formula="marketplace")
    app_id = portal.state.apps[portal.client_id].app_id
    assert compute_token(portal.member_id, app_id, Secret(portal.client_secret)).reveal() != portal.application_token


@pytest.mark.parametrize(
    ("one", "other", "same"), [("a", "a", True), ("a", "b", False), ("", "", False), ("é", "é", True)]
)
def test_tokens_are_compared_and_nothing_equals_no_token(one: str, other: str, same: bool) -> None:
    assert is_same_token(Secret(one), Secret(other)) is same
