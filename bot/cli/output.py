"""What the terminal prints: tables and sentences for people, JSON for programs, errors on stderr."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from bot.cli.json_output import encode_error
from bot.core import mentions
from bot.core.bot_errors import StoreUnavailable, WordsError, exit_code
from bot.core.mentions import write_id
from bot.core.parsing.tokenizer import split_words
from bot.core.person_names import make_person_writer, write_with_id
from bot.core.redaction.redactor import redact
from bot.core.text import one_line
from bot.language.catalogues import ENGLISH
from bot.language.data_encoding import to_json
from bot.language.translation import translate
from bot.plugin import CommandLine, Data, Json, Message, PluginError, Reply, Table, Text, map_text
from bot.plugin.quoting import OPTION_HEAD

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as Drawn

    from bot.store.store import Store

WIDE = 160
"""Columns where the output is no terminal."""
GAP = "  "
"""Between the label of a fact and its value."""
_ADDRESS = re.compile(r"https?://\S+")
_SHELL_PLAIN = re.compile(r"[\w@%+=:,./-]+")
_BREAK = re.compile(r"[\r\n\u2028\u2029]+")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


_LANGUAGE: ContextVar[str] = ContextVar("language", default=ENGLISH)


@contextmanager
def speak(language: str) -> Iterator[None]:
    """Print in this language until the block ends."""
    before = _LANGUAGE.set(language)
    try:
        yield
    finally:
        _LANGUAGE.reset(before)


def spoken_language() -> str:
    """The language in which is printed now."""
    return _LANGUAGE.get()


class KnownNames:
    """The names that one run of the command line knows: none before it opens a store."""

    def __init__(self) -> None:
        self._read: Callable[[], Mapping[str, str]] | None = None
        self._names: Mapping[str, str] = {}
        self._write: Callable[[str], str] = write_id

    @contextmanager
    def read_from(self, store: Store) -> Iterator[None]:
        """Take the names from this store while it is open, and keep them: answers are printed after it is closed."""
        self._read = store.accounts.names
        try:
            yield
        finally:
            self._load()

    def write(self, person: str) -> str:
        """Write a person by the name, with the id where the name does not tell who it is."""
        self._load()
        return self._write(person)

    def write_whole(self, person: str) -> str:
        """Write a person by the name and the id, which a command takes."""
        self._load()
        name = self._names.get(person)
        return write_with_id(person, name) if name else write_id(person)

    def _load(self) -> None:
        read, self._read = self._read, None
        if read is None:
            return
        # An answer without names is better than none.
        with suppress(StoreUnavailable):
            self._names = read()
            self._write = make_person_writer(self._names)


_KNOWN: ContextVar[KnownNames] = ContextVar("known_names")


@contextmanager
def show_names(known: KnownNames) -> Iterator[None]:
    """Print people by these names until the block ends."""
    before = _KNOWN.set(known)
    try:
        yield
    finally:
        _KNOWN.reset(before)


def known_names() -> KnownNames:
    """The names by which people are printed now."""
    return _KNOWN.get(_NOBODY)


_NOBODY = KnownNames()


def plain(text: Text) -> str:
    """Text for a screen: names instead of marks, times in the time zone of this machine.

    Nothing in it could move the cursor of the screen or turn its direction.

    Much of what is shown was typed by strangers at a place.
    """
    words = translate(map_text(text, _on_one_line) if isinstance(text, Message) else text, _LANGUAGE.get())
    return _write(words, known_names().write)


def _write(words: str, person: Callable[[str], str]) -> str:
    shown = mentions.unmark(words, command_line=lambda line: f"b24bot {line}", time=_format_local_time, person=person)
    return _UNSEEN.sub("", shown)


def _subject(cell: Text) -> str:
    """What a row of a table is about. A person has the id as well, for the commands that take it."""
    is_person = isinstance(cell, str) and mentions.is_one_person(cell)
    return _write(str(cell), known_names().write_whole) if is_person else plain(cell)


def _format_local_time(at: int) -> str:
    """UTC epoch milliseconds in the time zone of this machine, with its name: `2026-03-01 15:05 CET`."""
    return datetime.fromtimestamp(at / 1000).astimezone().strftime("%Y-%m-%d %H:%M %Z")


def _on_one_line(text: str) -> str:
    """What a message names, without line breaks: a second line could pass for one of the bot's own."""
    return _BREAK.sub(" ", text)


def console() -> Console:
    """A console on stdout; without colours, and wide, when that is no terminal."""
    from rich.console import Console

    terminal = sys.stdout.isatty()
    return Console(
        file=sys.stdout,
        force_terminal=terminal,
        width=None if terminal else WIDE,
        markup=False,
        emoji=False,
        highlight=False,
    )


def print_json(value: Json) -> None:
    """One JSON value, indented."""
    click.echo(json.dumps(value, indent=2))


def print_data(value: Data) -> None:
    """Data for programs, as JSON."""
    print_json(to_json(value))


