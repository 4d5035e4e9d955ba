"""What several pages say: who the visitor is to b24bot, what cannot be read now, and that a call was not proved."""

from __future__ import annotations

from collections.abc import Sequence

from bot.plugin import Message, PluginError, Services, WebReply, WebRequest
from plugins.bitrix24.auth.refused_calls import record_refused_call
from plugins.bitrix24.web.layout import Part, frame_policy, write_link, write_page
from plugins.bitrix24.web.page_call import PageFault, Visitor

REOPEN = Message("bitrix24.page.reopen")


def refuse_page(
    services: Services, request: WebRequest, fault: PageFault, route: str, *, portal: str = "-"
) -> WebReply:
    """Record a call that was not proved, and answer as every such call is answered."""
    record_refused_call(services, route=route, why=fault.value, portal=portal)
    told = (REOPEN, Message("bitrix24.page.finish_connecting"))
    return write_page(request, Message("bitrix24.page.not_proved"), *told, policy=claimed_policy(services, request))


def claimed_policy(services: Services, request: WebRequest) -> str:
    """The content policy of a page without any facts: the portal that the call names may show it in a frame.

    Empty where that is no address of a portal: then nobody may.
    """
    try:
        return frame_policy(services, request.query.get("DOMAIN", ""))
    except PluginError:
        return ""


def excuse(services: Services, request: WebRequest, error: PluginError) -> WebReply:
    """Say what cannot be read now. Nothing is wrong with the call."""
    told = [part for part in (error.sentence, error.hint) if isinstance(part, Message)]
    return write_page(request, Message("bitrix24.page.not_readable"), *told, policy=claimed_policy(services, request))


def write_visitor(services: Services, visitor: Visitor) -> Sequence[Message]:
    """Say who the visitor is to b24bot, and how an admin makes somebody known who is not."""
    place = visitor.portal.place
    person = services.accounts.find_person(place, visitor.user)
    if person:
        return [Message("bitrix24.page.linked", person=person.person)]
    if not visitor.user:
        return []
    line = f"{services.settings.get('B24BOT_COMMAND', '')} access link".strip()
    return [Message("bitrix24.page.not_linked", user=visitor.user, command=line, portal=place.name)]


def write_chat_link(services: Services) -> Sequence[Sequence[Part]]:
    """Make a link to the chat, where there is an address of it."""
    chat = services.accounts.chat_address
    return [write_link(chat, Message("bitrix24.page.open_chat"))] if chat else []
