"""The change request: a plan waiting for, or past, a decision, and the arrows between its statuses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from bot.core.authority.policy import Decision, NeedsApproval
from bot.core.principals import Principal
from bot.plugin import Message, Observation, Place, PlaceTerm, Plan, Risk, Text
from bot.plugin.frozen import dataclass


class Status(StrEnum):
    """Where a change request is in its life; each status has its own word and its own card."""

    PENDING = "pending"
    APPROVED = "approved"
    RUNNING = "running"
    DONE = "done"
    GONE = "gone"
    FAILED = "failed"
    CHANGED = "changed"
    UNKNOWN = "unknown"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"

    @property
    def open(self) -> bool:
        """Something can still happen to it."""
        return bool(TRANSITIONS[self])


TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.APPROVED, Status.REJECTED, Status.WITHDRAWN, Status.EXPIRED}),
    Status.APPROVED: frozenset(
        {
            *(Status.RUNNING, Status.GONE, Status.FAILED, Status.CHANGED),
            *(Status.REJECTED, Status.WITHDRAWN, Status.EXPIRED),
        }
    ),
    Status.RUNNING: frozenset({Status.DONE, Status.GONE, Status.FAILED, Status.UNKNOWN}),
    Status.UNKNOWN: frozenset({Status.DONE, Status.GONE, Status.FAILED}),
    Status.DONE: frozenset(),
    Status.GONE: frozenset(),
    Status.FAILED: frozenset(),
    Status.CHANGED: frozenset(),
    Status.REJECTED: frozenset(),
    Status.WITHDRAWN: frozenset(),
    Status.EXPIRED: frozenset(),
}
"""No arrow leads back to pending or approved: an approval is used once."""

NOT_BEGUN = (Status.PENDING, Status.APPROVED)
"""What can still be stopped: no intent is on disk."""
PARTLY_APPLIED, UNDONE = "partly-applied", "undone"
"""What people read and type instead of the stored status."""
OPEN = tuple(status for status in Status if TRANSITIONS[status])
APPROVAL_LASTS_MS = 600_000
"""An approval that could not be acted on within ten minutes is void."""


class Verdict(StrEnum):
    """One approver's word."""

    APPROVE = "approve"
    REJECT = "reject"


class Repeat(StrEnum):
    """What asking for the same again would come to, by how it ended."""

    MAY_DIFFER = "may_differ"
    AFTER_MENDING = "after_mending"
    """It would end the same way until somebody has mended what the outcome names: a refusal, a fault of the plugin."""
    SAME = "same"
    """The remote side did all that was asked, and this is what came of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One person's verdict on one change request; it cannot be changed."""

    reviewer: Principal
    verdict: Verdict
    at: int
    reason: str = ""
    counts: bool = True
    """Whether it counts by what is known now. Not stored: for what is shown it is found out each time."""


def append_place(summary: str, place: str) -> str:
    """A plan in words of a record and the place it acts on, if any, without saying twice which."""
    return summary if not place or _names_place(summary, place) else f"{summary} on {place}"


