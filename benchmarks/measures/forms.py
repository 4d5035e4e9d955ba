"""A command's form, from the typed line to its fields in the workspace, its menu and its preview, and the Home tab.

The whole bot between both simulators in this process, with 500 connectors and 100 lines on the portal.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.sampling import Given, Measure, Row, Samples
from bot.playground.environment import Playground
from bot.slack.outgoing.home_view import home_view
from bot.slack.render.slack_text import Writer
from bot.usecases.home.home_page import make_home_tab
from plugins.bitrix24.simulation import PortalSimulation

CONNECTORS, LINES = 500, 100
WITHIN = 60.0
CHOSEN = "bench499"
"""The connector that is chosen in the form."""


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


def _preview(playground: Playground) -> None:
    """Let somebody choose a value in a menu, and wait until the form says what would happen."""
    workspace = playground.workspace
    persona = workspace.people["Olga"]
    (option,) = persona.suggest(persona.view, "connector", CHOSEN).ack["option_groups"][0]["options"]
    persona.click(persona.view, "connector", choice=option)
    workspace.wait_for(lambda: _is_previewed(persona.view.blocks), WITHIN, "the preview")


def _is_previewed(blocks: Sequence[Mapping[str, Any]]) -> bool:
    notes = (one["text"] for block in blocks if block["type"] == "context" for one in block["elements"])
    return any(CHOSEN in note for note in notes)


def _make_home(playground: Playground) -> None:
    """Make the Home tab of a person as it is published. Publishing itself waits for the pace of Slack."""
    assert playground.running is not None
    ctx = playground.running.bot.context
    home_view(make_home_tab(ctx, playground.person("Olga"), renew=False), Writer(), lambda _: "")


def _one_round(playground: Playground) -> dict[str, float]:
    answered = _seconds(lambda: _answer(playground))
    opened = _seconds(lambda: _open(playground))
    playground.workspace.wait_for(lambda: _offer(playground, ""), WITHIN, "choices")
    offered = _seconds(lambda: _offer(playground, ""))
    narrowed = _seconds(lambda: _offer(playground, CHOSEN))
    previewed = _seconds(lambda: _preview(playground))
    playground.workspace.people["Olga"].close()
    home = _seconds(lambda: _make_home(playground))
    return {
        "answer": answered,
        "form": opened,
        "options": offered,
        "narrowed": narrowed,
        "preview": previewed,
        "home": home,
    }


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
        Row(key="preview", label="the preview of a chosen value", unit="ms", base="answer", goal="≤ 5 ×"),
        Row(key="home", label="the Home tab, made anew", unit="ms", base="answer", goal="≤ 5 ×"),
    ),
    samples=samples,
    rounds=20,
    quick_rounds=4,
)
