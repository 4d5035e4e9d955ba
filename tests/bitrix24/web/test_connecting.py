"""Connecting with a public address: the callback, the install call, and every call that is none of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.plugin import NEW_PLACE, Nothing, Place, Plan, PluginError, Reply, WebReply
from bot.store.repositories.secrets import sealed_secrets
from bot.testing import page_text
from bot.testing.scripted_dialogue import ScriptedDialogue, Typed
from bot.testing.web_requests import request_route
from plugins.bitrix24.auth.refused_calls import CALL_REFUSED, EVERY_MS
from plugins.bitrix24.commands.common.json_views import PortalLink
from plugins.bitrix24.commands.connecting.approval import plan_connection
from plugins.bitrix24.commands.connecting.connect import check_connection, connect_portal, store_connection
from plugins.bitrix24.connecting.authorization_link import LIFETIME_MS
from plugins.bitrix24.connecting.pending_install import LIFETIME_MS as INSTALL_LIFETIME_MS
from plugins.bitrix24.connecting.pending_install import PendingInstalls
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en
from tests.tables.quick import fewer

PUBLIC = "https://b24bot.example.com"


class Way:
    """Somebody who connects the portal `new`, with a browser and a card."""

    def __init__(self, bot: PluginBot) -> None:
        self.bot = bot
        self.domain = bot.simulation.settings()["BITRIX24_DOMAIN"]

    def request(self, method: str, address: str, form: Mapping[str, str] | None = None) -> WebReply:
        path = address.removeprefix(f"{PUBLIC}/bitrix24")
        return request_route(self.bot.plugin, self.bot.services, method, path, form=form or {})

    def connect(self, *answers: Typed, person: str = "local:ida", **options: Any) -> Reply:
        given: dict[str, Any] = {"domain": self.domain, "client_id": self.bot.portal.client_id, **options}
        secrets = {"client_secret": given.pop("secret", self.bot.portal.client_secret)}
        self.dialogue = ScriptedDialogue(self.bot.services, *answers, secrets=secrets, person=person)
        name = given.pop("name", "new")
        shown = {key: value for key, value in given.items() if key in ("domain", "client_id", "ca_file", "replace")}
        check_connection(self.bot.services, name, **shown)
        found = connect_portal(self.dialogue, name, **given)
        with self.bot.services.transaction():
            reply = store_connection(self.bot.services, found)
        assert isinstance(reply, Reply)
        return reply

    def shown(self) -> Mapping[str, str]:
        """The addresses that were shown last."""
        rows = [reply for reply in self.dialogue.shown if reply.data is not None]
        return {en(label): str(fact) for label, fact in rows[-1].facts}

    def browse(self, shown: Sequence[Reply]) -> str:
        """The browser of a signed-in administrator follows the link, and the portal sends it back to b24bot."""
        link = {en(label): str(fact) for label, fact in shown[-1].facts}["Authorise link"]
        self.callback = f"{PUBLIC}/bitrix24/app?{urlsplit(self.follow(link)).query}"
        self.page = self.request("GET", self.callback)
        return ""

    def follow(self, link: str) -> str:
        """The address on which the browser of a signed-in administrator ends."""
        portal = self.bot.portal
        near = link.replace(portal.base_url, portal.listens_at)
        found = requests.get(near, allow_redirects=False, timeout=5, verify=portal.ca_path or True)
        return found.headers["Location"]

    def install_call(self, **auth: str) -> dict[str, str]:
        """The fields of ONAPPINSTALL."""
        access, refresh = self.bot.issue()
        world = self.bot.portal.world
        found = {
            "access_token": access.reveal(),
            "refresh_token": refresh.reveal(),
            "member_id": self.bot.portal.member_id,
            "domain": world.domain,
            "client_endpoint": world.rest_url,
            "server_endpoint": world.server_url,
            "application_token": "token",
            **auth,
        }
        return {"event": "ONAPPINSTALL", **{f"auth[{name}]": value for name, value in found.items()}}

    def page_call(self, **more: str) -> dict[str, str]:
        """The fields of the first page."""
        access, refresh = self.bot.issue()
        return {
            "AUTH_ID": access.reveal(),
            "REFRESH_ID": refresh.reveal(),
            "member_id": self.bot.portal.member_id,
            "SERVER_ENDPOINT": self.bot.portal.world.server_url,
            "PLACEMENT": "DEFAULT",
            **more,
        }

    def install_address(self) -> str:
        """The address for the card of the portal `new`."""
        nonce = PendingInstalls(self.bot.services).invite("new").nonce.reveal()
        return f"{PUBLIC}/bitrix24/install/{nonce}"

    def reasons(self) -> list[str]:
        """The reasons of the refused calls on record, the first one first."""
        return [str(record.facts["why"]) for record in self.bot.recorded(CALL_REFUSED.tag)]

    def secret_names(self) -> list[str]:
        """The names of all sealed values."""
        return [name for _, name, _ in sealed_secrets(self.bot.services.store.engine)]


@pytest.fixture
def way(make_plugin_bot: Callable[..., PluginBot]) -> Way:
    bot = make_plugin_bot(B24BOT_PUBLIC_URL=PUBLIC)
    with bot.services.transaction():
        # The simulated portal is one; what a test connects must not be known under another name.
        bot.services.records.delete("portal", "default")
        bot.services.secrets.delete("default")
    return Way(bot)


def stored(bot: PluginBot) -> Any:
    return bot.services.secrets.read("new")


# --------------------------------------------------------------------------------------------------- callback


def test_the_browser_brings_the_code_and_the_command_ends(way: Way) -> None:
    assert en(way.connect(way.browse).title) == "The portal new is connected."
    assert "b24bot received the code" in page_text(way.page)
    assert "Return to the terminal" in page_text(way.page)
    assert stored(way.bot).value["member_id"] == way.bot.portal.member_id
    assert way.shown()["Your handler path"] == f"{PUBLIC}/bitrix24/app"
    assert way.shown()["Initial installation path"].startswith(f"{PUBLIC}/bitrix24/install/")
    assert way.bot.services.records.all("authorization") == {}
    assert way.reasons() == []


def test_a_pasted_address_is_taken_when_it_comes_first(way: Way) -> None:
    def paste(shown: Sequence[Reply]) -> str:
        link = {en(label): str(fact) for label, fact in shown[-1].facts}["Authorise link"]
        return requests.get(link, allow_redirects=False, timeout=5).headers["Location"]

    assert en(way.connect(paste).title) == "The portal new is connected."


def test_the_code_is_stored_encrypted_only_and_for_ten_minutes(way: Way) -> None:
    way.dialogue = ScriptedDialogue(way.bot.services, person="local:ida")
    connect_portal(way.dialogue, "new", domain=way.bot.portal.url, client_id=way.bot.portal.client_id, no_wait=True)
    way.browse(way.dialogue.shown)
    code = dict(parse_qsl(urlsplit(way.callback).query))["code"]
    assert code not in str(way.bot.services.records.all("authorization"))
    way.bot.clock.sleep(LIFETIME_MS / 1000 + 1)
    with pytest.raises(PluginError):
        way.connect()
    assert [name for name in way.secret_names() if name.startswith("code:")] == []


def test_a_link_that_was_only_printed_serves_a_later_command_of_the_same_person(way: Way) -> None:
    dialogue = ScriptedDialogue(way.bot.services, person="local:ida")
    options: dict[str, Any] = {"domain": way.bot.portal.url, "client_id": way.bot.portal.client_id}
    assert isinstance(connect_portal(dialogue, "new", no_wait=True, **options).outcome, PortalLink)
    way.browse(dialogue.shown)
    with pytest.raises(PluginError) as caught:
        way.connect(person="local:gleb")
    assert "Nothing came" in en(caught.value.sentence)
    assert en(way.connect().title) == "The portal new is connected."


@pytest.mark.parametrize(
    ("asked", "said"),
    [(True, "The authorise link for the portal new is printed"), (False, "The addresses for the application's card")],
)
def test_a_command_that_does_not_wait_says_what_it_printed(way: Way, asked: bool, said: str) -> None:
    dialogue = ScriptedDialogue(way.bot.services)
    client_id = way.bot.portal.client_id if asked else ""
    found = connect_portal(dialogue, "new", domain=way.domain, client_id=client_id, no_wait=True)
    answer = store_connection(way.bot.services, found)
    assert isinstance(answer, Nothing)
    assert en(answer.sentence).startswith(said)
    assert answer.data == dialogue.shown[-1].data
    assert ("Authorise link" in [en(label) for label, _ in dialogue.shown[-1].facts]) is asked


def test_a_key_in_place_of_the_application_id_is_neither_shown_nor_stored(way: Way) -> None:
    with pytest.raises(PluginError) as caught:
        way.connect(way.bot.portal.client_secret, client_id="")
    assert "no application ID" in en(caught.value.sentence)
    assert way.bot.services.records.all("authorization") == {}
    assert way.bot.portal.client_secret not in str(way.dialogue.shown)
    assert en(way.connect(way.bot.portal.client_id, way.browse, client_id="").title) == "The portal new is connected."


def test_an_approval_that_outlives_its_link_needs_no_other_approval(way: Way) -> None:
    client_id = way.bot.portal.client_id
    plan = plan_connection(way.bot.services, "new", domain=way.domain, client_id=client_id)
    assert isinstance(plan, Plan)
    place = Place(name="new", label="", identity=f"{NEW_PLACE}new")
    approved = way.bot.plugin.perform(way.bot.services, place, plan.calls[0])
    assert approved.private is not None
    assert "open the one that the command prints" in en(approved.private.notes[0])
    way.bot.clock.sleep(LIFETIME_MS / 1000)
    again = plan_connection(way.bot.services, "new", domain=way.domain, client_id=client_id)
    assert isinstance(again, Nothing)
    assert "The command prints a new link, which needs no other approval" in en(again.sentence)
    assert en(way.connect(way.browse, domain="", client_id="").title) == "The portal new is connected."


@pytest.mark.parametrize("options", [{"person": "local:gleb"}, {"name": "other"}], ids=str)
def test_an_address_of_another_person_or_portal_is_refused(way: Way, options: dict[str, Any]) -> None:
    dialogue = ScriptedDialogue(way.bot.services, person="local:ida")
    connect_portal(dialogue, "new", domain=way.bot.portal.url, client_id=way.bot.portal.client_id, no_wait=True)
    link = {en(label): str(fact) for label, fact in dialogue.shown[-1].facts}["Authorise link"]
    ended = requests.get(link, allow_redirects=False, timeout=5).headers["Location"]
    with pytest.raises(PluginError) as caught:
        way.connect(ended, **options)
    assert "another portal, application or person" in en(caught.value.sentence)
    assert stored(way.bot) is None


def test_nothing_comes_back_in_ten_minutes(way: Way) -> None:
    def wait(shown: Sequence[Reply]) -> str:
        way.bot.clock.sleep(LIFETIME_MS / 1000)
        return ""

    with pytest.raises(PluginError) as caught:
        way.connect(wait)
    assert "Nothing came back within ten minutes" in en(caught.value.sentence)


def forge(way: Way, query: str) -> str:
    return page_text(way.request("GET", f"/app?{query}"))


def test_whatever_is_wrong_with_a_state_the_page_is_the_same_and_the_reason_is_recorded_once(way: Way) -> None:
    way.connect(way.browse)
    dialogue = ScriptedDialogue(way.bot.services, person="local:ida")
    options: dict[str, Any] = {"domain": way.bot.portal.url, "client_id": way.bot.portal.client_id}
    connect_portal(dialogue, "other", no_wait=True, **options)
    way.browse(dialogue.shown)
    used = urlsplit(way.callback).query
    pages = {forge(way, query) for query in (used, "code=x&state=y", "code=&state=y", f"code=x&state={'y' * 501}")}
    connect_portal(dialogue, "third", no_wait=True, **options)
    link = {en(label): str(fact) for label, fact in dialogue.shown[-1].facts}["Authorise link"]
    ended = requests.get(link, allow_redirects=False, timeout=5).headers["Location"]
    way.bot.clock.sleep(LIFETIME_MS / 1000)
    pages.add(forge(way, urlsplit(ended).query))
    assert len(pages) == 1
    assert "This link does not work" in pages.pop()
    for _ in range(50):
        forge(way, "code=x&state=y")
    assert way.reasons() == [
        "the link was used before",
        "b24bot made no link with this state",
        "the call is not complete",
        "the link is older than ten minutes",
    ]
    way.bot.clock.sleep(EVERY_MS / 1000)
    forge(way, "code=x&state=y")
    assert len(way.reasons()) == 5


# ------------------------------------------------------------------------------------------------ install call


def test_an_install_call_waits_and_is_completed_with_the_secret_alone(way: Way) -> None:
    assert "Received" in page_text(way.request("POST", way.install_address(), way.install_call()))
    assert stored(way.bot) is None
    reply = way.connect(domain="", client_id="")
    assert en(reply.title) == "The portal new is connected."
    facts = {en(label): fact for label, fact in way.dialogue.shown[0].facts}
    assert facts["application"] == way.bot.portal.client_id
    assert way.bot.plugin.places(way.bot.services)[0].identity == way.bot.portal.member_id
    assert PendingInstalls(way.bot.services).find("new") is None
    assert way.reasons() == []


@pytest.mark.parametrize("client_id", [False, True])
def test_an_install_call_that_comes_while_the_command_waits_ends_it(way: Way, client_id: bool) -> None:
    def save_card(shown: Sequence[Reply]) -> str:
        addresses = {en(label): str(fact) for label, fact in shown[-1].facts}
        way.request("POST", addresses["Initial installation path"], way.install_call())
        return ""

    options = {} if client_id else {"client_id": ""}
    assert en(way.connect(save_card, **options).title) == "The portal new is connected."


def test_a_client_id_typed_while_no_call_came_leads_to_the_link(way: Way) -> None:
    reply = way.connect(way.bot.portal.client_id, way.browse, client_id="")
    assert en(reply.title) == "The portal new is connected."


def test_the_first_page_ends_the_installation_and_may_be_framed_by_its_portal(way: Way) -> None:
    address = way.install_address()
    domain = way.bot.portal.world.domain
    reply = way.request("POST", f"{address}?DOMAIN={domain}&LANG=ru", way.page_call())
    page = page_text(reply, "ru")
    assert "b24bot получил приложение" in page
    assert "Завершите подключение в терминале: b24bot портал подключить new запросит ключ" in page
    assert page.index("https://api.bitrix24.com/api/v1/") < page.index("BX24.installFinish()")
    policy = reply.headers["Content-Security-Policy"]
    assert f"frame-ancestors http://{domain}" in policy
    assert "unsafe-inline" not in policy
    again = way.request("POST", f"{address}?DOMAIN={domain}", way.page_call())
    assert "installFinish" in page_text(again), "the portal shows the page until the installation has ended"
    assert en(way.connect(domain="", client_id="").title) == "The portal new is connected."
    before = stored(way.bot)
    third = way.request("POST", f"{address}?DOMAIN={domain}", way.page_call())
    assert "installFinish" in page_text(third)
    assert "Nothing is left to do in the terminal" in page_text(third)
    assert "Nothing is left to do in the terminal" not in page_text(again)
    assert stored(way.bot) == before
    assert PendingInstalls(way.bot.services).find("new") is None


@pytest.mark.parametrize("installed", [True, False])
def test_whoever_connects_an_unfinished_installation_is_told_to_finish_it(way: Way, installed: bool) -> None:
    way.request("POST", way.install_address(), way.install_call())
    with way.bot.portal.world.lock:
        way.bot.portal.state.change_app(way.bot.portal.client_id, installed=installed)
    notes = [en(note) for note in way.connect(domain="", client_id="").notes]
    assert any(note.startswith("Open the application once on the portal") for note in notes) is not installed


def test_a_wrong_secret_leaves_the_install_call_waiting(way: Way) -> None:
    way.request("POST", way.install_address(), way.install_call())
    with pytest.raises(PluginError) as caught:
        way.connect(domain="", client_id="", secret="no")
    assert "refused the client_secret" in en(caught.value.sentence)
    assert stored(way.bot) is None
    assert en(way.connect(domain="", client_id="").title) == "The portal new is connected."


def test_a_known_portal_is_never_overwritten_by_an_install_call(way: Way) -> None:
    way.connect(way.browse)
    before = stored(way.bot)
    way.request("POST", way.install_address(), way.install_call())
    assert stored(way.bot) == before
    with pytest.raises(PluginError) as caught:
        way.connect(domain="", client_id="")
    assert "new" in en(caught.value.sentence)
    assert stored(way.bot) == before
    way.connect(domain="", client_id="", replace=True)
    assert stored(way.bot).generation == before.generation + 1


def test_tokens_of_another_application_or_portal_are_refused_and_the_address_works_again(way: Way) -> None:
    other = way.bot.portal.other_application
    address = way.install_address()
    way.request("POST", address, way.install_call(member_id="0123456789abcdef"))
    with pytest.raises(PluginError) as caught:
        way.connect(domain="", client_id="")
    assert "belongs to the portal with the member_id" in en(caught.value.sentence)
    foreign = {"access_token": other["access_token"], "refresh_token": other["refresh_token"]}
    way.request("POST", address, way.install_call(**foreign))
    with pytest.raises(PluginError) as caught:
        way.connect(domain="")
    assert "belongs to the application" in en(caught.value.sentence)
    assert stored(way.bot) is None


def test_an_access_token_that_ran_out_needs_the_client_id(way: Way) -> None:
    way.request("POST", way.install_address(), way.install_call())
    way.bot.clock.sleep(2 * 3600)
    assert en(way.connect(way.bot.portal.client_id, domain="", client_id="").title) == "The portal new is connected."


def test_a_kill_after_the_first_renewal_does_not_lose_the_new_tokens(way: Way) -> None:
    way.request("POST", way.install_address(), way.install_call())
    way.bot.fault("unavailable", "app.info")
    with pytest.raises(PluginError):
        way.connect(domain="", client_id="")
    assert stored(way.bot) is None
    assert en(way.connect(domain="", client_id="").title) == "The portal new is connected."


def test_forged_install_calls_change_nothing_and_are_answered_as_good_ones(way: Way) -> None:
    address = way.install_address()
    good = page_text(way.request("POST", address, way.install_call()))
    waits = PendingInstalls(way.bot.services).find("new")
    foreign = way.install_call(domain="evil.example", client_endpoint="https://evil.example/rest/")
    forged = [
        ("/install/stale", way.install_call()),
        (address, way.install_call()),
        (address, way.install_call(member_id="swapped")),
        (address, foreign),
        (address, {**way.install_call(), "event": "ONAPPUNINSTALL"}),
        (address, way.install_call(refresh_token="")),
        (address, {}),
        (address, way.install_call(access_token="a" * 3_000)),
    ]
    assert {page_text(way.request("POST", where, form)) for where, form in forged} == {good}
    assert PendingInstalls(way.bot.services).find("new") == waits
    assert way.reasons() == [
        "b24bot gave out no such install address",
        "the install address was used before",
        "another portal used the install address before",
        "the call names an address of a portal that b24bot may not talk to",
        "the call is not complete",
    ]
    way.bot.clock.sleep(INSTALL_LIFETIME_MS / 1000)
    assert page_text(way.request("POST", address, way.page_call() | {"DOMAIN": way.bot.portal.world.domain})) == good
    assert way.reasons()[5:] == ["the install address is older than a day"]


NAMES = st.sampled_from(
    [
        *("event", "AUTH_ID", "REFRESH_ID", "member_id", "DOMAIN", "SERVER_ENDPOINT", "PLACEMENT", "code", "state"),
        *(f"auth[{name}]" for name in ("access_token", "refresh_token", "member_id", "domain", "client_endpoint")),
    ]
)
VALUES = st.one_of(st.text(max_size=40), st.sampled_from(["ONAPPINSTALL", "shop.bitrix24.com", "https://a.b/rest/"]))


def test_generated_bodies_change_nothing(way: Way) -> None:
    before = way.secret_names(), way.bot.services.records.all("authorization")

    @settings(max_examples=fewer(60, 15), database=None)
    @given(form=st.dictionaries(NAMES, VALUES, max_size=9), query=st.dictionaries(NAMES, VALUES, max_size=4))
    def try_calls(form: Mapping[str, str], query: Mapping[str, str]) -> None:
        address = urlencode(query, errors="replace")
        for method, path in (("POST", "/install/stale"), ("GET", "/app"), ("POST", "/app")):
            reply = way.request(method, f"{path}?{address}", form if method == "POST" else {})
            assert reply.status == 200
            assert "installFinish" not in page_text(reply)

    try_calls()
    assert (way.secret_names(), way.bot.services.records.all("authorization")) == before
    assert len(way.reasons()) <= 6, "each reason is recorded once for each kind of call"


def test_what_is_missing_is_said_before_anything_is_asked(make_plugin_bot: Callable[..., PluginBot]) -> None:
    bot = make_plugin_bot()
    with pytest.raises(PluginError) as caught:
        check_connection(bot.services, "new")
    assert "needs the host name of the portal" in en(caught.value.sentence)
    with pytest.raises(PluginError) as caught:
        check_connection(bot.services, "new", domain=bot.portal.url)
    assert en(caught.value.sentence) == "Without a public address, b24bot needs the client_id."


def test_without_a_code_the_address_says_what_it_is_for(way: Way) -> None:
    for method in ("GET", "POST"):
        assert "Open b24bot from the menu of your portal" in page_text(way.request(method, "/app"))
    assert way.reasons() == []


def test_a_server_that_names_no_portal_is_told_in_a_whole_sentence(way: Way) -> None:
    access, refresh = way.bot.issue()
    body = {"access_token": access.reveal(), "refresh_token": refresh.reveal(), "member_id": ""}
    way.bot.fault("reply", "oauth.token", body=json.dumps({**body, "server_endpoint": way.bot.portal.world.server_url}))
    with pytest.raises(PluginError) as caught:
        way.connect(way.browse)
    assert en(caught.value.sentence).startswith("The authorisation server did not name the portal of the token.")
    assert stored(way.bot) is None
