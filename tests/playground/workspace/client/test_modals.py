"""Modals: filling in, sending, what the answer does to the view, closing."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk import WebClient

from bot.playground.workspace import (
    FormIncomplete,
    NoSuchElement,
    SlackWorkspace,
    WorkspaceError,
)
from bot.plugin.loopback import LoopbackReply
from tests.playground.workspace.blocks import (
    actions,
    button,
    field,
    home,
    modal,
    option,
    plain,
    section,
    text_field,
)
from tests.playground.workspace.conftest import Open
from tests.playground.workspace.listeners import Receiver, words


def test_a_submission_carries_view_state_and_no_channel(
    workspace: SlackWorkspace, open_modal: Open, receiver: Receiver
) -> None:
    open_modal(text_field("why"), private_metadata="m")
    view = workspace.people["Olga"].view
    result = workspace.submit(view, {"why": "too old"})
    got = receiver.payloads[-1]
    assert set(got) == words(
        "type team user api_app_id token trigger_id view response_urls enterprise is_enterprise_install"
    )
    assert got["view"]["state"]["values"] == {"why": {"it": {"type": "plain_text_input", "value": "too old"}}}
    assert (got["view"]["id"], got["view"]["hash"], got["view"]["private_metadata"]) == (
        view.id,
        view.hash,
        "m",
    )
    assert result.ok
    assert workspace.open_views("Olga") == []
    with pytest.raises(NoSuchElement, match="not open any more"):
        workspace.submit(view)


@pytest.mark.parametrize(
    "values",
    [
        {"why": "a", "who": "U0002"},
        {"Why": "a", "Who": "U0002"},
        {"why": {"it": "a"}, "who": {"u": "U0002"}},
        {"it": "a", "u": "U0002"},
    ],
)
def test_inputs_are_named_by_block_action_or_label(
    workspace: SlackWorkspace, open_modal: Open, receiver: Receiver, values: dict[str, Any]
) -> None:
    open_modal(text_field("why"), field("who", {"type": "users_select", "action_id": "u"}))
    workspace.people["Olga"].submit(values)
    state = receiver.payloads[-1]["view"]["state"]["values"]
    assert (state["why"]["it"]["value"], state["who"]["u"]["selected_user"]) == ("a", "U0002")


def test_a_field_that_is_not_there_cannot_be_filled_in(workspace: SlackWorkspace, open_modal: Open) -> None:
    open_modal(text_field("why"), actions(button(), block_id="b"))
    olga = workspace.people["Olga"]
    with pytest.raises(NoSuchElement, match="no 'when' here; there is 'Why'"):
        olga.submit({"when": "now"})
    with pytest.raises(NoSuchElement, match="'Approve' is a button: click it"):
        olga.submit({"b": "x"})


INPUTS: list[tuple[dict[str, Any], Any, str]] = [
    ({"type": "plain_text_input"}, None, "Please complete this required field."),
    ({"type": "plain_text_input"}, "", "Please complete this required field."),
    ({"type": "checkboxes", "options": [option("A")]}, [], "Please complete this required field."),
    ({"type": "plain_text_input", "min_length": 3}, "ab", "Enter at least 3 characters."),
    ({"type": "plain_text_input", "max_length": 3}, "abcd", "Enter no more than 3 characters."),
    ({"type": "plain_text_input"}, "fine", ""),
    ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "Enter a number."),
    ({"type": "number_input", "is_decimal_allowed": True}, "1.5", ""),
    ({"type": "number_input", "is_decimal_allowed": False, "min_value": "2"}, "1", "at least 2"),
    ({"type": "number_input", "is_decimal_allowed": False, "max_value": "2"}, "3", "at most 2"),
    ({"type": "email_text_input"}, "olga", "Enter an email address."),
    ({"type": "email_text_input"}, "olga@example.test", ""),
    ({"type": "url_text_input"}, "example", "Enter a link."),
    ({"type": "url_text_input"}, "https://example.test", ""),
    ({"type": "multi_users_select", "max_selected_items": 1}, ["U1", "U2"], "Choose no more than 1."),
    ({"type": "multi_users_select"}, ["U1", "U2"], ""),
    ({"type": "users_select", "initial_user": "U0001"}, ..., ""),
    ({"type": "radio_buttons", "options": [option("A")]}, "A", ""),
]


@pytest.mark.parametrize(("element", "value", "says"), INPUTS)
def test_slacks_client_checks_inputs_before_it_sends(
    workspace: SlackWorkspace,
    open_modal: Open,
    receiver: Receiver,
    element: dict[str, Any],
    value: Any,
    says: str,
) -> None:
    open_modal(field("x", {**element, "action_id": "it"}), section())
    values = {} if value is ... else {"x": value}
    if not says:
        assert workspace.people["Olga"].submit(values).ok
        return
    with pytest.raises(FormIncomplete, match="cannot be sent") as caught:
        workspace.people["Olga"].submit(values)
    assert says in caught.value.problems["x"]
    assert [one["type"] for one in receiver.payloads if "type" in one] == []


def test_an_optional_input_may_stay_empty(workspace: SlackWorkspace, open_modal: Open) -> None:
    open_modal(text_field("why", optional=True))
    assert workspace.people["Olga"].submit().ok


def test_a_view_without_a_submit_button_cannot_be_sent(
    workspace: SlackWorkspace, client: WebClient, receiver: Receiver
) -> None:
    client.views_publish(user_id="U0001", view=home())
    tab = workspace.home("Olga")
    assert tab is not None
    with pytest.raises(WorkspaceError, match="no button to send it"):
        workspace.submit(tab)


def test_errors_are_shown_under_their_inputs_until_the_next_try(
    workspace: SlackWorkspace, open_modal: Open, receiver: Receiver
) -> None:
    open_modal(text_field("why"))
    olga = workspace.people["Olga"]
    receiver.acks({"response_action": "errors", "errors": {"why": "say more"}})
    olga.submit({"why": "x"})
    assert olga.view.errors == {"why": "say more"}
    receiver.acks({"response_action": "clear"})
    olga.submit({"why": "much more"})
    assert olga.views == []


def test_an_answer_may_update_the_view_or_push_another(
    workspace: SlackWorkspace, open_modal: Open, receiver: Receiver
) -> None:
    open_modal(text_field("why"))
    olga = workspace.people["Olga"]
    before = olga.view.id
    receiver.acks({"response_action": "update", "view": modal(title=plain("Sure?"))})
    olga.submit({"why": "x"})
    assert (olga.view.id, olga.view.title) == (before, "Sure?")
    receiver.acks({"response_action": "push", "view": modal(title=plain("Really?"))})
    olga.submit({"reason": "y"})
    assert [one.title for one in olga.views] == ["Sure?", "Really?"]


@pytest.mark.parametrize(
    "ack",
    [
        {"response_action": "errors", "errors": {"elsewhere": "x"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "errors"},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "update"},
        {"response_action": "dance"},
        {"text": "fine"},
    ],
)
def test_an_answer_slack_would_not_take_leaves_the_modal_in_trouble(
    workspace: SlackWorkspace, open_modal: Open, receiver: Receiver, ack: dict[str, Any]
) -> None:
    open_modal(text_field("why"))
    receiver.acks(ack)
    workspace.people["Olga"].submit({"why": "x"})
    assert workspace.people["Olga"].view.trouble == "We had some trouble connecting. Try again?"
    assert workspace.complaints[0].method == "view_submission"


def test_a_submission_without_an_ack_leaves_the_modal_open(
    workspace: SlackWorkspace, open_modal: Open, receiver: Receiver
) -> None:
    open_modal(text_field("why"))
    receiver.answers(LoopbackReply(stall=2))
    workspace.people["Olga"].submit({"why": "x"})
    assert workspace.people["Olga"].view.trouble
    assert "operation_timeout" in workspace.ephemerals("Olga")[0].text


def test_a_modal_that_closed_meanwhile_stays_closed(
    workspace: SlackWorkspace, open_modal: Open, receiver: Receiver
) -> None:
    open_modal(text_field("why"))
    olga = workspace.people["Olga"]
    with workspace.holding():
        held = olga.submit({"why": "x"})
    olga.close()
    assert workspace.deliver(held).ok
    assert olga.views == []


def test_the_app_is_told_of_a_close_only_when_it_asked(
    workspace: SlackWorkspace, open_modal: Open, receiver: Receiver
) -> None:
    olga = workspace.people["Olga"]
    open_modal(text_field("why"))
    assert olga.close() is None
    open_modal(text_field("why"), notify_on_close=True)
    assert olga.close() is not None
    got = receiver.payloads[-1]
    assert (got["type"], got["is_cleared"]) == ("view_closed", False)
    open_modal(text_field("why"), notify_on_close=True, clear_on_close=True)
    olga.close()
    assert receiver.payloads[-1]["is_cleared"] is True
    assert olga.views == []


def test_closing_the_top_shows_the_view_below_again(
    workspace: SlackWorkspace, open_modal: Open, client: WebClient
) -> None:
    olga = workspace.people["Olga"]
    open_modal(actions(button("More", "more")))
    client.views_push(trigger_id=olga.click(olga.view, "More").payload["trigger_id"], view=modal(title=plain("Top")))
    olga.close()
    assert [one.title for one in olga.views] == ["Remove"]
    olga.close(whole_stack=True)
    assert olga.views == []


def test_a_click_in_a_modal_has_the_view_and_no_response_url(
    workspace: SlackWorkspace, open_modal: Open, receiver: Receiver
) -> None:
    open_modal(actions(button("More", "more")))
    olga = workspace.people["Olga"]
    olga.click(olga.view, "More")
    got = receiver.payloads[-1]
    assert got["container"] == {"type": "view", "view_id": olga.view.id}
    assert not {"response_url", "channel", "message"} & set(got)
    with pytest.raises(NoSuchElement, match="only U0001 sees this"):
        workspace.people["Anton"].click(olga.view, "More")


def test_an_input_is_sent_with_the_form_unless_it_dispatches(
    workspace: SlackWorkspace, open_modal: Open, receiver: Receiver
) -> None:
    open_modal(text_field("a"), text_field("b", dispatch_action=True))
    olga = workspace.people["Olga"]
    with pytest.raises(WorkspaceError, match="'A' is an input"):
        olga.click(olga.view, "A", choice="x")
    olga.click(olga.view, "B", choice="y")
    assert receiver.payloads[-1]["actions"][0]["value"] == "y"
