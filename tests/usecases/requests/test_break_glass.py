"""Breaking the glass: an admin does not wait for approval, everybody hears of it, and somebody else reviews it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import Tag
from bot.core.audit.chain import read_anchors
from bot.core.authority.identity_groups import IdentityGroups
from bot.core.authority.membership import MembershipStatus
from bot.core.authority.policy import BrokenGlass, NeedsApproval, Terms
from bot.core.bot_errors import NotPermitted, WordsError
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.planned_command import Answered, Planned
from bot.core.local_plugins import BUILTIN
from bot.core.principals import Principal, Role
from bot.plugin import CallVerdict, PluginError, TargetUnreachable
from bot.usecases.admin.admin_commands import REVIEW
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.admin.builtin_plugin import BUILTIN_PLACE
from bot.usecases.admin.call_handlers import HANDLERS, Authorization
from bot.usecases.authority import card_token
from bot.usecases.authority.break_glass_log import OWN_BREAK_GLASS
from bot.usecases.authority.eligibility import MOST_OPEN
from bot.usecases.delivery_errors import ChannelDead
from bot.usecases.requests.approval import confirm
from bot.usecases.requests.break_glass import MOST_MENTIONED, REVIEW_LASTS_MS
from bot.usecases.requests.expiry import expire_overdue
from bot.usecases.requests.planning import plan_or_read
from tests.language.english import en, en_facts
from tests.usecases.core_bot import (
    ANTON,
    APPROVALS,
    GLEB,
    IDA,
    OLGA,
    REMOVE_ONE,
    ROLES,
    SHELL,
    VERA,
    VIKTOR,
    CoreBot,
    person,
)
from tests.usecases.toy import ASK_PEOPLE_AFTER_MS, Script

ADA, EVA = person("Ada"), person("Eva")
NOW = "thing remove one --break-glass --reason 'customers are lost'"
ON = Terms(break_glass=True)


@pytest.fixture
def glass(make_core_bot: Callable[..., CoreBot]) -> CoreBot:
    """An office with three admins, Ida, Ada and Eva, where the glass may be broken."""
    return make_core_bot(terms=ON, roles={**ROLES, ADA: Role.ADMIN, EVA: Role.ADMIN})


def broken(core_bot: CoreBot, text: str = NOW) -> tuple[ChangeRequest, ChangeRequest]:
    """The change request that Ida ran without approval, and its review."""
    change = core_bot.ask(text, IDA)
    assert core_bot.press(IDA, change, card_token.CONFIRM) == ""
    return core_bot.now(change), core_bot.change()


def announced(core_bot: CoreBot) -> list[str]:
    return [words for kind, words in core_bot.messenger.said if kind == "note"]


def refusal(core_bot: CoreBot, text: str, who: Principal = IDA) -> str:
    with pytest.raises(PluginError) as refused:
        plan_or_read(core_bot.ctx, who, text)
    return en(refused.value.sentence)


def test_it_is_off_unless_switched_on_and_says_how(core_bot: CoreBot) -> None:
    assert "B24BOT_BREAK_GLASS=on" in refusal(core_bot, NOW)
    assert core_bot.type(IDA, NOW).startswith("Break-glass is switched off")
    assert core_bot.records(Tag.COMMAND_REFUSED)[-1].actor == IDA.id
    assert core_bot.store.changes.with_status(Status) == []


@pytest.mark.parametrize("who", [OLGA, ANTON])
def test_it_is_for_admins(glass: CoreBot, who: Principal) -> None:
    assert refusal(glass, NOW, who) == f"Break-glass needs the role admin. Your role is {ROLES[who]}."


@pytest.mark.parametrize("who", [VIKTOR, GLEB])
def test_whoever_may_not_ask_at_all_may_not_ask_so(glass: CoreBot, who: Principal) -> None:
    with pytest.raises(NotPermitted):
        plan_or_read(glass.ctx, who, NOW)


@pytest.mark.parametrize("reason", ["", "--reason ''", "--reason '  '"])
def test_it_needs_a_reason(glass: CoreBot, reason: str) -> None:
    with pytest.raises(WordsError, match=r"policy\.reason_needed") as refused:
        plan_or_read(glass.ctx, IDA, f"thing remove one --break-glass {reason}")
    assert refused.value.hint == ""


def test_what_needs_nobodys_approval_has_no_glass(glass: CoreBot) -> None:
    assert "Leave --break-glass out" in refusal(glass, "thing paint one --break-glass --reason x")
    with pytest.raises(WordsError) as refused:
        plan_or_read(glass.ctx, IDA, "thing list --break-glass")
    assert "--break-glass out" in en(refused.value.hint)


@pytest.mark.parametrize("text", ["access grant @UGLEB admin", "access revoke @UADA", "unfreeze"])
def test_the_rules_of_the_house_always_take_two(glass: CoreBot, text: str) -> None:
    if text == "unfreeze":
        glass.type(OLGA, "freeze")
    assert "always needs two people" in refusal(glass, f"{text} --break-glass --reason x")


def test_a_risk_that_live_state_raised_can_be_bypassed(glass: CoreBot) -> None:
    planned = plan_or_read(glass.ctx, IDA, "thing paint precious --break-glass --reason x")
    assert isinstance(planned, Planned)
    assert isinstance(planned.decision, BrokenGlass)


def test_the_admin_sees_the_card_first_and_nothing_is_sent(glass: CoreBot) -> None:
    assert glass.type(IDA, NOW) == (
        f"CR-1001 (Remove one) waits for you to confirm break-glass. Its card goes to {mentions.channel(APPROVALS)}."
    )
    change = glass.change()
    assert (change.status, change.reason) == (Status.PENDING, "customers are lost")
    assert change.decision == BrokenGlass(expires_in=3_600_000)
    glass.work()
    assert glass.toy.calls == []
    assert glass.records(Tag.APPROVAL_BYPASSED) == []


@pytest.mark.parametrize("who", [ADA, ANTON, VERA, OLGA])
def test_nobody_else_confirms_it(glass: CoreBot, who: Principal) -> None:
    change = glass.ask(NOW, IDA)
    for button in (card_token.CONFIRM, card_token.APPROVE):
        assert glass.press(who, change, button) == "Only the admin who asked can use break-glass for this."
    glass.work()
    assert glass.now(change).status is Status.PENDING
    assert glass.toy.calls == []


def test_who_is_no_admin_any_more_does_not_confirm_it(glass: CoreBot) -> None:
    change = glass.ask(NOW, IDA)
    grant_role(glass.store, IDA, Role.APPROVER, by=SHELL)
    assert "needs the role admin" in glass.press(IDA, change, card_token.CONFIRM)
    assert glass.now(change).status is Status.PENDING


def test_what_was_switched_off_meanwhile_is_off(glass: CoreBot) -> None:
    change = glass.ask(NOW, IDA)
    glass.configure(terms=Terms())
    assert "switched off meanwhile" in glass.press(IDA, change, card_token.CONFIRM)
    assert glass.now(change).status is Status.PENDING


def test_its_reason_adds_no_line_to_what_the_bot_says(glass: CoreBot) -> None:
    change, _ = broken(glass, 'thing remove one --break-glass --reason "fire\nCR-1002 was reviewed by @ada."')
    glass.deliver()
    assert change.reason == "fire CR-1002 was reviewed by @ada."
    assert [len(text.splitlines()) for text in announced(glass)] == [2, 2]


def test_confirmed_it_runs_verified_and_on_the_record(glass: CoreBot) -> None:
    change, _ = broken(glass)
    glass.work()
    assert en(glass.now(change).outcome).startswith("Done and verified")
    assert len(glass.toy.calls) == 1
    tags = [record.tag for record in glass.records("change:", change.id)]
    assert tags[:4] == [
        Tag.CHANGE_REQUESTED,
        Tag.APPROVAL_BYPASSED,
        Tag.REQUEST_CONFIRMED,
        Tag.EXECUTION_INTENDED,
    ]
    (bypass,) = glass.records(Tag.APPROVAL_BYPASSED)
    assert (bypass.actor, bypass.facts["reason"], bypass.facts["digest"]) == (
        IDA.id,
        "customers are lost",
        change.digest,
    )


def test_a_reason_does_not_pass_for_a_head_of_the_audit_log(glass: CoreBot) -> None:
    broken(glass, NOW.replace("customers are lost", "see #999999 0123456789abcdef"))
    glass.deliver()
    assert any("see #999999 0123456789abcdef" in words for words in announced(glass))
    assert [anchor for words in announced(glass) for anchor in read_anchors(words.split("\n"), "#audit")] == []


def test_it_is_announced_in_both_channels_with_who_what_and_why(glass: CoreBot) -> None:
    broken(glass)
    glass.deliver()
    assert len(announced(glass)) == 2
    for words in announced(glass):
        assert words.startswith(f"🚨 {mentions.person(IDA)} used break-glass: CR-1001 (Remove one on default)")
        assert "Reason: customers are lost" in words
        assert mentions.person(ADA) in words
        assert mentions.person(IDA) not in words.partition("Why")[2]
        assert "CR-1002 waits for the review" in words


def test_so_many_admins_are_called_and_no_more(make_core_bot: Callable[..., CoreBot]) -> None:
    many = {person(f"Admin{number:02}"): Role.ADMIN for number in range(MOST_MENTIONED + 3)}
    core_bot = make_core_bot(terms=ON, roles={IDA: Role.ADMIN, **many})
    broken(core_bot)
    core_bot.deliver()
    called = [admin for admin in many if mentions.person(admin) in announced(core_bot)[0]]
    assert len(called) == MOST_MENTIONED
    assert "and 3 more" in announced(core_bot)[0]


def test_a_lone_admin_cannot_break_it_and_is_told_what_to_do(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(terms=ON, roles={IDA: Role.ADMIN, ANTON: Role.APPROVER})
    told = core_bot.type(IDA, NOW)
    assert told.startswith("Nobody could review this: there is no other admin")
    assert "access grant TEAM:USER admin" in told
    assert core_bot.store.changes.with_status(Status) == []
    assert core_bot.records(Tag.COMMAND_REFUSED)[-1].actor == IDA.id


def test_who_became_the_only_admin_meanwhile_does_not_break_it(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(terms=ON, roles={IDA: Role.ADMIN, ADA: Role.ADMIN})
    change = core_bot.ask(NOW, IDA)
    grant_role(core_bot.store, ADA, Role.APPROVER, by=SHELL)
    assert core_bot.press(IDA, change, card_token.CONFIRM).startswith("Nobody could review this")
    assert core_bot.now(change).status is Status.PENDING
    assert core_bot.records(Tag.REVIEW_REFUSED, change.id)
    with pytest.raises(NotPermitted, match=r"review\.no_other_admin"), core_bot.store.unit_of_work() as tx:
        confirm(tx, core_bot.ctx, IDA, change)


def test_another_account_of_theirs_is_no_other_admin(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(terms=ON, roles={IDA: Role.ADMIN, ADA: Role.ADMIN})
    core_bot.configure(people=IdentityGroups.of({(IDA, ADA)}))
    assert core_bot.type(IDA, NOW).startswith("Nobody could review this")


def test_nobody_breaks_it_again_before_somebody_has_reviewed_it(glass: CoreBot) -> None:
    change, review = broken(glass)
    glass.work()
    again = NOW.replace("one", "two")
    assert f"nobody has reviewed that yet: {change.id}" in glass.type(IDA, again)
    assert "waits for you to confirm break-glass" in glass.type(ADA, again)
    glass.press(ADA, review)
    glass.work()
    glass.toy.things["three"] = "red"
    assert "waits for you to confirm break-glass" in glass.type(IDA, NOW.replace("one", "three"))


@pytest.mark.parametrize(("first", "second"), [("thing paint one", NOW), (NOW, "thing paint one")])
def test_a_card_that_its_requester_left_keeps_nobody_from_an_emergency(glass: CoreBot, first: str, second: str) -> None:
    """Nor does an emergency that its admin thought better of."""
    left = glass.ask(first, ADA)
    assert "waits for you to" in glass.type(IDA, second)
    assert glass.now(left).status is Status.WITHDRAWN


def test_what_others_decide_about_does_not_give_way_to_an_emergency(glass: CoreBot) -> None:
    change = glass.ask("thing remove one")
    assert f"{change.id} (Remove one) is open for this already" in glass.type(IDA, NOW)
    assert glass.now(change).status is Status.PENDING


def test_two_that_wait_are_not_both_broken(glass: CoreBot) -> None:
    first, second = glass.ask(NOW, IDA), glass.ask(NOW.replace("one", "two"), IDA)
    assert glass.press(IDA, first, card_token.CONFIRM) == ""
    assert "nobody has reviewed that yet" in glass.press(IDA, second, card_token.CONFIRM)
    assert glass.now(second).status is Status.PENDING


def test_a_review_that_expires_says_so_in_both_channels_and_in_the_status(glass: CoreBot) -> None:
    change, review = broken(glass)
    glass.work()
    glass.clock.advance(REVIEW_LASTS_MS / 1000 + 1)
    expire_overdue(glass.ctx)
    glass.deliver()
    stands = f"Nobody has reviewed the use of break-glass in {change.id}. Its changes stay in effect."
    assert en(glass.now(review).outcome).startswith(stands)
    assert len([words for words in announced(glass) if f"{review.id} has expired. {stands}" in words]) == 2
    answer = plan_or_read(glass.ctx, ADA, "status")
    assert isinstance(answer, Answered)
    assert change.id in dict(en_facts(answer.reply))["Break-glass without a review"]
    assert f"nobody has reviewed that yet: {change.id}" in glass.type(IDA, NOW.replace("one", "two"))
    later = glass.ask(f"request review {change.id}", IDA)
    glass.press(ADA, later)
    glass.work()
    answer = plan_or_read(glass.ctx, ADA, "status")
    assert isinstance(answer, Answered)
    assert "Break-glass without a review" not in dict(en_facts(answer.reply))


def test_an_announcement_is_not_given_up(glass: CoreBot) -> None:
    glass.messenger.fail("note", *[ChannelDead("is_archived")] * 20)
    broken(glass)
    glass.deliver()
    for _ in range(60):
        glass.clock.advance(900)
        glass.deliver()
    assert len(announced(glass)) == 2


# What is not bypassed


def test_frozen_it_is_refused(glass: CoreBot) -> None:
    glass.type(OLGA, "freeze")
    assert "b24bot is frozen" in glass.type(IDA, NOW)
    assert glass.store.changes.with_status(Status) == []


def test_frozen_meanwhile_it_is_not_confirmed(glass: CoreBot) -> None:
    change = glass.ask(NOW, IDA)
    glass.type(OLGA, "freeze")
    told = glass.press(IDA, change, card_token.CONFIRM)
    assert told.startswith("b24bot is frozen")
    assert glass.records(Tag.APPROVAL_BYPASSED) == []


def test_frozen_after_the_confirmation_it_is_not_run(glass: CoreBot) -> None:
    change, _ = broken(glass)
    glass.deliver()
    glass.hears(glass.typed(OLGA, "freeze"))
    glass.work()
    assert glass.now(change).status is Status.FAILED
    assert glass.toy.calls == []


def test_without_the_audit_copy_nothing_is_called(glass: CoreBot) -> None:
    glass.messenger.fail("audit", None, *[ChannelDead("is_archived")] * 50)
    change, _ = broken(glass)
    glass.work()
    assert glass.now(change).status is not Status.DONE
    assert glass.toy.calls == []


def test_drift_stops_it(glass: CoreBot) -> None:
    change, _ = broken(glass)
    glass.toy.things["one"] = "blue"
    glass.work()
    assert glass.now(change).status is Status.CHANGED
    assert glass.toy.calls == []


def test_the_role_is_looked_at_again_right_before_the_call(glass: CoreBot) -> None:
    change, _ = broken(glass)
    glass.deliver()
    grant_role(glass.store, IDA, Role.APPROVER, by=SHELL)
    glass.work()
    assert "The confirmation no longer counts" in en(glass.now(change).outcome)
    assert glass.toy.calls == []


def test_it_is_all_or_nothing(glass: CoreBot) -> None:
    change = glass.ask(NOW, IDA)
    glass.break_audit()
    glass.press(IDA, change, card_token.CONFIRM)
    glass.mend_audit()
    assert glass.now(change).status is Status.PENDING
    assert [one.number for one in glass.store.changes.with_status(Status)] == [change.number]


def test_what_became_of_it_those_are_asked_whose_word_counts(glass: CoreBot) -> None:
    """Who broke the glass wants to know, and has no say."""
    glass.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN, effect=False))
    glass.messenger.standings[VERA] = MembershipStatus.DELETED
    glass.type(VERA, "thing list")
    change, _ = broken(glass)
    glass.toy.unreadable = TargetUnreachable("It does not answer.")
    glass.wait(ASK_PEOPLE_AFTER_MS / 1000 + 30, step=10)
    glass.deliver()
    (line,) = [line for line in glass.threads if "Please check whether the change took effect" in line]
    called = line.partition("The outcome is not known")[0]
    assert mentions.person(ADA) in called
    assert mentions.person(ANTON) in called
    assert called.rstrip().endswith(mentions.person(IDA))
    assert not any(mentions.person(who) in called for who in (OLGA, VIKTOR, VERA))
    assert glass.now(change).status is Status.UNKNOWN


# The review


def test_the_review_waits_a_week_and_names_who_and_why(glass: CoreBot) -> None:
    change, review = broken(glass)
    assert (review.plugin, review.place, review.line) == (BUILTIN, BUILTIN_PLACE, f"request review {change.id}")
    assert (review.requester, review.status) == (IDA, Status.PENDING)
    assert review.expires_at - review.created_at == REVIEW_LASTS_MS == 7 * 24 * 3_600_000
    assert isinstance(review.decision, NeedsApproval)
    assert review.decision.role is Role.ADMIN
    assert mentions.person(IDA) in en(review.plan.radius[0])
    assert "customers are lost" in en(review.plan.radius[0])


@pytest.mark.parametrize(("who", "why"), {IDA: "Somebody else", ANTON: "role admin", OLGA: "role admin"}.items())
def test_who_broke_it_cannot_review_it_and_only_admins_can(glass: CoreBot, who: Principal, why: str) -> None:
    _, review = broken(glass)
    assert why in glass.press(who, review)
    glass.work()
    assert glass.records(Tag.BYPASS_REVIEWED) == []


def test_another_admin_reviews_it_after_it_ran(glass: CoreBot) -> None:
    change, review = broken(glass)
    glass.work()
    assert glass.press(ADA, review) == ""
    glass.work()
    assert glass.now(review).outcome == "Done and verified.\n• review: awaited → approved"
    (record,) = glass.records(Tag.BYPASS_REVIEWED)
    assert (record.actor, record.subject, record.facts) == (ADA.id, change.id, {**REMOVE_ONE, "request": review.id})
    assert glass.type(ADA, f"request review {change.id}") == f"{change.id} has been reviewed already."


def test_a_rejected_review_is_a_rejection(glass: CoreBot) -> None:
    _, review = broken(glass)
    assert glass.send(ADA, review, "it could have waited") == ""
    assert glass.now(review).status is Status.REJECTED
    assert "Nobody has reviewed the use of break-glass in CR-1001. Its changes stay in effect." in en(
        glass.now(review).outcome
    )
    glass.deliver()
    assert len([words for words in announced(glass) if f"rejected {review.id}: it could have waited" in words]) == 2
    assert glass.records(Tag.REVIEW_REJECTED, review.id)[0].facts["reason"] == "it could have waited"
    assert glass.records(Tag.BYPASS_REVIEWED) == []


def test_who_broke_it_cannot_take_the_review_back(glass: CoreBot) -> None:
    _, review = broken(glass)
    assert "cannot be withdrawn" in glass.press(IDA, review, card_token.WITHDRAW)
    assert glass.now(review).status is Status.PENDING
    assert glass.records(Tag.REVIEW_REFUSED, review.id)


def test_asked_for_by_hand_it_is_still_not_who_broke_it_who_reviews(glass: CoreBot) -> None:
    """The policy would count their approval, for it was another one who asked."""
    change, review = broken(glass)
    glass.work()
    glass.send(ADA, review, "not so")
    again = glass.ask(f"request review {change.id}", ADA)
    assert glass.press(IDA, again) == en(OWN_BREAK_GLASS)
    assert glass.send(IDA, again, "not so") == en(OWN_BREAK_GLASS)
    assert glass.now(again).status is Status.PENDING
    assert [one.facts["reason"] for one in glass.records(Tag.REVIEW_REFUSED, again.id)] == [en(OWN_BREAK_GLASS)] * 2
    assert glass.press(EVA, again) == ""
    glass.work()
    assert glass.now(again).status is Status.DONE
    (record,) = glass.records(Tag.BYPASS_REVIEWED)
    assert record.actor == EVA.id


def test_a_review_that_only_who_broke_it_could_approve_is_not_asked_for(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(terms=ON, roles={**ROLES, ADA: Role.ADMIN})
    change, review = broken(core_bot)
    core_bot.work()
    core_bot.send(ADA, review, "not so")
    assert "Nobody can approve this now." in core_bot.type(ADA, f"request review {change.id}")
    assert "waits for approval" in core_bot.type(IDA, f"request review {change.id}")


def test_a_review_on_the_word_of_who_broke_it_alone_is_none(glass: CoreBot) -> None:
    """Whatever let their approval count: the deed itself looks again."""
    change, _ = broken(glass)
    with glass.store.unit_of_work() as tx:
        outcome = HANDLERS[REVIEW](tx, glass.ctx, Authorization(asked=ADA, approved=(IDA,)), {"number": change.number})
    assert (outcome.verdict, en(outcome.sentence)) == (CallVerdict.FAILED, en(OWN_BREAK_GLASS))
    assert glass.records(Tag.BYPASS_REVIEWED) == []


def test_what_the_house_does_not_do_is_not_told_of_a_portal(glass: CoreBot) -> None:
    first = glass.ask("access grant @UGLEB viewer", IDA)
    glass.press(ADA, first)
    glass.deliver()
    grant_role(glass.store, GLEB, Role.OPERATOR, by=SHELL)
    glass.work()
    second = glass.ask("access grant @UVIKTOR operator", IDA)
    glass.press(ADA, second)
    glass.deliver()
    grant_role(glass.store, ADA, Role.APPROVER, by=SHELL)
    glass.work()
    for change in (first, second):
        assert not glass.now(change).status.open
        assert "portal" not in en(glass.now(change).outcome)


def test_another_account_of_who_broke_it_does_not_review_it(glass: CoreBot) -> None:
    glass.configure(people=IdentityGroups.of({(IDA, ADA)}))
    change, review = broken(glass)
    assert "with another account" in glass.press(ADA, review)
    glass.work()
    glass.send(EVA, review, "not so")
    grant_role(glass.store, person("Una"), Role.ADMIN, by=SHELL)
    again = glass.ask(f"request review {change.id}", EVA)
    assert glass.press(ADA, again) == en(OWN_BREAK_GLASS)
    glass.work()
    assert glass.records(Tag.BYPASS_REVIEWED) == []


def test_the_review_is_opened_however_much_the_admin_has_open(glass: CoreBot) -> None:
    """It may not be what keeps an emergency waiting."""
    glass.toy.things |= {f"more{number}": "red" for number in range(MOST_OPEN)}
    for number in range(MOST_OPEN - 1):
        glass.ask(f"thing remove more{number}", IDA)
    change, review = broken(glass)
    assert change.status is Status.APPROVED
    assert review.line == f"request review {change.id}"


def test_while_the_review_waits_asking_again_finds_it(glass: CoreBot) -> None:
    change, review = broken(glass)
    assert review.id in glass.type(ADA, f"request review {change.id}")
    assert glass.change().number == review.number


@pytest.mark.parametrize("number", ["CR-1001", "CR-9999"])
def test_what_was_approved_needs_no_review(glass: CoreBot, number: str) -> None:
    glass.approved()
    assert "was approved before it ran" in refusal(glass, f"request review {number}")


def test_a_review_goes_on_while_frozen_and_cannot_be_bypassed(glass: CoreBot) -> None:
    change, review = broken(glass)
    glass.work()
    glass.type(OLGA, "freeze")
    assert "always needs two" in refusal(glass, f"request review {change.id} --break-glass --reason x")
    glass.press(ADA, review)
    glass.work()
    assert glass.now(review).status is Status.DONE


def test_in_the_terminal_the_account_confirms_and_somebody_else_reviews(glass: CoreBot) -> None:
    change = glass.ask(NOW, SHELL)
    with glass.store.unit_of_work() as tx:
        confirm(tx, glass.ctx, SHELL, change)
    review = glass.change()
    assert (review.requester, review.line) == (SHELL, "request review CR-1001")
    assert glass.press(ADA, review) == ""
    glass.work()
    assert glass.now(change).status is Status.DONE
    assert glass.now(review).status is Status.DONE


def test_an_undo_of_it_is_asked_for_the_usual_way(glass: CoreBot) -> None:
    change, _ = broken(glass, "thing paint precious --break-glass --reason x")
    glass.work()
    glass.take(glass.click(IDA, glass.now(change), card_token.UNDO))
    assert isinstance(glass.change().decision, NeedsApproval)
