"""What people type as a command although a button of the card does it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from bot.core.bot_errors import WordsError
from bot.core.joined_sentences import pair_sentences
from bot.core.parsing.synonyms import fold
from bot.plugin import CommandLine, Message, Text

NOUN = "request"
WHERE = Message("typed.find_card", command=CommandLine(command_line="request show CR-1001"))
ON_CARD: Mapping[str, Message] = {
    "approve": Message("typed.on_card.approve"),
    "confirm": Message("typed.on_card.confirm"),
    "reject": Message("typed.on_card.reject", button=Message("card.button.reject")),
    "withdraw": Message(
        "typed.on_card.withdraw", button=Message("card.button.withdraw"), command="b24bot request withdraw CR-1001"
    ),
    "undo": Message("typed.on_card.undo", button=Message("card.button.undo")),
    "settle": Message(
        "typed.on_card.settle", done=Message("card.button.was_done"), not_done=Message("card.button.was_not_done")
    ),
}
"""Who presses which button instead, by the word."""
IN_RUSSIAN: Mapping[str, str] = {
    "утвердить": "approve",
    "согласовать": "approve",
    "одобрить": "approve",
    "подтвердить": "confirm",
    "отклонить": "reject",
    "отозвать": "withdraw",
    "отменить": "undo",
    "согласовано": "approve",
    "подтверждаю": "confirm",
    "откатить": "undo",
}
_NUMBER = re.compile(r"(?:cr-?)?(\d{1,11})", re.IGNORECASE | re.ASCII)
_NOUNS = frozenset([NOUN, "requests", "запрос", "запросы"])


SAME: Mapping[str, str] = {
    **IN_RUSSIAN,
    "accept": "approve",
    "deny": "reject",
    "decline": "reject",
    "cancel": "withdraw",
    "revert": "undo",
    "rollback": "undo",
}
"""Every other word for one of them."""
WHY = Message("typed.why_card")
"""Why such a line decides nothing."""
Describe = Callable[[int], Text | None]
"""Describes the change request of a number with the place of its card; None where there is none."""


def _nobody(_: int) -> None:
    return None


def refuse_card_subcommand(words: Sequence[str], describe: Describe = _nobody) -> WordsError | None:
    """The refusal of such a line, also behind the word “request”; None for any other line.

    It says why only the card counts, and where the card is of the change request that the line names.
    """
    word = next((fold(word) for word in words[:2] if fold(word) not in _NOUNS), "")
    action = SAME.get(word, word)
    if action not in ON_CARD or fold(words[0]) not in (word, *_NOUNS):
        return None
    numbers = map(_NUMBER.fullmatch, words[1:])
    card = next((describe(int(found[1])) for found in numbers if found), None) or WHERE
    hint = pair_sentences(card, WHY)
    return WordsError(Message("typed.is_button", word=word, instead=ON_CARD[action]), hint=hint)
