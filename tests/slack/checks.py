"""What every message of the bot has to be: taken by Slack, read by its library, and calling nobody it should not."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.playground.workspace.blockkit.block_tree import marked_texts, text_total
from bot.playground.workspace.blockkit.block_validation import message_problems, view_problems
from bot.playground.workspace.state.call_journal import mentions_in

TEXT_MOST = 12_000
"""All block text of a message together (docs/slack-behaviour.md S23)."""


class _Listening(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


def strictly_parsed(block: dict[str, Any]) -> dict[str, Any]:
    """Through slack_sdk's models and back; what it grumbles about is an error (docs/slack-behaviour.md S42)."""
    ear = _Listening()
    logger = logging.getLogger("slack_sdk")
    logger.addHandler(ear)
    try:
        parsed = View(**block) if block["type"] in ("modal", "home") else Block.parse(block)
    finally:
        logger.removeHandler(ear)
    assert parsed is not None
    assert ear.heard == []
    made: dict[str, Any] = parsed.to_dict()
    return made


def assert_postable(blocks: Sequence[Any]) -> None:
    assert [str(problem) for problem in message_problems(blocks)] == []
    assert text_total(blocks) <= TEXT_MOST
    for block in blocks:
        assert strictly_parsed(block) == block


def assert_openable(view: Any) -> None:
    assert [str(problem) for problem in view_problems(view)] == []
    assert strictly_parsed(view) == view


def called(blocks: Sequence[Any], *texts: str) -> set[str]:
    """Every mention in what Slack would show or notify of."""
    return {found for text in (*texts, *marked_texts(blocks)) for found in mentions_in(text)}


def buttons_of(blocks: Sequence[Any]) -> list[dict[str, Any]]:
    return [element for block in blocks if block["type"] == "actions" for element in block["elements"]]


def said(blocks: Sequence[Any]) -> str:
    """All text of the blocks, in order."""
    return "\n".join(_texts(blocks))


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for item in value.values():
            yield from _texts(item)
