"""An approved change request is run once, after its intent is on disk, and ends with what is true."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import Tag
from bot.core.bot_errors import PluginFault, StoreUnavailable
from bot.core.change.change_request import Status
from bot.core.change.outcome import JUDGEMENT, Answers, Proof
from bot.core.parsing.invocation import understand
from bot.plugin import CallVerdict, Refusal, TargetUnreachable
from bot.store.engine.database import sqlite3
from bot.usecases.authority import card_token
from bot.usecases.chat.delivery_errors import Lost
from bot.usecases.notices.notifications import LASTS_MS
from bot.usecases.requests.planning import ask
from tests.language.english import en, raises
from tests.usecases.core_bot import ANTON, OLGA, REMOVE_ONE, VERA, CoreBot
from tests.usecases.toy import FORGED, Script, Toy


def tags(core_bot: CoreBot, subject: str = "CR-1001") -> list[str]:
    return [record.tag for record in core_bot.records("change:", subject)]


def test_what_was_approved_is_done_verified_recorded_and_told(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    core_bot.work()
    ended = core_bot.now(change)
    assert (ended.status, ended.outcome) == (
        Status.DONE,
        "Done and verified.\n• one is: red → absent",
    )
    assert ended.started_at is not None
    assert change.decided_at is not None
    assert change.decided_at < ended.started_at == ended.ended_at
    assert [(call.method, call.params) for call in core_bot.toy.calls] == [("thing.remove", {"ID": "one"})]
    assert "one" not in core_bot.toy.things
    assert tags(core_bot) == [
        *(Tag.CHANGE_REQUESTED, Tag.REVIEW_APPROVED, Tag.EXECUTION_INTENDED),
        *(Tag.CALL_ANSWERED, Tag.EXECUTION_ENDED),
    ]
    assert core_bot.threads[-1] == f"CR-1001 {mentions.person(OLGA)} {ended.outcome}"
    assert core_bot.messenger.cards[-1] == (1001, Status.DONE, "1.0")


def said_now(core_bot: CoreBot) -> list[tuple[int, Status, str]]:
    """How cards are shown by what is due at this moment."""
    before = len(core_bot.messenger.cards)
    while core_bot.dispatcher.deliver_one():
        pass
    return core_bot.messenger.cards[before:]


def test_a_short_run_costs_one_rewrite_which_tells_the_end(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    core_bot.press(ANTON, change)
    assert said_now(core_bot) == []
    core_bot.do_jobs()
    assert said_now(core_bot) == [(1001, Status.DONE, "1.0")]
    core_bot.clock.advance(60)
    assert said_now(core_bot) == []


def test_a_run_that_lasts_is_shown_while_it_runs(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    core_bot.press(ANTON, change)
    shown: list[object] = []

    def look(call: object) -> None:
        core_bot.clock.advance(LASTS_MS / 1_000 - 0.01)
        shown.append(said_now(core_bot))
        core_bot.clock.advance(0.01)
        shown.append(said_now(core_bot))

    core_bot.toy.on_call = look
    said_now(core_bot)
    core_bot.do_jobs()
    core_bot.clock.advance(1.2)
    shown.append(said_now(core_bot))
    assert shown == [[], [(1001, Status.RUNNING, "1.0")], [(1001, Status.DONE, "1.0")]]


def test_an_approval_that_has_to_wait_is_shown(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    core_bot.messenger.fail("audit", *[Lost("timeout")] * 10)
    core_bot.press(ANTON, change)
    assert said_now(core_bot) == []
    core_bot.clock.advance(1.2)
    assert said_now(core_bot) == [(1001, Status.APPROVED, "1.0")]


def test_the_intent_and_its_record_are_on_disk_when_the_call_is_made(core_bot: CoreBot) -> None:
    """Read by somebody else at that very moment; and no transaction is open while the portal works."""
    seen: list[object] = []

    def look(call: object) -> None:
        with closing(sqlite3.connect(core_bot.store.database.path)) as other:
            seen.append(other.execute("SELECT method FROM executions WHERE number = 1001").fetchall())
            seen.append(other.execute("SELECT status FROM changes").fetchall())
            seen.append(other.execute("SELECT tag FROM audit ORDER BY seq DESC LIMIT 1").fetchall())
        seen.append(core_bot.store.engine.in_transaction)

    core_bot.approved()
    core_bot.toy.on_call = look
    core_bot.work()
    assert seen == [[("thing.remove",)], [("running",)], [(Tag.EXECUTION_INTENDED,)], False]


def test_no_transaction_is_open_while_somebody_outside_works(core_bot: CoreBot) -> None:
    """Neither while a plugin reads nor while Slack is written to."""
    inside: list[str] = []

    def note(what: str) -> None:
        if core_bot.store.engine.in_transaction:
            inside.append(what)

    core_bot.toy.on_open = lambda: note("open")
    core_bot.toy.on_verify = lambda: note("verify")
    core_bot.toy.on_call = lambda call: note("call")
    core_bot.messenger.on_try = note
    change = core_bot.ask()
    core_bot.press(VERA, change, card_token.REJECT)
    core_bot.press(ANTON, change)
    core_bot.work()
    assert core_bot.now(change).status is Status.DONE
    assert {"post", "form", "reply", "rewrite", "audit"} <= set(core_bot.messenger.tried)
    assert inside == []


MOODY = "The toy is moody."
SCRIPTS: dict[Answers, list[Script]] = {
    Answers.DONE: [Script(effect=False), Script(effect=False)],
    Answers.SOME: [Script(effect=False), Script(effect=False, verdict=CallVerdict.FAILED, sentence=MOODY, code="E")],
    Answers.FAILED: [Script(effect=False, verdict=CallVerdict.FAILED, sentence=MOODY, code="E")],
    Answers.NOT_SENT: [Script(effect=False, verdict=CallVerdict.NOT_SENT, sentence=MOODY, code="E")],
    Answers.UNKNOWN: [Script(effect=False, verdict=CallVerdict.UNKNOWN, sentence=MOODY, code="E")],
}
COLOURS: dict[Proof, dict[str, str]] = {
    Proof.REACHED: {"one": "green", "two": "green"},
    Proof.UNCHANGED: {},
    Proof.PARTIAL: {"one": "green"},
    Proof.UNREAD: {},
    Proof.BLIND: {},
}


@pytest.mark.parametrize(("answers", "proof"), list(JUDGEMENT), ids=lambda value: str(value))
def test_every_answer_with_every_proof_ends_as_the_table_says(
    core_bot: CoreBot, answers: Answers, proof: Proof
) -> None:
    change = core_bot.approved("thing wave one two" if proof is Proof.BLIND else "thing swap one two")
    core_bot.toy.scripts.extend(SCRIPTS[answers])
    core_bot.toy.on_call = lambda call: core_bot.toy.things.update(COLOURS[proof])
    if proof is Proof.UNREAD:
        core_bot.toy.unreadable = TargetUnreachable("It does not answer.")
    core_bot.do_jobs(1)
    ended = core_bot.now(change)
    status, sentence = JUDGEMENT[answers, proof]
    assert ended.status is status
    assert en(ended.outcome).splitlines()[0] == en(sentence)
    assert (f"• {MOODY} (E)" in en(ended.outcome)) is (answers is not Answers.DONE)
    assert (ended.ended_at is None) is (status is Status.UNKNOWN)
    (record,) = core_bot.records(Tag.EXECUTION_ENDED)
    assert (record.facts["status"], record.facts["sentence"]) == (status, en(sentence))
    assert len(core_bot.toy.calls) == len(SCRIPTS[answers])


def test_the_answer_of_each_call_is_recorded_with_named_facts_only(core_bot: CoreBot) -> None:
    """A plugin that hands out a token by mistake does not get it into the log."""
    core_bot.approved()
    core_bot.toy.scripts.append(Script(verdict=CallVerdict.FAILED, effect=False, code="E_NO"))
    core_bot.work()
    (record,) = core_bot.records(Tag.CALL_ANSWERED)
    answered = {"method": "thing.remove", "verdict": "failed", "code": "E_NO", "milliseconds": 5}
    assert record.facts == {**REMOVE_ONE, **answered}
    assert not any("never to be recorded" in str(r.facts) for r in core_bot.store.audit.walk())
    (step,) = core_bot.store.changes.steps(1001)
    assert (step.method, step.verdict) == ("thing.remove", "failed")


def test_what_the_portal_says_mentions_nobody(core_bot: CoreBot) -> None:
    change = core_bot.approved("thing paint one")
    core_bot.toy.scripts.append(
        Script(verdict=CallVerdict.FAILED, effect=False, sentence=f"Ask {FORGED}.", code=FORGED)
    )
    core_bot.toy.on_call = lambda call: core_bot.toy.things.update(one=FORGED)
    core_bot.work()
    assert en(core_bot.now(change).outcome).splitlines()[1:] == ["• Ask UVICTIM.", "• one is: red → UVICTIM"]
    assert not any(FORGED in words for words in core_bot.threads)


def test_several_calls_are_made_in_order_each_after_its_own_intent(core_bot: CoreBot) -> None:
    intended: list[int] = []
    core_bot.toy.on_call = lambda call: intended.append(len(core_bot.store.changes.steps(1001)))
    change = core_bot.approved("thing swap one two")
    core_bot.work()
    assert core_bot.now(change).status is Status.DONE
    assert [call.params["ID"] for call in core_bot.toy.calls] == ["one", "two"]
    assert intended == [1, 2]
    assert len(core_bot.records(Tag.EXECUTION_INTENDED)) == 2


@pytest.mark.parametrize("verdict", [CallVerdict.FAILED, CallVerdict.NOT_SENT, CallVerdict.UNKNOWN])
def test_several_calls_stop_at_the_first_that_is_not_done(core_bot: CoreBot, verdict: CallVerdict) -> None:
    change = core_bot.approved("thing swap one two")
    core_bot.toy.scripts.append(Script(verdict=verdict, effect=False))
    core_bot.work()
    assert [call.params["ID"] for call in core_bot.toy.calls] == ["one"]
    assert len(core_bot.store.changes.steps(1001)) == 1
    assert core_bot.now(change).status is JUDGEMENT[Answers(verdict), Proof.UNCHANGED][0]


def test_a_second_call_that_fails_tells_that_part_of_it_happened(core_bot: CoreBot) -> None:
    change = core_bot.approved("thing swap one two")
    core_bot.toy.scripts.extend([Script(), Script(verdict=CallVerdict.FAILED, effect=False, sentence="No second.")])
    core_bot.work()
    _, sentence = JUDGEMENT[Answers.SOME, Proof.PARTIAL]
    assert core_bot.now(change).outcome == f"{en(sentence)}\n• No second.\n• one is: red → green"


def test_a_second_job_for_the_same_change_request_does_nothing(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    with core_bot.store.unit_of_work() as store:
        store.jobs.add("execute", "1001", at=0)
        store.jobs.add("execute", "4711", at=0)
    core_bot.work()
    assert core_bot.now(change).status is Status.DONE
    assert len(core_bot.toy.calls) == 1
    assert core_bot.store.engine.row("SELECT count(*) AS n FROM jobs") == {"n": 0}


def test_two_runners_with_the_same_change_request_make_one_call(core_bot: CoreBot) -> None:
    """Both have read and planned; one of them writes the intent."""
    core_bot.approved()
    with core_bot.store.unit_of_work() as store:
        store.jobs.add("execute", "1001", at=0)
    both = threading.Barrier(2)
    core_bot.toy.on_open = lambda: void(both.wait(timeout=10))
    threads = [threading.Thread(target=core_bot.do_jobs, args=(1,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(core_bot.toy.calls) == 1
    assert core_bot.now(core_bot.change(1001)).status is Status.DONE


def void(value: object) -> None:
    """Nothing of it."""


def test_what_is_withdrawn_while_it_is_planned_again_is_not_run(core_bot: CoreBot) -> None:
    change = core_bot.approved()

    def withdraw() -> None:
        core_bot.toy.on_open = lambda: None
        assert "is withdrawn" in core_bot.press(OLGA, change, card_token.WITHDRAW)

    core_bot.toy.on_open = withdraw
    core_bot.work()
    assert core_bot.now(change).status is Status.WITHDRAWN
    assert core_bot.toy.calls == []


def test_what_is_withdrawn_while_it_is_being_refused_stays_withdrawn(core_bot: CoreBot) -> None:
    """The ending that comes second writes nothing: no record, no line."""
    change = core_bot.approved()

    def withdraw() -> None:
        core_bot.toy.on_open = lambda: None
        core_bot.press(OLGA, change, card_token.WITHDRAW)
        core_bot.toy.closed = Refusal("Not any more.")

    core_bot.toy.on_open = withdraw
    core_bot.work()
    assert core_bot.now(change).status is Status.WITHDRAWN
    assert Tag.EXECUTION_STOPPED not in tags(core_bot)


def test_a_call_that_was_intended_before_is_never_made_again(core_bot: CoreBot) -> None:
    """Even if a fault brought the status back: the intent has its own key."""
    change = core_bot.approved()
    with core_bot.store.unit_of_work() as store:
        store.changes.intend(1001, 0, "thing.remove", at=0)
    core_bot.work()
    assert core_bot.toy.calls == []
    assert core_bot.now(change).status is Status.APPROVED
    core_bot.wait(605, step=30)
    assert core_bot.now(change).status is Status.EXPIRED
    assert core_bot.toy.calls == []


@pytest.mark.parametrize("effect", [True, False])
def test_a_plugin_that_breaks_in_the_call_loses_nothing(core_bot: CoreBot, effect: bool) -> None:
    """It becomes unknown, the requester is told with a reference, and reading back settles it without a call."""
    change = core_bot.approved()
    core_bot.toy.scripts.append(Script(effect=effect, error=ZeroDivisionError("in the toy")))
    core_bot.do_jobs(1)
    assert core_bot.now(change).status is Status.RUNNING
    assert [row.until for row in core_bot.store.leases.running()] == [0]
    core_bot.deliver()
    told = "CR-1001 (Remove one): Something went wrong inside b24bot. Tell an admin the reference E-"
    assert told in core_bot.last_private_notice
    core_bot.run_once()
    assert core_bot.now(change).status is (Status.DONE if effect else Status.UNKNOWN)
    core_bot.wait(90)
    assert core_bot.now(change).status is (Status.DONE if effect else Status.FAILED)
    assert len(core_bot.toy.calls) == 1


def test_a_plugin_that_breaks_in_reading_back_loses_nothing(
    core_bot: CoreBot, caplog: pytest.LogCaptureFixture
) -> None:
    """Its fault is logged once, and when it is over."""
    change = core_bot.approved()
    core_bot.toy.unreadable = ZeroDivisionError("in the toy")
    core_bot.work()
    core_bot.wait(120)
    assert core_bot.now(change).status is Status.UNKNOWN
    assert caplog.text.count("reading back CR-1001 met a fault (E-") == 1
    core_bot.toy.unreadable = None
    core_bot.wait(30)
    assert core_bot.now(change).status is Status.DONE
    assert len(core_bot.toy.calls) == 1
    assert "no longer: ZeroDivisionError: in the toy" in caplog.text


def test_a_plugin_that_breaks_in_planning_again_sends_nothing(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    core_bot.toy.closed = ZeroDivisionError("in the toy")
    core_bot.work()
    assert core_bot.now(change).status is Status.APPROVED
    core_bot.toy.closed = None
    core_bot.wait(10)
    assert core_bot.now(change).status is Status.DONE


def test_a_store_that_cannot_be_written_while_it_is_planned_again_ends_nothing(core_bot: CoreBot) -> None:
    """A plugin that renews its tokens meets a locked database."""
    change = core_bot.approved()
    core_bot.toy.closed = StoreUnavailable("The database cannot be written now.")
    core_bot.work()
    assert core_bot.now(change).status is Status.APPROVED
    core_bot.toy.closed = None
    core_bot.wait(10)
    assert core_bot.now(change).status is Status.DONE


def test_an_unnamed_answer_of_a_plugin_is_a_fault(core_bot: CoreBot) -> None:
    with raises(PluginFault, match="The plugin toy failed while it worked on `thing forget`"):
        ask("toy", understand(core_bot.ctx.registry, "thing forget"), Toy())


@pytest.mark.parametrize("stored", [(), ("thing.remove",)])
def test_a_call_that_only_stores_happens_in_one_transaction_with_its_answer(
    make_core_bot: Callable[..., CoreBot], stored: tuple[str, ...]
) -> None:
    """What the requester alone is to read cannot be lost between the two."""
    core_bot = make_core_bot(toy=Toy(stored_methods=stored))
    inside: list[bool] = []
    core_bot.toy.on_call = lambda call: inside.append(core_bot.store.engine.in_transaction)
    core_bot.approved()
    core_bot.work()
    assert inside == [bool(stored)]
