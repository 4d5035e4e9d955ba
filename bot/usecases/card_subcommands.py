"""What people type as a command although a button of the card does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.core.bot_errors import WordsError
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


def refuse_card_subcommand(words: Sequence[str]) -> WordsError | None:
    """The refusal of such a line, also behind the word “request”; None for any other line."""
    word = next((word.lower() for word in words[:2] if word.lower() != NOUN), "")
    if word not in ON_CARD or words[0].lower() not in (word, NOUN):
        return None
    return WordsError(Message("typed.is_button", word=word, instead=ON_CARD[word]), hint=WHERE)
