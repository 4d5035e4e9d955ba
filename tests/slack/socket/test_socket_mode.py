"""Socket Mode: the same bot over a connection that it opens itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.app import Running, assemble, read_settings
from bot.clock import ShiftedClock
from bot.core.principals import Principal
from bot.playground.environment import ROLES, Playground
from bot.playground.workspace import SlackWorkspace
from bot.plugin.loopback import wait_until
from bot.slack.disconnect_reasons import SOCKET_REFUSED
from bot.slack.incoming.acknowledged_refusals import BUSY
from bot.slack.outgoing.messenger import make_client
from bot.slack.socket.socket_connection import Connection
from bot.slack.socket.socket_mode import AppTokenClient
from bot.store.sealing.keyring import create_key_file
from bot.usecases.admin.allow_list import grant_role
from tests.language.english import en
from tests.slack.intake import Intake, settings_for
from tests.store.neighbour import locked_by_another


@pytest.fixture(scope="module")
def full_bot(tmp_path_factory: pytest.TempPathFactory, full_bot_in: Callable[..., Playground]) -> Iterator[Playground]:
    """A playground whose bot has no HTTP side at all."""
    tmp_path = tmp_path_factory.mktemp("playground")
    made = full_bot_in(tmp_path)
    made.workspace.start()
    made.portal.seed()
    create_key_file(tmp_path / "keys" / "key")
    settings = {**made.settings, "SLACK_APP_TOKEN": made.workspace.app_token, "SLACK_SIGNING_SECRET": ""}
    bot = assemble(read_settings(settings), clock=made.clock, synchronous="OFF")
    for name, role in ROLES.items():
        grant_role(bot.store, made.person(name), role, by=Principal.shell("tests"))
    made.running = Running(bot, intake=True, work=True)
    made.running.start()
    made.running.open_socket()
    assert wait_until(lambda: all(made.bot_is_ready().values()))
    # Either side may be the first to know of the connection.
    assert wait_until(lambda: made.workspace.sockets.connected == 1)
    yield made
    made.stop()


def test_the_whole_story_goes_over_the_socket_and_goes_on_after_a_reconnect(full_bot: Playground) -> None:
    workspace = full_bot.workspace
    typed = workspace.people["Olga"].slash("/b24 connector remove myconnector")
    assert (typed.ok, typed.transport) == (True, "socket")
    card = workspace.wait_for(lambda: workspace.messages("approvals"), what="the card")[0]

    first = workspace.sockets.connected
    assert workspace.sockets.disconnect() == first == 1
    assert wait_until(lambda: workspace.sockets.connected == 1)

    clicked = workspace.people["Anton"].click(card, "Approve")
    assert (clicked.ok, clicked.transport) == (True, "socket")
    workspace.wait_for(lambda: workspace.find("approvals", "done and verified"), what="the ending")
    assert len(workspace.calls("apps.connections.open")) >= 2
    assert workspace.complaints == []


def test_a_connection_that_breaks_is_opened_again(full_bot: Playground) -> None:
    full_bot.workspace.sockets.drop()
    assert wait_until(lambda: full_bot.workspace.sockets.connected == 1)
    assert full_bot.workspace.people["Olga"].slash("/b24 whoami").transport == "socket"


def test_a_delivery_repeated_in_another_envelope_has_one_effect(full_bot: Playground) -> None:
    """Slack repeats with the same envelope and with new ones; the key of the delivery is what counts."""
    workspace = full_bot.workspace
    typed = workspace.people["Vera"].slash("/b24 whoami")
    for _ in range(3):
        assert workspace.deliver(typed).ok
    workspace.wait_for(lambda: workspace.ephemerals("Vera"))
    assert wait_until(lambda: not full_bot.store.jobs.waiting(full_bot.clock.now_ms()))
    assert len(workspace.ephemerals("Vera")) == 1


def test_malformed_and_foreign_envelopes_are_left_unanswered_and_not_written_down(
    full_bot: Playground, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    sockets = full_bot.workspace.sockets
    for number, payload in enumerate(
        ({"type": "block_actions", "actions": ["CANARY"]}, {"command": "/b24", "x": "CANARY"})
    ):
        envelope = {"envelope_id": f"e{number}", "type": "interactive", "payload": payload}
        assert sockets.send(envelope, within=0.3) == (False, None)
    assert "CANARY" not in caplog.text
    assert full_bot.workspace.people["Olga"].slash("/b24 whoami").ok


def test_a_locked_store_is_said_over_the_socket_too(tmp_path: Path) -> None:
    with SlackWorkspace(rate_limit=False, ack_within=1.0) as workspace, Intake(tmp_path, workspace) as made:
        made.impatient()
        made.running.bot.settings = read_settings(
            {**made.running.bot.settings.values, "SLACK_APP_TOKEN": workspace.app_token}
        )
        made.running.open_socket()
        assert wait_until(lambda: workspace.sockets.connected == 1)
        with locked_by_another(made.database):
            typed = workspace.people["Olga"].slash("/b24 help")
        assert (typed.transport, typed.ack) == ("socket", {"text": en(BUSY)})
        assert made.jobs() == []


def test_the_bot_starts_without_slack_and_connects_when_it_answers(tmp_path: Path) -> None:
    with (
        SlackWorkspace(rate_limit=False) as workspace,
        Intake(tmp_path, workspace, SLACK_APP_TOKEN=workspace.app_token) as made,
    ):
        workspace.fault("server_error", "apps.connections.open")
        made.running.open_socket()
        assert made.running.readiness()["socket"] is False
        assert wait_until(lambda: made.running.readiness()["socket"])
        assert workspace.calls("apps.connections.open")[0].status == 503


def test_a_refused_app_token_is_said_once_and_taken_again_once_it_is_mended(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        SlackWorkspace(rate_limit=False) as workspace,
        Intake(tmp_path, workspace, SLACK_APP_TOKEN=workspace.app_token) as made,
    ):
        workspace.break_token("token_expired", kind="app")
        made.running.open_socket()
        assert wait_until(lambda: len(workspace.calls("apps.connections.open")) >= 2)
        assert made.running.readiness()["socket"] is False
        assert caplog.text.count("Slack rejected SLACK_APP_TOKEN: the token has expired (token_expired).") == 1
        assert "Socket Mode: token_expired; connecting again in" in caplog.text
        workspace.break_token("", kind="app")
        assert wait_until(lambda: made.running.readiness()["socket"])
        assert workspace.app_token not in caplog.text


LEAVING = {
    # reason: the level, and whether the bot goes on being ready
    "warning": (logging.INFO, True),
    "refresh_requested": (logging.INFO, True),
    "link_disabled": (logging.ERROR, False),
    "too_many_websockets": (logging.WARNING, False),
    "something_new": (logging.WARNING, True),
}


@pytest.mark.parametrize("reason", LEAVING)
def test_each_reason_of_a_disconnect_says_what_it_means_and_the_bot_comes_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, reason: str
) -> None:
    caplog.set_level(logging.INFO)
    level, ready = LEAVING[reason]
    with (
        SlackWorkspace(rate_limit=False) as workspace,
        Intake(tmp_path, workspace, SLACK_APP_TOKEN=workspace.app_token) as made,
    ):
        made.running.open_socket()
        assert wait_until(lambda: made.running.readiness()["socket"])
        workspace.sockets.disconnect(reason, grace=3.0)
        assert wait_until(lambda: f"({reason})" in caplog.text)
        assert made.running.readiness()["socket"] is ready
        (said,) = (record for record in caplog.records if f"({reason})" in record.message)
        assert said.levelno == level
        assert wait_until(lambda: workspace.sockets.connected == 1 and made.running.readiness()["socket"])
        assert ready == (f"{reason}; connecting again in" not in caplog.text)
        assert workspace.people["Olga"].slash("/b24 whoami").transport == "socket"


def test_socket_mode_that_was_switched_off_is_said_once_and_the_bot_connects_when_it_is_on_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        SlackWorkspace(rate_limit=False) as workspace,
        Intake(tmp_path, workspace, SLACK_APP_TOKEN=workspace.app_token) as made,
    ):
        made.running.open_socket()
        assert wait_until(lambda: made.running.readiness()["socket"])
        assert workspace.sockets.switch(False) == 1
        assert wait_until(lambda: len(workspace.calls("apps.connections.open")) >= 3)
        assert made.running.readiness()["socket"] is False
        assert caplog.text.count("Socket Mode is turned off for the Slack app, so Slack sends neither commands") == 1
        store = made.running.bot.store
        assert store.facts.get(SOCKET_REFUSED) == "link_disabled"
        workspace.sockets.switch(True)
        assert wait_until(lambda: made.running.readiness()["socket"])
        assert wait_until(lambda: store.facts.get(SOCKET_REFUSED) == "")


def test_a_silent_connection_is_not_ready_and_is_opened_again(tmp_path: Path) -> None:
    """A way that is dead: both ends hold the connection for open, and no pong comes back."""
    wall = ShiftedClock()
    with SlackWorkspace(rate_limit=False) as workspace:
        create_key_file(tmp_path / "keys" / "key")
        settings = read_settings(settings_for(tmp_path, workspace, SLACK_APP_TOKEN=workspace.app_token))
        running = Running(assemble(settings, synchronous="OFF"), intake=True, work=False, wall=wall)
        try:
            running.open_socket()
            assert wait_until(lambda: running.readiness()["socket"])
            assert workspace.sockets.silence() == 1
            wall.advance(20)
            assert running.readiness()["socket"] is False
            assert wait_until(lambda: running.readiness()["socket"])
            assert workspace.sockets.connected == 1
        finally:
            running.stop()


def test_reconnects_back_off_and_say_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A connection that Slack ends at once, again and again, is not opened in a tight loop."""
    with (
        SlackWorkspace(rate_limit=False) as workspace,
        Intake(tmp_path, workspace, SLACK_APP_TOKEN=workspace.app_token) as made,
    ):
        made.running.open_socket()
        for _ in range(2):
            assert wait_until(lambda: workspace.sockets.connected == 1)
            workspace.sockets.drop()
        assert wait_until(lambda: caplog.text.count("the connection ended; connecting again in") == 2)
        assert len(workspace.calls("apps.connections.open")) == 2
        assert [record.levelname for record in caplog.records if "connecting again" in record.message] == [
            "WARNING"
        ] * 2


def test_a_fault_of_the_bot_while_it_reads_is_not_told_as_a_lost_connection() -> None:
    """Else it would be one line at INFO and a reconnect, again and again."""

    def take(envelope: Mapping[str, Any]) -> None:
        raise AttributeError("ours")

    with SlackWorkspace(rate_limit=False) as workspace:
        tokens = AppTokenClient(workspace.app_token, make_client(workspace.bot_token, workspace.api_url))
        connection = Connection(tokens.open(), ShiftedClock())
        with pytest.raises(AttributeError, match="ours"):
            connection.read(take)
        assert connection.over
        assert wait_until(lambda: workspace.sockets.connected == 0)
