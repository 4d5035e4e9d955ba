"""The witness file: appended to, never rewritten, and read for what others have written there."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from bot.core.audit.chain import Place, witness_line
from bot.core.bot_errors import ConfigurationError
from bot.store.files.witness_file import TAIL_BYTES, Witness, witness_at
from tests.language.english import raises


def line(seq: int) -> str:
    return witness_line("t", Place(seq=seq, mac=seq.to_bytes(32, "big")), at="now", key_id="k1")


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness(tmp_path / "witness.jsonl")


def seen(witness: Witness) -> list[int]:
    """The numbers that are new, and look at them."""
    unread = witness.unread()
    witness.accept(unread)
    return [anchor.seq for anchor in unread.anchors]


def test_lines_are_appended_and_the_file_is_for_its_owner_alone(witness: Witness) -> None:
    witness.append([line(1), line(2)])
    before = witness.path.read_bytes()
    witness.append([line(3)])
    assert witness.path.read_bytes() == before + f"{line(3)}\n".encode()
    assert witness.path.stat().st_mode & 0o777 == 0o600


def test_what_was_looked_at_is_not_shown_again_and_what_others_write_is(witness: Witness) -> None:
    assert seen(witness) == []
    witness.append([line(1), line(2)])
    assert seen(witness) == [1, 2]
    assert seen(witness) == []
    Witness(witness.path).append([line(9)])
    witness.append([line(3)])
    assert (seen(witness), witness.newest) == ([9, 3], 9)


def test_what_was_not_accepted_is_shown_again(witness: Witness) -> None:
    witness.append([line(1)])
    assert [len(witness.unread().anchors) for _ in range(2)] == [1, 1]


def test_half_a_line_is_ended_and_neither_read_nor_in_the_way(witness: Witness) -> None:
    witness.append([line(1)])
    with witness.path.open("a") as file:
        file.write(line(2)[:30])
    assert seen(witness) == [1]
    witness.append([line(2)])
    assert seen(witness) == [2]
    assert witness.path.read_text().splitlines() == [line(1), line(2)[:30], line(2)]


@pytest.mark.parametrize("how", ["cut", "taken away", "exchanged", "exchanged for a longer one"])
def test_a_file_that_is_not_what_it_was_is_read_anew(witness: Witness, how: str) -> None:
    witness.append([line(1), line(2), line(3)])
    assert seen(witness) == [1, 2, 3]
    if how == "cut":
        os.truncate(witness.path, len(line(1)) + 1)
    else:
        witness.path.rename(witness.path.with_suffix(".old"))
    if how.startswith("exchanged"):
        Witness(witness.path).append([line(1)] * (9 if how.endswith("longer one") else 1))
    assert set(seen(witness)) <= {1}
    assert witness.newest == (0 if how == "taken away" else 1)


def test_of_a_long_file_the_tail_is_read_at_first(witness: Witness) -> None:
    many = TAIL_BYTES // len(line(1_000)) + 500
    witness.append([line(1_000 + number) for number in range(many)])
    numbers = seen(witness)
    assert numbers[-1] == 1_000 + many - 1
    assert many - 600 < len(numbers) < many
    witness.append([line(7)])
    assert seen(witness) == [7]


def test_it_is_never_a_pipe_or_a_folder(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="no regular file"):
        Witness(tmp_path / "pipe").append([line(1)])
    with pytest.raises(IsADirectoryError):
        Witness(tmp_path / "folder").append([line(1)])
    for name in ("pipe", "folder"):
        with raises(ConfigurationError, match="is not a regular file"):
            witness_at(tmp_path / name, home=tmp_path / "home")


def test_a_file_whose_folder_is_missing_is_a_matter_of_writing_and_not_of_the_settings(tmp_path: Path) -> None:
    witness = witness_at(tmp_path / "gone" / "w", home=tmp_path / "home")
    assert seen(witness) == []
    with pytest.raises(FileNotFoundError):
        witness.append([line(1)])


@pytest.mark.parametrize("where", ["home/w", "home/deep/w", "link/w"])
def test_it_may_not_lie_beside_the_database(tmp_path: Path, where: str) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "home")
    with raises(ConfigurationError, match=re.escape("is in the same tree as the database")):
        witness_at(tmp_path / where, home=tmp_path / "home")


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_one_that_others_can_write_is_refused(witness: Witness, mode: int) -> None:
    witness.append([line(1)])
    witness.path.chmod(mode)
    with raises(ConfigurationError, match="Others can write to the witness file"):
        witness_at(witness.path, home=witness.path.parent / "home")
    witness.path.chmod(0o640)
    assert witness_at(witness.path, home=witness.path.parent / "home").path == witness.path
