"""Commands in Russian: a line is typed in Russian words, and kept, approved and undone as the English one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.change.change_request import Status
from bot.core.principals import Role
from bot.playground.environment import Playground
from bot.testing.conversation import APPROVALS
from bot.usecases.integrity.freezes import FROZEN
from tests.stories.connector.acts import HANDLER
from tests.stories.scene import Scene

LINE = "connector remove newchat"


def speak_russian(scene: Scene) -> None:
    """Let Olga have a Russian Slack, which the bot learns with her first command about a portal."""
    scene.workspace.people["Olga"].flag(locale="ru-RU")
    scene.ask("Olga", "коннектор показать myconnector")
    scene.answer("Olga", "myconnector")


@pytest.fixture
def scene(make_full_bot: Callable[..., Playground]) -> Scene:
    """Everybody is answered in the language of their account."""
    return Scene(make_full_bot(settings={"B24BOT_LANGUAGE": ""}))


def test_a_removal_that_is_asked_for_in_russian_is_carried_out_and_undone_as_the_english_one(scene: Scene) -> None:
    speak_russian(scene)
    registered = scene.confirms(f"коннектор зарегистрировать newchat --название «Новый чат» --обработчик {HANDLER}")
    assert registered.line == f'connector register newchat --name "Новый чат" --handler {HANDLER}'
    card = scene.asks("коннектор удалить newchat --причина «старый номер»", channel=APPROVALS)
    shown = scene.workspace.transcript(card)
    assert LINE in shown
    assert "старый номер" in shown
    assert "коннектор удалить" not in shown
    scene.press("Anton", card, "Approve removal")
    change = scene.ends()
    assert (change.status, change.line, change.reason) == (Status.DONE, LINE, "старый номер")
    assert not scene.registered("newchat")
    opened, _ = scene.playground.store.audit.find(tag=Tag.CHANGE_REQUESTED)
    assert opened.facts["line"] == LINE
    assert scene.confirms("коннектор восстановить newchat").line == "connector restore newchat"
    assert scene.registered("newchat")


def test_a_card_of_a_russian_channel_names_every_line_in_russian_and_the_record_has_it_in_english(
    make_full_bot: Callable[..., Playground],
) -> None:
    scene = Scene(make_full_bot(settings={"B24BOT_LANGUAGE": "", "B24BOT_CHANNEL_LANGUAGE": "ru"}))
    line = "connector deactivate myconnector 2"
    card = scene.asks(line, channel=APPROVALS)
    scene.card_says(card, "`коннектор отключить myconnector 2`")
    scene.press("Anton", card, "Согласовать отключение")
    change = scene.ends()
    scene.card_says(card, "запросить `/b24 коннектор подключить myconnector 2 --портал default`")
    assert (change.line, change.plan.undo.line) == (line, "connector activate myconnector 2")
    opened, *_ = scene.playground.store.audit.find(tag=Tag.CHANGE_REQUESTED)
    assert opened.facts["line"] == line


def test_the_same_line_in_russian_and_in_english_is_one_change_request(scene: Scene) -> None:
    scene.ask("Olga", "connector remove myconnector")
    scene.card("myconnector")
    scene.ask("Olga", "коннектор удалить myconnector")
    scene.answer("Olga", "CR-1001")
    assert scene.playground.store.changes.get(1002) is None


def test_what_was_not_understood_is_told_in_russian_with_the_russian_line_that_was_meant(scene: Scene) -> None:
    speak_russian(scene)
    scene.ask("Olga", "коннектор удалит myconnector")
    scene.answer("Olga", "Возможно, вы имели в виду `/b24 коннектор удалить myconnector`?")
    scene.ask("Olga", "портал добавить prod")
    scene.answer("Olga", "«портал добавить» работает только в терминале сервера.")
    assert scene.playground.store.changes.get(1001) is None


def test_help_in_russian_is_written_in_russian_words_and_names_the_english_ones_once(scene: Scene) -> None:
    speak_russian(scene)
    scene.ask("Olga", "помощь")
    assert "Английские слова тоже подходят: `/b24 request list`" in scene.answer("Olga", "Что можно набрать")
    scene.ask("Olga", "помощь коннектор")
    page = scene.answer("Olga", "Команды со словом")
    assert "`/b24 коннектор отключить ID …`" in page
    assert page.count("connector remove") == 1
    scene.ask("Olga", "помощь коннектор 2")
    assert "`/b24 коннектор удалить ID`" in scene.answer("Olga", "Страница 2 из 2")
    scene.ask("Olga", "помощь коннектор удалить")
    one = scene.answer("Olga", "коннектор удалить — ")
    assert "*Как набирать*: `/b24 коннектор удалить ID`" in one
    assert "*Пример*: `/b24 коннектор удалить myconnector`" in one
    assert one.count("connector remove") == 1
    assert "--причина ТЕКСТ" in one
    scene.ask("Olga", "помощь удалить")
    both = scene.answer("Olga", "Слово «удалить» есть в нескольких командах")
    assert "коннектор удалить ID" in both
    assert "сообщение удалить ID" in both


def test_a_reader_of_english_gets_the_english_words_and_the_russian_ones_once(scene: Scene) -> None:
    scene.ask("Olga", "help connector remove")
    page = scene.answer("Olga", "connector remove — ")
    assert "`/b24 connector remove myconnector`" in page
    assert page.count("коннектор удалить") == 1


def test_a_role_is_granted_and_listed_by_its_russian_name(scene: Scene) -> None:
    scene.playground.grant(scene.playground.store, "Vera", Role.ADMIN)
    scene.workspace.people["Ida"].flag(locale="ru-RU")
    gleb = scene.playground.person("Gleb").user
    scene.ask("Ida", "коннектор список")
    card = scene.asks("доступ выдать @Gleb оператор", "Ida", channel=APPROVALS)
    scene.card_says(card, "Give the role operator")
    scene.press("Vera", card, "Approve")
    change = scene.ends()
    assert change.line == f"access grant @{gleb} operator"
    assert change.plan.calls[0].params["role"] == "operator"
    scene.ask("Ida", "запрос список --статус ожидает")
    scene.answer("Ida", "со статусом «ожидает» нет")
    scene.ask("Ida", "доступ список")
    assert "согласующий" in scene.answer("Ida", "Список доступа")
    scene.ask("Ida", "доступ выдать @Gleb начальник")
    refused = scene.answer("Ida", "начальник")
    assert "наблюдатель, оператор, согласующий и администратор" in refused
    assert scene.recorded(Tag.CHANGE_REQUESTED, "Ida")


def test_a_freeze_in_russian_holds_from_its_acknowledgement(scene: Scene) -> None:
    scene.ask("Olga", "Заморозить! теряются сообщения")
    scene.answer("Olga", "b24bot is frozen")
    assert "теряются сообщения" in str(scene.playground.store.facts.get(FROZEN))
    assert scene.recorded(Tag.FROZEN, "Olga")
