"""Answers compared with facts: what agrees, what contradicts, and where the switches of this portal stand. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bot.plugin.frozen import dataclass
from plugins.bitrix24.acceptance.answer import Answer
from plugins.bitrix24.acceptance.probe import Probe
from plugins.bitrix24.acceptance.step import Evidence, Step
from plugins.bitrix24.acceptance.step_table import STEPS


class Comparison(StrEnum):
    """How an answer compares with the facts of its step."""

    AGREES = "agrees"
    CONTRADICTS = "contradicts"
    OBSERVED = "observed"
    """No fact says what the answer must be."""
    UNANSWERED = "unanswered"
    """No answer came, or one that refuses every call."""
    LEFT_OUT = "left-out"
    """The step was not tried, because an earlier one did not succeed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFinding:
    """What came of one step. `answer` is None where it was left out."""

    step: Step
    comparison: Comparison
    answer: Answer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a run showed. `switches` gives the position of each switch that it decided."""

    steps: tuple[StepFinding, ...]
    switches: Mapping[str, str]

    @property
    def contradictions(self) -> tuple[StepFinding, ...]:
        return tuple(each for each in self.steps if each.comparison is Comparison.CONTRADICTS)


def compare_answers(probe: Probe, answers: Mapping[str, Answer]) -> Findings:
    """Compare the answers of a run, by step, with the facts. Works alike on answers that a file holds."""
    evidence = Evidence(probe=probe, answers=answers)
    return Findings(
        steps=tuple(_find(step, probe, answers.get(step.name)) for step in STEPS),
        switches={
            step.decides.switch: position
            for step in STEPS
            if step.decides and step.name in answers
            if (position := step.decides.read(answers[step.name], evidence))
        },
    )


def _find(step: Step, probe: Probe, answer: Answer | None) -> StepFinding:
    return StepFinding(step=step, comparison=_compare(step, probe, answer), answer=answer)


def _compare(step: Step, probe: Probe, answer: Answer | None) -> Comparison:
    if answer is None:
        return Comparison.LEFT_OUT
    if answer.status and not step.facts:
        return Comparison.OBSERVED
    if not answer.tells:
        return Comparison.UNANSWERED
    return Comparison.AGREES if step.expects(answer, probe) else Comparison.CONTRADICTS
