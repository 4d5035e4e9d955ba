"""A freeze, a withdrawal and a rejection hold from their acknowledgement: no first intent is written after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.authority.membership import MembershipStatus
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.pending_stop import STOP_LASTS_MS
from bot.core.messages.deliveries import Inbound
from bot.plugin import Call, Message
from bot.store.repositories.jobs import Job
from bot.usecases.admin.call_handlers import AFTER_FAULT, NOTES, UNCONFIRMED
from bot.usecases.authority import card_token
from bot.usecases.chat.delivery_errors import Lost
from bot.usecases.intake.receipts import receive
from bot.usecases.integrity.freezes import FROZEN
from bot.usecases.runtime.worker import perform_job
from tests.language.english import en
from tests.usecases.core_bot import ANTON, HOME, OLGA, STRANGER, VERA, VIKTOR, CoreBot

STOPS: dict[str, Callable[[CoreBot, ChangeRequest], Inbound]] = {
    "freeze": lambda core_bot, change: core_bot.typed(OLGA, "freeze it's losing messages"),
    "withdraw": lambda core_bot, change: core_bot.click(OLGA, change, card_token.WITHDRAW),
    "reject": lambda core_bot, change: core_bot.form(VERA, change, "the wrong one"),
}
FREEZES = {
    "freeze": "",
    "FREEZE!": "",
    "*freeze* now": "now",
    "freeze, now": "now",
    "Заморозить — портал теряет сообщения": "портал теряет сообщения",
    "заморозить --причина «теряет сообщения»": "теряет сообщения",
    "freeze —причина=теряет": "теряет",
    "freeze: --now": "now",
    "freeze -- now": "now",
    "freeze — the portal loses messages": "the portal loses messages",
    "freeze —everything is broken": "everything is broken",
    "freeze it --it loses messages": "it --it loses messages",
    "freeze —portal default loses messages": "portal default loses messages",
    "freeze --portal nosuch": "portal nosuch",
    "freeze --break-glass": "break-glass",
    "freeze --dry-run=x": "dry-run=x",
    'freeze --reason "the portal loses messages"': "the portal loses messages",
    "freeze —reason=“it loses” now": "it loses now",
    "freeze --reason": "",
    "freeze --reason it's broken": "it's broken",
    "freeze --reason “left open": "“left open",
    "freeze —it's \"so": "it's \"so",
    "freeze it\\": "it\\",
    f"freeze {'x' * 3_900}": "x" * 500,
    # A word that is too long to be looked through is left out whole: a part of a secret would not be found.
    f"freeze {'x' * 5_000}": "",
    f"freeze all {'x' * 5_000}": "all",
}
STOPPED = {"freeze": Status.FAILED, "withdraw": Status.WITHDRAWN, "reject": Status.REJECTED}
stopping = pytest.mark.parametrize("kind", STOPS)


def taken(core_bot: CoreBot) -> Job:
    """The job of what was approved, in the hands of a runner."""
    with core_bot.store.unit_of_work() as store:
        job = store.jobs.claim(core_bot.clock.now_ms())
    assert job is not None
    assert job.kind == "execute"
    return job


def let_facts_age(core_bot: CoreBot) -> None:
    """Slack has to be asked anew; the approval stays good."""
    core_bot.clock.advance(61)


def silence(core_bot: CoreBot) -> None:
    core_bot.messenger.on_try = lambda kind: _fail(kind)


def _fail(kind: str) -> None:
    if kind == "account":
        raise Lost("TimeoutError")


def speak(core_bot: CoreBot) -> None:
    core_bot.messenger.on_try = lambda kind: None


def private_titles(core_bot: CoreBot) -> list[str]:
    return [en(one.reply.title) for one in core_bot.messenger.private_notices]


def pending(core_bot: CoreBot) -> int:
    return len(core_bot.store.stops.pending())


def lifted(core_bot: CoreBot) -> list[tuple[str, str]]:
    return [(record.actor, record.subject) for record in core_bot.records(Tag.STOP_DISCARDED)]


@stopping
def test_a_stop_that_is_acknowledged_before_the_first_intent_holds(core_bot: CoreBot, kind: str) -> None:
    """A runner has the approved request already, and the job of the stop is not even taken."""
    change = core_bot.approved()
    job = taken(core_bot)
    receive(core_bot.ctx, STOPS[kind](core_bot, change))
    perform_job(core_bot.ctx, job)
    assert core_bot.now(change).status is Status.APPROVED
    assert core_bot.toy.calls == []
    core_bot.wait(2)
    assert core_bot.now(change).status is STOPPED[kind]
    assert core_bot.toy.calls == []
    assert (pending(core_bot), lifted(core_bot)) == (0, [])


@stopping
def test_a_stop_that_is_acknowledged_while_the_plan_is_made_again_holds(core_bot: CoreBot, kind: str) -> None:
    change = core_bot.approved()
    job, stop = taken(core_bot), STOPS[kind](core_bot, change)

    def stop_now() -> None:
        receive(core_bot.ctx, stop)

    core_bot.toy.on_open = stop_now
    perform_job(core_bot.ctx, job)
    assert core_bot.toy.calls == []
    core_bot.wait(2)
    assert core_bot.now(change).status is STOPPED[kind]
    assert core_bot.toy.calls == []


@stopping
def test_what_has_begun_before_the_stop_is_finished(core_bot: CoreBot, kind: str) -> None:
    change = core_bot.approved("thing swap one two", OLGA)
    stop = STOPS[kind](core_bot, change)
    stops = [stop]

    def stop_now(call: Call) -> None:
        if stops:
            receive(core_bot.ctx, stops.pop())

    core_bot.toy.on_call = stop_now
    core_bot.wait(2)
    assert core_bot.now(change).status is Status.DONE
    assert len(core_bot.toy.calls) == 2
    assert pending(core_bot) == 0


NO_STOPS: dict[str, Callable[[CoreBot, ChangeRequest], Inbound]] = {
    "freeze of a viewer": lambda core_bot, change: core_bot.typed(VIKTOR, "freeze"),
    "freeze of somebody unlisted": lambda core_bot, change: core_bot.typed(replace(OLGA, user="UNOBODY"), "freeze"),
    "freeze of another workspace": lambda core_bot, change: core_bot.typed(STRANGER, "freeze"),
    "freeze that is only shown": lambda core_bot, change: core_bot.typed(OLGA, "freeze --dry-run"),
    "another command": lambda core_bot, change: core_bot.typed(OLGA, "unfreeze"),
    "withdrawal by somebody else": lambda core_bot, change: core_bot.click(ANTON, change, card_token.WITHDRAW),
    "withdrawal with a forged button": lambda core_bot, change: core_bot.click(
        OLGA, change, card_token.WITHDRAW, value=f"{change.number}.{'0' * 16}.x.{'0' * 32}"
    ),
    "withdrawal on a copy of the card": lambda core_bot, change: core_bot.click(
        OLGA, change, card_token.WITHDRAW, channel="CELSEWHERE"
    ),
    "rejection by the requester": lambda core_bot, change: core_bot.form(OLGA, change, "no"),
    "rejection by a viewer": lambda core_bot, change: core_bot.form(VIKTOR, change, "no"),
    "rejection without a reason": lambda core_bot, change: core_bot.form(VERA, change, " "),
    "rejection by who approved": lambda core_bot, change: core_bot.form(ANTON, change, "no"),
    "the button that asks why": lambda core_bot, change: core_bot.click(VERA, change, card_token.REJECT),
}


@pytest.mark.parametrize("words", NO_STOPS)
def test_the_words_of_whom_the_allow_list_does_not_let_hold_nothing(core_bot: CoreBot, words: str) -> None:
    change = core_bot.approved()
    job = taken(core_bot)
    receive(core_bot.ctx, NO_STOPS[words](core_bot, change))
    assert pending(core_bot) == 0
    perform_job(core_bot.ctx, job)
    assert core_bot.now(change).status is Status.DONE


@pytest.mark.sampled(3)
@pytest.mark.parametrize("line", FREEZES)
def test_no_words_behind_freeze_keep_it_from_holding_and_they_are_the_reason(core_bot: CoreBot, line: str) -> None:
    change = core_bot.approved()
    receive(core_bot.ctx, core_bot.typed(OLGA, line))
    assert pending(core_bot) == 1
    core_bot.wait(2)
    assert (core_bot.now(change).status, core_bot.toy.calls) == (Status.FAILED, [])
    (record,) = core_bot.records(Tag.FROZEN)
    assert record.facts["reason"] == FREEZES[line]
    assert any(told.startswith("b24bot is frozen.") for told in private_titles(core_bot))


SECRET = "Cl13nt/S+crt="


@pytest.mark.parametrize(
    "words", ["freeze {}", "заморозить {}", "freeze: 401 for client_secret={}&x", "*Freeze* --reason '{}"]
)
@pytest.mark.parametrize("field", ["client_secret", "access", "token", "password"])
def test_a_freeze_with_a_secret_behind_it_holds_without_its_reason(core_bot: CoreBot, words: str, field: str) -> None:
    core_bot.store.secrets("toy").write("prod", {field: SECRET}, after=0)
    change = core_bot.approved()
    receive(core_bot.ctx, core_bot.typed(OLGA, words.format(SECRET)))
    assert pending(core_bot) == 1
    core_bot.wait(2)
    assert (core_bot.now(change).status, core_bot.toy.calls) == (Status.FAILED, [])
    (record,) = core_bot.records(Tag.FROZEN)
    assert str(record.facts["reason"]).startswith("the reason was left out because it looks like ")
    assert str(record.facts["reason"]).endswith(" of portal prod")
    assert en(Message("admin.frozen_without_reason")) in private_titles(core_bot)
    receive(core_bot.ctx, core_bot.typed(OLGA, words.format(SECRET)))
    core_bot.wait(2)
    assert "without its reason: the reason contained a secret of b24bot" in core_bot.last_private_notice
    assert SECRET.encode() not in core_bot.store.database.path.read_bytes()
    assert not any(SECRET in str(record.facts) for record in core_bot.store.audit.walk())


def test_a_rejection_with_a_secret_in_its_reason_holds_without_it(core_bot: CoreBot) -> None:
    core_bot.store.secrets("toy").write("prod", {"client_secret": SECRET}, after=0)
    change = core_bot.approved()
    receive(core_bot.ctx, core_bot.form(VERA, change, f"see {SECRET}"))
    assert pending(core_bot) == 1
    core_bot.wait(2)
    assert (core_bot.now(change).status, core_bot.toy.calls) == (Status.REJECTED, [])
    left_out = "the reason was left out because it looks like the client secret of portal prod"
    assert core_bot.now(change).outcome == f"Rejected: {left_out}"
    assert en(Message("review.rejected_reason_left_out", request=change.id)) in private_titles(core_bot)
    assert not any(SECRET in str(record.facts) for record in core_bot.store.audit.walk())


@pytest.mark.parametrize("line", ["freezer", "freeze --dry-run", "freeze —dry-run it's broken", "unfreeze"])
def test_a_line_that_is_no_freeze_or_shows_one_freezes_nothing(core_bot: CoreBot, line: str) -> None:
    receive(core_bot.ctx, core_bot.typed(OLGA, line))
    assert pending(core_bot) == 0
    core_bot.wait(2)
    assert not core_bot.store.facts.get(FROZEN)


@stopping
def test_the_stop_of_a_guest_is_lifted_on_the_record_and_what_waited_is_done(core_bot: CoreBot, kind: str) -> None:
    """The stored list lets them; Slack says that the account is no member's any more."""
    change = core_bot.approved()
    let_facts_age(core_bot)
    stop = core_bot.typed(VERA, "freeze") if kind == "freeze" else STOPS[kind](core_bot, change)
    core_bot.messenger.standings[stop.person] = MembershipStatus.GUEST
    receive(core_bot.ctx, stop)
    assert pending(core_bot) == 1
    core_bot.wait(2)
    assert lifted(core_bot) == [(stop.person.id, "b24bot" if kind == "freeze" else change.id)]
    assert pending(core_bot) == 0
    assert not core_bot.store.facts.get(FROZEN)
    ended = Status.FAILED if kind == "withdraw" else Status.DONE
    assert core_bot.now(change).status is ended, "what a guest asked for is not run either"


