"""A click or a form is a review, a withdrawal, or a true answer why it is neither."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import Tag
from bot.core.authority.membership import MembershipStatus
from bot.core.authority.policy import Terms
from bot.core.change.change_request import NOT_BEGUN, ChangeRequest, Status, Verdict
from bot.core.change.status_table import describe_status
from bot.core.principals import Principal, Role
from bot.usecases.admin.allow_list import grant_role, revoke_role
from bot.usecases.authority import card_token
from bot.usecases.chat.delivery_errors import Busy, ChannelDead, DeliveryError, Impossible, Lost
from bot.usecases.notices.notifications import LASTS_MS
from tests.language.english import en
from tests.store.samples import PATHS
from tests.usecases.core_bot import (
    ANTON,
    GLEB,
    IDA,
    OLGA,
    REMOVE_ONE,
    SHELL,
    STRANGER,
    VERA,
    VIKTOR,
    CoreBot,
)
from tests.usecases.toy import FORGED


def refusals(core_bot: CoreBot) -> list[tuple[str, str, object]]:
    return [(r.actor, r.subject, r.facts["reason"]) for r in core_bot.records(Tag.REVIEW_REFUSED)]


def execute_jobs(core_bot: CoreBot) -> int:
    row = core_bot.store.engine.row("SELECT count(*) AS n FROM jobs WHERE kind = 'execute'")
    return int(row["n"]) if row else 0


def brought_to(core_bot: CoreBot, status: Status, *, text: str = "thing remove one") -> ChangeRequest:
    """A change request with a card, in a status, with the review that leads there."""
    change = core_bot.ask(text)
    if status in (Status.WITHDRAWN, Status.EXPIRED, Status.PENDING):
        steps = PATHS[status]
    elif status is Status.REJECTED:
        core_bot.send(VERA, change, "no")
        return core_bot.now(change)
    else:
        core_bot.press(VERA, change)
        steps = PATHS[status][1:]
    with core_bot.store.unit_of_work() as store:
        for new in steps:
            assert store.changes.move(change.number, store.changes.require(change.number).status, new)
    return core_bot.now(change)


def test_the_right_persons_approval_counts_and_is_recorded(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    assert core_bot.press(ANTON, change) == ""
    decided = core_bot.now(change)
    assert decided.status is Status.APPROVED
    assert decided.decided_at == core_bot.clock.now_ms()
    assert [(review.reviewer, review.verdict) for review in decided.reviews] == [(ANTON, Verdict.APPROVE)]
    (record,) = core_bot.records(Tag.REVIEW_APPROVED)
    assert (record.actor, record.subject) == (ANTON.id, change.id)
    assert record.facts == {**REMOVE_ONE, "digest": change.digest, "approvals": 1, "quorum": 1}
    assert execute_jobs(core_bot) == 1
    core_bot.deliver()
    assert core_bot.threads == [f"CR-1001 {mentions.person(ANTON)} approved (1 of 1)."]
    core_bot.clock.advance(LASTS_MS / 1_000)
    core_bot.deliver()
    assert core_bot.messenger.cards[-1][1] is Status.APPROVED


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.APPROVER, Role.ADMIN])
def test_nobody_approves_their_own_change_request(core_bot: CoreBot, role: Role) -> None:
    grant_role(core_bot.store, OLGA, role, by=SHELL)
    change = core_bot.ask()
    told = core_bot.press(OLGA, change)
    assert told == "You asked for this yourself. Somebody else has to approve it."
    assert core_bot.now(change).status is Status.PENDING
    assert core_bot.now(change).reviews == ()
    assert refusals(core_bot) == [(OLGA.id, change.id, told)]


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        (GLEB, "Approving this needs the role approver. You are not on the allow-list."),
        (VIKTOR, "Approving this needs the role approver. Your role is viewer."),
        (STRANGER, "You belong to another workspace. Only people of this workspace can decide here."),
    ],
)
@pytest.mark.parametrize("button", [card_token.APPROVE, card_token.REJECT, card_token.CONFIRM])
def test_whoever_may_not_decide_is_refused_on_the_record(
    core_bot: CoreBot, who: Principal, reason: str, button: str
) -> None:
    """The person of another team is an admin by the list."""
    change = core_bot.ask()
    assert core_bot.press(who, change, button) == reason
    assert core_bot.now(change) == change
    assert refusals(core_bot) == [(who.id, change.id, reason)]
    assert core_bot.messenger.forms == []


def test_what_the_shell_asked_for_is_not_decided_by_another_team_either(core_bot: CoreBot) -> None:
    """The account at the shell has no team to compare with; ours is."""
    change = core_bot.ask("thing remove one", SHELL)
    assert core_bot.press(STRANGER, change) == (
        "You belong to another workspace. Only people of this workspace can decide here."
    )
    assert core_bot.press(ANTON, change) == ""
    assert core_bot.now(change).status is Status.APPROVED


def test_an_approver_who_was_taken_off_the_list_since_the_card_was_posted_is_refused(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    revoke_role(core_bot.store, ANTON, by=SHELL)
    assert "You are not on the allow-list" in core_bot.press(ANTON, change)
    assert core_bot.now(change).status is Status.PENDING


def test_somebody_who_became_an_approver_since_counts(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    grant_role(core_bot.store, GLEB, Role.APPROVER, by=SHELL)
    assert core_bot.press(GLEB, change) == ""
    assert core_bot.now(change).status is Status.APPROVED


def test_a_quorum_is_of_distinct_people(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(terms=Terms(quorum=2))
    change = core_bot.ask()
    assert core_bot.press(ANTON, change) == ""
    assert core_bot.press(ANTON, change) == "You have approved CR-1001 already. It has 1 of 2 approvals."
    assert core_bot.now(change).status is Status.PENDING
    assert execute_jobs(core_bot) == 0
    assert core_bot.press(IDA, change) == ""
    assert core_bot.now(change).status is Status.APPROVED
    assert execute_jobs(core_bot) == 1
    assert [record.facts["approvals"] for record in core_bot.records(Tag.REVIEW_APPROVED)] == [1, 2]


def test_an_approval_of_somebody_who_lost_the_role_does_not_count_any_more(
    make_core_bot: Callable[..., CoreBot],
) -> None:
    core_bot = make_core_bot(terms=Terms(quorum=2))
    change = core_bot.ask()
    core_bot.press(ANTON, change)
    revoke_role(core_bot.store, ANTON, by=SHELL)
    core_bot.press(VERA, change)
    assert core_bot.now(change).status is Status.PENDING
    core_bot.press(IDA, change)
    assert core_bot.now(change).status is Status.APPROVED


def test_the_card_shows_within_five_minutes_that_an_approval_does_not_count_any_more(
    make_core_bot: Callable[..., CoreBot],
) -> None:
    core_bot = make_core_bot(terms=Terms(quorum=2))
    change = core_bot.ask()
    core_bot.press(ANTON, change)
    core_bot.work()

    def shown() -> list[tuple[Principal, bool]]:
        return [(one.reviewer, one.counts) for one in core_bot.messenger.shown[change.number].reviews]

    assert shown() == [(ANTON, True)]
    revoke_role(core_bot.store, ANTON, by=SHELL)
    core_bot.wait(310, step=5)
    assert shown() == [(ANTON, False)]
    grant_role(core_bot.store, ANTON, Role.APPROVER, by=SHELL)
    core_bot.wait(310, step=5)
    assert shown() == [(ANTON, True)]


def test_the_card_does_not_count_whose_account_is_no_members(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(terms=Terms(quorum=2))
    change = core_bot.ask()
    core_bot.press(ANTON, change)
    core_bot.messenger.standings[ANTON] = MembershipStatus.DELETED
    core_bot.clock.advance(61)
    core_bot.press(VERA, change)
    core_bot.work()
    assert core_bot.now(change).status is Status.PENDING
    shown = [(one.reviewer, one.counts) for one in core_bot.messenger.shown[change.number].reviews]
    assert shown == [(ANTON, False), (VERA, True)]


def test_a_quorum_keeps_what_it_was_when_it_was_asked(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(terms=Terms(quorum=2))
    change = core_bot.ask()
    core_bot.configure(terms=Terms(quorum=1))
    core_bot.press(ANTON, change)
    assert core_bot.now(change).status is Status.PENDING


@pytest.mark.parametrize(
    ("button", "status"),
    [
        *((card_token.APPROVE, status) for status in Status if status is not Status.PENDING),
        *((card_token.REJECT, status) for status in Status if status not in NOT_BEGUN),
    ],
)
def test_a_click_that_comes_too_late_is_told_the_truth(core_bot: CoreBot, status: Status, button: str) -> None:
    """By name of who decided, where somebody did; the card is shown again, and the right person is no offender."""
    change = brought_to(core_bot, status)
    core_bot.deliver()
    told = core_bot.press(ANTON, change, button)
    decided = status not in (Status.WITHDRAWN, Status.EXPIRED)
    by = f" Decided by {mentions.person(VERA)}." if decided else ""
    assert told == f"Your click changed nothing. CR-1001 (Remove one): {en(describe_status(core_bot.now(change)))}.{by}"
    assert core_bot.now(change).status is status
    assert refusals(core_bot) == []
    assert core_bot.store.outbox.state_of("card:1001") == "new"


def test_a_late_click_on_what_expired_with_one_of_two_approvals_names_nobody_as_having_decided(
    make_core_bot: Callable[..., CoreBot],
) -> None:
    core_bot = make_core_bot(terms=Terms(quorum=2))
    change = core_bot.ask()
    core_bot.press(VERA, change)
    core_bot.clock.advance(3_600)
    assert core_bot.press(ANTON, change) == "Your click changed nothing. CR-1001 (Remove one): expired."


def test_a_late_click_of_somebody_who_may_not_decide_is_recorded_as_well(core_bot: CoreBot) -> None:
    change = brought_to(core_bot, Status.DONE)
    assert ": done and verified. Decided by" in core_bot.press(GLEB, change)
    assert [actor for actor, _, _ in refusals(core_bot)] == [GLEB.id]


@pytest.mark.parametrize("button", [card_token.APPROVE, card_token.REJECT])
def test_a_click_after_the_time_is_up_ends_it_whatever_the_scheduler_did(core_bot: CoreBot, button: str) -> None:
    change = core_bot.ask()
    core_bot.clock.advance(3_600)
    told = core_bot.press(ANTON, change, button)
    assert told == "Your click changed nothing. CR-1001 (Remove one): expired."
    assert core_bot.now(change).status is Status.EXPIRED
    assert len(core_bot.records(Tag.CHANGE_EXPIRED)) == 1


def test_in_the_last_millisecond_an_approval_counts(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    core_bot.clock.now = change.expires_at - 1
    assert core_bot.press(ANTON, change) == ""
    assert core_bot.now(change).status is Status.APPROVED


def test_a_button_that_we_never_made_does_nothing(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    assert core_bot.press(ANTON, change, "explode") == "This button has no effect any more."
    assert core_bot.now(change) == change


def test_rejecting_asks_for_a_reason_and_then_ends_it(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    assert core_bot.press(ANTON, change, card_token.REJECT) == ""
    ((trigger, number, value),) = core_bot.messenger.forms
    assert (number, value) == (change.number, core_bot.value(change))
    assert trigger.startswith("trigger-")
    assert core_bot.now(change).status is Status.PENDING
    assert core_bot.send(ANTON, change, "  not \n on a Friday ") == ""
    ended = core_bot.now(change)
    assert (ended.status, ended.outcome) == (Status.REJECTED, "Rejected: not on a Friday")
    assert ended.ended_at == ended.decided_at == core_bot.clock.now_ms()
    assert ended.rejection is not None
    assert (ended.rejection.reviewer, ended.rejection.reason) == (ANTON, "not on a Friday")
    (record,) = core_bot.records(Tag.REVIEW_REJECTED)
    assert (record.actor, record.facts) == (
        ANTON.id,
        {**REMOVE_ONE, "reason": "not on a Friday", "digest": change.digest},
    )
    core_bot.work()
    assert core_bot.threads == [f"CR-1001 {mentions.person(ANTON)} rejected: not on a Friday"]
    assert core_bot.toy.calls == []


@pytest.mark.parametrize("reason", ["", "   ", "\n\t", FORGED[0], "\u202f\u3000", "\u200b\ufeff", "\u2800"])
def test_a_rejection_needs_a_reason(core_bot: CoreBot, reason: str) -> None:
    change = core_bot.ask()
    assert core_bot.send(ANTON, change, reason) == "CR-1001 was not rejected: a reason is needed."
    assert core_bot.now(change).status is Status.PENDING


def test_a_reason_is_cut_and_mentions_nobody(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    core_bot.send(ANTON, change, f"{FORGED} " + "x" * 2_000)
    outcome = core_bot.now(change).outcome
    assert en(outcome).startswith("Rejected: UVICTIM xxx")
    assert len(en(outcome)) == len("Rejected: ") + 1_000
    core_bot.deliver()
    assert FORGED not in core_bot.threads[0]


@pytest.mark.parametrize("who", [OLGA, GLEB, VIKTOR, STRANGER])
def test_a_form_of_somebody_who_may_not_decide_does_nothing(core_bot: CoreBot, who: Principal) -> None:
    """Also when the form was opened while they still might, or was made up."""
    change = core_bot.ask()
    assert core_bot.send(who, change, "because")
    assert core_bot.now(change) == change
    assert len(refusals(core_bot)) == 1


def test_a_form_with_a_value_of_somebody_elses_making_does_nothing(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    told = core_bot.hears(core_bot.form(ANTON, change, "because", value=f"{change.number}.{'0' * 16}.{'0' * 32}"))
    assert told == "This form is not from b24bot. Nothing was done."
    assert core_bot.now(change) == change
    assert len(refusals(core_bot)) == 1


def test_a_form_that_comes_too_late_is_told_the_truth(core_bot: CoreBot) -> None:
    change = brought_to(core_bot, Status.RUNNING)
    assert ": running" in core_bot.send(ANTON, change, "too late")
    assert core_bot.now(change).status is Status.RUNNING


def test_a_rejection_stops_what_is_approved_and_has_not_begun(core_bot: CoreBot) -> None:
    change = brought_to(core_bot, Status.APPROVED)
    core_bot.press(ANTON, change, card_token.REJECT)
    assert len(core_bot.messenger.forms) == 1
    assert core_bot.send(ANTON, change, "the wrong one") == ""
    assert core_bot.now(change).status is Status.REJECTED
    core_bot.work()
    assert core_bot.toy.calls == []


def test_a_verdict_cannot_be_changed(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(terms=Terms(quorum=2))
    change = core_bot.ask()
    core_bot.press(ANTON, change)
    assert core_bot.send(ANTON, change, "changed my mind") == (
        "You have approved CR-1001 already. A review cannot be changed."
    )
    assert core_bot.now(change).status is Status.PENDING
    assert core_bot.records(Tag.REVIEW_REJECTED) == []


def test_one_rejection_ends_it_whatever_the_quorum(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(terms=Terms(quorum=3))
    change = core_bot.ask()
    core_bot.press(ANTON, change)
    core_bot.send(VERA, change, "no")
    assert core_bot.now(change).status is Status.REJECTED
    assert ": rejected" in core_bot.press(IDA, change)


FORM_TROUBLES = {
    ChannelDead(
        "expired_trigger_id"
    ): "the click is too old to open a form (expired_trigger_id). Press the button again.",
    ChannelDead("token_revoked"): "the token was revoked, by a person or when the app was uninstalled "
    "(token_revoked). Set SLACK_BOT_TOKEN to a valid bot token and restart b24bot.",
    ChannelDead("never_heard_of"): "b24bot does not know this error code of Slack (never_heard_of). Look up "
    "the error code in the documentation of Slack.",
    Impossible("view_too_large"): "the message is too long (view_too_large). Update b24bot. If that does not "
    "help, report the error code to the maintainers.",
    Lost("timeout"): "that it opened the form for the reason (timeout). Press the button again.",
    Busy(9): "Slack opens no form now (ratelimited). Press the button again in a minute.",
}


@pytest.mark.parametrize("fault", FORM_TROUBLES, ids=lambda fault: fault.code)
def test_a_form_that_slack_does_not_open_is_told_and_can_be_asked_for_again(
    core_bot: CoreBot, fault: DeliveryError
) -> None:
    """A click opens a form within three seconds or never: that is no fault inside the bot."""
    change = core_bot.ask()
    core_bot.messenger.fail("form", fault)
    told = core_bot.press(ANTON, change, card_token.REJECT)
    assert told.startswith("CR-1001 was not rejected. Slack ")
    assert told.endswith(FORM_TROUBLES[fault])
    assert core_bot.press(ANTON, change, card_token.REJECT) == ""
    assert len(core_bot.messenger.forms) == 1
    assert core_bot.now(change).status is Status.PENDING


@pytest.mark.parametrize("status", [Status.PENDING, Status.APPROVED])
def test_the_requester_can_withdraw_until_it_runs(core_bot: CoreBot, status: Status) -> None:
    change = brought_to(core_bot, status)
    assert core_bot.press(OLGA, change, card_token.WITHDRAW) == "CR-1001 (Remove one) is withdrawn."
    ended = core_bot.now(change)
    assert (ended.status, ended.outcome) == (Status.WITHDRAWN, "Withdrawn by the person who asked.")
    assert ended.ended_at == core_bot.clock.now_ms()
    (record,) = core_bot.records(Tag.CHANGE_WITHDRAWN)
    assert (record.actor, record.subject) == (OLGA.id, change.id)
    core_bot.work()
    assert core_bot.toy.calls == []
    assert core_bot.now(change).status is Status.WITHDRAWN


@pytest.mark.parametrize("status", [status for status in Status if status not in (Status.PENDING, Status.APPROVED)])
def test_what_runs_or_has_ended_cannot_be_withdrawn(core_bot: CoreBot, status: Status) -> None:
    change = brought_to(core_bot, status)
    assert en(describe_status(core_bot.now(change))) in core_bot.press(OLGA, change, card_token.WITHDRAW)
    assert core_bot.now(change).status is status


@pytest.mark.parametrize("who", [ANTON, IDA, GLEB, STRANGER])
def test_nobody_else_can_withdraw(core_bot: CoreBot, who: Principal) -> None:
    change = core_bot.ask()
    told = core_bot.press(who, change, card_token.WITHDRAW)
    assert told == "Only the person who asked can withdraw a change request."
    assert core_bot.now(change) == change
    assert refusals(core_bot) == [(who.id, change.id, told)]


def test_what_only_needs_confirming_is_confirmed_by_its_requester(core_bot: CoreBot) -> None:
    change = core_bot.ask("thing paint one")
    assert core_bot.press(OLGA, change, card_token.CONFIRM) == ""
    assert core_bot.now(change).status is Status.APPROVED
    core_bot.work()
    assert core_bot.now(change).status is Status.DONE
    assert core_bot.toy.things["one"] == "blue"


@pytest.mark.parametrize("button", [card_token.APPROVE, card_token.CONFIRM, card_token.REJECT])
@pytest.mark.parametrize("who", [ANTON, IDA, GLEB])
def test_nobody_else_can_confirm_it(core_bot: CoreBot, who: Principal, button: str) -> None:
    change = core_bot.ask("thing paint one")
    assert core_bot.press(who, change, button) == "Only the person who asked can confirm this."
    assert core_bot.now(change).status is Status.PENDING


def test_a_requester_who_lost_the_role_cannot_confirm(core_bot: CoreBot) -> None:
    change = core_bot.ask("thing paint one")
    grant_role(core_bot.store, OLGA, Role.VIEWER, by=SHELL)
    assert (
        core_bot.press(OLGA, change, card_token.CONFIRM)
        == "Confirming this needs the role operator. Your role is viewer."
    )
    assert core_bot.now(change).status is Status.PENDING


@pytest.mark.parametrize("button", [card_token.APPROVE, card_token.WITHDRAW])
def test_what_cannot_be_recorded_does_not_count_and_is_told(core_bot: CoreBot, button: str) -> None:
    change = core_bot.ask()
    core_bot.break_audit()
    told = core_bot.press(OLGA if button == card_token.WITHDRAW else ANTON, change, button)
    # What became of a stop is recorded with the apology, so that one is said past the outbox.
    assert (told or core_bot.last_private_notice) == (
        "The database cannot be written now (disk on fire). Nothing was sent. Try again in a moment."
    )
    assert core_bot.now(change) == change
    assert execute_jobs(core_bot) == 0
