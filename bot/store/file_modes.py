"""Who else may read or write the files of a bot: what a start refuses, what it warns of, and how to mend it."""

from __future__ import annotations

import shlex
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.core.errors import ConfigurationError
from bot.store.database import FILE_NAME

WORLD_WRITABLE, GROUP_WRITABLE, READABLE = stat.S_IWOTH, stat.S_IWGRP, stat.S_IRGRP | stat.S_IROTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """A file or folder of the bot. `private`: others may not even read it."""

    what: str
    path: Path
    private: bool = True

    @property
    def wanted(self) -> int:
        """The mode that a `chmod` should give."""
        folder = self.path.is_dir()
        return (0o700 if folder else 0o600) if self.private else 0o755


@dataclass(frozen=True, slots=True, kw_only=True)
class Loose:
    """A mode that lets others in. `refused`: nothing may start with it, for anybody on the host may change the file."""

    says: str
    hint: str
    refused: bool


def guarded(*, home: Path, backups: Path, key_file: Path, dotenv: Path | None) -> Sequence[Guarded]:
    """Name the files of a bot whose modes matter. Key files have a rule of their own, where they are read."""
    named = (
        Guarded(what="The folder of the database", path=home),
        Guarded(what="The database", path=home / FILE_NAME),
        Guarded(what="The folder of the backups", path=backups),
        Guarded(what="The folder of the key file", path=key_file.parent, private=False),
    )
    return (*named, Guarded(what="The settings file", path=dotenv)) if dotenv else named


def chmod(mode: int, path: Path) -> str:
    """What to run in a shell."""
    return f"Run: chmod {mode:o} {shlex.quote(str(path))}"


def loose_modes(files: Sequence[Guarded]) -> Iterator[Loose]:
    """Tell of each that others may write or read. What is missing, or cannot be looked at, has no mode."""
    for one in files:
        try:
            mode = one.path.stat().st_mode
        except OSError:
            continue
        hint = chmod(one.wanted, one.path)
        rows = (
            (WORLD_WRITABLE, "can be written by everybody on this host", True),
            (GROUP_WRITABLE, "can be written by its group", False),
            (READABLE if one.private else 0, "can be read by others", False),
        )
        found = next(((words, refused) for bits, words, refused in rows if mode & bits), None)
        if found is not None:
            yield Loose(says=f"{one.what} {one.path} {found[0]}.", hint=hint, refused=found[1])


def refuse_writable(loose: Sequence[Loose]) -> None:
    """Raise ConfigurationError for the first that must not be."""
    for one in loose:
        if one.refused:
            raise ConfigurationError(one.says, hint=one.hint)
