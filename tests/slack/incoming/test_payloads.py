"""Payload in, value out, for each shape of a delivery (docs/slack-behaviour.md S11 to S14)."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core import mentions
from bot.core.messages.deliveries import Click, Form, SlashCommand
from bot.core.principals import Principal
from bot.slack.incoming.payloads import click, form, slash_command
from tests.slack.kit import ANTON, OLGA, click_payload, form_payload, slash_fields

FOREIGN = {"id": "U0900", "username": "guest", "name": "guest", "team_id": "T0900"}


FIELDS = {
    "a text": ({"type": "plain_text_input", "value": "old number"}, "old number"),
    "an empty one": ({"type": "plain_text_input", "value": None}, ""),
    "a choice": ({"type": "static_select", "selected_option": {"value": "prod"}}, "prod"),
    "no choice": ({"type": "static_select", "selected_option": None}, ""),
    "a box": ({"type": "checkboxes", "selected_options": [{"value": "yes"}]}, "yes"),
    "an empty box": ({"type": "checkboxes", "selected_options": []}, ""),
    "a person": ({"type": "users_select", "selected_user": "U0002"}, "@U0002"),
    "nothing that fits": ({"type": "checkboxes", "selected_options": "yes"}, ""),
}


@pytest.mark.parametrize(("element", "entered"), FIELDS.values(), ids=FIELDS)
def test_what_stands_in_a_field(element: dict[str, object], entered: str) -> None:
    raw = form_payload()
    raw["view"]["state"]["values"] = {"field": {"field": element}}
    assert form(raw).fields == {"field": entered}


def test_a_slash_command() -> None:
    assert slash_command(slash_fields("connector list")) == SlashCommand(
        key="cmd:T0001:U0001:13345224609.738474920.8088930838d88f008e0",
        person=OLGA,
        channel="C0001",
        text="connector list",
        answer_url="https://hooks.slack.com/commands/1",
        trigger="13345224609.738474920.8088930838d88f008e0",
    )


def test_a_click_on_a_message() -> None:
    assert click(click_payload()) == Click(
        key="act:T0001:U0002:C0002:1772366400.000100:b24:approve:1772366401.000200",
        person=ANTON,
        channel="C0002",
        button="approve",
        value="1042.digest.signature",
        answer_url="https://hooks.slack.com/actions/1",
        trigger="trigger-1",
    )


def test_a_click_in_a_modal_or_on_the_home_tab_has_no_channel_and_no_address() -> None:
    payload = click_payload(container={"type": "view", "view_id": "V0001"}, view={"id": "V0001"})
    for name in ("channel", "message", "response_url"):
        del payload[name]
    found = click(payload)
    assert (found.channel, found.answer_url) == ("", "")
    assert found.key == "act:T0001:U0002:::b24:approve:1772366401.000200"


def test_a_click_on_what_one_person_sees_is_placed_by_its_container() -> None:
    payload = click_payload()
    del payload["channel"], payload["message"]
    assert click(payload) == click(click_payload())


def test_a_click_is_placed_by_its_message_when_the_container_says_nothing() -> None:
    payload = click_payload(container={"type": "message"})
    assert click(payload).key == click(click_payload()).key


def test_a_form() -> None:
    assert form(form_payload()) == Form(
        key="view:T0001:U0002:V0001:1772366400.hash",
        person=ANTON,
        value="1042.digest.signature",
        fields={"reason": "too early"},
    )


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        (None, {}),
        ({"reason": None}, {}),
        ({"reason": {"reason": "x"}}, {}),
        ({"reason": {"reason": {"value": None}}}, {"reason": ""}),
        ({"a": {"one": {"value": "1"}}, "b": {"two": {"value": "2"}}}, {"one": "1", "two": "2"}),
    ],
)
def test_fields_of_a_form_that_are_empty_or_odd(values: Any, fields: dict[str, str]) -> None:
    payload = form_payload()
    payload["view"]["state"] = {"values": values}
    assert form(payload).fields == fields


def test_somebody_of_another_team_in_a_shared_channel_keeps_their_own_team() -> None:
    """docs/safety.md F8: whose team it is decides, not where they are."""
    for found in (click(click_payload(user=FOREIGN)), form(form_payload(user=FOREIGN))):
        assert found.person == Principal(team="T0900", user="U0900")
    assert slash_command(slash_fields(team_id="T0900", user_id="U0900")).person.team == "T0900"


def test_without_a_team_of_their_own_the_workspace_of_the_payload_is_theirs() -> None:
    assert click(click_payload(user={"id": "U0002"})).person == ANTON


def test_two_clicks_have_two_keys_and_one_click_has_one() -> None:
    first = click_payload()
    second = click_payload()
    second["actions"][0]["action_ts"] = "1772366409.000000"
    assert click(first).key == click(click_payload()).key != click(second).key


def test_a_command_without_a_trigger_is_known_by_all_it_says() -> None:
    without = {name: value for name, value in slash_fields("help").items() if name != "trigger_id"}
    other = {**without, "text": "whoami"}
    assert slash_command(without).key == slash_command(dict(reversed(without.items()))).key
    assert slash_command(without).key != slash_command(other).key


@pytest.mark.parametrize("missing", ["channel_id", "text", "response_url", "trigger_id"])
def test_a_command_may_lack_what_does_not_say_who_it_is(missing: str) -> None:
    fields = slash_fields()
    del fields[missing]
    assert slash_command(fields).person == OLGA


def test_a_delivery_from_nobody_is_none() -> None:
    with pytest.raises(ValueError, match="nobody"):
        slash_command({})
    with pytest.raises(ValueError, match="nobody"):
        click(click_payload(user=None))
    with pytest.raises(ValueError, match="nobody"):
        form(form_payload(user={"id": ""}))


def test_marks_that_somebody_types_are_taken_out() -> None:
    """docs/safety.md F17: only the bot itself mentions people."""
    typed = f"for {mentions.person(ANTON)}"
    assert slash_command(slash_fields(typed)).text == "for T0001:U0002"
    payload = form_payload()
    payload["view"]["state"]["values"]["reason"]["reason"]["value"] = typed
    assert form(payload).fields == {"reason": "for T0001:U0002"}


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("&amp;lt;", "&lt;"),
        ("grant <@U0002|anton>", "grant <@U0002|anton>"),
        ("grant <@U0002>", "grant <@U0002>"),
        ("see <#C0003|audit>", "see #audit"),
        ("<https://a.test/i.png?x=1&amp;y=2|a.test>", "https://a.test/i.png?x=1&y=2"),
        ("<mailto:a@b.test|a@b.test>", "a@b.test"),
        ("<mailto:a@b.test>", "a@b.test"),
        ("<!here> <!subteam^S1|@ops>", "@here @ops"),
        ("plain", "plain"),
    ],
)
def test_a_command_is_read_as_it_was_typed(sent: str, typed: str) -> None:
    assert slash_command(slash_fields(sent)).text == typed
