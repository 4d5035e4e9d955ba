"""The bot's own rules in the terminal: a freeze at once, what changes them by approval, and how it is."""

from __future__ import annotations

import json
import unicodedata

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.change.change_request import Status
from bot.usecases.integrity.freezes import FROZEN
from tests.cli.cli_bot import CliBot
from tests.cli.commands.test_access_command import ME
from tests.language.english import en_json

REMOVE = ("connector", "remove", "myconnector")
ON = {"B24BOT_BREAK_GLASS": "on"}
BREAK_GLASS = ("--break-glass", "--reason", "customers are lost")


@pytest.fixture
def staffed(connected_cli_bot: CliBot) -> CliBot:
    """A connected bot with an admin of the workspace."""
    connected_cli_bot.run("access", "grant", "T0001:U0001", "admin")
    return connected_cli_bot


def test_a_freeze_takes_effect_at_once_and_is_recorded_with_the_account(staffed: CliBot) -> None:
    result = staffed.run("freeze", "it loses", "messages")
    assert result.exit_code == 0
    assert "b24bot is frozen" in result.stdout
    with staffed.store() as store:
        assert ME in (store.facts.get(FROZEN) or "")
        (record,) = store.audit.find(tag=Tag.FROZEN)
    assert (record.actor, record.facts) == (ME, {"reason": "it loses messages"})
    assert "Your freeze is added" in staffed.run("freeze").stdout
    refused = staffed.run(*REMOVE)
    assert refused.exit_code == 4
    assert "b24bot is frozen" in refused.stderr


def test_unfreezing_in_the_terminal_takes_an_admin_in_slack(staffed: CliBot) -> None:
    staffed.run("freeze")
    result = staffed.run("unfreeze")
    assert result.exit_code == 0, result.stderr
    assert "waits for approval" in result.stdout
    (change,) = staffed.json("request", "list")
    assert (change["command"], change["requester"], change["place"]) == ("unfreeze", ME, None)
    with staffed.store() as store:
        assert store.facts.get(FROZEN)


def test_how_it_is_can_be_read_by_a_program(staffed: CliBot) -> None:
    staffed.run("freeze", "enough")
    told = staffed.json("status")["data"]
    assert told["mode"] == "no-danger"
    assert ME in en_json(told["limits"][0]["why"])
    assert told["version"]


def test_what_is_asked_about_people_shows_their_ids_and_no_marks(staffed: CliBot) -> None:
    assert staffed.run("run", "access grant T0001:U0009 operator").exit_code == 0
    shown = en_json(staffed.json("request", "show", "CR-1001"))
    assert shown["calls"][0]["note"].startswith("Role of T0001:U0009: none → operator")
    assert shown["summary"] == "Give T0001:U0009 the role operator"
    (listed,) = en_json(staffed.json("request", "list"))
    assert listed["summary"] == shown["summary"]
    assert not [
        character for character in json.dumps(shown, ensure_ascii=False) if unicodedata.category(character) == "Co"
    ]


def test_break_glass_is_off_by_default(staffed: CliBot) -> None:
    result = staffed.run(*REMOVE, *BREAK_GLASS, "--yes")
    assert result.exit_code == 3
    assert "B24BOT_BREAK_GLASS=on" in result.stderr


def test_break_glass_happens_after_a_word_of_confirmation_only(staffed: CliBot) -> None:
    silent = staffed.run(*REMOVE, *BREAK_GLASS, **ON)
    assert silent.exit_code == 4
    assert "--yes" in silent.stderr
    no = staffed.answer("n\n", *REMOVE, *BREAK_GLASS, **ON)
    assert "nothing was done" in no.stdout
    assert staffed.json("request", "list") == []


def test_a_break_glass_change_opens_its_review_and_the_account_cannot_take_it_back(staffed: CliBot) -> None:
    result = staffed.run(*REMOVE, *BREAK_GLASS, "--yes", **ON)
    assert result.exit_code == 0, result.stderr
    assert "is confirmed" in result.stdout
    review, change = staffed.json("request", "list")
    assert (change["status"], review["status"]) == (Status.APPROVED, Status.PENDING)
    assert review["command"] == "request review CR-1001"
    assert Tag.APPROVAL_BYPASSED in staffed.tags()
    back = staffed.run("request", "withdraw", review["id"])
    assert back.exit_code == 3
    assert "cannot be withdrawn" in back.stderr


def test_the_builtin_commands_are_listed_even_where_a_plugin_is_missing(staffed: CliBot) -> None:
    assert "unfreeze" in staffed.run("--help", B24BOT_PLUGINS="nobody-knows-it").stdout
    assert "does not work in Slack" not in staffed.run("freeze", "--help").stdout
    assert "the role operator or higher" in " ".join(staffed.run("freeze", "--help").stdout.split())
