"""Words of other languages: each declared one is read as what it stands for, and nothing else knows of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Annotated

import pytest

from bot.core.bot_errors import WordsError
from bot.core.change.status_names import SHOWN_STATUSES, STATUS_WORDS
from bot.core.parsing.command_table import Commands
from bot.core.parsing.invocation import AnyCommand, read_line, recognize, understand
from bot.core.parsing.recorded_line import make_recorded_line, personal_values
from bot.core.parsing.synonyms import list_words, name_option, name_value, name_words, option_words
from bot.core.parsing.tokenizer import join_words
from bot.core.principals import ROLE_NAMES, ROLE_WORDS
from bot.host.word_checks import find_collisions
from bot.language.translation import translate
from bot.plugin import Arg, Group, Message, Parameter, PlaceTerm, PluginError, Reply, Risk, Words
from bot.usecases.admin.builtin_plugin import make_registry
from plugins.bitrix24.commands.common.json_views import KIND_WORDS, TYPED_KINDS
from plugins.bitrix24.commands.line import lines
from plugins.bitrix24.plugin import plugin
from tests.language.english import en
from tests.tables.rows import each_row

COMMANDS = make_registry([plugin]).commands


def all_spellings() -> Iterator[tuple[str, AnyCommand]]:
    """Every way to type the words of a command, but its own."""
    for command in COMMANDS:
        for noun in (command.noun, *list_words(command.noun_words)):
            for verb in (command.verb, *list_words(command.words)):
                if (noun, verb) != (command.noun, command.verb):
                    yield f"{noun} {verb}".strip(), command


SPELLINGS = list(all_spellings())


@each_row(("typed", "command"), SPELLINGS)
def test_each_declared_word_reaches_its_command(typed: str, command: AnyCommand) -> None:
    for written in (typed, typed.upper(), typed.title(), unicodedata.normalize("NFD", typed)):
        for example in ("", *command.examples):
            read, own = (recognize(COMMANDS, f"{path} {example}") for path in (written, command.path))
            assert (read.command, read.path, read.words()) == (command, own.path, own.words())


VALUES = [(command, each) for command in COMMANDS for each in command.parameters if each.arg.values]


@pytest.mark.parametrize(("command", "parameter"), VALUES, ids=lambda each: getattr(each, "path", ""))
def test_each_declared_value_is_one_that_is_read_and_each_word_stands_for_it(
    command: AnyCommand, parameter: Parameter
) -> None:
    assert {one.path for one, _ in VALUES} >= {"access grant", "request list", "connector list"}
    before = ["x"] * command.parameters.index(parameter)
    for value, words in parameter.arg.values.items():
        parameter.arg.parse(value)
        assert words["ru"]
        for word in list_words(words):
            for typed in (word, word.title(), word.replace("-", "_")):
                line = [*before, typed] if not parameter.flag else [parameter.option, typed]
                assert name_words(command, line)[-1] == value
    assert name_words(command, [*before, "дуб"])[-1] == "дуб"


@pytest.mark.parametrize(
    ("words", "labels"),
    [
        (ROLE_WORDS, ROLE_NAMES),
        (STATUS_WORDS, {word: row.typed for word, row in SHOWN_STATUSES.items()}),
        (KIND_WORDS, dict(zip(KIND_WORDS, TYPED_KINDS, strict=True))),
    ],
)
def test_a_value_is_read_as_a_russian_reader_sees_it(words: Mapping[str, Words], labels: Mapping[str, Message]) -> None:
    assert set(words) == set(labels)
    for value, label in labels.items():
        assert name_value(words, translate(label, "ru")) == value
        assert name_value(words, value) == value


@each_row("command", COMMANDS)
def test_every_command_has_a_russian_noun_and_verb(command: AnyCommand) -> None:
    assert command.noun_words.get("ru")
    assert command.words.get("ru") or not command.verb


@each_row("command", COMMANDS)
def test_each_declared_option_is_read_as_its_own_and_each_word_stands_for_one(command: AnyCommand) -> None:
    for name, option in option_words(command).items():
        assert name_option(command, name) == option
        assert name_option(command, f"—{name.strip('-').upper()}=Ы ы") == f"{option}=Ы ы"
    assert list(find_collisions(COMMANDS)) == []


LINES = {
    "коннектор удалить myconnector": "connector remove myconnector",
    "Коннекторы СПИСОК": "connector list",
    "connector удалить myconnector": "connector remove myconnector",
    "коннектор remove myconnector --портал prod": "connector remove myconnector --portal prod",
    "коннектор список --вид=ours": "connector list --kind ours",
    "коннектор список —вид «ours»": "connector list --kind ours",
    "коннектор список --вид=«ours»": "connector list --kind ours",
    "connector register shop --название «Магазин --цвет» --обработчик https://shop.example/h": (
        'connector register shop --name "Магазин --цвет" --handler https://shop.example/h'
    ),
    "кто я": "whoami",
    "Я": "whoami",
    "помощь": "help",
    "справка коннектор удалить": "help коннектор удалить",
    "заморозить": "freeze",
    "разморозить": "unfreeze",
    "портал выбрать prod --для-всех": "portal use prod --for-all",
    "запрос показать CR-1001": "request show CR-1001",
    "журнал найти --кто local:root": "audit find --actor local:root",
    "доступ выдать @U0002 Оператор": "access grant @U0002 operator",
    "access grant @U0002 админ": "access grant @U0002 admin",
    "запрос список --статус ожидает": "request list --status pending",
    "запросы список --состояние=Частично": "request list --status partly-applied",
    "request list --status «не выполнен»": "request list --status failed",
    "коннектор список --вид наши": "connector list --kind ours",
    "коннектор показать оператор": "connector show оператор",
    "audit find --text ожидает": "audit find --text ожидает",
}


@each_row(("typed", "meant"), LINES.items())
def test_a_russian_line_is_read_as_the_english_one(typed: str, meant: str) -> None:
    russian, english = understand(COMMANDS, typed), understand(COMMANDS, meant)
    assert russian.invocation.line.replace("=", " ") == english.invocation.line
    assert russian.arguments == english.arguments
    assert make_recorded_line(typed, commands=COMMANDS).replace("=", " ") == english.invocation.line


def test_the_options_of_every_command_are_read_too() -> None:
    line = understand(COMMANDS, "коннектор удалить myconnector --причина «старый номер» --пробно").invocation
    assert (line.reason, line.dry_run, line.line) == ("старый номер", True, "connector remove myconnector")
    assert understand(COMMANDS, "коннектор удалить myconnector --экстренно").invocation.break_glass


def test_what_is_a_customers_stays_out_of_the_record_behind_a_russian_option() -> None:
    typed = "сообщение отправить myconnector 1 --клиент 7 --чат 7 --текст «Иван Петров» --телефон=79005554433"
    recorded = make_recorded_line(typed, commands=COMMANDS)
    assert recorded.startswith('message send myconnector 1 --user 7 --chat 7 --text "‹')
    assert "Иван" not in recorded
    assert "79005554433" not in recorded
    assert personal_values(typed, COMMANDS) == ("Иван Петров", "79005554433")


def test_words_of_another_language_are_no_misreading_to_tell_of() -> None:
    assert read_line("коннектор удалить myconnector --причина 'старый номер'", COMMANDS) == ""
    assert read_line("кто я", COMMANDS) == ""
    assert read_line("коннектор удалить «myconnector»", COMMANDS) == "connector remove myconnector"


VERBS, RUSSIAN_VERBS = (
    ", ".join(sorted(words)) for words in zip(*((one.verb, one.words["ru"][0]) for one in lines), strict=True)
)
"""The subcommands of `line`, in English and in Russian."""
REFUSED = {
    # line: the sentence, the hint, the suggestion
    "коннектр список": ("There is no command “коннектр”.", "", "коннектор список"),
    "коннектор удалит myconnector": ("There is no command “коннектор удалит”.", "", "коннектор удалить myconnector"),
    "список коннектор": ("", "", "коннектор список"),
    "/b24 коннектор список": ("There is no command “/b24”.", "", "коннектор список"),
    "линия стереть": ("Unknown subcommand `стереть`.", f"The subcommands of `линия` are: {RUSSIAN_VERBS}.", ""),
    "line стереть": ("Unknown subcommand `стереть`.", f"The subcommands of `line` are: {VERBS}.", ""),
    "замарозить": ("There is no command “замарозить”.", "", "заморозить"),
    "коннектор список --виды ours": ("“connector list” has no option --виды.", "Did you mean --вид?", ""),
    "коннектор список --вид": ("--kind needs a value", "", ""),
    "коннектор список --вид ours --kind ours": ("--kind", "", ""),
}


@pytest.mark.parametrize(("typed", "told"), REFUSED.items())
def test_refusals_know_the_words_and_answer_in_the_language_of_the_line(typed: str, told: tuple[str, str, str]) -> None:
    with pytest.raises(PluginError) as caught:
        understand(COMMANDS, typed)
    sentence, hint, suggestion = told
    assert sentence in en(caught.value.sentence)
    assert hint in en(caught.value.hint)
    assert isinstance(caught.value, WordsError)
    assert caught.value.suggestion == suggestion
    if suggestion:
        understand(COMMANDS, suggestion)


TREES: Group[object] = Group("tree", help="Trees.", words={"de": ("baum",), "ru": ("дерево",)})


@TREES.command("plant", risk=Risk.READ, words={"de": ("pflanzen",)})
def plant(_: object, *, height: Annotated[str, Arg(label="M", help="metres", words={"de": ("höhe",)})] = "") -> Reply:
    """Plant one."""
    return Reply(title=height)


def test_a_command_may_have_words_of_several_languages_and_only_some_of_its_own() -> None:
    known = Commands(TREES)
    for line in ("baum pflanzen --höhe 3", "дерево plant --HÖHE=3", "tree pflanzen —höhe 3"):
        assert understand(known, line).arguments == {"height": "3"}
    assert known.list_verbs("дерево") == ["plant"]
    assert known.list_verbs("baum") == ["pflanzen"]


def test_the_words_of_a_place_name_its_option() -> None:
    (command,) = TREES
    assert option_words(command)["--höhe"] == "--height"
    term = PlaceTerm(word="wood", option="--wood", words={"de": ("wald",)})
    assert term == PlaceTerm(word="wood", option="--wood"), "what people type is no part of what a place is"


def test_a_line_is_joined_with_the_words_of_its_command() -> None:
    assert join_words(["connector", "list"]) == understand(COMMANDS, "коннекторы список").invocation.line


@pytest.mark.parametrize(("typed", "meant"), [("foo bar", "help status"), ("спарвка", "справка"), ("wtf", "help")])
def test_a_word_that_is_only_a_little_like_another_gets_the_help_of_the_command_by_its_own_name(
    typed: str, meant: str
) -> None:
    with pytest.raises(WordsError) as refused:
        understand(COMMANDS, typed)
    assert refused.value.suggestion == meant
