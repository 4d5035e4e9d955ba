"""Filling in and checking inputs as Slack's client does, before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.playground.workspace.base.simulator_values import Json, NoSuchElement
from bot.playground.workspace.blockkit.block_inputs import KEPT, Answers, choose, current
from bot.playground.workspace.blockkit.block_tree import Placed, elements_of, find_element

REQUIRED = "Please complete this required field."

Offered = Callable[[Placed], list[Json]]
"""The options an app has given for a menu whose options come from outside."""


def entered(blocks: Iterable[Json], values: Mapping[str, Any], offered: Offered) -> dict[tuple[str, str], Any]:
    """Answers from what a test wrote: keys are block ids, action ids or labels; a block id may hold
    `{action_id: value}` for several elements."""
    answers: dict[tuple[str, str], Any] = {}
    for placed, wanted in _pairs(list(blocks), values):
        if placed.element["type"] not in KEPT:
            raise NoSuchElement(f"{placed.label!r} is a {placed.element['type']}: click it")
        answers[placed.block_id, placed.action_id] = choose(placed.element, wanted, offered=offered(placed))
    return answers


def _pairs(blocks: list[Json], values: Mapping[str, Any]) -> list[tuple[Placed, Any]]:
    pairs: list[tuple[Placed, Any]] = []
    for key, wanted in values.items():
        inside = [placed for placed in elements_of(blocks) if placed.block_id == key]
        if inside and isinstance(wanted, dict) and set(wanted) <= {one.action_id for one in inside}:
            pairs += [(find_element(blocks, name, block_id=key), value) for name, value in wanted.items()]
        elif len(inside) == 1:
            pairs.append((inside[0], wanted))
        else:
            pairs.append((find_element(blocks, key), wanted))
    return pairs


def problems(blocks: Iterable[Json], answers: Answers) -> dict[str, str]:
    """Block id → the sentence Slack's client shows instead of sending the form."""
    found: dict[str, str] = {}
    for placed in elements_of(blocks):
        if placed.block["type"] != "input":
            continue
        value = current(placed, answers)
        says = _wrong(placed, value)
        if says:
            found[placed.block_id] = says
    return found


def _wrong(placed: Placed, value: Any) -> str:
    if value in (None, "", []):
        return "" if placed.block.get("optional") else REQUIRED
    check = CHECKS.get(placed.element["type"])
    return check(placed.element, value) if check else ""


def _text(element: Json, value: str) -> str:
    low, high = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < low:
        return f"Enter at least {low} characters."
    return f"Enter no more than {high} characters." if len(value) > high else ""


def _number(element: Json, value: str) -> str:
    pattern = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(pattern, str(value)):
        return "Enter a number."
    low, high = element.get("min_value"), element.get("max_value")
    if low is not None and float(value) < float(low):
        return f"Enter a number of at least {low}."
    return f"Enter a number of at most {high}." if high is not None and float(value) > float(high) else ""


def _email(_element: Json, value: str) -> str:
    return "" if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) else "Enter an email address."


def _url(_element: Json, value: str) -> str:
    return "" if re.fullmatch(r"https?://\S+", value) else "Enter a link."


def _many(element: Json, value: list[Any]) -> str:
    most = element.get("max_selected_items")
    return f"Choose no more than {most}." if most and len(value) > most else ""


CHECKS: dict[str, Callable[[Json, Any], str]] = {
    "plain_text_input": _text,
    "number_input": _number,
    "email_text_input": _email,
    "url_text_input": _url,
    **{name: _many for name in KEPT if name.startswith("multi_")},
}
