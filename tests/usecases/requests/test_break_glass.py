"""Break-glass: an admin does not wait for approval, everybody hears of it, and somebody else reviews it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import Tag
from bot.core.audit.chain import read_anchors
from bot.core.authority.identity_groups import IdentityGroups
from bot.core.authority.membership import MembershipStatus
from bot.core.authority.policy import BreakGlass, NeedsApproval, Terms
from bot.core.bot_errors import NotPermitted, WordsError
from bot.core.builtin_name import BUILTIN
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.planned_command import Answered, Planned
from bot.core.principals import Principal, Role
from bot.plugin import CallVerdict, PluginError, TargetUnreachable
from bot.usecases.admin.admin_commands import REVIEW
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.admin.builtin_plugin import BUILTIN_PLACE
from bot.usecases.admin.call_handlers import HANDLERS, Authorization
from bot.usecases.authority import card_token
from bot.usecases.authority.break_glass_log import OWN_BREAK_GLASS
from bot.usecases.authority.eligibility import MOST_OPEN
from bot.usecases.chat.delivery_errors import ChannelDead
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
def admins_bot(make_core_bot: Callable[..., CoreBot]) -> CoreBot:
    """A bot with three admins, Ida, Ada and Eva, where break-glass may be used."""
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
def test_it_is_for_admins(admins_bot: CoreBot, who: Principal) -> None:
    assert refusal(admins_bot, NOW, who) == f"Break-glass needs the role admin. Your role is {ROLES[who]}."


@pytest.mark.parametrize("who", [VIKTOR, GLEB])
def test_whoever_may_not_ask_at_all_may_not_ask_so(admins_bot: CoreBot, who: Principal) -> None:
    with pytest.raises(NotPermitted):
        plan_or_read(admins_bot.ctx, who, NOW)


@pytest.mark.parametrize("reason", ["", "--reason ''", "--reason '  '"])
def test_it_needs_a_reason(admins_bot: CoreBot, reason: str) -> None:
    with pytest.raises(WordsError, match=r"policy\.reason_needed") as refused:
        plan_or_read(admins_bot.ctx, IDA, f"thing remove one --break-glass {reason}")
    assert refused.value.hint == ""


def test_what_needs_nobodys_approval_has_no_break_glass(admins_bot: CoreBot) -> None:
    assert "Leave --break-glass out" in refusal(admins_bot, "thing paint one --break-glass --reason x")
    with pytest.raises(WordsError) as refused:
        plan_or_read(admins_bot.ctx, IDA, "thing list --break-glass")
    assert "--break-glass out" in en(refused.value.hint)


@pytest.mark.parametrize("text", ["access grant @UGLEB admin", "access revoke @UADA", "unfreeze"])
def test_the_rules_of_the_bot_always_take_two(admins_bot: CoreBot, text: str) -> None:
    if text == "unfreeze":
        admins_bot.type(OLGA, "freeze")
    assert "always needs two people" in refusal(admins_bot, f"{text} --break-glass --reason x")


def test_a_risk_that_live_state_raised_can_be_bypassed(admins_bot: CoreBot) -> None:
    planned = plan_or_read(admins_bot.ctx, IDA, "thing paint precious --break-glass --reason x")
    assert isinstance(planned, Planned)
    assert isinstance(planned.decision, BreakGlass)


def test_the_admin_sees_the_card_first_and_nothing_is_sent(admins_bot: CoreBot) -> None:
    assert admins_bot.type(IDA, NOW) == (
        f"CR-1001 (Remove one) waits for you to confirm break-glass. Its card goes to {mentions.channel(APPROVALS)}."
    )
    change = admins_bot.change()
    assert (change.status, change.reason) == (Status.PENDING, "customers are lost")
    assert change.decision == BreakGlass(expires_in=3_600_000)
    admins_bot.work()
    assert admins_bot.toy.calls == []
    assert admins_bot.records(Tag.APPROVAL_BYPASSED) == []


@pytest.mark.parametrize("who", [ADA, ANTON, VERA, OLGA])
def test_nobody_else_confirms_it(admins_bot: CoreBot, who: Principal) -> None:
    change = admins_bot.ask(NOW, IDA)
    for button in (card_token.CONFIRM, card_token.APPROVE):
        assert admins_bot.press(who, change, button) == "Only the admin who asked can use break-glass for this."
    admins_bot.work()
    assert admins_bot.now(change).status is Status.PENDING
    assert admins_bot.toy.calls == []


def test_who_is_no_admin_any_more_does_not_confirm_it(admins_bot: CoreBot) -> None:
    change = admins_bot.ask(NOW, IDA)
    grant_role(admins_bot.store, IDA, Role.APPROVER, by=SHELL)
    assert "needs the role admin" in admins_bot.press(IDA, change, card_token.CONFIRM)
    assert admins_bot.now(change).status is Status.PENDING


def test_what_was_switched_off_meanwhile_is_off(admins_bot: CoreBot) -> None:
    change = admins_bot.ask(NOW, IDA)
    admins_bot.configure(terms=Terms())
    assert "switched off meanwhile" in admins_bot.press(IDA, change, card_token.CONFIRM)
    assert admins_bot.now(change).status is Status.PENDING


def test_its_reason_adds_no_line_to_what_the_bot_says(admins_bot: CoreBot) -> None:
    change, _ = broken(admins_bot, 'thing remove one --break-glass --reason "fire\nCR-1002 was reviewed by @ada."')
    admins_bot.deliver()
    assert change.reason == "fire CR-1002 was reviewed by @ada."
    assert [len(text.splitlines()) for text in announced(admins_bot)] == [2, 2]


def test_confirmed_it_runs_verified_and_on_the_record(admins_bot: CoreBot) -> None:
    change, _ = broken(admins_bot)
    admins_bot.work()
    assert en(admins_bot.now(change).outcome).startswith("Done and verified")
    assert len(admins_bot.toy.calls) == 1
    tags = [record.tag for record in admins_bot.records("change:", change.id)]
    assert tags[:4] == [
        Tag.CHANGE_REQUESTED,
        Tag.APPROVAL_BYPASSED,
        Tag.REQUEST_CONFIRMED,
        Tag.EXECUTION_INTENDED,
    ]
    (bypass,) = admins_bot.records(Tag.APPROVAL_BYPASSED)
    assert (bypass.actor, bypass.facts["reason"], bypass.facts["digest"]) == (
        IDA.id,
        "customers are lost",
        change.digest,
    )


def test_a_reason_does_not_pass_for_a_head_of_the_audit_log(admins_bot: CoreBot) -> None:
    broken(admins_bot, NOW.replace("customers are lost", "see #999999 0123456789abcdef"))
    admins_bot.deliver()
    assert any("see #999999 0123456789abcdef" in words for words in announced(admins_bot))
    assert [anchor for words in announced(admins_bot) for anchor in read_anchors(words.split("\n"), "#audit")] == []


def test_it_is_announced_in_both_channels_with_who_what_and_why(admins_bot: CoreBot) -> None:
    broken(admins_bot)
    admins_bot.deliver()
    assert len(announced(admins_bot)) == 2
    for words in announced(admins_bot):
        assert words.startswith(f"🚨 {mentions.person(IDA)} used break-glass: CR-1001 (Remove one on default)")
        assert "Reason: customers are lost" in words
        assert mentions.person(ADA) in words
        assert mentions.person(IDA) not in words.partition("Why")[2]
        assert "CR-1002 waits for your review" in words


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


def test_nobody_breaks_it_again_before_somebody_has_reviewed_it(admins_bot: CoreBot) -> None:
    change, review = broken(admins_bot)
    admins_bot.work()
    again = NOW.replace("one", "two")
    assert f"nobody has reviewed that yet: {change.id}" in admins_bot.type(IDA, again)
    assert "waits for you to confirm break-glass" in admins_bot.type(ADA, again)
    admins_bot.press(ADA, review)
    admins_bot.work()
    admins_bot.toy.things["three"] = "red"
    assert "waits for you to confirm break-glass" in admins_bot.type(IDA, NOW.replace("one", "three"))


@pytest.mark.parametrize(("first", "second"), [("thing paint one", NOW), (NOW, "thing paint one")])
def test_a_card_that_its_requester_left_keeps_nobody_from_an_emergency(
    admins_bot: CoreBot, first: str, second: str
) -> None:
    """Nor does an emergency that its admin thought better of."""
    left = admins_bot.ask(first, ADA)
    assert "waits for you to" in admins_bot.type(IDA, second)
    assert admins_bot.now(left).status is Status.WITHDRAWN


def test_what_others_decide_about_does_not_give_way_to_an_emergency(admins_bot: CoreBot) -> None:
    change = admins_bot.ask("thing remove one")
    assert f"{change.id} (Remove one) is open for this already" in admins_bot.type(IDA, NOW)
    assert admins_bot.now(change).status is Status.PENDING


def test_two_that_wait_are_not_both_broken(admins_bot: CoreBot) -> None:
    first, second = admins_bot.ask(NOW, IDA), admins_bot.ask(NOW.replace("one", "two"), IDA)
    assert admins_bot.press(IDA, first, card_token.CONFIRM) == ""
    assert "nobody has reviewed that yet" in admins_bot.press(IDA, second, card_token.CONFIRM)
    assert admins_bot.now(second).status is Status.PENDING


def test_a_review_that_expires_says_so_in_both_channels_and_in_the_status(admins_bot: CoreBot) -> None:
    change, review = broken(admins_bot)
    admins_bot.work()
    admins_bot.clock.advance(REVIEW_LASTS_MS / 1000 + 1)
    expire_overdue(admins_bot.ctx)
    admins_bot.deliver()
    stands = f"Nobody has reviewed the use of break-glass in {change.id}. Its changes stay in effect."
    assert en(admins_bot.now(review).outcome).startswith(stands)
    assert len([words for words in announced(admins_bot) if f"{review.id} has expired. {stands}" in words]) == 2
    answer = plan_or_read(admins_bot.ctx, ADA, "status")
    assert isinstance(answer, Answered)
    assert change.id in dict(en_facts(answer.reply))["Break-glass without a review"]
    assert f"nobody has reviewed that yet: {change.id}" in admins_bot.type(IDA, NOW.replace("one", "two"))
    later = admins_bot.ask(f"request review {change.id}", IDA)
    admins_bot.press(ADA, later)
    admins_bot.work()
    answer = plan_or_read(admins_bot.ctx, ADA, "status")
    assert isinstance(answer, Answered)
    assert "Break-glass without a review" not in dict(en_facts(answer.reply))


def test_an_announcement_is_not_given_up(admins_bot: CoreBot) -> None:
    admins_bot.messenger.fail("note", *[ChannelDead("is_archived")] * 20)
    broken(admins_bot)
    admins_bot.deliver()
    for _ in range(60):
        admins_bot.clock.advance(900)
        admins_bot.deliver()
    assert len(announced(admins_bot)) == 2


# What is not bypassed


def test_frozen_it_is_refused(admins_bot: CoreBot) -> None:
    admins_bot.type(OLGA, "freeze")
    assert "b24bot is frozen" in admins_bot.type(IDA, NOW)
    assert admins_bot.store.changes.with_status(Status) == []


def test_frozen_meanwhile_it_is_not_confirmed(admins_bot: CoreBot) -> None:
    change = admins_bot.ask(NOW, IDA)
    admins_bot.type(OLGA, "freeze")
    told = admins_bot.press(IDA, change, card_token.CONFIRM)
    assert told.startswith("b24bot is frozen")
    assert admins_bot.records(Tag.APPROVAL_BYPASSED) == []


def test_frozen_after_the_confirmation_it_is_not_run(admins_bot: CoreBot) -> None:
    change, _ = broken(admins_bot)
    admins_bot.deliver()
    admins_bot.hears(admins_bot.typed(OLGA, "freeze"))
    admins_bot.work()
    assert admins_bot.now(change).status is Status.FAILED
    assert admins_bot.toy.calls == []


def test_without_the_audit_copy_nothing_is_called(admins_bot: CoreBot) -> None:
    admins_bot.messenger.fail("audit", None, *[ChannelDead("is_archived")] * 50)
    change, _ = broken(admins_bot)
    admins_bot.work()
    assert admins_bot.now(change).status is not Status.DONE
    assert admins_bot.toy.calls == []


def test_drift_stops_it(admins_bot: CoreBot) -> None:
    change, _ = broken(admins_bot)
    admins_bot.toy.things["one"] = "blue"
    admins_bot.work()
    assert admins_bot.now(change).status is Status.CHANGED
    assert admins_bot.toy.calls == []


def test_the_role_is_looked_at_again_right_before_the_call(admins_bot: CoreBot) -> None:
    change, _ = broken(admins_bot)
    admins_bot.deliver()
    grant_role(admins_bot.store, IDA, Role.APPROVER, by=SHELL)
    admins_bot.work()
    assert "The confirmation no longer counts" in en(admins_bot.now(change).outcome)
    assert admins_bot.toy.calls == []


def test_it_is_all_or_nothing(admins_bot: CoreBot) -> None:
    change = admins_bot.ask(NOW, IDA)
    admins_bot.break_audit()
    admins_bot.press(IDA, change, card_token.CONFIRM)
    admins_bot.mend_audit()
    assert admins_bot.now(change).status is Status.PENDING
    assert [one.number for one in admins_bot.store.changes.with_status(Status)] == [change.number]


def test_what_became_of_it_those_are_asked_whose_word_counts(admins_bot: CoreBot) -> None:
    """Who used break-glass wants to know, and has no say."""
    admins_bot.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN, effect=False))
    admins_bot.messenger.standings[VERA] = MembershipStatus.DELETED
    admins_bot.type(VERA, "thing list")
    change, _ = broken(admins_bot)
    admins_bot.toy.unreadable = TargetUnreachable("It does not answer.")
    admins_bot.wait(ASK_PEOPLE_AFTER_MS / 1000 + 30, step=10)
    admins_bot.deliver()
    (line,) = [line for line in admins_bot.threads if "Please check whether the change took effect" in line]
    called = line.partition("The outcome is not known")[0]
    assert mentions.person(ADA) in called
    assert mentions.person(ANTON) in called
    assert called.rstrip().endswith(mentions.person(IDA))
    assert not any(mentions.person(who) in called for who in (OLGA, VIKTOR, VERA))
    assert admins_bot.now(change).status is Status.UNKNOWN


# The review


def test_the_review_waits_a_week_and_names_who_and_why(admins_bot: CoreBot) -> None:
    change, review = broken(admins_bot)
    assert (review.plugin, review.place, review.line) == (BUILTIN, BUILTIN_PLACE, f"request review {change.id}")
    assert (review.requester, review.status) == (IDA, Status.PENDING)
    assert review.expires_at - review.created_at == REVIEW_LASTS_MS == 7 * 24 * 3_600_000
    assert isinstance(review.decision, NeedsApproval)
    assert review.decision.role is Role.ADMIN
    assert mentions.person(IDA) in en(review.plan.radius[0])
    assert "customers are lost" in en(review.plan.radius[0])


@pytest.mark.parametrize(("who", "why"), {IDA: "Somebody else", ANTON: "role admin", OLGA: "role admin"}.items())
def test_who_broke_it_cannot_review_it_and_only_admins_can(admins_bot: CoreBot, who: Principal, why: str) -> None:
    _, review = broken(admins_bot)
    assert why in admins_bot.press(who, review)
    admins_bot.work()
    assert admins_bot.records(Tag.BYPASS_REVIEWED) == []


def test_another_admin_reviews_it_after_it_ran(admins_bot: CoreBot) -> None:
    change, review = broken(admins_bot)
    admins_bot.work()
    assert admins_bot.press(ADA, review) == ""
    admins_bot.work()
    assert admins_bot.now(review).outcome == "Done and verified.\n• review: awaited → approved"
    (record,) = admins_bot.records(Tag.BYPASS_REVIEWED)
    assert (record.actor, record.subject, record.facts) == (ADA.id, change.id, {**REMOVE_ONE, "request": review.id})
    assert admins_bot.type(ADA, f"request review {change.id}") == f"{change.id} has been reviewed already."


def test_a_rejected_review_is_a_rejection(admins_bot: CoreBot) -> None:
    _, review = broken(admins_bot)
    assert admins_bot.send(ADA, review, "it could have waited") == ""
    assert admins_bot.now(review).status is Status.REJECTED
    assert "Nobody has reviewed the use of break-glass in CR-1001. Its changes stay in effect." in en(
        admins_bot.now(review).outcome
    )
    admins_bot.deliver()
    assert (
        len([words for words in announced(admins_bot) if f"rejected {review.id}: it could have waited" in words]) == 2
    )
    assert admins_bot.records(Tag.REVIEW_REJECTED, review.id)[0].facts["reason"] == "it could have waited"
    assert admins_bot.records(Tag.BYPASS_REVIEWED) == []


def test_who_broke_it_cannot_take_the_review_back(admins_bot: CoreBot) -> None:
    _, review = broken(admins_bot)
    assert "cannot be withdrawn" in admins_bot.press(IDA, review, card_token.WITHDRAW)
    assert admins_bot.now(review).status is Status.PENDING
    assert admins_bot.records(Tag.REVIEW_REFUSED, review.id)


def test_asked_for_by_hand_it_is_still_not_who_broke_it_who_reviews(admins_bot: CoreBot) -> None:
    """The policy would count their approval, for it was another one who asked."""
    change, review = broken(admins_bot)
    admins_bot.work()
    admins_bot.send(ADA, review, "not so")
    again = admins_bot.ask(f"request review {change.id}", ADA)
    assert admins_bot.press(IDA, again) == en(OWN_BREAK_GLASS)
    assert admins_bot.send(IDA, again, "not so") == en(OWN_BREAK_GLASS)
    assert admins_bot.now(again).status is Status.PENDING
    assert [one.facts["reason"] for one in admins_bot.records(Tag.REVIEW_REFUSED, again.id)] == [
        en(OWN_BREAK_GLASS)
    ] * 2
    assert admins_bot.press(EVA, again) == ""
    admins_bot.work()
    assert admins_bot.now(again).status is Status.DONE
    (record,) = admins_bot.records(Tag.BYPASS_REVIEWED)
    assert record.actor == EVA.id


def test_a_review_that_only_who_broke_it_could_approve_is_not_asked_for(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(terms=ON, roles={**ROLES, ADA: Role.ADMIN})
    change, review = broken(core_bot)
    core_bot.work()
    core_bot.send(ADA, review, "not so")
    assert "Nobody can approve this now." in core_bot.type(ADA, f"request review {change.id}")
    assert "waits for approval" in core_bot.type(IDA, f"request review {change.id}")


def test_a_review_on_the_word_of_who_broke_it_alone_is_none(admins_bot: CoreBot) -> None:
    """Whatever let their approval count: the execution itself looks again."""
    change, _ = broken(admins_bot)
    with admins_bot.store.unit_of_work() as tx:
        outcome = HANDLERS[REVIEW](
            tx, admins_bot.ctx, Authorization(asked=ADA, approved=(IDA,)), {"number": change.number}
        )
    assert (outcome.verdict, en(outcome.sentence)) == (CallVerdict.FAILED, en(OWN_BREAK_GLASS))
    assert admins_bot.records(Tag.BYPASS_REVIEWED) == []


def test_what_the_builtin_plugin_does_not_do_is_not_told_of_a_portal(admins_bot: CoreBot) -> None:
    first = admins_bot.ask("access grant @UGLEB viewer", IDA)
    admins_bot.press(ADA, first)
    admins_bot.deliver()
    grant_role(admins_bot.store, GLEB, Role.OPERATOR, by=SHELL)
    admins_bot.work()
    second = admins_bot.ask("access grant @UVIKTOR operator", IDA)
    admins_bot.press(ADA, second)
    admins_bot.deliver()
    grant_role(admins_bot.store, ADA, Role.APPROVER, by=SHELL)
    admins_bot.work()
    for change in (first, second):
        assert not admins_bot.now(change).status.open
        assert "portal" not in en(admins_bot.now(change).outcome)


def test_another_account_of_who_broke_it_does_not_review_it(admins_bot: CoreBot) -> None:
    admins_bot.configure(people=IdentityGroups.of({(IDA, ADA)}))
    change, review = broken(admins_bot)
    assert "with another account" in admins_bot.press(ADA, review)
    admins_bot.work()
    admins_bot.send(EVA, review, "not so")
    grant_role(admins_bot.store, person("Una"), Role.ADMIN, by=SHELL)
    again = admins_bot.ask(f"request review {change.id}", EVA)
    assert admins_bot.press(ADA, again) == en(OWN_BREAK_GLASS)
    admins_bot.work()
    assert admins_bot.records(Tag.BYPASS_REVIEWED) == []


def test_the_review_is_opened_however_much_the_admin_has_open(admins_bot: CoreBot) -> None:
    """It may not be what keeps an emergency waiting."""
    admins_bot.toy.things |= {f"more{number}": "red" for number in range(MOST_OPEN)}
    for number in range(MOST_OPEN - 1):
        admins_bot.ask(f"thing remove more{number}", IDA)
    change, review = broken(admins_bot)
    assert change.status is Status.APPROVED
    assert review.line == f"request review {change.id}"


def test_while_the_review_waits_asking_again_finds_it(admins_bot: CoreBot) -> None:
    change, review = broken(admins_bot)
    assert review.id in admins_bot.type(ADA, f"request review {change.id}")
    assert admins_bot.change().number == review.number


@pytest.mark.parametrize("number", ["CR-1001", "CR-9999"])
def test_what_was_approved_needs_no_review(admins_bot: CoreBot, number: str) -> None:
    admins_bot.approved()
    assert "was approved before it ran" in refusal(admins_bot, f"request review {number}")


def test_a_review_goes_on_while_frozen_and_cannot_be_bypassed(admins_bot: CoreBot) -> None:
    change, review = broken(admins_bot)
    admins_bot.work()
    admins_bot.type(OLGA, "freeze")
    assert "always needs two" in refusal(admins_bot, f"request review {change.id} --break-glass --reason x")
    admins_bot.press(ADA, review)
    admins_bot.work()
    assert admins_bot.now(review).status is Status.DONE


def test_in_the_terminal_the_account_confirms_and_somebody_else_reviews(admins_bot: CoreBot) -> None:
    change = admins_bot.ask(NOW, SHELL)
    with admins_bot.store.unit_of_work() as tx:
        confirm(tx, admins_bot.ctx, SHELL, change)
    review = admins_bot.change()
    assert (review.requester, review.line) == (SHELL, "request review CR-1001")
    assert admins_bot.press(ADA, review) == ""
    admins_bot.work()
    assert admins_bot.now(change).status is Status.DONE
    assert admins_bot.now(review).status is Status.DONE


def test_an_undo_of_it_is_asked_for_the_usual_way(admins_bot: CoreBot) -> None:
    change, _ = broken(admins_bot, "thing paint precious --break-glass --reason x")
    admins_bot.work()
    admins_bot.take(admins_bot.click(IDA, admins_bot.now(change), card_token.UNDO))
    assert isinstance(admins_bot.change().decision, NeedsApproval)
