"""What every test may use: a scratch store, the whole bot between both simulators, and logs put back as they were."""

from __future__ import annotations

import gc
import logging
import os
import signal
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from bot.playground.environment import Playground
from bot.store.store import Store
from bot.testing.services import lay_out, scratch_store
from tests.leaks import leaked
from tests.logs import EnglishRecord, kept_logs
from tests.store.server.fixtures import database_url as database_url
from tests.store.server.fixtures import engine_url as engine_url
from tests.store.server.fixtures import postgres_server as postgres_server
from tests.tables.quick import fewer, split_rows


def pytest_configure(config: pytest.Config) -> None:
    """A shell has what it starts in the background ignore an interrupt, and all that is started from there as well.

    Some tests send one, and would wait for ever.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    logging.setLogRecordFactory(EnglishRecord)
    # The terminal shows times in the time zone of its machine.
    os.environ["TZ"] = "UTC"
    time.tzset()
    config.addinivalue_line("markers", "sampled(every): of its rows, the specification runs one of so many")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items[:], left = split_rows(items)
    if left:
        config.hook.pytest_deselected(items=left)


# How quickly values are made, and how long an example takes, depend on the machine and on what else it does.
settings.register_profile(
    "any-machine", max_examples=fewer(100, 25), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any-machine")
COLLECTION = ExitStack()


def pytest_sessionstart() -> None:
    """Some tests look at every command when they are collected, and a command line sets up the logs of its process."""
    COLLECTION.enter_context(kept_logs())


def pytest_collection_finish() -> None:
    COLLECTION.close()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Ten thousand tests stay to the end: looking for garbage never goes through them, neither now nor later.

    A test makes little garbage, and the next one has use for its time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(10_000)
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def nothing_leaks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """When all tests are over: no log, database or export that one of them left holds a secret of its own bot.

    The specification looks into the folders of some tests.
    """
    yield
    folders = sorted(folder for folder in tmp_path_factory.getbasetemp().iterdir() if not folder.is_symlink())
    found = [line for folder in folders[:: fewer(1, 8)] for line in leaked(folder)]
    assert not found, "a test left secrets where they do not belong:\n" + "\n".join(found)


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """A command line owns the logs of its process; here the process is everybody's."""
    with kept_logs():
        yield


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A real store in a file of its own."""
    opened = scratch_store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def full_bot_in() -> Callable[..., Playground]:
    """The real bot between both simulators, not yet started, over a database that is laid out already."""

    def make(folder: Path, **options: Any) -> Playground:
        lay_out(folder / "home")
        return Playground(folder, **{"pace": False, "synchronous": "OFF", **options})

    return make


@pytest.fixture
def make_full_bot(tmp_path: Path, full_bot_in: Callable[..., Playground]) -> Iterator[Callable[..., Playground]]:
    """The real bot with other settings, or with Slack's pace of one post a second."""
    with ExitStack() as running:
        yield lambda **options: running.enter_context(full_bot_in(tmp_path, **options))


@pytest.fixture
def full_bot(make_full_bot: Callable[..., Playground]) -> Playground:
    return make_full_bot()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the long tests put on record as `test: words`: added up, or the greatest of what begins with `most`."""
    told: dict[str, list[int]] = defaultdict(list)
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()) if getattr(report, "when", "") == "call" else ():
                if ": " in name:
                    told[name].append(value)
    if told:
        terminalreporter.section("long tests")
    for name, values in sorted(told.items()):
        number = max(values) if ": most " in name else sum(values)
        terminalreporter.write_line(f"{name}: {number:,}")
