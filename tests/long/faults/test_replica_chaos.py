"""Three replicas of which one after the other is killed at any moment, while people type and press all the time.

Afterwards every request ended as it is, no call was made twice, and Slack and the portal were never asked too often.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from bot.playground.workspace import WorkspaceError
from bot.playground.workspace.base.dispatch import Dispatch
from bot.playground.workspace.state.call_journal import ApiCall
from bot.playground.workspace.state.method_limits import POSTS_PER_CHANNEL
from bot.plugin.loopback import wait_until
from bot.testing.conversation import APPROVALS
from tests.long.crash.harness.scene import key_of
from tests.long.faults.cluster import Cluster
from tests.long.form import sized
from tests.stories.processes import kill, outside
from tests.stories.scene import UNREGISTER

COMMANDS = sized(40, 300)
KILLS = sized(5, 42)
SEED = 15
EVERY = 5
"""One command of so many is a removal; the others read."""
TYPING = ("Olga", "Vera", "Ida")
LONGEST = 600.0
"""Seconds for the rest of the work: a lease has to run out, and each channel takes one post a second."""
_READS = ("connector list", "whoami", "request list", "status")
_PENDING = "SELECT channel, card FROM {}.changes WHERE status = 'pending' AND card IS NOT NULL"
_STATUSES = "SELECT number, status FROM {}.changes"
_INTENTS = "SELECT subject FROM {}.audit WHERE tag = 'change:execution:intended'"
_RECEIPTS = "SELECT key FROM {}.receipts"
CARD = re.compile(r"CR-(\d+)")
ENDED = {"done", "failed", "changed", "gone"}


class Chaos:
    """People, and whoever kills."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.chance = random.Random(SEED)
        self.kills = 0
        self.removals = 0
        self.unanswered: list[Dispatch] = []
        """Deliveries that nobody acknowledged: Slack makes them again."""

    def type_next(self, number: int) -> None:
        person = self.cluster.bot.workspace.people[self.chance.choice(TYPING)]
        line = self.chance.choice(_READS)
        if number % EVERY == 0:
            line, self.removals = f"connector remove c{self.removals}", self.removals + 1
        self._choose_replica()
        self._take(person.slash(f"/b24 {line}").dispatch)

    def _take(self, dispatch: Dispatch) -> None:
        results = [one for one in self.cluster.bot.workspace.dispatches if one.dispatch.id == dispatch.id]
        if not any(one.ok for one in results):
            self.unanswered.append(dispatch)

    def _choose_replica(self) -> None:
        """As a load balancer does: any one that answers."""
        address = self.chance.choice([address for _, address in self.cluster.living.values()])
        self.cluster.bot.workspace.request_url = f"{address}/slack/events"

    def deliver_again(self) -> None:
        waiting, self.unanswered = self.unanswered, []
        for dispatch in waiting:
            self._choose_replica()
            if not self.cluster.bot.workspace.deliver(dispatch).ok:
                self.unanswered.append(dispatch)

    def approve_all(self) -> None:
        """Press on each card that waits, on some of them twice."""
        workspace = self.cluster.bot.workspace
        for channel, card in self.cluster.ask(_PENDING.format(self.cluster.schema)):
            message = workspace.message(channel, card)
            for _ in range(self.chance.choice((1, 1, 2))):
                self._choose_replica()
                try:
                    if message is not None:
                        self._take(workspace.people["Anton"].click(message, "Approve").dispatch)
                except WorkspaceError:
                    break

    def kill_one(self) -> None:
        """Any of them, at any moment of what was typed last."""
        wait_until(lambda: False, within=self.chance.random())
        kill(self.cluster.living[self.chance.choice(sorted(self.cluster.living))][0])
        self.kills += 1
        self.cluster.replace_ended()

    def is_over(self) -> bool:
        """Whether nothing waits any more; what still waits for people is approved."""
        self.deliver_again()
        self.approve_all()
        statuses = [status for _, status in self.cluster.ask(_STATUSES.format(self.cluster.schema))]
        return not self.unanswered and len(statuses) == self.removals and set(statuses) <= ENDED


