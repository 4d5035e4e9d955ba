"""The commands that change what the bot itself keeps. Like any other they plan, and change nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from bot.core import mentions
from bot.core.principals import Principal, Role
from bot.core.redaction.redactor import shorten
from bot.core.text import join_lines
from bot.plugin import Answer, Arg, Call, Group, Nothing, Plan, Refusal, Risk, Undo, UndoKind
from bot.plugin.frozen import dataclass
from bot.usecases.admin.allow_list import LAST_ADMIN, leaves_no_admin
from bot.usecases.admin.queries import Number, complete_people
from bot.usecases.authority.break_glass_log import find_break_glass_record, is_reviewed
from bot.usecases.context import Context
from bot.usecases.integrity.active_limits import FROZEN
from bot.usecases.process.workspace import Workspace

SET_ROLE, FREEZE, UNFREEZE, REVIEW = "access.set", "bot.freeze", "bot.unfreeze", "glass.review"
"""What a built-in plan would do, by the name its call bears."""
LONGEST_REASON = 500
NO_ROLE = "none"
NO_UNDO = Undo(kind=UndoKind.NONE, sentence="There is nothing to undo.")

Person = Annotated[
    Principal,
    Arg(
        label="PERSON",
        help="a mention like @anton, or T0001:U0002",
        parse=Principal.named,
        person=True,
        complete=complete_people,
    ),
]
ARole = Annotated[
    Role,
    Arg(label="ROLE", help="viewer, operator, approver or admin", parse=Role.parse, complete=lambda _: Role),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltinContext:
    """What the built-in planners look at."""

    ctx: Context


access: Group[BuiltinContext] = Group("access", help="The allow-list.")
freezing: Group[BuiltinContext] = Group("freeze", help="Stop everything that changes a portal.")
unfreezing: Group[BuiltinContext] = Group("unfreeze", help="Go on after a freeze.")
reviewing: Group[BuiltinContext] = Group("request", help="Change requests.")
ADMIN_GROUPS = (access, freezing, unfreezing, reviewing)


@access.command("grant", risk=Risk.GOVERN, examples=["@anton approver", "T0001:U0002 operator"])
def access_grant(builtin: BuiltinContext, person: Person, role: ARole) -> Answer:
    """Give somebody a role, or another one; a second admin approves it."""
    return _role_plan(builtin, person, role)


@access.command("revoke", risk=Risk.GOVERN, examples=["@anton"])
def access_revoke(builtin: BuiltinContext, person: Person) -> Answer:
    """Take somebody's role away; a second admin approves it."""
    return _role_plan(builtin, person, None)


def _role_plan(builtin: BuiltinContext, person: Principal, role: Role | None) -> Answer:
    whom = _in_home_team(builtin.ctx.workspace, person)
    held = builtin.ctx.store.grants.role_of(whom)
    if held == role:
        return Nothing(sentence=f"{mentions.person(whom)} has {f'the role {role}' if role else 'no role'} already.")
    if leaves_no_admin(builtin.ctx.store, whom, role):
        raise Refusal(LAST_ADMIN, hint="Give the role admin to somebody else first.")
    does = (
        f"give {mentions.person(whom)} the role {role}"
        if role
        else f"take the role {held} from {mentions.person(whom)}"
    )
    undo = f"access grant @{whom.user} {held}" if held else f"access revoke @{whom.user}"
    now = f"has the role {held} now" if held else "is not on the allow-list now"
    return Plan(
        summary=f"{does[0].upper()}{does[1:]}",
        target=f"access:{whom.id}",
        calls=(
            Call(
                method=SET_ROLE,
                params={"person": whom.id, "role": role or "", "before": held or ""},
                note=f"{mentions.person(whom)} {now}, and has {f'the role {role}' if role else 'none'} after",
            ),
        ),
        before={"role": held or NO_ROLE},
        wanted={"role": role or NO_ROLE},
        undo=Undo(kind=UndoKind.FULL, sentence="The role they had is given back the same way.", line=undo),
    )


