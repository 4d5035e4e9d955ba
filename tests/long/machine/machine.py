"""People, the clock, the portal and bad luck, in any order, at the real use cases and at the model alike."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from bot.core.change.change_request import ChangeRequest
from bot.core.messages.deliveries import SlashCommand
from bot.usecases.authority import card_token
from bot.usecases.intake.receipts import receive
from tests.long.machine.held import Held
from tests.long.machine.values import MEMBER, Change, Inbound, Reply
from tests.long.rig import GRANTED, PEOPLE, THINGS
from tests.usecases.core_bot import SHELL

BUTTONS = (
    card_token.WAS_DONE,
    card_token.WAS_NOT_DONE,
    card_token.APPROVE,
    card_token.CONFIRM,
    card_token.REJECT,
    card_token.WITHDRAW,
    card_token.UNDO,
    "paint-it-black",
)
REPLIES = (
    Reply(),
    Reply(answer="failed", effect=False),
    Reply(answer="failed", effect=True),
    Reply(answer="done", effect=False),
    Reply(answer="unknown", effect=False),
    Reply(answer="unknown", effect=True),
    Reply(answer="unknown", effect=False, late=True),
    Reply(cuts=True),
    Reply(answer="unknown", effect=False, late=True, cuts=True),
    Reply(breaks=True),
    Reply(breaks=True, effect=False),
    Reply(kills=True),
    Reply(kills=True, effect=False),
    Reply(freezes=True),
    Reply(steps=600),
    Reply(steps=-600),
    Reply(answer="unknown", effect=False, late=True, steps=600),
    Reply(answer="unknown", effect=False, steps=-600),
    Reply(kills=True, steps=600),
)
CLOCK = (1, 1, 6, 16, 61, 80, 601, 901, -1, -30, -700)
COLOURS = ("blue", "lime", "teal")

EVENTS = (
    *("approve", "reject", "withdraw", "revoke", "revoke", "lower", "dismiss", "dismiss", "frozen", "freezing", "no"),
    *(
        "digest",
        "colour",
        "both",
        "both",
        "guest",
        "guest",
        "deleted",
        "silent",
        "red",
        "blue",
        "grey",
        "grey",
        "gone",
        "gone",
        "portal",
        "channel",
    ),
    *("late", "back"),
)
"""What may happen to a change request on its way, see `happen`."""

WHO = st.sampled_from((*PEOPLE, "olga", "anton", "vera"))
OPERATORS = st.sampled_from(("olga", "olga", "anton", "vera", "ida"))
APPROVERS = st.permutations(("anton", "vera", "ida", "olga"))
WHICH = st.sampled_from((0, 0, 0, 1, 2))
"""Which change request, counted from the newest."""
THEN = st.sampled_from((1, 1, 1, 0))
"""How many jobs are done right after something came in."""
THING = st.sampled_from(tuple(THINGS))
WANTED = st.sampled_from((None, None, "blue", "lime"))
QUORUM = st.sampled_from((1, 1, 2, 3))


class Machine(Held):
    """Everything that may happen, one rule each. What mostly leads nowhere is drawn less than what leads on."""

    @initialize(quorum=QUORUM)
    def begin(self, quorum: int) -> None:
        self.reset(quorum)

    # People

    def _ask(self, who: str, thing: str, wanted: str | None, then: int) -> None:
        text = f"thing paint {thing} --colour {wanted}" if wanted else f"thing remove {thing}"
        typed = self.rig.typed(who, text)
        self.arrive(typed, Inbound(kind="ask", who=who, word=thing, wanted=wanted), then)

    @rule(who=WHO, thing=THING, wanted=WANTED, then=THEN)
    def ask(self, who: str, thing: str, wanted: str | None, then: int) -> None:
        self._ask(who, thing, wanted, then)

    @rule(who=OPERATORS, thing=THING, wanted=WANTED)
    def ask_well(self, who: str, thing: str, wanted: str | None) -> None:
        """Somebody asks who mostly may, for what mostly is there."""
        self._ask(who, thing, wanted if self.world.things.get(thing) != wanted else None, 1)

    def _press(self, who: str, card: ChangeRequest, button: str, then: int) -> None:
        self.agreed.setdefault((card.number, who), set()).add(card.digest)
        self.arrive(
            self.rig.core_bot.click(PEOPLE[who], card, button),
            Inbound(kind="press", who=who, word=button, number=card.number, version=self.version(card)),
            then,
        )

    @precondition(lambda self: self.world.changes)
    @rule(who=WHO, which=WHICH, then=THEN)
    def approve(self, who: str, which: int, then: int) -> None:
        self._press(who, self.card(which), card_token.APPROVE, then)

    @precondition(lambda self: self.world.changes)
    @rule(who=WHO, which=WHICH, button=st.sampled_from(BUTTONS), first=st.booleans(), then=THEN)
    def press(self, who: str, which: int, button: str, first: bool, then: int) -> None:
        self._press(who, self.card(which, 0 if first else None), button, then)

    def _agree(self, which: int, people: list[str]) -> None:
        for who in people:
            self._press(who, self.card(which), card_token.APPROVE, 1)
        self.deliver()

    @precondition(lambda self: self.world.changes)
    @rule(which=WHICH, people=APPROVERS, most=st.integers(1, 3))
    def agree(self, which: int, people: list[str], most: int) -> None:
        """Several approve one after the other, and the record of it goes out."""
        self._agree(which, people[:most])

    @rule(
        who=OPERATORS,
        thing=THING,
        wanted=WANTED,
        people=APPROVERS,
        event=st.none() | st.sampled_from(EVENTS),
        reply=st.sampled_from(REPLIES),
        moment=st.sampled_from(("between", "after", "after, and runs", "after, and runs")),
    )
    def go_through(
        self, who: str, thing: str, wanted: str | None, people: list[str], event: str | None, reply: Reply, moment: str
    ) -> None:
        """Somebody asks, as many approve as are needed, something may come between, and often it is run at once."""
        self.ask_well(who, thing, wanted)
        self.note_asked()
        if self.world.changes:
            newest = self.world.changes[max(self.world.changes)]
            needed = people[: newest.quorum + (newest.requester in people[: newest.quorum])]
            first = 1 if moment == "between" else len(needed)
            self._agree(0, needed[:first] or [newest.requester])
            if event:
                self._happen(event, newest)
            self._agree(0, needed[first:])
        if moment != "after":
            self.answer(reply)
            self.run(3)

    @precondition(lambda self: self.world.changes)
    @rule(which=WHICH, event=st.sampled_from(EVENTS))
    def happen(self, which: int, event: str) -> None:
        """Somebody changes their mind or loses their role, time passes, or something is done past the bot."""
        self._happen(event, self.world.changes[self.card(which).number])

    def _happen(self, event: str, change: Change) -> None:
        who = next(iter(change.reviews), change.requester)
        card = self.cards[change.number, 0]
        match event:
            case "approve":
                self._press(who, card, card_token.APPROVE, 1)
            case "reject":
                self._send(who, card, "Not today.")
            case "withdraw":
                self._press(change.requester, card, card_token.WITHDRAW, 1)
            case "revoke" | "lower" | "dismiss":
                self._grant(change.requester if event == "dismiss" else who, "viewer" if event == "lower" else "")
            case "frozen":
                self._type_freeze(who, 1)
            # Nobody has taken care of these two yet when the next thing happens.
            case "freezing":
                self._type_freeze(change.requester, 0)
            case "no":
                self._send("vera", card, "Not today.", then=0)
            case "portal":
                self._portal(down=True)
            case "channel":
                self.rig.alive = self.world.channel_alive = False
            case "digest" | "colour" | "both":
                self._tamper(change, card, event)
            case "guest" | "deleted":
                self._account(who if event == "guest" else change.requester, event)
                self.move_clock(61)
            case "silent":
                self._hush(silent=True)
                self.move_clock(61)
            case "late" | "back":
                self.move_clock(601 if event == "late" else -30)
            case _:
                self.set_thing(change.thing, None if event == "gone" else event)

    @precondition(lambda self: self.world.changes)
    @rule(who=WHO, which=WHICH, button=st.sampled_from(BUTTONS[:7]), part=st.sampled_from((0, 1, 2, -1, 9)), then=THEN)
    def forge(self, who: str, which: int, button: str, part: int, then: int) -> None:
        """A button with one part of its value changed, or, with 9, pressed on a copy in another channel."""
        card = self.card(which)
        parts = self.rig.core_bot.value(card).split(".")
        number = card.number
        if part == 0:
            number = card.number + 1 if card.number + 1 in self.world.changes else 1001 + which
            parts[0] = str(number) if number != card.number else "x"
            number = number if number != card.number else 0
        elif part != 9:
            parts[part] = ("0" if parts[part][0] != "0" else "1") + parts[part][1:]
        channel = "CELSEWHERE" if part == 9 else ""
        self.arrive(
            self.rig.core_bot.click(PEOPLE[who], card, button, value=".".join(parts), channel=channel),
            Inbound(kind="press", who=who, word=button, number=number, genuine=False),
            then,
        )

    @precondition(lambda self: self.world.changes)
    @rule(who=WHO, which=WHICH, reason=st.sampled_from(("Not today.", "No.", " ")), forged=st.sampled_from((0, 0, 1)))
    def send(self, who: str, which: int, reason: str, forged: int) -> None:
        """The form that asks why somebody rejects."""
        self._send(who, self.card(which), reason, genuine=not forged)

    def _send(self, who: str, card: ChangeRequest, reason: str, *, genuine: bool = True, then: int = 1) -> None:
        value = self.rig.core_bot.value(card)
        inbound = Inbound(
            kind="form",
            who=who,
            word=reason,
            number=card.number,
            genuine=genuine,
            version=self.version(card),
        )
        form = self.rig.core_bot.form(PEOPLE[who], card, reason, value=value if genuine else f"{value[:-1]}g")
        self.arrive(form, inbound, then)

    @precondition(lambda self: self.deliveries)
    @rule(index=st.integers(0, 30), changed=st.booleans())
    def again(self, index: int, changed: bool) -> None:
        """Slack delivers something a second time; or somebody uses the key of a delivery for something else."""
        delivery = self.deliveries[-1 - index % len(self.deliveries)]
        if not changed:
            receive(self.rig.core_bot.ctx, delivery)
        elif isinstance(delivery, SlashCommand):
            receive(self.rig.core_bot.ctx, replace(delivery, text="thing remove two --portal beta"))
            name = next(name for name, person in PEOPLE.items() if person == delivery.person)
            self.world.fold("inbound:delivery:mismatched", name, "delivery")

    @rule(who=WHO, role=st.sampled_from(("", "viewer", "operator", "approver", "approver", "admin")))
    def grant(self, who: str, role: str) -> None:
        self._grant(who, role)

    def _grant(self, who: str, role: str) -> None:
        self.rig.grant(who, role)
        had = self.world.roles.pop(who, None)
        if role or had:
            self.world.record(f"access:role:{'granted' if role else 'revoked'}", SHELL.id, who)
        if role:
            self.world.roles[who] = role

    @rule(who=WHO, standing=st.sampled_from(("member", "member", "guest", "deleted", "bot", "stranger", "unknown")))
    def account(self, who: str, standing: str) -> None:
        """An account becomes a guest's, is deactivated, or is a member's again."""
        self._account(who, standing)

    def _account(self, who: str, standing: str) -> None:
        self.rig.account(who, standing)
        if self.world.standings.get(who, MEMBER) == MEMBER:
            self.turned[who] = self.world.now
        self.world.standings[who] = standing

    def _hush(self, *, silent: bool) -> None:
        """Slack does not say what accounts are, or does so again."""
        self.rig.silent = self.world.slack_silent = silent

    # The bot goes on

    @rule(most=st.integers(1, 4))
    def work(self, most: int) -> None:
        self.run(most)

    @rule()
    def carry(self) -> None:
        self.deliver()

    @rule()
    def run_once(self) -> None:
        self.keep()

    @rule()
    def read_back(self) -> None:
        """Long enough passes for two looks at what has no proven outcome."""
        for seconds in (80, 6):
            self.move_clock(seconds)
            self.keep()

    @rule(who=WHO, which=WHICH, button=st.sampled_from(BUTTONS[:2]))
    def give_up(self, who: str, which: int, button: str) -> None:
        """The portal stays away for long, somebody looks there themselves and says what they have seen."""
        self.keep()
        self.move_clock(901)
        self.keep()
        unknown = [number for number, change in self.world.changes.items() if change.status == "unknown"]
        if self.world.changes:
            card = self.cards[unknown[-1], 0] if unknown else self.card(which)
            self._press(who, card, button, 1)

    @rule(seconds=st.sampled_from((1, 600, 700, 3_600)))
    def set_ahead(self, seconds: int) -> None:
        """Somebody sets the clock on."""
        self.rig.set_clock(seconds)
        self.world.set_clock(seconds)

    @rule(quorum=QUORUM)
    def restart(self, quorum: int) -> None:
        self.rig.restart(quorum)
        self.world.quorum = quorum
        self.world.restart()

    # The world outside

    @rule(seconds=st.sampled_from(CLOCK))
    def tick(self, seconds: int) -> None:
        self.move_clock(seconds)

    @rule(reply=st.sampled_from(REPLIES))
    def answer(self, reply: Reply) -> None:
        self.rig.next_call(reply)
        self.world.reply = reply

    @rule(people=st.booleans())
    def mend(self, people: bool) -> None:
        """All remote sides are there again, with all things, and perhaps people have their roles again."""
        self._freeze(frozen=False)
        self._portal(down=False)
        self.rig.alive = self.world.channel_alive = True
        for thing, colour in THINGS.items():
            self.set_thing(thing, self.world.things.get(thing, colour))
        self._hush(silent=False)
        for who in PEOPLE if people else ():
            self._grant(who, GRANTED.get(who, ""))
            self._account(who, MEMBER)

    def _type_freeze(self, who: str, then: int) -> None:
        typed = self.rig.typed(who, "freeze it loses messages")
        self.arrive(typed, Inbound(kind="freeze", who=who, word=""), then)

    def _freeze(self, *, frozen: bool) -> None:
        self.rig.freeze(frozen=frozen)
        self.world.frozen = frozen

    def _portal(self, *, down: bool) -> None:
        self.rig.portal_down(down=down)
        self.world.portal_down = down

    def _tamper(self, change: Change, card: ChangeRequest, what: str) -> None:
        """Somebody with a console writes another colour, another digest, or both so that they fit."""
        if change.tampered or change.version:
            return
        deep = what != "digest" and change.wanted is not None
        if deep and change.wanted:
            # Never the colour that the thing has already: such a plan could not be read back.
            known = (change.wanted, change.before)
            old, change.wanted = change.wanted, next(colour for colour in COLOURS if colour not in known)
            self.rig.tamper(change.number, old, change.wanted)
        if deep and what == "both":
            self.rig.redigest(change.number)
            # Whoever approves from now on is shown the other colour.
            self.asked[change.number] = (change.thing, change.wanted, change.quorum)
        elif not deep:
            self.rig.redigest(change.number, sha256(card.digest.encode()).hexdigest())
        change.version += what == "both" or not deep
        change.tampered = not (deep and what == "both")
