"""Connector × line: few requests, every answer on its own pair, and everybody who shares a portal completes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest

from bot.plugin import Message, PluginError, TargetUnreachable, Text
from plugins.bitrix24.client import bulk_read
from plugins.bitrix24.rest.batch import Item, ItemAnswer
from plugins.bitrix24.simulator.state.method_errors import RestError
from tests.bitrix24.plugin_bot import PluginBot
from tests.bitrix24.processes import Hurry, Processes
from tests.language.english import raises

Pair = tuple[str, int]


def board(
    make_plugin_bot: Callable[..., PluginBot], connectors: int, lines: int, **settings: str
) -> tuple[PluginBot, list[Pair]]:
    """A portal where every third pair is active, and all pairs in an order that is not the portal's."""
    plugin_bot = make_plugin_bot(seeded=False, **settings)
    pairs = [(f"c{number}", line) for line in range(lines, 0, -1) for number in range(connectors)]
    plugin_bot.portal.seed(
        lines=[{"id": line, "name": f"L{line}"} for line in range(1, lines + 1)],
        connectors=[{"id": f"c{number}"} for number in range(connectors)],
        activations=[{"connector": connector, "line": line} for connector, line in pairs if on(connector, line)],
    )
    return plugin_bot, pairs


def on(connector: str, line: int) -> bool:
    return (int(connector[1:]) + line) % 3 == 0


def requests(plugin_bot: PluginBot) -> list[Any]:
    return [entry for entry in plugin_bot.calls() if not entry.in_batch]


@pytest.mark.parametrize(("connectors", "lines", "most"), [(2, 20, 1), (10, 40, 8), (40, 100, 82)])
def test_a_sweep_costs_a_request_for_fifty_pairs_and_misplaces_none(
    make_plugin_bot: Callable[..., PluginBot], connectors: int, lines: int, most: int
) -> None:
    """40, 400 and 4,000 pairs with the portal's limit on; waiting takes no time, for us and for the portal alike."""
    plugin_bot, pairs = board(make_plugin_bot, connectors, lines)
    plugin_bot.hold_time()
    found = plugin_bot.open().matrix(pairs)
    assert [(each.connector, each.line) for each in found] == pairs
    assert [each.present for each in found] == [on(*pair) for pair in pairs]
    assert len(requests(plugin_bot)) <= most
    assert {entry.outcome for entry in requests(plugin_bot)} == {"ok"}


def test_whoever_waits_hears_after_each_batch_how_far_it_has_come(make_plugin_bot: Callable[..., PluginBot]) -> None:
    plugin_bot, pairs = board(make_plugin_bot, 3, 40)
    told: list[tuple[int, int, Text]] = []
    services = replace(plugin_bot.services, tell_progress=lambda *heard: told.append(heard))
    plugin_bot.plugin.open(services, plugin_bot.place).matrix(pairs)
    assert len(told) == 3
    assert {told[0][0], told[-1][0]} <= {20, 50, 120}
    assert [each[0] for each in told] == sorted(each[0] for each in told)
    assert told[-1] == (120, 120, Message("bitrix24.progress.statuses"))


def items(count: int) -> list[Item]:
    return [Item(method="imconnector.status", params={"CONNECTOR": f"c{number}", "LINE": 1}) for number in range(count)]


def echo(part: Sequence[Item]) -> list[ItemAnswer]:
    return [ItemAnswer(value=item.params["CONNECTOR"]) for item in part]


def test_a_failed_batch_costs_its_own_items_only_wherever_it_stands() -> None:
    def read(part: Sequence[Item]) -> list[ItemAnswer]:
        if part[0].params["CONNECTOR"] in ("c0", "c100"):
            raise TargetUnreachable("It does not answer.")
        return echo(part)

    found = bulk_read.read_all(items(170), read, lambda done, total: None)
    assert [each.value or each.problem for each in found] == [
        "It does not answer." if number < 50 or 100 <= number < 150 else f"c{number}" for number in range(170)
    ]


