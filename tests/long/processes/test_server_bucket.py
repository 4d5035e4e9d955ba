"""Processes that share a portal's bucket on a server together never ask more often than the portal lets them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.bitrix24.plugin_bot import PluginBot
from tests.bitrix24.processes import Processes
from tests.bitrix24.traffic.taker import PACE
from tests.long.form import sized
from tests.store.conftest import MakeEngine
from tests.store.conftest import make_postgres_engine as make_postgres_engine
from tests.store.neighbour import ROOT

PROCESSES, EACH = 2, 30
REPLICAS = 3
HOLDS, DRAINS = 50.0, 2.0
"""What a portal in the cloud takes (docs/portal-behaviour.md P17)."""
CALLS = sized(25, 57)
"""Of each. In the long form they take a minute: 50 at once, and 120 more."""
FULL = "QUERY_LIMIT_EXCEEDED"
AHEAD = (-180.0, 0.0, 180.0)
"""By how many seconds the clock of each is ahead."""
EXPIRIES, THREADS = sized(6, 30), 4


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


def test_three_replicas_ask_a_portal_no_more_than_it_takes_in_a_minute(tmp_path: Path, database_url: str) -> None:
    """The portal here counts as the cloud does: 50 at once and 2 a second after that. All three begin together."""
    plugin_bot, processes = PluginBot(tmp_path, url=database_url), Processes(REPLICAS)
    try:
        answers = processes.do([plugin_bot.task("call", times=CALLS) for _ in range(REPLICAS)])
        assert answers == [{"called": CALLS}] * REPLICAS
        calls = plugin_bot.calls()
    finally:
        processes.stop()
        plugin_bot.stop()
    assert [call.outcome for call in calls if call.outcome == FULL] == []
    asked = [call.at for call in calls if not call.in_batch]
    assert len(asked) >= REPLICAS * CALLS, "each of them reached the portal"
    level, seen = 0.0, asked[0]
    for moment in sorted(asked):
        level, seen = max(0.0, level - (moment - seen) * DRAINS) + 1.0, moment
        assert level <= HOLDS
    assert level > HOLDS / 2, "they asked as often as they may"


def test_three_replicas_whose_clocks_differ_renew_a_token_once(tmp_path: Path, database_url: str) -> None:
    """A lease that one of them takes has to hold for one whose clock is three minutes ahead."""
    plugin_bot, processes = PluginBot(tmp_path, url=database_url, BITRIX24_PLAN="enterprise"), Processes(REPLICAS)
    plugin_bot.switch(rate_limit="off")
    try:
        for _ in range(EXPIRIES):
            plugin_bot.expire()
            tasks = [plugin_bot.task("read", threads=THREADS, ahead=ahead) for ahead in AHEAD]
            assert processes.do(tasks) == [{"read": THREADS}] * REPLICAS
        assert [entry.outcome for entry in plugin_bot.refreshes()] == ["ok"] * EXPIRIES
        sealed = plugin_bot.services.secrets.read("default")
        assert sealed is not None
        assert sealed.generation == 1 + EXPIRIES
    finally:
        processes.stop()
        plugin_bot.stop()
