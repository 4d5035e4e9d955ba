"""Advice about a portal names the portal, and a refused command and `portal check` advise the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.language.translation import translate_argument
from bot.plugin import TargetRefused
from plugins.bitrix24.commands.common.json_views import PortalCheckRow
from plugins.bitrix24.health.access_losses import LOSSES
from plugins.bitrix24.rest import error_codes
from plugins.bitrix24.rest.portal_lines import CONNECT_AGAIN, name_portal
from tests.bitrix24.health.test_warnings import change_app, change_plan, change_user
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en


def change_secret(bot: PluginBot) -> None:
    change_app(bot, client_secret="another")
    bot.expire("access")


def spend(bot: PluginBot) -> None:
    bot.lose()
    bot.expire("access")


BREAKS: dict[str, Callable[[PluginBot], object]] = {
    "refresh token used": spend,
    "refresh token expired": lambda bot: bot.expire("both"),
    "application uninstalled": lambda bot: change_app(bot, deleted=True, installed=False),
    "client secret changed": change_secret,
    "user dismissed": lambda bot: change_user(bot, active=False),
    "overload limit": lambda bot: change_plan(bot, overloaded=True),
    "portal deleted": lambda bot: change_plan(bot, deleted=True),
}


@pytest.mark.parametrize("case", BREAKS)
def test_a_command_and_the_check_advise_the_same(plugin_bot: PluginBot, case: str) -> None:
    BREAKS[case](plugin_bot)
    refused = plugin_bot.refusal("connector list")
    assert isinstance(refused, TargetRefused)
    checked = plugin_bot.reply("portal check").data
    assert isinstance(checked, tuple)
    (access,) = [row for row in checked if isinstance(row, PortalCheckRow) and row.check == "access"]
    assert en(access.next or "") == en(refused.hint)
    assert "NAME" not in en(refused.hint)


def test_after_a_spent_refresh_token_both_lines_to_type_name_the_portal(plugin_bot: PluginBot) -> None:
    spend(plugin_bot)
    hint = en(plugin_bot.refusal("connector list").hint)
    assert "portal connect default --replace" in hint
    assert "`b24bot portal connect default --backup`" in hint, "Slack does not take this line"


def test_each_loss_can_name_the_portal() -> None:
    for loss in LOSSES:
        assert "NAME" not in en(loss.advise("stage"))


def test_no_code_of_a_lost_token_advises_to_open_a_page_that_gives_no_tokens() -> None:
    for code in ("expired_token", "invalid_grant", "invalid_token", "NO_AUTH_FOUND"):
        for row in (error_codes.portal_row(code), error_codes.token_row(code)):
            assert "Open the application" not in en(row.do)


def test_a_line_has_a_label_until_the_portal_is_known() -> None:
    assert "portal connect NAME --replace" in translate_argument(CONNECT_AGAIN.command_line)
    assert name_portal("as it is", "stage") == "as it is"
