"""The values of the model: what there is, how long things last, and how an execution ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SECOND = 1_000
PENDING_LASTS = 900 * SECOND
APPROVAL_LASTS = 600 * SECOND
SETTLED_AFTER = 75 * SECOND
READS_APART = 5 * SECOND
EARLY_READS_APART = 15 * SECOND
REFUSED_RETRY = SECOND
"""How long a line waits at most once the audit channel has refused it; twice as long after each further time."""
LONGEST_REFUSED_RETRY = 900 * SECOND
LOOK_AGAIN = 200
RETRY = 5 * SECOND
UNDO_LASTS = 30 * 24 * 3_600 * SECOND
PEOPLE_AFTER = 900 * SECOND
SETTLING = {"was_done": "done", "was_not_done": "failed"}
"""The buttons with which people say what became of an unknown outcome."""
LINES_PER_MESSAGE = 20
ROOM = {2: 6, 3: 4}
"""The ranks that call portals; a job of one is taken while fewer than so many are under way at its portal."""
PORTAL = "portal"
LINES_LAG = 1_800 * SECOND
FACTS_LAST = 60 * SECOND
FACTS_AGE = 45 * SECOND
"""From this age on Slack is asked anew before a decision; where it is silent, what is known counts while it lasts."""
ASK_AGAIN = 5 * SECOND
FOLD = 60 * SECOND
"""How long the refusals after the first are counted before they are one record."""
STOP_LASTS = 60 * SECOND
"""How long a stop holds while Slack does not say whose word it is."""
MEMBER = "member"
RANKS = {"viewer": 1, "operator": 2, "approver": 3, "admin": 4}
FOREIGN = "stranger"
"""The one person here who belongs to another workspace."""
BOT = "b24bot"
REFUSALS = frozenset({"command:line:refused", "change:review:refused", "inbound:delivery:mismatched"})
"""Said last in the audit channel, where they are about somebody who is not on the list."""
QUIET = frozenset({"command:line:ran", "change:call:answered"})
"""Recorded, and not said in the audit channel."""

REACHED, UNCHANGED, PARTIAL, UNREAD = "reached", "unchanged", "partial", "unread"

ENDS: Mapping[tuple[str, str], str] = {
    ("done", REACHED): "done",
    ("done", UNCHANGED): "failed",
    ("done", PARTIAL): "failed",
    ("done", UNREAD): "unknown",
    ("failed", REACHED): "gone",
    ("failed", UNCHANGED): "failed",
    ("failed", PARTIAL): "failed",
    ("failed", UNREAD): "unknown",
    ("unknown", REACHED): "done",
    ("unknown", UNCHANGED): "unknown",
    ("unknown", PARTIAL): "unknown",
    ("unknown", UNREAD): "unknown",
}
"""What one call answered and what is seen afterwards, and the ending it makes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """How the portal takes one call: its answer, whether it does it, and what happens to the bot meanwhile."""

    answer: str = "done"
    effect: bool = True
    late: bool = False
    """The effect comes within a minute, after the answer."""
    breaks: bool = False
    """The plugin raises what nobody foresaw."""
    kills: bool = False
    """The worker dies right there."""
    cuts: bool = False
    """The portal cannot be read afterwards."""
    freezes: bool = False
    """Somebody freezes the bot while the call is on its way."""
    steps: int = 0
    """By how many seconds somebody sets the clock while the call is on its way."""


