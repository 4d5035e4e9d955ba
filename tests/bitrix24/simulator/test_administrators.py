"""What happens to a portal as a whole: its plan, its name, its registration, and the people who authorised it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bitrix24.simulator.kit import Client, Listener, error


def do(client: Client, action: str, **more: Any) -> Any:
    return client.control("operator", {"action": action, **more})


def refresh(client: Client, token: str) -> tuple[int, str]:
    return error(client.token(grant_type="refresh_token", refresh_token=token))


def test_a_lapsed_plan_refuses_rest_and_keeps_the_tokens(client: Client) -> None:
    do(client, "lapse")
    assert error(client.post("imconnector.list")) == (401, "ACCESS_DENIED")
    assert error(client.hook("imopenlines.config.list.get")) == (401, "ACCESS_DENIED")
    do(client, "pay")
    assert client.result("imconnector.list")


def test_a_smaller_plan_switches_off_the_lines_with_the_highest_ids(client: Client) -> None:
    client.working()
    assert do(client, "shrink_plan", lines=1) == {"switched_off": [2]}
    lines = client.result("imopenlines.config.list.get", {"PARAMS": {"filter": {"=TEMPORARY": "N"}}})
    assert {row["ID"]: row["ACTIVE"] for row in lines} == {"1": "Y", "2": "N", "3": "N"}
    assert client.status()["STATUS"] is True
    client.control("operator", {"action": "shrink_plan", "lines": 0}, status=400)


def test_the_switch_says_how_many_lines_a_smaller_plan_leaves_on(client: Client) -> None:
    client.working()
    assert do(client, "shrink_plan") == {"switched_off": []}
    client.control("switches", {"lines_limit": "1"})
    assert do(client, "shrink_plan", lines=2) == {"switched_off": []}
    assert do(client, "shrink_plan") == {"switched_off": [2]}


def test_a_renamed_portal_answers_under_its_new_name_alone(client: Client) -> None:
    port = client.portal.base_url.rpartition(":")[2]
    do(client, "rename", domain=f"localhost:{port}")
    moved = client.post("imconnector.list")
    assert (moved.status_code, moved.content) == (302, b"")
    assert moved.headers["Location"] == f"http://localhost:{port}/rest/imconnector.list"


def test_a_portal_that_is_registered_anew_has_another_member_id_and_no_token(client: Client) -> None:
    portal, before = client.portal, client.portal.member_id
    told = do(client, "register_again")["member_id"]
    assert told == portal.member_id != before
    assert error(client.post("imconnector.list")) == (401, "invalid_token")
    assert refresh(client, portal.refresh_token) == (400, "invalid_grant")
    pair = client.control("tokens/issue", {})
    assert client.result("app.info", token=pair["access_token"])["CODE"] == portal.client_id


def test_both_tokens_of_a_dismissed_user_are_refused_and_those_of_another_user_work(client: Client) -> None:
    client.control("people", {"id": 30, "admin": True})
    other = client.control("tokens/issue", {"user": 30})
    do(client, "dismiss", user=1)
    assert error(client.post("imconnector.list")) == (401, "authorization_error")
    assert refresh(client, client.portal.refresh_token) == (400, "invalid_grant")
    assert client.result("placement.get", token=other["access_token"]) == []
    assert client.token(grant_type="refresh_token", refresh_token=other["refresh_token"]).status_code == 200


def test_without_an_administrator_placements_and_the_offline_queue_are_refused(client: Client) -> None:
    client.control("people", {"id": 1, "admin": False})
    assert client.result("imconnector.list")
    for method in ("placement.get", "event.offline.list"):
        assert error(client.post(method)) == (403, "ACCESS_DENIED"), method


def test_a_user_who_never_signed_in_cannot_be_authorised(client: Client) -> None:
    client.control("people", {"id": 1, "signed_in_once": False})
    answer = client.post("imconnector.list")
    assert error(answer) == (401, "ACCESS_DENIED")
    assert answer.json()["error_description"] == "Current user can't be authorized in this context"


def test_the_authorise_page_leads_nobody_back_who_is_no_user_of_the_portal(client: Client) -> None:
    link = {"client_id": client.portal.client_id, "state": "s1"}
    assert client.raw("GET", client.portal.authorize_url, params=link).status_code == 302
    client.control("plan", {"signed_in": 99})
    shown = client.raw("GET", client.portal.authorize_url, params=link)
    assert (shown.status_code, "Location" in shown.headers) == (200, False)


def test_the_authorisation_server_names_the_application_of_a_token(client: Client) -> None:
    """A token of another application on the same portal gives that other application's client id."""
    server = f"{client.portal.base_url}/oauth/rest/app.info"
    for token, client_id in (
        (client.portal.access_token, client.portal.client_id),
        (client.other, client.portal.other_application["client_id"]),
    ):
        result = client.raw("GET", server, params={"auth": token}).json()["result"]
        assert (result["client_id"], result["install"]["member_id"]) == (client_id, client.portal.member_id)


@pytest.mark.parametrize("place", ["page", "tokens", "callback", "app.info"])
def test_a_portal_on_somebodys_own_premises_names_its_port_everywhere(
    client: Client, listener: Listener, place: str
) -> None:
    domain = client.portal.base_url.partition("://")[2]
    link = {"client_id": client.portal.client_id}
    match place:
        case "page":
            client.register(PLACEMENT_HANDLER=listener.url)
            do(client, "open_page", connector="wa", line=1)
            assert (listener.heard[0].query["DOMAIN"], listener.heard[0].query["PROTOCOL"]) == (domain, "0")
        case "tokens":
            fresh = client.token(grant_type="refresh_token", refresh_token=client.portal.refresh_token).json()
            assert fresh["client_endpoint"] == f"http://{domain}/rest/"
        case "callback":
            back = client.raw("GET", client.portal.authorize_url, params=link).headers["Location"]
            assert f"domain={domain.replace(':', '%3A')}" in back
        case _:
            server = f"{client.portal.base_url}/oauth/rest/app.info"
            found = client.raw("GET", server, params={"auth": client.portal.access_token}).json()["result"]
            assert found["install"]["client_endpoint"] == f"http://{domain}/rest/"
