"""The vendor's own client finds in the simulator the portal it was written for.

It always speaks https to a host name and to one fixed authorisation server. Both are reached by what `requests`
documents for everybody: a proxy and a bundle of authorities in the environment. Nothing of the client is replaced.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from b24pysdk import BitrixApp, BitrixToken, Client
from b24pysdk.errors import BitrixAPIError

from plugins.bitrix24.simulator import PortalSimulator
from tests.bitrix24.tunnel import Tunnel

PORTAL, OAUTH = "shop.bitrix24.com", "oauth.bitrix24.tech"
ICON = {"DATA_IMAGE": "data:image/svg+xml,x"}
PAGE = "https://app.example/page"
HELLO = {"user": {"id": "u1", "name": "Eve"}, "message": {"id": "m1", "text": "Hello"}, "chat": {"id": "c1"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """The vendor's client, its token, and the portal it speaks with."""

    client: Any
    token: Any
    portal: PortalSimulator
    tunnel: Tunnel

    def sent(self, method: str) -> int:
        return sum(entry.method == method for entry in self.portal.world.journal.calls)


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    with PortalSimulator(tls=True, names=(PORTAL, OAUTH)) as portal:
        port = urlsplit(portal.base_url).port or 0
        with Tunnel(port, (PORTAL, OAUTH)) as tunnel:
            for name in ("NO_PROXY", "no_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
                monkeypatch.delenv(name, raising=False)
            monkeypatch.setenv("HTTPS_PROXY", tunnel.url)
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", portal.ready()["ca"])
            app = BitrixApp(client_id=portal.client_id, client_secret=portal.client_secret)
            token = BitrixToken(
                domain=PORTAL, auth_token=portal.access_token, refresh_token=portal.refresh_token, bitrix_app=app
            )
            yield Vendor(client=Client(token), token=token, portal=portal, tunnel=tunnel)


def test_the_life_of_a_connector_from_registration_to_removal(vendor: Vendor) -> None:
    connectors, state = vendor.client.imconnector, vendor.portal.state

    assert connectors.register("WhatsApp", "WA", ICON, PAGE, chat_group=False, newsletter=False).result == {
        "result": True
    }
    row = state.connectors["whatsapp"]
    assert (row.name, row.handler, row.icon["DATA_IMAGE"]) == ("WA", PAGE, ICON["DATA_IMAGE"])
    assert (row.flags["NEWSLETTER"], row.flags["CHAT_GROUP"], row.flags["NEED_SIGNATURE"]) == (False, False, True)

    assert connectors.activate("whatsapp", 1, True).result is True
    assert state.status("whatsapp", 1).working
    assert connectors.connector.data.set("whatsapp", 1, {"ID": "ch", "NAME": "WA EU"}).result is True
    assert state.status("whatsapp", 1).data == {"ID": "ch", "NAME": "WA EU"}

    expected = {"LINE": 1, "CONNECTOR": "whatsapp", "ERROR": False, "CONFIGURED": True, "STATUS": True}
    assert connectors.status("whatsapp", line=1).result == expected
    assert connectors.list().result["whatsapp"] == "WA"

    (told,) = connectors.send.messages("whatsapp", 1, [HELLO]).result["DATA"]["RESULT"]
    assert told["SUCCESS"] is True
    (dialog,), (message,) = state.dialogs.rows(), state.messages.rows()
    assert told["session"] == {"ID": str(dialog.session), "CHAT_ID": str(dialog.chat_id)}
    assert (dialog.external_user, dialog.external_chat, message.text, message.external) == (
        "u1",
        "c1",
        "Hello",
        ("m1",),
    )

    assert connectors.activate("whatsapp", 1, False).result is True
    assert not state.status("whatsapp", 1).configured
    assert connectors.unregister(bitrix_id="whatsapp").result == {"result": True}
    assert "whatsapp" not in state.connectors


def answer_of(request: Any) -> Any:
    """Make the request: this client does so when its result is read."""
    return request.result


def working(vendor: Vendor) -> Any:
    vendor.portal.seed(connectors=[{"id": "wa"}], activations=[{"connector": "wa", "line": 1}])
    return vendor.client.imconnector


def test_messages_are_edited_deleted_and_acknowledged_and_a_chat_is_renamed(vendor: Vendor) -> None:
    connectors, state = working(vendor), vendor.portal.state
    assert connectors.send.messages("wa", 1, [HELLO]).result["SUCCESS"] is True
    edited = {**HELLO, "message": {"id": "m1", "text": "Hi"}}
    assert connectors.update.messages("wa", 1, [edited]).result["SUCCESS"] is True
    (message,) = state.messages.rows()
    assert message.text == "Hi"
    assert connectors.delete.messages("wa", 1, [HELLO]).result["SUCCESS"] is True
    assert state.messages[message.id].deleted
    receipt = {
        "im": {"chat_id": message.chat_id, "message_id": message.id},
        "message": {"id": ["x"]},
        "chat": {"id": "c1"},
    }
    assert connectors.send.status.delivery("wa", 1, [receipt]).result == {"SUCCESS": True, "DATA": []}
    assert state.messages[message.id].delivered
    assert connectors.send.status.reading("wa", 1, [receipt]).result == {"SUCCESS": True, "DATA": []}
    assert connectors.chat.name.set("wa", 1, "c1", "Orders", user_id="u1").result["SUCCESS"] is True
    assert state.dialogs.rows()[0].name == "Orders"


def test_a_batch_is_one_request_with_a_result_and_an_error_for_each(vendor: Vendor) -> None:
    connectors = working(vendor)
    wanted = {
        "on": connectors.status("wa", line=1),
        "off": connectors.status("wa", line=2),
        "wrong": connectors.send.messages("wa", 2, [HELLO]),
    }
    found = vendor.client.call_batch(wanted).result
    assert (found.result["on"]["STATUS"], found.result["off"]["STATUS"]) == (True, False)
    assert found.result_error["wrong"]["error"] == "NOT_ACTIVE_LINE"
    assert vendor.sent("batch") == 1
    assert vendor.portal.state.messages.rows() == []


def test_a_token_that_has_run_out_is_renewed_once_and_the_call_made_again(vendor: Vendor) -> None:
    connectors, old = working(vendor), vendor.token.oauth_token
    with vendor.portal.world.lock:
        vendor.portal.world.tokens.expire(client_id=None, access=True, refresh=False)
    assert connectors.status("wa", line=1).result["STATUS"] is True
    assert vendor.token.auth_token != old.access_token
    assert vendor.token.refresh_token != old.refresh_token
    assert [entry.outcome for entry in vendor.portal.world.journal.token_calls] == ["ok"]
    assert vendor.tunnel.asked.count(OAUTH) == 1


def test_a_refusal_reaches_the_client_as_its_own_error_with_the_portals_code(vendor: Vendor) -> None:
    connectors = working(vendor)
    with pytest.raises(BitrixAPIError) as caught:
        answer_of(connectors.send.messages("wa", 2, [HELLO]))
    assert caught.value.error == "NOT_ACTIVE_LINE"
    assert vendor.portal.state.messages.rows() == []


def test_events_are_bound_listed_and_unbound(vendor: Vendor) -> None:
    events, handlers = vendor.client.event, vendor.portal.state.handlers
    assert events.bind("OnImConnectorMessageAdd", "https://app.example/events").result is True
    (row,) = handlers.rows()
    assert (row.event, row.url) == ("ONIMCONNECTORMESSAGEADD", "https://app.example/events")
    assert [each["handler"] for each in events.get().result] == ["https://app.example/events"]
    assert events.unbind("OnImConnectorMessageAdd", "https://app.example/events").result == {"count": 1}
    assert handlers.rows() == []


def test_nothing_but_the_two_named_hosts_can_be_reached(vendor: Vendor) -> None:
    assert answer_of(vendor.client.app.info())
    assert set(vendor.tunnel.asked) == {PORTAL}
