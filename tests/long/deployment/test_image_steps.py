"""The steps that build the image, run in an empty folder instead of a container: what they leave is a whole b24bot."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.deployment.dockerfile import Instruction, read_instructions

ROOT = Path(__file__).parent.parent.parent.parent
PLACES = ("/opt/b24bot", "/src")
"""The folders of the image in which the first stage works."""


def build(root: Path) -> None:
    """Take the first stage's instructions one after the other, with the image's folders below `root`."""
    source = root / "src"
    for one in first_stage():
        if one.word == "WORKDIR":
            source.mkdir(parents=True)
        elif one.word == "COPY":
            copy(one.words, source)
        elif one.word == "RUN":
            run(one.rest, root, source)


def first_stage() -> list[Instruction]:
    instructions = read_instructions((ROOT / "Dockerfile").read_text(encoding="utf-8"))
    begins = [number for number, one in enumerate(instructions) if one.word == "FROM"]
    return instructions[begins[0] + 1 : begins[1]]


def copy(words: list[str], folder: Path) -> None:
    *names, target = words
    for name in names:
        where = folder / target
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, where, ignore=shutil.ignore_patterns("__pycache__"))
            continue
        into = where if target.endswith("/") else where.parent
        into.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, into / Path(name).name)


def run(command: str, root: Path, folder: Path) -> None:
    for place in PLACES:
        command = command.replace(place, f"{root}{place}")
    subprocess.run(
        ["sh", "-euc", command.replace("python3 ", f"{sys.executable} ")], cwd=folder, env=environment(), check=True
    )


def environment() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}


def test_what_the_steps_leave_runs_without_the_sources(tmp_path: Path) -> None:
    build(tmp_path)
    shutil.rmtree(tmp_path / "src")
    programs = tmp_path / "opt" / "b24bot" / "bin"
    code = "import psycopg, pysqlite3, bot, plugins.bitrix24.plugin; print(bot.__file__)"
    for command in ([str(programs / "b24bot"), "--version"], [str(programs / "python"), "-c", code]):
        done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True)
        assert done.stdout
    assert str(tmp_path) in done.stdout
    there = subprocess.run(
        [programs / "python", "-m", "pip", "list", "--format=freeze"], capture_output=True, text=True, check=True
    ).stdout
    assert "pytest==" not in there
    assert "flask==" not in there.lower()
