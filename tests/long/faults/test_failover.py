"""Three replicas on a server whose standby takes its place: nothing is lost, or no call follows the loss."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.core.bot_errors import StoreUnavailable
from bot.language.translation import PSEUDO
from bot.playground.workspace.base.dispatch import Dispatch
from bot.plugin.loopback import GIVE_UP_SECONDS, wait_until
from bot.store.postgres.connection import Address
from bot.store.postgres.engine import PostgresEngine
from bot.testing.conversation import APPROVALS
from tests.cli.cli_bot import CliBot
from tests.long.crash.harness.scene import key_of
from tests.long.faults.cluster import Cluster
from tests.long.form import sized
from tests.store.server.standby import Pair, open_pair
from tests.stories.processes import outside
from tests.stories.scene import UNREGISTER

FAILOVERS = sized(1, 5)
SCHEMA = "b24bot_failover"
SEED = 8
LEASE_SECONDS = 120 + 60
TYPED = "/b24 connector remove myconnector"
ADD = "INSERT INTO facts (name, value) VALUES (?, '')"
_LEFT = "SELECT count(*) FROM {}.jobs WHERE state IN ('new', 'taken')"


@contextmanager
def open_cluster(folder: Path, pair: Pair) -> Iterator[Cluster]:
    """Three replicas with one witness file, as on three hosts that mount a folder."""
    url = f"{pair.url}&schema={SCHEMA}"
    (folder / "witness").mkdir()
    with outside(folder, url) as bot:
        cluster = Cluster(bot, url, more={"B24BOT_WITNESS_FILE": str(folder / "witness" / "heads")})
        cluster.point_at_standby()
        yield cluster


class Load:
    """Commits beside the replicas, one after the other, until it is stopped."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self.acknowledged: list[str] = []
        self.first_after = 0.0
        """Seconds from the promotion of the standby to the first commit there."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._write)
        self._thread.start()

    def _write(self) -> None:
        with closing(PostgresEngine(Address.parse(f"{self._pair.url}&schema={SCHEMA}"))) as engine:
            number = 0
            while not self._stopping.is_set():
                number += 1
                try:
                    with engine.unit_of_work():
                        engine.execute(ADD, f"load-{number:06}")
                except StoreUnavailable:
                    continue
                self.acknowledged.append(f"load-{number:06}")
                if self._pair.promoted_at and not self.first_after:
                    self.first_after = time.monotonic() - self._pair.promoted_at

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()


@pytest.mark.parametrize("round_", range(FAILOVERS))
def test_a_synchronous_standby_takes_over_without_the_loss_of_anything_acknowledged(
    tmp_path: Path, round_: int, record_property: Callable[[str, object], None]
) -> None:
    """At a random moment of a removal; everything that was acknowledged is there, and the request ends as it is."""
    chance = random.Random(SEED + round_)
    with open_pair(synchronous=True) as pair, open_cluster(tmp_path, pair) as cluster:
        bot, load = cluster.bot, Load(pair)
        try:
            _ask_for_removal(cluster)
            _approve(cluster)
            wait_until(lambda: False, within=chance.random())
            pair.fail_over()
            assert wait_until(lambda: load.first_after > 0, within=GIVE_UP_SECONDS), bot.logs()
            assert wait_until(lambda: _status(cluster) in ("done", "failed"), within=LEASE_SECONDS), bot.logs()[-4000:]
        finally:
            load.stop()
        kept = {name for (name,) in cluster.ask(f"SELECT name FROM {SCHEMA}.facts WHERE name LIKE 'load-%'")}
        receipts = {key for (key,) in cluster.ask(f"SELECT key FROM {SCHEMA}.receipts")}
        assert set(load.acknowledged) - kept == set()
        assert {key_of(one.dispatch) for one in bot.workspace.dispatches if one.ok} - receipts == set()
        assert _effects(cluster) == (_status(cluster) == "done")
        assert _terminal(cluster).json("audit", "verify")["broken_at"] is None
        record_property("failover: acknowledged commits", len(load.acknowledged))
        record_property("failover: milliseconds to the first commit", round(load.first_after * 1000))


def test_after_an_asynchronous_standby_has_lost_commits_no_replica_makes_a_call(tmp_path: Path) -> None:
    """The removal was made, and the server believes that it waits for approval. Slack delivers the approval again."""
    with open_pair(synchronous=False) as pair, open_cluster(tmp_path, pair) as cluster:
        _ask_for_removal(cluster)
        pair.stop_sending()
        approval = _approve(cluster)
        assert wait_until(lambda: _status(cluster) == "done"), cluster.bot.logs()[-4000:]
        cluster.bot.portal.seed()
        pair.fail_over()
        assert wait_until(lambda: _status(cluster) == "pending"), cluster.bot.logs()[-4000:]
        _deliver_again(cluster, approval)
        _wait_for_rest(cluster)
        assert (_effects(cluster), _status(cluster)) == (1, "pending")
        cluster.kill_all()
        cluster.replace_ended()
        cluster.point_at_standby()
        _deliver_again(cluster, approval)
        _wait_for_rest(cluster)
        assert (_effects(cluster), _status(cluster)) == (1, "pending")
        assert "chain" in [limit["name"] for limit in _terminal(cluster).json("status")["data"]["limits"]]


def _ask_for_removal(cluster: Cluster) -> None:
    workspace = cluster.bot.workspace
    assert workspace.people["Olga"].slash(TYPED).ok
    workspace.wait_for(lambda: workspace.find(APPROVALS, "[*Approve "), what="the card")


def _approve(cluster: Cluster) -> Dispatch:
    workspace = cluster.bot.workspace
    card = workspace.wait_for(lambda: workspace.find(APPROVALS, "[*Approve "), what="the card")
    pressed = workspace.people["Anton"].click(card, "Approve")
    assert pressed.ok, cluster.bot.logs()[-4000:]
    return pressed.dispatch


def _deliver_again(cluster: Cluster, dispatch: Dispatch) -> None:
    """The server has lost its receipt, so the bot takes it for a new one."""
    assert wait_until(lambda: cluster.bot.workspace.deliver(dispatch).ok), cluster.bot.logs()[-4000:]


def _wait_for_rest(cluster: Cluster) -> None:
    assert wait_until(lambda: cluster.ask(_LEFT.format(SCHEMA)) == [(0,)]), cluster.bot.logs()[-4000:]


def _effects(cluster: Cluster) -> int:
    calls = cluster.bot.portal.portal.world.journal.calls
    return len([call for call in calls if call.method == UNREGISTER and call.effect])


def _status(cluster: Cluster) -> str:
    """The status of the request by the server that works now; empty while none does."""
    return str(next(iter(cluster.ask(f"SELECT status FROM {SCHEMA}.changes")), ("",))[0])


def _terminal(cluster: Cluster) -> CliBot:
    bot = cluster.bot
    return CliBot(bot.folder, {**bot.environment, **cluster.more, "B24BOT_LANGUAGE": PSEUDO})
