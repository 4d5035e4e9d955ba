"""Plants one bug in a copy of the tree and runs the programme that has to notice it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LONGEST = 1_200
"""Seconds a programme may take on a copy; one that hangs has noticed nothing."""
TESTS_FAILED = 1
"""pytest's exit code when tests ran and some failed; any other proves nothing."""
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
_COPIED = ("bot", "plugins", "tests", "docs", "scripts", "benchmarks", "examples", "requirements")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """In `file`, `before` stands exactly once and becomes `after`."""

    file: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """A bug as a few small patches, and the programme that has to notice it: pytest's arguments."""

    name: str
    what: str
    """What the bug is, as one would report it."""
    patches: tuple[Patch, ...]
    programme: tuple[str, ...]


def bug(name: str, what: str, *patches: tuple[str, str, str], by: str) -> Bug:
    """A row of the list: each patch is file, before, after; `by` is the programme, its words apart by blanks."""
    made = tuple(Patch(file=file, before=before, after=after) for file, before, after in patches)
    return Bug(name=name, what=what, patches=made, programme=tuple(by.split()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one bug. `killers` are the tests that failed; with `survived` it was not noticed."""

    bug: Bug
    code: int
    killers: tuple[str, ...]
    seconds: float
    output: str

    @property
    def killed(self) -> bool:
        return self.code == TESTS_FAILED and bool(self.killers)


def patched(bug: Bug) -> dict[str, str]:
    """The files with the bug in them. Raises LookupError when a patch does not fit the code as it is."""
    texts: dict[str, str] = {}
    for patch in bug.patches:
        text = texts.get(patch.file) or (ROOT / patch.file).read_text(encoding="utf-8")
        if text.count(patch.before) != 1:
            raise LookupError(f"{bug.name}: its place stands {text.count(patch.before)} times in {patch.file}")
        texts[patch.file] = text.replace(patch.before, patch.after)
    return texts


def plant(bug: Bug, folder: Path) -> None:
    """Copy the tree into `folder`, with the bug."""
    copy_tree(folder)
    for file, text in patched(bug).items():
        (folder / file).write_text(text, encoding="utf-8")


def copy_tree(folder: Path) -> None:
    """Everything a programme needs, as it is now."""
    skipped = shutil.ignore_patterns("__pycache__", "*.pyc", ".hypothesis")
    for name in _COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=skipped)
    for path in ROOT.iterdir():
        if path.is_file() and path.name != ".env":
            shutil.copy2(path, folder / path.name)


def run(programme: tuple[str, ...], folder: Path) -> tuple[int, str, float]:
    """Run a programme in a copy: pytest's exit code (-1 when it took too long), what it printed, and seconds."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("B24BOT_", "PYTEST_"))}
    began = time.monotonic()
    words = (sys.executable, "-m", "pytest", "-q", "-x", "-rfE", "--tb=line", "-p", "no:cacheprovider", *programme)
    environment = {**kept, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "B24BOT_MACHINE_SHRINK": "off"}
    try:
        done = subprocess.run(
            words, cwd=folder, env=environment, capture_output=True, text=True, timeout=LONGEST, check=False
        )
    except subprocess.TimeoutExpired:
        return -1, "it took too long", time.monotonic() - began
    return done.returncode, done.stdout + done.stderr, time.monotonic() - began


def judged(bug: Bug, folder: Path) -> Result:
    """Plant the bug, run its programme, and tell what came of it."""
    try:
        plant(bug, folder)
    except LookupError as error:
        return Result(bug=bug, code=-1, killers=(), seconds=0.0, output=str(error))
    code, output, seconds = run(bug.programme, folder)
    killers = tuple(dict.fromkeys(_FAILED.findall(output)))
    return Result(bug=bug, code=code, killers=killers, seconds=seconds, output=output)
