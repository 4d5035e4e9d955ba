"""Notices get out in order, at the pace the channel takes, and none is lost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import Entry, Tag
from bot.core.bot_errors import StoreUnavailable
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.messages.notices import AuditNotice, Mood, PrivateNotice, ThreadNotice
from bot.plugin import Reply
from bot.store.repositories.replication.replicas import DEAD_AFTER_MS
from bot.store.store import Store, audit_key
from bot.usecases.chat.channel_pace import LEAST_WAIT_MS
from bot.usecases.chat.chat_port import Channels
from bot.usecases.chat.delivery_errors import Busy, ChannelDead, Impossible, Lost, Unchangeable
from bot.usecases.delivery.dispatcher import SILENT_SECONDS, Dispatcher
from bot.usecases.delivery.redelivery import LONGEST_REFUSED_MS, LONGEST_WAIT_MS, STEPS_ASIDE_AFTER
from bot.usecases.notices.notifications import (
    card_key,
    notify_person,
    post_in_thread,
    queue_card,
    queue_card_if_it_lasts,
    queue_clicked_card,
)
from bot.usecases.process.process_identity import ProcessIdentity
from tests.language.english import en
from tests.usecases.core_bot import APPROVALS, AUDIT, OLGA, CoreBot
from tests.usecases.fragile import FragileDatabase


def record(core_bot: CoreBot, count: int = 1) -> list[int]:
    with core_bot.store.unit_of_work() as store:
        entry = Entry(tag=Tag.PROCESS_STARTED, actor="b24bot", subject="test")
        return [store.record(entry) for _ in range(count)]


def private_notice(core_bot: CoreBot, text: str) -> None:
    with core_bot.store.unit_of_work() as tx:
        notify_person(tx, core_bot.ctx, OLGA, "C1", Reply(title=text))


def queued(core_bot: CoreBot, *, threads: int = 0) -> ChangeRequest:
    """A change request whose card and lines wait, and nothing else."""
    core_bot.take(core_bot.typed(OLGA, "thing remove one"))
    with core_bot.store.unit_of_work() as store:
        store.engine.execute("DELETE FROM outbox")
        queue_card(store, core_bot.ctx, 1001)
        for n in range(threads):
            post_in_thread(store, core_bot.ctx, 1001, f"line {n}")
    return core_bot.change(1001)


def deliver(core_bot: CoreBot, most: int = 100) -> int:
    """All that is due now, without letting time pass."""
    return next((n for n in range(most) if not core_bot.dispatcher.deliver_one()), most)


def patient(core_bot: CoreBot, seconds: float, step: float = 0.5) -> None:
    for _ in range(round(seconds / step)):
        core_bot.clock.advance(step)
        deliver(core_bot)


def test_nothing_due_is_nothing_to_do(core_bot: CoreBot) -> None:
    assert not core_bot.dispatcher.deliver_one()
    assert core_bot.messenger.tried == []


def test_audit_lines_go_in_bundles_in_the_order_of_their_numbers(core_bot: CoreBot) -> None:
    seqs = record(core_bot, 45)
    patient(core_bot, 10)
    assert core_bot.messenger.audit == [seqs[:20], seqs[20:40], seqs[40:]]


def test_there_is_a_second_between_two_audit_messages(core_bot: CoreBot) -> None:
    core_bot.clock.advance(5)
    record(core_bot, 25)
    deliver(core_bot)
    assert [len(lines) for lines in core_bot.messenger.audit] == [20]
    core_bot.clock.advance(0.999)
    deliver(core_bot)
    assert len(core_bot.messenger.audit) == 1
    core_bot.clock.advance(0.001)
    deliver(core_bot)
    assert [len(lines) for lines in core_bot.messenger.audit] == [20, 5]


def test_the_pace_of_the_audit_channel_holds_up_nobody_else(core_bot: CoreBot) -> None:
    record(core_bot, 25)
    private_notice(core_bot, "hello")
    queued_before = len(core_bot.messenger.private_notices)
    deliver(core_bot)
    assert len(core_bot.messenger.private_notices) == queued_before + 1


FAULTS = [Lost("timeout"), Busy(3.0), ChannelDead("is_archived"), Impossible("invalid_blocks"), RuntimeError("a bug")]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_no_audit_line_is_lost_or_overtaken_whatever_happens(core_bot: CoreBot, fault: Exception) -> None:
    """Lines that are recorded while the first ones wait for another try come after them."""
    core_bot.clock.advance(5)
    seqs = record(core_bot, 3)
    core_bot.messenger.fail("audit", *[fault] * 6)
    for _ in range(8):
        patient(core_bot, 1)
        seqs += record(core_bot)
    patient(core_bot, 300, step=5)
    assert [seq for lines in core_bot.messenger.audit for seq in lines] == seqs
    assert {core_bot.store.outbox.state_of(audit_key(seq)) for seq in seqs} == {"sent"}


def test_no_audit_line_is_ever_given_up(core_bot: CoreBot) -> None:
    (seq,) = record(core_bot)
    core_bot.messenger.fail("audit", *[Impossible("invalid_blocks")] * 50)
    patient(core_bot, 1_000, step=5)
    assert core_bot.messenger.audit == [[seq]]


def test_a_lost_audit_message_is_tried_again_within_a_quarter_of_a_minute(core_bot: CoreBot) -> None:
    """Approvals wait for it, and go stale within ten minutes; Slack may have been away for hours."""
    (seq,) = record(core_bot)
    core_bot.messenger.fail("audit", *[Lost("timeout")] * 100)
    patient(core_bot, 600)
    core_bot.messenger.faults.clear()
    patient(core_bot, 16)
    assert core_bot.messenger.audit == [[seq]]


def test_as_long_as_slack_asks_to_wait_nothing_goes_to_the_audit_channel(core_bot: CoreBot) -> None:
    core_bot.clock.advance(5)
    record(core_bot)
    core_bot.messenger.fail("audit", Busy(30))
    deliver(core_bot)
    record(core_bot)
    tried = len(core_bot.messenger.tried)
    patient(core_bot, 29)
    assert len(core_bot.messenger.tried) == tried
    patient(core_bot, 2)
    assert len(core_bot.messenger.audit) == 1


def test_a_dead_audit_channel_is_marked_tried_again_and_marked_alive(core_bot: CoreBot) -> None:
    core_bot.clock.advance(5)
    record(core_bot)
    core_bot.messenger.fail("audit", ChannelDead("not_in_channel"))
    deliver(core_bot)
    health = core_bot.store.outbox.channel(AUDIT)
    assert health is not None
    assert (health.working, health.reason, health.at) == (False, "not_in_channel", core_bot.clock.now_ms())
    patient(core_bot, 2)
    assert len(core_bot.messenger.audit) == 1
    health = core_bot.store.outbox.channel(AUDIT)
    assert health is not None
    assert (health.working, health.reason) == (True, "")


@pytest.mark.parametrize("fault", [Lost("timeout"), Busy(1.0), Impossible("invalid_blocks")])
def test_a_fault_that_passes_does_not_make_the_channel_dead(core_bot: CoreBot, fault: Exception) -> None:
    core_bot.clock.advance(5)
    record(core_bot)
    core_bot.messenger.fail("audit", fault)
    deliver(core_bot)
    health = core_bot.store.outbox.channel(AUDIT)
    assert health is not None
    assert health.working


def test_without_an_audit_channel_the_lines_wait(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(channels=Channels(approval=APPROVALS))
    (seq,) = record(core_bot)
    patient(core_bot, 60)
    assert "audit" not in core_bot.messenger.tried
    core_bot.configure(channels=Channels(approval=APPROVALS, audit=AUDIT))
    patient(core_bot, 60)
    assert seq in [seq for lines in core_bot.messenger.audit for seq in lines]


def test_a_card_is_posted_once_and_rewritten_from_then_on(core_bot: CoreBot) -> None:
    change = queued(core_bot)
    deliver(core_bot)
    assert core_bot.now(change).card == "1.0"
    for _ in range(3):
        with core_bot.store.unit_of_work() as tx:
            queue_card(tx, core_bot.ctx, change.number)
    deliver(core_bot)
    assert core_bot.messenger.cards == [(1001, Status.PENDING, "1.0")] * 2, "several changes are one rewriting"


def test_a_card_shows_what_is_stored_when_it_goes_out(core_bot: CoreBot) -> None:
    change = queued(core_bot)
    with core_bot.store.unit_of_work() as store:
        store.changes.move(change.number, Status.PENDING, Status.WITHDRAWN)
    deliver(core_bot)
    assert core_bot.messenger.cards == [(1001, Status.WITHDRAWN, "1.0")]


def test_of_cards_that_have_changed_the_one_that_was_clicked_is_rewritten_first(core_bot: CoreBot) -> None:
    """Every five minutes it is looked whether cards still stand, and many may expire at once."""
    numbers = [core_bot.ask(f"thing remove {thing}").number for thing in ("one", "two", "precious")]
    core_bot.clock.advance(5)
    with core_bot.store.unit_of_work() as tx:
        for number in numbers:
            queue_card(tx, core_bot.ctx, number, unchanged=True)
        queue_card(tx, core_bot.ctx, numbers[1])
        queue_clicked_card(tx, core_bot.ctx, numbers[2])
    before = len(core_bot.messenger.cards)
    patient(core_bot, 6)
    assert [number for number, _, _ in core_bot.messenger.cards[before:]] == [numbers[2], numbers[1], numbers[0]]


def test_a_look_at_a_card_puts_off_nothing_that_has_changed(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    core_bot.clock.advance(5)
    with core_bot.store.unit_of_work() as tx:
        queue_clicked_card(tx, core_bot.ctx, change.number)
        queue_card_if_it_lasts(tx, core_bot.ctx, change.number)
    before = len(core_bot.messenger.cards)
    deliver(core_bot)
    assert len(core_bot.messenger.cards) == before + 1


def test_posts_keep_their_order_whoever_waits_for_them(core_bot: CoreBot) -> None:
    for thing in ("one", "two"):
        core_bot.take(core_bot.typed(OLGA, f"thing remove {thing}"))
    with core_bot.store.unit_of_work() as tx:
        queue_clicked_card(tx, core_bot.ctx, 1002)
    patient(core_bot, 5)
    assert [number for number, _, _ in core_bot.messenger.cards[:2]] == [1001, 1002]


def test_where_the_card_came_to_stand_is_remembered(core_bot: CoreBot) -> None:
    change = queued(core_bot)
    with core_bot.store.unit_of_work() as store:
        store.changes.note(change.number, {"channel": ""})
    deliver(core_bot)
    assert core_bot.now(change).channel == "CSOMEWHERE"


def test_a_card_that_somebody_deleted_is_posted_again(core_bot: CoreBot) -> None:
    change = queued(core_bot)
    deliver(core_bot)
    with core_bot.store.unit_of_work() as tx:
        queue_card(tx, core_bot.ctx, change.number)
    core_bot.messenger.fail("rewrite", Unchangeable("message_not_found"))
    deliver(core_bot)
    assert core_bot.now(change).card is None, "the channel took a post in this second already"
    patient(core_bot, 1.5)
    assert core_bot.now(change).card == "2.0"
    assert [kind for kind, _ in core_bot.messenger.said if kind != "audit"] == ["post", "post"]


def test_a_card_whose_plainest_form_is_refused_is_a_dead_letter_with_its_lines_and_all_can_be_revived(
    core_bot: CoreBot, caplog: pytest.LogCaptureFixture
) -> None:
    queued(core_bot, threads=2)
    core_bot.messenger.fail("post", *[Impossible("invalid_blocks")] * 2)
    patient(core_bot, 10)
    assert core_bot.store.outbox.state_of(card_key(1001)) == "dead"
    logged = mentions.unmark(caplog.text)
    assert (
        "The card of CR-1001 cannot be posted in #CAPPR: the blocks of the message are not valid (invalid_blocks)"
        in logged
    )
    assert core_bot.threads == []
    entries = core_bot.store.outbox.entries(["dead"], limit=9)
    assert [entry.kind for entry in entries] == ["thread", "thread", "card"]
    for entry in entries:
        with core_bot.store.unit_of_work() as store:
            assert store.outbox.redeliver(entry.id)
    patient(core_bot, 10)
    assert [kind for kind, _ in core_bot.messenger.said if kind in ("post", "reply")] == ["post", "reply", "reply"]
    assert core_bot.threads == ["CR-1001 line 0", "CR-1001 line 1"]


def test_a_card_in_a_dead_channel_is_never_given_up_and_is_tried_every_quarter_of_an_hour(core_bot: CoreBot) -> None:
    change = queued(core_bot)
    core_bot.messenger.fail("post", *[ChannelDead("not_in_channel")] * 40)
    tries: list[int] = []
    core_bot.messenger.on_try = lambda kind: tries.append(core_bot.clock.now_ms()) if kind == "post" else None
    for _ in range(60):
        patient(core_bot, LONGEST_REFUSED_MS / 1000, step=30)
    assert core_bot.now(change).card == "1.0"
    assert all(later - earlier <= LONGEST_REFUSED_MS + 30_000 for earlier, later in pairwise(tries))


@pytest.mark.parametrize("fault", [Lost("timeout"), Busy(2.0), ChannelDead("is_archived")])
def test_a_line_waits_for_its_card(core_bot: CoreBot, fault: Exception) -> None:
    """It would stand alone in the channel otherwise, under nothing."""
    queued(core_bot, threads=2)
    core_bot.messenger.fail("post", fault)
    deliver(core_bot)
    assert "reply" not in [kind for kind, _ in core_bot.messenger.said]
    patient(core_bot, 60)
    assert [kind for kind, _ in core_bot.messenger.said if kind in ("post", "reply")] == ["post", "reply"]
    assert core_bot.threads == ["CR-1001 line 0\nline 1"]


def test_when_slack_asks_to_wait_cards_and_lines_keep_their_order(core_bot: CoreBot) -> None:
    """All posts wait together; private notices go on, for they have their own way."""
    queued(core_bot, threads=3)
    private_notice(core_bot, "hello")
    core_bot.messenger.fail("post", Busy(10))
    core_bot.messenger.fail("reply", Busy(7), None)
    deliver(core_bot)
    assert core_bot.messenger.private_notices[-1].reply.title == "hello"
    patient(core_bot, 9)
    assert "post" not in [kind for kind, _ in core_bot.messenger.said]
    patient(core_bot, 60)
    with core_bot.store.unit_of_work() as tx:
        post_in_thread(tx, core_bot.ctx, 1001, "last")
    deliver(core_bot)
    assert [kind for kind, _ in core_bot.messenger.said if kind in ("post", "reply")] == ["post", "reply", "reply"]
    assert core_bot.threads == ["CR-1001 line 0\nline 1\nline 2", "CR-1001 last"]


def test_a_busy_private_notice_holds_up_only_itself(core_bot: CoreBot) -> None:
    queued(core_bot)
    private_notice(core_bot, "hello")
    core_bot.messenger.fail("whisper", Busy(30))
    deliver(core_bot)
    assert core_bot.change(1001).card == "1.0"
    patient(core_bot, 31)
    assert core_bot.messenger.private_notices[-1].reply.title == "hello"


def test_a_lost_answer_is_tried_again_longer_apart_and_never_given_up(core_bot: CoreBot) -> None:
    private_notice(core_bot, "hello")
    core_bot.messenger.fail("whisper", *[Lost("timeout")] * 50)
    tries: list[int] = []
    core_bot.messenger.on_try = lambda kind: tries.append(core_bot.clock.now_ms()) if kind == "whisper" else None
    patient(core_bot, 900)
    assert len(tries) > 8
    gaps = [later - earlier for earlier, later in pairwise(tries)]
    assert all(LEAST_WAIT_MS <= gap <= min(1_000 * 2**n, LONGEST_WAIT_MS) + 500 for n, gap in enumerate(gaps))
    row = core_bot.store.engine.row("SELECT state, error FROM outbox WHERE kind = 'whisper'")
    assert row == {"state": "new", "error": "timeout"}


def test_an_answer_whose_content_is_refused_is_dropped_at_once(core_bot: CoreBot) -> None:
    private_notice(core_bot, "hello")
    core_bot.messenger.fail("whisper", Impossible("invalid_blocks"))
    patient(core_bot, 60)
    assert core_bot.messenger.private_notices == []
    assert core_bot.store.outbox.counts()["dead"] == 1


@pytest.mark.parametrize("kind", ["whisper", "post", "reply"])
def test_a_bug_in_what_is_said_holds_up_nothing_else(
    core_bot: CoreBot, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    queued(core_bot, threads=1)
    private_notice(core_bot, "first")
    private_notice(core_bot, "second")
    core_bot.messenger.fail(kind, RuntimeError("a bug"))
    patient(core_bot, 10)
    assert "a delivery failed (E-" in caplog.text
    assert sorted(en(notice.reply.title) for notice in core_bot.messenger.private_notices) == ["first", "second"]
    assert core_bot.threads == ["CR-1001 line 0"]
    assert set(core_bot.store.outbox.counts()) == {"sent"}


def test_a_notice_of_something_that_is_not_there_ends_in_time(core_bot: CoreBot) -> None:
    with core_bot.store.unit_of_work() as tx:
        post_in_thread(tx, core_bot.ctx, 4711, "line")
        tx.outbox.put("audit:999", AuditNotice(seq=999), at=0)
    patient(core_bot, 600)
    assert core_bot.store.outbox.counts()["dead"] == 1
    assert core_bot.store.outbox.state_of("audit:999") == "new"


@pytest.mark.parametrize("kind", ["audit", "card", "whisper"])
def test_what_got_out_while_the_file_could_not_be_written_is_written_down_later_and_not_said_twice(
    core_bot: CoreBot, kind: str
) -> None:
    """A backup may hold the file for longer than we wait."""
    if kind == "audit":
        record(core_bot)
    elif kind == "card":
        queued(core_bot)
    else:
        private_notice(core_bot, "hello")
    database = FragileDatabase(core_bot.store.database.path)
    core_bot.configure(store=Store(database, core_bot.store.keys, core_bot.clock))
    core_bot.dispatcher = Dispatcher(core_bot.ctx)
    core_bot.clock.advance(5)
    before = len(core_bot.messenger.said)
    database.fails = lambda number: len(core_bot.messenger.said) > before
    for _ in range(5):
        with suppress(StoreUnavailable):
            deliver(core_bot)
    assert len(core_bot.messenger.said) == before + 1
    database.fails = lambda number: False
    patient(core_bot, 30)
    again = {"audit": [], "card": ["rewrite"], "whisper": []}
    assert [what for what, _ in core_bot.messenger.said[before + 1 :]] == again[kind]
    assert set(core_bot.store.outbox.counts()) == {"sent"}
    database.close()


def test_what_slack_refuses_while_the_file_cannot_be_written_is_tried_again_without_a_restart(
    core_bot: CoreBot,
) -> None:
    """What follows from the refusal, here the end of the change request, was to be stored and could not be."""
    queued(core_bot)
    core_bot.messenger.fail("post", Impossible("invalid_blocks"))
    database = FragileDatabase(core_bot.store.database.path)
    core_bot.configure(store=Store(database, core_bot.store.keys, core_bot.clock))
    core_bot.dispatcher = Dispatcher(core_bot.ctx)
    failed: list[int] = []

    def fails(number: int) -> bool:
        first = "post" in core_bot.messenger.tried and not failed
        failed.extend([number] * first)
        return first

    database.fails = fails
    patient(core_bot, 60)
    assert len(failed) == 1
    assert core_bot.now(core_bot.change(1001)).card == "1.0"
    assert set(core_bot.store.outbox.counts()) == {"sent"}
    database.close()


def test_what_is_said_to_one_person_goes_before_cards_and_lines(core_bot: CoreBot) -> None:
    queued(core_bot, threads=1)
    private_notice(core_bot, "hello")
    deliver(core_bot)
    assert [kind for kind, _ in core_bot.messenger.said if kind != "audit"] == ["whisper", "post"]
    patient(core_bot, 1)
    assert [kind for kind, _ in core_bot.messenger.said if kind != "audit"] == ["whisper", "post", "reply"]


def test_a_private_notice_arrives_as_it_was_queued(core_bot: CoreBot) -> None:
    with core_bot.store.unit_of_work() as tx:
        notify_person(
            tx,
            core_bot.ctx,
            OLGA,
            "C1",
            Reply(title="t"),
            answer_url="https://x",
            mood=Mood.REFUSAL,
            suggestion="thing list",
        )
    deliver(core_bot)
    assert core_bot.messenger.private_notices == [
        PrivateNotice(
            person=OLGA,
            channel="C1",
            reply=Reply(title="t"),
            answer_url="https://x",
            mood=Mood.REFUSAL,
            suggestion="thing list",
        )
    ]


def test_lines_that_wait_share_a_message_up_to_what_fits_and_a_lone_one_goes_at_once(core_bot: CoreBot) -> None:
    change = queued(core_bot)
    deliver(core_bot)
    core_bot.clock.advance(5)
    with core_bot.store.unit_of_work() as tx:
        post_in_thread(tx, core_bot.ctx, change.number, "lone")
    deliver(core_bot)
    assert core_bot.threads == ["CR-1001 lone"]
    with core_bot.store.unit_of_work() as tx:
        for n in range(45):
            post_in_thread(tx, core_bot.ctx, change.number, f"line {n}")
        for n in range(3):
            post_in_thread(tx, core_bot.ctx, change.number, str(n) * 900)
    patient(core_bot, 10)
    shared = [words.removeprefix("CR-1001 ").split("\n") for words in core_bot.threads[1:]]
    assert [len(lines) for lines in shared] == [20, 20, 7, 1], "twenty lines, and no more than 2,000 characters"
    assert [line for lines in shared for line in lines] == [
        *(f"line {n}" for n in range(45)),
        *(str(n) * 900 for n in range(3)),
    ]


def test_lines_that_slack_refuses_together_go_one_by_one_and_only_the_bad_one_dies(core_bot: CoreBot) -> None:
    change = queued(core_bot, threads=3)
    core_bot.messenger.fail("reply", Impossible("invalid_blocks"), None, Impossible("invalid_blocks"))
    patient(core_bot, 20)
    assert core_bot.threads == ["CR-1001 line 0", "CR-1001 line 2"]
    (entry,) = core_bot.store.outbox.entries(["dead"], limit=5)
    assert entry.notice == ThreadNotice(number=change.number, text="line 1")


def test_no_channel_gets_more_than_one_post_a_second_whatever_is_said(make_core_bot: Callable[..., CoreBot]) -> None:
    """Cards, lines and audit lines of one channel go by one measure."""
    core_bot = make_core_bot(channels=Channels(approval=AUDIT, audit=AUDIT))
    queued(core_bot, threads=2)
    record(core_bot, 30)
    posts: list[int] = []
    core_bot.messenger.on_try = lambda kind: posts.append(core_bot.clock.now_ms())
    patient(core_bot, 30, step=0.25)
    assert len(posts) >= 4
    assert all(later - earlier >= 1_000 for earlier, later in pairwise(posts))
    assert set(core_bot.store.outbox.counts()) == {"sent"}


def test_a_post_that_arrives_late_leaves_the_whole_gap_before_the_next(core_bot: CoreBot) -> None:
    record(core_bot, 45)
    late, arrived = [0.4], list[int]()

    def arrive(_kind: str) -> None:
        core_bot.clock.advance(late.pop() if late else 0.0)
        arrived.append(core_bot.clock.now_ms())

    core_bot.messenger.on_try = arrive
    patient(core_bot, 20, step=0.25)
    assert len(arrived) == 3
    assert all(later - earlier >= 1_000 for earlier, later in pairwise(arrived))


def test_a_channel_that_asks_to_wait_holds_up_no_other(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(channels=Channels(audit=AUDIT))
    for channel, thing in (("CONE", "one"), ("CTWO", "two")):
        core_bot.take(core_bot.typed(OLGA, f"thing remove {thing}", channel=channel))
    core_bot.messenger.fail("post", Busy(60))
    patient(core_bot, 5)
    assert [number for number, _, _ in core_bot.messenger.cards] == [1002]
    patient(core_bot, 60)
    assert [number for number, _, _ in core_bot.messenger.cards] == [1002, 1001]


def test_a_private_notice_that_meets_the_limit_lets_its_channel_rest(core_bot: CoreBot) -> None:
    """It goes into the channel by the same door as cards."""
    change = queued(core_bot)
    with core_bot.store.unit_of_work() as tx:
        notify_person(tx, core_bot.ctx, OLGA, change.channel, Reply(title="hello"))
    core_bot.messenger.fail("whisper", Busy(20))
    patient(core_bot, 19)
    assert core_bot.messenger.cards == []
    patient(core_bot, 2)
    assert len(core_bot.messenger.cards) == 1
    assert core_bot.messenger.private_notices[-1].reply.title == "hello"


@pytest.mark.parametrize("fault", [Lost("timeout"), ChannelDead("restricted_action")])
def test_nothing_overtakes_what_failed_once_or_twice_in_the_same_channel(core_bot: CoreBot, fault: Exception) -> None:
    for thing in ("one", "two"):
        core_bot.take(core_bot.typed(OLGA, f"thing remove {thing}"))
    core_bot.messenger.fail("post", *[fault] * (STEPS_ASIDE_AFTER - 1))
    patient(core_bot, 60)
    assert [number for number, _, _ in core_bot.messenger.cards] == [1001, 1002]


def test_nothing_overtakes_what_gets_lost_while_slack_answers_nobody(core_bot: CoreBot) -> None:
    for thing in ("one", "two"):
        core_bot.take(core_bot.typed(OLGA, f"thing remove {thing}"))
    for kind in ("post", "whisper", "audit"):
        core_bot.messenger.fail(kind, *[Lost("timeout")] * 100)
    patient(core_bot, 600)
    core_bot.messenger.faults.clear()
    patient(core_bot, 120)
    assert [number for number, _, _ in core_bot.messenger.cards] == [1001, 1002]


def test_a_line_that_alone_gets_lost_steps_aside_and_is_never_a_dead_letter(core_bot: CoreBot) -> None:
    queued(core_bot, threads=1)
    deliver(core_bot)
    core_bot.messenger.fail("reply", *[Lost("internal_error")] * 200)
    patient(core_bot, 1_000)
    (waiting,) = core_bot.store.outbox.refused()
    assert waiting.due_at <= core_bot.clock.now_ms(), "as far as we know nothing gets out at all, so it keeps its turn"
    core_bot.take(core_bot.typed(OLGA, "thing remove two"))
    record(core_bot)
    patient(core_bot, 120)
    assert 1002 in [number for number, _, _ in core_bot.messenger.cards], "a later post of the channel passes it"
    assert "dead" not in core_bot.store.outbox.counts()


def test_to_be_asked_to_wait_is_no_attempt(core_bot: CoreBot) -> None:
    queued(core_bot, threads=1)
    deliver(core_bot)
    private_notice(core_bot, "hello")
    for kind in ("reply", "whisper"):
        core_bot.messenger.fail(kind, *[Busy(1)] * 20)
    patient(core_bot, 60)
    assert core_bot.threads == ["CR-1001 line 0"]
    assert core_bot.messenger.private_notices[-1].reply.title == "hello"


def test_a_death_is_in_the_log_and_in_the_audit_channel(core_bot: CoreBot, caplog: pytest.LogCaptureFixture) -> None:
    private_notice(core_bot, "hello")
    core_bot.messenger.fail("whisper", Impossible("invalid_blocks"))
    patient(core_bot, 5)
    (row,) = core_bot.records(tag=Tag.NOTIFICATION_FAILED)
    (entry,) = core_bot.store.outbox.entries(["dead"], limit=5)
    assert (row.subject, row.facts["kind"], row.facts["code"]) == (OLGA.id, "whisper", "invalid_blocks")
    assert row.facts["name"] == str(entry.id)
    assert core_bot.messenger.audit[-1] == [row.seq]
    assert f"notice {entry.id} (whisper, {OLGA.id}) is given up: invalid_blocks" in caplog.text


def test_a_card_queued_anew_while_it_failed_for_good_is_not_told_as_dead(core_bot: CoreBot) -> None:
    change = queued(core_bot)

    def changed(kind: str) -> None:
        if kind == "post":
            with core_bot.store.unit_of_work() as tx:
                queue_card(tx, core_bot.ctx, change.number)

    core_bot.messenger.on_try = changed
    core_bot.messenger.fail("post", Impossible("invalid_blocks"))
    patient(core_bot, 5)
    assert core_bot.records(tag=Tag.NOTIFICATION_FAILED) == []
    assert core_bot.now(change).card == "1.0"


def test_a_replica_that_may_have_been_replaced_sends_nothing_until_it_beats(core_bot: CoreBot) -> None:
    """Another one may send the same. A message that was taken before a pause is not sent after it."""
    with core_bot.store.unit_of_work() as tx:
        notify_person(tx, core_bot.ctx, OLGA, "C1", Reply(title="Hello"))
    core_bot.configure(process=ProcessIdentity(core_bot.clock.monotonic))
    core_bot.ctx.process.note_beat(core_bot.clock.monotonic() - DEAD_AFTER_MS / 1000)
    assert core_bot.dispatcher.deliver_one()
    assert core_bot.messenger.private_notices == []
    core_bot.clock.advance(SILENT_SECONDS)
    core_bot.ctx.process.note_beat(core_bot.clock.monotonic())
    assert core_bot.dispatcher.deliver_one()
    assert len(core_bot.messenger.private_notices) == 1
