"""Searching the audit log: who and what is meant, what is said where nothing is found, and the words of a record."""

from __future__ import annotations

import json

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import SYSTEM, Entry, Tag
from bot.core.change.planned_command import Answered
from bot.core.principals import Principal
from bot.language.data_encoding import to_json
from bot.plugin import BadArgument, Message, Reply
from bot.usecases.admin.audit_search import PEOPLE_FORMS, find_records, read_person, read_subject, read_tag
from bot.usecases.requests.planning import plan_or_read
from tests.language.english import en, en_rows, raises
from tests.usecases.core_bot import ANTON, GLEB, OLGA, SHELL, VIKTOR, CoreBot


def found(core_bot: CoreBot, options: str = "", who: Principal = VIKTOR) -> Reply:
    answer = plan_or_read(core_bot.ctx, who, f"audit find {options}")
    assert isinstance(answer, Answered)
    return answer.reply


def sentences(reply: Reply) -> list[str]:
    return [row[2] for row in en_rows(reply.table)]


@pytest.mark.parametrize(
    ("typed", "actor"),
    [
        (OLGA.id, OLGA.id),
        ("UOLGA", OLGA.id),
        ("@UOLGA", OLGA.id),
        ("<@UOLGA>", OLGA.id),
        ("<@UOLGA|olga>", OLGA.id),
        (f" {OLGA.id} ", OLGA.id),
        (SYSTEM, SYSTEM),
        ("local:nobody", "local:nobody"),
        (SHELL.id, SHELL.id),
        (SHELL.user, SHELL.id),
        ("", ""),
    ],
)
def test_an_actor_can_be_a_mention_a_member_id_or_an_account_of_the_host(
    core_bot: CoreBot, typed: str, actor: str
) -> None:
    assert read_person(core_bot.store, typed, "T1") == actor


@pytest.mark.parametrize("name", ["Olga", "@olga", "@Olga", "olga ivanova", "u0002", "T1:", "CR-1001"])
def test_an_actor_that_is_only_a_name_is_refused_with_the_forms_that_are_read(core_bot: CoreBot, name: str) -> None:
    core_bot.ask()
    with pytest.raises(BadArgument) as refused:
        found(core_bot, f"--actor '{name}'")
    assert en(refused.value.sentence) == f"The value of --actor does not fit. b24bot does not know the name “{name}”."
    assert refused.value.hint == PEOPLE_FORMS


def test_a_member_id_alone_needs_a_known_workspace(core_bot: CoreBot) -> None:
    with raises(BadArgument, match="The workspace of UOLGA is not known"):
        read_person(core_bot.store, "UOLGA", "")


@pytest.mark.parametrize(
    ("typed", "subject"),
    [("cr1001", "CR-1001"), ("CR-01001", "CR-1001"), ("@UOLGA", OLGA.id), ("prod", "prod"), ("CR-x", "CR-x")],
)
def test_a_subject_is_read_as_the_log_writes_it(typed: str, subject: str) -> None:
    assert read_subject(typed, "T1") == subject


def test_a_tag_that_begins_no_tag_is_refused_with_those_that_have_the_word(core_bot: CoreBot) -> None:
    assert read_tag(core_bot.store, "change:review") == "change:review"
    for typed, hint in (
        ("approved", "Tags with this text: change:review:approved."),
        ("chnge", "Did you mean change?"),
        ("zzz", "Tags begin with: access, audit, bot, change, command, inbound, outbox, place, setup."),
    ):
        with raises(BadArgument, match=f"The value of --tag does not fit. No tag begins with “{typed}”") as refused:
            found(core_bot, f"--tag {typed}")
        assert en(refused.value.hint) == hint


@pytest.mark.parametrize("typed", ["access:grant:added", "access:grant", "bot:database:un", "portal:"])
def test_a_tag_of_an_earlier_release_can_be_asked_for_where_no_record_has_it(core_bot: CoreBot, typed: str) -> None:
    assert read_tag(core_bot.store, typed) == typed


def test_a_tag_of_another_release_that_is_in_the_log_can_be_asked_for(core_bot: CoreBot) -> None:
    with core_bot.store.unit_of_work() as store:
        seq = store.record(Entry(tag=Tag.FROZEN, actor=SYSTEM, subject="b24bot"))
        store.engine.execute("DROP TRIGGER audit_no_update")
        store.engine.execute("UPDATE audit SET tag = 'newer:thing:done' WHERE seq = ?", seq)
    assert read_tag(core_bot.store, "newer:") == "newer:"


