"""Slack's payloads as the bot's own values, each with the key that names its delivery (docs/slack-behaviour.md S14)."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import TypeVar, cast

from bot.core.messages.command_forms import ChoiceQuestion, FormState
from bot.core.messages.deliveries import Click, Form, SlashCommand
from bot.core.parsing.tokenizer import join_words
from bot.core.principals import Principal
from bot.core.redaction.sanitizer import sanitize_text
from bot.slack.ids import check_ids, refuse_org_wide
from bot.slack.incoming.payload_types import Action, CommandPayload, InteractionPayload, SentView
from bot.slack.incoming.typed_text import restore_typed_text
from bot.slack.render.answer_buttons import FORM_ACTION
from bot.slack.render.card_buttons import ACTION_PREFIX

Raw = Mapping[str, object]
"""A payload as it came, of which nothing is known yet."""
_Part = TypeVar("_Part", bound=Raw)

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


def slash_command(raw: Raw) -> SlashCommand:
    """A slash command's form fields.

    This and its siblings raise ValueError when no person is named, and when an id is none of Slack's.
    """
    refuse_org_wide(raw)
    check_ids(raw, COMMAND_IDS)
    payload = cast(CommandPayload, raw)
    person = _someone(_text(payload.get("team_id")), _text(payload.get("user_id")))
    trigger = _text(payload.get("trigger_id"))
    return SlashCommand(
        key=f"cmd:{person.id}:{trigger or _fingerprint(raw)}",
        person=person,
        channel=_text(payload.get("channel_id")),
        text=restore_typed_text(_text(payload.get("text"))),
        answer_url=_text(payload.get("response_url")),
        trigger=trigger,
        enterprise=_text(payload.get("enterprise_id")),
    )


def click(raw: Raw) -> Click:
    """A block_actions payload with one action."""
    refuse_org_wide(raw)
    check_ids(raw, INTERACTION_IDS)
    payload = cast(InteractionPayload, raw)
    actions = payload.get("actions") or [{}]
    action: Action = actions[0]
    person = _person(payload)
    channel = _text(_part(payload.get("channel")).get("id")) or _text(_part(payload.get("container")).get("channel_id"))
    message = _text(_part(payload.get("container")).get("message_ts")) or _text(_part(payload.get("message")).get("ts"))
    button = _text(action.get("action_id"))
    moment = _text(action.get("action_ts")) or _text(payload.get("trigger_id"))
    return Click(
        key=f"act:{person.id}:{channel}:{message}:{button}:{moment}",
        person=person,
        channel=channel,
        button=button.removeprefix(ACTION_PREFIX),
        value=_text(action.get("value")),
        answer_url=_text(payload.get("response_url")),
        trigger=_text(payload.get("trigger_id")),
        workspace=_workspace(payload, person),
        enterprise=_text(_part(payload.get("enterprise")).get("id")),
    )


def pressed_line(raw: Raw) -> SlashCommand:
    """A click on a button that stands for a line: the line, as if the person who pressed it had typed it there."""
    pressed = click(raw)
    return SlashCommand(
        key=pressed.key,
        person=pressed.person,
        channel=pressed.channel,
        text=pressed.value,
        answer_url=pressed.answer_url,
        trigger=pressed.trigger,
        workspace=pressed.workspace,
        enterprise=pressed.enterprise,
        pressed=True,
        form=pressed.button.startswith(FORM_ACTION),
    )


def form(raw: Raw) -> Form:
    """A view_submission payload."""
    payload, view = _read_view(raw)
    person = _person(payload)
    return Form(
        key=f"view:{person.id}:{_text(view.get('id'))}:{_text(view.get('hash'))}",
        person=person,
        value=_text(view.get("private_metadata")),
        fields=_fields(view),
        workspace=_workspace(payload, person),
        enterprise=_text(_part(payload.get("enterprise")).get("id")),
    )


def choice_question(raw: Raw) -> ChoiceQuestion:
    """A block_suggestion payload of a form."""
    payload, view = _read_view(raw)
    return ChoiceQuestion(
        person=_person(payload),
        value=_text(view.get("private_metadata")),
        field=_text(payload.get("action_id")),
        typed=_text(payload.get("value")),
        fields=_fields(view),
    )


def form_state(raw: Raw) -> FormState:
    """A block_actions payload of a form."""
    payload, view = _read_view(raw)
    return FormState(
        person=_person(payload),
        view=_text(view.get("id")),
        value=_text(view.get("private_metadata")),
        fields=_fields(view),
    )


def _read_view(raw: Raw) -> tuple[InteractionPayload, SentView]:
    """Return a payload of a form, whose ids were checked, and its view. Raises as those checks do."""
    refuse_org_wide(raw)
    check_ids(raw, INTERACTION_IDS)
    payload = cast(InteractionPayload, raw)
    return payload, _part(payload.get("view"))


def _fields(view: SentView) -> dict[str, str]:
    """What was filled in, by the name of the field."""
    values = _part(_part(view.get("state")).get("values"))
    return {
        name: _entered(element)
        for block in values.values()
        if isinstance(block, Mapping)
        for name, element in block.items()
        if isinstance(element, Mapping)
    }


def _entered(element: Mapping[str, object]) -> str:
    """What stands in a field: a text, what was chosen in a menu, or a person as one types them."""
    chosen = [element.get("selected_option"), *_list(element.get("selected_options"))]
    values = [_text(one.get("value")) for one in chosen if isinstance(one, Mapping)]
    if values:
        return values[0] if len(chosen) == 1 else join_words(values)
    person = _text(element.get("selected_user"))
    return f"@{person}" if person else _text(element.get("value"))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _person(payload: InteractionPayload) -> Principal:
    user = _part(payload.get("user"))
    # In a channel shared with another organisation, and for everybody from another workspace of the own one, the
    # person's team differs from the one the app is in.
    team = _text(user.get("team_id")) or _text(_part(payload.get("team")).get("id"))
    return _someone(team, _text(user.get("id")))


def _workspace(payload: InteractionPayload, person: Principal) -> str:
    team = _text(_part(payload.get("team")).get("id"))
    return team if team != person.team else ""


def _someone(team: str, user: str) -> Principal:
    if not team or not user:
        raise ValueError("a delivery from nobody")
    return Principal(team=team, user=user)


def _part(found: _Part | None) -> _Part:
    """The part, or an empty one where something else stands in its place."""
    return found if isinstance(found, Mapping) else cast(_Part, {})


def _text(value: object) -> str:
    # Marks stand for people the bot itself mentions; nobody types one.
    return sanitize_text(value) if isinstance(value, str) else ""


def _fingerprint(raw: Raw) -> str:
    return sha256(repr(sorted(raw.items())).encode()).hexdigest()[:32]
