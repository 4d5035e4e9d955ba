"""What people read of an ending that is not as it was wanted: what stayed, who is cut off, and what to do next.

The card and `request show` both take it from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.core.change.change_request import ChangeRequest, Repeat
from bot.core.change.effects import effects_of
from bot.language.translation import translate
from bot.plugin import Text
from bot.plugin.frozen import dataclass
from bot.usecases.outcomes.follow_ups import can_ask_again, undo_line

NOBODY = "nobody: all of it is as it was."
ALL_BACK = "It puts back what has changed."
SAME_AGAIN = (
    "Asking for the same again would end the same way: all of it was sent, and this is what came of it. "
    "Look on the portal."
)
LOOK_FIRST = "Look on the portal before you ask for the rest."
AGAIN: Mapping[Repeat, str] = {
    Repeat.MAY_DIFFER: "plans {what} from what is true then; it is approved or confirmed like any other.",
    Repeat.AFTER_MENDING: "once what the outcome names is mended; until then it would end the same way. It plans "
    "{what} from what is true then, and is approved or confirmed like any other.",
}
"""What is said of asking for the same again, where the card offers it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """One thing to do: what the button of that name does, or a sentence of its own."""

    words: Text
    button: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingReport:
    """Each part is empty where there is nothing to say."""

    unchanged: tuple[Text, ...] = ()
    cut_off: tuple[Text, ...] = ()
    affected: str = ""
    steps: tuple[NextStep, ...] = ()


def report_ending(change: ChangeRequest) -> EndingReport:
    """Report what an ending leaves and what helps. Empty for one that is as it was wanted, and for what was undone."""
    if change.undone_by is not None:
        return EndingReport()
    effects = effects_of(change)
    steps = tuple(_next_steps(change))
    if effects is None:
        return EndingReport(steps=steps)
    return EndingReport(
        unchanged=effects.unchanged,
        cut_off=effects.cut_off,
        affected="" if effects.changed or effects.cut_off else NOBODY,
        steps=steps,
    )


def _next_steps(change: ChangeRequest) -> Iterator[NextStep]:
    line = undo_line(change) if change.partly else ""
    if line:
        partial = change.plan.undo.partial
        yield NextStep(
            button="Undo…", words=f"asks for `{_code(line)}`. {translate(partial.sentence) if partial else ALL_BACK}"
        )
    if change.repeat is Repeat.SAME:
        yield from map(_sentence, _obstacles(change) or [SAME_AGAIN])
    elif can_ask_again(change):
        what = "what is left" if change.partly else "it anew"
        yield NextStep(button="Ask again…", words=AGAIN[change.repeat].format(what=what))
    elif change.partly:
        yield _sentence(LOOK_FIRST)


def _obstacles(change: ChangeRequest) -> list[Text]:
    """Why what stayed as it was does so, and what helps."""
    effects = effects_of(change)
    return [change.plan.obstacles[label] for label in effects.same if label in change.plan.obstacles] if effects else []


def _sentence(words: Text) -> NextStep:
    return NextStep(words=words)


def _code(line: str) -> str:
    return line.replace("`", "'")


def _told(step: NextStep) -> Text:
    return f"{step.button} on its card {translate(step.words)}" if step.button else step.words


def ending_fields(change: ChangeRequest) -> list[tuple[str, Text]]:
    """Write the report as labelled lines, for whoever looks at a change request without its card."""
    report = report_ending(change)
    return [
        *(("Did not change", line) for line in report.unchanged),
        *(("Cut off now", line) for line in report.cut_off),
        *([("Affected", report.affected)] if report.affected else []),
        *(
            ("Next", f"{step.button} on its card {translate(step.words)}" if step.button else step.words)
            for step in report.steps
        ),
    ]
