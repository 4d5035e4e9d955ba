"""How a command is typed, for a reader: in English as declared, in Russian with Russian words and labels."""

from __future__ import annotations

import pytest

from bot.core.parsing.invocation import AnyCommand, find_command
from bot.core.parsing.synonyms import name_words, option_words
from bot.core.parsing.tokenizer import split_words
from bot.core.parsing.usage import (
    describe_argument,
    describe_example,
    describe_name,
    describe_usage,
    describe_usage_line,
    list_examples,
    rewrite_line,
    spell_line,
    spell_usage,
)
from bot.language.translation import translate, translate_argument
from bot.plugin import Message
from bot.plugin.message import is_argument, read_argument, write_text
from bot.usecases.admin.builtin_plugin import make_registry
from plugins.bitrix24.plugin import plugin
from tests.tables.rows import each_row

COMMANDS = make_registry((plugin,)).commands
BY_PATH = {command.path: command for command in COMMANDS}
RUSSIAN = {
    "access grant": "доступ выдать СОТРУДНИК РОЛЬ",
    "connector register": "коннектор зарегистрировать ID --название ИМЯ --обработчик АДРЕС [--значок ЗНАЧОК]",
    "help": "помощь [КОМАНДА…]",
    "portal check": "портал проверить [ИМЯ]",
}
LINES = {
    "connector list --kind ours": "коннектор список --вид наши",
    'connector remove myconnector --reason "old number"': 'коннектор удалить myconnector --причина "old number"',
    "access grant @anton approver": "доступ выдать @anton согласующий",
    "request show CR-1001": "запрос показать CR-1001",
    "help": "помощь",
    "help connector": "помощь коннектор",
    "help connector remove": "помощь коннектор удалить",
    "help nothing": "помощь nothing",
    "whoami": "кто я",
    "serve --http": "serve --http",
}


REWRITTEN = {
    "connector update shopchat …": "коннектор изменить shopchat …",
    "portal use ИМЯ --for-all": "портал выбрать ИМЯ --для-всех",
    "connector remove … --reason TEXT": "коннектор удалить … --причина TEXT",
    'connector remove x --reason="old number"': 'коннектор удалить x --причина="old number"',
    "connector list --kind='ours'": "коннектор список --вид='ours'",
    'connector remove x --reason "connector list"': 'коннектор удалить x --причина "connector list"',
    'connector show "x': 'коннектор показать "x',
    "message send x 1 --user u --text  two  blanks": "сообщение отправить x 1 --клиент u --текст  two  blanks",
    "conector list": "conector list",
    "": "",
}
"""Lines with a label, a quotation, a mistake or nothing in them, each as a reader of Russian is shown it."""


@each_row("command", COMMANDS)
def test_in_english_it_is_what_the_declaration_says(command: AnyCommand) -> None:
    assert translate(describe_usage(command)) == command.usage
    for parameter in command.parameters:
        assert translate(describe_argument(parameter)) == parameter.usage
        assert translate(describe_name(parameter)) == parameter.named


@pytest.mark.parametrize("path", RUSSIAN)
def test_in_russian_the_words_and_the_labels_are_russian(path: str) -> None:
    assert translate_argument(spell_usage(BY_PATH[path]), "ru").startswith(RUSSIAN[path])


def test_an_example_of_an_option_has_the_label_of_its_value() -> None:
    command = BY_PATH["connector remove"]
    assert translate_argument(describe_example(command, "--reason"), "ru") == "коннектор удалить … --причина ТЕКСТ"
    assert translate_argument(describe_example(command, "--portal")) == "connector remove … --portal NAME"


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_spelt_in_the_words_of_a_language(line: str) -> None:
    spelt = spell_line(COMMANDS, line)
    assert translate_argument(spelt) == line
    assert translate_argument(spelt, "ru") == LINES[line]


@pytest.mark.parametrize("line", REWRITTEN)
def test_a_line_is_rewritten_as_it_stands_and_once(line: str) -> None:
    russian = rewrite_line(COMMANDS, line, "ru")
    assert russian == REWRITTEN[line]
    assert rewrite_line(COMMANDS, russian, "ru") == russian
    assert rewrite_line(COMMANDS, line, "en") == line
    assert rewrite_line(COMMANDS, line, "de") == line


@each_row("command", COMMANDS)
def test_an_example_is_read_in_every_language_as_the_same_line(command: AnyCommand) -> None:
    assert len(list_examples(command)) >= len(command.examples)
    for example in command.examples:
        spelt = (translate_argument(spell_line(COMMANDS, f"{command.path} {example}"), each) for each in ("en", "ru"))
        found, behind = zip(*(find_command(COMMANDS, split_words(line)) for line in spelt), strict=True)
        assert set(found) == {command}
        assert command.path == "help" or name_words(command, behind[1]) == list(behind[0])
    assert command.example_words.keys() <= set(command.examples)


def test_no_word_of_an_example_is_english_where_the_declaration_has_another() -> None:
    english = {option: command.path for command in COMMANDS for option in option_words(command).values()}
    found = [line for command in COMMANDS for line in list_examples(command)[1:] if not line.isascii()]
    assert [line for line in found if set(line.split()) & english.keys()] == []


def test_a_line_to_type_with_labels_is_stored_and_read_as_it_is() -> None:
    usage = Message("typed.usage", usage=describe_usage_line(BY_PATH["help"]))
    assert is_argument(usage)
    assert read_argument(write_text(usage)) == usage
