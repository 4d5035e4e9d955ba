"""Every no has a record: who asked, for what, and why not. What cannot be recorded is not answered as if it were."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.messages.deliveries import Inbound
from bot.core.principals import Principal
from bot.usecases.authority import card_token
from bot.usecases.intake.receipts import receive
from tests.usecases.core_bot import GLEB, OLGA, STRANGER, VIKTOR, CoreBot, person

ALIEN = person("Olga", team="T9")
"""An account of another workspace with the user id of somebody of this one."""


def denials(core_bot: CoreBot) -> list[tuple[str, str, str]]:
    tags = (Tag.COMMAND_REFUSED, Tag.REVIEW_REFUSED, Tag.DELIVERY_MISMATCHED)
    return [(one.tag, one.actor, one.subject) for one in core_bot.records() if one.tag in tags]


@pytest.mark.parametrize("who", [GLEB, STRANGER, ALIEN], ids=["nobody", "an admin elsewhere", "an alien"])
@pytest.mark.parametrize("line", ["thing list", "thing remove one", "audit find"])
def test_a_command_of_somebody_who_may_not(core_bot: CoreBot, who: Principal, line: str) -> None:
    core_bot.type(who, line)
    assert denials(core_bot) == [(Tag.COMMAND_REFUSED, who.id, who.id)]
    assert core_bot.records(Tag.COMMAND_REFUSED)[0].facts["line"] == line
    assert core_bot.records(Tag.COMMAND_REFUSED)[0].facts["reason"]


@pytest.mark.parametrize(
    "filler", [" " * 300, "\u200b" * 300, '""' * 150, "\n" * 300], ids=["blanks", "marks", "quotes", "breaks"]
)
def test_nothing_that_reads_as_nothing_pushes_a_command_out_of_the_record(core_bot: CoreBot, filler: str) -> None:
    core_bot.type(GLEB, f"thing{filler} remove{filler} one")
    assert core_bot.records(Tag.COMMAND_REFUSED)[0].facts["line"] == "thing remove one"


def test_a_command_above_the_role(core_bot: CoreBot) -> None:
    core_bot.type(VIKTOR, "thing remove one")
    assert denials(core_bot) == [(Tag.COMMAND_REFUSED, VIKTOR.id, VIKTOR.id)]


@pytest.mark.parametrize("button", [card_token.APPROVE, card_token.REJECT, card_token.WITHDRAW])
@pytest.mark.parametrize("who", [GLEB, STRANGER, ALIEN, VIKTOR], ids=["nobody", "elsewhere", "alien", "viewer"])
def test_a_click_of_somebody_who_may_not(core_bot: CoreBot, who: Principal, button: str) -> None:
    change = core_bot.ask()
    core_bot.press(who, change, button)
    assert denials(core_bot) == [(Tag.REVIEW_REFUSED, who.id, change.id)]


@pytest.mark.parametrize("who", [GLEB, STRANGER, ALIEN, VIKTOR, OLGA])
def test_a_form_of_somebody_who_may_not(core_bot: CoreBot, who: Principal) -> None:
    change = core_bot.ask()
    core_bot.send(who, change, "because")
    assert denials(core_bot) == [(Tag.REVIEW_REFUSED, who.id, change.id)]


@pytest.mark.parametrize("button", [card_token.APPROVE, card_token.REJECT, card_token.WITHDRAW, card_token.UNDO])
def test_a_button_and_a_form_with_a_value_that_is_not_ours(core_bot: CoreBot, button: str) -> None:
    change = core_bot.ask()
    core_bot.hears(core_bot.click(VIKTOR, change, button, value="1001.forged"))
    core_bot.hears(core_bot.form(VIKTOR, change, "because", value="1001.forged"))
    assert [(tag, actor) for tag, actor, _ in denials(core_bot)] == [(Tag.REVIEW_REFUSED, VIKTOR.id)] * 2


@pytest.mark.parametrize("kind", ["command", "click", "form"])
def test_a_delivery_that_reuses_a_key_for_something_else(core_bot: CoreBot, kind: str) -> None:
    change = core_bot.ask()
    pairs: dict[str, tuple[Inbound, Inbound]] = {
        "command": (core_bot.typed(GLEB, "thing list"), core_bot.typed(GLEB, "thing remove one")),
        "click": (core_bot.click(GLEB, change, card_token.APPROVE), core_bot.click(GLEB, change, card_token.WITHDRAW)),
        "form": (core_bot.form(GLEB, change, "a"), core_bot.form(GLEB, change, "b")),
    }
    first, second = pairs[kind]
    receive(core_bot.ctx, first)
    receive(core_bot.ctx, replace(second, key=first.key))
    assert denials(core_bot) == [(Tag.DELIVERY_MISMATCHED, GLEB.id, "delivery")]
