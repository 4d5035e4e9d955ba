"""Whole sentences beside each other, each a message of its own, so that no language has to build one of fragments."""

from __future__ import annotations

from collections.abc import Iterable

from bot.plugin import Lines, Message, Text


def pair_sentences(first: Text, second: Text) -> Message:
    """Put one whole sentence behind another."""
    return Message("answer.sentences", first=first, second=second)


def list_below(sentence: Text, lines: Iterable[Text]) -> Message:
    """Put whole sentences below another one, a line each."""
    return Message("answer.sentence_and_list", sentence=sentence, lines=Lines(lines=tuple(lines)))
