"""What a form says of a connector: its undo is that of the plan, and an error on a line needs attention."""

from __future__ import annotations

from bot.plugin import UndoKind
from plugins.bitrix24.connectors.connector_choices import REMOVAL, list_connector_choices
from tests.bitrix24.hand import HANDLER, Hand
from tests.bitrix24.plugin_bot import PluginBot


def test_a_removal_without_an_undo_is_told_beforehand(plugin_bot: PluginBot) -> None:
    """Another application's connector, one that was adopted without its registration, and one registered here."""
    hand = Hand(plugin_bot=plugin_bot)
    hand.done(f"connector register newchat --name 'New chat' --handler {HANDLER}", "connector adopt shopchat")
    offered = {each.value: each.no_undo for each in list_connector_choices(plugin_bot.open())}
    kinds = {connector: hand.plan(f"{REMOVAL} {connector}").undo.kind for connector in ("newchat", "shopchat")}
    assert kinds["shopchat"] is UndoKind.NONE
    assert kinds["newchat"] is not UndoKind.NONE
    assert offered["newchat"] == ()
    assert offered["shopchat"] == (REMOVAL,)


def test_an_error_on_a_line_needs_attention(plugin_bot: PluginBot) -> None:
    hand = Hand(plugin_bot=plugin_bot)
    hand.done(f"connector register newchat --name 'New chat' --handler {HANDLER}", "connector activate newchat 1")
    assert not [each.value for each in list_connector_choices(plugin_bot.open()) if each.attention]
    hand.done("connector error newchat 1 the bridge is down")
    assert [each.value for each in list_connector_choices(plugin_bot.open()) if each.attention] == ["newchat"]
