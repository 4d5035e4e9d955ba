"""What people are told, by the part of the sentence that says it. A test looks for the part in what the bot said."""

from __future__ import annotations

from enum import StrEnum


class Word(StrEnum):
    """One kind of answer to somebody who typed, pressed or sent something."""

    FOREIGN_LINE = "b24bot works for people of its own only"
    UNLISTED = "You are not on the allow-list"
    TOO_LOW = "This needs the role operator"
    NOTHING = "There is no"
    PORTAL_DOWN = "The toy cannot be reached"
    TOO_FEW = "This needs the approval of"
    AUDIT_DEAD = "does not take messages"
    AUDIT_LATE = "lags behind: a line for it"
    FROZEN = "b24bot is frozen"
    FREEZE_WAITS = "A freeze is waiting to be confirmed"
    HOLDS = "holds. Slack has not said yet who you are"
    NOT_STOPPED = "was not stopped: Slack did not say"
    OPEN_ALREADY = "is open for this already"
    WAITS = "waits for approval"
    WAITS_FOR_YOU = "waits for you to confirm it"
    FORGED = "That card is not one of mine"
    FORGED_FORM = "That form is not one of mine"
    NO_SUCH_BUTTON = "That button does nothing any more"
    FOREIGN_CLICK = "only people of this one can decide here"
    UNASKED = "Slack could not be asked who you are"
    UNASKED_OTHERS = "whose approval is counted with yours"
    NO_MEMBER = "Only members of this workspace can use b24bot"
    OWN = "somebody else has to approve it"
    NOT_APPROVER = "Approving this needs the role"
    NOT_REQUESTER = "Only the person who asked can confirm this"
    NOT_OPERATOR = "Confirming this needs the role"
    TWICE = "You have approved"
    UNDONE = "was undone already"
    FIXED = "a verdict cannot be changed"
    NO_REASON = "a reason is needed"
    NOT_YOUR_WORD = "somebody else has to say what became of it"
    NO_WORD = "Saying what became of this needs the role"
    READ_BACK = "is being read back"
    NOTHING_TO_SETTLE = "there is nothing to settle"
    SETTLED = "is settled:"
    NOT_YOURS = "Only the person who asked can withdraw"
    WITHDRAWN = "is withdrawn"
    PREVIEW = "only shown, nothing was done"
    BROKEN = "Something went wrong inside b24bot"
    TOO_LATE_APPROVED = "and about to run"
    TOO_LATE_RUNNING = "is running now"
    TOO_LATE_DONE = "was done"
    TOO_LATE_GONE = "ended with nothing left to do"
    TOO_LATE_FAILED = "failed"
    TOO_LATE_CHANGED = "because it had changed"
    TOO_LATE_UNKNOWN = "has no proven outcome"
    TOO_LATE_REJECTED = "was rejected"
    TOO_LATE_WITHDRAWN = "was withdrawn"
    TOO_LATE_EXPIRED = "expired"


def too_late(status: str) -> Word:
    """What a click is told on a change request that has moved on."""
    return Word[f"TOO_LATE_{status.upper()}"]
