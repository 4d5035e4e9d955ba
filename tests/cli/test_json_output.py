"""`--json` gives data: ids, numbers, booleans and ISO times under stable keys, and not the words that people read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bot.app import read_settings
from bot.host.discovery import load_plugins
from bot.plugin import Risk
from bot.usecases.house import registry_of
from tests.cli.desk import Desk

ISO = re.compile(r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")
PICTURES = re.compile(r"\A(yes|no|on|off|switched off|–|\d+|.* UTC)\Z")
"""What a number, a boolean, nothing or a time looks like when it is drawn for people."""
READING = [
    f"{command.path} {command.examples[0] if command.examples else ''}".strip()
    for command in registry_of(load_plugins(read_settings({})["B24BOT_PLUGINS"])).typed()
    if command.risk is Risk.READ
]


def leaves(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that is no object and no list, with the key it stands under."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from leaves(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part, key)
    else:
        yield key, value


def test_every_command_that_reads_gives_data_and_no_picture_of_it(office: Desk) -> None:
    office.run("access", "grant", "T0001:U0002", "approver")
    office.run("connector", "remove", "myconnector", "--reason", "old")
    assert "connector list" in READING
    assert "audit find" in READING
    for line in READING:
        told = office.json("run", line)
        assert set(told) == {"title", "notes", "data"}, line
        assert told["data"] is not None, line
        assert not (isinstance(told["data"], dict) and set(told["data"]) == {"facts", "rows"}), line
        for key, value in leaves(told["data"]):
            if key == "at" or key.endswith(("_at", "_since")):
                assert value is None or ISO.match(value), (line, key, value)
            elif isinstance(value, str):
                assert not PICTURES.match(value), (line, key, value)


def test_connectors_and_their_lines_are_ids_numbers_and_booleans(office: Desk) -> None:
    listed = {row["id"]: row for row in office.json("connector", "list")["data"]}
    assert listed["myconnector"] == {
        "id": "myconnector",
        "name": "WhatsApp EU",
        "kind": "not-proven",
        "lines_active": 2,
        "lines_in_error": 0,
        "lines_not_readable": 0,
    }
    status = office.json("connector", "status", "myconnector")["data"]
    assert status[0] == {
        "connector": "myconnector",
        "registered": True,
        "line": 1,
        "line_name": "Sales EU",
        "line_enabled": True,
        "active": True,
        "error": False,
        "problem": None,
    }
    assert [row["enabled"] for row in office.json("line", "list")["data"]] == [True, True, False]


def test_a_dry_run_and_a_change_request_give_the_plan_as_data(office: Desk) -> None:
    office.run("access", "grant", "T0001:U0002", "approver")
    shown = office.json("connector", "remove", "myconnector", "--dry-run")["data"]
    opened = office.json("connector", "remove", "myconnector")["request"]
    assert shown["calls"] == opened["calls"]
    assert (shown["approvals_needed"], opened["approvals_needed"]) == (1, 1)
    assert (opened["id"], opened["status"], ISO.match(opened["created_at"]) is not None) == ("CR-1001", "pending", True)


def test_a_plugin_without_data_gives_its_words(desk: Desk) -> None:
    desk.settings["B24BOT_PLUGINS"] = "tests.cli.odd:plugin"
    assert set(desk.json("thing", "show")["data"]) == {"facts", "rows"}
