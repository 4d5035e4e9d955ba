"""A value that b24bot did not make for this card, as it is, where it stands, does nothing and is recorded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.change.change_request import ChangeRequest, Status
from bot.store.sealing.keyring import Keyring
from bot.usecases.authority import card_token
from tests.usecases.core_bot import (
    ANTON,
    APPROVALS,
    HOME,
    OLGA,
    OPS,
    CoreBot,
)

ANEW = "The card of CR-1001 has been posted again. Nothing was done. Press the button of the new card."
NOT_MINE = "This card is not from b24bot, or was altered. Nothing was done."


def refusals(core_bot: CoreBot) -> list[tuple[str, str, object]]:
    return [(r.actor, r.subject, r.facts["reason"]) for r in core_bot.records(Tag.REVIEW_REFUSED)]


def execute_jobs(core_bot: CoreBot) -> int:
    row = core_bot.store.engine.row("SELECT count(*) AS n FROM jobs WHERE kind = 'execute'")
    return int(row["n"]) if row else 0


def forgeries(core_bot: CoreBot, change: ChangeRequest, other: ChangeRequest) -> dict[str, str]:
    number, digest, card, signature = core_bot.value(change).split(".")
    thief = Keyring({"k1": bytes(31) + b"x"})
    return {
        "no signature": f"{number}.{digest}.{card}.",
        "another signature": f"{number}.{digest}.{card}.{'0' * 32}",
        "another digest": f"{number}.{'0' * 16}.{card}.{signature}",
        "another number": f"{other.number}.{digest}.{card}.{signature}",
        "a number that does not exist": f"4711.{digest}.{card}.{signature}",
        "another card": f"{number}.{digest}.{'0' * 16}.{signature}",
        "an earlier card": card_token.make_token(core_bot.store.keys, HOME, replace(change, card_id="0" * 16)),
        "the other's card": card_token.make_token(core_bot.store.keys, HOME, replace(change, card_id=other.card_id)),
        "no card": f"{number}.{digest}..{signature}",
        "without the card": f"{number}.{digest}.{signature}",
        "another channel": card_token.make_token(core_bot.store.keys, HOME, replace(change, channel=OPS)),
        "the same beginning of another digest": card_token.make_token(
            core_bot.store.keys, HOME, replace(change, digest=change.digest[:16] + "0" * 48)
        ),
        "another key": card_token.make_token(thief, HOME, change),
        "another team": card_token.make_token(core_bot.store.keys, "T2", change),
        "another plan": card_token.make_token(core_bot.store.keys, HOME, replace(change, digest="0" * 64)),
        "nothing": ".",
        "no number": f"x.{digest}.{card}.{signature}",
        "a strange number": f"１００１.{digest}.{card}.{signature}",
        "a huge number": f"{'9' * 400}.{digest}.{card}.{signature}",
        "a negative number": f"-1.{digest}.{card}.{signature}",
        "letters that are no ASCII": f"{number}.{digest}.{card}.é",
        "a longer one": core_bot.value(change) + "0",
    }


FORGERIES = [
    *("no signature", "another signature", "another digest", "another number", "a number that does not exist"),
    *("another card", "an earlier card", "the other's card", "no card", "without the card", "another channel"),
    "the same beginning of another digest",
    *("another key", "another team", "another plan", "nothing", "no number", "a strange number", "a huge number"),
    *("a negative number", "letters that are no ASCII", "a longer one"),
]


@pytest.mark.sampled(5)
@pytest.mark.parametrize("what", FORGERIES)
@pytest.mark.parametrize("button", [card_token.APPROVE, card_token.REJECT, card_token.WITHDRAW])
def test_a_value_that_we_did_not_make_for_this_card_does_nothing_and_is_recorded(
    core_bot: CoreBot, what: str, button: str
) -> None:
    change, other = core_bot.ask("thing remove one"), core_bot.ask("thing remove two")
    value = forgeries(core_bot, change, other)[what]
    who = OLGA if button == card_token.WITHDRAW else ANTON
    ours = what in ("an earlier card", "the other's card")
    assert core_bot.hears(core_bot.click(who, change, button, value=value)) == (ANEW if ours else NOT_MINE)
    assert (core_bot.now(change), core_bot.now(other)) == (change, other)
    ((actor, subject, reason),) = refusals(core_bot)
    repeated, foreign = (
        "the button is of a card that has been posted again since",
        "b24bot did not make this button for this card",
    )
    assert (actor, reason) == (who.id, repeated if ours else foreign)
    assert subject in (change.id, other.id, "card")
    assert execute_jobs(core_bot) == 0


def test_a_form_that_was_open_while_its_card_was_posted_anew_is_told_so_and_nobody_is_accused(
    core_bot: CoreBot,
) -> None:
    change = core_bot.ask()
    open_form = core_bot.form(ANTON, change, "Not today.")
    with core_bot.store.unit_of_work() as store:
        store.changes.forget_card(change.number, change.card or "", card_id="0" * 16)
    assert core_bot.hears(open_form) == ANEW
    assert core_bot.now(change).status is Status.PENDING
    assert refusals(core_bot) == [(ANTON.id, change.id, "the button is of a card that has been posted again since")]
    assert core_bot.send(ANTON, core_bot.now(change), "Not today.") == ""


def test_every_forgery_of_the_list_is_tried(core_bot: CoreBot) -> None:
    change, other = core_bot.ask("thing remove one"), core_bot.ask("thing remove two")
    assert list(forgeries(core_bot, change, other)) == FORGERIES


@pytest.mark.parametrize("channel", [OPS, "CEVIL"])
def test_a_card_that_was_copied_to_another_channel_does_nothing(core_bot: CoreBot, channel: str) -> None:
    change = core_bot.ask()
    assert change.channel == APPROVALS
    assert core_bot.hears(core_bot.click(ANTON, change, card_token.APPROVE, channel=channel)) == NOT_MINE
    assert core_bot.now(change).status is Status.PENDING
    assert len(refusals(core_bot)) == 1


def test_a_plan_that_was_changed_in_the_database_is_not_what_the_card_shows(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    value = core_bot.value(change)
    with core_bot.store.unit_of_work() as store:
        store.engine.execute("UPDATE changes SET digest = ? WHERE number = ?", "f" * 64, change.number)
    assert core_bot.hears(core_bot.click(ANTON, change, card_token.APPROVE, value=value)) == NOT_MINE