@stopping
def test_a_stop_is_confirmed_as_soon_as_slack_answers(core_bot: CoreBot, kind: str) -> None:
    change = core_bot.approved()
    let_facts_age(core_bot)
    silence(core_bot)
    receive(core_bot.ctx, STOPS[kind](core_bot, change))
    core_bot.wait(20)
    assert core_bot.now(change).status is Status.APPROVED
    said = [notice.reply.title for notice in core_bot.messenger.private_notices if "holds." in en(notice.reply.title)]
    assert len(said) == 1
    speak(core_bot)
    core_bot.wait(10)
    assert core_bot.now(change).status is STOPPED[kind]
    assert core_bot.toy.calls == []
    assert (pending(core_bot), lifted(core_bot)) == (0, [])


def test_a_freeze_that_slack_never_confirms_stays(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    let_facts_age(core_bot)
    silence(core_bot)
    receive(core_bot.ctx, core_bot.typed(OLGA, "freeze it loses messages"))
    core_bot.wait(STOP_LASTS_MS / 1000 + 1, step=1)
    assert "it loses messages" in (core_bot.store.facts.get(FROZEN) or "")
    (record,) = core_bot.records(Tag.FROZEN)
    assert (record.actor, record.facts["sentence"]) == (OLGA.id, en(NOTES[UNCONFIRMED]))
    assert core_bot.last_private_notice.startswith("b24bot is frozen, although Slack did not confirm your account")
    speak(core_bot)
    core_bot.wait(10)
    assert len(core_bot.records(Tag.FROZEN)) == 1, "the job that asked again freezes nothing a second time"
    assert core_bot.records(Tag.COMMAND_REFUSED) == []
    assert core_bot.now(change).status is Status.FAILED


@pytest.mark.parametrize("kind", ["withdraw", "reject"])
def test_another_stop_that_slack_never_confirms_is_lifted_on_the_record(core_bot: CoreBot, kind: str) -> None:
    change = core_bot.approved()
    let_facts_age(core_bot)
    silence(core_bot)
    stop = STOPS[kind](core_bot, change)
    receive(core_bot.ctx, stop)
    core_bot.wait(STOP_LASTS_MS / 1000 - 1, step=1)
    assert pending(core_bot) == 1
    core_bot.wait(2, step=1)
    assert lifted(core_bot) == [(stop.person.id, change.id)]
    assert (
        core_bot.last_private_notice
        == f"{change.id} was not stopped: Slack did not confirm your account within a minute. Try again."
    )
    speak(core_bot)
    core_bot.wait(10)
    assert core_bot.now(change).status is Status.DONE
    assert core_bot.records(Tag.REVIEW_REFUSED) == []


def test_a_freeze_of_who_lost_the_role_meanwhile_does_not_stay(core_bot: CoreBot) -> None:
    silence(core_bot)
    let_facts_age(core_bot)
    receive(core_bot.ctx, core_bot.typed(OLGA, "freeze"))
    with core_bot.store.unit_of_work() as store:
        store.engine.execute("UPDATE grants SET role = 'viewer' WHERE person = ?", OLGA.user)
    core_bot.stops.run_once()
    core_bot.clock.advance(STOP_LASTS_MS / 1000)
    core_bot.stops.run_once()
    assert not core_bot.store.facts.get(FROZEN)
    assert lifted(core_bot) == [(OLGA.id, "b24bot")]


@stopping
def test_a_stop_holds_through_a_restart(core_bot: CoreBot, kind: str) -> None:
    change = core_bot.approved()
    taken(core_bot)
    receive(core_bot.ctx, STOPS[kind](core_bot, change))
    core_bot.restart()
    with core_bot.store.unit_of_work() as store:
        stop, run = (store.jobs.claim(core_bot.clock.now_ms()) for _ in range(2))
    assert stop is not None
    assert run is not None
    perform_job(core_bot.ctx, run)
    assert core_bot.toy.calls == []
    perform_job(core_bot.ctx, stop)
    core_bot.wait(2)
    assert core_bot.now(change).status is STOPPED[kind]


@stopping
def test_a_clock_that_is_set_back_right_after_the_acknowledgement_loses_no_stop(core_bot: CoreBot, kind: str) -> None:
    """By the time of the day the job of the stop is due in ten minutes, and its minute is long over by then."""
    change = core_bot.approved()
    receive(core_bot.ctx, STOPS[kind](core_bot, change))
    core_bot.clock.set_by = -600_000
    core_bot.wait(STOP_LASTS_MS / 1000 + 10)
    assert core_bot.now(change).status is STOPPED[kind]
    assert (core_bot.toy.calls, pending(core_bot), lifted(core_bot)) == ([], 0, [])


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_that_is_set_ends_no_stop_before_its_minute(core_bot: CoreBot, minutes: int) -> None:
    change = core_bot.approved()
    let_facts_age(core_bot)
    silence(core_bot)
    receive(core_bot.ctx, STOPS["withdraw"](core_bot, change))
    core_bot.stops.run_once()
    core_bot.clock.set_by = minutes * 60_000
    core_bot.stops.run_once()
    core_bot.clock.advance(STOP_LASTS_MS / 1000 - 1)
    core_bot.stops.run_once()
    assert pending(core_bot) == 1
    core_bot.clock.advance(1)
    core_bot.stops.run_once()
    assert pending(core_bot) == 0


@stopping
def test_a_stop_whose_job_meets_a_fault_is_ended_with_words_of_its_own(core_bot: CoreBot, kind: str) -> None:
    """Nobody is told after a minute that Slack did not answer; a freeze stays, another stop is lifted on the record."""
    change = core_bot.approved()
    let_facts_age(core_bot)
    core_bot.messenger.on_try = lambda about: _break(about)
    receive(core_bot.ctx, STOPS[kind](core_bot, change))
    (stop,) = core_bot.store.stops.pending()
    with core_bot.store.unit_of_work() as store:
        job = store.jobs.claim(core_bot.clock.now_ms())
    assert job is not None
    perform_job(core_bot.ctx, job)
    assert pending(core_bot) == 0
    reply = core_bot.waiting_private_notices()[-1].reply
    assert en(reply.title).startswith("Something went wrong inside b24bot. Tell an admin the reference E-")
    if kind == "freeze":
        assert [en(note) for note in reply.notes] == ["b24bot is frozen. Two admins can unfreeze it."]
        assert core_bot.store.facts.get(FROZEN)
        assert [record.facts["sentence"] for record in core_bot.records(Tag.FROZEN)] == [en(NOTES[AFTER_FAULT])]
    else:
        assert [en(note) for note in reply.notes] == [f"{change.id} was not stopped. Try again."]
        assert lifted(core_bot) == [(stop.person.id, change.id)]
    speak(core_bot)
    core_bot.wait(STOP_LASTS_MS / 1000 + 1)
    assert not [one for one in core_bot.messenger.private_notices if "Slack did not say" in en(one.reply.title)]
    assert core_bot.now(change).status is (Status.FAILED if kind == "freeze" else Status.DONE)


def _break(about: str) -> None:
    if about == "account":
        raise ZeroDivisionError


@pytest.mark.parametrize("kind", ["withdraw", "reject"])
def test_a_stop_of_a_request_that_cannot_be_read_any_more_is_ended_all_the_same(core_bot: CoreBot, kind: str) -> None:
    change = core_bot.approved()
    receive(core_bot.ctx, STOPS[kind](core_bot, change))
    with core_bot.store.unit_of_work() as store:
        job = store.jobs.claim(core_bot.clock.now_ms())
        store.engine.execute("UPDATE changes SET decision = '{}' WHERE number = ?", change.number)
    assert job is not None
    perform_job(core_bot.ctx, job)
    assert pending(core_bot) == 0
    assert [subject for _, subject in lifted(core_bot)] == [change.id]


def test_a_freeze_that_is_pending_keeps_an_approval_from_being_used_up(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    receive(core_bot.ctx, core_bot.typed(OLGA, "freeze"))
    with core_bot.store.unit_of_work() as store:
        freeze = store.jobs.claim(core_bot.clock.now_ms())
    told = core_bot.press(ANTON, change)
    assert told.startswith("A freeze is waiting to be confirmed.")
    assert told.endswith("Press the button again after that.")
    assert (core_bot.now(change).status, core_bot.now(change).reviews) == (Status.PENDING, ())
    assert freeze is not None


@stopping
def test_a_stop_has_its_minute_anew_after_a_time_in_which_nothing_ran(core_bot: CoreBot, kind: str) -> None:
    """Nobody could ask Slack meanwhile, so nothing is lifted before it was asked."""
    change = core_bot.approved()
    let_facts_age(core_bot)
    receive(core_bot.ctx, STOPS[kind](core_bot, change))
    core_bot.clock.advance(2 * STOP_LASTS_MS / 1000)
    core_bot.restart()
    core_bot.stops.run_once()
    assert (pending(core_bot), lifted(core_bot)) == (1, [])
    core_bot.wait(2)
    assert core_bot.now(change).status is STOPPED[kind]
    assert (core_bot.toy.calls, lifted(core_bot)) == ([], [])


def test_a_freeze_whose_transaction_the_database_refuses_once_stays(core_bot: CoreBot) -> None:
    """It is no refusal of the freeze that its record could not be written at that moment."""
    receive(core_bot.ctx, core_bot.typed(OLGA, "freeze it loses messages"))
    with core_bot.store.unit_of_work() as store:
        store.engine.execute(
            "CREATE TRIGGER no_freeze BEFORE INSERT ON audit WHEN NEW.tag = 'bot:freeze:set' "
            "BEGIN SELECT RAISE(ABORT, 'disk on fire'); END"
        )
    core_bot.do_jobs()
    assert (pending(core_bot), lifted(core_bot)) == (1, [])
    with core_bot.store.unit_of_work() as store:
        store.engine.execute("DROP TRIGGER no_freeze")
    core_bot.wait(10)
    assert "it loses messages" in (core_bot.store.facts.get(FROZEN) or "")
    assert (pending(core_bot), lifted(core_bot)) == (0, [])


def test_a_freeze_whose_job_breaks_stays_all_the_same(core_bot: CoreBot) -> None:
    receive(core_bot.ctx, core_bot.typed(OLGA, "freeze"))
    core_bot.break_audit()
    core_bot.do_jobs()
    core_bot.mend_audit()
    assert pending(core_bot) == 1
    core_bot.wait(STOP_LASTS_MS / 1000 + 1)
    assert core_bot.store.facts.get(FROZEN)


@stopping
def test_before_slack_has_said_which_team_is_ours_a_stop_holds_too(core_bot: CoreBot, kind: str) -> None:
    change = core_bot.approved()
    core_bot.ctx.workspace.identify("")
    receive(core_bot.ctx, STOPS[kind](core_bot, change))
    assert pending(core_bot) == 1
    core_bot.ctx.workspace.identify(HOME)
    core_bot.wait(2)
    assert core_bot.now(change).status is STOPPED[kind]


def test_a_freeze_holds_no_change_of_the_bots_own_rules(core_bot: CoreBot) -> None:
    """It takes two admins to go on, so what they decide must not wait for a freeze."""
    change = core_bot.ask("thing remove one")
    receive(core_bot.ctx, core_bot.typed(OLGA, "freeze"))
    (stop,) = core_bot.store.stops.pending()
    assert stop.blocks(change)
    assert not stop.blocks(replace(change, local=True))


def test_what_was_settled_is_forgotten_with_its_receipt(core_bot: CoreBot) -> None:
    core_bot.type(OLGA, "freeze")
    now = core_bot.clock.now_ms()
    with core_bot.store.unit_of_work() as store:
        assert store.stops.forget(now) == 0
        assert store.stops.forget(now + 8 * 86_400_000) == 1
