"""Hold a request against the rows of a policy table. A table only narrows: it never allows what was refused before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from bot.core.authority.policy import Allowed, BreakGlass, Decision, NeedsApproval, NeedsConfirmation, Refused
from bot.core.authority.rules.row_views import write_hours
from bot.core.authority.rules.rule_table import RuleRow, RuleTable
from bot.core.principals import Principal, Role
from bot.plugin import CommandLine, Message, Risk
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledRequest:
    """What the rows look at: one plan, who asks for it, where, why and when."""

    command: str
    risk: Risk
    place: str
    """The name of the place; empty for what is about the bot itself."""
    targets: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    requester: Principal
    channel: str = ""
    """Where the command was typed; empty for the terminal."""
    reason: str = ""
    at: int = 0
    """UTC epoch milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleStep:
    """What one row made of a request."""

    row: RuleRow
    passed_over: Message | None = None
    """Why the row does not apply; None where it does."""
    refusal: Message | None = None
    """Why it refuses; None where it does not."""
    mistyped: bool = False
    """Whether the words are what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A decision after all rows, with what each row made of the request."""

    decision: Decision
    steps: tuple[RuleStep, ...] = ()


_CONDITIONS: Mapping[str, Callable[[RuledRequest], Iterable[str]]] = {
    "commands": lambda request: (request.command,),
    "risks": lambda request: (str(request.risk),),
    "places": lambda request: (request.place,),
    "targets": lambda request: request.targets,
    "parts": lambda request: request.parts,
}
"""What each condition of a row is compared with. One of its patterns has to fit one of these."""


