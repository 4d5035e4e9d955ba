"""The help of every declared command is a message of a catalogue, in every language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated

from bot.core.parsing.invocation import AnyCommand
from bot.host.help_messages import group_help, group_texts, prefix_of, title_texts
from bot.language.translation import translate
from bot.plugin import Arg, Group, Message, Nothing, Reply, Risk, Text
from bot.slack.render.form import TITLE_MOST
from bot.usecases.admin.builtin_plugin import make_registry
from plugins.bitrix24.plugin import plugin
from tests.host.invented import Invented
from tests.language.english import en
from tests.tables.rows import each_row

SAME_IN_RUSSIAN = "help.access_grant.argument.role"
"""The names of the roles, which are typed."""
SAME_LABELS = ("ID", "E-MAIL", "CR-НОМЕР")
REGISTRY = make_registry([plugin])


def texts(command: AnyCommand) -> Iterator[Text]:
    yield from (command.help, command.description, command.raises)
    yield from (parameter.arg.help for parameter in command.parameters)


@each_row("command", REGISTRY.commands)
def test_the_help_of_a_command_is_in_russian_for_a_russian_reader(command: AnyCommand) -> None:
    for text in filter(None, texts(command)):
        assert isinstance(text, Message), f"{command.path}: {text}"
        assert text.key == SAME_IN_RUSSIAN or translate(text, "ru") != en(text)


@each_row("command", REGISTRY.commands)
def test_the_words_that_stand_for_arguments_are_russian_for_a_russian_reader(command: AnyCommand) -> None:
    shown = [translate(each.label, "ru") for each in command.parameters]
    assert [label for label in shown if re.search("[A-Z]", label) and label not in SAME_LABELS] == []


def test_the_help_of_a_group_is_a_message_too() -> None:
    helps = {group.noun: group_help(prefix_of(plugin.name), group) for group in plugin.groups}
    assert helps["connector"] == Message("bitrix24.help.connector.group")
    assert translate(helps["connector"], "ru") == "Коннекторы открытых линий портала"


TREES: Group[object] = Group("tree", help="Trees {of} ours")


@TREES.command("fell-all", risk=Risk.READ, raises="if it is old")
def fell(_: object) -> Reply:
    """Fell a tree.

    It falls
    where --place says.

    Then it is gone.
    """
    return Reply(title="Felled.")


def test_the_keys_and_the_english_come_from_the_declaration() -> None:
    found: Mapping[str, str] = dict(group_texts(prefix_of("trees"), [TREES]))
    assert found == {
        "trees.help.tree.group": "Trees {{of}} ours",
        "trees.help.tree_fell_all": "Fell a tree.",
        "trees.help.tree_fell_all.details": "It falls where {option} says.\n\nThen it is gone.",
        "trees.help.tree_fell_all.raises": "if it is old",
    }


def test_a_plugin_without_a_catalogue_is_explained_in_the_words_of_its_docstrings() -> None:
    (command,) = (one for one in make_registry([Invented("trees", TREES)]) if one.noun == "tree")
    assert (command.help, command.raises) == ("Fell a tree.", "if it is old")
    assert group_help(prefix_of("trees"), TREES) == "Trees {of} ours"


FORMS = [one for one in REGISTRY.commands if any(True for _ in title_texts(prefix_of("trees"), one))]


@each_row("command", FORMS)
def test_a_form_is_titled_in_the_words_of_its_reader(command: AnyCommand) -> None:
    """Slack shows 24 characters of a title."""
    titles = [command.title, *(each.title for each in command.in_slack.parameters)] if command.in_slack else []
    for title in titles:
        assert isinstance(title, Message), f"{command.path}: {title}"
        assert not re.search("[A-Za-z]", translate(title, "ru"))
        assert "--" not in en(title)
    assert max(len(translate(command.title, language)) for language in ("en", "ru")) <= TITLE_MOST


def test_a_form_of_a_plugin_without_a_catalogue_has_the_names_of_the_code() -> None:
    trees: Group[object] = Group("tree", help="Trees")

    @trees.command("cut-down", risk=Risk.CHANGE)
    def cut(_: object, tree_name: Annotated[str, Arg(help="its name", label="NAME")]) -> Nothing:
        """Cut a tree down."""
        return Nothing(sentence=tree_name)

    (command,) = (one for one in make_registry([Invented("trees", trees)]) if one.noun == "tree")
    assert (command.title, command.parameters[0].title) == ("Cut down tree", "Tree name")
    assert dict(title_texts(prefix_of("trees"), command)) == {
        "trees.help.tree_cut_down.title": "Cut down tree",
        "trees.help.field.tree.tree_name": "Tree name",
    }
