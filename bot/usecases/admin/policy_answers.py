"""The policy table and its decisions as answers: the rows that there are, and what each made of one request."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.authority.policy import Decision, NeedsApproval, Refused, describe_requirement
from bot.core.authority.rules.row_views import describe_row
from bot.core.authority.rules.rule_evaluation import RuleStep
from bot.core.authority.rules.rule_table import RuleTable
from bot.plugin import Message, Reply, Table, Text
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """A rule of the policy table."""

    name: str
    line: int
    """The line of the file in which it begins."""
    says: str
    """Its keys and values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyView:
    """The policy table."""

    digest: str
    """The fingerprint of the table, as the audit log has it; empty without a table."""
    rules: tuple[RuleView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """What a rule made of a request."""

    rule: str
    """The name of the rule."""
    applies: bool
    refuses: bool
    why: Text
    """Why it does not apply, or why it refuses; empty otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDecision:
    """The decision about a request that was not made."""

    allowed: bool
    """Whether the request could be made."""
    needs: Text
    """What it would need before it may run, or why it is refused."""
    approvals_needed: int
    channel: str
    """The id of the channel that would get the card; empty for the approval channel."""
    rules: tuple[RuleResult, ...]


def show_policy(table: RuleTable) -> Reply:
    """Show the rows of the table with its digest."""
    rows = tuple(RuleView(name=row.name, line=row.line, says=describe_row(row)) for row in table.rows)
    data = PolicyView(digest=table.digest, rules=rows)
    if not rows:
        return Reply(title=Message("rules.show.none"), data=data)
    columns = (Message("rules.show.line"), Message("rules.show.rule"), Message("rules.show.says"))
    shown = Table(columns=columns, rows=tuple((str(row.line), row.name, row.says) for row in rows))
    return Reply(title=Message("rules.show.title", count=len(rows), digest=table.digest[:16]), table=shown, data=data)


def explain_decision(decision: Decision, steps: Sequence[RuleStep]) -> Reply:
    """Explain a decision: what each row said, then what came of it."""
    results = tuple(
        RuleResult(
            rule=step.row.name,
            applies=step.passed_over is None,
            refuses=step.refusal is not None,
            why=step.passed_over or step.refusal or "",
        )
        for step in steps
    )
    refused = isinstance(decision, Refused)
    approval = decision if isinstance(decision, NeedsApproval) else None
    needs = describe_requirement(decision)
    data = PolicyDecision(
        allowed=not refused,
        needs=needs,
        approvals_needed=approval.quorum if approval else 0,
        channel=approval.channel if approval else "",
        rules=results,
    )
    facts: list[tuple[Text, Text]] = [(one.rule, _describe(one)) for one in results]
    facts.append((Message("rules.test.decision"), needs))
    title = Message("rules.test.refused") if refused else Message("rules.test.allowed")
    return Reply(title=title, facts=tuple(facts), data=data)


def _describe(result: RuleResult) -> Message:
    if not result.applies:
        return Message("rules.test.passed_over", why=result.why)
    if result.refuses:
        return Message("rules.test.refuses", why=result.why)
    return Message("rules.test.applies")
