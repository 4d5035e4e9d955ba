"""A bot token that Slack refuses: said once, not ready meanwhile, and ready again once it is mended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Timer

import pytest

from bot.app import Running, assemble, read_settings
from bot.playground.workspace import SlackWorkspace
from bot.playground.workspace.state.workspace_tokens import BROKEN_STATES
from bot.plugin.loopback import wait_until
from bot.slack.bot_identity import Identity
from bot.slack.outgoing.authentication import Authentication
from bot.slack.refusals import find_refusal
from bot.slack.token_errors import APP_TOKEN, BOT_TOKEN, token_refused
from bot.store.sealing.keyring import create_key_file
from bot.usecases.chat.delivery_errors import ChannelDead, Impossible, Lost
from tests.language.english import en
from tests.slack.intake import settings_for


@pytest.fixture
def running(tmp_path: Path, workspace: SlackWorkspace) -> Iterator[Running]:
    create_key_file(tmp_path / "keys" / "key")
    bot = assemble(read_settings(settings_for(tmp_path, workspace)), synchronous="OFF")
    made = Running(bot, intake=True, work=False)
    yield made
    made.stop()


@pytest.mark.parametrize("error", BROKEN_STATES)
def test_a_token_revoked_while_it_runs_makes_the_bot_not_ready_and_is_said_once(
    running: Running, workspace: SlackWorkspace, caplog: pytest.LogCaptureFixture, error: str
) -> None:
    assert running.authentication.ask()
    assert running.readiness()["slack"]
    workspace.break_token(error)
    for _ in range(5):
        assert not running.authentication.ask()
        assert not running.readiness()["slack"]
    (said,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert said.getMessage().startswith(
        f"Slack rejected SLACK_BOT_TOKEN: {en(find_refusal(error).described)}. b24bot is not ready"
    )
    with workspace.offline():
        assert not running.authentication.ask()
        assert not running.readiness()["slack"], "no answer does not mend a token"
    workspace.break_token("")
    assert running.authentication.ask()
    assert running.readiness()["slack"]


def test_a_silent_slack_is_no_reason_not_to_be_ready_once_it_has_answered(
    running: Running, workspace: SlackWorkspace, caplog: pytest.LogCaptureFixture
) -> None:
    assert running.authentication.ask()
    with workspace.offline():
        for _ in range(3):
            assert not running.authentication.ask()
    assert running.readiness()["slack"]
    assert caplog.text.count("Slack does not say who we are") == 1


def test_it_is_asked_again_with_growing_pauses_until_the_token_is_taken(
    running: Running, workspace: SlackWorkspace
) -> None:
    workspace.break_token("token_expired")
    running.start()
    assert wait_until(lambda: len(workspace.calls("auth.test")) >= 2)
    workspace.break_token("")
    assert wait_until(lambda: running.readiness()["slack"])
    assert running.bot.context.workspace.team == "T0001"


def test_a_stop_waits_until_an_answer_that_came_before_it_is_noted(running: Running) -> None:
    """What notes an answer reads the database, which is closed after the stop."""
    noting, over, order = Event(), Event(), list[str]()

    def note(_identity: Identity) -> None:
        noting.set()
        over.wait(10)
        order.append("noted")

    authentication = Authentication(running.bot.gateway, note)
    authentication.start()
    assert noting.wait(10)
    authentication.stop()
    Timer(0.1, over.set).start()
    authentication.wait_stopped()
    order.append("stopped")
    assert order == ["noted", "stopped"]


def test_an_answer_that_comes_after_the_stop_is_not_noted(running: Running) -> None:
    noted: list[Identity] = []
    authentication = Authentication(running.bot.gateway, noted.append)
    authentication.stop()
    assert authentication.ask()
    assert noted == []


def test_only_what_does_not_pass_by_itself_is_a_refused_token() -> None:
    assert token_refused(BOT_TOKEN, Lost("service_unavailable")) is None
    assert token_refused(BOT_TOKEN, ChannelDead("is_archived")) is None
    refused = token_refused(APP_TOKEN, Impossible("not_allowed_token_type"))
    assert refused is not None
    assert (
        en(refused.sentence)
        == "Slack rejected SLACK_APP_TOKEN: Slack does not accept this type of token here (not_allowed_token_type)."
    )
    assert "xapp-" in en(refused.hint)
