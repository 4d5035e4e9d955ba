"""What is acknowledged is on disk; what cannot be put there is not acknowledged."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.core.authority.membership import Account, MembershipStatus
from bot.core.bot_errors import SecretTyped, StoreUnavailable
from bot.core.messages.deliveries import Inbound
from bot.core.principals import Principal
from bot.language.translation import translate
from bot.playground.workspace import SlackWorkspace
from bot.slack.bot_identity import Identity
from bot.slack.incoming.acknowledged_refusals import BUSY, FindLanguage, speak_english
from bot.slack.incoming.bolt_app import dispatcher, make_bolt
from bot.slack.incoming.verification import RequestVerifier, as_wsgi
from bot.slack.outgoing.messenger import make_client
from bot.slack.render.card_buttons import LINK_ACTION
from bot.slack.render.form import REASON_FIELD
from bot.usecases.intake.receipts import MOST_WAITING, TOO_MANY_SENTENCE
from bot.web.health import Wsgi
from tests.language.english import en
from tests.slack.intake import Answered, Intake, through_wsgi
from tests.slack.kit import (
    EVENTS,
    FORMS,
    JSON,
    SECRET,
    click_payload,
    event_payload,
    form_body,
    form_payload,
    payload_body,
    raw_request,
    slash_fields,
)
from tests.store.neighbour import locked_by_another

HOME = Identity(team="T0001", user="U0B24", bot="B0B24", enterprise=None)
ANTON = Principal(team="T0001", user="U0002")
SLASH, CLICK, FORM_SENT = form_body(slash_fields()), payload_body(click_payload()), payload_body(form_payload())


def knocking(
    receive: Callable[[Inbound], object],
    identity: Identity | None = HOME,
    find_language: FindLanguage = speak_english,
) -> Wsgi:
    """The intake with another hand behind it; nobody is asked over the network."""
    app = make_bolt(
        client=make_client("xoxb-none", "http://127.0.0.1:9/api/"),
        signing_secret=SECRET,
        command="/b24",
        receive=receive,
        forms=FORMS,
        events=EVENTS,
        identity=lambda: identity,
        find_language=find_language,
    )
    return as_wsgi(RequestVerifier(SECRET, SystemClock()), dispatcher(app, lambda: identity))


def sent(application: Wsgi, body: bytes) -> Answered:
    return through_wsgi(application, body, raw_request(body, stamp=str(int(time.time()))).headers)


def test_a_line_that_is_too_long_is_answered_at_once_over_http_and_becomes_no_job(intake: Intake) -> None:
    """However often a stranger sends it, a command beside it is taken."""
    for number in range(30):
        long = form_body(slash_fields("token=" * 6_500, user_id="U0004", trigger_id=f"1.{number}.a"))
        answered = intake.post(long)
        assert (answered.status, answered.body) == (
            200,
            b"The line has 39,000 characters. The limit is 4,000 characters. Shorten the line and send it again.",
        )
    assert intake.post(SLASH) == Answered(status=200)
    assert [job["text"] for job in intake.jobs()] == ["help"]
    [(records,)] = intake.rows("SELECT count(*) FROM audit WHERE tag = 'command:line:refused'")
    assert records == 1, "those of the next minute share a record"


def know_locale(intake: Intake, user: str, locale: str) -> None:
    """What Slack tells of an account together with its membership."""
    with intake.running.bot.store.unit_of_work() as tx:
        account = Account(standing=MembershipStatus.MEMBER, at=intake.clock.now_ms(), locale=locale)
        tx.accounts.put(Principal(team="T0001", user=user), account)


def test_an_acknowledgement_is_in_the_language_of_whoever_typed(intake: Intake) -> None:
    know_locale(intake, "U0001", "ru-RU")
    secret = intake.running.bot.settings["SLACK_SIGNING_SECRET"]
    for text, russian, english in (
        ("x" * 5_000, "Сократите строку и отправьте её ещё раз.", "Shorten the line and send it again."),
        (f"whoami {secret}", "Ничего не записано и не выполнено.", "Nothing was recorded, and nothing was done."),
    ):
        for user, sentence in (("U0001", russian), ("U0002", english)):
            answered = intake.post(form_body(slash_fields(text, user_id=user)))
            assert (answered.status, sentence in answered.body.decode()) == (200, True), answered.body.decode()
    assert intake.jobs() == []


def test_a_secret_in_a_form_is_told_under_its_field_in_the_language_of_whoever_sent_it() -> None:
    def refuse(_inbound: Inbound) -> None:
        raise SecretTyped("a password")

    application = knocking(refuse, find_language=lambda person: "ru" if person == ANTON else "en")
    for user, sentence in ((ANTON.user, "Ничего не записано и не выполнено."), ("U0003", "Nothing was recorded")):
        payload = form_payload()
        payload["user"]["id"] = user
        answer = json.loads(sent(application, payload_body(payload)).body)
        assert answer["response_action"] == "errors"
        assert sentence in answer["errors"][REASON_FIELD]


def test_one_language_that_is_set_is_that_of_a_database_which_does_not_answer_too(
    tmp_path: Path, workspace: SlackWorkspace
) -> None:
    with Intake(tmp_path, workspace, B24BOT_LANGUAGE="ru") as made:
        made.impatient()
        with locked_by_another(made.database):
            assert made.post(SLASH) == Answered(status=200, body=translate(BUSY, "ru").encode())


def test_what_is_acknowledged_has_a_job_on_disk(intake: Intake) -> None:
    for count, body in enumerate((SLASH, CLICK, FORM_SENT), start=1):
        assert intake.call(body) == Answered(status=200)
        assert len(intake.jobs()) == count


def test_deliveries_at_the_same_time_all_get_their_job(intake: Intake) -> None:
    bodies = [form_body(slash_fields(f"help {n}", trigger_id=f"t{n}")) for n in range(40)]
    with ThreadPoolExecutor(8) as many:
        assert {answer.status for answer in many.map(intake.post, bodies)} == {200}
    assert sorted(job["text"] for job in intake.jobs()) == sorted(f"help {n}" for n in range(40))


def test_a_command_too_many_is_answered_with_the_acknowledgement(intake: Intake) -> None:
    def type_line(number: int) -> Answered:
        return intake.post(form_body(slash_fields(text="connector list", trigger_id=f"1.{number}")))

    assert {type_line(number) for number in range(MOST_WAITING)} == {Answered(status=200)}
    assert type_line(MOST_WAITING) == Answered(status=200, body=en(TOO_MANY_SENTENCE).encode())
    assert len(intake.jobs()) == MOST_WAITING


def test_a_locked_store_is_said_to_who_typed_and_a_click_is_left_to_slack(
    intake: Intake, caplog: pytest.LogCaptureFixture
) -> None:
    """docs/safety.md F6: nothing is half-done, and what Slack delivers again is taken once the lock is gone."""
    intake.impatient()
    before = intake.rows("SELECT count(*) FROM receipts"), intake.rows("SELECT count(*) FROM audit")
    with locked_by_another(intake.database):
        assert intake.post(SLASH) == Answered(status=200, body=en(BUSY).encode())
        assert intake.post(CLICK) == Answered(status=503)
        assert intake.post(FORM_SENT) == Answered(status=503)
    assert intake.jobs() == []
    assert (intake.rows("SELECT count(*) FROM receipts"), intake.rows("SELECT count(*) FROM audit")) == before
    assert [record for record in caplog.records if record.exc_info] == []
    assert {intake.post(body).status for body in (SLASH, CLICK, FORM_SENT)} == {200}
    assert len(intake.jobs()) == 3


def test_the_busy_sentence_is_what_the_person_sees(tmp_path: Path, workspace: SlackWorkspace) -> None:
    with Intake(tmp_path, workspace) as made:
        made.impatient()
        with locked_by_another(made.database):
            assert workspace.people["Olga"].slash("/b24 help").ok
    assert [message.text for message in workspace.ephemerals("Olga")] == [en(BUSY)]


def test_an_unknown_slash_command_is_not_answered(intake: Intake) -> None:
    assert intake.call(form_body(slash_fields(command="/other"))).status == 404
    assert intake.jobs() == []


def test_an_action_of_another_app_is_not_answered(intake: Intake) -> None:
    click = click_payload()
    click["actions"][0]["action_id"] = "other:approve"
    assert intake.call(payload_body(click)).status == 404
    other = form_payload()
    other["view"]["callback_id"] = "other"
    assert intake.call(payload_body(other)).status == 404
    assert intake.jobs() == []


def test_the_address_is_verified_by_sending_the_challenge_back(intake: Intake) -> None:
    body = json.dumps({"token": "t", "challenge": "c-123", "type": "url_verification"}).encode()
    answer = intake.call(body, intake.signed(body, kind=JSON))
    assert (answer.status, json.loads(answer.body)) == (200, {"challenge": "c-123"})


def test_slack_verifies_the_address_of_the_simulated_workspace(intake: Intake) -> None:
    result = intake.workspace.acts.verify_url()
    assert result.ack == {"challenge": result.payload["challenge"]}


def test_a_check_of_the_certificate_is_answered_without_effect(intake: Intake) -> None:
    assert intake.call(b"ssl_check=1&token=t") == Answered(status=200)
    assert intake.jobs() == []


@pytest.mark.parametrize("kind", ["app_home_opened", "message", "team_join", "anything_new"])
def test_events_are_acknowledged_so_that_slack_does_not_repeat_them(intake: Intake, kind: str) -> None:
    body = json.dumps(event_payload(kind)).encode()
    assert intake.call(body, intake.signed(body, kind=JSON)).status == 200
    assert intake.jobs() == []


def test_events_reach_the_bot_as_slack_sends_them(intake: Intake) -> None:
    assert intake.workspace.people["Olga"].open_home().ok


def test_nothing_is_taken_before_slack_has_said_who_we_are() -> None:
    """Nobody's rights could be judged."""
    taken: list[Inbound] = []
    application = knocking(taken.append, identity=None)
    assert sent(application, SLASH) == Answered(status=503)
    assert taken == []


