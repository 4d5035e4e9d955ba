"""`b24bot access`: the allow-list, in the same database that a running bot uses."""

from __future__ import annotations

import click

from bot.cli.declared import NounGroup
from bot.cli.options import as_json
from bot.cli.output import print_json, print_table, say
from bot.cli.shown import grant_row
from bot.cli.terminal import Terminal
from bot.core.exports import iso
from bot.core.principals import Principal, Role
from bot.plugin import Table
from bot.usecases.access import grant_role, revoke_role


@click.command("grant")
@click.argument("person", metavar="TEAM:USER")
@click.argument("role", metavar="ROLE")
@click.pass_obj
def grant(terminal: Terminal, person: str, role: str) -> None:
    """Give somebody a role: viewer, operator, approver or admin.

    It holds at once, also in a bot that is running, and is recorded with the name of your account.
    """
    principal, given = Principal.parse(person), Role.parse(role)
    with terminal.store(writes=True) as store:
        grant_role(store, principal, given, by=terminal.person)
    say(f"{principal.id} is {given} now; recorded as granted by {terminal.person.id}.")


@click.command("revoke")
@click.argument("person", metavar="TEAM:USER")
@click.pass_obj
def revoke(terminal: Terminal, person: str) -> None:
    """Take somebody's role away. It holds at once, also for approvals that they have given."""
    principal = Principal.parse(person)
    with terminal.store(writes=True) as store:
        removed = revoke_role(store, principal, by=terminal.person)
    if removed:
        say(f"{principal.id} has no role any more; recorded as revoked by {terminal.person.id}.")
    else:
        say(f"{principal.id} is not on the allow-list; there was nothing to revoke.")


@click.command("list")
@as_json
@click.pass_obj
def list_grants(terminal: Terminal, as_json: bool) -> None:
    """Who is on the allow-list, with which role."""
    with terminal.store() as store:
        grants = store.grants.all()
    if as_json:
        print_json([grant_row(one) for one in grants])
        return
    rows = tuple((one.principal.id, one.role.value, one.granted_by, iso(one.granted_at)) for one in grants)
    print_table(Table(columns=("who", "role", "granted by", "at"), rows=rows))


access = NounGroup("access", help="Who may do what: the allow-list.", own=(grant, revoke, list_grants))
