"""What `b24bot audit verify` tells of archives: each file that is named, and what of the log is in none of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from bot.cli.session import explain_file_errors
from bot.core.audit.archive_chain import ArchiveRecord, Chain, KeyOf, list_proved_archives
from bot.core.audit.chain import Anchor, Findings
from bot.plugin import Message, Text
from bot.plugin.frozen import dataclass
from bot.store.files.archive_file import ArchiveCheck, check_archive

INTACT, BROKEN, AGAINST = 0, 1, 2
"""Exit codes."""
PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"PK\x03\x04")
"""What files of gzip, bzip2, xz, zstd and zip begin with."""


class Result(StrEnum):
    """What came of a check."""

    INTACT = "intact"
    BROKEN = "broken"
    AGAINST_ANCHOR = "against-anchor"


RESULTS = {INTACT: Result.INTACT, BROKEN: Result.BROKEN, AGAINST: Result.AGAINST_ANCHOR}


def code_of(found: Findings) -> int:
    """The exit code for what came of a check."""
    return BROKEN if found.broken_at is not None else AGAINST if found.against is not None else INTACT


def worst_exit_code(codes: Iterable[int]) -> int:
    """The exit code for all of several checks."""
    given = set(codes)
    return next((code for code in (BROKEN, AGAINST) if code in given), INTACT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is said of one file."""

    file: Path
    code: int
    sentence: Text
    archived: ArchiveRecord | None = None
    broken_at: int | None = None

    @property
    def view(self) -> ArchiveVerdict:
        """The same for programs."""
        known = self.archived
        return ArchiveVerdict(
            file=str(self.file),
            result=RESULTS[self.code],
            broken_at=self.broken_at,
            first=known.first if known else None,
            last=known.end.seq if known else None,
            record=known.seq if known else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveVerdict:
    """The result of the check of one archive. Of a file that is no archive of this log, the last three are null."""

    file: str
    """The file that was checked."""
    result: Result
    """Whether it is whole and agrees with the heads that are known."""
    broken_at: int | None
    """The number of the first record that was changed or is missing."""
    first: int | None
    """The number of the first record in the archive."""
    last: int | None
    """The number of the last record in the archive."""
    record: int | None
    """The number of the audit record of its archiving."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveReport:
    """What is said of all archives. `others` are those that were not named; `uncompared` heads are of records there."""

    verdicts: tuple[Verdict, ...]
    others: tuple[ArchiveRecord, ...]
    uncompared: int

    @property
    def sentences(self) -> Iterator[Text]:
        """What a person reads."""
        yield from (verdict.sentence for verdict in self.verdicts)
        for one in self.others:
            first, last = str(one.first), str(one.end.seq)
            yield Message("cli.archive.not_named", first=first, last=last, archive=one.name, digest=one.digest)
        if self.uncompared:
            yield Message("cli.archive.hashes_not_compared", count=self.uncompared)


def check_archives(log: Chain, files: Sequence[Path], key_of: KeyOf, anchors: Sequence[Anchor]) -> ArchiveReport:
    """Verify the files that were named against what a log says of its archives. Raises ConfigurationError."""
    known = list(list_proved_archives(log, key_of))
    verdicts = []
    for path in files:
        with explain_file_errors(path):
            verdicts.append(_verdict(check_archive(path, known, key_of, anchors=anchors)))
    named = [verdict.archived for verdict in verdicts if verdict.archived]
    others = sorted((one for one in known if one not in named), key=lambda one: one.first)
    return ArchiveReport(verdicts=tuple(verdicts), others=tuple(others), uncompared=_uncompared(log, others, anchors))


def _uncompared(log: Chain, others: Sequence[ArchiveRecord], anchors: Sequence[Anchor]) -> int:
    """How many heads are of records that are in no file that was named, nor in the log."""
    away = {one.seq for one in anchors if any(gone.first <= one.seq < gone.end.seq for gone in others)}
    if not away:
        return 0
    here = {bound.link.seq for bound in log.kept(max(away))}
    return sum(one.seq in away - here for one in anchors)


def _verdict(check: ArchiveCheck) -> Verdict:
    archived, found = check.archived, check.found
    if archived is None or found is None:
        unknown = Message("cli.archive.unknown_file", file=str(check.path))
        packed = Message("cli.archive.compressed_file", file=str(check.path))
        return Verdict(file=check.path, code=AGAINST, sentence=packed if _is_packed(check.path) else unknown)
    code = code_of(found) or (INTACT if check.is_written else AGAINST)
    told = _sentence(check, archived, found)
    return Verdict(file=check.path, code=code, sentence=told, archived=archived, broken_at=found.broken_at)


def _is_packed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(6).startswith(PACKED)


def _sentence(check: ArchiveCheck, archived: ArchiveRecord, found: Findings) -> Message:
    file, stated, against = str(check.path), str(archived.seq), found.against
    first, last = str(archived.first), str(archived.end.seq)
    if found.broken_at is not None:
        return Message("cli.archive.broken", file=file, record=str(found.broken_at))
    if found.behind:
        return Message("cli.archive.cut", file=file, end=str(found.place.seq), last=last, stated=stated)
    if against is not None:
        record, digits = str(against.seq), against.head[:16]
        return Message("cli.archive.mismatch", file=file, record=record, hash=digits, where=against.where)
    if not check.is_written:
        return Message("cli.archive.rewritten", file=file, digest=check.digest, written=archived.digest, stated=stated)
    return Message("cli.archive.intact", file=file, first=first, last=last, stated=stated)
