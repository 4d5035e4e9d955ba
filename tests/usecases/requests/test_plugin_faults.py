"""A plugin's fault stays on the ending that it is the reason of, also once the outcome is settled."""

from __future__ import annotations

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.change.change_request import ChangeRequest, Status
from bot.host.guarded_calls import GuardedPlugin
from bot.usecases.admin.builtin_plugin import make_registry
from bot.usecases.authority import card_token
from tests.language.english import en
from tests.usecases.core_bot import ANTON, OLGA, CoreBot
from tests.usecases.toy import ASK_PEOPLE_AFTER_MS, Script

IN_CALL = "The plugin toy failed while it made the call thing.remove (reference E-"
IN_READ = "The plugin toy failed while it read thing:one back (reference E-"
BROKEN = ZeroDivisionError("inside the toy")


@pytest.fixture
def guarded(core_bot: CoreBot) -> CoreBot:
    """The toy behind the edge that every plugin is called through."""
    core_bot.configure(registry=make_registry([GuardedPlugin(core_bot.toy)]))
    return core_bot


def outcome(core_bot: CoreBot, change: ChangeRequest) -> str:
    return en(core_bot.now(change).outcome or "")


@pytest.mark.parametrize(("effect", "status"), [(True, Status.DONE), (False, Status.FAILED)])
def test_a_fault_in_the_call_is_named_once_reading_back_has_settled_it(
    guarded: CoreBot, effect: bool, status: Status
) -> None:
    change = guarded.approved()
    guarded.toy.scripts.append(Script(effect=False, error=BROKEN))
    guarded.work()
    assert guarded.now(change).status is Status.UNKNOWN
    if effect:
        guarded.toy.things.pop("one")
    guarded.wait(120)
    assert guarded.now(change).status is status
    assert outcome(guarded, change).startswith("The plugin failed during the call")
    assert IN_CALL in outcome(guarded, change)
    assert IN_CALL in str(guarded.records(Tag.EXECUTION_RESOLVED)[-1].facts["outcome"])
    assert IN_CALL in guarded.threads[-1]


def test_a_fault_in_reading_back_is_named_to_those_who_are_asked_and_on_the_ending_that_they_say(
    guarded: CoreBot,
) -> None:
    change = guarded.approved()
    guarded.toy.unreadable = BROKEN
    guarded.work()
    assert guarded.now(change).status is Status.UNKNOWN
    assert IN_READ in outcome(guarded, change)
    guarded.wait(ASK_PEOPLE_AFTER_MS / 1000 + 30, step=15)
    assert IN_READ in guarded.threads[-1]
    assert guarded.press(ANTON, change, card_token.WAS_DONE).startswith("CR-1001 (Remove one) is resolved as done.")
    assert "has checked the result: it was done." in outcome(guarded, change)
    assert IN_READ in outcome(guarded, change)


def test_a_fault_in_reading_back_is_not_named_once_it_is_read(guarded: CoreBot) -> None:
    change = guarded.approved()
    guarded.toy.unreadable = BROKEN
    guarded.work()
    guarded.toy.unreadable = None
    guarded.wait(10)
    assert (guarded.now(change).status, guarded.now(change).read_fault) == (Status.DONE, "")
    assert "The plugin" not in outcome(guarded, change)


def test_asking_again_after_a_fault_says_what_has_to_be_mended_first(guarded: CoreBot) -> None:
    change = guarded.approved()
    guarded.toy.scripts.append(Script(effect=False, error=BROKEN))
    guarded.work()
    guarded.wait(120)
    guarded.type(OLGA, f"request show {change.id}")
    facts = guarded.messenger.private_notices[-1].reply.facts
    (step,) = [text for label, text in facts if en(label) == "Next"]
    assert en(step).startswith("First fix the cause that the outcome names")
