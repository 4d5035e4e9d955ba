"""An ending with a part of it done is one of its own to the reader; what is left can be asked for again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import Tag
from bot.core.change.change_request import ChangeRequest, Repeat, Status
from bot.plugin import CallVerdict, Message, PartialUndo
from bot.slack.render.audit_line import audit_line
from bot.usecases.authority import card_token
from bot.usecases.outcomes.follow_ups import can_ask_again
from bot.usecases.requests.follow_up_requests import BUTTONS_LAST_MS
from tests.language.english import en, en_facts, en_rows
from tests.usecases.core_bot import ANTON, OLGA, VERA, VIKTOR, CoreBot
from tests.usecases.toy import ACME, BETA, Script

REFUSED = Script(
    verdict=CallVerdict.FAILED, effect=False, sentence="The toy refused (E_NO). Ask its owner.", code="E_NO"
)


def half_done(core_bot: CoreBot) -> ChangeRequest:
    """Of two things one was painted, and the other was refused."""
    change = core_bot.approved("thing swap one two")
    core_bot.toy.scripts.extend([Script(), REFUSED])
    core_bot.work()
    return core_bot.now(change)


def test_a_partly_done_change_is_told_as_such_and_not_as_plainly_failed(core_bot: CoreBot) -> None:
    change = half_done(core_bot)
    assert (change.status, change.partly, change.status_word) == (Status.FAILED, True, "partly-applied")
    assert change.found == {"one is": "green", "two is": "red"}
    assert core_bot.records(Tag.EXECUTION_ENDED)[-1].facts["partly"] is True
    assert "Status: partly applied. Some calls were not made" in core_bot.threads[-1]
    core_bot.type(OLGA, "request list")
    table = core_bot.messenger.private_notices[-1].reply.table
    assert table is not None
    assert table.rows[0][1] == "partly applied"


@pytest.mark.parametrize("typed", ["'partly applied'", "partly-applied", "Partly_Applied", "PARTLY-APPLIED"])
def test_a_partly_done_change_is_listed_by_the_words_that_the_reader_sees(core_bot: CoreBot, typed: str) -> None:
    change = half_done(core_bot)
    assert listed(core_bot, f"--status {typed}") == [(change.id, "partly applied")]
    assert listed(core_bot, "--status failed") == [], "it is shown with another word"


def test_an_undone_change_is_listed_as_undone_and_not_as_done(core_bot: CoreBot) -> None:
    change = core_bot.approved("thing paint one")
    core_bot.work()
    core_bot.press(OLGA, change, card_token.UNDO)
    undo = core_bot.change()
    core_bot.press(OLGA, undo, card_token.CONFIRM)
    core_bot.work()
    assert listed(core_bot, "--status undone") == [(change.id, "done, and undone by CR-1002")]
    assert listed(core_bot, "--status done") == [(undo.id, "done and verified")]
    assert listed(core_bot) == [(undo.id, "done and verified"), (change.id, "done, and undone by CR-1002")]


def listed(core_bot: CoreBot, options: str = "") -> list[tuple[str, str]]:
    """Number and status, as `request list` shows them."""
    core_bot.type(OLGA, f"request list {options}")
    table = core_bot.messenger.private_notices[-1].reply.table
    return [(row[0], row[1]) for row in en_rows(table)]


SAME = "Do not ask for the same change again"


def shown(core_bot: CoreBot, change: ChangeRequest) -> dict[str, str]:
    core_bot.type(OLGA, f"request show {change.id}")
    return dict(en_facts(core_bot.messenger.private_notices[-1].reply))


def test_request_show_tells_what_the_card_tells_of_the_parts(core_bot: CoreBot) -> None:
    facts = shown(core_bot, half_done(core_bot))
    assert facts["Status"] == "partly applied"
    assert facts["Did not change"] == "two is: red"
    assert facts["Next"].startswith("First fix the cause that the outcome names")


def test_the_audit_line_says_that_a_part_was_done_which_and_what_was_not(core_bot: CoreBot) -> None:
    half_done(core_bot)
    ended = "CR-1001 Paint one and two on default [thing:one+two] ended"
    told = f"{ended} · Status: partly applied · Done: one is: red → green"
    core_bot.type(VERA, "audit find --tag change:execution:ended")
    table = core_bot.messenger.private_notices[-1].reply.table
    assert table is not None
    assert table.rows[0][2] == (
        f"{told} · Not done: two is: red · Some calls were not made, and the change was only partly applied. · "
        "The toy refused (E_NO). Ask its owner."
    )
    line = audit_line(core_bot.records(Tag.EXECUTION_ENDED)[-1])
    assert "Status: partly applied · Done: one is: red → green · Not done: two is: red" in line
    assert "failed" not in line


def test_what_nothing_shows_is_told_call_by_call(core_bot: CoreBot) -> None:
    change = core_bot.approved("thing wave one two")
    core_bot.toy.scripts.extend([Script(), REFUSED])
    core_bot.work()
    assert "• Done: Paint one." in (en(core_bot.now(change).outcome or ""))
    facts = core_bot.records(Tag.EXECUTION_ENDED)[-1].facts
    assert (facts["happened"], facts["missing"]) == ("Paint one.", "Paint two.")
    assert shown(core_bot, change)["Next"] == "Check the result before you ask for the rest."


@pytest.mark.parametrize("effect", [True, False])
def test_where_the_portal_said_yes_to_all_of_it_nobody_is_advised_to_ask_again(core_bot: CoreBot, effect: bool) -> None:
    change = core_bot.approved("thing swap one two")
    core_bot.toy.scripts.extend([Script(effect=effect), Script(effect=False)])
    core_bot.work()
    ended = core_bot.now(change)
    assert (ended.partly, ended.repeat, can_ask_again(ended)) == (effect, Repeat.SAME, False)
    assert shown(core_bot, change)["Next"].startswith(SAME)
    assert core_bot.press(OLGA, change, card_token.AGAIN) == "This button has no effect any more."


def test_the_undo_of_a_part_names_what_has_changed_and_is_linked(core_bot: CoreBot) -> None:
    partial = PartialUndo(line="thing swap", sentence="Both are green then.", words={"one is": "one two"})
    core_bot.toy.swap_undo = replace(core_bot.toy.swap_undo, partial=partial)
    change = core_bot.approved("thing swap one two --reason half")
    core_bot.toy.scripts.extend([Script(), REFUSED])
    core_bot.work()
    core_bot.type(OLGA, f"request show {change.id}")
    facts = core_bot.messenger.private_notices[-1].reply.facts
    steps = [mentions.unmark(en(text)) for label, text in facts if en(label) == "Next"]
    assert steps[:2] == ["To undo the change, type thing swap one two --portal default.", "Both are green then."]
    core_bot.press(OLGA, change, card_token.UNDO)
    undo = core_bot.change()
    assert (undo.line, undo.undo_of) == ("thing swap one two", change.number)
    core_bot.press(OLGA, undo, card_token.CONFIRM)
    core_bot.work()
    assert core_bot.now(change).status_word == "undone"


def test_the_code_of_a_refusal_stands_once(core_bot: CoreBot) -> None:
    assert en(half_done(core_bot).outcome).count("E_NO") == 1


def test_what_is_left_of_a_partly_done_change_is_asked_for_again(core_bot: CoreBot) -> None:
    change = half_done(core_bot)
    core_bot.press(VERA, change, card_token.AGAIN)
    again = core_bot.change()
    assert (again.requester, again.line, again.reason) == (
        VERA,
        "thing swap one two",
        Message("request.again_reason", request="CR-1001"),
    )
    assert again.plan.before == {"one is": "green", "two is": "red"}
    assert len(core_bot.toy.calls) == 2, "nothing is done by pressing alone"


def test_what_was_refused_with_nothing_done_is_failed_and_no_part_of_it(core_bot: CoreBot) -> None:
    change = core_bot.approved("thing remove one --reason 'it is old'")
    core_bot.toy.scripts.append(REFUSED)
    core_bot.work()
    ended = core_bot.now(change)
    assert (ended.status, ended.partly, ended.found) == (Status.FAILED, False, {"one is": "red"})
    core_bot.press(OLGA, ended, card_token.AGAIN)
    assert (core_bot.change().line, core_bot.change().reason) == ("thing remove one", "it is old")
    assert core_bot.press(ANTON, core_bot.change()) == ""


def test_again_means_the_same_portal_whatever_is_the_default_now(core_bot: CoreBot) -> None:
    core_bot.toy.known = [ACME, BETA]
    change = core_bot.approved("thing remove one --portal beta")
    core_bot.toy.scripts.append(REFUSED)
    core_bot.work()
    core_bot.press(OLGA, change, card_token.AGAIN)
    assert (core_bot.change().number, core_bot.change().place) == (1002, BETA)


def test_who_may_not_ask_may_not_ask_again(core_bot: CoreBot) -> None:
    change = half_done(core_bot)
    for _ in range(3):
        core_bot.press(VIKTOR, change, card_token.AGAIN)
    assert core_bot.change().number == change.number
    refused = core_bot.records(Tag.REVIEW_REFUSED)
    assert [(record.actor, record.subject) for record in refused] == [(VIKTOR.id, change.id)] * 3, "none is folded"


def test_what_nothing_shows_is_not_asked_for_again_once_a_part_was_done(core_bot: CoreBot) -> None:
    change = core_bot.approved("thing wave one two")
    core_bot.toy.scripts.extend([Script(), REFUSED])
    core_bot.work()
    ended = core_bot.now(change)
    assert (ended.partly, can_ask_again(ended)) == (True, False)
    assert core_bot.press(OLGA, ended, card_token.AGAIN) == "This button has no effect any more."


@pytest.mark.parametrize(("late", "possible"), [(0, True), (1, False)])
def test_asking_again_is_good_for_thirty_days(core_bot: CoreBot, late: int, possible: bool) -> None:
    change = half_done(core_bot)
    core_bot.clock.now = (change.ended_at or 0) + BUTTONS_LAST_MS + late
    core_bot.press(OLGA, change, card_token.AGAIN)
    assert (core_bot.change().number == 1002) is possible
