"""Make a bot's home that looks like years of use: a key, a database with so many records, and what hangs on them.

    python -m benchmarks.aged --records N [--requests N] [--jobs N] [--outbox N] FOLDER
    OTHER/.venv/bin/python benchmarks/aged.py ...      the same with the code of another checkout

The first rows are written by the real code; the others are copies of them with other names and times, and the chain
is computed over all of them, so that `b24bot audit verify` accepts it. A home that FOLDER has already is not made
again. The last line of the output is the path of the home; the key file lies in `keys/key` beside it.

This file uses nothing of the other benchmarks, so that any checkout can run it; a newer one migrates what it made.
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.clock import SystemClock
from bot.core.audit.audit_record import FACTS, GENESIS, Entry, Fact, Tag, compute_link, facts_text
from bot.core.authority.policy import NeedsApproval
from bot.core.change.change_request import ChangeRequest, NewChange, Review, Status, Verdict
from bot.core.change.plans import decision_to_json
from bot.core.messages.deliveries import SlashCommand, inbound_to_json
from bot.core.messages.notices import AuditNotice
from bot.core.principals import Principal, Role
from bot.plugin import Call, CallOutcome, CallVerdict, Place, Plan, Risk, Undo, UndoKind
from bot.store.schema.schema_version import schema_step
from bot.store.store import Store, Transaction
from bot.testing.services import scratch_store
from bot.usecases.admin.allow_list import seed_admins

ADMIN, OLGA = (Principal(team="T0001", user=user) for user in ("U0001", "U0002"))
"""Who is on the allow-list: an admin from the settings."""
CONNECTOR, NUMBER, PERSON = "conn0000", "CR-1001", "U0002"
"""What stands for itself in the first rows, and for another of its kind in each copy."""
PEOPLE, CONNECTORS = 40, 5_000
READS_PER_LIFE = 14
CHECKPOINT_EVERY = 100
STEP_MS = 20_000
"""Between two records: a million of them are seven months."""
PAGE = 20_000
FIRST_NUMBER = 1001
ENDED = (*(Status.DONE,) * 6, Status.REJECTED, Status.EXPIRED, Status.WITHDRAWN, Status.FAILED)
"""What the copies of the change request came to, in turn."""
PLACE = Place(name="default", label="acme.bitrix24.com", identity="0" * 32)
DEFAULT_REQUESTS = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSize:
    """How many rows of each kind. As many change requests as the records tell of, unless another number is given."""

    records: int
    requests: int = DEFAULT_REQUESTS
    jobs: int = 0
    outbox: int = 0

    @property
    def changes(self) -> int:
        return self.records // _life_span() if self.requests == DEFAULT_REQUESTS else self.requests

    def name(self, schema: str) -> str:
        """A folder's name that tells all of it, so that none stands for another."""
        return f"{schema}-r{self.records}-q{self.changes}-j{self.jobs}-o{self.outbox}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A record to copy, as the real code has written it."""

    tag: str
    actor: str
    subject: str
    facts: str

    def copied(self, number: str, connector: str, person: str) -> Template:
        def turned(text: str) -> str:
            return text.replace(NUMBER, number).replace(CONNECTOR, connector).replace(PERSON, person)

        return Template(tag=self.tag, actor=turned(self.actor), subject=turned(self.subject), facts=turned(self.facts))


class PastClock(SystemClock):
    """A clock that shows so long ago."""

    def __init__(self, ago_ms: int) -> None:
        self._ago_ms = ago_ms

    def now_ms(self) -> int:
        return super().now_ms() - self._ago_ms


def made(cache: Path, wanted: DatabaseSize, say: Callable[[str], None] = print) -> Path:
    """The folder with `home` and `keys`, made when the cache has none of this size. Nobody may change it."""
    schema = _schema()
    ready = cache / wanted.name(schema)
    if not ready.exists():
        cache.mkdir(parents=True, exist_ok=True)
        unfinished = cache / f"{ready.name}.{os.getpid()}"
        begun = time.perf_counter()
        try:
            make(unfinished, wanted)
            unfinished.rename(ready)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        size = sum(file.stat().st_size for file in (ready / "home").rglob("*") if file.is_file()) / 1e6
        say(f"made in {time.perf_counter() - begun:.1f} s, {size:.0f} MB")
    return ready


