"""Plans and places as JSON, their digest, and the difference between two observations in words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from bot.core import mentions
from bot.core.authority.policy import Allowed, BrokenGlass, Decision, NeedsApproval, NeedsConfirmation, Refused
from bot.core.bot_errors import WordsError
from bot.core.encoding import canonical, fields_of
from bot.core.parsing.tokenizer import join_words, split_words
from bot.core.principals import Role
from bot.plugin import Call, Json, Observation, PartialUndo, Place, Plan, Remember, Risk, Undo, UndoKind

ABSENT = "absent"


def plan_to_json(plan: Plan) -> str:
    return canonical(plan)


@lru_cache(maxsize=64)
def plan_from_json(text: str) -> Plan:
    """The plan that was written. A change request is read many times while people decide on it."""
    data: dict[str, Any] = json.loads(text)
    # Plans of the releases before have the part behind a slash in their target.
    target, part = (data["target"], data["part"]) if "part" in data else _split_target(data["target"])
    return Plan(
        summary=data["summary"],
        target=target,
        part=part,
        calls=_calls(data["calls"]),
        before=data["before"],
        wanted=data["wanted"],
        undo=_undo(data["undo"]),
        radius=tuple(data["radius"]),
        warnings=tuple(data["warnings"]),
        risk=Risk(data["risk"]) if data["risk"] else None,
        remember=tuple(Remember(**row) for row in data["remember"]),
        notes=tuple(data.get("notes", ())),
        consequences=data.get("consequences", {}),
        obstacles=data.get("obstacles", {}),
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
        sentence=row["sentence"],
        calls=_calls(row["calls"]),
        line=row["line"],
        partial=PartialUndo(**partial) if partial else None,
    )


def _calls(rows: list[dict[str, Any]]) -> tuple[Call, ...]:
    return tuple(Call(**row) for row in rows)


_DECISIONS: Mapping[str, type[Allowed | NeedsConfirmation | NeedsApproval | BrokenGlass | Refused]] = {
    kind.__name__: kind for kind in (Allowed, NeedsConfirmation, NeedsApproval, BrokenGlass, Refused)
}


def decision_to_json(decision: Decision) -> str:
    return canonical({"kind": type(decision).__name__, **fields_of(decision)})


@lru_cache(maxsize=64)
def decision_from_json(text: str) -> Decision:
    data: dict[str, Any] = json.loads(text)
    kind = _DECISIONS[data.pop("kind")]
    if "role" in data:
        data["role"] = Role(data["role"])
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


def digest(path: str, place: Place, plan: Plan) -> str:
    """64 hex digits over all that a reviewer is shown and all that would be sent."""
    plain = fields_of(_reviewed_part(plan))
    # Digests of the releases before, which open change requests bear, did not know of these.
    plain.pop("consequences")
    plain.pop("obstacles")
    plain["target"] = write_target(plan.target, plain.pop("part"))
    plain["undo"] = {name: each for name, each in fields_of(plain["undo"]).items() if name != "partial"}
    if not plain["notes"]:
        plain.pop("notes")
    shown = {"path": path, "place": place.identity, "plan": plain}
    return hashlib.sha256(canonical(shown).encode()).hexdigest()


def _reviewed_part(plan: Plan) -> Plan:
    """The plan without what is only for the plugin's own records, which may hold the time, and for after the ending."""
    undo = replace(plan.undo, partial=None)
    return replace(plan, remember=(), consequences={}, obstacles={}, undo=undo)


def _comparable(plan: Plan) -> Plan:
    """The plan without what another release words in another way.

    What is noted follows from what was read, and the undo's line may be in other quotation marks.
    """
    try:
        line = join_words(split_words(plan.undo.line))
    except WordsError:
        line = plan.undo.line
    return replace(_reviewed_part(plan), notes=(), undo=replace(plan.undo, line=line, partial=None))


def differences(before: Observation, now: Observation) -> Iterator[str]:
    """One line for each label whose word differs: `registration: present → absent`."""
    for label in sorted({*before, *now}):
        old, new = before.get(label, ABSENT), now.get(label, ABSENT)
        if old != new:
            yield f"{label}: {old} → {new}"


def find_drift(approved: Plan, fresh: Plan) -> tuple[str, ...]:
    """What makes a fresh plan another one than was approved, in lines for people; empty when nothing does."""
    # Compared as they would be sent: to Python 1, 1.0 and True are the same, to a place they are not.
    if _difference_line(approved) == _difference_line(fresh):
        return ()
    lines = tuple(differences(approved.before, fresh.before))
    return lines or ("What would be sent, or what it would touch, is no longer what was approved.",)


def _difference_line(plan: Plan) -> str:
    return mentions.unify_marks(plan_to_json(_comparable(plan)))
