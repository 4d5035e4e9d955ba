"""Every fault of the table, and what it does to the call and to the portal."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from bot.plugin.loopback import wait_until
from tests.bitrix24.simulator.kit import Client, error

ACTIVATE = "imconnector.activate"
ON = {"CONNECTOR": "wa", "LINE": 1, "ACTIVE": 1}


def plan(client: Client, kind: str, **more: Any) -> None:
    client.control("faults", {"kind": kind, "method": ACTIVATE, **more})


def active(client: Client) -> bool:
    return bool(client.look()["statuses"])


def last(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.look("journal")["calls"][-1]
    return found


@pytest.mark.parametrize(("kind", "done"), [("lost_before", False), ("lost_after", True)])
def test_a_lost_answer_before_or_after_the_effect(client: Client, kind: str, done: bool) -> None:
    plan(client, kind)
    with pytest.raises(requests.ConnectionError):
        client.post(ACTIVATE, ON)
    assert active(client) is done
    assert (last(client)["fault"], last(client)["effect"]) == (kind, done)


@pytest.mark.parametrize("kind", ["stall_before", "stall_after"])
def test_a_stalled_call_is_answered_in_the_end(client: Client, kind: str) -> None:
    plan(client, kind, seconds=0.05)
    assert client.result(ACTIVATE, ON) is True


def test_a_client_that_gives_up_on_a_stall_does_not_know_that_it_was_done(client: Client) -> None:
    plan(client, "stall_after", seconds=30)
    with pytest.raises(requests.Timeout):
        client.http.post(client.portal.url + ACTIVATE, json={**ON, "auth": client.portal.access_token}, timeout=0.3)
    assert active(client) is True


def test_a_late_effect_happens_when_its_seconds_have_passed(client: Client) -> None:
    client.control("clock", {"freeze": True})
    plan(client, "late_effect", seconds=90)
    with pytest.raises(requests.ConnectionError):
        client.post(ACTIVATE, ON)
    client.control("clock", {"advance": 89})
    assert active(client) is False
    client.control("clock", {"advance": 2})
    assert active(client) is True


def test_a_late_effect_happens_by_itself_in_real_time_too(client: Client) -> None:
    plan(client, "late_effect", seconds=0.01)
    with pytest.raises(requests.ConnectionError):
        client.post(ACTIVATE, ON)
    assert wait_until(lambda: len(client.portal.state.statuses) == 1)


@pytest.mark.parametrize(
    ("kind", "status", "word"),
    [
        ("unavailable", 503, "<html>"),
        ("query_limit", 503, "QUERY_LIMIT_EXCEEDED"),
        ("error_json", 500, "INTERNAL_SERVER_ERROR"),
        ("error_html", 500, "<html>"),
        ("html", 200, "<html>"),
        ("false_flat", 200, '{"result":false}'),
        ("false_nested", 200, '{"result":{"result":false}}'),
        ("expired", 401, "expired_token"),
        ("too_many", 429, "OPERATION_TIME_LIMIT"),
    ],
)
def test_an_answer_instead_of_the_true_one_and_without_the_effect(
    client: Client, kind: str, status: int, word: str
) -> None:
    plan(client, kind)
    answer = client.post(ACTIVATE, ON)
    assert (answer.status_code, word in answer.text, active(client)) == (status, True, False)
    assert last(client)["outcome"] == f"fault:{kind}"
    assert client.result(ACTIVATE, ON) is True


def test_such_an_answer_may_hide_an_effect(client: Client) -> None:
    plan(client, "error_html", effect=True)
    assert client.post(ACTIVATE, ON).status_code == 500
    assert active(client) is True


def test_a_truncated_answer_is_half_of_the_true_one(client: Client) -> None:
    plan(client, "truncated")
    with pytest.raises(requests.RequestException):
        client.post(ACTIVATE, ON)
    assert active(client) is True


def test_a_fault_that_skips_the_effect_has_nothing_to_truncate(client: Client) -> None:
    plan(client, "truncated", effect=False)
    with pytest.raises(requests.ConnectionError):
        client.post(ACTIVATE, ON)
    assert active(client) is False


def test_any_status_and_body_may_be_answered(client: Client) -> None:
    plan(client, "reply", status=418, body={"error": "TEAPOT"}, headers={"X-Kind": "pot"})
    plan(client, "reply", body="plain")
    answer = client.post(ACTIVATE, ON)
    assert (error(answer), answer.headers["x-kind"]) == ((418, "TEAPOT"), "pot")
    assert client.post(ACTIVATE, ON).text == "plain"


def test_a_fault_is_used_as_often_as_it_says_and_after_the_calls_it_skips(client: Client) -> None:
    plan(client, "expired", times=2, skip=1)
    assert [client.post(ACTIVATE, ON).status_code for _ in range(4)] == [200, 401, 401, 200]
    plan(client, "expired", times="forever")
    assert [client.post(ACTIVATE, ON).status_code for _ in range(3)] == [401] * 3
    assert client.post("imconnector.list").status_code == 200
    assert client.control("faults", way="DELETE") == []
    assert client.post(ACTIVATE, ON).status_code == 200


def test_faults_come_in_lists_and_for_any_method(client: Client) -> None:
    waiting = client.control("faults", [{"kind": "expired"}, {"kind": "html", "method": "scope"}])
    assert [(each["kind"], each["method"]) for each in waiting] == [("expired", "*"), ("html", "scope")]
    assert client.post("imconnector.list").status_code == 401
    assert client.look("faults") == waiting[1:]


def test_an_unknown_fault_is_refused_with_the_names_of_those_that_exist(client: Client) -> None:
    told = client.control("faults", {"kind": "nonsense"}, status=400)["error"]
    assert "lost_after" in told


def test_a_fault_with_a_json_answer_reaches_a_command_in_a_batch(client: Client) -> None:
    client.control("faults", {"kind": "error_json", "method": ACTIVATE})
    client.control("faults", {"kind": "false_flat", "method": "imconnector.list"})
    cmd = {"a": f"{ACTIVATE}?CONNECTOR=wa&LINE=1&ACTIVE=1", "b": "scope", "c": "imconnector.list"}
    found = client.result("batch", {"cmd": cmd})
    assert found["result_error"]["a"]["error"] == "INTERNAL_SERVER_ERROR"
    assert found["result"]["c"] is False
    assert active(client) is False


@pytest.mark.parametrize(("kind", "status"), [("html", 200), ("unavailable", 503), ("expired", 401)])
def test_any_other_fault_of_a_method_is_met_by_the_batch_that_carries_it(
    client: Client, kind: str, status: int
) -> None:
    client.control("faults", {"kind": kind, "method": ACTIVATE})
    cmd = {"a": "scope", "b": f"{ACTIVATE}?CONNECTOR=wa&LINE=1&ACTIVE=1"}
    reply = client.post("batch", {"cmd": cmd})
    assert (reply.status_code, active(client)) == (status, False)
    assert client.result("batch", {"cmd": cmd})["result_error"] == []


def test_the_token_endpoint_has_faults_too(client: Client) -> None:
    client.control("faults", [{"kind": kind, "method": "oauth.token"} for kind in ("lost_before", "lost_after")])
    asked = {"grant_type": "refresh_token", "refresh_token": client.portal.refresh_token}
    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            client.token(**asked)
    assert error(client.token(**asked)) == (400, "invalid_grant")
    calls = client.look("journal")["token_calls"]
    assert [(each["fault"], each["effect"]) for each in calls] == [
        ("lost_before", False),
        ("lost_after", True),
        ("", False),
    ]


def test_a_shape_is_put_on_the_true_answer_and_the_call_is_carried_out(client: Client) -> None:
    plan(client, "shape", shape="bom")
    answer = client.post(ACTIVATE, ON)
    assert answer.content.startswith(b"\xef\xbb\xbf" * 2)
    assert answer.content.lstrip(b"\xef\xbb\xbf").startswith(b'{"result":true')
    assert active(client)


def test_a_refusal_in_another_shape_carries_nothing_out(client: Client) -> None:
    plan(client, "shape", shape="error_empty")
    answer = client.post(ACTIVATE, ON)
    assert (answer.status_code, answer.json()["error"]) == (400, "")
    assert not active(client)


def test_a_shape_that_there_is_not_is_refused_with_those_there_are(client: Client) -> None:
    answer = client.raw("POST", client.portal.control_url + "faults", json={"kind": "shape", "shape": "bent"})
    assert answer.status_code == 400
    assert "error_empty" in answer.json()["error"]
