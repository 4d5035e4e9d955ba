"""Observations as plans of the releases before have them: labels and states are words, `line 3 · Sales EU: active`.

Such a plan may have been stored while its outcome was unknown. It is read back in its own words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.plugin import Message, Observation, Plan, Text
from plugins.bitrix24.connectors.model import ACTIVE, ERROR, IN_ERROR

_LINE = re.compile(r"line ([1-9][0-9]*) · .*", re.DOTALL)
_RECORD = "our record"
_OF = re.compile(rf"(registration|name|{_RECORD}) of ([a-z0-9_]+)")
_STATES: Mapping[Message, str] = {
    Message("bitrix24.state.registered"): "present",
    ACTIVE: "active",
    IN_ERROR: "active, with an error",
    ERROR: "error",
}


def is_former(plan: Plan) -> bool:
    """Whether a plan was made before states were messages: the name of a connector alone is text to this day."""
    states = [state for state in (*plan.before.values(), *plan.wanted.values()) if state is not None]
    named = {*plan.before, *plan.wanted}
    return bool(named) and not any(isinstance(state, Message) for state in states) and not any(map(_is_code, named))


def _is_code(label: str) -> bool:
    return ":" in label and _LINE.fullmatch(label) is None


def read_label(label: str) -> str:
    """The label of today for one of then."""
    line, of = _LINE.fullmatch(label), _OF.fullmatch(label)
    if line:
        return f"line:{line[1]}"
    if of:
        return f"{_KINDS.get(of[1], of[1])}:{of[2]}"
    return _KINDS.get(label, label)


_KINDS: Mapping[str, str] = {_RECORD: "record"}


def write_observation(plan: Plan, found: Observation) -> Observation:
    """What was found, in the labels and states that such a plan has."""
    labels = {read_label(label): label for label in (*plan.before, *plan.wanted)}
    return {labels.get(label, label): _write_state(state) for label, state in found.items()}


def _write_state(state: Text) -> str:
    if isinstance(state, str):
        return state
    return _STATES.get(state) or f"version {state.arguments['version']}"
