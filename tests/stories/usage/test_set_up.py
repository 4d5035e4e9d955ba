"""From an empty folder to a working bot: one conversation, one start, and the first answer to the first admin."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.playground.workspace import SlackWorkspace
from bot.plugin.loopback import GIVE_UP_SECONDS, wait_until
from plugins.bitrix24.simulation import PortalSimulation
from tests.cli.cli_bot import CliBot, told_to_stop
from tests.ports import free_port
from tests.stories.processes import answers


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[CliBot]:
    """Somebody in an empty folder."""
    bot = CliBot(tmp_path)
    yield bot
    bot.stop_all()


@pytest.fixture
def slack() -> Iterator[SlackWorkspace]:
    with SlackWorkspace(rate_limit=False, ack_within=GIVE_UP_SECONDS) as running:
        yield running


@pytest.fixture
def portal() -> Iterator[PortalSimulation]:
    running = PortalSimulation()
    running.seed()
    yield running
    running.stop()


def test_one_conversation_leads_to_a_bot_that_answers_its_first_admin(
    newcomer: CliBot, slack: SlackWorkspace, portal: PortalSimulation
) -> None:
    newcomer.settings |= {"SLACK_API_URL": slack.api_url, "LANG": "ru_RU.UTF-8", **portal.settings()}
    olga = slack.people["Olga"]
    tokens = ("д", "socket", slack.bot_token, slack.app_token)
    channels = tuple(slack.channel(name).id for name in ("approvals", "audit"))
    typed = "".join(f"{answer}\n" for answer in (*tokens, *channels, olga.id))
    set_up = newcomer.answer(typed, "init")
    assert set_up.exit_code == 0, set_up.output
    assert "Создайте приложение Slack" in set_up.stderr
    assert "сбой" not in set_up.stdout

    port = free_port()
    bot = newcomer.start("serve", more={"B24BOT_HEALTH_PORT": str(port)})
    assert wait_until(lambda: answers(f"http://127.0.0.1:{port}/readyz"))
    assert olga.slash("/b24 whoami").transport == "socket"
    slack.wait_for(lambda: olga.ephemerals, what="the answer")
    assert "admin" in slack.transcript(olga.ephemerals[-1])
    anton = slack.people["Anton"]
    assert newcomer.run("access", "grant", f"T0001:{anton.id}", "approver").exit_code == 0
    assert olga.slash("/b24 connector remove myconnector").ok
    card = slack.wait_for(lambda: slack.find("approvals", "CR-1001"), what="the card")
    assert anton.click(card, "b24:approve").ok
    slack.wait_for(lambda: portal.portal.state.connectors.get("myconnector") is None, what="the removal")
    assert told_to_stop(bot, signal.SIGTERM) == 0
