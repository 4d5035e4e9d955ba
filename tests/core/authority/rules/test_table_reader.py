"""A broken policy table names each fault with its line and what to write instead; equal tables have one digest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.authority.rules.row_views import describe_row
from bot.core.authority.rules.table_faults import BrokenTable
from bot.core.authority.rules.table_reader import read_table, refuse_unknown_commands
from tests.core.authority.rules.rule_models import find_zone
from tests.language.english import en
from tests.tables.rows import each_row

FILE = """\
# Removals on the live portal
[groups]
ops = ["T0001:U0001", "T0001:U0002"]
security = ["T0001:U0003", "local:anna"]

[[rule]]
name = "prod removals"
commands = ["connector remove"]
places = ["prod"]
from_each = ["ops", "security"]

[[rule]]
name = "hours"
risks = ["destroy"]
hours = ["Mon-Fri 09:00-18:00", "Sat 10:00-14:00"]
timezone = "UTC"
"""
FAULTS = {
    "not TOML": ("[[rule]]\nname = \n", [2]),
    "an unknown key": ('[[rule]]\nname = "a"\nrefuse = true\nportals = ["prod"]\n', [4]),
    "an unknown table": ("[rules]\na = 1\n", [1]),
    "rules that are no rows": ('[rule]\nname = "a"\n', [1]),
    "no name": ("# one\n[[rule]]\nrefuse = true\n", [2]),
    "a name twice": ('[[rule]]\nname = "a"\nquorum = 2\n[[rule]]\nname = "a"\nquorum = 2\n', [4]),
    "nothing demanded": ('[[rule]]\nname = "a"\nplaces = ["prod"]\n', [1]),
    "a switch that is off": ('[[rule]]\nname = "a"\nrefuse = false\n', [3]),
    "a list that is a text": ('[[rule]]\nname = "a"\nquorum = 2\nplaces = "prod"\n', [4]),
    "an empty list": ('[[rule]]\nname = "a"\nask = []\n', [3]),
    "an unknown risk": ('[[rule]]\nname = "a"\nquorum = 2\nrisks = ["read"]\n', [4]),
    "an unknown group": ('[[rule]]\nname = "a"\nask = ["ops"]\n', [3]),
    "one group for two": ('[groups]\nops = ["T0001:U0001"]\n[[rule]]\nname = "a"\nfrom_each = ["ops"]\n', [5]),
    "a channel's name": ('[[rule]]\nname = "a"\napprove_in = "#prod"\n', [3]),
    "channels by name": ('[[rule]]\nname = "a"\nask_in = ["#prod"]\n', [3]),
    "no quorum": ('[[rule]]\nname = "a"\nquorum = 0\n', [3]),
    "a quorum that is true": ('[[rule]]\nname = "a"\nquorum = true\n', [3]),
    "a pattern that is none": ('[[rule]]\nname = "a"\nreason = "["\n', [3]),
    "a reason that is a list": ('[[rule]]\nname = "a"\nreason = ["x"]\n', [3]),
    "hours over midnight": ('[[rule]]\nname = "a"\nhours = ["Mon 22:00-06:00"]\ntimezone = "UTC"\n', [3]),
    "an unknown day": ('[[rule]]\nname = "a"\nhours = ["Mo 09:00-18:00"]\ntimezone = "UTC"\n', [3]),
    "hours without a zone": ('[[rule]]\nname = "a"\nhours = ["Mon 09:00-18:00"]\n', [1]),
    "an unknown zone": ('[[rule]]\nname = "a"\nhours = ["Mon 09:00-18:00"]\ntimezone = "Mars"\n', [4]),
    "a group that is a name": ('[groups]\nops = ["anna"]\n', [2]),
    "groups that are a list": ("groups = [1]\n", [1]),
    "user groups that are a list": ("user_groups = [1]\n", [1]),
    "a user group that is a text": ('[user_groups]\noncall = "S0123456"\n', [2]),
    "a user group without an id": ('[user_groups]\noncall = { max_age = "15m" }\n', [2]),
    "a user group by its handle": ('[user_groups]\noncall = { id = "@oncall" }\n', [2]),
    "an unknown key of a user group": ('[user_groups]\noncall = { id = "S0123456", age = "15m" }\n', [2]),
    "an age that is too short": ('[user_groups]\noncall = { id = "S0123456", max_age = "59s" }\n', [2]),
    "an age that is too long": ('[user_groups.oncall]\nid = "S0123456"\nmax_age = "25h"\n', [1]),
    "an age that is a number": ('[user_groups]\noncall = { id = "S0123456", max_age = 900 }\n', [2]),
    "a name of two groups": (
        '[groups]\noncall = ["T0001:U0001"]\n[user_groups]\noncall = { id = "S0123456" }\n',
        [4],
    ),
    "an empty name": ('[[rule]]\nname = ""\nrefuse = true\n', [2]),
    "a key in single marks": ("[[rule]]\nname = \"a\"\n'quorum' = 0\n", [1]),
    "a key in single marks, before another row": (
        '[[rule]]\nname = "a"\n\'quorum\' = 0\n[[rule]]\nname = "b"\nquorum = 2\n',
        [1],
    ),
    "two faults": ('[[rule]]\nname = "a"\nquorum = 99\nreason = "("\n', [3, 4]),
}


def test_a_whole_table_is_read() -> None:
    table = read_table(FILE, find_zone)
    assert [row.name for row in table.rows] == ["prod removals", "hours"]
    assert [row.line for row in table.rows] == [6, 12]
    assert table.groups["security"] == {"T0001:U0003", "local:anna"}
    assert describe_row(table.rows[0]) == "commands: connector remove; places: prod; from_each: ops, security"
    hours = "risks: destroy; hours: Mon-Fri 09:00-18:00, Sat 10:00-14:00; timezone: UTC"
    assert describe_row(table.rows[1]) == hours


@each_row("name", FAULTS)
def test_each_fault_has_its_line_and_what_to_write_instead(name: str) -> None:
    text, lines = FAULTS[name]
    with pytest.raises(BrokenTable) as caught:
        read_table(text, find_zone)
    assert [fault.line for fault in caught.value.faults] == lines
    for fault in caught.value.faults:
        assert en(fault.described).startswith(f"Line {fault.line}: ")
        assert en(fault.hint) in en(caught.value.sentence)


def test_comments_and_the_order_of_keys_do_not_change_the_digest() -> None:
    digest = read_table(FILE, find_zone).digest
    moved = FILE.replace('places = ["prod"]\n', "").replace(
        '[[rule]]\nname = "prod', '# \n[[rule]]\nplaces = ["prod"]\nname = "prod'
    )
    assert read_table(moved, find_zone).digest == digest
    assert read_table(FILE.replace('"prod"', '"stage"'), find_zone).digest != digest
    assert read_table(FILE.replace("U0002", "U0009"), find_zone).digest != digest


def test_a_pattern_that_no_command_fits_is_named() -> None:
    table = read_table(FILE, find_zone)
    refuse_unknown_commands(table, ["connector remove"])
    with pytest.raises(BrokenTable) as caught:
        refuse_unknown_commands(table, ["line list"])
    (fault,) = caught.value.faults
    assert (fault.line, "connector remove" in en(fault.sentence)) == (6, True)


def test_a_user_group_is_read_with_its_age_and_counts_for_the_digest() -> None:
    rule = '[[rule]]\nname = "live"\napprove = ["oncall"]\n'
    tables = [
        read_table(f'[user_groups]\noncall = {{ id = "{id}"{age} }}\n{rule}', find_zone)
        for id, age in (("S0001", ""), ("S0001", ', max_age = "15m"'), ("S0002", ""), ("S0001", ', max_age = "1h"'))
    ]
    assert [table.user_groups["oncall"].max_age_ms for table in tables] == [900_000, 900_000, 900_000, 3_600_000]
    digests = [table.digest for table in tables]
    assert digests[0] == digests[1]
    assert len({*digests}) == 3


def test_the_members_of_a_user_group_make_no_other_table() -> None:
    text = '[user_groups]\noncall = { id = "S0001" }\n[[rule]]\nname = "live"\napprove = ["oncall"]\n'
    table = read_table(text, find_zone)
    assert replace(table, members={"oncall": frozenset({"T0001:U0001"})}).digest == table.digest


def test_the_digest_of_a_table_without_user_groups_is_that_of_the_releases_before() -> None:
    digest = read_table('[[rule]]\nname = "a"\nquorum = 2\n', find_zone).digest
    assert digest == "8798eca56910f947670ab1f4463a56b8f67d5655894cda0a0ed1aec6dfb6ed43"