def test_the_listener_runs_in_the_thread_of_the_request_and_before_the_answer() -> None:
    """Otherwise Bolt would hand it to a pool and look every 10 ms for its ack (docs/slack-behaviour.md S7)."""
    threads: list[int] = []
    application = knocking(lambda _inbound: threads.append(threading.get_ident()))
    for body in (SLASH, CLICK, FORM_SENT):
        assert sent(application, body).status == 200
    assert threads == [threading.get_ident()] * 3


def test_what_cannot_be_recorded_is_not_acknowledged(caplog: pytest.LogCaptureFixture) -> None:
    def full(_inbound: Inbound) -> None:
        raise StoreUnavailable("The database cannot be written now (disk full).")

    application = knocking(full)
    assert sent(application, SLASH) == Answered(status=200, body=en(BUSY).encode())
    assert sent(application, CLICK) == Answered(status=503)
    assert "disk full" in caplog.text


def test_a_fault_of_ours_has_a_reference_that_the_person_and_the_log_share(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_inbound: Inbound) -> None:
        raise ZeroDivisionError

    application = knocking(broken)
    typed = sent(application, SLASH)
    assert typed.status == 200
    reference = typed.body.decode().removesuffix(".").rpartition(" ")[2]
    assert reference.startswith("E-")
    assert reference in caplog.text
    assert sent(application, CLICK) == Answered(status=500)


def test_a_payload_that_only_the_listener_finds_odd_is_refused_without_a_trace(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)

    def picky(_inbound: Inbound) -> None:
        raise KeyError("CANARY")

    assert sent(knocking(picky), CLICK) == Answered(status=400)
    assert "CANARY" not in caplog.text
    assert "a malformed payload: KeyError" in caplog.text


def test_a_click_on_a_button_with_an_address_is_acknowledged_and_becomes_no_job() -> None:
    taken: list[Inbound] = []
    payload = click_payload()
    payload["actions"][0]["action_id"] = LINK_ACTION
    payload["actions"][0].pop("value")
    assert sent(knocking(taken.append), payload_body(payload)) == Answered(status=200)
    assert taken == []