def test_whoever_is_killed_what_is_left_is_true(
    tmp_path: Path, database_url: str, record_property: Callable[[str, object], None]
) -> None:
    with outside(tmp_path, database_url) as bot:
        names = [f"c{number}" for number in range(COMMANDS // EVERY)]
        bot.portal.portal.seed(connectors=[{"id": name, "name": name.upper()} for name in names])
        chaos = Chaos(Cluster(bot, database_url))
        for number in range(COMMANDS):
            chaos.type_next(number)
            if chaos.kills < KILLS * (number + 1) // COMMANDS:
                chaos.approve_all()
                chaos.kill_one()
                chaos.deliver_again()
        assert wait_until(chaos.is_over, within=LONGEST), bot.logs()[-4000:]
        record_property("replica chaos: commands", COMMANDS)
        record_property("replica chaos: kills", chaos.kills)
        record_property("replica chaos: change requests", chaos.removals)
        record_property("replica chaos: fewest milliseconds between two posts of a channel", find_least_gap(chaos))
        _compare(chaos)


def _compare(chaos: Chaos) -> None:
    cluster, bot = chaos.cluster, chaos.cluster.bot
    calls = [call for call in bot.portal.portal.world.journal.calls if call.method == UNREGISTER]
    assert max(Counter(str(call.params) for call in calls).values()) == 1, "a call that was made twice"
    statuses = dict(cluster.ask(_STATUSES.format(cluster.schema)))
    assert len([call for call in calls if call.effect]) == list(statuses.values()).count("done")
    intents = Counter(subject for (subject,) in cluster.ask(_INTENTS.format(cluster.schema)))
    assert max(intents.values()) == 1
    receipts = {key for (key,) in cluster.ask(_RECEIPTS.format(cluster.schema))}
    assert {key_of(one.dispatch) for one in bot.workspace.dispatches if one.ok} - receipts == set()
    outcomes = Counter(call.outcome for call in bot.portal.portal.world.journal.calls)
    assert outcomes["QUERY_LIMIT_EXCEEDED"] == 0
    assert find_fast_channels(chaos) == []
    assert find_disorder(chaos) == []


def find_fast_channels(chaos: Chaos) -> list[str]:
    """Return the channels into which more was posted than Slack takes, by its bucket."""
    levels: dict[str, tuple[float, float]] = {}
    fast = []
    for post in _list_posts(chaos):
        channel = str(post.arguments["channel"])
        level, since = levels.get(channel, (POSTS_PER_CHANNEL.burst, post.at))
        level = min(POSTS_PER_CHANNEL.burst, level + (post.at - since) * POSTS_PER_CHANNEL.per_second) - 1
        levels[channel] = (level, post.at)
        if level < 0:
            fast.append(channel)
    return fast


def find_least_gap(chaos: Chaos) -> int:
    """Return the milliseconds between the two posts that were closest in one channel. It is printed only."""
    times: dict[str, list[float]] = {}
    for post in _list_posts(chaos):
        times.setdefault(str(post.arguments["channel"]), []).append(post.at)
    return min(round((later - earlier) * 1000) for each in times.values() for earlier, later in pairwise(sorted(each)))


def find_disorder(chaos: Chaos) -> list[int]:
    """Return the requests whose card came into the channel for approvals after that of a later request.

    Of the lines in the audit channel, those that an approved change waits for may go before earlier ones.
    """
    channel = chaos.cluster.bot.workspace.channel(APPROVALS).id
    cards = [post.arguments for post in _list_posts(chaos) if post.arguments["channel"] == channel]
    texts = [json.dumps(dict(card)) for card in cards if not card.get("thread_ts")]
    seen = list(dict.fromkeys(int(found[1]) for text in texts if (found := CARD.search(text))))
    assert len(seen) == chaos.removals
    return [later for earlier, later in pairwise(seen) if later < earlier]


def _list_posts(chaos: Chaos) -> list[ApiCall]:
    return [call for call in chaos.cluster.bot.workspace.calls("chat.postMessage") if call.ok]
