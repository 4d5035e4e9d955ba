"""`b24bot access`: the allow-list from the host's own shell."""

from __future__ import annotations

import os
import pwd

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.principals import Principal, Role
from tests.cli.cli_bot import CliBot

ME = f"local:{pwd.getpwuid(os.getuid()).pw_name}"
OLGA = Principal(team="T0001", user="U0001")


def test_a_grant_holds_at_once_and_is_recorded_with_the_account(cli_bot: CliBot) -> None:
    result = cli_bot.run("access", "grant", "T0001:U0001", "operator")
    assert result.exit_code == 0
    assert "T0001:U0001 now has the role operator" in result.stdout
    with cli_bot.store() as store:
        assert store.grants.role_of(OLGA) is Role.OPERATOR
        record = next(store.audit.walk())
    assert (record.tag, record.actor, record.subject) == (Tag.ACCESS_GRANTED, ME, "T0001:U0001")


def test_the_account_is_the_systems_word_and_not_a_variables(cli_bot: CliBot) -> None:
    cli_bot.run("access", "grant", "T0001:U0001", "admin", USER="somebody", LOGNAME="somebody")
    assert cli_bot.json("access", "list")[0]["granted_by"] == ME


def test_a_revoked_role_is_gone_and_a_second_time_is_calm(cli_bot: CliBot) -> None:
    cli_bot.run("access", "grant", "T0001:U0001", "approver")
    assert "has no role anymore" in cli_bot.run("access", "revoke", "T0001:U0001").stdout
    again = cli_bot.run("access", "revoke", "T0001:U0001")
    assert again.exit_code == 0
    assert "Nothing was changed." in again.stdout
    assert cli_bot.tags() == [Tag.ACCESS_GRANTED, Tag.ACCESS_REVOKED]


def test_the_list_is_a_table_or_json(cli_bot: CliBot) -> None:
    assert cli_bot.json("access", "list") == []
    assert cli_bot.run("access", "list").stdout.startswith("Nobody is on the allow-list.\n")
    cli_bot.run("access", "grant", "T0001:U0001", "approver")
    (row,) = cli_bot.json("access", "list")
    assert (row["principal"], row["role"]) == ("T0001:U0001", "approver")
    assert row["granted_at"].endswith("Z")
    assert "T0001:U0001" in cli_bot.run("access", "list").stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("grant", "olga", "admin"), "is not a Slack person"),
        (("grant", "T0001:U0001", "king"), "The roles are viewer, operator, approver, and admin."),
        (("revoke", "U0001"), "is not a Slack person"),
        (("grant", "T0001:U0001"), "ROLE"),
        (("grnt", "T0001:U0001", "admin"), "Did you mean: b24bot access grant T0001:U0001 admin"),
        (("zzz",), "The subcommands of `access` are: grant, link, links, list, revoke, unlink."),
    ],
)
def test_a_mistake_in_the_words_is_named_and_nothing_is_stored(
    cli_bot: CliBot, words: tuple[str, ...], says: str
) -> None:
    result = cli_bot.run("access", *words)
    assert result.exit_code == 2
    assert says in result.stderr
    assert cli_bot.json("access", "list") == []


def test_the_allow_list_needs_no_plugin_and_no_slack(cli_bot: CliBot) -> None:
    cli_bot.settings["B24BOT_PLUGINS"] = "missing.module:plugin"
    assert cli_bot.run("access", "grant", "T0001:U0001", "admin").exit_code == 0
    assert "list" in cli_bot.run("access", "--help").stdout


@pytest.mark.parametrize("words", [("revoke", "T0001:U0001"), ("grant", "T0001:U0001", "viewer")])
def test_the_last_admin_stays_unless_that_is_said_to_be_wanted(cli_bot: CliBot, words: tuple[str, ...]) -> None:
    cli_bot.run("access", "grant", "T0001:U0001", "admin")
    cli_bot.run("access", "grant", "T0002:U0001", "admin")
    assert cli_bot.run("access", "grant", "T0001:U0001", "admin").exit_code == 0
    tags = cli_bot.tags()
    refused = cli_bot.run("access", *words)
    assert refused.exit_code == 4
    assert "This is the last admin" in refused.stderr
    assert "--last-admin" in refused.stderr
    assert cli_bot.tags() == tags
    assert cli_bot.run("access", *words, "--last-admin").exit_code == 0
    with cli_bot.store() as store:
        assert store.grants.role_of(OLGA) is (Role.VIEWER if words[0] == "grant" else None)


