"""The addresses below `/bitrix24`, a row each."""

from __future__ import annotations

from collections.abc import Sequence

from bot.plugin import WebRoute
from plugins.bitrix24.web.application_page import answer_application

ROUTES: Sequence[WebRoute] = (WebRoute(path="/app", methods=("GET", "POST"), answer=answer_application),)