def test_when_every_batch_fails_the_first_ones_error_is_raised() -> None:
    def read(part: Sequence[Item]) -> list[ItemAnswer]:
        raise TargetUnreachable(f"{part[0].params['CONNECTOR']} does not answer.")

    with raises(PluginError, match="c0 does not answer"):
        bulk_read.read_all(items(120), read, lambda done, total: None)


def test_a_fault_of_our_own_is_not_taken_for_an_answer() -> None:
    def read(part: Sequence[Item]) -> list[ItemAnswer]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        bulk_read.read_all(items(120), read, lambda done, total: None)


# ------------------------------------------------------------------------------------------- several processes

SPEED = 10.0
"""Time runs that many times faster, for the portal and for the bots alike: its limits are those of a real portal."""


def together(plugin_bot: PluginBot, four: Processes, pairs: Sequence[Pair], **settings: str) -> list[dict[str, Any]]:
    """Four processes read a quarter of the pairs each, all at once."""
    parts = [pairs[number :: len(four)] for number in range(len(four))]
    with Hurry(plugin_bot.portal.clock.advance, SPEED):
        return four.do([plugin_bot.task("sweep", speed=SPEED, pairs=part) for part in parts])


def check_whole(answers: Sequence[Mapping[str, Any]], pairs: Sequence[Pair]) -> None:
    assert [answer.get("error") for answer in answers] == [None] * len(answers)
    assert {(answer["wrong"], answer["missing"]) for answer in answers} == {(0, 0)}
    active = sorted((connector, line) for answer in answers for connector, line in answer["active"])
    assert active == sorted(pair for pair in pairs if on(*pair))


@contextmanager
def crowded(plugin_bot: PluginBot) -> Iterator[None]:
    """Others at our address keep the portal full until it has refused one of ours, however slow this machine is."""
    world = plugin_bot.portal.world
    over = threading.Event()

    def fill() -> None:
        with world.lock, suppress(RestError):
            for _ in range(100):
                world.bucket.take("127.0.0.1", world.rate)

    def crowd() -> None:
        while not over.wait(0.002) and not any(entry.outcome == "QUERY_LIMIT_EXCEEDED" for entry in plugin_bot.calls()):
            fill()

    fill()
    thread = threading.Thread(target=crowd, name="crowd", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def refused(plugin_bot: PluginBot) -> float:
    """The share of requests that the portal refused because it was full."""
    made = requests(plugin_bot)
    return float(sum(entry.outcome == "QUERY_LIMIT_EXCEEDED" for entry in made) / len(made))


def test_four_processes_share_one_portals_limit_and_all_complete(
    make_plugin_bot: Callable[..., PluginBot], four: Processes
) -> None:
    """4 × 1,000 pairs are 80 requests at a portal that takes 50 at once and 2 a second."""
    plugin_bot, pairs = board(make_plugin_bot, 40, 100)
    check_whole(together(plugin_bot, four, pairs), pairs)
    assert refused(plugin_bot) <= 0.03
    assert len(requests(plugin_bot)) <= 82


def test_four_processes_that_cannot_share_run_into_the_limit_and_all_complete_all_the_same(
    make_plugin_bot: Callable[..., PluginBot], four: Processes
) -> None:
    """What the portal refused is waited for until a deadline and not a number of times, so nobody loses all."""
    plugin_bot, pairs = board(make_plugin_bot, 40, 100)
    plugin_bot.services.scratch.parent.mkdir(parents=True, exist_ok=True)
    plugin_bot.services.scratch.write_text("a file where a folder should be")
    with crowded(plugin_bot):
        check_whole(together(plugin_bot, four, pairs), pairs)
    assert refused(plugin_bot) > 0.0


def test_a_bucket_that_others_have_filled_is_emptied_at_the_pace_of_the_drain(
    make_plugin_bot: Callable[..., PluginBot], four: Processes
) -> None:
    """Another program at our address, which knows nothing of our bucket."""
    plugin_bot, pairs = board(make_plugin_bot, 10, 40)
    with plugin_bot.portal.world.lock:
        for _ in range(50):
            plugin_bot.portal.world.bucket.take("127.0.0.1", plugin_bot.portal.world.rate)
    check_whole(together(plugin_bot, four, pairs), pairs)
