"""A command's form, from the typed line to the fields in the workspace, and what a menu of it offers.

The whole bot between both simulators in this process, with 500 connectors and 100 lines on the portal.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.sampling import Given, Measure, Row, Samples
from bot.playground.environment import Playground
from plugins.bitrix24.simulation import PortalSimulation

CONNECTORS, LINES = 500, 100
WITHIN = 60.0


def _seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _answer(playground: Playground) -> None:
    """Let somebody type a line that is answered from what is stored, and wait for the answer."""
    workspace = playground.workspace
    before = len(workspace.ephemerals("Olga"))
    workspace.people["Olga"].slash("/b24 whoami")
    workspace.wait_for(lambda: len(workspace.ephemerals("Olga")) > before, WITHIN, "the answer")


def _open(playground: Playground) -> None:
    """Let somebody type a line without its argument, and wait for the fields of the form."""
    workspace = playground.workspace
    workspace.people["Olga"].slash("/b24 connector remove")
    workspace.wait_for(lambda: any("submit" in each.body for each in workspace.open_views("Olga")), WITHIN, "the form")


def _offer(playground: Playground, typed: str) -> bool:
    persona = playground.workspace.people["Olga"]
    return bool(persona.suggest(persona.view, "connector", typed).ack.get("option_groups"))


def _one_round(playground: Playground) -> dict[str, float]:
    answered = _seconds(lambda: _answer(playground))
    opened = _seconds(lambda: _open(playground))
    playground.workspace.wait_for(lambda: _offer(playground, ""), WITHIN, "choices")
    offered = _seconds(lambda: _offer(playground, ""))
    narrowed = _seconds(lambda: _offer(playground, "bench499"))
    playground.workspace.people["Olga"].close()
    return {"answer": answered, "form": opened, "options": offered, "narrowed": narrowed}


def samples(_given: Given) -> Samples:
    with tempfile.TemporaryDirectory() as folder, Playground(Path(folder), pace=False, synchronous="OFF") as playground:
        assert isinstance(playground.portal, PortalSimulation)
        playground.portal.portal.seed(
            connectors=[{"id": f"bench{number}", "name": f"Bench {number}"} for number in range(CONNECTORS)],
            lines=[{"id": 1_000 + number, "name": f"Line {number}"} for number in range(LINES)],
        )
        _one_round(playground)
        while True:
            yield _one_round(playground)


MEASURE = Measure(
    title=f"Forms in Slack, {CONNECTORS} connectors and {LINES} lines",
    rows=(
        Row(key="answer", label="a line that is answered at once", unit="ms"),
        Row(key="form", label="a form with its fields", unit="ms", base="answer", goal="≤ 3 ×"),
        Row(key="options", label="the options of a menu", unit="ms", base="answer", goal="≤ 5 ×"),
        Row(key="narrowed", label="the options for a typed word", unit="ms", base="answer", goal="≤ 5 ×"),
    ),
    samples=samples,
    rounds=20,
    quick_rounds=4,
)
