"""Messages between customers and a line: docs/portal-behaviour.md P52 to P63."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bitrix24.simulator.kit import Client, error, hello

SEND = "imconnector.send.messages"
RENAME = "imconnector.chat.name.set"
SENT = {"SUCCESS": True, "DATA": []}


def sending(messages: Any, ident: str = "wa") -> dict[str, Any]:
    return {"CONNECTOR": ident, "LINE": 1, "MESSAGES": messages}


def items(answer: Any) -> list[Any]:
    """The results of the single messages of a call that succeeded as a whole."""
    assert answer.status_code == 200, answer.text
    assert answer.json()["result"]["SUCCESS"] is True
    found: list[Any] = answer.json()["result"]["DATA"]["RESULT"]
    return found


def test_behaviour_52_messages_must_be_an_array(client: Client) -> None:
    answer = client.post(SEND, sending("x"))
    assert error(answer) == (400, "ERROR_ARGUMENT")
    assert answer.json()["error_description"] == "The value of an argument 'MESSAGES' must be of type array"
    assert answer.json()["argument"] == "MESSAGES"


def test_behaviour_53_each_message_must_be_an_array(client: Client) -> None:
    answer = client.post(SEND, sending(["x"]))
    text = "The MESSAGES parameter must be an array of messages (arrays)"
    assert (answer.json()["error_description"], answer.json()["argument"]) == (text, "")


def test_behaviour_54_one_malformed_message_refuses_the_whole_call(client: Client) -> None:
    client.working()
    bad = {"user": {"id": "u"}, "message": {"text": "x"}}
    answer = client.post(SEND, sending([hello(), bad]))
    assert error(answer) == (400, "ERROR_ARGUMENT")
    text = "The incorrect structure of a message inside MESSAGES parameter."
    assert (answer.json()["error_description"], answer.json()["argument"]) == (text, "")
    assert client.look()["messages"] == []


def test_behaviour_55_an_unregistered_connector_has_no_provider_even_on_an_inactive_line(client: Client) -> None:
    assert error(client.say(hello(), ident="ghost")) == (400, "IMCONNECTOR_NO_CORRECT_PROVIDER")
    client.activate("ghost")
    assert error(client.say(hello(), ident="ghost")) == (400, "IMCONNECTOR_NO_CORRECT_PROVIDER")


def test_behaviour_56_a_line_that_is_off_or_in_error_is_not_active(client: Client) -> None:
    client.register()
    assert error(client.say(hello())) == (400, "NOT_ACTIVE_LINE")
    client.activate()
    client.result("imconnector.set.error", {"CONNECTOR": "wa", "LINE": 1})
    assert error(client.say(hello())) == (400, "NOT_ACTIVE_LINE")


def test_behaviour_57_a_good_message_opens_a_session(client: Client) -> None:
    client.working()
    item = hello()
    item["user"]["skip_phone_validate"] = "Y"
    item["message"] |= {"disable_crm": "Y", "files": [{"url": "https://x.example/a.png", "name": "a"}]}
    item["chat"] |= {"name": "Order 5", "url": "https://shop.example/5"}
    found = items(client.say(item))[0]
    assert found["SUCCESS"] is True
    assert found["session"] == {"ID": "323", "CHAT_ID": "1767"}
    assert found["user"] == "585"
    assert found["message"]["date"] == {}
    assert found["chat"] == {
        "id": "c1",
        "name": "Order 5",
        "description": "Link to the original post: https://shop.example/5",
    }
    assert found["extra"] == {"skip_phone_validate": "Y", "disable_tracker": "Y"}
    guest = client.look()["guests"][0]
    assert (guest["name"], guest["last_name"]) == ("Eve", "Customer")


@pytest.mark.parametrize(
    "bad",
    [
        {"user": {"id": "u"}, "message": {"id": "m"}, "chat": {"id": "c"}},
        {"user": {"name": "nobody"}, "message": {"text": "x"}, "chat": {"id": "c"}},
        {"user": {"id": "u"}, "message": {"text": "x"}, "chat": {"id": ["c"]}},
        {"user": "u", "message": "m", "chat": "c"},
    ],
)
def test_behaviour_58_an_incomplete_message_fails_alone(client: Client, bad: dict[str, Any]) -> None:
    client.working()
    found = items(client.say(hello(), bad))
    assert [each["SUCCESS"] for each in found] == [True, False]
    assert found[1]["ERRORS"] == ["Incomplete data"]


def test_behaviour_59_keys_inside_messages_may_come_in_upper_case(client: Client) -> None:
    client.working()
    upper = {"USER": {"ID": "u"}, "MESSAGE": {"TEXT": "x", "ID": 7}, "CHAT": {"ID": 5}}
    found = items(client.say(upper))[0]
    assert (found["SUCCESS"], found["message"]["id"], found["chat"]["id"]) == (True, "7", "5")


@pytest.mark.parametrize("method", ["update", "delete"])
def test_behaviour_60_changing_an_unknown_message_succeeds(client: Client, method: str) -> None:
    client.working()
    item = {"user": {"id": "u"}, "message": {"id": ["m"], "text": "x"}, "chat": {"id": "c"}}
    found = items(client.post(f"imconnector.{method}.messages", sending([item])))[0]
    assert found["SUCCESS"] is True
    assert "session" not in found


def test_behaviour_61_delivery_is_taken_on_an_inactive_line(client: Client) -> None:
    client.register()
    item = {"im": {"chat_id": 1, "message_id": 2}, "message": {"id": ["m"]}, "chat": {"id": "c"}}
    assert client.result("imconnector.send.status.delivery", sending([item])) == SENT
    answer = client.post("imconnector.send.status.delivery", sending([item], "ghost"))
    assert error(answer) == (400, "IMCONNECTOR_NO_CORRECT_PROVIDER")


def test_behaviour_62_reading_answers_the_same_and_does_nothing(client: Client) -> None:
    client.working()
    client.say(hello())
    item = {"im": {"message_id": 86497}, "message": {"id": ["m"]}, "chat": {"id": "c1"}}
    assert client.result("imconnector.send.status.reading", sending([item])) == SENT
    assert client.look()["journal"][-1]["effect"] is False


def test_behaviour_63_chat_name_set_calls_zero_missing_and_needs_a_chat(client: Client) -> None:
    client.working()
    client.say(hello())
    good = {"CONNECTOR": "wa", "LINE": 1, "CHAT_ID": "c1", "NAME": "New", "USER_ID": "u1"}
    for name in ("CONNECTOR", "LINE", "CHAT_ID", "NAME", "USER_ID"):
        answer = client.post(RENAME, {**good, name: 0})
        assert (error(answer), answer.json()["argument"]) == ((400, "ERROR_ARGUMENT"), name)
    assert error(client.post(RENAME, {**good, "CHAT_ID": "other"})) == (400, "CHAT_RENAMING_FAILED")
    assert client.result(RENAME, good) == {"SUCCESS": True, "DATA": {"RESULT": {}}}
    assert client.look()["dialogs"][0]["name"] == "New"


def test_a_group_connector_keys_its_chats_by_chat_alone(client: Client) -> None:
    client.register(CHAT_GROUP="Y")
    client.activate()
    first, second = items(client.say(hello("u1"), hello("u2")))
    assert first["session"] == second["session"]
    assert client.result(RENAME, {"CONNECTOR": "wa", "LINE": 1, "CHAT_ID": "c1", "NAME": "n"})["SUCCESS"] is True


def test_another_customer_or_chat_is_another_session(client: Client) -> None:
    client.working()
    found = items(client.say(hello("u1"), hello("u2"), hello("u1", "c2"), hello("u1")))
    assert len({each["session"]["ID"] for each in found}) == 3
    assert found[0]["session"] == found[3]["session"]


def test_the_same_message_sent_twice_is_there_twice(client: Client) -> None:
    client.working()
    client.say(hello())
    client.say(hello())
    assert len(client.look()["messages"]) == 2


def test_a_customers_message_is_changed_and_deleted(client: Client) -> None:
    client.working()
    client.say(hello())
    client.post("imconnector.update.messages", sending([hello(text="Changed")]))
    assert client.look()["messages"][0]["text"] == "Changed"
    client.post("imconnector.delete.messages", sending([hello()]))
    assert client.look()["messages"][0]["deleted"] is True


def test_a_deletion_is_passed_over_when_the_connector_does_not_want_it(client: Client) -> None:
    client.register(DEL_EXTERNAL_MESSAGES="N")
    client.activate()
    client.say(hello())
    client.post("imconnector.delete.messages", sending([hello()]))
    assert client.look()["messages"][0]["deleted"] is False


def test_no_messages_is_no_error(client: Client) -> None:
    client.working()
    assert items(client.say()) == []


def test_update_does_not_look_at_the_structure_and_breaks_on_a_wrong_type(client: Client) -> None:
    client.working()
    assert client.post("imconnector.update.messages", sending(["x"])).status_code == 500
    assert client.post("imconnector.update.messages", sending("x")).status_code == 500
    assert items(client.post("imconnector.update.messages", sending([{}])))[0]["SUCCESS"] is True
