"""Whoever can write to the database, and has no key: approvals nobody gave, and roles nobody granted."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import SYSTEM, Entry, Tag
from bot.core.authority.limits import Mode, strictest_mode
from bot.core.authority.policy import NeedsApproval, Refused, Terms
from bot.core.builtin_name import BUILTIN
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.plans import plan_to_json
from bot.core.principals import Principal, Role
from bot.plugin import CallVerdict, EndingTexts, PageLink, PartialUndo, Plan, Remember, TargetUnreachable
from bot.store.engine.database import sqlite3
from bot.store.store import audit_key
from bot.usecases.admin.admin_commands import REVIEW
from bot.usecases.admin.allow_list import grant_role, revoke_role
from bot.usecases.admin.call_handlers import HANDLERS, Authorization
from bot.usecases.authority import card_token
from bot.usecases.authority.attestation import attest, is_attested
from bot.usecases.integrity.active_limits import check_limits, list_limits
from bot.usecases.integrity.allow_list_check import NAME, find_allow_list_limit
from bot.usecases.outcomes.ending import FORGED_RECORDS
from tests.language.english import en
from tests.usecases.core_bot import ANTON, GLEB, IDA, OLGA, SHELL, START, VERA, VIKTOR, CoreBot
from tests.usecases.integrity.test_witness_writer import rewrite
from tests.usecases.toy import Script

STOPPED = "Nothing was sent. The record of the {} does not match the database."


def forge_review(core_bot: CoreBot, change: ChangeRequest, who: Principal = ANTON) -> None:
    """A row in `reviews`, as the bot would write it."""
    with core_bot.store.unit_of_work() as store:
        store.engine.execute(
            "INSERT INTO reviews (number, reviewer, verdict, reason, at) VALUES (?, ?, 'approve', '', ?)",
            *(change.number, who.id, core_bot.clock.now_ms()),
        )


def forge_approval(core_bot: CoreBot, change: ChangeRequest) -> None:
    """The status and the job that come with the last approval."""
    with core_bot.store.unit_of_work() as store:
        now = core_bot.clock.now_ms()
        sql = "UPDATE changes SET status = 'approved', decided_at = ? WHERE number = ?"
        store.engine.execute(sql, now, change.number)
        store.jobs.add("execute", str(change.number), at=now)


def forge_record(core_bot: CoreBot, tag: Tag, who: Principal, subject: str, *, key_id: str = "k1", **facts: str) -> int:
    """A record at the end of the log with everything right but its mac, and its line marked as delivered."""
    with core_bot.store.unit_of_work() as store:
        last = store.audit.place()
        assert last is not None
        seq, now = last.seq + 1, core_bot.clock.now_ms()
        store.engine.execute(
            "INSERT INTO audit (seq, at, tag, actor, subject, facts, key_id, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *(seq, now, tag, who.id, subject, json.dumps(facts), key_id, bytes(32)),
        )
        store.engine.execute(
            "INSERT INTO outbox (key, kind, payload, state, due_steady, created_at, sent_at) "
            "VALUES (?, 'audit', '{}', 'sent', ?, ?, ?)",
            *(audit_key(seq), now, now, now),
        )
    return seq


def assert_stopped(core_bot: CoreBot, change: ChangeRequest, caplog: pytest.LogCaptureFixture) -> None:
    ended = core_bot.now(change)
    what = "approvals" if isinstance(change.decision, NeedsApproval) else "confirmation"
    assert (ended.status, ended.outcome) == (Status.FAILED, STOPPED.format(what))
    assert core_bot.toy.calls == []
    assert core_bot.store.changes.steps(change.number) == []
    assert core_bot.records("change:", change.id)[-1].tag == Tag.EXECUTION_STOPPED
    assert [one.levelno for one in caplog.records if getattr(one, "action", "") == "approval_unrecorded"] == [
        logging.ERROR
    ]


def test_an_approval_that_was_only_written_into_the_database_runs_nothing(
    core_bot: CoreBot, caplog: pytest.LogCaptureFixture
) -> None:
    change = core_bot.ask()
    forge_review(core_bot, change)
    forge_approval(core_bot, change)
    core_bot.work()
    assert_stopped(core_bot, change, caplog)


@pytest.mark.parametrize("key_id", ["k1", "k9"])
def test_nor_one_with_a_record_that_was_written_without_the_key(
    core_bot: CoreBot, caplog: pytest.LogCaptureFixture, key_id: str
) -> None:
    change = core_bot.ask()
    core_bot.deliver()
    forge_review(core_bot, change)
    forge_record(core_bot, Tag.REVIEW_APPROVED, ANTON, change.id, key_id=key_id, digest=change.digest)
    forge_approval(core_bot, change)
    core_bot.work()
    assert_stopped(core_bot, change, caplog)


def test_a_confirmation_on_record_is_nobodys_approval(core_bot: CoreBot, caplog: pytest.LogCaptureFixture) -> None:
    """Not even one that was written with the key and names the digest."""
    change = core_bot.ask()
    with core_bot.store.unit_of_work() as store:
        facts = {"digest": change.digest}
        store.record(Entry(tag=Tag.REQUEST_CONFIRMED, actor=ANTON.id, subject=change.id, facts=facts))
    core_bot.deliver()
    forge_review(core_bot, change)
    forge_approval(core_bot, change)
    core_bot.work()
    assert_stopped(core_bot, change, caplog)


def test_nor_one_whose_record_was_made_of_somebody_elses(
    make_core_bot: Callable[..., CoreBot], caplog: pytest.LogCaptureFixture
) -> None:
    """Of two approvals one was given; the other is that of its record, made to name another person."""
    core_bot = make_core_bot(terms=Terms(quorum=2))
    change = core_bot.ask()
    core_bot.press(ANTON, change)
    core_bot.type(VERA, "thing list")
    core_bot.deliver()
    assert VERA.id in [record.actor for record in core_bot.records()]
    forge_review(core_bot, change, VERA)
    mine = core_bot.records(Tag.REVIEW_APPROVED, change.id)[-1].seq
    rewrite(
        core_bot,
        f"UPDATE audit SET tag = '{Tag.REVIEW_APPROVED}', subject = '{change.id}', "
        f"facts = (SELECT facts FROM audit WHERE seq = {mine}) WHERE actor = '{VERA.id}'",
    )
    forge_approval(core_bot, change)
    core_bot.work()
    assert_stopped(core_bot, change, caplog)


def test_one_approval_that_was_given_does_not_carry_one_that_was_not(
    make_core_bot: Callable[..., CoreBot], caplog: pytest.LogCaptureFixture
) -> None:
    core_bot = make_core_bot(terms=Terms(quorum=2))
    change = core_bot.ask()
    core_bot.press(ANTON, change)
    forge_review(core_bot, change, VERA)
    forge_approval(core_bot, change)
    core_bot.work()
    assert_stopped(core_bot, change, caplog)


def test_a_record_of_another_digest_is_no_record_of_this_one(
    core_bot: CoreBot, caplog: pytest.LogCaptureFixture
) -> None:
    """Written with the key, and naming none: an approval counts for what it names."""
    change = core_bot.ask()
    with core_bot.store.unit_of_work() as store:
        store.record(Entry(tag=Tag.REVIEW_APPROVED, actor=ANTON.id, subject=change.id))
    core_bot.deliver()
    forge_review(core_bot, change)
    forge_approval(core_bot, change)
    core_bot.work()
    assert core_bot.now(change).status is Status.FAILED
    assert core_bot.toy.calls == []


def test_a_forged_approval_beside_enough_real_ones_changes_nothing(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    forge_review(core_bot, change, VERA)
    core_bot.work()
    assert core_bot.now(change).status is Status.DONE


def test_a_real_approval_that_no_longer_counts_is_not_replaced_by_a_forged_one(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    forge_review(core_bot, change, VERA)
    revoke_role(core_bot.store, ANTON, by=SHELL)
    core_bot.work()
    assert (
        core_bot.now(change).outcome
        == "Nothing was sent. Only 0 of 1 approvals still count: the allow-list has changed."
    )
    assert core_bot.toy.calls == []


def test_a_confirmation_and_a_break_glass_change_are_on_record_too(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(terms=Terms(break_glass=True))
    confirmed = core_bot.ask("thing paint one")
    assert core_bot.press(OLGA, confirmed, card_token.CONFIRM) == ""
    core_bot.work()
    assert core_bot.now(confirmed).status is Status.DONE
    grant_role(core_bot.store, VERA, Role.ADMIN, by=SHELL)
    broken = core_bot.ask("thing remove one --break-glass --reason 'it cannot wait'", IDA)
    assert core_bot.press(IDA, broken, card_token.CONFIRM) == ""
    core_bot.work()
    assert core_bot.now(broken).status is Status.DONE


@pytest.mark.parametrize(
    ("who", "text"),
    [(OLGA, "thing paint one"), (IDA, "thing remove one --break-glass --reason 'it cannot wait'")],
)
def test_and_forged_they_run_nothing(
    make_core_bot: Callable[..., CoreBot], caplog: pytest.LogCaptureFixture, who: Principal, text: str
) -> None:
    core_bot = make_core_bot(terms=Terms(break_glass=True))
    grant_role(core_bot.store, VERA, Role.ADMIN, by=SHELL)
    change = core_bot.ask(text, who)
    forge_review(core_bot, change, who)
    forge_approval(core_bot, change)
    core_bot.work()
    assert_stopped(core_bot, change, caplog)


def lie_in_the_index(core_bot: CoreBot, seq: int, subject: str) -> None:
    """As somebody who owns the file can: the index leads from a subject to a record about another one."""
    connection = core_bot.store.database.utils.conn
    connection.executescript(
        "PRAGMA writable_schema = ON; DROP INDEX audit_subject;"
        f"CREATE INDEX audit_subject ON audit (CASE seq WHEN {seq} THEN '{subject}' ELSE subject END, seq);"
        "UPDATE sqlite_master SET sql = 'CREATE INDEX audit_subject ON audit (subject, seq)' "
        "WHERE name = 'audit_subject'; PRAGMA writable_schema = RESET"
    )


def test_the_record_of_another_request_is_none_of_this_one_wherever_an_index_leads(
    core_bot: CoreBot, caplog: pytest.LogCaptureFixture
) -> None:
    """The same was approved before, with the same digest, and that record is as good as it was."""
    first = core_bot.approved()
    core_bot.work()
    core_bot.toy.things["one"] = "red"
    core_bot.toy.calls.clear()
    core_bot.messenger.audit.clear()
    change = core_bot.ask()
    assert change.digest == first.digest
    (record,) = core_bot.records(Tag.REVIEW_APPROVED, first.id)
    lie_in_the_index(core_bot, record.seq, change.id)
    assert [one.seq for one in core_bot.records(Tag.REVIEW_APPROVED, change.id)] == [record.seq]
    forge_review(core_bot, change)
    forge_approval(core_bot, change)
    core_bot.work()
    assert_stopped(core_bot, change, caplog)


@pytest.fixture
def emergency(make_core_bot: Callable[..., CoreBot]) -> tuple[CoreBot, ChangeRequest]:
    """A bot where Ida used break-glass, with the change request that she ran so; Vera is an admin, too."""
    core_bot = make_core_bot(terms=Terms(break_glass=True))
    grant_role(core_bot.store, VERA, Role.ADMIN, by=SHELL)
    change = core_bot.ask("thing remove one --break-glass --reason 'it cannot wait'", IDA)
    assert core_bot.press(IDA, change, card_token.CONFIRM) == ""
    core_bot.work()
    return core_bot, change


def test_a_review_that_was_only_written_into_the_database_lets_nobody_break_glass_again(
    emergency: tuple[CoreBot, ChangeRequest],
) -> None:
    core_bot, change = emergency
    forge_record(core_bot, Tag.BYPASS_REVIEWED, VERA, change.id)
    again = "thing remove two --break-glass --reason 'it cannot wait'"
    assert f"nobody has reviewed that yet: {change.id}" in core_bot.type(IDA, again)
    assert core_bot.type(VERA, f"request review {change.id}") != f"{change.id} has been reviewed already."


def test_a_review_of_a_break_glass_whose_record_names_another_is_not_recorded(
    emergency: tuple[CoreBot, ChangeRequest],
) -> None:
    """Who broke it is not known any more, so nobody can be told to be somebody else."""
    core_bot, change = emergency
    (record,) = core_bot.records(Tag.APPROVAL_BYPASSED, change.id)
    rewrite(core_bot, f"UPDATE audit SET actor = '{OLGA.id}' WHERE seq = {record.seq}")
    word = Authorization(asked=IDA, approved=(VERA,))
    with core_bot.store.unit_of_work() as tx:
        outcome = HANDLERS[REVIEW](tx, core_bot.ctx, word, {"number": change.number})
    assert outcome.verdict is CallVerdict.FAILED
    assert "is not reliable" in en(outcome.sentence)
    assert core_bot.records(Tag.BYPASS_REVIEWED) == []


INSERT = "INSERT INTO grants (team, person, role, granted_by, granted_at) VALUES ('T1', 'UGLEB', 'admin', '', 0)"
CHANGE = "UPDATE grants SET role = 'admin' WHERE person = 'UVIKTOR'"
DELETE = "DELETE FROM grants WHERE person = 'UVERA'"
BEHIND = [
    (INSERT, f"for {mentions.person(GLEB)} it has admin, and the log has no role", GLEB),
    (CHANGE, f"for {mentions.person(VIKTOR)} it has admin, and the log has viewer", VIKTOR),
    (DELETE, f"for {mentions.person(VERA)} it has no role, and the log has approver", VERA),
]


def behind(core_bot: CoreBot, statement: str) -> None:
    with core_bot.store.unit_of_work() as store:
        store.engine.execute(statement)


def test_the_list_that_people_made_is_the_one_of_the_log(core_bot: CoreBot) -> None:
    grant_role(core_bot.store, GLEB, Role.OPERATOR, by=SHELL)
    grant_role(core_bot.store, GLEB, Role.APPROVER, by=SHELL)
    revoke_role(core_bot.store, VERA, by=SHELL)
    assert find_allow_list_limit(core_bot.ctx) is None


@pytest.mark.parametrize(("statement", "says", "who"), BEHIND)
def test_a_list_that_was_changed_behind_the_log_leaves_nothing_but_reading(
    core_bot: CoreBot, statement: str, says: str, who: Principal
) -> None:
    """Nothing is taken on, what is approved is not run, and `access grant` at the host mends it."""
    change = core_bot.approved()
    behind(core_bot, statement)
    (limit,) = list_limits(core_bot.ctx)
    assert (limit.name, limit.mode, strictest_mode([limit])) == (NAME, Mode.READ_ONLY, Mode.READ_ONLY)
    assert en(limit.why).startswith(
        f"The allow-list was changed without a record in the audit log: {says}. To repair it, an admin at the host"
    )
    assert check_limits(core_bot.ctx, BUILTIN) == Refused(reason=limit.why)
    assert says in core_bot.type(OLGA, "thing paint two")
    core_bot.work()
    assert (core_bot.now(change).status, core_bot.toy.calls) == (Status.FAILED, [])
    assert en(limit.why) in en(core_bot.now(change).outcome)
    grant_role(core_bot.store, who, Role.OPERATOR, by=SHELL)
    assert list_limits(core_bot.ctx) == []


def test_it_is_noticed_when_another_program_writes_it_right_after_a_look(core_bot: CoreBot) -> None:
    assert find_allow_list_limit(core_bot.ctx) is None
    with closing(sqlite3.connect(core_bot.store.database.path, isolation_level=None)) as another:
        another.execute(INSERT)
    assert find_allow_list_limit(core_bot.ctx) is not None
    revoke_role(core_bot.store, GLEB, by=SHELL)
    assert find_allow_list_limit(core_bot.ctx) is None


def test_a_word_that_is_no_role_gives_none_and_is_noticed(core_bot: CoreBot) -> None:
    """Nor does it keep a card from being shown."""
    change = core_bot.ask()
    core_bot.press(ANTON, change)
    behind(core_bot, "UPDATE grants SET role = 'boss' WHERE person = 'UANTON'")
    limit = find_allow_list_limit(core_bot.ctx)
    assert limit is not None
    assert f"for {mentions.person(ANTON)} it has boss, and the log has approver" in en(limit.why)
    assert core_bot.store.grants.role_of(ANTON) is None
    core_bot.work()
    assert core_bot.messenger.cards[-1][:2] == (change.number, core_bot.now(change).status)


def test_what_was_seen_and_then_undone_is_not_remembered(core_bot: CoreBot) -> None:
    def changed_and_undone() -> None:
        with core_bot.store.unit_of_work() as store:
            store.engine.execute(INSERT)
            assert find_allow_list_limit(core_bot.ctx) is not None
            raise ZeroDivisionError

    assert find_allow_list_limit(core_bot.ctx) is None
    with pytest.raises(ZeroDivisionError):
        changed_and_undone()
    assert find_allow_list_limit(core_bot.ctx) is None


def test_a_role_written_past_the_bot_is_taken_away_at_the_host(core_bot: CoreBot) -> None:
    behind(core_bot, INSERT)
    assert revoke_role(core_bot.store, GLEB, by=SHELL)
    assert list_limits(core_bot.ctx) == []


def test_it_is_noticed_between_the_look_and_the_call(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    core_bot.toy.on_open = lambda: behind(core_bot, CHANGE)
    core_bot.work()
    assert "changed without a record in the audit log" in en(core_bot.now(change).outcome)
    assert core_bot.toy.calls == []


def test_a_record_without_the_key_does_not_make_it_right(core_bot: CoreBot) -> None:
    behind(core_bot, INSERT)
    forge_record(core_bot, Tag.ACCESS_GRANTED, SHELL, GLEB.id, role="admin")
    limit = find_allow_list_limit(core_bot.ctx)
    assert limit is not None
    assert f"for {mentions.person(GLEB)} it has admin, and the log has no reliable record" in en(limit.why)
    grant_role(core_bot.store, GLEB, Role.VIEWER, by=SHELL)
    assert find_allow_list_limit(core_bot.ctx) is None


def test_of_many_the_first_is_named_and_the_others_are_counted(core_bot: CoreBot) -> None:
    for statement in (INSERT, CHANGE, DELETE):
        behind(core_bot, statement)
    limit = find_allow_list_limit(core_bot.ctx)
    assert limit is not None
    assert f"for {mentions.person(GLEB)} it has admin, and the log has no role (and so for 2 other people)." in en(
        limit.why
    )


def test_status_tells_of_it(core_bot: CoreBot) -> None:
    behind(core_bot, INSERT)
    core_bot.type(VIKTOR, "status")
    because = dict(core_bot.messenger.private_notices[-1].reply.facts)["Reason"]
    assert en(because).startswith(
        f"The allow-list was changed without a record in the audit log: for {mentions.person(GLEB)}"
    )


def test_a_log_without_grants_and_a_list_without_people_agree(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(roles={})
    with core_bot.store.unit_of_work() as store:
        store.record(Entry(tag=Tag.PROCESS_STARTED, actor=SYSTEM, subject="b24bot"))
    assert find_allow_list_limit(core_bot.ctx) is None


EDITED_PLANS: Mapping[str, Callable[[Plan], Plan]] = {
    "remember": lambda plan: replace(plan, remember=()),
    "link": lambda plan: replace(plan, link=PageLink(label="Open", address="https://another.example/")),
    "consequences": lambda plan: replace(plan, consequences={"door": "It is open."}),
    "obstacles": lambda plan: replace(plan, obstacles={"door": "It is locked."}),
    "ending": lambda plan: replace(plan, ending=EndingTexts(made="It is open.")),
    "partial undo": lambda plan: replace(
        plan, undo=replace(plan.undo, partial=PartialUndo(sentence="A part.", line="door open"))
    ),
}
"""What somebody edits in the plan of a change request."""


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
        *(("plan", part) for part in EDITED_PLANS),
    ],
)
def test_a_request_whose_reason_expiry_or_decision_was_edited_in_the_database_is_not_run(
    make_core_bot: Callable[..., CoreBot], column: str, value: str | int
) -> None:
    """Two others have to approve, says the record; one, or the asker's own word, says the row: the record counts.

    So it does for the reason, the expiry and what will be remembered, which stand beside the plan that the digest
    covers. The page that a button opens, and what is said and offered after the ending, are covered by the digest.
    """
    digested = column == "plan" and value != "remember"
    core_bot = make_core_bot(terms=Terms(quorum=2))
    change = core_bot.ask()
    if column == "plan":
        assert change.plan.remember, "there is something to be remembered"
        value = plan_to_json(EDITED_PLANS[str(value)](change.plan))
    with core_bot.store.unit_of_work() as store:
        store.engine.execute(f"UPDATE changes SET {column} = ?", value)
    now = core_bot.now(change)
    if "Confirmation" in str(value):
        assert core_bot.press(OLGA, now, card_token.CONFIRM) == ""
    else:
        assert core_bot.press(ANTON, now) == ""
        if column not in ("decision", "requester"):
            assert core_bot.press(VERA, now) == ""
        if column == "requester":
            assert core_bot.press(IDA, now) == ""
    core_bot.work()
    ended = core_bot.now(change)
    assert (ended.status, core_bot.toy.calls) == (Status.FAILED, [])
    if digested:
        assert ended.outcome == "Nothing was sent: the stored plan is not the one that was approved."
    else:
        assert ended.outcome == "Nothing was sent. The record of the request does not match the database."


def test_what_will_be_remembered_counts_as_it_was_asked_for_also_after_the_call(core_bot: CoreBot) -> None:
    """Nothing was proven by the call, and somebody edits the row before it is read back."""
    change = core_bot.approved()
    core_bot.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN))
    core_bot.toy.unreadable = TargetUnreachable("It does not answer.")
    core_bot.work()
    assert core_bot.now(change).status is Status.UNKNOWN
    core_bot.toy.unreadable = None
    forged = replace(
        core_bot.now(change).plan, remember=(Remember(kind="painted", key="two", value={"colour": "red"}),)
    )
    with core_bot.store.unit_of_work() as store:
        store.engine.execute("UPDATE changes SET plan = ?", plan_to_json(forged))
    core_bot.wait(120)
    ended = core_bot.now(change)
    assert ended.status is Status.DONE
    assert en(FORGED_RECORDS) in en(ended.outcome)
    assert core_bot.store.records("toy").get("painted", "two") is None


def test_a_record_from_before_there_were_signatures_is_read_as_it_always_was(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    keys, terms = core_bot.store.keys, attest(core_bot.store.keys, change)
    assert is_attested(keys, change, {})
    assert is_attested(keys, change, {"terms": terms})
    assert not is_attested(keys, change, {"terms": f"3{terms[1:]}"}), "a form that nobody knows"
    assert not is_attested(keys, change, {"terms": f"1{terms[1:]}"}), "the signature is over another form"
    assert not is_attested(keys, replace(change, reason="x"), {"terms": terms})


def test_a_record_of_the_first_form_is_good_for_what_it_was_signed_over(core_bot: CoreBot) -> None:
    """Change requests that were opened by an earlier release run after the update."""
    change = core_bot.ask()
    keys, terms = core_bot.store.keys, attest(core_bot.store.keys, change, "1")
    linked = replace(change, plan=EDITED_PLANS["link"](change.plan))
    assert is_attested(keys, linked, {"terms": terms})
    assert not is_attested(keys, linked, {"terms": attest(keys, change)})
    assert not is_attested(keys, replace(change, reason="x"), {"terms": terms})


def test_what_a_place_is_besides_its_row_is_not_signed_and_its_mark_is(core_bot: CoreBot) -> None:
    """A row keeps the name, the label, the identity and the mark; requests of earlier versions have no mark."""
    asked = core_bot.ask()
    change = replace(asked, place=replace(asked.place, protected=True, former_names=("old",), mark="🔵"))
    kept = replace(change, place=replace(asked.place, mark="🔵"))
    keys, terms = core_bot.store.keys, attest(core_bot.store.keys, change)
    assert is_attested(keys, kept, {"terms": terms})
    place = kept.place
    others = (replace(place, mark=""), replace(place, mark="🔴"), replace(place, name="x"), replace(place, label="x"))
    for other in (*others, replace(place, identity="x")):
        assert not is_attested(keys, replace(kept, place=other), {"terms": terms}), other
