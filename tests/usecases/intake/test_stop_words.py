"""A freeze, a withdrawal and a rejection hold from their acknowledgement: no first intent is written after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.authority.membership import Standing
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.pending_stop import STOP_LASTS_MS
from bot.core.messages.deliveries import Inbound
from bot.plugin import Call
from bot.store.repositories.jobs import Job
from bot.usecases.authority import card_token
from bot.usecases.delivery_errors import Lost
from bot.usecases.intake.receipts import receive
from bot.usecases.intake.stop_words import FAULTY, UNCONFIRMED
from bot.usecases.integrity.active_limits import FROZEN
from bot.usecases.runtime.worker import perform_job
from tests.usecases.office import ANTON, HOME, OLGA, STRANGER, VERA, VIKTOR, Office

STOPS: dict[str, Callable[[Office, ChangeRequest], Inbound]] = {
    "freeze": lambda office, change: office.typed(OLGA, "freeze it's losing messages"),
    "withdraw": lambda office, change: office.click(OLGA, change, card_token.WITHDRAW),
    "reject": lambda office, change: office.form(VERA, change, "the wrong one"),
}
FREEZES = {
    "freeze": "",
    "FREEZE!": "",
    "*freeze* now": "now",
    "freeze, now": "now",
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


def taken(office: Office) -> Job:
    """The job of what was approved, in the hands of a runner."""
    with office.store.unit_of_work() as store:
        job = store.jobs.claim(office.clock.now_ms())
    assert job is not None
    assert job.kind == "execute"
    return job


def let_facts_age(office: Office) -> None:
    """Slack has to be asked anew; the approval stays good."""
    office.clock.advance(61)


def silence(office: Office) -> None:
    office.messenger.on_try = lambda kind: _fail(kind)


def _fail(kind: str) -> None:
    if kind == "account":
        raise Lost("TimeoutError")


def speak(office: Office) -> None:
    office.messenger.on_try = lambda kind: None


def pending(office: Office) -> int:
    return len(office.store.stops.pending())


def lifted(office: Office) -> list[tuple[str, str]]:
    return [(record.actor, record.subject) for record in office.records(Tag.STOP_LIFTED)]


@stopping
def test_a_stop_that_is_acknowledged_before_the_first_intent_holds(office: Office, kind: str) -> None:
    """A runner has the approved request already, and the job of the stop is not even taken."""
    change = office.approved()
    job = taken(office)
    receive(office.ctx, STOPS[kind](office, change))
    perform_job(office.ctx, job)
    assert office.now(change).status is Status.APPROVED
    assert office.toy.calls == []
    office.wait(2)
    assert office.now(change).status is STOPPED[kind]
    assert office.toy.calls == []
    assert (pending(office), lifted(office)) == (0, [])


@stopping
def test_a_stop_that_is_acknowledged_while_the_plan_is_made_again_holds(office: Office, kind: str) -> None:
    change = office.approved()
    job, stop = taken(office), STOPS[kind](office, change)

    def stop_now() -> None:
        receive(office.ctx, stop)

    office.toy.on_open = stop_now
    perform_job(office.ctx, job)
    assert office.toy.calls == []
    office.wait(2)
    assert office.now(change).status is STOPPED[kind]
    assert office.toy.calls == []


@stopping
def test_what_has_begun_before_the_stop_is_finished(office: Office, kind: str) -> None:
    change = office.approved("thing swap one two", OLGA)
    stop = STOPS[kind](office, change)
    stops = [stop]

    def stop_now(call: Call) -> None:
        if stops:
            receive(office.ctx, stops.pop())

    office.toy.on_call = stop_now
    office.wait(2)
    assert office.now(change).status is Status.DONE
    assert len(office.toy.calls) == 2
    assert pending(office) == 0


NO_STOPS: dict[str, Callable[[Office, ChangeRequest], Inbound]] = {
    "freeze of a viewer": lambda office, change: office.typed(VIKTOR, "freeze"),
    "freeze of somebody unlisted": lambda office, change: office.typed(replace(OLGA, user="UNOBODY"), "freeze"),
    "freeze of another workspace": lambda office, change: office.typed(STRANGER, "freeze"),
    "freeze that is only shown": lambda office, change: office.typed(OLGA, "freeze --dry-run"),
    "another command": lambda office, change: office.typed(OLGA, "unfreeze"),
    "withdrawal by somebody else": lambda office, change: office.click(ANTON, change, card_token.WITHDRAW),
    "withdrawal with a forged button": lambda office, change: office.click(
        OLGA, change, card_token.WITHDRAW, value=f"{change.number}.{'0' * 16}.x.{'0' * 32}"
    ),
    "withdrawal on a copy of the card": lambda office, change: office.click(
        OLGA, change, card_token.WITHDRAW, channel="CELSEWHERE"
    ),
    "rejection by the requester": lambda office, change: office.form(OLGA, change, "no"),
    "rejection by a viewer": lambda office, change: office.form(VIKTOR, change, "no"),
    "rejection without a reason": lambda office, change: office.form(VERA, change, " "),
    "rejection by who approved": lambda office, change: office.form(ANTON, change, "no"),
    "the button that asks why": lambda office, change: office.click(VERA, change, card_token.REJECT),
}


@pytest.mark.parametrize("words", NO_STOPS)
def test_the_words_of_whom_the_allow_list_does_not_let_hold_nothing(office: Office, words: str) -> None:
    change = office.approved()
    job = taken(office)
    receive(office.ctx, NO_STOPS[words](office, change))
    assert pending(office) == 0
    perform_job(office.ctx, job)
    assert office.now(change).status is Status.DONE


@pytest.mark.parametrize("line", FREEZES)
def test_no_words_behind_freeze_keep_it_from_holding_and_they_are_the_reason(office: Office, line: str) -> None:
    change = office.approved()
    receive(office.ctx, office.typed(OLGA, line))
    assert pending(office) == 1
    office.wait(2)
    assert (office.now(change).status, office.toy.calls) == (Status.FAILED, [])
    (record,) = office.records(Tag.FROZEN)
    assert record.facts["reason"] == FREEZES[line]
    assert office.last_whisper.startswith("b24bot is frozen.")


SECRET = "Cl13nt/S+crt="


@pytest.mark.parametrize("words", ["freeze {}", "freeze: 401 for client_secret={}&x", "*Freeze* --reason '{}"])
@pytest.mark.parametrize("field", ["client_secret", "access", "token", "password"])
def test_a_freeze_with_a_secret_behind_it_holds_without_its_reason(office: Office, words: str, field: str) -> None:
    office.store.secrets("toy").write("prod", {field: SECRET}, after=0)
    change = office.approved()
    receive(office.ctx, office.typed(OLGA, words.format(SECRET)))
    assert pending(office) == 1
    office.wait(2)
    assert (office.now(change).status, office.toy.calls) == (Status.FAILED, [])
    (record,) = office.records(Tag.FROZEN)
    assert str(record.facts["reason"]).startswith("the reason was left out because it looks like ")
    assert str(record.facts["reason"]).endswith(" of portal prod")
    assert office.last_whisper.startswith(f"b24bot is frozen; {record.facts['reason']}. Nothing that changes")
    receive(office.ctx, office.typed(OLGA, words.format(SECRET)))
    office.wait(2)
    assert "The reason was left out because it looks like" in office.last_whisper
    assert SECRET.encode() not in office.store.database.path.read_bytes()
    assert not any(SECRET in str(record.facts) for record in office.store.audit.walk())


def test_a_rejection_with_a_secret_in_its_reason_holds_without_it(office: Office) -> None:
    office.store.secrets("toy").write("prod", {"client_secret": SECRET}, after=0)
    change = office.approved()
    receive(office.ctx, office.form(VERA, change, f"see {SECRET}"))
    assert pending(office) == 1
    office.wait(2)
    assert (office.now(change).status, office.toy.calls) == (Status.REJECTED, [])
    left_out = "the reason was left out because it looks like the client secret of portal prod"
    assert office.now(change).outcome == f"Rejected: {left_out}"
    assert office.last_whisper == f"{change.id} is rejected; {left_out}."
    assert not any(SECRET in str(record.facts) for record in office.store.audit.walk())


@pytest.mark.parametrize("line", ["freezer", "freeze --dry-run", "freeze —dry-run it's broken", "unfreeze"])
def test_a_line_that_is_no_freeze_or_shows_one_freezes_nothing(office: Office, line: str) -> None:
    receive(office.ctx, office.typed(OLGA, line))
    assert pending(office) == 0
    office.wait(2)
    assert not office.store.facts.get(FROZEN)


@stopping
def test_the_stop_of_a_guest_is_lifted_on_the_record_and_what_waited_is_done(office: Office, kind: str) -> None:
    """The stored list lets them; Slack says that the account is no member's any more."""
    change = office.approved()
    let_facts_age(office)
    stop = office.typed(VERA, "freeze") if kind == "freeze" else STOPS[kind](office, change)
    office.messenger.standings[stop.person] = Standing.GUEST
    receive(office.ctx, stop)
    assert pending(office) == 1
    office.wait(2)
    assert lifted(office) == [(stop.person.id, "b24bot" if kind == "freeze" else change.id)]
    assert pending(office) == 0
    assert not office.store.facts.get(FROZEN)
    ended = Status.FAILED if kind == "withdraw" else Status.DONE
    assert office.now(change).status is ended, "what a guest asked for is not run either"


