"""From the click on Approve until the portal has done it, and until the card tells so; alone, and eight in a row."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.sampling import Given, Measure, Row, Sample, Samples
from benchmarks.street import Street, street
from bot.core.principals import Role

ROLES = {"Olga": Role.OPERATOR, "Anton": Role.APPROVER, "Ida": Role.ADMIN}
IN_A_ROW = 8
FIRST_LINE = 101
ENDED = "done and verified"


def samples(given: Given) -> Samples:
    while True:
        with tempfile.TemporaryDirectory() as folder, street(Path(folder)) as here:
            names = [f"conn{number}" for number in range(given.pick(1, 1 + IN_A_ROW))]
            # Each on a line of its own: of two on one line, the removal of one makes the plan of the other out of date.
            lines = [FIRST_LINE + number for number in range(len(names))]
            here.portal.portal.seed(
                lines=[{"id": line, "name": f"Line {line}"} for line in lines],
                connectors=[{"id": name, "name": name} for name in names],
                activations=[{"connector": name, "line": line} for name, line in zip(names, lines, strict=True)],
            )
            here.inhabit(ROLES)
            here.start()
            here.until_ready()
            yield _one(here, names)


def _one(here: Street, names: list[str]) -> Sample:
    cards = {name: _card(here, name) for name in names}
    # The channel's budget is whole again, as it is when somebody comes to a card that has been waiting.
    time.sleep(3.0)
    alone, *others = names
    done, told = _approved(here, {alone: cards[alone]})
    found = {"portal alone": done[0], "card alone": told[0]}
    if others:
        time.sleep(3.0)
        done, told = _approved(here, {name: cards[name] for name in others})
        found |= {"portal row": max(done), "card middle": statistics.median(told), "card row": max(told)}
    return found


def _card(here: Street, name: str) -> str:
    """Ask for the removal; the time stamp of its card."""
    here.slash("Olga", f"connector remove {name} --reason bench")
    # Its title: the card of another removal may name this connector, too.
    title = f"Remove the connector {name}"
    here.until(lambda: here.workspace.find("approvals", title) is not None, within=60, what=f"the card of {name}")
    found = here.workspace.find("approvals", title)
    assert found
    here.until(lambda: bool(_approval_label(here, found.ts)), within=60, what=f"the buttons of {name}")
    return found.ts


def _approval_label(here: Street, ts: str) -> str:
    """The label of the button that approves: it names what it approves. Empty while the card has none."""
    found = here.workspace.message("approvals", ts)
    return next((label for label in found.labels if label.startswith("Approve")), "") if found else ""


def _approved(here: Street, cards: dict[str, str]) -> tuple[list[float], list[float]]:
    """Seconds from the first click until the portal had done each, and until its card told so."""
    done: dict[str, float] = {}
    told: dict[str, float] = {}
    begun = time.perf_counter()
    for ts in cards.values():
        message = here.workspace.message("approvals", ts)
        assert message
        here.workspace.people["Anton"].click(message, _approval_label(here, ts))

    def all_told() -> bool:
        now = time.perf_counter() - begun
        for name, ts in cards.items():
            if name not in done and name not in list(here.portal.portal.state.connectors):
                done[name] = now
            if name not in told and _tells(here, ts):
                told[name] = now
        return len(done) == len(told) == len(cards)

    here.until(all_told, within=90, what="all cards tell the end")
    return list(done.values()), list(told.values())


def _tells(here: Street, ts: str) -> bool:
    message = here.workspace.message("approvals", ts)
    return message is not None and ENDED in here.workspace.transcript(message).lower()


MEASURE = Measure(
    title="A click on Approve",
    rows=(
        Row(key="portal alone", label="the portal has done it"),
        Row(key="card alone", label="the card tells the truth", goal="≤ 0.5 s"),
        Row(key="portal row", label="eight in a row: the portal has done all"),
        Row(key="card middle", label="eight in a row: the middle card tells the truth"),
        Row(key="card row", label="eight in a row: all cards tell the truth", goal="≤ 10 s"),
    ),
    samples=samples,
    rounds=3,
    seconds=180.0,
)
