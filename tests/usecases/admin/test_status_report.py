"""What the bot says of itself: how much it does and why, what waits, and what is not said yet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.audit.audit_record import SYSTEM, Entry, Tag
from bot.core.authority.limits import Limit, Mode
from bot.core.change.change_request import Status
from bot.core.change.planned_command import Answered
from bot.core.principals import Principal
from bot.usecases.admin.status_report import MODES, age_of
from bot.usecases.delivery_errors import ChannelDead, Impossible
from bot.usecases.requests.planning import consider
from tests.usecases.office import GLEB, IDA, OLGA, VIKTOR, Office


def rows(office: Office, who: Principal = VIKTOR) -> list[tuple[str, str]]:
    answer = consider(office.ctx, who, "status")
    assert isinstance(answer, Answered)
    return list(answer.reply.facts)


def row(office: Office, label: str) -> str:
    return dict(rows(office))[label]


def test_all_is_well(office: Office) -> None:
    office.ctx = replace(office.ctx, version="1.2.3")
    assert rows(office) == [
        ("Mode", "normal: everything is taken on and run."),
        ("Change requests", "0 pending, 0 approved, 0 running, 0 unknown"),
        ("To be said", "0 notices"),
        ("Given up on", "0 notices"),
        ("Audit lines", "none waits"),
        ("Version", "1.2.3"),
    ]


def test_whoever_is_not_on_the_list_is_not_told(office: Office) -> None:
    office.type(GLEB, "status")
    assert office.last_whisper == "You are not on the allow-list."


def test_a_freeze_says_who_and_why(office: Office) -> None:
    office.type(OLGA, "freeze enough")
    assert row(office, "Mode").startswith("no-danger: reading goes on")
    assert row(office, "Because").startswith("b24bot is frozen: ")
    assert "UOLGA" in row(office, "Because")
    assert "“enough”" in row(office, "Because")


def test_every_limit_is_a_row(office: Office) -> None:
    office.type(OLGA, "freeze")
    office.ctx.limits["chain"] = Limit(name="chain", mode=Mode.READ_ONLY, why="The chain is broken.")
    assert row(office, "Mode").startswith("read-only: ")
    assert [text for label, text in rows(office) if label == "Because"][1:] == ["The chain is broken."]


def test_every_mode_has_its_words() -> None:
    assert set(MODES) == set(Mode)


def test_what_waits_is_counted(office: Office) -> None:
    office.ask("thing remove one")
    office.ask("thing remove two")
    assert row(office, "Change requests") == "2 pending, 0 approved, 0 running, 0 unknown"
    with office.store.unit_of_work() as store:
        store.changes.move(1001, Status.PENDING, Status.APPROVED)
        store.changes.move(1001, Status.APPROVED, Status.RUNNING)
    assert row(office, "Change requests") == "1 pending, 0 approved, 1 running, 0 unknown"
    assert "Not proven" not in dict(rows(office))
    with office.store.unit_of_work() as store:
        store.changes.move(1001, Status.RUNNING, Status.UNKNOWN)
    assert row(office, "Not proven").startswith("1 outcome;")


def test_audit_lines_that_do_not_get_out_are_told_with_their_age(office: Office) -> None:
    office.messenger.fail("audit", *[ChannelDead("is_archived")] * 100)
    office.type(OLGA, "freeze")
    office.deliver()
    office.clock.advance(180)
    assert row(office, "Audit lines") == "the oldest has waited 3 minutes"
    assert row(office, "To be said") == "1 notice"


def test_what_was_given_up_is_counted(office: Office) -> None:
    office.messenger.fail("whisper", Impossible("invalid_blocks"))
    office.take(office.typed(IDA, "thing list"))
    office.deliver()
    assert row(office, "Given up on") == "1 notice"


def test_the_last_checkpoint_is_told_once_there_is_one(office: Office) -> None:
    for _ in range(2):
        with office.store.unit_of_work() as store:
            seq = store.record(Entry(tag=Tag.CHECKPOINT, actor=SYSTEM, subject="audit"))
    record = office.store.audit.get(seq)
    assert record is not None
    assert row(office, "Last checkpoint").startswith(f"#{seq} {record.head} at ")


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (-5, "0 seconds"),
        (1_999, "1 second"),
        (59_999, "59 seconds"),
        (60_000, "1 minute"),
        (3_599_999, "59 minutes"),
        (7_200_000, "2 hours"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(milliseconds: int, words: str) -> None:
    assert age_of(milliseconds) == words
