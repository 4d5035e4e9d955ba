"""The outbox: nothing is lost, one key is one notice, and a channel's health is remembered."""

from __future__ import annotations

import pytest

from bot.core.notices import AuditNotice, CardNotice, Notice, ThreadNotice, Whisper
from bot.plugin import Reply, Table
from bot.store.outbox import ChannelHealth, Envelope
from bot.store.store import Store
from tests.store.samples import OLGA

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
        Whisper(
            person=OLGA,
            channel="C1",
            reply=REPLY,
            answer_url="https://hooks.slack.com/x",
            suggestion="thing list",
            mood="calm",
        ),
    ),
    ("whisper", Whisper(person=OLGA, channel="", reply=Reply(title="Short"))),
]


def put(store: Store, key: str, notice: Notice, at: int = 0) -> None:
    with store.unit_of_work():
        store.outbox.put(key, notice, at=at)


def card(store: Store, number: int, at: int = 0) -> None:
    put(store, f"card:{number}", CardNotice(number=number), at)


def claim(store: Store, now: int, kind: str = "") -> Envelope | None:
    with store.unit_of_work():
        return store.outbox.claim(now, kind=kind)


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
    put(store, "key", ThreadNotice(number=1, text="first"), at=0)
    put(store, "key", ThreadNotice(number=1, text="second"), at=50)
    assert store.outbox.counts() == {"new": 1}
    assert claim(store, 49) is None
    assert claimed(store, 50).notice == ThreadNotice(number=1, text="second")
    assert claim(store, 10_000) is None


def test_the_oldest_due_one_comes_first(store: Store) -> None:
    card(store, 1, at=100)
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
    with store.unit_of_work():
        store.outbox.sent(envelope, at=5)
        assert store.outbox.release_all() == 0
    assert store.outbox.state_of("key") == "sent"
    assert store.database.row("SELECT payload, sent_at FROM outbox") == {"payload": "", "sent_at": 5}
    assert b"a word nobody needs" not in store.database.path.read_bytes()


@pytest.mark.parametrize("end", ["sent", "retry", "drop"])
def test_what_is_queued_again_while_it_is_on_its_way_stays_queued(store: Store, end: str) -> None:
    """The card that goes out shows an older state than the one that was queued meanwhile."""
    card(store, 1)
    envelope = claimed(store, 0)
    card(store, 1, at=3)
    with store.unit_of_work():
        if end == "sent":
            store.outbox.sent(envelope, at=5)
        elif end == "retry":
            store.outbox.retry(envelope, due_at=10_000, error="no")
        else:
            store.outbox.drop(envelope, error="no")
    assert store.outbox.state_of("card:1") == "new"
    assert claimed(store, 3).notice == CardNotice(number=1)


def test_what_was_sent_can_be_queued_again_under_its_key(store: Store) -> None:
    card(store, 1)
    with store.unit_of_work():
        store.outbox.sent(claimed(store, 0), at=1)
    card(store, 1, at=2)
    again = claimed(store, 2)
    assert (again.notice, again.attempts) == (CardNotice(number=1), 1)


def test_a_try_again_counts_and_waits(store: Store) -> None:
    card(store, 1)
    with store.unit_of_work():
        store.outbox.retry(claimed(store, 0), due_at=50, error="timeout")
    assert claim(store, 49) is None
    assert claimed(store, 50).attempts == 2
    assert store.database.row("SELECT error FROM outbox") == {"error": "timeout"}


def test_what_is_given_up_stays_with_its_reason(store: Store) -> None:
    card(store, 1)
    with store.unit_of_work():
        store.outbox.drop(claimed(store, 0), error="invalid_blocks")
    assert store.outbox.state_of("card:1") == "dead"
    assert claim(store, 10_000) is None
    assert store.database.row("SELECT payload, error FROM outbox") == {"payload": "", "error": "invalid_blocks"}


def test_only_what_waits_of_the_kind_is_hurried(store: Store) -> None:
    put(store, "a", AuditNotice(seq=1), at=1_000)
    put(store, "b", AuditNotice(seq=2), at=5)
    card(store, 1, at=1_000)
    with store.unit_of_work():
        store.outbox.hurry("audit", at=10)
    due = {row["key"]: row["due_at"] for row in store.database.rows("SELECT key, due_at FROM outbox")}
    assert due == {"a": 10, "b": 5, "card:1": 1_000}


def test_in_order_means_that_one_that_waits_is_not_overtaken(store: Store) -> None:
    put(store, "a", AuditNotice(seq=1), at=50)
    put(store, "b", AuditNotice(seq=2), at=0)
    card(store, 1)
    with store.unit_of_work():
        assert store.outbox.claim_next(49, kind="audit") is None
        first, second = (store.outbox.claim_next(50, kind="audit") for _ in range(2))
        assert store.outbox.claim_next(50, kind="audit") is None
    assert first is not None
    assert second is not None
    assert (first.notice, first.attempts, second.notice) == (AuditNotice(seq=1), 1, AuditNotice(seq=2))


def test_what_a_dead_process_was_sending_is_put_back(store: Store) -> None:
    card(store, 1)
    card(store, 2)
    claimed(store, 0)
    with store.unit_of_work():
        assert store.outbox.release_all() == 1
    again = claimed(store, 0)
    assert (again.notice, again.attempts) == (CardNotice(number=1), 2)


def test_counts_and_states_tell_what_there_is(store: Store) -> None:
    assert store.outbox.state_of("card:1") is None
    for number in range(3):
        card(store, number)
    with store.unit_of_work():
        store.outbox.sent(claimed(store, 0), at=0)
        claimed(store, 0)
    assert store.outbox.counts() == {"sent": 1, "sending": 1, "new": 1}


def test_a_channel_has_the_health_it_was_last_marked_with(store: Store) -> None:
    assert store.outbox.channel("C1") is None
    with store.unit_of_work():
        store.outbox.mark_channel("C1", working=False, reason="is_archived", at=1)
    assert store.outbox.channel("C1") == ChannelHealth(working=False, reason="is_archived", at=1)
    with store.unit_of_work():
        store.outbox.mark_channel("C1", working=True, reason="", at=2)
    assert store.outbox.channel("C1") == ChannelHealth(working=True, reason="", at=2)
    assert store.outbox.channel("C2") is None
