"""How a command is typed, for a reader: in English as the declaration has it, in Russian with Russian labels."""

from __future__ import annotations

import pytest

from bot.core.parsing.invocation import AnyCommand
from bot.core.parsing.usage import describe_argument, describe_example, describe_name, describe_usage
from bot.language.translation import translate
from bot.plugin import CommandLine, Message
from bot.plugin.message import is_argument, read_argument, write_text
from bot.usecases.admin.builtin_plugin import make_registry
from plugins.bitrix24.plugin import plugin
from tests.tables.rows import each_row

COMMANDS = list(make_registry((plugin,)).commands)
BY_PATH = {command.path: command for command in COMMANDS}
RUSSIAN = {
    "access grant": "access grant СОТРУДНИК РОЛЬ",
    "connector register": "connector register ID --name ИМЯ --handler АДРЕС [--icon ЗНАЧОК]",
    "help": "help [КОМАНДА…]",
    "portal check": "portal check [ИМЯ]",
}


@each_row("command", COMMANDS)
def test_in_english_it_is_what_the_declaration_says(command: AnyCommand) -> None:
    assert translate(describe_usage(command)) == command.usage
    for parameter in command.parameters:
        assert translate(describe_argument(parameter)) == parameter.usage
        assert translate(describe_name(parameter)) == parameter.named


@pytest.mark.parametrize("path", RUSSIAN)
def test_in_russian_the_labels_are_russian(path: str) -> None:
    assert translate(describe_usage(BY_PATH[path]), "ru").startswith(RUSSIAN[path])


def test_an_example_of_an_option_has_the_label_of_its_value() -> None:
    command = BY_PATH["connector remove"]
    assert translate(describe_example(command, "--reason"), "ru") == "connector remove … --reason ТЕКСТ"
    assert translate(describe_example(command, "--portal")) == "connector remove … --portal NAME"


def test_a_line_to_type_with_labels_is_stored_and_read_as_it_is() -> None:
    usage = Message("typed.usage", usage=CommandLine(command_line=describe_usage(BY_PATH["help"])))
    assert is_argument(usage)
    assert read_argument(write_text(usage)) == usage
