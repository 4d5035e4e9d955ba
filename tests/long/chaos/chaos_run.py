"""A run of the chaos test: several processes, people who type and press at once, deliveries in any order, and deaths.

One thread drives all of it. What it decides follows from the seed and from the numbers of commands and change
requests; when a process comes to do something is the machine's affair.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bot.core.authority.policy import NeedsApproval
from bot.core.change.change_request import Status
from bot.core.change.plans import decision_from_json
from bot.core.principals import Principal
from bot.playground.workspace import DispatchResult, Message, WorkspaceError
from bot.playground.workspace.base.dispatch import Dispatch
from bot.testing.services import scratch_store
from bot.usecases.admin.allow_list import grant_role
from tests.long.chaos import fates
from tests.long.chaos.disturbances import Disturbances
from tests.long.chaos.fates import Asked, Fate
from tests.long.chaos.strangers import Strangers
from tests.long.crash.harness.forked import ForkServer
from tests.long.crash.harness.outside import WatchedWorkspace, Witness
from tests.long.crash.harness.stored_rows import FileRows

BATCH = 6
"""Commands that are typed in one round."""
MOST_ROUNDS_AFTER = 60
PRESSED_AGAIN_AFTER = 4
"""Rounds after which somebody presses again who got no further."""
MOST_TIMES_AGAIN = 2
MOST_TRIES = 4


def template(folder: Path) -> Path:
    """A folder with a key file and a database that has the people of the run on its allow-list."""
    store = scratch_store(folder)
    with WatchedWorkspace(Witness(FileRows(folder))) as workspace:
        _newcomers(workspace)
        for name, role in fates.ROLES.items():
            person = workspace.people[name].person
            grant_role(store, Principal(team=person.team_id, user=person.id), role, by=Principal.shell("test"))
    store.close()
    return folder


def _newcomers(workspace: WatchedWorkspace) -> None:
    for name, user in fates.NEWCOMERS.items():
        workspace.add_person(name, user_id=user)
        for channel in ("connectors", "approvals"):
            workspace.invite_to(channel, name)


@dataclass(slots=True)
class Open:
    """What people do about one change request. `at` is the press that comes next, `since` the round it began to."""

    fate: Fate
    at: int = 0
    since: int = 0
    again: int = 0
    """How often all of it was tried again."""
    undone: bool = False

    @property
    def given_up(self) -> bool:
        return not self.fate.presses or (self.again == MOST_TIMES_AGAIN and self.at >= len(self.fate.presses))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A change request as the driver reads it."""

    number: int
    status: str
    requester: str
    local: bool
    path: str
    confirmed: bool
    channel: str
    card: str | None


@dataclass(slots=True)
class Post:
    """Deliveries on their way, and those that were acknowledged and may come again."""

    fresh: list[tuple[Dispatch, int]] = field(default_factory=list)
    """Each with how often it has been tried."""
    past: list[Dispatch] = field(default_factory=list)


