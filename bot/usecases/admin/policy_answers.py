"""`policy show` and `policy test`: the rows of the policy table, and what each makes of a request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

from bot.core.authority.policy import Decision, NeedsApproval, Refused, describe_requirement
from bot.core.authority.rules.row_views import describe_row
from bot.core.authority.rules.rule_evaluation import RuleStep
from bot.core.authority.rules.rule_table import EPOCH, RuleTable, UserGroup
from bot.core.authority.rules.value_readers import is_channel
from bot.core.parsing.nested_line import LineArg
from bot.core.principals import Principal
from bot.plugin import Arg, BadArgument, Duration, Group, Message, Reply, Risk, Table, Text, Time
from bot.plugin.frozen import dataclass
from bot.usecases.admin.admin_commands import find_home_account
from bot.usecases.admin.queries import SHOW, QueryContext, WeighedLine, complete_people
from bot.usecases.authority.user_groups import find_group, find_group_refusal
from bot.usecases.chat.chat_refusals import add_remedy
from bot.usecases.context import Context
from bot.usecases.process.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """A rule of the policy table."""

    name: str
    """The name of the rule."""
    line: int
    """The line of the file in which it begins."""
    says: str
    """Its keys and values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserGroupView:
    """A Slack user group that rules name."""

    name: str
    """Its name in the table."""
    id: str
    """Its id in Slack."""
    max_age_ms: int
    """How old the answer of Slack about its members may be, in milliseconds."""
    count: int | None
    """How many accounts Slack told of last; null where it never told, or was not asked."""
    at: Time | None
    """When that was; null where it never told, or was not asked."""
    is_known: bool
    """Whether that counts for a decision now."""
    refusal: str | None
    """The code of the last refusal of Slack; null where it told, or was not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyView:
    """The policy table."""

    digest: str
    """The fingerprint of the table, as the audit log has it; empty without a table."""
    rules: tuple[RuleView, ...]
    """The rules, in the order of the file."""
    user_groups: tuple[UserGroupView, ...] = ()
    """The Slack user groups that rules may name, in the order of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """What a rule made of a request."""

    rule: str
    """The name of the rule."""
    applies: bool
    """Whether the rule is about this request."""
    refuses: bool
    """Whether the rule refuses this request."""
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
    """How many approvals it would need; 0 where the requester's own word is enough."""
    channel: str
    """The id of the channel that would get the card; empty for the approval channel."""
    rules: tuple[RuleResult, ...]
    """What each rule of the table made of the request."""


def list_rows(table: RuleTable, ctx: Context | None = None) -> Reply:
    """List the rows of the table with its digest. Without a context nothing is known of user groups."""
    rows = tuple(RuleView(name=row.name, line=row.line, says=describe_row(row)) for row in table.rows)
    groups = tuple(_view_group(name, group, ctx) for name, group in table.user_groups.items())
    data = PolicyView(digest=table.digest, rules=rows, user_groups=groups)
    if not rows:
        return Reply(title=Message("rules.show.none"), data=data)
    columns = (Message("rules.show.line"), Message("rules.show.rule"), Message("rules.show.says"))
    shown = Table(columns=columns, rows=tuple((str(row.line), row.name, row.says) for row in rows))
    title = Message("rules.show.title", count=len(rows), digest=table.digest[:16])
    facts = tuple((Message("rules.show.user_group", name=one.name), _describe_group(one, ctx)) for one in groups)
    return Reply(title=title, facts=facts, table=shown, data=data)


def _view_group(name: str, group: UserGroup, ctx: Context | None) -> UserGroupView:
    known = find_group(ctx, group) if ctx else None
    return UserGroupView(
        name=name,
        id=group.id,
        max_age_ms=group.max_age_ms,
        count=len(known.members) if known else None,
        at=Time(time=known.at) if known else None,
        is_known=known is not None and known.is_younger(group.max_age_ms),
        refusal=find_group_refusal(ctx, group) if ctx else None,
    )


