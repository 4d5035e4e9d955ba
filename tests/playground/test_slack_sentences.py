"""What the simulated Slack tells people at the page is told in the page's language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.language.translation import translate
from bot.playground.slack_sentences import SENTENCES, describe_slack_sentence
from bot.playground.workspace.client.acknowledgements import TROUBLE
from bot.playground.workspace.client.form_filling import CHECKS, REQUIRED
from bot.plugin import Message

CLIENT = Path(__file__).parents[2] / "bot" / "playground" / "workspace" / "client"
WRONG = [
    ("plain_text_input", {"min_length": 3}, "a"),
    ("plain_text_input", {"max_length": 3}, "abcd"),
    ("number_input", {}, "x"),
    ("number_input", {"min_value": "5"}, "4"),
    ("number_input", {"max_value": "5"}, "6"),
    ("email_text_input", {}, "x"),
    ("url_text_input", {}, "x"),
    ("multi_users_select", {"max_selected_items": 1}, ["a", "b"]),
]


@pytest.mark.parametrize(("kind", "element", "value"), WRONG)
def test_what_is_wrong_in_a_field_has_a_message(kind: str, element: dict[str, object], value: object) -> None:
    told = describe_slack_sentence(CHECKS[kind](element, value))
    assert isinstance(told, Message)
    assert re.search("[а-я]", translate(told, "ru"))


@pytest.mark.parametrize(
    ("said", "russian"),
    [
        (REQUIRED, "Заполните это обязательное поле."),
        (TROUBLE, "Slack не смог связаться с приложением. Повторите попытку."),
        (f'{TROUBLE} "timeout"', "Slack не смог связаться с приложением: «timeout». Повторите попытку."),
        ('/b24 failed with the error "dispatch_failed"', "Ошибка команды /b24: «dispatch_failed»."),
        ('This did not work: "timeout"', "Не получилось: «timeout»."),
        ("Olga has no modal open", "У Olga нет открытой формы."),
        ("this message is not there any more", "Этого сообщения больше нет."),
        ("the view 'Reject' is not open any more", "Форма 'Reject' закрыта."),
    ],
)
def test_a_sentence_of_slack_is_told_in_russian(said: str, russian: str) -> None:
    assert translate(describe_slack_sentence(said), "ru") == russian


def test_the_simulator_writes_each_of_the_sentences_and_another_text_stays_as_it_is() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in sorted(CLIENT.glob("*.py")))
    for pattern, _ in SENTENCES:
        plain = max(re.split(r"\(\?P<\w+>[^)]*\)", pattern.pattern), key=len).replace("\\", "")
        assert plain.split(' "')[0].strip() in source, pattern.pattern
    assert describe_slack_sentence("Hello.") == "Hello."
