"""What people type as a command although a button of the card does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.core.bot_errors import WordsError

NOUN = "request"
WHERE = "`request show CR-1001` tells where its card is."
ON_CARD: Mapping[str, str] = {
    "approve": "Somebody else presses “Approve” on the card.",
    "confirm": "Whoever asked presses “Confirm” on the card.",
    "reject": "Whoever may approve presses “Reject…” on the card.",
    "withdraw": "Whoever asked presses “Withdraw” on the card. What was asked for in the host's terminal is taken back "
    "there: b24bot request withdraw CR-1001",
    "undo": "Anybody from operator up presses “Undo…” on the card of what was done.",
    "settle": "Whoever has looked presses “It was done” or “It was not done” on the card, where that is asked.",
}
"""What does it, by the word."""


def refuse_card_subcommand(words: Sequence[str]) -> WordsError | None:
    """The refusal of such a line, also behind the word “request”; None for any other line."""
    word = next((word.lower() for word in words[:2] if word.lower() != NOUN), "")
    if word not in ON_CARD or words[0].lower() not in (word, NOUN):
        return None
    return WordsError(f"“{word}” is a button, not a command. {ON_CARD[word]}", hint=WHERE)
