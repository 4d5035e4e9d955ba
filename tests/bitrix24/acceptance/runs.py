"""Acceptance runs on the simulated portal, as the terminal runs them, and what is on the portal afterwards."""

from __future__ import annotations

from typing import Any

from bot.plugin import Reply
from bot.testing.scripted_dialogue import ScriptedDialogue
from plugins.bitrix24.acceptance.comparison import Comparison
from plugins.bitrix24.acceptance.probe import PREFIX
from plugins.bitrix24.acceptance.report import AcceptanceReport
from plugins.bitrix24.commands.acceptance import check_acceptance, report_acceptance, try_portal
from tests.bitrix24.plugin_bot import PluginBot

LINE = 1


def run(bot: PluginBot, **options: Any) -> Any:
    """What the command answers, as the terminal runs it."""
    given = {"portal": "default", "line": LINE, **options}
    check_acceptance(bot.services, **given)
    outcome = try_portal(ScriptedDialogue(bot.services), **given)
    with bot.services.transaction():
        return report_acceptance(bot.services, outcome)


def report(bot: PluginBot, **options: Any) -> AcceptanceReport:
    reply = run(bot, **options)
    assert isinstance(reply, Reply)
    assert isinstance(reply.data, AcceptanceReport)
    return reply.data


def contradicted(found: AcceptanceReport) -> list[str]:
    return [each.step for each in found.steps if each.comparison is Comparison.CONTRADICTS]


def positions(found: AcceptanceReport) -> dict[str, str]:
    return {each.switch: each.position for each in found.switches if each.position is not None}


def tables(bot: PluginBot) -> dict[str, Any]:
    """Everything on the portal that a run could change."""
    with bot.portal.world.lock:
        state = bot.portal.world.state
        return {
            name: list(getattr(state, name).rows())
            for name in ("connectors", "statuses", "handlers", "placements", "offline", "lines", "dialogs", "messages")
        }


def on(bot: PluginBot) -> dict[str, Any]:
    """The same without connectors that are off: the portal deletes those rows later (docs/portal-behaviour.md P104)."""
    found = tables(bot)
    return {**found, "statuses": [row for row in found["statuses"] if row.active]}


def left(bot: PluginBot) -> list[str]:
    """The throw-away connectors that are registered or active."""
    found = on(bot)
    return [row.id for row in found["connectors"] if row.id.startswith(PREFIX)] + [
        row.connector for row in found["statuses"] if row.connector.startswith(PREFIX)
    ]
