"""What a person has to confirm of a connection before it takes the place of a known one."""

from __future__ import annotations

from bot.plugin import CommandLine, Dialogue, Message, Refusal, quote
from plugins.bitrix24.auth.application_tokens import ApplicationTokens
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.commands.connecting.approval import compare_with_approval
from plugins.bitrix24.connecting.approved_connection import ApprovedConnection
from plugins.bitrix24.connecting.connection import Connection
from plugins.bitrix24.events.application_token import is_same_token


def check_found(
    dialogue: Dialogue, approved: ApprovedConnection | None, found: Connection, member_id: str, *, replace: bool
) -> str:
    """Compare what was connected with what was approved and named; the former member_id. Raises Refusal."""
    compare_with_approval(approved, found)
    _compare_member(found, member_id)
    former = confirm_member(dialogue, approved, found) if replace else ""
    if not former:
        confirm_application_token(dialogue, found)
    confirm_user(dialogue, found)
    return former


def _compare_member(connection: Connection, member_id: str) -> None:
    if member_id and connection.portal.member_id != member_id:
        raise Refusal(
            Message("bitrix24.connect.member_differs", told=connection.portal.member_id, expected=member_id),
            hint=Message("bitrix24.connect.do_check_application"),
        )


def confirm_member(dialogue: Dialogue, approved: ApprovedConnection | None, connection: Connection) -> str:
    """Let a person confirm that the portal was registered again, and return the former member_id.

    Empty where the member_id is the known one. What two admins approved needs no other yes: their card names both.
    Raises Refusal.
    """
    portal = connection.portal
    known = CredentialStore(dialogue.services).find(portal.name)
    if known is None or known.member_id == portal.member_id:
        return ""
    if approved is None or approved.member_id != portal.member_id:
        question = Message(
            "bitrix24.connect.ask_new_member", portal=portal.name, former=known.member_id, member=portal.member_id
        )
        if dialogue.ask(question).strip() != portal.member_id:
            raise Refusal(
                Message("bitrix24.connect.member_not_confirmed", portal=portal.name, former=known.member_id),
                hint=Message(
                    "bitrix24.connect.do_type_member",
                    line=CommandLine(command_line=f"portal connect {quote(portal.name)} --replace"),
                ),
            )
    return known.member_id


def confirm_application_token(dialogue: Dialogue, connection: Connection) -> None:
    """Let a person confirm an install call that proves itself otherwise than the former one. Raises Refusal."""
    name, keys = connection.portal.name, connection.credentials
    known = CredentialStore(dialogue.services).find(name)
    pinned = ApplicationTokens(dialogue.services).find(known, keys.client_id) if known else None
    token = connection.application_token
    if pinned is None or token is None or is_same_token(pinned, token):
        return
    if dialogue.ask(Message("bitrix24.connect.ask_other_token", portal=name)).strip() != name:
        raise Refusal(
            Message("bitrix24.connect.token_not_confirmed", portal=name),
            hint=Message("bitrix24.connect.do_check_application"),
        )


def confirm_user(dialogue: Dialogue, connection: Connection) -> None:
    """Let a person confirm that tokens which cannot manage connectors replace those in use. Raises Refusal."""
    name = connection.portal.name
    if connection.may_manage or CredentialStore(dialogue.services).find(name) is None:
        return
    if dialogue.ask(Message("bitrix24.connect.ask_weaker_user", portal=name)).strip() != name:
        raise Refusal(
            Message("bitrix24.connect.user_not_confirmed", portal=name),
            hint=Message("bitrix24.connect.do_let_manage"),
        )
