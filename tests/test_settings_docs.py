"""`.env.example` and the settings page are written from the rows, and are up to date."""

from __future__ import annotations

from pathlib import Path

import pytest
from dotenv import dotenv_values

from bot.app import read_settings
from scripts.write_settings_docs import ROOT, differing, main, sections, sentence, texts

ROWS = [row for rows in sections().values() for row in rows]


def test_the_written_files_are_up_to_date() -> None:
    """If not: run scripts/write_settings_docs.py."""
    assert list(differing(ROOT)) == []


def test_every_setting_the_bot_reads_is_in_both_files() -> None:
    settings = read_settings({})
    assert [row.name for row in ROWS] == [row.name for row in settings.rows]
    for text in texts().values():
        assert [row.name for row in ROWS if row.name not in text] == []


def test_a_copy_of_the_example_changes_nothing(tmp_path: Path) -> None:
    copy = tmp_path / ".env"
    copy.write_text(texts()[".env.example"], "utf-8")
    assert read_settings({}, copy).values == read_settings({}).values
    assert set(dotenv_values(copy)) == {row.name for row in ROWS if not row.default}


def test_no_line_of_the_example_holds_a_secret() -> None:
    assert not any(dotenv_values(ROOT / ".env.example", interpolate=False).values())


def test_a_difference_is_told_and_writing_mends_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"], tmp_path) == 1
    assert ".env.example is not what" in capsys.readouterr().err
    assert main([], tmp_path) == 0
    assert capsys.readouterr().out == "wrote .env.example\nwrote docs/settings.md\n"
    assert main(["--check"], tmp_path) == 0
    (tmp_path / "docs" / "settings.md").write_text("old")
    assert list(differing(tmp_path)) == ["docs/settings.md"]
    assert main([], tmp_path) == 0
    assert main([], tmp_path) == 0
    assert capsys.readouterr().out == "wrote docs/settings.md\n"


def test_a_help_line_is_shown_as_a_sentence() -> None:
    assert sentence("host name of the portal") == "Host name of the portal."
    assert sentence("client_id of the application") == "client_id of the application."
    assert sentence("On or off.") == "On or off."
