"""What must be said to people, as values. How it looks in Slack is none of this module's business."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, assert_never

from bot.core.encoding import encode
from bot.core.principals import Principal
from bot.core.redaction.redactor import Fingerprint, redact, redact_reply
from bot.plugin import Reply, Table, Text, map_text, read_text
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CardNotice:
    """The card of a change request is out of date: post it, or rewrite it in place."""

    number: int
    answer_url: str = ""
    """Where the command that asked for it is answered; only with the first posting."""
    typed_in: str = ""
    """The channel in which that command was typed."""
    unchanged: bool = False
    """Nothing on it has changed: it is only looked whether it still stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadNotice:
    """A line in the thread under a card."""

    number: int
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class LineButton:
    """A button that stands for a line: pressing it is typing the line, with all that follows from that."""

    label: Text
    line: str
    form: bool = False
    """Whether it opens the form of the line instead, also of one that lacks nothing."""


class Mood(StrEnum):
    """What kind of answer it is. The chat marks refusals and faults with a sign."""

    ANSWER = "answer"
    CALM = "calm"
    """It reports what became of something, like a change request that was opened."""
    REFUSAL = "refusal"
    """What was asked for is not done, because of a rule or of the words. It may quote what the person typed."""
    TROUBLE = "trouble"
    """Something failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateNotice:
    """An answer to one person, who alone sees it unless it is shared."""

    person: Principal
    channel: str
    reply: Reply
    answer_url: str = ""
    suggestion: str = ""
    """A corrected line to offer."""
    mood: Mood = Mood.ANSWER
    number: int = 0
    """The change request under whose card it is said when no other way reaches the person; 0 for none."""
    buttons: tuple[LineButton, ...] = ()
    card: int = 0
    """The change request whose card it offers to open; 0 for none."""
    sealed: bool = False
    """It holds a secret for this person: it is stored encrypted, and as it is."""
    thread: str = ""
    """The thread of the channel in which it is said."""
    shared: bool = False
    """Whether it is a message that stays, for everybody in the channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditNotice:
    """The audit record `seq` is to be copied to the audit channel."""

    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A message in a channel, for everybody there: of its own, or in the thread under an older one."""

    channel: str
    text: Text
    thread: str = ""


LONGEST_LINE_VALUE = 2_000
"""Characters of a line that a button can carry."""


def make_line_buttons(found: Iterable[tuple[Text, str]]) -> tuple[LineButton, ...]:
    """Make a button of each label with a line that it can carry; an empty line is none."""
    return keep_line_buttons(LineButton(label=label, line=line) for label, line in found)


def keep_line_buttons(buttons: Iterable[LineButton]) -> tuple[LineButton, ...]:
    """Keep the buttons with a line that they can carry; an empty line is none."""
    return tuple(one for one in buttons if 0 < len(one.line) <= LONGEST_LINE_VALUE)


Notice = CardNotice | ThreadNotice | PrivateNotice | AuditNotice | Announcement
KINDS: Mapping[str, type[CardNotice | ThreadNotice | PrivateNotice | AuditNotice | Announcement]] = {
    "card": CardNotice,
    "thread": ThreadNotice,
    "whisper": PrivateNotice,
    "audit": AuditNotice,
    "announcement": Announcement,
}
"""Each kind of notice by the word that is stored."""


def redact_notice(notice: Notice, fingerprint: Fingerprint) -> Notice:
    """Take what looks like a secret out of its words. Cards and audit lines are drawn from what is stored."""
    match notice:
        case ThreadNotice() | Announcement():
            return replace(notice, text=map_text(notice.text, lambda text: redact(text, (), fingerprint)))
        case PrivateNotice(sealed=True):
            return notice
        case PrivateNotice():
            suggestion = redact(notice.suggestion, (), fingerprint)
            # With a mark for a secret in it, a line is not what was typed.
            buttons = tuple(one for one in notice.buttons if redact(one.line, (), fingerprint) == one.line)
            reply = redact_reply(notice.reply, fingerprint)
            return replace(notice, reply=reply, suggestion=suggestion, buttons=buttons)
        case CardNotice() | AuditNotice():
            return notice
        case _:
            assert_never(notice)


def is_sealed(notice: Notice) -> bool:
    """Whether a notice is stored encrypted."""
    return isinstance(notice, PrivateNotice) and notice.sealed


def kind_of(notice: Notice) -> str:
    return next(name for name, known in KINDS.items() if isinstance(notice, known))


def notice_to_json(notice: Notice) -> str:
    return encode(notice)


def notice_from_json(kind: str, text: str) -> Notice:
    data: dict[str, Any] = json.loads(text)
    if "person" in data:
        data["person"] = Principal.read("{team}:{user}".format(**data["person"]))
    if "reply" in data:
        data["reply"] = _reply(data["reply"])
    if "buttons" in data:
        data["buttons"] = tuple(map(_button, data["buttons"]))
    if "mood" in data:
        data["mood"] = Mood(data["mood"])
    if "text" in data:
        data["text"] = read_text(data["text"])
    return KINDS[kind](**data)


def _button(data: dict[str, Any]) -> LineButton:
    return LineButton(label=read_text(data["label"]), line=data["line"], form=data.get("form", False))


def _reply(data: dict[str, Any]) -> Reply:
    table = data["table"]
    return Reply(
        title=read_text(data["title"]),
        facts=tuple((read_text(label), read_text(text)) for label, text in data["facts"]),
        notes=tuple(map(read_text, data["notes"])),
        data=data.get("data"),
        problems=tuple(map(read_text, data.get("problems", ()))),
        table=table
        and Table(
            title=read_text(table["title"]),
            columns=tuple(map(read_text, table["columns"])),
            rows=tuple(tuple(map(read_text, row)) for row in table["rows"]),
            attach=table["attach"],
        ),
    )
