"""The folders that settings name: whether each can be used, said before anything is made or written."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from bot.core.bot_errors import ConfigurationError, StoreUnavailable

HOME = "B24BOT_HOME"
MAY_PASS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE, errno.EINTR})
"""Errors of the system that another setting would not mend."""


def nearest(path: Path) -> Path:
    """Find the path itself, or the nearest folder above it that is there."""
    return next((one for one in (path, *path.parents) if one.exists()), path)


def assert_folder(path: Path, setting: str) -> None:
    """Make sure that a folder is there, or could be made, and can be written. Raises ConfigurationError and OSError."""
    place = nearest(path)
    if not place.is_dir():
        what = "is a file" if place == path else f"cannot be made, because {place} is a file"
        raise ConfigurationError(
            f"{path} {what}; {setting} has to name a folder.", hint=f"Set {setting} to another one."
        )
    if not os.access(place, os.W_OK | os.X_OK):
        raise ConfigurationError(
            f"{place} cannot be written by this account, or lies on a disk that is read-only.",
            hint=f"Run the bot as the owner of its files, mount the disk for writing, or set {setting} anew.",
        )


def make_home(home: Path) -> None:
    """Make the folder of the database where it is missing.

    Raises ConfigurationError where it cannot be one, and StoreUnavailable for what may pass.
    """
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        if error.errno in MAY_PASS:
            raise StoreUnavailable(f"The folder {home} cannot be used: {error.strerror}.") from None
        with suppress(OSError):
            assert_folder(home, HOME)
        raise ConfigurationError(
            f"{home} cannot be used: {error.strerror}.", hint=f"Set {HOME} to a folder that this account can make."
        ) from None
