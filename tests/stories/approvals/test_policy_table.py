"""A policy table narrows: two teams approve a removal on one portal, with a ticket, and a changed table ends it."""

from __future__ import annotations

from pathlib import Path

from bot.core.audit.audit_record import Tag
from bot.core.change.change_request import Status
from tests.stories.scene import Scene

RULE = """
[[rule]]
name = "removals"
commands = ["connector remove"]
from_each = ["support", "security"]
reason = "OPS-[0-9]+"
"""
LINE = "connector remove myconnector --reason"


def restart_with_table(scene: Scene, folder: Path, rows: str = RULE) -> None:
    """Put the bot up with a policy table in which Anton and Vera are of different teams."""
    teams = {"support": "Anton", "security": "Vera"}
    groups = "".join(f'{team} = ["{scene.playground.person(name).id}"]\n' for team, name in teams.items())
    path = folder / "policy.toml"
    path.write_text(f"[groups]\n{groups}{rows}")
    scene.playground.stop_bot()
    scene.playground.start_bot(B24BOT_POLICY=str(path), B24BOT_LANGUAGE="en")


ON_CALL = """
[user_groups]
oncall = { id = "S0001" }

[[rule]]
name = "on call"
commands = ["connector remove"]
approve = ["oncall"]
"""


def test_a_removal_is_approved_by_whoever_is_on_call_in_slack(scene: Scene, tmp_path: Path) -> None:
    workspace = scene.workspace
    restart_with_table(scene, tmp_path, ON_CALL)
    scene.ask("Olga", f"{LINE} old")
    scene.answer("Olga", "the members of the user group oncall are not known now")
    scene.ask("Olga", "policy show")
    scene.answer("Olga", "there is no such user group, or it is disabled (no_such_subteam)")
    workspace.set_user_group("S0001", "Vera", "Gleb")
    scene.ask("Olga", f"{LINE} old")
    card = scene.card()
    assert "@Vera" in workspace.transcript(card)
    assert "@Anton" not in workspace.transcript(card)
    scene.press("Anton", card, "Approve")
    scene.answer("Anton", "approvals count from oncall")
    scene.press("Gleb", card, "Approve")
    scene.press("Vera", card, "Approve")
    scene.wait_status(Status.DONE)
    assert not scene.registered()


def test_a_removal_needs_a_ticket_and_an_approval_of_each_team(scene: Scene, tmp_path: Path) -> None:
    restart_with_table(scene, tmp_path)
    assert scene.playground.store.audit.find(tag=Tag.POLICY_LOADED, limit=1)
    scene.ask("Olga", f"{LINE} old")
    scene.answer("Olga", "The rule “removals” of the policy table refuses this: the reason has to match OPS-[0-9]+.")
    scene.ask("Olga", f"{LINE} OPS-12")
    card = scene.card()
    assert "removals" in scene.workspace.transcript(card)
    scene.press("Anton", card, "Approve")
    scene.channel_says("audit", "change:review:approved")
    assert scene.change().status is Status.PENDING
    scene.press("Vera", card, "Approve")
    scene.wait_status(Status.DONE)
    assert not scene.registered()


def test_a_table_that_changed_meanwhile_ends_the_request_as_out_of_date(scene: Scene, tmp_path: Path) -> None:
    restart_with_table(scene, tmp_path)
    scene.ask("Olga", f"{LINE} OPS-12")
    card = scene.card()
    scene.wait_delivered()
    restart_with_table(scene, tmp_path, RULE.replace("OPS", "NOC"))
    scene.press("Anton", card, "Approve")
    scene.press("Vera", card, "Approve")
    scene.wait_status(Status.CHANGED)
    assert scene.registered()
    assert scene.sent() == 0


LINES = """
[[rule]]
name = "line one"
places = ["{portal}"]
targets = ["connector:my*"]
parts = ["line:1"]
refuse = true
"""


def test_a_rule_for_one_line_of_a_connector_is_explained_in_slack_and_holds(scene: Scene, tmp_path: Path) -> None:
    assert scene.playground.running is not None
    ctx = scene.playground.running.bot.context
    portal = ctx.registry.plugin("bitrix24").places(ctx.services("bitrix24"))[0].name
    restart_with_table(scene, tmp_path, LINES.format(portal=portal))
    scene.ask("Vera", "policy show")
    scene.answer("Vera", f"places: {portal}; targets: connector:my*; parts: line:1; refuse: true")
    scene.ask("Vera", "policy test @Olga connector deactivate myconnector 1")
    scene.answer("Vera", "The rule “line one” of the policy table refuses this")
    scene.ask("Vera", "policy test @Olga connector deactivate myconnector 2")
    scene.answer("Vera", "does not apply")
    scene.ask("Olga", "connector deactivate myconnector 1")
    scene.answer("Olga", "The rule “line one” of the policy table refuses this")
    scene.ask("Olga", "connector deactivate myconnector 2")
    scene.answer("Olga", "CR-1001")
    assert scene.change().line.startswith("connector deactivate myconnector 2")
