"""The digest of a plan: a fingerprint of all that a card shows of it and of all that would be sent.

A release may compute it over more than the one before. Open change requests keep the digest that they were opened with,
so each way to compute one is a row of `_FORMS` that stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.core.change.impact_bands import find_band
from bot.core.change.plans import write_target
from bot.core.encoding import canonical, fields_of
from bot.plugin import Impact, Message, Place, Plan, Time

FIRST = "1"
"""The form of the releases that left out the page, the undo of a part, and what is told after the ending."""
NEWEST = "2"


def digest(path: str, place: Place, plan: Plan, form: str = NEWEST) -> str:
    """Compute the 64 hex digits of a plan for this command at this place.

    Of a message its key and its arguments count, not its words: another wording or language is no other plan. Of a
    number of the impact its band counts.
    """
    shown = {"path": path, "place": place.identity, **_FORMS[form](plan)}
    return hashlib.sha256(canonical(shown).encode()).hexdigest()


def find_form(path: str, place: Place, plan: Plan, found: str) -> str | None:
    """Find the form by which a stored digest is that of the plan; None where it is of another plan."""
    return next((form for form in (NEWEST, FIRST) if digest(path, place, plan, form) == found), None)


def blank_times(message: Message) -> dict[str, Any]:
    """The arguments of the sentence of a number with nothing in the place of a time: each plan reads numbers anew."""
    return {name: None if isinstance(value, Time) else value for name, value in message.arguments.items()}


def _reviewed(plan: Plan) -> dict[str, Any]:
    """All of a plan but the records of the plugin, which nobody is shown and which may hold the time."""
    plain = fields_of(plan)
    plain.pop("remember")
    plain["impact"] = [_with_band(one, blank_times(one.sentence)) for one in plan.impact]
    if plan.ending is None:
        # Requests that were opened before plans had it keep their digest.
        plain.pop("ending")
    return {"form": NEWEST, "plan": plain}


def _reviewed_at_first(plan: Plan) -> dict[str, Any]:
    plain = fields_of(replace(plan, remember=()))
    for name in ("consequences", "obstacles", "link", "ending"):
        plain.pop(name)
    plain["target"] = write_target(plan.target, plain.pop("part"))
    plain["undo"] = {name: each for name, each in fields_of(plan.undo).items() if name != "partial"}
    plain["impact"] = [_with_band(one, _drop_times(one.sentence)) for one in plan.impact]
    for name in ("notes", "labels", "impact"):
        if not plain[name]:
            plain.pop(name)
    return {"plan": plain}


def _drop_times(message: Message) -> dict[str, Any]:
    return {name: value for name, value in message.arguments.items() if not isinstance(value, Time)}


def _with_band(impact: Impact, arguments: dict[str, Any]) -> dict[str, Any]:
    """The impact with the band in the place of its number, in the arguments of its sentence."""
    if impact.count is not None:
        arguments["count"] = find_band(impact.count)
    return {**fields_of(impact), "sentence": {"key": impact.sentence.key, "arguments": arguments}}


_FORMS: Mapping[str, Callable[[Plan], dict[str, Any]]] = {FIRST: _reviewed_at_first, NEWEST: _reviewed}
"""What the digest is over beside the command and the place. A row never changes."""
