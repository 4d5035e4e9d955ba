"""The parts of Block Kit that the bot writes, as types (docs/slack-behaviour.md S23), and what makes them.

They are made with the models of slack_sdk, which raise SlackObjectFormationError for what is over a limit of Slack's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NotRequired, TypedDict, cast

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    HeaderBlock,
    InputBlock,
    MarkdownTextObject,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
)

Style = Literal["primary", "danger"]


class PlainText(TypedDict):
    """Text in which nothing is a mention."""

    type: Literal["plain_text"]
    text: str


class Markdown(TypedDict):
    """Text in Slack's own markup. `verbatim`: what looks like a name or an address in it stays text."""

    type: Literal["mrkdwn"]
    text: str
    verbatim: bool


class Dialog(TypedDict):
    """What is asked once more before a button counts."""

    title: PlainText
    text: PlainText
    confirm: PlainText
    deny: PlainText
    style: NotRequired[Style]


class Button(TypedDict):
    """A button; `action_id` and `value` come back with a click. One with a `url` opens it."""

    type: Literal["button"]
    action_id: str
    text: PlainText
    value: NotRequired[str]
    url: NotRequired[str]
    style: NotRequired[Style]
    confirm: NotRequired[Dialog]


class TextInput(TypedDict):
    """A field to type into."""

    type: Literal["plain_text_input"]
    action_id: str
    multiline: bool
    min_length: int
    max_length: int


class Header(TypedDict):
    """A large line."""

    type: Literal["header"]
    text: PlainText


class Section(TypedDict):
    """A paragraph, or short texts side by side."""

    type: Literal["section"]
    text: NotRequired[Markdown]
    fields: NotRequired[list[Markdown]]


class Context(TypedDict):
    """A small grey line."""

    type: Literal["context"]
    elements: list[Markdown]


class Actions(TypedDict):
    """A row of buttons."""

    type: Literal["actions"]
    block_id: str
    elements: list[Button]


class Input(TypedDict):
    """A field of a form, with its label."""

    type: Literal["input"]
    block_id: str
    label: PlainText
    hint: PlainText
    element: TextInput


Block = Header | Section | Context | Actions | Input


class Modal(TypedDict):
    """A form over the window. `private_metadata` comes back with it."""

    type: Literal["modal"]
    callback_id: str
    private_metadata: str
    title: PlainText
    submit: PlainText
    close: PlainText
    blocks: list[Block]


def make_plain(text: str) -> PlainText:
    """Make text in which nothing is a mention."""
    return cast("PlainText", PlainTextObject(text=text).to_dict())


def make_markdown(text: str) -> Markdown:
    """Make text in Slack's own markup."""
    return cast("Markdown", _markdown(text).to_dict())


def _markdown(text: str) -> MarkdownTextObject:
    return MarkdownTextObject(text=text, verbatim=True)


def make_header(text: str) -> Header:
    """Make a large line."""
    return cast("Header", HeaderBlock(text=PlainTextObject(text=text)).to_dict())


def make_section(text: str) -> Section:
    """Make a paragraph."""
    return cast("Section", SectionBlock(text=_markdown(text)).to_dict())


def make_fields(texts: Sequence[Markdown]) -> Section:
    """Make a section of short texts side by side."""
    return cast("Section", SectionBlock(fields=[_markdown(one["text"]) for one in texts]).to_dict())


def make_context(text: str) -> Context:
    """Make a small grey line."""
    return cast("Context", ContextBlock(elements=[_markdown(text)]).to_dict())


def make_actions(block_id: str, buttons: Sequence[Button]) -> Actions:
    """Make a row of buttons."""
    elements: list[Any] = [{**button} for button in buttons]
    return cast("Actions", ActionsBlock(block_id=block_id, elements=elements).to_dict())


def make_button(
    action_id: str,
    label: str,
    *,
    value: str | None = None,
    url: str | None = None,
    style: Style | None = None,
    confirm: ConfirmObject | None = None,
) -> Button:
    """Make a button. One with a dialog asks once more."""
    button = ButtonElement(
        text=PlainTextObject(text=label), action_id=action_id, value=value, url=url, style=style, confirm=confirm
    )
    return cast("Button", button.to_dict())


def make_dialog(title: str, text: str, *, confirm: str, deny: str, style: Style | None = None) -> ConfirmObject:
    """Make what is asked once more before a button counts."""
    title_object, text_object = PlainTextObject(text=title), PlainTextObject(text=text)
    yes, no = PlainTextObject(text=confirm), PlainTextObject(text=deny)
    return ConfirmObject(title=title_object, text=text_object, confirm=yes, deny=no, style=style)


def make_text_input(block_id: str, action_id: str, *, label: str, hint: str, most: int) -> Input:
    """Make a field of a form for several lines, which has to be filled in."""
    element = PlainTextInputElement(action_id=action_id, multiline=True, min_length=1, max_length=most)
    label_object, hint_object = PlainTextObject(text=label), PlainTextObject(text=hint)
    return cast("Input", InputBlock(block_id=block_id, label=label_object, hint=hint_object, element=element).to_dict())
