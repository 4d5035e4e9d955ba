"""The example board and the alert rules: whatever they name exists, and every expression parses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from bot.core.change.change_request import Status
from bot.playground.environment import Playground
from scripts import write_metrics_docs
from tests.stories.scene import Scene
from tests.web.scraped import Scraped, scrape

FOLDER = Path(__file__).parents[2] / "docs" / "monitoring"
RULES: Any = yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))
BOARD: Any = json.loads((FOLDER / "board.json").read_text("utf-8"))
ALERTS: list[dict[str, Any]] = [rule for group in RULES["groups"] for rule in group["rules"]]
OF_PROMETHEUS = {"up": {"job", "instance"}}
"""What the server itself adds to each target."""
TARGET_LABELS = {"job", "instance", "le"}
"""Labels that the server, or a histogram, adds to every series."""
MISSING_OVER_HTTP = "b24bot_socket_connected"


def expressions() -> dict[str, str]:
    """Every expression of both files, by where it stands."""
    found = {f"alert {rule['alert']}": rule["expr"] for rule in ALERTS}
    for panel in BOARD["panels"]:
        found |= {f"panel {panel['title']} {target['refId']}": target["expr"] for target in panel["targets"]}
    return found


def selectors(expression: str) -> Iterator[tuple[str, set[str], str]]:
    """The metrics of an expression, each with the labels it is chosen by and the text of the choice."""
    found: list[Any] = []
    promql_parser.walk(promql_parser.parse(expression), pre_visit=lambda node: found.append(node))
    for node in found:
        selector = getattr(node, "vector_selector", node)
        if isinstance(selector, promql_parser.VectorSelector):
            text = selector.prettify()
            yield str(selector.name), set(re.findall(r"(\w+)\s*(?:=|!)", text.partition("{")[2])), text


def grouped(expression: str) -> set[str]:
    """The labels that an expression groups by."""
    return {label.strip() for labels in re.findall(r"\bby \(([^)]*)\)", expression) for label in labels.split(",")}


@pytest.fixture
def seen(full_bot: Playground) -> Scraped:
    """What a bot reports after a removal that somebody was refused and somebody else was too late for."""
    scene = Scene(full_bot)
    card = scene.ask_removal()
    scene.press("Olga", card, "Approve")
    scene.press("Anton", card, "Approve")
    scene.wait_status(Status.DONE)
    scene.press("Vera", card, "Approve")
    scene.workspace.wait_for(lambda: scene.workspace.ephemerals("Vera"), what="that it was too late")
    return scrape(scene.playground)


def test_every_expression_parses() -> None:
    for place, expression in expressions().items():
        try:
            promql_parser.parse(expression)
        except ValueError as error:
            pytest.fail(f"{place}: {error}")


def test_every_metric_and_label_that_is_named_exists(seen: Scraped) -> None:
    labels: dict[str, set[str]] = {name: set(known) for name, known in OF_PROMETHEUS.items()}
    for sample in seen.samples:
        labels.setdefault(sample.name, set()).update(sample.labels)
    # A series that needs an event of its own has its label in the table of the metrics.
    for name, _, label, _ in write_metrics_docs.rows():
        labels.setdefault(name, set()).update({label} - {""})
    unknown = []
    for place, expression in expressions().items():
        chosen = list(selectors(expression))
        unknown += [f"{place}: no {name}" for name, _, _ in chosen if name not in labels]
        known = TARGET_LABELS.union(*(labels.get(name, set()) for name, _, _ in chosen))
        asked = grouped(expression).union(*(by for _, by, _ in chosen))
        unknown += [f"{place}: no label {label}" for label in asked - known]
    assert unknown == []


def test_the_table_of_metrics_is_what_a_bot_reports(seen: Scraped) -> None:
    told = {name.removesuffix("_total") for name, _, _, _ in write_metrics_docs.rows()} - {MISSING_OVER_HTTP}
    reported = {name for name in seen.families if name.startswith("b24bot_")}
    # A bot without a checkpoint or a backup has no age of either.
    assert told - reported <= {"b24bot_backup_age_seconds", "b24bot_audit_chain_age_seconds"}
    assert reported - told == set()


def test_names_follow_the_conventions_of_prometheus() -> None:
    for name, kind, label, text in write_metrics_docs.rows():
        assert re.fullmatch(r"b24bot(_[a-z0-9]+)+", name), name
        assert re.fullmatch(r"([a-z]+)?", label), name
        assert name.endswith("_total") == (kind == "counter"), name
        assert text[0].isupper() or text[0].isdigit(), name
        assert text.endswith("."), name
        if any(word in text for word in ("Time ", "Age ", "time that")):
            assert name.endswith("_seconds"), name


def test_each_alert_is_complete_and_in_the_guide() -> None:
    guide = (FOLDER.parent / "how-to" / "monitor.md").read_text("utf-8")
    assert set(RULES) == {"groups"}
    assert len({rule["alert"] for rule in ALERTS}) == len(ALERTS) >= 10
    for rule in ALERTS:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert re.fullmatch(r"B24bot[A-Z][A-Za-z]+", rule["alert"])
        assert f"`{rule['alert']}`" in guide
        assert "for" not in rule or promql_parser.parse_duration(rule["for"]).total_seconds() > 0
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert set(rule["annotations"]) == {"summary", "description"}


def test_an_alert_names_in_its_text_only_labels_that_its_expression_keeps() -> None:
    for rule in ALERTS:
        for label in re.findall(r"\$labels\.(\w+)", json.dumps(rule["annotations"])):
            kept = grouped(rule["expr"]) or TARGET_LABELS | {
                one for name, _, one, _ in write_metrics_docs.rows() if name in rule["expr"]
            }
            assert label in kept, f"{rule['alert']}: {label}"


def test_each_panel_of_the_board_has_its_place() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        grid = panel["gridPos"]
        cells = {(grid["x"] + x, grid["y"] + y) for x in range(grid["w"]) for y in range(grid["h"])}
        assert cells.isdisjoint(taken), panel["title"]
        assert grid["x"] + grid["w"] <= 24
        assert panel["datasource"]["uid"] == "${datasource}"
        taken |= cells
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])


def test_the_guide_is_up_to_date() -> None:
    """If not: run scripts/write_metrics_docs.py."""
    assert write_metrics_docs.main(["--check"]) == 0


def test_a_difference_is_told_and_writing_mends_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / write_metrics_docs.PAGE
    page.parent.mkdir(parents=True)
    text = (write_metrics_docs.ROOT / write_metrics_docs.PAGE).read_text("utf-8")
    page.write_text(text.replace("b24bot_mode", "b24bot_mood"), "utf-8")
    assert write_metrics_docs.main(["--check"], tmp_path) == 1
    assert "Run scripts/write_metrics_docs.py" in capsys.readouterr().err
    assert write_metrics_docs.main([], tmp_path) == 0
    assert page.read_text("utf-8") == text