@stopping
def test_a_stop_is_confirmed_as_soon_as_slack_answers(office: Office, kind: str) -> None:
    change = office.approved()
    let_facts_age(office)
    silence(office)
    receive(office.ctx, STOPS[kind](office, change))
    office.wait(20)
    assert office.now(change).status is Status.APPROVED
    said = [whisper.reply.title for whisper in office.messenger.whispers if "holds." in whisper.reply.title]
    assert len(said) == 1
    speak(office)
    office.wait(10)
    assert office.now(change).status is STOPPED[kind]
    assert office.toy.calls == []
    assert (pending(office), lifted(office)) == (0, [])


def test_a_freeze_that_slack_never_confirms_stays(office: Office) -> None:
    change = office.approved()
    let_facts_age(office)
    silence(office)
    receive(office.ctx, office.typed(OLGA, "freeze it loses messages"))
    office.wait(STOP_LASTS_MS / 1000 + 1)
    assert "it loses messages" in (office.store.facts.get(FROZEN) or "")
    (record,) = office.records(Tag.FROZEN)
    assert (record.actor, record.facts["sentence"]) == (OLGA.id, UNCONFIRMED)
    assert UNCONFIRMED in office.last_whisper
    speak(office)
    office.wait(10)
    assert len(office.records(Tag.FROZEN)) == 1, "the job that asked again freezes nothing a second time"
    assert office.records(Tag.COMMAND_REFUSED) == []
    assert office.now(change).status is Status.FAILED


