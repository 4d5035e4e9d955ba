"""The host's own commands: what they show, and to whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.core import mentions
from bot.core.authority.policy import Terms
from bot.core.bot_errors import WordsError
from bot.core.change.planned_command import Answered
from bot.core.principals import Principal, Role
from bot.plugin import BadArgument, CommandLine, Group, Message, Refusal, Reply, Risk, Text
from bot.usecases.admin.help_layout import MOST_LINES, Reader
from bot.usecases.admin.help_pages import explain_words
from bot.usecases.admin.queries import request_number
from bot.usecases.intake.stop_requests import freeze_line, says_freeze
from bot.usecases.integrity.freezes import FROZEN
from bot.usecases.requests.planning import plan_or_read
from bot.usecases.special_commands.card_subcommands import WHERE, WHY
from bot.usecases.special_commands.terminal_commands import TERMINAL_COMMANDS
from tests.language.english import en, en_facts, en_rows, raises
from tests.usecases.core_bot import ANTON, APPROVALS, GLEB, IDA, OLGA, SHELL, VERA, VIKTOR, CoreBot


def reply(core_bot: CoreBot, text: str, who: Principal = VIKTOR) -> Reply:
    answer = plan_or_read(core_bot.ctx, who, text)
    assert isinstance(answer, Answered)
    return answer.reply


def rows(answer: Reply) -> tuple[tuple[str, ...], ...]:
    assert answer.table is not None
    return en_rows(answer.table)


def data(answer: Reply) -> Any:
    """The same for programs, of which each test knows the type."""
    return answer.data


def commands(answer: Reply) -> set[str]:
    return {one.command for one in data(answer)}


def typed(text: Text) -> str:
    """A text of help with `/b24` in front of the lines to type."""
    return mentions.unmark(en(text), command_line=lambda line: f"/b24 {line}")


def help_rows(answer: Reply) -> dict[str, str]:
    """The rows of a help page: what one types, and what stands beside it."""
    return {typed(label): typed(text) for label, text in answer.facts}


def length(answer: Reply) -> int:
    """The lines of a page, with its title."""
    return 1 + len(answer.facts) + len(answer.notes)


def tags(answer: Reply) -> list[str]:
    """The tags of the records that an answer shows; none where it has no table."""
    return [row[3] for row in en_rows(answer.table)]


@pytest.mark.parametrize("text", ["CR-1042", "cr-1042", "cr1042", "1042", " CR-1042 "])
def test_a_change_request_can_be_written_in_several_ways(text: str) -> None:
    assert request_number(text) == 1042


@pytest.mark.parametrize("text", ["", "CR-", "CR-x", "1.5", "１０４２", "9" * 12, "CRCR-1", "CR--1"])
def test_what_is_no_change_request_is_refused_with_an_example(text: str) -> None:
    with raises(BadArgument, match="is not the number of a change request") as refused:
        request_number(text)
    assert "CR-1042" in en(refused.value.hint)


def test_help_gives_a_row_to_each_noun_and_says_whom_to_ask_for_the_rest(core_bot: CoreBot) -> None:
    assert {"thing remove", "thing paint", "thing list", "request list"} <= commands(reply(core_bot, "help", OLGA))
    seen = reply(core_bot, "help", VIKTOR)
    assert "thing list" in commands(seen)
    assert "thing remove" not in commands(seen)
    assert help_rows(seen)["/b24 request"] == "list, show"
    assert help_rows(seen)["Single words"].startswith("/b24 help …, /b24 whoami, /b24 overview, /b24 status")
    assert typed(seen.notes[0]).startswith("/b24 help COMMAND explains one command.")
    assert en(seen.notes[-1]) == f"12 more commands need a higher role. Ask {mentions.person(IDA)}."


def test_without_an_admin_help_names_whoami_for_the_rest(make_core_bot: Callable[..., CoreBot]) -> None:
    seen = reply(make_core_bot(roles={}), "help", GLEB)
    assert typed(seen.notes[-1]).endswith("more commands need a higher role. Type /b24 whoami.")


@pytest.mark.parametrize("line", ["help", "help thing", "help list", "help thing paint", "help 2", "help thing 99"])
def test_no_page_of_help_is_longer_than_twelve_lines(core_bot: CoreBot, line: str) -> None:
    assert length(reply(core_bot, line, OLGA)) <= MOST_LINES


def test_pages_follow_each_other_and_hold_each_row_once(core_bot: CoreBot) -> None:
    whole = [f"/b24 {one.command}" for one in data(reply(core_bot, "help thing", IDA))]
    seen, line = [], "help thing"
    while True:
        page = reply(core_bot, line, IDA)
        seen += list(help_rows(page))
        line = typed(page.notes[-1]).rpartition("/b24 ")[2]
        if line == "help thing 1":
            break
    assert len(seen) == len(set(seen)) == len(whole) > MOST_LINES - 2
    assert reply(core_bot, "help thing 99", IDA) == page
    assert reply(core_bot, "help thing 0", IDA) == reply(core_bot, "help thing", IDA)


@pytest.mark.parametrize(
    ("line", "asks"),
    [
        ("--help", "help"),
        ("-h", "help"),
        ("?", "help"),
        ("thing remove --help", "help thing remove"),
        ("thing remove one --help", "help thing remove"),
        ("thing remove one -h", "help thing remove"),
        ("thing remove ?", "help thing remove"),
        ("thing remove help", "help thing remove"),
        ("thing help", "help thing"),
        ("? thing remove", "help thing remove"),
        ("help thing --help", "help thing"),
        ("freeze --help", "help freeze"),
        ("freeze -h", "help freeze"),
        ("заморозить --помощь", "help freeze"),
        ("запрос показать помощь", "help запрос показать"),
    ],
)
def test_help_is_asked_for_in_several_ways(core_bot: CoreBot, line: str, asks: str) -> None:
    shown = reply(core_bot, freeze_line(line), OLGA)
    assert (shown.title, shown.facts) == (reply(core_bot, asks, OLGA).title, reply(core_bot, asks, OLGA).facts)


@pytest.mark.parametrize("line", ["freeze help", "freeze ?", "freeze we need help -h", "заморозить помощь"])
def test_a_freeze_stays_one_whatever_its_reason_ends_in(core_bot: CoreBot, line: str) -> None:
    assert says_freeze(line)
    core_bot.type(OLGA, line)
    core_bot.work()
    assert core_bot.store.facts.get(FROZEN)


@pytest.mark.parametrize(("path", "offered"), [("thing remove", True), ("thing list", False), ("whoami", False)])
def test_help_offers_the_options_of_a_change_only_where_something_changes(
    core_bot: CoreBot, path: str, offered: bool
) -> None:
    facts = [en(value) for _, value in reply(core_bot, f"help {path}", OLGA).facts]
    assert any("--dry-run" in value for value in facts) is offered
    assert any("--portal NAME" in value for value in facts) is (path != "whoami")


def test_a_stranger_is_shown_help_and_whoami_only(core_bot: CoreBot) -> None:
    seen = reply(core_bot, "help", GLEB)
    assert commands(seen) == {"help", "whoami"}
    assert help_rows(seen) == {"Single words": "/b24 help …, /b24 whoami"}


def test_help_hides_what_can_only_be_done_in_the_terminal(core_bot: CoreBot) -> None:
    assert not {"thing setup", "thing misplan"} & commands(reply(core_bot, "help", IDA))


def test_help_for_a_noun_shows_its_commands(core_bot: CoreBot) -> None:
    assert all(row.startswith("/b24 thing ") for row in help_rows(reply(core_bot, "help THING", OLGA)))


def test_help_for_what_does_not_exist_says_so(core_bot: CoreBot) -> None:
    overview = reply(core_bot, "help xyzzy")
    assert en(overview.title) == "There is no command “xyzzy”. You can type these"
    assert overview.facts == reply(core_bot, "help").facts
    with pytest.raises(WordsError) as refused:
        reply(core_bot, "help remov")
    assert refused.value.suggestion == "help remove"
    for typed, meant in (("help thng remove", "help thing remove"), ("help thng please", "help thing")):
        with pytest.raises(WordsError) as refused:
            reply(core_bot, typed)
        assert refused.value.suggestion == meant


def test_a_word_that_several_commands_have_lists_each_with_how_to_ask_for_it(core_bot: CoreBot) -> None:
    page = reply(core_bot, "help remove", OLGA)
    assert en(page.title).startswith("thing remove — ")
    page = reply(core_bot, "help list", OLGA)
    assert en(page.title) == "Several commands have the word “list”"
    assert help_rows(page)["/b24 thing list"] == "All things."
    assert help_rows(page)["b24bot outbox list"] == en(TERMINAL_COMMANDS["outbox list"])
    assert [one.command for one in data(page)][-1] == "outbox list"


def test_a_command_of_one_word_is_explained_and_names_the_others_with_that_word(core_bot: CoreBot) -> None:
    machines: Group[object] = Group("machine", help="Machines.")

    @machines.command("status", risk=Risk.READ)
    def show(_: object) -> Reply:
        """Show how a machine is."""
        return Reply(title="well")

    page = explain_words([*core_bot.ctx.registry, *machines], ["status"], Reader(role=Role.ADMIN, terms=Terms()))
    assert en(page.title).startswith("status — ")
    assert en(page.notes[-1]) == "Other commands with this word: help machine status."
    assert show(None).title == "well"


def test_help_for_a_noun_shows_what_only_the_terminal_has_of_it(core_bot: CoreBot) -> None:
    shown = {*help_rows(reply(core_bot, "help request", OLGA))}
    assert {"/b24 request show CR-NUMBER", "b24bot request settle", "b24bot request withdraw"} <= shown


def test_help_with_a_verb_or_a_noun_explains_it_with_examples_and_who_may(core_bot: CoreBot) -> None:
    assert en(reply(core_bot, "help swap", OLGA).title).startswith("thing swap — ")
    assert en(reply(core_bot, "help freeze", OLGA).title).startswith("freeze — ")
    assert help_rows(reply(core_bot, "help thing", OLGA))["/b24 thing remove ID"] == "Remove a thing."
    page = reply(core_bot, "help thing", VIKTOR)
    assert not any("thing remove" in row for row in help_rows(page))
    assert mentions.person(IDA) in en(page.notes[-1])
    assert {"request list", "thing list"} <= commands(reply(core_bot, "help list", OLGA))
    setup = dict(en_facts(reply(core_bot, "help thing setup")))
    assert setup["Who may"] == "anybody with the host's terminal; the command does not work in Slack"


def test_help_for_a_command_explains_it(core_bot: CoreBot) -> None:
    answer = reply(core_bot, "help thing remove", GLEB)
    assert en(answer.title) == "thing remove — Remove a thing."
    facts = help_rows(answer)
    assert facts["Usage"] == "/b24 thing remove ID"
    assert facts["ID"] == "which thing"
    assert facts["Example"] == "/b24 thing remove one"
    assert facts["Who may"] == "the role operator or higher (risk: destroy)"
    assert facts["Needs"] == "the approval of one other approver or admin"
    assert en(answer.notes[0]) == f"Your role cannot use this command. Ask {mentions.person(IDA)}."
    assert reply(core_bot, "help thing remove", OLGA).notes == ()


def test_help_says_what_raises_the_risk_and_what_is_needed_then(core_bot: CoreBot) -> None:
    needed = dict(en_facts(reply(core_bot, "help thing paint", OLGA)))["Needs"]
    assert needed == "your confirmation; if the thing is precious, the approval of one other approver or admin"


@pytest.mark.parametrize(
    ("line", "button"),
    [
        ("approve CR-1001", "the approval button"),
        ("Approve", "the approval button"),
        ("request reject CR-1001 too early", "“Reject…”"),
        ("confirm CR-1001", "the confirmation button"),
        ("request withdraw CR-1001", "“Withdraw”"),
        ("undo CR-1001", "“Undo…”"),
        ("help approve", "the approval button"),
        ("Утвердить CR-1001", "the approval button"),
        ("запрос отклонить CR-1001", "“Reject…”"),
        ("помощь отменить", "“Undo…”"),
    ],
)
def test_what_a_button_does_is_answered_with_the_button(core_bot: CoreBot, line: str, button: str) -> None:
    with raises(WordsError, match="is a button, not a command") as refused:
        reply(core_bot, line, OLGA)
    assert f"{button} on the card" in en(refused.value.sentence)
    assert isinstance(refused.value.hint, Message)
    assert refused.value.hint.arguments == {"first": WHERE, "second": WHY}


def test_a_command_with_such_a_word_behind_it_is_none_of_them(core_bot: CoreBot) -> None:
    with pytest.raises(WordsError) as refused:
        reply(core_bot, "thng approve", OLGA)
    assert en(refused.value.sentence) == "There is no command “thng”."


@pytest.mark.parametrize("words", ["request settle", "settle", "Request Settle"])
def test_help_says_what_only_the_terminal_can_do(core_bot: CoreBot, words: str) -> None:
    said = en(reply(core_bot, f"help {words}", OLGA).title)
    assert said == "`request settle` works in the host's terminal only: b24bot request settle --help"


def test_whoami_says_who_one_is_and_whom_to_ask(core_bot: CoreBot) -> None:
    answer = reply(core_bot, "whoami", OLGA)
    assert en(answer.title) == f"You are {mentions.person(OLGA)}."
    assert en_facts(answer) == [("Your id", OLGA.id), ("Role", "operator")]
    assert mentions.person(IDA) in en(answer.notes[0])
    assert IDA.id in data(reply(core_bot, "whoami", OLGA)).admins
    assert en(answer.notes[1]).endswith(f"b24bot access grant {OLGA.id} ROLE")
    assert en(reply(core_bot, "whoami", GLEB).notes[1]).endswith(f"b24bot access grant {GLEB.id} operator")
    assert not any("access grant" in en(note) for note in reply(core_bot, "whoami", SHELL).notes)
    assert en_facts(reply(core_bot, "whoami", SHELL)) == [("Role", "admin")]
    assert dict(en_facts(reply(core_bot, "whoami", GLEB)))["Role"] == "none: you are not on the allow-list"


def test_without_an_admin_whoami_says_that(make_core_bot: Callable[..., CoreBot]) -> None:
    alone = reply(make_core_bot(roles={}), "whoami", GLEB).notes
    assert [en(note).endswith(f"b24bot access grant {GLEB.id} admin") for note in alone] == [True]


def test_the_list_of_change_requests_is_the_newest_first_and_of_a_status_if_asked(core_bot: CoreBot) -> None:
    first = core_bot.ask("thing remove one")
    second = core_bot.ask("thing paint two")
    core_bot.send(ANTON, first, "no")
    answer = reply(core_bot, "request list")
    assert [row[0] for row in rows(answer)] == [second.id, first.id]
    assert rows(answer)[1] == (
        *(first.id, "rejected", "default", "thing:one", "thing remove one"),
        *(mentions.person(OLGA), mentions.mark_time(first.created_at)),
    )
    assert [row[0] for row in rows(reply(core_bot, "request list --status rejected"))] == [first.id]
    assert reply(core_bot, "request list --status done").data == ()


def test_a_change_request_is_shown_with_its_plan_its_reviews_and_its_ending(core_bot: CoreBot) -> None:
    change = core_bot.ask("thing remove one --reason because")
    pending = reply(core_bot, f"request show {change.id}")
    assert en(pending.title) == "CR-1001: Remove one"
    assert dict(en_facts(pending)) == {
        "Status": "waiting for approval",
        "Command": "thing remove one",
        "Portal": "default · acme.example.com",
        "Target": "thing:one",
        "Asked by": f"{mentions.person(OLGA)}, {mentions.mark_time(change.created_at)}",
        "Reason": "because",
        "Needs": "the approval of one other approver or admin",
        "Plan": "Remove one.",
        "Affects": "red one",
        "Warning": "It is gone then.",
        "Undo": dict(en_facts(pending))["Undo"],
        "Audit record": dict(en_facts(pending))["Audit record"],
        "Card": f"in {mentions.channel(APPROVALS)}",
    }
    core_bot.press(VERA, change)
    core_bot.work()
    done = dict(en_facts(reply(core_bot, "request show 1001")))
    assert done["Status"] == "done and verified"
    assert done["Now"] == "The change is in effect."
    assert list(done)[:4] == ["Status", "Now", "Next", "Outcome"]
    assert done["Approved by"].startswith(mentions.person(VERA))
    assert "Needs" not in done
    assert done["Outcome"] == "one is: red → absent"
    assert list(done)[-2:] == ["Target", "Command"]


def test_a_change_request_that_does_not_exist_is_said_not_to(core_bot: CoreBot) -> None:
    with raises(Refusal, match="There is no CR-4711") as refused:
        reply(core_bot, "request show 4711")
    assert refused.value.hint == Message("request.see_newest", command=CommandLine(command_line="request list"))


def test_the_allow_list_is_shown_with_who_gave_what(core_bot: CoreBot) -> None:
    answer = reply(core_bot, "access list")
    assert (
        mentions.person(OLGA),
        "operator",
        mentions.person(SHELL),
        mentions.mark_time(core_bot.store.grants.all()[0].granted_at),
    ) in rows(answer)
    assert len(rows(answer)) == len(core_bot.store.grants.all())


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("--subject CR-1001", ["change:review:approved", "change:request:opened"]),
        ("--tag change:review", ["change:review:approved"]),
        ("--text because", ["change:request:opened"]),
        ("--subject CR-4711", []),
    ],
)
def test_audit_records_are_found_by_what_is_given(core_bot: CoreBot, options: str, found: list[str]) -> None:
    change = core_bot.ask("thing remove one --reason because")
    core_bot.press(ANTON, change)
    assert tags(reply(core_bot, f"audit find {options}")) == found


def test_audit_records_are_shown_by_number_the_newest_first_and_not_too_many(core_bot: CoreBot) -> None:
    for _ in range(20):
        core_bot.type(OLGA, "thing list")
    found = rows(reply(core_bot, "audit find"))
    assert len(found) == 15
    numbers = [int(row[0].removeprefix("#")) for row in found]
    assert numbers == sorted(numbers, reverse=True)
    assert found[0][2:] == (f"{mentions.person(OLGA)} ran a command · Typed: thing list", "command:line:ran")


def test_an_empty_list_says_that_there_are_none(core_bot: CoreBot, make_core_bot: Callable[..., CoreBot]) -> None:
    assert en(reply(core_bot, "request list").title) == "There are no change requests."
    assert (
        en(reply(core_bot, "request list --status done").title) == "There are no change requests with the status done."
    )
    assert en(reply(core_bot, "access list").title) == "The allow-list"
    assert en(reply(make_core_bot(roles={}), "access list", SHELL).title) == "Nobody is on the allow-list."
