"""The way back from the authorise page: a browser brings the code to whoever made the link."""

from __future__ import annotations

from bot.plugin import Message, Services, WebReply, WebRequest
from plugins.bitrix24.auth.refused_calls import record_refused_call
from plugins.bitrix24.connecting.authorization_link import AuthorizationRequests
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.web.layout import write_page

LONGEST = 500
"""Characters of a code, a state or a member_id; what is longer is none."""


def receive_code(services: Services, request: WebRequest) -> WebReply:
    """Keep the code for the command that waits for it. Whatever is wrong with the state, the answer is the same."""
    code, state = request.query.get("code", ""), request.query.get("state", "")
    member_id = request.query.get("member_id", "")
    readable = bool(code) and max(map(len, (code, state, member_id))) <= LONGEST
    fault = AuthorizationRequests(services).receive(
        Secret(state[:LONGEST]), Secret(code), member_id=member_id, readable=readable
    )
    if fault is None:
        return write_page(request, Message("bitrix24.page.code_received"), Message("bitrix24.page.return_to_terminal"))
    record_refused_call(services, route="app", why=fault.value)
    return write_page(request, Message("bitrix24.page.link_refused"), Message("bitrix24.page.make_new_link"))
