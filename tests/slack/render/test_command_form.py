"""A command's form is one that Slack takes, whatever stands in it, and so are the options of its menus."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.core.messages.command_forms import SWITCHED_ON, ChoiceGroup, CommandForm, Entry, FormField
from bot.core.parsing.tokenizer import join_words
from bot.playground.workspace.blockkit.block_fields import things
from bot.playground.workspace.blockkit.block_validation import KINDS
from bot.plugin import Choice
from bot.slack.render.command_form import command_form, option_groups, text_form
from tests.slack.checks import assert_openable, called

ODD: Mapping[str, str] = {
    "long": "name " * 800,
    "right to left": "\u202eשלום עולם",
    "emoji": "🟥" * 255,
    "a mention": "<!channel> <@U0001> *bold* `code`",
    "marks": 'it\'s «a» "b" \\',
}


def a_form(words: str) -> CommandForm:
    """A form in which all that can be any text is this one."""
    values = {Entry.SWITCH: SWITCHED_ON, Entry.PERSON: "@U0002", Entry.PICKS: join_words([words, "2"])}
    fields = tuple(
        FormField(
            name=f"field-{entry}",
            label=words,
            hint=words,
            entry=entry,
            required=entry is Entry.WORD,
            value=values.get(entry, words),
            choices=tuple(Choice(value=str(number), label=words, detail=words) for number in range(120)),
        )
        for entry in Entry
    )
    return CommandForm(title=words, note=words, fields=fields, value="{}")


@pytest.mark.parametrize("words", ODD.values(), ids=ODD)
def test_any_form_can_be_opened_and_calls_nobody(words: str) -> None:
    view = command_form(a_form(words))
    assert_openable(view)
    assert called(view["blocks"]) == set()


@pytest.mark.parametrize("words", ODD.values(), ids=ODD)
def test_a_view_that_only_says_something_cannot_be_sent(words: str) -> None:
    loading = command_form(CommandForm(title="connector remove", note=words))
    for view in (loading, text_form(words)):
        assert_openable(view)
        assert "submit" not in view


@pytest.mark.parametrize("words", ODD.values(), ids=ODD)
def test_any_options_are_taken(words: str) -> None:
    choices = (Choice(value=words, detail=words), Choice(value="one", label=words, detail=words), Choice(value="two"))
    answer = option_groups([ChoiceGroup(label=words, choices=choices), ChoiceGroup(label=words, choices=())])
    groups = answer["option_groups"]
    check = things(100, "option_group")
    assert list(KINDS[check.kind](groups, check, "/option_groups")) == []
    assert {"one", "two"} <= {option["value"] for group in groups for option in group["options"]}


def test_no_options_are_an_answer_too() -> None:
    assert option_groups([]) == {"options": []}


def test_a_field_shows_what_was_typed() -> None:
    view = command_form(a_form("two words"))
    shown = {block["block_id"]: block["element"] for block in view["blocks"][1:]}
    assert shown["field-word"]["initial_value"] == shown["field-text"]["initial_value"] == "two words"
    assert shown["field-pick"]["initial_option"]["value"] == "two words"
    assert [each["value"] for each in shown["field-picks"]["initial_options"]] == ["two words", "2"]
    assert shown["field-person"]["initial_user"] == "U0002"
    assert shown["field-switch"]["initial_options"][0]["value"] == SWITCHED_ON
