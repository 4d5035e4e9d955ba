"""A fresh portal for every test, and handlers that listen to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from plugins.bitrix24.simulator import PortalSimulator
from tests.bitrix24.simulator.kit import Client, Listener


@pytest.fixture
def portal() -> Iterator[PortalSimulator]:
    with PortalSimulator() as simulator:
        yield simulator


@pytest.fixture
def client(portal: PortalSimulator) -> Iterator[Client]:
    made = Client(portal)
    yield made
    made.http.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as made:
        yield made


@pytest.fixture
def second() -> Iterator[Listener]:
    with Listener() as made:
        yield made
