"""Walks through blocks: which interactive elements there are, what they are called, and all the text in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bot.playground.workspace.base.simulator_values import Json, NoSuchElement
from bot.playground.workspace.base.workspace_clock import Ids
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An element and the block it stands in."""

    block: Json
    element: Json

    @property
    def block_id(self) -> str:
        return str(self.block.get("block_id", ""))

    @property
    def action_id(self) -> str:
        return str(self.element.get("action_id", ""))

    @property
    def label(self) -> str:
        """What a person reads: the button's text, the input's label, else the placeholder."""
        for holder, name in ((self.element, "text"), (self.block, "label"), (self.element, "placeholder")):
            found = holder.get(name)
            if isinstance(found, dict):
                return str(found.get("text", ""))
        return self.action_id


_STATIC = ("image", "plain_text", "mrkdwn")


def elements_of(blocks: Iterable[Any]) -> Iterator[Placed]:
    """Interactive elements in reading order; things that are no blocks are passed over."""
    for block in blocks:
        if not isinstance(block, dict) or block.get("type") == "rich_text":
            continue
        several = block.get("elements")
        for element in (
            block.get("accessory"),
            block.get("element"),
            *(several if isinstance(several, list) else ()),
        ):
            if isinstance(element, dict) and element.get("type") not in _STATIC:
                yield Placed(block=block, element=element)


def find_element(blocks: Iterable[Any], key: str, *, block_id: str = "") -> Placed:
    """The one element with this action id, or else this label, or else whose label begins with these words.

    `block_id` chooses between equals.
    """
    placed = [one for one in elements_of(blocks) if not block_id or one.block_id == block_id]
    found = [one for one in placed if one.action_id == key] or [one for one in placed if one.label == key]
    found = found or [one for one in placed if one.label.startswith(f"{key} ")]
    if len(found) == 1:
        return found[0]
    if found:
        places = ", ".join(one.block_id for one in found)
        raise NoSuchElement(f"{key!r} is there {len(found)} times; name its block_id, one of: {places}")
    here = ", ".join(repr(one.label) for one in placed) or "nothing to click"
    raise NoSuchElement(f"there is no {key!r} here; there is {here}")


def with_ids(blocks: list[Json], ids: Ids) -> tuple[Json, ...]:
    """The blocks as Slack keeps them: whoever lacks a block id or an action id gets one."""
    return tuple(_named(block, ids) for block in blocks)


def _named(block: Json, ids: Ids) -> Json:
    named = {**block, "block_id": block.get("block_id") or ids.random(5)}
    for name in ("accessory", "element"):
        if name in named:
            named[name] = _acting(named[name], ids)
    if named.get("type") == "actions":
        named["elements"] = [_acting(element, ids) for element in named["elements"]]
    return named


def _acting(element: Json, ids: Ids) -> Json:
    if element["type"] in _STATIC or element.get("action_id"):
        return element
    return {**element, "action_id": ids.random(5)}


def text_total(value: Any) -> int:
    """Characters in every `text` of the tree: what Slack counts for `msg_blocks_too_long`."""
    if isinstance(value, list | tuple):
        return sum(text_total(item) for item in value)
    if not isinstance(value, dict):
        return 0
    own = value.get("text")
    total = len(own) if isinstance(own, str) else 0
    return total + sum(text_total(item) for item in value.values())


def marked_texts(value: Any) -> Iterator[str]:
    """Every text in which Slack reads mentions: mrkdwn objects and markdown blocks."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from marked_texts(item)
    elif isinstance(value, dict):
        if value.get("type") in ("mrkdwn", "markdown"):
            yield str(value.get("text", ""))
        for item in value.values():
            yield from marked_texts(item)
