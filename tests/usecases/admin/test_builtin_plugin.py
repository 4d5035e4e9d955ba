"""The bot's own rules change by plan, approval and reading back; a freeze takes effect at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import Tag
from bot.core.authority.limits import Mode
from bot.core.authority.policy import Allowed, Terms
from bot.core.bot_errors import NotPermitted, WordsError
from bot.core.builtin_name import BUILTIN
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.outcome import INTERRUPTED_BUILTIN
from bot.core.change.planned_command import Answered, Planned
from bot.core.messages.notices import Mood
from bot.core.parsing.invocation import understand
from bot.core.principals import Principal, Role
from bot.plugin import Plan, PluginError, Refusal
from bot.store.store import audit_key
from bot.usecases.admin.allow_list import LAST_ADMIN, grant_role, revoke_role
from bot.usecases.admin.builtin_plugin import BUILTIN_PLACE, BuiltinPlugin, perform_at_once
from bot.usecases.authority import card_token
from bot.usecases.chat.chat_port import Channels
from bot.usecases.intake.receipts import receive
from bot.usecases.integrity.active_limits import note_mode
from bot.usecases.integrity.freezes import FROZEN, LONGEST_FROZEN, describe_freezes
from bot.usecases.outcomes.follow_ups import BY_BUTTON, undo_line
from bot.usecases.requests.follow_up_requests import may_still_ask
from bot.usecases.requests.planning import ask, plan_or_read
from bot.usecases.runtime.worker import perform_job
from tests.language.english import en, raises
from tests.usecases.core_bot import (
    ANTON,
    APPROVALS,
    GLEB,
    IDA,
    OLGA,
    ROLES,
    SHELL,
    STRANGER,
    VERA,
    VIKTOR,
    CoreBot,
    person,
)

ADA = person("Ada")
ADMINS = {**ROLES, ADA: Role.ADMIN}


@pytest.fixture
def ruled(make_core_bot: Callable[..., CoreBot]) -> CoreBot:
    """A bot with two admins: Ida and Ada."""
    return make_core_bot(roles=ADMINS)


def decided(core_bot: CoreBot, text: str, *, who: Principal = IDA, by: Principal = ADA) -> ChangeRequest:
    """Ask for it, have it approved, and see how it ends."""
    change = core_bot.ask(text, who)
    assert core_bot.press(by, change) == ""
    core_bot.work()
    return core_bot.now(change)


def said_to_all(core_bot: CoreBot) -> list[str]:
    return [words for kind, words in core_bot.messenger.said if kind == "note"]


@pytest.mark.parametrize("whom", ["@UGLEB", "<@UGLEB|gleb>", " @UGLEB "])
def test_a_role_is_given_with_the_approval_of_another_admin(ruled: CoreBot, whom: str) -> None:
    change = ruled.ask(f"access grant '{whom}' operator", IDA)
    assert change.local
    assert (change.status, change.plugin, change.place, change.plan.target) == (
        Status.PENDING,
        BUILTIN,
        BUILTIN_PLACE,
        f"access:{GLEB.id}",
    )
    assert ruled.store.grants.role_of(GLEB) is None
    assert ruled.press(ADA, change) == ""
    ruled.work()
    assert ruled.now(change).outcome == "Done and verified.\n• role: none → operator"
    assert ruled.store.grants.role_of(GLEB) is Role.OPERATOR
    granted = ruled.records(Tag.ACCESS_GRANTED, GLEB.id)[-1]
    assert (granted.actor, granted.facts) == (IDA.id, {"role": "operator", "request": change.id})
    assert ruled.store.outbox.state_of(audit_key(granted.seq)) == "sent"


def test_the_approver_reads_on_the_card_whom_it_is_about(ruled: CoreBot) -> None:
    call = ruled.ask("access grant @UGLEB operator", IDA).plan.calls[0]
    assert en(call.note).startswith(f"Role of {mentions.person(GLEB)}: none → operator")


def test_a_role_is_changed_and_taken_away_and_undone_the_same_way(ruled: CoreBot) -> None:
    change = decided(ruled, "access grant @UOLGA approver")
    assert change.plan.undo.line == "access grant @UOLGA operator"
    assert ruled.store.grants.role_of(OLGA) is Role.APPROVER
    change = decided(ruled, "access revoke @UOLGA", who=ADA, by=IDA)
    assert change.plan.undo.line == "access grant @UOLGA approver"
    assert ruled.store.grants.role_of(OLGA) is None
    assert ruled.records(Tag.ACCESS_REVOKED)[-1].facts == {"request": change.id}
    back = decided(ruled, undo_line(change))
    assert back.plan.undo.line == "access revoke @UOLGA"
    assert ruled.store.grants.role_of(OLGA) is Role.APPROVER


@pytest.mark.parametrize("who", [OLGA, ANTON, VIKTOR, GLEB])
@pytest.mark.parametrize("text", ["access grant @UGLEB admin", "access revoke @UIDA", "unfreeze", "request review 1"])
def test_only_admins_may_ask(ruled: CoreBot, who: Principal, text: str) -> None:
    with pytest.raises(NotPermitted):
        plan_or_read(ruled.ctx, who, text)


@pytest.mark.parametrize("who", [IDA, OLGA, ANTON, STRANGER])
def test_nobody_but_another_admin_approves(ruled: CoreBot, who: Principal) -> None:
    change = ruled.ask("access grant @UGLEB admin", IDA)
    assert ruled.press(who, change) != ""
    assert ruled.now(change).approvals == ()
    assert ruled.store.grants.role_of(GLEB) is None


@pytest.mark.parametrize("text", ["access revoke @UIDA", "access grant @UIDA approver"])
def test_the_last_admin_stays_one(core_bot: CoreBot, text: str) -> None:
    with pytest.raises(Refusal) as refused:
        plan_or_read(core_bot.ctx, IDA, text)
    assert refused.value.sentence == LAST_ADMIN


def test_an_admin_of_another_workspace_does_not_count_as_one(core_bot: CoreBot) -> None:
    assert core_bot.store.grants.role_of(STRANGER) is Role.ADMIN
    with pytest.raises(Refusal, match=r"admin\.last_admin"):
        plan_or_read(core_bot.ctx, IDA, "access revoke @UIDA")


def test_an_admin_who_became_the_last_one_meanwhile_stays(ruled: CoreBot) -> None:
    """The plan is the same as it was: what is done looks again, in its own transaction."""
    change = ruled.ask("access revoke @UIDA", IDA)
    ruled.press(ADA, change)
    ruled.deliver()
    with ruled.store.unit_of_work() as tx:
        job = tx.jobs.claim(ruled.clock.now_ms())
    assert job is not None
    plugin, services = BuiltinPlugin(), ruled.ctx.services(BUILTIN)
    with ruled.store.unit_of_work() as store:
        store.changes.move(change.number, Status.APPROVED, Status.RUNNING)
    revoke_role(ruled.store, ADA, by=SHELL)
    outcome = plugin.perform(services, BUILTIN_PLACE, change.plan.calls[0])
    assert (outcome.verdict, outcome.sentence) == ("failed", LAST_ADMIN)
    assert ruled.store.grants.role_of(IDA) is Role.ADMIN


def test_a_role_that_somebody_changed_meanwhile_is_not_overwritten(ruled: CoreBot) -> None:
    change = ruled.ask("access grant @UOLGA approver", IDA)
    ruled.press(ADA, change)
    with ruled.store.unit_of_work() as store:
        store.changes.move(change.number, Status.APPROVED, Status.RUNNING)
    grant_role(ruled.store, OLGA, Role.VIEWER, by=SHELL)
    outcome = BuiltinPlugin().perform(ruled.ctx.services(BUILTIN), BUILTIN_PLACE, change.plan.calls[0])
    assert en(outcome.sentence) == "Somebody else changed the role meanwhile."
    assert ruled.store.grants.role_of(OLGA) is Role.VIEWER


def test_a_role_that_was_changed_before_it_ran_is_drift(ruled: CoreBot) -> None:
    change = ruled.ask("access grant @UOLGA approver", IDA)
    ruled.press(ADA, change)
    grant_role(ruled.store, OLGA, Role.VIEWER, by=SHELL)
    ruled.work()
    assert ruled.now(change).status is Status.CHANGED
    assert "role: operator → viewer" in en(ruled.now(change).outcome)


def test_what_is_so_already_is_calm(ruled: CoreBot) -> None:
    assert ruled.type(IDA, "access grant @UOLGA operator") == f"{mentions.person(OLGA)} has the role operator already."
    assert ruled.type(IDA, "access revoke @UGLEB") == f"{mentions.person(GLEB)} has no role already."


@pytest.mark.parametrize("text", ["access grant T22:UANTON operator", "access revoke T22:UANTON"])
def test_people_of_another_workspace_get_nothing(ruled: CoreBot, text: str) -> None:
    with pytest.raises(Refusal, match=r"admin\.other_workspace \(account: T22:UANTON\)"):
        plan_or_read(ruled.ctx, IDA, text)


@pytest.mark.parametrize("whom", ["anton", "@anton", "U0002", "@", "T1:", "@u0002"])
def test_a_name_is_nobody(ruled: CoreBot, whom: str) -> None:
    with raises(PluginError, match="is not a Slack person"):
        plan_or_read(ruled.ctx, IDA, f"access grant {whom} operator")


def test_a_mention_needs_a_workspace(ruled: CoreBot) -> None:
    ruled.ctx.workspace.identify("")
    with pytest.raises(Refusal, match=r"admin\.unknown_workspace"):
        plan_or_read(ruled.ctx, SHELL, "access grant @UGLEB operator")
    assert isinstance(plan_or_read(ruled.ctx, SHELL, "access grant TAB:UGLEB operator"), Planned)


@pytest.mark.parametrize("line", ["access grant @UGLEB operator", "request list", "whoami", "help", "status"])
def test_what_is_about_the_bot_itself_takes_no_portal(ruled: CoreBot, line: str) -> None:
    with raises(WordsError, match="is about b24bot itself, not about a portal") as refused:
        plan_or_read(ruled.ctx, IDA, f"{line} --portal beta")
    assert en(refused.value.hint) == "Leave --portal out."


class Killed(BaseException):
    """What the bot cannot catch."""


CALL = "bot.usecases.leases.lease_holding.under_lease:"
"""Who holds the unit of work in which the built-in plugin does what was approved: the first that holds the lease."""


class Fate:
    """Hears of every commit. What is armed happens once, at a side of the commit of the call."""

    def __init__(self) -> None:
        self.armed: dict[str, Callable[[], None]] = {}

    def __call__(self, place: str) -> None:
        side, _, where = place.partition(":")
        if where.startswith(CALL) and side in self.armed:
            self.armed.pop(side)()


def kill() -> None:
    raise Killed


@pytest.mark.parametrize(
    ("side", "status", "outcome"),
    [("before", Status.FAILED, en(INTERRUPTED_BUILTIN)), ("after", Status.DONE, "Done.")],
)
def test_a_change_of_the_rules_that_a_crash_interrupted_ends_as_what_was_stored(
    make_core_bot: Callable[..., CoreBot], side: str, status: Status, outcome: str
) -> None:
    """Neither has to be read back: what was done and its answer are stored together."""
    fate = Fate()
    ruled = make_core_bot(roles=ADMINS, failpoint=fate)
    change = ruled.ask("access grant @UGLEB operator", IDA)
    ruled.press(ADA, change)
    fate.armed[side] = kill
    with pytest.raises(Killed):
        ruled.work()
    # What a process had not committed goes with it.
    ruled.store.database.utils.conn.rollback()
    ruled.restart()
    assert (ruled.now(change).status, ruled.now(change).outcome) == (status, outcome)
    done = status is Status.DONE
    assert (ruled.store.grants.role_of(GLEB) is Role.OPERATOR) is done
    assert len(ruled.records(Tag.ACCESS_GRANTED, GLEB.id)) == done
    ruled.wait(120)
    assert ruled.now(change).status is status


@pytest.mark.parametrize(
    ("then", "outcome"),
    [
        (None, "Done. Somebody has changed it back since."),
        (Role.VIEWER, "Done. Somebody has changed it again since.\n• role: none → viewer"),
    ],
)
def test_what_another_hand_does_right_after_makes_no_failure_of_it(
    make_core_bot: Callable[..., CoreBot], then: Role | None, outcome: str
) -> None:
    fate = Fate()
    ruled = make_core_bot(roles=ADMINS, failpoint=fate)
    change = ruled.ask("access grant @UGLEB operator", IDA)
    ruled.press(ADA, change)

    def meddle() -> None:
        if then is None:
            revoke_role(ruled.store, GLEB, by=SHELL)
        else:
            grant_role(ruled.store, GLEB, then, by=SHELL)

    fate.armed["after"] = meddle
    ruled.work()
    assert (ruled.now(change).status, ruled.now(change).outcome) == (Status.DONE, outcome)
    assert ruled.store.grants.role_of(GLEB) is then


def test_a_call_that_no_running_request_holds_is_not_made(ruled: CoreBot) -> None:
    change = ruled.ask("access grant @UGLEB operator", IDA)
    outcome = BuiltinPlugin().perform(ruled.ctx.services(BUILTIN), BUILTIN_PLACE, change.plan.calls[0])
    assert outcome.verdict == "not_sent"
    assert ruled.store.grants.role_of(GLEB) is None


def test_the_builtin_plugin_works_with_the_builtin_services_only(ruled: CoreBot) -> None:
    with pytest.raises(TypeError, match="its own services only"):
        BuiltinPlugin().open(ruled.ctx.services("toy"), BUILTIN_PLACE)


def test_state_record_and_announcement_stand_or_fall_together(core_bot: CoreBot) -> None:
    core_bot.break_audit()
    core_bot.take(core_bot.typed(OLGA, "freeze"))
    assert not core_bot.store.facts.get(FROZEN)
    core_bot.deliver()
    assert said_to_all(core_bot) == []


# Freezing


@pytest.mark.parametrize("who", [OLGA, ANTON, IDA])
def test_a_freeze_takes_one_person_and_takes_effect_at_once(core_bot: CoreBot, who: Principal) -> None:
    assert core_bot.type(who, "freeze it loses messages").startswith("b24bot is frozen.")
    assert core_bot.messenger.private_notices[-1].mood is Mood.CALM
    (record,) = core_bot.records(Tag.FROZEN)
    assert (record.actor, record.facts) == (who.id, {"reason": "it loses messages"})
    assert core_bot.store.changes.with_status(Status) == []
    words = f"{mentions.person(who)} has frozen b24bot. Reason: “it loses messages”."
    assert [words in text for text in said_to_all(core_bot)] == [True] * 2
    assert len(core_bot.records(Tag.COMMAND_RAN)) == 1


def test_the_reason_of_a_freeze_adds_no_line_to_what_the_bot_says(core_bot: CoreBot) -> None:
    core_bot.type(OLGA, 'freeze "it loses\n▶️ @ida has unfrozen b24bot" now')
    (record,) = core_bot.records(Tag.FROZEN)
    assert record.facts["reason"] == '"it loses ▶️ @ida has unfrozen b24bot" now'
    assert [len(text.splitlines()) for text in said_to_all(core_bot)] == [1, 1]
    assert "\n" not in (core_bot.store.facts.get(FROZEN) or "")


@pytest.mark.parametrize("who", [VIKTOR, GLEB, STRANGER])
def test_who_only_looks_cannot_freeze(core_bot: CoreBot, who: Principal) -> None:
    core_bot.type(who, "freeze")
    assert not core_bot.store.facts.get(FROZEN)
    assert core_bot.records(Tag.COMMAND_REFUSED)[-1].actor == who.id


def test_a_second_freeze_is_added_to_the_first_and_says_who_was_first(core_bot: CoreBot) -> None:
    core_bot.type(OLGA, "freeze first")
    frozen = en(describe_freezes(core_bot.store.facts.get(FROZEN) or ""))
    assert frozen.startswith(f"b24bot is frozen: {mentions.person(OLGA)} froze it at ")
    assert core_bot.type(IDA, "freeze second").startswith(f"{frozen} Your freeze is added")
    both = en(describe_freezes(core_bot.store.facts.get(FROZEN) or ""))
    assert both.startswith(f"{frozen.partition('.')[0]} and {mentions.person(IDA)} froze it at ")
    assert [record.actor for record in core_bot.records(Tag.FROZEN)] == [OLGA.id, IDA.id]
    assert len(said_to_all(core_bot)) == 4


def test_freezes_without_end_do_not_fill_what_is_shown_of_them(core_bot: CoreBot) -> None:
    said = [""]
    for _ in range(12):
        core_bot.type(OLGA, f"freeze {'x' * 600}")
        said.append(core_bot.store.facts.get(FROZEN) or "")
        assert said[-1] != said[-2]
    assert max(map(len, said)) < LONGEST_FROZEN + 700


def test_of_two_freezes_at_once_the_second_finds_the_first(core_bot: CoreBot) -> None:
    second = plan_or_read(core_bot.ctx, IDA, "freeze second")
    assert isinstance(second, Planned)
    core_bot.type(OLGA, "freeze first")
    with core_bot.store.unit_of_work() as tx:
        assert "Your freeze is added" in en(perform_at_once(tx, core_bot.ctx, IDA, second).title)
    assert len(core_bot.records(Tag.FROZEN)) == 2


def test_a_dry_run_of_a_freeze_freezes_nothing(core_bot: CoreBot) -> None:
    assert core_bot.type(OLGA, "freeze --dry-run") == "Freeze b24bot: only shown, nothing was done"
    assert not core_bot.store.facts.get(FROZEN)


def test_no_plan_of_another_plugin_is_done_at_once(core_bot: CoreBot) -> None:
    planned = plan_or_read(core_bot.ctx, OLGA, "thing remove one")
    assert isinstance(planned, Planned)
    with pytest.raises(NotPermitted, match=r"admin\.no_decision"), core_bot.store.unit_of_work() as tx:
        perform_at_once(tx, core_bot.ctx, OLGA, replace(planned, decision=Allowed()))
    assert core_bot.toy.calls == []


def test_frozen_nothing_that_changes_a_portal_is_taken_on_and_reading_goes_on(core_bot: CoreBot) -> None:
    core_bot.type(OLGA, "freeze enough")
    for text in ("thing remove one", "thing paint one"):
        assert f"b24bot is frozen: {mentions.person(OLGA)} froze it at" in core_bot.type(ANTON, text)
    assert core_bot.store.changes.with_status(Status) == []
    assert core_bot.type(ANTON, "thing list") == "Things"


def test_frozen_what_was_approved_is_not_run(core_bot: CoreBot) -> None:
    """docs/safety.md F15."""
    change = core_bot.approved()
    core_bot.hears(core_bot.typed(VERA, "freeze"))
    core_bot.work()
    assert core_bot.now(change).status is Status.FAILED
    assert "b24bot is frozen" in en(core_bot.now(change).outcome)
    assert core_bot.toy.calls == []


def test_frozen_in_the_middle_what_runs_is_finished_and_recorded(core_bot: CoreBot) -> None:
    """docs/safety.md F15: frozen during the run."""
    core_bot.toy.on_call = lambda call: _freeze(core_bot)
    change = core_bot.approved("thing swap one two")
    core_bot.work()
    assert len(core_bot.toy.calls) == 2
    assert core_bot.store.facts.get(FROZEN)
    assert core_bot.now(change).status is Status.DONE
    assert [record.tag for record in core_bot.records("change:execution", change.id)][-1] == Tag.EXECUTION_ENDED


def _freeze(core_bot: CoreBot) -> None:
    planned = plan_or_read(core_bot.ctx, IDA, "freeze")
    if isinstance(planned, Planned):
        with core_bot.store.unit_of_work() as tx:
            perform_at_once(tx, core_bot.ctx, IDA, planned)


def test_frozen_the_allow_list_can_still_be_changed(ruled: CoreBot) -> None:
    ruled.type(OLGA, "freeze")
    assert decided(ruled, "access grant @UGLEB operator").status is Status.DONE


def test_a_freeze_needs_no_working_audit_channel(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(channels=Channels(approval=APPROVALS))
    assert core_bot.type(OLGA, "freeze").startswith("b24bot is frozen.")
    assert len(said_to_all(core_bot)) == 1


def test_unfreezing_takes_a_second_admin(ruled: CoreBot) -> None:
    ruled.type(OLGA, "freeze enough")
    change = ruled.ask("unfreeze", IDA)
    assert "asked for this yourself" in ruled.press(IDA, change)
    assert ruled.press(ANTON, change) != ""
    ruled.work()
    assert ruled.store.facts.get(FROZEN)
    assert ruled.press(ADA, change) == ""
    ruled.work()
    assert ruled.now(change).status is Status.DONE
    assert not ruled.store.facts.get(FROZEN)
    (record,) = ruled.records(Tag.UNFROZEN)
    assert (record.actor, record.facts) == (IDA.id, {"request": change.id})
    told = said_to_all(ruled)[-1]
    assert mentions.person(IDA) in told
    assert f"approved by {mentions.person(ADA)}" in told
    assert ruled.ask("thing remove one").status is Status.PENDING


def test_no_button_under_an_unfreezing_freezes_again(ruled: CoreBot) -> None:
    ruled.type(OLGA, "freeze enough")
    change = ruled.ask("unfreeze", IDA)
    ruled.press(ADA, change)
    ruled.work()
    assert not may_still_ask(ruled.ctx, ruled.now(change), BY_BUTTON[card_token.UNDO])
    assert ruled.press(OLGA, change, card_token.UNDO) != ""
    ruled.work()
    assert not ruled.store.facts.get(FROZEN)
    assert len(ruled.records(Tag.FROZEN)) == 1


def test_unfreezing_what_is_not_frozen_is_calm(core_bot: CoreBot) -> None:
    assert core_bot.type(IDA, "unfreeze") == "b24bot is not frozen."


def test_the_approval_to_unfreeze_is_for_that_freeze_only(ruled: CoreBot) -> None:
    ruled.type(OLGA, "freeze once")
    change = ruled.ask("unfreeze", IDA)
    ruled.press(ADA, change)
    with ruled.store.unit_of_work() as store:
        store.changes.move(change.number, Status.APPROVED, Status.RUNNING)
        store.facts.put(FROZEN, "somebody else said stop.")
    outcome = BuiltinPlugin().perform(ruled.ctx.services(BUILTIN), BUILTIN_PLACE, change.plan.calls[0])
    assert outcome.verdict == "failed"
    assert ruled.store.facts.get(FROZEN) == "somebody else said stop."


def test_an_unfreeze_that_was_approved_before_another_freeze_leaves_b24bot_frozen(ruled: CoreBot) -> None:
    """The later word wins, also while Slack has not said yet whose it is."""
    ruled.type(OLGA, "freeze first")
    change = ruled.ask("unfreeze", IDA)
    ruled.press(ADA, change)
    ruled.hears(ruled.typed(OLGA, "freeze no, it still loses messages"))
    ruled.work()
    assert (ruled.now(change).status, ruled.records(Tag.UNFROZEN)) == (Status.CHANGED, [])
    assert "it still loses messages" in str(ruled.store.facts.get(FROZEN))
    again = ruled.ask("unfreeze", IDA)
    ruled.press(ADA, again)
    ruled.work()
    assert not ruled.store.facts.get(FROZEN)


def test_nothing_is_unfrozen_while_another_freeze_is_pending(ruled: CoreBot) -> None:
    ruled.type(OLGA, "freeze first")
    change = ruled.ask("unfreeze", IDA)
    ruled.press(ADA, change)
    ruled.deliver()
    with ruled.store.unit_of_work() as store:
        run = store.jobs.claim(ruled.clock.now_ms())
    assert run is not None
    receive(ruled.ctx, ruled.typed(OLGA, "freeze no, it still loses messages"))
    perform_job(ruled.ctx, run)
    assert ruled.now(change).status is Status.FAILED
    assert "Somebody typed freeze meanwhile" in en(ruled.now(change).outcome)
    ruled.work()
    assert "it still loses messages" in str(ruled.store.facts.get(FROZEN))


# The mode


def test_another_mode_is_recorded_once_with_its_reason(core_bot: CoreBot) -> None:
    assert note_mode(core_bot.ctx) is Mode.NORMAL
    assert core_bot.records(Tag.MODE_CHANGED) == []
    core_bot.type(OLGA, "freeze enough")
    assert note_mode(core_bot.ctx) is Mode.NO_DANGER
    assert note_mode(core_bot.ctx) is Mode.NO_DANGER
    (record,) = core_bot.records(Tag.MODE_CHANGED)
    assert (record.facts["before"], record.facts["mode"]) == ("normal", "no-danger")
    assert "enough" in str(record.facts["reason"])
    with core_bot.store.unit_of_work() as store:
        store.facts.put(FROZEN, "")
    assert note_mode(core_bot.ctx) is Mode.NORMAL
    assert [record.facts["mode"] for record in core_bot.records(Tag.MODE_CHANGED)] == ["no-danger", "normal"]


# Every built-in command


def examples() -> list[str]:
    commands = [command for group in BuiltinPlugin().groups for command in group]
    # The toy's word for a place is the noun of what chooses one.
    return [
        f"{each.path} {example}".strip().replace("place use", "portal use")
        for each in commands
        for example in each.examples
    ]


@pytest.mark.parametrize("line", examples())
def test_every_example_parses(core_bot: CoreBot, line: str) -> None:
    """As Slack hands it over: with the id of whom it is about."""
    assert understand(core_bot.ctx.registry, line.replace("@anton", "<@UANTON|anton>")).command.examples


def test_every_command_has_an_example() -> None:
    assert all(command.examples for group in BuiltinPlugin().groups for command in group)


def test_what_the_builtin_plugin_says_keeps_its_mentions(ruled: CoreBot) -> None:
    understood = understand(ruled.ctx.registry, "access revoke @UOLGA")
    subject = BuiltinPlugin().open(ruled.ctx.services(BUILTIN), BUILTIN_PLACE)
    plan = ask(BUILTIN, understood, subject, local=True)
    assert isinstance(plan, Plan)
    assert mentions.person(OLGA) in en(plan.calls[0].note)


def test_help_lists_what_the_role_reaches(ruled: CoreBot) -> None:
    def shown(who: Principal) -> set[str]:
        answer = plan_or_read(ruled.ctx, who, "help")
        assert isinstance(answer, Answered)
        rows: Any = answer.reply.data
        return {row.usage.split(" [")[0] for row in rows}

    assert {"freeze", "status"} <= shown(OLGA)
    assert "unfreeze" not in shown(OLGA)
    assert {"unfreeze", "access grant PERSON ROLE", "access revoke PERSON", "request review CR-NUMBER"} <= shown(IDA)
    assert "freeze" not in shown(VIKTOR)


def test_terms_do_not_break_glass_by_themselves() -> None:
    assert Terms().break_glass is False
