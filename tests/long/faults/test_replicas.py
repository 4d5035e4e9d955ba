"""Three replicas on one PostgreSQL server, one of which is killed or paused at any moment: the others go on.

Each replica has a folder of its own, as on a host of its own.
"""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from bot.plugin.loopback import GIVE_UP_SECONDS, wait_until
from bot.testing.conversation import APPROVALS
from tests.long.form import sized
from tests.ports import free_port
from tests.stories.processes import Outside, answers, kill, outside
from tests.stories.scene import UNREGISTER

TAKEN_FOR_DEAD = 4
"""The exit code of a replica whose work another one has taken over."""
ROUNDS = sized(3, 20)
REPLICAS = 3
SEED = 22
LEASE_SECONDS = 120 + 60
"""For how long the lease of a change request lasts whose replica was killed, and then reading back."""
_WORKERS = "SELECT pid FROM {}.replicas WHERE ('+' || roles || '+') LIKE '%+worker+%'"
_IN_A_UNIT = (
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'b24bot' AND state = 'idle in transaction' "
    "AND state_change < clock_timestamp() - interval '300 ms'"
)
"""Connections whose process does not go on with its unit of work."""


class Cluster:
    """The replicas, and what the server says of them."""

    def __init__(self, bot: Outside, url: str) -> None:
        self.bot = bot
        address, _, self._schema = url.partition("&schema=")
        self._connection = psycopg.connect(address, autocommit=True)
        self.longest_ms = 0
        """The longest time until another one had the role of the worker. It is printed only."""
        self._names = [f"host-{number}" for number in range(REPLICAS)]
        self.living = {name: self.start(name) for name in self._names}

    def start(self, name: str) -> tuple[subprocess.Popen[str], str]:
        """Start one, and wait until it takes clicks; returns it with its address."""
        port = free_port()
        home = {"B24BOT_HOME": str(self.bot.folder / name)}
        process = self.bot.start("serve", "--http", "--port", str(port), more=home)
        address = f"http://127.0.0.1:{port}"
        assert wait_until(lambda: answers(f"{address}/readyz"), within=2 * GIVE_UP_SECONDS), self.bot.logs()
        return process, address

    def workers(self) -> list[int]:
        """The processes that have the role of the worker."""
        return [int(pid) for (pid,) in self._connection.execute(_WORKERS.format(self._schema).encode())]

    def is_one_in_a_unit(self) -> bool:
        row = self._connection.execute(_IN_A_UNIT.encode()).fetchone()
        return row is not None and row[0] > 0

    def point_away_from(self, name: str) -> None:
        """Send what people do to another one, as a load balancer does."""
        self.bot.workspace.request_url = (
            f"{next(self.living[one][1] for one in self._names if one != name)}/slack/events"
        )

    def worker(self) -> str:
        """The name of the one that works."""
        pids = self.workers()
        return next(name for name, (process, _) in self.living.items() if [process.pid] == pids)

    def wait_for_another_worker(self, gone: int) -> None:
        since = time.monotonic()
        assert wait_until(lambda: self.workers() not in ([], [gone]), within=GIVE_UP_SECONDS), self.bot.logs()
        self.longest_ms = max(self.longest_ms, round((time.monotonic() - since) * 1000))
        assert len(self.workers()) == 1
        assert self.workers()[0] in {process.pid for process, _ in self.living.values()}

    def replace(self, name: str) -> None:
        self.living[name] = self.start(name)

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def cluster(tmp_path: Path, database_url: str) -> Iterator[Cluster]:
    with outside(tmp_path, database_url) as bot:
        made = Cluster(bot, database_url)
        try:
            yield made
        finally:
            made.close()


def test_one_of_three_is_killed_at_any_moment_and_every_request_ends_as_it_is(
    cluster: Cluster, record_property: Callable[[str, object], None]
) -> None:
    """Nothing is called twice; what was cut short is read back, and told as what it is."""
    chance = random.Random(SEED)
    assert len(cluster.workers()) == 1
    for round_ in range(ROUNDS):
        _remove_while(cluster, chance, round_)
        cluster.bot.portal.seed()
    record_property("replicas: kills", ROUNDS)
    record_property("replicas: most milliseconds from a kill until another one works", cluster.longest_ms)
    calls = [call for call in cluster.bot.portal.portal.world.journal.calls if call.method == UNREGISTER]
    assert len([call for call in calls if call.effect]) <= ROUNDS
    ended = cluster.bot.requests()
    assert len(ended) == ROUNDS
    assert {row["status"] for row in ended} <= {"done", "failed"}, ended
    assert len([call for call in calls if call.effect]) == len([row for row in ended if row["status"] == "done"])


def _remove_while(cluster: Cluster, chance: random.Random, round_: int) -> None:
    """Ask for a removal, approve it, and kill the one that works at some moment."""
    bot, victim = cluster.bot, cluster.worker()
    cluster.point_away_from(victim)
    process = cluster.living[victim][0]
    number = f"CR-{1001 + round_}"
    workspace = bot.workspace
    assert workspace.people["Olga"].slash("/b24 connector remove myconnector").ok
    card = workspace.wait_for(lambda: workspace.find(APPROVALS, "[*Approve "), what=f"the card of {number}")
    assert workspace.people["Anton"].click(card, "Approve").ok
    moment = chance.random()
    wait_until(lambda: process.poll() is not None, within=moment)
    kill(process)
    others = [one for name, (one, _) in cluster.living.items() if name != victim]
    cluster.wait_for_another_worker(process.pid)
    for one in others:
        # A machine that is too busy to let a replica beat for five seconds is told from one that ends by itself.
        assert one.poll() in (None, TAKEN_FOR_DEAD), bot.logs()
    assert workspace.people["Olga"].slash("/b24 whoami").ok
    assert wait_until(lambda: _status(bot, number) in ("done", "failed"), within=LEASE_SECONDS), bot.logs()[-4000:]
    for name in [name for name, (one, _) in cluster.living.items() if one.poll() is not None]:
        cluster.replace(name)


def _status(bot: Outside, number: str) -> str:
    return next((str(row["status"]) for row in bot.requests() if row["id"] == number), "")


def test_one_that_is_paused_inside_a_unit_of_work_is_taken_for_dead_and_writes_nothing_more(cluster: Cluster) -> None:
    bot, victim = cluster.bot, cluster.worker()
    cluster.point_away_from(victim)
    process = cluster.living[victim][0]

    def is_caught() -> bool:
        process.send_signal(signal.SIGSTOP)
        if wait_until(cluster.is_one_in_a_unit, within=0.6):
            return True
        process.send_signal(signal.SIGCONT)
        return False

    try:
        assert wait_until(is_caught, within=10 * GIVE_UP_SECONDS)
        cluster.wait_for_another_worker(process.pid)
        assert bot.workspace.people["Olga"].slash("/b24 connector remove myconnector").ok
        workspace = bot.workspace
        workspace.wait_for(lambda: workspace.find(APPROVALS, "[*Approve "), what="a card from another replica")
    finally:
        process.send_signal(signal.SIGCONT)
    assert process.wait(timeout=GIVE_UP_SECONDS) == TAKEN_FOR_DEAD, bot.logs()[-4000:]
    assert len(cluster.workers()) == 1
