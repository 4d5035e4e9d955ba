"""`views.*`: opening with a trigger, stacking, updating, publishing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.playground.workspace import SlackWorkspace
from tests.playground.workspace.blocks import actions, button, home, modal, plain, section, text_field
from tests.playground.workspace.conftest import Post
from tests.playground.workspace.listeners import Receiver, words

Trigger = Callable[[str], str]


def test_a_trigger_opens_one_modal_for_its_person(
    workspace: SlackWorkspace, client: WebClient, trigger: Trigger
) -> None:
    answer = client.views_open(trigger_id=trigger("Olga"), view=modal(private_metadata="m", callback_id="c"))
    view = workspace.people["Olga"].view
    assert (view.id, view.title, view.callback_id, view.private_metadata) == (
        answer["view"]["id"],
        "Remove",
        "c",
        "m",
    )
    assert view.labels == ("Reason",)
    assert workspace.open_views("Anton") == []


def test_the_answer_has_the_whole_view(client: WebClient, trigger: Trigger) -> None:
    view: dict[str, Any] = client.views_open(trigger_id=trigger("Olga"), view=modal(text_field("why")))["view"]
    assert view["state"]["values"] == {"why": {"it": {"type": "plain_text_input", "value": None}}}
    assert set(view) == words(
        "id team_id type blocks private_metadata callback_id state hash title submit close clear_on_close "
        "notify_on_close previous_view_id root_view_id app_id external_id app_installed_team_id "
        "bot_id"
    )
    assert (view["root_view_id"], view["previous_view_id"]) == (view["id"], None)


def test_a_trigger_is_good_once_and_for_three_seconds(workspace: SlackWorkspace, call: Post, trigger: Trigger) -> None:
    used, old = trigger("Olga"), trigger("Olga")
    view = json.dumps(modal())
    assert call("views.open", trigger_id=used, view=view)["ok"]
    assert call("views.open", trigger_id=used, view=view)["error"] == "exchanged_trigger_id"
    workspace.advance(3.1)
    assert call("views.open", trigger_id=old, view=view)["error"] == "expired_trigger_id"
    assert call("views.open", trigger_id="12.34.56", view=view)["error"] == "invalid_trigger_id"


def test_a_view_that_is_refused_does_not_use_up_the_trigger(call: Post, trigger: Trigger) -> None:
    right = trigger("Olga")
    bad = call("views.open", trigger_id=right, view=json.dumps({"type": "modal", "blocks": []}))
    assert bad["error"] == "invalid_arguments"
    assert bad["response_metadata"]["messages"] == ["[ERROR] missing required field: title [json-pointer:/view]"]
    assert call("views.open", trigger_id=right, view=json.dumps(modal()))["ok"]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "invalid_arguments"),
        ({"view": "nojson"}, "invalid_arguments"),
        ({"view": json.dumps(home())}, "invalid_arguments"),
        ({"view": json.dumps(modal(*[section("x" * 3000)] * 90))}, "view_too_large"),
    ],
)
def test_what_is_no_modal_is_refused(call: Post, trigger: Trigger, fields: dict[str, str], error: str) -> None:
    assert call("views.open", trigger_id=trigger("Olga"), **fields)["error"] == error


def test_an_external_id_is_given_once(call: Post, trigger: Trigger) -> None:
    view = json.dumps(modal(external_id="one"))
    assert call("views.open", trigger_id=trigger("Olga"), view=view)["ok"]
    assert call("views.open", trigger_id=trigger("Anton"), view=view)["error"] == "duplicate_external_id"
    assert call("views.update", external_id="one", view=view)["ok"]
    assert call("views.update", external_id="one", view=json.dumps(modal(external_id="two")))["ok"]
    assert call("views.update", external_id="one", view=view)["error"] == "not_found"


def test_views_stack_three_deep_and_only_from_within(
    workspace: SlackWorkspace, client: WebClient, call: Post, trigger: Trigger, receiver: Receiver
) -> None:
    olga = workspace.people["Olga"]
    clickable = modal(actions(button("More", "more")))
    from_outside = trigger("Olga")
    client.views_open(trigger_id=trigger("Olga"), view=clickable)
    refused = call("views.push", trigger_id=from_outside, view=json.dumps(clickable))
    assert refused["error"] == "invalid_trigger_id"
    for _ in range(2):
        inside = olga.click(olga.view, "More").payload["trigger_id"]
        client.views_push(trigger_id=inside, view=clickable)
    bottom, middle, top = olga.views
    assert (top.previous, top.root, middle.previous) == (middle.id, bottom.id, bottom.id)
    inside = olga.click(top, "More").payload["trigger_id"]
    fourth = call("views.push", trigger_id=inside, view=json.dumps(clickable))
    assert fourth["error"] == "push_limit_reached"


def test_nothing_can_be_pushed_once_the_modal_is_closed(
    workspace: SlackWorkspace, client: WebClient, call: Post, trigger: Trigger, receiver: Receiver
) -> None:
    olga = workspace.people["Olga"]
    client.views_open(trigger_id=trigger("Olga"), view=modal(actions(button("More", "more"))))
    inside = olga.click(olga.view, "More").payload["trigger_id"]
    olga.close()
    assert call("views.push", trigger_id=inside, view=json.dumps(modal()))["error"] == "not_found"


def test_an_update_keeps_the_id_and_changes_the_hash(
    workspace: SlackWorkspace, client: WebClient, call: Post, trigger: Trigger
) -> None:
    opened: dict[str, Any] = client.views_open(trigger_id=trigger("Olga"), view=modal())["view"]
    changed = client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal(title=plain("New")))
    view = workspace.people["Olga"].view
    assert (view.id, view.title) == (opened["id"], "New")
    assert changed["view"]["hash"] not in ("", opened["hash"])
    late = call("views.update", view_id=opened["id"], hash=opened["hash"], view=json.dumps(modal()))
    assert late["error"] == "hash_conflict"


def test_an_update_needs_a_view_that_is_open(call: Post) -> None:
    view = json.dumps(modal())
    assert call("views.update", view=view)["error"] == "invalid_arguments"
    assert call("views.update", view_id="V9", view=view)["error"] == "not_found"
    assert call("views.update", external_id="none", view=view)["error"] == "not_found"


def test_what_was_typed_survives_an_update(workspace: SlackWorkspace, client: WebClient, trigger: Trigger) -> None:
    olga = workspace.people["Olga"]
    client.views_open(trigger_id=trigger("Olga"), view=modal(text_field("why")))
    olga.enter(olga.view, {"Why": "too old"})
    answer = client.views_update(view_id=olga.view.id, view=modal(section(), text_field("why")))
    assert answer["view"]["state"]["values"]["why"]["it"]["value"] == "too old"


def test_a_home_tab_is_published_for_one_person_and_replaced_later(
    workspace: SlackWorkspace, client: WebClient, call: Post
) -> None:
    first: dict[str, Any] = client.views_publish(user_id="U0001", view=home(section("one")))["view"]
    assert workspace.home("Anton") is None
    client.views_publish(user_id="U0001", view=home(section("two")), hash=first["hash"])
    client.views_update(view_id=first["id"], view=home(section("three")))
    tab = workspace.home("Olga")
    assert tab is not None
    assert (tab.id, tab.title, tab.blocks[0]["text"]["text"]) == (first["id"], "", "three")
    stale = call("views.publish", user_id="U0001", hash=first["hash"], view=json.dumps(home()))
    assert stale["error"] == "hash_conflict"


@pytest.mark.parametrize(
    ("person", "view", "error"),
    [("U0777", home(), "user_not_found"), ("U0001", modal(), "invalid_arguments")],
)
def test_a_home_tab_needs_a_person_and_a_home_view(call: Post, person: str, view: dict[str, Any], error: str) -> None:
    assert call("views.publish", user_id=person, view=json.dumps(view))["error"] == error


def test_opening_again_replaces_the_whole_stack(workspace: SlackWorkspace, client: WebClient, trigger: Trigger) -> None:
    for title in ("One", "Two"):
        client.views_open(trigger_id=trigger("Olga"), view=modal(title=plain(title)))
    assert [one.title for one in workspace.open_views("Olga")] == ["Two"]


def test_without_a_modal_in_front_of_them_a_test_reads_so(workspace: SlackWorkspace) -> None:
    with pytest.raises(LookupError, match="Olga has no modal open"):
        _ = workspace.people["Olga"].view
