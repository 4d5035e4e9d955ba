"""What the card of a request that is over says first: what is true now, what to do next, and then the details."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.core.change.change_request import ChangeRequest
from bot.core.change.status_table import describe_status
from bot.core.text import one_line
from bot.language.translation import translate
from bot.plugin import Message, Text
from bot.slack.render.slack_text import cut, fit_lines, mrkdwn
from bot.usecases.outcomes.ending_report import find_bare_details, report_ending
from bot.usecases.outcomes.next_steps import list_next_steps
from bot.usecases.outcomes.present_state import describe_now

MOST_LINES, CHARACTERS, NOW_MOST = 20, 1_200, 900


def result_lines(change: ChangeRequest, language: str) -> Iterator[str]:
    """The first two lines: what is true now, and what to do next. None while nothing has happened yet."""
    found = describe_now(change)
    if not found:
        return
    now = mrkdwn(one_line(translate(found, language)), language)
    words = mrkdwn(describe_status(change), language)
    yield cut(f"*{_say(Message('card.label.now'), language)}* · {words} · {now}", NOW_MOST)
    steps = " ".join(
        mrkdwn(one_line(translate(step, language)), language) for step in list_next_steps(change, on_card=True)
    )
    yield cut(f"*{_say(Message('card.label.next'), language)}* · {steps}", NOW_MOST)


def outcome_text(change: ChangeRequest, language: str) -> str:
    """The outcome in finished markup, without a sentence that only repeats the status."""
    details = find_bare_details(change)
    if details is None:
        return mrkdwn(change.outcome, language)
    return "\n".join(f"• {mrkdwn(line, language)}" for line in details)


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
