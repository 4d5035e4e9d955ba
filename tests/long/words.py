"""What people are told, by the part of the sentence that says it. A test looks for the part in what the bot said."""

from __future__ import annotations

from enum import StrEnum


class Word(StrEnum):
    """One kind of answer to somebody who typed, pressed or sent something."""

    FOREIGN_LINE = "b24bot works only for people of its own workspace"
    UNLISTED = "You are not on the allow-list"
    TOO_LOW = "This needs the role operator"
    NOTHING = "There is no"
    PORTAL_DOWN = "The toy cannot be reached"
    TOO_FEW = "This needs the approval of"
    AUDIT_DEAD = "does not take messages"
    AUDIT_LATE = "lags behind: a line for it"
    FROZEN = "b24bot is frozen"
    FREEZE_WAITS = "A freeze is waiting to be confirmed"
    HOLDS = "holds. Slack has not confirmed your account yet"
    NOT_STOPPED = "was not stopped: Slack did not confirm your account"
    OPEN_ALREADY = "is open for this already"
    MUST_END = "must end first"
    WAITS = "waits for approval"
    WAITS_FOR_YOU = "waits for you to confirm it"
    FORGED = "This card is not from b24bot"
    FORGED_FORM = "This form is not from b24bot"
    NO_SUCH_BUTTON = "This button has no effect any more"
    FOREIGN_CLICK = "Only people of this workspace can decide here"
    SLACK_NOT_ASKED = "Slack could not be asked who you are"
    UNASKED_OTHERS = "whose approval is counted with yours"
    NO_MEMBER = "Only members of this workspace can use b24bot"
    OWN = "Somebody else has to approve it"
    NOT_APPROVER = "Approving this needs the role"
    NOT_REQUESTER = "Only the person who asked can confirm this"
    NOT_OPERATOR = "Confirming this needs the role"
    TWICE = "You have approved"
    UNDONE = "was undone already"
    FIXED = "A review cannot be changed"
    NO_REASON = "a reason is needed"
    NOT_YOUR_WORD = "Somebody else has to report the result"
    NO_WORD = "Reporting this result needs the role"
    READ_BACK = "is still being checked"
    NOTHING_TO_SETTLE = "There is nothing to resolve"
    SETTLED = "is resolved as"
    NOT_YOURS = "Only the person who asked can withdraw"
    WITHDRAWN = "is withdrawn"
    PREVIEW = "only shown, nothing was done"
    BROKEN = "Something went wrong inside b24bot"
    TOO_LATE_APPROVED = ", about to run"
    TOO_LATE_RUNNING = ": running"
    TOO_LATE_DONE = ": done"
    TOO_LATE_GONE = ": nothing to do"
    TOO_LATE_FAILED = "failed"
    TOO_LATE_NOT_DONE = "not done, as a person reported"
    TOO_LATE_PARTLY = ": partly applied"
    TOO_LATE_CHANGED = "the plan is out of date"
    TOO_LATE_UNKNOWN = "outcome not verified yet"
    TOO_LATE_REJECTED = ": rejected"
    TOO_LATE_WITHDRAWN = ": withdrawn"
    TOO_LATE_EXPIRED = "expired"


def too_late(status: str, *, partly: bool, settled: bool = False) -> Word:
    """What a click is told on a change request that has moved on."""
    if settled and status == "failed":
        return Word.TOO_LATE_NOT_DONE
    return Word.TOO_LATE_PARTLY if partly else Word[f"TOO_LATE_{status.upper()}"]
