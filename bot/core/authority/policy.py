"""Who may do what: one table, and decisions that say why."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import assert_never

from bot.core.authority.identity_groups import IdentityGroups
from bot.core.principals import ROLE_NAMES, Principal, Role
from bot.plugin import Message, Risk, Text
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """It runs at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsConfirmation:
    """The requester looks at the plan and confirms it."""

    expires_in: int
    """Milliseconds."""
    policy: str = ""
    """The digest of the policy table that it was narrowed by; empty without a table."""
    rules: tuple[str, ...] = ()
    """The names of the rows of that table that applied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsApproval:
    """`quorum` people of at least `role`, none of them the requester, approve it."""

    quorum: int
    role: Role
    expires_in: int
    """Milliseconds."""
    policy: str = ""
    rules: tuple[str, ...] = ()
    channel: str = ""
    """The channel that gets the card; empty for the approval channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlass:
    """An emergency: the admin who asked confirms it alone, everybody is told, and somebody else reviews it after."""

    expires_in: int
    """Milliseconds."""
    policy: str = ""
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """No, and why, in a sentence for the person."""

    reason: Text
    mistyped: bool = False
    """Whether the words are what is wrong, and not who typed them."""


OPEN_TO_ALL = frozenset({"help", "whoami"})
"""Commands of one word that need no role."""
NOT_LISTED = Message("policy.not_listed")
OTHER_WORKSPACE = Message("policy.other_workspace")

Decision = Allowed | NeedsConfirmation | NeedsApproval | BreakGlass | Refused


class Rule(StrEnum):
    """The kinds of cell in the policy table."""

    ALLOW = "allow"
    CONFIRM = "confirm"
    APPROVE = "approve"
    APPROVE_BY_ADMIN = "approve_by_admin"
    REFUSE = "refuse"


_READ, _PERSONAL, _HALT, _CHANGE, _DESTROY, _GOVERN = Risk
_V, _O, _P, _A = Role

POLICY: Mapping[tuple[Risk, Role], Rule] = {
    (_READ, _V): Rule.ALLOW,
    (_READ, _O): Rule.ALLOW,
    (_READ, _P): Rule.ALLOW,
    (_READ, _A): Rule.ALLOW,
    (_PERSONAL, _V): Rule.ALLOW,
    (_PERSONAL, _O): Rule.ALLOW,
    (_PERSONAL, _P): Rule.ALLOW,
    (_PERSONAL, _A): Rule.ALLOW,
    (_HALT, _V): Rule.REFUSE,
    (_HALT, _O): Rule.ALLOW,
    (_HALT, _P): Rule.ALLOW,
    (_HALT, _A): Rule.ALLOW,
    (_CHANGE, _V): Rule.REFUSE,
    (_CHANGE, _O): Rule.CONFIRM,
    (_CHANGE, _P): Rule.CONFIRM,
    (_CHANGE, _A): Rule.CONFIRM,
    (_DESTROY, _V): Rule.REFUSE,
    (_DESTROY, _O): Rule.APPROVE,
    (_DESTROY, _P): Rule.APPROVE,
    (_DESTROY, _A): Rule.APPROVE,
    (_GOVERN, _V): Rule.REFUSE,
    (_GOVERN, _O): Rule.REFUSE,
    (_GOVERN, _P): Rule.REFUSE,
    (_GOVERN, _A): Rule.APPROVE_BY_ADMIN,
}

LEAST_ROLE: Mapping[Risk, Role] = {
    _READ: _V,
    _PERSONAL: _V,
    _HALT: _O,
    _CHANGE: _O,
    _DESTROY: _O,
    _GOVERN: _A,
}
"""The lowest role that is not refused, for sentences; a test holds it against the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What of the policy a deployment may set."""

    quorum: int = 1
    expires_in: int = 3_600_000
    break_glass: bool = False
    """Whether an admin may run without approval what needs it (`decide_break_glass`)."""


def decide(risk: Risk, role: Role | None, terms: Terms) -> Decision:
    """Look the risk and the role up. A person without a role is refused everything."""
    if role is None:
        return Refused(reason=NOT_LISTED)
    match POLICY[risk, role]:
        case Rule.ALLOW:
            return Allowed()
        case Rule.CONFIRM:
            return NeedsConfirmation(expires_in=terms.expires_in)
        case Rule.APPROVE:
            return NeedsApproval(quorum=max(1, terms.quorum), role=Role.APPROVER, expires_in=terms.expires_in)
        case Rule.APPROVE_BY_ADMIN:
            return NeedsApproval(quorum=1, role=Role.ADMIN, expires_in=terms.expires_in)
        case Rule.REFUSE:
            needed = ROLE_NAMES[LEAST_ROLE[risk]]
            return Refused(reason=Message("policy.asking_needs_role", needed=needed, own=_own_role(role)))
        case other:
            assert_never(other)


BREAK_GLASS_ROLE = Role.ADMIN
"""The least role that may run without approval what needs it."""
REASON_NEEDED = Message("policy.reason_needed")
UNBREAKABLE: Mapping[Risk, Message] = {_GOVERN: Message("policy.two_people")}
"""Risks that need approval, emergency or not, and why."""


