"""How a request is read and who is let in: docs/portal-behaviour.md P1 to P19."""

from __future__ import annotations

import http.client
import json

import pytest

from tests.bitrix24.simulator.kit import Client, error

STATUS = "imconnector.status"
ASKED = {"CONNECTOR": "wa", "LINE": 1}


def test_behaviour_01_unknown_method_is_404_even_without_a_token(client: Client) -> None:
    answer = client.post("imconnector.nothing", token="")
    assert error(answer) == (404, "ERROR_METHOD_NOT_FOUND")
    assert answer.json()["error_description"] == "Method not found!"


@pytest.mark.parametrize("name", ["deactivate", "get", "update"])
def test_behaviour_02_methods_that_one_would_guess_do_not_exist(client: Client, name: str) -> None:
    assert error(client.post(f"imconnector.{name}")) == (404, "ERROR_METHOD_NOT_FOUND")


@pytest.mark.parametrize("path", ["IMCONNECTOR.Status.json", "imconnector.status/", "imconnector.status.json/"])
def test_behaviour_03_case_suffix_and_trailing_slash_of_the_address_do_not_matter(client: Client, path: str) -> None:
    assert client.result(path, ASKED)["LINE"] == 1


def test_behaviour_04_no_token_is_no_auth_found(client: Client) -> None:
    answer = client.post(STATUS, ASKED, token="")
    assert error(answer) == (401, "NO_AUTH_FOUND")
    assert answer.json()["error_description"] == "Wrong authorization data"


def test_behaviour_05_broken_json_loses_the_token_too(client: Client) -> None:
    body = json.dumps({**ASKED, "auth": client.portal.access_token}).removesuffix("}")
    answer = client.raw("POST", client.portal.url + STATUS, data=body, headers={"Content-Type": "application/json"})
    assert error(answer) == (401, "NO_AUTH_FOUND")


def test_behaviour_06_the_token_is_found_wherever_it_is_shown(client: Client) -> None:
    url, token = client.portal.url + STATUS, client.portal.access_token
    shown = [
        client.raw("GET", url, params={**ASKED, "auth": token}),
        client.raw("POST", url, json={**ASKED, "auth": token}),
        client.raw("POST", url, json={**ASKED, "access_token": token}),
        client.raw("POST", url, data={**ASKED, "access_token": token}),
        client.raw("POST", url, json=ASKED, headers={"Authorization": f"Bearer {token}"}),
        client.raw("POST", url, json={**ASKED, "auth": ["x"], "access_token": token}),
        client.raw("POST", url, json={**ASKED, "auth": "wrong"}, headers={"Authorization": f"bearer {token}"}),
    ]
    assert [answer.status_code for answer in shown] == [200] * 7


def test_behaviour_07_an_expired_token_is_refused_and_nothing_is_done(client: Client) -> None:
    client.control("clock", {"advance": 3601})
    answer = client.post("imconnector.activate", {**ASKED, "ACTIVE": 1})
    assert error(answer) == (401, "expired_token")
    assert client.look()["statuses"] == []
    assert client.look()["journal"][-1]["effect"] is False


def test_behaviour_08_a_token_without_the_scope_is_refused(client: Client) -> None:
    narrow = client.control("tokens/issue", {"scope": ["crm"]})["access_token"]
    assert error(client.post(STATUS, ASKED, token=narrow)) == (401, "insufficient_scope")
    client.control("switches", {"oauth_status": "docs"})
    assert error(client.post(STATUS, ASKED, token=narrow)) == (403, "insufficient_scope")


def test_behaviour_09_a_webhook_is_refused_before_its_arguments_are_looked_at(client: Client) -> None:
    answer = client.hook(STATUS)
    assert error(answer) == (403, "WRONG_AUTH_TYPE")
    text = "Current authorization type is denied for this method Application context required"
    assert answer.json()["error_description"] == text
    assert error(client.hook(STATUS, narrow=True)) == (401, "insufficient_scope")


def test_behaviour_10_list_by_webhook_is_an_error_core(client: Client) -> None:
    assert error(client.hook("imconnector.list")) == (400, "ERROR_CORE")
    client.control("switches", {"list_by_webhook": "wrong_auth_type"})
    assert error(client.hook("imconnector.list")) == (403, "WRONG_AUTH_TYPE")


