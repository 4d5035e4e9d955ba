"""What a person can enter: per element type, where its value stands in a payload and how a test may write it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.playground.workspace.base.simulator_values import Json, NoSuchElement
from bot.playground.workspace.blockkit.block_fields import options_of
from bot.playground.workspace.blockkit.block_tree import Placed, elements_of
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """`key` is the field of the value in `state.values`, `initial` that of the default in the element."""

    key: str
    initial: str
    options: bool = False
    many: bool = False


KEPT: Mapping[str, Kept] = {
    "static_select": Kept(key="selected_option", initial="initial_option", options=True),
    "external_select": Kept(key="selected_option", initial="initial_option", options=True),
    "radio_buttons": Kept(key="selected_option", initial="initial_option", options=True),
    "checkboxes": Kept(key="selected_options", initial="initial_options", options=True, many=True),
    "multi_static_select": Kept(key="selected_options", initial="initial_options", options=True, many=True),
    "multi_external_select": Kept(key="selected_options", initial="initial_options", options=True, many=True),
    "users_select": Kept(key="selected_user", initial="initial_user"),
    "multi_users_select": Kept(key="selected_users", initial="initial_users", many=True),
    "channels_select": Kept(key="selected_channel", initial="initial_channel"),
    "multi_channels_select": Kept(key="selected_channels", initial="initial_channels", many=True),
    "conversations_select": Kept(key="selected_conversation", initial="initial_conversation"),
    "multi_conversations_select": Kept(key="selected_conversations", initial="initial_conversations", many=True),
    "datepicker": Kept(key="selected_date", initial="initial_date"),
    "timepicker": Kept(key="selected_time", initial="initial_time"),
    "datetimepicker": Kept(key="selected_date_time", initial="initial_date_time"),
    "plain_text_input": Kept(key="value", initial="initial_value"),
    "number_input": Kept(key="value", initial="initial_value"),
    "email_text_input": Kept(key="value", initial="initial_value"),
    "url_text_input": Kept(key="value", initial="initial_value"),
}

OVERFLOW = Kept(key="selected_option", initial="", options=True)

Answers = Mapping[tuple[str, str], Any]
"""(block id, action id) → the chosen value in Slack's form."""


def choose(element: Json, wanted: Any, *, offered: Iterable[Json] = ()) -> Any:
    """The value in Slack's form. An option may be written by its value, its label, or whole.

    `offered` are the options the app gave for a menu whose options come from outside.
    """
    kept = KEPT.get(element["type"], OVERFLOW)
    if wanted is None or not kept.options:
        return wanted
    known = [*options_of(element), *offered]
    if kept.many:
        return [_option(element, known, one) for one in wanted]
    return _option(element, known, wanted)


def _option(element: Json, known: list[Json], wanted: Any) -> Json:
    for option in known:
        if wanted in (option, option["value"], option["text"]["text"]):
            return option
    labels = ", ".join(repr(option["text"]["text"]) for option in known) or "nothing"
    raise NoSuchElement(f"{wanted!r} cannot be chosen in {element.get('action_id')!r}; there is {labels}")


def current(placed: Placed, answers: Answers) -> Any:
    """What the element holds now: the person's answer, else the initial value, else null or an empty list."""
    kept = KEPT[placed.element["type"]]
    at = (placed.block_id, placed.action_id)
    if at in answers:
        return answers[at]
    return placed.element.get(kept.initial, [] if kept.many and kept.options else None)


def state_values(blocks: Iterable[Json], answers: Answers) -> Json:
    """`state.values` of a payload: block id → action id → `{type, <value field>}`."""
    values: dict[str, dict[str, Json]] = {}
    for placed in elements_of(blocks):
        kind = placed.element["type"]
        if kind in KEPT:
            held = {"type": kind, KEPT[kind].key: current(placed, answers)}
            values.setdefault(placed.block_id, {})[placed.action_id] = held
    return values


def action_of(placed: Placed, answers: Answers, *, at: str, chosen: Any = None) -> Json:
    """One entry of `actions` in a block_actions payload (docs/slack-behaviour.md S12)."""
    element = placed.element
    kind = element["type"]
    action: Json = {
        "action_id": placed.action_id,
        "block_id": placed.block_id,
        "type": kind,
        "action_ts": at,
    }
    if kind == "button":
        carried = ("text", "value", "style", "url", "confirm")
        return action | {name: element[name] for name in carried if name in element}
    if kind == "overflow":
        return action | {"selected_option": chosen}
    return action | {KEPT[kind].key: current(placed, answers)}
