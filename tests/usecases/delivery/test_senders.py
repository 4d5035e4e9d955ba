"""The worker's senders: answers wait for nothing, channels keep their order, and nothing is taken twice."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from bot.core.audit.audit_record import Entry, Tag
from bot.core.messages.notices import PrivateNotice
from bot.core.principals import Principal
from bot.plugin import Reply
from bot.plugin.loopback import wait_until
from bot.usecases.chat.channel_pace import NO_GAPS
from bot.usecases.delivery.answers import MOST_AT_ONCE
from bot.usecases.delivery.senders import Senders
from bot.usecases.intake.receipts import receive
from bot.usecases.notices.notifications import notify_person, post_in_thread, post_in_thread_of, queue_card
from bot.usecases.process.turns import Turns
from bot.usecases.process.wake_signal import WakeSignal
from bot.usecases.runtime.worker import Worker
from tests.language.english import en
from tests.usecases.core_bot import ANTON, GLEB, IDA, OLGA, VERA, CoreBot

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

    def release(self) -> None:
        with self._changed:
            self._held.clear()
            self._changed.notify_all()


@contextmanager
def working(core_bot: CoreBot, crowd: Crowd) -> Iterator[None]:
    """A worker runs, and nobody is held any more when it ends."""
    core_bot.messenger.on_try = crowd.enter
    worker = Worker(core_bot.ctx)
    worker.start()
    try:
        yield
    finally:
        crowd.release()
        worker.stop()


def tell(core_bot: CoreBot, title: str, who: Principal = OLGA) -> None:
    with core_bot.store.unit_of_work() as tx:
        notify_person(tx, core_bot.ctx, who, "C1", Reply(title=title))
    core_bot.ctx.threads.wake()


def told(core_bot: CoreBot) -> list[str]:
    return [en(one.reply.title) for one in core_bot.messenger.private_notices]


def come_true(*claims: Callable[[], object]) -> bool:
    return wait_until(lambda: all(claim() for claim in claims), within=WITHIN)


def test_many_answers_are_under_way_at_once_and_each_is_said_once(core_bot: CoreBot) -> None:
    titles = [f"answer {number}" for number in range(3 * MOST_AT_ONCE)]
    for number, title in enumerate(titles):
        tell(core_bot, title, (OLGA, ANTON, VERA, IDA)[number % 4])
    crowd = Crowd("whisper")
    with working(core_bot, crowd):
        assert come_true(lambda: crowd.inside["whisper"] == MOST_AT_ONCE)
        crowd.release()
        assert come_true(
            lambda: len(told(core_bot)) == len(titles), lambda: not core_bot.store.outbox.counts().get("new")
        )
    assert sorted(told(core_bot)) == sorted(titles)
    assert set(core_bot.store.outbox.counts()) == {"sent"}


def test_of_a_backlog_of_answers_many_are_taken_in_one_transaction_and_people_take_turns(
    make_core_bot: Callable[..., CoreBot],
) -> None:
    taken: list[str] = []
    core_bot = make_core_bot(failpoint=taken.append)
    for number in range(MOST_AT_ONCE + 2):
        tell(core_bot, f"olga {number}")
    tell(core_bot, "anton", ANTON)
    taken.clear()
    titles = []
    for _ in range(MOST_AT_ONCE + 3):
        delivery = core_bot.dispatcher.take_answer()
        assert delivery
        (envelope,) = delivery.envelopes
        assert isinstance(envelope.notice, PrivateNotice)
        titles.append(envelope.notice.reply.title)
    assert sum(name.startswith("before:bot.usecases.delivery.answers.Answers.take:") for name in taken) == 2
    assert "anton" in titles[:2]
    assert [title for title in titles if title != "anton"] == [f"olga {number}" for number in range(MOST_AT_ONCE + 2)]
    assert core_bot.dispatcher.take_answer() is None


def test_a_channel_that_takes_its_time_holds_up_no_answer(core_bot: CoreBot) -> None:
    core_bot.take(core_bot.typed(OLGA, "thing remove one"))
    crowd = Crowd(*POSTS)
    with working(core_bot, crowd):
        assert come_true(lambda: crowd.inside["post"] == 1, lambda: crowd.inside["audit"] == 1)
        tell(core_bot, "hello")
        assert come_true(lambda: "hello" in told(core_bot))


def test_answers_that_take_their_time_hold_up_no_channel(core_bot: CoreBot) -> None:
    for number in range(MOST_AT_ONCE):
        tell(core_bot, str(number))
    crowd = Crowd("whisper")
    with working(core_bot, crowd):
        assert come_true(lambda: crowd.inside["whisper"] == MOST_AT_ONCE)
        receive(core_bot.ctx, core_bot.typed(OLGA, "thing remove one"))
        assert come_true(lambda: core_bot.messenger.cards, lambda: core_bot.messenger.audit)


def test_of_answers_to_people_who_are_not_on_the_list_one_is_under_way_at_a_time(core_bot: CoreBot) -> None:
    for number in range(5):
        tell(core_bot, f"no {number}", GLEB)
    crowd = Crowd("whisper")
    with working(core_bot, crowd):
        assert come_true(lambda: crowd.inside["whisper"] == 1)
        tell(core_bot, "first")
        tell(core_bot, "second", ANTON)
        assert come_true(lambda: crowd.inside["whisper"] == 3)
        assert crowd.most["whisper"] == 3
        crowd.release()
        assert come_true(lambda: len(told(core_bot)) == 7)
    assert [title for title in told(core_bot) if title.startswith("no")] == [f"no {number}" for number in range(5)]


def test_into_a_channel_one_post_is_under_way_at_a_time_and_posts_keep_their_order(core_bot: CoreBot) -> None:
    core_bot.ctx.chat.pace.gaps = NO_GAPS
    change = core_bot.ask()
    for number in range(30):
        with core_bot.store.unit_of_work() as store:
            post_in_thread(store, core_bot.ctx, change.number, f"{number} " + "x" * 1_500)
            store.record(Entry(tag=Tag.PROCESS_STARTED, actor="b24bot", subject=str(number)))
    crowd = Crowd()
    with working(core_bot, crowd):
        assert come_true(lambda: set(core_bot.store.outbox.counts()) == {"sent"})
    assert (crowd.most["reply"], crowd.most["audit"]) == (1, 1)
    assert [int(words.split()[1]) for words in core_bot.threads] == list(range(30))
    said = [seq for seqs in core_bot.messenger.audit for seq in seqs]
    assert said == sorted(said)


def test_a_rewrite_overtakes_a_post_that_takes_its_time(core_bot: CoreBot) -> None:
    core_bot.ctx.chat.pace.gaps = NO_GAPS
    change = core_bot.ask()
    with core_bot.store.unit_of_work() as tx:
        post_in_thread(tx, core_bot.ctx, change.number, "a line")
    crowd = Crowd("reply")
    with working(core_bot, crowd):
        assert come_true(lambda: crowd.inside["reply"] == 1)
        with core_bot.store.unit_of_work() as tx:
            queue_card(tx, core_bot.ctx, change.number)
        core_bot.ctx.threads.wake()
        assert come_true(lambda: [kind for kind, _ in core_bot.messenger.said][-1:] == ["rewrite"])
        assert core_bot.threads == []


def test_a_card_that_changes_while_it_is_posted_is_rewritten_after_that(core_bot: CoreBot) -> None:
    """Two senders with the same notice would show two cards, or write down one result for both."""
    core_bot.ctx.chat.pace.gaps = NO_GAPS
    core_bot.take(core_bot.typed(OLGA, "thing remove one"))
    number = core_bot.change().number
    crowd = Crowd("post")
    with working(core_bot, crowd):
        assert come_true(lambda: crowd.inside["post"] == 1)
        with core_bot.store.unit_of_work() as store:
            queue_card(store, core_bot.ctx, number)
            # As if it stood already: what was posted is not written down yet.
            store.changes.note(number, {"card": "1.0"})
            # What is chosen after it shows that the senders have looked, and left it alone.
            post_in_thread_of(store, core_bot.ctx, "COTHER", "1.0", "later")
        core_bot.ctx.threads.wake()
        assert come_true(lambda: ("note", "later") in core_bot.messenger.said)
        assert crowd.most["rewrite"] == 0
        crowd.release()
        assert come_true(lambda: set(core_bot.store.outbox.counts()) == {"sent"})
    assert [kind for kind, _ in core_bot.messenger.said if kind in ("post", "rewrite")] == ["post", "rewrite"]


def test_an_answer_that_is_queued_anew_while_it_is_said_is_said_again_after_that(core_bot: CoreBot) -> None:
    def say(title: str) -> None:
        with core_bot.store.unit_of_work() as tx:
            notify_person(tx, core_bot.ctx, OLGA, "C1", Reply(title=title), key="whisper:stop:1:wait")
        core_bot.ctx.threads.wake()

    say("it waits")
    crowd = Crowd("whisper")
    with working(core_bot, crowd):
        assert come_true(lambda: crowd.inside["whisper"] == 1)
        say("it is over")
        for number in range(4):
            tell(core_bot, str(number), ANTON)
        # People take turns, so that hers would have come between his.
        assert come_true(lambda: crowd.inside["whisper"] >= 5)
        assert core_bot.store.outbox.state_of("whisper:stop:1:wait") == "new"
        crowd.release()
        assert come_true(lambda: set(core_bot.store.outbox.counts()) == {"sent"})
    assert [title for title in told(core_bot) if title.startswith("it")] == ["it waits", "it is over"]


def test_a_group_has_one_sender_until_it_has_more_to_send(core_bot: CoreBot) -> None:
    worker = Worker(core_bot.ctx)
    worker.start()
    assert sender_threads() == {"answers": 1, "posts": 1}
    worker.stop()
    crowd = Crowd("whisper")
    for number in range(3):
        tell(core_bot, str(number), OLGA)
    with working(core_bot, crowd):
        assert come_true(lambda: crowd.inside["whisper"] == 3)
        # One more waits to choose the next answer.
        assert come_true(lambda: sender_threads()["answers"] == 4)
        assert sender_threads()["posts"] == 1
        crowd.release()
        assert come_true(lambda: set(core_bot.store.outbox.counts()) == {"sent"})


def sender_threads() -> Counter[str]:
    return Counter(one.name for one in threading.enumerate() if one.name in ("answers", "posts"))


class Pause(threading.Event):
    """A request to stop that comes while somebody waits for it, after another thread has tried to choose as well."""

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

    turns = Turns(lambda: None, most=1)
    senders = Senders(take=take, carry=lambda delivery: None, turns=turns, signal=WakeSignal(), stopping=stopping)
    stopping.step = senders.step
    with pytest.raises(RuntimeError, match="no database"):
        senders.step()
    assert stopping.other
    stopping.other.join(WITHIN)
    assert (asked["once"], stopping.paused) == (1, 1)
