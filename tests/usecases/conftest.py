"""An office for every test that wants one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.usecases.office import Office


@pytest.fixture
def make_office(tmp_path: Path) -> Iterator[Callable[..., Office]]:
    """Offices with other terms, channels, roles or toys; each has its own store."""
    offices: list[Office] = []

    def make(**wish: Any) -> Office:
        offices.append(Office(tmp_path / str(len(offices)), **wish))
        return offices[-1]

    yield make
    for office in offices:
        office.close()


@pytest.fixture
def office(make_office: Callable[..., Office]) -> Office:
    return make_office()
