"""What is true now of what a change request asked for: one sentence behind its status, on the card and everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.effects import effects_of
from bot.core.change.status_table import find_status_row
from bot.plugin import Message, Person, Text

MOST_LABELS = 5
"""What changed or did not, by name; the lines below have all of it."""
MADE, NOT_MADE = Message("card.now.made"), Message("card.now.not_made")
NOTHING_CHANGED = Message("card.now.nothing_changed")
IN_EFFECT = Message("card.now.in_effect")


def describe_now(change: ChangeRequest) -> Text | None:
    """Describe what is true now; None while nothing has happened yet."""
    describe = NOW.get(find_status_row(change).code)
    return describe(change) if describe else None


def _say(sentence: Message) -> Callable[[ChangeRequest], Message]:
    return lambda _: sentence


def _made(change: ChangeRequest) -> Text:
    ending = change.plan.ending
    return (ending and ending.made) or MADE


def _in_effect(change: ChangeRequest) -> Text:
    ending = change.plan.ending
    return (ending and ending.made) or IN_EFFECT


def _not_made(change: ChangeRequest) -> Text:
    effects = effects_of(change)
    if effects is not None:
        return Message("card.now.changed_otherwise") if effects.changed else NOTHING_CHANGED
    ending = change.plan.ending
    return (ending and ending.not_made) or NOT_MADE


def _reported(change: ChangeRequest) -> Message:
    """Who decided what reading back did not."""
    person = Person(person=change.settled_by.id if change.settled_by else "")
    if change.status is Status.DONE:
        return Message("card.now.reported_done", person=person)
    return Message("card.now.reported_failed", person=person)


def _parts(change: ChangeRequest) -> Message:
    """What of a partly applied change is in effect, and what is not."""
    effects = effects_of(change)
    if effects is None or not (effects.changed and effects.same):
        return Message("card.now.some_calls")
    labels = change.plan.labels
    return Message(
        "card.now.partly",
        changed=tuple(_names(effects.changed, labels)),
        unchanged=tuple(_names(effects.same, labels)),
    )


def _names(found: tuple[str, ...], labels: Mapping[str, Text]) -> Iterator[Text]:
    for label in found[:MOST_LABELS]:
        yield labels.get(label, label)
    if len(found) > MOST_LABELS:
        yield Message("card.more", count=len(found) - MOST_LABELS)


_UNDONE = _say(Message("card.now.undone"))
NOW: Mapping[str, Callable[[ChangeRequest], Text]] = {
    "partly_undone": _UNDONE,
    "undone": _UNDONE,
    "partly": _parts,
    "done_reported": _reported,
    "failed_reported": _reported,
    Status.DONE: _made,
    "done_unverified": _say(Message("card.now.unverified")),
    "done_verified": _in_effect,
    Status.GONE: _say(Message("card.now.already")),
    Status.FAILED: _not_made,
    Status.CHANGED: _not_made,
    Status.UNKNOWN: _say(Message("card.now.checking")),
    "unknown_unverified": _say(Message("card.now.no_check")),
    Status.REJECTED: _not_made,
    Status.WITHDRAWN: _not_made,
    Status.EXPIRED: _not_made,
}
"""By the code in the status table. What has no row has not happened yet."""
