"""The edge to a plugin: what it raises or returns against the protocol is a fault of the plugin, and named as one."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any, cast

import pytest

from bot.core.bot_errors import PluginFault, StoreUnavailable
from bot.core.change.outcome import PLUGIN_FAILED
from bot.host.guarded_calls import GuardedPlugin
from bot.plugin import (
    Call,
    CallOutcome,
    CallVerdict,
    Place,
    Plan,
    Plugin,
    Refusal,
    Services,
    TargetUnreachable,
    Undo,
    UndoKind,
)
from tests.host.invented import Invented
from tests.language.english import en, raises

PLACE = Place(name="oak", label="oak", identity="oak")
CALL = Call(method="tree.fell", params={}, note="Fell it.")
PLAN = Plan(
    summary="Fell it",
    target="tree:oak",
    calls=(CALL,),
    before={"tree": "stands"},
    wanted={"tree": None},
    undo=Undo(kind=UndoKind.NONE, sentence="No."),
)
SERVICES = cast(Services, None)
ASKED: dict[str, Callable[[Plugin], object]] = {
    "start": lambda plugin: plugin.start(SERVICES),
    "places": lambda plugin: plugin.places(SERVICES),
    "open": lambda plugin: plugin.open(SERVICES, PLACE),
    "perform": lambda plugin: plugin.perform(SERVICES, PLACE, CALL),
    "verify": lambda plugin: plugin.verify(SERVICES, PLACE, PLAN),
    "maintain": lambda plugin: plugin.maintain(SERVICES),
}


def guarded(member: str, does: Callable[..., Any]) -> GuardedPlugin:
    plugin = Invented("trees")
    setattr(plugin, member, does)
    return GuardedPlugin(plugin)


def raising(error: BaseException) -> Callable[..., Any]:
    def does(*_: object) -> None:
        raise error

    return does


FAULTS = (ZeroDivisionError("by zero"), KeyError("x"), RecursionError(), SystemExit(3))


@pytest.mark.parametrize("error", FAULTS, ids=repr)
@pytest.mark.parametrize("member", [member for member in ASKED if member != "perform"])
def test_what_a_plugin_raises_is_its_fault_with_a_reference_to_the_log(
    member: str, error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(PluginFault) as caught:
        ASKED[member](guarded(member, raising(error)))
    found = re.fullmatch(
        r"The plugin trees failed while it .* \(reference (E-[0-9a-f]{6})\)\.", en(caught.value.sentence)
    )
    assert found
    assert found[1] in caplog.text
    assert "b24bot" not in en(caught.value.sentence)


@pytest.mark.parametrize("member", [member for member in ASKED if member != "perform"])
def test_what_a_plugin_refuses_with_is_no_fault(member: str) -> None:
    with pytest.raises(Refusal, match="Not today"):
        ASKED[member](guarded(member, raising(Refusal("Not today."))))


@pytest.mark.parametrize("error", [*FAULTS, TargetUnreachable("The forest is closed.")], ids=repr)
def test_a_call_in_which_the_plugin_failed_may_have_been_sent_so_its_outcome_is_unknown(error: BaseException) -> None:
    outcome = guarded("perform", raising(error)).perform(SERVICES, PLACE, CALL)
    assert (outcome.verdict, outcome.code) == (CallVerdict.UNKNOWN, PLUGIN_FAILED)
    assert en(outcome.sentence).endswith("The call may have been sent.")
    if not isinstance(error, TargetUnreachable):
        assert en(outcome.sentence).startswith("The plugin trees failed while it made the call tree.fell (reference E-")


def test_a_store_that_cannot_be_written_is_not_the_plugins_fault() -> None:
    with pytest.raises(StoreUnavailable):
        guarded("perform", raising(StoreUnavailable("No."))).perform(SERVICES, PLACE, CALL)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        True,
        "done",
        CallOutcome(verdict=cast(CallVerdict, "done "), sentence="Done."),
        CallOutcome(verdict=CallVerdict.DONE, sentence="Done.", facts={"milliseconds": cast(int, 1.5)}),
        CallOutcome(verdict=CallVerdict.DONE, sentence="Done.", sent_ms_ago=cast(int, "5")),
    ],
    ids=repr,
)
def test_a_call_that_returns_something_else_has_an_unknown_outcome(answer: object) -> None:
    outcome = guarded("perform", lambda *_: answer).perform(SERVICES, PLACE, CALL)
    assert outcome.verdict is CallVerdict.UNKNOWN


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (None, "it returned NoneType instead of Mapping"),
        ({"tree": None}, "it returned a dict whose ['tree'] is NoneType instead of Text"),
        ({"tree": True}, "it returned a dict whose ['tree'] is bool instead of Text"),
        ({"treee": "stands"}, "verify returned labels that the plan does not have: treee"),
    ],
)
def test_an_observation_against_the_contract_is_a_fault_and_not_a_half_done_change(
    seen: object, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A misspelt label would pass for a target that is gone."""
    with raises(PluginFault, match="The plugin trees failed while it read tree:oak back"):
        guarded("verify", lambda *_: seen).verify(SERVICES, PLACE, PLAN)
    assert words in caplog.text


def test_an_observation_in_the_plans_labels_is_handed_on() -> None:
    assert guarded("verify", lambda *_: {"tree": "lies"}).verify(SERVICES, PLACE, PLAN) == {"tree": "lies"}
    assert guarded("places", lambda *_: [PLACE]).places(SERVICES) == [PLACE]
    with pytest.raises(PluginFault):
        guarded("places", lambda *_: ["oak"]).places(SERVICES)


@pytest.mark.parametrize("odd", ["\ud83d", "\x00"])
def test_half_a_surrogate_or_nul_in_the_label_of_a_portal_is_replaced_and_its_identity_is_kept(odd: str) -> None:
    place = Place(name="oak", label=f"oak{odd}", identity=f"oak{odd}")
    (seen,) = guarded("places", lambda *_: [place]).places(SERVICES)
    assert (seen.label, seen.identity) == ("oak\ufffd", place.identity)


def test_the_same_fault_again_has_the_same_reference_and_no_second_trace(caplog: pytest.LogCaptureFixture) -> None:
    """Reading back is repeated every few seconds, for as long as it takes."""
    plugin = guarded("verify", raising(KeyError("x")))
    told = set()
    for _ in range(3):
        with pytest.raises(PluginFault) as caught:
            plugin.verify(SERVICES, PLACE, PLAN)
        told.add(caught.value.sentence)
    assert len(told) == 1
    assert len([record for record in caplog.records if record.exc_info]) == 1


def test_a_plugin_that_cannot_let_go_ends_no_process(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    guarded("close", raising(ZeroDivisionError())).close()
    assert "The plugin trees failed while it closed its connections" in caplog.text
