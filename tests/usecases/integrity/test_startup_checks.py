"""What is looked at before a bot takes work, and what it keeps it from."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from bot.core.authority.identity_groups import IdentityGroups
from bot.core.authority.limits import Mode
from bot.core.principals import Grant, Principal, Role
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.integrity.startup_checks import (
    MOST_SKEW_MS,
    WARN_SKEW_MS,
    check_clock,
    find_approver_shortage,
    note_skew,
    run_startup_checks,
)
from tests.language.english import en
from tests.usecases.core_bot import ANTON, OLGA, SHELL, VIKTOR, CoreBot


def break_chain(core_bot: CoreBot) -> None:
    with core_bot.store.unit_of_work() as store:
        store.engine.execute("DROP TRIGGER audit_no_update")
        store.engine.execute("UPDATE audit SET actor = 'x' WHERE seq = 2")


def test_a_bot_in_order_has_no_limits(core_bot: CoreBot, caplog: pytest.LogCaptureFixture) -> None:
    assert run_startup_checks(core_bot.ctx) == []
    assert core_bot.ctx.limits == {}
    assert caplog.text == ""


def test_a_log_that_was_changed_leaves_only_reading(core_bot: CoreBot) -> None:
    # So that what is changed is not the last about somebody's role, which is a finding of its own.
    grant_role(core_bot.store, ANTON, Role.APPROVER, by=SHELL)
    break_chain(core_bot)
    (limit,) = run_startup_checks(core_bot.ctx)
    assert (limit.mode, limit.name) == (Mode.READ_ONLY, "chain")
    assert core_bot.type(OLGA, "thing remove one").startswith("The audit log is broken at record #2")
    assert core_bot.type(OLGA, "thing list") == "Things"


# Enough people


def grants(**roles: Role) -> list[Grant]:
    return [
        Grant(principal=Principal(team="T1", user=name), role=role, granted_by="x", granted_at=0)
        for name, role in roles.items()
    ]


ENOUGH: list[tuple[dict[str, Role], int]] = [
    ({"o": Role.OPERATOR, "a": Role.APPROVER}, 1),
    ({"o": Role.OPERATOR, "a": Role.ADMIN}, 1),
    ({"a": Role.APPROVER, "b": Role.APPROVER}, 1),
    ({"o": Role.OPERATOR, "a": Role.APPROVER, "b": Role.ADMIN}, 2),
    ({"a": Role.APPROVER, "b": Role.APPROVER, "c": Role.APPROVER}, 2),
]
SHORT: list[tuple[dict[str, Role], int]] = [
    ({}, 1),
    ({"a": Role.ADMIN}, 1),
    ({"o": Role.OPERATOR, "p": Role.OPERATOR}, 1),
    ({"v": Role.VIEWER, "a": Role.APPROVER}, 1),
    ({"a": Role.APPROVER, "b": Role.APPROVER}, 2),
    ({"o": Role.OPERATOR, "a": Role.APPROVER}, 2),
]


@pytest.mark.parametrize(("roles", "quorum"), ENOUGH)
def test_somebody_who_asks_has_enough_others(roles: dict[str, Role], quorum: int) -> None:
    assert find_approver_shortage(grants(**roles), quorum, IdentityGroups()) is None


@pytest.mark.parametrize(("roles", "quorum"), SHORT)
def test_nobody_who_asks_has_enough_others(roles: dict[str, Role], quorum: int) -> None:
    said = en(find_approver_shortage(grants(**roles), quorum, IdentityGroups()) or "")
    assert said.startswith(f"The quorum is {quorum} (B24BOT_QUORUM)")
    assert said.endswith("b24bot access grant TEAM:USER approver")


def test_too_few_approvers_are_told_at_the_start_and_limit_nothing(
    make_core_bot: Callable[..., CoreBot], caplog: pytest.LogCaptureFixture
) -> None:
    core_bot = make_core_bot(roles={OLGA: Role.OPERATOR, VIKTOR: Role.VIEWER})
    assert run_startup_checks(core_bot.ctx) == []
    assert "nobody who may ask has so many other people" in caplog.text


def test_too_few_approvers_are_not_told_before_the_first_admin_is_there(
    make_core_bot: Callable[..., CoreBot], caplog: pytest.LogCaptureFixture
) -> None:
    assert run_startup_checks(make_core_bot(roles={}).ctx) == []
    assert caplog.text == ""


# The clock


@pytest.mark.parametrize(
    ("skew", "limited", "logged"),
    [
        (0, False, False),
        (WARN_SKEW_MS, False, False),
        (WARN_SKEW_MS + 1, False, True),
        (-WARN_SKEW_MS - 1, False, True),
        (MOST_SKEW_MS, False, True),
        (MOST_SKEW_MS + 1, True, False),
        (-MOST_SKEW_MS - 1, True, False),
    ],
)
def test_how_wrong_a_clock_may_be(
    core_bot: CoreBot, caplog: pytest.LogCaptureFixture, skew: int, limited: bool, logged: bool
) -> None:
    note_skew(core_bot.ctx.limits, skew)
    assert ("clock" in core_bot.ctx.limits) is limited
    assert ("is off by" in caplog.text) is logged


def test_a_clock_that_was_set_right_lifts_its_limit(core_bot: CoreBot, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    for _ in range(2):
        note_skew(core_bot.ctx.limits, 300_000)
    limit = core_bot.ctx.limits["clock"]
    assert (limit.mode, "300 seconds ahead of Slack's" in en(limit.why)) == (Mode.NO_DANGER, True)
    assert caplog.text.count("300 seconds ahead") == 1, "told once"
    assert "clock of this host is 300 seconds ahead" in core_bot.type(OLGA, "thing remove one")
    note_skew(core_bot.ctx.limits, 2_000)
    assert core_bot.ctx.limits == {}
    assert "waits for approval" in core_bot.type(OLGA, "thing remove one")
    behind = check_clock(-300_000)
    assert behind is not None
    assert "300 seconds behind Slack's" in en(behind.why)
