"""The pages of help in the terminal: every word of them is in a catalogue, and all have one form."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from bot.cli.help_page import Command, label_of
from bot.cli.output import plain, speak
from bot.cli.plugin_commands import DeclaredCommand
from bot.cli.root import root
from bot.cli.session import Terminal
from bot.core.parsing.synonyms import other_paths
from bot.host.discovery import load_plugins
from bot.language.translation import PSEUDO
from bot.plugin import Message
from tests.cli.cli_bot import CliBot
from tests.cli.help.test_help import parsed
from tests.language.pseudo import find_unmarked
from tests.logs import kept_logs
from tests.tables.rows import each_row

PROGRAM = "b24bot"


def program() -> click.Context:
    """The program with the commands of the Bitrix24 plugin."""
    with kept_logs():
        terminal = Terminal()
    terminal.__dict__["plugins"] = load_plugins("bitrix24")
    return click.Context(root, info_name=PROGRAM, obj=terminal)


def pages() -> dict[str, click.Context]:
    """Every command of the terminal by its path, in the context in which it shows its page."""
    whole = program()
    found = {"": whole}
    for path, command in parsed(root, whole):
        before, _, name = path.rpartition(" ")
        found[path] = click.Context(command, info_name=name, parent=found[before])
    return found


PAGES = pages()


def literals(ctx: click.Context) -> Iterator[str]:
    """What stands on a page as it is typed: names, words for values, values and whole lines."""
    yield ctx.command_path
    command = ctx.command
    assert isinstance(command, Command)
    yield from command.collect_usage_pieces(ctx)
    yield from command.examples
    yield from (name for name, _ in [*command.argument_rows(ctx), *command.option_rows(ctx)])
    yield from (str(each.show_default) for each in command.params if isinstance(each, click.Option))
    if isinstance(command, click.Group):
        yield from command.list_commands(ctx)
    if isinstance(command, DeclaredCommand):
        yield from other_paths(command.declared)


@each_row("path", PAGES)
def test_every_word_of_a_page_is_in_a_catalogue(path: str) -> None:
    ctx = PAGES[path]
    with speak(PSEUDO):
        page = ctx.command.get_help(ctx)
        shown = " ".join(literals(ctx))
    assert "⟦" in page
    known = {"help", *re.findall(r"[^\W\d_]{2,}", shown), *re.findall(r"[\w-]+", shown)}
    assert [word for word in find_unmarked(page) if word not in known] == []


SAME_IN_EVERY_LANGUAGE = {"ID", "ID|all", "URL"}
"""Labels of values that a reader of any language writes so."""


@each_row("path", PAGES)
def test_the_label_of_a_value_has_a_word_in_each_language(path: str) -> None:
    labels = {label_of(each) for each in PAGES[path].command.params if each.metavar}
    assert {label for label in labels if isinstance(label, str)} <= SAME_IN_EVERY_LANGUAGE


@each_row("path", PAGES)
def test_a_page_has_the_sections_of_all_pages_in_their_order(path: str) -> None:
    ctx = PAGES[path]
    page = ctx.command.get_help(ctx)
    shared = ["Usage", "Arguments", "Options", "Examples", "Who can run it"]
    shown = [title for title in re.findall(r"^(\w[\w ]*):", page, re.MULTILINE) if title in shared]
    assert shown == [title for title in shared if title in shown]
    assert {"Usage", "Options"} <= set(shown)
    assert "-h, --help" in page
    assert ("Who can run it" in shown) is isinstance(ctx.command, DeclaredCommand)


@each_row("path", PAGES)
def test_what_a_page_says_of_an_argument_or_an_option_is_a_sentence(path: str) -> None:
    ctx = PAGES[path]
    command = ctx.command
    assert isinstance(command, Command)
    rows = [*command.argument_rows(ctx), *command.option_rows(ctx)]
    texts = [text.partition("  [")[0] for _, text in rows]
    unfinished = [text for text in texts if not (text[:1].isupper() and text.endswith((".", "events")))]
    assert unfinished == []


@pytest.mark.parametrize("path", PAGES)
def test_the_short_and_the_long_option_show_the_same_page(cli_bot: CliBot, path: str) -> None:
    short, long = (cli_bot.run(*path.split(), option) for option in ("-h", "--help"))
    assert (short.exit_code, short.stdout) == (0, long.stdout)
    assert short.stdout.startswith(f"Usage: {f'{PROGRAM} {path}'.strip()}")


def test_a_page_is_in_the_language_of_the_terminal(cli_bot: CliBot) -> None:
    page = cli_bot.run("connector", "remove", "--help", LANG="ru_RU.UTF-8").stdout
    assert page.startswith("Формат: b24bot коннектор удалить [ПАРАМЕТРЫ] ID")
    assert "\n  b24bot коннектор удалить myconnector\n" in page
    assert page.count("b24bot connector remove") == 1
    assert "\n  удалить  " in cli_bot.run("connector", "--help", LANG="ru_RU.UTF-8").stdout
    with speak("ru"):
        for title in ("arguments", "options", "examples"):
            assert f"\n{plain(TITLES[title])}:" in page


TITLES = {
    "arguments": Message("clihelp.section.arguments"),
    "options": Message("clihelp.section.options"),
    "examples": Message("clihelp.section.examples"),
}


def test_a_word_that_begins_with_a_dash_and_has_an_h_in_it_is_no_call_for_help(cli_bot: CliBot) -> None:
    shown = cli_bot.run("freeze", "--", "-what")
    assert "Usage:" not in shown.stdout
    shown = cli_bot.run("run", "help", "-what")
    assert "Usage: b24bot run" not in shown.stdout


def test_a_russian_page_has_the_russian_words_first(cli_bot: CliBot) -> None:
    page = cli_bot.run("connector", "activate", "--help", LANG="ru_RU.UTF-8").stdout
    for words in ("--все, --all", "--портал, --portal ИМЯ", "--причина, --reason ТЕКСТ", "b24bot коннектор подключить"):
        assert words in page
    assert "--статус, --status СТАТУС" in cli_bot.run("request", "list", "--help", LANG="ru_RU.UTF-8").stdout
    assert "--причина" not in cli_bot.run("connector", "activate", "--help").stdout


RUSSIAN = {
    "audit verify": ("журнал сверить", "b24bot журнал сверить --checkpoints channel.txt"),
    "audit export": ("журнал выгрузить", "b24bot журнал выгрузить"),
    "audit archive": ("журнал архивировать", "b24bot журнал архивировать --before"),
    "audit find": ("журнал найти", "b24bot журнал найти --объект CR-1001"),
    "policy lint": ("политика проверить-таблицу", "b24bot политика проверить-таблицу policy.toml"),
    "request settle": ("запрос результат", "b24bot запрос результат CR-1001 выполнен"),
    "request withdraw": ("запрос отозвать", "b24bot запрос отозвать CR-1001"),
    "request list": ("запрос список", "b24bot запрос список --статус ожидает"),
    "access grant": ("доступ выдать", "b24bot доступ выдать T0123456:U0123456 оператор --на 8h"),
}
"""Commands of the terminal itself, each with its Russian words and an example of its page."""


@pytest.mark.parametrize("path", RUSSIAN)
def test_a_command_of_the_terminal_is_named_and_typed_in_russian(cli_bot: CliBot, path: str) -> None:
    words, example = RUSSIAN[path]
    page = cli_bot.run(*path.split(), "--help", LANG="ru_RU.UTF-8").stdout
    assert page.startswith(f"Формат: b24bot {words} ")
    assert f"\n  {example}" in page
    assert cli_bot.run(*words.split(), "--help").stdout == cli_bot.run(*path.split(), "--help").stdout


def test_the_overview_of_the_terminal_has_the_words_that_it_takes(cli_bot: CliBot) -> None:
    page = cli_bot.run("--help", LANG="ru_RU.UTF-8").stdout
    for noun in ("доступ", "политика", "запрос", "журнал", "портал", "коннектор", "кто я", "serve"):
        assert f"\n  {noun} " in page
    assert "\n  access " in cli_bot.run("--help").stdout


@pytest.mark.parametrize("locale", ["en_GB.UTF-8", "ru_RU.UTF-8"])
def test_each_command_of_the_overview_is_explained(cli_bot: CliBot, locale: str) -> None:
    page = cli_bot.run("--help", LANG=locale).stdout
    assert [line for line in page.splitlines() if re.fullmatch(r"  \S+( \S+)?", line)] == []


def test_what_is_missing_in_a_line_is_told_in_the_words_of_the_reader(cli_bot: CliBot) -> None:
    refused = cli_bot.run("request", "withdraw", LANG="ru_RU.UTF-8")
    assert "Для команды «запрос отозвать» нужен аргумент CR-НОМЕР" in refused.stderr
    listed = cli_bot.run("audit", "nothing", LANG="ru_RU.UTF-8").stderr
    assert "архивировать" in listed
