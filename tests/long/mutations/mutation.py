"""A mutation, its result, and the files with its patches in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TESTS_FAILED = 1
"""pytest's exit code when tests ran and some failed."""
_CONCLUSIVE = (0, TESTS_FAILED)


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

    @property
    def conclusive(self) -> bool:
        """Whether the tests ran to their end or to a failure. After a timeout or an interruption they did not."""
        return self.code in _CONCLUSIVE


def patched(mutation: Mutation, source: Path = ROOT) -> dict[str, str]:
    """Return the files of `source` with the mutation in them. Raises LookupError when a patch does not fit them."""
    texts: dict[str, str] = {}
    for patch in mutation.patches:
        text = texts.get(patch.file) or (source / patch.file).read_text(encoding="utf-8")
        if text.count(patch.before) != 1:
            raise LookupError(f"{mutation.name}: its place stands {text.count(patch.before)} times in {patch.file}")
        texts[patch.file] = text.replace(patch.before, patch.after)
    return texts