def test_one_admin_of_two_can_go(cli_bot: CliBot) -> None:
    for person in ("T0001:U0001", "T0001:U0002"):
        cli_bot.run("access", "grant", person, "admin")
    assert cli_bot.run("access", "revoke", "T0001:U0001").exit_code == 0


def test_a_reason_is_recorded_with_what_is_done_in_the_terminal(cli_bot: CliBot) -> None:
    assert cli_bot.run("access", "grant", "T0001:U0001", "operator", "--reason", "Olga is on duty").exit_code == 0
    assert cli_bot.run("access", "grant", "T0001:U0002", "admin").exit_code == 0
    with cli_bot.store() as store:
        first, second = [record.facts for record in store.audit.walk()][-2:]
    assert first["reason"] == "Olga is on duty"
    assert "reason" not in second
    assert "Olga is on duty" in " ".join(cli_bot.run("audit", "find", "--subject", "T0001:U0001").stdout.split())


def test_what_looks_like_a_secret_in_a_reason_of_the_terminal_is_recorded_as_a_mark(cli_bot: CliBot) -> None:
    """It is none of the bot's own, so nothing is refused; a record cannot be changed afterwards."""
    typed = "Olga is on duty, password=Zq8vR2mK5tX9"
    assert cli_bot.run("access", "grant", "T0001:U0001", "operator", "--reason", typed).exit_code == 0
    with cli_bot.store() as store:
        recorded = str([record.facts for record in store.audit.walk()][-1]["reason"])
    assert "Zq8vR2mK5tX9" not in recorded
    assert recorded.startswith("Olga is on duty, password=‹secret, 12 characters, #")


RECORDING = (
    *("access grant", "access revoke", "request settle", "request withdraw", "outbox retry", "outbox drop"),
    *("key rotate", "key retire", "backup"),
)


@pytest.mark.parametrize("command", RECORDING)
def test_every_command_of_the_terminal_that_records_a_change_takes_a_reason(cli_bot: CliBot, command: str) -> None:
    assert "--reason TEXT" in cli_bot.run(*command.split(), "--help").stdout


SECRET = "Cl13nt/S+crt=word"
WITH_SECRET = (
    ("access", "grant", f"T0001:{SECRET}", "admin"),
    ("access", "grant", "T0001:U0001", "operator", "--reason", f"see {SECRET}"),
    ("audit", "find", "--subject", SECRET),
    ("audit", "find", f"--text={SECRET}", "--json"),
    ("request", "show", SECRET),
    ("request", "list", "--status", SECRET),
    ("request", "withdraw", SECRET),
    ("outbox", "retry", SECRET),
    ("key", "retire", SECRET),
    ("help", SECRET),
    ("run", f"connector remove x --reason {SECRET}"),
    (SECRET,),
    ("connector", SECRET),
    ("help", SECRET),
    ("run", f"help {SECRET}"),
)


@pytest.mark.parametrize("words", WITH_SECRET, ids=lambda words: " ".join(words[:2]).replace(SECRET, "SECRET"))
def test_a_typed_secret_of_the_bot_is_refused_by_every_command_in_one_way(
    cli_bot: CliBot, words: tuple[str, ...]
) -> None:
    with cli_bot.store() as store, store.unit_of_work():
        store.secrets("bitrix24").write("prod", {"client_secret": SECRET}, after=0)
    result = cli_bot.run(*words)
    assert result.exit_code == 2
    assert SECRET not in result.output
    assert "This looks like the client secret of portal prod." in " ".join(result.stderr.split())


def test_a_withdrawal_whose_reason_holds_a_secret_goes_on_without_it(cli_bot: CliBot) -> None:
    with cli_bot.store() as store, store.unit_of_work():
        store.secrets("bitrix24").write("prod", {"client_secret": SECRET}, after=0)
    result = cli_bot.run("request", "withdraw", "CR-1001", "--reason", f"see {SECRET}")
    assert "There is no change request CR-1001." in result.stderr
    assert SECRET not in result.output