def print_line(value: Json | Mapping[str, Any], *, err: bool = False) -> None:
    """One JSON object on a line of its own, out at once; with `err` on stderr."""
    click.echo(json.dumps(value), err=err)
    (sys.stderr if err else sys.stdout).flush()


def say(sentence: Text) -> None:
    """One plain line, out at once."""
    click.echo(plain(sentence))
    sys.stdout.flush()


def report(value: Data, *sentences: Text, as_json: bool) -> None:
    """What a command has done: its data for programs, else the sentences for people."""
    if as_json:
        print_data(value)
        return
    for sentence in sentences:
        say(sentence)


def print_reply(reply: Reply) -> None:
    """A reply for a person."""
    from rich.text import Text

    out = console()
    out.print(Text(one_line(plain(reply.title)), style="bold", overflow="fold"))
    shown = [
        (plain(label), plain(text if isinstance(text, Message) else _on_one_line(text))) for label, text in reply.facts
    ]
    room = out.width - max((len(label) for label, _ in shown), default=0) - len(GAP)
    for is_long, facts in groupby(shown, lambda fact: len(fact[1]) > room and bool(_ADDRESS.fullmatch(fact[1]))):
        if is_long:
            _print_addresses(out, facts)
        else:
            out.print(_pairs(facts))
    if reply.table is not None:
        print_table(reply.table)
    for note in reply.notes:
        out.print(Text(plain(note), style="dim", overflow="fold"))


def print_answer(reply: Reply, *, as_json: bool) -> None:
    """A reply of the terminal's own commands: for a person, or its data alone for programs."""
    if as_json:
        print_data(reply.data)
    else:
        print_reply(reply)


def _pairs(facts: Iterable[tuple[str, str]]) -> Drawn:
    from rich.table import Table as Drawn
    from rich.text import Text

    grid = Drawn.grid(padding=(0, len(GAP)))
    grid.add_column(no_wrap=True, style="cyan")
    grid.add_column(overflow="fold")
    for label, text in facts:
        grid.add_row(Text(label), Text(text))
    return grid


def _print_addresses(out: Console, facts: Iterable[tuple[str, str]]) -> None:
    """Addresses that are longer than a line: one that is folded cannot be copied."""
    from rich.text import Text

    for label, address in facts:
        out.print(Text(label, style="cyan"))
        out.print(Text(address), soft_wrap=True)


def print_table(table: Table) -> None:
    """A table whose wide cells fold."""
    if not table.rows:
        say(Message("answer.nothing"))
        return
    from rich.box import SIMPLE_HEAD
    from rich.table import Table as Drawn
    from rich.text import Text

    drawn = Drawn(box=SIMPLE_HEAD, pad_edge=False, title=plain(table.title) or None, title_justify="left")
    for column in table.columns:
        drawn.add_column(Text(plain(column)), overflow="fold")
    for row in table.rows:
        cells = (_subject(row[0]), *map(plain, row[1:])) if row else ()
        drawn.add_row(*(Text(one_line(cell)) for cell in cells))
    console().print(drawn)


def shell_line(line: str) -> str:
    """A line as one types it in Slack, as one types it in a shell."""
    return " ".join(map(_shell_word, split_words(line)))


def _shell_word(word: str) -> str:
    head = OPTION_HEAD.match(word)
    return f"{head[0]}{_quote(word[head.end() :])}" if head else _quote(word)


def _quote(word: str) -> str:
    """A word for a shell, in quotation marks where it needs them: letters of no script do."""
    return word if _SHELL_PLAIN.fullmatch(word) else shlex.quote(word)


HINTS: Mapping[str, Message] = {
    "typed.mention_hint": Message("typed.person_hint", example="T0001:U0002", command="/b24 whoami")
}
"""What is advised here instead of something that only a chat has, by the key of the sentence."""


def hint_in_terminal(error: PluginError) -> Text:
    """What to do next, as it can be done in the terminal."""
    hint = error.hint
    return HINTS.get(hint.key, hint) if isinstance(hint, Message) else hint


def print_error(error: PluginError, *, as_json: bool, hidden: Sequence[str]) -> int:
    """Say on stderr what was wrong and what to do; returns the exit code."""
    code = exit_code(error)
    error.hint = hint_in_terminal(error)
    suggestion = shell_line(error.suggestion) if isinstance(error, WordsError) else ""
    if as_json:
        told = encode_error(error, suggestion=suggestion, hide=lambda text: redact(text, hidden))
        click.echo(json.dumps(told), err=True)
        return code
    line = CommandLine(command_line=suggestion)
    meant = plain(Message("answer.did_you_mean_line", line=line)) if suggestion else ""
    sentence, *hints = (redact(plain(text), hidden) for text in (error.sentence, meant, error.hint))
    remote = getattr(error, "code", "")
    named = not remote or f"({remote})" in sentence
    whole = sentence if named else Message("answer.error_with_code", sentence=sentence, code=remote)
    click.echo(plain(Message("answer.error", sentence=whole)), err=True)
    for hint in filter(None, hints):
        click.echo(hint, err=True)
    return code
