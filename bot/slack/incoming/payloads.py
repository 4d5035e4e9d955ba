"""Slack's payloads as the bot's own values, each with the key that names its delivery (docs/slack-behaviour.md S14)."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from bot.core.messages.deliveries import Click, Form, SlashCommand
from bot.core.principals import Principal
from bot.core.redaction.sanitizer import sanitize_text
from bot.slack.ids import check_ids, refuse_org_wide
from bot.slack.incoming.typed_text import restore_typed_text
from bot.slack.render.card import ACTION_PREFIX

Payload = Mapping[str, Any]

COMMAND_IDS = (
    (("team_id",), "team"),
    (("enterprise_id",), "enterprise"),
    (("user_id",), "user"),
    (("channel_id",), "channel"),
    (("api_app_id",), "application"),
)
INTERACTION_IDS = (
    (("user", "id"), "user"),
    (("user", "team_id"), "team"),
    (("team", "id"), "team"),
    (("enterprise", "id"), "enterprise"),
    (("channel", "id"), "channel"),
    (("container", "channel_id"), "channel"),
    (("container", "message_ts"), "message"),
    (("message", "ts"), "message"),
    (("view", "id"), "view"),
    (("api_app_id",), "application"),
)
"""Where a payload names something by its id, and what."""


def slash_command(payload: Payload) -> SlashCommand:
    """A slash command's form fields.

    This and its siblings raise ValueError when no person is named, and when an id is none of Slack's.
    """
    refuse_org_wide(payload)
    check_ids(payload, COMMAND_IDS)
    person = _someone(_text(payload, "team_id"), _text(payload, "user_id"))
    trigger = _text(payload, "trigger_id")
    return SlashCommand(
        key=f"cmd:{person.id}:{trigger or _fingerprint(payload)}",
        person=person,
        channel=_text(payload, "channel_id"),
        text=restore_typed_text(_text(payload, "text")),
        answer_url=_text(payload, "response_url"),
        enterprise=_text(payload, "enterprise_id"),
    )


def click(payload: Payload) -> Click:
    """A block_actions payload with one action."""
    refuse_org_wide(payload)
    check_ids(payload, INTERACTION_IDS)
    actions = payload.get("actions") or [{}]
    action: Payload = actions[0]
    person = _person(payload)
    channel = _text(_part(payload, "channel"), "id") or _text(_part(payload, "container"), "channel_id")
    message = _text(_part(payload, "container"), "message_ts") or _text(_part(payload, "message"), "ts")
    button = _text(action, "action_id")
    moment = _text(action, "action_ts") or _text(payload, "trigger_id")
    return Click(
        key=f"act:{person.id}:{channel}:{message}:{button}:{moment}",
        person=person,
        channel=channel,
        button=button.removeprefix(ACTION_PREFIX),
        value=_text(action, "value"),
        answer_url=_text(payload, "response_url"),
        trigger=_text(payload, "trigger_id"),
        workspace=_workspace(payload, person),
        enterprise=_text(_part(payload, "enterprise"), "id"),
    )


def form(payload: Payload) -> Form:
    """A view_submission payload."""
    refuse_org_wide(payload)
    check_ids(payload, INTERACTION_IDS)
    view = _part(payload, "view")
    person = _person(payload)
    values = _part(_part(view, "state"), "values")
    fields = {
        name: _text(element, "value")
        for block in values.values()
        if isinstance(block, Mapping)
        for name, element in block.items()
        if isinstance(element, Mapping)
    }
    return Form(
        key=f"view:{person.id}:{_text(view, 'id')}:{_text(view, 'hash')}",
        person=person,
        value=_text(view, "private_metadata"),
        fields=fields,
        workspace=_workspace(payload, person),
        enterprise=_text(_part(payload, "enterprise"), "id"),
    )


def _person(payload: Payload) -> Principal:
    user = _part(payload, "user")
    # In a channel shared with another organisation, and for everybody from another workspace of the own one, the
    # person's team differs from the one the app is in.
    team = _text(user, "team_id") or _text(_part(payload, "team"), "id")
    return _someone(team, _text(user, "id"))


def _workspace(payload: Payload, person: Principal) -> str:
    team = _text(_part(payload, "team"), "id")
    return team if team != person.team else ""


def _someone(team: str, user: str) -> Principal:
    if not team or not user:
        raise ValueError("a delivery from nobody")
    return Principal(team=team, user=user)


def _part(payload: Payload, name: str) -> Payload:
    part = payload.get(name)
    return part if isinstance(part, Mapping) else {}


def _text(payload: Payload, name: str) -> str:
    value = payload.get(name)
    # Marks stand for people the bot itself mentions; nobody types one.
    return sanitize_text(value) if isinstance(value, str) else ""


def _fingerprint(payload: Payload) -> str:
    return sha256(repr(sorted(payload.items())).encode()).hexdigest()[:32]
