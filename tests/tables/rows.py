"""One rule for the rows of a table, told as one test: it goes through all of them and names each that fails.

A row of `pytest.mark.parametrize` costs several milliseconds before and after its test: a worker collects it, and the
controller is told of each step. Take `each_row` where a row costs less than that and needs no fixture of its own.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any

import pytest

Test = Callable[..., None]


def each_row(names: str | Sequence[str], rows: Iterable[Any]) -> Callable[[Test], Test]:
    """Call the test for each row, which `names` names as for `parametrize`. Two such decorators cross their tables.

    What fails is raised together in the end, each with its row as a note.
    """
    wanted = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    table = [tuple(row) if len(wanted) > 1 else (row,) for row in rows]

    def over_rows(test: Test) -> Test:
        @wraps(test)
        def run(**fixtures: Any) -> None:
            found = [error for row in table if (error := _failure(test, dict(zip(wanted, row, strict=True)), fixtures))]
            if found:
                raise BaseExceptionGroup(f"{len(found)} of {len(table)} rows", found)

        signature = inspect.signature(test)
        rest = [parameter for name, parameter in signature.parameters.items() if name not in wanted]
        run.__dict__["__signature__"] = signature.replace(parameters=rest)
        return run

    return over_rows


def _failure(test: Test, row: dict[str, Any], fixtures: dict[str, Any]) -> BaseException | None:
    try:
        test(**row, **fixtures)
    except (Exception, BaseExceptionGroup, pytest.fail.Exception) as error:  # noqa: BLE001 - raised in the end
        error.add_note(f"row: {row!r}")
        return error
    return None
