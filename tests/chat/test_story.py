"""A command, its approval and its end in a chat that is not Slack, over the same use cases."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.change.change_request import Status
from tests.chat.story import APPROVALS, AUDIT, OPS, LineBot

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def line_bot(tmp_path: Path) -> Iterator[LineBot]:
    made = LineBot(tmp_path)
    yield made
    made.store.close()


def statuses(line_bot: LineBot) -> list[Status]:
    return [change.status for change in line_bot.store.changes.with_status(Status, limit=9)]


def test_a_removal_is_asked_for_approved_and_done(line_bot: LineBot) -> None:
    line_bot.say("olga", '!b24 thing remove one --reason "asked by @ida"')
    (card,) = line_bot.cards()
    assert "CR-1001 Remove one: pending" in card
    line_bot.say("anton", line_bot.button("approve"), room=APPROVALS)
    assert "one" not in line_bot.toy.things
    assert statuses(line_bot) == [Status.DONE]
    assert ["CR-1001 Remove one: done" in text for text in line_bot.cards()] == [True]
    lines = "\n".join(line.text for line in line_bot.chat.seen_by_all(AUDIT))
    assert "change:review:approved CR-1001 @anton" in lines


def test_nobody_approves_what_they_asked_for_nor_from_another_room(line_bot: LineBot) -> None:
    line_bot.say("olga", "!b24 thing remove one")
    approve = line_bot.button("approve")
    line_bot.say("olga", approve, room=APPROVALS)
    line_bot.say("anton", approve, room=OPS)
    line_bot.say("gleb", approve, room=APPROVALS)
    assert statuses(line_bot) == [Status.PENDING]
    assert "one" in line_bot.toy.things


def test_a_guest_asks_for_nothing(line_bot: LineBot) -> None:
    line_bot.chat.people["olga"] = "visitor"
    line_bot.say("olga", "!b24 thing remove one")
    assert "guest" in line_bot.told("olga")
    assert statuses(line_bot) == []


def test_a_rejection_asks_why_and_the_requester_is_told(line_bot: LineBot) -> None:
    line_bot.say("olga", "!b24 thing remove one")
    line_bot.say("anton", line_bot.button("reject"), room=APPROVALS)
    asked = line_bot.told("anton")
    value = asked.partition("!reason ")[2].removesuffix(" WHY")
    line_bot.say("anton", f"!reason {value} still in use", room=APPROVALS)
    assert statuses(line_bot) == [Status.REJECTED]
    assert "still in use" in line_bot.cards()[0]
    assert "one" in line_bot.toy.things


def test_the_same_command_again_while_it_waits_changes_nothing(line_bot: LineBot) -> None:
    line_bot.say("olga", "!b24 thing remove one")
    line_bot.say("olga", "!b24 thing remove one")
    assert statuses(line_bot) == [Status.PENDING]


def test_none_of_it_imports_anything_of_slack() -> None:
    code = "import sys; import tests.chat.story; print([n for n in sys.modules if 'slack' in n])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
