"""What a run showed, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping

from bot.plugin import CommandLine, Message, Reply, Table, Text
from bot.plugin.frozen import dataclass
from plugins.bitrix24.acceptance.comparison import Comparison, Findings, StepFinding
from plugins.bitrix24.acceptance.probe import Probe
from plugins.bitrix24.acceptance.step_table import SWITCHES

WORDS: Mapping[Comparison, Message] = {
    Comparison.AGREES: Message("bitrix24.acceptance.agrees"),
    Comparison.CONTRADICTS: Message("bitrix24.acceptance.contradicts"),
    Comparison.OBSERVED: Message("bitrix24.acceptance.observed"),
    Comparison.UNANSWERED: Message("bitrix24.acceptance.unanswered"),
    Comparison.LEFT_OUT: Message("bitrix24.acceptance.left_out"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceStep:
    """One call of an acceptance run."""

    step: str
    """A code for the step, for example `register`."""
    method: str
    """The REST method that was called, for example `imconnector.register`."""
    facts: tuple[str, ...]
    """Numbers of docs/portal-behaviour.md."""
    comparison: Comparison
    """How the answer compares with the facts."""
    http_status: int | None
    """null without an answer."""
    code: str
    """The code of the portal's error; empty without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchPosition:
    """A switch of docs/simulator-portal.md, and its value on this portal."""

    switch: str
    """The name of the switch."""
    position: str | None
    """null where the run did not show it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceReport:
    """What an acceptance run showed, or what `--clean` removed."""

    connector: str | None
    """The id of the throw-away connector; null with `--clean`."""
    line: str | None
    """The id of the open line of the run; null with `--clean`."""
    steps: tuple[AcceptanceStep, ...]
    """The calls, in their order; empty with `--clean`."""
    switches: tuple[SwitchPosition, ...]
    """The switches of the simulator that the run can compare; empty with `--clean`."""
    removed: tuple[str, ...]
    """Throw-away connectors that are gone now."""
    not_removed: tuple[str, ...]
    """Throw-away connectors that may still be on the portal."""
    recording: str | None
    """The file with the answers; null without `--record`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run did. `probe` and `findings` are None where it only removed leftovers."""

    portal: str
    gone: tuple[Probe, ...]
    left: tuple[Probe, ...]
    probe: Probe | None = None
    findings: Findings | None = None
    recording: str = ""
    blocked: bool = False
    """Leftovers were removed although b24bot is frozen or may only read."""


def describe_run(outcome: Outcome, probe: Probe, findings: Findings) -> Reply:
    """The answer after a run."""
    contradictions = tuple(_describe_contradiction(each) for each in findings.contradictions)
    left = describe_left(outcome)
    return Reply(
        title=summarize(outcome, findings),
        facts=(
            (Message("bitrix24.acceptance.connector"), probe.connector),
            (Message("bitrix24.acceptance.line"), str(probe.line)),
            *((name, findings.switches.get(name) or Message("bitrix24.acceptance.undecided")) for name in SWITCHES),
        ),
        table=Table(
            columns=(
                Message("bitrix24.acceptance.head_step"),
                Message("bitrix24.acceptance.head_facts"),
                Message("bitrix24.acceptance.head_answer"),
                Message("bitrix24.acceptance.head_result"),
            ),
            rows=tuple(_row(each) for each in findings.steps),
        ),
        notes=(*contradictions, *left, *_recorded(outcome), Message("bitrix24.acceptance.read_facts")),
        data=view_outcome(outcome),
        problems=(*contradictions, *left),
    )


def describe_cleaning(outcome: Outcome) -> Reply:
    """The answer after leftovers were removed."""
    left = describe_left(outcome)
    return Reply(
        title=Message("bitrix24.acceptance.cleaned", portal=outcome.portal, count=len(outcome.gone)),
        notes=(*left, *((Message("bitrix24.acceptance.cleaned_while_blocked"),) if outcome.blocked else ())),
        data=view_outcome(outcome),
        problems=left,
    )


def summarize(outcome: Outcome, findings: Findings) -> Message:
    """One sentence about a run."""
    count = len(findings.contradictions)
    if any(each.comparison is Comparison.UNANSWERED for each in findings.steps) and not count:
        return Message("bitrix24.acceptance.incomplete", portal=outcome.portal)
    if count:
        return Message("bitrix24.acceptance.contradicted", portal=outcome.portal, count=count)
    return Message("bitrix24.acceptance.passed", portal=outcome.portal)


def describe_left(outcome: Outcome) -> tuple[Message, ...]:
    """A sentence for each probe that may still be on the portal."""
    command = CommandLine(command_line=f"acceptance --portal {outcome.portal} --clean")
    return tuple(
        Message("bitrix24.acceptance.left", connector=each.connector, command=command) for each in outcome.left
    )


def view_outcome(outcome: Outcome) -> AcceptanceReport:
    """The same for programs."""
    findings = outcome.findings
    return AcceptanceReport(
        connector=outcome.probe.connector if outcome.probe else None,
        line=str(outcome.probe.line) if outcome.probe else None,
        steps=tuple(_view(each) for each in findings.steps) if findings else (),
        switches=tuple(SwitchPosition(switch=name, position=findings.switches.get(name)) for name in SWITCHES)
        if findings
        else (),
        removed=tuple(each.connector for each in outcome.gone),
        not_removed=tuple(each.connector for each in outcome.left),
        recording=outcome.recording or None,
    )


def _view(found: StepFinding) -> AcceptanceStep:
    answer = found.answer
    return AcceptanceStep(
        step=found.step.name,
        method=found.step.method,
        facts=found.step.facts,
        comparison=found.comparison,
        http_status=(answer.status or None) if answer else None,
        code=answer.error if answer else "",
    )


def _row(found: StepFinding) -> tuple[Text, ...]:
    return found.step.name, ", ".join(found.step.facts), _say_answer(found), WORDS[found.comparison]


def _say_answer(found: StepFinding) -> str:
    answer = found.answer
    return " ".join(filter(None, (str(answer.status or ""), answer.error))) if answer else ""


def _describe_contradiction(found: StepFinding) -> Message:
    return Message(
        "bitrix24.acceptance.contradiction",
        step=found.step.name,
        facts=", ".join(found.step.facts),
        method=found.step.method,
        answer=_say_answer(found),
    )


def _recorded(outcome: Outcome) -> tuple[Message, ...]:
    return (Message("bitrix24.acceptance.recorded", path=outcome.recording),) if outcome.recording else ()
