"""The commands that change what the bot itself keeps. Like any other they plan, and change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated

from bot.core.durations import parse_grant_length
from bot.core.principals import ROLE_NAMES, ROLE_WORDS, Grant, Principal, Role
from bot.core.redaction.redactor import shorten
from bot.core.text import join_lines
from bot.plugin import (
    Answer,
    Arg,
    Call,
    CommandLine,
    Duration,
    EndingTexts,
    Group,
    Message,
    Nothing,
    Plan,
    Refusal,
    Risk,
    Text,
    Undo,
    UndoKind,
)
from bot.plugin import Person as Account
from bot.plugin.frozen import dataclass
from bot.usecases.admin.allow_list import LAST_ADMIN, check_length, describe_role, leaves_no_admin
from bot.usecases.admin.queries import Number, complete_people
from bot.usecases.authority.break_glass_log import find_break_glass_record, is_reviewed
from bot.usecases.context import Context
from bot.usecases.integrity.freezes import FROZEN, describe_freezes
from bot.usecases.process.workspace import Workspace

SET_ROLE, FREEZE, UNFREEZE, REVIEW = "access.set", "bot.freeze", "bot.unfreeze", "glass.review"
"""What a built-in plan would do, by the name its call bears."""
LONGEST_REASON = 500
NO_ROLE = Message("admin.no_role")
NO_UNDO = Undo(kind=UndoKind.NOT_NEEDED, sentence=Message("admin.no_undo"))
YES, NO = Message("admin.yes"), Message("admin.no")
AWAITED, APPROVED = Message("admin.review_awaited"), Message("admin.review_approved")
"""What is observed of the bot's own rules, beside the names of roles."""
ROLE_LABELS: Mapping[str, Text] = {"role": Message("admin.label.role")}
FREEZE_LABELS: Mapping[str, Text] = {"frozen": Message("admin.label.frozen")}
REVIEW_LABELS: Mapping[str, Text] = {"review": Message("admin.label.review")}
"""How the labels of those observations read."""

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
    Arg(
        label="ROLE",
        help="viewer, operator, approver or admin",
        parse=Role.parse,
        complete=lambda _: Role,
        values=ROLE_WORDS,
    ),
]

