"""The specification runs rows that are spread over a table, and each row of a short one."""

from __future__ import annotations

from tests.tables.quick import ROWS, begins_step
from tests.tables.rows import each_row


@each_row(
    ("size", "taken"),
    [(1, [0]), (ROWS, [0, 1]), (3, [0, 2]), (5, [0, 3]), (8, [0, 4]), (40, [0, 20])],
)
def test_of_a_table_two_rows_are_run(size: int, taken: list[int]) -> None:
    step = max(1.0, size / ROWS)
    assert [number for number in range(size) if begins_step(number, step)] == taken


@each_row(("step", "taken"), [(3, [0, 3, 6, 9]), (4, [0, 4, 8]), (20, [0])])
def test_of_a_marked_table_one_row_of_so_many_is_run(step: int, taken: list[int]) -> None:
    assert [number for number in range(10) if begins_step(number, step)] == taken
