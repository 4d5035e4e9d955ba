"""Reads the Block Kit table against what an app sent and names every problem with the place where it is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from bot.playground.workspace.base.simulator_values import Json, Refusal
from bot.playground.workspace.blockkit import block_schema
from bot.playground.workspace.blockkit.block_fields import Field, Shape
from bot.playground.workspace.blockkit.block_tree import elements_of, text_total
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`pointer` is a JSON pointer into what was sent, for example `/blocks/0/text`."""

    says: str
    pointer: str

    def __str__(self) -> str:
        return f"{self.says} [json-pointer:{self.pointer}]"


Problems = Iterator[Problem]


def message_problems(blocks: Any) -> list[Problem]:
    return list(_blocks(blocks, "message", "/blocks"))


def view_problems(view: Json) -> list[Problem]:
    """Problems of a whole view, its blocks included."""
    kind = view.get("type")
    shape = block_schema.VIEWS.get(str(kind))
    if shape is None:
        return [Problem(says=f"unsupported type: {kind}", pointer="/view/type")]
    problems = list(_shape(view, shape, "/view"))
    problems += _blocks(view.get("blocks"), str(kind), "/view/blocks")
    if kind == "modal" and "submit" not in view:
        problems += _inputs_without_submit(view)
    return problems


def refuse_bad_blocks(blocks: Any) -> None:
    """Raise what chat.postMessage answers to blocks it does not take."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise Refusal("invalid_blocks_format")
    says = [str(problem) for problem in message_problems(blocks)]
    if says:
        raise Refusal(
            "invalid_blocks",
            errors=says,
            response_metadata={"messages": [f"[ERROR] {one}" for one in says]},
        )
    if text_total(blocks) > block_schema.TEXT_TOTAL:
        raise Refusal("msg_blocks_too_long")


def refuse_bad_view(view: Any) -> Json:
    """The view, or what views.* answers to one it does not take."""
    if not isinstance(view, dict):
        raise Refusal("invalid_arguments", response_metadata={"messages": ["[ERROR] view must be an object"]})
    if len(json.dumps(view).encode()) > block_schema.VIEW_BYTES:
        raise Refusal("view_too_large")
    says = [f"[ERROR] {problem}" for problem in view_problems(view)]
    if says:
        raise Refusal("invalid_arguments", response_metadata={"messages": says})
    return view


def _inputs_without_submit(view: Json) -> Problems:
    for at, block in enumerate(view.get("blocks") or ()):
        if isinstance(block, dict) and block.get("type") == "input":
            yield Problem(says="must define `submit` to use an `input` block", pointer=f"/view/blocks/{at}")


def _blocks(blocks: Any, surface: str, path: str) -> Problems:
    if not isinstance(blocks, list):
        yield Problem(says="must be an array", pointer=path)
        return
    most = block_schema.BLOCKS_PER_SURFACE[surface]
    if len(blocks) > most:
        yield Problem(says=f"no more than {most} items allowed", pointer=path)
    seen: set[str] = set()
    for at, block in enumerate(blocks):
        yield from _block(block, surface, f"{path}/{at}")
        name = block.get("block_id") if isinstance(block, dict) else None
        if name is not None and str(name) in seen:
            yield Problem(says=f"duplicate block_id: {name}", pointer=f"{path}/{at}/block_id")
        seen.add(str(name))
    focused = [one for one in elements_of(blocks) if one.element.get("focus_on_load")]
    if len(focused) > 1:
        yield Problem(says="only one element may have focus_on_load", pointer=path)


def _block(block: Any, surface: str, path: str) -> Problems:
    shape = block_schema.BLOCKS.get(str(block.get("type"))) if isinstance(block, dict) else None
    if shape is None or surface not in shape.surfaces:
        kind = block.get("type") if isinstance(block, dict) else type(block).__name__
        yield Problem(says=f"unsupported type: {kind}", pointer=f"{path}/type")
        return
    yield from _shape(block, shape, path)
    names = [one.element["action_id"] for one in elements_of([block]) if "action_id" in one.element]
    for name in {str(one) for one in names if names.count(one) > 1}:
        yield Problem(says=f"duplicate action_id: {name}", pointer=path)


def _shape(value: Json, shape: Shape, path: str) -> Problems:
    for name in value:
        if name != "type" and name not in shape.fields:
            yield Problem(says=f"invalid additional property: {name}", pointer=path)
    broken = False
    for name, field in shape.fields.items():
        if name not in value:
            if field.required:
                yield Problem(says=f"missing required field: {name}", pointer=path)
            continue
        for problem in KINDS[field.kind](value[name], field, f"{path}/{name}"):
            broken = True
            yield problem
    if not broken:
        for rule in shape.rules:
            yield from (Problem(says=says, pointer=path) for says in rule(value))


def _length(value: Any, field: Field, path: str, *, unit: str = "characters") -> Problems:
    if len(value) < field.low:
        yield Problem(says=f"must be more than {field.low - 1} {unit}", pointer=path)
    if field.high is not None and len(value) > field.high:
        if unit == "items":
            yield Problem(says=f"no more than {field.high} items allowed", pointer=path)
        else:
            yield Problem(says=f"must be less than {field.high + 1} {unit}", pointer=path)


def _string(value: Any, field: Field, path: str) -> Problems:
    if isinstance(value, str):
        yield from _length(value, field, path)
    else:
        yield Problem(says="must provide a string", pointer=path)


def _flag(value: Any, _field: Field, path: str) -> Problems:
    if not isinstance(value, bool):
        yield Problem(says="must provide a boolean", pointer=path)


def _integer(value: Any, field: Field, path: str) -> Problems:
    if not isinstance(value, int) or isinstance(value, bool):
        yield Problem(says="must provide a number", pointer=path)
    elif value < field.low or (field.high is not None and value > field.high):
        yield Problem(says=f"must be between {field.low} and {field.high}", pointer=path)


def _choice(value: Any, field: Field, path: str) -> Problems:
    if value not in field.of:
        yield Problem(says=f"must be one of: {', '.join(field.of)}", pointer=path)


def _pattern(pattern: str, says: str) -> Callable[[Any, Field, str], Problems]:
    def check(value: Any, _field: Field, path: str) -> Problems:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            yield Problem(says=says, pointer=path)

    return check


def _url(value: Any, field: Field, path: str) -> Problems:
    if not isinstance(value, str) or not re.match(r"https?://[^\s/]", value):
        yield Problem(says="must be a valid URL", pointer=path)
    else:
        yield from _length(value, field, path)


def _object(value: Any, field: Field, path: str) -> Problems:
    if not isinstance(value, dict):
        yield Problem(says="must provide an object", pointer=path)
    elif "type" in value:
        yield Problem(says="invalid additional property: type", pointer=path)
    else:
        yield from _shape(value, block_schema.OBJECTS[field.of[0]], path)


def _element(value: Any, field: Field, path: str) -> Problems:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind not in field.of:
        yield Problem(says=f"unsupported type: {kind}", pointer=f"{path}/type")
    else:
        yield from _shape(value, block_schema.ELEMENTS[str(kind)], path)


def _text(value: Any, field: Field, path: str) -> Problems:
    problems = list(_element(value, field, path))
    yield from problems
    if not problems and field.high is not None and len(value["text"]) > field.high:
        yield Problem(says=f"must be less than {field.high + 1} characters", pointer=f"{path}/text")


def _each(check: Callable[[Any, Field, str], Problems]) -> Callable[[Any, Field, str], Problems]:
    """The same check for every item of a list whose count is bounded by the field."""

    def check_all(value: Any, field: Field, path: str) -> Problems:
        if not isinstance(value, list):
            yield Problem(says="must be an array", pointer=path)
            return
        yield from _length(value, field, path, unit="items")
        one = Field(kind=field.kind, low=1, high=field.each, of=field.of)
        for at, item in enumerate(value):
            yield from check(item, one, f"{path}/{at}")

    return check_all


def _anything(_value: Any, _field: Field, _path: str) -> Problems:
    return iter(())


KINDS: dict[str, Callable[[Any, Field, str], Problems]] = {
    "string": _string,
    "strings": _each(_string),
    "flag": _flag,
    "integer": _integer,
    "choice": _choice,
    "choices": _each(_choice),
    "date": _pattern(r"\d{4}-\d\d-\d\d", "must be a date as YYYY-MM-DD"),
    "time": _pattern(r"([01]\d|2[0-3]):[0-5]\d", "must be a time as HH:mm"),
    "url": _url,
    "object": _object,
    "objects": _each(_object),
    "element": _element,
    "elements": _each(_element),
    "text": _text,
    "texts": _each(_text),
    "list": _each(_anything),
    "anything": _anything,
}
