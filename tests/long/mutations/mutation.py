"""Apply one mutation to a copy of the tree, and run the tests that have to kill it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
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


def apply_mutation(mutation: Mutation, folder: Path, source: Path = ROOT) -> None:
    """Copy the tree of `source` into `folder`, with the mutation."""
    copy_tree(folder, source)
    for file, text in patched(mutation).items():
        (folder / file).write_text(text, encoding="utf-8")


def copy_tree(folder: Path, source: Path = ROOT) -> None:
    """Copy everything that tests need, as it is now; compiled modules only from a copy, where they fit the files."""
    skipped = shutil.ignore_patterns(".hypothesis", *(("__pycache__", "*.pyc") if source == ROOT else ()))
    for name in _COPIED:
        if (source / name).is_dir():
            shutil.copytree(source / name, folder / name, ignore=skipped)
    for path in source.iterdir():
        if path.is_file() and path.name != ".env":
            shutil.copy2(path, folder / path.name)


def run_tests(tests: Sequence[str], folder: Path, *options: str, keep_compiled: bool = False) -> tuple[int, str, float]:
    """Run tests in a copy: pytest's exit code (-1 when it took too long), what it printed, and seconds."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("B24BOT_", "PYTEST_"))}
    environment = {**kept, "PYTHONPATH": str(folder), "B24BOT_MACHINE_SHRINK": "off", "PYTHONDONTWRITEBYTECODE": "1"}
    if keep_compiled:
        del environment["PYTHONDONTWRITEBYTECODE"]
    began = time.monotonic()
    words = (sys.executable, "-m", "pytest", "-q", "-rfE", "--tb=line", "-p", "no:cacheprovider", *options, *tests)
    try:
        done = subprocess.run(
            words, cwd=folder, env=environment, capture_output=True, text=True, timeout=LONGEST, check=False
        )
    except subprocess.TimeoutExpired:
        return -1, "it took too long", time.monotonic() - began
    return done.returncode, done.stdout + done.stderr, time.monotonic() - began


def failed_tests(output: str) -> tuple[str, ...]:
    """Return the names of the tests that pytest said failed, each once."""
    return tuple(dict.fromkeys(_FAILED.findall(output)))


def run_mutation(mutation: Mutation, folder: Path, source: Path = ROOT) -> Result:
    """Apply the mutation to a copy of `source`, run its tests, and tell what came of it."""
    try:
        apply_mutation(mutation, folder, source)
    except LookupError as error:
        return Result(mutation=mutation, code=-1, killers=(), seconds=0.0, output=str(error))
    code, output, seconds = run_tests(mutation.tests, folder, "-x")
    killers = failed_tests(output)
    return Result(mutation=mutation, code=code, killers=killers, seconds=seconds, output=output)