@pytest.mark.parametrize("kind", ["withdraw", "reject"])
def test_another_stop_that_slack_never_confirms_is_lifted_on_the_record(office: Office, kind: str) -> None:
    change = office.approved()
    let_facts_age(office)
    silence(office)
    stop = STOPS[kind](office, change)
    receive(office.ctx, stop)
    office.wait(STOP_LASTS_MS / 1000 - 1)
    assert pending(office) == 1
    office.wait(2)
    assert lifted(office) == [(stop.person.id, change.id)]
    assert (
        office.last_whisper == f"{change.id} was not stopped: Slack did not say within a minute who you are. Try again."
    )
    speak(office)
    office.wait(10)
    assert office.now(change).status is Status.DONE
    assert office.records(Tag.REVIEW_REFUSED) == []


def test_a_freeze_of_who_lost_the_role_meanwhile_does_not_stay(office: Office) -> None:
    silence(office)
    let_facts_age(office)
    receive(office.ctx, office.typed(OLGA, "freeze"))
    with office.store.unit_of_work() as store:
        store.database.execute("UPDATE grants SET role = 'viewer' WHERE person = ?", OLGA.user)
    office.stops.look()
    office.clock.advance(STOP_LASTS_MS / 1000)
    office.stops.look()
    assert not office.store.facts.get(FROZEN)
    assert lifted(office) == [(OLGA.id, "b24bot")]


