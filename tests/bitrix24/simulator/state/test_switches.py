"""Every switch in its other position; the defaults are what the behaviours test."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.bitrix24.simulator.state.switches import SWITCHES
from tests.bitrix24.simulator.kit import Client, Listener, error

STATUS = "imconnector.status"
ASKED = {"CONNECTOR": "wa", "LINE": 1}

PROPOSED = {
    "register_error_shape": "flat",
    "oauth_status": "401",
    "list_by_webhook": "error_core",
    "data_set": "merge",
    "data_set_raises": "no",
    "refresh_reuse": "spent",
    "refresh_lapsed": "invalid_grant",
    "operating_limit": "480",
    "batch_charged_to": "inner",
    "dialog_event_id": "event_handler_id",
    "placement_unbind_count": "2",
    "language": "en",
    "oauth_reads_body": "body",
    "application_token_formula": "local",
    "temporary_lines": "present",
    "wide_text": "whole",
    "rate_limit": "on",
}


def turn(client: Client, **values: Any) -> None:
    client.control("switches", values)


def test_every_unsettled_point_has_a_switch_with_its_proposed_default(client: Client) -> None:
    defaults = {row["name"]: row["values"][0] for row in client.look("switches")}
    assert PROPOSED.items() <= defaults.items()
    assert client.look()["switches"] == defaults
    assert all(len(switch.values) > 1 and switch.help for switch in SWITCHES)


def test_register_error_shape_nested_holds_for_unregister_too(client: Client) -> None:
    turn(client, register_error_shape="nested")
    body = client.post("imconnector.unregister", {}).json()
    assert body["result"]["error"] == "APPLICATION_UNREGISTRATION_ERROR"


@pytest.mark.parametrize(
    ("plan", "status"), [({"overloaded": True}, 503), ({"rest": False}, 403), ({"deleted": True}, 500)]
)
def test_oauth_status_as_documented(client: Client, plan: dict[str, bool], status: int) -> None:
    turn(client, oauth_status="docs")
    client.control("plan", plan)
    assert client.post(STATUS, ASKED).status_code == status


def test_list_denied_text_as_documented(client: Client) -> None:
    turn(client, list_denied_text="docs")
    answer = client.post("imconnector.list", token=client.operator())
    assert answer.json()["error_description"] == "You don't have access to this action"


def test_data_set_raises_the_connection_but_not_the_activation(client: Client) -> None:
    turn(client, data_set_raises=True)
    client.result("imconnector.connector.data.set", {**ASKED, "DATA": {"NAME": "n"}})
    [row] = client.look()["statuses"]
    assert (row["connection"], row["register"], row["active"]) == (True, True, False)


@pytest.mark.parametrize(("limit", "codes"), [("420", [200, 200, 429]), ("480", [200, 200, 200]), ("off", [200] * 3)])
def test_operating_limit(client: Client, limit: str, codes: list[int]) -> None:
    turn(client, operating_limit=limit)
    client.control("costs", {STATUS: 230})
    assert [client.post(STATUS, ASKED).status_code for _ in range(3)] == codes


def test_without_a_limiter_time_has_six_keys(client: Client) -> None:
    turn(client, operating_limit="off")
    assert len(client.post(STATUS, ASKED).json()["time"]) == 6


def test_a_short_call_costs_no_operating_time(client: Client) -> None:
    client.control("costs", {STATUS: 0.1})
    assert client.post(STATUS, ASKED).json()["time"]["operating"] == 0


@pytest.mark.parametrize(("charged", "outer", "inner"), [("inner", 200, 429), ("batch", 429, 200)])
def test_batch_charged_to(client: Client, charged: str, outer: int, inner: int) -> None:
    turn(client, batch_charged_to=charged)
    client.control("costs", {STATUS: 500, "batch": 500})
    cmd = {"cmd": {"a": f"{STATUS}?CONNECTOR=wa&LINE=1"}}
    client.post("batch", cmd)
    assert client.post("batch", cmd).status_code == outer
    assert client.post(STATUS, ASKED).status_code == inner


def test_dialog_events_name_their_handler_as_documented(client: Client, listener: Listener) -> None:
    turn(client, dialog_event_id="eventId")
    client.working()
    client.bind("OnImConnectorDialogStart", listener.url)
    client.bind("OnImConnectorStatusDelete", listener.url)
    client.chat()
    client.activate(active=0)
    client.events()
    assert "eventId" in listener.heard[0].pairs
    assert "event_handler_id" in listener.heard[1].pairs


def test_language_changes_descriptions_and_never_codes(client: Client) -> None:
    turn(client, language="ru")
    body = client.post("imconnector.register", {}).json()
    assert (body["error"], body["error_description"]) == ("CONNECTOR_ID_REQUIRED", "Не задан ID коннектора")


def test_webhooks_over_plain_http_may_be_refused(client: Client) -> None:
    turn(client, webhook_over_http="refused")
    assert error(client.hook(STATUS)) == (401, "INVALID_REQUEST")
    turn(client, oauth_status="docs")
    assert error(client.hook(STATUS)) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize(
    ("value", "kind", "word"),
    [("html", "text/html", "<html>"), ("empty", "text/html", ""), ("json", "application/json", "INTERNAL_SERVER")],
)
def test_body_of_a_type_error(client: Client, value: str, kind: str, word: str) -> None:
    turn(client, type_error_body=value)
    answer = client.post(STATUS + ".xml", {"CONNECTOR": []})
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith(kind)
    assert word in answer.text
    assert bool(answer.text) is bool(word)


def test_the_portal_may_remember_a_token_for_an_hour(client: Client) -> None:
    turn(client, auth_cache="hour")
    client.post(STATUS, ASKED)
    client.control("app", {"scope": ["crm"]})
    assert client.post(STATUS, ASKED).status_code == 200
    client.control("operator", {"action": "uninstall"})
    assert error(client.post(STATUS, ASKED)) == (401, "APPLICATION_NOT_FOUND")
    turn(client, auth_cache="none")
    assert error(client.post(STATUS, ASKED)) == (401, "NOT_INSTALLED")


def test_a_remembered_token_still_expires(client: Client) -> None:
    turn(client, auth_cache="hour")
    client.control("clock", {"advance": 1800})
    client.post(STATUS, ASKED)
    client.control("clock", {"advance": 1801})
    assert error(client.post(STATUS, ASKED)) == (401, "expired_token")


def test_the_rate_limit_can_be_taken_away(client: Client) -> None:
    turn(client, rate_limit=False)
    assert client.look()["switches"]["rate_limit"] == "on"
    turn(client, rate_limit=True)
    client.control("clock", {"freeze": True})
    assert {client.post(STATUS, ASKED).status_code for _ in range(55)} == {200}


@pytest.mark.parametrize(("name", "value"), [("nonsense", "x"), ("language", "de"), ("operating_limit", True)])
def test_an_unknown_switch_or_value_is_refused_in_a_sentence(client: Client, name: str, value: Any) -> None:
    told = client.control("switches", {name: value}, status=400)["error"]
    assert name in told
