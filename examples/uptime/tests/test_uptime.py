"""The plugin keeps to the contract, and tells what happened as it was: in a harness, and in the whole bot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest

from bot.plugin import BadArgument, Message, Nothing, Refusal, TargetRefused, TargetUnreachable
from bot.testing import Harness, WholeBot, contract, in_english
from uptime.commands import DOWN, NOT_WATCHED, UP, WATCHED
from uptime.plugin import UptimePlugin
from uptime.service import TOKEN, URL
from uptime.simulation import UptimeSimulation


@pytest.fixture
def harness() -> Iterator[Harness]:
    """The plugin over a fresh simulation."""
    with Harness(UptimePlugin()) as running:
        yield running


def service_of(harness: Harness) -> UptimeSimulation:
    return cast(UptimeSimulation, harness.simulation)


def test_it_keeps_to_the_contract() -> None:
    contract(UptimePlugin())


def test_the_list_shows_every_site(harness: Harness) -> None:
    reply = harness.read("site list")
    assert reply.table is not None
    assert reply.table.rows == (
        ("blog", "https://blog.example", WATCHED, UP),
        ("Shop front", "https://shop.example", NOT_WATCHED, DOWN),
    )


def test_a_change_is_done_verified_and_undone(harness: Harness) -> None:
    plan = harness.plan("site watch 'Shop front' on")
    assert plan.undo.line == 'site watch "Shop front" off'
    assert harness.run("site watch 'Shop front' on").status == "done"
    assert service_of(harness).sites["Shop front"]["watched"]
    assert harness.run(plan.undo.line).status == "done"
    assert not service_of(harness).sites["Shop front"]["watched"]


def test_a_lost_answer_is_told_by_what_is_true_afterwards(harness: Harness) -> None:
    service_of(harness).lose_answers = True
    ending = harness.run("site watch blog off")
    assert ending.status == "done"
    assert "reply was lost" in in_english(ending.sentence)
    assert service_of(harness).calls.count("PUT /sites/blog") == 1


def test_what_somebody_else_changed_in_between_is_a_drift(harness: Harness) -> None:
    plan = harness.plan("site watch blog off")
    service_of(harness).sites["blog"]["watched"] = False
    assert harness.drift(plan, "site watch blog off") != ()


def test_what_cannot_be_done_is_refused_with_a_sentence(harness: Harness) -> None:
    assert harness.ask("site watch blog on") == Nothing(sentence=Message("uptime.watched_already", name="blog"))
    with pytest.raises(Refusal) as refused:
        harness.ask("site watch blob on")
    assert in_english(refused.value.sentence) == "There is no site “blob”."
    with pytest.raises(BadArgument) as unread:
        harness.ask("site watch blog maybe")
    assert "“maybe” is neither on nor off" in in_english(unread.value.sentence)


def test_russian_words_are_read_and_the_english_line_is_kept(harness: Harness) -> None:
    plan = harness.plan("сайт наблюдать blog выкл")
    assert plan == harness.plan("site watch blog off")
    assert plan.undo.line == "site watch blog on"


def test_a_service_that_refuses_or_is_away_is_told_as_that() -> None:
    with (
        Harness(UptimePlugin(), settings={TOKEN: "another"}) as harness,
        pytest.raises(TargetRefused, match="refused to list its sites"),
    ):
        harness.ask("site list")
    with Harness(UptimePlugin()) as harness:
        service_of(harness).stop()
        with pytest.raises(TargetUnreachable, match="The watching service did not answer"):
            harness.ask("site list")


def test_an_address_in_the_clear_is_refused_at_the_start() -> None:
    with (
        pytest.raises(Refusal, match="UPTIME_URL is not an https address"),
        Harness(UptimePlugin(), settings={URL: "http://uptime.example"}),
    ):
        raise AssertionError("it started")


def test_a_person_types_confirms_and_undoes_in_slack() -> None:
    with WholeBot("uptime.plugin:plugin") as bot:
        bot.ask("Olga", "site list")
        assert "Shop front" in bot.answer("Olga", "Web sites")
        card = bot.asks("site watch blog off")
        assert "Nobody is told while blog is down." in bot.card_says(card, "waiting for confirmation")
        bot.press("Olga", card, "Confirm")
        assert bot.ends().status == "done"
        assert not cast(UptimeSimulation, bot.simulation).sites["blog"]["watched"]
        bot.card_says(card, "Undo…")


def test_a_russian_reader_gets_russian() -> None:
    with WholeBot("uptime.plugin:plugin", settings={"B24BOT_LANGUAGE": "ru"}) as bot:
        bot.ask("Olga", "сайт список")
        assert "выключено" in bot.answer("Olga", "Сайты")
        card = bot.asks("сайт наблюдать blog выкл")
        assert "О сбоях сайта «blog» никто не узнает." in bot.card_says(card, "Выключить наблюдение за сайтом «blog»")
