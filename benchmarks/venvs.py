"""Peers are installed on demand, each into an environment of its own under the cache folder, once."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.sampling import NotMeasured

PEERS: Mapping[str, tuple[str, ...]] = {
    "fast_bitrix24": ("fast_bitrix24==1.8.14",),
    # Its test backend needs pytest.
    "errbot": ("errbot==6.2.1", "pytest"),
    # It imports pkg_resources, which later releases of setuptools do not have.
    "opsdroid": ("opsdroid==0.31.0", "setuptools<81"),
}
MOST_SECONDS = 240.0


def python_of(peer: str, cache: Path) -> str:
    """The interpreter of a peer's environment, made when it is not there. Raises NotMeasured with the reason."""
    folder = cache / "peers" / peer
    done, python = folder / ".installed", folder / "bin" / "python"
    if done.exists() and done.read_text() == _wanted(peer):
        return str(python)
    shutil.rmtree(folder, ignore_errors=True)
    _run(peer, [sys.executable, "-m", "venv", str(folder)])
    _run(peer, [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PEERS[peer]])
    done.write_text(_wanted(peer))
    return str(python)


def _wanted(peer: str) -> str:
    return "\n".join(PEERS[peer])


def _run(peer: str, command: list[str]) -> None:
    try:
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=MOST_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotMeasured(f"{peer} is not installed: {error}") from None
    if ran.returncode:
        last = (ran.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise NotMeasured(f"{peer} is not installed: {last}")
