"""The addresses below `/bitrix24`, a row each."""

from __future__ import annotations

from collections.abc import Sequence

from bot.plugin import WebRoute
from plugins.bitrix24.events.online_events import PATH
from plugins.bitrix24.web.application_page import answer_application
from plugins.bitrix24.web.event_address import answer_event
from plugins.bitrix24.web.install_call import receive_install

ROUTES: Sequence[WebRoute] = (
    WebRoute(path="/app", methods=("GET", "POST"), answer=answer_application),
    WebRoute(path=PATH, methods=("POST",), answer=answer_event),
    WebRoute(path="/install/{nonce}", methods=("POST",), answer=receive_install),
)
