"""A bot of use cases over a real store for every test that wants one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.usecases.core_bot import CoreBot


@pytest.fixture
def make_core_bot(tmp_path: Path) -> Iterator[Callable[..., CoreBot]]:
    """Bots with other terms, channels, roles or toys; each has its own store."""
    core_bots: list[CoreBot] = []

    def make(**wish: Any) -> CoreBot:
        core_bots.append(CoreBot(tmp_path / str(len(core_bots)), **wish))
        return core_bots[-1]

    yield make
    for core_bot in core_bots:
        core_bot.close()


@pytest.fixture
def core_bot(make_core_bot: Callable[..., CoreBot]) -> CoreBot:
    return make_core_bot()
