"""What a portal says of itself: methods, method.get, feature.get, scope and events follow the token and the plan."""

from __future__ import annotations

from tests.bitrix24.simulator.kit import Client, error


def test_methods_and_scopes_are_those_of_the_token(client: Client) -> None:
    assert "imconnector.list" in client.result("methods")
    narrow = client.control("tokens/issue", {"scope": ["placement"]})["access_token"]
    found = client.result("methods", token=narrow)
    assert {"placement.get", "app.info", "method.get", "batch"} <= set(found)
    assert "imconnector.list" not in found
    assert "imconnector.list" in client.result("methods", {"full": True}, token=narrow)
    assert set(client.result("methods", {"scope": "crm"})) == {"crm.activity.list"}
    assert client.result("scope", token=narrow) == ["placement"]
    assert "ONIMCONNECTORSTATUSDELETE" not in client.result("events", token=narrow)


def test_a_method_exists_and_may_be_called_or_not(client: Client) -> None:
    found = {
        name: tuple(client.result("method.get", {"name": name}).values())
        for name in ("imconnector.list", "crm.activity.list", "imconnector.get", "batch")
    }
    assert found == {
        "imconnector.list": (True, True),
        "crm.activity.list": (True, False),
        "imconnector.get": (False, False),
        "batch": (True, True),
    }


def test_a_feature_is_that_of_the_plan(client: Client) -> None:
    assert client.result("feature.get", {"CODE": "rest_offline_extended"}) == {"value": "N"}
    client.control("plan", {"extended_offline": True})
    assert client.result("feature.get", {"CODE": "rest_offline_extended"}) == {"value": "Y"}
    assert client.result("feature.get", {"CODE": "rest_auth_connector"}) == {"value": "N"}
    assert error(client.post("feature.get")) == (400, "CODE_EMPTY")
