"""`portal rename`: another name in b24bot for the same portal. The name before stays its own."""

from __future__ import annotations

from typing import Annotated

from bot.plugin import Arg, Call, Message, Nothing, Plan, Reply, Risk, Services, Undo, UndoKind, quote
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.commands.portal import stored_state
from plugins.bitrix24.commands.portal.group import ADDRESS, MEMBER_ID, PortalName, portals
from plugins.bitrix24.connecting.unfinished_connections import require_connected
from plugins.bitrix24.portal import Portal


@dataclass(frozen=True, slots=True, kw_only=True)
class RenamedPortal:
    """A portal that has another name now."""

    name: str
    """Its new name in b24bot."""
    former_name: str
    """The name that it had before."""
    member_id: str
    """Bitrix24's own id of it."""


def plan_rename(portal: Portal, name: str, new: str) -> Plan | Nothing:  # noqa: ARG001 - the host opened it by it
    """Plan the new name. Raises Refusal when another portal has it or had it."""
    known = portal.known
    if known.name == new:
        return Nothing(sentence=Message("bitrix24.portal.named_already", portal=new))
    portal.store.check_rename(known, new)
    return stored_state.plan_change(
        portal,
        Call(
            method=stored_state.RENAME,
            params={"name": new},
            note=Message("bitrix24.portal.rename_note", old=known.name, new=new),
        ),
        {stored_state.NAME: new},
        summary=Message("bitrix24.portal.rename_summary", old=known.name, new=new),
        undo=Undo(
            kind=UndoKind.FULL,
            sentence=Message("bitrix24.portal.rename_undo", old=known.name),
            line=f"portal rename {quote(new)} {quote(known.name)}",
        ),
        radius=(Message("bitrix24.portal.rename_radius", old=known.name),),
    )


@portals.command(
    "rename",
    words={"en": ("mv",), "ru": ("переименовать",)},
    risk=Risk.GOVERN,
    terminal=True,
    check=require_connected,
    plan=plan_rename,
    data=RenamedPortal,
    examples=["default prod"],
)
def rename_portal(
    services: Services,
    name: PortalName,
    new: Annotated[str, Arg(help="the new name", label="NEW")],
) -> Reply:
    """Give a portal another name in b24bot.

    Nothing changes on the portal. Lines, buttons and cards with the former name still lead to this portal, and no
    other portal can get that name.
    """
    credential_store = CredentialStore(services)
    portal = credential_store.portal(name)
    credential_store.rename(portal, new)
    return Reply(
        title=Message("bitrix24.portal.renamed", old=portal.name, new=new),
        facts=((ADDRESS, portal.domain), (MEMBER_ID, portal.member_id)),
        notes=(Message("bitrix24.portal.rename_radius", old=portal.name),),
        data=RenamedPortal(name=new, former_name=portal.name, member_id=portal.member_id),
    )
