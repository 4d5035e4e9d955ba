"""Processes that share a portal's bucket on a server together never ask more often than the portal lets them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.bitrix24.traffic.taker import PACE
from tests.store.conftest import MakeEngine
from tests.store.conftest import make_postgres_engine as make_postgres_engine
from tests.store.neighbour import ROOT

PROCESSES, EACH = 2, 30


def test_two_processes_together_never_exceed_the_bucket(make_postgres_engine: MakeEngine, tmp_path: Path) -> None:
    address = make_postgres_engine().address
    url = f"{address.url}&schema={address.schema}"
    words = (sys.executable, "-m", "tests.bitrix24.traffic.taker", url, str(EACH))
    takers = [
        subprocess.Popen([*words, str(tmp_path / str(number))], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for number in range(PROCESSES)
    ]
    moments = sorted(float(line) for taker in takers for line in taker.communicate(timeout=120)[0].splitlines())
    assert len(moments) == PROCESSES * EACH
    level, seen = 0.0, moments[0]
    for moment in moments:
        level, seen = max(0.0, level - (moment - seen) * PACE.drains) + 1.0, moment
        assert level <= PACE.holds + 1.0, "as the portal counts, one beyond for what a process does after its wait"
