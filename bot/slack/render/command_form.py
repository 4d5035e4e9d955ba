"""A command's form in Slack, built with the models of slack_sdk, which refuse what is over a limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import (
    CheckboxesElement,
    ContextBlock,
    ExternalDataMultiSelectElement,
    ExternalDataSelectElement,
    InputBlock,
    InputInteractiveElement,
    MarkdownTextObject,
    Option,
    OptionGroup,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
    UserSelectElement,
)
from slack_sdk.models.views import View

from bot.core.messages.command_forms import SWITCHED_ON, ChoiceGroup, CommandForm, Entry, FormField
from bot.core.parsing.tokenizer import split_words
from bot.core.text import capitalize_phrase
from bot.language.catalogues import ENGLISH
from bot.plugin import Choice, Message, Text
from bot.slack.render.form import LABEL_MOST, TITLE_MOST
from bot.slack.render.slack_text import SECTION_MOST, Writer, cut

COMMAND_FORM = "b24:command"
CHOSEN = (Entry.CHOICE, Entry.PICK, Entry.PICKS)
"""The entries whose choice Slack tells at once."""
OPTION_MOST = 75
"""Characters of an option's text and of its description."""
VALUE_MOST = 150
OPTIONS_MOST = 100
TYPED_MOST = 3_000
"""Characters that a field takes."""


def command_form(form: CommandForm, *, language: str = ENGLISH, command: str = "/b24") -> Mapping[str, Any]:
    """The view. One without fields has no button that sends it."""
    writer = Writer(language=language, command=command)
    shown = [
        _note(writer, form.note),
        *(_field(writer, each) for each in form.fields),
        *(_note(writer, line) for line in form.preview),
    ]
    view = View(
        type="modal",
        callback_id=COMMAND_FORM,
        private_metadata=form.value,
        title=_plain(writer, form.title, TITLE_MOST),
        submit=_plain(writer, Message("form.command.send"), TITLE_MOST) if form.fields else None,
        close=_plain(writer, Message("form.cancel"), TITLE_MOST),
        blocks=shown,
    )
    made: Mapping[str, Any] = view.to_dict()
    return made


def text_form(words: str) -> Mapping[str, Any]:
    """A view in the place of a form that only says something, in finished words."""
    view = View(
        type="modal",
        callback_id=COMMAND_FORM,
        title=PlainTextObject(text="b24bot"),
        blocks=[SectionBlock(text=PlainTextObject(text=cut(words, SECTION_MOST)))],
    )
    made: Mapping[str, Any] = view.to_dict()
    return made


def _note(writer: Writer, note: Text) -> ContextBlock:
    words = cut(writer.mrkdwn(note), SECTION_MOST)
    return ContextBlock(elements=[MarkdownTextObject(text=words, verbatim=True)])


def _field(writer: Writer, field: FormField) -> InputBlock:
    return InputBlock(
        block_id=field.name,
        label=_plain(writer, field.label, LABEL_MOST),
        hint=_hint(writer, field),
        optional=not field.required,
        dispatch_action=True if field.previewed and _entry(field) in CHOSEN else None,
        element=ELEMENTS[_entry(field)](writer, field),
    )


def _hint(writer: Writer, field: FormField) -> PlainTextObject | None:
    """What stands below a field, unless its label or its box says the same."""
    words = _sentence(writer, field.hint)
    if not words or field.entry is Entry.SWITCH or words == writer.plain(field.label):
        return None
    return PlainTextObject(text=cut(words, LABEL_MOST))


def _sentence(writer: Writer, phrase: Text) -> str:
    """A phrase of the help as Slack shows it here: plain text has quotation marks in place of the marks of code."""
    return capitalize_phrase(writer.plain(phrase).replace("`", "'"))


def _entry(field: FormField) -> Entry:
    """How it is filled in. A menu has so many rows, more of them are asked for, and a value has so many characters."""
    if field.entry is not Entry.CHOICE:
        return field.entry
    if not field.choices or not all(_fits(one.value) for one in field.choices):
        return Entry.WORD
    return Entry.CHOICE if len(field.choices) <= OPTIONS_MOST else Entry.PICK


def _word(_writer: Writer, field: FormField, *, multiline: bool = False) -> InputInteractiveElement:
    value = field.value if len(field.value) <= TYPED_MOST else ""
    return PlainTextInputElement(
        action_id=field.name, initial_value=value or None, multiline=multiline, max_length=TYPED_MOST
    )


def _text(writer: Writer, field: FormField) -> InputInteractiveElement:
    return _word(writer, field, multiline=True)


def _switch(writer: Writer, field: FormField) -> InputInteractiveElement:
    on = Option(
        value=SWITCHED_ON, text=PlainTextObject(text=cut(_sentence(writer, field.hint or field.label), OPTION_MOST))
    )
    return CheckboxesElement(action_id=field.name, options=[on], initial_options=[on] if field.value else None)


def _person(_writer: Writer, field: FormField) -> InputInteractiveElement:
    return UserSelectElement(action_id=field.name, initial_user=field.value.removeprefix("@") or None)


def _choice(writer: Writer, field: FormField) -> InputInteractiveElement:
    options = {one.value: _option(writer, one) for one in field.choices}
    return StaticSelectElement(
        action_id=field.name, options=list(options.values()), initial_option=options.get(field.value)
    )


def _pick(_writer: Writer, field: FormField) -> InputInteractiveElement:
    typed = _typed_options([field.value] if field.value else [])
    return ExternalDataSelectElement(
        action_id=field.name, min_query_length=0, initial_option=typed[0] if typed else None
    )


def _picks(_writer: Writer, field: FormField) -> InputInteractiveElement:
    typed = _typed_options(split_words(field.value))
    return ExternalDataMultiSelectElement(action_id=field.name, min_query_length=0, initial_options=typed or None)


def _typed_options(words: Sequence[str]) -> list[Option]:
    return [Option(value=word, text=PlainTextObject(text=cut(word, OPTION_MOST))) for word in words if _fits(word)]


def _fits(value: str) -> bool:
    return 0 < len(value) <= VALUE_MOST


def option_groups(groups: Sequence[ChoiceGroup], language: str = ENGLISH) -> Mapping[str, Any]:
    """The answer for a menu that asks for its options. A group with more than Slack takes of a value is shorter."""
    writer = Writer(language=language)
    shown = [(group, [_option(writer, one) for one in group.choices if _fits(one.value)]) for group in groups]
    made = [
        OptionGroup(label=_plain(writer, group.label, OPTION_MOST), options=options).to_dict()
        for group, options in shown
        if options
    ]
    return {"option_groups": made} if made else {"options": []}


def _option(writer: Writer, choice: Choice) -> Option:
    detail = _plain(writer, choice.detail, OPTION_MOST) if choice.detail else None
    return Option(
        value=choice.value, text=_plain(writer, choice.label or choice.value, OPTION_MOST), description=detail
    )


ELEMENTS: Mapping[Entry, Callable[[Writer, FormField], InputInteractiveElement]] = {
    Entry.WORD: _word,
    Entry.TEXT: _text,
    Entry.SWITCH: _switch,
    Entry.PERSON: _person,
    Entry.CHOICE: _choice,
    Entry.PICK: _pick,
    Entry.PICKS: _picks,
}


def _plain(writer: Writer, text: Text, most: int) -> PlainTextObject:
    return PlainTextObject(text=cut(writer.plain(text), most))
