"""A portal is connected from Slack: two admins say which one, and the secret is typed in the terminal alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from bot.core.change.change_request import Status
from bot.core.principals import Role
from bot.plugin import Reply
from bot.plugin.loopback import wait_until
from bot.testing.scripted_dialogue import ScriptedDialogue
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.commands.connecting.connect import connect_portal, store_connection
from plugins.bitrix24.commands.portal import stored_state
from plugins.bitrix24.connecting.approved_connection import ApprovedConnection, ApprovedConnections
from tests.language.english import en
from tests.stories.portal.second_portal import second_portal, services
from tests.stories.scene import Scene

LINE = "portal connect shop --domain shop.bitrix24.com --client-id local.1"


@pytest.fixture
def ruled(scene: Scene) -> Scene:
    """Vera is an admin too, beside Ida."""
    scene.playground.grant(scene.playground.store, "Vera", Role.ADMIN)
    return scene


def assert_approved(scene: Scene) -> None:
    ended = scene.has_approved(LINE, "Ida", by="Vera")
    assert ended.status is Status.DONE, en(ended.outcome)
    scene.card_says(scene.card("shop"), "The connection is approved. It is not made yet.")
    assert ApprovedConnections(services(scene)).find("shop") == ApprovedConnection(
        name="shop", domain="shop.bitrix24.com", client_id="local.1"
    )


def test_another_admin_approves_which_portal_and_application_may_be_connected(ruled: Scene) -> None:
    ruled.ask("Olga", LINE)
    ruled.answer("Olga", "needs the role admin")
    assert_approved(ruled)
    ruled.ask("Ida", LINE)
    ruled.answer("Ida", "Type the client_secret there only")


def test_the_first_portal_is_asked_for_in_slack_too(ruled: Scene) -> None:
    stored_state.remove(services(ruled), CredentialStore(services(ruled)).portal("default"))
    assert_approved(ruled)


def test_a_new_portal_needs_no_choice_among_several(ruled: Scene) -> None:
    with second_portal(ruled):
        card = ruled.asks(LINE, "Ida", channel="approvals")
        assert "stage" not in ruled.card_says(card, "Connect the portal shop: shop.bitrix24.com, application local.1")
        ruled.press("Vera", card, "Approve")
        assert ruled.ends().status is Status.DONE
        ruled.ask("Ida", f"{LINE}2 --portal default")
        ruled.answer("Ida", "default")
        assert len(ruled.playground.store.changes.with_status(Status)) == 1


def test_a_secret_is_not_taken_in_slack(ruled: Scene) -> None:
    ruled.ask("Ida", f"{LINE} --client-secret s3cr3t-canary-value")
    ruled.answer("Ida", "type it only in the terminal")
    assert ApprovedConnections(services(ruled)).find("shop") is None


def everything_public(scene: Scene) -> str:
    """All that stands in channels."""
    shown = (one for name in ("approvals", "audit", "connectors") for one in scene.workspace.messages(name))
    replies = (one for message in shown for one in scene.workspace.thread(message.channel, message.ts))
    return "\n".join(map(scene.workspace.transcript, replies))


def private_link(scene: Scene) -> str:
    """The authorise link that Ida got, and nobody else."""
    told = scene.answer("Ida", "Only you can see this link")
    (found,) = set(re.findall(r"https?://[^\s|>]*oauth/authorize[^\s|>]*", told))
    return str(found).replace("&amp;", "&")


def test_the_requester_alone_gets_the_link_and_the_terminal_completes_with_it(ruled: Scene) -> None:
    bot = services(ruled)
    ended = ruled.has_approved("portal connect default --replace", "Ida", by="Vera")
    assert ended.status is Status.DONE, en(ended.outcome)
    ruled.channel_says("approvals", "nobody else, receives the authorise link privately")
    link = private_link(ruled)
    state = parse_qs(urlsplit(link).query)["state"][0]
    shown = everything_public(ruled)
    assert state not in shown
    assert all(state not in ruled.workspace.transcript(one) for one in ruled.workspace.ephemerals("Vera"))

    def paste(_shown: Sequence[Reply]) -> str:
        return requests.get(link, allow_redirects=False, timeout=5).headers["Location"]

    dialogue = ScriptedDialogue(
        bot, paste, secrets={"client_secret": ruled.portal.client_secret}, person="local:somebody"
    )
    before = bot.secrets.read("default")
    found = connect_portal(dialogue, "default", replace=True)
    with bot.transaction():
        store_connection(bot, found)
    after = bot.secrets.read("default")
    assert before is not None
    assert after is not None
    assert after.generation == before.generation + 1
    assert ApprovedConnections(bot).find("default") is None
    assert wait_until(lambda: CredentialStore(bot).portal("default").client_id == ruled.portal.client_id)


def test_the_card_names_what_is_known_and_what_would_be_another(ruled: Scene) -> None:
    member = ruled.portal.member_id
    card = ruled.asks("portal connect default --replace --member-id 0123456789abcdef", "Ida", channel="approvals")
    text = ruled.card_says(card, "Replace the credentials of the portal default")
    assert f"changes from member_id {member} to member_id 0123456789abcdef" in text
    assert ruled.portal.client_id in text
    ruled.press("Vera", card, "Approve")
    assert ruled.ends().status is Status.DONE
    dialogue = ScriptedDialogue(services(ruled))
    with pytest.raises(Exception, match="nothing_came"):
        connect_portal(dialogue, "default", replace=True)
