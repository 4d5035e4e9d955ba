"""People in the terminal: by the name that Slack told last, and by the id where no name tells who it is."""

from __future__ import annotations

import pytest

from bot.core.authority.membership import Account, MembershipStatus
from bot.core.principals import Principal
from bot.store.engine.database import FILE_NAME, sqlite3
from tests.cli.cli_bot import CliBot

OLGA, ANTON = "T0001:U0001", "T0001:U0002"


@pytest.fixture
def listed(cli_bot: CliBot) -> CliBot:
    """A bot with two people on its allow-list, of whom Slack told nothing yet."""
    for person in (OLGA, ANTON):
        assert cli_bot.run("access", "grant", person, "viewer").exit_code == 0
    return cli_bot


def learn(cli_bot: CliBot, **names: str) -> None:
    """Keep what Slack would have told of these accounts, by the id of the user."""
    with cli_bot.store() as store, store.unit_of_work() as tx:
        for user, name in names.items():
            account = Account(standing=MembershipStatus.MEMBER, at=1, name=name)
            tx.accounts.put(Principal(team="T0001", user=user), account)


def find(cli_bot: CliBot, *words: str, **more: str) -> str:
    shown = cli_bot.run("audit", "find", "--tag", "access", *words, **more)
    assert shown.exit_code == 0, shown.stderr
    return shown.stdout


def test_a_record_names_the_person_and_not_the_id(listed: CliBot) -> None:
    learn(listed, U0001="Olga Petrova", U0002="Антон")
    shown = find(listed)
    assert ("Olga Petrova" in shown, "Антон" in shown) == (True, True)
    assert (OLGA in shown, ANTON in shown) == (False, False)
    assert "Olga Petrova" in find(listed, LANG="ru_RU.UTF-8")


def test_the_id_stands_alone_where_no_name_is_known(listed: CliBot) -> None:
    learn(listed, U0002="Anton")
    assert OLGA in find(listed)


def test_the_id_stands_beside_a_name_that_two_have(listed: CliBot) -> None:
    learn(listed, U0001="Olga", U0002="olga")
    shown = find(listed)
    assert f"Olga ({OLGA})" in shown
    assert f"olga ({ANTON})" in shown


def test_the_list_of_roles_has_the_ids_that_commands_take(listed: CliBot) -> None:
    learn(listed, U0001="Olga")
    shown = listed.run("access", "list").stdout
    assert f"Olga ({OLGA})" in shown
    assert ANTON in shown


def test_programs_get_ids_and_the_record_keeps_them(listed: CliBot) -> None:
    before = listed.json("audit", "find", "--tag", "access"), listed.json("access", "list")
    learn(listed, U0001="Olga", U0002="Anton")
    assert (listed.json("audit", "find", "--tag", "access"), listed.json("access", "list")) == before
    assert listed.json("audit", "verify")["result"] == "intact"


def test_a_name_that_got_into_the_database_otherwise_moves_no_cursor(listed: CliBot) -> None:
    learn(listed, U0001="\x1b[2J\u202eOlga\nApproved")
    shown = find(listed)
    assert "Approved" in shown
    assert [char for char in "\x1b\u202e" if char in shown] == []
    assert [line for line in shown.splitlines() if line.startswith("Approved")] == []


def test_an_answer_without_names_is_better_than_none(listed: CliBot) -> None:
    """The names stand in a table of their own, which may be the damaged one."""
    with sqlite3.connect(listed.home / FILE_NAME) as file:
        file.execute("DROP TABLE people")
    file.close()
    assert OLGA in find(listed)
