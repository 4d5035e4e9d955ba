"""`portal connect` in Slack: people approve which portal and application may be connected under a name."""

from __future__ import annotations

from bot.plugin import BadArgument, Call, CommandLine, Message, Nothing, Plan, Refusal, Undo, UndoKind, quote
from plugins.bitrix24.commands.portal import stored_state
from plugins.bitrix24.connecting.approved_connection import ApprovedConnection
from plugins.bitrix24.connecting.connection import Connection
from plugins.bitrix24.hosts import endpoints
from plugins.bitrix24.portal import Portal


def plan_connection(
    portal: Portal, name: str, *, domain: str = "", client_id: str = "", member_id: str = "", replace: bool = False
) -> Plan | Nothing:
    """Plan to let somebody at the terminal connect this portal and application. Raises PluginError."""
    if not domain:
        raise BadArgument(Message("bitrix24.connect.no_domain"), hint=Message("bitrix24.connect.do_give_domain"))
    if not client_id:
        raise BadArgument(
            Message("bitrix24.connect.approval_without_client_id"), hint=Message("bitrix24.connect.do_give_client_id")
        )
    portal.store.check_name(name, replace=replace)
    label = endpoints.portal(domain, portal.settings).label
    wanted = ApprovedConnection(name=name, domain=label, client_id=client_id, member_id=member_id)
    line = CommandLine(command_line=f"portal connect {quote(name)}")
    before = portal.approved_connection(name)
    if before == wanted:
        return Nothing(sentence=Message("bitrix24.connect.approved_already", portal=name, line=line))
    params = {"name": name, "domain": label, "client_id": client_id, "member_id": member_id}
    return Plan(
        summary=Message("bitrix24.connect.approve_summary", portal=name, address=label, client=client_id),
        target=stored_state.connection_target(name),
        calls=(
            Call(
                method=stored_state.APPROVE_CONNECTION,
                params=params,
                note=Message("bitrix24.connect.approve_note", line=line),
            ),
        ),
        before={stored_state.CONNECTION: stored_state.describe_connection(before)} if before else {},
        wanted={stored_state.CONNECTION: stored_state.describe_connection(wanted)},
        undo=Undo(kind=UndoKind.NONE, sentence=Message("bitrix24.connect.approve_undo")),
        radius=(Message("bitrix24.connect.approve_radius", portal=name),),
        labels={stored_state.CONNECTION: Message("bitrix24.state.connection")},
    )


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
