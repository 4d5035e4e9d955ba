"""Texts in a column of the database: a message is told from a sentence of an earlier release by a mark in front."""

from __future__ import annotations

import json

from bot.core.encoding import canonical
from bot.core.mentions import STORED
from bot.plugin import Text, read_text


def store_text(text: Text) -> str:
    """A text for a column; `load_text` returns it as it was."""
    return text if isinstance(text, str) else f"{STORED}{canonical(text)}"


def load_text(stored: str) -> Text:
    """The text that a column holds."""
    return read_text(json.loads(stored.removeprefix(STORED))) if stored.startswith(STORED) else stored
