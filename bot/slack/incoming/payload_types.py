"""The parts of Slack's payloads that the bot reads (docs/slack-behaviour.md S11, S12); each is still checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict


class CommandPayload(TypedDict, total=False):
    """The fields of a slash command."""

    team_id: str
    enterprise_id: str
    user_id: str
    channel_id: str
    api_app_id: str
    text: str
    trigger_id: str
    response_url: str


class Named(TypedDict, total=False):
    """A team, an organisation, a channel or a person in a payload, by its id."""

    id: str
    team_id: str
    """Of a person: the team their account is of."""


class Container(TypedDict, total=False):
    """Where a button stands."""

    channel_id: str
    message_ts: str


class PressedMessage(TypedDict, total=False):
    """The message that a button stands in."""

    ts: str


class Action(TypedDict, total=False):
    """The button that was pressed."""

    action_id: str
    action_ts: str
    value: str


class ViewState(TypedDict, total=False):
    """All that was typed into a form: by block, then by field, each with its `value`."""

    values: Mapping[str, object]


class SentView(TypedDict, total=False):
    """A form that was sent off."""

    id: str
    hash: str
    private_metadata: str
    state: ViewState


class MessageEvent(TypedDict, total=False):
    """The event of a message."""

    type: str
    subtype: str
    user: str
    user_team: str
    """The team of the person, where it is not the channel's own."""
    team: str
    bot_id: str
    bot_profile: Mapping[str, object]
    channel: str
    channel_type: str
    text: str
    ts: str
    thread_ts: str
    edited: Mapping[str, object]


class EventPayload(TypedDict, total=False):
    """An event with what it comes in."""

    team_id: str
    enterprise_id: str
    api_app_id: str
    event_id: str
    event: MessageEvent


class InteractionPayload(TypedDict, total=False):
    """A click on a button, or a form that was sent off."""

    user: Named
    team: Named
    enterprise: Named
    channel: Named
    container: Container
    message: PressedMessage
    actions: list[Action]
    action_id: str
    """Of a question for options: the field that they are for."""
    value: str
    """And what was typed into it."""
    action_ts: str
    """Of a shortcut: when it was chosen."""
    view: SentView
    api_app_id: str
    trigger_id: str
    response_url: str
