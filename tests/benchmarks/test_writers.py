"""The writers of both engines: what is measured is checked, too."""

from __future__ import annotations

from pathlib import Path

from benchmarks.measures import writers
from tests.store.server.postgres_server import Server


def test_both_engines_have_each_record_of_four_processes(postgres_server: Server, tmp_path: Path) -> None:
    found = writers.compare(tmp_path, postgres_server, 5)
    assert set(found) == {row.key for row in writers.MEASURE.rows}
