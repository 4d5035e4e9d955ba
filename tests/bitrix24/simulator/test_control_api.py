"""The control API: looking, seeding, moving the clock, and saying what was wrong with a request."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bitrix24.simulator.kit import Client, Listener, error

STATUS = "imconnector.status"
ASKED = {"CONNECTOR": "wa", "LINE": 1}


def test_a_fresh_portal_has_three_lines_and_the_built_in_channels_and_no_connector(client: Client) -> None:
    state = client.look()
    assert [(row["name"], row["active"]) for row in state["lines"]] == [
        ("Sales EU", True),
        ("Support", True),
        ("Chat DE", False),
    ]
    assert {"livechat", "telegrambot"} <= set(state["built_in"])
    assert state["connectors"] == state["statuses"] == state["journal"] == []


def test_seeding_puts_connectors_lines_data_and_people_without_a_call(client: Client) -> None:
    options: dict[str, Any] = {
        "lines": [{"id": 9, "name": "Nine"}, {"name": "Ten", "active": False}],
        "connectors": [{"id": "WA", "name": "WhatsApp", "flags": {"CHAT_GROUP": True}}, {"id": "tg", "app": "other"}],
        "activations": [
            {"connector": "wa", "line": 9, "data": {"name": "n"}},
            {"connector": "tg", "line": 1, "active": False, "error": True},
        ],
        "people": [{"id": 5, "name": "Nora", "admin": True}],
    }
    assert client.control("seed", options) == {"lines": [1, 2, 3, 9, 10], "connectors": ["wa", "tg"]}
    assert client.status("wa", 9)["STATUS"] is True
    assert client.status("tg", 1) == {
        "LINE": 1,
        "CONNECTOR": "tg",
        "ERROR": True,
        "CONFIGURED": False,
        "STATUS": False,
    }
    assert client.result("imconnector.list")["wa"] == "WhatsApp"
    assert client.look("journal")["calls"][0]["method"] == STATUS
    assert client.portal.seed(lines=[{"name": "Eleven"}])["lines"][-1] == 11


def test_the_journal_says_who_called_what_and_whether_it_changed_anything(client: Client) -> None:
    client.activate()
    client.hook("imopenlines.config.list.get")
    first, second = client.look("journal")["calls"]
    assert (first["method"], first["outcome"], first["effect"]) == ("imconnector.activate", "ok", True)
    assert (first["app"], first["user"], first["params"]["CONNECTOR"]) == (client.portal.client_id, 1, "wa")
    assert (second["caller"], second["app"], second["effect"]) == ("webhook", "", False)


def test_the_clock_moves_stands_still_and_runs_on(client: Client) -> None:
    start = client.look("clock")["time"]
    assert client.control("clock", {"advance": 100})["time"] >= start + 100
    frozen = client.control("clock", {"freeze": True})["time"]
    assert client.look("clock") == {"time": frozen, "frozen": True}
    assert client.control("clock", {"advance": 5})["time"] == frozen + 5
    assert client.control("clock", {"freeze": False})["time"] >= frozen + 5
    assert client.control("clock", {"freeze": False})["frozen"] is False


@pytest.mark.parametrize("kind", ["access", "refresh", "both"])
def test_tokens_lapse_on_demand(client: Client, kind: str) -> None:
    expected = 2 if kind == "both" else 1
    assert client.control("tokens/expire", {"app": "main", "kind": kind}) == {"expired": expected}
    assert (client.post(STATUS, ASKED).status_code == 401) is (kind != "refresh")
    answer = client.token(grant_type="refresh_token", refresh_token=client.portal.refresh_token)
    assert (answer.status_code == 400) is (kind != "access")
    assert client.post(STATUS, ASKED, token=client.other).status_code == 200


def test_an_application_that_is_switched_off_loses_its_connectors(client: Client) -> None:
    client.working()
    client.control("app", {"active": False})
    assert client.look()["connectors"] == []
    client.control("app", {"active": True})
    assert client.post(STATUS, ASKED).status_code == 200


def test_the_other_application_and_one_by_its_id_can_be_named(client: Client) -> None:
    client.control("app", {"app": "other", "scope": ["crm"], "redirect_uri": "https://x.example/"})
    assert error(client.post(STATUS, ASKED, token=client.other)) == (401, "insufficient_scope")
    client.control("app", {"app": client.portal.client_id, "paid": False})
    assert error(client.post(STATUS, ASKED)) == (401, "PAYMENT_REQUIRED")


def test_reset_gives_a_fresh_portal_with_the_same_keys(client: Client, listener: Listener) -> None:
    client.working()
    client.bind("OnImConnectorStatusDelete", listener.url)
    client.control("switches", {"language": "ru"})
    client.control("clock", {"advance": 99999})
    client.control("tokens/expire", {"kind": "both"})
    extra = client.control("tokens/issue", {})["access_token"]
    assert client.control("reset") == {"reset": True}
    state = client.look()
    assert state["connectors"] == state["handlers"] == state["journal"] == []
    assert state["switches"]["language"] == "en"
    assert error(client.post(STATUS, ASKED, token=extra)) == (401, "invalid_token")
    assert client.post(STATUS, ASKED).status_code == 200


def test_the_index_names_every_address(client: Client) -> None:
    paths = {(row["method"], row["path"]) for row in client.look("")}
    assert ("POST", "/control/operator") in paths
    assert ("GET", "/control/state") in paths


@pytest.mark.parametrize(
    ("path", "body", "word"),
    [
        ("seed", {"nonsense": []}, "There are: built_in, people, lines"),
        ("seed", {"connectors": [{"name": "x"}]}, "'id' is needed"),
        ("seed", {"activations": [{"connector": "x", "line": "1"}]}, "a whole number"),
        ("seed", {"activations": [{"connector": "x", "line": True}]}, "a whole number"),
        ("seed", {"connectors": [{"id": "x", "app": "nobody"}]}, "no application 'nobody'"),
        ("seed", {"lines": 5}, "cannot be used"),
        ("people", {"id": 1, "wings": True}, "no 'wings' to set"),
        ("people", {"id": 1, "admin": "yes"}, "true or false"),
        ("app", {"scope": "crm"}, "a list"),
        ("app", {"deleted": True}, "no 'deleted' to set"),
        ("plan", {"rest": 1}, "true or false"),
        ("clock", {"advance": -1}, "zero or more"),
        ("clock", {"advance": "x"}, "zero or more"),
        ("tokens/expire", {"kind": "x"}, "access, refresh or both"),
        ("operator", {"action": "dance"}, "There are: write, edit"),
        ("operator", {"action": "write", "chat_id": 5}, "There is no chat 5"),
        ("operator", {"action": "edit", "message_id": 5, "text": "x"}, "There is no message 5"),
        ("costs", {"x": "y"}, "cannot be used"),
    ],
)
def test_a_request_that_cannot_be_granted_is_answered_in_a_sentence(
    client: Client, path: str, body: dict[str, Any], word: str
) -> None:
    assert word in client.control(path, body, status=400)["error"]


def test_an_unknown_address_is_404_with_a_hint(client: Client) -> None:
    assert "GET /control/ lists" in client.control("nowhere", {}, status=404)["error"]
    assert client.raw("GET", client.portal.base_url + "/elsewhere").status_code == 404


def test_a_lines_deletion_by_an_operator_of_a_line_that_is_not_there(client: Client) -> None:
    assert client.control("operator", {"action": "delete_line", "line": 99}) == {"deleted": False}


def test_permissions_is_another_name_of_people(client: Client) -> None:
    assert client.control("permissions", {"id": 27, "connectors": True})["connectors"] is True
    assert client.post("imconnector.list", token=client.operator()).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.test"},
        {"Host": "127.0.0.1:1"},
        {"Host": "localhost"},
        {"Origin": "https://evil.test"},
        {"Origin": "http://localhost:1"},
        {"Origin": "null"},
    ],
)
def test_a_web_page_of_another_host_or_origin_cannot_drive_the_portal(client: Client, headers: dict[str, str]) -> None:
    url = f"{client.portal.control_url}plan"
    refused = client.raw("POST", url, data=b'{"deleted": true}', headers=headers)
    assert refused.status_code == 403, refused.text
    assert client.result("app.info"), "nothing came of it"
    here = {"Origin": client.portal.base_url, "Host": f"localhost:{client.portal.base_url.rpartition(':')[2]}"}
    assert client.raw("POST", url, data=b"{}", headers=here).status_code == 200