def copied(cache: Path, wanted: DatabaseSize, folder: Path) -> Path:
    """A copy of a home that may be changed."""
    return Path(shutil.copytree(made(cache, wanted, lambda _: None), folder))


def make(folder: Path, wanted: DatabaseSize) -> None:
    """Write a new home of this size into the folder."""
    store = scratch_store(folder, PastClock((wanted.records + 2) * STEP_MS))
    try:
        connection = store.database.utils.conn
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-200000")
        change = begin(store)
        templates = _templates(store)
        with store.unit_of_work() as tx:
            _copy_records(store, connection, templates, wanted.records)
            _copy_changes(connection, change.number, wanted.changes)
            _copy_jobs(connection, wanted.jobs)
            _copy_outbox(tx, store.clock.now_ms(), connection, wanted)
    finally:
        store.close()


def begin(store: Store) -> ChangeRequest:
    """The rows that are copied, written by the real code: one life of a change request, and reads."""
    seed_admins(store, (ADMIN,), by=Principal.shell("B24BOT_ADMINS"))
    with store.unit_of_work() as tx:
        change = tx.changes.open(_new_change(store.clock.now_ms()))
        for entry in _life(change):
            tx.record(entry)
        for number in range(READS_PER_LIFE):
            tx.record(_read(number))
        tx.changes.review(
            change.number, Review(reviewer=ADMIN, verdict=Verdict.APPROVE, at=store.clock.now_ms(), reason="")
        )
        tx.changes.intend(change.number, 1, "imconnector.unregister", at=store.clock.now_ms())
        steps = (Status.PENDING, Status.APPROVED, Status.RUNNING, Status.DONE)
        for old, new in itertools.pairwise(steps):
            tx.changes.move(change.number, old, new)
        tx.jobs.add("inbound", _whoami(store.clock.now_ms()), at=store.clock.now_ms())
    return store.changes.require(change.number)


def _schema() -> str:
    """Names the schema of the code that runs here."""
    with tempfile.TemporaryDirectory() as folder:
        store = scratch_store(Path(folder))
        try:
            return schema_step(store.database).split("_")[0]
        finally:
            store.close()


def _new_change(now: int) -> NewChange:
    call = Call(method="imconnector.unregister", params={"ID": CONNECTOR}, note=f"Unregister {CONNECTOR}.")
    plan = Plan(
        summary=f"Remove the connector {CONNECTOR}",
        target=f"connector:{CONNECTOR}",
        calls=(call,),
        before={"registration": "present", "line 1": "active", "line 2": "not active"},
        wanted={"registration": None, "line 1": None},
        undo=Undo(kind=UndoKind.PARTIAL, sentence="It can be registered again.", line=f"connector restore {CONNECTOR}"),
        radius=("1 open line loses it: 1 Sales",),
    )
    return NewChange(
        line=f"connector remove {CONNECTOR} --reason 'not used any more'",
        path="connector remove",
        plugin="bitrix24",
        place=PLACE,
        requester=OLGA,
        reason="not used any more",
        risk=Risk.DESTROY,
        plan=plan,
        decision=NeedsApproval(quorum=1, role=Role.APPROVER, expires_in=3_600_000),
        created_at=now,
        expires_at=now + 3_600_000,
        channel="C0001",
        card_id="0123456789abcdef",
    )


