"""A review in words: who decided, when, how long after the request, and from where."""

from __future__ import annotations

from bot.core.change.change_request import ChangeRequest, Review
from bot.core.text import round_duration
from bot.core.withheld_reasons import describe_reason
from bot.plugin import Channel, Duration, Message, Person, Time

IN_TERMINAL = Message("request.decided.in_terminal")
SECOND = 1_000


def describe_review(change: ChangeRequest, review: Review) -> Message:
    """Describe who gave a review, when, after how long and from where, and the reason if there is one."""
    told = Message(
        "request.decided",
        person=Person(person=review.reviewer.id),
        time=Time(time=review.at),
        after=Duration(duration=round_duration(review.at - change.created_at, least=SECOND)),
        where=_place(change, review),
    )
    if review.reason.strip():
        return Message("request.decided_because", decided=told, reason=describe_reason(review.reason))
    return told


def _place(change: ChangeRequest, review: Review) -> Message:
    """From where it was given: an account of the host's shell has a terminal, all others have the card."""
    if review.reviewer.local or not change.channel:
        return IN_TERMINAL
    return Message("request.decided.in_channel", channel=Channel(channel=change.channel))
