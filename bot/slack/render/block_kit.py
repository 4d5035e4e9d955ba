"""The parts of Block Kit that the bot writes, as types (docs/slack-behaviour.md S23)."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

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
