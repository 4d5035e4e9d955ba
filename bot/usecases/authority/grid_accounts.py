"""People of the other workspaces of our own Enterprise Grid organisation: one principal, wherever they act from."""

from __future__ import annotations

from dataclasses import replace

from bot.core.authority.membership import MembershipStatus
from bot.core.messages.deliveries import Inbound
from bot.core.principals import Principal
from bot.usecases.authority.memberships import last_known_status, list_stale_accounts, refresh_memberships
from bot.usecases.context import Context
from bot.usecases.process.workspace import Workspace


def as_home_account(workspace: Workspace, inbound: Inbound) -> Inbound:
    """Name who acts by our own team, under which the allow-list knows them, if the delivery is of our organisation.

    Ids of users are unique in all of Slack. Whether the person is in our workspace is not known by this.
    """
    person, ours = inbound.person, workspace.enterprise
    here = inbound.enterprise == ours or inbound.workspace == workspace.team
    if not ours or person.team == workspace.team or not here:
        return inbound
    return replace(inbound, person=Principal(team=workspace.team, user=person.user))


def person_of(ctx: Context, inbound: Inbound) -> str:
    """The id of the person to whom a delivery counts, whichever account they acted with and from which workspace."""
    return ctx.deployment.people.id_of(as_home_account(ctx.workspace, inbound).person)


def identify_sender(ctx: Context, inbound: Inbound) -> Inbound:
    """Name a colleague as `as_home_account` does, and leave a person of another organisation as they are.

    Asks Slack which of the two it is. Whoever Slack does not tell of stays a colleague whose membership nobody knows,
    and gets nothing either.
    """
    found = as_home_account(ctx.workspace, inbound)
    if found is inbound:
        return inbound
    refresh_memberships(ctx, [found.person])
    asked = not list_stale_accounts(ctx, [found.person])
    return inbound if asked and last_known_status(ctx, found.person) is MembershipStatus.STRANGER else found
