"""What people type as a command although a button of the card does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.core.bot_errors import WordsError
from bot.core.parsing.synonyms import fold
from bot.plugin import CommandLine, Message

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
}
_NOUNS = frozenset([NOUN, "запрос", "запросы"])


def refuse_card_subcommand(words: Sequence[str]) -> WordsError | None:
    """The refusal of such a line, also behind the word “request”; None for any other line."""
    word = next((fold(word) for word in words[:2] if fold(word) not in _NOUNS), "")
    action = IN_RUSSIAN.get(word, word)
    if action not in ON_CARD or fold(words[0]) not in (word, *_NOUNS):
        return None
    return WordsError(Message("typed.is_button", word=word, instead=ON_CARD[action]), hint=WHERE)
