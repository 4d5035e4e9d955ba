"""Pages inside the portal and an application's end: docs/portal-behaviour.md P88 to P90."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from tests.bitrix24.simulator.kit import Client, Listener, error

BIND = "placement.bind"
PAGE = "https://app.example/page"


def open_page(client: Client, **options: Any) -> Any:
    return client.control("operator", {"action": "open_page", **options})


def test_behaviour_88_a_bound_setting_connector_is_never_shown_and_unbinding_counts_two(client: Client) -> None:
    assert client.result(BIND, {"PLACEMENT": "SETTING_CONNECTOR", "HANDLER": PAGE}) is True
    assert client.look()["tiles"] == []
    assert open_page(client, placement=1) == {"shown": False}
    assert client.result("placement.unbind", {"PLACEMENT": "SETTING_CONNECTOR"}) == {"count": 2}
    client.result(BIND, {"PLACEMENT": "SETTING_CONNECTOR", "HANDLER": PAGE})
    client.control("switches", {"placement_unbind_count": 1})
    unbound = client.result("placement.unbind", {"PLACEMENT": "SETTING_CONNECTOR", "HANDLER": PAGE})
    assert unbound == {"count": 1}


def test_behaviour_89_opening_the_connectors_page_posts_to_its_handler(client: Client, listener: Listener) -> None:
    client.register(PLACEMENT_HANDLER=f"{listener.url}?own=1")
    shown = open_page(client, connector="WA", line=3)
    assert (shown["shown"], shown["status"], shown["body"]) == (True, 200, "successfully")
    [heard] = listener.heard
    assert heard.query["own"] == "1"
    assert (heard.query["PROTOCOL"], heard.query["LANG"]) == ("0", "en")
    assert {"DOMAIN", "APP_SID"} <= set(heard.query)
    body = heard.pairs
    assert (body["member_id"], body["status"], body["AUTH_EXPIRES"]) == (client.portal.member_id, "L", "3600")
    assert body["APPLICATION_TOKEN"] == client.portal.application_token
    assert body["PLACEMENT"] == "SETTING_CONNECTOR"
    assert r"\/contact_center\/connector\/?ID=wa&IFRAME=Y" in body["PLACEMENT_OPTIONS"]
    options = json.loads(body["PLACEMENT_OPTIONS"])
    assert (options["CONNECTOR"], options["LINE"], options["ACTIVE_STATUS"]) == ("wa", "3", True)
    assert options["STATUS"] is options["CONNECTION_STATUS"] is options["ERROR_STATUS"] is False
    assert client.result("profile", token=body["AUTH_ID"])["ADMIN"] is True
    fresh = client.token(grant_type="refresh_token", refresh_token=body["REFRESH_ID"])
    assert fresh.status_code == 200


def test_behaviour_90_a_removed_application_loses_everything_and_is_told_without_tokens(
    client: Client, listener: Listener
) -> None:
    client.working()
    client.register("theirs", token=client.other)
    client.bind("OnAppUninstall", listener.url)
    client.result("event.bind", {"EVENT": "OnImConnectorStatusDelete", "EVENT_TYPE": "offline"})
    told = client.control("operator", {"action": "uninstall", "clean": True})["told"]
    assert told == 1
    state = client.look()
    assert [row["id"] for row in state["connectors"]] == ["theirs"]
    assert state["statuses"] == state["handlers"] == state["offline"] == []
    assert len(state["placements"]) == 1
    client.events()
    last = listener.heard[-1].pairs
    assert (last["event"], last["data[CLEAN]"]) == ("ONAPPUNINSTALL", "1")
    assert last["auth[application_token]"] == client.portal.application_token
    assert not {"auth[access_token]", "auth[refresh_token]"} & set(last)
    assert error(client.post("imconnector.list")) == (401, "NOT_INSTALLED")


def test_an_application_that_is_put_back_has_another_application_token(client: Client, listener: Listener) -> None:
    client.working()
    before = client.portal.application_token
    client.control("operator", {"action": "uninstall"})
    assert client.control("operator", {"action": "install"})["installed"] == client.portal.client_id
    again = client.control("operator", {"action": "install", "handler": listener.url})
    assert again["application_token"] not in ("", before)
    client.events()
    told = listener.heard[0].pairs
    assert (told["event"], told["data[INSTALLED]"]) == ("ONAPPINSTALL", "Y")
    assert told["auth[application_token]"] == again["application_token"]
    assert "auth[refresh_token]" in told
    assert client.look()["connectors"] == []


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def test_the_application_token_of_a_local_application_can_be_computed_by_whoever_knows_its_secret(
    client: Client,
) -> None:
    """md5 of member_id, the application's number, its secret and a shared key that is made of the same."""
    info, portal = client.result("app.info"), client.portal
    shared_key = md5(portal.member_id + portal.client_secret)
    computed = md5(f"{portal.member_id}|{info['ID']}|{portal.client_secret}|{shared_key}")
    assert portal.application_token == computed
    assert portal.other_application["application_token"] not in ("", computed)
    client.control("switches", {"application_token_formula": "marketplace"})
    assert portal.application_token not in ("", computed)


def test_an_application_that_hears_nothing_is_not_told_of_its_removal(client: Client) -> None:
    client.control("app", {"paid": False})
    assert client.control("operator", {"action": "uninstall"})["told"] == 0


def test_a_page_is_shown_only_for_a_registered_connector_of_an_installed_application(client: Client) -> None:
    assert open_page(client, connector="ghost", line=1) == {"shown": False}
    client.control("app", {"installed": False})
    client.register()
    assert open_page(client, connector="wa", line=1) == {"shown": False}


