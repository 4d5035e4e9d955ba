"""Slack is down for hours, in a clock that moves only when told: nothing is lost, and all goes out at its pace."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from bot.core.audit.audit_record import Entry, Tag
from bot.core.authority.membership import Membership, MembershipStatus
from bot.core.messages.notices import CardNotice, ThreadNotice
from bot.core.principals import Principal
from bot.store.store import audit_key
from bot.usecases.chat.delivery_errors import Busy, Lost
from bot.usecases.notices.notifications import post_in_thread, queue_card
from tests.long.form import sized
from tests.usecases.core_bot import ANTON, APPROVALS, AUDIT, IDA, OLGA, VERA, CoreBot, StillClock
from tests.usecases.messenger import Recorder
from tests.usecases.toy import Toy

HOURS = 6
ENTRIES = sized(5_000, 50_000)
REQUESTS = 40
LINES = 5
"""Under each card, besides what the bot says there itself."""
DRAINED_SECONDS = 600
STEP = 0.25
POSTS_APART_MS, REWRITES_APART_MS = 1_000, 1_200
"""What Slack takes in one channel (docs/slack-behaviour.md S21): a post a second, about fifty rewrites a minute."""
CHANNELS = {"audit": AUDIT, "post": APPROVALS, "reply": APPROVALS}


@dataclass(slots=True)
class Wire(Recorder):
    """Writes down when each call was made. While `down` is set, each ends with what that makes."""

    clock: StillClock = field(default_factory=StillClock)
    down: Callable[[int], Exception] | None = None
    calls: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """By channel: when a post was tried, whatever came of it."""
    rewrites: list[int] = field(default_factory=list)
    failed: int = 0

    def _try(self, kind: str) -> None:
        if kind == "rewrite":
            self.rewrites.append(self.clock.now)
        elif kind in CHANNELS:
            self.calls[CHANNELS[kind]].append(self.clock.now)
        if self.down is not None:
            self.failed += 1
            raise self.down(self.failed)
        Recorder._try(self, kind)

    def account(self, person: Principal) -> Membership:
        """Slack tells of people all the while: what is tried here is what is said."""
        return Membership(standing=MembershipStatus.MEMBER)


ASKERS = (OLGA, ANTON, VERA, IDA)
"""Ten open change requests are the most that one person may have."""


def record(core_bot: CoreBot, count: int) -> list[int]:
    with core_bot.store.unit_of_work() as store:
        entry = Entry(tag=Tag.COMMAND_REFUSED, actor="T1:U1", subject="CR-1", facts={"line": "thing remove one"})
        return [store.record(entry) for _ in range(count)]


def drain(core_bot: CoreBot, seconds: float) -> float:
    """Let the dispatcher work until nothing waits; the seconds that took."""
    began = core_bot.clock.now
    while core_bot.clock.now - began < seconds * 1_000 and core_bot.store.outbox.counts().get("new"):
        while core_bot.dispatcher.deliver_one():
            pass
        core_bot.clock.advance(STEP)
    return (core_bot.clock.now - began) / 1_000


def mixed(tries: int) -> Exception:
    """A network that is gone, a front end that answers 503, and one that asks to wait."""
    return (Lost("URLError"), Lost("invalid_response", "HTTP 503"), Busy(30))[tries % 3]


def test_after_six_hours_without_slack_everything_gets_out_once_in_order_within_ten_minutes(tmp_path: Path) -> None:
    things = {f"t{n}": "red" for n in range(REQUESTS)}
    core_bot = CoreBot(tmp_path, toy=Toy(things=things))
    wire = Wire(clock=core_bot.clock)
    core_bot.messenger = wire
    core_bot.configure(messenger=wire)
    # Else nothing would be asked for after half an hour; that rule has tests of its own.
    core_bot.configure(audit_lag_ms=2 * HOURS * 3_600_000)
    for number, thing in enumerate(list(things)[: REQUESTS // 2]):
        core_bot.ask(f"thing remove {thing}", ASKERS[number % 4])
    standing = len(wire.cards)
    drain(core_bot, 600)

    wire.down = mixed
    seqs: list[int] = []
    minutes = HOURS * 60
    tried = sum(map(len, wire.calls.values()))
    for minute in range(minutes):
        seqs += record(core_bot, ENTRIES * (minute + 1) // minutes - ENTRIES * minute // minutes)
        if minute % 9 == 0:
            number = 1001 + minute // 9
            if number > 1000 + REQUESTS // 2:
                core_bot.take(core_bot.typed(ASKERS[number % 4], f"thing remove t{number - 1001}"))
            with core_bot.store.unit_of_work() as tx:
                queue_card(tx, core_bot.ctx, number)
                for n in range(LINES):
                    post_in_thread(tx, core_bot.ctx, number, f"{number} line {n}")
        for _ in range(12):
            while core_bot.dispatcher.deliver_one():
                pass
            core_bot.clock.advance(5)
    assert len(seqs) == ENTRIES
    assert sum(map(len, wire.calls.values())) - tried <= 10 * minutes, "a network that is gone is not hammered"
    posts_before = {channel: len(times) for channel, times in wire.calls.items()}
    assert wire.audit[-1][-1] < seqs[0], "nothing got out meanwhile"

    wire.down, said = None, len(wire.said)
    took = drain(core_bot, 3_600 if ENTRIES > 5_000 else DRAINED_SECONDS)
    out = [seq for lines in wire.audit for seq in lines if seq >= seqs[0]]
    assert out == sorted(set(out)), "each once, in the order of the numbers"
    assert set(seqs) <= set(out)
    assert all(core_bot.store.outbox.state_of(audit_key(seq)) == "sent" for seq in seqs)
    assert ENTRIES > 5_000 or took <= DRAINED_SECONDS
    dead = core_bot.store.outbox.entries(["dead"], limit=10_000)
    assert not [entry for entry in dead if isinstance(entry.notice, CardNotice | ThreadNotice)]
    assert core_bot.store.outbox.counts().get("new", 0) == 0

    posted = [number for number, _, message in wire.cards[standing:] if message]
    assert set(posted) == set(range(1001, 1001 + REQUESTS))
    order = [int(words[3:7]) for kind, words in wire.said[said:] if kind == "post"]
    assert order == sorted(order), "cards stand in the order in which they were asked for"
    lines = Counter(words for kind, text in wire.said[said:] if kind == "reply" for words in text[8:].split("\n"))
    for number in range(1001, 1001 + REQUESTS):
        assert [lines[f"{number} line {n}"] for n in range(LINES)] == [1] * LINES
    assert len(wire.calls[APPROVALS]) - posts_before[APPROVALS] <= REQUESTS // 2 + 2 * REQUESTS, "few messages"

    for times in wire.calls.values():
        assert all(later - earlier >= POSTS_APART_MS for earlier, later in pairwise(times))
    assert all(later - earlier >= REWRITES_APART_MS for earlier, later in pairwise(wire.rewrites))
    core_bot.close()
