"""What the card of a request that is over says first: what is true now, what to do next, and then the details."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bot.core.change.change_request import ChangeRequest, Status
from bot.core.text import one_line
from bot.language.translation import translate
from bot.plugin import Message, Text
from bot.slack.render.slack_text import cut, fit_lines, mrkdwn
from bot.slack.render.status_badge import find_badge
from bot.usecases.outcomes.ending_report import offer_undo, report_ending
from bot.usecases.outcomes.follow_ups import undo_line

MOST_LINES, CHARACTERS, NOW_MOST = 20, 1_200, 900
WAS_DONE, WAS_NOT_DONE = Message("card.button.was_done"), Message("card.button.was_not_done")

NOTHING_TO_DO = Message("card.next.nothing")
NEXT: Mapping[Status, Message] = {
    Status.DONE: NOTHING_TO_DO,
    Status.GONE: NOTHING_TO_DO,
    Status.UNKNOWN: Message("card.next.wait"),
    Status.FAILED: Message("card.next.read_outcome"),
    Status.CHANGED: Message("card.next.new_command"),
    Status.REJECTED: Message("card.next.new_command"),
    Status.WITHDRAWN: Message("card.next.new_command"),
    Status.EXPIRED: Message("card.next.new_command"),
}
"""What to do where no button of the card helps, by status."""


def asks_people(change: ChangeRequest) -> bool:
    """Whether people are asked to say what became of it."""
    return change.status is Status.UNKNOWN and change.asked_at is not None


def result_lines(change: ChangeRequest, language: str) -> Iterator[str]:
    """The first two lines: what is true now, and what to do next. None while nothing has happened yet."""
    badge = find_badge(change)
    if not badge.now:
        return
    now = mrkdwn(one_line(translate(badge.now, language)), language)
    words = mrkdwn(badge.words, language)
    yield cut(f"*{_say(Message('card.label.now'), language)}* · {words}. {now}", NOW_MOST)
    steps = " ".join(mrkdwn(one_line(translate(step, language)), language) for step in _steps(change))
    yield cut(f"*{_say(Message('card.label.next'), language)}* · {steps}", NOW_MOST)


def _steps(change: ChangeRequest) -> Iterator[Text]:
    report = report_ending(change)
    if report.steps:
        yield from report.steps
    elif asks_people(change):
        yield Message("card.next.settle", done=WAS_DONE, not_done=WAS_NOT_DONE)
    elif change.status is Status.UNKNOWN and not change.plan.provable:
        yield Message("card.next.look")
    elif change.undone_by is not None:
        yield NOTHING_TO_DO
    else:
        yield NEXT[change.status]
        if undo_line(change):
            yield offer_undo(change)


def ending_lines(change: ChangeRequest, language: str) -> Iterator[str]:
    """Lines below the outcome. Nothing for an ending that is as it was wanted."""
    report = report_ending(change)
    if report.unchanged:
        yield f"*{_say(Message('card.label.unchanged'), language)}*"
        yield from _list("•", report.unchanged, language)
    if report.cut_off:
        yield f"*{_say(Message('card.label.cut_off'), language)}*"
        yield from _list("✂️", report.cut_off, language)


def _say(text: Text, language: str) -> str:
    return mrkdwn(text, language)


def _list(sign: str, lines: Iterable[Text], language: str) -> Iterator[str]:
    return fit_lines(
        (f"{sign} {mrkdwn(one_line(translate(line, language)), language)}" for line in lines),
        most=MOST_LINES,
        characters=CHARACTERS,
        language=language,
    )
