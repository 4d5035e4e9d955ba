"""The Home tab, events, and deliveries in a foreign name."""

from __future__ import annotations

from slack_sdk import WebClient

from bot.playground.workspace import (
    Message,
    Origin,
    SlackWorkspace,
)
from bot.plugin.loopback import LoopbackReply
from tests.playground.workspace.blocks import (
    actions,
    button,
    home,
    modal,
)
from tests.playground.workspace.listeners import Receiver, words


def test_opening_the_home_tab_is_an_event_with_the_published_view(
    workspace: SlackWorkspace, client: WebClient, receiver: Receiver
) -> None:
    olga = workspace.people["Olga"]
    olga.open_home()
    first = receiver.payloads[-1]
    assert set(first) == words(
        "token team_id api_app_id event type event_id event_time authorizations is_ext_shared_channel"
    )
    assert (first["event"]["type"], first["event"]["tab"], first["event"]["channel"]) == (
        "app_home_opened",
        "home",
        "D0001",
    )
    assert "view" not in first["event"]
    client.views_publish(user_id="U0001", view=home(actions(button("Freeze", "freeze"))))
    olga.open_home()
    assert receiver.payloads[-1]["event"]["view"]["type"] == "home"
    olga.open_home(tab="messages")
    assert "view" not in receiver.payloads[-1]["event"]
    assert olga.home is not None
    clicked = olga.click(olga.home, "Freeze").payload
    client.views_open(trigger_id=clicked["trigger_id"], view=modal())
    assert len(olga.views) == 1


def test_a_tab_in_which_somebody_submits_nothing_keeps_its_trouble(
    workspace: SlackWorkspace, client: WebClient, receiver: Receiver
) -> None:
    client.views_publish(user_id="U0001", view=home(actions(button())))
    tab = workspace.home("Olga")
    assert tab is not None
    receiver.answers(LoopbackReply(status=500))
    workspace.people["Olga"].click(tab, "Approve")
    assert "dispatch_failed" in workspace.ephemerals("Olga")[0].text


def test_a_foreign_person_acts_in_the_name_of_their_team(
    workspace: SlackWorkspace, receiver: Receiver, card: Message
) -> None:
    mallory = workspace.add_person("Mallory", team_id="T0666")
    mallory.slash("/b24 help")
    mallory.click(card, "Approve")
    mallory.open_home()
    command, click, event = receiver.payloads
    assert command["team_id"] == event["team_id"] == "T0666"
    assert (click["team"]["id"], click["user"]["team_id"]) == ("T0666", "T0666")


def test_a_delivery_can_carry_another_name_than_the_workspaces(
    workspace: SlackWorkspace, receiver: Receiver, card: Message
) -> None:
    origin = Origin(team_id="T0999", api_app_id="A0999", enterprise_id="E0001")
    olga = workspace.people["Olga"]
    olga.slash("/b24 help", origin=origin)
    olga.click(card, "Approve", origin=origin)
    olga.open_home(origin=origin)
    command, click, event = receiver.payloads
    assert {one["api_app_id"] for one in receiver.payloads} == {"A0999"}
    assert (command["team_id"], command["enterprise_id"]) == ("T0999", "E0001")
    assert click["enterprise"]["id"] == "E0001"
    assert event["authorizations"][0]["enterprise_id"] == "E0001"


def test_people_can_write_in_channels(workspace: SlackWorkspace) -> None:
    said = workspace.people["Olga"].say("hello", channel="audit")
    assert workspace.messages("audit") == [said]
    assert repr(workspace.people["Olga"]) == "<Olga U0001>"
