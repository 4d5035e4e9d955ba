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
from bot.core.messages.notices import AuditNotice, ThreadNotice, Whisper
from bot.plugin import Reply
from bot.store.store import Store, audit_key
from bot.usecases.channel_pace import LEAST_WAIT_MS
from bot.usecases.context import Channels
from bot.usecases.delivery.dispatcher import Courier
from bot.usecases.delivery.redelivery import LONGEST_REFUSED_MS, LONGEST_WAIT_MS, STEPS_ASIDE_AFTER
from bot.usecases.delivery_errors import Busy, ChannelDead, Impossible, Lost, Unchangeable
from bot.usecases.notifications import (
    card_key,
    say_under_card,
    show_card,
    show_card_if_it_lasts,
    show_clicked_card,
    whisper,
)
from tests.usecases.fragile import FragileDatabase
from tests.usecases.office import APPROVALS, AUDIT, OLGA, Office


def record(office: Office, count: int = 1) -> list[int]:
    with office.store.unit_of_work() as store:
        entry = Entry(tag=Tag.PROCESS_STARTED, actor="b24bot", subject="test")
        return [store.record(entry) for _ in range(count)]


def whispered(office: Office, text: str) -> None:
    with office.store.unit_of_work():
        whisper(office.ctx, OLGA, "C1", Reply(title=text))


def queued(office: Office, *, threads: int = 0) -> ChangeRequest:
    """A change request whose card and lines wait, and nothing else."""
    office.take(office.typed(OLGA, "thing remove one"))
    with office.store.unit_of_work() as store:
        store.database.execute("DELETE FROM outbox")
        show_card(office.ctx, 1001)
        for n in range(threads):
            say_under_card(office.ctx, 1001, f"line {n}")
    return office.change(1001)


def deliver(office: Office, most: int = 100) -> int:
    """All that is due now, without letting time pass."""
    return next((n for n in range(most) if not office.courier.deliver_one()), most)


def patient(office: Office, seconds: float, step: float = 0.5) -> None:
    for _ in range(round(seconds / step)):
        office.clock.advance(step)
        deliver(office)


def test_nothing_due_is_nothing_to_do(office: Office) -> None:
    assert not office.courier.deliver_one()
    assert office.messenger.tried == []


def test_audit_lines_go_in_bundles_in_the_order_of_their_numbers(office: Office) -> None:
    seqs = record(office, 45)
    patient(office, 10)
    assert office.messenger.audit == [seqs[:20], seqs[20:40], seqs[40:]]


def test_there_is_a_second_between_two_audit_messages(office: Office) -> None:
    office.clock.advance(5)
    record(office, 25)
    deliver(office)
    assert [len(lines) for lines in office.messenger.audit] == [20]
    office.clock.advance(0.999)
    deliver(office)
    assert len(office.messenger.audit) == 1
    office.clock.advance(0.001)
    deliver(office)
    assert [len(lines) for lines in office.messenger.audit] == [20, 5]


def test_the_pace_of_the_audit_channel_holds_up_nobody_else(office: Office) -> None:
    record(office, 25)
    whispered(office, "hello")
    queued_before = len(office.messenger.whispers)
    deliver(office)
    assert len(office.messenger.whispers) == queued_before + 1


FAULTS = [Lost("timeout"), Busy(3.0), ChannelDead("is_archived"), Impossible("invalid_blocks"), RuntimeError("a bug")]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_no_audit_line_is_lost_or_overtaken_whatever_happens(office: Office, fault: Exception) -> None:
    """Lines that are recorded while the first ones wait for another try come after them."""
    office.clock.advance(5)
    seqs = record(office, 3)
    office.messenger.fail("audit", *[fault] * 6)
    for _ in range(8):
        patient(office, 1)
        seqs += record(office)
    patient(office, 300, step=5)
    assert [seq for lines in office.messenger.audit for seq in lines] == seqs
    assert {office.store.outbox.state_of(audit_key(seq)) for seq in seqs} == {"sent"}


def test_no_audit_line_is_ever_given_up(office: Office) -> None:
    (seq,) = record(office)
    office.messenger.fail("audit", *[Impossible("invalid_blocks")] * 50)
    patient(office, 1_000, step=5)
    assert office.messenger.audit == [[seq]]


