"""Answers, notices and errors as data for programs. The fields are the keys of `--json`: a promise."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from bot.core.bot_errors import exit_code
from bot.core.change.change_request import ChangeRequest
from bot.language.data_encoding import to_json
from bot.language.request_views import ChangeDetails, change_view
from bot.plugin import Data, Json, PluginError, Reply, Text, Time, map_text, time_or_none
from bot.plugin.frozen import dataclass
from bot.store.repositories.outbox import OutboxEntry
from bot.usecases.chat.chat_refusals import FindRefusal
from bot.usecases.delivery.dead_letters import describe_content, describe_subject


class NoticeState(StrEnum):
    """What becomes of a notice in the queue."""

    WAITING = "new"
    SENDING = "sending"
    FAILED = "dead"


class NoticeKind(StrEnum):
    """What a notice is."""

    CARD = "card"
    THREAD = "thread"
    PRIVATE_NOTICE = "whisper"
    AUDIT = "audit"
    ANNOUNCEMENT = "announcement"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """A notice in the queue. What it says to one person alone is not shown: `words` is its first line."""

    id: str
    """The number of the notice, which `outbox retry` and `outbox drop` take."""
    state: NoticeState
    """Whether it waits (`new`), is being sent, or is tried no more (`dead`)."""
    kind: NoticeKind
    """What it is. A `thread` is a line under a card, a `whisper` is for one person."""
    about: str
    """Whom or what it is about."""
    words: Text
    """What it says."""
    attempts: int
    """How many times it was tried."""
    error: str
    """The code with which the chat refused it last; empty where it did not."""
    cause: Text
    """Why the chat refused it; empty if the chat accepted it."""
    remedy: Text
    """What helps; empty where waiting is enough."""
    created_at: Time
    """When it was put into the queue."""
    due_at: Time
    """When it is tried next."""
    died_at: Time | None
    """When b24bot stopped trying; null while it tries."""


def outbox_row(entry: OutboxEntry, find_refusal: FindRefusal) -> NoticeRow:
    """A notice in the queue, as data."""
    refusal = find_refusal(entry.error) if entry.error else None
    return NoticeRow(
        id=str(entry.id),
        state=NoticeState(entry.state),
        kind=NoticeKind(entry.kind),
        about=describe_subject(entry),
        words=describe_content(entry) or "",
        attempts=entry.attempts,
        error=entry.error,
        cause=refusal.cause if refusal else "",
        remedy=refusal.remedy if refusal else "",
        created_at=Time(time=entry.created_at),
        due_at=Time(time=entry.due_at),
        died_at=time_or_none(entry.died_at),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer of a command that can be typed in Slack, too."""

    title: Text
    """The answer in one sentence."""
    notes: tuple[Text, ...]
    """Sentences below the answer."""
    data: Data
    """What the command reads, as its section says; with `--dry-run` a [PlanPreview](#planpreview); else null."""
    place: str | None
    """The name of the place that the answer is about, where there are several."""
    request: ChangeDetails | None
    """The change request that was opened, or that is open for the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What any command prints on standard error with `--json` when it fails."""

    kind: str
    """The kind of error: one of the table below."""
    code: str | None
    """The error code of the other side, as it came, where that side refused."""
    exit_code: int
    """The exit code of the process, as in the table below."""
    error: Text
    """What went wrong."""
    hint: Text
    """What to do; empty where b24bot knows no remedy."""
    suggestion: str | None
    """A line that was perhaps meant, as one types it behind `b24bot`; null without a good guess."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One pair of an answer whose command declares no data."""

    name: Text
    """What the value is."""
    value: Text
    """The value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The answer of a command that declares no data, as people read it."""

    facts: tuple[Fact, ...]
    """Pairs of a name and a value."""
    columns: tuple[Text, ...]
    """The heads of the table; empty without a table."""
    rows: tuple[tuple[Text, ...], ...]
    """The rows of the table, a cell for each column."""


def encode_reply(reply: Reply, *, place: str = "", change: ChangeRequest | None = None) -> Json:
    """Encode an answer: its data with the sentence and the notes that people read, and what was opened by it.

    A plugin that gives no data gives the words of its facts and rows.
    """
    return to_json(
        Answer(
            title=reply.title,
            notes=reply.notes,
            data=_in_words(reply) if reply.data is None else reply.data,
            place=place or None,
            request=change_view(change) if change else None,
        )
    )


def _in_words(reply: Reply) -> Words | None:
    if not reply.facts and reply.table is None:
        return None
    return Words(
        facts=tuple(Fact(name=name, value=value) for name, value in reply.facts),
        columns=reply.table.columns if reply.table else (),
        rows=reply.table.rows if reply.table else (),
    )


def encode_error(error: PluginError, *, suggestion: str, hide: Callable[[str], str]) -> Json:
    """Encode an error. `hide` takes secrets out of every text in it."""
    return to_json(
        Failure(
            kind=type(error).__name__,
            code=getattr(error, "code", "") or None,
            exit_code=exit_code(error),
            error=map_text(error.sentence, hide),
            hint=map_text(error.hint, hide),
            suggestion=hide(suggestion) or None,
        )
    )
