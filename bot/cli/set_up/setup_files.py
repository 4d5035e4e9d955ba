"""The files that b24bot needs before its first start: the folder of the database, the key file, and a database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.checks.key_source import load_keys
from bot.cli.session import explain_file_errors
from bot.clock import SystemClock
from bot.core.bot_errors import ConfigurationError
from bot.plugin import Message, Text
from bot.settings import Settings
from bot.store.disk.file_permissions import chmod
from bot.store.disk.folders import HOME, assert_folder
from bot.store.location import locate
from bot.store.sealing.keyring import LOOSE, assert_apart_from_database, create_key_file, load_key_file
from bot.store.store import FILE_NAME, open_store


def find_missing(settings: Settings) -> tuple[Path, ...]:
    """The files and folders that are not there yet. Raises ConfigurationError for what would end badly."""
    home, key_file = settings.home, key_file_of(settings)
    with explain_file_errors(home):
        _check(home, key_file)
        return tuple(path for path in (home, key_file, home / FILE_NAME) if path is not None and not path.exists())


def key_file_of(settings: Settings) -> Path | None:
    """The key file; None where the keys are a setting."""
    return None if settings.keys else settings.key_file


def _check(home: Path, key_file: Path | None) -> None:
    """Refuse what would end badly, before anything is made."""
    assert_folder(home, HOME)
    if key_file is None:
        return
    assert_apart_from_database(key_file, home)
    if (home / FILE_NAME).exists() and not key_file.exists():
        raise ConfigurationError(
            Message("cli.init.key_file_missing", folder=str(home), file=str(key_file)),
            hint=Message("cli.init.put_key_file_back"),
        )


def make_files(settings: Settings) -> Iterator[Text]:
    """Make the folder and the key file where they are missing. Yields what became of each."""
    home, key_file = settings.home, key_file_of(settings)
    with explain_file_errors(home):
        if home.is_dir():
            yield Message("cli.init.folder_exists", folder=str(home))
            if home.stat().st_mode & LOOSE:
                yield Message("cli.init.folder_open_to_others", command=chmod(0o700, home))
        else:
            home.mkdir(parents=True, mode=0o700)
            yield Message("cli.init.folder_created", folder=str(home))
    if key_file is None:
        yield Message("cli.init.keys_set")
        return
    with explain_file_errors(key_file):
        made = create_key_file(key_file)
        load_key_file(key_file, home=home)
    if made:
        yield Message("cli.init.key_file_created", file=str(key_file))
        yield Message("cli.init.copy_key_file")
    else:
        yield Message("cli.init.key_file_exists", file=str(key_file))


def make_database(settings: Settings) -> Iterator[Message]:
    """Make an empty database, also next to backups of another one."""
    location = locate(settings.home, settings.database_url)
    file, there = location.name, not location.empty
    if not there:
        with explain_file_errors(settings.home):
            keys = load_keys(settings)
            open_store(
                *(settings.home, keys, SystemClock()),
                url=settings.database_url,
                backups=settings.backups,
                anew=True,
            ).close()
    yield Message("cli.init.database_exists", file=file) if there else Message("cli.init.database_created", file=file)