def test_a_lost_audit_message_is_tried_again_within_a_quarter_of_a_minute(office: Office) -> None:
    """Approvals wait for it, and go stale within ten minutes; Slack may have been away for hours."""
    (seq,) = record(office)
    office.messenger.fail("audit", *[Lost("timeout")] * 100)
    patient(office, 600)
    office.messenger.faults.clear()
    patient(office, 16)
    assert office.messenger.audit == [[seq]]


def test_as_long_as_slack_asks_to_wait_nothing_goes_to_the_audit_channel(office: Office) -> None:
    office.clock.advance(5)
    record(office)
    office.messenger.fail("audit", Busy(30))
    deliver(office)
    record(office)
    tried = len(office.messenger.tried)
    patient(office, 29)
    assert len(office.messenger.tried) == tried
    patient(office, 2)
    assert len(office.messenger.audit) == 1


def test_a_dead_audit_channel_is_marked_tried_again_and_marked_alive(office: Office) -> None:
    office.clock.advance(5)
    record(office)
    office.messenger.fail("audit", ChannelDead("not_in_channel"))
    deliver(office)
    health = office.store.outbox.channel(AUDIT)
    assert health is not None
    assert (health.working, health.reason, health.at) == (False, "not_in_channel", office.clock.now_ms())
    patient(office, 2)
    assert len(office.messenger.audit) == 1
    health = office.store.outbox.channel(AUDIT)
    assert health is not None
    assert (health.working, health.reason) == (True, "")


@pytest.mark.parametrize("fault", [Lost("timeout"), Busy(1.0), Impossible("invalid_blocks")])
def test_a_fault_that_passes_does_not_make_the_channel_dead(office: Office, fault: Exception) -> None:
    office.clock.advance(5)
    record(office)
    office.messenger.fail("audit", fault)
    deliver(office)
    health = office.store.outbox.channel(AUDIT)
    assert health is not None
    assert health.working


def test_without_an_audit_channel_the_lines_wait(make_office: Callable[..., Office]) -> None:
    office = make_office(channels=Channels(approval=APPROVALS))
    (seq,) = record(office)
    patient(office, 60)
    assert "audit" not in office.messenger.tried
    office.ctx.channels = Channels(approval=APPROVALS, audit=AUDIT)
    patient(office, 60)
    assert seq in [seq for lines in office.messenger.audit for seq in lines]


def test_a_card_is_posted_once_and_rewritten_from_then_on(office: Office) -> None:
    change = queued(office)
    deliver(office)
    assert office.now(change).card == "1.0"
    for _ in range(3):
        with office.store.unit_of_work():
            show_card(office.ctx, change.number)
    deliver(office)
    assert office.messenger.cards == [(1001, Status.PENDING, "1.0")] * 2, "several changes are one rewriting"


def test_a_card_shows_what_is_stored_when_it_goes_out(office: Office) -> None:
    change = queued(office)
    with office.store.unit_of_work() as store:
        store.changes.move(change.number, Status.PENDING, Status.WITHDRAWN)
    deliver(office)
    assert office.messenger.cards == [(1001, Status.WITHDRAWN, "1.0")]


def test_of_cards_that_have_changed_the_one_that_was_clicked_is_rewritten_first(office: Office) -> None:
    """Every five minutes it is looked whether cards still stand, and many may expire at once."""
    numbers = [office.ask(f"thing remove {thing}").number for thing in ("one", "two", "precious")]
    office.clock.advance(5)
    with office.store.unit_of_work():
        for number in numbers:
            show_card(office.ctx, number, unchanged=True)
        show_card(office.ctx, numbers[1])
        show_clicked_card(office.ctx, numbers[2])
    before = len(office.messenger.cards)
    patient(office, 6)
    assert [number for number, _, _ in office.messenger.cards[before:]] == [numbers[2], numbers[1], numbers[0]]


