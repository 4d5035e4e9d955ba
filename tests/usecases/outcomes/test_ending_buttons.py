"""Buttons in answers stand for lines: pressing one is typing the line, by whoever presses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.change.change_request import Status
from bot.core.messages.notices import LineButton, PrivateNotice, notice_from_json, notice_to_json
from bot.core.principals import Principal
from bot.plugin import Reply
from bot.usecases.authority import card_token
from bot.usecases.outcomes.requester_notes import LASTS_MS
from tests.language.english import en
from tests.usecases.core_bot import ANTON, GLEB, OLGA, VIKTOR, CoreBot


def buttons(notice: PrivateNotice) -> list[tuple[str, str]]:
    return [(en(one.label), one.line) for one in notice.buttons]


def last(core_bot: CoreBot) -> PrivateNotice:
    return core_bot.messenger.private_notices[-1]


def press(core_bot: CoreBot, who: Principal, line: str) -> str:
    core_bot.take(replace(core_bot.typed(who, line), pressed=True))
    core_bot.deliver()
    return core_bot.last_private_notice


def test_a_reading_can_be_run_again_and_what_changes_something_cannot(core_bot: CoreBot) -> None:
    core_bot.type(VIKTOR, "thing list")
    assert buttons(last(core_bot)) == [("Run again", "thing list")]
    for line in ("help", "whoami", "thing remove one"):
        core_bot.type(OLGA, line)
        assert buttons(last(core_bot)) == []


def test_a_corrected_reading_can_be_run_and_a_corrected_change_never_runs_by_itself(core_bot: CoreBot) -> None:
    core_bot.type(VIKTOR, "thing lst")
    assert buttons(last(core_bot)) == [("Run this", "thing list")]
    core_bot.type(OLGA, "thing remov one")
    assert last(core_bot).suggestion == "thing remove one"
    (button,) = last(core_bot).buttons
    assert (en(button.label), button.line, button.form) == ("Open as a form…", "thing remove one", True)
    core_bot.type(OLGA, "thing remov")
    assert [one.form for one in last(core_bot).buttons] == [True]
    core_bot.type(OLGA, "freez")
    assert last(core_bot).buttons == ()


def test_a_line_whose_form_does_not_open_is_not_run(core_bot: CoreBot) -> None:
    core_bot.take(replace(core_bot.typed(OLGA, "thing remove one"), pressed=True, form=True))
    core_bot.deliver()
    assert core_bot.last_private_notice.startswith("Slack did not open the form.")
    core_bot.take(replace(core_bot.typed(VIKTOR, "thing remove one"), pressed=True, form=True))
    core_bot.deliver()
    assert core_bot.last_private_notice.startswith("This needs the role operator.")
    assert core_bot.store.changes.newest(limit=1) == []


def test_a_pressed_line_gives_nobody_more_than_typing_it(core_bot: CoreBot) -> None:
    core_bot.type(GLEB, "thing list")
    refused = core_bot.last_private_notice
    assert press(core_bot, GLEB, "thing list") == refused
    assert press(core_bot, VIKTOR, "thing remove one").startswith("This needs the role operator.")
    assert len(core_bot.records(Tag.COMMAND_REFUSED)) == 2
    assert core_bot.store.changes.newest(limit=1) == []


def test_the_requester_reads_how_it_ended_where_they_asked_with_what_can_be_asked_next(core_bot: CoreBot) -> None:
    core_bot.press(ANTON, core_bot.ask("thing paint precious --colour blue"))
    core_bot.work()
    told = last(core_bot)
    assert (told.person, told.card) == (OLGA, 1001)
    assert en(told.reply.title) == "CR-1001 (Paint precious): done and verified."
    assert told.answer_url == core_bot.typed(OLGA, "").answer_url
    ((label, line),) = buttons(told)
    assert label == "Undo…"
    press(core_bot, OLGA, line)
    assert (core_bot.change().line, core_bot.change().requester) == (line.removesuffix(" --portal default"), OLGA)


@pytest.mark.parametrize("how", ["rejected", "expired"])
def test_the_requester_reads_that_it_was_not_approved(core_bot: CoreBot, how: str) -> None:
    change = core_bot.ask()
    if how == "rejected":
        core_bot.send(ANTON, change, "too early")
        core_bot.deliver()
    else:
        core_bot.clock.now = change.expires_at
        core_bot.run_once()
    titles = [en(one.reply.title) for one in core_bot.messenger.private_notices]
    assert ("CR-1001 (Remove one): rejected." in titles) == (how == "rejected"), "an hour later Slack takes no answer"
    assert any("@" in line or "CR-1001" in line for line in core_bot.threads)


def test_after_half_an_hour_the_requester_is_told_directly_and_in_the_thread(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    core_bot.clock.now += LASTS_MS + 1
    core_bot.messenger.private_notices.clear()
    core_bot.press(ANTON, change)
    core_bot.work()
    assert core_bot.now(change).status is Status.DONE
    assert [
        (en(one.reply.title), one.person, one.channel, one.answer_url) for one in core_bot.messenger.private_notices
    ] == [("CR-1001 (Remove one): done and verified.", OLGA, "", "")]
    assert any("CR-1001" in line for line in core_bot.threads)


def test_who_confirms_their_own_change_is_told_nothing_twice(core_bot: CoreBot) -> None:
    change = core_bot.ask("thing paint two --colour blue")
    core_bot.messenger.private_notices.clear()
    core_bot.press(OLGA, change, card_token.CONFIRM)
    core_bot.work()
    assert core_bot.now(change).status is Status.DONE
    assert core_bot.messenger.private_notices == []


def test_the_answer_waits_a_moment_for_the_card_that_it_links(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot()
    core_bot.take(core_bot.typed(OLGA, "thing remove one"))
    while core_bot.dispatcher.deliver_one():
        pass
    order = [kind for kind, _ in core_bot.messenger.said]
    assert order.index("post") < order.index("whisper"), "the posted card makes it due"


def test_a_line_with_a_secret_is_on_no_button(core_bot: CoreBot) -> None:
    notice = PrivateNotice(
        person=OLGA,
        channel="COPS",
        reply=Reply(title="hello"),
        buttons=(
            LineButton(label="a", line="thing list"),
            LineButton(label="b", line="thing say xoxb-123456789012-abc"),
        ),
    )
    with core_bot.store.unit_of_work() as tx:
        tx.outbox.put("whisper:x", notice, at=0)
    (kept,) = core_bot.waiting_private_notices()
    assert [one.line for one in kept.buttons] == ["thing list"]
    assert notice_from_json("whisper", notice_to_json(notice)) == notice
