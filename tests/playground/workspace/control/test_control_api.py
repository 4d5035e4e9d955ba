"""The control API: everything a test can do in Python, over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from slack_sdk import WebClient

from bot.playground.workspace import Message, SlackWorkspace
from tests.playground.workspace.blocks import CARD, actions, field, home, modal, option, section, text_field
from tests.playground.workspace.listeners import Receiver

Json = dict[str, Any]


class Controls:
    """The control API as a test calls it: the answer without `ok`, after the status was checked."""

    def __init__(self, base: str) -> None:
        self.base = base

    def get(self, path: str, **query: str) -> Any:
        return self._open(requests.get(self.base + path, params=query, timeout=10), 200)

    def post(self, path: str, *, status: int = 200, **body: Any) -> Any:
        return self._open(requests.post(self.base + path, json=body, timeout=10), status)

    def _open(self, reply: requests.Response, status: int) -> Any:
        value = reply.json()
        assert (reply.status_code, value.pop("ok")) == (status, status == 200), value
        return value


@pytest.fixture
def control(workspace: SlackWorkspace) -> Controls:
    return Controls(workspace.ready()["control"])


def test_ready_is_the_same_as_in_python(workspace: SlackWorkspace, control: Controls) -> None:
    assert control.get("ready")["ready"] == workspace.ready()


def test_a_command_a_click_and_what_became_of_the_card(
    workspace: SlackWorkspace, control: Controls, receiver: Receiver, card: Message
) -> None:
    sent = control.post("slash", person="Olga", text="/b24 connector list", channel="audit")["dispatch"]
    assert (sent["status"], sent["ok"], sent["name"]) == (200, True, "/b24")
    assert sent["payload"]["channel_name"] == "audit"
    (seen,) = control.get("messages", channel="approvals")["messages"]
    assert (seen["ts"], seen["labels"]) == (card.ts, ["Approve", "Reject"])
    assert seen["transcript"][1] == "    # Remove a connector"
    clicked = control.post("click", person="Anton", channel="approvals", ts=card.ts, key="Approve")
    assert clicked["dispatch"]["payload"]["actions"][0]["action_id"] == "approve"
    assert control.get("messages", channel="approvals", ts=card.ts)["messages"] == [seen]


def test_a_delivery_can_be_repeated_by_its_id(workspace: SlackWorkspace, control: Controls, receiver: Receiver) -> None:
    sent = control.post("slash", person="Olga", text="/b24 help")["dispatch"]
    assert control.post("deliver", id=sent["id"])["dispatch"]["id"] == sent["id"]
    control.post("deliver", id=sent["id"], age=400)
    assert len({request.body for request in receiver.requests}) == 1
    assert len(control.get("dispatches")["dispatches"]) == 3
    assert "no delivery X9" in control.post("deliver", id="X9", status=404)["error"]


def test_a_delivery_can_carry_a_foreign_name(workspace: SlackWorkspace, control: Controls, receiver: Receiver) -> None:
    control.post("slash", person="Olga", text="/b24 help", origin={"team_id": "T0666"})
    assert receiver.payloads[0]["team_id"] == "T0666"
    assert receiver.payloads[0]["team_domain"] == "playground"


def test_modals_are_seen_filled_in_and_closed(
    workspace: SlackWorkspace, client: WebClient, control: Controls, receiver: Receiver
) -> None:
    def opened() -> str:
        trigger_id = workspace.people["Olga"].slash("/b24 form").payload["trigger_id"]
        view = modal(text_field("why"), field("x", {"type": "external_select", "action_id": "x"}, optional=True))
        return str(client.views_open(trigger_id=trigger_id, view=view)["view"]["id"])

    view_id = opened()
    (view,) = control.get("views", person="Olga")["views"]
    assert (view["id"], view["labels"]) == (view_id, ["Why", "X"])
    incomplete = control.post("submit", view_id=view_id, status=422)
    assert incomplete["problems"] == {"why": "Please complete this required field."}
    receiver.acks({"options": [option("A")]})
    asked = control.post("suggest", person="Olga", view_id=view_id, key="x", typed="a")["dispatch"]
    assert asked["payload"]["value"] == "a"
    receiver.acks({"response_action": "clear"})
    assert control.post("submit", view_id=view_id, values={"why": "old", "x": "A"})["dispatch"]["ok"]
    assert control.get("views", person="Olga") == {"views": [], "home": None}
    assert "is not open" in control.post("submit", view_id=view_id, status=404)["error"]
    assert control.post("close", view_id=opened())["dispatch"] is None


def test_a_close_the_app_asked_for_is_a_dispatch(
    workspace: SlackWorkspace, client: WebClient, control: Controls, receiver: Receiver
) -> None:
    trigger_id = workspace.people["Olga"].slash("/b24 form").payload["trigger_id"]
    view: Json = client.views_open(trigger_id=trigger_id, view=modal(section(), notify_on_close=True))["view"]
    assert control.post("close", view_id=view["id"])["dispatch"]["name"] == "view_closed"


def test_the_home_tab_and_events(
    workspace: SlackWorkspace, client: WebClient, control: Controls, receiver: Receiver
) -> None:
    client.views_publish(user_id="U0001", view=home())
    assert control.post("home", person="Olga")["dispatch"]["name"] == "app_home_opened"
    assert control.get("views", person="Olga")["home"]["type"] == "home"
    sent = control.post("event", person="Olga", event={"type": "team_join"})["dispatch"]
    assert sent["payload"]["event"] == {"type": "team_join"}
    assert control.post("verify_url")["dispatch"]["name"] == "url_verification"


def test_people_and_channels_are_flagged_and_made(workspace: SlackWorkspace, control: Controls) -> None:
    people = control.post("people", person="Vera", deleted=True, is_restricted=True)["people"]
    vera = next(one for one in people if one["name"] == "Vera")
    assert (vera["deleted"], vera["is_restricted"]) == (True, True)
    control.post("people", person="Mallory", add=True, team_id="T0666")
    assert workspace.people["Mallory"].person.team_id == "T0666"
    channels = control.post("channels", channel="audit", is_archived=True, remove=[])["channels"]
    audit = next(one for one in channels if one["name"] == "audit")
    assert (audit["is_archived"], audit["bot_is_in"]) == (True, False)
    control.post("channels", channel="lobby", add=True, remove=["Gleb"])
    control.post("channels", channel="audit", invite=[])
    assert "U0900" in workspace.channel("audit").members
    assert "U0005" not in workspace.channel("lobby").members
    assert len(control.get("channels")["channels"]) == 4


def test_faults_clock_and_settings(workspace: SlackWorkspace, control: Controls) -> None:
    waiting = control.post("faults", kind="stall", method="chat.*", seconds=9)["settings"]["faults"]
    assert (waiting[0]["kind"], waiting[0]["seconds"]) == ("stall", 9)
    assert control.post("faults", clear=True)["settings"]["faults"] == []
    assert control.post("clock", advance=60)["settings"]["ahead"] == pytest.approx(60)
    ahead = control.post("clock", set=time.time())["settings"]["ahead"]
    assert ahead == pytest.approx(0, abs=5)
    changed = control.post(
        "settings",
        request_url="http://127.0.0.1:9/x",
        rate_limit=True,
        bot_scopes=["commands"],
        bot_token_answers="token_revoked",
    )["settings"]
    assert (changed["request_url"], changed["rate_limit"], changed["bot_scopes"]) == (
        "http://127.0.0.1:9/x",
        True,
        ["commands"],
    )
    assert control.get("settings")["settings"]["bot_token_answers"] == "token_revoked"
    assert control.post("settings", bot_token_answers="ok")["settings"]["bot_token_answers"] == "ok"
    assert control.post("socket", do="disconnect")["connections"] == 0
    assert control.post("socket", do="drop")["connections"] == 0
    assert control.post("socket", do="switch_off")["connections"] == 0
    assert workspace.sockets.mode_on is False
    assert control.post("socket", do="switch_on")["connections"] == 0
    assert workspace.sockets.mode_on is True


def test_what_was_recorded_can_be_read(workspace: SlackWorkspace, control: Controls, client: WebClient) -> None:
    client.chat_postMessage(channel="C0001", text="<!channel>", blocks=CARD)
    client.chat_postEphemeral(channel="C0001", user="U0001", text="psst")
    control.post("say", person="Olga", text="hello", channel="audit")
    assert {one["rule"] for one in control.get("complaints")["complaints"]} == {
        "unfurl_links is not false",
        "unfurl_media is not false",
    }
    assert [one["calls"] for one in control.get("mentions")["mentions"]] == ["<!channel>", "<@U0001>"]
    assert [one["text"] for one in control.get("ephemerals", person="Olga")["messages"]] == ["psst"]
    (call,) = control.get("calls", method="chat.postEphemeral")["calls"]
    assert (call["arguments"]["user"], call["ok"]) == ("U0001", True)


def test_the_state_has_everything_at_once(
    workspace: SlackWorkspace, control: Controls, client: WebClient, receiver: Receiver, card: Message
) -> None:
    client.views_publish(user_id="U0001", view=home(actions(*CARD[2]["elements"])))
    workspace.people["Olga"].slash("/b24 help")
    state = control.get("state")["state"]
    assert [one["ts"] for one in state["messages"]["approvals"]] == [card.ts]
    assert state["homes"]["Olga"]["labels"] == ["Approve", "Reject"]
    assert [one["name"] for one in state["dispatches"]] == ["/b24"]
    assert state["ephemerals"]["Olga"] == state["views"]["Olga"] == []
    assert [one["method"] for one in state["calls"]] == ["chat.postMessage", "views.publish"]
    assert workspace.bot_token not in json.dumps(state)


Try = Callable[[Controls], Json]


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (400, {"text": "/b24"}, "the field 'person' is missing"),
        (400, {"person": "Olga", "text": "b24"}, "must begin with a slash"),
        (400, {"person": "Olga", "text": "/b24", "chanel": "x"}, "a field is missing or unknown"),
        (400, {"person": "Olga", "text": "/b24", "channel": "lobby"}, "there is no channel 'lobby'"),
        (400, {"person": "Bob", "text": "/b24"}, "Bob"),
    ],
)
def test_a_mistake_is_answered_with_a_sentence(control: Controls, status: int, body: Json, says: str) -> None:
    assert says in control.post("slash", status=status, **body)["error"]


def test_a_message_that_is_not_there_cannot_be_clicked(control: Controls) -> None:
    answer = control.post("click", person="Anton", channel="audit", ts="1.2", key="Approve", status=404)
    assert answer["error"] == "there is no message 1.2 in #audit"


def test_an_unknown_path_is_answered_with_those_there_are(control: Controls) -> None:
    assert "POST slash" in control.post("dance", status=404)["error"]


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"a=b", 403),
        ({"Content-Type": "application/json", "Host": "evil.test"}, b"{}", 403),
        ({"Content-Type": "application/json", "Host": "127.0.0.1:1"}, b"{}", 403),
        ({"Content-Type": "application/json", "Host": "localhost"}, b"{}", 403),
        ({"Content-Type": "application/json", "Origin": "https://evil.test"}, b"{}", 403),
        ({"Content-Type": "application/json", "Origin": "http://127.0.0.1:1"}, b"{}", 403),
        ({"Content-Type": "application/json", "Origin": "null"}, b"{}", 403),
        ({"Content-Type": "application/json"}, b"{broken", 400),
        ({"Content-Type": "application/json"}, b"[]", 400),
    ],
)
def test_only_json_from_this_machine_is_taken(
    control: Controls, headers: dict[str, str], body: bytes, status: int
) -> None:
    reply = requests.post(control.base + "clock", data=body, headers=headers, timeout=5)
    assert (reply.status_code, reply.json()["ok"]) == (status, False)
