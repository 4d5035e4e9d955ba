"""`portal protect` and `portal unprotect`: what destroys something on a protected portal has to name it."""

from __future__ import annotations

from bot.plugin import Call, Message, Nothing, Plan, Reply, Risk, Services, Undo, UndoKind, quote
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.commands.portal import stored_state
from plugins.bitrix24.commands.portal.group import PortalName, portals
from plugins.bitrix24.connecting.unfinished_connections import require_connected
from plugins.bitrix24.portal import Portal


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedPortal:
    """Whether a portal is protected now."""

    name: str
    """The name of the portal in b24bot."""
    protected: bool
    """Whether destructive commands have to name it."""


def plan_protection(portal: Portal, name: str) -> Plan | Nothing:  # noqa: ARG001 - the host opened the portal by it
    """Plan to protect the portal."""
    known = portal.known
    return _plan(
        portal,
        on=True,
        already=Message("bitrix24.portal.protected_already", portal=known.name),
        note=Message("bitrix24.portal.protect_note", portal=known.name),
        summary=Message("bitrix24.portal.protect_summary", portal=known.name),
        undo=Message("bitrix24.portal.protect_undo"),
        radius=Message("bitrix24.portal.protect_radius", portal=known.name),
    )


def plan_unprotection(portal: Portal, name: str) -> Plan | Nothing:  # noqa: ARG001 - the host opened the portal by it
    """Plan to take the protection off the portal."""
    known = portal.known
    return _plan(
        portal,
        on=False,
        already=Message("bitrix24.portal.unprotected_already", portal=known.name),
        note=Message("bitrix24.portal.unprotect_note", portal=known.name),
        summary=Message("bitrix24.portal.unprotect_summary", portal=known.name),
        undo=Message("bitrix24.portal.unprotect_undo"),
        radius=Message("bitrix24.portal.unprotect_radius", portal=known.name),
    )


def _plan(
    portal: Portal, *, on: bool, already: Message, note: Message, summary: Message, undo: Message, radius: Message
) -> Plan | Nothing:
    """Plan to switch the protection; the other of the two commands is the undo."""
    back = "unprotect" if on else "protect"
    wanted = {stored_state.PROTECTION: stored_state.PROTECTED if on else None}
    return stored_state.find_unchanged(stored_state.observe(portal.known), wanted, already) or stored_state.plan_change(
        portal,
        Call(method=stored_state.PROTECT, params={"on": on}, note=note),
        wanted,
        summary=summary,
        undo=Undo(kind=UndoKind.FULL, sentence=undo, line=f"portal {back} {quote(portal.known.name)}"),
        radius=(radius,),
    )


@portals.command(
    "protect",
    words={"ru": ("защитить",)},
    risk=Risk.GOVERN,
    terminal=True,
    check=require_connected,
    plan=plan_protection,
    data=ProtectedPortal,
    examples=["default"],
)
def protect_portal(services: Services, name: PortalName) -> Reply:
    """Protect a portal: destructive commands must name it.

    Such commands then need `--portal NAME`. The default portal and a person's own choice do not count for them.
    """
    return _set(services, name, on=True)


@portals.command(
    "unprotect",
    words={"ru": ("снять-защиту",)},
    risk=Risk.GOVERN,
    terminal=True,
    check=require_connected,
    plan=plan_unprotection,
    data=ProtectedPortal,
    examples=["default"],
)
def unprotect_portal(services: Services, name: PortalName) -> Reply:
    """Stop protecting a portal.

    Destructive commands then act on the default portal or on a person's own choice again.
    """
    return _set(services, name, on=False)


def _set(services: Services, name: str, *, on: bool) -> Reply:
    credential_store = CredentialStore(services)
    portal = credential_store.portal(name)
    credential_store.protect(portal, on=on)
    return Reply(
        title=stored_state.tell_protection(portal.name, on=on), data=ProtectedPortal(name=portal.name, protected=on)
    )
