"""`b24bot access`: the allow-list, in the same database that a running bot uses."""

from __future__ import annotations

import click

from bot.cli.completion import from_store
from bot.cli.options import as_json, reason
from bot.cli.output import print_answer, report
from bot.cli.plugin_commands import NounGroup
from bot.cli.session import Terminal
from bot.core.audit.stored_views import GrantRow
from bot.core.principals import Principal, Role
from bot.plugin import Refusal
from bot.plugin.frozen import dataclass
from bot.store.store import Transaction
from bot.usecases.admin.allow_list import LAST_ADMIN, leaves_no_admin, set_role
from bot.usecases.admin.listings import list_grants
from bot.usecases.admin.queries import complete_people


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGranted:
    """A role that somebody has now."""

    principal: str
    """Whose role it is, for example `T0001:U0002`."""
    role: Role
    granted_by: str
    """The account that gave it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRevoked:
    """What was taken from the allow-list."""

    principal: str
    revoked: bool
    """Whether they had a role."""


last_admin = click.option("--last-admin", is_flag=True, help="Also if they are the last admin of their workspace.")


@click.command("grant")
@click.argument("person", metavar="TEAM:USER", shell_complete=from_store(complete_people))
@click.argument("role", metavar="ROLE", shell_complete=from_store(lambda _: Role))
@last_admin
@reason
@as_json(RoleGranted)
@click.pass_obj
def grant(terminal: Terminal, person: str, role: str, last_admin: bool, as_json: bool) -> None:
    """Give somebody a role: viewer, operator, approver or admin.

    It holds at once, also in a bot that is running, and is recorded with the name of your account.
    """
    principal, given = Principal.parse(person), Role.parse(role)
    with terminal.store(writes=True) as store, store.unit_of_work() as tx:
        _keep_an_admin(tx, principal, given, last_admin=last_admin)
        set_role(tx, principal, given, by=terminal.person, at=store.clock.now_ms())
    told = f"{principal.id} is {given} now; recorded as granted by {terminal.person.id}."
    done = RoleGranted(principal=principal.id, role=given, granted_by=terminal.person.id)
    report(done, told, as_json=as_json)


@click.command("revoke")
@click.argument("person", metavar="TEAM:USER", shell_complete=from_store(complete_people))
@last_admin
@reason
@as_json(RoleRevoked)
@click.pass_obj
def revoke(terminal: Terminal, person: str, last_admin: bool, as_json: bool) -> None:
    """Take somebody's role away. It holds at once, also for approvals that they have given."""
    principal = Principal.parse(person)
    with terminal.store(writes=True) as store, store.unit_of_work() as tx:
        _keep_an_admin(tx, principal, None, last_admin=last_admin)
        removed = set_role(tx, principal, None, by=terminal.person, at=store.clock.now_ms())
    told = (
        f"{principal.id} has no role any more; recorded as revoked by {terminal.person.id}."
        if removed
        else f"{principal.id} is not on the allow-list; there was nothing to revoke."
    )
    report(RoleRevoked(principal=principal.id, revoked=removed), told, as_json=as_json)


def _keep_an_admin(tx: Transaction, principal: Principal, role: Role | None, *, last_admin: bool) -> None:
    """Without an admin nobody in Slack could change the allow-list. Whoever has this shell may still want that."""
    if not last_admin and leaves_no_admin(tx, principal, role):
        raise Refusal(
            LAST_ADMIN,
            hint="Name another one first: b24bot access grant TEAM:USER admin. If it has to be: --last-admin",
        )


@click.command("list")
@as_json(tuple[GrantRow, ...])
@click.pass_obj
def show_grants(terminal: Terminal, as_json: bool) -> None:
    """Who is on the allow-list, with which role."""
    with terminal.store() as store:
        reply = list_grants(store.grants.all())
    print_answer(reply, as_json=as_json)


access = NounGroup("access", help="Who may do what: the allow-list.", own=(grant, revoke, show_grants))
