"""From the text of a policy file to a table, or to its faults."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import tzinfo
from fnmatch import fnmatchcase
from typing import Any

from bot.core.authority.rules.rule_table import RuleRow, RuleTable, UserGroup
from bot.core.authority.rules.table_faults import BrokenTable, TableFault
from bot.core.authority.rules.user_group_reader import read_user_group
from bot.core.authority.rules.value_readers import CONDITIONS, KEYS, Given, Wrong, is_account
from bot.plugin import Message

FindZone = Callable[[str], "tzinfo | None"]
"""Find a time zone by its name; None where the host does not know it."""
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)\Z")
_HEADER = re.compile(r"\A\s*\[\[\s*rule\s*\]\]")
_GROUP_HEADERS = {name: re.compile(rf"\A\s*\[\s*{name}(?:\s*\.[^\]]*)?\s*\]") for name in ("groups", "user_groups")}
_TOP = ("rule", *_GROUP_HEADERS)


def read_table(text: str, find_zone: FindZone) -> RuleTable:
    """Read a policy file. Raises BrokenTable with every fault that was found."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BrokenTable((_not_toml(str(error), text),)) from None
    reading = _Reading(text, find_zone)
    groups = dict(reading.read_groups(document.get("groups", {})))
    user_groups = dict(reading.read_user_groups(document.get("user_groups", {}), groups))
    rows = tuple(reading.read_rows(document.get("rule", []), (*groups, *user_groups)))
    for key in document.keys() - {*_TOP}:
        reading.note(reading.find_line(key), Message("rules.key.unknown_table", key=key), _hint_of_keys(_TOP))
    if reading.faults:
        raise BrokenTable(tuple(reading.faults))
    return RuleTable(rows=rows, groups=groups, user_groups=user_groups, zones=reading.zones)


def refuse_unknown_commands(table: RuleTable, paths: Iterable[str]) -> None:
    """Raise BrokenTable for patterns of commands that no command fits."""
    known = tuple(paths)
    faults = tuple(
        TableFault(
            line=row.line,
            sentence=Message("rules.unknown_command", rule=row.name, value=pattern),
            hint=Message("rules.write_command"),
        )
        for row in table.rows
        for pattern in row.commands
        if not any(fnmatchcase(path, pattern) for path in known)
    )
    if faults:
        raise BrokenTable(faults)


def _not_toml(error: str, text: str) -> TableFault:
    found = _AT_LINE.search(error)
    line = int(found[1]) if found else text.count("\n") + 1
    cause = _AT_LINE.sub("", error).removesuffix(" (at end of document)")
    return TableFault(line=line, sentence=Message("rules.not_toml", cause=cause), hint=Message("rules.write_toml"))


def _hint_of_keys(keys: Iterable[str]) -> Message:
    return Message("rules.key.known", keys=tuple(keys))


