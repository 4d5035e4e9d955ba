"""Loose modes of database, home, backups, key folder and `.env`: refused or warned of, with what mends them."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from bot.core.bot_errors import ConfigurationError
from bot.store.disk.file_permissions import Guarded, list_guarded_files, loose_modes, refuse_writable
from bot.store.engine.database import FILE_NAME
from tests.language.english import en

NAMES = ("home", "database", "backups", "keys", "dotenv")


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Guarded]:
    """One of each, with the modes that the bot itself gives them."""
    home, keys, dotenv = tmp_path / "the bot's home", tmp_path / "keys", tmp_path / ".env"
    for folder in (home, home / "backups", keys):
        folder.mkdir(mode=0o700)
    for file in (home / FILE_NAME, dotenv):
        file.touch(mode=0o600)
    made = list_guarded_files(home=home, backups=home / "backups", key_file=keys / "key", dotenv=dotenv)
    return dict(zip(NAMES, made, strict=True))


def test_the_modes_that_the_bot_gives_are_in_order(files: dict[str, Guarded]) -> None:
    assert list(loose_modes(list(files.values()))) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_world_writable_file_is_refused_with_the_command_that_mends_it(files: dict[str, Guarded], name: str) -> None:
    path = files[name].path
    path.chmod(path.stat().st_mode | 0o002)
    found = list(loose_modes(list(files.values())))
    with pytest.raises(ConfigurationError) as refused:
        refuse_writable(found)
    assert en(refused.value.sentence) == f"Everybody on this host can write to {path} ({en(files[name].what)})."
    run, chmod, mode, named = shlex.split(en(refused.value.hint))
    assert (run, chmod, named) == ("Run:", "chmod", str(path))
    path.chmod(int(mode, 8))
    assert list(loose_modes(list(files.values()))) == []


@pytest.mark.parametrize("bits", [0o020, 0o040, 0o004])
@pytest.mark.parametrize("name", NAMES)
def test_what_a_group_may_write_or_others_may_read_is_warned_of(
    files: dict[str, Guarded], name: str, bits: int
) -> None:
    path = files[name].path
    path.chmod(path.stat().st_mode | bits)
    found = list(loose_modes(list(files.values())))
    refuse_writable(found)
    public = name == "keys" and bits != 0o020
    assert [one.says.key for one in found] == (
        [] if public else ["store.file.writable_by_group"] if bits == 0o020 else ["store.file.readable"]
    )


def test_what_is_missing_has_no_mode(tmp_path: Path) -> None:
    missing = list_guarded_files(
        home=tmp_path / "a", backups=tmp_path / "b", key_file=tmp_path / "c" / "key", dotenv=None
    )
    assert list(loose_modes(missing)) == []
