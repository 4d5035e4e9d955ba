"""An idle flood and slow drips against the real intake: a signed slash command is answered all the same."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.playground.workspace import SlackWorkspace
from bot.web.connections import Limits
from bot.web.site import SLACK_PATH
from tests.slack.intake import Intake
from tests.slack.kit import form_body, slash_fields

DRIP = f"POST {SLACK_PATH} HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n1".encode()


@pytest.mark.parametrize("places", [512, 100], ids=["fewer than places", "three for a place"])
def test_a_signed_slash_command_is_answered_beside_300_idle_connections_and_slow_drips(
    tmp_path: Path, places: int
) -> None:
    with (
        SlackWorkspace(rate_limit=False) as workspace,
        Intake(tmp_path, workspace, limits=Limits(connections=places)) as intake,
        ExitStack() as stack,
    ):
        for number in range(330):
            made = stack.enter_context(socket.create_connection(("127.0.0.1", intake.port), timeout=5))
            if number % 11 == 0:
                made.sendall(DRIP)
        for number in range(3):
            body = form_body({**slash_fields(), "trigger_id": f"1.{number}.a"})
            assert intake.post(body).status == 200
        assert len(intake.jobs()) == 3
