"""Four processes on the same rows of one file, or of one server, through the use cases: one winner each, and the
losers are told.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.core.audit.audit_record import Entry, Tag
from bot.core.authority.policy import NeedsApproval
from bot.core.change.change_request import ChangeRequest, NewChange, Review, Status, Verdict
from bot.core.change.plans import decision_to_json
from bot.core.messages.notices import PrivateNotice, notice_from_json
from bot.core.parsing.invocation import understand
from bot.core.principals import Role
from bot.host.registry import Registry
from bot.plugin import Plan, Risk
from bot.store.database_copy import copy_database
from bot.store.location import locate
from bot.store.store import Store, Transaction, open_store
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.requests.planning import ask
from tests.bitrix24.plugin_bot import PluginBot
from tests.bitrix24.processes import Hurry, Processes
from tests.language.english import en
from tests.long.form import sized
from tests.long.racers import KEYS, RACERS, name_of
from tests.store.chain import assert_chain_holds
from tests.store.line_process import LineProcess
from tests.usecases.core_bot import APPROVALS, OLGA, ROLES, SHELL, START, StillClock
from tests.usecases.toy import ACME, Toy

ROOT = Path(__file__).resolve().parents[2]
ROWS = sized(1_500, 50_000)
WORDS = 5
"""Of so many rows one is settled by a word."""
EXPIRIES = sized(25, 250)
ON_A_SERVER = sized(40, 2_000)
"""Rows there: each unit of work takes several round trips, and the four wait for each other."""
LONGEST_RACE = 1_200.0
"""Seconds, of the long form."""
CALLS = 64
"""Calls of all processes together that find an expired token."""
APPROVAL = NeedsApproval(quorum=1, role=Role.APPROVER, expires_in=3_600_000)


class Track:
    """The four processes, kept for several races because each takes a while to start."""

    def __init__(self) -> None:
        self._racers = [LineProcess("tests.long.racers", within=LONGEST_RACE) for _ in RACERS]

    def race(self, home: Path, url: str, acts: Sequence[str], numbers: Sequence[int]) -> list[dict[str, Any]]:
        """Let each do its act to every number, all from the same moment; what each says of it."""
        for place, (racer, act) in enumerate(zip(self._racers, acts, strict=True)):
            task = {"home": str(home), "url": url, "place": place, "act": act, "first": numbers[0], "last": numbers[-1]}
            racer.tell(task)
        assert [racer.hear() for racer in self._racers] == ["ready"] * len(acts)
        for racer in self._racers:
            racer.tell("go")
        return [racer.hear() for racer in self._racers]

    def stop(self) -> None:
        for racer in self._racers:
            racer.stop()


@pytest.fixture(scope="module")
def track() -> Iterator[Track]:
    running = Track()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def make_pending(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Homes with so many change requests, all of them pending. Each is made once."""

    @cache
    def make(rows: int) -> Path:
        home = tmp_path_factory.mktemp("pending")
        store = open_store(home, KEYS, StillClock(), synchronous="OFF")
        for person, role in {**ROLES, **dict.fromkeys(RACERS, Role.APPROVER)}.items():
            grant_role(store, person, role, by=SHELL)
        toy = Toy(things={name_of(row): "red" for row in range(rows)})
        registry = Registry([toy])
        with store.unit_of_work() as tx:
            for row in range(rows):
                tx.changes.open(asked_for(f"thing remove {name_of(row)}", registry, toy))
        store.close()
        return home

    return make


def asked_for(line: str, registry: Registry, toy: Toy) -> NewChange:
    plan = ask("toy", understand(registry, line), toy)
    assert isinstance(plan, Plan)
    return NewChange(
        line=line,
        path="thing remove",
        plugin="toy",
        place=ACME,
        requester=OLGA,
        reason="",
        risk=Risk.DESTROY,
        plan=plan,
        decision=APPROVAL,
        created_at=START,
        expires_at=START + 1_000,
        channel=APPROVALS,
    )


@pytest.fixture
def store(make_pending: Callable[[int], Path], tmp_path: Path, engine_url: str) -> Iterator[Store]:
    if engine_url:
        copy_database(locate(make_pending(ON_A_SERVER)), locate(tmp_path, engine_url), KEYS)
    else:
        shutil.copytree(make_pending(ROWS), tmp_path, dirs_exist_ok=True)
    opened = open_store(tmp_path, KEYS, StillClock(), url=engine_url, synchronous="OFF")
    yield opened
    opened.close()


