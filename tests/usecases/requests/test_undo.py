"""The undo button asks for the command that puts the state before back, and that is decided like any other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.audit.audit_sentences import describe
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.principals import Principal
from bot.language.language_choice import LanguageChoice
from bot.language.translation import can_translate, translate
from bot.plugin import Message
from bot.slack.render.card_plan import reason_lines
from bot.usecases.admin.listings import show_change
from bot.usecases.authority import card_token
from bot.usecases.authority.quorum import check_request_record
from bot.usecases.outcomes.follow_ups import BY_BUTTON, undo_line
from bot.usecases.requests.follow_up_requests import BUTTONS_LAST_MS, may_still_ask
from tests.usecases.core_bot import ANTON, GLEB, OLGA, OPS, STRANGER, VIKTOR, CoreBot
from tests.usecases.toy import BETA


def done(core_bot: CoreBot, text: str = "thing paint one") -> ChangeRequest:
    change = core_bot.approved(text)
    core_bot.work()
    assert core_bot.now(change).status is Status.DONE
    return core_bot.now(change)


def test_undoing_is_a_change_request_of_the_person_who_pressed(core_bot: CoreBot) -> None:
    first = done(core_bot)
    told = core_bot.press(ANTON, first, card_token.UNDO)
    second = core_bot.change()
    assert "CR-1002 (Paint one) waits for you to confirm it" in told
    assert (second.requester, second.line, second.status) == (ANTON, "thing paint one --colour red", Status.PENDING)
    assert second.reason == Message("request.undo_reason", request="CR-1001")
    assert second.channel == OPS
    assert len(core_bot.toy.calls) == 1, "nothing is undone by pressing alone"


@pytest.mark.parametrize(("language", "told"), [("en", "Undo CR-1001"), ("ru", "Отмена CR-1001")])
def test_the_reason_of_an_undo_is_told_in_the_language_of_each_reader(
    core_bot: CoreBot, language: str, told: str
) -> None:
    core_bot.configure(languages=LanguageChoice(channel="ru"))
    core_bot.press(ANTON, done(core_bot), card_token.UNDO)
    change = core_bot.change()
    assert f"> {told}" in list(reason_lines(change, language))
    assert told in [translate(text, language) for _, text in show_change(change).facts]
    record = core_bot.records(Tag.CHANGE_REQUESTED, change.id)[0]
    assert record.facts["reason"] == "Undo CR-1001", "the record keeps the English beside the message"
    said = describe(record, clean=str, is_known=can_translate)
    assert any(told in translate(text, language) for text in said)


def test_the_reason_of_an_undo_is_signed_and_kept_with_what_is_sealed(core_bot: CoreBot) -> None:
    core_bot.press(ANTON, done(core_bot), card_token.UNDO)
    change = core_bot.change()
    assert core_bot.store.changes.exact(change).reason == change.reason
    assert check_request_record(core_bot.ctx, change) is None
    other = replace(change, reason=Message("request.undo_reason", request="CR-1002"))
    assert check_request_record(core_bot.ctx, other) is not None


def test_the_reason_of_an_earlier_release_is_the_text_that_it_was(core_bot: CoreBot) -> None:
    change = core_bot.ask("thing paint one --reason 'Отмена CR-1001'")
    assert core_bot.now(change).reason == "Отмена CR-1001"
    assert list(reason_lines(change, "en"))[1] == "> Отмена CR-1001"


def test_undone_is_as_it_was(core_bot: CoreBot) -> None:
    first = done(core_bot)
    core_bot.press(OLGA, first, card_token.UNDO)
    core_bot.deliver()
    assert core_bot.press(OLGA, core_bot.change(), card_token.CONFIRM) == ""
    core_bot.work()
    assert core_bot.change().status is Status.DONE
    assert core_bot.toy.things["one"] == "red"


def test_it_is_undone_at_the_portal_where_it_was_done(core_bot: CoreBot) -> None:
    core_bot.toy.known.append(BETA)
    first = done(core_bot, "thing paint one --portal beta")
    assert undo_line(first) == "thing paint one --colour red --portal beta"
    core_bot.press(OLGA, first, card_token.UNDO)
    assert core_bot.change().place == first.place


@pytest.mark.parametrize("who", [GLEB, VIKTOR, STRANGER])
def test_whoever_may_not_change_may_not_undo(core_bot: CoreBot, who: Principal) -> None:
    first = done(core_bot)
    assert core_bot.press(who, first, card_token.UNDO)
    assert len(core_bot.store.changes.with_status(Status)) == 1
    assert [record.actor for record in core_bot.records(Tag.REVIEW_REFUSED)] == [who.id]


def test_what_is_undone_already_has_nothing_left_to_do(core_bot: CoreBot) -> None:
    first = done(core_bot)
    core_bot.toy.things["one"] = "red"
    assert core_bot.press(OLGA, first, card_token.UNDO) == "There is no one that is not red already."


def test_a_plan_without_an_undo_has_no_line(core_bot: CoreBot) -> None:
    change = done(core_bot, "thing remove one")
    assert undo_line(change) == ""
    assert core_bot.press(OLGA, change, card_token.UNDO) == "This button has no effect any more."


def test_what_was_not_done_cannot_be_undone(core_bot: CoreBot) -> None:
    change = core_bot.ask("thing paint one")
    assert undo_line(change) == ""
    assert core_bot.press(OLGA, change, card_token.UNDO) == "This button has no effect any more."


@pytest.mark.parametrize(("late", "possible"), [(0, True), (1, False)])
def test_the_button_is_good_for_thirty_days(core_bot: CoreBot, late: int, possible: bool) -> None:
    change = done(core_bot)
    assert change.ended_at is not None
    core_bot.clock.now = change.ended_at + BUTTONS_LAST_MS + late
    assert may_still_ask(core_bot.ctx, change, BY_BUTTON[card_token.UNDO]) is possible


def test_a_forged_undo_is_refused_on_the_record(core_bot: CoreBot) -> None:
    change = done(core_bot)
    told = core_bot.hears(core_bot.click(OLGA, change, card_token.UNDO, value=f"{change.number}.{'0' * 16}.{'0' * 32}"))
    assert "not from b24bot" in told
    assert len(core_bot.records(Tag.REVIEW_REFUSED)) == 1


def confirmed(core_bot: CoreBot, text: str = "thing paint one --colour red", who: Principal = OLGA) -> ChangeRequest:
    """Type it, confirm it, and let it run."""
    change = core_bot.ask(text, who)
    assert core_bot.press(who, change, card_token.CONFIRM) == ""
    core_bot.work()
    return core_bot.now(change)


def test_a_card_that_was_undone_says_by_which_request_and_offers_no_undo(core_bot: CoreBot) -> None:
    first = done(core_bot)
    core_bot.press(ANTON, first, card_token.UNDO)
    core_bot.deliver()
    second = core_bot.change()
    assert (second.undo_of, core_bot.now(first).undone_by) == (first.number, None)
    core_bot.press(ANTON, second, card_token.CONFIRM)
    core_bot.work()
    now = core_bot.now(first)
    assert now.undone_by == second.number
    assert undo_line(now) == ""
    assert "Undone by CR-1002 (Paint one), asked for by" in "\n".join(core_bot.threads)
    assert core_bot.press(OLGA, now, card_token.UNDO) == "CR-1001 was undone already, by CR-1002."
    assert len(core_bot.store.changes.with_status(Status)) == 2


def test_an_undo_that_was_typed_is_one_too(core_bot: CoreBot) -> None:
    first = done(core_bot)
    assert confirmed(core_bot).undo_of == first.number
    assert core_bot.now(first).undone_by == 1002


@pytest.mark.parametrize("text", ["thing paint one --colour green", "thing paint two"])
def test_another_change_is_no_undo(core_bot: CoreBot, text: str) -> None:
    first = done(core_bot)
    assert confirmed(core_bot, text).undo_of is None
    assert core_bot.now(first).undone_by is None


def test_an_undo_that_was_not_done_leaves_the_button(core_bot: CoreBot) -> None:
    first = done(core_bot)
    core_bot.press(OLGA, first, card_token.UNDO)
    core_bot.deliver()
    core_bot.press(OLGA, core_bot.change(), card_token.WITHDRAW)
    assert core_bot.now(first).undone_by is None
    assert undo_line(core_bot.now(first))


def test_a_confirmation_is_recorded_and_told_as_one_and_not_as_an_approval(core_bot: CoreBot) -> None:
    change = done(core_bot)
    (record,) = core_bot.records(Tag.REQUEST_CONFIRMED)
    assert (record.actor, record.subject, record.facts["digest"]) == (OLGA.id, change.id, change.digest)
    assert core_bot.records(Tag.REVIEW_APPROVED) == []
    told = "\n".join(core_bot.threads)
    assert "confirmed." in told
    assert "approved" not in told
