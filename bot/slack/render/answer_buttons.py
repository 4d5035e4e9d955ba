"""The buttons below an answer: lines that can be run, and the card that can be opened."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.messages.notices import PrivateNotice
from bot.plugin import Message, Text
from bot.slack.render.block_kit import Actions, Button, make_actions, make_button
from bot.slack.render.card_buttons import LABEL_MOST, LINK_ACTION, URL_MOST
from bot.slack.render.slack_text import Writer, cut

LINE_ACTION = "b24line:"
"""What a click on a button that stands for a line comes back with; its place among the buttons follows."""
FORM_ACTION = "b24form:"
"""The same for one that opens the form of its line."""
BUTTONS_BLOCK = "lines"
OPEN_CARD = Message("answer.button.open_card")


def answer_buttons(notice: PrivateNotice, card: str, writer: Writer) -> list[Actions]:
    """The row of buttons of an answer, if it has any; `card` is the address of the card to open."""
    elements = [*_links(card, writer), *_lines(notice, writer)]
    return [make_actions(BUTTONS_BLOCK, elements)] if elements else []


def _links(card: str, writer: Writer) -> Iterator[Button]:
    if card and len(card) <= URL_MOST:
        yield make_button(LINK_ACTION, _label(OPEN_CARD, writer), url=card)


def _lines(notice: PrivateNotice, writer: Writer) -> Iterator[Button]:
    for index, button in enumerate(notice.buttons):
        action = f"{FORM_ACTION if button.form else LINE_ACTION}{index}"
        yield make_button(action, _label(button.label, writer), value=button.line)


def _label(label: Text, writer: Writer) -> str:
    return cut(writer.plain(label), LABEL_MOST)
