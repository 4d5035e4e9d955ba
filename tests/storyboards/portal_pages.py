"""The pages that the Bitrix24 plugin answers with, as text in each language."""

from __future__ import annotations

import html
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from bot.core.principals import Principal
from bot.playground.environment import Playground
from bot.plugin import Services
from bot.testing.services import lay_out
from bot.testing.web_requests import page_text, request_route
from bot.usecases.authority.linked_accounts import OutsideAccount, set_link
from bot.usecases.intake.page_commands import services_for_pages
from plugins.bitrix24.connecting.pending_install import PendingInstalls
from plugins.bitrix24.plugin import plugin
from plugins.bitrix24.simulation import PortalSimulation
from plugins.bitrix24.simulator import application_pages
from tests.storyboards.board import FOLDER, LANGUAGES, Drawn, as_file, part

PORTAL_PAGES = FOLDER / "portal"
USER = 27
_FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
_MARKUP: tuple[tuple[str, str], ...] = (
    (r"<head>.*?</head>|<script.*?</script>|<input[^>]*>|\n", ""),
    (r'<p id="done"[^>]*>', "(after installFinish) "),
    (r"<h1>(.*?)</h1>", r"# \1\n"),
    (r"<h2>(.*?)</h2>", r"## \1\n"),
    (r"</dt><dd>", ": "),
    (r"<button[^>]*>(.*?)</button>", r"[\1] "),
    (r"<a [^>]*>(.*?)</a>", r"<<\1>>"),
    (r"</(?:p|dd|form)>", "\n"),
    (r"</?(?:!doctype|html|body|main|p|dl|dt|dd|form)\b[^>]*>", ""),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:55555"),
)
"""How a page is written as text: what is found, and what stands for it."""


def draw_portal_pages() -> Drawn:
    """The storyboard of the pages in each language, by its file."""
    drawn: dict[Path, str] = {}
    for language in LANGUAGES:
        with tempfile.TemporaryDirectory(prefix="b24bot-pages-") as folder:
            lay_out(Path(folder) / "home")
            settings = {"B24BOT_PUBLIC_URL": "https://b24bot.example.com"}
            with Playground(Path(folder), settings=settings, pace=False, known=True, synchronous="OFF") as playground:
                drawn[PORTAL_PAGES / f"{language}.txt"] = as_file(_Pages(playground, language).draw())
    return drawn


class _Pages:
    """The pages of one bot in one language."""

    def __init__(self, playground: Playground, language: str) -> None:
        assert playground.running is not None
        self._playground = playground
        self._language = language
        self._services: Services = services_for_pages(playground.running.bot.context, plugin.name)
        self._portal = cast(PortalSimulation, playground.portal).portal

    def draw(self) -> Iterator[str]:
        yield from self._page("the application's address", self._show("GET", "/app"))
        yield from self._page("a browser brings a code", self._show("GET", "/app", code="c", state="s"))
        yield from self._page("an install address", self._show("POST", "/install/stale"))
        yield from self._draw_installation()
        yield from self._page("the application", self._open("/app", self._menu()))
        yield from self._page("settings", self._open_settings(self._settings(1)))
        yield from self._page(
            "settings: no line", self._open_settings({**self._settings(1), "PLACEMENT_OPTIONS": "[]"})
        )
        yield from self._page("settings: forged", self._open_settings({**self._settings(1), "AUTH_ID": "invented"}))
        self._link()
        yield from self._page("settings: linked, connected", self._open_settings(self._settings(2)))
        yield from self._page("settings: linked, not connected", self._open_settings(self._settings(3)))
        pressed = dict(_FIELD.findall(self._open_settings(self._settings(2)))) | {"action": "disconnect"}
        yield from self._page("settings: a button was pressed", self._open_settings(pressed))
        self._turn_line_off()
        yield from self._page("settings: the line is off", self._open_settings(self._settings(1)))
        self._playground.clock.advance(16 * 60)
        yield from self._page("settings: open too long", self._open_settings(pressed))

    def _draw_installation(self) -> Iterator[str]:
        """The first page of an application with a user interface, before and after the portal is connected."""
        installs = PendingInstalls(self._services)
        address = f"/install/{installs.invite('new').nonce.reveal()}"
        yield from self._page("the first page", self._open(address, self._menu()))
        with self._services.transaction():
            installs.remove("new")
        yield from self._page("the first page: the portal is connected", self._open(address, self._menu()))

    def _page(self, name: str, page: str) -> Iterator[str]:
        for found, instead in _MARKUP:
            page = re.sub(found, instead, page, flags=re.DOTALL)
        yield from part(name, [line.strip() for line in html.unescape(page).splitlines() if line.strip()])

    def _show(self, method: str, path: str, **query: str) -> str:
        address = f"{path}?LANG={self._language}" + "".join(f"&{name}={value}" for name, value in query.items())
        return page_text(request_route(plugin, self._services, method, address), self._language)

    def _open(self, path: str, form: Mapping[str, str]) -> str:
        address = f"{path}?LANG={self._language}&DOMAIN={self._portal.world.domain}"
        return page_text(request_route(plugin, self._services, "POST", address, form=form), self._language)

    def _open_settings(self, form: Mapping[str, str]) -> str:
        return self._open("/connector/myconnector", form)

    def _settings(self, line: int) -> dict[str, str]:
        world = self._portal.world
        status = world.state.status("myconnector", line)
        page = application_pages.connector_page(world, status, USER, connecting=False)
        assert page is not None
        return self._fields(page)

    def _menu(self) -> dict[str, str]:
        return self._fields(application_pages.menu_page(self._portal.client_id, "https://b24bot.example.com", USER))

    def _fields(self, page: Any) -> dict[str, str]:
        return {name: str(value) for name, value in application_pages.request(self._portal.world, page).pairs}

    def _link(self) -> None:
        place = plugin.places(self._services)[0]
        account = OutsideAccount(plugin=plugin.name, place=place, user=str(USER))
        person = self._playground.person("Olga")
        with self._playground.store.unit_of_work() as tx:
            set_link(tx, account, person, before="", by=Principal.shell("tester"), request="")

    def _turn_line_off(self) -> None:
        lines = self._portal.state.lines
        lines.put(1, replace(lines[1], active=False))
