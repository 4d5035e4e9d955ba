"""Peers are installed on demand; one that cannot be says why and stops nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.sampling import Found, NotMeasured
from benchmarks.venvs import PEERS, python_of


def test_a_peer_that_is_there_is_not_installed_again(tmp_path: Path) -> None:
    folder = tmp_path / "peers" / "errbot"
    folder.mkdir(parents=True)
    (folder / ".installed").write_text("\n".join(PEERS["errbot"]))
    assert python_of("errbot", tmp_path) == str(folder / "bin" / "python")


def test_a_peer_that_cannot_be_installed_says_why(tmp_path: Path) -> None:
    (tmp_path / "peers").write_text("no folder")
    with pytest.raises(NotMeasured, match=r"^errbot is not installed: .*peers/errbot"):
        python_of("errbot", tmp_path)


def test_a_word_in_a_sample_is_the_reason_of_its_row() -> None:
    found = Found()
    found.add({"errbot": "errbot is not installed: no network", "bolt": 1.0})
    assert found.missing == {"errbot": "errbot is not installed: no network"}
    assert found.samples == {"bolt": [1.0]}
