"""The one table of statuses as people read them: each case has its sign and its words, on every surface.

The words never say more than is known: who or what vouches for a result belongs to its status.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.core.authority.policy import BreakGlass, NeedsApproval
from bot.core.change.change_request import ChangeRequest, Status
from bot.plugin import Argument, Message
from bot.plugin.frozen import dataclass
from bot.plugin.message import fill_message


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusBadge:
    """A status as people read it."""

    sign: str
    words: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    """One case of a change request."""

    code: str
    """What an audit record keeps of it; that of a bare status is the status."""
    sign: str
    words: Message
    """Without a full stop. Its arguments are names, as in the templates of audit records."""
    applies: Callable[[ChangeRequest], bool]


def _is(status: Status) -> Callable[[ChangeRequest], bool]:
    return lambda change: change.status is status


def _needs_only_confirmation(change: ChangeRequest) -> bool:
    return not isinstance(change.decision, NeedsApproval | BreakGlass)


def _bypassed(status: Status) -> Callable[[ChangeRequest], bool]:
    """The status of what an admin runs without waiting for approval."""
    return lambda change: change.status is status and isinstance(change.decision, BreakGlass)


STATUS_ROWS = (
    StatusRow(
        code="partly_undone",
        sign="↩️",
        words=Message("request.status.partly_undone", undo="undo"),
        applies=lambda change: change.undone_by is not None and change.partly,
    ),
    StatusRow(
        code="undone",
        sign="↩️",
        words=Message("request.status.undone", undo="undo"),
        applies=lambda change: change.undone_by is not None,
    ),
    StatusRow(
        code="partly",
        sign="🟤",
        words=Message("request.status.partly"),
        applies=lambda change: change.partly,
    ),
    StatusRow(
        code="done_reported",
        sign="🟢",
        words=Message("request.status.done_reported"),
        applies=lambda change: change.status is Status.DONE and change.settled_by is not None,
    ),
    StatusRow(
        code="failed_reported",
        sign="🔴",
        words=Message("request.status.failed_reported"),
        applies=lambda change: change.status is Status.FAILED and change.settled_by is not None,
    ),
    # Of the bot's own rules: that it was done is stored together with what was done, whatever was read afterwards.
    StatusRow(
        code=Status.DONE,
        sign="🟢",
        words=Message("request.status.done"),
        applies=lambda change: change.status is Status.DONE and change.local,
    ),
    StatusRow(
        code="done_unverified",
        sign="🟢",
        words=Message("request.status.done_unverified"),
        applies=lambda change: change.status is Status.DONE and not change.plan.provable,
    ),
    StatusRow(code="done_verified", sign="🟢", words=Message("request.status.done_verified"), applies=_is(Status.DONE)),
    StatusRow(
        code="unknown_unverified",
        sign="🟣",
        words=Message("request.status.unknown_unverified"),
        applies=lambda change: change.status is Status.UNKNOWN and not change.plan.provable,
    ),
    StatusRow(
        code="pending_emergency",
        sign="🚨",
        words=Message("request.status.pending_emergency"),
        applies=_bypassed(Status.PENDING),
    ),
    StatusRow(
        code="approved_emergency",
        sign="🚨",
        words=Message("request.status.approved_emergency"),
        applies=_bypassed(Status.APPROVED),
    ),
    StatusRow(
        code="running_emergency",
        sign="🚨",
        words=Message("request.status.running_emergency"),
        applies=_bypassed(Status.RUNNING),
    ),
    StatusRow(
        code="pending_confirmation",
        sign="🟠",
        words=Message("request.status.pending_confirmation"),
        applies=lambda change: change.status is Status.PENDING and _needs_only_confirmation(change),
    ),
    StatusRow(
        code="confirmed",
        sign="🔵",
        words=Message("request.status.confirmed"),
        applies=lambda change: change.status is Status.APPROVED and _needs_only_confirmation(change),
    ),
    StatusRow(code=Status.PENDING, sign="🟠", words=Message("request.status.pending"), applies=_is(Status.PENDING)),
    StatusRow(code=Status.APPROVED, sign="🔵", words=Message("request.status.approved"), applies=_is(Status.APPROVED)),
    StatusRow(code=Status.RUNNING, sign="🔵", words=Message("request.status.running"), applies=_is(Status.RUNNING)),
    StatusRow(code=Status.GONE, sign="⚪", words=Message("request.status.gone"), applies=_is(Status.GONE)),
    StatusRow(code=Status.FAILED, sign="🔴", words=Message("request.status.failed"), applies=_is(Status.FAILED)),
    StatusRow(code=Status.CHANGED, sign="🟡", words=Message("request.status.changed"), applies=_is(Status.CHANGED)),
    StatusRow(code=Status.UNKNOWN, sign="🟣", words=Message("request.status.unknown"), applies=_is(Status.UNKNOWN)),
    StatusRow(code=Status.REJECTED, sign="⚪", words=Message("request.status.rejected"), applies=_is(Status.REJECTED)),
    StatusRow(
        code=Status.WITHDRAWN, sign="⚪", words=Message("request.status.withdrawn"), applies=_is(Status.WITHDRAWN)
    ),
    StatusRow(code=Status.EXPIRED, sign="⚪", words=Message("request.status.expired"), applies=_is(Status.EXPIRED)),
)
"""The first row that applies is the one. Every change request has one: the rows of bare statuses come last."""
STATUS_WORDS_BY_CODE: Mapping[str, Message] = {row.code: row.words for row in STATUS_ROWS if not row.words.arguments}
"""The words of a case by its code, for audit records. What was undone later is in no record of the ending."""

_STATED = frozenset({"outcome.verified", "outcome.done"})


def repeats_status(outcome: Argument | None) -> bool:
    """Whether an outcome says no more than the status in front of it."""
    return isinstance(outcome, Message) and outcome.key in _STATED


def find_status_row(change: ChangeRequest) -> StatusRow:
    """Find the row of the table for a change request as it is now."""
    return next(row for row in STATUS_ROWS if row.applies(change))


def find_badge(change: ChangeRequest) -> StatusBadge:
    """Find how a change request is shown as it is now."""
    row = find_status_row(change)
    return StatusBadge(sign=row.sign, words=fill_message(row.words, {"undo": f"CR-{change.undone_by}"}))


def describe_status(change: ChangeRequest) -> Message:
    """Describe the status as it stands behind the name of a change request and a colon, without a full stop."""
    return find_badge(change).words