def test_behaviour_11_errors_have_neither_time_nor_result_and_successes_have_eight_keys_of_time(
    client: Client,
) -> None:
    refused = client.post(STATUS).json()
    assert set(refused) == {"error", "error_description", "argument"}
    accepted = client.post(STATUS, ASKED)
    assert set(accepted.json()) == {"result", "time"}
    keys = "start finish duration processing date_start date_finish operating_reset_at operating"
    assert set(accepted.json()["time"]) == set(keys.split())
    assert accepted.headers["content-type"] == "application/json; charset=utf-8"
    assert accepted.headers["access-control-allow-origin"] == "*"


def test_behaviour_12_a_form_body_equals_a_json_body(client: Client) -> None:
    client.working()
    url, token = client.portal.url, client.portal.access_token
    form = client.raw("POST", url + STATUS, data={"CONNECTOR": "wa", "LINE": "1", "auth": token})
    assert form.json()["result"] == client.status()
    pairs = {
        "auth": token,
        "CONNECTOR": "wa",
        "LINE": "1",
        "MESSAGES[0][user][id]": "u",
        "MESSAGES[0][message][text]": "Hi",
        "MESSAGES[0][message][id]": "m",
        "MESSAGES[0][chat][id]": "c",
    }
    for how in ({"data": pairs}, {"files": {name: (None, value) for name, value in pairs.items()}}):
        answer = client.raw("POST", url + "imconnector.send.messages", **how)
        assert answer.json()["result"]["DATA"]["RESULT"][0]["SUCCESS"] is True


def test_behaviour_13_names_of_parameters_may_come_in_lower_case(client: Client) -> None:
    client.working()
    assert client.result(STATUS, {"connector": "wa", "line": 1})["STATUS"] is True


def test_behaviour_14_a_deactivated_application_is_not_found(client: Client) -> None:
    client.control("app", {"active": False})
    assert error(client.post(STATUS, ASKED)) == (401, "APPLICATION_NOT_FOUND")


def test_behaviour_15_a_lapsed_plan_denies_rest(client: Client) -> None:
    client.control("plan", {"rest": False})
    answer = client.post(STATUS, ASKED)
    assert error(answer) == (401, "ACCESS_DENIED")
    assert answer.json()["error_description"] == "REST is available only on commercial plans."
    client.control("switches", {"oauth_status": "docs"})
    assert error(client.post(STATUS, ASKED)) == (403, "ACCESS_DENIED")


def test_behaviour_16_a_restricted_user_and_a_dismissed_one(client: Client) -> None:
    client.control("people", {"id": 1, "app_access": False})
    assert error(client.post(STATUS, ASKED)) == (401, "user_access_error")
    client.control("people", {"id": 1, "active": False})
    assert error(client.post(STATUS, ASKED)) == (401, "authorization_error")


def test_behaviour_17_the_51st_quick_call_is_over_the_limit_until_the_bucket_drains(client: Client) -> None:
    client.control("clock", {"freeze": True})
    codes = [client.post(STATUS, ASKED).status_code for _ in range(50)]
    assert codes == [200] * 50
    assert error(client.post(STATUS, ASKED)) == (503, "QUERY_LIMIT_EXCEEDED")
    client.control("clock", {"advance": 1})
    assert [client.post(STATUS, ASKED).status_code for _ in range(3)] == [200, 200, 503]


def test_the_bucket_is_shared_by_applications_but_not_by_addresses(client: Client) -> None:
    client.control("clock", {"freeze": True})
    for _ in range(50):
        client.post(STATUS, ASKED)
    assert client.post(STATUS, ASKED, token=client.other).status_code == 503
    host, _, port = client.portal.base_url.removeprefix("http://").partition(":")
    elsewhere = http.client.HTTPConnection(host, int(port), timeout=10, source_address=("127.0.0.2", 0))
    body = json.dumps({**ASKED, "auth": client.portal.access_token})
    elsewhere.request("POST", f"/rest/{STATUS}", body=body, headers={"Content-Type": "application/json"})
    assert elsewhere.getresponse().status == 200
    elsewhere.close()


def test_an_enterprise_portal_takes_more_calls(client: Client) -> None:
    client.control("clock", {"freeze": True})
    client.control("plan", {"enterprise": True})
    assert {client.post(STATUS, ASKED).status_code for _ in range(60)} == {200}


