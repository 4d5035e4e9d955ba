"""`b24bot audit verify`: the chain recomputed and compared with heads kept elsewhere, also without a running bot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import click

from bot.checks.key_source import load_keys
from bot.cli.audit.archive_verdicts import (
    RESULTS,
    ArchiveReport,
    ArchiveVerdict,
    Result,
    check_archives,
    code_of,
    worst_exit_code,
)
from bot.cli.help_page import command, option
from bot.cli.options import PATH, as_json
from bot.cli.output import print_data, say
from bot.cli.progress_bar import progress_bar, read_lines_with_progress
from bot.cli.session import Terminal, explain_file_errors, no_database
from bot.core.audit.archive_chain import Chain, examine_log
from bot.core.audit.chain import (
    NO_LINK,
    Anchor,
    Findings,
    LinkRow,
    find_interleaved_keys,
    has_intact_link,
    parse_head,
    read_anchors,
)
from bot.core.bot_errors import ConfigurationError, WordsError
from bot.host.plugin_services import Progress, no_progress
from bot.plugin import Message, Refusal, Text
from bot.plugin.frozen import dataclass
from bot.store.files.archive_file import ExportedChain
from bot.store.files.backup_reader import chain_of
from bot.store.files.consistency import other_keys
from bot.store.files.verified_head import VERIFIED, read_mark
from bot.store.location import Location, locate
from bot.store.sealing.keyring import Keyring, load_key_file
from bot.usecases.integrity.chain_check import BEGUN, WITNESSED
from bot.usecases.special_commands.terminal_commands import TERMINAL_COMMANDS, TERMINAL_WORDS

FILE: Mapping[str, Any] = {"type": PATH, "metavar": "FILE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenHead:
    """A head of the log that was kept elsewhere."""

    seq: int
    """The number of the record that the head is of."""
    head: str
    """Its hex digits; empty where only the number is known."""
    where: Text
    """Where it was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogVerdict:
    """The result of the check of the audit log."""

    result: Result
    """Of the log and of every archive, the worst."""
    seq: int
    """The number of the last record up to which the chain holds."""
    head: str
    """The head of that record, as hex digits."""
    broken_at: int | None
    """The number of the first record that was changed or is missing."""
    behind: bool
    """Whether the log ends before a head that was seen: it was cut, or is an older copy."""
    anchors: int
    """With how many heads it was compared."""
    agreed: SeenHead | None
    """The newest head that the chain goes through."""
    against: SeenHead | None
    """The oldest head that the chain does not go through."""
    archives: tuple[ArchiveVerdict, ...]
    """The archives that were named."""
    archives_not_named: tuple[str, ...]
    """The names of the other archives of this log."""
    heads_not_compared: int
    """How many heads are of records that are in none of the files."""


