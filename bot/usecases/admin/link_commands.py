"""The commands that link an account at a place, to a person of the allow-list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from bot.core import mentions
from bot.core.bot_errors import NotPermitted
from bot.core.principals import Principal, Role
from bot.plugin import (
    Answer,
    Arg,
    BadArgument,
    Call,
    EndingTexts,
    Message,
    Nothing,
    Observation,
    Plan,
    Refusal,
    Reply,
    Risk,
    Table,
    Text,
    Time,
    Undo,
    UndoKind,
)
from bot.plugin import Person as Account
from bot.plugin.frozen import dataclass
from bot.usecases.admin.admin_commands import BuiltinContext, Person, access, find_home_account
from bot.usecases.admin.queries import QueryContext
from bot.usecases.admin.queries import access as looking
from bot.usecases.authority.linked_accounts import Link, OutsideAccount, find_linked_person, list_links
from bot.usecases.command_context.place_choice import list_place_plugins
from bot.usecases.context import Context

SET_LINK = "access.link"
TARGET = "link"
LABEL = "link"
LABELS: Mapping[str, Text] = {LABEL: Message("admin.link.label")}
NOBODY = Message("admin.link.nobody")
_ACCOUNT = re.compile(r"\A(?P<place>[^\s:]{1,64}):(?P<user>[A-Za-z0-9._-]{1,64})\Z")


COLUMNS = (
    Message("admin.links.account"),
    Message("admin.list.person"),
    Message("admin.links.requested_by"),
    Message("admin.list.granted_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLink:
    """An account at a place, and the person that it is linked to."""

    place: str
    """The name of the place, as b24bot calls it now."""
    user: str
    """The id that the account has there."""
    principal: str
    """The person, for example `T0001:U0002`."""
    requested_by: str
    """Who asked for the link."""
    linked_at: Time
    """When they were linked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountName:
    """An outside account as it is typed."""

    place: str
    user: str


def parse_account(word: str) -> AccountName:
    """Read `prod:27`. Raises BadArgument with what to type instead."""
    found = _ACCOUNT.match(word.strip())
    if found is None:
        raise BadArgument(
            Message("admin.link.not_an_account", text=word), hint=Message("admin.link.account_hint", example="prod:27")
        )
    return AccountName(place=found["place"], user=found["user"])


def complete_links(builtin: BuiltinContext) -> list[str]:
    """The accounts that are linked, for shell completion."""
    return [f"{link.place}:{link.user}" for link in list_links(builtin.ctx.store)]


AnAccount = Annotated[
    AccountName,
    Arg(
        label="NAME:USER",
        help="Place: its name, a colon and the id of its user, for example prod:27",
        parse=parse_account,
        complete=complete_links,
    ),
]


@access.command("link", words={"ru": ("связать",)}, risk=Risk.GOVERN, examples=["@anton prod:27"])
def access_link(builtin: BuiltinContext, person: Person, account: AnAccount) -> Answer:
    """Link an outside account to a person; a second admin approves.

    What the account then does on b24bot's pages counts as done by that person.
    """
    whom = find_home_account(builtin.ctx.workspace, person)
    if builtin.ctx.store.grants.role_of(whom) is None:
        raise Refusal(
            Message("admin.link.no_role", person=Account(person=whom.id)),
            hint=Message("admin.link.grant_first", command=f"access grant @{whom.user} operator"),
        )
    return _plan(builtin.ctx, account, whom)


@access.command("unlink", words={"ru": ("отвязать",)}, risk=Risk.GOVERN, examples=["prod:27"])
def access_unlink(builtin: BuiltinContext, account: AnAccount) -> Answer:
    """Remove the link of an outside account; a second admin approves."""
    return _plan(builtin.ctx, account, None)


