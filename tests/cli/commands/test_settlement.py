"""`b24bot request settle`: a person at the terminal says what became of an outcome, when that is theirs to say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.change.change_request import ChangeRequest, Status
from bot.core.principals import Principal
from tests.cli.cli_bot import CliBot
from tests.store.samples import new_change, opened


def unknown(cli_bot: CliBot, *, asked: bool) -> ChangeRequest:
    """An outcome that is not known, about which people are asked or not yet."""
    with cli_bot.store() as store:
        change = opened(store, status=Status.UNKNOWN)
        if asked:
            with store.unit_of_work() as tx:
                tx.changes.note(change.number, {"asked_at": 5_000})
    return change


@pytest.mark.parametrize("outcome", ["done", "failed"])
def test_what_people_are_asked_about_is_settled_on_the_record_of_the_account(cli_bot: CliBot, outcome: str) -> None:
    change = unknown(cli_bot, asked=True)
    result = cli_bot.run("request", "settle", change.id, outcome)
    assert result.exit_code == 0, result.stderr
    assert {"done": "is resolved as done", "failed": "is resolved as not done"}[outcome] in result.stdout
    (row,) = cli_bot.json("request", "list")
    assert row["status"] == outcome
    assert Principal.read(row["settled_by"]).local
    assert "has checked the result" in row["outcome"]["text"]
    assert cli_bot.tags()[-1] == "change:execution:resolved"
    again = cli_bot.run("request", "settle", change.id, outcome)
    assert again.exit_code == 4
    assert "There is nothing to resolve" in again.stderr


def test_what_is_still_being_read_back_is_not_settled_here_either(cli_bot: CliBot) -> None:
    change = unknown(cli_bot, asked=False)
    result = cli_bot.run("request", "settle", change.id, "done")
    assert cli_bot.tags()[-1] == "change:review:refused"
    assert result.exit_code == 4
    assert "is still being checked" in result.stderr
    assert "fifteen minutes after the call" in result.stderr
    assert cli_bot.json("request", "list")[0]["status"] == "unknown"
    before = len(cli_bot.tags())
    for _ in range(3):
        assert cli_bot.run("request", "settle", change.id, "done").exit_code == 4
    assert len(cli_bot.tags()) == before, "a script that asks in a loop adds to a count"
    with cli_bot.store() as store:
        assert [one.count for one in store.refusals.all()] == [3]


def test_the_terminal_shows_a_customers_words_of_somebody_elses_request_by_their_length(cli_bot: CliBot) -> None:
    line = "message send shop 1 --user u1 --chat c1 --text 'Zebra at last'"
    with cli_bot.store() as store, store.unit_of_work() as tx:
        new = new_change()
        call = replace(new.plan.calls[0], note="Put “Zebra at last” into shop.")
        tx.changes.open(replace(new, line=line, plan=replace(new.plan, calls=(call,))))
    for words in (("request", "list"), ("request", "show", "CR-1001"), ("run", "request list")):
        for form in ((), ("--json",)):
            shown = cli_bot.run(*words, *form, B24BOT_PLUGINS="plugins.bitrix24.plugin:plugin")
            assert shown.exit_code == 0, shown.stderr
            assert "Zebra" not in shown.stdout, words
            # A folded column has other columns between the words.
            length = ("\\u203913 characters, #",) if form else ("‹13", "characters,", "#")
            assert [word for word in length if word not in shown.stdout] == [], words
