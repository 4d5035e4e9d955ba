"""Who sent an event, by what it carries."""

from __future__ import annotations

from dataclasses import replace

import pytest

from plugins.bitrix24.events.event_body import EventBody
from plugins.bitrix24.events.sender_proof import KnownSender, Proof, prove_sender
from plugins.bitrix24.redaction.secret import Secret

EVENT = EventBody(
    name="ONAPPTEST",
    member_id="m1",
    domain="shop.example",
    application_token=Secret("t1"),
    access=Secret(""),
    user=None,
    ts=0,
    data="",
)
OURS = KnownSender(identity="i1", member_id="m1", tokens=(Secret("t0"), Secret("t1")))
OTHER_APPLICATION = KnownSender(identity="i2", member_id="m1", tokens=(Secret("t2"),))
OTHER_PORTAL = KnownSender(identity="i3", member_id="m2", tokens=(Secret("t3"),))
ALL = (OTHER_PORTAL, OTHER_APPLICATION, OURS)


@pytest.mark.parametrize(
    ("event", "proof"),
    [
        (EVENT, Proof.PROVEN),
        (replace(EVENT, application_token=Secret("t2")), Proof.PROVEN),
        (replace(EVENT, application_token=Secret("t3")), Proof.FOREIGN),
        (replace(EVENT, application_token=Secret("")), Proof.UNSIGNED),
        (replace(EVENT, member_id="m3"), Proof.OTHER_PORTAL),
        (replace(EVENT, member_id="m2"), Proof.FOREIGN),
        (None, Proof.UNREADABLE),
    ],
)
def test_an_event_is_proven_by_a_token_of_an_application_on_its_portal(event: EventBody | None, proof: Proof) -> None:
    assert prove_sender(event, ALL).proof is proof


def test_an_application_without_any_token_proves_nothing() -> None:
    assert prove_sender(EVENT, [replace(OURS, tokens=())]).proof is Proof.FOREIGN
    assert (
        prove_sender(replace(EVENT, application_token=Secret("")), [replace(OURS, tokens=(Secret(""),))]).proof
        is Proof.UNSIGNED
    )


def test_a_proven_event_names_the_application_that_sent_it() -> None:
    assert prove_sender(EVENT, ALL).identity == "i1"
    assert prove_sender(replace(EVENT, application_token=Secret("t2")), ALL).identity == "i2"
    assert prove_sender(replace(EVENT, application_token=Secret("t3")), ALL).identity == ""
