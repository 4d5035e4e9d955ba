"""GET /metrics in the text format of Prometheus. prometheus_client is imported once somebody asks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from bot.core.bot_errors import StoreUnavailable
from bot.host.hosted_plugin import HostedPlugin
from bot.plugin import Measurement, PluginError
from bot.plugin.frozen import dataclass
from bot.usecases.admin.gauges import GAUGES
from bot.usecases.context import Context, log
from bot.usecases.process.event_counters import (
    COUNTERS,
    DECISION_BUCKETS,
    DECISION_HELP,
    DECISION_LABEL,
    DECISION_NAME,
    DecisionTimes,
)
from bot.usecases.runtime.readiness import Living
from bot.web.health import ReadyState, Wsgi

if TYPE_CHECKING:
    from prometheus_client.core import Metric

KEPT_SECONDS = 1.5
"""For how long an answer is kept: to look costs reads of the database, and anybody may ask."""
OWN_GAUGES: Mapping[str, tuple[str, str]] = {
    "b24bot_build_info": ("version", "1; the label has the version of b24bot."),
    "b24bot_ready": ("", "1 if this process is ready, as GET /readyz reports it, else 0."),
    "b24bot_ready_condition": ("condition", "1 for each condition of readiness that holds, else 0."),
    "b24bot_socket_connected": ("", "1 if the Socket Mode connection is alive, else 0; missing over HTTP."),
    "b24bot_database_readable": ("", "1 if the database could be read for this answer, else 0."),
}
"""The label and the help text of each gauge about this process."""
MEASURED, MEASURED_HELP = "measured", "1 if the plugin could measure for this answer, else 0."
"""The end of the name, and the help text, of the gauge that each measuring plugin gets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageParts:
    """What the page is made of."""

    ctx: Context
    ready: Callable[[], ReadyState]
    socket: Callable[[], Living | None]
    """The Socket Mode connection; None without one."""


class Metrics:
    """Makes the page at most once in `KEPT_SECONDS`, and never twice at the same time."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts
        self._making = threading.Lock()
        self._page = b""
        self._until = 0.0

    def page(self) -> bytes:
        """The page as it was made last, or anew."""
        monotonic = self._parts.ctx.clock.monotonic
        with self._making:
            if not self._page or monotonic() >= self._until:
                self._page = make_page(self._parts)
                self._until = monotonic() + KEPT_SECONDS
            return self._page


def make_metrics(metrics: Metrics) -> Wsgi:
    """A WSGI application that answers with the page, whatever the path."""

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        status, kind, body = HTTPStatus.METHOD_NOT_ALLOWED, "text/plain", b""
        if environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            status, kind, body = HTTPStatus.OK, "text/plain; version=0.0.4; charset=utf-8", metrics.page()
        headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
        start_response(f"{status.value} {status.phrase}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    return application


def make_page(parts: PageParts) -> bytes:
    """All metrics now, in the text format."""
    from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Collector(parts))
    return generate_latest(registry)


class _Collector:
    """Hands all families to a registry, which asks for them once."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts

    def describe(self) -> Iterable[Metric]:
        """Nothing: otherwise registering would read the database as well."""
        return ()

    def collect(self) -> Iterator[Metric]:
        ctx = self._parts.ctx
        yield from _collect_process(self._parts)
        yield from _collect_counters(ctx)
        yield from _collect_decisions(ctx)
        yield from _collect_gauges(ctx)
        for plugin in ctx.registry.plugins.values():
            yield from _collect_plugin(ctx, plugin)


def _collect_process(parts: PageParts) -> Iterator[Metric]:
    state, socket = parts.ready(), parts.socket()
    yield _own_gauge("b24bot_build_info", {parts.ctx.deployment.version: 1})
    yield _own_gauge("b24bot_ready", {"": state.ready})
    yield _own_gauge("b24bot_ready_condition", state.conditions)
    if socket is not None:
        yield _own_gauge("b24bot_socket_connected", {"": socket.alive})


def _collect_counters(ctx: Context) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily

    for row in COUNTERS:
        family = CounterMetricFamily(row.name, row.help, labels=[row.label])
        for value, number in sorted(ctx.threads.counters.totals(row).items()):
            family.add_metric([value], number)
        yield family


def _collect_decisions(ctx: Context) -> Iterator[Metric]:
    from prometheus_client.core import HistogramMetricFamily

    family = HistogramMetricFamily(DECISION_NAME, DECISION_HELP, labels=[DECISION_LABEL])
    for verdict, times in sorted(ctx.threads.counters.decisions().items()):
        family.add_metric([verdict], _buckets(times), times.seconds)
    yield family


def _buckets(times: DecisionTimes) -> list[tuple[str, float]]:
    bounds = [str(float(bound)) for bound in DECISION_BUCKETS]
    return [*zip(bounds, map(float, times.within), strict=True), ("+Inf", float(times.count))]


def _collect_gauges(ctx: Context) -> Iterator[Metric]:
    """A database that cannot be read leaves its own gauges out, and one gauge says so."""
    readable = True
    for row in GAUGES:
        try:
            samples = dict(row.read(ctx))
        except StoreUnavailable:
            readable = False
        else:
            yield _gauge(row.name, row.help, row.label, samples, grows=row.grows)
    yield _own_gauge("b24bot_database_readable", {"": readable})


def _collect_plugin(ctx: Context, plugin: HostedPlugin) -> Iterator[Metric]:
    """What a plugin measures. One that fails is in the log, and a gauge says so."""
    measured: Sequence[Measurement] | None = ()
    works = True
    try:
        measured = plugin.measure(ctx.services(plugin.name))
    except PluginError as error:
        log.warning("%s measured nothing: %s", plugin.name, error.sentence, extra={"action": "unmeasured"})
        works = False
    if measured is None:
        return
    helps: dict[str, str] = {}
    values: dict[str, dict[str, float]] = {}
    for one in measured:
        helps.setdefault(one.name, one.help)
        values.setdefault(one.name, {})[one.place] = one.value
    label, prefix = plugin.place_term.word, f"b24bot_{plugin.name.replace('-', '_')}"
    for name, samples in values.items():
        yield _gauge(f"{prefix}_{name}", helps[name], label, samples)
    yield _gauge(f"{prefix}_{MEASURED}", MEASURED_HELP, "", {"": works})


def _own_gauge(name: str, samples: Mapping[str, float]) -> Metric:
    label, text = OWN_GAUGES[name]
    return _gauge(name, text, label, samples)


def _gauge(name: str, text: str, label: str, samples: Mapping[str, float], *, grows: bool = False) -> Metric:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    labels = [label] if label else []
    family = CounterMetricFamily(name, text, labels=labels) if grows else GaugeMetricFamily(name, text, labels=labels)
    for value, number in samples.items():
        family.add_metric([value] if label else [], float(number))
    return family
