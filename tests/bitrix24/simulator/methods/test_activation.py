"""A connector on a line: docs/portal-behaviour.md P35 to P51."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bitrix24.simulator.kit import Client, Listener, error

ACTIVATE = "imconnector.activate"
STATUS = "imconnector.status"
DATA = "imconnector.connector.data.set"
ERROR = "imconnector.set.error"
OFF = {"ERROR": False, "CONFIGURED": False, "STATUS": False}


def stored(client: Client) -> Any:
    """Data of the only status row."""
    return client.look()["statuses"][0]["data"]


def test_behaviour_35_missing_arguments_are_reported_in_order_with_their_name(client: Client) -> None:
    steps: list[tuple[dict[str, Any], str]] = [
        ({}, "CONNECTOR"),
        ({"CONNECTOR": "wa"}, "LINE"),
        ({"CONNECTOR": "wa", "LINE": 1}, "ACTIVE"),
    ]
    for params, name in steps:
        answer = client.post(ACTIVATE, params)
        assert error(answer) == (400, "ERROR_ARGUMENT")
        assert answer.json()["argument"] == name
        assert answer.json()["error_description"] == f"Argument '{name}' is null or empty"


@pytest.mark.parametrize("active", ["N", "n", "false", "off", "Y", 1, True])
def test_behaviour_36_whatever_php_does_not_call_empty_switches_on(client: Client, active: Any) -> None:
    client.register()
    client.activate(active=0)
    assert client.activate(active=active) is True
    assert client.status()["STATUS"] is True


@pytest.mark.parametrize("active", ["0", 0, False, "", []])
def test_behaviour_36_whatever_php_calls_empty_switches_off(client: Client, active: Any) -> None:
    client.working()
    assert client.activate(active=active) is True
    assert client.status()["STATUS"] is False


def test_behaviour_37_active_null_is_a_missing_argument(client: Client) -> None:
    answer = client.post(ACTIVATE, {"CONNECTOR": "wa", "LINE": 1, "ACTIVE": None})
    assert (error(answer), answer.json()["argument"]) == ((400, "ERROR_ARGUMENT"), "ACTIVE")


def test_behaviour_38_neither_connector_nor_line_need_exist(client: Client) -> None:
    assert client.activate("ghost", 999) is True
    assert client.status("ghost", 999)["STATUS"] is True


def test_behaviour_39_a_line_that_is_no_number_is_line_zero(client: Client) -> None:
    client.result(ACTIVATE, {"CONNECTOR": "wa", "LINE": "abc", "ACTIVE": 1})
    client.result(ACTIVATE, {"CONNECTOR": "wb", "LINE": "12x", "ACTIVE": 1})
    assert client.result(STATUS, {"CONNECTOR": "wa", "LINE": 0})["STATUS"] is True
    assert client.result(STATUS, {"CONNECTOR": "wb", "LINE": 12})["STATUS"] is True
    assert client.result(STATUS, {"CONNECTOR": "wa", "LINE": "abc"})["LINE"] == 0


def test_behaviour_40_status_of_what_nobody_knows_is_all_false(client: Client) -> None:
    assert client.result(STATUS, {"CONNECTOR": "Ghost", "LINE": "7"}) == {"LINE": 7, "CONNECTOR": "ghost", **OFF}


def test_behaviour_41_status_without_a_line_is_about_line_zero(client: Client) -> None:
    assert client.result(STATUS, {"CONNECTOR": "wa"})["LINE"] == 0


def test_behaviour_42_an_id_is_cut_at_its_first_dot(client: Client) -> None:
    assert client.result(STATUS, {"CONNECTOR": "myconn.77", "LINE": 1})["CONNECTOR"] == "myconn"
    assert client.result(STATUS, {"CONNECTOR": ".x.y", "LINE": 1})["CONNECTOR"] == ".x.y"


def test_behaviour_43_an_empty_connector_passes_the_argument_check(client: Client) -> None:
    assert client.result(STATUS, {"CONNECTOR": "", "LINE": 1}) == {"LINE": 1, "CONNECTOR": "", **OFF}


def test_behaviour_44_switching_off_what_is_off_still_tells_with_the_callers_casing(
    client: Client, listener: Listener
) -> None:
    client.register("wa")
    client.bind("OnImConnectorStatusDelete", listener.url)
    assert client.activate("Wa", active=0) is True
    client.events()
    assert [each.pairs["data[connector]"] for each in listener.heard] == ["Wa"]


def test_behaviour_45_set_error_on_an_active_connector(client: Client) -> None:
    client.working()
    assert client.result(ERROR, {"CONNECTOR": "wa", "LINE": 1}) == {"SUCCESS": True, "DATA": []}
    assert client.status() == {"LINE": 1, "CONNECTOR": "wa", "ERROR": True, "CONFIGURED": True, "STATUS": False}


def test_behaviour_46_set_error_on_an_unregistered_connector_finds_no_provider(client: Client) -> None:
    answer = client.post(ERROR, {"CONNECTOR": "ghost", "LINE": 1})
    assert error(answer) == (400, "IMCONNECTOR_NO_CORRECT_PROVIDER")


def test_behaviour_47_activation_clears_an_error(client: Client) -> None:
    client.working()
    client.result(ERROR, {"CONNECTOR": "wa", "LINE": 1})
    client.activate()
    assert client.status()["ERROR"] is False


def test_behaviour_48_data_may_be_set_before_the_activation(client: Client) -> None:
    assert client.result(DATA, {"CONNECTOR": "wa", "LINE": 1, "DATA": {"NAME": "n"}}) is True
    assert client.status() == {"LINE": 1, "CONNECTOR": "wa", **OFF}


def test_behaviour_49_data_is_merged_or_overwritten_by_switch(client: Client) -> None:
    for data in ({"name": "n", "OTHER": "x"}, {"URL": "u", "NAME": ""}):
        client.result(DATA, {"CONNECTOR": "wa", "LINE": 1, "DATA": data})
    assert stored(client) == {"NAME": "n", "URL": "u"}
    client.control("switches", {"data_set": "overwrite"})
    client.result(DATA, {"CONNECTOR": "wa", "LINE": 1, "DATA": {"ID": "i"}})
    assert stored(client) == {"ID": "i"}


def test_behaviour_50_switching_off_and_on_loses_the_data(client: Client) -> None:
    client.working()
    client.result(DATA, {"CONNECTOR": "wa", "LINE": 1, "DATA": {"NAME": "n"}})
    client.activate(active=0)
    client.activate()
    assert stored(client) == {}


def test_behaviour_51_data_that_is_a_string_breaks_the_call(client: Client) -> None:
    answer = client.post(DATA, {"CONNECTOR": "wa", "LINE": 1, "DATA": "x"})
    assert answer.status_code == 500
    assert "html" in answer.headers["content-type"]


def test_a_connector_that_is_an_array_breaks_the_call(client: Client) -> None:
    assert client.post(STATUS, {"CONNECTOR": ["wa"], "LINE": 1}).status_code == 500


def test_set_error_on_an_inactive_connector_shows_an_error_alone(client: Client) -> None:
    client.register()
    client.result(ERROR, {"CONNECTOR": "wa", "LINE": 1})
    assert client.status() == {"LINE": 1, "CONNECTOR": "wa", "ERROR": True, "CONFIGURED": False, "STATUS": False}


def test_activating_twice_changes_nothing(client: Client) -> None:
    client.activate()
    client.activate()
    assert [entry["effect"] for entry in client.look("journal")["calls"]] == [True, False]


def test_the_cleanup_agent_removes_rows_that_are_off_or_of_nobody(client: Client) -> None:
    client.working()
    client.activate("ghost")
    client.result(DATA, {"CONNECTOR": "wa", "LINE": 2, "DATA": {"NAME": "n"}})
    assert client.control("operator", {"action": "clean_up"})["removed"] == [["ghost", 1], ["wa", 2]]
    assert client.status()["STATUS"] is True
