"""Every error code that Slack publishes, met by each kind of notice: only a refused content ends one, and no sentence
is untrue."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import Entry, Tag
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.messages.notices import Announcement, CardNotice, PrivateNotice, notice_from_json
from bot.playground.workspace.codes import CODES
from bot.plugin import Message, Reply
from bot.plugin.loopback import LoopbackReply
from bot.slack.outgoing.messenger import Gateway
from bot.usecases.authority import card_token
from bot.usecases.chat.chat_port import Channels, DirectRefused, SentDirectly
from bot.usecases.chat.delivery_errors import ChannelDead, DeliveryError, Impossible, Lost, Unchangeable
from bot.usecases.delivery.answers import DIRECT
from bot.usecases.delivery.cards import AGAIN
from bot.usecases.delivery.redelivery import LONGEST_REFUSED_MS
from bot.usecases.notices.notifications import announce, card_key, notify_person, post_in_thread, queue_card
from tests.language.english import en
from tests.slack.kit import a_change
from tests.slack.test_slack_errors import CONTENT, STANDING, answered
from tests.usecases.core_bot import ANTON, APPROVALS, AUDIT, OLGA, OPS, VERA, CoreBot

NEVER_HEARD_OF = "never_heard_of"


def error_of(code: str, say: Callable[[Gateway], object]) -> DeliveryError:
    """What the gateway makes of the code."""
    with pytest.raises(DeliveryError) as caught:
        say(answered(LoopbackReply.json({"ok": False, "error": code})))
    return caught.value


def post_error(code: str) -> DeliveryError:
    return error_of(code, lambda gateway: gateway.post_card(a_change()))


def update_error(code: str) -> DeliveryError:
    return error_of(code, lambda gateway: gateway.rewrite_card(a_change(card="1.1")))


def codes_of(method: str) -> list[str]:
    return [*sorted(CODES[method]), NEVER_HEARD_OF]


def pass_time(core_bot: CoreBot, seconds: float = 2 * LONGEST_REFUSED_MS / 1_000, step: float = 60) -> None:
    for _ in range(round(seconds / step)):
        core_bot.clock.advance(step)
        while core_bot.dispatcher.deliver_one():
            pass


def deliver(core_bot: CoreBot) -> None:
    while core_bot.dispatcher.deliver_one():
        pass


def told(core_bot: CoreBot, words: str) -> list[PrivateNotice]:
    return [one for one in core_bot.messenger.private_notices if words in en(one.reply.title)]


def opened(core_bot: CoreBot, thing: str, *, channel: str = OPS) -> ChangeRequest:
    """A change request whose card is about to be posted; everything before it is out."""
    core_bot.clock.advance(60)
    deliver(core_bot)
    core_bot.messenger.private_notices.clear()
    core_bot.take(core_bot.typed(OLGA, f"thing remove {thing}", channel=channel))
    return core_bot.change()


@pytest.mark.parametrize("code", sorted(CONTENT & CODES["chat.postMessage"]))
def test_a_request_whose_card_can_never_be_shown_is_not_taken_on(core_bot: CoreBot, code: str) -> None:
    change = opened(core_bot, "one")
    core_bot.messenger.fail("post", post_error(code))
    pass_time(core_bot, 1, 1)
    assert core_bot.now(change).status is Status.WITHDRAWN
    (said,) = told(core_bot, "was not accepted")
    assert f"({code})" in en(said.reply.title)
    assert en(AGAIN) not in said.reply.notes
    pass_time(core_bot, 3, 1)
    assert core_bot.messenger.bare == ["CR-1001 withdrawn"], "the bare card tells how it ended"
    assert core_bot.ask("thing remove one", VERA).status is Status.PENDING, "nothing is kept from others"
    assert "dead" not in core_bot.store.outbox.counts()


def test_a_card_refused_by_any_other_code_waits_and_its_requester_knows(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    for code in codes_of("chat.postMessage"):
        if code in CONTENT:
            continue
        with core_bot.store.unit_of_work() as store:
            store.changes.forget_card(change.number, core_bot.now(change).card or "", card_id=code)
            store.engine.execute("DELETE FROM outbox")
            queue_card(store, core_bot.ctx, change.number)
        core_bot.messenger.private_notices.clear()
        error = post_error(code)
        core_bot.messenger.fail("post", error)
        pass_time(core_bot, 1, 1)
        assert core_bot.now(change).card is None, code
        assert core_bot.store.outbox.state_of(card_key(change.number)) == "new", code
        assert core_bot.now(change).status is Status.PENDING, code
        pass_time(core_bot, 9, 3)
        assert core_bot.now(change).card is not None, code
        said = told(core_bot, "cannot be posted")
        assert len(said) == isinstance(error, ChannelDead), code
        for one in said:
            assert f"({code})" in en(one.reply.title)
            assert en(AGAIN) in one.reply.notes
            assert told(core_bot, f"is now in {mentions.channel(APPROVALS)}")
    assert "dead" not in core_bot.store.outbox.counts()


def test_whatever_refuses_a_rewrite_for_good_is_answered_by_a_new_card_that_voids_the_old_one(
    core_bot: CoreBot,
) -> None:
    change = core_bot.ask()
    for code in codes_of("chat.update"):
        first, shown = core_bot.now(change), len(core_bot.messenger.cards)
        core_bot.messenger.fail("rewrite", update_error(code))
        with core_bot.store.unit_of_work() as tx:
            queue_card(tx, core_bot.ctx, change.number)
        pass_time(core_bot, 12, 3)
        now = core_bot.now(change)
        if code in STANDING:
            assert now.card not in (None, first.card), code
            assert now.card_id != first.card_id, code
        else:
            assert (now.card, now.card_id) == (first.card, first.card_id), code
        if code in CONTENT:
            assert core_bot.store.outbox.state_of(card_key(change.number)) == "dead", (
                "the card that stands still counts"
            )
        else:
            assert len(core_bot.messenger.cards) == shown + 1, code


def test_a_card_whose_ending_cannot_be_shown_in_full_shows_it_bare(core_bot: CoreBot) -> None:
    """Its buttons are gone, so nobody takes it for one that waits."""
    change = core_bot.ask()
    core_bot.messenger.fail("rewrite", *[Impossible("msg_too_long")] * 1)
    core_bot.press(OLGA, change, card_token.WITHDRAW)
    pass_time(core_bot, 6, 3)
    assert core_bot.messenger.bare == ["CR-1001 withdrawn"]
    assert "dead" not in core_bot.store.outbox.counts()


@pytest.mark.parametrize("kind", ["reply", "note", "audit", "whisper"])
def test_a_refused_line_announcement_audit_line_or_answer_waits_and_gets_out(core_bot: CoreBot, kind: str) -> None:
    """An announcement is a `note` to the messenger. An audit line goes out whatever the code is about."""
    change = core_bot.ask()
    codes = sorted(set(codes_of("chat.postMessage")) | set(codes_of("chat.postEphemeral")))
    for code in codes:
        core_bot.clock.advance(3)
        core_bot.messenger.said.clear()
        core_bot.messenger.fail(kind, post_error(code))
        with core_bot.store.unit_of_work() as store:
            if kind == "reply":
                post_in_thread(store, core_bot.ctx, change.number, code)
            elif kind == "note":
                core_bot.configure(channels=Channels(approval=APPROVALS))
                announce(store, core_bot.ctx, code)
                core_bot.configure(channels=Channels(approval=APPROVALS, audit=AUDIT))
            elif kind == "audit":
                store.record(Entry(tag=Tag.PROCESS_STARTED, actor="b24bot", subject=code))
            else:
                notify_person(store, core_bot.ctx, OLGA, OPS, Reply(title=code))
        deliver(core_bot)
        dead = core_bot.store.outbox.counts().get("dead", 0)
        pass_time(core_bot, 8, 4)
        got_out = [words for said, words in core_bot.messenger.said if said == kind]
        if code in CONTENT and kind != "audit":
            assert (dead, got_out) == (1, []), code
            with core_bot.store.unit_of_work() as store:
                store.outbox.discard(store.outbox.entries(["dead"], limit=1)[0].id)
        else:
            assert dead == 0, code
            assert len(got_out) >= 1, code
    assert core_bot.store.audit.broken_at() is None


def test_a_form_that_is_refused_says_why_and_rejects_nothing(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    for code in codes_of("views.open"):
        core_bot.messenger.fail("form", error_of(code, lambda gateway: gateway.ask_reason("1.2", a_change(), "x")))
        said = core_bot.press(ANTON, change, card_token.REJECT)
        assert said.startswith("CR-1001 was not rejected. Slack "), code
        assert f"({code if code != 'rate_limited' else 'ratelimited'})" in said
        core_bot.clock.advance(1)
    assert core_bot.now(change).status is Status.PENDING


def test_an_unknown_code_steps_aside_and_is_tried_for_a_day_at_least_every_quarter_of_an_hour(
    core_bot: CoreBot,
) -> None:
    change = core_bot.ask()
    with core_bot.store.unit_of_work() as tx:
        post_in_thread(tx, core_bot.ctx, change.number, "refused")
    tries: list[int] = []
    core_bot.messenger.on_try = lambda kind: tries.append(core_bot.clock.now_ms()) if kind == "reply" else None
    core_bot.messenger.fail("reply", *[ChannelDead(NEVER_HEARD_OF)] * 10_000)
    while len(tries) < 3:
        pass_time(core_bot, 1, 1)
    core_bot.take(core_bot.typed(OLGA, "thing remove two"))
    pass_time(core_bot, 2, 1)
    assert 1002 in [number for number, _, _ in core_bot.messenger.cards], "later posts of the channel pass it"
    pass_time(core_bot, 86_400, 300)
    gaps = [later - earlier for earlier, later in pairwise(tries)]
    assert max(gaps) <= LONGEST_REFUSED_MS + 300_000
    assert [one.error for one in core_bot.store.outbox.refused()] == [NEVER_HEARD_OF]
    assert len(tries) < 86_400_000 / LONGEST_REFUSED_MS * 4, "backed off"


def test_a_channel_that_takes_messages_again_gets_all_that_waited_at_once(core_bot: CoreBot) -> None:
    for thing in ("one", "two"):
        core_bot.take(core_bot.typed(OLGA, f"thing remove {thing}"))
    core_bot.messenger.fail("post", *[ChannelDead("is_archived")] * 1_000)
    pass_time(core_bot, 7_200, 60)
    assert core_bot.messenger.cards == []
    core_bot.messenger.faults.clear()
    with core_bot.store.unit_of_work() as store:
        waiting = store.outbox.refused()
        store.outbox.hurry_one(waiting[0].id)
    pass_time(core_bot, 5, 1)
    assert [number for number, _, _ in core_bot.messenger.cards] == [1001, 1002]


def test_a_restart_tries_what_waits_at_once(core_bot: CoreBot) -> None:
    """Whoever restarts it may have put a new token in."""
    core_bot.take(core_bot.typed(OLGA, "thing remove one"))
    core_bot.messenger.fail("post", *[ChannelDead("token_revoked")] * 1_000)
    pass_time(core_bot, 7_200, 60)
    core_bot.messenger.faults.clear()
    core_bot.restart()
    deliver(core_bot)
    assert [number for number, _, _ in core_bot.messenger.cards] == [1001]


def test_audit_lines_that_slack_refuses_together_are_halved_and_the_bad_one_goes_without_its_words(
    core_bot: CoreBot,
) -> None:
    with core_bot.store.unit_of_work() as store:
        seqs = [store.record(Entry(tag=Tag.PROCESS_STARTED, actor="b24bot", subject=str(n))) for n in range(4)]
    bad = Impossible("invalid_blocks")
    core_bot.messenger.fail("audit", bad, None, bad, bad)
    pass_time(core_bot, 60, 1)
    assert core_bot.messenger.audit == [seqs[:2], [seqs[2]], [seqs[3]]]
    assert core_bot.messenger.bare == [f"#{seqs[2]}"]
    with core_bot.store.unit_of_work() as store:
        again = [store.record(Entry(tag=Tag.PROCESS_STARTED, actor="b24bot", subject=str(n))) for n in range(2)]
    pass_time(core_bot, 5, 1)
    assert core_bot.messenger.audit[-1] == again, "from then on they share messages again"


def test_a_card_that_cannot_be_rewritten_says_in_its_thread_that_another_one_counts(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    first = core_bot.now(change)
    core_bot.messenger.fail("rewrite", Unchangeable("cant_update_message"))
    core_bot.press(ANTON, change)
    core_bot.work()
    ((thread, words),) = core_bot.messenger.under
    assert thread == first.card
    assert "A new card of CR-1001 replaces" in words
    assert core_bot.now(change).status is Status.DONE
    assert core_bot.messenger.shown[change.number].status is Status.DONE
    stale = core_bot.click(VERA, core_bot.now(change), card_token.APPROVE, value=core_bot.value(first))
    assert "The card of CR-1001 has been posted again." in core_bot.hears(stale)


def test_the_card_in_the_place_of_another_is_a_post_and_keeps_the_pace_of_the_channel(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    core_bot.messenger.fail("rewrite", Unchangeable("cant_update_message"))
    posts: dict[str, int] = {}

    def note(kind: str) -> None:
        posts[kind] = core_bot.clock.now_ms()

    core_bot.messenger.on_try = note
    with core_bot.store.unit_of_work() as tx:
        post_in_thread(tx, core_bot.ctx, change.number, "a line")
        queue_card(tx, core_bot.ctx, change.number)
    for _ in range(20):
        while core_bot.dispatcher.deliver_one():
            pass
        core_bot.clock.advance(0.25)
    moments = sorted(posts[kind] for kind in ("reply", "post", "note"))
    assert all(later - earlier >= 1_000 for earlier, later in pairwise(moments))


def test_a_card_that_only_cannot_be_edited_is_not_posted_anew_each_time_somebody_looks(core_bot: CoreBot) -> None:
    """`edit_window_closed`: what a card shows is still true while nothing has changed."""
    core_bot.ask()
    core_bot.messenger.fail("rewrite", *[Unchangeable("edit_window_closed")] * 12)
    core_bot.wait(3_000, step=10)
    assert [kind for kind, _ in core_bot.messenger.said].count("post") == 1


def test_a_card_that_gets_lost_for_long_is_told_to_the_requester(core_bot: CoreBot) -> None:
    opened(core_bot, "one")
    core_bot.messenger.fail("post", *[Lost("internal_error")] * 4)
    pass_time(core_bot, 60, 1)
    (said,) = told(core_bot, "cannot be posted")
    assert "Slack has an internal problem (internal_error)" in en(said.reply.title)
    assert told(core_bot, "is now in")


# Without an approval channel


@pytest.fixture
def roaming(make_core_bot: Callable[..., CoreBot]) -> CoreBot:
    """No approval channel is set, which is the default."""
    return make_core_bot(channels=Channels(audit=AUDIT))


@pytest.mark.parametrize("code", ["not_in_channel", "channel_not_found", "is_archived", "restricted_action"])
def test_a_request_whose_card_its_place_refuses_is_not_taken_on_and_locks_nothing(roaming: CoreBot, code: str) -> None:
    change = opened(roaming, "one")
    roaming.messenger.fail("post", ChannelDead(code))
    deliver(roaming)
    ended = roaming.now(change)
    assert ended.status is Status.WITHDRAWN
    assert en(ended.outcome).startswith("The request was not accepted. The card cannot be posted in")
    (said,) = told(roaming, "was not accepted")
    assert (said.answer_url, said.channel) == ("https://hooks.slack.com/commands/1", OPS)
    assert said.reply.notes[-1] == en(Message("delivery.set_approval_channel"))
    (record,) = roaming.records(Tag.CHANGE_WITHDRAWN)
    assert (record.actor, record.subject) == ("b24bot", change.id)
    roaming.work()
    assert roaming.messenger.cards == []
    assert set(roaming.store.outbox.counts()) == {"sent"}
    assert roaming.ask("thing remove one", VERA).status is Status.PENDING, "nothing is kept from others"


@pytest.mark.parametrize("code", [NEVER_HEARD_OF, "missing_scope", "token_revoked"])
def test_a_refusal_that_is_not_the_places_lets_the_request_wait(roaming: CoreBot, code: str) -> None:
    change = opened(roaming, "one")
    roaming.messenger.fail("post", ChannelDead(code))
    deliver(roaming)
    assert roaming.now(change).status is Status.PENDING
    pass_time(roaming, 10, 1)
    assert roaming.now(change).card is not None


def test_a_copy_of_a_card_of_a_request_that_was_not_taken_on_decides_nothing(roaming: CoreBot) -> None:
    """The first answer was lost, so a card with buttons may stand; then the bot was taken out of the channel."""
    change = opened(roaming, "one")
    roaming.messenger.fail("post", Lost("timeout"), ChannelDead("not_in_channel"))
    pass_time(roaming, 10, 1)
    assert roaming.now(change).status is Status.WITHDRAWN
    assert ": withdrawn" in roaming.press(ANTON, change)
    roaming.work()
    assert roaming.toy.calls == []


def test_an_approval_on_a_copy_whose_answer_was_lost_is_kept_when_the_place_refuses_the_next_try(
    roaming: CoreBot,
) -> None:
    change = opened(roaming, "one")
    roaming.messenger.fail("post", Lost("timeout"), *[ChannelDead("not_in_channel")] * 50)
    roaming.dispatcher.deliver_one()
    deliver(roaming)
    assert roaming.press(ANTON, change) == ""
    pass_time(roaming, 10, 1)
    assert roaming.now(change).status is Status.APPROVED


def test_a_request_is_not_taken_on_also_when_the_process_dies_before_it_is_written_down(roaming: CoreBot) -> None:
    change = opened(roaming, "one")
    with roaming.store.unit_of_work() as store:
        store.outbox.claim(roaming.clock.now_ms(), kind="card")
    roaming.restart()
    roaming.messenger.fail("post", ChannelDead("not_in_channel"))
    deliver(roaming)
    assert roaming.now(change).status is Status.WITHDRAWN


# Direct messages that are off


def test_without_direct_messages_the_requester_is_told_under_the_card(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    core_bot.messenger.fail("whisper", *[ChannelDead("messages_tab_disabled")] * 50)
    with core_bot.store.unit_of_work() as tx:
        notify_person(tx, core_bot.ctx, OLGA, "", Reply(title="It waits.", notes=("Look.",)), number=change.number)
    pass_time(core_bot, 10, 1)
    assert core_bot.threads[-1] == f"CR-1001 {mentions.person(OLGA)} It waits. Look."
    assert core_bot.threads.count(core_bot.threads[-1]) == 1
    health = core_bot.store.outbox.channel(DIRECT)
    assert health is not None
    assert (health.working, health.reason) == (False, "messages_tab_disabled")
    assert core_bot.store.outbox.refused() == []


def test_that_direct_messages_work_again_is_kept(core_bot: CoreBot) -> None:
    for way, working in ((DirectRefused(reason="messages_tab_disabled"), False), (SentDirectly(), True)):
        core_bot.messenger.way = way
        with core_bot.store.unit_of_work() as tx:
            notify_person(tx, core_bot.ctx, OLGA, "", Reply(title="Hello"))
        deliver(core_bot)
        health = core_bot.store.outbox.channel(DIRECT)
        assert health is not None
        assert health.working is working


def test_one_person_whom_no_direct_message_reaches_says_nothing_of_all_others(core_bot: CoreBot) -> None:
    core_bot.messenger.way = DirectRefused(reason="user_not_found")
    with core_bot.store.unit_of_work() as tx:
        notify_person(tx, core_bot.ctx, OLGA, "", Reply(title="Hello"))
    deliver(core_bot)
    assert core_bot.last_private_notice == "Hello"
    assert core_bot.store.outbox.channel(DIRECT) is None


def test_a_line_under_a_card_that_was_deleted_goes_under_the_card_in_its_place(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    core_bot.messenger.fail("reply", ChannelDead("thread_not_found"))
    core_bot.messenger.fail("rewrite", Unchangeable("message_not_found"))
    with core_bot.store.unit_of_work() as tx:
        post_in_thread(tx, core_bot.ctx, change.number, "a line")
    pass_time(core_bot, 9, 3)
    assert core_bot.now(change).card == "2.0"
    assert core_bot.threads == ["CR-1001 a line"]


@pytest.mark.parametrize("code", codes_of("users.info"))
def test_a_person_slack_does_not_tell_of_is_told_why_and_what_to_do(core_bot: CoreBot, code: str) -> None:
    error = error_of(code, lambda gateway: gateway.identify())
    core_bot.messenger.fail("account", error)
    said = core_bot.type(OLGA, "thing list")
    assert said.startswith("Slack could not be asked who you are")
    if isinstance(error, ChannelDead):
        assert f"({code})" in said
        assert "Try again in a moment" not in said
    else:
        assert said.endswith("Try again in a moment.")


def test_notices_that_waited_before_the_upgrade_are_read() -> None:
    assert notice_from_json("card", '{"number": 1001}') == CardNotice(number=1001)
    assert notice_from_json("announcement", '{"channel": "C1", "text": "x"}') == Announcement(channel="C1", text="x")
