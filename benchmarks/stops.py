"""What overtakes a slow portal: `whoami`, and the words that stop, while a hundred reads wait.

    python -m benchmarks.stops [--runs N]

The whole bot over HTTP between both simulators on loopback. First every call to the portal takes 20 s, 100 reads of
five people wait, and a sixth asks `whoami` and freezes. Times run from when the 200 has come: until the simulated Slack
has the answer, and until the freeze is confirmed; whether it holds is looked at right after. Then, with calls of 0.2 s,
so that an approved request gets to its first intent while it is watched, requests are frozen, withdrawn and rejected at
random moments, again before 100 waiting reads. Counted are first intents on record after the 200 of their stop. It ends
within a minute, with fewer runs if need be.
"""

from __future__ import annotations

import argparse
import logging
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import cast

from rich.console import Console
from rich.table import Table

from benchmarks.stand import unlimited
from bot.core.audit.audit_record import Tag
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.principals import Role
from bot.playground.environment import Playground
from bot.playground.workspace import DispatchResult, Message, SlackWorkspace
from bot.playground.workspace.base.simulator_values import NoSuchElement
from bot.store.repositories.jobs import Rank
from bot.usecases.integrity.freezes import FROZEN
from plugins.bitrix24.plugin import BitrixPlugin
from plugins.bitrix24.simulation import PortalSimulation
from plugins.bitrix24.simulator.state.faults import read_fault
from plugins.bitrix24.traffic.portal_connections import Connections

READS, READERS = 100, ("Reader1", "Reader2", "Reader3", "Reader4", "Reader5")
REQUESTERS = ("Olga", "Asker1", "Asker2", "Asker3", "Asker4")
"""Each may have ten requests open."""
REJECTERS = ("Vera", "Ida", "Gleb", "Reviewer1", "Reviewer2")
"""Each has one form in front of them, so as many requests are stopped at a time."""
SLOW, QUICK = 20.0, 0.2
"""Seconds of a call, in the first part and in the second."""
QUESTIONS, FREEZES = 20, 10
LATEST = 2.0
"""Seconds after the approvals within which a stop comes; first intents come in the midst of them."""
MOST_SECONDS = 48.0
"""After that no other round is begun."""
WITHIN = 20.0
POLL_SECONDS = 0.001
UNDER_WAY = (Status.APPROVED, Status.RUNNING, Status.UNKNOWN)