def find_mismatch(row: RuleRow, request: RuledRequest) -> Message | None:
    """Name the first condition of a row that a request does not meet; None where the row applies."""
    for key, values in _CONDITIONS.items():
        patterns: Sequence[str] = getattr(row, key)
        found = tuple(values(request))
        if patterns and not any(fnmatchcase(value, pattern) for value in found for pattern in patterns):
            return Message("rules.mismatch", key=key, patterns=tuple(map(str, patterns)), found=found or ("-",))
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One row that applies to a request."""

    table: RuleTable
    row: RuleRow
    request: RuledRequest
    decision: Decision


def _refuse_all(case: _Case) -> Message | None:
    return Message("rules.refusal.all") if case.row.refuse else None


def _check_requester(case: _Case) -> Message | None:
    return _find_requester_refusal(case.table, case.row, case.request.requester)


def _find_requester_refusal(table: RuleTable, row: RuleRow, requester: Principal) -> Message | None:
    if not row.ask or table.is_one_of(requester, row.ask):
        return None
    return refuse_unknown_groups(table, row.ask) or Message("rules.refusal.requester", people=row.ask)


def refuse_unknown_groups(table: RuleTable, words: Iterable[str]) -> Message | None:
    """Say that a person may be in a user group, but that its members are not known now; None where all are known."""
    unknown = table.list_unknown_groups(words)
    if not unknown:
        return None
    return Message("rules.refusal.group_unknown", groups=unknown, command=CommandLine(command_line="policy show"))


def _check_channel(case: _Case) -> Message | None:
    fits = not case.row.ask_in or case.request.channel in case.row.ask_in
    return None if fits else Message("rules.refusal.channel", channels=case.row.ask_in)


def _check_emergency(case: _Case) -> Message | None:
    refused = isinstance(case.decision, BreakGlass) and not case.row.break_glass
    return Message("rules.refusal.break_glass") if refused else None


def _check_hours(case: _Case) -> Message | None:
    # An emergency is what does not wait for office hours.
    if isinstance(case.decision, BreakGlass) or case.table.is_open(case.row, case.request.at):
        return None
    return describe_hours(case.row)


def _check_reason(case: _Case) -> Message | None:
    fits = not case.row.reason or re.search(case.row.reason, case.request.reason)
    return None if fits else Message("rules.refusal.reason", pattern=case.row.reason)


DEMANDS: tuple[Callable[[_Case], Message | None], ...] = (
    _refuse_all,
    _check_requester,
    _check_channel,
    _check_emergency,
    _check_hours,
    _check_reason,
)
"""What a row can refuse a request for, in the order in which people are told. The last is a matter of the words."""


def describe_hours(row: RuleRow) -> Message:
    """Say when a row allows anything."""
    return Message("rules.refusal.hours", hours=tuple(map(write_hours, row.hours)), timezone=row.timezone)


def judge_row(table: RuleTable, row: RuleRow, request: RuledRequest, decision: Decision) -> RuleStep:
    """Say what one row makes of a request."""
    mismatch = find_mismatch(row, request)
    if mismatch is not None:
        return RuleStep(row=row, passed_over=mismatch)
    case = _Case(table=table, row=row, request=request, decision=decision)
    for demand in DEMANDS:
        refusal = demand(case)
        if refusal is not None:
            return RuleStep(row=row, refusal=refusal, mistyped=demand is _check_reason)
    return RuleStep(row=row)


def narrow_decision(decision: Decision, table: RuleTable, request: RuledRequest) -> Ruling:
    """Narrow a decision of the built-in policy by every row that applies.

    A refusal stays one. What takes effect at once, such as reading and a freeze, is not in the reach of a table.
    """
    if isinstance(decision, Allowed | Refused) or not table.rows:
        return Ruling(decision=decision)
    steps = tuple(judge_row(table, row, request, decision) for row in table.rows)
    refused = next((step for step in steps if step.refusal is not None), None)
    if refused is not None:
        why = Message("rules.refused", rule=refused.row.name, why=refused.refusal or "")
        return Ruling(decision=Refused(reason=why, mistyped=refused.mistyped), steps=steps)
    applied = tuple(step.row for step in steps if step.passed_over is None)
    return Ruling(decision=_with_rows(decision, table, applied), steps=steps)


def _with_rows(
    decision: NeedsConfirmation | NeedsApproval | BreakGlass, table: RuleTable, rows: Sequence[RuleRow]
) -> Decision:
    marked = replace(decision, policy=table.digest, rules=tuple(row.name for row in rows))
    if isinstance(marked, BreakGlass) or not any(row.demands_approval for row in rows):
        return marked
    channels = {row.approve_in for row in rows if row.approve_in}
    if len(channels) > 1:
        named = tuple(row.name for row in rows if row.approve_in)
        return Refused(reason=Message("rules.two_channels", rules=named))
    known = marked if isinstance(marked, NeedsApproval) else None
    return NeedsApproval(
        quorum=max(known.quorum if known else 1, *(max(row.quorum, len(row.from_each)) for row in rows)),
        role=known.role if known else Role.APPROVER,
        expires_in=marked.expires_in,
        policy=marked.policy,
        rules=marked.rules,
        channel=next(iter(channels), ""),
    )


def check_approver_by_rules(table: RuleTable, rows: Iterable[RuleRow], approver: Principal) -> Refused | None:
    """Refuse an approval that a row does not count. `rows` are those that applied to the request."""
    for row in rows:
        if row.approve and not table.is_one_of(approver, row.approve):
            unknown = refuse_unknown_groups(table, row.approve)
            return _refused_by(row, unknown or Message("rules.refusal.approver", people=row.approve))
    return None


def find_unknown_approvers(table: RuleTable, rows: Iterable[RuleRow]) -> Refused | None:
    """Find a row whose approvers may be in a user group, of which the members are not known now."""
    for row in rows:
        why = refuse_unknown_groups(table, row.approve)
        if why is not None:
            return _refused_by(row, why)
    return None


def check_requester_by_rules(table: RuleTable, rows: Iterable[RuleRow], requester: Principal) -> Refused | None:
    """Refuse a requester who may not ask any more: the members of a user group can be others than at the request."""
    for row in rows:
        why = _find_requester_refusal(table, row, requester)
        if why is not None:
            return _refused_by(row, why)
    return None


def check_hours(table: RuleTable, rows: Iterable[RuleRow], at: int) -> Refused | None:
    """Refuse what people do, or what would run, outside the office hours of a row."""
    closed = next((row for row in rows if not table.is_open(row, at)), None)
    return _refused_by(closed, describe_hours(closed)) if closed else None


def _refused_by(row: RuleRow, why: Message) -> Refused:
    return Refused(reason=Message("rules.refused", rule=row.name, why=why))


def list_missing_groups(table: RuleTable, row: RuleRow, approvers: Sequence[Principal]) -> tuple[str, ...]:
    """List the groups of a row that have not given an approval of their own yet.

    `approvers` are of different people. One person gives one approval, also where they are in several groups.
    """
    given: dict[int, str] = {}
    return tuple(group for group in row.from_each if not _give(table, group, approvers, given, set()))


def _give(table: RuleTable, group: str, approvers: Sequence[Principal], given: dict[int, str], tried: set[int]) -> bool:
    """Find an approval for a group; somebody who stands for another group may make room (Kuhn's algorithm)."""
    for at, person in enumerate(approvers):
        if at in tried or not table.is_one_of(person, (group,)):
            continue
        tried.add(at)
        if at not in given or _give(table, given[at], approvers, given, tried):
            given[at] = group
            return True
    return False
