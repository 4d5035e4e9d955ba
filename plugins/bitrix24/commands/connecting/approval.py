"""The approval of a connection in Slack: what is planned, and whether what was connected is what was approved."""

from __future__ import annotations

from collections.abc import Iterator

from bot.plugin import BadArgument, Call, EndingTexts, Message, Nothing, Plan, Refusal, Services, Undo, UndoKind
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.commands.connecting.backup import refuse_backup_in_slack
from plugins.bitrix24.commands.portal import stored_state
from plugins.bitrix24.connecting.approved_connection import ApprovedConnection, ApprovedConnections
from plugins.bitrix24.connecting.connection import Connection
from plugins.bitrix24.hosts import endpoints

APPROVAL_ENDING = EndingTexts(
    made=Message("bitrix24.connect.approved_now"),
    not_made=Message("bitrix24.connect.not_approved_now"),
    next_made=Message("bitrix24.connect.do_connect"),
)


def plan_connection(
    services: Services,
    name: str,
    *,
    domain: str = "",
    client_id: str = "",
    member_id: str = "",
    replace: bool = False,
    backup: bool = False,
) -> Plan | Nothing:
    """Plan to let somebody at the terminal connect this portal and application. Raises PluginError.

    What the line leaves out of a portal that is known stays as it is.
    """
    credential_store = CredentialStore(services)
    if backup:
        raise refuse_backup_in_slack(credential_store.known(name))
    credential_store.check_name(name, replace=replace)
    known = credential_store.find(name)
    if known is not None:
        domain, client_id = domain or known.domain, client_id or known.client_id
        member_id = member_id or known.member_id
    if not domain:
        raise BadArgument(Message("bitrix24.connect.no_domain"), hint=Message("bitrix24.connect.do_give_domain"))
    if not client_id:
        raise BadArgument(
            Message("bitrix24.connect.approval_without_client_id"), hint=Message("bitrix24.connect.do_give_client_id")
        )
    label = endpoints.portal(domain, services.settings).label
    wanted = ApprovedConnection(name=name, domain=label, client_id=client_id, member_id=member_id)
    before, line = ApprovedConnections(services).find(name), stored_state.connecting_line(services, name)
    seen = {stored_state.CONNECTION: stored_state.describe_connection(before)} if before else {}
    goal = {stored_state.CONNECTION: stored_state.describe_connection(wanted)}
    already = Message("bitrix24.connect.approved_already", portal=name, line=line)
    unchanged = stored_state.find_unchanged(seen, goal, already)
    if unchanged is not None:
        return unchanged
    params = {"name": name, "domain": label, "client_id": client_id, "member_id": member_id}
    summary = Message("bitrix24.connect.approve_summary", portal=name, address=label, client=client_id)
    if known is not None:
        summary = Message("bitrix24.connect.replace_summary", portal=name, address=label, client=client_id)
    return Plan(
        summary=summary,
        target=stored_state.connection_target(name),
        calls=(
            Call(
                method=stored_state.APPROVE_CONNECTION,
                params=params,
                note=Message("bitrix24.connect.approve_note", line=line),
            ),
        ),
        before=seen,
        wanted=goal,
        undo=Undo(kind=UndoKind.NONE, sentence=Message("bitrix24.connect.approve_undo")),
        radius=(Message("bitrix24.connect.approve_radius", portal=name), Message("bitrix24.connect.approve_private")),
        warnings=tuple(_differences(known, wanted)) if known is not None else (),
        labels={stored_state.CONNECTION: Message("bitrix24.state.connection")},
        ending=APPROVAL_ENDING,
    )


def _differences(known: KnownPortal, wanted: ApprovedConnection) -> Iterator[Message]:
    """What is to be another than it is: whoever approves must see both."""
    if wanted.member_id != known.member_id:
        yield Message(
            "bitrix24.connect.new_member",
            former=stored_state.name_member(known.member_id),
            member=stored_state.name_member(wanted.member_id),
        )
    if wanted.client_id != known.client_id:
        yield Message("bitrix24.connect.new_client", former=known.client_id, client=wanted.client_id)
    if wanted.domain != known.domain:
        yield Message("bitrix24.connect.new_address", former=known.domain, address=wanted.domain)


def compare_with_approval(approved: ApprovedConnection | None, connection: Connection) -> None:
    """Raises Refusal when what was connected differs from what was approved."""
    if approved is None:
        return
    found = (connection.portal.domain, connection.credentials.client_id)
    same_member = approved.member_id in ("", connection.portal.member_id)
    if found != (approved.domain, approved.client_id) or not same_member:
        raise Refusal(
            Message(
                "bitrix24.connect.not_approved",
                address=connection.portal.domain,
                client=connection.credentials.client_id,
                member=connection.portal.member_id,
            ),
            hint=Message("bitrix24.connect.do_approve_again"),
        )