def test_records_are_found_by_who_did_it(core_bot: CoreBot) -> None:
    core_bot.ask()
    core_bot.type(GLEB, "thing list")
    for typed in ("@UGLEB", "<@UGLEB|gleb>", "UGLEB", GLEB.id):
        (sentence,) = sentences(found(core_bot, f"--actor {typed}"))
        assert sentence.startswith(f"{mentions.person(GLEB)} was refused a command · Typed: thing list")


def test_where_nothing_is_found_the_filters_are_named(core_bot: CoreBot) -> None:
    core_bot.ask()
    nothing = found(core_bot, "--actor UVERA --tag change:review --subject cr1001 --text because")
    who = mentions.person(Principal(team="T1", user="UVERA"))
    assert en(nothing.title) == (
        f"No audit record matches --subject CR-1001, --tag change:review, --actor {who}, and --text because."
    )
    assert (nothing.table, nothing.data) == (None, ())
    some = found(core_bot, "--tag change:request")
    assert en(some.title) == "Audit records with --tag change:request"
    assert some.notes == ()


def test_more_than_is_shown_is_said(core_bot: CoreBot) -> None:
    core_bot.ask()
    reply = find_records(core_bot.store, team="T1", limit=1)
    assert (reply.title, reply.notes) == (Message("audit.find.title"), (Message("audit.find.newest_shown", count=1),))
    assert reply.table is not None
    assert len(reply.table.rows) == 1


def test_as_many_as_may_be_shown_are_all_there_are(core_bot: CoreBot) -> None:
    core_bot.ask()
    all_of_them = core_bot.store.audit.place()
    assert all_of_them is not None
    reply = find_records(core_bot.store, team="T1", limit=all_of_them.seq)
    assert reply.table is not None
    assert (reply.notes, len(reply.table.rows)) == ((), all_of_them.seq)


@pytest.mark.parametrize(("subject", "among"), [("", ""), ("CR-1001", " with --subject CR-1001")])
def test_a_search_that_has_not_looked_at_all_says_so(core_bot: CoreBot, subject: str, among: str) -> None:
    change = core_bot.ask()
    core_bot.press(ANTON, change)
    nothing = find_records(core_bot.store, team="T1", subject=subject, text="nowhere", limit=9, most=1)
    said = f"Only the newest record{among} was searched. --all searches every record."
    assert tuple(map(en, nothing.notes)) == (said,)
    assert en(nothing.title).startswith("No audit record matches ")
    assert find_records(core_bot.store, team="T1", subject=subject, text="nowhere", limit=9).notes == ()


def test_all_looks_at_every_record(core_bot: CoreBot) -> None:
    core_bot.ask()
    assert en(found(core_bot, "--text remove --all").title) == "Audit records with --text remove"
    assert found(core_bot, "--text nowhere --all").notes == ()


def test_a_record_reads_as_in_the_audit_channel_with_plan_portal_and_target(core_bot: CoreBot) -> None:
    change = core_bot.ask("thing remove one --reason because")
    core_bot.press(ANTON, change)
    shown = sentences(found(core_bot, "--subject CR-1001"))
    assert shown == [
        f"{mentions.person(ANTON)} approved CR-1001 Remove one on default [thing:one] · Approvals: 1 · Needed: 1",
        f"{mentions.person(OLGA)} asked for CR-1001 Remove one on default [thing:one] · Typed: thing remove one"
        " · Reason: because",
    ]


def test_a_word_in_a_record_stays_on_its_line_and_names_nobody(core_bot: CoreBot) -> None:
    with core_bot.store.unit_of_work() as store:
        words = f"no\nApprovals: 9 {OLGA.id}"
        store.audit.append(
            Entry(tag=Tag.REVIEW_REJECTED, actor=ANTON.id, subject="CR-1", facts={"reason": words}), at=1
        )
    (sentence,) = sentences(found(core_bot, "--subject CR-1"))
    assert sentence == f"{mentions.person(ANTON)} rejected CR-1 · Reason: no Approvals: 9 {OLGA.id}"


def test_what_was_decided_is_data_for_programs(core_bot: CoreBot) -> None:
    core_bot.ask()
    (row,) = json.loads(json.dumps(to_json(found(core_bot, "--tag change:request:opened").data)))
    assert row["facts"]["decision"] == {"kind": "NeedsApproval", "quorum": 1, "role": "approver", "expires_in": 3600000}
    assert row["actor"] == OLGA.id
