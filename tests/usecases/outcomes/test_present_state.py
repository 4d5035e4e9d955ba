"""What an ended request says is true now, and what to do next, is what its plan says about the ending."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core import mentions
from bot.core.authority.policy import Terms
from bot.core.builtin_name import BUILTIN
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.principals import Role
from bot.plugin import EndingTexts
from bot.usecases.authority import card_token
from bot.usecases.outcomes.next_steps import list_next_steps
from bot.usecases.outcomes.present_state import describe_now
from tests.core.samples import CHANGE
from tests.language.english import en
from tests.usecases.core_bot import ANTON, IDA, OLGA, ROLES, VERA, CoreBot, person

NOT_DONE = (Status.FAILED, Status.CHANGED, Status.REJECTED, Status.WITHDRAWN, Status.EXPIRED)
WITHOUT_BUTTON = (Status.REJECTED, Status.WITHDRAWN)
"""The endings whose card has no button to ask again."""
WHOLE = EndingTexts(made="It is lit.", not_made="It is dark.", next_made="Look.", next_not_made="Light a match.")


def ended(status: Status, ending: EndingTexts | None, *, change: ChangeRequest = CHANGE) -> ChangeRequest:
    return replace(change, status=status, plugin=BUILTIN, local=True, plan=replace(change.plan, ending=ending))


def now(change: ChangeRequest) -> str:
    return mentions.unmark(en(describe_now(change) or ""))


def following(change: ChangeRequest) -> list[str]:
    return [mentions.unmark(en(step)) for step in list_next_steps(change, on_card=True)]


def test_the_sentences_of_the_plan_stand_in_the_place_of_those_of_the_host() -> None:
    done = ended(Status.DONE, WHOLE)
    assert (now(done), following(done)) == ("It is lit.", ["Look."])
    assert {now(ended(status, WHOLE)) for status in NOT_DONE} == {"It is dark."}
    assert all(following(ended(status, WHOLE)) == ["Light a match."] for status in WITHOUT_BUTTON)


def test_a_verified_plan_of_a_plugin_has_its_sentence_too() -> None:
    assert now(replace(ended(Status.DONE, WHOLE), local=False)) == "It is lit."
    assert now(replace(ended(Status.DONE, None), local=False)) == "The change is in effect."


@pytest.mark.parametrize("ending", [None, EndingTexts()])
def test_what_a_plan_leaves_out_is_said_by_the_host(ending: EndingTexts | None) -> None:
    done, rejected = ended(Status.DONE, ending), ended(Status.REJECTED, ending)
    assert (now(done), following(done)) == ("The change was made.", ["Nothing is left to do."])
    assert (now(rejected), following(rejected)) == (
        "The change was not made.",
        ["If the change is still needed, type the command again."],
    )


@pytest.mark.parametrize("status", [Status.PENDING, Status.APPROVED, Status.RUNNING])
def test_nothing_is_said_of_what_has_not_ended(status: Status) -> None:
    change = ended(status, WHOLE)
    assert describe_now(change) is None
    assert list_next_steps(change, on_card=True) == ()


ADA = person("Ada")


@pytest.fixture
def ruled(make_core_bot: Callable[..., CoreBot]) -> CoreBot:
    """A bot with two admins, and break-glass."""
    return make_core_bot(roles={**ROLES, ADA: Role.ADMIN}, terms=Terms(break_glass=True))


def approve(core_bot: CoreBot, line: str) -> None:
    core_bot.press(ADA, core_bot.ask(line, IDA))
    core_bot.work()


@pytest.mark.parametrize(
    ("first", "line", "made", "not_made"),
    [
        (
            "",
            "access grant @UOLGA approver",
            f"{OLGA.id} received the role approver.",
            f"The role of {OLGA.id} did not change.",
        ),
        (
            "",
            "access revoke @UANTON",
            f"The role approver was taken from {ANTON.id}.",
            f"The role of {ANTON.id} did not change.",
        ),
        (
            "",
            "access link @UVERA default:27",
            f"default:27 was linked to {VERA.id}.",
            "The link of default:27 did not change.",
        ),
        (
            "access link @UVERA default:27",
            "access unlink default:27",
            "default:27 was unlinked.",
            "The link of default:27 did not change.",
        ),
        ("freeze", "unfreeze", "Changes are allowed again.", "This request did not end the freeze."),
    ],
)
def test_the_builtin_commands_say_what_their_endings_mean(
    ruled: CoreBot, first: str, line: str, made: str, not_made: str
) -> None:
    if first == "freeze":
        ruled.type(OLGA, first)
    elif first:
        approve(ruled, first)
    change = ruled.ask(line, IDA)
    assert now(replace(change, status=Status.DONE)) == made
    assert {now(replace(change, status=status)) for status in NOT_DONE} == {not_made}


def test_a_review_that_was_not_made_is_asked_for_again_by_its_own_command(ruled: CoreBot) -> None:
    change = ruled.ask("thing remove one --break-glass --reason fire", IDA)
    ruled.press(IDA, change, card_token.CONFIRM)
    ruled.work()
    review = ruled.change()
    assert now(replace(review, status=Status.DONE)) == f"A second person has reviewed {change.id}."
    expired = replace(review, status=Status.EXPIRED)
    assert now(expired) == f"{change.id} ran without approval, and its review is still missing."
    assert following(expired) == [f"Ask for the review again: request review {change.id}"]
