"""The authorisation server: docs/portal-behaviour.md P75 to P81."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.bitrix24.simulator.kit import Client, error

REFRESH = "refresh_token"


def code_of(client: Client) -> str:
    """Walk through the authorise page and bring the code back."""
    asked = {"client_id": client.portal.client_id, "state": "s 1"}
    answer = client.raw("GET", client.portal.authorize_url, params=asked)
    assert answer.status_code == 302
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert back["state"] == ["s 1"]
    assert back["member_id"] == [client.portal.member_id]
    return back["code"][0]


def refresh(client: Client, token: str | None = None) -> tuple[int, str]:
    value = client.portal.refresh_token if token is None else token
    return error(client.token(grant_type=REFRESH, refresh_token=value))


def test_behaviour_75_an_unknown_client_is_wrong_client_inside_200(client: Client) -> None:
    answer = client.token(grant_type=REFRESH, refresh_token="x", client_id="local.unknown")
    assert (answer.status_code, answer.json()) == (200, {"error": "wrong_client"})


def test_behaviour_76_a_wrong_secret_is_invalid_client_without_a_description(client: Client) -> None:
    answer = client.token(grant_type=REFRESH, refresh_token="x", client_secret="wrong")
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})


def test_behaviour_77_bad_empty_and_missing_words_have_their_own_errors(client: Client) -> None:
    assert refresh(client, "nonsense") == (400, "invalid_grant")
    empty = client.token(grant_type=REFRESH, refresh_token="")
    assert error(empty) == (400, "invalid_request")
    assert empty.json()["error_description"] == 'No "refresh_token" parameter found'
    missing = client.token(refresh_token="x")
    assert error(missing) == (400, "invalid_request")
    assert missing.json()["error_description"] == "Invalid grant_type parameter or parameter missing"


def test_behaviour_78_a_refresh_gives_a_new_pair_and_spends_the_old_one(client: Client) -> None:
    answer = client.token(grant_type=REFRESH, refresh_token=client.portal.refresh_token)
    new = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert (new["expires_in"], new["member_id"], new["user_id"]) == (3600, client.portal.member_id, 1)
    assert new["client_endpoint"] == client.portal.url
    assert refresh(client) == (400, "invalid_grant")
    assert error(client.post("imconnector.list")) == (401, "expired_token")
    assert client.post("imconnector.list", token=new["access_token"]).status_code == 200
    client.control("switches", {"refresh_reuse": "reusable"})
    assert refresh(client) == (200, "")


def test_behaviour_79_removal_and_an_ended_term_stop_the_refresh(client: Client) -> None:
    client.control("app", {"paid": False})
    assert refresh(client) == (401, "PAYMENT_REQUIRED")
    client.control("app", {"paid": True})
    client.control("operator", {"action": "uninstall"})
    assert refresh(client) == (401, "NOT_INSTALLED")


@pytest.mark.parametrize(("switch", "post", "get"), [("body", 200, 200), ("query", 400, 200), ("body_only", 200, 400)])
def test_behaviour_80_a_grant_is_read_from_the_post_body_and_a_switch_says_from_where_else(
    client: Client, switch: str, post: int, get: int
) -> None:
    form = {
        "grant_type": REFRESH,
        "client_id": client.portal.client_id,
        "client_secret": client.portal.client_secret,
        "refresh_token": client.portal.refresh_token,
    }
    client.control("switches", {"oauth_reads_body": switch, "refresh_reuse": "reusable"})
    posted = client.raw("POST", client.portal.oauth_url, data=form)
    got = client.raw("GET", client.portal.oauth_url, params=form)
    assert (posted.status_code, got.status_code) == (post, get)
    ways = [entry["via"] for entry in client.look("journal")["token_calls"]]
    assert ways == ["body" if post == 200 else "nowhere", "query" if get == 200 else "nowhere"]
    assert 400 not in (post, get) or "invalid_request" in (error(posted)[1], error(got)[1])


def test_a_token_request_by_post_body_works_on_a_fresh_portal(client: Client) -> None:
    """The vendor's servers read the form; a simulator that does not hides what a client sends by itself."""
    form = {"grant_type": REFRESH, "client_id": client.portal.client_id, "refresh_token": client.portal.refresh_token}
    secret = {"client_secret": client.portal.client_secret}
    assert client.raw("POST", client.portal.oauth_url, data={**form, **secret}).json()["expires_in"] == 3600


def test_the_clients_keys_may_come_in_the_body_always(client: Client) -> None:
    keys = {"client_id": client.portal.client_id, "client_secret": client.portal.client_secret}
    asked = {"grant_type": REFRESH, "refresh_token": client.portal.refresh_token}
    assert client.raw("POST", client.portal.oauth_url, params=asked, data=keys).status_code == 200


def test_behaviour_81_a_code_is_good_once_and_for_thirty_seconds(client: Client) -> None:
    code = code_of(client)
    first = client.token(grant_type="authorization_code", code=code)
    assert client.result("profile", token=first.json()["access_token"])["ID"] == "1"
    assert error(client.token(grant_type="authorization_code", code=code)) == (400, "invalid_grant")
    late = code_of(client)
    client.control("clock", {"advance": 31})
    assert error(client.token(grant_type="authorization_code", code=late)) == (400, "invalid_grant")
    assert error(client.token(grant_type="authorization_code")) == (400, "invalid_request")


def test_an_unknown_application_gets_a_page_and_no_redirect(client: Client) -> None:
    answer = client.raw("GET", client.portal.authorize_url, params={"client_id": "x"})
    assert (answer.status_code, "location" in answer.headers) == (200, False)


def test_a_lapsed_refresh_token_is_an_invalid_grant_or_expired_by_switch(client: Client) -> None:
    client.control("clock", {"advance": 181 * 24 * 3600})
    assert refresh(client) == (400, "invalid_grant")
    client.control("switches", {"refresh_lapsed": "expired_token"})
    assert refresh(client) == (401, "expired_token")


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
        ({"grant_type": REFRESH, "refresh_token": "x", "client_id": ""}, (400, "unauthorized_client")),
        ({"grant_type": REFRESH, "refresh_token": "x", "scope": "crm"}, (403, "invalid_scope")),
        ({"grant_type": "nonsense"}, (400, "invalid_request")),
    ],
)
def test_rarer_refusals(client: Client, params: dict[str, str], expected: tuple[int, str]) -> None:
    assert error(client.token(**params)) == expected


def test_a_licence_that_fails_its_check_needs_verification(client: Client) -> None:
    client.control("plan", {"license_ok": False})
    assert refresh(client) == (401, "verification_needed")


def test_another_applications_refresh_token_is_no_grant(client: Client) -> None:
    assert refresh(client, client.portal.other_application["refresh_token"]) == (400, "invalid_grant")


def test_the_server_has_an_app_info_of_its_own(client: Client) -> None:
    url = f"{client.portal.base_url}/oauth/rest/app.info"
    good = client.raw("GET", url, params={"auth": client.portal.access_token}).json()["result"]
    assert good["client_id"] == client.portal.client_id
    assert good["install"]["member_id"] == client.portal.member_id
    assert error(client.raw("GET", url, params={"auth": "x"})) == (400, "invalid_client")
    client.control("tokens/expire", {})
    assert error(client.raw("POST", url, data={"auth": client.portal.access_token})) == (401, "expired_token")
