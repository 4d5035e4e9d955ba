"""Making, remaking and removing a connector: docs/portal-behaviour.md P20 to P34."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bitrix24.simulator.kit import ICON, PAGE, Client, Listener, error

GOOD = {"ID": "wa", "NAME": "WhatsApp", "ICON": ICON, "PLACEMENT_HANDLER": PAGE}
REGISTER = "imconnector.register"
UNREGISTER = "imconnector.unregister"
DELETED = "OnImConnectorStatusDelete"


def refusal(client: Client, params: dict[str, Any], method: str = REGISTER) -> str:
    answer = client.post(method, params)
    assert answer.status_code == 200
    return str(answer.json().get("error", ""))


def test_behaviour_20_a_minimal_register_answers_with_a_nested_true(client: Client) -> None:
    body = client.post(REGISTER, GOOD).json()
    assert body["result"] == {"result": True}
    assert "time" in body


def test_behaviour_21_a_dot_in_the_id_is_reported_before_anything_else(client: Client) -> None:
    assert refusal(client, {"ID": "a.b"}) == "APPLICATION_REGISTRATION_ERROR_POINT"


def test_behaviour_22_an_empty_request_reports_the_id_alone(client: Client) -> None:
    assert refusal(client, {}) == "CONNECTOR_ID_REQUIRED"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"NAME": None}, "NAME_REQUIRED"),
        ({"NAME": "0"}, "NAME_REQUIRED"),
        ({"NAME": "", "ICON": None, "PLACEMENT_HANDLER": None}, "NAME_REQUIRED"),
        ({"ICON": None, "PLACEMENT_HANDLER": None}, "ICON_REQUIRED"),
        ({"ICON": {"COLOR": "#fff"}}, "ICON_REQUIRED"),
        ({"ICON": "x"}, "ICON_REQUIRED"),
        ({"PLACEMENT_HANDLER": ""}, "NO_PLACEMENT_HANDLER"),
        ({"ID": 5}, "CONNECTOR_ID_REQUIRED"),
        ({"NAME": "n" * 256}, "APPLICATION_REGISTRATION_ERROR"),
    ],
)
def test_behaviour_23_one_error_at_a_time_in_a_fixed_order(client: Client, change: dict[str, Any], code: str) -> None:
    assert refusal(client, {**GOOD, **change}) == code


def test_behaviour_24_these_errors_are_flat_by_default_and_nested_by_switch(client: Client) -> None:
    flat = client.post(REGISTER, {})
    assert flat.json() == {
        "result": False,
        "error": "CONNECTOR_ID_REQUIRED",
        "error_description": "The connector ID is not specified",
    }
    client.control("switches", {"register_error_shape": "nested"})
    nested = client.post(REGISTER, {})
    assert (flat.status_code, nested.status_code) == (200, 200)
    assert nested.json()["result"]["error"] == "CONNECTOR_ID_REQUIRED"
    assert set(nested.json()) == {"result", "time"}


def test_behaviour_25_the_id_is_stored_in_lower_case(client: Client) -> None:
    client.register("MyConn")
    assert "myconn" in client.result("imconnector.list")
    assert client.status("MyConn")["CONNECTOR"] == "myconn"


def test_behaviour_26_the_handler_need_not_be_an_address(client: Client) -> None:
    assert client.register(PLACEMENT_HANDLER="not a url") == {"result": True}


def test_behaviour_27_a_second_register_renames_and_keeps_the_activations(client: Client) -> None:
    client.working()
    client.register(NAME="Renamed")
    assert client.result("imconnector.list")["wa"] == "Renamed"
    assert client.status()["STATUS"] is True


def test_behaviour_28_another_application_takes_the_id_over_with_its_events(
    client: Client, listener: Listener, second: Listener
) -> None:
    client.working()
    client.bind(DELETED, listener.url)
    client.bind(DELETED, second.url, token=client.other)
    assert client.register(token=client.other) == {"result": True}
    client.activate(active=0)
    client.events()
    assert (len(listener.heard), len(second.heard)) == (0, 1)


def test_behaviour_29_unregister_of_an_unknown_id_succeeds(client: Client) -> None:
    assert client.result(UNREGISTER, {"ID": "nobody"}) == {"result": True}
    assert client.look()["journal"][-1]["effect"] is False


@pytest.mark.parametrize("params", [{}, {"ID": ""}, {"ID": "0"}, {"ID": None}])
def test_behaviour_30_unregister_without_an_id_is_an_error_inside_200(client: Client, params: dict[str, Any]) -> None:
    assert refusal(client, params, UNREGISTER) == "APPLICATION_UNREGISTRATION_ERROR"


def test_behaviour_31_unregister_of_an_active_connector_clears_every_line(client: Client, listener: Listener) -> None:
    client.working()
    client.activate(line=2)
    client.bind(DELETED, listener.url)
    assert client.result(UNREGISTER, {"ID": "WA"}) == {"result": True}
    assert client.status()["STATUS"] is client.status(line=2)["CONFIGURED"] is False
    assert "wa" not in client.result("imconnector.list")
    client.events()
    assert sorted(each.pairs["data[line]"] for each in listener.heard) == ["1", "2"]
    assert client.result(UNREGISTER, {"ID": "wa"}) == {"result": True}


def test_behaviour_32_another_application_can_take_a_connector_off_its_lines(
    client: Client, listener: Listener, second: Listener
) -> None:
    client.working()
    client.bind(DELETED, listener.url)
    client.bind(DELETED, second.url, token=client.other)
    assert client.result(UNREGISTER, {"ID": "wa"}, token=client.other) == {"result": True}
    assert "wa" in client.result("imconnector.list")
    assert client.status()["STATUS"] is False
    client.events()
    assert (len(listener.heard), len(second.heard)) == (1, 0)


def test_behaviour_33_an_empty_list_is_an_array(client: Client) -> None:
    client.control("seed", {"built_in": {}})
    assert client.result("imconnector.list") == []


def test_behaviour_34_list_needs_the_right_to_modify_connectors(client: Client) -> None:
    answer = client.post("imconnector.list", token=client.operator())
    assert error(answer) == (400, "ACCESS_DENIED")
    assert answer.json()["error_description"] == "You dont have access to this action"


def test_a_built_in_channel_is_switched_off_by_unregister_and_stays_in_the_list(client: Client) -> None:
    client.control("seed", {"activations": [{"connector": "livechat", "line": 1}]})
    client.result(UNREGISTER, {"ID": "livechat"})
    assert client.status("livechat")["STATUS"] is False
    assert "livechat" in client.result("imconnector.list")


def test_the_built_in_channel_wins_over_a_custom_one_of_the_same_id(client: Client) -> None:
    client.register("livechat")
    assert client.result("imconnector.list")["livechat"] == "Live chat"


@pytest.mark.parametrize("method", [REGISTER, UNREGISTER])
def test_an_id_that_is_an_array_breaks_the_call(client: Client, method: str) -> None:
    assert client.post(method, {"ID": ["x"]}).status_code == 500


def test_keys_of_register_may_come_in_lower_case_at_any_depth(client: Client) -> None:
    params = {"id": "wa", "name": "n", "icon": {"data_image": "x"}, "placement_handler": "h"}
    assert client.result(REGISTER, params) == {"result": True}


def test_flags_have_defaults_and_change_only_when_they_are_sent(client: Client) -> None:
    client.register(CHAT_GROUP="Y", NEED_SIGNATURE=False, ICON_DISABLED=ICON, COMMENT="first")
    client.register(NEWSLETTER="N")
    flags = client.look()["connectors"][0]["flags"]
    assert (flags["CHAT_GROUP"], flags["NEED_SIGNATURE"], flags["NEWSLETTER"]) == (True, False, False)
    assert flags["EDIT_INTERNAL_MESSAGES"] is True


def test_connectors_with_one_handler_share_a_placement_and_a_changed_handler_leaves_the_old_one(
    client: Client,
) -> None:
    client.register("a")
    client.register("b")
    assert len(client.look()["placements"]) == 1
    client.result(UNREGISTER, {"ID": "a"})
    assert len(client.look()["placements"]) == 1
    client.register("b", PLACEMENT_HANDLER="https://app.example/other")
    assert len(client.look()["placements"]) == 2
    client.result(UNREGISTER, {"ID": "b"})
    assert [row["handler"] for row in client.look()["placements"]] == [PAGE]