def _in_home_team(workspace: Workspace, person: Principal) -> Principal:
    """The person with a team. Raises Refusal for somebody of another workspace, whose role would count for nothing."""
    if not person.team and not workspace.team:
        raise Refusal("It is not known yet which workspace that is in.", hint="Type team and user id: T0001:U0002.")
    team = person.team or workspace.team
    if workspace.team and team != workspace.team:
        raise Refusal(f"{person.id} belongs to another workspace; b24bot works for people of its own only.")
    return Principal(team=team, user=person.user)


Why = Annotated[str, Arg(label="REASON", help="why, for everybody to read", free=True)]


@freezing.command("", risk=Risk.HALT, examples=["", "the portal loses messages"])
def freeze(builtin: BuiltinContext, *reason: Why) -> Answer:
    """Stop at once: nothing that changes a portal is taken on or run until somebody unfreezes.

    What already runs finishes and is recorded. Reading goes on, and so do the commands about the allow-list.
    """
    frozen = bool(builtin.ctx.store.facts.get(FROZEN))
    return Plan(
        # A second freeze is no repetition: it takes effect on an unfreeze that was asked for after the first.
        summary="Freeze b24bot again" if frozen else "Freeze b24bot",
        target="freeze",
        calls=(
            Call(
                method=FREEZE,
                params={"reason": freeze_reason(reason)},
                note="Nothing that changes a portal is taken on or run until two people unfreeze b24bot",
            ),
        ),
        before={"frozen": "yes" if frozen else "no"},
        wanted={"frozen": "yes"},
        undo=Undo(kind=UndoKind.FULL, sentence="An admin unfreezes, with another's approval.", line="unfreeze"),
    )


LEFT_OUT = "the reason was left out because it looks like "


def withheld_reason(what: str) -> str:
    """What stands in place of a reason that holds a secret of this bot."""
    return f"{LEFT_OUT}{what}"


def freeze_reason(words: Iterable[str]) -> str:
    """Why somebody freezes, as it is kept."""
    return shorten(join_lines(" ".join(words)), LONGEST_REASON)


@unfreezing.command("", risk=Risk.GOVERN, examples=[""])
def unfreeze(builtin: BuiltinContext) -> Answer:
    """Go on after a freeze; a second admin approves it."""
    frozen = builtin.ctx.store.facts.get(FROZEN)
    if not frozen:
        return Nothing(sentence="b24bot is not frozen.")
    return Plan(
        summary="Unfreeze b24bot",
        target="freeze",
        calls=(
            Call(method=UNFREEZE, params={"frozen": frozen}, note="Portals may be changed again, by the usual rules"),
        ),
        before={"frozen": "yes"},
        wanted={"frozen": "no"},
        # Without a line there is no button: a freeze is typed, with a reason, and not pressed weeks later.
        undo=Undo(kind=UndoKind.NONE, sentence="Anybody from operator up freezes again at once, by typing freeze."),
        warnings=(f"It was frozen because: {frozen}",),
    )


@reviewing.command("review", risk=Risk.GOVERN, examples=["CR-1001"])
def request_review(builtin: BuiltinContext, number: Number) -> Answer:
    """Look at a change request that was run without approval; somebody who did not run it approves that."""
    bypass = find_break_glass_record(builtin.ctx, number)
    change = builtin.ctx.store.changes.get(number)
    if bypass is None or change is None:
        raise Refusal(f"CR-{number} did not run without approval, so there is nothing to review.")
    if is_reviewed(builtin.ctx, number):
        return Nothing(sentence=f"CR-{number} has been reviewed already.")
    who = mentions.person(Principal.read(bypass.actor))
    return Plan(
        summary=f"Review the broken glass of CR-{number}",
        target=f"review:CR-{number}",
        calls=(
            Call(
                method=REVIEW,
                params={"number": number},
                note=f"Put on record that somebody else has looked at CR-{number}: {change.plan.summary}",
            ),
        ),
        before={"review": "awaited"},
        wanted={"review": "approved"},
        undo=NO_UNDO,
        radius=(f"{who} ran it without the approval of anybody else. Why: {bypass.facts.get('reason')}",),
    )