@command(
    "verify",
    help=TERMINAL_COMMANDS["audit verify"],
    words=TERMINAL_WORDS["audit verify"],
    details=Message("clihelp.audit_verify.details"),
    examples=("", "--checkpoints channel.txt", "--hash '#42:0123456789abcdef'"),
)
@option("--checkpoints", **FILE, multiple=True, help=Message("clihelp.option.checkpoints"))
@option("--hash", "hashes", metavar="HASH", multiple=True, help=Message("clihelp.option.hash"))
@option("--database", **FILE, help=Message("clihelp.option.database"))
@option("--export", "exported", **FILE, help=Message("clihelp.option.export"))
@option("--archive", "archives", **FILE, multiple=True, help=Message("clihelp.option.archive"))
@option("--key-file", **FILE, help=Message("clihelp.option.key_file"))
@as_json(LogVerdict)
@click.pass_obj
def verify(terminal: Terminal, /, as_json: bool, **given: Any) -> None:
    """Recompute the whole chain, and compare it with chain hashes that were kept elsewhere. Change nothing anywhere.

    Exit code 0: it holds; 1: a record was changed or is missing; 2: it holds and is not the log that was seen before.
    """
    if given["database"] and given["exported"]:
        raise WordsError(Message("cli.verify.one_source"))
    anchors = [*_typed(given["hashes"]), *kept(given["checkpoints"]), *_witnessed(terminal, given)]
    keys = _keys(terminal, given["key_file"])
    key_of = _finder(terminal, given, keys)

    def look() -> tuple[Findings, ArchiveReport]:
        with progress_bar() as tell, _log(terminal, given, tell) as log:
            found = examine_log(log, key_of, anchors=anchors)
            return found, check_archives(log, given["archives"], key_of, anchors)

    found, told = sure_of_breaks(look)
    if found.broken_at is not None:
        _assert_its_keys(terminal, given, key_of)
    elif found.against is None and not given["database"] and not given["exported"]:
        found = _as_noted(found, _location(terminal), keys)
    code = worst_exit_code([code_of(found), *(verdict.code for verdict in told.verdicts)])
    if as_json:
        print_data(_verdict(found, told, code, len(anchors)))
    else:
        for line in (*_sentences(found, len(anchors)), *told.sentences):
            say(line)
        if given["exported"] and found.broken_at == 1:
            say(Message("cli.verify.partial_export"))
            say(Message("cli.verify.archive_with_log"))
    raise SystemExit(code)


def sure_of_breaks(look: Callable[[], tuple[Findings, ArchiveReport]]) -> tuple[Findings, ArchiveReport]:
    """What was found, or, of a log that looks broken or damaged, what is found when it is opened and read once more.

    Nobody else waits while it is read: where somebody archives meanwhile, or a bot starts, the pages of two moments
    do not fit together. Raises ConfigurationError.
    """
    with suppress(ConfigurationError):
        found, told = look()
        if found.broken_at is None:
            return found, told
    return look()


def _typed(heads: tuple[str, ...]) -> Iterator[Anchor]:
    for text in heads:
        anchor = parse_head(text)
        if anchor is None:
            raise WordsError(Message("cli.verify.no_hash", text=text), hint=Message("cli.verify.form_of_hash"))
        yield anchor


def kept(files: Iterable[Path]) -> Iterator[Anchor]:
    """The heads in files that somebody named. Raises Refusal for one without any."""
    for path in files:
        found = _read(path)
        if not found:
            raise Refusal(
                Message("cli.verify.no_hash_in_file", file=str(path)), hint=Message("cli.verify.files_with_hashes")
            )
        yield from found


def _read(path: Path) -> list[Anchor]:
    with explain_file_errors(path), path.open(encoding="utf-8", errors="replace") as lines:
        return list(read_anchors(lines, str(path)))


def _witnessed(terminal: Terminal, given: dict[str, Any]) -> list[Anchor]:
    """The bot's own witness file belongs to its own database, and need not be named."""
    if given["database"] or given["exported"]:
        return []
    path = terminal.host_settings.witness_file
    return _read(path) if path is not None and path.exists() else []


def _location(terminal: Terminal) -> Location:
    settings = terminal.host_settings
    return locate(settings.home, settings.database_url)


def _as_noted(found: Findings, location: Location, keys: Keyring) -> Findings:
    """Also without the witness file the database knows how far its heads were written there, and how far a bot has
    recomputed the log."""
    mark = read_mark(location.note(VERIFIED), keys)
    if mark is not None and location.head(mark.place.seq) != mark.place.head:
        where = Message("cli.verify.where.verified")
        return replace(found, against=Anchor(seq=mark.place.seq, head=mark.place.head, where=where))
    seq = int(location.note(WITNESSED).removesuffix(BEGUN) or 0)
    noted = Anchor(seq=seq, head="", where=Message("cli.verify.where.written"))
    return replace(found, against=noted) if seq > found.place.seq else found


def _keys(terminal: Terminal, path: Path | None) -> Keyring:
    if path is not None:
        with explain_file_errors(path):
            return load_key_file(path)
    settings = terminal.host_settings
    with explain_file_errors(settings.key_file):
        return load_keys(settings)


