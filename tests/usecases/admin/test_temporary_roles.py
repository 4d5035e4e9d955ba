"""A temporary role ends by itself, by the clock of the store, and what was allowed by it ends with it."""

from __future__ import annotations

from itertools import chain

import pytest

from bot.core.audit.audit_record import SYSTEM, Tag
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.planned_command import Answered
from bot.core.durations import LONGEST_GRANT, SHORTEST_GRANT, parse_grant_length
from bot.core.principals import Principal, Role
from bot.plugin import BadArgument, Refusal
from bot.store.store import Store
from bot.usecases.admin.allow_list import LAST_ADMIN, grant_role, revoke_role
from bot.usecases.integrity.allow_list_check import end_roles, find_mismatches
from bot.usecases.integrity.maintenance import Maintenance
from bot.usecases.requests.planning import plan_or_read
from tests.language.english import en
from tests.usecases.core_bot import ANTON, GLEB, IDA, OLGA, SHELL, VERA, VIKTOR, CoreBot, person

HOUR = 3_600
ADA = person("Ada")


@pytest.fixture
def ruled(core_bot: CoreBot) -> CoreBot:
    """With two admins."""
    grant_role(core_bot.store, ADA, Role.ADMIN, by=SHELL)
    return core_bot


def decided(bot: CoreBot, line: str) -> ChangeRequest:
    change = bot.ask(line, IDA)
    assert bot.press(ADA, change) == ""
    bot.work()
    return bot.now(change)


def end(bot: CoreBot, hours: float) -> None:
    bot.clock.advance(hours * HOUR)
    Maintenance(bot.ctx).run_once()


def test_the_time_begins_when_the_grant_runs(ruled: CoreBot) -> None:
    change = ruled.ask("access grant @UGLEB operator --for 8h", IDA)
    assert en(change.plan.summary).endswith("the role operator for 8 hours")
    ruled.clock.advance(600)
    assert ruled.press(ADA, change) == ""
    ruled.work()
    assert ruled.now(change).status is Status.DONE, ruled.now(change).outcome
    grant = ruled.store.grants.get(GLEB)
    assert grant is not None
    assert grant.ends_at == grant.granted_at + 8 * HOUR * 1_000
    assert grant.granted_at >= change.created_at + 600_000
    left = grant.ends_at - ruled.clock.now_ms()
    ruled.clock.advance(left / 1_000 - 1)
    assert ruled.store.grants.role_of(GLEB) is Role.OPERATOR
    ruled.clock.advance(1)
    assert ruled.store.grants.role_of(GLEB) is None
    assert GLEB not in ruled.store.grants.with_role(Role.OPERATOR)
    assert GLEB not in [one.principal for one in ruled.store.grants.all()]


def test_the_end_is_recorded_once_and_the_log_bears_the_list_out_before_and_after(ruled: CoreBot) -> None:
    decided(ruled, "access grant @UGLEB operator --for 1h")
    assert find_mismatches(ruled.store) == []
    ruled.clock.advance(2 * HOUR)
    assert find_mismatches(ruled.store) == []
    end(ruled, 0)
    end(ruled, 1)
    ended = ruled.records(Tag.ACCESS_REVOKED, GLEB.id)
    assert [(one.actor, set(one.facts)) for one in ended] == [(SYSTEM, {"before"})]
    assert find_mismatches(ruled.store) == []
    assert ruled.store.grants.words().get(GLEB.id) is None


def test_the_lasting_role_below_is_left(ruled: CoreBot) -> None:
    change = decided(ruled, "access grant @UVIKTOR approver --for 2h")
    assert change.plan.undo.line == "access grant @UVIKTOR viewer"
    assert ruled.store.grants.role_of(VIKTOR) is Role.APPROVER
    decided(ruled, "access grant @UVIKTOR admin --for 1h")
    end(ruled, 1)
    assert ruled.store.grants.role_of(VIKTOR) is Role.VIEWER
    last = ruled.records(Tag.ACCESS_GRANTED, VIKTOR.id)[-1]
    assert (last.actor, last.facts["role"]) == (SYSTEM, "viewer")
    assert find_mismatches(ruled.store) == []


def test_a_role_for_a_time_is_made_a_lasting_one(ruled: CoreBot) -> None:
    decided(ruled, "access grant @UGLEB operator --for 1h")
    assert decided(ruled, "access grant @UGLEB operator").status is Status.DONE
    end(ruled, 2)
    assert ruled.store.grants.role_of(GLEB) is Role.OPERATOR


def test_revoking_takes_both_roles(ruled: CoreBot) -> None:
    decided(ruled, "access grant @UVIKTOR operator --for 1h")
    decided(ruled, "access revoke @UVIKTOR")
    assert ruled.store.grants.role_of(VIKTOR) is None
    end(ruled, 2)
    assert ruled.store.grants.role_of(VIKTOR) is None
    assert find_mismatches(ruled.store) == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("access grant @UGLEB operator --for 5m", "5m is too short or too long for a role."),
        ("access grant @UGLEB operator --for 31d", "31d is too short or too long for a role."),
        ("access grant @UGLEB operator --for tomorrow", "“tomorrow” is not a duration."),
        ("access grant @UOLGA viewer --for 8h", "has the role operator already, and it does not end."),
        ("access grant @UOLGA operator --for 8h", "has the role operator already, and it does not end."),
    ],
)
def test_a_duration_that_cannot_be_is_refused(ruled: CoreBot, line: str, why: str) -> None:
    with pytest.raises((BadArgument, Refusal)) as refused:
        plan_or_read(ruled.ctx, IDA, line)
    assert why in en(refused.value.sentence)
    assert refused.value.hint


