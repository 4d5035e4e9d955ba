"""What one person sees of a playground, as JSON: the people, the channels, their form, and the portal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from bot.core.change.change_request import Status
from bot.playground.environment import Playground
from bot.playground.slack_sentences import describe_slack_sentence
from bot.playground.workspace import Message as SlackMessage
from bot.playground.workspace import Persona, View
from bot.playground.workspace.base.installation import BOT_USER
from bot.playground.workspace.state.workspace_people import SLACKBOT
from bot.plugin import Message

Json = dict[str, Any]

CHANNELS = ("connectors", "approvals", "audit")
DIRECT = "dm"
MOST = 60
"""So many of the newest messages of a channel are shown."""


def sight_of(playground: Playground, person: Persona) -> Json:
    """`people`, `names` (id → name), `channels` with `messages` and their `replies`, `form` or null, `portal`.

    A message that only this person sees has `only`. Times are seconds since the epoch. What happened so far: `recorded`
    (the tags of the audit log) and `done` (the commands of change requests that were done).
    """
    workspace = playground.workspace
    private = person.ephemerals
    places = [(workspace.channel(name), name, workspace.messages(name)) for name in CHANNELS]
    direct = workspace.dms(person.name)
    if direct or any(one.channel.startswith("D") for one in private):
        places.append((workspace.world.channels.direct(person.id, BOT_USER), DIRECT, direct))
    shown = [
        {
            "id": place.id,
            "name": name,
            "archived": place.is_archived,
            "messages": _in_order(playground, messages, [one for one in private if one.channel == place.id]),
        }
        for place, name, messages in places
    ]
    views = person.views
    return {
        "people": _people(playground),
        "names": {one.id: one.name for one in (*workspace.world.people, *workspace.world.channels)},
        "channels": shown,
        "form": _form(views[-1]) if views else None,
        "portal": tables_of(playground),
        "recorded": playground.store.audit.tags(),
        "done": sorted({change.path for change in playground.store.changes.with_status([Status.DONE])}),
    }


def tables_of(playground: Playground) -> list[Json]:
    """The portal's tables as they are now."""
    return [asdict(table) for table in playground.portal.picture()]


def _people(playground: Playground) -> list[Json]:
    roles = {grant.principal.user: str(grant.role) for grant in playground.store.grants.all()}
    everybody = [one for one in playground.workspace.world.people if one.id != BOT_USER]
    return [
        {"name": one.name, "id": one.id, "role": roles.get(one.id, ""), "guest": one.is_restricted} for one in everybody
    ]


def _in_order(playground: Playground, messages: Iterable[SlackMessage], private: Iterable[SlackMessage]) -> list[Json]:
    everything = sorted((*messages, *private), key=lambda one: float(one.ts))[-MOST:]
    return [{**_message(one), "replies": _replies(playground, one)} for one in everything]


def _replies(playground: Playground, message: SlackMessage) -> list[Json]:
    if message.is_ephemeral:
        return []
    return [_message(one) for one in playground.workspace.thread(message.channel, message.ts) if one.ts != message.ts]


def _message(message: SlackMessage) -> Json:
    return {
        "ts": message.ts,
        "author": message.user,
        "bot": bool(message.bot_id) or message.user == BOT_USER,
        "at": float(message.ts),
        "text": describe_slack_sentence(message.text) if message.user == SLACKBOT else message.text,
        "blocks": list(message.blocks),
        "edited": bool(message.edited),
        "only": message.is_ephemeral,
    }


def _form(view: View) -> Json:
    body = view.body
    return {
        "id": view.id,
        "hash": view.hash,
        "title": view.title,
        "submit": body["submit"]["text"] if "submit" in body else "",
        "close": body["close"]["text"] if "close" in body else Message("playground.page.close"),
        "blocks": list(view.blocks),
        "errors": {block: describe_slack_sentence(says) for block, says in view.errors.items()},
        "trouble": describe_slack_sentence(view.trouble),
    }
