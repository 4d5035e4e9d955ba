"""Enterprise Grid: colleagues from another workspace of our organisation are members; other organisations are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.core.change.change_request import Status
from bot.playground.environment import Playground
from bot.playground.workspace.base.installation import TEAM_ID
from tests.stories.scene import Scene

SISTER = "T0777"
"""Another workspace of the organisation: the home of some who are in ours."""


@pytest.fixture
def grid(tmp_path: Path, full_bot_in: Callable[..., Playground]) -> Iterator[Scene]:
    """A bot whose workspace belongs to an organisation; Anton's own workspace is another one of it."""
    full_bot = full_bot_in(tmp_path)
    full_bot.workspace.join_grid("E0001")
    with full_bot:
        full_bot.workspace.people["Anton"].flag(team_id=SISTER, teams=(TEAM_ID,))
        yield Scene(full_bot)


def test_a_click_from_the_persons_home_workspace_is_a_members_of_enterprise_grid(grid: Scene) -> None:
    """`user.team_id` is Anton's home; the allow-list knows him by the workspace of the installation."""
    card = grid.ask_removal()
    grid.press("Anton", card, "Approve")
    change = grid.wait_status(Status.DONE)
    assert [review.reviewer.id for review in change.reviews] == [f"{TEAM_ID}:U0002"]


def test_an_account_that_is_described_by_enterprise_user_only_is_a_members(grid: Scene) -> None:
    flags = ("team_id", "deleted", "is_bot", "is_admin", "is_owner", "is_primary_owner")
    grid.workspace.people["Anton"].flag(omits=(*flags, "is_restricted", "is_ultra_restricted"))
    grid.ask("Anton", "connector list")
    grid.answer("Anton", "myconnector")


def test_a_guest_by_what_enterprise_user_says_alone_is_refused(grid: Scene) -> None:
    flags = ("deleted", "is_bot", "is_admin", "is_owner", "is_primary_owner")
    grid.workspace.people["Anton"].flag(
        is_ultra_restricted=True, omits=(*flags, "is_restricted", "is_ultra_restricted")
    )
    grid.ask("Anton", "connector list")
    grid.answer("Anton", "guest")


@pytest.mark.parametrize("flags", [{"is_stranger": True}, {"enterprise": "E0666", "teams": (TEAM_ID,)}])
def test_a_person_of_another_organisation_is_refused_on_the_grid_as_well(grid: Scene, flags: dict[str, Any]) -> None:
    """In a channel shared by Slack Connect; the second account names whatever teams it likes."""
    workspace = grid.workspace
    mallory = workspace.add_person("Mallory", user_id="U0666", team_id="T0666", **flags)
    workspace.invite_to("approvals", "Mallory")
    workspace.invite_to("connectors", "Mallory")
    card = grid.ask_removal()
    grid.press("Mallory", card, "Approve")
    grid.answer("Mallory", "You belong to another workspace")
    grid.ask("Mallory", "whoami")
    workspace.wait_for(lambda: len(mallory.ephemerals) == 2, what="Mallory to be refused a second time")
    assert all("another workspace" in workspace.transcript(one) for one in mallory.ephemerals)
    assert grid.change().status is Status.PENDING


def test_a_guest_on_the_grid_stays_a_guest(grid: Scene) -> None:
    grid.workspace.people["Anton"].flag(is_restricted=True)
    grid.ask("Anton", "connector list")
    grid.answer("Anton", "(guest)")


def test_a_flag_that_is_absent_is_named_to_who_is_refused_for_it(grid: Scene) -> None:
    grid.workspace.join_grid("")
    grid.workspace.people["Olga"].flag(omits=("is_restricted",))
    grid.ask("Olga", "connector list")
    grid.answer("Olga", "Slack's answer has no `is_restricted`")
    grid.ask("Olga", "whoami")
    grid.answer("Olga", "is_restricted")
