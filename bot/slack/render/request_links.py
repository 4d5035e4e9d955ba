"""Links from the number of a change request to its card, put into finished messages wherever a number stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from bot.slack.render.block_kit import Block, Markdown

FindAddress = Callable[[int], str]
"""The address of the card of a change request; empty where it has none."""
TEXT_MOST, FIELD_MOST, MESSAGE_MOST = 3_000, 2_000, 12_000
"""Characters up to which a paragraph, a short field and all text of a message may grow by links."""
_PARTS = re.compile(r"```.*?```|`[^`\n]*`|<[^<>\n]*>|(?<![\w/.-])CR-(?P<number>[1-9]\d{3,10})(?![\w-])", re.DOTALL)
"""Code and what is marked up already, which stays; and the numbers of change requests."""


def link_requests(blocks: list[Block], find_address: FindAddress, *, but: int = 0) -> None:
    """Turn numbers of change requests in the blocks into links to their cards, as far as there is room.

    `but` is the one whose own card this is.
    """
    room = MESSAGE_MOST - sum(len(text["text"]) for text, _ in _texts(blocks))
    for text, most in _texts(blocks):
        linked = link_text(text["text"], find_address, most=min(most, len(text["text"]) + max(room, 0)), but=but)
        room -= len(linked) - len(text["text"])
        text["text"] = linked


def link_text(text: str, find_address: FindAddress, *, most: int = TEXT_MOST, but: int = 0) -> str:
    """The same for one text in Slack's own markup, of at most so many characters."""
    length = len(text)

    def write(found: re.Match[str]) -> str:
        nonlocal length
        number = int(found["number"] or 0)
        address = find_address(number) if number and number != but else ""
        link = f"<{address}|{found[0]}>"
        if not address or length + len(link) - len(found[0]) > most:
            return found[0]
        length += len(link) - len(found[0])
        return link

    return _PARTS.sub(write, text)


def _texts(blocks: list[Block]) -> Iterator[tuple[Markdown, int]]:
    """The texts in Slack's own markup, each with the characters that Slack takes of it."""
    for block in blocks:
        parts: dict[str, Any] = {**block}
        if block["type"] == "section":
            yield from [(parts["text"], TEXT_MOST)] if "text" in parts else []
            yield from ((text, FIELD_MOST) for text in parts.get("fields", ()))
        elif block["type"] == "context":
            yield from ((text, FIELD_MOST) for text in parts["elements"])
