"""Who may do what: one table, and decisions that say why."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import assert_never

from bot.core.authority.identity_groups import IdentityGroups
from bot.core.principals import Principal, Role
from bot.plugin import Risk
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """It runs at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsConfirmation:
    """The requester looks at the plan and confirms it."""

    expires_in: int
    """Milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsApproval:
    """`quorum` people of at least `role`, none of them the requester, approve it."""

    quorum: int
    role: Role
    expires_in: int
    """Milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenGlass:
    """An emergency: the admin who asked confirms it alone, everybody is told, and somebody else reviews it after."""

    expires_in: int
    """Milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """No, and why, in a sentence for the person."""

    reason: str
    mistyped: bool = False
    """Whether the words are what is wrong, and not who typed them."""


Decision = Allowed | NeedsConfirmation | NeedsApproval | BrokenGlass | Refused


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
        return Refused(reason="You are not on the allow-list.")
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
            return Refused(reason=f"This needs the role {LEAST_ROLE[risk]}; yours is {role}.")
        case other:
            assert_never(other)


BREAKS_GLASS = Role.ADMIN
"""The least role that may run without approval what needs it."""
REASON_NEEDED = 'Breaking the glass needs a reason: add --reason "why it cannot wait".'
UNBREAKABLE: Mapping[Risk, str] = {
    _GOVERN: "The bot's own rules always take two people; --break-glass does not change that.",
}
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
            return BrokenGlass(expires_in=expires_in)
        case Allowed() | NeedsConfirmation() | BrokenGlass():
            return Refused(reason="This needs nobody else's approval; leave --break-glass out.", mistyped=True)
        case _:
            assert_never(decision)


def _check_break_glass(risk: Risk, role: Role | None, terms: Terms) -> Refused | None:
    if role is None or not role.reaches(BREAKS_GLASS):
        return Refused(reason=f"Breaking the glass needs the role {BREAKS_GLASS}; {_role_sentence(role)}.")
    if not terms.break_glass:
        return Refused(
            reason="Breaking the glass is switched off here. Whoever has the host sets B24BOT_BREAK_GLASS=on and "
            "starts the bot again."
        )
    return Refused(reason=UNBREAKABLE[risk]) if risk in UNBREAKABLE else None


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
        return Refused(reason="You belong to another workspace; only people of this one can decide here.")
    match decision:
        case NeedsApproval(role=needed):
            if reviewer == requester:
                return Refused(reason="You asked for this yourself; somebody else has to approve it.")
            if people.same(reviewer, requester):
                return Refused(reason="You asked for this with another account; somebody else has to approve it.")
            if role is None or not role.reaches(needed):
                return Refused(reason=f"Approving this needs the role {needed}; {_role_sentence(role)}.")
            return None
        case NeedsConfirmation():
            if reviewer != requester:
                return Refused(reason="Only the person who asked can confirm this.")
            if role is None or not role.reaches(Role.OPERATOR):
                return Refused(reason=f"Confirming this needs the role {Role.OPERATOR}; {_role_sentence(role)}.")
            return None
        case BrokenGlass():
            if reviewer != requester:
                return Refused(reason="Only the admin who asked can break the glass for this.")
            if role is None or not role.reaches(BREAKS_GLASS):
                return Refused(reason=f"Breaking the glass needs the role {BREAKS_GLASS}; {_role_sentence(role)}.")
            return None
        case Allowed() | Refused():
            return Refused(reason="There is nothing to approve.")
        case _:
            assert_never(decision)


def lowest_settling_role(decision: Decision) -> Role:
    """The lowest role whose word on an unknown outcome counts."""
    match decision:
        case NeedsApproval(role=role):
            return role
        case BrokenGlass():
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

    What needed somebody else's approval needs somebody else's word, also where the glass was broken; what was
    confirmed, anybody's who may confirm.
    """
    if isinstance(decision, NeedsApproval | BrokenGlass) and people.same(person, requester):
        return Refused(reason="You asked for this yourself; somebody else has to say what became of it.")
    needed = lowest_settling_role(decision)
    if role is None or not role.reaches(needed):
        return Refused(reason=f"Saying what became of this needs the role {needed}; {_role_sentence(role)}.")
    return None


def _role_sentence(role: Role | None) -> str:
    return f"yours is {role}" if role else "you are not on the allow-list"


WHO: Mapping[Role, str] = {
    Role.VIEWER: "person on the allow-list",
    Role.OPERATOR: "operator, approver or admin",
    Role.APPROVER: "approver or admin",
    Role.ADMIN: "admin",
}
"""Who has a role or one above it, in words."""


def describe_requirement(decision: Decision) -> str:
    """What has to happen before a plan runs, in words."""
    match decision:
        case NeedsApproval(quorum=1, role=role):
            return f"the approval of one other {WHO[role]}"
        case NeedsApproval(quorum=quorum, role=role):
            return f"the approval of {quorum} other people ({WHO[role]})"
        case NeedsConfirmation():
            return "your confirmation"
        case BrokenGlass():
            return "the confirmation of the admin who asks, alone: the glass is broken, and that is reviewed afterwards"
        case Allowed():
            return "nothing"
        case Refused(reason=reason):
            return reason
        case _:
            assert_never(decision)
