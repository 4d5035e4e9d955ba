"""The address to which a portal posts events. Whoever posts gets the same answer, whatever came of it."""

from __future__ import annotations

from bot.plugin import Services, WebReply, WebRequest
from bot.plugin.web import PLAIN
from plugins.bitrix24.events import online_events


def answer_event(services: Services, request: WebRequest) -> WebReply:
    """Take one event."""
    online_events.receive_event(services, request.form)
    return WebReply(content_type=PLAIN)
