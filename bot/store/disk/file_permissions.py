"""Who else may read or write the files of a bot: what a start refuses, what it warns of, and how to mend it."""

from __future__ import annotations

import shlex
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bot.core.bot_errors import ConfigurationError
from bot.plugin import Message
from bot.plugin.frozen import dataclass
from bot.store.disk.folders import FILE_NAME

WORLD_WRITABLE, GROUP_WRITABLE, READABLE = stat.S_IWOTH, stat.S_IWGRP, stat.S_IRGRP | stat.S_IROTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """A file or folder of the bot. `private`: others may not even read it."""

    what: Message
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

    says: Message
    hint: Message
    refused: bool


def list_guarded_files(*, home: Path, backups: Path, key_file: Path, dotenv: Path | None) -> Sequence[Guarded]:
    """Name the files of a bot whose modes matter and that are there. Key files have a rule of their own.

    What lies where a folder should be is not looked at: its mode is not what is wrong with it.
    """
    rows = (
        (Guarded(what=Message("store.file.home"), path=home), Path.is_dir),
        (Guarded(what=Message("store.file.database"), path=home / FILE_NAME), Path.is_file),
        (Guarded(what=Message("store.file.backups"), path=backups), Path.is_dir),
        (Guarded(what=Message("store.file.key_folder"), path=key_file.parent, private=False), Path.is_dir),
        *(((Guarded(what=Message("store.file.settings"), path=dotenv), Path.is_file),) if dotenv else ()),
    )
    return [one for one, is_kind in rows if _is_there(one.path, is_kind)]


def _is_there(path: Path, is_kind: Callable[[Path], bool]) -> bool:
    try:
        return is_kind(path)
    except OSError:
        return False


def chmod(mode: int, path: Path) -> Message:
    """What to run in a shell."""
    return Message("store.file.run", command=f"chmod {mode:o} {shlex.quote(str(path))}")


def loose_modes(files: Sequence[Guarded]) -> Iterator[Loose]:
    """Tell of each that others may write or read. What is missing, or cannot be looked at, has no mode."""
    for one in files:
        try:
            mode = one.path.stat().st_mode
        except OSError:
            continue
        hint = chmod(one.wanted, one.path)
        path = str(one.path)
        rows = (
            (WORLD_WRITABLE, Message("store.file.writable_by_all", path=path, what=one.what), True),
            (GROUP_WRITABLE, Message("store.file.writable_by_group", path=path, what=one.what), False),
            (READABLE if one.private else 0, Message("store.file.readable", path=path, what=one.what), False),
        )
        found = next(((says, refused) for bits, says, refused in rows if mode & bits), None)
        if found is not None:
            yield Loose(says=found[0], hint=hint, refused=found[1])


def refuse_writable(loose: Sequence[Loose]) -> None:
    """Raise ConfigurationError for the first that must not be."""
    for one in loose:
        if one.refused:
            raise ConfigurationError(one.says, hint=one.hint)
