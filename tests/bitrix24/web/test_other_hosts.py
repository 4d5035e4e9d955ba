"""What a page needs besides b24bot: a browser that reaches no other host shows all of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest

from bot.testing.web_requests import page_text
from tests.bitrix24.plugin_bot import PluginBot
from tests.bitrix24.web.test_connecting import PUBLIC, Way

NEEDED = re.compile(r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//[^"' >]+|@import|url\(""")
LIBRARY = "https://api.bitrix24.com/api/v1/"


@pytest.fixture
def way(make_plugin_bot: Callable[..., PluginBot]) -> Way:
    return Way(make_plugin_bot(B24BOT_PUBLIC_URL=PUBLIC))


@pytest.mark.parametrize(
    ("method", "path", "form"),
    [
        ("GET", "/app", {}),
        ("POST", "/app", {}),
        ("GET", "/app?code=c&state=s", {}),
        ("POST", "/install/unknown", {}),
        ("POST", "/install/unknown", {"AUTH_ID": "a", "REFRESH_ID": "r", "member_id": "m"}),
    ],
)
def test_a_page_without_an_installation_needs_no_other_host(
    way: Way, method: str, path: str, form: Mapping[str, str]
) -> None:
    page = page_text(way.request(method, path, form))
    assert "</h1>" in page
    assert NEEDED.findall(page) == []
    assert "<script" not in page


def test_the_end_of_an_installation_says_which_host_it_needs_until_its_script_has_run(way: Way) -> None:
    address = f"{way.install_address()}?DOMAIN={way.bot.portal.url}"
    for _ in range(2):
        page = page_text(way.request("POST", address, way.page_call()))
        assert [found for found in NEEDED.findall(page) if LIBRARY not in found] == []
        waiting, finished = page.index('<p id="wait" role="status">'), page.index('<p id="done" role="status" hidden>')
        assert "api.bitrix24.com" in page[waiting:finished]