def test_a_look_at_a_card_puts_off_nothing_that_has_changed(office: Office) -> None:
    change = office.ask()
    office.clock.advance(5)
    with office.store.unit_of_work():
        show_clicked_card(office.ctx, change.number)
        show_card_if_it_lasts(office.ctx, change.number)
    before = len(office.messenger.cards)
    deliver(office)
    assert len(office.messenger.cards) == before + 1


def test_posts_keep_their_order_whoever_waits_for_them(office: Office) -> None:
    for thing in ("one", "two"):
        office.take(office.typed(OLGA, f"thing remove {thing}"))
    with office.store.unit_of_work():
        show_clicked_card(office.ctx, 1002)
    patient(office, 5)
    assert [number for number, _, _ in office.messenger.cards[:2]] == [1001, 1002]


def test_where_the_card_came_to_stand_is_remembered(office: Office) -> None:
    change = queued(office)
    with office.store.unit_of_work() as store:
        store.changes.note(change.number, {"channel": ""})
    deliver(office)
    assert office.now(change).channel == "CSOMEWHERE"


def test_a_card_that_somebody_deleted_is_posted_again(office: Office) -> None:
    change = queued(office)
    deliver(office)
    with office.store.unit_of_work():
        show_card(office.ctx, change.number)
    office.messenger.fail("rewrite", Unchangeable("message_not_found"))
    deliver(office)
    assert office.now(change).card is None, "the channel took a post in this second already"
    patient(office, 1.5)
    assert office.now(change).card == "2.0"
    assert [kind for kind, _ in office.messenger.said if kind != "audit"] == ["post", "post"]