def prepare(store: Store, each: Callable[[Transaction, ChangeRequest], None] = lambda tx, change: None) -> list[int]:
    """The numbers of the rows, each taken further by `each`, with all that there is to say said."""
    numbers = [row["number"] for row in store.engine.rows("SELECT number FROM changes ORDER BY number")]
    with store.unit_of_work() as tx:
        for number in numbers:
            each(tx, tx.changes.require(number))
        tx.engine.execute("UPDATE outbox SET state = 'sent'")
    return numbers


def approved(tx: Transaction, change: ChangeRequest) -> None:
    reviewer = RACERS[0]
    tx.changes.review(change.number, Review(reviewer=reviewer, verdict=Verdict.APPROVE, at=START))
    tx.changes.move(change.number, Status.PENDING, Status.APPROVED, changes={"decided_at": START})
    facts = {"digest": change.digest}
    asked = {"risk": change.risk, "decision": decision_to_json(change.decision)}
    tx.record(Entry(tag=Tag.CHANGE_REQUESTED, actor=change.requester.id, subject=change.id, facts=asked))
    tx.record(Entry(tag=Tag.REVIEW_APPROVED, actor=reviewer.id, subject=change.id, facts=facts))


def unknown(tx: Transaction, change: ChangeRequest) -> None:
    approved(tx, change)
    tx.changes.move(change.number, Status.APPROVED, Status.RUNNING)
    tx.changes.move(change.number, Status.RUNNING, Status.UNKNOWN, changes={"asked_at": START})


def counted(store: Store, sql: str, *values: object) -> int:
    row = store.engine.row(sql, *values)
    assert row is not None
    return int(row["n"])


def recorded(store: Store, *tags: Tag) -> Counter[str]:
    """How many records with these tags each change request has."""
    marks = ", ".join("?" * len(tags))
    rows = store.engine.rows(f"SELECT subject FROM audit WHERE tag IN ({marks})", *tags)
    return Counter(row["subject"] for row in rows)


def endings(store: Store) -> Counter[Status]:
    return Counter(Status(row["status"]) for row in store.engine.rows("SELECT status FROM changes"))


def told(store: Store) -> int:
    """How many people were told that their click changed nothing."""
    rows = store.engine.rows("SELECT payload FROM outbox WHERE kind = 'whisper'")
    notices = [notice_from_json("whisper", row["payload"]) for row in rows]
    return sum(
        en(notice.reply.title).startswith("Your click changed nothing.")
        for notice in notices
        if isinstance(notice, PrivateNotice)
    )


def once_each(numbers: Sequence[int]) -> Counter[str]:
    return Counter(f"CR-{number}" for number in numbers)


DECIDED = (Tag.REVIEW_APPROVED, Tag.REVIEW_REJECTED, Tag.CHANGE_EXPIRED)
DECISIONS = {
    "approve/approve": ("approve",) * 4,
    "reject/reject": ("reject",) * 4,
    "approve/expire": ("approve", "expire") * 2,
}


@pytest.mark.parametrize("name", DECISIONS)
def test_of_the_decisions_on_a_row_exactly_one_counts(
    tmp_path: Path, store: Store, engine_url: str, track: Track, name: str
) -> None:
    """One record, one status that fits it, one job where it was approved; whoever pressed in vain is told."""
    acts = DECISIONS[name]
    numbers = prepare(store)
    assert [racer["errors"] for racer in track.race(tmp_path, engine_url, acts, numbers)] == [[]] * 4
    assert recorded(store, *DECIDED) == once_each(numbers)
    found = endings(store)
    expected = {
        Status.APPROVED: recorded(store, Tag.REVIEW_APPROVED).total(),
        Status.REJECTED: recorded(store, Tag.REVIEW_REJECTED).total(),
        Status.EXPIRED: recorded(store, Tag.CHANGE_EXPIRED).total(),
    }
    assert found == Counter({status: rows for status, rows in expected.items() if rows})
    assert counted(store, "SELECT count(*) AS n FROM jobs") == found[Status.APPROVED]
    reviews = found[Status.APPROVED] + found[Status.REJECTED]
    assert counted(store, "SELECT count(*) AS n FROM reviews") == reviews
    pressed = len(numbers) * sum(act != "expire" for act in acts)
    assert told(store) == pressed - reviews
    assert_chain_holds(store)


