"""The card of a local application, and what its installation sends: docs/portal-behaviour.md P115, P117 to P119."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.bitrix24.simulator.kit import PAGE, Client, Listener, error

INSTALL = "ONAPPINSTALL"


def save(client: Client, **options: Any) -> Any:
    return client.control("operator", {"action": "save_card", "handler": PAGE, **options})


def redirect(client: Client, client_id: str) -> tuple[str, dict[str, list[str]]]:
    """Where the authorise page leads back to, and with which parameters; empty where it stays on the portal."""
    answer = client.raw("GET", client.portal.authorize_url, params={"client_id": client_id, "state": "s"})
    location = urlsplit(answer.headers.get("location", ""))
    return location._replace(query="").geturl(), parse_qs(location.query)


def exchange(client: Client, card: Any) -> Any:
    """The tokens that a code of this application brings."""
    code = redirect(client, card["client_id"])[1]["code"][0]
    keys = {name: card[name] for name in ("client_id", "client_secret")}
    return client.token(grant_type="authorization_code", code=code, **keys).json()


def test_an_api_only_card_with_a_path_is_told_of_its_installation_once(client: Client, listener: Listener) -> None:
    card = save(client, api_only=True, install_path=listener.url)
    assert card["installed"]
    client.events()
    [heard] = listener.heard
    assert (heard.pairs["event"], heard.pairs["auth[member_id]"]) == (INSTALL, client.portal.member_id)
    assert "client_id" not in heard.pairs
    renewed = client.token(
        grant_type="refresh_token",
        refresh_token=heard.pairs["auth[refresh_token]"],
        client_id=card["client_id"],
        client_secret=card["client_secret"],
    )
    assert renewed.status_code == 200
    handlers = client.result("event.get", token=renewed.json()["access_token"])
    assert [(row["event"], row["handler"]) for row in handlers] == [(INSTALL, listener.url)]


@pytest.mark.parametrize(("position", "times"), [("twice", 2), ("lost", 0)])
def test_the_installation_call_may_come_twice_or_never(
    client: Client, listener: Listener, position: str, times: int
) -> None:
    client.control("switches", {"install_post": position})
    save(client, api_only=True, install_path=listener.url)
    client.events()
    assert listener.events() == [INSTALL] * times


def test_the_installation_call_may_come_a_minute_late(client: Client, listener: Listener) -> None:
    client.control("switches", {"install_post": "delayed"})
    client.control("clock", {"freeze": True})
    save(client, api_only=True, install_path=listener.url)
    client.events()
    assert listener.events() == []
    client.control("clock", {"advance": 61})
    client.events()
    assert listener.events() == [INSTALL]


def test_the_installation_call_may_come_before_the_form_shows_the_keys(client: Client, listener: Listener) -> None:
    client.control("switches", {"install_post": "before_save"})
    save(client, api_only=True, install_path=listener.url)
    assert listener.events() == [INSTALL]


def test_a_changed_path_moves_the_handler_and_sends_nothing(client: Client, listener: Listener) -> None:
    card = save(client, api_only=True)
    save(client, app=card["client_id"], api_only=True, install_path=listener.url, handler="https://other.example/app")
    client.events()
    assert listener.heard == []
    tokens = exchange(client, card)
    assert [row["handler"] for row in client.result("event.get", token=tokens["access_token"])] == [listener.url]
    assert redirect(client, card["client_id"])[0] == "https://other.example/app"


def test_a_card_with_an_interface_is_not_installed_until_its_page_says_so(client: Client, listener: Listener) -> None:
    card = save(client, install_path=listener.url)
    assert not card["installed"]
    opened = client.control("operator", {"action": "open_application", "app": card["client_id"]})
    assert opened["status"] == 200
    [heard] = listener.heard
    assert (heard.pairs["PLACEMENT"], heard.pairs["member_id"]) == ("DEFAULT", client.portal.member_id)
    token = heard.pairs["AUTH_ID"]
    assert client.result("app.info", token=token)["INSTALLED"] is False
    client.control("operator", {"action": "finish_installation", "app": card["client_id"]})
    assert client.result("app.info", token=token)["INSTALLED"] is True


def test_a_card_with_an_interface_and_no_path_is_installed_at_once(client: Client) -> None:
    assert save(client)["installed"]


def test_a_code_may_bring_one_word_as_its_scope_and_the_redirect_no_domain(client: Client) -> None:
    card = save(client)
    assert "imopenlines" in exchange(client, card)["scope"]
    assert "domain" in redirect(client, card["client_id"])[1]
    client.control("switches", {"code_flow_scope": "app", "callback_domain": "absent"})
    assert exchange(client, card)["scope"] == "app"
    assert "domain" not in redirect(client, card["client_id"])[1]


def test_a_dismissed_user_loses_both_tokens_and_gets_no_code(client: Client) -> None:
    client.control("operator", {"action": "dismiss", "user": 1})
    assert error(client.post("app.info"))[0] == 401
    refused = client.token(grant_type="refresh_token", refresh_token=client.portal.refresh_token)
    assert error(refused) == (400, "invalid_grant")
    assert redirect(client, client.portal.client_id) == ("", {})
    client.control("operator", {"action": "dismiss", "user": 99}, status=400)
