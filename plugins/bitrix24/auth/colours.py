"""The colours of portals: each has a word, a sign that people see, and a name. After nine of them come pairs."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.plugin import BadArgument, Message, Words
from plugins.bitrix24.redaction.excerpt import excerpt

_SINGLE: dict[str, str] = {
    "red": "🟥",
    "blue": "🟦",
    "green": "🟩",
    "yellow": "🟨",
    "purple": "🟪",
    "orange": "🟧",
    "brown": "🟫",
    "black": "⬛",
    "white": "⬜",
}
_SINGLE_NAMES: dict[str, Message] = {
    "red": Message("bitrix24.colour.red"),
    "blue": Message("bitrix24.colour.blue"),
    "green": Message("bitrix24.colour.green"),
    "yellow": Message("bitrix24.colour.yellow"),
    "purple": Message("bitrix24.colour.purple"),
    "orange": Message("bitrix24.colour.orange"),
    "brown": Message("bitrix24.colour.brown"),
    "black": Message("bitrix24.colour.black"),
    "white": Message("bitrix24.colour.white"),
}
_PAIRS = tuple((first, second) for first in _SINGLE for second in _SINGLE if first != second)
"""What is given from the tenth portal on."""
SIGNS: Mapping[str, str] = _SINGLE | {f"{one}-{two}": _SINGLE[one] + _SINGLE[two] for one, two in _PAIRS}
NAMES: Mapping[str, Message] = _SINGLE_NAMES | {
    f"{one}-{two}": Message("bitrix24.colour.pair", first=_SINGLE_NAMES[one], second=_SINGLE_NAMES[two])
    for one, two in _PAIRS
}
WORDS: Mapping[str, Words] = {
    "red": {"ru": ("красный",)},
    "blue": {"ru": ("синий",)},
    "green": {"ru": ("зелёный", "зеленый")},
    "yellow": {"ru": ("жёлтый", "желтый")},
    "purple": {"ru": ("фиолетовый",)},
    "orange": {"ru": ("оранжевый",)},
    "brown": {"ru": ("коричневый",)},
    "black": {"ru": ("чёрный", "черный")},
    "white": {"ru": ("белый",)},
}
"""Each colour as people of another language type it."""


def parse_colour(word: str) -> str:
    """A colour by its word. Raises BadArgument with the words there are."""
    folded = word.strip().lower()
    if folded not in SIGNS:
        raise BadArgument(
            Message("bitrix24.colour.unknown", word=excerpt(word)),
            hint=Message("bitrix24.colour.known", words=tuple(_SINGLE_NAMES.values())),
        )
    return folded


def find_free(used: Collection[str]) -> str:
    """The first colour that is not used, then the first pair; empty when all of them are used."""
    return next((colour for colour in SIGNS if colour not in used), "")
