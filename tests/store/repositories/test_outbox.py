"""The outbox: nothing is lost, one key is one notice, and a channel's health is remembered."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.messages.notices import AuditNotice, CardNotice, Mood, Notice, PrivateNotice, ThreadNotice
from bot.plugin import Reply, Table
from bot.store.repositories.backlog import DEAD_LAST_MS, FORGOTTEN_AT_ONCE, SENT_LAST_MS
from bot.store.repositories.outbox import ChannelHealth, Envelope, Outbox, Urgency
from bot.store.store import Store
from tests.store.samples import OLGA
from tests.store.steps import steps_of

REPLY = Reply(
    title="Things",
    facts=(("Portal", "acme"),),
    notes=("One note.",),
    table=Table(columns=("Id", "Name"), rows=(("1", "one"), ("2", "two")), title="All"),
)
NOTICES: list[tuple[str, Notice]] = [
    ("card", CardNotice(number=1001)),
    ("thread", ThreadNotice(number=1001, text="„Anton“ approved")),
    ("audit", AuditNotice(seq=7)),
    (
        "whisper",
        PrivateNotice(
            person=OLGA,
            channel="C1",
            reply=REPLY,
            answer_url="https://hooks.slack.com/x",
            suggestion="thing list",
            mood=Mood.CALM,
        ),
    ),
    ("whisper", PrivateNotice(person=OLGA, channel="", reply=Reply(title="Short"))),
]


def put(store: Store, key: str, notice: Notice, due: int = 0) -> None:
    with store.unit_of_work() as tx:
        tx.outbox.put(key, notice, at=0, due=due)


def card(store: Store, number: int, due: int = 0) -> None:
    put(store, f"card:{number}", CardNotice(number=number), due)


def claim(store: Store, now: int, kind: str = "") -> Envelope | None:
    with store.unit_of_work() as tx:
        return tx.outbox.claim(now, kind=kind)


def claimed(store: Store, now: int, kind: str = "") -> Envelope:
    envelope = claim(store, now, kind)
    assert envelope is not None
    return envelope


@pytest.mark.parametrize(("kind", "notice"), NOTICES)
def test_every_notice_comes_out_as_it_went_in(store: Store, kind: str, notice: Notice) -> None:
    put(store, "key", notice)
    assert claim(store, 0, "another kind") is None
    assert claimed(store, 0, kind).notice == notice


def test_what_is_put_under_the_same_key_is_one_notice(store: Store) -> None:
    put(store, "key", ThreadNotice(number=1, text="first"), due=90)
    put(store, "key", ThreadNotice(number=1, text="second"), due=50)
    assert store.outbox.counts() == {"new": 1}
    assert claim(store, 49) is None
    assert claimed(store, 50).notice == ThreadNotice(number=1, text="second")
    assert claim(store, 10_000) is None


def test_of_two_notices_with_one_key_the_earlier_time_and_the_greater_urgency_count(store: Store) -> None:
    def put_card(due: int, urgency: Urgency) -> dict[str, object] | None:
        with store.unit_of_work() as unit:
            unit.outbox.put("card:1", CardNotice(number=1), at=0, due=due, urgency=urgency)
        return store.engine.row("SELECT due_steady, urgency FROM outbox")

    assert put_card(50, Urgency.LAST) == {"due_steady": 50, "urgency": -1}
    assert put_card(0, Urgency.AWAITED) == {"due_steady": 0, "urgency": 1}
    assert put_card(70, Urgency.LAST) == {"due_steady": 0, "urgency": 1}
    with store.unit_of_work() as tx:
        tx.outbox.sent(claimed(store, 0), at=0)
    assert put_card(70, Urgency.LAST) == {"due_steady": 70, "urgency": -1}, "what was sent stands for nothing"


def test_the_oldest_due_one_comes_first(store: Store) -> None:
    card(store, 1, due=100)
    card(store, 2)
    card(store, 3)
    assert not store.outbox.waiting(-1)
    assert store.outbox.waiting(0)
    assert [claimed(store, 0).notice, claimed(store, 0).notice] == [CardNotice(number=2), CardNotice(number=3)]
    assert not store.outbox.waiting(99)
    assert claimed(store, 100).notice == CardNotice(number=1)


def test_what_is_sent_is_done_and_its_words_are_gone(store: Store) -> None:
    put(store, "key", ThreadNotice(number=1, text="a word nobody needs any more"))
    envelope = claimed(store, 0)
    with store.unit_of_work() as tx:
        tx.outbox.sent(envelope, at=5)
        assert tx.outbox.release_all() == 0
    assert store.outbox.state_of("key") == "sent"
    assert store.engine.row("SELECT payload, sent_at FROM outbox") == {"payload": "", "sent_at": 5}
    assert b"a word nobody needs" not in store.database.path.read_bytes()


@pytest.mark.parametrize("end", ["sent", "retry", "drop"])
def test_what_is_queued_again_while_it_is_on_its_way_stays_queued(store: Store, end: str) -> None:
    """The card that goes out shows an older state than the one that was queued meanwhile."""
    card(store, 1)
    envelope = claimed(store, 0)
    card(store, 1, due=3)
    with store.unit_of_work() as tx:
        if end == "sent":
            tx.outbox.sent(envelope, at=5)
        elif end == "retry":
            tx.outbox.retry(envelope, due=10_000, error="no")
        else:
            tx.outbox.drop(envelope, at=6, error="no")
    assert store.outbox.state_of("card:1") == "new"
    assert claimed(store, 3).notice == CardNotice(number=1)


def test_what_was_sent_can_be_queued_again_under_its_key(store: Store) -> None:
    card(store, 1)
    with store.unit_of_work() as tx:
        tx.outbox.sent(claimed(store, 0), at=1)
    card(store, 1, due=2)
    again = claimed(store, 2)
    assert (again.notice, again.attempts) == (CardNotice(number=1), 1)


def test_a_try_again_counts_and_waits(store: Store) -> None:
    card(store, 1)
    with store.unit_of_work() as tx:
        tx.outbox.retry(claimed(store, 0), due=50, error="timeout")
    assert claim(store, 49) is None
    assert claimed(store, 50).attempts == 2
    assert store.engine.row("SELECT error FROM outbox") == {"error": "timeout"}


def dead(store: Store, key: str = "card:1", *, at: int = 6) -> int:
    """A dead notice; its id."""
    put(store, key, CardNotice(number=1))
    envelope = claimed(store, 0)
    with store.unit_of_work() as tx:
        assert tx.outbox.drop(envelope, at=at, error="invalid_blocks")
    return envelope.id


def test_what_is_given_up_stays_with_its_reason_and_its_words(store: Store) -> None:
    id = dead(store)
    assert store.outbox.state_of("card:1") == "dead"
    assert claim(store, 10_000) is None
    entry = store.outbox.entry(id)
    assert entry is not None
    assert (entry.notice, entry.error, entry.died_at) == (CardNotice(number=1), "invalid_blocks", 6)
    assert store.outbox.entries(["dead"], limit=5) == [entry]
    assert store.outbox.entries(["new", "sent"], limit=5) == []


def test_what_was_queued_anew_while_it_failed_does_not_die(store: Store) -> None:
    card(store, 1)
    envelope = claimed(store, 0)
    card(store, 1)
    with store.unit_of_work() as tx:
        assert not tx.outbox.drop(envelope, at=6, error="no")


def test_a_dead_notice_is_revived_as_if_it_had_never_been_tried(store: Store) -> None:
    id = dead(store)
    with store.unit_of_work() as tx:
        assert tx.outbox.redeliver(id)
        assert not tx.outbox.redeliver(id), "it waits already"
        assert not tx.outbox.redeliver(99)
    again = claimed(store, 0)
    assert (again.notice, again.attempts) == (CardNotice(number=1), 1)
    row = store.engine.row("SELECT died_at, error FROM outbox")
    assert row == {"died_at": None, "error": ""}


def test_a_dead_notice_without_words_stays_dead(store: Store) -> None:
    """An earlier version did not keep them."""
    id = dead(store)
    with store.unit_of_work() as tx:
        store.engine.execute("UPDATE outbox SET payload = '' WHERE id = ?", id)
        assert not tx.outbox.redeliver(id)
    entry = store.outbox.entry(id)
    assert entry is not None
    assert entry.notice is None


def test_only_what_waits_or_is_dead_is_discarded_and_never_an_audit_line(store: Store) -> None:
    gone = dead(store)
    put(store, "audit:1", AuditNotice(seq=1))
    put(store, "card:2", CardNotice(number=2))
    ids = {one.key: one.id for one in store.outbox.entries(["new"], limit=9)}
    with store.unit_of_work() as tx:
        assert tx.outbox.discard(gone)
        assert not tx.outbox.discard(gone)
        assert not tx.outbox.discard(ids["audit:1"])
        (sending,) = tx.outbox.claim_these([ids["card:2"]])
        assert not tx.outbox.discard(sending.id)
        tx.outbox.retry(sending, due=0, error="x")
        assert tx.outbox.discard(sending.id)
    assert store.outbox.counts() == {"new": 1}


def test_a_notice_revived_after_it_was_queued_again_is_one_notice(store: Store) -> None:
    id = dead(store)
    card(store, 1, due=3)
    with store.unit_of_work() as tx:
        assert not tx.outbox.redeliver(id)
    assert store.outbox.counts() == {"new": 1}
    assert store.engine.row("SELECT died_at FROM outbox") == {"died_at": None}


def test_what_was_sent_or_died_long_ago_is_forgotten_and_what_waits_is_not(store: Store) -> None:
    dead(store, "card:1", at=1_000)
    for key in ("card:2", "card:3"):
        put(store, key, CardNotice(number=2))
    with store.unit_of_work() as tx:
        tx.outbox.sent(claimed(store, 0), at=1_000)
    assert store.outbox.counts() == {"dead": 1, "sent": 1, "new": 1}
    for now, left in (
        (1_000 + SENT_LAST_MS, {"dead": 1, "sent": 1, "new": 1}),
        (1_001 + SENT_LAST_MS, {"dead": 1, "new": 1}),
        (1_000 + DEAD_LAST_MS, {"dead": 1, "new": 1}),
        (1_001 + DEAD_LAST_MS, {"new": 1}),
    ):
        with store.unit_of_work() as tx:
            tx.outbox.forget(now)
        assert store.outbox.counts() == left


def test_years_of_what_was_said_are_forgotten_part_by_part(store: Store) -> None:
    with store.unit_of_work() as tx:
        for number in range(FORGOTTEN_AT_ONCE + 1):
            tx.outbox.put(f"card:{number}", CardNotice(number=number), at=0)
        store.engine.execute("UPDATE outbox SET state = 'sent', sent_at = 0")
    gone = []
    for _ in range(3):
        with store.unit_of_work() as tx:
            gone.append(tx.outbox.forget(SENT_LAST_MS + 1))
    assert gone == [FORGOTTEN_AT_ONCE, 1, 0]


def test_only_what_waits_of_the_kind_is_hurried(store: Store) -> None:
    put(store, "a", AuditNotice(seq=1), due=1_000)
    put(store, "b", AuditNotice(seq=2), due=5)
    card(store, 1, due=1_000)
    with store.unit_of_work() as tx:
        tx.outbox.hurry("audit")
    due = {row["key"]: row["due_steady"] for row in store.engine.rows("SELECT key, due_steady FROM outbox")}
    assert due == {"a": 0, "b": 0, "card:1": 1_000}


def test_in_order_means_that_one_that_waits_is_not_overtaken(store: Store) -> None:
    for key, seq, due in (("a", 1, 20), ("b", 2, 0), ("c", 3, 50), ("d", 4, 0)):
        put(store, key, AuditNotice(seq=seq), due=due)
    card(store, 1)

    def taken(now: int, most: int = 9) -> list[int]:
        with store.unit_of_work() as tx:
            lines = store.outbox.order.audit_lines(now, most=most)
            found = tx.outbox.claim_these(id for id, _ in lines)
        assert [seq for _, seq in lines] == [one.notice.seq for one in found if isinstance(one.notice, AuditNotice)]
        return [one.notice.seq for one in found if isinstance(one.notice, AuditNotice)]

    assert taken(19) == []
    assert taken(49) == [1, 2]
    assert taken(50, most=1) == [3]
    assert taken(50) == [4]
    assert taken(50) == []


def test_an_attempt_that_is_not_counted_was_none(store: Store) -> None:
    card(store, 1)
    with store.unit_of_work() as tx:
        tx.outbox.retry(claimed(store, 0), due=0, error="ratelimited", counted=False)
    assert claimed(store, 0).attempts == 1


def test_what_a_dead_process_was_sending_is_put_back(store: Store) -> None:
    card(store, 1)
    card(store, 2)
    claimed(store, 0)
    with store.unit_of_work() as tx:
        assert tx.outbox.release_all() == 1
    again = claimed(store, 0)
    assert (again.notice, again.attempts) == (CardNotice(number=1), 2)


def test_counts_and_states_tell_what_there_is(store: Store) -> None:
    assert store.outbox.state_of("card:1") is None
    for number in range(3):
        card(store, number)
    with store.unit_of_work() as tx:
        tx.outbox.sent(claimed(store, 0), at=0)
        claimed(store, 0)
    assert store.outbox.counts() == {"sent": 1, "sending": 1, "new": 1}


def test_a_channel_has_the_health_it_was_last_marked_with(store: Store) -> None:
    assert store.outbox.channel("C1") is None
    with store.unit_of_work() as tx:
        tx.outbox.mark_channel("C1", working=False, reason="is_archived", at=1)
    assert store.outbox.channel("C1") == ChannelHealth(working=False, reason="is_archived", at=1)
    with store.unit_of_work() as tx:
        tx.outbox.mark_channel("C1", working=True, reason="", at=2)
    assert store.outbox.channel("C1") == ChannelHealth(working=True, reason="", at=2)
    assert store.outbox.channel("C2") is None


READS: dict[str, Callable[[Outbox], object]] = {
    "waiting": lambda outbox: outbox.waiting(99, kind="whisper"),
    "claim": lambda outbox: outbox.claim(99, kind="whisper"),
    "heads": lambda outbox: outbox.order.heads(99),
}


@pytest.mark.parametrize("name", READS)
def test_a_backlog_of_audit_lines_is_not_gone_through_for_something_else(store: Store, name: str) -> None:
    few = steps_of(store, lambda tx: READS[name](tx.outbox))
    with store.unit_of_work() as tx:
        for seq in range(2_000):
            tx.outbox.put(f"audit:{seq}", AuditNotice(seq=seq), at=0)
    assert steps_of(store, lambda tx: READS[name](tx.outbox)) <= few + 5
