"""The file of the page, written after each mutation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.long.mutations.mutation import Mutation, Result
from tests.long.mutations.page import killed_by, read_page, read_whole_run, tell_whole_run, write_page


class PageFile:
    """The page over all mutations. A run of all names `commit`, where the tree is that of a commit."""

    def __init__(self, file: Path, mutations: Sequence[Mutation], commit: str | None) -> None:
        self._file, self._mutations, self._commit = file, mutations, commit

    @property
    def text(self) -> str:
        return self._file.read_text(encoding="utf-8")

    def write(self, results: Iterable[Result]) -> None:
        """Write the rows of these results anew. The first result of a mutation counts."""
        text = self.text
        cells: dict[str, str] = {}
        for result in results:
            cells.setdefault(result.mutation.name, killed_by(result))
        whole_run = read_whole_run(text)
        if self._commit and len(cells) == len(self._mutations):
            whole_run = tell_whole_run(len(cells), self._commit)
        self._file.write_text(write_page(self._mutations, {**read_page(text), **cells}, whole_run), encoding="utf-8")
