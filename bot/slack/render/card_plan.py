"""The plan on a card: its effect first, then what it affects, the warnings, its undo, and why it was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.impact_bands import find_covered
from bot.core.change.plans import describe_undo
from bot.core.text import one_line
from bot.language.translation import translate
from bot.plugin import Impact, Message, Text
from bot.slack.render.slack_text import cut, escape, fit_lines, mrkdwn, plain

MOST_LINES = 20
"""Lines of one kind. With the characters below it keeps a card under what Slack takes (docs/slack-behaviour.md S23)."""
WHY_MOST, CALLS_MOST, RADIUS_MOST, IMPACT_MOST, WARNINGS_MOST, UNDO_MOST = 900, 1_600, 2_600, 1_600, 1_800, 400

EFFECT_LABELS: Mapping[Status, Message] = {
    Status.PENDING: Message("card.label.effect"),
    Status.APPROVED: Message("card.label.effect"),
    Status.RUNNING: Message("card.label.effect_running"),
    Status.UNKNOWN: Message("card.label.effect_unknown"),
}
ENDED_LABEL = Message("card.label.effect_ended")
"""What is written above the calls, by status."""
COVERED = (Status.PENDING, Status.APPROVED)
"""The statuses in which the numbers of the plan are still compared with those of the place."""


def plan_lines(change: ChangeRequest, language: str) -> Iterator[str]:
    """The plan in finished lines, in the order in which somebody decides."""
    plan = change.plan
    yield _label(EFFECT_LABELS.get(change.status, ENDED_LABEL), language)
    yield from _list("•", [*(call.note for call in plan.calls), *plan.notes], CALLS_MOST, language)
    if plan.radius:
        yield _label(Message("card.label.radius", count=len(plan.radius)), language)
        yield from _list("✂️", plan.radius, RADIUS_MOST, language)
    if plan.impact:
        yield _label(Message("card.label.impact"), language)
        yield from fit_lines(
            (f"🔢 {_numbers(one, change.status in COVERED, language)}" for one in plan.impact),
            most=MOST_LINES,
            characters=IMPACT_MOST,
            language=language,
        )
    if plan.warnings and change.status.open:
        yield _label(Message("card.label.warnings"), language)
        yield from _list("⚠️", plan.warnings, WARNINGS_MOST, language)
    if change.undone_by is None and (change.status.open or change.status is Status.DONE):
        undo = mrkdwn(one_line(translate(describe_undo(plan.undo), language)), language)
        yield cut(f"{_label(Message('card.label.undo'), language)} · {undo}", UNDO_MOST)


def _numbers(impact: Impact, is_covered: bool, language: str) -> str:
    """A number with what is known besides, in one line; before the change runs also how far it may move."""
    covered = (_describe_covered(impact.count),) if is_covered and impact.count is not None else ()
    texts = (one_line(translate(text, language)) for text in (impact.sentence, *covered, *impact.details))
    return " ".join(mrkdwn(text, language) for text in texts)


def _describe_covered(count: int) -> Message:
    first, last = find_covered(count)
    if first == last:
        return Message("card.impact_fixed", number=first)
    return Message("card.impact_covered", first=first, last=last)


def reason_lines(change: ChangeRequest, language: str) -> Iterator[str]:
    """The reason, quoted line by line."""
    if change.reason:
        quoted = (f"> {escape(plain(line))}" for line in translate(change.reason, language).splitlines())
        yield _label(Message("card.label.reason"), language)
        yield from fit_lines(quoted, most=MOST_LINES, characters=WHY_MOST, language=language)


def _label(label: Message, language: str) -> str:
    return f"*{mrkdwn(label, language)}*"


def _list(sign: str, lines: Sequence[Text], characters: int, language: str) -> Iterator[str]:
    return fit_lines(
        (f"{sign} {mrkdwn(one_line(translate(line, language)), language)}" for line in lines),
        most=MOST_LINES,
        characters=characters,
        language=language,
    )
