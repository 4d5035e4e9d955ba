"""Stories in a line each, told to the real use cases: what is done is one clause, what came of it another."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.core.change.change_request import ChangeRequest
from bot.core.messages.deliveries import Inbound
from bot.usecases.authority import card_token
from tests.long.machine.values import Reply
from tests.long.rig import PEOPLE, Rig

BUTTONS = {
    "approves": card_token.APPROVE,
    "confirms": card_token.CONFIRM,
    "would reject": card_token.REJECT,
    "withdraws": card_token.WITHDRAW,
    "undoes": card_token.UNDO,
    "says it was done": card_token.WAS_DONE,
    "says it was not done": card_token.WAS_NOT_DONE,
    "prods": "prod",
}
ANSWERS: Mapping[str, Reply] = {
    "refuses": Reply(answer="failed", effect=False),
    "refuses and does it": Reply(answer="failed"),
    "lies": Reply(effect=False),
    "loses the request": Reply(answer="unknown", effect=False),
    "loses the answer": Reply(answer="unknown"),
    "does it and goes away": Reply(cuts=True),
    "does it and breaks the plugin": Reply(breaks=True),
    "does it and the worker dies": Reply(kills=True),
    "gets it and the worker dies": Reply(kills=True, effect=False),
    "does it while somebody freezes the bot": Reply(freezes=True),
}


@dataclass(slots=True)
class Telling:
    """One story as it goes on."""

    rig: Rig
    last: Inbound | None = None
    card: ChangeRequest | None = None
    """The card as it was drawn first."""
    delivers: bool = True

    def tell(self, story: str) -> None:
        """Do clause after clause. A clause that means nothing is a mistake in the story."""
        for clause in story.split("; "):
            verb, found = next(
                (verb, found) for pattern, verb in VERBS.items() if (found := re.fullmatch(pattern, clause))
            )
            verb(self, *found.groups())
            if self.delivers:
                self.rig.deliver()
        self.rig.deliver()

    def take(self, inbound: Inbound) -> None:
        """Receive it and do what is to be done of it, but run nothing."""
        self.last = inbound
        self.rig.core_bot.hears(inbound)

    def asks(self, who: str, line: str) -> None:
        self.take(self.rig.typed(who, f"thing {line}"))
        self.card = self.card or next(iter(self.changes), None)

    def types(self, who: str, line: str) -> None:
        self.take(self.rig.typed(who, line))

    @property
    def changes(self) -> list[ChangeRequest]:
        """All change requests, the first one first."""
        return [self.rig.core_bot.change(number) for number in sorted(self.rig.statuses())]

    @property
    def first(self) -> ChangeRequest:
        assert self.card is not None, "nothing was asked for"
        return self.card

    def presses(self, who: str, verb: str, part: str | None) -> None:
        """Press a button of the newest card as it is drawn now, or with one part of its value wrong."""
        card = self.changes[-1]
        parts = self.rig.core_bot.value(card).split(".")
        places = {"number": 0, "digest": 1, "card": 2, "signature": -1}
        if part in places:
            parts[places[part]] = parts[places[part]][::-1] + "9"
        channel = "CELSEWHERE" if part == "channel" else ""
        value = self.rig.core_bot.value(self.first) if part == "the first card" else ".".join(parts)
        self.take(self.rig.core_bot.click(PEOPLE[who], card, BUTTONS[verb], value=value, channel=channel))

    def says_no(self, who: str, reason: str) -> None:
        self.take(self.rig.core_bot.form(PEOPLE[who], self.changes[-1], reason.strip()))

    def forges_no(self, who: str) -> None:
        self.take(self.rig.core_bot.form(PEOPLE[who], self.changes[-1], "No.", value="1001.0.0"))

    def becomes(self, who: str, role: str) -> None:
        self.rig.grant(who, "" if role == "nobody" else role)

    def passes(self, seconds: str) -> None:
        self.rig.tick(int(seconds))

    def keeps(self) -> None:
        self.rig.keep()

    def reads_back(self) -> None:
        for seconds in (80, 6):
            self.rig.tick(seconds)
            self.rig.keep()

    def runs(self) -> None:
        self.rig.tick(1)
        self.rig.work(3)

    def repeats(self) -> None:
        assert self.last is not None
        self.take(self.last)

    def freezes(self, un: str) -> None:
        self.rig.freeze(frozen=not un)

    def channel(self, what: str) -> None:
        self.rig.alive = what == "is back"

    def portal(self, what: str) -> None:
        if what in ANSWERS:
            self.rig.next_call(ANSWERS[what])
        else:
            self.rig.portal_down(down=what == "goes away")

    def thing(self, name: str, colour: str) -> None:
        self.rig.core_bot.toy.things[name] = colour

    def goes(self, name: str) -> None:
        del self.rig.core_bot.toy.things[name]

    def tampers(self, old: str, new: str) -> None:
        self.rig.tamper(self.changes[-1].number, old, new)

    def redigests(self, what: str) -> None:
        self.rig.redigest(self.changes[-1].number, "0" * 64 if what == "another" else "")

    def account(self, who: str, standing: str) -> None:
        self.rig.account(who, standing)

    def hushes(self, what: str) -> None:
        self.rig.silent = what == "is silent"

    def rests(self) -> None:
        """Until the end nothing that is to be said gets out."""
        self.delivers = False

    def restarts(self) -> None:
        self.rig.restart(1)


VERBS: Mapping[str, Callable[..., None]] = {
    r"(\w+) asks (.+)": Telling.asks,
    r"(\w+) types (.+)": Telling.types,
    rf"(\w+) ({'|'.join(BUTTONS)})(?: with another (.+))?": Telling.presses,
    r"(\w+) (approves|undoes) on (the first card)": Telling.presses,
    r"(\w+) says no:(.*)": Telling.says_no,
    r"(\w+) forges a no": Telling.forges_no,
    r"(\w+) becomes (\w+)": Telling.becomes,
    r"(\d+) s pass": Telling.passes,
    r"the scheduler looks": Telling.keeps,
    r"it is read back": Telling.reads_back,
    r"it runs": Telling.runs,
    r"that comes again": Telling.repeats,
    r"the bot is (un)?frozen": Telling.freezes,
    r"the channel (dies|is back)": Telling.channel,
    r"the portal (.+)": Telling.portal,
    r"(\w+) turns (\w+)": Telling.thing,
    r"(\w+) is removed by hand": Telling.goes,
    r"(\w+) is written over (\w+)": lambda telling, new, old: telling.tampers(old, new),
    r"(another|the fitting) digest is written": Telling.redigests,
    r"Slack says that (\w+) is a (\w+)": Telling.account,
    r"Slack (is silent|tells again)": Telling.hushes,
    r"nobody delivers": Telling.rests,
    r"the worker starts again": Telling.restarts,
}
