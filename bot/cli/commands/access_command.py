"""`b24bot access`: the allow-list, in the same database that a running bot uses."""

from __future__ import annotations

import click

from bot.cli.completion import from_store
from bot.cli.help_page import argument, command, option
from bot.cli.options import as_json, reason
from bot.cli.output import print_answer, report
from bot.cli.plugin_commands import CommandGroup
from bot.cli.session import Terminal
from bot.core.audit.stored_views import GrantRow
from bot.core.durations import parse_grant_length
from bot.core.parsing.synonyms import name_value
from bot.core.principals import ROLE_NAMES, ROLE_WORDS, Grant, Principal, Role
from bot.plugin import Message, Refusal, Time, time_or_none
from bot.plugin.frozen import dataclass
from bot.store.store import Store, Transaction
from bot.usecases.admin.allow_list import LAST_ADMIN, check_length, describe_role, leaves_no_admin, set_role
from bot.usecases.admin.listings import list_grants
from bot.usecases.admin.queries import complete_people
from bot.usecases.integrity.allow_list_check import REMEDY, describe_mismatch, find_mismatches


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGranted:
    """A role that somebody has now."""

    principal: str
    """Whose role it is, for example `T0001:U0002`."""
    role: Role
    """The role."""
    granted_by: str
    """The account that gave it."""
    until: Time | None
    """When the role ends by itself; null for a lasting one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRevoked:
    """The role that was removed from the allow-list."""

    principal: str
    """Whose role it was, for example `T0001:U0002`."""
    revoked: bool
    """Whether they had a role."""


person = argument(
    "person", metavar="TEAM:USER", help=Message("clihelp.argument.person"), shell_complete=from_store(complete_people)
)
last_admin = option("--last-admin", is_flag=True, help=Message("clihelp.option.last_admin"))


@command(
    "grant",
    help=Message("clihelp.access_grant"),
    details=Message("clihelp.access_grant.details"),
    examples=("T0123456:U0123456 operator", "T0123456:U0123456 operator --for 8h"),
)
@person
@argument(
    "role",
    metavar="ROLE",
    help=Message("clihelp.argument.role"),
    values={str(role): words for role, words in ROLE_WORDS.items()},
    shell_complete=from_store(lambda _: Role),
)
@option("--for", "length", metavar="DURATION", help=Message("clihelp.option.for"), words={"ru": ("на", "срок")})
@last_admin
@reason
@as_json(RoleGranted)
@click.pass_obj
def grant(terminal: Terminal, person: str, role: str, length: str | None, last_admin: bool, as_json: bool) -> None:
    """Give a person a role."""
    principal, given = Principal.parse(person), Role.parse(name_value(ROLE_WORDS, role))
    lasts = parse_grant_length(length) if length is not None else 0
    with terminal.store(writes=True) as store, store.unit_of_work() as tx:
        held = tx.grants.get(principal)
        if lasts:
            _check_temporary(store, held, principal, given)
        lasting = held.lasting if held and lasts else given
        _keep_an_admin(tx, principal, lasting, last_admin=last_admin)
        set_role(tx, principal, given, by=terminal.person, at=store.clock.now_ms(), length=lasts)
        made = tx.grants.get(principal)
    shown = describe_role(made) if made else ROLE_NAMES[given]
    told = Message("cli.access.granted", person=principal.id, role=shown, by=terminal.person.id)
    until = time_or_none(made.ends_at if made else None)
    done = RoleGranted(principal=principal.id, role=given, granted_by=terminal.person.id, until=until)
    report(done, told, as_json=as_json)


def _check_temporary(store: Store, held: Grant | None, principal: Principal, role: Role) -> None:
    """The role below a temporary role is taken from the row, so the log has to bear the rows out."""
    found = find_mismatches(store)
    if found:
        raise Refusal(describe_mismatch(found), hint=REMEDY)
    check_length(held, principal, role)


@command(
    "revoke",
    help=Message("clihelp.access_revoke"),
    details=Message("clihelp.access_revoke.details"),
    examples=("T0123456:U0123456",),
)
@person
@last_admin
@reason
@as_json(RoleRevoked)
@click.pass_obj
def revoke(terminal: Terminal, person: str, last_admin: bool, as_json: bool) -> None:
    """Take the role of a person away."""
    principal = Principal.parse(person)
    with terminal.store(writes=True) as store, store.unit_of_work() as tx:
        _keep_an_admin(tx, principal, None, last_admin=last_admin)
        removed = set_role(tx, principal, None, by=terminal.person, at=store.clock.now_ms())
    told = Message("cli.access.revoked", person=principal.id, by=terminal.person.id)
    if not removed:
        told = Message("cli.access.nothing_to_revoke", person=principal.id)
    report(RoleRevoked(principal=principal.id, revoked=removed), told, as_json=as_json)


def _keep_an_admin(tx: Transaction, principal: Principal, role: Role | None, *, last_admin: bool) -> None:
    """Without an admin nobody in Slack could change the allow-list. Whoever has this shell may still want that."""
    if not last_admin and leaves_no_admin(tx, principal, role):
        raise Refusal(LAST_ADMIN, hint=Message("cli.access.another_admin_first"))


@command("list", help=Message("clihelp.access_list"))
@as_json(tuple[GrantRow, ...])
@click.pass_obj
def show_grants(terminal: Terminal, as_json: bool) -> None:
    """List the people on the allow-list with their roles."""
    with terminal.store() as store:
        reply = list_grants(store.grants.all())
    print_answer(reply, as_json=as_json)


access = CommandGroup("access", help=Message("clihelp.access"), own=(grant, revoke, show_grants))
