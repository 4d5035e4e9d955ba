"""How often a line of the audit channel stands there twice: never without faults, and known by its number with them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.audit.audit_record import Entry, Tag
from bot.playground.workspace import SlackWorkspace
from bot.slack.outgoing.messenger import Gateway, make_client
from bot.usecases.chat.chat_port import Channels
from tests.long.form import sized
from tests.usecases.core_bot import CoreBot

RECORDS = sized(400, 4_000)
_NUMBER = re.compile(r"#(\d+) ([0-9a-f]{16})")


@pytest.fixture
def workspace() -> Iterator[SlackWorkspace]:
    with SlackWorkspace(rate_limit=False) as made:
        yield made


@pytest.fixture
def core_bot(tmp_path: Path, workspace: SlackWorkspace) -> Iterator[CoreBot]:
    """A core bot that speaks to a real workspace."""
    made = CoreBot(tmp_path, channels=Channels(audit=workspace.channel("audit").id))
    client = make_client(workspace.bot_token, workspace.api_url)
    made.configure(messenger=Gateway(client, made.store.keys, command="/b24", api_url=workspace.api_url))
    yield made
    made.close()


def record_and_deliver(core_bot: CoreBot) -> set[int]:
    """Records come in bursts and alone; the numbers of all."""
    seqs: set[int] = set()
    for burst in (1, 7, 1, 30, 2, 59) * (RECORDS // 100):
        with core_bot.store.unit_of_work() as store:
            entry = Entry(tag=Tag.COMMAND_REFUSED, actor="T1:U1", subject="CR-1", facts={"line": "thing list"})
            seqs |= {store.record(entry) for _ in range(burst)}
        core_bot.deliver()
    for _ in range(60):
        core_bot.clock.advance(1)
        core_bot.deliver()
    assert len(seqs) >= 300
    return seqs


def copies(workspace: SlackWorkspace, core_bot: CoreBot) -> Counter[int]:
    """How often each record stands in the channel, each time with its own place in the chain."""
    found = [
        (int(seq), head)
        for message in workspace.messages("audit")
        for seq, head in _NUMBER.findall(workspace.transcript(message))
    ]
    for seq, head in found:
        stored = core_bot.store.audit.get(seq)
        assert stored is not None
        assert stored.head == head
    return Counter(seq for seq, _ in found)


def test_without_faults_every_record_stands_there_once(core_bot: CoreBot, workspace: SlackWorkspace) -> None:
    seqs = record_and_deliver(core_bot)
    found = copies(workspace, core_bot)
    assert seqs <= set(found)
    assert set(found.values()) == {1}


def test_refused_and_lost_requests_make_no_copy(core_bot: CoreBot, workspace: SlackWorkspace) -> None:
    for kind in ("ratelimited", "server_error", "error", "lost_before"):
        workspace.fault(kind, "chat.postMessage", skip=2)
    seqs = record_and_deliver(core_bot)
    found = copies(workspace, core_bot)
    assert seqs <= set(found)
    assert set(found.values()) == {1}
    assert not workspace.world.faults.waiting(), "all of them were met"


def test_a_lost_answer_makes_one_copy_with_the_same_numbers(core_bot: CoreBot, workspace: SlackWorkspace) -> None:
    for kind in ("lost_after", "truncated"):
        workspace.fault(kind, "chat.postMessage", skip=3)
    seqs = record_and_deliver(core_bot)
    found = copies(workspace, core_bot)
    assert seqs <= set(found)
    assert not workspace.world.faults.waiting(), "both answers were lost"
    twice = [seq for seq, times in found.items() if times > 1]
    assert twice
    assert max(found.values()) == 2
    messages = [
        sorted(seq for seq, _ in _NUMBER.findall(workspace.transcript(one))) for one in workspace.messages("audit")
    ]
    again = [seqs for seqs, times in Counter(map(tuple, messages)).items() if times == 2]
    assert sorted(int(seq) for seqs in again for seq in seqs) == sorted(twice), "a copy is the same message once more"
