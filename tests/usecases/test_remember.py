"""What a plugin wants to know of what was done is written with the ending, and only when it is done."""

from __future__ import annotations

import pytest

from bot.core.change.change_request import Status
from bot.plugin import CallVerdict, TargetUnreachable
from tests.usecases.core_bot import CoreBot
from tests.usecases.toy import Script


def painted(core_bot: CoreBot) -> object:
    return core_bot.store.records("toy").get("painted", "one")


def test_what_is_done_is_remembered_and_what_is_removed_is_forgotten(core_bot: CoreBot) -> None:
    core_bot.approved("thing paint one")
    assert painted(core_bot) is None
    core_bot.work()
    assert painted(core_bot) == {"colour": "blue"}
    core_bot.approved("thing remove one")
    core_bot.work()
    assert core_bot.change().status is Status.DONE
    assert painted(core_bot) is None


@pytest.mark.parametrize("verdict", [CallVerdict.FAILED, CallVerdict.NOT_SENT, CallVerdict.UNKNOWN])
def test_what_is_not_done_is_not_remembered(core_bot: CoreBot, verdict: CallVerdict) -> None:
    core_bot.approved("thing paint one")
    core_bot.toy.scripts.append(Script(verdict=verdict, effect=False))
    core_bot.work()
    assert painted(core_bot) is None


def test_what_turns_out_to_be_done_later_is_remembered_then(core_bot: CoreBot) -> None:
    core_bot.approved("thing paint one")
    core_bot.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN))
    core_bot.toy.unreadable = TargetUnreachable("It does not answer.")
    core_bot.work()
    assert painted(core_bot) is None
    core_bot.toy.unreadable = None
    core_bot.wait(20)
    assert core_bot.change().status is Status.DONE
    assert painted(core_bot) == {"colour": "blue"}


def test_it_stands_or_falls_with_the_ending(core_bot: CoreBot) -> None:
    """Nothing is remembered of what could not be recorded as done."""
    core_bot.approved("thing paint one")
    core_bot.toy.on_verify = core_bot.break_audit
    core_bot.do_jobs(1)
    assert core_bot.change().status is Status.RUNNING
    assert painted(core_bot) is None
