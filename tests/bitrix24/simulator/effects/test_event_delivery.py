"""Events as a whole: who is told, how often, in which order: docs/portal-behaviour.md P120 to P132."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bitrix24.simulator.kit import Client, Listener, error

BIND, CLEAR, LIST = "event.bind", "event.offline.clear", "event.offline.list"
DELETED = "OnImConnectorStatusDelete"
APP = "https://app.example/h"


def disconnect(client: Client, line: int = 1, **more: Any) -> None:
    client.control("operator", {"action": "disconnect", "connector": "wa", "line": line, **more})


def queued(client: Client, *lines: int) -> list[dict[str, Any]]:
    """The rows of the offline queue after somebody took the connector off these lines."""
    client.result(BIND, {"EVENT": DELETED, "EVENT_TYPE": "offline"})
    client.register()
    for line in lines:
        disconnect(client, line, user=27)
    return rows(client)


def rows(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.result(LIST)
    return found


def test_a_slash_more_is_a_second_handler_and_a_second_delivery(client: Client, listener: Listener) -> None:
    client.working()
    client.bind(DELETED, listener.url)
    client.bind(DELETED, f"{listener.url}/")
    disconnect(client)
    client.events()
    assert listener.events() == [DELETED.upper()] * 2
    answer = client.post(BIND, {"EVENT": DELETED, "HANDLER": listener.url})
    assert error(answer) == (400, "ERROR_CORE")


def test_whoever_is_no_administrator_sees_their_own_handlers(client: Client) -> None:
    operator = client.operator()
    client.bind(DELETED, APP)
    client.bind(DELETED, f"{APP}/mine", token=operator)
    assert [row["handler"] for row in client.result("event.get", token=operator)] == [f"{APP}/mine"]
    assert len(client.result("event.get")) == 2


def test_event_test_reaches_the_handler_with_what_was_sent(client: Client, listener: Listener) -> None:
    client.bind("OnAppTest", listener.url)
    assert client.result("event.test", {"nonce": "n1"}) == 1
    client.events()
    [heard] = listener.heard
    assert (heard.pairs["event"], heard.pairs["data[QUERY][nonce]"]) == ("ONAPPTEST", "n1")
    assert not [name for name in heard.pairs if name.startswith("data[QUERY][auth")]


def test_event_test_of_an_application_that_is_not_installed_reaches_nobody(client: Client, listener: Listener) -> None:
    client.bind("OnAppTest", listener.url)
    client.control("app", {"installed": False})
    client.bind("OnAppTest", listener.url)
    client.post("event.test", {"nonce": "n1"})
    assert client.events() == []


def test_an_event_has_tokens_of_whoever_caused_it_and_none_of_an_agent(client: Client, listener: Listener) -> None:
    client.working()
    client.bind(DELETED, listener.url)
    disconnect(client, user=27)
    disconnect(client, line=2, user=0)
    client.events()
    person, agent = (heard.pairs for heard in listener.heard)
    assert person["auth[user_id]"] == "27"
    assert not {"auth[user_id]", "auth[access_token]"} & set(agent)
    assert agent["auth[application_token]"] == client.portal.application_token


def test_equal_events_of_one_request_are_one_delivery(client: Client, listener: Listener) -> None:
    client.working()
    client.bind(DELETED, listener.url)
    twice = dict.fromkeys(("a", "b"), "imconnector.activate?CONNECTOR=wa&LINE=1&ACTIVE=0")
    client.result("batch", {"cmd": twice})
    client.activate(active=0)
    client.events()
    assert len(listener.heard) == 2


def test_own_doings_reach_the_handler_and_not_the_offline_queue(client: Client, listener: Listener) -> None:
    client.bind(DELETED, listener.url)
    assert queued(client) == []
    client.activate(active=0)
    client.events()
    assert (len(listener.heard), rows(client)) == (1, [])


def test_only_an_administrator_binds_offline_and_nobody_the_wake_up_call(client: Client) -> None:
    asked = {"EVENT": DELETED, "EVENT_TYPE": "offline"}
    assert error(client.post(BIND, asked, token=client.operator())) == (403, "ACCESS_DENIED")
    refused = client.post(BIND, {"EVENT": "OnOfflineEvent", "EVENT_TYPE": "offline"})
    assert error(refused) == (400, "ERROR_ARGUMENT")
    assert refused.json()["error_description"] == "Offline event cannot be registered for this event."


def test_an_equal_offline_event_keeps_its_row_and_moves_its_time(client: Client) -> None:
    client.control("clock", {"freeze": True})
    [first] = queued(client, 1)
    client.control("clock", {"advance": 60})
    disconnect(client, user=27)
    [again] = rows(client)
    assert (again["ID"], again["MESSAGE_ID"]) == (first["ID"], first["MESSAGE_ID"])
    assert again["TIMESTAMP_X"] > first["TIMESTAMP_X"]


def test_the_list_changes_nothing_and_clear_removes_the_named_rows_or_all(client: Client) -> None:
    found = queued(client, 1, 2, 3)
    assert [(row["PROCESS_ID"], row["ERROR"]) for row in found] == [("", 0)] * 3
    assert client.result(LIST, {"filter": {"PROCESS_ID": ""}}) == found
    assert client.result(CLEAR, {"process_id": "", "id": [found[0]["ID"]]}) is True
    assert rows(client) == found[1:]
    assert client.result(CLEAR, {"process_id": ""}) is True
    assert rows(client) == []


def test_clear_of_no_process_is_refused_by_switch(client: Client) -> None:
    client.control("switches", {"offline_clear_empty_process": "refused"})
    found = queued(client, 1)
    assert error(client.post(CLEAR, {"process_id": "", "id": [found[0]["ID"]]})) == (400, "ERROR_ARGUMENT")
    assert rows(client) == found


def test_a_limit_of_nothing_is_refused(client: Client) -> None:
    answer = client.post("event.offline.get", {"limit": 0})
    assert (error(answer), answer.json()["argument"]) == ((400, "ERROR_ARGUMENT"), "LIMIT")


def test_a_labelled_queue_is_invisible_without_its_label(client: Client) -> None:
    client.control("plan", {"auth_connector": True})
    client.result(BIND, {"EVENT": DELETED, "EVENT_TYPE": "offline", "auth_connector": "x"})
    client.register()
    disconnect(client)
    assert rows(client) == []
    assert len(client.result(LIST, {"auth_connector": "x"})) == 1


@pytest.mark.parametrize(("order", "place"), [("shuffled", None), ("uninstall_first", 0)])
def test_a_removal_is_told_among_its_connectors_events(
    client: Client, listener: Listener, order: str, place: int | None
) -> None:
    client.control("switches", {"uninstall_order": order})
    for line in (1, 2, 3):
        client.working(line=line)
    for name in (DELETED, "OnAppUninstall"):
        client.bind(name, listener.url)
    client.control("operator", {"action": "uninstall", "clean": True})
    client.events()
    told = listener.events()
    assert sorted(told) == ["ONAPPUNINSTALL", *[DELETED.upper()] * 3]
    assert place is None or told[place] == "ONAPPUNINSTALL"


def test_a_session_is_told_in_the_shape_of_the_documentation(client: Client, listener: Listener) -> None:
    client.working()
    client.bind("OnSessionStart", listener.url)
    client.bind("OnSessionStart", APP, token=client.other)
    client.chat()
    [told] = client.events()
    assert told["url"] == listener.url
    assert listener.heard[0].pairs["data[DATA][0][session][closed]"] == "N"


def test_a_session_is_told_to_everybody_in_the_shape_of_the_source(client: Client, second: Listener) -> None:
    client.control("switches", {"session_events": "source"})
    client.working()
    client.bind("OnSessionStart", second.url, token=client.other)
    client.chat()
    client.events()
    [heard] = second.heard
    assert heard.pairs["data[DATA][connector][connector_id]"] == "wa"
    assert (heard.pairs["data[DATA][line][id]"], heard.pairs["data[DATA][line][name]"]) == ("1", "Sales EU")


def test_events_come_late_and_in_another_order_by_switch(client: Client, listener: Listener) -> None:
    client.control("clock", {"freeze": True})
    client.control("switches", {"event_order": "shuffled"})
    client.working()
    client.bind(DELETED, listener.url)
    for line in range(1, 9):
        disconnect(client, line)
    client.events()
    early = len(listener.heard)
    client.control("clock", {"advance": 31})
    client.events()
    lines = [heard.pairs["data[line]"] for heard in listener.heard]
    assert early < 8
    assert lines != sorted(lines)
    assert sorted(lines) == [str(line) for line in range(1, 9)]


@pytest.mark.parametrize(("drops", "told"), [("yes", "none"), ("no", "onappupdate")])
def test_an_update_may_remove_bindings_and_may_be_told(
    client: Client, listener: Listener, drops: str, told: str
) -> None:
    client.control("switches", {"update_drops_bindings": drops, "app_update_event": told})
    client.working()
    client.bind("OnAppUpdate", listener.url)
    client.control("operator", {"action": "update"})
    client.events()
    assert len(client.result("event.get")) == (0 if drops == "yes" else 1)
    assert listener.events() == ([] if told == "none" else ["ONAPPUPDATE"])
    assert client.status()["STATUS"] is True


def test_the_installation_call_may_leave_its_handlers_id_out(client: Client, listener: Listener) -> None:
    client.control("switches", {"install_handler_id": "absent"})
    card = {"handler": APP, "install_path": listener.url, "api_only": True}
    client.control("operator", {"action": "save_card", **card})
    client.events()
    assert "event_handler_id" not in listener.heard[0].pairs
