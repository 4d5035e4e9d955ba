"""What every command prints with `--json` is of the type that its reference is written from, to the last key."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from bot.cli.json_output import Answer, Failure, Words
from bot.core.audit.audit_record import Entry, Tag
from bot.core.change.change_request import Status
from bot.core.messages.notices import ThreadNotice
from bot.language.request_views import ChangeDetails, PlanPreview
from bot.plugin import Risk
from scripts.write_json_docs import (
    ERRORS,
    ROOT,
    data_types,
    declared,
    error_kinds,
    find_meanings,
    list_tops,
    main,
    page,
    shared_types,
    terminal_types,
)
from tests.cli.cli_bot import CliBot
from tests.language.json_shape import differences
from tests.store.samples import opened
from tests.tables.quick import fewer

OLD = 1_700_000_000_000
"""A day in November 2023, from which the records are that are archived here."""
SECRETS = {
    "B24BOT_SECRET_CLIENT_SECRET": "sekret-of-client",
    "B24BOT_SECRET_ACCESS_TOKEN": "sekret-of-access",
    "B24BOT_SECRET_REFRESH_TOKEN": "sekret-of-refresh",
}
ADD = "portal add second --domain shop.bitrix24.com --member-id 0123456789abcdef0123456789abcdef --client-id local.5f1c"
KEY_LINES = ("init --yes", "key rotate", "key rotate", "key list", "key retire k1")
OWN_LINES = (
    *("doctor", "access grant T0001:U0002 approver", "access revoke T0001:U0009", "access list", "run whoami"),
    *("connector remove myconnector --reason old", "request list", "request show CR-{opened}"),
    *("request withdraw CR-{opened}", "request show CR-{unknown}", "request settle CR-{unknown} done"),
    *("outbox list", "outbox retry {notice}", "outbox drop {notice}", "outbox retry all", "audit find"),
    *("audit archive --before 2024-01-01 --dry-run", "audit archive --before 2024-01-01 --yes", "audit verify"),
    *("policy show", "policy lint {policy}", "policy test T0001:U0002 connector remove myconnector"),
    *("audit verify --archive {archive}", "backup", "restore {backup}"),
)
"""Lines of the terminal's own commands, in an order in which each works."""
IN_SLACK_ONLY = frozenset({"fault show"})
"""Only the process that serves can answer these; the terminal says so."""
DECLARED_LINES = (
    *(
        f"{one.path} {example}".strip()
        for one in declared()
        if one.path in data_types().keys() - IN_SLACK_ONLY and one.path != "portal connect"
        for example in one.examples
        if "@" not in example
    ),
    *("help serve", "whoami", "acceptance --portal default --line 1", ADD, "portal list"),
)
"""Lines of the declared commands that give data of their own. A terminal knows nobody by a mention."""
CHANGING_LINES = tuple(
    f"{one.path} {example}".strip()
    for one in declared()
    if one.risk is not Risk.READ and not one.terminal
    for example in one.examples
)
"""Every example of what changes something."""


def own_types() -> dict[str, Any]:
    """The types of the terminal's own commands."""
    return {path: kind for path, kind in terminal_types().items() if kind is not Answer}


def command_of(line: str) -> str:
    """The path of the command that a line names."""
    paths = {*terminal_types(), *(one.path for one in declared())}
    return max((path for path in paths if f"{line} ".startswith(f"{path} ")), key=len)


def printed(cli_bot: CliBot, line: str) -> Any:
    """What a line prints with --json, which is of the type that is described."""
    path = command_of(line)
    # Backup tokens come from another authorisation.
    secrets = {name: f"{secret}-{path.replace(' ', '-')}" for name, secret in SECRETS.items()}
    result = cli_bot.run(*shlex.split(line), "--json", **secrets)
    assert result.exit_code == (78 if path == "doctor" else 0), (line, result.output)
    found = json.loads(result.stdout)
    kind = terminal_types().get(path, Answer)
    assert list(differences(found, kind)) == [], line
    if kind is Answer and path in data_types():
        assert list(differences(found["data"], data_types()[path])) == [], line
    return found


def prepared(cli_bot: CliBot) -> dict[str, str]:
    """Old records, an outcome that people are asked about, and a notice that waits; how lines name them."""
    with cli_bot.store() as store:
        for number in range(3):
            with store.unit_of_work() as tx:
                tx.audit.append(Entry(tag=Tag.COMMAND_RAN, actor="T0001:U0002", subject=f"CR-{number}"), at=OLD)
        unknown = opened(store, status=Status.UNKNOWN)
        with store.unit_of_work() as tx:
            tx.changes.note(unknown.number, {"asked_at": 5_000})
            tx.outbox.put("thread:1001:a", ThreadNotice(number=1001, text="a line"), at=OLD)
        (entry,) = [one for one in store.outbox.entries(["new"], limit=99) if one.key == "thread:1001:a"]
    policy = cli_bot.folder / "policy.toml"
    policy.write_text('[[rule]]\nname = "all"\nquorum = 2\n')
    names = {"notice": str(entry.id), "unknown": str(unknown.number), "opened": str(unknown.number + 1)}
    return {**names, "policy": str(policy)}


