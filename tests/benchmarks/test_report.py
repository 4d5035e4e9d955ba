"""What was measured as tables and as a page: how ratios, units, goals and what was not measured are written."""

from __future__ import annotations

import platform

import pytest

from benchmarks.page import facts, page
from benchmarks.report import amount, number, sheet_of, to_markdown
from benchmarks.sampling import Found, Given, Measure, Row, Samples, ratio_of

NAMES = {"here": "new", "there": "old"}


def never(given: Given) -> Samples:
    raise AssertionError("nothing is measured here")


MEASURE = Measure(
    title="Calls",
    rows=(
        Row(key="ours", label="ours", unit="ms", base="bare", goal="≤ 10 ms"),
        Row(key="bare", label="bare", unit="ms"),
        Row(key="elsewhere", label="left out of this form"),
    ),
    samples=never,
)


def found(ours: list[float], bare: list[float]) -> Found:
    return Found(samples={"ours": ours, "bare": bare})


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0"), (0.0123, "0.012"), (0.5, "0.50"), (1.239, "1.24"), (12.34, "12.3"), (1234.5, "1,234")],
)
def test_a_number_has_the_digits_that_count(value: float, words: str) -> None:
    assert number(value) == words


@pytest.mark.parametrize(
    ("unit", "words"), [("s", "0.25 s"), ("ms", "250 ms"), ("µs", "250,000 µs"), ("a second", "0.25 a second")]
)
def test_an_amount_is_told_in_its_unit(unit: str, words: str) -> None:
    assert amount(0.25, unit) == words


def test_a_ratio_pairs_what_was_sampled_in_the_same_round() -> None:
    ratio = ratio_of([2.0, 30.0, 8.0], [1.0, 10.0, 2.0])
    assert ratio is not None
    assert (ratio.middle, ratio.least, ratio.most) == (3.0, 2.0, 4.0)
    assert ratio_of([], [1.0]) is None


def test_two_checkouts_and_a_peer_stand_in_one_row() -> None:
    both = {"here": found([0.001, 0.003], [0.001, 0.001]), "there": found([0.002, 0.002], [0.001, 0.001])}
    sheet = sheet_of(MEASURE, both, NAMES)
    assert sheet.heads == ["what", "new", "old", "ratio of the two", "× base", "goal", "samples"]
    assert sheet.rows[0] == ["ours", "2.00 ms", "2.00 ms", "1.00 (0.50–1.50)", "2.00 (1.00–3.00)", "≤ 10 ms", "2"]
    assert [row[0] for row in sheet.rows] == ["ours", "bare"]


def test_what_could_not_be_measured_is_told() -> None:
    sheet = sheet_of(MEASURE, {"here": found([1.0], [1.0]), "there": Found(trouble="the process has ended")}, NAMES)
    assert sheet.notes == ["Not measured, old: the process has ended."]
    assert sheet.rows[0][2] == "–"


def test_a_table_is_written_as_markdown() -> None:
    text = to_markdown([sheet_of(MEASURE, {"here": found([1.0], [1.0])}, {"here": "a|b"})])
    assert text.splitlines()[:4] == [
        "## Calls",
        "",
        "| what | a\\|b | × base | goal | samples |",
        "|---|---:|---:|---:|---:|",
    ]


def test_the_page_names_no_host() -> None:
    text = page([], facts(), quick=True)
    assert platform.node() not in text
    assert "quick form" in text
