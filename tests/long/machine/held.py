"""The real bot and the model side by side: what is done to both, and what must then be the same."""

from __future__ import annotations

from collections import Counter

from hypothesis.stateful import RuleBasedStateMachine, invariant

from bot.core.change.change_request import ChangeRequest
from bot.core.messages.deliveries import Inbound as Delivery
from bot.plugin import Call
from bot.usecases.intake.receipts import receive
from tests.long.machine.engine import Engine
from tests.long.machine.values import ARROWS, FACTS_LAST, FOREIGN, MEMBER, OPEN, RANKS, Inbound
from tests.long.rig import GRANTED, THINGS, Rig
from tests.usecases.core_bot import START


def reachable(old: str, new: str) -> bool:
    """Whether a chain of arrows leads from one status to the other."""
    return old == new or any(first == old and reachable(then, new) for first, then in ARROWS)


class Held(RuleBasedStateMachine):
    """A machine each step of which is held against the model. `rig` is set by whoever runs it."""

    rig: Rig
    steps: int
    wrong_at: int
    """After how many steps something was first not as it should be; what follows is hypothesis looking for less."""
    met: Counter[str]
    """How often there was each word, each tag, and each status in the end."""

    def __init__(self) -> None:
        super().__init__()
        self.world = Engine(now=START, seq=self.rig.first_seq, first=1001, roles=dict(GRANTED), quorum=1, things={})
        self.cards: dict[tuple[int, int], ChangeRequest] = {}
        self.deliveries: list[Delivery] = []
        self.before: dict[int, str] = {}
        self.agreed: dict[tuple[int, str], set[str]] = {}
        self.asked: dict[int, tuple[str, str | None, int]] = {}
        self.called: list[int] = []
        self.wrong: list[str] = []
        self.recorded: list[tuple[str, str, str]] = []
        self.told: list[tuple[str, str]] = []
        self.turned: dict[str, int] = {}
        """When accounts became what they are."""
        self.said = 0
        self.sound = False
        """Whether the last step was as it should be."""

    def reset(self, quorum: int) -> None:
        """Begin an example."""
        self.rig.reset(quorum)
        self.rig.witness = self.witness
        self.world.quorum, self.world.things = quorum, dict(THINGS)

    def arrive(self, delivery: Delivery, inbound: Inbound, then: int) -> None:
        self.deliveries.append(delivery)
        receive(self.rig.core_bot.ctx, delivery)
        self.world.arrive(inbound)
        self.rig.work(then)
        self.world.work(then)

    def card(self, which: int, version: int | None = None) -> ChangeRequest:
        """A card: the newest is 0. As it is drawn now, or as it was in an earlier version."""
        numbers = sorted(self.world.changes)
        number = numbers[-1 - which % len(numbers)]
        now = self.world.changes[number].version
        key = (number, now if version is None else min(version, now))
        if key not in self.cards:
            self.cards[key] = self.rig.core_bot.change(number)
        return self.cards[key]

    def version(self, card: ChangeRequest) -> int:
        """Which version of what is stored a card shows."""
        return next(version for (_, version), known in self.cards.items() if known is card)

    def run(self, most: int) -> None:
        self.rig.work(most)
        self.world.work(most)

    def deliver(self) -> None:
        """Deliver what is due, once it is noted: afterwards only its number is left."""
        self.listen()
        self.rig.deliver()
        self.world.deliver()

    def keep(self) -> None:
        self.rig.keep()
        self.world.keep()

    def move_clock(self, seconds: int) -> None:
        """Time passes, and effects that were on their way may come; or, below zero, the clock is set back."""
        if seconds < 0:
            self.rig.set_clock(seconds)
            self.world.set_clock(seconds)
            return
        self.rig.tick(seconds)
        self.world.pass_time(seconds)
        self.rig.core_bot.toy.things = dict(self.world.things)

    def set_thing(self, thing: str, colour: str | None) -> None:
        """Somebody does something on the portal themselves."""
        self.world.set_thing(thing, colour)
        self.rig.core_bot.toy.things = dict(self.world.things)

    # What must be true

    def note_asked(self) -> None:
        """What was asked for, before anybody writes something else into what is stored."""
        for number, change in self.world.changes.items():
            if number not in self.asked:
                self.asked[number] = (change.thing, change.wanted, change.quorum)
                self.cards[number, 0] = self.rig.core_bot.change(number)

    def is_member(self, who: str) -> bool:
        """Whether an account is a member's, or was so at most a minute ago."""
        changed = self.turned.get(who, self.world.now)
        return self.world.standings.get(who, MEMBER) == MEMBER or self.world.now - changed <= FACTS_LAST

    def witness(self, number: int, call: Call) -> None:
        """Called when a call reaches the portal: is there anything that speaks against it?"""
        self.note_asked()
        thing, wanted, quorum = self.asked[number]
        rows = self.rig.store.database.rows("SELECT * FROM changes WHERE number = ?", number)
        reviews = [who for found, who, word in self.rig.reviews() if found == number and word == "approve"]
        requester = self.world.changes[number].requester
        if quorum:
            able = {who for who in reviews if RANKS.get(self.world.roles.get(who, ""), 0) >= RANKS["approver"]}
            counted = {who for who in able - {requester, FOREIGN} if self.is_member(who)}
        else:
            counted = {who for who in reviews if who == requester}
        sent = (call.params["ID"], call.params.get("COLOUR"))
        facts = {
            "called twice": number in self.called,
            "not running": rows[0]["status"] != "running",
            "too few approvals": len(counted) < max(1, quorum),
            "frozen": self.world.frozen,
            "asked by no member": not self.is_member(requester),
            "approval too old": self.world.now - rows[0]["decided_at"] > 600_000,
            "another digest": any(rows[0]["digest"] not in self.agreed[number, who] for who in counted),
            "not what was asked": sent != (thing, wanted),
        }
        self.called.append(number)
        self.wrong += [f"CR-{number}: {fact}" for fact, found in facts.items() if found]

    def listen(self) -> None:
        """Note what was recorded and said, before it is delivered and only its number is left."""
        recorded, told = self.rig.news()
        self.recorded += recorded
        self.told += told

    @invariant()
    def agrees(self) -> None:
        """Everything there is to see is as the model says."""
        world, rig = self.world, self.rig
        type(self).steps += 1
        self.sound = False
        self.note_asked()
        assert self.wrong == [], self.wrong
        self.listen()
        assert self.recorded == world.recorded, (self.recorded, world.recorded)
        assert [who for who, _ in self.told] == [who for who, _ in world.told], (self.told, world.told)
        assert all(word in said for (_, said), (_, word) in zip(self.told, world.told, strict=True)), self.told
        self.said += len(self.told)
        type(self).met.update(word.name for _, word in world.told)
        type(self).met.update(tag for tag, _, _ in world.recorded)
        for news in (self.recorded, self.told, world.recorded, world.told):
            news.clear()
        statuses = rig.statuses()
        assert statuses == {number: change.status for number, change in world.changes.items()}
        assert rig.reviews() == {(n, who, word) for n, c in world.changes.items() for who, word in c.reviews.items()}
        assert all(reachable(self.before.get(number, "pending"), status) for number, status in statuses.items())
        self.before = statuses
        assert rig.core_bot.toy.things == world.things
        assert self.called == world.effects
        assert len(rig.core_bot.messenger.forms) == world.forms
        targets = [change.thing for change in world.changes.values() if change.status in OPEN]
        assert len(targets) == len(set(targets))
        self.sound = True

    def teardown(self) -> None:
        """In the end all that was said has come out once, the cards are true, and the audit log holds."""
        shard, wrong_at = type(self), self.wrong_at
        shard.steps -= 1
        shard.wrong_at = wrong_at or shard.steps
        if not self.sound:
            return
        shard.met.update(change.status for change in self.world.changes.values())
        self.rig.alive = True
        # Longer than the clock may have been set back by.
        self.rig.tick(1_000_000)
        self.rig.deliver()
        messenger = self.rig.core_bot.messenger
        assert len(messenger.private_notices) == self.said
        assert {number: str(status) for number, status, _ in messenger.cards} == self.before
        assert sum(len(numbers) for numbers in messenger.audit) == self.rig.lines()
        assert self.rig.store.audit.broken_at() is None
        shard.wrong_at = wrong_at
