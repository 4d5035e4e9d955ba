"""A click or a form is a review, a withdrawal, or a true answer why it is neither."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import Tag
from bot.core.authority.membership import Standing
from bot.core.authority.policy import Terms
from bot.core.change.change_request import ENDINGS, NOT_BEGUN, ChangeRequest, Status, Verdict
from bot.core.principals import Principal, Role
from bot.usecases.admin.allow_list import grant_role, revoke_role
from bot.usecases.authority import card_token
from bot.usecases.delivery_errors import Busy, ChannelDead, DeliveryError, Impossible, Lost
from bot.usecases.notifications import LASTS_MS
from tests.store.samples import PATHS
from tests.usecases.office import (
    ANTON,
    GLEB,
    IDA,
    OLGA,
    REMOVE_ONE,
    SHELL,
    STRANGER,
    VERA,
    VIKTOR,
    Office,
)
from tests.usecases.toy import FORGED


def refusals(office: Office) -> list[tuple[str, str, object]]:
    return [(r.actor, r.subject, r.facts["reason"]) for r in office.records(Tag.REVIEW_REFUSED)]


def execute_jobs(office: Office) -> int:
    row = office.store.database.row("SELECT count(*) AS n FROM jobs WHERE kind = 'execute'")
    return int(row["n"]) if row else 0


def brought_to(office: Office, status: Status, *, text: str = "thing remove one") -> ChangeRequest:
    """A change request with a card, in a status, with the review that leads there."""
    change = office.ask(text)
    if status in (Status.WITHDRAWN, Status.EXPIRED, Status.PENDING):
        steps = PATHS[status]
    elif status is Status.REJECTED:
        office.send(VERA, change, "no")
        return office.now(change)
    else:
        office.press(VERA, change)
        steps = PATHS[status][1:]
    with office.store.unit_of_work() as store:
        for new in steps:
            assert store.changes.move(change.number, store.changes.require(change.number).status, new)
    return office.now(change)


def test_the_right_persons_approval_counts_and_is_recorded(office: Office) -> None:
    change = office.ask()
    assert office.press(ANTON, change) == ""
    decided = office.now(change)
    assert decided.status is Status.APPROVED
    assert decided.decided_at == office.clock.now_ms()
    assert [(review.reviewer, review.verdict) for review in decided.reviews] == [(ANTON, Verdict.APPROVE)]
    (record,) = office.records(Tag.REVIEW_APPROVED)
    assert (record.actor, record.subject) == (ANTON.id, change.id)
    assert record.facts == {**REMOVE_ONE, "digest": change.digest, "approvals": 1, "quorum": 1}
    assert execute_jobs(office) == 1
    office.deliver()
    assert office.threads == [f"CR-1001 {mentions.person(ANTON)} approved (1 of 1)."]
    office.clock.advance(LASTS_MS / 1_000)
    office.deliver()
    assert office.messenger.cards[-1][1] is Status.APPROVED


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.APPROVER, Role.ADMIN])
def test_nobody_approves_their_own_change_request(office: Office, role: Role) -> None:
    grant_role(office.store, OLGA, role, by=SHELL)
    change = office.ask()
    told = office.press(OLGA, change)
    assert told == "You asked for this yourself; somebody else has to approve it."
    assert office.now(change).status is Status.PENDING
    assert office.now(change).reviews == ()
    assert refusals(office) == [(OLGA.id, change.id, told)]


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        (GLEB, "Approving this needs the role approver; you are not on the allow-list."),
        (VIKTOR, "Approving this needs the role approver; yours is viewer."),
        (STRANGER, "You belong to another workspace; only people of this one can decide here."),
    ],
)
@pytest.mark.parametrize("button", [card_token.APPROVE, card_token.REJECT, card_token.CONFIRM])
def test_whoever_may_not_decide_is_refused_on_the_record(
    office: Office, who: Principal, reason: str, button: str
) -> None:
    """The person of another team is an admin by the list."""
    change = office.ask()
    assert office.press(who, change, button) == reason
    assert office.now(change) == change
    assert refusals(office) == [(who.id, change.id, reason)]
    assert office.messenger.forms == []


def test_what_the_shell_asked_for_is_not_decided_by_another_team_either(office: Office) -> None:
    """The account at the shell has no team to compare with; ours is."""
    change = office.ask("thing remove one", SHELL)
    assert office.press(STRANGER, change) == (
        "You belong to another workspace; only people of this one can decide here."
    )
    assert office.press(ANTON, change) == ""
    assert office.now(change).status is Status.APPROVED


def test_an_approver_who_was_taken_off_the_list_since_the_card_was_posted_is_refused(office: Office) -> None:
    change = office.ask()
    revoke_role(office.store, ANTON, by=SHELL)
    assert "you are not on the allow-list" in office.press(ANTON, change)
    assert office.now(change).status is Status.PENDING


def test_somebody_who_became_an_approver_since_counts(office: Office) -> None:
    change = office.ask()
    grant_role(office.store, GLEB, Role.APPROVER, by=SHELL)
    assert office.press(GLEB, change) == ""
    assert office.now(change).status is Status.APPROVED


def test_a_quorum_is_of_distinct_people(make_office: Callable[..., Office]) -> None:
    office = make_office(terms=Terms(quorum=2))
    change = office.ask()
    assert office.press(ANTON, change) == ""
    assert office.press(ANTON, change) == "You have approved CR-1001 already; it has 1 of 2."
    assert office.now(change).status is Status.PENDING
    assert execute_jobs(office) == 0
    assert office.press(IDA, change) == ""
    assert office.now(change).status is Status.APPROVED
    assert execute_jobs(office) == 1
    assert [record.facts["approvals"] for record in office.records(Tag.REVIEW_APPROVED)] == [1, 2]


def test_an_approval_of_somebody_who_lost_the_role_does_not_count_any_more(
    make_office: Callable[..., Office],
) -> None:
    office = make_office(terms=Terms(quorum=2))
    change = office.ask()
    office.press(ANTON, change)
    revoke_role(office.store, ANTON, by=SHELL)
    office.press(VERA, change)
    assert office.now(change).status is Status.PENDING
    office.press(IDA, change)
    assert office.now(change).status is Status.APPROVED


def test_the_card_shows_within_five_minutes_that_an_approval_does_not_count_any_more(
    make_office: Callable[..., Office],
) -> None:
    office = make_office(terms=Terms(quorum=2))
    change = office.ask()
    office.press(ANTON, change)
    office.work()

    def shown() -> list[tuple[Principal, bool]]:
        return [(one.reviewer, one.counts) for one in office.messenger.shown[change.number].reviews]

    assert shown() == [(ANTON, True)]
    revoke_role(office.store, ANTON, by=SHELL)
    office.wait(310, step=5)
    assert shown() == [(ANTON, False)]
    grant_role(office.store, ANTON, Role.APPROVER, by=SHELL)
    office.wait(310, step=5)
    assert shown() == [(ANTON, True)]


def test_the_card_does_not_count_whose_account_is_no_members(make_office: Callable[..., Office]) -> None:
    office = make_office(terms=Terms(quorum=2))
    change = office.ask()
    office.press(ANTON, change)
    office.messenger.standings[ANTON] = Standing.DELETED
    office.clock.advance(61)
    office.press(VERA, change)
    office.work()
    assert office.now(change).status is Status.PENDING
    shown = [(one.reviewer, one.counts) for one in office.messenger.shown[change.number].reviews]
    assert shown == [(ANTON, False), (VERA, True)]


def test_a_quorum_keeps_what_it_was_when_it_was_asked(make_office: Callable[..., Office]) -> None:
    office = make_office(terms=Terms(quorum=2))
    change = office.ask()
    office.ctx.terms = Terms(quorum=1)
    office.press(ANTON, change)
    assert office.now(change).status is Status.PENDING


@pytest.mark.parametrize(
    ("button", "status"),
    [
        *((card_token.APPROVE, status) for status in Status if status is not Status.PENDING),
        *((card_token.REJECT, status) for status in Status if status not in NOT_BEGUN),
    ],
)
def test_a_click_that_comes_too_late_is_told_the_truth(office: Office, status: Status, button: str) -> None:
    """By name of who decided, where somebody did; the card is shown again, and the right person is no offender."""
    change = brought_to(office, status)
    office.deliver()
    told = office.press(ANTON, change, button)
    decided = status not in (Status.WITHDRAWN, Status.EXPIRED)
    by = f" ({mentions.person(VERA)} decided)" if decided else ""
    assert told == f"Your click changed nothing: CR-1001 (Remove one) {ENDINGS[status]}{by}."
    assert office.now(change).status is status
    assert refusals(office) == []
    assert office.store.outbox.state_of("card:1001") == "new"


def test_a_late_click_on_what_expired_with_one_of_two_approvals_names_nobody_as_having_decided(
    make_office: Callable[..., Office],
) -> None:
    office = make_office(terms=Terms(quorum=2))
    change = office.ask()
    office.press(VERA, change)
    office.clock.advance(3_600)
    assert office.press(ANTON, change) == "Your click changed nothing: CR-1001 (Remove one) expired."


def test_a_late_click_of_somebody_who_may_not_decide_is_recorded_as_well(office: Office) -> None:
    change = brought_to(office, Status.DONE)
    assert "was done" in office.press(GLEB, change)
    assert [actor for actor, _, _ in refusals(office)] == [GLEB.id]


@pytest.mark.parametrize("button", [card_token.APPROVE, card_token.REJECT])
def test_a_click_after_the_time_is_up_ends_it_whatever_the_keeper_did(office: Office, button: str) -> None:
    change = office.ask()
    office.clock.advance(3_600)
    told = office.press(ANTON, change, button)
    assert told == "Your click changed nothing: CR-1001 (Remove one) expired."
    assert office.now(change).status is Status.EXPIRED
    assert len(office.records(Tag.CHANGE_EXPIRED)) == 1


def test_in_the_last_millisecond_an_approval_counts(office: Office) -> None:
    change = office.ask()
    office.clock.now = change.expires_at - 1
    assert office.press(ANTON, change) == ""
    assert office.now(change).status is Status.APPROVED


def test_a_button_that_we_never_made_does_nothing(office: Office) -> None:
    change = office.ask()
    assert office.press(ANTON, change, "explode") == "That button does nothing any more."
    assert office.now(change) == change


def test_rejecting_asks_for_a_reason_and_then_ends_it(office: Office) -> None:
    change = office.ask()
    assert office.press(ANTON, change, card_token.REJECT) == ""
    ((trigger, number, value),) = office.messenger.forms
    assert (number, value) == (change.number, office.value(change))
    assert trigger.startswith("trigger-")
    assert office.now(change).status is Status.PENDING
    assert office.send(ANTON, change, "  not \n on a Friday ") == ""
    ended = office.now(change)
    assert (ended.status, ended.outcome) == (Status.REJECTED, "Rejected: not on a Friday")
    assert ended.ended_at == ended.decided_at == office.clock.now_ms()
    assert ended.rejection is not None
    assert (ended.rejection.reviewer, ended.rejection.reason) == (ANTON, "not on a Friday")
    (record,) = office.records(Tag.REVIEW_REJECTED)
    assert (record.actor, record.facts) == (
        ANTON.id,
        {**REMOVE_ONE, "reason": "not on a Friday", "digest": change.digest},
    )
    office.work()
    assert office.threads == [f"CR-1001 {mentions.person(ANTON)} rejected: not on a Friday"]
    assert office.toy.calls == []


@pytest.mark.parametrize("reason", ["", "   ", "\n\t", FORGED[0], "\u202f\u3000", "\u200b\ufeff", "\u2800"])
def test_a_rejection_needs_a_reason(office: Office, reason: str) -> None:
    change = office.ask()
    assert office.send(ANTON, change, reason) == "CR-1001 was not rejected: a reason is needed."
    assert office.now(change).status is Status.PENDING


def test_a_reason_is_cut_and_mentions_nobody(office: Office) -> None:
    change = office.ask()
    office.send(ANTON, change, f"{FORGED} " + "x" * 2_000)
    outcome = office.now(change).outcome
    assert outcome.startswith("Rejected: UVICTIM xxx")
    assert len(outcome) == len("Rejected: ") + 1_000
    office.deliver()
    assert FORGED not in office.threads[0]


@pytest.mark.parametrize("who", [OLGA, GLEB, VIKTOR, STRANGER])
def test_a_form_of_somebody_who_may_not_decide_does_nothing(office: Office, who: Principal) -> None:
    """Also when the form was opened while they still might, or was made up."""
    change = office.ask()
    assert office.send(who, change, "because")
    assert office.now(change) == change
    assert len(refusals(office)) == 1


def test_a_form_with_a_value_of_somebody_elses_making_does_nothing(office: Office) -> None:
    change = office.ask()
    told = office.hears(office.form(ANTON, change, "because", value=f"{change.number}.{'0' * 16}.{'0' * 32}"))
    assert told == "That form is not one of mine. Nothing was done."
    assert office.now(change) == change
    assert len(refusals(office)) == 1


def test_a_form_that_comes_too_late_is_told_the_truth(office: Office) -> None:
    change = brought_to(office, Status.RUNNING)
    assert "is running now" in office.send(ANTON, change, "too late")
    assert office.now(change).status is Status.RUNNING


def test_a_rejection_stops_what_is_approved_and_has_not_begun(office: Office) -> None:
    change = brought_to(office, Status.APPROVED)
    office.press(ANTON, change, card_token.REJECT)
    assert len(office.messenger.forms) == 1
    assert office.send(ANTON, change, "the wrong one") == ""
    assert office.now(change).status is Status.REJECTED
    office.work()
    assert office.toy.calls == []


def test_a_verdict_cannot_be_changed(make_office: Callable[..., Office]) -> None:
    office = make_office(terms=Terms(quorum=2))
    change = office.ask()
    office.press(ANTON, change)
    assert office.send(ANTON, change, "changed my mind") == (
        "You have approved CR-1001 already, and a verdict cannot be changed."
    )
    assert office.now(change).status is Status.PENDING
    assert office.records(Tag.REVIEW_REJECTED) == []


def test_one_rejection_ends_it_whatever_the_quorum(make_office: Callable[..., Office]) -> None:
    office = make_office(terms=Terms(quorum=3))
    change = office.ask()
    office.press(ANTON, change)
    office.send(VERA, change, "no")
    assert office.now(change).status is Status.REJECTED
    assert "was rejected" in office.press(IDA, change)


FORM_TROUBLES = {
    ChannelDead("expired_trigger_id"): "because the click is too old for a form (expired_trigger_id). Press the button "
    "again.",
    ChannelDead("token_revoked"): "because the token was revoked, by an uninstallation of the app or by a "
    "person (token_revoked). Put a working bot token into SLACK_BOT_TOKEN and restart b24bot.",
    ChannelDead("never_heard_of"): "because Slack gives a reason that b24bot does not know (never_heard_of). Look the "
    "code up in Slack's documentation.",
    Impossible("view_too_large"): "because it is too long (view_too_large). Update b24bot; if that does not help, "
    "report the code to its maintainers.",
    Lost("timeout"): "that it opened the form that asks why (timeout). Press the button again.",
    Busy(9): "Slack opens no form just now (ratelimited). Press the button again in a minute.",
}


@pytest.mark.parametrize("fault", FORM_TROUBLES, ids=lambda fault: fault.code)
def test_a_form_that_slack_does_not_open_is_told_and_can_be_asked_for_again(
    office: Office, fault: DeliveryError
) -> None:
    """A click opens a form within three seconds or never: that is no fault inside the bot."""
    change = office.ask()
    office.messenger.fail("form", fault)
    told = office.press(ANTON, change, card_token.REJECT)
    assert told.startswith("CR-1001 was not rejected: Slack ")
    assert told.endswith(FORM_TROUBLES[fault])
    assert office.press(ANTON, change, card_token.REJECT) == ""
    assert len(office.messenger.forms) == 1
    assert office.now(change).status is Status.PENDING


@pytest.mark.parametrize("status", [Status.PENDING, Status.APPROVED])
def test_the_requester_can_withdraw_until_it_runs(office: Office, status: Status) -> None:
    change = brought_to(office, status)
    assert office.press(OLGA, change, card_token.WITHDRAW) == "CR-1001 (Remove one) is withdrawn."
    ended = office.now(change)
    assert (ended.status, ended.outcome) == (Status.WITHDRAWN, "Withdrawn by the person who asked.")
    assert ended.ended_at == office.clock.now_ms()
    (record,) = office.records(Tag.CHANGE_WITHDRAWN)
    assert (record.actor, record.subject) == (OLGA.id, change.id)
    office.work()
    assert office.toy.calls == []
    assert office.now(change).status is Status.WITHDRAWN


@pytest.mark.parametrize("status", [status for status in Status if status not in (Status.PENDING, Status.APPROVED)])
def test_what_runs_or_has_ended_cannot_be_withdrawn(office: Office, status: Status) -> None:
    change = brought_to(office, status)
    assert ENDINGS[status] in office.press(OLGA, change, card_token.WITHDRAW)
    assert office.now(change).status is status


@pytest.mark.parametrize("who", [ANTON, IDA, GLEB, STRANGER])
def test_nobody_else_can_withdraw(office: Office, who: Principal) -> None:
    change = office.ask()
    told = office.press(who, change, card_token.WITHDRAW)
    assert told == "Only the person who asked can withdraw a change request."
    assert office.now(change) == change
    assert refusals(office) == [(who.id, change.id, told)]


def test_what_only_needs_confirming_is_confirmed_by_its_requester(office: Office) -> None:
    change = office.ask("thing paint one")
    assert office.press(OLGA, change, card_token.CONFIRM) == ""
    assert office.now(change).status is Status.APPROVED
    office.work()
    assert office.now(change).status is Status.DONE
    assert office.toy.things["one"] == "blue"


@pytest.mark.parametrize("button", [card_token.APPROVE, card_token.CONFIRM, card_token.REJECT])
@pytest.mark.parametrize("who", [ANTON, IDA, GLEB])
def test_nobody_else_can_confirm_it(office: Office, who: Principal, button: str) -> None:
    change = office.ask("thing paint one")
    assert office.press(who, change, button) == "Only the person who asked can confirm this."
    assert office.now(change).status is Status.PENDING


def test_a_requester_who_lost_the_role_cannot_confirm(office: Office) -> None:
    change = office.ask("thing paint one")
    grant_role(office.store, OLGA, Role.VIEWER, by=SHELL)
    assert office.press(OLGA, change, card_token.CONFIRM) == "Confirming this needs the role operator; yours is viewer."
    assert office.now(change).status is Status.PENDING


@pytest.mark.parametrize("button", [card_token.APPROVE, card_token.WITHDRAW])
def test_what_cannot_be_recorded_does_not_count_and_is_told(office: Office, button: str) -> None:
    change = office.ask()
    office.break_audit()
    told = office.press(OLGA if button == card_token.WITHDRAW else ANTON, change, button)
    # What became of a stop is recorded with the apology, so that one is said past the outbox.
    assert (told or office.last_whisper) == (
        "The database cannot be written now (disk on fire). "
        "Nothing was sent to the portal for this. Try again in a moment."
    )
    assert office.now(change) == change
    assert execute_jobs(office) == 0
