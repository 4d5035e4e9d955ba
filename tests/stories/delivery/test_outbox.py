"""What is said at Slack's pace: bursts share messages, a limit is kept to, and what died is seen and sent again."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from bot.core.audit.audit_record import Entry, Fact, Tag
from bot.core.change.change_request import Status
from bot.playground.environment import Playground
from bot.playground.workspace.base.simulator_values import Refusal
from bot.playground.workspace.base.workspace_clock import Clock
from bot.playground.workspace.state.method_limits import Limits, Rate
from tests.stories.scene import Scene


@pytest.fixture
def paced(make_full_bot: Callable[..., Playground]) -> Scene:
    """A workspace that takes about one post a second in a channel, as Slack does."""
    return Scene(make_full_bot(pace=True))


class FullChannel(Limits):
    """Refuses the first post into one channel, however late the bot comes to it."""

    def __init__(self, clock: Clock, channel: str) -> None:
        super().__init__(clock, on=True)
        self._full = channel

    def take(self, rate: Rate, *key: str) -> None:
        if key == ("post", self._full):
            self._full = ""
            raise Refusal("ratelimited", status=429, headers={"Retry-After": "1"})
        super().take(rate, *key)


def posts(scene: Scene, channel: str) -> list[float]:
    """When posts into a channel reached Slack, whatever it answered."""
    id = scene.workspace.channel(channel).id
    calls = scene.workspace.calls("chat.postMessage")
    return [call.at for call in calls if call.arguments["channel"] == id]


def test_a_burst_of_audit_lines_becomes_few_messages_and_slack_never_has_to_ask_for_a_pause(paced: Scene) -> None:
    # Refusals of one person would share a record.
    with paced.playground.store.unit_of_work() as store:
        for number in range(25):
            line: dict[str, Fact] = {"line": f"connector show c{number} now"}
            store.record(Entry(tag=Tag.COMMAND_REFUSED, actor="T0001:U0004", subject="T0001:U0004", facts=line))
    paced.channel_says("audit", "connector show c24")
    text = "\n".join(paced.workspace.transcript(one) for one in paced.workspace.messages("audit"))
    assert [text.count(f"connector show c{number} ") for number in range(25)] == [1] * 25
    assert len(posts(paced, "audit")) <= 8
    assert not [call for call in paced.workspace.calls("chat.postMessage") if call.status == 429]
    assert all(later - earlier > 0.9 for earlier, later in pairwise(posts(paced, "audit")))


def test_a_limit_on_the_approval_channel_delays_the_card_and_holds_up_neither_audit_nor_answers(paced: Scene) -> None:
    world = paced.workspace.world
    world.limits = FullChannel(world.clock, paced.workspace.channel("approvals").id)
    paced.ask("Olga", "connector remove myconnector")
    paced.channel_says("audit", "change:request:opened")
    card = paced.card()
    (refused,) = [call for call in paced.workspace.calls("chat.postMessage") if call.status == 429]
    assert refused.arguments["channel"] == paced.workspace.channel("approvals").id
    assert len(paced.workspace.messages("approvals")) == 1
    paced.press("Anton", card, "Approve")
    paced.wait_status(Status.DONE)
    paced.card_says(card, "done and verified")
    # A call is listed after it was answered, so a while after its message is seen.
    first, second = posts(paced, "approvals")[:2]
    assert second - first > 0.9