def test_a_card_whose_plainest_form_is_refused_is_a_dead_letter_with_its_lines_and_all_can_be_revived(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    queued(office, threads=2)
    office.messenger.fail("post", *[Impossible("invalid_blocks")] * 2)
    patient(office, 10)
    assert office.store.outbox.state_of(card_key(1001)) == "dead"
    logged = mentions.plain(caplog.text)
    assert "The card of CR-1001 cannot be posted in #CAPPR: its blocks are not valid (invalid_blocks)" in logged
    assert office.threads == []
    letters = office.store.outbox.letters(["dead"], limit=9)
    assert [letter.kind for letter in letters] == ["thread", "thread", "card"]
    for letter in letters:
        with office.store.unit_of_work() as store:
            assert store.outbox.revive(letter.id)
    patient(office, 10)
    assert [kind for kind, _ in office.messenger.said if kind in ("post", "reply")] == ["post", "reply", "reply"]
    assert office.threads == ["CR-1001 line 0", "CR-1001 line 1"]


def test_a_card_in_a_dead_channel_is_never_given_up_and_is_tried_every_quarter_of_an_hour(office: Office) -> None:
    change = queued(office)
    office.messenger.fail("post", *[ChannelDead("not_in_channel")] * 40)
    tries: list[int] = []
    office.messenger.on_try = lambda kind: tries.append(office.clock.now_ms()) if kind == "post" else None
    for _ in range(60):
        patient(office, LONGEST_REFUSED_MS / 1000, step=30)
    assert office.now(change).card == "1.0"
    assert all(later - earlier <= LONGEST_REFUSED_MS + 30_000 for earlier, later in pairwise(tries))


@pytest.mark.parametrize("fault", [Lost("timeout"), Busy(2.0), ChannelDead("is_archived")])
def test_a_line_waits_for_its_card(office: Office, fault: Exception) -> None:
    """It would stand alone in the channel otherwise, under nothing."""
    queued(office, threads=2)
    office.messenger.fail("post", fault)
    deliver(office)
    assert "reply" not in [kind for kind, _ in office.messenger.said]
    patient(office, 60)
    assert [kind for kind, _ in office.messenger.said if kind in ("post", "reply")] == ["post", "reply"]
    assert office.threads == ["CR-1001 line 0\nline 1"]


def test_when_slack_asks_to_wait_cards_and_lines_keep_their_order(office: Office) -> None:
    """All posts wait together; whispers go on, for they have their own way."""
    queued(office, threads=3)
    whispered(office, "hello")
    office.messenger.fail("post", Busy(10))
    office.messenger.fail("reply", Busy(7), None)
    deliver(office)
    assert office.messenger.whispers[-1].reply.title == "hello"
    patient(office, 9)
    assert "post" not in [kind for kind, _ in office.messenger.said]
    patient(office, 60)
    with office.store.unit_of_work():
        say_under_card(office.ctx, 1001, "last")
    deliver(office)
    assert [kind for kind, _ in office.messenger.said if kind in ("post", "reply")] == ["post", "reply", "reply"]
    assert office.threads == ["CR-1001 line 0\nline 1\nline 2", "CR-1001 last"]


def test_a_busy_whisper_holds_up_only_itself(office: Office) -> None:
    queued(office)
    whispered(office, "hello")
    office.messenger.fail("whisper", Busy(30))
    deliver(office)
    assert office.change(1001).card == "1.0"
    patient(office, 31)
    assert office.messenger.whispers[-1].reply.title == "hello"


def test_a_lost_answer_is_tried_again_longer_apart_and_never_given_up(office: Office) -> None:
    whispered(office, "hello")
    office.messenger.fail("whisper", *[Lost("timeout")] * 50)
    tries: list[int] = []
    office.messenger.on_try = lambda kind: tries.append(office.clock.now_ms()) if kind == "whisper" else None
    patient(office, 900)
    assert len(tries) > 8
    gaps = [later - earlier for earlier, later in pairwise(tries)]
    assert all(LEAST_WAIT_MS <= gap <= min(1_000 * 2**n, LONGEST_WAIT_MS) + 500 for n, gap in enumerate(gaps))
    row = office.store.database.row("SELECT state, error FROM outbox WHERE kind = 'whisper'")
    assert row == {"state": "new", "error": "timeout"}


def test_an_answer_whose_content_is_refused_is_dropped_at_once(office: Office) -> None:
    whispered(office, "hello")
    office.messenger.fail("whisper", Impossible("invalid_blocks"))
    patient(office, 60)
    assert office.messenger.whispers == []
    assert office.store.outbox.counts()["dead"] == 1


@pytest.mark.parametrize("kind", ["whisper", "post", "reply"])
def test_a_bug_in_what_is_said_holds_up_nothing_else(
    office: Office, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    queued(office, threads=1)
    whispered(office, "first")
    whispered(office, "second")
    office.messenger.fail(kind, RuntimeError("a bug"))
    patient(office, 10)
    assert "a delivery failed (E-" in caplog.text
    assert sorted(whisper.reply.title for whisper in office.messenger.whispers) == ["first", "second"]
    assert office.threads == ["CR-1001 line 0"]
    assert set(office.store.outbox.counts()) == {"sent"}


def test_a_notice_of_something_that_is_not_there_ends_in_time(office: Office) -> None:
    with office.store.unit_of_work():
        say_under_card(office.ctx, 4711, "line")
        office.store.outbox.put("audit:999", AuditNotice(seq=999), at=0)
    patient(office, 600)
    assert office.store.outbox.counts()["dead"] == 1
    assert office.store.outbox.state_of("audit:999") == "new"


@pytest.mark.parametrize("kind", ["audit", "card", "whisper"])
def test_what_got_out_while_the_file_could_not_be_written_is_written_down_later_and_not_said_twice(
    office: Office, kind: str
) -> None:
    """A backup may hold the file for longer than we wait."""
    if kind == "audit":
        record(office)
    elif kind == "card":
        queued(office)
    else:
        whispered(office, "hello")
    database = FragileDatabase(office.store.database.path)
    office.ctx.store = Store(database, office.store.keys, office.clock)
    office.courier = Courier(office.ctx)
    office.clock.advance(5)
    before = len(office.messenger.said)
    database.fails = lambda number: len(office.messenger.said) > before
    for _ in range(5):
        with suppress(StoreUnavailable):
            deliver(office)
    assert len(office.messenger.said) == before + 1
    database.fails = lambda number: False
    patient(office, 30)
    again = {"audit": [], "card": ["rewrite"], "whisper": []}
    assert [what for what, _ in office.messenger.said[before + 1 :]] == again[kind]
    assert set(office.store.outbox.counts()) == {"sent"}
    database.close()


def test_what_slack_refuses_while_the_file_cannot_be_written_is_tried_again_without_a_restart(office: Office) -> None:
    """What follows from the refusal, here the end of the change request, was to be stored and could not be."""
    queued(office)
    office.messenger.fail("post", Impossible("invalid_blocks"))
    database = FragileDatabase(office.store.database.path)
    office.ctx.store = Store(database, office.store.keys, office.clock)
    office.courier = Courier(office.ctx)
    failed: list[int] = []

    def fails(number: int) -> bool:
        first = "post" in office.messenger.tried and not failed
        failed.extend([number] * first)
        return first

    database.fails = fails
    patient(office, 60)
    assert len(failed) == 1
    assert office.now(office.change(1001)).card == "1.0"
    assert set(office.store.outbox.counts()) == {"sent"}
    database.close()


def test_what_is_said_to_one_person_goes_before_cards_and_lines(office: Office) -> None:
    queued(office, threads=1)
    whispered(office, "hello")
    deliver(office)
    assert [kind for kind, _ in office.messenger.said if kind != "audit"] == ["whisper", "post"]
    patient(office, 1)
    assert [kind for kind, _ in office.messenger.said if kind != "audit"] == ["whisper", "post", "reply"]


def test_a_whisper_arrives_as_it_was_queued(office: Office) -> None:
    with office.store.unit_of_work():
        whisper(
            office.ctx, OLGA, "C1", Reply(title="t"), answer_url="https://x", mood="refusal", suggestion="thing list"
        )
    deliver(office)
    assert office.messenger.whispers == [
        Whisper(
            person=OLGA,
            channel="C1",
            reply=Reply(title="t"),
            answer_url="https://x",
            mood="refusal",
            suggestion="thing list",
        )
    ]


def test_lines_that_wait_share_a_message_up_to_what_fits_and_a_lone_one_goes_at_once(office: Office) -> None:
    change = queued(office)
    deliver(office)
    office.clock.advance(5)
    with office.store.unit_of_work():
        say_under_card(office.ctx, change.number, "lone")
    deliver(office)
    assert office.threads == ["CR-1001 lone"]
    with office.store.unit_of_work():
        for n in range(45):
            say_under_card(office.ctx, change.number, f"line {n}")
        for n in range(3):
            say_under_card(office.ctx, change.number, str(n) * 900)
    patient(office, 10)
    shared = [words.removeprefix("CR-1001 ").split("\n") for words in office.threads[1:]]
    assert [len(lines) for lines in shared] == [20, 20, 7, 1], "twenty lines, and no more than 2,000 characters"
    assert [line for lines in shared for line in lines] == [
        *(f"line {n}" for n in range(45)),
        *(str(n) * 900 for n in range(3)),
    ]


def test_lines_that_slack_refuses_together_go_one_by_one_and_only_the_bad_one_dies(office: Office) -> None:
    change = queued(office, threads=3)
    office.messenger.fail("reply", Impossible("invalid_blocks"), None, Impossible("invalid_blocks"))
    patient(office, 20)
    assert office.threads == ["CR-1001 line 0", "CR-1001 line 2"]
    (letter,) = office.store.outbox.letters(["dead"], limit=5)
    assert letter.notice == ThreadNotice(number=change.number, text="line 1")


def test_no_channel_gets_more_than_one_post_a_second_whatever_is_said(make_office: Callable[..., Office]) -> None:
    """Cards, lines and audit lines of one channel go by one measure."""
    office = make_office(channels=Channels(approval=AUDIT, audit=AUDIT))
    queued(office, threads=2)
    record(office, 30)
    posts: list[int] = []
    office.messenger.on_try = lambda kind: posts.append(office.clock.now_ms())
    patient(office, 30, step=0.25)
    assert len(posts) >= 4
    assert all(later - earlier >= 1_000 for earlier, later in pairwise(posts))
    assert set(office.store.outbox.counts()) == {"sent"}


def test_a_channel_that_asks_to_wait_holds_up_no_other(make_office: Callable[..., Office]) -> None:
    office = make_office(channels=Channels(audit=AUDIT))
    for channel, thing in (("CONE", "one"), ("CTWO", "two")):
        office.take(office.typed(OLGA, f"thing remove {thing}", channel=channel))
    office.messenger.fail("post", Busy(60))
    patient(office, 5)
    assert [number for number, _, _ in office.messenger.cards] == [1002]
    patient(office, 60)
    assert [number for number, _, _ in office.messenger.cards] == [1002, 1001]


def test_a_whisper_that_meets_the_limit_lets_its_channel_rest(office: Office) -> None:
    """It goes into the channel by the same door as cards."""
    change = queued(office)
    with office.store.unit_of_work():
        whisper(office.ctx, OLGA, change.channel, Reply(title="hello"))
    office.messenger.fail("whisper", Busy(20))
    patient(office, 19)
    assert office.messenger.cards == []
    patient(office, 2)
    assert len(office.messenger.cards) == 1
    assert office.messenger.whispers[-1].reply.title == "hello"


@pytest.mark.parametrize("fault", [Lost("timeout"), ChannelDead("restricted_action")])
def test_nothing_overtakes_what_failed_once_or_twice_in_the_same_channel(office: Office, fault: Exception) -> None:
    for thing in ("one", "two"):
        office.take(office.typed(OLGA, f"thing remove {thing}"))
    office.messenger.fail("post", *[fault] * (STEPS_ASIDE_AFTER - 1))
    patient(office, 60)
    assert [number for number, _, _ in office.messenger.cards] == [1001, 1002]


def test_nothing_overtakes_what_gets_lost_while_slack_answers_nobody(office: Office) -> None:
    for thing in ("one", "two"):
        office.take(office.typed(OLGA, f"thing remove {thing}"))
    for kind in ("post", "whisper", "audit"):
        office.messenger.fail(kind, *[Lost("timeout")] * 100)
    patient(office, 600)
    office.messenger.faults.clear()
    patient(office, 120)
    assert [number for number, _, _ in office.messenger.cards] == [1001, 1002]


def test_a_line_that_alone_gets_lost_steps_aside_and_is_never_a_dead_letter(office: Office) -> None:
    queued(office, threads=1)
    deliver(office)
    office.messenger.fail("reply", *[Lost("internal_error")] * 200)
    patient(office, 1_000)
    (waiting,) = office.store.outbox.refused()
    assert waiting.due_at <= office.clock.now_ms(), "as far as we know nothing gets out at all, so it keeps its turn"
    office.take(office.typed(OLGA, "thing remove two"))
    record(office)
    patient(office, 120)
    assert 1002 in [number for number, _, _ in office.messenger.cards], "a later post of the channel passes it"
    assert "dead" not in office.store.outbox.counts()


def test_to_be_asked_to_wait_is_no_attempt(office: Office) -> None:
    queued(office, threads=1)
    deliver(office)
    whispered(office, "hello")
    for kind in ("reply", "whisper"):
        office.messenger.fail(kind, *[Busy(1)] * 20)
    patient(office, 60)
    assert office.threads == ["CR-1001 line 0"]
    assert office.messenger.whispers[-1].reply.title == "hello"


def test_a_death_is_in_the_log_and_in_the_audit_channel(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    whispered(office, "hello")
    office.messenger.fail("whisper", Impossible("invalid_blocks"))
    patient(office, 5)
    (row,) = office.records(tag=Tag.NOTICE_DIED)
    (letter,) = office.store.outbox.letters(["dead"], limit=5)
    assert (row.subject, row.facts["kind"], row.facts["code"]) == (OLGA.id, "whisper", "invalid_blocks")
    assert row.facts["name"] == str(letter.id)
    assert office.messenger.audit[-1] == [row.seq]
    assert f"notice {letter.id} (whisper, {OLGA.id}) is given up: invalid_blocks" in caplog.text


def test_a_card_queued_anew_while_it_failed_for_good_is_not_told_as_dead(office: Office) -> None:
    change = queued(office)

    def changed(kind: str) -> None:
        if kind == "post":
            with office.store.unit_of_work():
                show_card(office.ctx, change.number)

    office.messenger.on_try = changed
    office.messenger.fail("post", Impossible("invalid_blocks"))
    patient(office, 5)
    assert office.records(tag=Tag.NOTICE_DIED) == []
    assert office.now(change).card == "1.0"
