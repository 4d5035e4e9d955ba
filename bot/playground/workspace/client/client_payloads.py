"""Payloads, built from the state of the workspace (docs/slack-behaviour.md S11 to S13); nothing is sent here."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from bot.playground.workspace.base.installation import APP_ID, BOT_USER, TEAM_DOMAIN, TEAM_ID
from bot.playground.workspace.base.simulator_values import Json
from bot.playground.workspace.blockkit.block_inputs import Answers, state_values
from bot.playground.workspace.state.channels import Channel
from bot.playground.workspace.state.messages import Message
from bot.playground.workspace.state.modals import View
from bot.playground.workspace.state.workspace_people import GRID_NAME, Person
from bot.playground.workspace.state.world import World
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whose name a delivery carries when it is not this workspace's, to try out what the app checks.

    An empty `team_id` is the person's own team.
    """

    team_id: str = ""
    team_domain: str = TEAM_DOMAIN
    api_app_id: str = APP_ID
    enterprise_id: str = ""


HOME = Origin()


def command(
    world: World, *, person: Person, channel: Channel, text: str, hook: str, trigger: str, origin: Origin
) -> Json:
    """A slash command as form fields; `text` is the whole line as typed, `/b24 connector list`."""
    name, _, rest = text.partition(" ")
    enterprise = origin.enterprise_id or world.enterprise
    fields: Json = {
        "token": world.verification_token,
        "team_id": origin.team_id or _workspace(world, person),
        "team_domain": origin.team_domain,
    }
    if enterprise:
        fields |= {"enterprise_id": enterprise, "enterprise_name": GRID_NAME}
    return fields | {
        "channel_id": channel.id,
        "channel_name": channel.payload_name,
        "user_id": person.id,
        "user_name": person.handle,
        "command": name,
        "text": escaped(world, rest.strip()),
        "api_app_id": origin.api_app_id,
        "is_enterprise_install": "true" if world.org_wide else "false",
        "response_url": world.base_url + hook,
        "trigger_id": trigger,
    }


_BARE_ADDRESS = re.compile(
    r"(?<![\S])(?:[a-z0-9._-]+@)?(?:[a-z0-9-]+\.)+(?:com|org|net|io|eu|de|fr|ru|ua|example)(?:/[^\s<>|]*)?(?![\w.@-])",
    re.IGNORECASE,
)


def _scheme_of(address: str) -> str:
    return "mailto:" if "@" in address else "http://"


def escaped(world: World, text: str) -> str:
    """What a command with `should_escape` receives: entities, `<@U…|name>`, `<#C…|name>`, and links.

    A link is `<https://…>`; one that was typed without its scheme gets it, and keeps what was typed behind a bar.
    """
    safe = html.escape(text, quote=False)
    safe = re.sub(r"(?<!\S)https?://[^\s<>|]+", lambda found: f"<{found[0]}>", safe)
    safe = _BARE_ADDRESS.sub(lambda found: f"<{_scheme_of(found[0])}{found[0]}|{found[0]}>", safe)
    for person in world.people:
        names = f"{re.escape(person.name)}|{re.escape(person.handle)}"
        safe = re.sub(rf"(?<!\S)@(?:{names})(?!\S)", f"<@{person.id}|{person.handle}>", safe)
    for channel in world.channels:
        link = f"<#{channel.id}|{channel.name}>"
        safe = re.sub(rf"(?<!\S)#{re.escape(channel.name)}(?!\S)", link, safe)
    return safe


def _interaction(world: World, kind: str, person: Person, origin: Origin) -> Json:
    organisation = origin.enterprise_id or world.enterprise
    enterprise = {"id": organisation, "name": GRID_NAME} if organisation else None
    team = {"id": origin.team_id or _workspace(world, person), "domain": origin.team_domain}
    return {
        "type": kind,
        "user": {**person.brief(), "team_id": origin.team_id or person.team_id},
        "api_app_id": origin.api_app_id,
        "token": world.verification_token,
        "team": None if world.org_wide else team,
        "enterprise": enterprise,
        "is_enterprise_install": world.org_wide,
    }


def _workspace(world: World, person: Person) -> str:
    """The workspace a delivery names: on Enterprise Grid that of the installation, whichever is the person's own."""
    return TEAM_ID if world.enterprise and TEAM_ID in person.teams else person.team_id


def _message_place(message: Message, channel: Channel) -> Json:
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.is_ephemeral,
    }
    if message.is_reply:
        container["thread_ts"] = message.thread_ts
    return {"container": container, "channel": {"id": channel.id, "name": channel.payload_name}}


