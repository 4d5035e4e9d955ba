"""An emergency at night: an admin uses break-glass, everybody hears of it, and somebody else looks at it after."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.change.change_request import Status
from bot.core.principals import Role
from bot.playground.environment import Playground
from tests.language.english import en
from tests.stories.scene import Scene

NOW = "connector remove myconnector --break-glass --reason 'it floods the customers'"


@pytest.fixture
def night(make_full_bot: Callable[..., Playground]) -> Scene:
    """Break-glass may be used here; Vera is an admin too, beside Ida."""
    full_bot = make_full_bot(settings={"B24BOT_BREAK_GLASS": "on"})
    full_bot.grant(full_bot.store, "Vera", Role.ADMIN)
    return Scene(full_bot)


def test_break_glass_is_loud_and_reviewed_by_somebody_else(night: Scene) -> None:
    night.ask("Ida", NOW)
    card = night.card()
    text = night.card_says(card, "🚨")
    assert "[!Run without approval" in text
    assert "Approve" not in text.replace("Approval", "")
    night.press("Vera", card, "Run without approval")
    night.answer("Vera", "Only the admin who asked can use break-glass")
    assert night.sent() == 0

    night.press("Ida", card, "Run without approval")
    assert en(night.wait_status(Status.DONE).outcome).startswith("Done and verified")
    assert night.effects() == 1
    night.card_says(card, "🚨 bypassed by")
    for channel in ("approvals", "audit"):
        loud = night.channel_says(channel, "runs now without the approval")
        assert "it floods the customers" in loud
        assert "@Vera" in loud
    night.channel_says("audit", "change:approval:bypassed")

    review = night.card("which ran without approval")
    night.press("Ida", review, "Approve")
    night.answer("Ida", "You asked for this yourself")
    night.press("Anton", review, "Approve")
    night.answer("Anton", "needs the role admin")
    assert not night.recorded(Tag.BYPASS_REVIEWED)
    night.press("Vera", review, "Approve")
    night.wait_status(Status.DONE, number=1002)
    assert night.recorded(Tag.BYPASS_REVIEWED, "Vera")
    night.channel_says("audit", "change:bypass:reviewed")
    assert night.workspace.complaints == []


def test_it_is_off_where_nobody_switched_it_on(scene: Scene) -> None:
    scene.ask("Ida", NOW)
    scene.answer("Ida", "B24BOT_BREAK_GLASS=on")
    assert scene.playground.store.changes.get(1001) is None
    assert scene.recorded(Tag.COMMAND_REFUSED, "Ida")


@pytest.mark.parametrize("person", ["Olga", "Anton"])
def test_it_is_not_for_operators_and_approvers(night: Scene, person: str) -> None:
    night.ask(person, NOW)
    night.answer(person, "needs the role admin")
    assert night.playground.store.changes.get(1001) is None


def test_it_needs_a_reason(night: Scene) -> None:
    night.ask("Ida", "connector remove myconnector --break-glass")
    night.answer("Ida", "needs a reason")
    assert night.playground.store.changes.get(1001) is None


def test_a_frozen_bot_has_no_emergency(night: Scene) -> None:
    night.ask("Ida", NOW)
    card = night.card()
    night.ask("Anton", "freeze wait")
    night.answer("Anton", "b24bot is frozen.")
    night.press("Ida", card, "Run without approval")
    night.answer("Ida", "Break-glass does not change that")
    night.ask("Ida", "connector remove shopchat --break-glass --reason now")
    night.answer("Ida", "after two admins have unfrozen b24bot")
    assert night.sent() == 0
    assert not night.recorded(Tag.APPROVAL_BYPASSED)


def test_no_audit_copy_no_call_not_even_now(night: Scene) -> None:
    """The line about the use of break-glass has to stand in the audit channel before the portal is called."""
    night.ask("Ida", NOW)
    card = night.card()
    night.wait_delivered()
    night.workspace.flag_channel("audit", is_archived=True)
    night.press("Ida", card, "Run without approval")
    ended = night.wait_status(Status.FAILED)
    assert "is_archived" in en(ended.outcome)
    assert night.sent() == 0
    assert night.registered()
