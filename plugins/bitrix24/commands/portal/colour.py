"""`portal colour`: the colour by which people tell a portal from the others."""

from __future__ import annotations

from typing import Annotated

from bot.plugin import Arg, Call, Message, Nothing, Plan, Reply, Risk, Services, Undo, UndoKind, quote
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth import colours
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.commands.portal import stored_state
from plugins.bitrix24.commands.portal.group import PortalName, portals
from plugins.bitrix24.connecting.unfinished_connections import require_connected
from plugins.bitrix24.portal import Portal


@dataclass(frozen=True, slots=True, kw_only=True)
class ColouredPortal:
    """The colour of a portal."""

    name: str
    """The name of the portal in b24bot."""
    colour: str
    """Its colour: one of the words that the command takes, for example `green` or `red-blue`."""


def plan_colour(portal: Portal, name: str, colour: str) -> Plan | Nothing:  # noqa: ARG001 - the host opened it by it
    """Plan another colour. Raises Refusal for one that another portal has."""
    known = portal.known
    said = colours.NAMES[colour]
    wanted = {stored_state.COLOUR: said}
    already = Message("bitrix24.portal.painted_already", portal=known.name, colour=said)
    unchanged = stored_state.find_unchanged(stored_state.observe(known), wanted, already)
    if unchanged is not None:
        return unchanged
    portal.store.check_colour(known, colour)
    undo = Undo(kind=UndoKind.NOT_NEEDED, sentence="")
    if known.colour:
        undo = Undo(
            kind=UndoKind.FULL,
            sentence=Message("bitrix24.portal.paint_undo", colour=colours.NAMES[known.colour]),
            line=f"portal colour {quote(known.name)} {known.colour}",
        )
    return stored_state.plan_change(
        portal,
        Call(
            method=stored_state.PAINT,
            params={"colour": colour},
            note=Message("bitrix24.portal.paint_note", portal=known.name, colour=said),
        ),
        wanted,
        summary=Message("bitrix24.portal.paint_summary", portal=known.name, colour=said),
        undo=undo,
        radius=(Message("bitrix24.portal.paint_radius", sign=colours.SIGNS[colour]),),
    )


@portals.command(
    "colour",
    words={"ru": ("цвет",)},
    risk=Risk.GOVERN,
    terminal=True,
    check=require_connected,
    plan=plan_colour,
    data=ColouredPortal,
    examples=["default green"],
)
def set_portal_colour(
    services: Services,
    name: PortalName,
    colour: Annotated[
        str,
        Arg(
            help="red, blue, green, yellow, purple, orange, brown, black or white",
            label="COLOUR",
            parse=colours.parse_colour,
            complete=lambda _: colours.SIGNS,
            values=colours.WORDS,
        ),
    ],
) -> Reply:
    """Choose the colour of a portal.

    Cards, answers and audit lines show it in front of the portal's name. Two portals never have the same colour.
    """
    credential_store = CredentialStore(services)
    portal = credential_store.portal(name)
    credential_store.paint(portal, colour)
    return Reply(
        title=Message("bitrix24.portal.painted", portal=portal.name, colour=colours.NAMES[colour]),
        data=ColouredPortal(name=portal.name, colour=colour),
    )
