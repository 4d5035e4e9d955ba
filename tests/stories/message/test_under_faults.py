"""Whatever the network and the portal do to a message: one effect at most, no invented success, and no second try."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.change.change_request import Status
from bot.testing.conversation import TYPED_IN
from tests.language.english import en
from tests.stories.message.talk import KINDS, SEND, Kind, Talk

DONE, FAILED, UNKNOWN = Status.DONE, Status.FAILED, Status.UNKNOWN
Row = tuple[str, dict[str, Any], Status, bool]
# fault, its options, the ending, whether the portal carried it out
ROUNDS: tuple[tuple[Row, ...], ...] = (
    (
        ("lost_before", {}, UNKNOWN, False),
        ("lost_after", {}, UNKNOWN, True),
        ("stall_after", {"seconds": 0.2}, DONE, True),
        ("expired", {}, DONE, True),
        ("false_flat", {}, UNKNOWN, False),
    ),
    (
        ("unavailable", {}, UNKNOWN, False),
        ("error_json", {}, UNKNOWN, False),
        ("error_html", {"effect": True}, UNKNOWN, True),
        ("html", {}, UNKNOWN, False),
        ("truncated", {}, UNKNOWN, True),
    ),
    (
        ("expired", {"times": "forever"}, FAILED, False),
        ("false_nested", {}, UNKNOWN, False),
        ("query_limit", {}, DONE, True),
    ),
)
SHORT: tuple[Row, ...] = (
    ("lost_after", {}, UNKNOWN, True),
    ("expired", {}, DONE, True),
    ("error_json", {}, UNKNOWN, False),
)
"""What the other commands go through here; without the bot around them they meet every fault elsewhere."""
ALL = [(kind, faults) for kind in KINDS for faults in (ROUNDS if kind.method == SEND else (SHORT,))]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("kind", "faults"), ALL, ids=[f"{kind.method}-{faults[0][0]}" for kind, faults in ALL])
def test_a_round_of_faults(talk: Talk, kind: Kind, faults: tuple[Row, ...]) -> None:
    chat, message = talk.spoken()
    for at, (fault, options, status, effect) in enumerate(faults):
        if "delete" in kind.line:
            talk.call(SEND, _another(at))
        line = kind.line.format(n=chat, m=message, i=at)
        effects, sent = talk.effects(kind.method), talk.sent(kind.method)
        tokens = len(_renewals(talk))
        card = talk.asks(line)
        talk.fault(fault, kind.method, **options)
        talk.press("Olga", card, "Confirm")
        ended = talk.ends()
        talk.heal()
        assert ended.status is status, (fault, ended.outcome)
        does = effect and "message read" not in kind.line
        assert talk.effects(kind.method) - effects == int(does), fault
        assert talk.sent(kind.method) - sent == (2 if fault in ("expired", "query_limit") else 1), fault
        assert len(_renewals(talk)) - tokens == int(fault == "expired"), fault
        if status is UNKNOWN:
            assert "Check the result yourself" in talk.card_says(card, "outcome not known")


def _another(at: int) -> dict[str, Any]:
    item = {"user": {"id": "u1"}, "message": {"id": f"m{at}", "text": "More"}, "chat": {"id": "c1"}}
    return {"CONNECTOR": "myconnector", "LINE": 1, "MESSAGES": [item]}


def _renewals(talk: Talk) -> list[Any]:
    with talk.portal.world.lock:
        return [entry for entry in talk.portal.world.journal.token_calls if entry.outcome != "invalid_request"]


@pytest.mark.parametrize("kind", ["lost_before", "lost_after"])
def test_what_nobody_knows_stays_unknown_and_is_never_sent_again(talk: Talk, kind: str) -> None:
    """However long it stands, whatever is seen, and also after a restart; only a person can find out."""
    card = talk.asks("message send myconnector 1 --user u1 --chat c1 --text Hello")
    talk.fault(kind, SEND)
    talk.press("Olga", card, "Confirm")
    assert talk.ends().status is UNKNOWN
    held = talk.texts()
    talk.playground.clock.advance(600)
    talk.playground.stop_bot()
    talk.playground.start_bot()
    talk.playground.clock.advance(600)
    talk.ask("Olga", "request show CR-1001")
    assert "*Status*: outcome not known" in talk.answer("Olga", "CR-1001: Send a message")
    assert talk.change().status is UNKNOWN
    assert talk.sent(SEND) == 1
    assert talk.texts() == held == (["Hello"] if kind == "lost_after" else [])
    text = talk.card_says(card, "outcome not known · ")
    assert "[*Confirm" not in text


def test_an_item_that_the_portal_refuses_inside_a_yes_is_told_as_a_failure(talk: Talk) -> None:
    """HTTP 200 and SUCCESS true above an item that failed (docs/portal-behaviour.md P58)."""
    refused = {"result": {"SUCCESS": True, "DATA": {"RESULT": [{"SUCCESS": False, "ERRORS": ["Incomplete data"]}]}}}
    card = talk.asks("message send myconnector 1 --user u1 --chat c1 --text Hello")
    talk.fault("reply", SEND, body=refused)
    talk.press("Olga", card, "Confirm")
    ended = talk.ends()
    assert ended.status is FAILED
    assert "the text and the file are missing" in en(ended.outcome)
    assert "Incomplete data" in talk.card_says(card, "failed")
    assert talk.texts() == []
    talk.channel_says(TYPED_IN, "@Olga Status: failed.")