def _describe_group(view: UserGroupView, ctx: Context | None) -> Text:
    """Say who is in a group by number, and what is wrong where that is not known."""
    limit = Message("rules.show.group_limit", id=view.id, limit=Duration(duration=view.max_age_ms))
    if ctx is None:
        return limit
    told = Message("rules.show.group_not_read", group=limit)
    if view.at is not None and view.is_known:
        told = Message("rules.show.group_known", group=limit, count=view.count or 0, time=view.at)
    elif view.at is not None:
        told = Message("rules.show.group_too_old", group=limit, time=view.at)
    if view.refusal is None:
        return told
    why = ctx.chat.messenger.find_refusal(view.refusal)
    return add_remedy(Message("rules.show.group_refused", group=told, cause=why.described), why)


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
    # A refusal speaks to the person of the test, who is often not the one who reads this.
    facts.append((Message("rules.test.told") if refused else Message("rules.test.decision"), needs))
    title = Message("rules.test.refused") if refused else Message("rules.test.allowed")
    return Reply(title=title, facts=tuple(facts), data=data)


def _describe(result: RuleResult) -> Message:
    if not result.applies:
        return Message("rules.test.passed_over", why=result.why)
    if result.refuses:
        return Message("rules.test.refuses", why=result.why)
    return Message("rules.test.applies")


policy: Group[QueryContext] = Group("policy", help="The policy table.", words={"ru": ("политика",)})


@policy.command("show", words=SHOW, risk=Risk.READ, data=PolicyView, examples=[""])
def policy_show(query: QueryContext) -> Reply:
    """Show the rules of the policy table."""
    return list_rows(query.ctx.deployment.rules, query.ctx)


def parse_channel(text: str) -> str:
    """Read the id of a channel. Raises BadArgument."""
    found = text.strip().removeprefix("#")
    if not is_channel(found):
        raise BadArgument(Message("rules.value.not_channel", value=text), hint=Message("rules.value.write_channel"))
    return found


def parse_moment(text: str) -> int:
    """Read a time, in UTC where it has no offset of its own. Raises BadArgument."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        hint = Message("typed.moment.hint", example="2026-03-02T18:30")
        raise BadArgument(Message("typed.moment.unreadable", text=text), hint=hint) from None
    moment = found if found.tzinfo else found.replace(tzinfo=UTC)
    return (moment - EPOCH) // timedelta(milliseconds=1)


@policy.command(
    "test",
    words={"en": ("try", "explain"), "ru": ("проверить",)},
    risk=Risk.READ,
    data=PolicyDecision,
    examples=[
        "@olga access grant @anton approver",
        "@olga --channel C0123456 --at 2026-03-02T18:30 access revoke @anton",
        "T0001:U0002 access grant T0001:U0001 viewer",
    ],
    example_words={
        "@olga access grant @anton approver": {"ru": ("@olga доступ выдать @anton согласующий",)},
        "@olga --channel C0123456 --at 2026-03-02T18:30 access revoke @anton": {
            "ru": ("@olga --канал C0123456 --время 2026-03-02T18:30 доступ отозвать @anton",)
        },
        "T0001:U0002 access grant T0001:U0001 viewer": {"ru": ("T0001:U0002 доступ выдать T0001:U0001 наблюдатель",)},
    },
)
def policy_test(
    query: QueryContext,
    person: Annotated[
        Principal,
        Arg(
            label="PERSON",
            help="whose request it would be: a mention like @olga, or T0001:U0002",
            parse=Principal.named,
            person=True,
            complete=complete_people,
        ),
    ],
    line: Annotated[str, LineArg(label="COMMAND", help="the command with its arguments and options")],
    *,
    channel: Annotated[
        str,
        Arg(
            label="CHANNEL",
            help="the id of the channel in which it would be typed; without it, this one",
            parse=parse_channel,
            words={"ru": ("канал",)},
        ),
    ] = "",
    at: Annotated[
        int,
        Arg(
            label="TIME",
            help="when it would be typed, for example 2026-03-02T18:30 in UTC; without it, now",
            parse=parse_moment,
            words={"ru": ("время", "когда")},
        ),
    ] = 0,
) -> Reply:
    """Explain the decision about a command that nobody has typed.

    Type the options of this command before COMMAND. The same function decides about real requests.
    """
    ctx = query.ctx
    if query.weigh is None:
        raise TypeError("nobody weighs lines here")
    team = ctx.workspace.team or person.team
    known = ctx if ctx.workspace.team else replace(ctx, workspace=Workspace(team))
    whom = find_home_account(known.workspace, person)
    weighed = WeighedLine(person=whom, line=line, channel=channel or query.channel, at=at)
    ruling = query.weigh(known, weighed)
    return explain_decision(ruling.decision, ruling.steps)