def test_a_rejection_beside_an_approval_stands_whichever_came_first(
    tmp_path: Path, store: Store, engine_url: str, track: Track
) -> None:
    """What was approved can be rejected until it begins; of two that reject, one is told that they came too late."""
    numbers = prepare(store)
    racers = track.race(tmp_path, engine_url, ("approve", "reject") * 2, numbers)
    assert [racer["errors"] for racer in racers] == [[]] * 4
    assert recorded(store, Tag.REVIEW_REJECTED) == once_each(numbers)
    assert endings(store) == {Status.REJECTED: len(numbers)}
    assert told(store) == 3 * len(numbers) - recorded(store, Tag.REVIEW_APPROVED).total()
    assert_chain_holds(store)


def test_of_the_executions_of_a_row_exactly_one_calls(
    tmp_path: Path, store: Store, engine_url: str, track: Track
) -> None:
    """Each process has a portal of its own that counts what reaches it."""
    numbers = prepare(store, approved)
    runs = track.race(tmp_path, engine_url, ("execute",) * 4, numbers)
    assert [racer["errors"] for racer in runs] == [[]] * 4
    called = Counter(name for racer in runs for name in racer["called"])
    assert called == Counter(map(name_of, range(len(numbers))))
    assert endings(store) == {Status.DONE: len(numbers)}
    for tag in (Tag.EXECUTION_INTENDED, Tag.CALL_ANSWERED, Tag.EXECUTION_ENDED):
        assert recorded(store, tag) == once_each(numbers), tag
    assert counted(store, "SELECT count(*) AS n FROM changes WHERE fence <> 1") == 0
    assert_chain_holds(store)


def test_of_the_words_on_an_unknown_outcome_exactly_one_counts(
    tmp_path: Path, store: Store, engine_url: str, track: Track
) -> None:
    every = prepare(store, unknown)
    numbers = every[: len(every) // WORDS]
    runs = track.race(tmp_path, engine_url, ("say_done", "say_not_done") * 2, numbers)
    assert [racer["errors"] for racer in runs] == [[]] * 4
    assert recorded(store, Tag.EXECUTION_RESOLVED) == once_each(numbers)
    found = endings(store)
    assert found[Status.DONE] + found[Status.FAILED] == len(numbers)
    assert found[Status.UNKNOWN] == len(every) - len(numbers)
    assert told(store) == 3 * len(numbers)
    rows = store.engine.rows("SELECT number, settled_by FROM changes WHERE settled_by IS NOT NULL")
    words = store.engine.rows("SELECT subject, actor FROM audit WHERE tag = ?", Tag.EXECUTION_RESOLVED)
    assert {f"CR-{row['number']}": row["settled_by"] for row in rows} == {row["subject"]: row["actor"] for row in words}


def test_of_the_renewals_of_a_token_exactly_one_is_asked_for(tmp_path: Path) -> None:
    """Every token that runs out is renewed once, whichever process finds it; every read succeeds.

    Time runs faster for the portal and for the processes, because of the portal's limit.
    """
    plugin_bot, processes = PluginBot(tmp_path), Processes(4)
    try:
        with Hurry(plugin_bot.portal.clock.advance, 50.0):
            for _ in range(EXPIRIES):
                plugin_bot.expire()
                answers = processes.do([plugin_bot.task("read", threads=1, speed=50.0) for _ in range(len(processes))])
                assert answers == [{"read": 1}] * len(processes)
            plugin_bot.expire()
            tasks = [
                plugin_bot.task("read", threads=CALLS // len(processes), speed=50.0) for _ in range(len(processes))
            ]
            answers = processes.do(tasks)
            assert answers == [{"read": CALLS // len(processes)}] * len(processes), "64 calls at once, and all succeed"
        assert [entry.outcome for entry in plugin_bot.refreshes()] == ["ok"] * (EXPIRIES + 1)
        sealed = plugin_bot.services.secrets.read("default")
        assert sealed is not None
        assert sealed.generation == 2 + EXPIRIES
    finally:
        processes.stop()
        plugin_bot.stop()
