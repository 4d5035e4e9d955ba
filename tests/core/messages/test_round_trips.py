"""What is written to the store comes back as it was."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given

from bot.core.messages.deliveries import Inbound, SlashCommand, inbound_from_json, inbound_or_none, inbound_to_json
from bot.core.messages.notices import (
    Announcement,
    AuditNotice,
    CardNotice,
    Notice,
    PrivateNotice,
    ThreadNotice,
    kind_of,
    notice_from_json,
    notice_to_json,
    redact_notice,
)
from bot.plugin import Reply
from tests.core.samples import ANNA, inbounds, notices


@given(notices)
def test_a_stored_notice_is_the_notice(notice: Notice) -> None:
    assert notice_from_json(kind_of(notice), notice_to_json(notice)) == notice


@given(inbounds)
def test_a_stored_delivery_is_the_delivery(inbound: Inbound) -> None:
    assert inbound_from_json(inbound_to_json(inbound)) == inbound


@pytest.mark.parametrize(
    ("notice", "kind"),
    [
        (CardNotice(number=1), "card"),
        (ThreadNotice(number=1, text=""), "thread"),
        (PrivateNotice(person=ANNA, channel="", reply=Reply(title="")), "whisper"),
        (AuditNotice(seq=1), "audit"),
        (Announcement(channel="C1", text=""), "announcement"),
    ],
)
def test_each_kind_of_notice_has_its_name(notice: Notice, kind: str) -> None:
    assert kind_of(notice) == kind


def test_what_comes_in_carries_no_marks_and_can_be_written_down() -> None:
    slash = SlashCommand(key="k", person=ANNA, channel="C1", text="")
    read = inbound_from_json(inbound_to_json(replace(slash, text="hi \ue000U0002\ue002 \ud83d\x00!")))
    assert isinstance(read, SlashCommand)
    assert read.text == "hi U0002 \ufffd\ufffd!"


@given(inbounds)
def test_what_another_version_has_stored_besides_is_left_out(inbound: Inbound) -> None:
    stored = json.loads(inbound_to_json(inbound))
    more = {"home_team": "T0001", "form": "b24:reason", "message": "1.1", **stored}
    assert inbound_from_json(json.dumps(more)) == inbound


@pytest.mark.parametrize("text", ["", "not json", "[]", "{}", '{"kind": "ghost"}', '{"kind": "slash", "person": 5}'])
def test_a_delivery_that_cannot_be_read_is_none(text: str) -> None:
    assert inbound_or_none(text) is None


def test_a_sealed_answer_keeps_its_words_and_an_open_one_loses_what_looks_like_a_secret() -> None:
    """A sealed answer is encrypted where it waits: the secret in it is what its reader needs."""
    secret = "password=Sommer2026-Geheim"
    answer = PrivateNotice(person=ANNA, channel="C1", reply=Reply(title=secret))
    assert redact_notice(replace(answer, sealed=True), str) == replace(answer, sealed=True)
    assert "Sommer2026-Geheim" not in notice_to_json(redact_notice(answer, str))
