"""The help of every declared command is a message of a catalogue, in every language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.core.parsing.invocation import AnyCommand
from bot.host.help_messages import group_help, group_texts, prefix_of
from bot.language.translation import translate
from bot.plugin import Group, Message, Reply, Risk, Text
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
