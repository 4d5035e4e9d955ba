"""What a card shows beside the plan, signed into the record of the question: whoever edits the row is found out.

The digest covers the plan as it is shown. Who asked, why, until when, and what will be remembered stand beside it. The
record of the question is chained with a key, so the signature in it is as good as on the day it was made.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.audit.audit_record import Fact
from bot.core.change.change_request import ChangeRequest
from bot.core.encoding import canonical
from bot.plugin import Place
from bot.store.sealing.keyring import Keyring

FORM = "1"
"""Which words the signature is over. A record names the form it was made in, so that another one can follow."""


def attest(keys: Keyring, change: ChangeRequest) -> str:
    """Sign what the card of a change request shows; for the fact `terms` of the record of the question."""
    return f"{FORM}:{keys.sign(_words(change))}"


def is_attested(keys: Keyring, change: ChangeRequest, facts: Mapping[str, Fact]) -> bool:
    """Whether the row still says what was signed. A record from before there were signatures cannot tell, and may not.

    Whoever can write to the database cannot take the signature out of a record: the chain covers its facts.
    """
    terms = facts.get("terms")
    if terms is None:
        return True
    form, _, signature = str(terms).partition(":")
    return form == FORM and keys.signed(_words(change), signature)


def _words(change: ChangeRequest) -> str:
    shown = {
        "request": change.id,
        "line": change.line,
        "path": change.path,
        "plugin": change.plugin,
        "place": _place_words(change.place),
        "requester": change.requester.id,
        "reason": change.reason,
        "created_at": change.created_at,
        "expires_at": change.expires_at,
        "remember": change.plan.remember,
    }
    return f"terms {FORM} {canonical(shown)}"


def _place_words(place: Place) -> dict[str, str]:
    """The place as the row keeps it. A mark stands only where there is one: requests of earlier versions have none."""
    kept = {"name": place.name, "label": place.label, "identity": place.identity}
    return {**kept, "mark": place.mark} if place.mark else kept
