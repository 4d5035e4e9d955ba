"""The pages in a real browser, in a frame of the portal: on a phone, by keyboard, without another host, and for axe."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from html import escape
from itertools import product
from typing import Any

import pytest

from bot.core.principals import Role
from bot.playground.environment import Playground
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.connecting.authorization_link import make_request
from plugins.bitrix24.simulator import application_pages
from tests.browser import WIDTHS, find_barriers, start_browser
from tests.stories.portal.second_portal import services
from tests.stories.portal.test_pages import PUBLIC, USER, link
from tests.stories.scene import Scene

HEIGHT = 900
SLIDER = (
    '<!doctype html><html lang="en"><title>Portal</title><main><h1>Portal</h1>'
    '<iframe name="slider" title="b24bot" style="width:100%;height:900px;border:0"></iframe></main>'
    '<form method="post" target="slider" action="{action}">{fields}</form>'
    "<script>document.forms[0].submit()</script></html>"
)
"""What the portal itself does: it posts a form into a frame of its own page."""


@pytest.fixture
def paged(make_full_bot: Callable[..., Playground]) -> Scene:
    """Vera is an admin, too, and the bot has a public address."""
    scene = Scene(make_full_bot(settings={"B24BOT_PUBLIC_URL": PUBLIC}, known=True))
    scene.playground.grant(scene.playground.store, "Vera", Role.ADMIN)
    return scene


@pytest.fixture(scope="module")
def started_browser() -> Iterator[Any]:
    yield from start_browser()


@pytest.fixture
def browser(started_browser: Any) -> Iterator[Any]:
    """A browser without a page, a cookie or anything else of an earlier test."""
    yield started_browser
    for context in started_browser.contexts:
        context.close()


class Slider:
    """A page of the portal with b24bot's page in a frame."""

    def __init__(self, browser: Any, scene: Scene, *, width: int = 1000) -> None:
        self.scene = scene
        self.context = browser.new_context(viewport={"width": width, "height": HEIGHT})
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))

    def open(self, path: str, form: dict[str, str], *, language: str = "en", origin: str = "") -> Any:
        """Open a page of b24bot in the portal's frame, and wait for it; the frame."""
        portal = origin or self.scene.portal.world.rest_url.removesuffix("/rest/")
        site = self.scene.workspace.request_url.removesuffix("/slack/events")
        fields = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in form.items())
        body = SLIDER.format(
            action=f"{site}/bitrix24{path}?DOMAIN={self.scene.portal.world.domain}&amp;LANG={language}",
            fields=fields,
        )
        self.page.route(f"{portal}/slider", lambda route: route.fulfill(body=body, content_type="text/html"))
        self.page.goto(f"{portal}/slider")
        self.page.wait_for_load_state("networkidle")
        frame = self.page.frame("slider")
        assert frame is not None
        if not origin:
            # On a busy machine the network is idle before the frame has begun to load.
            frame.wait_for_selector("main")
        return frame


def settings_form(scene: Scene, line: int = 2) -> dict[str, str]:
    world = scene.portal.world
    with world.lock:
        page = application_pages.connector_page(world, world.state.status("myconnector", line), USER, connecting=False)
        assert page is not None
        return {name: str(value) for name, value in application_pages.request(world, page).pairs}


def menu_form(scene: Scene, **params: str) -> dict[str, str]:
    world = scene.portal.world
    with world.lock:
        page = application_pages.menu_page(scene.portal.client_id, f"{PUBLIC}/bitrix24/app", USER)
        form = {name: str(value) for name, value in application_pages.request(world, page).pairs}
    return {**form, "PLACEMENT": "REST_APP_URI", "PLACEMENT_OPTIONS": json.dumps(params)} if params else form


PAGES: dict[str, tuple[str, Callable[[Scene], dict[str, str]]]] = {
    "settings": ("/connector/myconnector", settings_form),
    "overview": ("/app", menu_form),
    "forged": ("/app", lambda scene: {**menu_form(scene), "AUTH_ID": "invented"}),
}


CALLBACKS: dict[str, Callable[[str], str]] = {
    "b24bot received the code": lambda state: f"code=abc&state={state}",
    "This link does not work": lambda _state: "code=x&state=y",
}
"""What the page says on which the browser ends, and how it is opened."""


@pytest.mark.parametrize("says", CALLBACKS)
def test_the_page_on_which_an_authorisation_ends_has_no_axe_finding(paged: Scene, browser: Any, says: str) -> None:
    given = services(paged)
    portal = CredentialStore(given).portals()[0]
    request = make_request(given, portal, paged.portal.client_id, "local:ida")
    site = paged.workspace.request_url.removesuffix("/slack/events")
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": HEIGHT}, locale="en-GB")
    page = context.new_page()
    page.goto(f"{site}/bitrix24/app?{CALLBACKS[says](request.state.reveal())}")
    assert says in page.inner_text("main")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        assert find_barriers(page.main_frame) == [], width
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width


@pytest.mark.parametrize("linked", [False, True], ids=["unlinked", "linked"])
def test_no_page_has_an_axe_finding_or_is_wider_than_a_phone(paged: Scene, browser: Any, linked: bool) -> None:
    if linked:
        link(paged)
    slider = Slider(browser, paged)
    for language, name in product(("en", "ru"), PAGES):
        path, form = PAGES[name]
        frame = slider.open(path, form(paged), language=language)
        assert frame.evaluate("document.documentElement.lang") == language
        for width in WIDTHS:
            slider.page.set_viewport_size({"width": width, "height": HEIGHT})
            assert find_barriers(frame) == [], (name, width, language)
            assert frame.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (name, width)


def test_a_linked_user_presses_the_button_with_the_keyboard(paged: Scene, browser: Any) -> None:
    link(paged)
    slider = Slider(browser, paged, width=360)
    frame = slider.open("/connector/myconnector", settings_form(paged), language="ru")
    for _ in range(5):
        slider.page.keyboard.press("Tab")
        if frame.evaluate("document.activeElement.value") == "disconnect":
            break
    assert frame.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
    slider.page.keyboard.press("Enter")
    frame.wait_for_selector("text=b24bot получил вашу команду и ответит вам в Slack")
    paged.card("myconnector")
    assert paged.change(1002).requester == paged.playground.person("Olga")
    hosts = {url.split("/")[2].split(":")[0] for url in slider.asked}
    assert hosts == {"127.0.0.1"}
    assert slider.context.cookies() == []


def test_another_site_cannot_show_the_page_in_a_frame(paged: Scene, browser: Any) -> None:
    slider = Slider(browser, paged)
    frame = slider.open("/connector/myconnector", settings_form(paged), origin="http://127.0.0.1:9")
    assert "WhatsApp EU" not in frame.content()
    frame = Slider(browser, paged).open("/connector/myconnector", settings_form(paged))
    assert "WhatsApp EU" in frame.content()


def test_a_link_from_outside_opens_the_page_of_the_connector_that_it_names(paged: Scene, browser: Any) -> None:
    frame = Slider(browser, paged).open("/app", menu_form(paged, connector="myconnector", line="2"))
    assert frame.title() == "WhatsApp EU"
    frame = Slider(browser, paged).open("/app", menu_form(paged))
    assert frame.title() == "b24bot"
    assert "WhatsApp EU (myconnector)" in frame.content()