def _life(change: ChangeRequest) -> Iterator[Entry]:
    """What is recorded of a change request that was approved and done."""
    what: dict[str, Fact] = {"summary": str(change.plan.summary), "target": change.plan.target, "portal": "default"}
    asked: dict[str, Fact] = {
        "line": change.line,
        "risk": change.risk,
        "decision": decision_to_json(change.decision),
        "digest": change.digest,
        "reason": str(change.reason),
    }
    answered = CallOutcome(verdict=CallVerdict.DONE, sentence="", facts={"http_status": 200, "milliseconds": 143})
    told: dict[str, Fact] = {"method": "imconnector.unregister", "verdict": answered.verdict, **answered.facts}
    lines: Sequence[tuple[Tag, str, dict[str, Fact]]] = (
        (Tag.CHANGE_REQUESTED, change.requester.id, asked),
        (Tag.REVIEW_APPROVED, ADMIN.id, {"digest": change.digest, "approvals": 1, "quorum": 1}),
        (Tag.EXECUTION_INTENDED, "system", {"method": "imconnector.unregister", "digest": change.digest}),
        (Tag.CALL_ANSWERED, "system", told),
        (Tag.EXECUTION_ENDED, "system", {"status": "done", "outcome": f"{CONNECTOR} is gone."}),
    )
    for tag, actor, facts in lines:
        kept = {name: fact for name, fact in {**what, **facts}.items() if name in FACTS}
        yield Entry(tag=tag, actor=actor, subject=change.id, facts=kept)


def _life_span() -> int:
    """Records of one life with the reads around it."""
    return 5 + READS_PER_LIFE


def _read(number: int) -> Entry:
    lines = (f"connector show {CONNECTOR}", "connector list --kind ours", "status", f"line show {number + 1}")
    facts: dict[str, Fact] = {"line": lines[number % len(lines)]}
    return Entry(tag=Tag.COMMAND_RAN, actor=OLGA.id, subject=OLGA.id, facts=facts)


def _whoami(now: int) -> str:
    return inbound_to_json(SlashCommand(key=f"slash:{now}", person=OLGA, channel="C0001", text="whoami"))


def _templates(store: Store) -> list[Template]:
    """The records of the life and of the reads, without the grant that comes before them."""
    rows = store.database.rows("SELECT tag, actor, subject, facts FROM audit ORDER BY seq")[-_life_span() :]
    return [Template(**row) for row in rows]


def _copy_records(store: Store, connection: Any, templates: Sequence[Template], records: int) -> None:
    last = store.audit.place()
    seq, mac = (last.seq, last.mac) if last else (0, GENESIS)
    key_id = store.keys.primary
    key, schema = store.keys.audit_key(key_id), schema_step(store.database)
    at = store.clock.now_ms()
    source = _endless(templates)
    page: list[tuple[Any, ...]] = []
    sql = "INSERT INTO audit (seq, at, tag, actor, subject, facts, key_id, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    while seq < records:
        one = _checkpoint(seq, mac, key_id, schema) if seq % CHECKPOINT_EVERY == 0 else next(source)
        seq, at = seq + 1, at + STEP_MS
        mac = compute_link(key, seq, mac, at=at, tag=one.tag, actor=one.actor, subject=one.subject, facts=one.facts)
        page.append((seq, at, one.tag, one.actor, one.subject, one.facts, key_id, mac))
        if len(page) == PAGE:
            connection.executemany(sql, page)
            page.clear()
    connection.executemany(sql, page)


def _endless(templates: Sequence[Template]) -> Iterator[Template]:
    """Lives of other change requests, each with another connector and another person."""
    life = 0
    while True:
        life += 1
        names = f"CR-{FIRST_NUMBER + life}", f"conn{life % CONNECTORS:04d}", f"U{life % PEOPLE + 2:04d}"
        for one in templates:
            yield one.copied(*names)


def _checkpoint(seq: int, mac: bytes, key_id: str, schema: str) -> Template:
    facts: dict[str, Fact] = {"seq": seq, "head": mac.hex(), "count": seq, "fingerprint": key_id, "schema": schema}
    entry = Entry(tag=Tag.CHECKPOINT, actor="system", subject="chain", facts=facts)
    return Template(tag=entry.tag, actor=entry.actor, subject=entry.subject, facts=facts_text(entry))