class _Reading:
    """One reading of a file: the faults, and where each row begins."""

    def __init__(self, text: str, find_zone: FindZone) -> None:
        self._lines = text.splitlines()
        self._find_zone = find_zone
        self._begins = [at for at, line in enumerate(self._lines, 1) if _HEADER.match(line)]
        self.faults: list[TableFault] = []
        self.zones: dict[str, tzinfo] = {}

    def note(self, line: int, sentence: Message, hint: Message) -> None:
        self.faults.append(TableFault(line=line, sentence=sentence, hint=hint))

    def find_line(self, key: str, begin: int = 0) -> int:
        """The line of a key of the table that begins in the line `begin`; that line where the key is not found."""
        head = re.compile(rf"\s*\[*\s*\"?{re.escape(key)}\"?\s*[=.\]]")
        for at, line in enumerate(self._lines[begin:], begin + 1):
            if head.match(line):
                return at
            if begin and line.lstrip().startswith("["):
                break
        return begin or 1

    def _find_header(self, table: str) -> int:
        """The line in which the table of this name begins; 1 where it is not found."""
        head = _GROUP_HEADERS[table]
        return next((at for at, line in enumerate(self._lines, 1) if head.match(line)), 1)

    def read_groups(self, value: Any) -> Iterator[tuple[str, frozenset[str]]]:
        begin = self._find_header("groups")
        if not isinstance(value, Mapping):
            self.note(begin, Message("rules.groups.not_table"), Message("rules.groups.write_group"))
            return
        for name, people in value.items():
            fits = isinstance(people, list) and people and all(isinstance(one, str) for one in people)
            wrong = [one for one in people if not is_account(one)] if fits else [str(people)]
            if wrong:
                told = Message("rules.groups.not_accounts", group=name, value=wrong[0])
                self.note(self.find_line(name, begin), told, Message("rules.groups.write_group"))
            yield name, frozenset(people if fits else ())

    def read_user_groups(self, value: Any, groups: Collection[str]) -> Iterator[tuple[str, UserGroup]]:
        """Read the groups that the chat keeps. `groups` are names that are taken."""
        begin = self._find_header("user_groups")
        if not isinstance(value, Mapping):
            self.note(begin, Message("rules.user_groups.not_table"), Message("rules.user_groups.write_table"))
            return
        for name, given in value.items():
            line, read = self.find_line(name, begin), read_user_group(given)
            if name in groups:
                self.note(
                    line, Message("rules.user_groups.name_taken", group=name), Message("rules.user_groups.write_name")
                )
            if isinstance(read, Wrong):
                self.note(line, Message("rules.user_groups.wrong", group=name, why=read.sentence), read.hint)
            else:
                yield name, read

    def read_rows(self, value: Any, groups: Collection[str]) -> Iterator[RuleRow]:
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            self.note(self.find_line("rule"), Message("rules.rows.not_rows"), Message("rules.rows.write_row"))
            return
        names: set[str] = set()
        for number, row in enumerate(value):
            begin = self._begins[number] if number < len(self._begins) else 1
            read = dict(self._read_keys(row, begin, groups))
            self._check_row(row, read, begin, names)
            names.add(str(row.get("name", "")))
            yield RuleRow(**{"name": "", **read, "line": begin})

    def _read_keys(self, row: Mapping[str, Any], begin: int, groups: Collection[str]) -> Iterator[tuple[str, Any]]:
        for key, value in row.items():
            line = self.find_line(key, begin)
            if key not in KEYS:
                self.note(line, Message("rules.key.unknown", key=key), _hint_of_keys(KEYS))
                continue
            read = KEYS[key](Given(value=value, groups=groups))
            if isinstance(read, Wrong):
                self.note(line, Message("rules.key.wrong", key=key, why=read.sentence), read.hint)
            else:
                yield key, read

    def _check_row(self, row: Mapping[str, Any], read: Mapping[str, Any], begin: int, names: set[str]) -> None:
        """Note what is wrong with a row as a whole."""
        name = read.get("name")
        if "name" not in row or name in names:
            told = (
                Message("rules.rows.name_missing")
                if "name" not in row
                else Message("rules.rows.name_twice", name=str(name))
            )
            self.note(begin, told, Message("rules.rows.write_name"))
        if not row.keys() - CONDITIONS:
            self.note(
                begin,
                Message("rules.rows.demands_nothing"),
                _hint_of_keys(key for key in KEYS if key not in CONDITIONS),
            )
        if ("hours" in row) != ("timezone" in row):
            self.note(begin, Message("rules.rows.hours_and_zone"), Message("rules.rows.write_zone"))
        zone = read.get("timezone")
        if zone is not None:
            found = self._find_zone(zone)
            if found is None:
                line = self.find_line("timezone", begin)
                self.note(line, Message("rules.rows.unknown_zone", value=zone), Message("rules.rows.write_zone"))
            else:
                self.zones[zone] = found
