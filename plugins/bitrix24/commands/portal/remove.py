"""`portal remove`: the bot forgets a portal and deletes its credentials. The portal itself is not asked."""

from __future__ import annotations

from bot.plugin import (
    BACKUP_DAYS,
    Answer,
    Call,
    CommandLine,
    Dialogue,
    Message,
    Plan,
    Refusal,
    Reply,
    Risk,
    Services,
    Time,
    Undo,
    UndoKind,
)
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.commands.common.json_views import RemovedPortal
from plugins.bitrix24.commands.portal import stored_state
from plugins.bitrix24.commands.portal.group import ADDRESS, MEMBER_ID, PortalName, portals
from plugins.bitrix24.connecting.unfinished_connections import find_unfinished, withdraw
from plugins.bitrix24.portal import Portal


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A portal whose name was typed once more."""

    portal: KnownPortal


@dataclass(frozen=True, slots=True, kw_only=True)
class Canceled:
    """A portal that is not connected yet, and that nobody wants to connect any more."""

    name: str


def check_removal(services: Services, name: str) -> None:
    """Raise what is wrong with a portal to be removed, before anybody is asked."""
    if find_unfinished(services, name) is None:
        CredentialStore(services).portal(name)


def delete_portal(services: Services, found: Confirmed | Canceled) -> Answer:
    """Delete the portal with all its secrets."""
    if isinstance(found, Canceled):
        withdraw(services, found.name)
        return Reply(
            title=Message("bitrix24.connect.canceled", portal=found.name),
            notes=(Message("bitrix24.portal.do_delete_application"),),
            data=RemovedPortal(name=found.name, member_id=None, removed_at=Time(time=services.clock.now_ms())),
        )
    stored_state.remove(services, found.portal)
    now = services.clock.now_ms()
    return Reply(
        title=Message("bitrix24.portal.removed", portal=found.portal.name),
        facts=((ADDRESS, found.portal.domain), (MEMBER_ID, found.portal.member_id)),
        notes=(
            stored_state.tell_backups(now),
            Message("bitrix24.portal.name_stays", portal=found.portal.name),
            Message("bitrix24.portal.do_delete_application"),
        ),
        data=RemovedPortal(name=found.portal.name, member_id=found.portal.member_id, removed_at=Time(time=now)),
    )


def plan_removal(portal: Portal, name: str) -> Plan:  # noqa: ARG001 - the host opened the portal by it
    """Plan to delete the portal with all its secrets."""
    known = portal.known
    return stored_state.plan_change(
        portal,
        Call(
            method=stored_state.REMOVE,
            params={},
            note=Message("bitrix24.portal.remove_note", portal=known.name),
        ),
        {stored_state.NAME: None},
        summary=Message("bitrix24.portal.remove_summary", portal=known.name),
        undo=Undo(kind=UndoKind.NONE, sentence=Message("bitrix24.portal.remove_undo")),
        radius=(
            Message("bitrix24.portal.remove_radius", portal=known.name, address=known.domain),
            Message("bitrix24.portal.name_stays", portal=known.name),
            Message("bitrix24.portal.backups_hold_secrets", count=BACKUP_DAYS),
        ),
    )


@portals.command(
    "remove",
    words={"en": ("rm", "delete", "del"), "ru": ("удалить",)},
    risk=Risk.GOVERN,
    terminal=True,
    check=check_removal,
    keep=delete_portal,
    plan=plan_removal,
    data=RemovedPortal,
)
def remove_portal(dialogue: Dialogue, name: PortalName) -> Confirmed | Canceled:
    """Remove a portal from b24bot and delete its credentials.

    Nothing changes on the portal: its connectors stay as they are. The audit log keeps its records, and no other
    portal can get the name. In the terminal, the command asks for the name once more.

    In the terminal, the command also cancels the connection of a portal that is not connected yet.
    """
    unfinished = find_unfinished(dialogue.services, name)
    if unfinished is not None:
        _confirm(dialogue, name, Message("bitrix24.connect.ask_cancel", portal=name))
        return Canceled(name=name)
    portal = CredentialStore(dialogue.services).portal(name)
    _confirm(dialogue, name, Message("bitrix24.portal.ask_name", portal=name, address=portal.domain))
    return Confirmed(portal=portal)


def _confirm(dialogue: Dialogue, name: str, question: Message) -> None:
    """Raise Refusal unless the name is typed once more."""
    typed = dialogue.ask(question)
    if typed != name:
        raise Refusal(
            Message("bitrix24.portal.name_not_confirmed", portal=name),
            hint=Message("bitrix24.portal.do_type_name", line=CommandLine(command_line=f"portal remove {name}")),
        )