def test_behaviour_18_operating_time_over_the_limit_blocks_that_method_only(client: Client) -> None:
    client.control("costs", {STATUS: 300})
    codes = [client.post(STATUS, ASKED).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert error(client.post(STATUS, ASKED)) == (429, "OPERATION_TIME_LIMIT")
    assert client.post("imconnector.list").status_code == 200
    assert client.post(STATUS, ASKED, token=client.other).status_code == 200
    client.control("clock", {"advance": 660})
    answer = client.post(STATUS, ASKED)
    assert answer.status_code == 200
    assert answer.json()["time"]["operating"] == 300


def test_behaviour_19_a_renamed_portal_sends_to_its_new_name_without_a_body(client: Client) -> None:
    new = client.portal.base_url.replace("http://127.0.0.1", "localhost")
    client.control("plan", {"renamed_to": new})
    answer = client.post(f"{STATUS}?x=1", ASKED)
    assert (answer.status_code, answer.content) == (302, b"")
    assert answer.headers["location"] == f"http://{new}/rest/{STATUS}?x=1"
    assert client.look("journal")["calls"][-1]["outcome"] == "moved"
    moved = client.raw("POST", answer.headers["location"], json={**ASKED, "auth": client.portal.access_token})
    assert moved.status_code == 200


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ({"overloaded": True}, (401, "OVERLOAD_LIMIT")),
        ({"deleted": True}, (403, "PORTAL_DELETED")),
        ({"auth_server": False}, (401, "CONNECTION_ERROR")),
    ],
)
def test_a_portal_in_trouble_says_so_with_its_own_code(
    client: Client, plan: dict[str, bool], expected: tuple[int, str]
) -> None:
    client.control("plan", plan)
    assert error(client.post(STATUS, ASKED)) == expected


def test_a_term_that_is_over_asks_for_payment(client: Client) -> None:
    client.control("app", {"paid": False})
    assert error(client.post(STATUS, ASKED)) == (401, "PAYMENT_REQUIRED")


def test_an_unknown_token_that_looks_like_one_is_invalid_and_garbage_is_no_token(client: Client) -> None:
    assert error(client.post(STATUS, ASKED, token="a" * 70)) == (401, "invalid_token")
    assert error(client.post(STATUS, ASKED, token="nonsense")) == (401, "NO_AUTH_FOUND")


def test_a_token_of_somebody_who_is_not_on_the_portal_cannot_be_authorised(client: Client) -> None:
    stranger = client.control("tokens/issue", {"user": 999})["access_token"]
    assert error(client.post(STATUS, ASKED, token=stranger)) == (401, "authorization_error")


def test_a_webhook_with_a_wrong_code_has_invalid_credentials(client: Client) -> None:
    answer = client.raw("POST", f"{client.portal.url}1/wrong/{STATUS}", json={})
    assert error(answer) == (401, "INVALID_CREDENTIALS")


def test_auth_connector_needs_its_plan_feature(client: Client) -> None:
    asked = {**ASKED, "auth_connector": "mine"}
    assert error(client.post(STATUS, asked)) == (403, "WRONG_LICENSE")
    client.control("plan", {"auth_connector": True})
    assert client.post(STATUS, asked).status_code == 200
    assert client.post(STATUS, {**ASKED, "auth_connector": ["x"]}).status_code == 200


def test_the_body_wins_over_the_query_and_start_and_state_are_no_parameters(client: Client) -> None:
    answer = client.post(f"{STATUS}?CONNECTOR=query&state=x", {"CONNECTOR": "body", "LINE": 1, "start": 5})
    assert answer.json()["result"]["CONNECTOR"] == "body"
    assert client.look("journal")["calls"][-1]["params"] == {"CONNECTOR": "body", "LINE": 1}


def test_rest_3_is_another_tree_without_connector_methods(client: Client) -> None:
    answer = client.post("api/imconnector.status", ASKED)
    assert answer.status_code == 404
    assert set(answer.json()["error"]) == {"code", "message"}


def test_an_address_that_ends_in_xml_is_answered_in_xml(client: Client) -> None:
    answer = client.post("imconnector.status.xml", {"CONNECTOR": "a&b", "LINE": 1})
    assert "<CONNECTOR>a&amp;b</CONNECTOR>" in answer.text
    assert answer.headers["content-type"].startswith("text/xml")


def test_json_is_written_as_php_writes_it(client: Client) -> None:
    client.control("seed", {"built_in": {"a": "Чат/1"}})
    assert r'{"a":"\u0427\u0430\u0442\/1"}' in client.post("imconnector.list").text


def test_methods_about_the_token_answer(client: Client) -> None:
    assert client.result("app.info")["INSTALLED"] is True
    assert error(client.hook("app.info")) == (403, "ACCESS_DENIED")
    assert "imopenlines" in client.result("scope")
    assert client.result("profile")["ADMIN"] is True
    assert client.result("server.time").endswith("+00:00")
