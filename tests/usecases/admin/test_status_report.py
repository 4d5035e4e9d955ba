"""What the bot says of itself: how much it does and why, what waits, and what is not said yet."""

from __future__ import annotations

import pytest

from bot.core.audit.audit_record import SYSTEM, Entry, Tag
from bot.core.authority.limits import Limit, Mode
from bot.core.change.change_request import Status
from bot.core.change.planned_command import Answered
from bot.core.principals import Principal
from bot.usecases.admin.status_report import MODES, format_age
from bot.usecases.delivery_errors import ChannelDead, Impossible
from bot.usecases.requests.planning import plan_or_read
from tests.language.english import en_facts
from tests.usecases.core_bot import GLEB, IDA, OLGA, VIKTOR, CoreBot


def rows(core_bot: CoreBot, who: Principal = VIKTOR) -> list[tuple[str, str]]:
    answer = plan_or_read(core_bot.ctx, who, "status")
    assert isinstance(answer, Answered)
    return en_facts(answer.reply)


def row(core_bot: CoreBot, label: str) -> str:
    return dict(rows(core_bot))[label]


def test_all_is_well(core_bot: CoreBot) -> None:
    core_bot.configure(version="1.2.3")
    assert rows(core_bot) == [
        ("Mode", "normal: everything is taken on and run."),
        ("Change requests", "0 pending, 0 approved, 0 running, 0 unknown"),
        ("To be said", "0 notices"),
        ("Given up on", "0 notices"),
        ("Audit lines", "none waits"),
        ("Version", "1.2.3"),
    ]


def test_whoever_is_not_on_the_list_is_not_told(core_bot: CoreBot) -> None:
    core_bot.type(GLEB, "status")
    assert core_bot.last_whisper == "You are not on the allow-list."


def test_a_freeze_says_who_and_why(core_bot: CoreBot) -> None:
    core_bot.type(OLGA, "freeze enough")
    assert row(core_bot, "Mode").startswith("no-danger: reading goes on")
    assert row(core_bot, "Because").startswith("b24bot is frozen: ")
    assert "UOLGA" in row(core_bot, "Because")
    assert "“enough”" in row(core_bot, "Because")


def test_every_limit_is_a_row(core_bot: CoreBot) -> None:
    core_bot.type(OLGA, "freeze")
    core_bot.ctx.limits.note_limit("chain", Limit(name="chain", mode=Mode.READ_ONLY, why="The chain is broken."))
    assert row(core_bot, "Mode").startswith("read-only: ")
    assert [text for label, text in rows(core_bot) if label == "Because"][1:] == ["The chain is broken."]


def test_every_mode_has_its_words() -> None:
    assert set(MODES) == set(Mode)


def test_what_waits_is_counted(core_bot: CoreBot) -> None:
    core_bot.ask("thing remove one")
    core_bot.ask("thing remove two")
    assert row(core_bot, "Change requests") == "2 pending, 0 approved, 0 running, 0 unknown"
    with core_bot.store.unit_of_work() as store:
        store.changes.move(1001, Status.PENDING, Status.APPROVED)
        store.changes.move(1001, Status.APPROVED, Status.RUNNING)
    assert row(core_bot, "Change requests") == "1 pending, 0 approved, 1 running, 0 unknown"
    assert "Not proven" not in dict(rows(core_bot))
    with core_bot.store.unit_of_work() as store:
        store.changes.move(1001, Status.RUNNING, Status.UNKNOWN)
    assert row(core_bot, "Not proven").startswith("1 outcome;")


def test_audit_lines_that_do_not_get_out_are_told_with_their_age(core_bot: CoreBot) -> None:
    core_bot.messenger.fail("audit", *[ChannelDead("is_archived")] * 100)
    core_bot.type(OLGA, "freeze")
    core_bot.deliver()
    core_bot.clock.advance(180)
    assert row(core_bot, "Audit lines") == "the oldest has waited 3 minutes"
    assert row(core_bot, "To be said") == "1 notice"


def test_what_was_given_up_is_counted(core_bot: CoreBot) -> None:
    core_bot.messenger.fail("whisper", Impossible("invalid_blocks"))
    core_bot.take(core_bot.typed(IDA, "thing list"))
    core_bot.deliver()
    assert row(core_bot, "Given up on") == "1 notice"


def test_the_last_checkpoint_is_told_once_there_is_one(core_bot: CoreBot) -> None:
    for _ in range(2):
        with core_bot.store.unit_of_work() as store:
            seq = store.record(Entry(tag=Tag.CHECKPOINT, actor=SYSTEM, subject="audit"))
    record = core_bot.store.audit.get(seq)
    assert record is not None
    assert row(core_bot, "Last checkpoint").startswith(f"#{seq} {record.head} at ")


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
    assert format_age(milliseconds) == words
