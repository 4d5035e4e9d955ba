"""`b24bot doctor`: everything a start looks at, and nothing changed by looking."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from bot.playground.workspace import SlackWorkspace
from bot.store.database import FILE_NAME
from tests.cli.desk import Desk

NAMES = ["key file", "database", "keys", "audit log", "allow-list", "approvers", "backups", "disk", "channels", "Slack"]


def looked(desk: Desk) -> dict[str, tuple[bool, str]]:
    shown = desk.run("doctor", "--json")
    found = {one["name"]: (one["ok"], f"{one['says']} {one['hint']}") for one in json.loads(shown.stdout)}
    assert list(found) == NAMES
    assert shown.exit_code == (0 if all(ok for ok, _ in found.values()) else 78)
    return found


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def well(desk: Desk, workspace: SlackWorkspace) -> None:
    desk.connect(workspace=workspace)
    for person, role in (("T0001:U0001", "operator"), ("T0001:U0002", "approver")):
        assert desk.run("access", "grant", person, role).exit_code == 0
    assert desk.run("backup").exit_code == 0


def test_when_all_is_well_it_says_so_and_changes_nothing(desk: Desk, workspace: SlackWorkspace) -> None:
    well(desk, workspace)
    before = everything(desk.folder)
    shown = desk.run("doctor")
    assert shown.exit_code == 0, shown.output
    assert [line[:4] for line in shown.stdout.splitlines()] == ["ok  "] * len(NAMES)
    assert everything(desk.folder) == before


def test_what_is_missing_is_named_with_what_to_do(desk: Desk) -> None:
    found = looked(desk)
    assert found["database"] == (False, f"There is no database in {desk.home} yet: the first start makes it. ")
    assert found["channels"][1].startswith("B24BOT_AUDIT_CHANNEL is not set")
    assert not (desk.home / FILE_NAME).exists()


def test_each_trouble_has_its_line(desk: Desk, workspace: SlackWorkspace) -> None:
    well(desk, workspace)
    assert desk.run("access", "revoke", "T0001:U0002").exit_code == 0
    next((desk.home / "backups").iterdir()).unlink()
    connection = sqlite3.connect(desk.home / FILE_NAME)
    connection.executescript("DROP TRIGGER audit_no_update; UPDATE audit SET actor = 'x' WHERE seq = 2")
    connection.close()
    desk.settings["SLACK_BOT_TOKEN"] = "xoxb-wrong"
    found = looked(desk)
    assert {name for name, (ok, _) in found.items() if not ok} == {"audit log", "approvers", "backups", "Slack"}
    assert "changed at record #2" in found["audit log"][1]
    assert "Make one: b24bot backup" in found["backups"][1]
    assert "invalid_auth" in found["Slack"][1]


def test_a_role_behind_the_log_is_seen_and_granting_it_anew_mends_it(desk: Desk, workspace: SlackWorkspace) -> None:
    well(desk, workspace)
    connection = sqlite3.connect(desk.home / FILE_NAME)
    with connection:
        connection.execute("UPDATE grants SET role = 'admin' WHERE user = 'U0001'")
    connection.close()
    ok, says = looked(desk)["allow-list"]
    assert not ok
    assert "for T0001:U0001 it says admin, and the log says operator. The bot only reads" in says
    assert desk.run("access", "grant", "T0001:U0001", "operator").exit_code == 0
    assert looked(desk)["allow-list"] == (True, "2 people, as the audit log has it ")


def test_a_wrong_key_and_an_old_backup_are_seen(desk: Desk, workspace: SlackWorkspace) -> None:
    well(desk, workspace)
    (copy,) = (desk.home / "backups").iterdir()
    copy.rename(copy.with_name("b24bot-20200101T000000000Z.sqlite3"))
    desk.key_file.unlink()
    desk.make_key()
    found = looked(desk)
    assert "was not written with this key file" in found["keys"][1]
    assert "hours old" in found["backups"][1]


def test_without_a_key_file_the_rest_is_still_looked_at(desk: Desk, workspace: SlackWorkspace) -> None:
    well(desk, workspace)
    desk.key_file.unlink()
    found = looked(desk)
    assert found["key file"][0] is False
    assert found["disk"][0] is True
