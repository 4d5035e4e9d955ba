"""Apply one mutation to a copy of the tree, and run the tests that have to kill it."""

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
"""Seconds that the tests may take on a copy; what hangs has killed nothing."""
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
class Mutation:
    """A fault as a few small patches, and the tests that have to kill it."""

    name: str
    what: str
    """What the fault is, as one would report it."""
    patches: tuple[Patch, ...]
    tests: tuple[str, ...]
    """pytest's arguments."""


def mutation(name: str, what: str, *patches: tuple[str, str, str], by: str) -> Mutation:
    """Make a row of the table: each patch is file, before, after; `by` is pytest's arguments, apart by blanks."""
    made = tuple(Patch(file=file, before=before, after=after) for file, before, after in patches)
    return Mutation(name=name, what=what, patches=made, tests=tuple(by.split()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one mutation. `killers` are the tests that failed; where none did, it survived."""

    mutation: Mutation
    code: int
    killers: tuple[str, ...]
    seconds: float
    output: str

    @property
    def killed(self) -> bool:
        return self.code == TESTS_FAILED and bool(self.killers)


def patched(mutation: Mutation) -> dict[str, str]:
    """Return the files with the mutation in them. Raises LookupError when a patch does not fit the code as it is."""
    texts: dict[str, str] = {}
    for patch in mutation.patches:
        text = texts.get(patch.file) or (ROOT / patch.file).read_text(encoding="utf-8")
        if text.count(patch.before) != 1:
            raise LookupError(f"{mutation.name}: its place stands {text.count(patch.before)} times in {patch.file}")
        texts[patch.file] = text.replace(patch.before, patch.after)
    return texts


def apply_mutation(mutation: Mutation, folder: Path) -> None:
    """Copy the tree into `folder`, with the mutation."""
    copy_tree(folder)
    for file, text in patched(mutation).items():
        (folder / file).write_text(text, encoding="utf-8")


def copy_tree(folder: Path) -> None:
    """Copy everything that tests need, as it is now."""
    skipped = shutil.ignore_patterns("__pycache__", "*.pyc", ".hypothesis")
    for name in _COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=skipped)
    for path in ROOT.iterdir():
        if path.is_file() and path.name != ".env":
            shutil.copy2(path, folder / path.name)


def run_tests(tests: tuple[str, ...], folder: Path) -> tuple[int, str, float]:
    """Run tests in a copy: pytest's exit code (-1 when it took too long), what it printed, and seconds."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("B24BOT_", "PYTEST_"))}
    began = time.monotonic()
    words = (sys.executable, "-m", "pytest", "-q", "-x", "-rfE", "--tb=line", "-p", "no:cacheprovider", *tests)
    environment = {**kept, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "B24BOT_MACHINE_SHRINK": "off"}
    try:
        done = subprocess.run(
            words, cwd=folder, env=environment, capture_output=True, text=True, timeout=LONGEST, check=False
        )
    except subprocess.TimeoutExpired:
        return -1, "it took too long", time.monotonic() - began
    return done.returncode, done.stdout + done.stderr, time.monotonic() - began


def run_mutation(mutation: Mutation, folder: Path) -> Result:
    """Apply the mutation, run its tests, and tell what came of it."""
    try:
        apply_mutation(mutation, folder)
    except LookupError as error:
        return Result(mutation=mutation, code=-1, killers=(), seconds=0.0, output=str(error))
    code, output, seconds = run_tests(mutation.tests, folder)
    killers = tuple(dict.fromkeys(_FAILED.findall(output)))
    return Result(mutation=mutation, code=code, killers=killers, seconds=seconds, output=output)
