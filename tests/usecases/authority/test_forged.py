"""Whoever can write to the database, and has no key: approvals nobody gave, and roles nobody granted."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import SYSTEM, Entry, Tag
from bot.core.authority.limits import Mode, worst
from bot.core.authority.policy import NeedsApproval, Refused, Terms
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.plans import plan_to_json
from bot.core.local_plugins import HOUSE
from bot.core.principals import Principal, Role
from bot.plugin import CallVerdict, Remember, TargetUnreachable
from bot.store.engine.database import sqlite3
from bot.store.store import audit_key
from bot.usecases.admin.admin_commands import REVIEW
from bot.usecases.admin.allow_list import grant_role, revoke_role
from bot.usecases.admin.call_handlers import DEEDS, Word
from bot.usecases.authority import card_token
from bot.usecases.authority.attestation import attest, is_attested
from bot.usecases.integrity.active_limits import check_limits, limits
from bot.usecases.integrity.allow_list_check import NAME, list_limit
from bot.usecases.outcomes.ending import FORGED_RECORDS
from tests.usecases.integrity.test_witness_writer import rewrite
from tests.usecases.office import ANTON, GLEB, IDA, OLGA, SHELL, START, VERA, VIKTOR, Office
from tests.usecases.toy import Script

STOPPED = "Nothing was sent: the record of the {} does not bear out what the database says."


def forge_review(office: Office, change: ChangeRequest, who: Principal = ANTON) -> None:
    """A row in `reviews`, as the bot would write it."""
    with office.store.unit_of_work() as store:
        store.database.execute(
            "INSERT INTO reviews (number, reviewer, verdict, reason, at) VALUES (?, ?, 'approve', '', ?)",
            *(change.number, who.id, office.clock.now_ms()),
        )


def forge_approval(office: Office, change: ChangeRequest) -> None:
    """The status and the job that come with the last approval."""
    with office.store.unit_of_work() as store:
        now = office.clock.now_ms()
        sql = "UPDATE changes SET status = 'approved', decided_at = ? WHERE number = ?"
        store.database.execute(sql, now, change.number)
        store.jobs.add("execute", str(change.number), at=now)


def forge_record(office: Office, tag: Tag, who: Principal, subject: str, *, key_id: str = "k1", **facts: str) -> int:
    """A record at the end of the log with everything right but its mac, and its line marked as delivered."""
    with office.store.unit_of_work() as store:
        last = store.audit.place()
        assert last is not None
        seq, now = last.seq + 1, office.clock.now_ms()
        store.database.execute(
            "INSERT INTO audit (seq, at, tag, actor, subject, facts, key_id, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *(seq, now, tag, who.id, subject, json.dumps(facts), key_id, bytes(32)),
        )
        store.database.execute(
            "INSERT INTO outbox (key, kind, payload, state, due_steady, created_at, sent_at) "
            "VALUES (?, 'audit', '{}', 'sent', ?, ?, ?)",
            *(audit_key(seq), now, now, now),
        )
    return seq


def assert_stopped(office: Office, change: ChangeRequest, caplog: pytest.LogCaptureFixture) -> None:
    ended = office.now(change)
    what = "approvals" if isinstance(change.decision, NeedsApproval) else "confirmation"
    assert (ended.status, ended.outcome) == (Status.FAILED, STOPPED.format(what))
    assert office.toy.calls == []
    assert office.store.changes.steps(change.number) == []
    assert office.records("change:", change.id)[-1].tag == Tag.EXECUTION_STOPPED
    assert [one.levelno for one in caplog.records if getattr(one, "action", "") == "approval_unrecorded"] == [
        logging.ERROR
    ]


def test_an_approval_that_was_only_written_into_the_database_runs_nothing(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    change = office.ask()
    forge_review(office, change)
    forge_approval(office, change)
    office.work()
    assert_stopped(office, change, caplog)


@pytest.mark.parametrize("key_id", ["k1", "k9"])
def test_nor_one_with_a_record_that_was_written_without_the_key(
    office: Office, caplog: pytest.LogCaptureFixture, key_id: str
) -> None:
    change = office.ask()
    office.deliver()
    forge_review(office, change)
    forge_record(office, Tag.REVIEW_APPROVED, ANTON, change.id, key_id=key_id, digest=change.digest)
    forge_approval(office, change)
    office.work()
    assert_stopped(office, change, caplog)


def test_a_confirmation_on_record_is_nobodys_approval(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    """Not even one that was written with the key and names the digest."""
    change = office.ask()
    with office.store.unit_of_work() as store:
        facts = {"digest": change.digest}
        store.record(Entry(tag=Tag.PLAN_CONFIRMED, actor=ANTON.id, subject=change.id, facts=facts))
    office.deliver()
    forge_review(office, change)
    forge_approval(office, change)
    office.work()
    assert_stopped(office, change, caplog)


def test_nor_one_whose_record_was_made_of_somebody_elses(
    make_office: Callable[..., Office], caplog: pytest.LogCaptureFixture
) -> None:
    """Of two approvals one was given; the other is that of its record, made to name another person."""
    office = make_office(terms=Terms(quorum=2))
    change = office.ask()
    office.press(ANTON, change)
    office.type(VERA, "thing list")
    office.deliver()
    assert VERA.id in [record.actor for record in office.records()]
    forge_review(office, change, VERA)
    mine = office.records(Tag.REVIEW_APPROVED, change.id)[-1].seq
    rewrite(
        office,
        f"UPDATE audit SET tag = '{Tag.REVIEW_APPROVED}', subject = '{change.id}', "
        f"facts = (SELECT facts FROM audit WHERE seq = {mine}) WHERE actor = '{VERA.id}'",
    )
    forge_approval(office, change)
    office.work()
    assert_stopped(office, change, caplog)


def test_one_approval_that_was_given_does_not_carry_one_that_was_not(
    make_office: Callable[..., Office], caplog: pytest.LogCaptureFixture
) -> None:
    office = make_office(terms=Terms(quorum=2))
    change = office.ask()
    office.press(ANTON, change)
    forge_review(office, change, VERA)
    forge_approval(office, change)
    office.work()
    assert_stopped(office, change, caplog)


def test_a_record_of_another_digest_is_no_record_of_this_one(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    """Written with the key, and naming none: an approval counts for what it names."""
    change = office.ask()
    with office.store.unit_of_work() as store:
        store.record(Entry(tag=Tag.REVIEW_APPROVED, actor=ANTON.id, subject=change.id))
    office.deliver()
    forge_review(office, change)
    forge_approval(office, change)
    office.work()
    assert office.now(change).status is Status.FAILED
    assert office.toy.calls == []


def test_a_forged_approval_beside_enough_real_ones_changes_nothing(office: Office) -> None:
    change = office.approved()
    forge_review(office, change, VERA)
    office.work()
    assert office.now(change).status is Status.DONE


def test_a_real_approval_that_no_longer_counts_is_not_replaced_by_a_forged_one(office: Office) -> None:
    change = office.approved()
    forge_review(office, change, VERA)
    revoke_role(office.store, ANTON, by=SHELL)
    office.work()
    assert office.now(change).outcome == "Nothing was sent: only 0 of 1 approvals still count by the allow-list."
    assert office.toy.calls == []


def test_a_confirmation_and_a_broken_glass_are_on_record_too(make_office: Callable[..., Office]) -> None:
    office = make_office(terms=Terms(break_glass=True))
    confirmed = office.ask("thing paint one")
    assert office.press(OLGA, confirmed, card_token.CONFIRM) == ""
    office.work()
    assert office.now(confirmed).status is Status.DONE
    grant_role(office.store, VERA, Role.ADMIN, by=SHELL)
    broken = office.ask("thing remove one --break-glass --reason 'it cannot wait'", IDA)
    assert office.press(IDA, broken, card_token.CONFIRM) == ""
    office.work()
    assert office.now(broken).status is Status.DONE


@pytest.mark.parametrize(
    ("who", "text"),
    [(OLGA, "thing paint one"), (IDA, "thing remove one --break-glass --reason 'it cannot wait'")],
)
def test_and_forged_they_run_nothing(
    make_office: Callable[..., Office], caplog: pytest.LogCaptureFixture, who: Principal, text: str
) -> None:
    office = make_office(terms=Terms(break_glass=True))
    grant_role(office.store, VERA, Role.ADMIN, by=SHELL)
    change = office.ask(text, who)
    forge_review(office, change, who)
    forge_approval(office, change)
    office.work()
    assert_stopped(office, change, caplog)


def lie_in_the_index(office: Office, seq: int, subject: str) -> None:
    """As somebody who owns the file can: the index leads from a subject to a record about another one."""
    connection = office.store.database.utils.conn
    connection.executescript(
        "PRAGMA writable_schema = ON; DROP INDEX audit_subject;"
        f"CREATE INDEX audit_subject ON audit (CASE seq WHEN {seq} THEN '{subject}' ELSE subject END, seq);"
        "UPDATE sqlite_master SET sql = 'CREATE INDEX audit_subject ON audit (subject, seq)' "
        "WHERE name = 'audit_subject'; PRAGMA writable_schema = RESET"
    )


def test_the_record_of_another_request_is_none_of_this_one_wherever_an_index_leads(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """The same was approved before, with the same digest, and that record is as good as it was."""
    first = office.approved()
    office.work()
    office.toy.things["one"] = "red"
    office.toy.calls.clear()
    office.messenger.audit.clear()
    change = office.ask()
    assert change.digest == first.digest
    (record,) = office.records(Tag.REVIEW_APPROVED, first.id)
    lie_in_the_index(office, record.seq, change.id)
    assert [one.seq for one in office.records(Tag.REVIEW_APPROVED, change.id)] == [record.seq]
    forge_review(office, change)
    forge_approval(office, change)
    office.work()
    assert_stopped(office, change, caplog)


@pytest.fixture
def glass(make_office: Callable[..., Office]) -> tuple[Office, ChangeRequest]:
    """An office where Ida broke the glass, with the change request that she ran so; Vera is an admin, too."""
    office = make_office(terms=Terms(break_glass=True))
    grant_role(office.store, VERA, Role.ADMIN, by=SHELL)
    change = office.ask("thing remove one --break-glass --reason 'it cannot wait'", IDA)
    assert office.press(IDA, change, card_token.CONFIRM) == ""
    office.work()
    return office, change


def test_a_review_that_was_only_written_into_the_database_lets_nobody_break_the_glass_again(
    glass: tuple[Office, ChangeRequest],
) -> None:
    office, change = glass
    forge_record(office, Tag.BYPASS_REVIEWED, VERA, change.id)
    again = "thing remove two --break-glass --reason 'it cannot wait'"
    assert f"nobody has reviewed that yet: {change.id}" in office.type(IDA, again)
    assert office.type(VERA, f"request review {change.id}") != f"{change.id} has been reviewed already."


def test_a_review_of_a_glass_whose_record_names_another_is_not_recorded(glass: tuple[Office, ChangeRequest]) -> None:
    """Who broke it is not known any more, so nobody can be told to be somebody else."""
    office, change = glass
    (record,) = office.records(Tag.APPROVAL_BYPASSED, change.id)
    rewrite(office, f"UPDATE audit SET actor = '{OLGA.id}' WHERE seq = {record.seq}")
    word = Word(asked=IDA, approved=(VERA,))
    with office.store.unit_of_work():
        outcome = DEEDS[REVIEW](office.ctx, word, {"number": change.number})
    assert outcome.verdict is CallVerdict.FAILED
    assert "cannot be believed" in outcome.sentence
    assert office.records(Tag.BYPASS_REVIEWED) == []


INSERT = "INSERT INTO grants (team, person, role, granted_by, granted_at) VALUES ('T1', 'UGLEB', 'admin', '', 0)"
CHANGE = "UPDATE grants SET role = 'admin' WHERE person = 'UVIKTOR'"
DELETE = "DELETE FROM grants WHERE person = 'UVERA'"
BEHIND = [
    (INSERT, f"for {mentions.person(GLEB)} it says admin, and the log says no role", GLEB),
    (CHANGE, f"for {mentions.person(VIKTOR)} it says admin, and the log says viewer", VIKTOR),
    (DELETE, f"for {mentions.person(VERA)} it says no role, and the log says approver", VERA),
]


def behind(office: Office, statement: str) -> None:
    with office.store.unit_of_work() as store:
        store.database.execute(statement)


def test_the_list_that_people_made_is_the_one_of_the_log(office: Office) -> None:
    grant_role(office.store, GLEB, Role.OPERATOR, by=SHELL)
    grant_role(office.store, GLEB, Role.APPROVER, by=SHELL)
    revoke_role(office.store, VERA, by=SHELL)
    assert list_limit(office.ctx) is None


@pytest.mark.parametrize(("statement", "says", "who"), BEHIND)
def test_a_list_that_was_changed_behind_the_log_leaves_nothing_but_reading(
    office: Office, statement: str, says: str, who: Principal
) -> None:
    """Nothing is taken on, what is approved is not run, and `access grant` at the host mends it."""
    change = office.approved()
    behind(office, statement)
    (limit,) = limits(office.ctx)
    assert (limit.name, limit.mode, worst([limit])) == (NAME, Mode.READ_ONLY, Mode.READ_ONLY)
    assert limit.why.startswith(f"The allow-list was changed behind the audit log: {says}. An admin at the host")
    assert check_limits(office.ctx, HOUSE) == Refused(reason=limit.why)
    assert says in office.type(OLGA, "thing paint two")
    office.work()
    assert (office.now(change).status, office.toy.calls) == (Status.FAILED, [])
    assert limit.why in office.now(change).outcome
    grant_role(office.store, who, Role.OPERATOR, by=SHELL)
    assert limits(office.ctx) == []


def test_it_is_noticed_when_another_program_writes_it_right_after_a_look(office: Office) -> None:
    assert list_limit(office.ctx) is None
    with closing(sqlite3.connect(office.store.database.path, isolation_level=None)) as another:
        another.execute(INSERT)
    assert list_limit(office.ctx) is not None
    revoke_role(office.store, GLEB, by=SHELL)
    assert list_limit(office.ctx) is None


def test_a_word_that_is_no_role_gives_none_and_is_noticed(office: Office) -> None:
    """Nor does it keep a card from being shown."""
    change = office.ask()
    office.press(ANTON, change)
    behind(office, "UPDATE grants SET role = 'boss' WHERE person = 'UANTON'")
    limit = list_limit(office.ctx)
    assert limit is not None
    assert f"for {mentions.person(ANTON)} it says boss, and the log says approver" in limit.why
    assert office.store.grants.role_of(ANTON) is None
    office.work()
    assert office.messenger.cards[-1][:2] == (change.number, office.now(change).status)


def test_what_was_seen_and_then_undone_is_not_remembered(office: Office) -> None:
    def changed_and_undone() -> None:
        with office.store.unit_of_work() as store:
            store.database.execute(INSERT)
            assert list_limit(office.ctx) is not None
            raise ZeroDivisionError

    assert list_limit(office.ctx) is None
    with pytest.raises(ZeroDivisionError):
        changed_and_undone()
    assert list_limit(office.ctx) is None


def test_a_role_written_past_the_bot_is_taken_away_at_the_host(office: Office) -> None:
    behind(office, INSERT)
    assert revoke_role(office.store, GLEB, by=SHELL)
    assert limits(office.ctx) == []


def test_it_is_noticed_between_the_look_and_the_call(office: Office) -> None:
    change = office.approved()
    office.toy.on_open = lambda: behind(office, CHANGE)
    office.work()
    assert "changed behind the audit log" in office.now(change).outcome
    assert office.toy.calls == []


def test_a_record_without_the_key_does_not_make_it_right(office: Office) -> None:
    behind(office, INSERT)
    forge_record(office, Tag.ACCESS_GRANTED, SHELL, GLEB.id, role="admin")
    limit = list_limit(office.ctx)
    assert limit is not None
    assert f"for {mentions.person(GLEB)} it says admin, and the log says nothing that can be believed" in limit.why
    grant_role(office.store, GLEB, Role.VIEWER, by=SHELL)
    assert list_limit(office.ctx) is None


def test_of_many_the_first_is_named_and_the_others_are_counted(office: Office) -> None:
    for statement in (INSERT, CHANGE, DELETE):
        behind(office, statement)
    limit = list_limit(office.ctx)
    assert limit is not None
    assert (
        f"for {mentions.person(GLEB)} it says admin, and the log says no role (and so for 2 other people)." in limit.why
    )


def test_status_tells_of_it(office: Office) -> None:
    behind(office, INSERT)
    office.type(VIKTOR, "status")
    because = dict(office.messenger.whispers[-1].reply.facts)["Because"]
    assert because.startswith(f"The allow-list was changed behind the audit log: for {mentions.person(GLEB)}")


def test_a_log_without_grants_and_a_list_without_people_agree(make_office: Callable[..., Office]) -> None:
    office = make_office(roles={})
    with office.store.unit_of_work() as store:
        store.record(Entry(tag=Tag.PROCESS_STARTED, actor=SYSTEM, subject="b24bot"))
    assert list_limit(office.ctx) is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("decision", json.dumps({"kind": "NeedsConfirmation", "expires_in": 3_600_000})),
        ("decision", json.dumps({"kind": "NeedsApproval", "quorum": 1, "role": "approver", "expires_in": 3_600_000})),
        ("risk", "change"),
        ("requester", VERA.id),
        ("reason", "Anton said it is fine"),
        ("expires_at", START + 9 * 3_600_000),
        ("created_at", START - 1),
        ("place_label", "another.example"),
        ("plan", "remember"),
    ],
)
def test_a_request_whose_reason_expiry_or_decision_was_edited_in_the_database_is_not_run(
    make_office: Callable[..., Office], column: str, value: str | int
) -> None:
    """Two others have to approve, says the record; one, or the asker's own word, says the row: the record counts.

    So it does for the reason, the expiry and what will be remembered, which the card shows beside the plan.
    """
    office = make_office(terms=Terms(quorum=2))
    change = office.ask()
    if column == "plan":
        assert change.plan.remember, "there is something to be remembered"
        value = plan_to_json(replace(change.plan, remember=()))
    with office.store.unit_of_work() as store:
        store.database.execute(f"UPDATE changes SET {column} = ?", value)
    now = office.now(change)
    if "Confirmation" in str(value):
        assert office.press(OLGA, now, card_token.CONFIRM) == ""
    else:
        assert office.press(ANTON, now) == ""
        if column not in ("decision", "requester"):
            assert office.press(VERA, now) == ""
        if column == "requester":
            assert office.press(IDA, now) == ""
    office.work()
    ended = office.now(change)
    assert (ended.status, office.toy.calls) == (Status.FAILED, [])
    assert ended.outcome == "Nothing was sent: the record of the question does not bear out what the database says."


def test_what_will_be_remembered_counts_as_it_was_asked_for_also_after_the_call(office: Office) -> None:
    """Nothing was proven by the call, and somebody edits the row before it is read back."""
    change = office.approved()
    office.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN))
    office.toy.unreadable = TargetUnreachable("It does not answer.")
    office.work()
    assert office.now(change).status is Status.UNKNOWN
    office.toy.unreadable = None
    forged = replace(office.now(change).plan, remember=(Remember(kind="painted", key="two", value={"colour": "red"}),))
    with office.store.unit_of_work() as store:
        store.database.execute("UPDATE changes SET plan = ?", plan_to_json(forged))
    office.wait(120)
    ended = office.now(change)
    assert ended.status is Status.DONE
    assert FORGED_RECORDS in ended.outcome
    assert office.store.records("toy").get("painted", "two") is None


def test_a_record_from_before_there_were_signatures_is_read_as_it_always_was(office: Office) -> None:
    change = office.ask()
    keys, terms = office.store.keys, attest(office.store.keys, change)
    assert is_attested(keys, change, {})
    assert is_attested(keys, change, {"terms": terms})
    assert not is_attested(keys, change, {"terms": f"2{terms[1:]}"}), "a form that nobody knows"
    assert not is_attested(keys, replace(change, reason="x"), {"terms": terms})