def test_a_second_grant_of_the_same_role_names_the_end_of_the_first(ruled: CoreBot) -> None:
    decided(ruled, "access grant @UGLEB operator --for 1h")
    with pytest.raises(Refusal) as refused:
        plan_or_read(ruled.ctx, IDA, "access grant @UGLEB operator --for 8h")
    assert "has the role operator until " in en(refused.value.sentence)


@pytest.mark.parametrize(("text", "hours"), [("8h", 8), ("8ч", 8), ("2д", 48), ("2D", 48), ("120м", 2)])
def test_durations_are_read_in_both_languages(text: str, hours: int) -> None:
    assert parse_grant_length(text) == hours * HOUR * 1_000
    assert SHORTEST_GRANT <= parse_grant_length(text) <= LONGEST_GRANT


def test_the_command_is_typed_in_russian(ruled: CoreBot) -> None:
    change = ruled.ask("доступ выдать @UGLEB оператор --на 8ч", IDA)
    assert change.line == "access grant @UGLEB operator --for 8ч"


def answered(bot: CoreBot, who: Principal, line: str) -> str:
    found = plan_or_read(bot.ctx, who, line)
    assert isinstance(found, Answered)
    rows = found.reply.table.rows if found.reply.table else ()
    return "\n".join(en(text) for text in chain(chain.from_iterable(found.reply.facts), chain.from_iterable(rows)))


def test_the_end_is_shown_in_the_list_and_in_whoami(ruled: CoreBot) -> None:
    decided(ruled, "access grant @UGLEB operator --for 8h")
    assert "operator until " in answered(ruled, GLEB, "whoami")
    assert "operator until " in answered(ruled, IDA, "access list")
    ruled.clock.advance(9 * HOUR)
    assert "operator until " not in answered(ruled, GLEB, "whoami")
    assert "operator until " not in answered(ruled, IDA, "access list")


def test_a_lasting_admin_has_to_remain(core_bot: CoreBot) -> None:
    """a temporary admin is not the one who keeps a workspace governed."""
    grant_role(core_bot.store, ADA, Role.ADMIN, by=SHELL, length=LONGEST_GRANT)
    for line in ("access revoke @UIDA", "access grant @UIDA viewer"):
        with pytest.raises(Refusal) as refused:
            plan_or_read(core_bot.ctx, ADA, line)
        assert refused.value.sentence == LAST_ADMIN


def ended_like(bot: CoreBot, who: Principal, *, by_hand: bool, line: str = "thing remove one") -> ChangeRequest:
    """A request whose requester or approver loses the role between the approval and the run."""
    for one, role in ((OLGA, Role.OPERATOR), (ANTON, Role.APPROVER)):
        revoke_role(bot.store, one, by=SHELL)
        grant_role(bot.store, one, role, by=SHELL, length=0 if by_hand or one != who else 600_000)
    bot.clock.advance(500)
    change = bot.ask(line)
    assert bot.press(ANTON, change) == ""
    if by_hand:
        revoke_role(bot.store, who, by=SHELL)
    else:
        bot.clock.advance(101)
    bot.work()
    return bot.now(change)


@pytest.mark.parametrize("who", [OLGA, ANTON], ids=["requester", "approver"])
def test_a_role_that_ends_before_the_run_ends_the_request_as_a_removal_does(core_bot: CoreBot, who: Principal) -> None:
    expired = ended_like(core_bot, who, by_hand=False)
    assert core_bot.toy.calls == []
    removed = ended_like(core_bot, who, by_hand=True, line="thing remove two")
    assert expired.status is removed.status is Status.FAILED
    assert expired.outcome == removed.outcome
    assert core_bot.toy.calls == []


def test_an_approver_whose_time_is_over_does_not_approve(core_bot: CoreBot) -> None:
    grant_role(core_bot.store, GLEB, Role.APPROVER, by=SHELL, length=SHORTEST_GRANT)
    change = core_bot.ask()
    core_bot.clock.advance(SHORTEST_GRANT / 1_000)
    assert core_bot.press(GLEB, change) != ""
    assert core_bot.press(VERA, change) == ""


def edit(store: Store, assignment: str) -> None:
    with store.unit_of_work():
        store.engine.execute(f"UPDATE grants SET {assignment} WHERE person = '{GLEB.user}'")


@pytest.mark.parametrize(
    "assignment",
    ["ends_at = ends_at + 1", "ends_at = NULL", "role_after = 'admin'", "ends_at = 1, role_after = 'admin'"],
)
def test_a_row_that_somebody_edited_blocks_changes_and_its_end_is_not_recorded(
    core_bot: CoreBot, assignment: str
) -> None:
    grant_role(core_bot.store, GLEB, Role.OPERATOR, by=SHELL, length=SHORTEST_GRANT)
    edit(core_bot.store, assignment)
    assert len(find_mismatches(core_bot.store)) == 1
    before = len(core_bot.records(Tag.ACCESS_GRANTED, GLEB.id))
    core_bot.work()
    core_bot.clock.advance(HOUR)
    end_roles(core_bot.ctx)
    assert len(find_mismatches(core_bot.store)) == 1
    assert len(core_bot.records(Tag.ACCESS_GRANTED, GLEB.id)) == before
    assert "allow-list" in core_bot.type(OLGA, "thing remove one").lower()
