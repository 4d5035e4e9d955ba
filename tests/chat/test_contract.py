"""The contract of the chat port, held by Slack's messenger and by a toy chat that has nothing in common with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import AuditRecord
from bot.core.authority.membership import Membership, MembershipStatus
from bot.core.change.change_request import Status
from bot.core.messages.notices import PrivateNotice
from bot.playground.workspace import SlackWorkspace
from bot.plugin import Message, Reply
from bot.usecases.chat.chat_port import SentDirectly, SentInChannel
from bot.usecases.chat.chat_refusals import Subject
from bot.usecases.chat.delivery_errors import ChannelDead, DeliveryError, Impossible, Lost, Unchangeable
from tests.chat.surfaces import LineSurface, SlackSurface, Surface
from tests.language.english import en
from tests.slack.render.test_answer import a_record

HELLO = Reply(title="Hello there")


@pytest.fixture(params=["slack", "lines"])
def surface(request: pytest.FixtureRequest) -> Iterator[Surface]:
    if request.param == "lines":
        yield LineSurface()
        return
    with SlackWorkspace(rate_limit=False) as workspace:
        yield SlackSurface(workspace)


def test_a_card_is_posted_once_and_rewritten_where_it_stands(surface: Surface) -> None:
    posted = surface.messenger.post_card(surface.change())
    assert posted.channel == surface.room
    (before,) = surface.said()
    assert "CR-1042" in before
    surface.messenger.rewrite_card(surface.change(card=posted.message, status=Status.DONE))
    (after,) = surface.said()
    assert "done" in after.lower()
    assert "CR-1042" in after


def test_a_bare_card_names_its_change_request_too(surface: Surface) -> None:
    posted = surface.messenger.post_card(surface.change(), bare=True)
    surface.messenger.rewrite_card(surface.change(card=posted.message), bare=True)
    assert ["CR-1042" in text for text in surface.said()] == [True]


def test_a_line_goes_under_its_card_and_waits_for_it(surface: Surface) -> None:
    with pytest.raises(Lost):
        surface.messenger.reply(surface.change(), "Too early.")
    posted = surface.messenger.post_card(surface.change())
    surface.messenger.reply(surface.change(card=posted.message), "On its way.")
    assert surface.under(posted) == ["On its way."]
    assert len(surface.said()) == 1


def test_a_note_is_rewritten_in_place_and_can_stand_under_a_message(surface: Surface) -> None:
    first = surface.messenger.note(surface.room, "One.", None)
    assert surface.messenger.note(surface.room, "Two.", first) == first
    surface.messenger.note(surface.room, "Three.", None, thread=first.message)
    assert (surface.said(), surface.under(first)) == (["Two."], ["Three."])


def test_a_card_that_is_gone_cannot_be_rewritten_and_the_refusal_says_so(surface: Surface) -> None:
    with pytest.raises(Unchangeable) as caught:
        surface.messenger.rewrite_card(surface.change(card=surface.gone))
    assert surface.messenger.find_refusal(caught.value.reason).message_gone


@pytest.mark.parametrize(
    "post",
    [
        lambda surface: surface.messenger.post_card(surface.change()),
        lambda surface: surface.messenger.note(surface.room, "Hello.", None),
        lambda surface: surface.messenger.audit_lines(surface.room, [a_record()]),
    ],
    ids=["card", "note", "audit line"],
)
def test_a_closed_channel_refuses_with_a_cause_and_a_remedy(
    surface: Surface, post: Callable[[Surface], object]
) -> None:
    surface.close_room()
    with pytest.raises(ChannelDead) as caught:
        post(surface)
    refusal = surface.messenger.find_refusal(caught.value.reason)
    assert refusal.subject is Subject.PLACE
    assert not refusal.message_gone
    assert refusal.cause
    assert refusal.remedy
    assert en(refusal.described) == f"{en(refusal.cause)} ({caught.value.code})"


@pytest.mark.parametrize("is_closed", [False, True])
def test_an_answer_reaches_its_person_alone_in_the_channel_else_directly(surface: Surface, is_closed: bool) -> None:
    if is_closed:
        surface.close_room()
    way = surface.messenger.send_privately(PrivateNotice(person=surface.person, channel=surface.room, reply=HELLO))
    assert way == (SentDirectly() if is_closed else SentInChannel())
    (text,) = surface.privately()
    assert "Hello there" in text
    assert surface.said() == []


def test_the_bot_calls_the_person_it_marks_and_nobody_by_typed_words(surface: Surface) -> None:
    typed = f"@olga <@{surface.person.user}> <!channel> @{surface.person.user}"
    surface.messenger.note(surface.room, f"{mentions.person(surface.person)} typed: {typed}", None)
    assert surface.called() == 1


@pytest.mark.parametrize("bare", [False, True])
def test_audit_lines_stand_in_one_message_by_their_numbers(surface: Surface, bare: bool) -> None:
    surface.messenger.audit_lines(surface.room, [a_record(seq=7), a_record(seq=8)], bare=bare)
    (text,) = surface.said()
    assert text.index("#7") < text.index("#8")


def test_of_audit_lines_without_end_as_many_are_taken_as_fit_into_one_message(surface: Surface) -> None:
    read: list[int] = []

    def records() -> Iterator[AuditRecord]:
        for seq in count(1):
            read.append(seq)
            yield a_record(seq=seq)

    fitting = surface.messenger.fitting_lines(records())
    assert 1 < fitting <= len(read) <= fitting + 1
    surface.messenger.audit_lines(surface.room, [a_record(seq=seq) for seq in range(1, fitting + 1)])
    assert len(surface.said()) == 1
    assert surface.messenger.fitting_lines([]) == 0


@pytest.mark.parametrize("standing", [MembershipStatus.GUEST, MembershipStatus.DELETED, MembershipStatus.BOT])
def test_an_account_is_told_as_what_it_is(surface: Surface, standing: MembershipStatus) -> None:
    assert surface.messenger.account(surface.person).standing is MembershipStatus.MEMBER
    surface.become(standing)
    told = surface.messenger.account(surface.person)
    assert (told.standing, told.missing) == (standing, "")


def test_what_one_person_reads_is_in_their_language_and_what_all_read_in_that_of_the_channel(surface: Surface) -> None:
    answer = Message("answer.did_you_mean", line="x")
    notice = PrivateNotice(person=surface.person, channel=surface.room, reply=Reply(title=answer))
    surface.messenger.send_privately(notice, language="ru")
    assert surface.privately()[-1].startswith("Возможно")
    surface.messenger.note(surface.room, answer, None)
    assert surface.said()[-1].startswith("Did you mean")


def test_an_account_that_the_chat_does_not_know_is_no_members(surface: Surface) -> None:
    assert surface.messenger.account(surface.nobody) == Membership(standing=MembershipStatus.UNKNOWN)


def test_a_group_has_its_members_and_one_that_the_chat_does_not_know_is_refused(surface: Surface) -> None:
    with pytest.raises(ChannelDead) as caught:
        surface.messenger.list_group_members(surface.person.team, surface.group)
    assert surface.messenger.find_refusal(caught.value.reason).remedy
    surface.fill_group()
    assert surface.messenger.list_group_members(surface.person.team, surface.group) == {surface.person.id}


@pytest.mark.parametrize(
    "call",
    [
        lambda surface: surface.messenger.post_card(surface.change()),
        lambda surface: surface.messenger.rewrite_card(surface.change(card=surface.gone)),
        lambda surface: surface.messenger.account(surface.person),
        lambda surface: surface.messenger.list_group_members(surface.person.team, surface.group),
        lambda surface: surface.messenger.audit_lines(surface.room, [a_record()]),
    ],
    ids=["post", "rewrite", "account", "group", "audit line"],
)
def test_no_answer_is_no_refusal(surface: Surface, call: Callable[[Surface], object]) -> None:
    surface.go_down()
    with pytest.raises(Lost):
        call(surface)


def test_a_form_for_nobody_is_refused_and_the_refusal_can_be_told(surface: Surface) -> None:
    with pytest.raises(DeliveryError) as caught:
        surface.messenger.ask_reason("nobody-pressed-this", surface.change(), "1042.value")
    assert not isinstance(caught.value, Lost | Impossible)
    assert surface.messenger.find_refusal(caught.value.reason).cause


def test_a_reason_that_no_row_knows_ends_nothing_and_is_told_with_its_code(surface: Surface) -> None:
    refusal = surface.messenger.find_refusal("never_heard_of")
    assert refusal.subject is Subject.UNKNOWN
    assert en(refusal.described).endswith("(never_heard_of)")
    assert refusal == replace(refusal, message_gone=False, direct_messages_off=False)
