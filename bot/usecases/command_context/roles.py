"""The role of a person by the stored allow-list."""

from __future__ import annotations

from bot.core.principals import Principal, Role
from bot.usecases.context import Context


def role_of(ctx: Context, person: Principal) -> Role | None:
    """The role now. People of another workspace have none, whatever the list says."""
    if not person.local and person.team != ctx.workspace.team:
        return None
    return ctx.store.grants.role_of(person)
