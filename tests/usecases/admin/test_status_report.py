"""What the bot says of itself: how much it does and why, what waits, and what is not said yet."""

from __future__ import annotations

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import SYSTEM, Entry, Tag
from bot.core.authority.limits import Limit, Mode
from bot.core.change.change_request import Status
from bot.core.change.planned_command import Answered
from bot.core.principals import Principal
from bot.plugin import Message
from bot.usecases.admin.status_report import MODES, describe_age
from bot.usecases.chat.delivery_errors import ChannelDead, Impossible
from bot.usecases.requests.planning import plan_or_read
from tests.language.english import en, en_facts
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
        ("Mode", "normal: b24bot reads and makes changes"),
        ("Change requests", "pending: 0, approved: 0, running: 0, unknown: 0"),
        ("Messages waiting", "0"),
        ("Messages failed", "0"),
        ("Audit backlog", "none"),
        ("Version", "1.2.3"),
    ]


def test_whoever_is_not_on_the_list_is_not_told(core_bot: CoreBot) -> None:
    core_bot.type(GLEB, "status")
    assert core_bot.last_private_notice == "You are not on the allow-list."


def test_a_freeze_says_who_and_why(core_bot: CoreBot) -> None:
    core_bot.type(OLGA, "freeze enough")
    assert row(core_bot, "Mode").startswith("changes blocked: b24bot only reads")
    assert row(core_bot, "Reason").startswith("b24bot is frozen: ")
    assert "UOLGA" in row(core_bot, "Reason")
    assert "“enough”" in row(core_bot, "Reason")


def test_every_limit_is_a_row(core_bot: CoreBot) -> None:
    core_bot.type(OLGA, "freeze")
    core_bot.ctx.limits.note_limit(
        "chain",
        Limit(name="chain", mode=Mode.READ_ONLY, why="The chain is broken.", until=Message("limit.until.log_repaired")),
    )
    assert row(core_bot, "Mode").startswith("read-only: ")
    assert [text for label, text in rows(core_bot) if label == "Reason"][1:] == ["The chain is broken."]


def test_every_mode_has_its_words() -> None:
    assert set(MODES) == set(Mode)


def test_what_waits_is_counted(core_bot: CoreBot) -> None:
    core_bot.ask("thing remove one")
    core_bot.ask("thing remove two")
    assert row(core_bot, "Change requests") == "pending: 2, approved: 0, running: 0, unknown: 0"
    with core_bot.store.unit_of_work() as store:
        store.changes.move(1001, Status.PENDING, Status.APPROVED)
        store.changes.move(1001, Status.APPROVED, Status.RUNNING)
    assert row(core_bot, "Change requests") == "pending: 1, approved: 0, running: 1, unknown: 0"
    assert "Unknown results" not in dict(rows(core_bot))
    with core_bot.store.unit_of_work() as store:
        store.changes.move(1001, Status.RUNNING, Status.UNKNOWN)
    assert row(core_bot, "Unknown results").startswith("1 change request.")


def test_audit_lines_that_do_not_get_out_are_told_with_their_age(core_bot: CoreBot) -> None:
    core_bot.messenger.fail("audit", *[ChannelDead("is_archived")] * 100)
    core_bot.type(OLGA, "freeze")
    core_bot.deliver()
    core_bot.clock.advance(180)
    assert row(core_bot, "Audit backlog") == "oldest line: 3 minutes"
    assert row(core_bot, "Messages waiting") == "1"


def test_what_was_given_up_is_counted(core_bot: CoreBot) -> None:
    core_bot.messenger.fail("whisper", Impossible("invalid_blocks"))
    core_bot.take(core_bot.typed(IDA, "thing list"))
    core_bot.deliver()
    assert row(core_bot, "Messages failed") == "1"


def test_the_last_checkpoint_is_told_once_there_is_one(core_bot: CoreBot) -> None:
    for _ in range(2):
        with core_bot.store.unit_of_work() as store:
            seq = store.record(Entry(tag=Tag.CHECKPOINT, actor=SYSTEM, subject="audit"))
    record = core_bot.store.audit.get(seq)
    assert record is not None
    assert mentions.unmark(row(core_bot, "Last checkpoint")).startswith(f"#{seq} {record.head} at 2")


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
    assert en(describe_age(milliseconds)) == words
