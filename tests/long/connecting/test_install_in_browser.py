"""An administrator installs an application with a user interface, in a real browser: its first page ends the
installation."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import requests

from bot.plugin.loopback import wait_until
from plugins.bitrix24.simulator.application_frame import LIBRARY as SCRIPT
from plugins.bitrix24.simulator.application_frame import PAGES
from plugins.bitrix24.web.install_call import LIBRARY
from tests.browser import WIDTHS, find_barriers, start_browser
from tests.cli.cli_bot import SECONDS
from tests.long.connecting.served_bot import ServedBot, domain_of

PENDING = "Finish in the terminal"
COMPLETE = "The portal is connected"
ENDED = "The installation on the portal has ended"
UNREACHABLE = "cannot reach api.bitrix24.com"


@pytest.fixture
def browser() -> Iterator[Any]:
    yield from start_browser()


class Administrator:
    """Somebody who saved the card of an application with a user interface, and opens it on the portal.

    The browser takes the vendor's script from the portal simulator, or from nobody.
    """

    def __init__(self, served_bot: ServedBot, browser: Any) -> None:
        self.served_bot = served_bot
        self.browser = browser
        printed = served_bot.connect(*domain_of(served_bot), "--no-wait")
        _, err = printed.communicate(timeout=SECONDS)
        assert printed.returncode == 0, err
        self.card = served_bot.operator(
            "save_card", handler=served_bot.shown["handler_url"], install_path=served_bot.shown["install_url"]
        )

    @property
    def app(self) -> Any:
        portal = self.served_bot.portal.portal
        with portal.world.lock:
            return portal.state.apps[self.card["client_id"]]

    def open(self, *, script: bool = True, width: int = 1000, language: str = "en") -> Any:
        """Open the application in a frame of the portal; the frame, when nothing more is loaded."""
        portal = self.served_bot.portal.portal
        portal.world.switches.set("language", language)
        context = self.browser.new_context(viewport={"width": width, "height": 900})
        page = context.new_page()
        self.page = page

        def answer(route: Any) -> None:
            if not script:
                route.abort()
                return
            found = requests.get(f"{portal.base_url}{SCRIPT}", timeout=SECONDS)
            route.fulfill(body=found.text, content_type=found.headers["Content-Type"])

        page.route(f"{LIBRARY}**", answer)
        page.goto(f"{portal.base_url}{PAGES}{self.card['client_id']}/")
        page.wait_for_load_state("networkidle")
        frame = page.frame("application")
        assert frame is not None
        # On a busy machine the network is idle before the frame has begun to load.
        frame.wait_for_selector("main")
        return frame

    def finish_in_terminal(self) -> None:
        done = self.served_bot.cli_bot.run(
            "portal", "connect", "prod", B24BOT_SECRET_CLIENT_SECRET=self.card["client_secret"]
        )
        assert done.exit_code == 0, done.stderr

    def check(self) -> Any:
        return self.served_bot.cli_bot.run("portal", "check")


def shown(frame: Any) -> str:
    """What a reader of the page sees."""
    return str(frame.inner_text("main"))


def test_the_first_page_waits_for_the_secret_and_ends_the_installation(browser: Any, served_bot: ServedBot) -> None:
    admin = Administrator(served_bot, browser)
    assert not admin.app.installed
    frame = admin.open()
    assert PENDING in shown(frame)
    assert ENDED in shown(frame)
    assert UNREACHABLE not in shown(frame)
    assert wait_until(lambda: admin.app.installed)
    admin.finish_in_terminal()
    checked = admin.check()
    assert checked.exit_code == 0, checked.stdout
    overview = admin.open()
    assert overview.title() == "b24bot"
    assert "prod" in shown(overview)


def test_without_the_script_the_page_says_so_and_can_be_opened_again(browser: Any, served_bot: ServedBot) -> None:
    admin = Administrator(served_bot, browser)
    frame = admin.open(script=False)
    assert PENDING in shown(frame)
    assert UNREACHABLE in shown(frame)
    assert ENDED not in shown(frame)
    admin.finish_in_terminal()
    checked = admin.check()
    assert checked.exit_code != 0
    assert "BX24.installFinish()" in checked.stdout
    again = admin.open(script=False)
    assert COMPLETE in shown(again)
    assert UNREACHABLE in shown(again)
    assert not admin.app.installed
    ended = admin.open()
    assert COMPLETE in shown(ended)
    assert ENDED in shown(ended)
    assert wait_until(lambda: admin.app.installed)
    checked = admin.check()
    assert checked.exit_code == 0, checked.stdout


def test_the_first_page_has_no_axe_finding_and_fits_a_phone(browser: Any, served_bot: ServedBot) -> None:
    admin = Administrator(served_bot, browser)
    for width, language in product(WIDTHS, ("en", "ru")):
        frame = admin.open(script=False, width=width, language=language)
        assert find_barriers(frame) == [], (width, language)
        assert frame.evaluate("document.documentElement.lang") == language
        assert frame.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (width, language)
        admin.page.context.close()