class Unpaced(BitrixPlugin):
    """The plugin at a portal that takes any number of calls: the second part would wait for its turn otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self._links = Connections(keep=unlimited)


unpaced = Unpaced()


@dataclass(slots=True)
class Stand:
    """The bot, its simulators, and people who read."""

    playground: Playground
    _next: Iterator[str] = field(default_factory=lambda: cycle(READERS))

    @property
    def workspace(self) -> SlackWorkspace:
        return self.playground.workspace

    def let_in(self) -> None:
        """Let the readers, the requesters and the rejecters in."""
        roles = {
            **dict.fromkeys(READERS, Role.VIEWER),
            **dict.fromkeys(REQUESTERS, Role.OPERATOR),
            **dict.fromkeys(REJECTERS[2:], Role.APPROVER),
        }
        for name, role in roles.items():
            if name not in self.workspace.people:
                self.workspace.add_person(name)
            self.playground.grant(self.playground.store, name, role)

    def calls_take(self, seconds: float) -> None:
        """Let every call to the portal take so long from now on."""
        faults = cast(PortalSimulation, self.playground.portal).portal.world.faults
        faults.clear()
        if seconds:
            stall = {"kind": "stall_before", "method": "*", "seconds": seconds, "times": "forever"}
            faults.add(read_fault(stall))

    def fill(self) -> None:
        """Let so many reads wait, beside those that are under way."""
        for reader in islice(self._next, max(0, READS - self.waiting())):
            self.say(reader, "connector list")

    def waiting(self) -> int:
        """How many commands that read a portal wait."""
        sql = "SELECT count(*) AS n FROM jobs WHERE state = 'new' AND rank = ?"
        return int(self.playground.store.database.rows(sql, Rank.PLANNING)[0]["n"])

    def say(self, person: str, line: str) -> float:
        """Type a line; when its 200 had come."""
        return acknowledged(self.workspace.people[person].slash(f"/b24 {line}"))

    def card(self, change: ChangeRequest) -> Message:
        found = self.workspace.message("approvals", change.card or "")
        if found is None:
            raise SystemExit(f"{change.id} has no card.")
        return found

    def is_frozen(self) -> bool:
        return bool(self.playground.store.facts.get(FROZEN))

    def thaw(self) -> None:
        """Go on without two admins: what is measured is the freezing."""
        with self.playground.store.unit_of_work() as store:
            store.facts.put(FROZEN, "")

    def last_record(self) -> int:
        place = self.playground.store.audit.place()
        return place.seq if place else 0


def acknowledged(result: DispatchResult) -> float:
    if result.status != 200:
        raise SystemExit(f"It was not acknowledged: {result.status} {result.error}.")
    return time.perf_counter()


def seconds_until(look: Callable[[], bool], since: float, what: str) -> float:
    """How long after that moment it is so."""
    while not look():
        if time.perf_counter() - since > WITHIN:
            raise SystemExit(f"This did not come within {WITHIN:.0f} s: {what}.")
        time.sleep(POLL_SECONDS)
    return time.perf_counter() - since


def ask_whoami(stand: Stand) -> float:
    """Seconds until a second person has the answer."""
    before = len(stand.workspace.ephemerals("Olga"))
    came = stand.say("Olga", "whoami")
    return seconds_until(lambda: len(stand.workspace.ephemerals("Olga")) > before, came, "the answer to whoami")


def freeze(stand: Stand) -> tuple[bool, float]:
    """Whether a freeze holds at the first look after its 200, and the seconds until it is confirmed."""
    came = stand.say("Olga", "freeze the portal loses messages")
    holds = stand.is_frozen() or bool(stand.playground.store.stops.pending()) or stand.is_frozen()
    confirmed = seconds_until(stand.is_frozen, came, "a confirmed freeze")
    stand.thaw()
    return holds, confirmed


@dataclass(slots=True)
class Tally:
    """What became of the requests that were stopped."""

    stopped: int = 0
    begun: int = 0
    """Their first intent was on record before the 200."""
    late: int = 0
    """Their first intent came on record after the 200."""

    @property
    def runs(self) -> int:
        return self.stopped + self.begun + self.late


def ask_for_all(stand: Stand, runs: int) -> list[tuple[str, ChangeRequest]]:
    """So many requests to remove a connector each, with who asked, before anything is slow."""
    names = [f"c{number}" for number in range(runs)]
    portal = cast(PortalSimulation, stand.playground.portal).portal
    portal.world.switches.set("rate_limit", "off")
    portal.seed(
        connectors=[{"id": name, "name": name} for name in names],
        activations=[{"connector": name, "line": 1} for name in names],
    )
    asked = dict(zip(names, cycle(REQUESTERS), strict=False))
    for name, requester in asked.items():
        stand.say(requester, f"connector remove {name}")

    def posted() -> list[ChangeRequest]:
        return [one for one in stand.playground.store.changes.with_status([Status.PENDING]) if one.card]

    seconds_until(lambda: len(posted()) == runs, time.perf_counter(), "the cards")
    return [(asked[change.line.split()[2]], change) for change in posted()]


def stop_at_random(stand: Stand, kind: str, asked: Sequence[tuple[str, ChangeRequest]]) -> dict[int, int]:
    """Approve these and stop them; the number of the last record at the 200 of each stop."""
    people, cards = stand.workspace.people, [stand.card(change) for _, change in asked]
    rejecters = REJECTERS[: len(asked)]
    if kind == "reject":
        for person, card in zip(rejecters, cards, strict=True):
            acknowledged(people[person].click(card, "Reject…"))
        seconds_until(partial(_all_see_a_form, stand, rejecters), time.perf_counter(), "the forms")
    stand.fill()
    for card in cards:
        acknowledged(people["Anton"].click(card, "Approve"))
    time.sleep(random.uniform(0, LATEST))
    if kind == "freeze":
        stand.say("Olga", "freeze it must stop")
        return dict.fromkeys((change.number for _, change in asked), stand.last_record())
    seen = {}
    for rejecter, (requester, change), card in zip(rejecters, asked, cards, strict=True):
        if kind == "withdraw":
            # Its card has lost the button where it runs by now.
            with suppress(NoSuchElement):
                acknowledged(people[requester].click(card, "Withdraw"))
        else:
            acknowledged(people[rejecter].submit({"reason": "not this one"}))
        seen[change.number] = stand.last_record()
    return seen


def _all_see_a_form(stand: Stand, people: Sequence[str]) -> bool:
    return all(stand.workspace.open_views(person) for person in people)


def stop_requests(stand: Stand, runs: int, until: float) -> dict[str, Tally]:
    """Rounds of a few requests, each kind of stop in turn."""
    tallies = {"freeze": Tally(), "withdraw": Tally(), "reject": Tally()}
    asked = ask_for_all(stand, min(runs, 10 * len(REQUESTERS)))
    stand.calls_take(QUICK)
    for start, kind in zip(range(0, len(asked), len(REJECTERS)), cycle(tallies), strict=False):
        if time.perf_counter() > until:
            break
        seen = stop_at_random(stand, kind, asked[start : start + len(REJECTERS)])
        seconds_until(partial(_all_ended, stand, seen), time.perf_counter(), f"the endings after a {kind}")
        for number, last in seen.items():
            _count(stand, tallies[kind], number, last)
        stand.thaw()
    return tallies


def _all_ended(stand: Stand, numbers: Iterable[int]) -> bool:
    """Whether each has ended, or waits again: an approval that comes while a freeze holds is refused."""
    store = stand.playground.store
    if store.database.row("SELECT 1 FROM jobs WHERE rank <= ?", Rank.DECIDING):
        return False
    return not any(store.changes.require(number).status in UNDER_WAY for number in numbers)


def _count(stand: Stand, tally: Tally, number: int, last: int) -> None:
    intents = stand.playground.store.audit.find(subject=f"CR-{number}", tag=Tag.EXECUTION_INTENDED)
    if not intents:
        tally.stopped += 1
    elif intents[-1].seq > last:
        tally.late += 1
    else:
        tally.begun += 1


def times(title: str, seconds: Sequence[float]) -> tuple[str, str, str, str]:
    return (title, f"{statistics.median(seconds) * 1000:.0f}", f"{max(seconds) * 1000:.0f}", str(len(seconds)))


def measure_times(stand: Stand) -> Table:
    stand.calls_take(SLOW)
    stand.fill()
    asked = [ask_whoami(stand) for _ in range(QUESTIONS)]
    frozen = [freeze(stand) for _ in range(FREEZES)]
    if stand.waiting() < READS - len(READERS):
        raise SystemExit(f"Only {stand.waiting()} reads waited in the end: what was measured is not what was meant.")
    table = Table(title=f"From the 200 on, {READS} reads waiting, {SLOW:.0f} s a call")
    for head in ("until", "median ms", "most ms", "times"):
        table.add_column(head, justify="left" if head == "until" else "right")
    table.add_row(*times("a second person has the answer to whoami", asked))
    table.add_row(*times("a freeze is confirmed", [confirmed for _, confirmed in frozen]))
    at_once = sum(holds for holds, _ in frozen)
    table.caption = (
        f"At the first look after its 200 a freeze held, pending or confirmed, {at_once} of {FREEZES} times."
    )
    return table


def count_intents(stand: Stand, runs: int, until: float) -> Table:
    table = Table(title=f"Stops of approved requests, {READS} reads waiting, {QUICK} s a call")
    for head in ("stop", "runs", "stopped", "begun before", "first intents after the 200"):
        table.add_column(head, justify="left" if head == "stop" else "right")
    for kind, tally in stop_requests(stand, runs, until).items():
        table.add_row(kind, str(tally.runs), str(tally.stopped), str(tally.begun), str(tally.late))
    return table


def at_stand(measure: Callable[[Stand], Table], *, plugin: str) -> Table:
    """What is measured with a bot of its own."""
    with tempfile.TemporaryDirectory() as folder, Playground(Path(folder), pace=False, plugins=plugin) as playground:
        try:
            stand = Stand(playground)
            stand.let_in()
            return measure(stand)
        finally:
            # What is on its way to the portal ends with it, so that the bot need not wait for that.
            playground.portal.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=50, help="requests that are stopped")
    runs = parser.parse_args().runs
    until = time.perf_counter() + MOST_SECONDS
    logging.disable(logging.CRITICAL)
    console = Console(width=110)
    console.print(at_stand(measure_times, plugin="bitrix24"))
    console.print(at_stand(lambda stand: count_intents(stand, runs, until), plugin="benchmarks.stops:unpaced"))


if __name__ == "__main__":
    main()
