"""The address on the application's card: the portal opens its pages there, each with a PLACEMENT of its own."""

from __future__ import annotations

from collections.abc import Mapping

from bot.plugin import Message, Services, WebHandler, WebReply, WebRequest
from plugins.bitrix24.web.code_callback import receive_code
from plugins.bitrix24.web.layout import write_page


class ApplicationAddress:
    """Answers at the application's address. `pages` has the page of each placement."""

    def __init__(self, pages: Mapping[str, WebHandler]) -> None:
        self._pages = pages

    def answer(self, services: Services, request: WebRequest) -> WebReply:
        """Open the page of the placement that the portal names, or take the code that a browser brings.

        Anybody else sees what this address is for.
        """
        if request.method == "GET" and request.query.keys() & {"code", "state"}:
            return receive_code(services, request)
        page = self._pages.get(request.form.get("PLACEMENT", "")) if request.method == "POST" else None
        if page is not None:
            return page(services, request)
        return write_page(request, Message("bitrix24.page.application"), Message("bitrix24.page.for_portals"))
