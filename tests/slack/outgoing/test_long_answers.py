"""Long answers: a file with a line above it, progress in one edited message, and the old way where Slack says no."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.clock import ShiftedClock
from bot.core.messages.notices import PrivateNotice
from bot.core.principals import Principal
from bot.playground.workspace import SlackWorkspace
from bot.playground.workspace.codes import CODES
from bot.plugin import Reply, Table
from bot.slack.outgoing.messenger import Gateway, make_client
from bot.testing.services import scratch_store
from bot.usecases.chat.delivery_errors import Busy, Lost
from tests.slack.test_slack_errors import kind_of

OLGA = Principal(team="T0001", user="U0001")


@pytest.fixture
def workspace() -> Iterator[SlackWorkspace]:
    with SlackWorkspace(rate_limit=False) as made:
        yield made


@pytest.fixture
def gateway(workspace: SlackWorkspace, tmp_path: Path) -> Iterator[Gateway]:
    store = scratch_store(tmp_path, ShiftedClock())
    yield Gateway(
        make_client(workspace.bot_token, workspace.api_url), store.keys, command="/b24", api_url=workspace.api_url
    )
    store.close()


def answer(rows: int, *, attach: bool = True, channel: str = "C0001") -> PrivateNotice:
    table = Table(columns=("id", "name"), rows=tuple((str(n), f"line {n}") for n in range(rows)), attach=attach)
    return PrivateNotice(person=OLGA, channel=channel, reply=Reply(title="Everything", table=table))


def test_more_than_fifteen_rows_go_to_a_file_with_a_line_in_one_message(
    workspace: SlackWorkspace, gateway: Gateway
) -> None:
    gateway.send_privately(answer(16))
    (message,) = workspace.messages("connectors")
    assert "@Olga Everything: 16 rows" in workspace.transcript(message)
    (done,) = workspace.calls("files.completeUploadExternal")
    assert done.ok
    assert len(message.files) == 1
    assert message.thread_ts == ""
    assert workspace.ephemerals("Olga") == []


def test_the_facts_and_the_notes_of_a_long_answer_are_in_the_message_and_in_the_file(
    workspace: SlackWorkspace, gateway: Gateway
) -> None:
    """They name the portal, and what could not be read or is silent: what a long list is asked for."""
    long = answer(16)
    notes = ("Not readable: line 7 <b> timed out.", "Understood as: connector status")
    gateway.send_privately(
        replace(long, reply=replace(long.reply, facts=(("Portal", "beta · b.example"),), notes=notes))
    )
    (message,) = workspace.messages("connectors")
    (name,) = message.files
    file = workspace.world.files[name]["content"].decode()
    for shown in (workspace.transcript(message), file):
        assert "beta · b.example" in shown
        assert "Not readable: line 7 <b> timed out." in shown
        assert "Understood as: connector status" in shown
    assert file.startswith("Portal: beta")
    assert "line 15" in file


@pytest.mark.parametrize("notice", [answer(15), answer(40, attach=False), answer(40, channel="")])
def test_the_others_stay_answers_only_one_person_sees(
    workspace: SlackWorkspace, gateway: Gateway, notice: PrivateNotice
) -> None:
    gateway.send_privately(notice)
    assert workspace.calls("files.completeUploadExternal") == []
    assert workspace.messages("connectors") == []


def test_without_the_scope_for_files_the_answer_is_cut_and_not_lost(
    workspace: SlackWorkspace, gateway: Gateway
) -> None:
    workspace.set_scopes("commands", "chat:write")
    gateway.send_privately(answer(16))
    (shown,) = workspace.ephemerals("Olga")
    assert "line 15" in workspace.transcript(shown)
    assert workspace.messages("connectors") == [], "nothing promises a file that never came"


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
def test_whatever_error_code_refuses_the_file_the_answer_is_shown_cut_or_tried_again(
    workspace: SlackWorkspace, gateway: Gateway, method: str
) -> None:
    for code in (*sorted(CODES[method]), "never_heard_of"):
        shown = len(workspace.ephemerals("Olga"))
        workspace.fault("error", method, code=code)
        if kind_of(code) in (Lost, Busy):
            with pytest.raises((Lost, Busy)):
                gateway.send_privately(answer(16))
            assert len(workspace.ephemerals("Olga")) == shown, code
        else:
            gateway.send_privately(answer(16))
            assert len(workspace.ephemerals("Olga")) == shown + 1, code
    assert workspace.messages("connectors") == [], "nothing promises a file that never came"


def test_a_file_that_does_not_arrive_leaves_nothing_in_the_channel_however_often_it_is_tried(
    workspace: SlackWorkspace, gateway: Gateway
) -> None:
    workspace.fault("server_error", "files.completeUploadExternal", count=2)
    for _ in range(2):
        with pytest.raises(Lost):
            gateway.send_privately(answer(16))
        assert workspace.messages("connectors") == []
    gateway.send_privately(answer(16))
    (message,) = workspace.messages("connectors")
    assert len(message.files) == 1


def test_a_note_is_one_message_that_is_edited(workspace: SlackWorkspace, gateway: Gateway) -> None:
    posted = gateway.note("C0001", "1 of 2", None)
    assert gateway.note("C0001", "2 of 2", posted) == posted
    (message,) = workspace.messages("connectors")
    assert "2 of 2" in workspace.transcript(message)