@looking.command("links", words={"ru": ("связи",)}, risk=Risk.READ, data=tuple[AccountLink, ...], examples=[""])
def access_links(query: QueryContext) -> Reply:
    """Show which outside accounts are linked to whom; for admins."""
    if query.role is not Role.ADMIN:
        raise NotPermitted(Message("admin.links.admins_only"))
    names = {
        (plugin.name, place.identity): place.name
        for plugin in list_place_plugins(query.ctx.registry)
        for place in plugin.places(query.ctx.services(plugin.name))
    }
    links = [(names.get((link.plugin, link.identity), link.place), link) for link in list_links(query.ctx.store)]
    links.sort(key=lambda pair: (pair[0], pair[1].user))
    data = tuple(
        AccountLink(
            place=place,
            user=link.user,
            principal=link.person.id,
            requested_by=link.requested_by,
            linked_at=Time(time=link.at),
        )
        for place, link in links
    )
    if not links:
        return Reply(title=Message("admin.links.none"), data=data)
    rows = tuple(
        (
            f"{place}:{link.user}",
            mentions.person(link.person),
            mentions.mark_account(link.requested_by),
            mentions.mark_time(link.at),
        )
        for place, link in links
    )
    return Reply(title=Message("admin.links.title"), table=Table(columns=COLUMNS, rows=rows), data=data)


def find_account(ctx: Context, name: AccountName) -> OutsideAccount:
    """The account of this name. Raises Refusal where no place, or more than one, has the name."""
    found = [
        OutsideAccount(plugin=plugin.name, place=place, user=name.user)
        for plugin in list_place_plugins(ctx.registry)
        for place in plugin.places(ctx.services(plugin.name))
        if name.place in (place.name, *place.former_names)
    ]
    term = ctx.registry.place_term
    if not found:
        raise Refusal(Message("admin.link.unknown_place", term=term.label, name=name.place))
    if len(found) > 1:
        raise Refusal(Message("place.several_plugins", term=term.label, name=name.place))
    return found[0]


def _plan(ctx: Context, name: AccountName, whom: Principal | None) -> Answer:
    account = find_account(ctx, name)
    held = find_linked_person(ctx.store, account)
    if held == whom:
        return Nothing(
            sentence=Message("admin.link.already", account=account.name, person=Account(person=whom.id))
            if whom
            else Message("admin.link.none_already", account=account.name)
        )
    undo = f"access link @{held.user} {account.name}" if held else f"access unlink {account.name}"
    before, after = describe(held), describe(whom)
    return Plan(
        summary=Message("admin.link.link", account=account.name, person=Account(person=whom.id))
        if whom
        else Message("admin.link.unlink", account=account.name, before=before),
        target=f"{TARGET}:{account.key}",
        calls=(
            Call(
                method=SET_LINK,
                params={
                    "person": whom.id if whom else "",
                    "before": held.id if held else "",
                    "place": account.place.name,
                    "identity": account.place.identity,
                    "plugin": account.plugin,
                    "user": account.user,
                },
                note=Message("admin.link.change", account=account.name, before=before, after=after),
            ),
        ),
        before={LABEL: before},
        wanted={LABEL: after},
        labels=LABELS,
        undo=Undo(kind=UndoKind.FULL, sentence=Message("admin.link.undo"), line=undo),
        radius=(Message("admin.link.radius", account=account.name),) if whom else (),
        ending=EndingTexts(
            made=Message("card.now.linked", account=account.name, person=Account(person=whom.id))
            if whom
            else Message("card.now.unlinked", account=account.name),
            not_made=Message("card.now.not_linked", account=account.name),
        ),
    )


def describe(person: Principal | None) -> Text:
    """To whom an account is linked, as it is observed."""
    return Message("admin.link.to", person=Account(person=person.id)) if person else NOBODY


def observe_link(ctx: Context, key: str) -> Observation:
    """To whom the account with this key is linked."""
    found: Link | None = next((link for link in list_links(ctx.store) if link.key == key), None)
    return {LABEL: describe(found.person if found else None)}
