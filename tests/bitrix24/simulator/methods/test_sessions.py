"""Sessions of open lines: what crm.activity.list, imopenlines.dialog.get and the counters of a line show."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bitrix24.simulator.kit import Client, Listener, error, hello

ACTIVITIES, DIALOG, LINES = "crm.activity.list", "imopenlines.dialog.get", "imopenlines.config.list.get"
OPEN = {"PROVIDER_ID": "IMOPENLINES_SESSION", "PROVIDER_TYPE_ID": "1", "RESULT_SOURCE_ID": "wa", "COMPLETED": "N"}


def in_crm(client: Client, wanted: Any = OPEN) -> Any:
    """What the CRM answers to a token that has its scope."""
    client.control("app", {"scope": ["imopenlines", "crm"]})
    return client.post(ACTIVITIES, {"filter": wanted}).json()


def close(client: Client, chat: int) -> None:
    client.control("operator", {"action": "close", "chat_id": chat})


def test_the_crm_counts_open_sessions_of_a_connector_on_a_line(client: Client) -> None:
    client.working()
    first = client.chat()
    client.say(hello("u2", "c2"))
    found = in_crm(client)
    assert (found["total"], len(found["result"])) == (2, 2)
    assert found["result"][0]["PROVIDER_PARAMS"]["USER_CODE"] == "wa|1|c1|u1"
    close(client, first)
    assert in_crm(client)["total"] == 1
    assert in_crm(client, {**OPEN, "PROVIDER_TYPE_ID": "2"})["total"] == 0


def test_the_crm_knows_no_session_of_a_line_without_crm(client: Client) -> None:
    client.working()
    client.chat()
    client.result("imopenlines.config.update", {"CONFIG_ID": 1, "PARAMS": {"CRM": "N"}})
    assert in_crm(client)["total"] == 0


def test_the_crm_needs_its_scope(client: Client) -> None:
    assert error(client.post(ACTIVITIES)) == (401, "insufficient_scope")


def test_a_dialog_shows_its_session_until_it_is_closed(client: Client) -> None:
    client.working()
    chat = client.chat()
    shown = client.result(DIALOG, {"USER_CODE": "wa|1|c1|u1"})
    assert (shown["id"], shown["message_count"]) == (chat, 1)
    session, line = shown["entity_data_1"].split("|")[5], shown["entity_data_1"].split("|")[7]
    assert (int(session) > 0, line) == (True, "1")
    for params in ({"CHAT_ID": chat}, {"DIALOG_ID": f"chat{chat}"}, {"SESSION_ID": session}):
        assert client.result(DIALOG, params)["id"] == chat
    close(client, chat)
    assert client.result(DIALOG, {"CHAT_ID": chat})["entity_data_1"].split("|")[5] == "0"


@pytest.mark.parametrize("params", [{}, {"CHAT_ID": 5}, {"USER_CODE": "wa|1|c1|u1"}])
def test_a_dialog_that_is_not_there_is_an_access_error(client: Client, params: dict[str, Any]) -> None:
    assert error(client.post(DIALOG, params)) == (400, "ACCESS_ERROR")


def counters(client: Client, **more: Any) -> Any:
    select = {"0": "ID", "OPEN": "STATISTIC.IN_WORK", "ALL": "STATISTIC.SESSION", "SAID": "STATISTIC.MESSAGE"}
    return client.post(LINES, {"PARAMS": {"select": select, "filter": {"=ID": 1}}, **more})


def test_a_select_reads_the_counters_of_a_line_or_not_by_switch(client: Client) -> None:
    client.working()
    chat = client.chat()
    close(client, chat)
    client.say(hello(ident="ext-2"))
    assert counters(client).json()["result"] == [{"ID": "1", "OPEN": "1", "ALL": "2", "SAID": "2"}]
    client.control("switches", {"statistic_select": "absent"})
    assert counters(client).json()["result"] == [{"ID": "1"}]
    client.control("switches", {"statistic_select": "refused"})
    assert error(counters(client)) == (400, "ERROR_CORE")


def test_replies_on_a_line_of_two_connectors_go_to_one_of_them_by_switch(client: Client, listener: Listener) -> None:
    client.working("old")
    client.working("wa")
    client.bind("OnImConnectorMessageAdd", listener.url)
    assert client.status("old")["STATUS"] is client.status("wa")["STATUS"] is True
    chat = client.chat()
    for wanted in ("own", "oldest"):
        client.control("switches", {"shared_line_replies": wanted})
        client.control("operator", {"action": "write", "chat_id": chat, "text": "Hello"})
    client.events()
    assert [heard.pairs["data[CONNECTOR]"] for heard in listener.heard] == ["wa", "old"]
