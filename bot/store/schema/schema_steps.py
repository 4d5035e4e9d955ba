"""Steps of a schema, in the order in which an engine applies them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sqlite_utils import Database as Utils

NAME = "b24bot"
"""Under which sqlite-utils keeps what was applied."""


class Statements(Protocol):
    """What runs the statements of a step: `sqlite_utils.Database` does, and so can another engine."""

    def execute(self, sql: str, parameters: list[int] | None = None, /) -> object: ...


Step = Callable[[Statements], None]


class Steps:
    """The steps of the schema in their order. sqlite-utils, which applies them, is imported when one is due."""

    def __init__(self) -> None:
        self._steps: list[Step] = []

    def __call__(self) -> Callable[[Step], Step]:
        """Decorate a step; its name is the function's."""
        return self._add

    def _add(self, step: Step) -> Step:
        self._steps.append(step)
        return step

    def __iter__(self) -> Iterator[Step]:
        """The steps themselves, for an engine that applies them by its own means and under the same names."""
        return iter(self._steps)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(step.__name__ for step in self._steps)

    def apply(self, utils: Utils, *, stop_before: str | None = None) -> None:
        """Apply those that the file has not taken yet, all of them or those before one."""
        from sqlite_utils import Migrations

        made = Migrations(NAME)
        for step in self._steps:
            made()(step)
        made.apply(utils, stop_before=stop_before)
