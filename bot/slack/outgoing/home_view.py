"""The Home tab of one person: a heading for each section, an entry a paragraph, and buttons at the top."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.core.messages.home_tabs import HomeEntry, HomeSection, HomeTab
from bot.core.text import one_line
from bot.plugin import Message, Text
from bot.slack.render.answer_buttons import BUTTONS_BLOCK, LINE_ACTION, OPEN_CARD
from bot.slack.render.card_buttons import LABEL_MOST, LINK_ACTION, URL_MOST
from bot.slack.render.request_links import link_requests
from bot.slack.render.slack_text import SECTION_MOST, Writer, cut

BLOCKS_MOST = 100
"""Blocks that Slack takes (docs/slack-behaviour.md S22)."""
HEADER_MOST = 150
TOO_LONG = Message("home.too_long")
ENTRY_MOST = 600
"""Characters of an entry, so that all entries stay within what Slack takes."""


def home_view(tab: HomeTab, writer: Writer, find_address: Callable[[int], str]) -> dict[str, Any]:
    """The view to publish. `find_address` gives the address of the card of a change request, or an empty text."""
    blocks = [*_buttons(tab, writer), *(block for one in tab.sections for block in _section(one, writer, find_address))]
    blocks += [_context(note, writer) for note in tab.notes]
    if len(blocks) > BLOCKS_MOST:
        blocks = [*blocks[: BLOCKS_MOST - 1], _context(TOO_LONG, writer)]
    view = View(type="home", blocks=blocks).to_dict()
    link_requests(view["blocks"], find_address)
    return view


def _buttons(tab: HomeTab, writer: Writer) -> Iterator[Block]:
    elements = [
        ButtonElement(action_id=f"{LINE_ACTION}{index}", text=_plain(one.label, writer, LABEL_MOST), value=one.line)
        for index, one in enumerate(tab.buttons)
    ]
    if elements:
        yield ActionsBlock(block_id=BUTTONS_BLOCK, elements=elements)


def _section(section: HomeSection, writer: Writer, find_address: Callable[[int], str]) -> Iterator[Block]:
    yield HeaderBlock(text=_plain(section.label, writer, HEADER_MOST))
    with_button = [entry for entry in section.entries if entry.card and find_address(entry.card)]
    for entry in with_button:
        yield _entry(entry, writer, find_address(entry.card))
    plain = [entry for entry in section.entries if entry not in with_button]
    if plain:
        lines = "\n".join(_markdown(entry.text, writer) for entry in plain)
        yield SectionBlock(text=MarkdownTextObject(text=cut(lines, SECTION_MOST), verbatim=True))
    yield DividerBlock()


def _entry(entry: HomeEntry, writer: Writer, address: str) -> Block:
    button = ButtonElement(action_id=LINK_ACTION, text=_plain(OPEN_CARD, writer, LABEL_MOST), url=address)
    text = MarkdownTextObject(text=_markdown(entry.text, writer), verbatim=True)
    return SectionBlock(text=text, accessory=button if len(address) <= URL_MOST else None)


def _context(text: Text, writer: Writer) -> Block:
    return ContextBlock(elements=[MarkdownTextObject(text=_markdown(text, writer), verbatim=True)])


def _markdown(text: Text, writer: Writer) -> str:
    return cut(writer.mrkdwn(text), ENTRY_MOST)


def _plain(text: Text, writer: Writer, most: int) -> PlainTextObject:
    return PlainTextObject(text=cut(one_line(writer.plain(text)), most))
