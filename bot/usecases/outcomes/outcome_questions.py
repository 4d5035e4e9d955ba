"""An outcome that reading back does not decide is put to people: two buttons on the card, and one line that says so."""

from __future__ import annotations

from bot.core.authority.membership import DISQUALIFICATIONS
from bot.core.authority.policy import BreakGlass, NeedsApproval, check_settler, lowest_settling_role
from bot.core.change.change_request import ChangeRequest
from bot.core.change.outcome import plugin_faults
from bot.core.principals import Principal, describe_least_role
from bot.plugin import Lines, Message, Person, Text
from bot.store.store import Transaction
from bot.usecases.authority.memberships import last_known_status
from bot.usecases.context import Context
from bot.usecases.notices.notifications import post_in_thread, queue_card

MOST_CALLED = 5


def list_plugin_faults(ctx: Context, change: ChangeRequest) -> tuple[Text, ...]:
    """The faults of the plugin for which nobody knows what became of it, as sentences that name the plugin."""
    in_calls = plugin_faults([step.outcome for step in ctx.store.changes.steps(change.number)])
    return (*in_calls, *([change.read_fault] if change.read_fault else ()))


def make_check_request(ctx: Context, change: ChangeRequest) -> Message:
    """The line under the card: to those who approved, with the person who asked, who wants to know.

    Where break-glass was used nobody has approved but who asked, so some of those are called whose word counts.
    """
    first = _may_say(ctx, change) if isinstance(change.decision, BreakGlass) else []
    people = list(dict.fromkeys([*first, *(review.reviewer for review in change.approvals), change.requester]))
    called, faults = tuple(Person(person=one.id) for one in people), list_plugin_faults(ctx, change)
    who = _describe_settlers(change)
    if not faults:
        return Message("outcome.check_request", people=called, who=who)
    return Message("outcome.check_request_after_faults", people=called, who=who, faults=Lines(lines=faults))


def _describe_settlers(change: ChangeRequest) -> Message:
    """Say whose answer counts."""
    role = describe_least_role(lowest_settling_role(change.decision))
    if isinstance(change.decision, NeedsApproval | BreakGlass):
        return Message("outcome.others_may_say", role=role)
    return Message("outcome.anybody_may_say", role=role)


def _may_say(ctx: Context, change: ChangeRequest) -> list[Principal]:
    """Others whose word on the outcome counts, as far as is known."""
    able = [
        grant.principal
        for grant in ctx.store.grants.all()
        if grant.principal.team == ctx.workspace.team
        and last_known_status(ctx, grant.principal) not in DISQUALIFICATIONS
        and check_settler(
            change.decision,
            requester=change.requester,
            person=grant.principal,
            role=grant.role,
            people=ctx.deployment.people,
        )
        is None
    ]
    return able[:MOST_CALLED]


def ask_people(tx: Transaction, ctx: Context, change: ChangeRequest) -> None:
    """Ask people to decide it, beside the reading back that goes on."""
    tx.changes.note(change.number, {"asked_at": ctx.clock.now_ms()})
    post_in_thread(tx, ctx, change.number, make_check_request(ctx, change))
    queue_card(tx, ctx, change.number)
