"""Each refusal of a command ends with the exit code that docs/exit-codes.md gives its cause."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core.bot_errors import EXIT_CODES
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.principals import Principal
from tests.cli.cli_bot import ROOT, CliBot
from tests.cli.commands.test_access_command import ME
from tests.store.samples import OLGA, new_change, opened

TABLE = re.compile(r"^\| ([0-9]+) \| (.+) \|$", re.MULTILINE)
MEANINGS = {int(code): words for code, words in TABLE.findall((ROOT / "docs" / "exit-codes.md").read_text())}
"""The table of the documentation."""
LOCAL = Principal.read(ME)
REMOVE = ("connector", "remove", "myconnector")


def of_somebody_else(cli_bot: CliBot) -> ChangeRequest:
    with cli_bot.store() as store:
        return opened(store)


def mine(cli_bot: CliBot, status: Status = Status.PENDING) -> ChangeRequest:
    """What the account of this terminal asked for."""
    with cli_bot.store() as store, store.unit_of_work() as tx:
        change = tx.changes.open(replace(new_change(), requester=LOCAL))
        if status is not Status.PENDING:
            assert tx.changes.move(change.number, Status.PENDING, status)
    return change


def ended(cli_bot: CliBot) -> ChangeRequest:
    return mine(cli_bot, Status.WITHDRAWN)


def unknown(cli_bot: CliBot, requester: Principal, *, asked: bool) -> ChangeRequest:
    with cli_bot.store() as store, store.unit_of_work() as tx:
        change = tx.changes.open(replace(new_change(), requester=requester))
        for old, new in (
            (Status.PENDING, Status.APPROVED),
            (Status.APPROVED, Status.RUNNING),
            (Status.RUNNING, Status.UNKNOWN),
        ):
            assert tx.changes.move(change.number, old, new)
        tx.changes.note(change.number, {"asked_at": 5_000 if asked else None})
    return change


def unknown_of_mine(cli_bot: CliBot) -> ChangeRequest:
    return unknown(cli_bot, LOCAL, asked=True)


def still_read_back(cli_bot: CliBot) -> ChangeRequest:
    return unknown(cli_bot, OLGA, asked=False)


def nothing(cli_bot: CliBot) -> None:
    """Nothing is there beforehand."""


Arrange = Callable[[CliBot], ChangeRequest | None]
ODD = {"B24BOT_PLUGINS": "tests.cli.odd:plugin"}
BREAK_GLASS = {"B24BOT_BREAK_GLASS": "on"}
WHY = ("--reason", "it burns")

REFUSALS: list[tuple[int, Arrange, tuple[str, ...], dict[str, str]]] = [
    (2, nothing, ("connector", "shwo"), {}),
    (2, nothing, ("connector", "show"), {}),
    (2, nothing, ("connector", "show", "myconnector", "--bogus"), {}),
    (2, nothing, ("request", "list", "--status", "odd"), {}),
    (2, nothing, ("request", "show", "odd"), {}),
    (2, nothing, ("access", "grant", "T0001:U0002", "emperor"), {}),
    (2, nothing, ("audit", "find", "--actor", "@Olga"), {}),
    (2, nothing, ("connector", "list", "--break-glass"), BREAK_GLASS),
    (2, nothing, ("portal", "use", "default", "--break-glass", *WHY), BREAK_GLASS),
    (2, nothing, (*REMOVE, "--break-glass"), BREAK_GLASS),
    (2, nothing, ("portal", "add", "shop", "--client-secret", "x"), {}),
    (3, of_somebody_else, ("request", "withdraw", "1001"), {}),
    (3, unknown_of_mine, ("request", "settle", "1001", "done"), {}),
    (3, nothing, (*REMOVE, "--break-glass", *WHY), {}),
    (3, nothing, ("run", "access grant T0001:U0002 admin --break-glass --reason burning"), BREAK_GLASS),
    (4, ended, ("request", "withdraw", "1001"), {}),
    (4, still_read_back, ("request", "settle", "1001", "done"), {}),
    (4, mine, ("request", "settle", "1001", "done"), {}),
    (4, nothing, ("request", "withdraw", "1001"), {}),
    (4, nothing, ("request", "show", "1001"), {}),
    (4, nothing, ("connector", "show", "nosuch"), {}),
    (4, nothing, ("connector", "list", "--portal", "nosuch"), {}),
    (4, nothing, ("outbox", "drop", "1"), {}),
    (4, nothing, REMOVE, {}),
    (4, nothing, ("connector", "activate", "myconnector", "3"), {}),
    (78, nothing, ("connector", "list"), {"B24BOT_PLUGINS": "missing.module:plugin"}),
    (78, nothing, ("thing", "touch", "one", "--yes"), {**ODD, "B24BOT_APPROVAL_CHANNEL": ""}),
    (4, nothing, ("thing", "touch", "one"), ODD),
    (0, nothing, ("thing", "show"), ODD),
    (2, nothing, ("thing", "shwo"), ODD),
    (2, nothing, ("thing", "show", "too", "much"), ODD),
    (2, nothing, ("thing",), ODD),
    (2, nothing, ("run", "thing"), ODD),
    (2, nothing, ("run", "thing shwo"), ODD),
    (4, nothing, ("run", "thing show --portal cellar"), ODD),
    (5, nothing, ("thing", "refuse"), ODD),
    (5, nothing, ("run", "thing refuse"), ODD),
    (6, nothing, ("thing", "lose"), ODD),
    (1, nothing, ("thing", "break"), ODD),
    (1, nothing, ("thing", "smuggle"), ODD),
]
"""The code, what is there beforehand, what is typed, and settings of this run."""


@pytest.mark.parametrize(
    ("code", "arrange", "words", "settings"), REFUSALS, ids=[f"{row[0]}-{' '.join(row[2])}" for row in REFUSALS]
)
def test_a_refused_command_ends_with_the_code_of_its_cause(
    connected_cli_bot: CliBot, code: int, arrange: Arrange, words: tuple[str, ...], settings: dict[str, str]
) -> None:
    arrange(connected_cli_bot)
    result = connected_cli_bot.run(*words, **settings)
    assert result.exit_code == code, result.stderr
    assert "click" not in result.stderr, "nobody pressed a button here"


def test_the_documentation_lists_the_codes_that_there_are_and_no_others() -> None:
    assert set(MEANINGS) == {0, 1, *(code for _, code in EXIT_CODES)}
    assert {row[0] for row in REFUSALS} <= set(MEANINGS)