def _columns(connection: Any, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def _copy_rows(connection: Any, table: str, one: str, number: int, written: dict[str, str]) -> None:
    """Copies of one row; `written` gives SQL for the columns that differ, with n from 1 to the number."""
    columns = _columns(connection, table)
    chosen = ", ".join(written.get(column, f"t.{column}") for column in columns)
    connection.execute(
        f"WITH RECURSIVE counted(n) AS (SELECT 1 WHERE ? > 0 UNION ALL SELECT n + 1 FROM counted WHERE n < ?) "
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM counted, (SELECT * FROM {table} {one}) AS t",
        (number, number),
    )


def _copy_changes(connection: Any, number: int, changes: int) -> None:
    """Ended change requests after the first, each with its review and its execution."""
    status = " ".join(f"WHEN {at} THEN '{word}'" for at, word in enumerate(ENDED))

    def named(column: str) -> str:
        return f"replace(t.{column}, '{CONNECTOR}', printf('conn%04d', n % {CONNECTORS}))"

    pace = STEP_MS * _life_span()
    written = {
        "number": "t.number + n",
        "status": f"CASE n % {len(ENDED)} {status} END",
        **{column: named(column) for column in ("line", "target", "plan", "outcome")},
        "requester": f"printf('T0001:U%04d', n % {PEOPLE} + 2)",
        "created_at": f"t.created_at + n * {pace}",
        "expires_at": f"t.expires_at + n * {pace}",
        "ended_at": f"t.created_at + n * {pace} + 60000",
    }
    first = f"WHERE number = {number}"
    _copy_rows(connection, "changes", first, changes - 1, written)
    for table in ("reviews", "executions"):
        _copy_rows(connection, table, first, changes - 1, {"number": "t.number + n"})


def _copy_jobs(connection: Any, jobs: int) -> None:
    """Deliveries of `whoami` that wait, of many people in turn; the one they are copied from goes."""
    written = {
        "id": "t.id + n",
        "payload": f"replace(t.payload, '{PERSON}', printf('U%04d', n % {PEOPLE} + 2))",
        "person": f"printf('T0001:U%04d', n % {PEOPLE} + 2)",
        "turn": f"n / {PEOPLE} + 1",
        "counted": "0",
        "leads": f"n <= {PEOPLE}",
    }
    _copy_rows(connection, "jobs", "LIMIT 1", jobs, written)
    connection.execute("DELETE FROM jobs WHERE id = (SELECT min(id) FROM jobs)")


def _copy_outbox(tx: Transaction, now: int, connection: Any, wanted: DatabaseSize) -> None:
    """Lines for the audit channel that are not out yet: those of the last records. Everything else is."""
    connection.execute("DELETE FROM outbox")
    if not wanted.outbox:
        return
    first = max(1, wanted.records - wanted.outbox + 1)
    tx.outbox.put(f"audit:{first}", AuditNotice(seq=first), at=now)
    seq = f"{first} + n"
    written = {"id": "t.id + n", "key": f"'audit:' || ({seq})", "payload": f"json_set(t.payload, '$.seq', {seq})"}
    _copy_rows(connection, "outbox", "LIMIT 1", wanted.outbox - 1, written)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, required=True, help="audit records")
    parser.add_argument("--requests", type=int, default=DEFAULT_REQUESTS, help="ended change requests")
    parser.add_argument("--jobs", type=int, default=0, help="commands that wait")
    parser.add_argument("--outbox", type=int, default=0, help="audit lines that wait for their channel")
    parser.add_argument("folder", type=Path, help="where homes are kept")
    given = parser.parse_args()
    wanted = DatabaseSize(records=given.records, requests=given.requests, jobs=given.jobs, outbox=given.outbox)
    print(made(given.folder, wanted) / "home")


if __name__ == "__main__":
    main()
