"""Bugs about changes of which only a part was done: what their cards say, and what they offer next."""

from __future__ import annotations

from tests.long.mutations.mutation import Mutation, mutation

_EFFECTS, _REPORT = "bot/core/change/effects.py", "bot/usecases/outcomes/ending_report.py"
_AFTER = "tests/bitrix24/commands/test_after_partly_done.py"

ENDINGS: tuple[Mutation, ...] = (
    mutation(
        "partly-is-failed",
        "a change of which a part was done is told as one that failed",
        (
            "bot/core/change/outcome.py",
            "PARTLY = frozenset({(_D, Proof.PARTIAL), (_S, Proof.PARTIAL), ",
            "PARTLY = frozenset({(_D, Proof.PARTIAL), ",
        ),
        by="tests/usecases/outcomes/test_partly.py",
    ),
    mutation(
        "whole-undo-of-a-part",
        "the undo of a part asks for all to be put back, also what has not changed",
        (_EFFECTS, "    if not change.partly or undo.partial is None:\n", "    if True or undo.partial is None:\n"),
        by=_AFTER,
    ),
    mutation(
        "undoes-what-stayed",
        "the undo of a part names what has not changed",
        (
            _EFFECTS,
            "undo.partial.words[label] for label in effects.changed if label in",
            "undo.partial.words[label] for label in undo.partial.words if label in",
        ),
        by=f"{_AFTER} tests/core/change/test_effects.py",
    ),
    mutation(
        "undo-that-is-refused",
        "an undo is offered of a part that no command can put back",
        (_EFFECTS, "    if not words or None in words:\n", "    if not words:\n"),
        by=f"{_AFTER} tests/core/change/test_effects.py",
    ),
    mutation(
        "obstacle-untold",
        "the card does not say why a part stays as it was, and what helps",
        (_REPORT, "for label in effects.same if label in", "for label in effects.changed if label in"),
        by=_AFTER,
    ),
    mutation(
        "cut-off-untold",
        "the card says of lines that still work that they are cut off",
        (
            _EFFECTS,
            "plan.consequences[label] for label in changed if label in plan.consequences",
            "plan.consequences[label] for label in plan.consequences",
        ),
        by="tests/core/change/test_effects.py",
    ),
    mutation(
        "after-the-ending-in-the-digest",
        "an approval for a plan of the release before is not counted, because of words about its ending",
        ("bot/core/change/plans.py", '    plain.pop("obstacles")\n', ""),
        by="tests/core/change/test_plans.py",
    ),
)
