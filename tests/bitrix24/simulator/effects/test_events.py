"""Events: who hears what, in which form, and how often: docs/portal-behaviour.md P64 to P74."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bitrix24.simulator.kit import Client, Listener, error, hello

BIND = "event.bind"
ADD = "OnImConnectorMessageAdd"
UPDATE = "OnImConnectorMessageUpdate"
DELETE = "OnImConnectorMessageDelete"
LINE_DELETE = "OnImConnectorLineDelete"
STATUS_DELETE = "OnImConnectorStatusDelete"
START = "OnImConnectorDialogStart"
FINISH = "OnImConnectorDialogFinish"
APP = "https://app.example/h"


def write(client: Client, chat: int, text: str = "Hi", **more: Any) -> Any:
    return client.control("operator", {"action": "write", "chat_id": chat, "text": text, **more})


def acknowledge(client: Client, message: int, *external: str) -> None:
    item = {"im": {"message_id": message}, "message": {"id": list(external)}, "chat": {"id": "c1"}}
    client.result("imconnector.send.status.delivery", {"CONNECTOR": "wa", "LINE": 1, "MESSAGES": [item]})


def test_behaviour_64_a_webhook_cannot_bind(client: Client) -> None:
    answer = client.hook(BIND, {"EVENT": ADD, "HANDLER": APP})
    assert error(answer) == (403, "WRONG_AUTH_TYPE")
    assert answer.json()["error_description"] == "Current authorization type is denied for this method"


def test_behaviour_65_the_same_handler_twice_is_an_error(client: Client) -> None:
    assert client.bind(ADD, APP) is True
    answer = client.post(BIND, {"event": ADD.upper(), "handler": APP})
    assert error(answer) == (400, "ERROR_CORE")
    assert answer.json()["error_description"] == "Unable to set event handler: Handler already binded"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://localhost/x", "ERROR_WRONG_HANDLER_URL"),
        ("nonsense", "ERROR_WRONG_HANDLER_URL"),
        ("ftp://app.example/x", "ERROR_UNSUPPORTED_PROTOCOL"),
        ("http://127.0.0.1/x", ""),
    ],
)
def test_behaviour_66_the_handlers_host_holds_a_dot_and_its_scheme_is_http(client: Client, url: str, code: str) -> None:
    answer = client.post(BIND, {"EVENT": ADD, "HANDLER": url})
    assert error(answer) == ((400, code) if code else (200, ""))


def test_behaviour_67_an_unknown_event_is_not_found(client: Client) -> None:
    assert error(client.post(BIND, {"EVENT": "OnNothing", "HANDLER": APP})) == (400, "ERROR_EVENT_NOT_FOUND")
    narrow = client.control("tokens/issue", {"scope": ["crm"]})["access_token"]
    answer = client.post(BIND, {"EVENT": ADD, "HANDLER": APP}, token=narrow)
    assert error(answer) == (400, "ERROR_EVENT_NOT_FOUND")


def test_behaviour_68_an_operators_message_is_one_form_post_with_bracket_keys(
    client: Client, listener: Listener
) -> None:
    client.working()
    client.bind(ADD, listener.url)
    chat = client.chat()
    number = write(client, chat, "Good day")["message_id"]
    client.events()
    [heard] = listener.heard
    assert heard.kind == "application/x-www-form-urlencoded"
    told = heard.pairs
    assert told["event"] == "ONIMCONNECTORMESSAGEADD"
    assert told["event_handler_id"] == "555"
    assert (told["data[CONNECTOR]"], told["data[LINE]"]) == ("wa", "1")
    assert told["data[MESSAGES][0][im][message_id]"] == str(number)
    assert told["data[MESSAGES][0][message][text]"] == "[b]Klaus:[/b] [br]Good day"
    assert told["data[MESSAGES][0][message][user_id]"] == "27"
    assert told["data[MESSAGES][0][chat][id]"] == "c1"
    assert told["auth[application_token]"] == client.portal.application_token
    assert told["auth[member_id]"] == client.portal.member_id
    assert "auth[refresh_token]" not in told
    assert client.result("profile", token=told["auth[access_token]"])["ID"] == "27"


def test_behaviour_69_a_handler_that_answers_500_is_not_asked_again(client: Client, listener: Listener) -> None:
    client.working()
    listener.status = 500
    client.bind(ADD, listener.url)
    write(client, client.chat())
    client.control("clock", {"advance": 3600})
    assert [each["status"] for each in client.events()] == [500]
    assert len(listener.heard) == 1


def test_behaviour_70_an_application_that_is_not_installed_hears_nothing(client: Client, listener: Listener) -> None:
    client.control("app", {"installed": False})
    client.working()
    client.bind(ADD, listener.url)
    chat = client.chat()
    write(client, chat)
    assert client.events() == []
    client.control("app", {"installed": True})
    write(client, chat)
    client.events()
    assert listener.events() == ["ONIMCONNECTORMESSAGEADD"]


def test_behaviour_71_a_deleted_line_is_told_to_the_owner_and_then_to_everybody(
    client: Client, listener: Listener, second: Listener
) -> None:
    client.working()
    client.bind(STATUS_DELETE, listener.url)
    client.bind(LINE_DELETE, listener.url)
    client.bind(LINE_DELETE, second.url, token=client.other)
    assert client.result("imopenlines.config.delete", {"CONFIG_ID": 1}) is True
    client.events()
    assert listener.events() == ["ONIMCONNECTORSTATUSDELETE", "ONIMCONNECTORLINEDELETE"]
    first = listener.heard[0].pairs
    assert (first["data[connector]"], first["data[line]"]) == ("wa", "1")
    assert [each.pairs["data"] for each in second.heard] == ["1"]


def test_behaviour_72_an_edit_is_told_only_after_the_delivery_was_acknowledged(
    client: Client, listener: Listener
) -> None:
    client.working()
    chat = client.chat()
    client.bind(UPDATE, listener.url)
    number = write(client, chat)["message_id"]
    edit = {"action": "edit", "message_id": number, "text": "Edited"}
    assert client.control("operator", edit) == {"told": False}
    acknowledge(client, number, "ext-9", "ext-10")
    assert client.control("operator", edit) == {"told": True}
    client.events()
    [heard] = listener.heard
    assert heard.pairs["data[MESSAGES][0][message][id][0]"] == "ext-9"
    assert heard.pairs["data[MESSAGES][0][message][id][1]"] == "ext-10"
    assert heard.pairs["data[MESSAGES][0][message][text]"] == "Edited"


def test_behaviour_73_unbinding_what_is_not_bound_counts_zero(client: Client) -> None:
    assert client.result("event.unbind", {"EVENT": ADD, "HANDLER": APP}) == {"count": 0}
    client.bind(ADD, APP)
    assert client.result("event.unbind", {"EVENT": ADD, "HANDLER": APP}) == {"count": 1}


def test_behaviour_74_the_offline_queue_is_emptied_on_reading_and_reserved_by_plan_only(client: Client) -> None:
    client.result(BIND, {"EVENT": LINE_DELETE, "EVENT_TYPE": "offline"})
    client.control("operator", {"action": "delete_line", "line": 2})
    refused = client.post("event.offline.get", {"clear": 0})
    assert error(refused) == (403, "WRONG_LICENSE")
    got = client.result("event.offline.get", {"clear": 1})
    assert got["process_id"] is None
    assert [each["EVENT_NAME"] for each in got["events"]] == ["ONIMCONNECTORLINEDELETE"]
    assert client.result("event.offline.get")["events"] == []


def test_a_deletion_is_one_entry_per_external_id(client: Client, listener: Listener) -> None:
    client.working()
    chat = client.chat()
    client.bind(DELETE, listener.url)
    number = write(client, chat)["message_id"]
    acknowledge(client, number, "a", "b")
    assert client.control("operator", {"action": "delete", "message_id": number}) == {"told": True}
    client.events()
    told = listener.heard[0].pairs
    assert (told["data[MESSAGES][0][message][id]"], told["data[MESSAGES][1][message][id]"]) == ("a", "b")


def test_flags_of_the_connector_keep_edits_deletions_and_system_texts_back(client: Client) -> None:
    off = dict.fromkeys(("EDIT_INTERNAL_MESSAGES", "DEL_INTERNAL_MESSAGES", "NEED_SYSTEM_MESSAGES"), "N")
    client.register(**off)
    client.activate()
    chat = client.chat()
    number = write(client, chat)["message_id"]
    acknowledge(client, number, "x")
    assert client.control("operator", {"action": "edit", "message_id": number, "text": "y"}) == {"told": False}
    assert client.control("operator", {"action": "delete", "message_id": number}) == {"told": False}
    assert write(client, chat, system=True)["told"] is False
    assert write(client, chat, hidden=True)["told"] is False


def test_a_system_text_has_no_signature_and_needs_a_flag(client: Client, listener: Listener) -> None:
    client.working()
    client.bind(ADD, listener.url)
    chat = client.chat()
    write(client, chat, "Closed", system=True, user=0)
    client.events()
    told = listener.heard[0].pairs
    assert told["data[MESSAGES][0][message][text]"] == "Closed"
    assert "auth[access_token]" not in told
    assert told["auth[application_token]"] == client.portal.application_token


def test_nothing_is_told_on_a_line_that_is_off(client: Client) -> None:
    client.working()
    chat = client.chat()
    client.control("seed", {"lines": [{"id": 1, "active": False}]})
    assert write(client, chat)["told"] is False


def test_a_session_that_begins_and_ends_is_told_with_its_parent(client: Client, listener: Listener) -> None:
    client.working()
    client.bind(START, listener.url)
    client.bind(FINISH, listener.url)
    chat = client.chat()
    client.control("operator", {"action": "close", "chat_id": chat})
    client.chat()
    client.events()
    assert listener.events() == [START.upper(), FINISH.upper(), START.upper()]
    finish, again = listener.heard[1].pairs, listener.heard[2].pairs
    assert finish["data[DATA][0][session][closed]"] == "Y"
    assert again["data[DATA][0][session][parent_id]"] == finish["data[DATA][0][session][id]"]
    assert again["data[DATA][0][connector][user_id]"] == "u1"


def test_a_built_in_channel_tells_nobody_even_when_an_application_registered_its_id(client: Client) -> None:
    client.register("livechat")
    client.bind(STATUS_DELETE, APP)
    client.activate("livechat", active=0)
    assert client.events() == []


def test_disconnecting_by_hand_is_told(client: Client, listener: Listener) -> None:
    client.working()
    client.bind(STATUS_DELETE, listener.url)
    client.control("operator", {"action": "disconnect", "connector": "wa", "line": 1})
    client.events()
    assert listener.events() == [STATUS_DELETE.upper()]


def test_a_handler_that_cannot_be_reached_or_is_elsewhere_loses_the_event(client: Client) -> None:
    client.working()
    client.bind(ADD, "http://127.0.0.1:1/gone")
    client.bind(ADD, "https://app.example/h")
    client.bind(ADD, "https://127.0.0.1:1/tls?x=1")
    write(client, client.chat())
    found = client.events()
    assert [each["status"] for each in found] == [0, 0, 0]
    assert found[1]["problem"] == "the simulator posts to this machine only"


def test_rights_and_arguments_of_a_binding_are_checked_in_order(client: Client) -> None:
    operator = client.operator()
    asked = {"EVENT": ADD, "HANDLER": APP}
    assert error(client.post(BIND, {**asked, "AUTH_TYPE": 1}, token=operator)) == (403, "ACCESS_DENIED")
    offline = {"EVENT": ADD, "EVENT_TYPE": "offline"}
    assert error(client.post(BIND, offline, token=operator)) == (403, "ACCESS_DENIED")
    for params, name in (({}, "EVENT"), ({"EVENT": ADD}, "HANDLER"), ({**asked, "EVENT_TYPE": "x"}, "EVENT_TYPE")):
        answer = client.post(BIND, params)
        assert (error(answer), answer.json()["argument"]) == ((400, "ERROR_ARGUMENT"), name)


def test_a_binding_belongs_to_whoever_made_it(client: Client) -> None:
    operator = client.operator()
    client.bind(ADD, APP, token=operator)
    client.bind(ADD, APP)
    client.bind(ADD, APP, AUTH_TYPE=27 + 1)
    client.result(BIND, {"EVENT": ADD, "EVENT_TYPE": "offline"})
    bound = client.result("event.get")
    assert [each.get("auth_type") for each in bound] == ["27", "0", "28", None]
    assert bound[3] == {"event": ADD.upper(), "connector_id": "", "offline": 1}
    assert client.result("event.get", token=client.other) == []
    assert client.result("event.unbind", {"EVENT": ADD, "HANDLER": APP}, token=operator) == {"count": 1}
    assert client.result("event.unbind", {"EVENT": ADD, "HANDLER": APP, "AUTH_TYPE": 28}) == {"count": 1}
    assert client.result("event.unbind", {"EVENT": ADD, "HANDLER": APP}) == {"count": 1}
    assert client.result("event.unbind", {"EVENT": ADD, "EVENT_TYPE": "offline"}) == {"count": 1}


def test_events_are_listed_by_scope(client: Client) -> None:
    assert ADD.upper() in client.result("events")
    assert ADD.upper() in client.result("events", {"SCOPE": "imopenlines"})
    assert client.result("events", {"SCOPE": "crm"}) == []
    narrow = client.control("tokens/issue", {"scope": ["crm"]})["access_token"]
    assert ADD.upper() not in client.result("events", token=narrow)


def test_a_customers_message_is_no_event(client: Client, listener: Listener) -> None:
    client.working()
    client.bind(ADD, listener.url)
    client.say(hello())
    assert client.events() == []