def decide_break_glass(risk: Risk, decision: Decision, role: Role | None, terms: Terms, *, reason: str) -> Decision:
    """What `--break-glass` makes of a decision. It never makes more of one than the requester's word alone."""
    match decision:
        case Refused():
            return decision
        case NeedsApproval(expires_in=expires_in):
            refused = _check_break_glass(risk, role, terms)
            if refused is not None:
                return refused
            if not reason.strip():
                return Refused(reason=REASON_NEEDED, mistyped=True)
            return BreakGlass(expires_in=expires_in)
        case Allowed() | NeedsConfirmation() | BreakGlass():
            return Refused(reason=Message("policy.no_approval_needed"), mistyped=True)
        case _:
            assert_never(decision)


def _check_break_glass(risk: Risk, role: Role | None, terms: Terms) -> Refused | None:
    if role is None or not role.reaches(BREAK_GLASS_ROLE):
        return _refuse_breaking(role)
    if not terms.break_glass:
        return Refused(reason=Message("policy.break_glass_off"))
    return Refused(reason=UNBREAKABLE[risk]) if risk in UNBREAKABLE else None


def _refuse_breaking(role: Role | None) -> Refused:
    needed = ROLE_NAMES[BREAK_GLASS_ROLE]
    return Refused(reason=Message("policy.break_glass_needs_role", needed=needed, own=_own_role(role)))


EVERYBODY = IdentityGroups()
"""Every account is another person."""


def check_approver(
    decision: Decision,
    *,
    requester: Principal,
    reviewer: Principal,
    role: Role | None,
    people: IdentityGroups = EVERYBODY,
) -> Refused | None:
    """Refuse a reviewer whose approval does not count; None where it does.

    `role` is the reviewer's role now, not the one when the card was posted.
    """
    if reviewer.team != requester.team and not requester.local:
        return Refused(reason=OTHER_WORKSPACE)
    match decision:
        case NeedsApproval(role=needed):
            if reviewer == requester:
                return Refused(reason=Message("policy.own_request"))
            if people.same(reviewer, requester):
                return Refused(reason=Message("policy.own_request_other_account"))
            if role is None or not role.reaches(needed):
                own = _own_role(role)
                return Refused(reason=Message("policy.approving_needs_role", needed=ROLE_NAMES[needed], own=own))
            return None
        case NeedsConfirmation():
            if reviewer != requester:
                return Refused(reason=Message("policy.requester_confirms"))
            if role is None or not role.reaches(Role.OPERATOR):
                own = _own_role(role)
                return Refused(
                    reason=Message("policy.confirming_needs_role", needed=ROLE_NAMES[Role.OPERATOR], own=own)
                )
            return None
        case BreakGlass():
            if reviewer != requester:
                return Refused(reason=Message("policy.requester_breaks_glass"))
            if role is None or not role.reaches(BREAK_GLASS_ROLE):
                return _refuse_breaking(role)
            return None
        case Allowed() | Refused():
            return Refused(reason=Message("policy.nothing_to_approve"))
        case _:
            assert_never(decision)


def lowest_settling_role(decision: Decision) -> Role:
    """The lowest role whose word on an unknown outcome counts."""
    match decision:
        case NeedsApproval(role=role):
            return role
        case BreakGlass():
            return Role.APPROVER
        case NeedsConfirmation() | Allowed() | Refused():
            return Role.OPERATOR
        case _:
            assert_never(decision)


def check_settler(
    decision: Decision,
    *,
    requester: Principal,
    person: Principal,
    role: Role | None,
    people: IdentityGroups = EVERYBODY,
) -> Refused | None:
    """Refuse a person whose word on an unknown outcome does not count; None where it does.

    What needed somebody else's approval needs somebody else's word, also where break-glass was used; what was
    confirmed, anybody's who may confirm.
    """
    if isinstance(decision, NeedsApproval | BreakGlass) and people.same(person, requester):
        return Refused(reason=Message("policy.own_outcome"))
    needed = lowest_settling_role(decision)
    if role is None or not role.reaches(needed):
        own = _own_role(role)
        return Refused(reason=Message("policy.settling_needs_role", needed=ROLE_NAMES[needed], own=own))
    return None


def _own_role(role: Role | None) -> Message:
    """What somebody is told of their own role, behind a sentence about the one that is needed."""
    return Message("policy.own_role", role=ROLE_NAMES[role]) if role else NOT_LISTED


RISK_NAMES: Mapping[Risk, Message] = {
    _READ: Message("policy.risk.read"),
    _PERSONAL: Message("policy.risk.personal"),
    _HALT: Message("policy.risk.halt"),
    _CHANGE: Message("policy.risk.change"),
    _DESTROY: Message("policy.risk.destroy"),
    _GOVERN: Message("policy.risk.govern"),
}
"""Each risk as people read it."""
WHO: Mapping[Role, Message] = {
    Role.VIEWER: Message("policy.who.viewer"),
    Role.OPERATOR: Message("policy.who.operator"),
    Role.APPROVER: Message("policy.who.approver"),
    Role.ADMIN: Message("policy.who.admin"),
}
"""Who has a role or one above it, in words."""


def list_rules(decision: Decision) -> tuple[str, ...]:
    """List the rows of the policy table that narrowed a decision, by their names."""
    return () if isinstance(decision, Allowed | Refused) else decision.rules


def describe_requirement(decision: Decision) -> Text:
    """Describe what has to happen before a plan runs, as a value beside a label."""
    match decision:
        case NeedsApproval(quorum=quorum, role=role):
            return Message("policy.needs.approval", count=quorum, who=WHO[role])
        case NeedsConfirmation():
            return Message("policy.needs.confirmation")
        case BreakGlass():
            return Message("policy.needs.break_glass")
        case Allowed():
            return Message("policy.needs.nothing")
        case Refused(reason=reason):
            return reason
        case _:
            assert_never(decision)
