"""The runner: what can be asked for, and what becomes of a measure that fails."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import NAMES, parse
from benchmarks.sampling import HERE, Child, Given, NotMeasured, Side, take_turns
from benchmarks.side import load
from tests.tables.rows import each_row


@each_row("name", NAMES)
def test_every_measure_can_be_loaded_and_names_its_rows_once(name: str) -> None:
    measure = load(f"measures.{name}")
    keys = [row.key for row in measure.rows]
    assert len(keys) == len(set(keys))
    assert {row.base for row in measure.rows if row.base} <= set(keys)


def test_every_module_of_measures_is_in_the_list() -> None:
    folder = Path(load.__code__.co_filename).parent / "measures"
    assert {path.stem for path in folder.glob("*.py")} == set(NAMES)


def test_the_command_line() -> None:
    options = parse(["starting", "--quick", "--against", "elsewhere", "--cache", "aged"])
    assert (options.names, options.quick, options.against, options.cache, options.write) == (
        ["starting"],
        True,
        Path("elsewhere"),
        Path("aged"),
        None,
    )


def test_an_unknown_measure_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["nothing"])
    assert "there is no measure nothing; there are queries" in capsys.readouterr().err


def test_a_checkout_without_an_interpreter_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotMeasured, match=r"has no \.venv"):
        Side.at(tmp_path)


OWN = """
def main(arguments):
    input()
    print('{"own": 1.0}', flush=True)
    input()
"""


def test_another_checkout_is_measured_by_its_own_benchmarks_where_it_has_them(tmp_path: Path) -> None:
    """Those of today name modules that an earlier checkout does not have."""
    python, own = tmp_path / ".venv" / "bin" / "python", tmp_path / "benchmarks"
    for folder in (python.parent, own):
        folder.mkdir(parents=True)
    python.symlink_to(sys.executable)
    assert Side.at(tmp_path).benchmarks == HERE
    (own / "side.py").write_text(OWN)
    with Child(Side.at(tmp_path), "anything", Given(), seconds=60) as child:
        assert child.sample() == {"own": 1.0}


def test_what_a_measure_fails_of_is_told() -> None:
    with Child(Side.here(), "nothing", Given(), seconds=60) as child, pytest.raises(NotMeasured, match="No module"):
        child.sample()


def test_without_time_nothing_is_begun() -> None:
    measure = load("measures.ack")
    found = take_turns("ack", measure, [Side(name="here", python="/nowhere/python")], Given(), until=0.0)
    assert found["here"].trouble == "no time was left"
