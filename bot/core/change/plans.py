"""Plans and decisions as JSON, and a plan in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from bot.core.authority.policy import Allowed, BreakGlass, Decision, NeedsApproval, NeedsConfirmation, Refused
from bot.core.encoding import canonical, fields_of
from bot.core.principals import Role
from bot.plugin import (
    Call,
    EndingTexts,
    Impact,
    Json,
    Message,
    PageLink,
    PartialUndo,
    Plan,
    Remember,
    Risk,
    Text,
    Undo,
    UndoKind,
    read_text,
)

ABSENT = Message("change.absent")
"""The state of what is not there."""

_UNDO_KINDS: Mapping[UndoKind, Message] = {
    UndoKind.FULL: Message("change.undo.full"),
    UndoKind.PARTIAL: Message("change.undo.partial"),
    UndoKind.NONE: Message("change.undo.none"),
    UndoKind.NOT_NEEDED: Message("change.undo.not_needed"),
}


def describe_undo(undo: Undo) -> Message:
    """Whether a plan can be undone, then how or why not."""
    kind = _UNDO_KINDS[undo.kind]
    return Message("change.undo", kind=kind, sentence=undo.sentence) if undo.sentence else kind


def plan_to_json(plan: Plan) -> str:
    return canonical(plan)


@lru_cache(maxsize=64)
def plan_from_json(text: str) -> Plan:
    """The plan that was written. A change request is read many times while people decide on it."""
    data: dict[str, Any] = json.loads(text)
    # Plans of the releases before have the part behind a slash in their target.
    target, part = (data["target"], data["part"]) if "part" in data else _split_target(data["target"])
    return Plan(
        summary=read_text(data["summary"]),
        target=target,
        part=part,
        calls=_calls(data["calls"]),
        before=read_texts(data["before"]),
        wanted={label: None if word is None else read_text(word) for label, word in data["wanted"].items()},
        undo=_undo(data["undo"]),
        radius=tuple(map(read_text, data["radius"])),
        warnings=tuple(map(read_text, data["warnings"])),
        risk=Risk(data["risk"]) if data["risk"] else None,
        remember=tuple(Remember(**row) for row in data["remember"]),
        notes=tuple(map(read_text, data.get("notes", ()))),
        consequences=read_texts(data.get("consequences", {})),
        obstacles=read_texts(data.get("obstacles", {})),
        labels=read_texts(data.get("labels", {})),
        impact=tuple(map(_impact, data.get("impact", ()))),
        link=_link(data.get("link")),
        ending=_ending(data.get("ending")),
    )


def write_target(target: str, part: str) -> str:
    """What a plan changes in one text: each thing, with the part of it behind a slash. Nothing reads it back."""
    return " ".join(f"{thing}/{part}" for thing in target.split()) if part else target


def _split_target(written: str) -> tuple[str, str]:
    """The things and the part of a target as `write_target` writes it; the whole of it where no one part is in it."""
    found = [thing.partition("/") for thing in written.split()]
    parts = {part for _, _, part in found}
    part = parts.pop() if len(parts) == 1 else ""
    return (" ".join(thing for thing, _, _ in found), part) if part else (written, "")


def _undo(row: dict[str, Any]) -> Undo:
    partial = row.get("partial")
    return Undo(
        kind=UndoKind(row["kind"]),
        sentence=read_text(row["sentence"]),
        calls=_calls(row["calls"]),
        line=row["line"],
        partial=PartialUndo(**{**partial, "sentence": read_text(partial["sentence"])}) if partial else None,
    )


def _impact(row: dict[str, Any]) -> Impact:
    sentence = read_text(row["sentence"])
    if not isinstance(sentence, Message):
        raise ValueError("the sentence of an impact is a message")
    return Impact(label=row["label"], sentence=sentence, details=tuple(map(read_text, row["details"])))


def _link(row: dict[str, Any] | None) -> PageLink | None:
    return PageLink(label=read_text(row["label"]), address=row["address"]) if row else None


def _ending(row: dict[str, Any] | None) -> EndingTexts | None:
    return EndingTexts(**{name: read_text(text) for name, text in row.items()}) if row else None


def _calls(rows: list[dict[str, Any]]) -> tuple[Call, ...]:
    return tuple(Call(**{**row, "note": read_text(row["note"])}) for row in rows)


def read_texts(stored: Mapping[str, Any]) -> dict[str, Text]:
    """Texts by label, as they were stored as JSON: an observation, for example."""
    return {label: read_text(one) for label, one in stored.items()}


_DECISIONS: Mapping[str, type[Allowed | NeedsConfirmation | NeedsApproval | BreakGlass | Refused]] = {
    "Allowed": Allowed,
    "NeedsConfirmation": NeedsConfirmation,
    "NeedsApproval": NeedsApproval,
    "BrokenGlass": BreakGlass,
    "Refused": Refused,
}
"""Decisions by the word that is stored for each. The audit log attests these words, so they never change."""
_STORED_WORDS = {kind: word for word, kind in _DECISIONS.items()}

_OF_TABLES = ("policy", "rules", "channel")
"""Fields that a decision has only where there is a policy table. Records of the releases before know none of them."""


def decision_to_json(decision: Decision) -> str:
    kept = {name: value for name, value in fields_of(decision).items() if value or name not in _OF_TABLES}
    return canonical({"kind": _STORED_WORDS[type(decision)], **kept})


@lru_cache(maxsize=64)
def decision_from_json(text: str) -> Decision:
    data: dict[str, Any] = json.loads(text)
    kind = _DECISIONS[data.pop("kind")]
    if "role" in data:
        data["role"] = Role(data["role"])
    if "reason" in data:
        data["reason"] = read_text(data["reason"])
    if "rules" in data:
        data["rules"] = tuple(data["rules"])
    return kind(**data)


def rebase_json(
    value: Mapping[str, Json], *, over: Mapping[str, Json] | None, now: Mapping[str, Json] | None
) -> Mapping[str, Json]:
    """What `value` changed of the document `over` that it was made from, changed in the document as it is `now`."""
    if over is None or now is None:
        return value
    found = dict(now)
    for key in {*value, *over}:
        new, old, current = value.get(key), over.get(key), now.get(key)
        if key in value and key in over and new == old:
            continue
        if isinstance(new, Mapping) and isinstance(old, Mapping) and isinstance(current, Mapping):
            found[key] = rebase_json(new, over=old, now=current)
        elif key in value:
            found[key] = new
        else:
            found.pop(key, None)
    return found
