"""Why the chat refuses something, in kinds that the use cases know. The codes themselves are the chat's own."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from bot.core.joined_sentences import pair_sentences
from bot.plugin import Message, Text
from bot.plugin.frozen import dataclass

PRESS_AGAIN = Message("delivery.press_again")
"""What to do about a click that is too old for a form."""


class Subject(StrEnum):
    """What a refusal is about. It decides whether a notice waits, ends, or goes out in another form."""

    CONTENT = "content"
    """The message itself: as it is, it never gets out."""
    STANDING = "standing"
    """A message that stands and cannot be rewritten."""
    PLACE = "place"
    """The channel, or the bot's place in it."""
    PERSON = "person"
    """One person, or the way to them."""
    TOKEN = "token"  # noqa: S105 - a word of this table, not a password
    """The token itself: only another token mends it."""
    ACCESS = "access"
    """The rights of the app, or the workspace's rules for apps."""
    FILES = "files"
    """Uploading files."""
    TRIGGER = "trigger"
    """The click that a form was to answer."""
    CALL = "call"
    """How the bot calls the chat, which nobody can mend but its makers."""
    SERVICE = "service"
    """The chat itself; it passes."""
    RATE = "rate"
    """More than the chat takes now."""
    UNKNOWN = "unknown"
    """A code that nobody knows yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRefusal:
    """What one code means.

    `cause` is a clause without a full stop, to stand behind "because" or a colon: "the channel is archived". `remedy`
    is a sentence, or several; empty where the refusal passes by itself.
    """

    code: str
    subject: Subject
    cause: Text
    remedy: Text = ""
    message_gone: bool = False
    """Whether the message that was to be rewritten, or written under, was deleted."""
    direct_messages_off: bool = False
    """Whether the chat lets the bot write to no person directly."""

    @property
    def described(self) -> Message:
        """The cause with the code of the chat behind it; a clause like the cause."""
        return Message("delivery.cause_with_code", cause=self.cause, code=self.code)


def add_remedy(sentence: Message, refusal: ChatRefusal) -> Message:
    """Put the remedy of a refusal behind a sentence, if there is one."""
    if not refusal.remedy:
        return sentence
    return pair_sentences(sentence, refusal.remedy)


FindRefusal = Callable[[str], ChatRefusal]
"""Say what a stored reason (`code` or `code: detail`) means. Only the chat that gave the code knows that."""
