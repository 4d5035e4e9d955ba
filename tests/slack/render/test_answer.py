"""Answers that one person sees, and the lines of the audit channel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core import mentions
from bot.core.audit.audit_record import SYSTEM, AuditRecord, Fact, Tag
from bot.core.audit.audit_sentences import describe
from bot.core.audit.audit_templates import SENTENCES
from bot.core.authority.policy import Terms
from bot.core.messages.notices import Mood, PrivateNotice
from bot.core.principals import Role
from bot.host.discovery import load_plugins
from bot.language.translation import can_translate
from bot.plugin import Event, Message, Reply, Table
from bot.slack.render.answer import BLOCKS_MOST, ROW_MOST, answer_blocks, answer_text, table_blocks
from bot.slack.render.audit_line import MESSAGE_MOST, audit_blocks, audit_line, fitting_lines
from bot.slack.render.slack_text import CUT, cut, escape, mrkdwn, sections
from bot.usecases.admin.builtin_plugin import make_registry
from bot.usecases.admin.help_pages import Reader, answer_help
from tests.language.english import en
from tests.slack.checks import assert_postable, called, said
from tests.slack.kit import ANTON, NOON, OLGA
from tests.tables.quick import fewer
from tests.tables.rows import each_row

TEXT = st.text(max_size=300)
ALPHABET = st.sampled_from([*"ab <>&*_~`\n\r|", "<!channel>", "<@U0666>", "\u202e", "\x00", "ж", "\ud83d"])
WILD = st.one_of(TEXT, st.lists(ALPHABET, max_size=400).map("".join)).map(mentions.remove_marks)


def test_a_line_to_type_is_set_as_code_once_also_between_backticks() -> None:
    line = mentions.mark_command_line("portal check")
    assert mrkdwn(f"Type `{line}` or {line}.") == "Type `/b24 portal check` or `/b24 portal check`."
    assert mrkdwn("Type `b24bot serve`.") == "Type `b24bot serve`."


def private_notice(reply: Reply, *, mood: Mood = Mood.ANSWER, suggestion: str = "") -> PrivateNotice:
    return PrivateNotice(person=OLGA, channel="C0001", reply=reply, mood=mood, suggestion=suggestion)


def shown(reply: Reply, *, suggestion: str = "") -> str:
    blocks = answer_blocks(private_notice(reply, suggestion=suggestion))
    assert_postable(blocks)
    return said(blocks)


MOODS = {Mood.ANSWER: "", Mood.CALM: "", Mood.REFUSAL: "⛔ ", Mood.TROUBLE: "⚠️ "}


@pytest.mark.parametrize(("mood", "sign"), MOODS.items())
def test_each_mood_begins_as_it_should(mood: Mood, sign: str) -> None:
    notice = private_notice(Reply(title="Words"), mood=mood)
    assert answer_text(notice) == f"{sign}Words"
    assert said(answer_blocks(notice)) == f"{sign}*Words*"


def test_facts_notes_and_a_correction_follow_the_title() -> None:
    reply = Reply(title="There is no “lst”.", facts=(("Code", "X"),), notes=("Type help.",))
    assert shown(reply, suggestion="connector list") == (
        "*There is no “lst”.*\nDid you mean `/b24 connector list`?\n*Code*: X\nType help."
    )


def test_an_answer_without_a_title_still_has_a_notification() -> None:
    notice = private_notice(Reply(title="", facts=(("a", "b"),)))
    assert answer_text(notice) == "Answer from b24bot"
    assert said(answer_blocks(notice)) == "*a*: b"


def drawn(table: Table) -> list[str]:
    blocks: list[Any] = list(table_blocks(table))
    assert_postable(blocks)
    return [block["text"]["text"] for block in blocks]


def test_columns_stand_under_each_other_also_where_text_is_escaped() -> None:
    parts = drawn(Table(columns=("Name", "On"), rows=(("a & b", "yes"), ("<x>", "no"))))
    assert parts == ["```\nName   On\n─────  ───\na &amp; b  yes\n&lt;x&gt;    no\n```"]


def test_a_table_without_rows_says_so() -> None:
    assert drawn(Table(columns=("Name",), rows=())) == ["_No results._"]


def test_a_table_may_have_a_title() -> None:
    assert shown(Reply(title="Found", table=Table(title="Lines", columns=("a",), rows=(("b",),)))).startswith(
        "*Found*\n*Lines*\n```"
    )


def test_a_table_that_is_too_wide_for_columns_has_a_paragraph_a_row_and_nothing_is_cut() -> None:
    wide = Table(columns=("Command", "What it does"), rows=(("a *b*", "words " * 30), ("c", "")))
    (part,) = drawn(wide)
    assert part == f"_Command · What it does_\n*a ∗b∗* · {('words ' * 30).strip()}\n*c* · –"


@pytest.mark.parametrize("room", [0, 1])
def test_columns_are_used_as_long_as_the_widest_row_fits(room: int) -> None:
    (part,) = drawn(Table(columns=("a", "b"), rows=(("x" * 60, "y" * (ROW_MOST - 62 + room)), ("z", "w"))))
    assert part.startswith("```") == (room == 0)
    assert "y" * (ROW_MOST - 62 + room) in part
    assert CUT not in part


def test_a_row_that_names_people_mentions_them() -> None:
    (part,) = drawn(Table(columns=("Who", "Role"), rows=((mentions.person(ANTON), "admin"), ("b24bot", "none"))))
    assert part == "_Who · Role_\n*<@U0002>* · admin\n*b24bot* · none"


def test_a_long_table_is_continued_with_its_head_again() -> None:
    table = Table(columns=("Id", "Name"), rows=tuple((str(n), "name " * 8) for n in range(120)))
    parts = drawn(table)
    assert len(parts) > 1
    assert all(part.startswith("```\nId   Name\n") and part.endswith("\n```") for part in parts)
    assert sum(part.count("name name") > 0 for part in parts) == len(parts)


@pytest.mark.parametrize("text", ["help", "help connector", "help list", "help request"])
def test_help_shows_every_command_and_its_summary_in_full(text: str) -> None:
    _, *words = text.split()
    reader = Reader(role=Role.ADMIN, terms=Terms())
    reply = answer_help(list(make_registry(load_plugins("bitrix24"))), words, reader)
    read = shown(reply).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert reply.facts
    for line, meaning in reply.facts:
        typed, does = (
            mentions.unmark(en(one), command_line=lambda found: f"`/b24 {found}`") for one in (line, meaning)
        )
        assert f"*{typed}*: {does}" in read
    assert CUT not in read
    assert "…  " not in read
    assert "is left out" not in read


def test_what_does_not_fit_into_one_message_is_said_to_be_cut() -> None:
    many = Reply(title="Many", table=Table(columns=("a", "b"), rows=(("x" * 40, "y" * 40),) * 500))
    assert "is left out" in shown(many)
    notes = Reply(title="Notes", notes=tuple("n" * 5 for _ in range(200)))
    assert "is left out" in shown(notes)
    assert len(answer_blocks(private_notice(notes))) == BLOCKS_MOST + 1


def test_a_title_of_several_lines_stays_bold_and_on_one_line() -> None:
    assert shown(Reply(title="a *b*\nc")) == "*a ∗b∗ c*"


def test_people_and_channels_are_mentioned_where_the_bot_marked_them() -> None:
    reply = Reply(title=f"{mentions.person(ANTON)} in {mentions.channel('C0002')}")
    assert shown(reply) == "*<@U0002> in <#C0002>*"
    assert answer_text(private_notice(reply)) == "<@U0002> in <#C0002>"


@given(title=WILD, facts=st.lists(st.tuples(WILD, WILD), max_size=6), notes=st.lists(WILD, max_size=5), data=st.data())
@settings(max_examples=fewer(150, 37), suppress_health_check=list(HealthCheck))
def test_whatever_an_answer_holds_slack_takes_it_and_it_calls_nobody(
    title: str, facts: list[tuple[str, str]], notes: list[str], data: st.DataObject
) -> None:
    columns = data.draw(st.integers(1, 6))
    cells = st.tuples(*[WILD] * columns)
    table = Table(columns=data.draw(cells), rows=tuple(data.draw(st.lists(cells, max_size=20))))
    reply = Reply(title=title or "t", facts=tuple(facts), notes=tuple(note or "n" for note in notes), table=table)
    notice = private_notice(reply, mood=data.draw(st.sampled_from(Mood)), suggestion=data.draw(WILD))
    blocks = answer_blocks(notice)
    assert_postable(blocks)
    assert called(blocks, answer_text(notice)) == set()


# The audit channel


def a_record(seq: int = 7, actor: str = OLGA.id, subject: str = "CR-1042", **facts: Fact) -> AuditRecord:
    return AuditRecord(
        seq=seq,
        at=NOON,
        tag="change:review:approved",
        actor=actor,
        subject=subject,
        facts=facts,
        key_id="k1",
        mac=bytes(range(32)),
    )


def test_an_audit_line_says_in_words_who_did_what_to_what_on_which_portal() -> None:
    """The tag is a small suffix, before the place in the chain."""
    summary = "Remove the connector shop"
    record = a_record(approvals=1, quorum=2, digest="no", summary=summary, portal="prod", target="connector:shop")
    line = audit_line(record)
    assert line == (
        "<@U0001> approved CR-1042 Remove the connector shop on prod [connector:shop] · Approvals: 1 · Needed: 2 · "
        "<!date^1772366400^{date_short_pretty} {time}|2026-03-01 12:00 UTC> · "
        "`change:review:approved` · `#7 0001020304050607`"
    )


def test_a_record_of_an_earlier_version_still_makes_a_line() -> None:
    assert audit_line(a_record(approvals=1)).startswith("<@U0001> approved CR-1042 · Approvals: 1 · ")


@each_row("tag", Tag)
def test_every_tag_has_a_sentence_in_words(tag: Tag) -> None:
    told, *_ = describe(replace(a_record(), tag=tag), clean=str, is_known=can_translate)
    assert tag in SENTENCES
    assert can_translate(told)
    assert tag not in en(told)
    assert "CR-1042" in en(told) or "change" not in told.arguments


def test_an_event_of_a_plugin_reads_as_the_plugin_says_and_without_it_as_something() -> None:
    grown = Event(
        tag="trees:leaf:grown",
        sentence=Message("trees.audit.grown", place="place"),
        facts={
            "sentence": Message("trees.audit.said", value="value"),
            "leaves": Message("trees.audit.leaves", value="value"),
            "colour": None,
        },
    )
    record = replace(
        a_record(sentence="It is *green*.", leaves=7, colour="red", reason="spring"),
        tag=grown.tag,
        actor=SYSTEM,
        subject="oak",
    )
    line = audit_line(record, {grown.tag: grown})
    assert line.startswith(
        "trees.audit.grown (place: oak) · trees.audit.said (value: It is *green*.) · trees.audit.leaves (value: 7) · "
        "Reason: spring · "
    )
    assert "red" not in line
    assert audit_line(record).startswith("b24bot did something about oak · ")


def test_a_tag_of_an_earlier_release_has_the_sentence_of_today_and_stays_as_it_is_chained() -> None:
    line = audit_line(replace(a_record(), tag="change:plan:confirmed"))
    assert line.startswith("<@U0001> confirmed CR-1042")
    assert "`change:plan:confirmed`" in line


def test_a_tag_of_a_newer_version_still_makes_a_line() -> None:
    line = audit_line(replace(a_record(reason="new"), tag="change:future:happened"))
    assert line.startswith("<@U0001> did something about CR-1042 · Reason: new · ")


@pytest.mark.parametrize(
    ("actor", "words"),
    [(SYSTEM, "b24bot app"), ("local:root", "root (shell) app"), ("local:<!here>", "&lt;!here&gt; (shell) app")],
)
def test_who_is_no_slack_person_is_written_out(actor: str, words: str) -> None:
    assert words in audit_line(a_record(actor=actor))


def test_a_fact_stays_on_its_line_and_calls_nobody() -> None:
    line = audit_line(replace(a_record(reason="a\n<!channel> " + mentions.person(ANTON)), tag=Tag.REVIEW_REJECTED))
    assert "Reason: a &lt;!channel&gt; @U0002" in line
    assert called([], line) == {"<@U0001>"}


@pytest.mark.parametrize("text", ["x" * 4_000, "&" * 4_000, "<@U0666>" * 400])
def test_a_full_bundle_of_the_longest_lines_is_one_message_that_slack_takes(text: str) -> None:
    """Otherwise the audit channel would stand still for good: audit lines are never dropped."""
    names = ("summary", "portal", "target", "line", "status", "reason", "role", "sentence", "outcome", "method")
    longest, tags = a_record(7, f"local:{text}", text, **dict.fromkeys(names, text)), cycle(Tag)
    waiting = [replace(longest, seq=seq, tag=next(tags)) for seq in range(200)]
    records = waiting[: fitting_lines(waiting)]
    assert len(records) >= 20
    blocks = audit_blocks(records)
    assert_postable(blocks)
    assert all(f"#{record.seq} {record.head}" in said(blocks) for record in records)


def test_short_lines_fill_a_message_and_nothing_is_read_behind_the_first_that_does_not_fit() -> None:
    waiting = [a_record(seq) for seq in range(100)]
    read: list[int] = []

    def records() -> Iterator[AuditRecord]:
        for record in waiting:
            read.append(record.seq)
            yield record

    fitting = fitting_lines(records())
    assert fitting > 60
    assert len(read) == fitting + 1
    assert_postable(audit_blocks(waiting[:fitting]))
    lengths = [len(audit_line(record)) + 1 for record in waiting[: fitting + 1]]
    assert sum(lengths[:-1]) <= MESSAGE_MOST < sum(lengths)
    assert fitting_lines([]) == 0


# Text


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("short", 10, "short"),
        ("a" * 20, 12, "aaaaaaaa" + CUT),
        ("abc&amp;defghijk", 11, "abc" + CUT),
        ("ab <@U0001> and so on", 13, "ab " + CUT),
    ],
)
def test_a_cut_is_seen_and_leaves_no_half_of_an_entity_or_mention(text: str, most: int, expected: str) -> None:
    assert cut(text, most) == expected
    assert len(cut(text, most)) <= most


def test_escaping_leaves_nothing_that_slack_would_read_as_its_own() -> None:
    assert escape("<!channel> & <@U1>") == "&lt;!channel&gt; &amp; &lt;@U1&gt;"
    assert mrkdwn(f"<b> {mentions.person(ANTON)}") == "&lt;b&gt; <@U0002>"


def test_lines_are_packed_into_as_few_sections_as_hold_them() -> None:
    assert len(sections(["x" * 900] * 3)) == 1
    assert len(sections(["x" * 1_000] * 4)) == 2
    assert sections([]) == []
