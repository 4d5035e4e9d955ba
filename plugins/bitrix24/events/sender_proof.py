"""Whether an event comes from a portal's own application, judged by what it carries. Pure.

A token in it is no secret from people who can open the application's pages. A proven event is therefore a reason to
read the portal, and no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from bot.plugin.frozen import dataclass
from plugins.bitrix24.events.application_token import is_same_token
from plugins.bitrix24.events.event_body import PAYMENT, EventBody
from plugins.bitrix24.redaction.secret import Secret

NO_TOKEN = Secret("-" * 32)
"""What is compared where an event has no token: as long as one, and never one."""


class Proof(StrEnum):
    """What an event's sender is."""

    PROVEN = "proven"
    UNREADABLE = "unreadable"
    """The body is no event."""
    OTHER_PORTAL = "other-portal"
    """It names a portal that is not connected."""
    UNSIGNED = "unsigned"
    """It carries no application token."""
    UNPROVABLE = "unprovable"
    """The same, of an event that the portal itself may send without one."""
    FOREIGN = "foreign"
    """Its application token is none of this portal's: another application's, an old one, or invented."""
    REPEATED = "repeated"
    """It is proven, and came before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSender:
    """One connected application of a portal, and the tokens that it may send."""

    identity: str
    member_id: str
    tokens: Sequence[Secret]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What an event's sender is. `identity` is that of the application which sent a proven one, and empty else."""

    proof: Proof
    identity: str = ""


def prove_sender(event: EventBody | None, senders: Sequence[KnownSender]) -> Judgement:
    """Judge who sent an event. Each token of each portal is compared in full, whatever the event is.

    So the time of the answer tells neither which portals are connected nor how much of a token is right.
    """
    given = event.application_token if event is not None else Secret("")
    fits = [sender for sender in senders for token in sender.tokens if is_same_token(token, given or NO_TOKEN)]
    if event is None:
        return Judgement(proof=Proof.UNREADABLE)
    if event.member_id not in {sender.member_id for sender in senders}:
        return Judgement(proof=Proof.OTHER_PORTAL)
    if not event.application_token:
        return Judgement(proof=Proof.UNPROVABLE if event.name == PAYMENT else Proof.UNSIGNED)
    found = next((sender.identity for sender in fits if sender.member_id == event.member_id), "")
    return Judgement(proof=Proof.PROVEN, identity=found) if found else Judgement(proof=Proof.FOREIGN)