@stopping
def test_a_stop_holds_through_a_restart(office: Office, kind: str) -> None:
    change = office.approved()
    taken(office)
    receive(office.ctx, STOPS[kind](office, change))
    office.restart()
    with office.store.unit_of_work() as store:
        stop, run = (store.jobs.claim(office.clock.now_ms()) for _ in range(2))
    assert stop is not None
    assert run is not None
    perform_job(office.ctx, run)
    assert office.toy.calls == []
    perform_job(office.ctx, stop)
    office.wait(2)
    assert office.now(change).status is STOPPED[kind]


@stopping
def test_a_clock_that_is_set_back_right_after_the_acknowledgement_loses_no_stop(office: Office, kind: str) -> None:
    """By the time of the day the job of the stop is due in ten minutes, and its minute is long over by then."""
    change = office.approved()
    receive(office.ctx, STOPS[kind](office, change))
    office.clock.set_by = -600_000
    office.wait(STOP_LASTS_MS / 1000 + 10)
    assert office.now(change).status is STOPPED[kind]
    assert (office.toy.calls, pending(office), lifted(office)) == ([], 0, [])


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_that_is_set_ends_no_stop_before_its_minute(office: Office, minutes: int) -> None:
    change = office.approved()
    let_facts_age(office)
    silence(office)
    receive(office.ctx, STOPS["withdraw"](office, change))
    office.stops.look()
    office.clock.set_by = minutes * 60_000
    office.stops.look()
    office.clock.advance(STOP_LASTS_MS / 1000 - 1)
    office.stops.look()
    assert pending(office) == 1
    office.clock.advance(1)
    office.stops.look()
    assert pending(office) == 0


@stopping
def test_a_stop_whose_job_meets_a_fault_is_ended_with_words_of_its_own(office: Office, kind: str) -> None:
    """Nobody is told after a minute that Slack did not answer; a freeze stays, another stop is lifted on the record."""
    change = office.approved()
    let_facts_age(office)
    office.messenger.on_try = lambda about: _break(about)
    receive(office.ctx, STOPS[kind](office, change))
    (stop,) = office.store.stops.pending()
    with office.store.unit_of_work() as store:
        job = store.jobs.claim(office.clock.now_ms())
    assert job is not None
    perform_job(office.ctx, job)
    assert pending(office) == 0
    told = office.waiting_whispers()[-1].reply.title
    assert told.startswith("Something went wrong inside b24bot. Tell an admin the reference E-")
    if kind == "freeze":
        assert told.endswith("b24bot is frozen all the same; two admins can unfreeze it.")
        assert office.store.facts.get(FROZEN)
        assert [record.facts["sentence"] for record in office.records(Tag.FROZEN)] == [FAULTY]
    else:
        assert told.endswith(f"{change.id} was not stopped. Try again.")
        assert lifted(office) == [(stop.person.id, change.id)]
    speak(office)
    office.wait(STOP_LASTS_MS / 1000 + 1)
    assert not [one for one in office.messenger.whispers if "Slack did not say" in one.reply.title]
    assert office.now(change).status is (Status.FAILED if kind == "freeze" else Status.DONE)


def _break(about: str) -> None:
    if about == "account":
        raise ZeroDivisionError


