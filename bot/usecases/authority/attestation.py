"""What a card shows beside the plan, signed into the record of the question: whoever edits the row is found out.

The digest covers the plan as it is shown. Beside it stand who asked, why, until when and what will be remembered, the
page that a button opens, and what is said and offered after the ending. The record of the question is chained with a
key, so the signature in it is as good as on the day it was made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.core.audit.audit_record import Fact
from bot.core.change.change_request import ChangeRequest
from bot.core.encoding import canonical
from bot.plugin import Place
from bot.store.sealing.keyring import Keyring

FORM = "2"
"""Which words the signature is over: a row of `_FORMS`."""


def attest(keys: Keyring, change: ChangeRequest, form: str = FORM) -> str:
    """Sign what the card of a change request shows; for the fact `terms` of the record of the question."""
    return f"{form}:{keys.sign(_words(form, change))}"


def is_attested(keys: Keyring, change: ChangeRequest, facts: Mapping[str, Fact]) -> bool:
    """Whether the row still says what was signed. A record from before there were signatures cannot tell, and may not.

    Whoever can write to the database cannot take the signature out of a record: the chain covers its facts.
    """
    terms = facts.get("terms")
    if terms is None:
        return True
    form, _, signature = str(terms).partition(":")
    return form in _FORMS and keys.signed(_words(form, change), signature)


def _words(form: str, change: ChangeRequest) -> str:
    return f"terms {form} {canonical(_FORMS[form](change))}"


def _first_terms(change: ChangeRequest) -> dict[str, Any]:
    return {
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


def _second_terms(change: ChangeRequest) -> dict[str, Any]:
    plan = change.plan
    beside = {"link": plan.link, "partial": plan.undo.partial}
    after = {"consequences": plan.consequences, "obstacles": plan.obstacles}
    # Requests that were opened before plans had it are attested without it.
    ending = {"ending": plan.ending} if plan.ending else {}
    return {**_first_terms(change), **beside, **after, **ending}


def _place_words(place: Place) -> dict[str, str]:
    """The place as the row keeps it. A mark stands only where there is one: requests of earlier versions have none."""
    kept = {"name": place.name, "label": place.label, "identity": place.identity}
    return {**kept, "mark": place.mark} if place.mark else kept


_FORMS: Mapping[str, Callable[[ChangeRequest], Mapping[str, Any]]] = {"1": _first_terms, "2": _second_terms}
"""What the signature is over. A record names its form, so that the records of the releases before stay good."""