def _names_place(summary: Text, place: str) -> bool:
    if isinstance(summary, Message):
        return place in summary.arguments.values()
    return re.search(rf"\b(?:on|of|from) {re.escape(place)}(?![\w-])", summary) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRequest:
    """One change request as it is stored. Times are UTC epoch milliseconds."""

    number: int
    status: Status
    line: str
    """The command as one would type it."""
    path: str
    plugin: str
    place: Place
    requester: Principal
    reason: Text
    """Why: as its requester typed it, or the message of the button that asked for it."""
    risk: Risk
    plan: Plan
    digest: str
    """Of everything the card shows and the calls would do."""
    decision: Decision
    created_at: int
    expires_at: int
    decided_at: int | None = None
    started_at: int | None = None
    ended_at: int | None = None
    outcome: Text = ""
    """The ending in a sentence."""
    channel: str = ""
    """Where the card is."""
    card: str | None = None
    """The card's message timestamp in Slack, once it has been posted."""
    asked_at: int | None = None
    """Since when people are asked to say what became of it, because reading it back does not."""
    settled_by: Principal | None = None
    """Whose word the ending is, where reading back did not decide it."""
    card_id: str = ""
    """Names the card to its own buttons; a card posted in place of one that was deleted has another."""
    reminded_at: int | None = None
    undo_of: int | None = None
    """The number of the change request that this one undoes, if it was asked for to do so."""
    undone_by: int | None = None
    """The number of the change request that has undone this one."""
    partly: bool = False
    """Whether it failed with a part of it done."""
    found: Observation | None = None
    """What reading showed when it ended, of all that was to differ; None when it was not read."""
    repeat: Repeat = Repeat.MAY_DIFFER
    read_fault: Text = ""
    """The fault of the plugin that keeps it from being read back, as a sentence, while it has no proven outcome."""
    place_term: PlaceTerm = PlaceTerm()
    """What people call such a place."""
    local: bool = False
    """Whether it changes what the bot itself keeps, and no place."""
    reviews: tuple[Review, ...] = ()
    approvers: tuple[Principal, ...] | None = None
    """Who can approve it now. Not stored: for what is shown it is found out each time; None where it was not."""

    @property
    def id(self) -> str:
        return f"CR-{self.number}"

    @property
    def place_name(self) -> str:
        """The name of the place it is about; empty where it is about b24bot itself."""
        return "" if self.local else self.place.name

    @property
    def place_label(self) -> str:
        """What a card shows of that place beside its name."""
        return "" if self.local else self.place.label

    @property
    def place_title(self) -> str:
        """The name as people read it, behind the mark of the place; empty where it is about b24bot itself."""
        return "" if self.local else self.place.shown_name

    @property
    def summary_with_place(self) -> Text:
        """The plan in words and where it acts, without saying twice where."""
        summary, place = self.plan.summary, self.place_name
        if not place or _names_place(summary, place):
            return summary
        return Message("change.at_place", summary=summary, place=self.place_title)

    @property
    def status_word(self) -> str:
        """Its status as people type it, a word of `SHOWN_STATUSES`: two endings are told apart further."""
        if self.undone_by is not None:
            return UNDONE
        return PARTLY_APPLIED if self.partly else self.status.value

    @property
    def needs_confirmation_only(self) -> bool:
        """Whether the word of the requester alone decides, which is a confirmation and nobody's approval."""
        return not isinstance(self.decision, NeedsApproval)

    def verdict_word(self, review: Review) -> str:
        """What a review is called: the requester's own word is a confirmation."""
        approves = review.verdict is Verdict.APPROVE
        return "confirm" if approves and self.needs_confirmation_only else review.verdict.value

    @property
    def approvals(self) -> tuple[Review, ...]:
        return tuple(review for review in self.reviews if review.verdict is Verdict.APPROVE)

    @property
    def rejection(self) -> Review | None:
        return next((review for review in self.reviews if review.verdict is Verdict.REJECT), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to run one change request and to write what comes of it; void once the stored `fence` is higher."""

    number: int
    owner: str
    fence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChange:
    """A change request before it is stored: the store gives it a number."""

    line: str
    path: str
    plugin: str
    place: Place
    requester: Principal
    reason: Text
    risk: Risk
    plan: Plan
    decision: Decision
    created_at: int
    expires_at: int
    channel: str
    card_id: str = ""
    undo_of: int | None = None
    place_term: PlaceTerm = PlaceTerm()
    local: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ByDecision:
    """A sentence about what was decided, in two wordings."""

    approved: Message
    confirmed: Message
    """For what its requester confirms and nobody approves."""

    def choose(self, change: ChangeRequest) -> Message:
        """The wording for a change request."""
        return self.confirmed if change.needs_confirmation_only else self.approved