def message_actions(
    world: World,
    *,
    person: Person,
    channel: Channel,
    message: Message,
    answers: Answers,
    actions: Sequence[Json],
    hook: str,
    trigger: str,
    origin: Origin,
) -> Json:
    """A click on a message. The message itself is not in the payload when only one person sees it."""
    payload = _interaction(world, "block_actions", person, origin) | _message_place(message, channel)
    if not message.is_ephemeral:
        payload["message"] = message.to_json(replies=world.messages.replies(message))
    return payload | {
        "trigger_id": trigger,
        "state": {"values": state_values(message.blocks, answers)},
        "response_url": world.base_url + hook,
        "actions": list(actions),
    }


def view_actions(
    world: World,
    *,
    person: Person,
    view: View,
    answers: Answers,
    actions: Sequence[Json],
    trigger: str,
    origin: Origin,
) -> Json:
    """A click in a modal or on the Home tab: no channel, no response_url."""
    return _interaction(world, "block_actions", person, origin) | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": trigger,
        "view": view.to_json(answers),
        "actions": list(actions),
    }


def shortcut(world: World, *, person: Person, callback_id: str, trigger: str, origin: Origin) -> Json:
    """A global shortcut, which is chosen anywhere."""
    chosen = {"callback_id": callback_id, "trigger_id": trigger, "action_ts": world.ids.timestamp()}
    return _interaction(world, "shortcut", person, origin) | chosen


def message_shortcut(
    world: World, *, person: Person, message: Message, callback_id: str, hook: str, trigger: str, origin: Origin
) -> Json:
    """A shortcut that is chosen in the menu of a message."""
    channel = world.channels.find(message.channel)
    return _interaction(world, "message_action", person, origin) | {
        "callback_id": callback_id,
        "trigger_id": trigger,
        "action_ts": world.ids.timestamp(),
        "channel": {"id": channel.id, "name": channel.payload_name},
        "message_ts": message.ts,
        "message": message.to_json(),
        "response_url": world.base_url + hook,
    }


def suggestion(
    world: World,
    *,
    person: Person,
    place: Json,
    action_id: str,
    block_id: str,
    typed: str,
    origin: Origin,
) -> Json:
    """What was typed so far into a menu whose options come from the app; `place` is where the menu stands."""
    return (
        _interaction(world, "block_suggestion", person, origin)
        | place
        | {"action_id": action_id, "block_id": block_id, "value": typed}
    )


def message_place(message: Message, channel: Channel) -> Json:
    return _message_place(message, channel) | {"message": message.to_json()}


def view_place(view: View, answers: Answers) -> Json:
    return {"container": {"type": "view", "view_id": view.id}, "view": view.to_json(answers)}


def submission(world: World, *, person: Person, view: View, answers: Answers, trigger: str, origin: Origin) -> Json:
    return _interaction(world, "view_submission", person, origin) | {
        "trigger_id": trigger,
        "view": view.to_json(answers),
        "response_urls": [],
    }


def closed(world: World, *, person: Person, view: View, answers: Answers, cleared: bool, origin: Origin) -> Json:
    return _interaction(world, "view_closed", person, origin) | {
        "view": view.to_json(answers),
        "is_cleared": cleared,
    }


def event(world: World, inner: Json, *, person: Person, origin: Origin) -> Json:
    """An event in its outer object."""
    team, enterprise = origin.team_id or person.team_id, origin.enterprise_id or world.enterprise
    return {
        "token": world.verification_token,
        "team_id": team,
        **({"enterprise_id": enterprise} if enterprise else {}),
        "api_app_id": origin.api_app_id,
        "event": inner,
        "type": "event_callback",
        "event_id": f"Ev{world.ids.random(10).upper()}",
        "event_time": int(world.clock.now()),
        "authorizations": [
            {
                "enterprise_id": enterprise or None,
                "team_id": team,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": world.org_wide,
            }
        ],
        "is_ext_shared_channel": False,
    }


def home_opened(world: World, *, person: Person, tab: str, view: View | None) -> Json:
    """The inner event when a person opens the app's Home (or Messages) tab."""
    inner: Json = {
        "type": "app_home_opened",
        "user": person.id,
        "channel": world.channels.direct(person.id, BOT_USER).id,
        "tab": tab,
        "event_ts": world.ids.timestamp(),
    }
    if view is not None and tab == "home":
        inner["view"] = view.to_json(world.answers_of(person.id, view.id))
    return inner
