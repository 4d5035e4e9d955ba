"""A desk for every test that wants one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bitrix24.desk import Desk
from tests.bitrix24.processes import Processes


@pytest.fixture
def make_desk(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Desks with other settings or short time-outs; each has its own portal and its own store."""
    desks: list[Desk] = []

    def make(**wish: Any) -> Desk:
        desks.append(Desk(tmp_path / str(len(desks)), **wish))
        return desks[-1]

    yield make
    for desk in desks:
        desk.stop()


@pytest.fixture(scope="package")
def four() -> Iterator[Processes]:
    """Four more processes of the bot."""
    processes = Processes(4)
    yield processes
    processes.stop()


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    return make_desk()
