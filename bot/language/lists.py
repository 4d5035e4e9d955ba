"""Several words as one phrase of a language: `a, b, and c`, «a, b и c». The sentence says which word joins them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.language.catalogues import ENGLISH
from bot.plugin.frozen import dataclass

AND, OR = "and", "or"
JOINTS = frozenset({AND, OR})
"""What may stand behind a placeholder: `{lines:and}`. Without it, commas alone join the words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """What stands between two words, and between the last two of more."""

    two: str
    last: str


_JOINTS: Mapping[str, Mapping[str, Joint]] = {
    ENGLISH: {AND: Joint(two=" and ", last=", and "), OR: Joint(two=" or ", last=", or ")},
    "ru": {AND: Joint(two=" и ", last=" и "), OR: Joint(two=" или ", last=" или ")},
}


def join_words(words: Sequence[str], joint: str, language: str = ENGLISH) -> str:
    """Join words with the `and` or the `or` of a language, or with commas alone where `joint` is empty."""
    if not joint or len(words) < 2:
        return ", ".join(words)
    row = _JOINTS.get(language, _JOINTS[ENGLISH])[joint]
    if len(words) == 2:
        return row.two.join(words)
    return f"{', '.join(words[:-1])}{row.last}{words[-1]}"


class WordList(str):
    """Words of a list in a sentence, whose placeholder may say how they are joined: `{lines:and}`."""

    __slots__ = ("_language", "_words")
    _words: tuple[str, ...]
    _language: str

    def __new__(cls, words: Sequence[str], language: str) -> WordList:
        """Make the list, which without a word that joins it has commas."""
        made = super().__new__(cls, join_words(words, ""))
        made._words, made._language = tuple(words), language
        return made

    def __format__(self, joint: str) -> str:
        return join_words(self._words, joint, self._language) if joint in JOINTS else str(self)
