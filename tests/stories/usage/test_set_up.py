"""From an empty folder to a working bot: one conversation, one start, and the first answer to the first admin."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.playground.workspace import SlackWorkspace
from bot.plugin.loopback import GIVE_UP_SECONDS, wait_until
from plugins.bitrix24.simulation import PortalSimulation
from tests.cli.cli_bot import CliBot, told_to_stop
from tests.ports import free_port
from tests.stories.processes import answers
from tests.stories.screen import Screen


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


@pytest.fixture
def screen() -> Iterator[Screen]:
    with contextlib.closing(Screen()) as opened:
        yield opened


ASKING = {
    "en": ("To become the first admin, type /b24 whoami", "cannot be an admin: guest", "To confirm, type {}."),
    "ru": (
        "Чтобы стать первым администратором, введите сейчас в Slack /b24 whoami",
        "не может быть администратором: гость",
        "Для подтверждения введите {}.",
    ),
}


def answer_all_but_admin(newcomer: CliBot, slack: SlackWorkspace, language: str = "en") -> None:
    newcomer.settings |= {
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "B24BOT_APPROVAL_CHANNEL": slack.channel("approvals").id,
        "B24BOT_AUDIT_CHANNEL": slack.channel("audit").id,
        "B24BOT_LANGUAGE": language,
    }
    if not newcomer.key_file.exists():
        newcomer.make_key()


def begin_init(newcomer: CliBot, slack: SlackWorkspace, screen: Screen, language: str = "en") -> subprocess.Popen[str]:
    """Start `b24bot init` with all answers but the first admin."""
    answer_all_but_admin(newcomer, slack, language)
    # Its own session has no terminal but this one.
    return newcomer.start("init", stdin=screen.line, stdout=screen.line, stderr=screen.line, start_new_session=True)


@pytest.mark.parametrize("language", ASKING)
def test_whoever_types_whoami_is_shown_and_becomes_admin_by_a_typed_id(
    newcomer: CliBot, slack: SlackWorkspace, screen: Screen, language: str
) -> None:
    invited, guest_refused, confirmed = ASKING[language]
    guest, olga = slack.add_person("Visitor", is_restricted=True), slack.people["Olga"]
    process = begin_init(newcomer, slack, screen, language)
    screen.wait_for(invited)
    assert guest.slash("/b24 help").ok
    assert guest.slash("/b24 whoami").ok
    screen.wait_for(guest_refused)
    assert olga.slash("/b24 whoami").ok
    screen.wait_for(confirmed.format(olga.id))
    assert f"Olga (T0001:{olga.id})" in screen.shown
    screen.type(olga.id)
    assert process.wait(timeout=GIVE_UP_SECONDS) == 0
    listed = newcomer.json("access", "list")
    assert [(row["principal"], row["role"]) for row in listed] == [(f"T0001:{olga.id}", "admin")]
    assert newcomer.answer("", "init").stderr == "", "nothing is left to ask"


def test_nobody_becomes_admin_without_the_typed_id(newcomer: CliBot, slack: SlackWorkspace, screen: Screen) -> None:
    olga = slack.people["Olga"]
    process = begin_init(newcomer, slack, screen)
    screen.wait_for(ASKING["en"][0])
    assert olga.slash("/b24 whoami").ok
    screen.wait_for("To confirm, type")
    screen.type("")
    screen.wait_for("Name the first admin")
    assert process.wait(timeout=GIVE_UP_SECONDS) == 0
    assert newcomer.json("access", "list") == []


def test_enter_ends_the_wait(newcomer: CliBot, slack: SlackWorkspace, screen: Screen) -> None:
    process = begin_init(newcomer, slack, screen)
    screen.wait_for(ASKING["en"][0])
    screen.type("")
    screen.wait_for("First admin (U…)")
    screen.type(slack.people["Olga"].id)
    assert process.wait(timeout=GIVE_UP_SECONDS) == 0
    assert [row["role"] for row in newcomer.json("access", "list")] == ["admin"]


def test_a_bot_that_runs_already_is_used(newcomer: CliBot, slack: SlackWorkspace, screen: Screen) -> None:
    olga, port = slack.people["Olga"], free_port()
    answer_all_but_admin(newcomer, slack)
    newcomer.start("serve", more={"B24BOT_HEALTH_PORT": str(port)})
    assert wait_until(lambda: answers(f"http://127.0.0.1:{port}/readyz"))
    process = begin_init(newcomer, slack, screen)
    screen.wait_for(ASKING["en"][0])
    assert olga.slash("/b24 whoami").ok
    screen.wait_for("To confirm, type")
    screen.type(olga.id)
    assert process.wait(timeout=GIVE_UP_SECONDS) == 0
    assert olga.slash("/b24 whoami").ok
    slack.wait_for(lambda: len(olga.ephemerals) == 2, what="the second answer")
    assert "not on the allow-list" in slack.transcript(olga.ephemerals[0])
    assert "To become the first, run b24bot init on the host" in slack.transcript(olga.ephemerals[0])
    assert "not on the allow-list" not in slack.transcript(olga.ephemerals[1]), "the role holds without a restart"


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
