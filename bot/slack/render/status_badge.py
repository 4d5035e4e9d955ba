"""The badge of a change request: its status at a glance, and what is true now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.core.authority.policy import BreakGlass, Decision, NeedsApproval
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.effects import effects_of
from bot.plugin import Message, Person, Text
from bot.plugin.frozen import dataclass
from bot.usecases.outcomes.ending_report import NOTHING_CHANGED

MOST_LABELS = 5
"""What changed or did not, by name; the lines below have all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusBadge:
    """How a status is shown, and what it means for the target; the latter is empty while nothing was decided."""

    emoji: str
    words: Message
    now: Text = ""


NOT_MADE = Message("card.now.not_made")
BADGES: Mapping[Status, StatusBadge] = {
    Status.PENDING: StatusBadge(emoji="🟠", words=Message("card.status.pending")),
    Status.APPROVED: StatusBadge(emoji="🔵", words=Message("card.status.approved")),
    Status.RUNNING: StatusBadge(emoji="🔵", words=Message("card.status.running")),
    Status.DONE: StatusBadge(emoji="🟢", words=Message("card.status.done"), now=Message("card.now.in_effect")),
    Status.GONE: StatusBadge(emoji="⚪", words=Message("card.status.gone"), now=Message("card.now.already")),
    Status.FAILED: StatusBadge(emoji="🔴", words=Message("card.status.failed"), now=NOT_MADE),
    Status.CHANGED: StatusBadge(emoji="🟡", words=Message("card.status.changed"), now=NOT_MADE),
    Status.UNKNOWN: StatusBadge(emoji="🟣", words=Message("card.status.unknown"), now=Message("card.now.checking")),
    Status.REJECTED: StatusBadge(emoji="⚪", words=Message("card.status.rejected"), now=NOT_MADE),
    Status.WITHDRAWN: StatusBadge(emoji="⚪", words=Message("card.status.withdrawn"), now=NOT_MADE),
    Status.EXPIRED: StatusBadge(emoji="⚪", words=Message("card.status.expired"), now=NOT_MADE),
}

CONFIRMED_BY_ONE: Mapping[Status, StatusBadge] = {
    **BADGES,
    Status.PENDING: StatusBadge(emoji="🟠", words=Message("card.status.pending_confirmation")),
    Status.APPROVED: StatusBadge(emoji="🔵", words=Message("card.status.confirmed")),
}
"""The same where nobody else has to approve."""

BROKEN: Mapping[Status, StatusBadge] = {
    **BADGES,
    Status.PENDING: StatusBadge(emoji="🚨", words=Message("card.status.pending_emergency")),
    Status.APPROVED: StatusBadge(emoji="🚨", words=Message("card.status.approved_emergency")),
    Status.RUNNING: StatusBadge(emoji="🚨", words=Message("card.status.running_emergency")),
}
"""The same where an admin does not wait for approval."""

DECISION_BADGES: Mapping[type[Decision], Mapping[Status, StatusBadge]] = {NeedsApproval: BADGES, BreakGlass: BROKEN}

UNVERIFIED: Mapping[Status, StatusBadge] = {
    Status.DONE: StatusBadge(
        emoji="🟢", words=Message("card.status.done_unverified"), now=Message("card.now.unverified")
    ),
    Status.UNKNOWN: StatusBadge(
        emoji="🟣", words=Message("card.status.unknown_unverified"), now=Message("card.now.no_check")
    ),
}
"""What differs where reading back can prove nothing."""

BUILTIN_DONE = StatusBadge(emoji="🟢", words=Message("card.status.done_builtin"), now=Message("card.now.made"))
"""Of the bot's own rules: that it was done is stored together with what was done, whatever was read afterwards."""


def find_badge(change: ChangeRequest) -> StatusBadge:
    """Find the badge of a change request as it is now."""
    if change.undone_by is not None:
        return _undone(change)
    if change.partly:
        return StatusBadge(emoji="🟤", words=Message("card.status.partly"), now=_parts(change))
    if change.settled_by is not None and change.status in (Status.DONE, Status.FAILED):
        return _reported(change, Person(person=change.settled_by.id))
    if change.is_local and change.status is Status.DONE:
        return BUILTIN_DONE
    if not change.plan.provable and change.status in UNVERIFIED:
        return UNVERIFIED[change.status]
    badge = DECISION_BADGES.get(type(change.decision), CONFIRMED_BY_ONE)[change.status]
    effects = effects_of(change)
    if effects is None or badge.now is not NOT_MADE:
        return badge
    now = Message("card.now.changed_otherwise") if effects.changed else NOTHING_CHANGED
    return StatusBadge(emoji=badge.emoji, words=badge.words, now=now)


def _undone(change: ChangeRequest) -> StatusBadge:
    by = f"CR-{change.undone_by}"
    words = (
        Message("card.status.undone_part", request=by) if change.partly else Message("card.status.undone", request=by)
    )
    return StatusBadge(emoji="↩️", words=words, now=Message("card.now.undone"))


def _reported(change: ChangeRequest, person: Person) -> StatusBadge:
    """The badge where a person decided what reading back did not."""
    if change.status is Status.DONE:
        now = Message("card.now.reported_done", person=person)
        return StatusBadge(emoji="🟢", words=Message("card.status.reported_done"), now=now)
    now = Message("card.now.reported_failed", person=person)
    return StatusBadge(emoji="🔴", words=Message("card.status.reported_failed"), now=now)


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
