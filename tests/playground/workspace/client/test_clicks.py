"""Clicks and menus on messages: the payload, and what cannot be clicked."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk import WebClient

from bot.playground.workspace import (
    Message,
    NoSuchElement,
    SlackWorkspace,
)
from bot.plugin.loopback import LoopbackReply
from tests.playground.workspace.blocks import (
    CARD,
    actions,
    button,
    field,
    option,
    plain,
    section,
)
from tests.playground.workspace.conftest import Open
from tests.playground.workspace.listeners import Receiver, words


def test_a_click_carries_message_place_and_action(workspace: SlackWorkspace, receiver: Receiver, card: Message) -> None:
    workspace.people["Anton"].click(card, "Approve")
    (got,) = receiver.payloads
    assert set(got) == words(
        "type user api_app_id token container trigger_id team enterprise is_enterprise_install channel "
        "message state response_url actions"
    )
    assert got["user"] == {"id": "U0002", "username": "anton", "name": "anton", "team_id": "T0001"}
    assert got["container"] == {
        "type": "message",
        "message_ts": card.ts,
        "channel_id": "C0002",
        "is_ephemeral": False,
    }
    assert got["message"]["blocks"] == list(card.blocks)
    assert got["channel"] == {"id": "C0002", "name": "approvals"}
    (action,) = got["actions"]
    assert action == {
        "action_id": "approve",
        "block_id": card.blocks[2]["block_id"],
        "type": "button",
        "text": plain("Approve"),
        "value": "CR-1",
        "style": "primary",
        "action_ts": action["action_ts"],
    }


def test_the_same_button_can_be_found_by_its_action_id(
    workspace: SlackWorkspace, receiver: Receiver, card: Message
) -> None:
    workspace.click("Anton", card, "reject")
    assert receiver.payloads[0]["actions"][0]["text"]["text"] == "Reject"


def test_a_button_that_is_gone_cannot_be_clicked(
    workspace: SlackWorkspace, client: WebClient, receiver: Receiver, card: Message
) -> None:
    anton = workspace.people["Anton"]
    with pytest.raises(NoSuchElement, match="no 'Undo' here; there is 'Approve', 'Reject'"):
        anton.click(card, "Undo")
    client.chat_update(channel="C0002", ts=card.ts, text="decided")
    with pytest.raises(NoSuchElement, match="nothing to click"):
        anton.click(card, "Approve")
    client.chat_delete(channel="C0002", ts=card.ts)
    with pytest.raises(NoSuchElement, match="not there any more"):
        anton.click(card, "Approve")
    assert receiver.payloads == []


def test_one_of_equal_buttons_is_named_by_its_block(
    workspace: SlackWorkspace, client: WebClient, receiver: Receiver
) -> None:
    blocks = [actions(button(value=name), block_id=name) for name in ("a", "b")]
    client.chat_postMessage(channel="C0001", text="x", blocks=blocks)
    (message,) = workspace.messages("connectors")
    with pytest.raises(NoSuchElement, match="2 times; name its block_id, one of: a, b"):
        workspace.people["Olga"].click(message, "Approve")
    workspace.people["Olga"].click(message, "Approve", block_id="b")
    assert receiver.payloads[0]["actions"][0]["value"] == "b"
    assert message.element("approve", block_id="a").element["value"] == "a"


def test_only_who_sees_an_ephemeral_message_can_click_it_and_its_content_is_not_sent(
    workspace: SlackWorkspace, client: WebClient, receiver: Receiver
) -> None:
    client.chat_postEphemeral(channel="C0001", user="U0001", text="x", blocks=CARD)
    (message,) = workspace.ephemerals("Olga")
    with pytest.raises(NoSuchElement, match="only U0001 sees this"):
        workspace.people["Anton"].click(message, "Approve")
    workspace.people["Olga"].click(message, "Approve")
    assert receiver.payloads[0]["container"]["is_ephemeral"] is True
    assert "message" not in receiver.payloads[0]


def test_a_click_in_a_thread_tells_the_thread(
    workspace: SlackWorkspace, client: WebClient, receiver: Receiver, card: Message
) -> None:
    client.chat_postMessage(channel="C0002", text="x", blocks=CARD, thread_ts=card.ts)
    reply = workspace.thread("approvals", card.ts)[1]
    workspace.people["Anton"].click(reply, "Approve")
    assert receiver.payloads[0]["container"]["thread_ts"] == card.ts


def test_a_click_that_fails_is_told_to_the_person(workspace: SlackWorkspace, receiver: Receiver, card: Message) -> None:
    receiver.answers(LoopbackReply(status=500))
    workspace.people["Anton"].click(card, "Approve")
    assert "dispatch_failed" in workspace.ephemerals("Anton")[0].text


MENUS: list[tuple[dict[str, Any], Any, str, Any]] = [
    ({"type": "static_select", "options": [option("A"), option("B")]}, "B", "selected_option", option("B")),
    ({"type": "static_select", "options": [option("A", "1")]}, "1", "selected_option", option("A", "1")),
    ({"type": "overflow", "options": [option("A"), option("B")]}, "A", "selected_option", option("A")),
    ({"type": "checkboxes", "options": [option("A")]}, ["A"], "selected_options", [option("A")]),
    ({"type": "users_select"}, "U0003", "selected_user", "U0003"),
    ({"type": "multi_users_select"}, ["U0003"], "selected_users", ["U0003"]),
    ({"type": "datepicker"}, "2026-01-31", "selected_date", "2026-01-31"),
]


@pytest.mark.parametrize(("element", "choice", "key", "value"), MENUS, ids=[row[2] for row in MENUS])
def test_choosing_in_a_menu_sends_the_choice(
    workspace: SlackWorkspace,
    client: WebClient,
    receiver: Receiver,
    element: dict[str, Any],
    choice: Any,
    key: str,
    value: Any,
) -> None:
    client.chat_postMessage(channel="C0001", text="x", blocks=[actions({**element, "action_id": "m"})])
    (message,) = workspace.messages("connectors")
    workspace.people["Olga"].click(message, "m", choice=choice)
    (got,) = receiver.payloads
    assert got["actions"][0][key] == value
    kept = [one["m"][key] for one in got["state"]["values"].values()]
    assert kept == ([] if element["type"] == "overflow" else [value])


def test_what_is_not_offered_cannot_be_chosen(workspace: SlackWorkspace, client: WebClient, receiver: Receiver) -> None:
    menu = {"type": "static_select", "action_id": "m", "options": [option("A")]}
    client.chat_postMessage(channel="C0001", text="x", blocks=[section(accessory=menu)])
    (message,) = workspace.messages("connectors")
    with pytest.raises(NoSuchElement, match="'Z' cannot be chosen in 'm'; there is 'A'"):
        workspace.people["Olga"].click(message, "m", choice="Z")


def test_every_person_has_their_own_state_of_a_message(
    workspace: SlackWorkspace, client: WebClient, receiver: Receiver
) -> None:
    menu = {
        "type": "static_select",
        "action_id": "m",
        "options": [option("A"), option("B")],
        "initial_option": option("A"),
    }
    blocks = [section(accessory=menu, block_id="s"), actions(button(), block_id="b")]
    client.chat_postMessage(channel="C0001", text="x", blocks=blocks)
    (message,) = workspace.messages("connectors")
    workspace.people["Olga"].click(message, "m", choice="B")
    workspace.people["Olga"].click(message, "Approve")
    workspace.people["Anton"].click(message, "Approve")
    states = [one["state"]["values"]["s"]["m"]["selected_option"]["value"] for one in receiver.payloads]
    assert states == ["b", "b", "a"]


def test_options_from_the_app_are_asked_for_and_then_chosen(
    workspace: SlackWorkspace, client: WebClient, receiver: Receiver
) -> None:
    menu = {"type": "external_select", "action_id": "x", "placeholder": plain("connector")}
    client.chat_postMessage(channel="C0001", text="x", blocks=[section(accessory=menu)])
    (message,) = workspace.messages("connectors")
    olga = workspace.people["Olga"]
    receiver.acks({"options": [option("My connector", "mine")]})
    olga.suggest(message, "connector", "my")
    asked = receiver.payloads[0]
    assert (asked["type"], asked["action_id"], asked["value"]) == ("block_suggestion", "x", "my")
    assert asked["container"]["message_ts"] == message.ts
    receiver.answers(LoopbackReply())
    olga.click(message, "x", choice="mine")
    assert receiver.payloads[1]["actions"][0]["selected_option"] == option("My connector", "mine")


@pytest.mark.parametrize(
    ("ack", "offered", "complaint"),
    [
        ({"option_groups": [{"label": plain("G"), "options": [option("A")]}]}, True, ""),
        ({"options": []}, False, ""),
        ({"options": [{"text": plain("A")}]}, False, "missing required field: value"),
        ({"options": [option(str(one)) for one in range(101)]}, False, "no more than 100 items"),
        ({"nothing": 1}, False, "must be an array"),
    ],
)
def test_options_are_offered_only_when_slack_would_take_them(
    workspace: SlackWorkspace,
    open_modal: Open,
    receiver: Receiver,
    ack: dict[str, Any],
    offered: bool,
    complaint: str,
) -> None:
    open_modal(field("x", {"type": "external_select", "action_id": "x"}))
    olga = workspace.people["Olga"]
    receiver.acks(ack)
    olga.suggest(olga.view, "x", "a")
    assert receiver.payloads[-1]["container"] == {"type": "view", "view_id": olga.view.id}
    if offered:
        olga.enter(olga.view, {"x": "A"})
    else:
        with pytest.raises(NoSuchElement):
            olga.enter(olga.view, {"x": "A"})
    assert complaint in "".join(one.rule for one in workspace.complaints)
    assert bool(complaint) is bool(workspace.complaints)
