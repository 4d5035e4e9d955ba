"""Languages: each person reads their own, and a channel has one for all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.change.change_request import Status
from bot.playground.environment import Playground
from tests.stories.scene import Scene

NONE = {"B24BOT_LANGUAGE": ""}
"""No language for everything."""

MISSPELT, ENGLISH, RUSSIAN = "conector list", "Did you mean `/b24 connector list`?", "Возможно, вы имели в виду"


@pytest.fixture
def scene(make_full_bot: Callable[..., Playground]) -> Scene:
    return Scene(make_full_bot(settings=NONE))


def test_each_person_is_answered_in_the_language_of_their_account(scene: Scene) -> None:
    scene.workspace.people["Olga"].flag(locale="ru-RU")
    for person, words in (("Olga", RUSSIAN), ("Anton", ENGLISH)):
        scene.ask(person, "connector show myconnector")
        scene.answer(person, "myconnector")
        scene.ask(person, MISSPELT)
        scene.answer(person, words)


def test_a_stranger_is_answered_in_the_language_of_their_account_at_once(scene: Scene) -> None:
    scene.workspace.people["Gleb"].flag(locale="ru-RU")
    scene.ask("Gleb", "connector list")
    scene.answer("Gleb", "Вас нет в списке доступа")


def test_a_form_that_comes_before_any_answer_is_in_the_language_of_the_person(scene: Scene) -> None:
    scene.workspace.people["Olga"].flag(locale="ru-RU")
    scene.ask("Olga", "connector remove")
    scene.workspace.wait_for(
        lambda: any(view.title == "Удаление коннектора" for view in scene.workspace.people["Olga"].views),
        what="the form",
    )


def test_the_form_that_asks_for_a_reason_is_in_the_language_of_whoever_rejects(scene: Scene) -> None:
    scene.workspace.people["Anton"].flag(locale="ru-RU")
    card = scene.ask_removal()
    scene.press("Anton", card, "Reject…")
    (form,) = scene.workspace.wait_for(lambda: scene.workspace.people["Anton"].views, what="the form")
    assert form.title == "Отклонить CR-1001"


@pytest.mark.parametrize(
    ("settings", "card", "done"),
    [
        ({}, "Approve removal", "done and verified"),
        ({"B24BOT_CHANNEL_LANGUAGE": "ru"}, "Согласовать удаление", "выполнен и проверен"),
        ({"B24BOT_CHANNEL_LANGUAGE": "en", "B24BOT_LANGUAGE": "ru"}, "Согласовать удаление", "выполнен и проверен"),
    ],
)
def test_a_card_is_in_the_language_of_its_channel_whoever_asked_for_it(
    make_full_bot: Callable[..., Playground], settings: dict[str, str], card: str, done: str
) -> None:
    scene = Scene(make_full_bot(settings={**NONE, **settings}))
    scene.workspace.people["Olga"].flag(locale="ru-RU")
    posted = scene.ask_removal()
    assert card in scene.workspace.transcript(posted)
    scene.press("Anton", posted, card)
    scene.wait_status(Status.DONE)
    scene.card_says(posted, done)