Length = Annotated[
    int,
    Arg(
        label="DURATION",
        help="how long the role lasts, for example 8h or 2d",
        parse=parse_grant_length,
        words={"ru": ("на", "срок")},
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltinContext:
    """What the built-in planners look at."""

    ctx: Context


access: Group[BuiltinContext] = Group("access", help="The allow-list.", words={"ru": ("доступ",)})
freezing: Group[BuiltinContext] = Group("freeze", help="Block all changes.", words={"ru": ("заморозить", "заморозка")})
unfreezing: Group[BuiltinContext] = Group(
    "unfreeze", help="Allow changes again after a freeze.", words={"ru": ("разморозить", "разморозка")}
)
reviewing: Group[BuiltinContext] = Group(
    "request", help="Change requests.", words={"ru": ("запрос", "запросы", "запросов")}
)
ADMIN_GROUPS = (access, freezing, unfreezing, reviewing)


@access.command(
    "grant",
    words={"en": ("add", "give"), "ru": ("выдать",)},
    risk=Risk.GOVERN,
    examples=["@anton approver", "@anton approver --for 8h", "T0001:U0002 operator"],
    example_words={"@anton approver --for 8h": {"ru": ("@anton согласующий --на 8ч",)}},
)
def access_grant(builtin: BuiltinContext, person: Person, role: ARole, *, for_: Length = 0) -> Answer:
    """Grant a role to a person, or change it; a second admin approves.

    With --for, the role ends by itself. A lower role without an end stays.
    """
    return _role_plan(builtin, person, role, length=for_)


@access.command(
    "revoke",
    words={"en": ("remove", "rm", "delete", "take"), "ru": ("отозвать",)},
    risk=Risk.GOVERN,
    examples=["@anton"],
)
def access_revoke(builtin: BuiltinContext, person: Person) -> Answer:
    """Remove a person's role; a second admin approves."""
    return _role_plan(builtin, person, None)


def _role_plan(builtin: BuiltinContext, person: Principal, role: Role | None, *, length: int = 0) -> Answer:
    whom = find_home_account(builtin.ctx.workspace, person)
    named = Account(person=whom.id)
    grant = builtin.ctx.store.grants.get(whom)
    lasting = grant.lasting if grant else None
    before: Text = describe_role(grant) if grant else NO_ROLE
    if length and role is not None:
        check_length(grant, whom, role)
    elif (grant.role if grant else None) == role == lasting:
        return Nothing(
            sentence=Message("admin.has_role_already", person=named, role=before)
            if role
            else Message("admin.has_no_role_already", person=named)
        )
    if leaves_no_admin(builtin.ctx.store, whom, lasting if length else role):
        raise Refusal(LAST_ADMIN, hint=Message("admin.last_admin_hint"))
    wanted = describe_wanted_role(role, length)
    after: Text = wanted
    if length and role is not None:
        after = Message("admin.role_for", role=ROLE_NAMES[role], length=Duration(duration=length))
    params = {"person": whom.id, "role": role or "", "before": grant.role if grant else ""}
    return Plan(
        summary=Message("admin.grant", person=named, role=after)
        if role
        else Message("admin.revoke", person=named, role=before),
        target=f"access:{whom.id}",
        calls=(
            Call(
                method=SET_ROLE,
                params={**params, "length": length} if length else params,
                note=Message("admin.role_change", person=named, before=before, after=after),
            ),
        ),
        before={"role": before},
        wanted={"role": wanted},
        labels=ROLE_LABELS,
        undo=_undo_role(whom, grant),
        ending=EndingTexts(
            made=Message("card.now.granted", person=named, role=after)
            if role
            else Message("card.now.revoked", person=named, role=before),
            not_made=Message("card.now.not_granted", person=named),
        ),
    )


def describe_wanted_role(role: Role | None, length: int) -> Text:
    """Describe a role as it is observed: of a temporary one without its end, which is known only afterwards."""
    if role is None:
        return NO_ROLE
    return Message("admin.temporary_role", role=ROLE_NAMES[role]) if length else ROLE_NAMES[role]


def _undo_role(whom: Principal, grant: Grant | None) -> Undo:
    """What puts the lasting role back. A temporary role would not end when it should have."""
    lasting = grant.lasting if grant else None
    line = f"access grant @{whom.user} {lasting}" if lasting else f"access revoke @{whom.user}"
    if grant is None or grant.ends_at is None:
        return Undo(kind=UndoKind.FULL, sentence=Message("admin.role_undo"), line=line)
    return Undo(kind=UndoKind.PARTIAL, sentence=Message("admin.role_undo_lasting"), line=line)


def find_home_account(workspace: Workspace, person: Principal) -> Principal:
    """The person with a team. Raises Refusal for somebody of another workspace, whose role would count for nothing."""
    if not person.team and not workspace.team:
        raise Refusal(Message("admin.unknown_workspace"), hint=Message("admin.whole_id_hint"))
    team = person.team or workspace.team
    if workspace.team and team != workspace.team:
        raise Refusal(Message("admin.other_workspace", account=person.id))
    return Principal(team=team, user=person.user)


Why = Annotated[str, Arg(label="REASON", help="the reason; everybody can read it", free=True)]


@freezing.command(
    "",
    risk=Risk.HALT,
    examples=["", "messages are lost"],
    example_words={"messages are lost": {"ru": ("сообщения теряются",)}},
)
def freeze(builtin: BuiltinContext, *reason: Why) -> Answer:
    """Block all changes at once, until two admins unfreeze.

    Changes that already run finish and are recorded. Commands that read, and those for the allow-list, still work.
    """
    frozen = bool(builtin.ctx.store.facts.get(FROZEN))
    return Plan(
        # A second freeze is no repetition: it takes effect on an unfreeze that was asked for after the first.
        summary=Message("admin.freeze_again") if frozen else Message("admin.freeze"),
        target="freeze",
        calls=(
            Call(
                method=FREEZE,
                params={"reason": freeze_reason(reason)},
                note=Message("admin.freeze_note"),
            ),
        ),
        before={"frozen": YES if frozen else NO},
        wanted={"frozen": YES},
        labels=FREEZE_LABELS,
        undo=Undo(kind=UndoKind.FULL, sentence=Message("admin.freeze_undo"), line="unfreeze"),
    )


def freeze_reason(words: Iterable[str]) -> str:
    """Why somebody freezes, as it is kept."""
    return shorten(join_lines(" ".join(words)), LONGEST_REASON)


@unfreezing.command("", risk=Risk.GOVERN, examples=[""])
def unfreeze(builtin: BuiltinContext) -> Answer:
    """Allow changes again after a freeze; a second admin approves."""
    frozen = builtin.ctx.store.facts.get(FROZEN)
    if not frozen:
        return Nothing(sentence=Message("admin.not_frozen"))
    freeze_line = CommandLine(command_line="freeze")
    return Plan(
        summary=Message("admin.unfreeze"),
        target="freeze",
        calls=(Call(method=UNFREEZE, params={"frozen": frozen}, note=Message("admin.unfreeze_note")),),
        before={"frozen": YES},
        wanted={"frozen": NO},
        labels=FREEZE_LABELS,
        # Without a line there is no button: a freeze is typed, with a reason, and not pressed weeks later.
        undo=Undo(kind=UndoKind.NOT_NEEDED, sentence=Message("admin.unfreeze_undo", command=freeze_line)),
        warnings=(describe_freezes(frozen),),
        ending=EndingTexts(made=Message("card.now.unfrozen"), not_made=Message("card.now.not_unfrozen")),
    )


@reviewing.command("review", words={"ru": ("проверить",)}, risk=Risk.GOVERN, examples=["CR-1001"])
def request_review(builtin: BuiltinContext, number: Number) -> Answer:
    """Review a change that ran without approval; the person who ran it cannot approve the review."""
    bypass = find_break_glass_record(builtin.ctx, number)
    change = builtin.ctx.store.changes.get(number)
    if bypass is None or change is None:
        raise Refusal(Message("admin.nothing_to_review", request=f"CR-{number}"))
    if is_reviewed(builtin.ctx, number):
        return Nothing(sentence=Message("admin.reviewed_already", request=f"CR-{number}"))
    actor, reason = Account(person=bypass.actor), str(bypass.facts.get("reason"))
    line = CommandLine(command_line=f"request review CR-{number}")
    return Plan(
        summary=Message("admin.review", request=f"CR-{number}"),
        target=f"review:CR-{number}",
        calls=(
            Call(
                method=REVIEW,
                params={"number": number},
                note=Message("admin.review_note", request=f"CR-{number}", summary=change.plan.summary),
            ),
        ),
        before={"review": AWAITED},
        wanted={"review": APPROVED},
        labels=REVIEW_LABELS,
        undo=NO_UNDO,
        radius=(Message("admin.ran_without_approval", person=actor, reason=reason),),
        ending=EndingTexts(
            made=Message("card.now.reviewed", request=f"CR-{number}"),
            not_made=Message("card.now.not_reviewed", request=f"CR-{number}"),
            next_not_made=Message("card.next.review_again", command=line),
        ),
    )
