"""`b24bot outbox`: what waits to be said, what was given up, and what to do about it."""

from __future__ import annotations

import click

from bot.cli.json_output import NoticeRow, outbox_row
from bot.cli.options import as_json, reason
from bot.cli.output import print_data, print_table, report, say
from bot.cli.plugin_commands import NounGroup
from bot.cli.session import Terminal
from bot.core.text import plural
from bot.language.translation import translate
from bot.plugin import BadArgument, Table, iso
from bot.plugin.frozen import dataclass
from bot.store.repositories.outbox import OutboxEntry
from bot.usecases.delivery.dead_letters import (
    describe_content,
    describe_subject,
    discard,
    redeliver,
    redeliver_all,
    retry_now,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesRetried:
    """What will be sent again."""

    id: str | None
    """The notice; null with `all`."""
    retried: int
    """How many notices will be sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDropped:
    """A notice that was taken out of the queue."""

    id: str
    dropped: bool


ALL = "all"
STATES = {"new": "waiting", "sending": "on their way", "dead": "given up", "sent": "sent in the last days"}


@click.command("list")
@click.option("--dead", is_flag=True, help="Only what was given up.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="The newest so many.")
@as_json(tuple[NoticeRow, ...])
@click.pass_obj
def list_entries(terminal: Terminal, dead: bool, limit: int, as_json: bool) -> None:
    """What waits to be said, and what was given up; the latter is kept for 30 days."""
    with terminal.store() as store:
        letters = store.outbox.entries(["dead"] if dead else ["new", "sending", "dead"], limit=limit)
        counts = store.outbox.counts()
    if as_json:
        print_data([outbox_row(letter, terminal.find_refusal) for letter in letters])
        return
    if letters:
        rows = tuple(_cells(letter) for letter in letters)
        print_table(Table(columns=("id", "state", "kind", "about", "words", "tries", "error", "since"), rows=rows))
    else:
        say("No notice was given up." if dead else "No notice waits, and none was given up.")
    for refusal in dict.fromkeys(terminal.find_refusal(letter.error) for letter in letters if letter.error):
        say(f"{refusal.code}: {translate(refusal.cause)}. {translate(refusal.remedy)}".rstrip())
    told = [f"{counts[state]} {word}" for state, word in STATES.items() if counts.get(state)]
    if told:
        say(", ".join(told))


def _cells(letter: OutboxEntry) -> tuple[str, ...]:
    said = (describe_subject(letter), translate(describe_content(letter))[:80])
    return (
        str(letter.id),
        letter.state,
        letter.kind,
        *said,
        str(letter.attempts),
        letter.error,
        iso(letter.created_at),
    )


@click.command("retry")
@click.argument("which", metavar="ID|all")
@reason
@as_json(NoticesRetried)
@click.pass_obj
def retry(terminal: Terminal, which: str, as_json: bool) -> None:
    """Send again what was given up, or try at once what waits. A running bot takes it up by itself."""
    with terminal.store(writes=True) as store:
        if which == ALL:
            revived = redeliver_all(store, by=terminal.person)
            told = f"{plural(revived, 'notice')} will be sent again." if revived else "Nothing was given up."
            report(NoticesRetried(id=None, retried=revived), told, as_json=as_json)
            return
        number = _number(which, or_all=True)
        found = store.outbox.entry(number)
        waits = found is not None and found.state == "new"
        letter = retry_now(store, number) if waits else redeliver(store, number, by=terminal.person)
    told = f"Notice {letter.id} about {describe_subject(letter)} will be {'tried' if waits else 'sent'} again."
    report(NoticesRetried(id=str(letter.id), retried=1), told, as_json=as_json)


def _number(word: str, *, or_all: bool = False) -> int:
    if not (word.isascii() and word.isdecimal() and len(word) < 16):
        hint = f"Type an id that `b24bot outbox list` shows{', or: all' if or_all else ''}."
        raise BadArgument(f"“{word}” is not the id of a notice.", hint=hint)
    return int(word)


@click.command("drop")
@click.argument("which", metavar="ID")
@reason
@as_json(NoticeDropped)
@click.pass_obj
def drop(terminal: Terminal, which: str, as_json: bool) -> None:
    """Take a notice out of the queue for good. An audit line cannot be dropped."""
    with terminal.store(writes=True) as store:
        letter = discard(store, _number(which), by=terminal.person)
    told = f"Notice {letter.id} about {describe_subject(letter)} is dropped; recorded as {terminal.person.id}'s doing."
    report(NoticeDropped(id=str(letter.id), dropped=True), told, as_json=as_json)


outbox = NounGroup(
    "outbox", help="What the bot has to say and could not say yet, or ever.", own=(list_entries, retry, drop)
)
