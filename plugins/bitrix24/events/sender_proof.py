"""Whether an event comes from a portal's own application, judged by what it carries. Pure.

A token in it is no secret from people who can open the application's pages. A proven event is therefore a reason to
read the portal, and no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from bot.plugin.frozen import dataclass
from plugins.bitrix24.events.application_token import is_same_token
from plugins.bitrix24.events.event_body import EventBody
from plugins.bitrix24.redaction.secret import Secret


class Proof(StrEnum):
    """What an event's sender is."""

    PROVEN = "proven"
    UNREADABLE = "unreadable"
    """The body is no event."""
    OTHER_PORTAL = "other-portal"
    """It names a portal that is not connected."""
    UNSIGNED = "unsigned"
    """It carries no application token."""
    FOREIGN = "foreign"
    """Its application token is none of this portal's: another application's, an old one, or invented."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSender:
    """One connected application, and the tokens that it may send."""

    member_id: str
    tokens: Sequence[Secret]


def prove_sender(event: EventBody | None, senders: Sequence[KnownSender]) -> Proof:
    """Judge who sent an event. Each token of the portal is compared in full, whichever fits."""
    if event is None:
        return Proof.UNREADABLE
    known = [sender for sender in senders if sender.member_id == event.member_id]
    if not known:
        return Proof.OTHER_PORTAL
    if not event.application_token:
        return Proof.UNSIGNED
    fits = [is_same_token(token, event.application_token) for sender in known for token in sender.tokens]
    return Proof.PROVEN if any(fits) else Proof.FOREIGN
