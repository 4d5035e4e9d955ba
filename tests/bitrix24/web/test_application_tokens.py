"""The application_token of an install call is pinned: it proves later calls, and another one needs a person's yes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.plugin import PluginError
from plugins.bitrix24.auth.application_tokens import ApplicationTokens
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.commands.portal import stored_state
from plugins.bitrix24.events.online_events import receive_event
from plugins.bitrix24.events.sender_proof import Proof
from tests.bitrix24.plugin_bot import PluginBot
from tests.bitrix24.web.test_connecting import PUBLIC, Way
from tests.language.english import en


class Installed(Way):
    """The portal `new`, connected by an install call with a token of its own."""

    def __init__(self, bot: PluginBot) -> None:
        super().__init__(bot)
        with bot.services.transaction():
            # The simulated portal is one; what a test connects must not be known under another name.
            bot.services.records.delete("portal", "default")
            bot.services.secrets.delete("default")
        self.install("first-token")
        self.connect(domain="", client_id="")

    def install(self, token: str) -> None:
        """Let the application be installed, as at another address of a new card."""
        self.request("POST", self.install_address(), self.install_call(application_token=token))

    def portal(self) -> KnownPortal:
        (portal,) = CredentialStore(self.bot.services).portals()
        return portal

    def prove(self, token: str, *, at: str = "1") -> Proof:
        """What an event with this token is taken for, before the portal was read."""
        form = {
            "event": "ONIMCONNECTORSTATUSDELETE",
            "data[connector]": "myconnector",
            "data[line]": "1",
            "ts": at,
            "auth[member_id]": self.bot.portal.member_id,
            "auth[application_token]": token,
        }
        return receive_event(self.bot.services, form)


@pytest.fixture
def installed(make_plugin_bot: Callable[..., PluginBot]) -> Installed:
    return Installed(make_plugin_bot(B24BOT_PUBLIC_URL=PUBLIC))


def test_the_token_of_the_install_call_proves_events_also_after_a_renaming(installed: Installed) -> None:
    assert installed.prove("first-token") is Proof.PROVEN
    assert installed.prove("other-token") is Proof.FOREIGN
    CredentialStore(installed.bot.services).rename(installed.portal(), "renamed")
    assert installed.prove("first-token", at="2") is Proof.PROVEN


def test_an_install_call_with_another_token_needs_a_yes(installed: Installed) -> None:
    before = installed.bot.services.secrets.read("new")
    installed.install("other-token")
    with pytest.raises(PluginError) as caught:
        installed.connect("no", domain="", client_id="", replace=True)
    assert "did not confirm the new installation" in en(caught.value.sentence)
    assert installed.bot.services.secrets.read("new") == before
    assert installed.prove("other-token") is Proof.FOREIGN
    installed.connect("new", domain="", client_id="", replace=True)
    assert installed.prove("other-token") is Proof.PROVEN
    assert installed.prove("first-token") is Proof.FOREIGN


def test_an_install_call_with_the_same_token_needs_none(installed: Installed) -> None:
    installed.install("first-token")
    installed.connect(domain="", client_id="", replace=True)
    assert installed.prove("first-token") is Proof.PROVEN


def test_a_removed_portal_leaves_no_token(installed: Installed) -> None:
    portal = installed.portal()
    stored_state.remove(installed.bot.services, portal)
    assert ApplicationTokens(installed.bot.services).find(portal, installed.bot.portal.client_id) is None
    assert [name for name in installed.secret_names() if "token" in name] == []
