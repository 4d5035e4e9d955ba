"""The matrix of behaviours is whole, and points at tests that exist."""

from __future__ import annotations

import ast
from pathlib import Path

from plugins.bitrix24.simulator.methods import METHODS
from tests.bitrix24.simulator.behaviours import BEHAVIOURS, COUNT, Behaviour
from tests.tables.rows import each_row

HERE = Path(__file__).parent

CATALOGUE = (
    "app.info",
    "event.bind",
    "event.get",
    "event.unbind",
    "events",
    "imconnector.activate",
    "imconnector.chat.name.set",
    "imconnector.connector.data.set",
    "imconnector.delete.messages",
    "imconnector.list",
    "imconnector.register",
    "imconnector.send.messages",
    "imconnector.send.status.delivery",
    "imconnector.send.status.reading",
    "imconnector.set.error",
    "imconnector.status",
    "imconnector.unregister",
    "imconnector.update.messages",
    "imopenlines.config.add",
    "imopenlines.config.delete",
    "imopenlines.config.get",
    "imopenlines.config.list.get",
    "imopenlines.config.path.get",
    "imopenlines.config.update",
    "placement.bind",
    "placement.get",
    "placement.list",
    "placement.unbind",
)


def functions(file: str) -> set[str]:
    """Names of the functions at the top of a test file."""
    tree = ast.parse((HERE / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_number_has_one_row() -> None:
    assert [row.number for row in BEHAVIOURS] == list(range(1, COUNT + 1))


@each_row("row", BEHAVIOURS)
def test_every_row_names_tests_that_exist(row: Behaviour) -> None:
    assert row.tests
    assert set(row.tests) <= functions(row.file)


def test_every_test_of_a_behaviour_is_in_the_matrix() -> None:
    named = {test for row in BEHAVIOURS for test in row.tests}
    written = {name for path in HERE.rglob("test_*.py") for name in functions(str(path.relative_to(HERE)))}
    assert {name for name in written if name.startswith("test_behaviour_")} == named


@each_row("name", CATALOGUE)
def test_every_documented_method_is_there(name: str) -> None:
    assert METHODS[name].name == name
