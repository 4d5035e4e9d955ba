"""Three replicas on one PostgreSQL server, one of which is killed or paused at any moment: the others go on.

Each replica has a folder of its own, as on a host of its own.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.playground.workspace.control.facade import Workspace
from bot.playground.workspace.state.messages import Message
from bot.plugin.loopback import GIVE_UP_SECONDS, wait_until
from bot.testing.conversation import APPROVALS
from tests.long.faults.cluster import TAKEN_FOR_DEAD, Cluster
from tests.long.form import sized
from tests.stories.processes import Outside, kill, outside
from tests.stories.scene import UNREGISTER

ROUNDS = sized(3, 20)
SEED = 22
LEASE_SECONDS = 120 + 60
"""For how long the lease of a change request lasts whose replica was killed, and then reading back."""

_DECIDED = "SELECT tag FROM {}.audit WHERE tag IN ('bot:freeze:set', 'change:review:refused')"


@pytest.fixture
def cluster(tmp_path: Path, database_url: str) -> Iterator[Cluster]:
    with outside(tmp_path, database_url) as bot:
        yield Cluster(bot, database_url)


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


def test_a_freeze_that_is_typed_while_none_works_holds_before_an_approval_that_came_earlier(
    cluster: Cluster,
) -> None:
    """The replica that worked is killed. Both are acknowledged at once, and the next one begins with the freeze."""
    bot, victim = cluster.bot, cluster.worker()
    cluster.point_away_from(victim)
    workspace, process = bot.workspace, cluster.living[victim][0]
    assert workspace.people["Olga"].slash("/b24 connector remove myconnector").ok
    card = workspace.wait_for(lambda: _find_open_card(workspace, "CR-1001"), what="the card of the request")
    kill(process)
    assert workspace.people["Anton"].click(card, "Approve").ok
    assert workspace.people["Vera"].slash("/b24 freeze the portal is moved").ok
    assert cluster.workers() == [process.pid], "another one worked before the freeze was acknowledged"
    cluster.wait_for_another_worker(process.pid)
    workspace.wait_for(lambda: workspace.find(APPROVALS, "the portal is moved"), what="the freeze")
    decided = _DECIDED.format(cluster.schema)
    assert wait_until(lambda: len(cluster.ask(decided)) == 2, within=GIVE_UP_SECONDS), bot.logs()[-4000:]
    assert sorted(cluster.ask(decided)) == [("bot:freeze:set",), ("change:review:refused",)]
    assert [one for one in bot.portal.portal.world.journal.calls if one.method == UNREGISTER] == []


def _remove_while(cluster: Cluster, chance: random.Random, round_: int) -> None:
    """Ask for a removal, approve it, and kill the one that works at some moment."""
    bot, victim = cluster.bot, cluster.worker()
    cluster.point_away_from(victim)
    process = cluster.living[victim][0]
    number = f"CR-{1001 + round_}"
    workspace = bot.workspace
    assert workspace.people["Olga"].slash("/b24 connector remove myconnector").ok
    card = workspace.wait_for(lambda: _find_open_card(workspace, number), what=f"the card of {number}")
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


def _find_open_card(workspace: Workspace, number: str) -> Message | None:
    """Find the card of this request. That of an earlier one may wait for its update, and shows buttons until then."""
    card = workspace.find(APPROVALS, number)
    return card if card is not None and "[*Approve " in workspace.transcript(card) else None


def _status(bot: Outside, number: str) -> str:
    return next((str(row["status"]) for row in bot.requests() if row["id"] == number), "")


def test_one_that_is_paused_inside_a_unit_of_work_is_taken_for_dead_and_writes_nothing_more(
    cluster: Cluster, record_property: Callable[[str, object], None]
) -> None:
    """The others go on while it is paused (tests/usecases/runtime/test_replica_times.py says how soon).

    They stand still while it goes on, so that each row that changes then is one that it wrote.
    """
    bot, victim = cluster.bot, cluster.worker()
    cluster.point_away_from(victim)
    process = cluster.living[victim][0]

    def is_caught() -> bool:
        with cluster.one_waiting():
            cluster.pause(victim)
        if wait_until(cluster.is_one_in_a_unit, within=2):
            return True
        cluster.resume(victim)
        return False

    try:
        assert wait_until(is_caught, within=10 * GIVE_UP_SECONDS)
        record_property("replicas: most milliseconds until others write beside a paused one", cluster.wait_as_another())
        cluster.wait_for_another_worker(process.pid)
        assert bot.workspace.people["Olga"].slash("/b24 connector remove myconnector").ok
        workspace = bot.workspace
        workspace.wait_for(lambda: workspace.find(APPROVALS, "[*Approve "), what="a card from another replica")
        cluster.pause_all_but(victim)
        before = cluster.read_rows()
        cluster.resume(victim)
        assert process.wait(timeout=GIVE_UP_SECONDS) == TAKEN_FOR_DEAD, bot.logs()[-4000:]
        assert cluster.read_rows() == before
    finally:
        cluster.resume(victim)
        cluster.resume_all_but(victim)
    assert wait_until(lambda: len(cluster.workers()) == 1), bot.logs()[-4000:]
