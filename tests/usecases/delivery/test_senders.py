"""The worker's senders: answers wait for nothing, channels keep their order, and nothing is taken twice."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from bot.core.audit.audit_record import Entry, Tag
from bot.core.messages.notices import Whisper
from bot.core.principals import Principal
from bot.plugin import Reply
from bot.plugin.loopback import wait_until
from bot.usecases.channel_pace import NO_GAPS
from bot.usecases.delivery.answers import MOST_AT_ONCE
from bot.usecases.delivery.senders import Senders
from bot.usecases.intake.receipts import receive
from bot.usecases.notifications import say_in_thread_of, say_under_card, show_card, whisper
from bot.usecases.runtime.worker import Worker
from bot.usecases.wake_signal import Bell
from tests.usecases.office import ANTON, GLEB, IDA, OLGA, VERA, Office

WITHIN = 60.0
POSTS = ("post", "reply", "note", "audit")


class Crowd:
    """Holds whatever a messenger is to say, by its kind, until it is let go; counts how many are there at once."""

    def __init__(self, *held: str) -> None:
        self.inside: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self._held = set(held)
        self._changed = threading.Condition()

    def enter(self, kind: str) -> None:
        with self._changed:
            self.inside[kind] += 1
            self.most[kind] = max(self.most[kind], self.inside[kind])
            self._changed.wait_for(lambda: kind not in self._held, WITHIN)
            self.inside[kind] -= 1

    def let_go(self) -> None:
        with self._changed:
            self._held.clear()
            self._changed.notify_all()


@contextmanager
def working(office: Office, crowd: Crowd) -> Iterator[None]:
    """A worker runs, and nobody is held any more when it ends."""
    office.messenger.on_try = crowd.enter
    worker = Worker(office.ctx)
    worker.start()
    try:
        yield
    finally:
        crowd.let_go()
        worker.stop()


def tell(office: Office, title: str, who: Principal = OLGA) -> None:
    with office.store.unit_of_work():
        whisper(office.ctx, who, "C1", Reply(title=title))
    office.ctx.wake()


def told(office: Office) -> list[str]:
    return [one.reply.title for one in office.messenger.whispers]


def come_true(*claims: Callable[[], object]) -> bool:
    return wait_until(lambda: all(claim() for claim in claims), within=WITHIN)


def test_many_answers_are_under_way_at_once_and_each_is_said_once(office: Office) -> None:
    titles = [f"answer {number}" for number in range(3 * MOST_AT_ONCE)]
    for number, title in enumerate(titles):
        tell(office, title, (OLGA, ANTON, VERA, IDA)[number % 4])
    crowd = Crowd("whisper")
    with working(office, crowd):
        assert come_true(lambda: crowd.inside["whisper"] == MOST_AT_ONCE)
        crowd.let_go()
        assert come_true(lambda: len(told(office)) == len(titles), lambda: not office.store.outbox.counts().get("new"))
    assert sorted(told(office)) == sorted(titles)
    assert set(office.store.outbox.counts()) == {"sent"}


def test_of_a_backlog_of_answers_many_are_taken_in_one_transaction_and_people_take_turns(
    make_office: Callable[..., Office],
) -> None:
    taken: list[str] = []
    office = make_office(failpoint=taken.append)
    for number in range(MOST_AT_ONCE + 2):
        tell(office, f"olga {number}")
    tell(office, "anton", ANTON)
    taken.clear()
    titles = []
    for _ in range(MOST_AT_ONCE + 3):
        delivery = office.courier.take_answer()
        assert delivery
        (envelope,) = delivery.envelopes
        assert isinstance(envelope.notice, Whisper)
        titles.append(envelope.notice.reply.title)
    assert sum(name.startswith("before:bot.usecases.delivery.answers.Answers.take:") for name in taken) == 2
    assert "anton" in titles[:2]
    assert [title for title in titles if title != "anton"] == [f"olga {number}" for number in range(MOST_AT_ONCE + 2)]
    assert office.courier.take_answer() is None


def test_a_channel_that_takes_its_time_holds_up_no_answer(office: Office) -> None:
    office.take(office.typed(OLGA, "thing remove one"))
    crowd = Crowd(*POSTS)
    with working(office, crowd):
        assert come_true(lambda: crowd.inside["post"] == 1, lambda: crowd.inside["audit"] == 1)
        tell(office, "hello")
        assert come_true(lambda: "hello" in told(office))


def test_answers_that_take_their_time_hold_up_no_channel(office: Office) -> None:
    for number in range(MOST_AT_ONCE):
        tell(office, str(number))
    crowd = Crowd("whisper")
    with working(office, crowd):
        assert come_true(lambda: crowd.inside["whisper"] == MOST_AT_ONCE)
        receive(office.ctx, office.typed(OLGA, "thing remove one"))
        assert come_true(lambda: office.messenger.cards, lambda: office.messenger.audit)


def test_of_answers_to_people_who_are_not_on_the_list_one_is_under_way_at_a_time(office: Office) -> None:
    for number in range(5):
        tell(office, f"no {number}", GLEB)
    crowd = Crowd("whisper")
    with working(office, crowd):
        assert come_true(lambda: crowd.inside["whisper"] == 1)
        tell(office, "first")
        tell(office, "second", ANTON)
        assert come_true(lambda: crowd.inside["whisper"] == 3)
        assert crowd.most["whisper"] == 3
        crowd.let_go()
        assert come_true(lambda: len(told(office)) == 7)
    assert [title for title in told(office) if title.startswith("no")] == [f"no {number}" for number in range(5)]


def test_into_a_channel_one_post_is_under_way_at_a_time_and_posts_keep_their_order(office: Office) -> None:
    office.ctx.pace.gaps = NO_GAPS
    change = office.ask()
    for number in range(30):
        with office.store.unit_of_work() as store:
            say_under_card(office.ctx, change.number, f"{number} " + "x" * 1_500)
            store.record(Entry(tag=Tag.PROCESS_STARTED, actor="b24bot", subject=str(number)))
    crowd = Crowd()
    with working(office, crowd):
        assert come_true(lambda: set(office.store.outbox.counts()) == {"sent"})
    assert (crowd.most["reply"], crowd.most["audit"]) == (1, 1)
    assert [int(words.split()[1]) for words in office.threads] == list(range(30))
    said = [seq for seqs in office.messenger.audit for seq in seqs]
    assert said == sorted(said)


def test_a_rewrite_overtakes_a_post_that_takes_its_time(office: Office) -> None:
    office.ctx.pace.gaps = NO_GAPS
    change = office.ask()
    with office.store.unit_of_work():
        say_under_card(office.ctx, change.number, "a line")
    crowd = Crowd("reply")
    with working(office, crowd):
        assert come_true(lambda: crowd.inside["reply"] == 1)
        with office.store.unit_of_work():
            show_card(office.ctx, change.number)
        office.ctx.wake()
        assert come_true(lambda: [kind for kind, _ in office.messenger.said][-1:] == ["rewrite"])
        assert office.threads == []


def test_a_card_that_changes_while_it_is_posted_is_rewritten_after_that(office: Office) -> None:
    """Two senders with the same notice would show two cards, or write down one result for both."""
    office.ctx.pace.gaps = NO_GAPS
    office.take(office.typed(OLGA, "thing remove one"))
    number = office.change().number
    crowd = Crowd("post")
    with working(office, crowd):
        assert come_true(lambda: crowd.inside["post"] == 1)
        with office.store.unit_of_work() as store:
            show_card(office.ctx, number)
            # As if it stood already: what was posted is not written down yet.
            store.changes.note(number, {"card": "1.0"})
            # What is chosen after it shows that the senders have looked, and left it alone.
            say_in_thread_of(office.ctx, "COTHER", "1.0", "later")
        office.ctx.wake()
        assert come_true(lambda: ("note", "later") in office.messenger.said)
        assert crowd.most["rewrite"] == 0
        crowd.let_go()
        assert come_true(lambda: set(office.store.outbox.counts()) == {"sent"})
    assert [kind for kind, _ in office.messenger.said if kind in ("post", "rewrite")] == ["post", "rewrite"]


def test_an_answer_that_is_queued_anew_while_it_is_said_is_said_again_after_that(office: Office) -> None:
    def say(title: str) -> None:
        with office.store.unit_of_work():
            whisper(office.ctx, OLGA, "C1", Reply(title=title), key="whisper:stop:1:wait")
        office.ctx.wake()

    say("it waits")
    crowd = Crowd("whisper")
    with working(office, crowd):
        assert come_true(lambda: crowd.inside["whisper"] == 1)
        say("it is over")
        for number in range(4):
            tell(office, str(number), ANTON)
        # People take turns, so that hers would have come between his.
        assert come_true(lambda: crowd.inside["whisper"] >= 5)
        assert office.store.outbox.state_of("whisper:stop:1:wait") == "new"
        crowd.let_go()
        assert come_true(lambda: set(office.store.outbox.counts()) == {"sent"})
    assert [title for title in told(office) if title.startswith("it")] == ["it waits", "it is over"]


class Pause(threading.Event):
    """A wish to stop that comes while somebody waits for it, after another thread has tried to choose as well."""

    def __init__(self) -> None:
        super().__init__()
        self.paused = 0
        self.other: threading.Thread | None = None
        self.step: Callable[[], object] = lambda: None

    def wait(self, timeout: float | None = None) -> bool:
        self.paused += 1
        self.other = threading.Thread(target=self.step)
        self.other.start()
        self.other.join(0.2)
        self.set()
        return True


def test_what_one_sender_meets_while_it_chooses_the_others_do_not_meet_as_well() -> None:
    stopping, asked = Pause(), Counter[str]()

    def take() -> None:
        asked["once"] += 1
        raise RuntimeError("no database")

    senders = Senders(take=take, carry=lambda delivery: None, bell=Bell(), stopping=stopping)
    stopping.step = senders.step
    with pytest.raises(RuntimeError, match="no database"):
        senders.step()
    assert stopping.other
    stopping.other.join(WITHIN)
    assert (asked["once"], stopping.paused) == (1, 1)