@dataclass(slots=True, kw_only=True)
class Change:
    """One change request as the model sees it."""

    number: int
    requester: str
    thing: str
    before: str
    wanted: str | None
    """The colour it is to have; None when it is to be removed."""
    quorum: int
    """Approvals of others that it takes; 0 when its requester confirms it."""
    created: int
    status: str = "pending"
    decided: int = 0
    ended: int = 0
    reviews: dict[str, str] = field(default_factory=dict)
    agreed: dict[str, int] = field(default_factory=dict)
    """Which version of it each approver saw."""
    undo_of: int | None = None
    """The change request that this one undoes."""
    undone: bool = False
    partly: bool = False
    """It failed with a part of it done."""
    approval_line: int = 0
    """The number of the newest audit record of an approval."""
    approval_lines: list[int] = field(default_factory=list)
    sent: int = 0
    """When its call can have been sent at the latest, by the time that really passed."""
    asked: bool = False
    """People are asked what became of it."""
    settled: bool = False
    """A person said what became of it."""
    seen: tuple[str | None, int] | None = None
    tampered: bool = False
    """Somebody has changed what is stored of it, past the bot, so that its digest is not of its plan."""
    version: int = 0
    """Which digest is stored: another one than the first only after tampering."""

    @property
    def id(self) -> str:
        return f"CR-{self.number}"

    @property
    def begun(self) -> bool:
        return self.status not in ("pending", "approved")

    @property
    def overdue_at(self) -> int:
        return self.created + PENDING_LASTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """What somebody typed, pressed or sent off."""

    kind: str
    """One of `ask`, `freeze`, `press`, `form`."""
    who: str
    word: str
    """The thing, the button or the reason."""
    wanted: str | None = None
    number: int = 0
    """The change request a button claims to be for."""
    genuine: bool = True
    """Made by the bot, and pressed where the card stands."""
    version: int = 0
    """The digest the button was made for."""


@dataclass(slots=True, kw_only=True)
class Line:
    """A line for the audit channel that waits."""

    seq: int
    due: int = 0
    """By the time that really passes, as `written`."""
    written: int
    order: int
    """Whether it goes before others (0), as usual (1) or last (2)."""
    attempts: int = 0


@dataclass(slots=True, kw_only=True)
class Stop:
    """The word of somebody who may stop something, from when it came in."""

    who: str
    known: int | None = None
    """Since when the scheduler of this process knows of it, by the time that really passes."""
    number: int = 0
    """The change request it stops; 0 when it stops all."""
    wanted: str = ""
    """The status in which it leaves its change request."""
    told: bool = False


@dataclass(slots=True, kw_only=True)
class Job:
    """Something to do: what came in, or a change request to run."""

    due: int = 0
    """By the time that really passes."""
    inbound: Inbound | None = None
    number: int = 0
    attempts: int = 0
    taken: bool = False
    person: str = ""
    """Whose turn it takes."""
    turn: int = 0
    place: str = ""
    """The portal that it calls, where one is known before it is done."""
    awaits: int = 0
    """The number of the audit line that it was put off for."""
    stop: Stop | None = None
    """The stop that came with it, also when it does not hold any more."""
    refused: bool = False
    """The list did not let its person do it when it came in."""

    @property
    def queue(self) -> tuple[int, str]:
        """Among which jobs it waits: of the ranks that call portals, each portal's are a queue of their own."""
        return self.rank, self.place if self.rank in ROOM else ""

    @property
    def rank(self) -> int:
        """What stops goes before what decides, then what was approved, what reads a portal, and what is refused."""
        if self.refused:
            return 4
        if self.inbound is None:
            return 2
        stops = self.inbound.kind in ("freeze", "form") or self.inbound.word == "withdraw"
        return 0 if stops else 3 if self.inbound.kind == "ask" or self.inbound.word in ("undo", "again") else 1


OPEN = frozenset({"pending", "approved", "running", "unknown"})
ARROWS = frozenset(
    {
        *(("pending", new) for new in ("approved", "rejected", "withdrawn", "expired")),
        *(("approved", new) for new in ("running", "gone", "failed", "changed", "rejected", "withdrawn", "expired")),
        *(("running", new) for new in ("done", "gone", "failed", "unknown")),
        *(("unknown", new) for new in ("done", "gone", "failed")),
    }
)
"""Every step there is between statuses (docs/safety.md M1); a chain of them may be taken at once."""