def test_every_command_of_the_terminal_prints_what_is_described(connected_cli_bot: CliBot) -> None:
    names = prepared(connected_cli_bot)
    for line in OWN_LINES:
        found = printed(connected_cli_bot, line.format_map(names))
        if "archive --before" in line:
            names["archive"] = found["file"]
        if line == "backup":
            names["backup"] = found["path"]
    # A copy needs a second engine.
    assert {command_of(line) for line in (*KEY_LINES, *OWN_LINES)} >= set(own_types()) - {"database copy"}


def test_the_commands_about_keys_print_what_is_described(bare: CliBot) -> None:
    for line in KEY_LINES:
        printed(bare, line)


def test_every_declared_command_that_gives_data_prints_what_is_described(connected_cli_bot: CliBot) -> None:
    printed(connected_cli_bot, "access grant T0001:U0002 approver")
    for line in DECLARED_LINES[:: fewer(1, 3)]:
        printed(connected_cli_bot, line)
    # These two ask a person: tests/cli/commands/test_portals.py.
    asking = {"portal connect", "portal remove"}
    assert {command_of(line) for line in DECLARED_LINES} >= set(data_types()) - asking - IN_SLACK_ONLY


def test_what_is_declared_is_given(connected_cli_bot: CliBot) -> None:
    """Each command without declared data has none in an answer that is no plan."""
    undeclared = [one for one in declared() if one.risk is Risk.READ and one.data is None]
    assert [one.path for one in undeclared] == []


@pytest.mark.sampled(3)
@pytest.mark.parametrize("line", CHANGING_LINES)
def test_what_changes_something_prints_its_plan_and_its_request(connected_cli_bot: CliBot, line: str) -> None:
    for person in ("T0001:U0002", "T0001:U0003"):
        printed(connected_cli_bot, f"access grant {person} admin")
    for words, key, kind in ((f"{line} --dry-run", "data", PlanPreview), (line, "request", ChangeDetails)):
        result = connected_cli_bot.run(*shlex.split(words), "--json", "--yes")
        found = json.loads(result.stdout or result.stderr)
        if result.exit_code:
            assert list(differences(found, Failure)) == [], words
            continue
        assert list(differences(found, Answer)) == [], words
        if found[key] is not None:
            assert list(differences(found[key], kind)) == [], words


@pytest.mark.parametrize(
    "line", ["request list --limit x", "connector show nobody", "request show CR-77", "conector list", "freeze --bogus"]
)
def test_an_error_prints_what_is_described(connected_cli_bot: CliBot, line: str) -> None:
    result = connected_cli_bot.run(*line.split(), "--json")
    assert result.exit_code != 0
    assert list(differences(json.loads(result.stderr), Failure)) == []


def test_a_plugin_without_declared_data_prints_its_words(cli_bot: CliBot) -> None:
    cli_bot.settings["B24BOT_PLUGINS"] = "tests.cli.odd:plugin"
    found = cli_bot.json("thing", "show")
    assert list(differences(found, Answer)) == []
    assert list(differences(found["data"], Words)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda value: value.pop("role"), "$.role is missing"),
        (lambda value: value.update(more=1), "$.more is not described"),
        (lambda value: value.update(granted_at="today"), "$.granted_at is 'today' instead of Time"),
        (lambda value: value.update(principal=7), "$.principal is 7 instead of str"),
        (lambda value: value.update(role="boss"), "$.role is 'boss' instead of Role"),
    ],
)
def test_what_differs_from_its_type_is_found(cli_bot: CliBot, change: Any, said: str) -> None:
    printed(cli_bot, "access grant T0001:U0002 approver")
    (row,) = cli_bot.json("access", "list")
    kind = terminal_types()["access list"].__args__[0]
    assert list(differences(row, kind)) == []
    change(row)
    assert list(differences(row, kind)) == [said]


def test_the_reference_is_up_to_date() -> None:
    """If not: run scripts/write_json_docs.py."""
    assert (ROOT / "docs" / "json.md").read_text("utf-8") == page()


def test_every_key_has_a_meaning() -> None:
    kinds = {Failure, *list_tops(), *shared_types()}
    empty = [f"{kind.__name__}.{key}" for kind in kinds for key, meaning in find_meanings(kind).items() if not meaning]
    assert sorted(empty) == []


def test_every_kind_of_error_has_its_own_text() -> None:
    assert [one.__name__ for one in error_kinds()] == list(ERRORS)


def test_codes_that_are_listed_are_the_values_of_a_type() -> None:
    """A code that is listed in words beside a string can be wrong, and nothing finds it."""
    rows = [line.split(" | ") for line in page().splitlines() if line.startswith("| `")]
    assert [
        row[0]
        for row in rows
        if row[1] == "string" and "for example" not in row[2] and re.search("`[a-z-]+`(,| or) `[a-z-]+`", row[2])
    ] == []


def test_a_difference_is_told_and_writing_mends_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"], tmp_path) == 1
    assert "docs/json.md is not what" in capsys.readouterr().err
    assert main([], tmp_path) == 0
    assert capsys.readouterr().out == "wrote docs/json.md\n"
    assert main(["--check"], tmp_path) == 0