def test_a_contact_center_tile_has_a_page_of_its_own(client: Client, listener: Listener) -> None:
    tile = {"PLACEMENT": "CONTACT_CENTER", "HANDLER": listener.url, "TITLE": "Ours", "OPTIONS": {"a": "b"}}
    client.result(BIND, tile)
    [shown] = client.look()["tiles"]
    assert shown["name"] == "Ours"
    open_page(client, placement=shown["id"])
    options = json.loads(listener.heard[0].pairs["PLACEMENT_OPTIONS"])
    assert set(options) == {"ID", "URI"}
    [bound] = client.result("placement.get")
    assert (bound["placement"], bound["options"], bound["langAll"]) == ("CONTACT_CENTER", {"a": "b"}, [])


def test_placements_are_listed_by_scope(client: Client) -> None:
    assert {"SETTING_CONNECTOR", "CONTACT_CENTER"} <= set(client.result("placement.list"))
    assert client.result("placement.list", {"SCOPE": "contact_center"}) == ["CONTACT_CENTER"]
    narrow = client.control("tokens/issue", {"scope": ["placement"]})["access_token"]
    assert client.result("placement.list", token=narrow) == ["PAGE_BACKGROUND_WORKER", "REST_APP_URI"]


def test_placements_need_an_application_and_an_administrator(client: Client) -> None:
    refused = client.control("seed", {}) and client.hook(BIND)
    assert error(refused) == (401, "insufficient_scope")
    for method in ("bind", "unbind", "get"):
        assert error(client.post(f"placement.{method}", token=client.operator())) == (403, "ACCESS_DENIED")


@pytest.mark.parametrize(
    ("params", "code", "text"),
    [
        ({}, "ERROR_ARGUMENT", "The value of an argument 'PLACEMENT' must be of type string"),
        (
            {"PLACEMENT": ""},
            "ERROR_ARGUMENT",
            "Argument 'The placement code is not specified' is null or empty",
        ),
        (
            {"PLACEMENT": "CONTACT_CENTER"},
            "ERROR_ARGUMENT",
            "Argument 'The URL of the placement handler is not specified' is null or empty",
        ),
        ({"PLACEMENT": "CONTACT_CENTER", "HANDLER": "http://localhost/"}, "ERROR_WRONG_HANDLER_URL", ""),
        ({"PLACEMENT": "NOWHERE", "HANDLER": PAGE}, "ERROR_PLACEMENT_NOT_FOUND", "Placement not found"),
        (
            {"PLACEMENT": "CONTACT_CENTER", "HANDLER": PAGE, "USER_ID": 5},
            "ERROR_PLACEMENT_USER_MODE",
            "User mode is not available.",
        ),
    ],
)
def test_mistakes_in_a_placement_binding(client: Client, params: dict[str, Any], code: str, text: str) -> None:
    answer = client.post(BIND, params)
    assert error(answer) == (400, code)
    assert text in answer.json()["error_description"]


def test_a_placement_twice_or_too_often_is_refused(client: Client) -> None:
    worker = {"PLACEMENT": "PAGE_BACKGROUND_WORKER", "HANDLER": PAGE}
    client.result(BIND, worker)
    assert error(client.post(BIND, worker)) == (400, "ERROR_CORE")
    another = client.post(BIND, {**worker, "HANDLER": f"{PAGE}/2"})
    assert another.json()["error_description"] == "Placement max count: 1"


def test_a_page_may_come_without_tokens_and_without_proof_by_switch(client: Client, listener: Listener) -> None:
    client.register(PLACEMENT_HANDLER=listener.url)
    client.control("switches", {"page_auth": "absent", "application_token_in_page": "no"})
    open_page(client, connector="wa", line=1)
    [heard] = listener.heard
    assert not {"AUTH_ID", "AUTH_EXPIRES", "REFRESH_ID", "APPLICATION_TOKEN"} & set(heard.pairs)
    assert heard.pairs["member_id"] == client.portal.member_id


def test_without_a_referrer_a_page_has_no_uri_and_no_options_are_a_list(client: Client, listener: Listener) -> None:
    client.register(PLACEMENT_HANDLER=listener.url)
    open_page(client, connector="wa", line=1, uri=False)
    client.control("app", {"redirect_uri": listener.url})
    client.control("operator", {"action": "open_application", "uri": False})
    first, second = (heard.pairs["PLACEMENT_OPTIONS"] for heard in listener.heard)
    assert "URI" not in json.loads(first)
    assert second == "[]"


def test_a_link_from_outside_opens_the_application_with_its_parameters_as_texts(
    client: Client, listener: Listener
) -> None:
    link = {"PLACEMENT": "REST_APP_URI", "HANDLER": listener.url}
    client.result(BIND, link)
    [bound] = client.result("placement.get")
    assert open_page(client, placement=bound["id"], params={"connector": "wa", "line": 3})["shown"] is True
    assert listener.heard[0].pairs["PLACEMENT"] == "REST_APP_URI"
    assert json.loads(listener.heard[0].pairs["PLACEMENT_OPTIONS"]) == {"connector": "wa", "line": "3"}
    second = client.post(BIND, {**link, "HANDLER": f"{listener.url}/2"})
    assert error(second) == (400, "ERROR_PLACEMENT_MAX_COUNT")


def test_placements_show_the_address_of_a_settings_page_and_the_one_before_it(client: Client) -> None:
    client.register(COMMENT="Ours")
    [before] = client.result("placement.get")
    assert (before["placement"], before["handler"], before["title"], before["description"]) == (
        "SETTING_CONNECTOR",
        PAGE,
        "",
        "Ours",
    )
    client.register(PLACEMENT_HANDLER=f"{PAGE}/new")
    kept, added = client.result("placement.get")
    assert (kept, added["handler"]) == (before, f"{PAGE}/new")
    assert added["id"] != before["id"]