class ChaosRun(Disturbances):
    """Use as a context manager, then `run` once. `quorum` is how many have to approve what destroys."""

    def __init__(
        self, server: ForkServer, folder: Path, *, template: Path, seed: str, commands: int, deaths: int, quorum: int
    ) -> None:
        super().__init__(
            server,
            folder,
            template=template,
            seed=seed,
            deaths=deaths,
            settings={"B24BOT_QUORUM": str(quorum), "B24BOT_WITNESS_FILE": str(folder / "witness" / "heads")},
        )
        (folder / "witness").mkdir()
        self.quorum = quorum
        self.tally.commands = commands
        self._open: dict[int, Open] = {}
        self._post = Post()
        self._round = 0
        self._strangers = Strangers(secret=self.workspace.signing_secret, rng=Random(f"{seed}/strangers"))

    def run(self) -> None:
        """Let all of it happen, then let faults and deaths stop, and everything come to rest."""
        self.portal.watched.asked = self.keep_up
        _newcomers(self.workspace)
        self.portal.watched.seed(
            connectors=[{"id": name, "name": name.upper()} for name in fates.CONNECTORS[::2]],
            activations=[{"connector": name, "line": line} for name in fates.CONNECTORS[::4] for line in (1, 2)],
        )
        for first in range(0, self.tally.commands, BATCH):
            last = min(first + BATCH, self.tally.commands)
            self.deaths_by_now = self._deaths * last / self.tally.commands
            self._one_round(range(first, last))
        for _ in range(MOST_ROUNDS_AFTER):
            if not self._undecided() and not self._post.fresh:
                break
            self._one_round(())
        self._come_to_rest()

    def _one_round(self, commands: Sequence[int]) -> None:
        rng = self._rng
        self._round += 1
        self.up()
        self.cause_trouble()
        self._write_down_what_people_do(commands)
        if self.workspace.request_url:
            self._strangers.come(self.workspace.request_url)
        self._deliver()
        if rng.random() < 0.3:
            self.send_errand()
        if self._round % 5 == 0:
            self.settle_by_hand(every=3)
        if rng.random() < 0.75:
            self._wait_a_little()
        self.shift_the_clock()
        self.reap_errands(wait=False)

    def stop(self) -> None:
        self._strangers.leave()
        super().stop()

    # --- what people do ----------------------------------------------------------------------------------------

    def _write_down_what_people_do(self, commands: Sequence[int]) -> None:
        """Every act becomes a signed delivery that waits."""
        acts: list[DispatchResult] = []
        portal = fates.Portal.of(self.portal.watched.state)
        with self.workspace.holding():
            for number in commands:
                typed = fates.typed(self.seed, number, portal)
                acts.append(self.workspace.people[typed.person].slash(f"/b24 {typed.line}"))
            if self._round % 2 == 0 and self._frozen():
                acts.append(self.workspace.people["Ida"].slash(f"/b24 {fates.UNFREEZE}"))
            for row in self._rows():
                acts += self._acts_on(row)
            acts += self._forms()
        self._post.fresh += [(act.dispatch, 0) for act in acts]

    def _frozen(self) -> bool:
        return bool(self.rows("SELECT 1 FROM facts WHERE name = 'frozen' AND value != ''"))

    def _rows(self) -> list[Row]:
        """Change requests that somebody may still do something about."""
        rows = self.rows(
            "SELECT number, status, requester, local, path, decision, channel, card FROM changes "
            "WHERE status IN ('pending', 'approved') OR (status = 'done' AND local = 0)"
        )
        return [
            Row(
                number=number,
                status=status,
                requester=self._name(requester),
                local=bool(local),
                path=path,
                confirmed=not isinstance(decision_from_json(decision), NeedsApproval),
                channel=channel,
                card=card,
            )
            for number, status, requester, local, path, decision, channel, card in rows
            if number not in self._open or not self._open[number].undone
        ]

    def _name(self, principal: str) -> str:
        user = principal.partition(":")[2]
        return next((one.name for one in self.workspace.world.people if one.id == user), "")

    def _acts_on(self, row: Row) -> Iterator[DispatchResult]:
        card = self.workspace.message(row.channel, row.card) if row.card else None
        if card is None:
            return
        if row.number not in self._open:
            self._open[row.number] = Open(fate=fates.fate_of(self.seed, self._asked(row)), since=self._round)
        mine = self._open[row.number]
        fate = mine.fate
        if row.status == Status.DONE:
            mine.undone = True
            if fate.undone and row.requester:
                yield from self._press(row.requester, card, "Undo…")
            return
        if mine.at < len(fate.presses):
            # Often all of them at once.
            count = len(fate.presses) if self._rng.random() < 0.6 else 1
            for press in fate.presses[mine.at : mine.at + count]:
                if press.person:
                    yield from self._press(press.person, card, press.button)
            mine.at, mine.since = mine.at + count, self._round
        elif self._round - mine.since > PRESSED_AGAIN_AFTER and mine.again < MOST_TIMES_AGAIN:
            mine.at, mine.again = 0, mine.again + 1

    def _asked(self, row: Row) -> Asked:
        return Asked(
            number=row.number,
            requester=row.requester,
            confirmed=row.confirmed,
            builtin=row.local,
            urgent=row.path == fates.UNFREEZE,
            quorum=self.quorum,
        )

    def _press(self, person: str, card: Message, button: str) -> Iterator[DispatchResult]:
        with suppress(WorkspaceError):
            yield self.workspace.people[person].click(card, button)

    def _forms(self) -> Iterator[DispatchResult]:
        """Who has a form in front of them fills it in, or closes it."""
        for name in (*fates.APPROVERS, *fates.ADMINS):
            for view in self.workspace.open_views(name):
                if self._rng.random() < 0.8:
                    yield self.workspace.people[name].submit({"reason": "Not now"}, view=view)
                else:
                    self.workspace.acts.close(view)

    def _undecided(self) -> bool:
        """Whether somebody still means to do something about a change request."""
        pending = [row for row in self._rows() if row.status == Status.PENDING]
        return any(row.number not in self._open or not self._open[row.number].given_up for row in pending)

    # --- deliveries --------------------------------------------------------------------------------------------

    def _deliver(self) -> None:
        """All that waits, in any order, some of it several times; and something that was delivered long ago."""
        rng = self._rng
        bag = [one for one in self._post.fresh for _ in range(rng.choices((1, 2, 3), (70, 22, 8))[0])]
        self._post.fresh.clear()
        bag += [(one, 0) for one in rng.sample(self._post.past, min(len(self._post.past), rng.choice((0, 1, 2))))]
        rng.shuffle(bag)
        when = rng.randrange(len(bag) + 1) if rng.random() < (1.0 if self.lags_behind() else 0.3) else -1
        tried: dict[str, bool] = {}
        for at, (dispatch, _) in enumerate(bag):
            if at == when:
                self.kill_somebody()
            acknowledged = self._hand_over(dispatch)
            tried[dispatch.id] = tried.get(dispatch.id, False) or acknowledged
            if at == len(bag) - 1 or rng.random() < 0.1:
                self.reap()
        for dispatch, tries in {one.id: (one, tries) for one, tries in bag}.values():
            if tried[dispatch.id]:
                self._post.past.append(dispatch)
            elif tries < MOST_TRIES:
                self._post.fresh.append((dispatch, tries + 1))

    def _hand_over(self, dispatch: Dispatch) -> bool:
        result = self.workspace.deliver(dispatch)
        self.tally.deliveries += result.status is not None
        return result.ok

    def _wait_a_little(self) -> None:
        end = time.monotonic() + 2
        while self.alive and time.monotonic() < end and not self.idle():
            time.sleep(0.02)

    # --- afterwards --------------------------------------------------------------------------------------------

    def _come_to_rest(self) -> None:
        """Faults and deaths stop. It settles, then time is up for the undecided, then people look on the portal."""
        self.calm = True
        self._strangers.leave()
        self.problems += self._strangers.problems
        self.tally.odd_requests, self.tally.idle_connections = self._strangers.requests, self._strangers.connections
        self.kill()
        self.workspace.flag_channel("audit", is_archived=False)
        self.portal.watched.world.faults.clear()
        self.workspace.clear_faults()
        self.up()
        self.reap_errands(wait=True)
        self.authorise_again()
        self.quiesce()
        self.authorise_again()
        self.pass_time(3_700)
        self.wait(
            lambda: not self.rows("SELECT 1 FROM changes WHERE status = 'pending'"), "the end of all that is pending"
        )
        self.quiesce()
        self.settle_by_hand(every=2)
        self.quiesce()
        self.run_errand(("audit", "export"))
