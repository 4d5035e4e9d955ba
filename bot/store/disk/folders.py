"""The folders that settings name: whether each can be used, said before anything is made or written."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path

from bot.core.bot_errors import ConfigurationError, StoreUnavailable
from bot.plugin import Message

HOME = "B24BOT_HOME"
FILE_NAME = "b24bot.sqlite3"
"""The file of the database, in the folder of the bot."""
MAY_PASS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE, errno.EINTR})
"""Errors of the system that another setting would not mend."""


def nearest(path: Path) -> Path:
    """Find the path itself, or the nearest folder above it that is there."""
    return next((one for one in (path, *path.parents) if one.exists()), path)


def assert_folder(path: Path, setting: str) -> None:
    """Make sure that a folder is there, or could be made, and can be written. Raises ConfigurationError and OSError."""
    place = nearest(path)
    if not place.is_dir():
        sentence = (
            Message("store.folder.is_file", path=str(path), setting=setting)
            if place == path
            else Message("store.folder.under_file", path=str(path), file=str(place), setting=setting)
        )
        raise ConfigurationError(sentence, hint=Message("store.folder.set_another", setting=setting))
    if not os.access(place, os.W_OK | os.X_OK):
        raise ConfigurationError(
            Message("store.folder.unwritable", path=str(place)),
            hint=Message("store.folder.make_writable", setting=setting),
        )


def make_home(home: Path) -> None:
    """Make the folder of the database where it is missing.

    Raises ConfigurationError where it cannot be one, and StoreUnavailable for what may pass.
    """
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        unusable = Message("store.folder.unusable", path=str(home), cause=error.strerror or str(error))
        if error.errno in MAY_PASS:
            raise StoreUnavailable(unusable) from None
        with suppress(OSError):
            assert_folder(home, HOME)
        raise ConfigurationError(unusable, hint=Message("store.folder.choose", setting=HOME)) from None


def free_bytes(path: Path) -> int:
    """How much room there is for this process on the file system of a path."""
    return shutil.disk_usage(path).free