def _finder(terminal: Terminal, given: dict[str, Any], keys: Keyring) -> Callable[[str], bytes]:
    """The audit key of an id. For one that nobody ever had it is a key with which no record fits."""

    @cache
    def never() -> frozenset[str]:
        with _log(terminal, given) as log:
            return find_interleaved_keys(log.links())

    def find(key_id: str) -> bytes:
        try:
            return keys.audit_key(key_id)
        except ConfigurationError:
            if key_id in never():
                return b""
            raise

    return find


def _assert_its_keys(terminal: Terminal, given: dict[str, Any], key_of: Callable[[str], bytes]) -> None:
    """Where nothing at all fits, the key file is more likely to be the wrong one than every record to be changed."""
    with _log(terminal, given) as log:
        if not has_intact_link(log.links(), key_of):
            raise other_keys(str(given["exported"] or given["database"] or ""))


def _tell(tell: Progress, done: int, total: int) -> None:
    tell(done, total, Message("cli.progress.records"))


@contextmanager
def _log(terminal: Terminal, given: dict[str, Any], tell: Progress = no_progress) -> Iterator[Chain]:
    database, exported = given["database"], given["exported"]
    if exported is not None:
        with explain_file_errors(exported):
            _assert_has_records(ExportedChain(exported).links(), exported)
            yield ExportedChain(
                exported, told=lambda lines: read_lines_with_progress(lines, exported.stat().st_size, tell)
            )
        return
    settings = terminal.host_settings
    told = partial(_tell, tell)
    if database is not None:
        with explain_file_errors(database), chain_of(database, told) as chain:
            yield chain
        return
    location = _location(terminal)
    with explain_file_errors(settings.home):
        if not location.exists:
            raise no_database(settings)
        with location.chain(told) as chain:
            yield chain


def _assert_has_records(links: Iterable[LinkRow], path: Path) -> None:
    """Raises ConfigurationError for a file that has lines, and no record in any of them."""
    first = None
    for first in links:
        if first is not NO_LINK:
            return
    if first is not None:
        raise ConfigurationError(
            Message("cli.verify.no_record", file=str(path)), hint=Message("cli.verify.give_export")
        )


def _sentences(found: Findings, anchors: int) -> Iterator[Message]:
    agreed = found.agreed
    yield _about_chain(found)
    if agreed is not None:
        yield Message("cli.verify.agrees", record=str(agreed.seq), where=agreed.where)
    elif not anchors:
        yield Message("cli.verify.compared_with_none")


def _about_chain(found: Findings) -> Message:
    place, against = found.place, found.against
    holds = Message("cli.verify.empty")
    if place.seq:
        holds = Message("cli.verify.intact", record=str(place.seq), hash=place.head[:16])
    if found.broken_at is not None:
        return Message("cli.verify.broken", record=str(found.broken_at))
    if against is None:
        return holds
    if found.behind:
        seen = f"#{against.seq} {against.head[:16]}".strip()
        return Message("cli.verify.cut", state=holds, seen=seen, where=against.where)
    record, digits = str(against.seq), against.head[:16]
    return Message("cli.verify.mismatch", state=holds, record=record, hash=digits, where=against.where)


def _verdict(found: Findings, told: ArchiveReport, code: int, anchors: int) -> LogVerdict:
    return LogVerdict(
        result=RESULTS[code],
        seq=found.place.seq,
        head=found.place.head,
        broken_at=found.broken_at,
        behind=found.behind,
        anchors=anchors,
        agreed=_seen_head(found.agreed),
        against=_seen_head(found.against),
        archives=tuple(verdict.view for verdict in told.verdicts),
        archives_not_named=tuple(one.name for one in told.others),
        heads_not_compared=told.uncompared,
    )


def _seen_head(anchor: Anchor | None) -> SeenHead | None:
    return SeenHead(seq=anchor.seq, head=anchor.head, where=anchor.where) if anchor else None
