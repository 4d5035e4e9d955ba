"""What came of a plan's effects, by what reading showed when it ended: which did not happen, and whom they cut off."""

from __future__ import annotations

from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.plans import ABSENT
from bot.plugin import Message, Observation, Plan, Text, UndoKind
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What of a plan's effects happened, label by label."""

    changed: tuple[str, ...] = ()
    """The labels that differ from before."""
    same: tuple[str, ...] = ()
    """The labels that were to differ and do not."""
    unchanged: tuple[Message, ...] = ()
    """These with the state they still have."""
    cut_off: tuple[Text, ...] = ()
    """What the changes mean for people."""


def compare_effects(plan: Plan, found: Observation) -> Effects:
    """Compare what is found with what there was before, over all that was to differ."""
    changed = tuple(label for label in plan.wanted if found.get(label) != plan.before.get(label))
    same = tuple(
        label for label, word in plan.wanted.items() if label not in changed and word != plan.before.get(label)
    )
    return Effects(
        changed=changed,
        same=same,
        unchanged=tuple(
            Message("change.state", label=plan.labels.get(label, label), state=found.get(label, ABSENT))
            for label in same
        ),
        cut_off=tuple(plan.consequences[label] for label in changed if label in plan.consequences),
    )


def effects_of(change: ChangeRequest) -> Effects | None:
    """The effects of a change request that failed or was partly done; None where nothing was read, or it is undone."""
    if change.status is not Status.FAILED or change.found is None or change.undone_by is not None:
        return None
    return compare_effects(change.plan, change.found)


def undo_command(change: ChangeRequest) -> str:
    """The command that puts back what was done, without its place; empty where there is none."""
    undo = change.plan.undo
    if not change.partly or undo.partial is None:
        return undo.line if undo.kind in (UndoKind.FULL, UndoKind.PARTIAL) else ""
    effects = effects_of(change)
    words = [undo.partial.words[label] for label in effects.changed if label in undo.partial.words] if effects else []
    if not words or None in words:
        return ""
    return " ".join([undo.partial.line, *(word for word in words if word)])
