"""Every line to type that Slack shows is read by the parser that reads what people type, in each language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.bot_errors import WordsError
from bot.core.parsing.invocation import find_command, understand
from bot.core.parsing.synonyms import list_option_words, option_words
from bot.core.parsing.tokenizer import split_words
from bot.core.parsing.typed_line import AnyCommand, host_options
from bot.core.parsing.usage import rewrite_line
from bot.plugin import Message, PluginError
from bot.plugin.quoting import quote
from bot.usecases.admin.builtin_plugin import make_registry
from plugins.bitrix24.plugin import plugin
from tests.tables.rows import each_row

BOARDS = Path(__file__).parents[1] / "data" / "storyboards"
COMMANDS = make_registry((plugin,)).commands
TOY = "thing"
"""The noun of the toy plugin, which some storyboards have instead of Bitrix24."""
SHOWN = re.compile(r"`/b24 ([^`]+)`")
LABEL = re.compile(r"\[|…|#rrggbb|(?<![\w@:-])[A-ZА-ЯЁ][A-ZА-ЯЁ:-]*(?![\w:])")
"""What stands for something else in a line: a mark of a usage line, or a label such as NAME."""
OPTION = re.compile(r"--[\w-]+")
UNFINISHED = {"typed.subcommand_missing", "typed.argument_missing"}
"""What the parser says of a line that Slack answers with a list of subcommands, or with a form."""
WITH_A_LINE = {"help", "policy test"}
"""The commands whose arguments are another line, in any language."""
EXAMPLES = [
    f"{command.path} {example}".strip()
    for command in COMMANDS
    if command.path not in WITH_A_LINE
    for example in command.examples
]


def list_shown(language: str) -> list[str]:
    """The lines to type of all storyboards in a language, each once."""
    boards = sorted((BOARDS / language).glob("*.txt"))
    lines = dict.fromkeys(line for board in boards for line in SHOWN.findall(board.read_text()))
    return [line for line in lines if line.split()[0] != TOY]


def find_fault(line: str) -> Message | str | None:
    """What the parser finds wrong with a line; None where it reads it."""
    try:
        if LABEL.search(line):
            command, _ = find_command(COMMANDS, split_words(re.sub(r"[\[\]…]", " ", line)))
            unknown = set(OPTION.findall(line)) - set(list_options(command))
            return f"{line}: {sorted(unknown)}" if unknown else None
        # Slack puts an id for the name of a person before b24bot reads the line.
        understand(COMMANDS, re.sub(r"@\w+", "<@U0001>", line))
    except PluginError as error:
        unfinished = isinstance(error.sentence, Message) and error.sentence.key in UNFINISHED
        return None if unfinished else error.sentence
    return None


def list_options(command: AnyCommand) -> Iterator[str]:
    """Every option of a command, in every language."""
    yield from host_options(command)
    yield from list_option_words(command)
    yield from option_words(command)


LINES = [*list_shown("en"), *list_shown("ru")]


def test_the_storyboards_show_lines_in_both_languages() -> None:
    assert {"connector list", "help"} <= set(list_shown("en"))
    assert {"коннектор список", "помощь"} <= set(list_shown("ru"))


@each_row("line", LINES)
def test_a_line_that_slack_shows_is_read(line: str) -> None:
    assert find_fault(line) is None


@pytest.mark.parametrize("line", ["connector lsit", "connector remove ID --raison TEXT", "коннектор удалть shopchat"])
def test_a_line_that_is_not_read_is_found(line: str) -> None:
    assert find_fault(line) is not None


@given(line=st.sampled_from(EXAMPLES), reason=st.text(st.sampled_from("ab яё-'\"«»удалить"), min_size=1, max_size=20))
def test_a_line_in_russian_words_is_the_same_command_with_the_same_arguments(line: str, reason: str) -> None:
    command, _ = find_command(COMMANDS, split_words(line))
    whole = f"{line} --reason {quote(reason)}" if "--reason" in host_options(command) and reason.strip() else line
    assert understand_or_refuse(rewrite_line(COMMANDS, whole, "ru")) == understand_or_refuse(whole)


def understand_or_refuse(line: str) -> object:
    """What a line is understood as, or the key of what is wrong with it."""
    try:
        return understand(COMMANDS, re.sub(r"@\w+", "<@U0001>", line)).invocation
    except WordsError as error:
        return error.sentence
