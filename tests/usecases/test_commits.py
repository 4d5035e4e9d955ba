"""Whichever commit fails, once or from then on: no call without an intent on disk, no call twice, no lie in the end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from bot.core.bot_errors import StoreUnavailable
from bot.core.change.change_request import Status
from bot.plugin import CallVerdict
from bot.store.sealing.keyring import Keyring
from bot.store.store import FILE_NAME, Store
from tests.usecases.core_bot import CoreBot, StillClock, lay_out_usual
from tests.usecases.fragile import FragileDatabase
from tests.usecases.toy import Script

COMMITS = 10
"""More than there are from the approval to the ending; a test holds that."""
LINES = ["thing remove one", "thing swap one two"]


class Fragile:
    """A bot over a database whose commits can fail, and what was on disk at each call."""

    def __init__(self, folder: Path) -> None:
        lay_out_usual(folder)
        self.database = FragileDatabase(folder / FILE_NAME)
        store = Store(self.database, Keyring({"k1": bytes(32)}), StillClock())
        self.core_bot = CoreBot(folder, store=store, roles={}, deliver=False)
        self.core_bot.store.clock = self.core_bot.clock
        self.intents: list[int] = []
        self.core_bot.toy.on_call = lambda call: self.intents.append(len(self.core_bot.store.changes.steps(1001)))

    def run(self, line: str, fails: Callable[[int], bool]) -> int:
        """Approve the line and work on it with commits failing; returns how many were tried."""
        self.core_bot.approved(line)
        self.database.commits = 0
        self.database.fails = fails
        for _ in range(3):
            with suppress(StoreUnavailable):
                self.core_bot.do_jobs(5)
            self.core_bot.clock.advance(6)
        return self.database.commits


def mended(fragile: Fragile, *, restarted: bool) -> Status:
    """The status that is reached once commits work again, with the same process or with the next one."""
    fragile.database.fails = lambda number: False
    if restarted:
        fragile.core_bot.restart()
    fragile.core_bot.wait(120, step=3)
    return fragile.core_bot.change(1001).status


@pytest.fixture
def fragile(tmp_path: Path) -> Fragile:
    return Fragile(tmp_path / "home")


@pytest.mark.parametrize("line", LINES)
def test_without_a_fault_it_takes_fewer_commits_than_are_broken_here(fragile: Fragile, line: str) -> None:
    tried = fragile.run(line, lambda number: False)
    assert 3 <= tried < COMMITS
    assert fragile.core_bot.change(1001).status is Status.DONE
    fragile.core_bot.close()


@pytest.mark.sampled(5)
@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("broken", range(1, COMMITS))
@pytest.mark.parametrize(
    ("lasting", "restarted"),
    [(1, False), (2, False), (1_000, False), (1_000, True)],
    ids=["once", "twice", "lasting", "lasting, next process"],
)
def test_a_commit_that_fails_leads_to_no_call_without_intent_and_to_a_true_ending(
    fragile: Fragile, line: str, broken: int, lasting: int, restarted: bool
) -> None:
    fragile.run(line, lambda number: broken <= number < broken + lasting)
    assert fragile.intents == list(range(1, len(fragile.intents) + 1)), "each call after its own intent"
    status = mended(fragile, restarted=restarted)
    made = [call.params["ID"] for call in fragile.core_bot.toy.calls]
    wanted = [call.params["ID"] for call in fragile.core_bot.change(1001).plan.calls]
    assert made == wanted[: len(made)], "in order, and none twice"
    assert status is (Status.DONE if made == wanted else Status.FAILED), "as the portal is"
    assert made, "an approval that could be acted on was"
    fragile.core_bot.close()


@pytest.mark.parametrize("broken", range(1, 6))
def test_a_lost_answer_and_a_failing_commit_end_as_the_portal_is(fragile: Fragile, broken: int) -> None:
    fragile.core_bot.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN, effect=broken % 2 == 0))
    fragile.run("thing remove one", lambda number: number == broken)
    status = mended(fragile, restarted=False)
    assert status is (Status.DONE if "one" not in fragile.core_bot.toy.things else Status.FAILED)
    assert len(fragile.core_bot.toy.calls) == 1
    fragile.core_bot.close()