@pytest.mark.parametrize("kind", ["withdraw", "reject"])
def test_a_stop_of_a_request_that_cannot_be_read_any_more_is_ended_all_the_same(office: Office, kind: str) -> None:
    change = office.approved()
    receive(office.ctx, STOPS[kind](office, change))
    with office.store.unit_of_work() as store:
        job = store.jobs.claim(office.clock.now_ms())
        store.database.execute("UPDATE changes SET decision = '{}' WHERE number = ?", change.number)
    assert job is not None
    perform_job(office.ctx, job)
    assert pending(office) == 0
    assert [subject for _, subject in lifted(office)] == [change.id]


def test_a_freeze_that_is_pending_keeps_an_approval_from_being_used_up(office: Office) -> None:
    change = office.ask()
    receive(office.ctx, office.typed(OLGA, "freeze"))
    with office.store.unit_of_work() as store:
        freeze = store.jobs.claim(office.clock.now_ms())
    told = office.press(ANTON, change)
    assert told.startswith("A freeze is waiting to be confirmed.")
    assert told.endswith("press the button again when that is over.")
    assert (office.now(change).status, office.now(change).reviews) == (Status.PENDING, ())
    assert freeze is not None


@stopping
def test_a_stop_has_its_minute_anew_after_a_time_in_which_nothing_ran(office: Office, kind: str) -> None:
    """Nobody could ask Slack meanwhile, so nothing is lifted before it was asked."""
    change = office.approved()
    let_facts_age(office)
    receive(office.ctx, STOPS[kind](office, change))
    office.clock.advance(2 * STOP_LASTS_MS / 1000)
    office.restart()
    office.stops.look()
    assert (pending(office), lifted(office)) == (1, [])
    office.wait(2)
    assert office.now(change).status is STOPPED[kind]
    assert (office.toy.calls, lifted(office)) == ([], [])


def test_a_freeze_whose_transaction_the_database_refuses_once_stays(office: Office) -> None:
    """It is no refusal of the freeze that its record could not be written at that moment."""
    receive(office.ctx, office.typed(OLGA, "freeze it loses messages"))
    with office.store.unit_of_work() as store:
        store.database.execute(
            "CREATE TRIGGER no_freeze BEFORE INSERT ON audit WHEN NEW.tag = 'bot:freeze:set' "
            "BEGIN SELECT RAISE(ABORT, 'disk on fire'); END"
        )
    office.do_jobs()
    assert (pending(office), lifted(office)) == (1, [])
    with office.store.unit_of_work() as store:
        store.database.execute("DROP TRIGGER no_freeze")
    office.wait(10)
    assert "it loses messages" in (office.store.facts.get(FROZEN) or "")
    assert (pending(office), lifted(office)) == (0, [])


def test_a_freeze_whose_job_breaks_stays_all_the_same(office: Office) -> None:
    receive(office.ctx, office.typed(OLGA, "freeze"))
    office.break_audit()
    office.do_jobs()
    office.mend_audit()
    assert pending(office) == 1
    office.wait(STOP_LASTS_MS / 1000 + 1)
    assert office.store.facts.get(FROZEN)


@stopping
def test_before_slack_has_said_which_team_is_ours_a_stop_holds_too(office: Office, kind: str) -> None:
    change = office.approved()
    office.ctx.home_team = ""
    receive(office.ctx, STOPS[kind](office, change))
    assert pending(office) == 1
    office.ctx.home_team = HOME
    office.wait(2)
    assert office.now(change).status is STOPPED[kind]


def test_a_freeze_holds_no_change_of_the_bots_own_rules(office: Office) -> None:
    """It takes two admins to go on, so what they decide must not wait for a freeze."""
    change = office.ask("thing remove one")
    receive(office.ctx, office.typed(OLGA, "freeze"))
    (stop,) = office.store.stops.pending()
    assert stop.bars(change)
    assert not stop.bars(replace(change, plugin="house"))


def test_what_was_settled_is_forgotten_with_its_receipt(office: Office) -> None:
    office.type(OLGA, "freeze")
    now = office.clock.now_ms()
    with office.store.unit_of_work() as store:
        assert store.stops.forget(now) == 0
        assert store.stops.forget(now + 8 * 86_400_000) == 1
