"""Drift: what makes a plan that is made anew another one than was approved, in lines for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from bot.core import mentions
from bot.core.bot_errors import WordsError
from bot.core.change.digests import FIRST, NEWEST, blank_times
from bot.core.change.impact_bands import is_within
from bot.core.change.plans import ABSENT
from bot.core.encoding import canonical
from bot.core.parsing.tokenizer import join_words, split_words
from bot.plugin import Impact, Message, Observation, Plan, Text

Rows = Mapping[tuple[str, int], Impact]
"""The impact of a plan: each row by its label, and by how many rows before it have the same label."""


def differences(before: Observation, now: Observation, labels: Mapping[str, Text] | None = None) -> Iterator[Message]:
    """A message for each label whose state differs: `registration: present → absent`."""
    named = labels or {}
    for label in sorted({*before, *now}):
        old, new = before.get(label, ABSENT), now.get(label, ABSENT)
        if old != new:
            yield Message("change.difference", label=named.get(label, label), before=old, after=new)


def find_drift(approved: Plan, fresh: Plan, form: str = NEWEST) -> tuple[Message, ...]:
    """What makes a fresh plan another one than was approved; empty when nothing does.

    `form` is that of the digest which the approved plan bears: what that digest left out may differ.
    """
    reduce, compare = _FORMS[form]
    # A page, or sentences of the ending, may appear or go while a request waits: that changes no effect. Others count.
    if approved.link is None or fresh.link is None:
        approved, fresh = replace(approved, link=None), replace(fresh, link=None)
    if approved.ending is None or fresh.ending is None:
        approved, fresh = replace(approved, ending=None), replace(fresh, ending=None)
    before, now = reduce(_comparable(approved)), reduce(_comparable(fresh))
    moved = tuple(compare(_number_rows(approved), _number_rows(fresh)))
    # Compared as they would be sent: to Python 1, 1.0 and True are the same, to a place they are not.
    if _write(before) == _write(now):
        return moved
    labels = {**approved.labels, **fresh.labels}
    return (*differences(approved.before, fresh.before, labels), *moved) or (Message("change.other_effects"),)


def _number_rows(plan: Plan) -> Rows:
    """The rows of the impact by label. Their order says nothing: the greatest number stands first."""
    found: dict[tuple[str, int], Impact] = {}
    for impact in plan.impact:
        # A plugin uses a label once. Where it does not, the second row is a row of its own.
        number = sum(label == impact.label for label, _ in found)
        found[impact.label, number] = impact
    return found


def _compare_impact(approved: Rows, fresh: Rows) -> Iterator[Message]:
    """A message for each number that has left its band, and for each row or detail that came, went or changed."""
    for label, old in approved.items():
        new = fresh.get(label)
        if new is None:
            yield Message("change.impact_gone", sentence=old.sentence)
        elif not is_within(old.count, new.count) or _without_number(old) != _without_number(new):
            yield Message("change.number_moved", before=old.sentence, after=new.sentence)
        elif _write(old.details) != _write(new.details):
            yield from _compare_details(old, new)
    yield from (
        Message("change.impact_new", sentence=fresh[label].sentence) for label in fresh if label not in approved
    )


def _compare_numbers(approved: Rows, fresh: Rows) -> Iterator[Message]:
    """A message for each number that has left its band, as earlier releases compared them."""
    for label, old in approved.items():
        new = fresh.get(label)
        if new is not None and not is_within(old.count, new.count):
            yield Message("change.number_moved", before=old.sentence, after=new.sentence)


def _compare_details(old: Impact, new: Impact) -> Iterator[Message]:
    gone, come = (
        [one for one in these.details if one not in others.details] for these, others in ((old, new), (new, old))
    )
    yield from (Message("change.impact_gone", sentence=one) for one in gone)
    yield from (Message("change.impact_new", sentence=one) for one in come)
    if not gone and not come:
        yield Message("change.other_effects")


def _without_number(impact: Impact) -> str:
    """The sentence of a number with its source and without the number and the time at which it was read."""
    arguments = blank_times(impact.sentence)
    if impact.count is not None:
        arguments.pop("count")
    return _write({"key": impact.sentence.key, "arguments": arguments})


def _comparable(plan: Plan) -> Plan:
    """The plan without its impact and the records of the plugin, and with the lines of its undo in one spelling.

    Another release may write a line in other quotation marks.
    """
    partial = plan.undo.partial
    if partial is not None:
        partial = replace(partial, line=_spell(partial.line))
    return replace(plan, remember=(), impact=(), undo=replace(plan.undo, line=_spell(plan.undo.line), partial=partial))


def _spell(line: str) -> str:
    try:
        return join_words(split_words(line))
    except WordsError:
        return line


def _reduce_to_first(plan: Plan) -> Plan:
    """What the first form of the digest covers."""
    return replace(plan, consequences={}, obstacles={}, link=None, ending=None, undo=replace(plan.undo, partial=None))


def _reduce_to_newest(plan: Plan) -> Plan:
    return plan


def _write(value: object) -> str:
    return mentions.unify_marks(canonical(value))


_FORMS: Mapping[str, tuple[Callable[[Plan], Plan], Callable[[Rows, Rows], Iterator[Message]]]] = {
    FIRST: (_reduce_to_first, _compare_numbers),
    NEWEST: (_reduce_to_newest, _compare_impact),
}
"""By the form of a digest, what of two plans is compared, and how their numbers are."""
