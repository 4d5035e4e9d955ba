"""Open lines: docs/portal-behaviour.md P86 and P87, and what else their methods answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bitrix24.simulator.kit import Client, error

GET = "imopenlines.config.get"
LIST = "imopenlines.config.list.get"


@pytest.fixture(autouse=True)
def without_drafts(client: Client) -> None:
    client.control("switches", {"temporary_lines": "none"})


def names(client: Client, **params: Any) -> list[str]:
    return [row["LINE_NAME"] for row in client.result(LIST, {"PARAMS": params})]


def test_a_draft_line_is_listed_unless_a_filter_keeps_it_out(client: Client) -> None:
    client.control("switches", {"temporary_lines": "present"})
    assert [row["TEMPORARY"] for row in client.result(LIST)] == ["N", "N", "N", "Y"]
    assert len(names(client, filter={"=TEMPORARY": "N"})) == 3
    client.control("seed", {"lines": [{"id": 3, "temporary": True}]})
    assert len(names(client, filter={"=TEMPORARY": "N"})) == 2


def test_behaviour_86_an_unknown_line_is_false_and_a_missing_id_is_an_error(client: Client) -> None:
    assert client.result(GET, {"CONFIG_ID": 999}) is False
    for params in ({}, {"config_id": 1}, {"CONFIG_ID": 0}, {"CONFIG_ID": "x"}, {"CONFIG_ID": -1}, {"CONFIG_ID": "1x"}):
        assert error(client.post(GET, params)) == (400, "CONFIG_ID_EMPTY")
    found = client.result(GET, {"CONFIG_ID": "1"})
    assert (found["ID"], found["LINE_NAME"], found["ACTIVE"]) == ("1", "Sales EU", "Y")
    assert found["QUEUE"] == ["1", "27"]
    assert "QUEUE" not in client.result(GET, {"CONFIG_ID": 1, "WITH_QUEUE": "N"})


def test_behaviour_87_the_list_of_lines_is_an_array_of_strings_without_pages(client: Client) -> None:
    answer = client.post(LIST).json()
    assert [row["ID"] for row in answer["result"]] == ["1", "2", "3"]
    assert [row["ACTIVE"] for row in answer["result"]] == ["Y", "Y", "N"]
    assert set(answer) == {"result", "time"}


def test_a_webhook_may_read_lines(client: Client) -> None:
    assert len(client.hook(LIST).json()["result"]) == 3


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"filter": {"ACTIVE": "N"}}, ["Chat DE"]),
        ({"filter": {"!ACTIVE": "N"}}, ["Sales EU", "Support"]),
        ({"filter": {"=ID": [1, 3]}}, ["Sales EU", "Chat DE"]),
        ({"filter": {">ID": 1, "<ID": 3}}, ["Support"]),
        ({"filter": {"%LINE_NAME": "sup"}}, ["Support"]),
        ({"order": {"ID": "DESC"}}, ["Chat DE", "Support", "Sales EU"]),
        ({"order": {"LINE_NAME": "ASC"}}, ["Chat DE", "Sales EU", "Support"]),
        ({"limit": 1, "offset": 1}, ["Support"]),
        ({"select": ["LINE_NAME"], "limit": 1}, ["Sales EU"]),
        ({"select": ["*"], "limit": 1}, ["Sales EU"]),
    ],
)
def test_select_filter_order_limit_and_offset(client: Client, params: dict[str, Any], expected: list[str]) -> None:
    assert names(client, **params) == expected


@pytest.mark.parametrize("field", ["select", "filter", "order"])
def test_a_request_in_a_wrong_format_is_named(client: Client, field: str) -> None:
    answer = client.post(LIST, {"PARAMS": {field: "x"}})
    assert error(answer) == (400, "INVALID_FORMAT")
    assert f"'{field}'" in answer.json()["error_description"]


def test_lines_are_added_changed_and_deleted(client: Client) -> None:
    params = {"LINE_NAME": "New", "QUEUE_TIME": "30", "ACTIVE": "N", "QUEUE": ["1"]}
    number = client.result("imopenlines.config.add", {"PARAMS": params})
    assert number == 4
    found = client.result(GET, {"CONFIG_ID": number})
    assert (found["LINE_NAME"], found["QUEUE_TIME"], found["ACTIVE"]) == ("New", "30", "N")
    change = {"CONFIG_ID": number, "PARAMS": {"ACTIVE": "Y", "ID": "77"}}
    assert client.result("imopenlines.config.update", change) is True
    assert client.result(GET, {"CONFIG_ID": number})["ACTIVE"] == "Y"
    assert client.result("imopenlines.config.update", {"CONFIG_ID": 99, "PARAMS": {}}) is False
    assert client.result("imopenlines.config.delete", {"CONFIG_ID": number}) is True
    assert client.result("imopenlines.config.delete", {"CONFIG_ID": number}) is False


@pytest.mark.parametrize("method", ["update", "delete"])
def test_changing_a_line_needs_a_right(client: Client, method: str) -> None:
    answer = client.post(f"imopenlines.config.{method}", {"CONFIG_ID": 1}, token=client.operator())
    assert error(answer) == (403, "CONFIG_WRONG_USER_PERMISSION")


def test_the_public_path_holds_the_portals_address(client: Client) -> None:
    assert client.result("imopenlines.config.path.get") == {
        "SERVER_ADDRESS": client.portal.base_url,
        "PUBLIC_PATH": "/contact_center/",
    }


def test_the_users_of_a_line_are_listed_when_asked_for(client: Client) -> None:
    client.control("seed", {"lines": [{"id": 2, "queue": [27]}, {"id": 3, "queue": []}]})
    rows = client.result(LIST, {"OPTIONS": {"QUEUE": "Y", "CONFIG_QUEUE": "Y"}})
    assert [row["QUEUE"] for row in rows] == [["1", "27"], ["27"], []]
    assert rows[1]["QUEUE_USERS_FIELDS"] == {"27": {"USER_NAME": "Klaus"}}
    assert rows[1]["CONFIG_QUEUE"] == [{"ENTITY_TYPE": "user", "ENTITY_ID": "27"}]
    client.control("operator", {"action": "dismiss", "user": 27})
    assert client.result(LIST, {"OPTIONS": {"QUEUE": "Y"}})[1]["QUEUE"] == []


def test_an_update_sets_the_users_of_a_line_or_not_by_switch(client: Client) -> None:
    def queue(users: list[int]) -> Any:
        client.result("imopenlines.config.update", {"CONFIG_ID": 1, "PARAMS": {"QUEUE": users}})
        return client.result(GET, {"CONFIG_ID": 1})["QUEUE"]

    assert queue([27]) == ["27"]
    client.control("switches", {"queue_in_config_update": "ignored"})
    assert queue([1]) == ["27"]


def test_without_a_limit_fifty_lines_are_given_or_all_by_switch(client: Client) -> None:
    client.control("seed", {"lines": [{"name": f"Line {number}"} for number in range(57)]})
    assert len(client.result(LIST)) == 50
    client.control("switches", {"config_list_default_limit": "none"})
    assert len(client.result(LIST)) == 60
