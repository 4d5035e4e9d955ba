"""GET /metrics: bounded labels, and an answer also where a part of it cannot be read."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.clock import ShiftedClock
from bot.host.guarded_calls import GuardedPlugin
from bot.plugin import Measurement, Services
from bot.store.store import Store
from bot.usecases.chat.chat_port import Channels
from bot.usecases.process.event_counters import COMMANDS, DECISION_BUCKETS, MOST_VALUES, OTHER, EventCounters
from bot.web.health import ReadyState
from bot.web.metrics import KEPT_SECONDS, Metrics, PageParts, make_metrics, make_page
from bot.web.site import Site, make_site
from tests.host.invented import Invented
from tests.usecases.context_parts import make_context
from tests.usecases.messenger import Recorder
from tests.web.scraped import Scraped, read_samples
from tests.web.test_site import get, readiness, served


class Measuring(Invented):
    """A plugin that measures what it is given, or fails where it is given a fault."""

    def __init__(self, *measured: Measurement, fault: Exception | None = None) -> None:
        super().__init__("measuring")
        self.measured, self.fault = measured, fault

    def measure(self, services: Services) -> Sequence[Measurement]:
        if self.fault is not None:
            raise self.fault
        return self.measured


@dataclass(frozen=True)
class Socket:
    """A connection in one of its states."""

    alive: bool


def weight(place: str = "prod", name: str = "weight_grams", value: float = 3.5) -> Measurement:
    return Measurement(name=name, help="How heavy it is.", place=place, value=value)


MakeParts = Callable[..., PageParts]


@pytest.fixture
def make_parts(store: Store) -> MakeParts:
    """What the page of a process is made of: a real store, and the plugins that are given."""

    def make(*plugins: Invented, socket: Socket | None = None, **conditions: bool) -> PageParts:
        guarded = [GuardedPlugin(plugin) for plugin in plugins]
        ctx = make_context(store, ShiftedClock(), Recorder(), plugins=guarded, channels=Channels(), team="T0001")
        state = ReadyState(conditions=conditions or {"store": True}, mode="normal")
        return PageParts(ctx=ctx, ready=lambda: state, socket=lambda: socket)

    return make


def seen(parts: PageParts) -> Scraped:
    return read_samples(make_page(parts).decode())


def test_readiness_is_told_as_a_whole_and_by_condition(make_parts: MakeParts) -> None:
    page = seen(make_parts(store=True, slack=False))
    assert page.value("b24bot_ready") == 0
    assert page.value("b24bot_ready_condition", condition="store") == 1
    assert page.value("b24bot_ready_condition", condition="slack") == 0
    assert seen(make_parts(store=True)).value("b24bot_ready") == 1


@pytest.mark.parametrize(("alive", "values"), [(None, []), (True, [1.0]), (False, [0.0])])
def test_the_socket_is_told_where_there_is_one(make_parts: MakeParts, alive: bool | None, values: list[float]) -> None:
    page = seen(make_parts(socket=None if alive is None else Socket(alive)))
    assert [one.value for one in page.samples if one.name == "b24bot_socket_connected"] == values


def test_however_many_values_come_a_counter_keeps_a_bounded_number(make_parts: MakeParts) -> None:
    parts = make_parts()
    for number in range(MOST_VALUES + 50):
        parts.ctx.threads.counters.count(COMMANDS, f"outcome_{number}")
    page = seen(parts)
    assert len(page.labels("b24bot_commands_total")["outcome"]) == MOST_VALUES + 1
    assert page.value("b24bot_commands_total", outcome=OTHER) == 50
    assert page.value("b24bot_commands_total", outcome="outcome_0") == 1


def test_decisions_fill_every_bucket_that_they_fit_in() -> None:
    counters = EventCounters()
    for seconds in (5, 45, 100_000, -3):
        counters.count_decision("approved", seconds)
    times = counters.decisions()["approved"]
    assert dict(zip(DECISION_BUCKETS, times.within, strict=True)) == {
        10: 2,
        30: 2,
        60: 3,
        300: 3,
        900: 3,
        1_800: 3,
        3_600: 3,
        14_400: 3,
        86_400: 3,
    }
    assert (times.count, times.seconds) == (4, 100_050)


def test_a_database_that_cannot_be_read_leaves_out_its_own_part_and_is_told(make_parts: MakeParts) -> None:
    parts = make_parts()
    parts.ctx.threads.counters.count(COMMANDS, "answered")
    assert seen(parts).value("b24bot_database_readable") == 1
    parts.ctx.store.close()
    page = seen(parts)
    assert page.value("b24bot_database_readable") == 0
    assert page.value("b24bot_commands_total", outcome="answered") == 1
    assert "b24bot_change_requests" not in page.families


def test_what_a_plugin_measures_is_told_by_place(make_parts: MakeParts) -> None:
    page = seen(make_parts(Measuring(weight("prod"), weight("test", value=4.0))))
    assert page.value("b24bot_measuring_weight_grams", place="prod") == 3.5
    assert page.value("b24bot_measuring_weight_grams", place="test") == 4.0
    assert page.value("b24bot_measuring_measured") == 1


@pytest.mark.parametrize(
    "plugin",
    [
        Measuring(fault=ZeroDivisionError("a stranger's fault")),
        Measuring(weight(), weight()),
        Measuring(weight(name="weight of 5")),
        Measuring(*(weight(str(number)) for number in range(1_001))),
        Measuring("3.5"),  # type: ignore[arg-type]
    ],
    ids=["raises", "twice", "name", "many", "type"],
)
def test_a_plugin_that_measures_wrongly_is_told_and_costs_nobody_else_their_numbers(
    make_parts: MakeParts, plugin: Measuring, caplog: pytest.LogCaptureFixture
) -> None:
    page = seen(make_parts(plugin))
    assert page.value("b24bot_measuring_measured") == 0
    assert page.value("b24bot_ready") == 1
    assert [name for name in page.families if "weight" in name] == []
    assert "The plugin measuring failed while it measured its places" in caplog.text


def test_a_plugin_without_measurements_has_no_series(make_parts: MakeParts) -> None:
    assert [name for name in seen(make_parts(Invented("quiet"))).families if "quiet" in name] == []


def test_the_page_is_kept_for_a_moment(make_parts: MakeParts) -> None:
    parts = make_parts()
    metrics = Metrics(parts)
    first = metrics.page()
    parts.ctx.threads.counters.count(COMMANDS, "answered")
    assert metrics.page() == first
    clock = parts.ctx.clock
    assert isinstance(clock, ShiftedClock)
    clock.advance(KEPT_SECONDS)
    assert b'b24bot_commands_total{outcome="answered"} 1.0' in metrics.page()


@pytest.fixture
def site(make_parts: MakeParts) -> Iterator[Site]:
    made = Site(make_site(None, readiness(), metrics=make_metrics(Metrics(make_parts()))), "127.0.0.1", 0)
    with served(made):
        yield made


def test_it_is_asked_by_get(site: Site) -> None:
    status, body, headers = get(site.port, "/metrics")
    assert (status, headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert b"b24bot_ready 1.0" in body
    assert get(site.port, "/metrics", "HEAD")[:2] == (200, b"")
    assert get(site.port, "/metrics", "POST")[:2] == (405, b"")
    assert get(site.port, "/metrics/x")[0] == 404


def test_a_process_that_nobody_asks_does_not_import_the_client() -> None:
    code = "import sys, bot.web.metrics, bot.web.site; sys.exit('prometheus_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0
