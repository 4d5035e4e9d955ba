"""A portal on somebody's own premises, with a port, a private address and an authority of its own: each way in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.plugin import PluginError, Reply
from bot.testing import page_text
from plugins.bitrix24.auth.credentials import CredentialStore
from tests.bitrix24.plugin_bot import PluginBot
from tests.bitrix24.web.test_connecting import PUBLIC, Way, stored
from tests.language.english import en

HOST = "box.example"


class BoxWay(Way):
    """Somebody who connects a box, with the certificate of its authority where b24bot does not have it."""

    def __init__(self, bot: PluginBot, *, ca_file: str) -> None:
        super().__init__(bot)
        self._request = {"ca_file": ca_file} if ca_file else {}
        with bot.services.transaction():
            # The simulated portal is one; what a test connects must not be known under another name.
            bot.services.records.delete("portal", "default")
            bot.services.secrets.delete("default")

    def connect_box(self, *answers: Any, **options: Any) -> Reply:
        return self.connect(*answers, **{**self._request, **options})

    def paste(self, shown: Sequence[Reply]) -> str:
        """The address on which the browser ended, as a person copies it."""
        return self.follow({en(label): str(fact) for label, fact in shown[-1].facts}["Authorise link"])


Make = Callable[..., BoxWay]


@pytest.fixture(params=["BITRIX24_CA_FILE", "--ca-file"])
def make(request: pytest.FixtureRequest, make_plugin_bot: Callable[..., PluginBot]) -> Make:
    """Make a bot that knows the authority by the setting, or that is told it with the command."""

    def with_settings(**settings: str) -> BoxWay:
        bot = make_plugin_bot(host=HOST, **settings)
        path = bot.portal.ca_path
        if request.param == "--ca-file":
            return BoxWay(bot, ca_file=path)
        bot.use_settings(BITRIX24_CA_FILE=path)
        return BoxWay(bot, ca_file="")

    return with_settings


def assert_works(way: BoxWay, reply: Reply) -> None:
    """The portal is stored under its name with its port, and answers."""
    assert en(reply.title) == "The portal new is connected."
    (place,) = way.bot.plugin.places(way.bot.services)
    assert place.label == way.domain
    assert ":" in place.label
    assert "myconnector" in [each.id for each in way.bot.open().connectors()]
    way.bot.expire()
    assert way.bot.open().app().installed


def test_a_box_is_connected_by_a_link_that_the_browser_brings_back(make: Make) -> None:
    way = make(B24BOT_PUBLIC_URL=PUBLIC)
    assert_works(way, way.connect_box(way.browse))


def test_a_box_is_connected_by_a_link_without_a_public_address(make: Make) -> None:
    way = make()
    assert_works(way, way.connect_box(way.paste))


@pytest.mark.parametrize("page", [False, True], ids=["event", "page"])
@pytest.mark.parametrize("first", [False, True], ids=["after the secret", "before the secret"])
def test_a_box_is_connected_by_its_install_call(make: Make, first: bool, page: bool) -> None:
    way = make(B24BOT_PUBLIC_URL=PUBLIC)

    def save_card(_shown: Sequence[Reply]) -> str:
        if not page:
            assert "Received" in page_text(way.request("POST", way.install_address(), way.install_call()))
            return ""
        found = way.request("POST", f"{way.install_address()}?DOMAIN={way.domain}&PROTOCOL=1", way.page_call())
        assert "installFinish" in page_text(found)
        assert found.headers["Content-Security-Policy"].endswith(f"frame-ancestors https://{way.domain}")
        return ""

    if first:
        save_card(())
        assert_works(way, way.connect_box(domain="", client_id=""))
    else:
        assert_works(way, way.connect_box(save_card))


@pytest.mark.parametrize("whole", [False, True], ids=["token", "install call"])
def test_a_box_is_connected_by_what_is_pasted(make: Make, whole: bool) -> None:
    way = make()
    fields = way.install_call()
    pasted = "&".join(f"{name}={value}" for name, value in fields.items())
    assert_works(way, way.connect_box(pasted if whole else fields["auth[refresh_token]"]))


def test_without_its_authority_nothing_is_stored_and_the_option_is_named(
    make_plugin_bot: Callable[..., PluginBot],
) -> None:
    way = BoxWay(make_plugin_bot(host=HOST), ca_file="")
    with pytest.raises(PluginError) as caught:
        way.connect_box(way.paste)
    assert "does not know the authority" in en(caught.value.sentence)
    assert "`portal connect --ca-file`" in en(caught.value.sentence)
    assert stored(way.bot) is None


def test_a_box_that_calls_itself_otherwise_is_refused_and_the_setting_is_named(make: Make) -> None:
    way = make(B24BOT_PUBLIC_URL=PUBLIC)
    world = way.bot.portal.world
    with world.lock:
        world.state.plan = replace(world.state.plan, renamed_to="intranet.local:8443")
    with pytest.raises(PluginError) as caught:
        way.connect_box(way.paste)
    assert "calls itself intranet.local:8443" in en(caught.value.sentence)
    assert "BITRIX24_HOSTS" in en(caught.value.hint)
    way.request("POST", way.install_address(), way.install_call())
    assert way.reasons() == ["the call names an address of a portal that b24bot may not talk to"]
    assert stored(way.bot) is None


def test_a_file_that_is_no_authority_is_refused_before_anything_is_shown(make: Make) -> None:
    way = make()
    with pytest.raises(PluginError) as caught:
        way.connect(way.paste, ca_file="/nowhere/ca.pem")
    assert "cannot be read" in en(caught.value.sentence)


def test_new_credentials_keep_the_authority_of_the_box(make_plugin_bot: Callable[..., PluginBot]) -> None:
    bot = make_plugin_bot(host=HOST)
    way = BoxWay(bot, ca_file=bot.portal.ca_path)
    assert_works(way, way.connect_box(way.paste))
    assert_works(way, way.connect(way.paste, replace=True))
    assert CredentialStore(bot.services).portal("new").authorities == bot.portal.ca_pem
