"""What a chaos test does to the bot without people in Slack: faults, clocks, and the host's terminal."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from bot.core.change.change_request import Status
from plugins.bitrix24.simulator.state.faults import read_fault
from plugins.bitrix24.simulator.state.world import ADMIN
from tests.long.chaos import fates, troubles
from tests.long.chaos.staff import Staffed
from tests.long.crash.harness.forked import ForkServer
from tests.long.crash.harness.reader import may_settle
from tests.long.crash.harness.trip import Kill

MOST_LAG_SECONDS = 60
CALL_SECONDS = 20.0
"""Real seconds after which a call that is under way on a slow machine is no reason to wait any longer."""
CLOCK_STEP_MS = 600_000
MANY_UNKNOWN = 3
"""With a few more than that the bot takes nothing on, so time passes faster then."""
MOST_WAITING = 8
"""Faults on each side that wait for their call."""


class Disturbances(Staffed):
    """Processes, and what disturbs them."""

    def __init__(
        self, server: ForkServer, folder: Path, *, template: Path, seed: str, deaths: int, settings: Mapping[str, str]
    ) -> None:
        super().__init__(server, folder, template=template, seed=seed, deaths=deaths, settings=settings)
        self._lag = 0.0
        self._slept_ms = 0
        self._refusals = 0

    def cause_trouble(self) -> None:
        rng = self._rng
        room = MOST_WAITING - len(self.portal.watched.world.faults.waiting())
        for _ in range(min(rng.choice((0, 0, 1, 1, 2)), room)):
            with self.portal.watched.world.lock:
                self.portal.watched.world.faults.add(read_fault(troubles.for_the_portal(rng)))
        for _ in range(min(rng.choice((0, 1, 2, 3)), MOST_WAITING - len(self.workspace.world.faults.waiting()))):
            self.workspace.fault(**troubles.for_slack(rng))
        if rng.random() < 0.08:
            self.portal.watched.world.tokens.expire(client_id=None, access=True, refresh=False)
        archived = self.workspace.channel("audit").is_archived
        if rng.random() < (0.6 if archived else 0.02):
            self.workspace.flag_channel("audit", is_archived=not archived)
        self.authorise_again()

    def shift_the_clock(self) -> None:
        """Time passes for all, sometimes much of it; now and then the bot's clock alone is set back.

        Not much while somebody makes a call, however slow this machine is: in the bot's time a call takes a minute or
        two, and one that takes longer than its lease counts as lost.
        """
        rng = self._rng
        self._step_the_clock()
        busy = self.rows("SELECT count(*) FROM changes WHERE status = 'unknown'")[0][0] >= MANY_UNKNOWN
        self.advance(rng.choice((1, 2, 3, 5, 8)) if rng.random() < 0.9 and not busy else rng.choice((30, 80, 140)))
        if rng.random() < 0.08 and self._lag < MOST_LAG_SECONDS:
            back = rng.uniform(0.5, 20)
            self._lag += back
            self.page.add("shift_ms", -round(back * 1000))
            self.tally.clock_shifts += 1

    def _step_the_clock(self) -> None:
        """Now and then somebody sets the bot's clock of the day while calls are under way, and sets it right again."""
        step = self._rng.choice((0, 0, 0, CLOCK_STEP_MS, -CLOCK_STEP_MS))
        self.page.put("set_ms", step)
        self.tally.clock_steps += bool(step)
        self._wait_for_calls()
        self.page.put("set_ms", 0)

    def _wait_for_calls(self) -> None:
        """Let what runs make some way; what a dead process left running waits for its successor."""
        end = time.monotonic() + CALL_SECONDS
        while self.works and time.monotonic() < end and self.rows("SELECT 1 FROM changes WHERE status = 'running'"):
            time.sleep(0.02)

    def keep_up(self, _method: str) -> None:
        """A sleep of the bot is over at once; before the portal answers, it has slept as long: it is never behind."""
        portal = self.portal.watched
        with portal.world.lock:
            slept = self.page.get("slept_ms")
            portal.clock.advance((slept - self._slept_ms) / 1000)
            self._slept_ms = slept
        portal.world.sender.settle()

    def authorise_again(self) -> None:
        """A pair of tokens whose successor nobody stored is lost: an admin stores a new one, as the docs say."""
        world = self.portal.watched.world
        refusals = sum(entry.outcome == "invalid_grant" for entry in world.journal.token_calls)
        if refusals == self._refusals:
            return
        self._refusals = refusals
        portal = self.portal.settings()
        pair = world.tokens.issue(self.portal.watched.client_id, ADMIN)
        secrets = {
            "CLIENT_SECRET": self.portal.watched.client_secret,
            "ACCESS_TOKEN": pair.access.value,
            "REFRESH_TOKEN": pair.refresh.value,
        }
        words = (
            *("portal", "add", "default", "--replace", "--domain", portal["BITRIX24_DOMAIN"]),
            *("--member-id", portal["BITRIX24_MEMBER_ID"], "--client-id", portal["BITRIX24_CLIENT_ID"]),
        )
        self.run_errand(words, **{f"B24BOT_SECRET_{name}": value for name, value in secrets.items()})

    # --- the host's terminal -----------------------------------------------------------------------------------

    def settle_by_hand(self, *, every: int) -> None:
        """Somebody looks on the portal, and says what became of what reading back does not show; some nobody does."""
        for number, plan in self.rows("SELECT number, plan FROM changes WHERE status = 'unknown'"):
            calls = [one for one in self.witness.arrivals if one.intent is not None and one.intent.number == number]
            late = any(self.is_late(one) for one in calls)
            if number % every == 0 and not late and not may_settle(Status.UNKNOWN, plan):
                happened = any(one.entry is not None and one.entry.effect for one in calls)
                self.run_errand(("request", "settle", f"CR-{number}", "done" if happened else "failed"))

    def send_errand(self) -> None:
        """Somebody does something in the terminal, and dies at it now and then."""
        rng = self._rng
        words = rng.choice(
            (
                ("access", "grant", "T0001:U0003", rng.choice(("approver", "approver", "viewer"))),
                ("access", "revoke", "T0001:U0003"),
                ("access", "grant", "T0001:U0101", "operator"),
                ("request", "list"),
                ("run", "connector list"),
                ("run", f"connector remove {rng.choice(fates.CONNECTORS)}"),
                ("audit", "find"),
            )
        )
        kill = Kill(at="*", nth=rng.randint(1, 6)) if rng.random() < 0.3 and self.deaths_left() else None
        self.begin_errand(words, kill)
