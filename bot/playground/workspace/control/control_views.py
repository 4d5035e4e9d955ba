"""What the control API shows of the workspace, as JSON."""

from __future__ import annotations

from dataclasses import asdict

from bot.playground.workspace.base.dispatch import DispatchResult
from bot.playground.workspace.base.installation import BOT_USER
from bot.playground.workspace.base.simulator_values import Json
from bot.playground.workspace.control.facade import Workspace
from bot.playground.workspace.state.messages import Message
from bot.playground.workspace.state.modals import View
from bot.playground.workspace.state.world import World


def message(workspace: Workspace, one: Message) -> Json:
    """Slack's message object, and beside it what a person can click and how it reads."""
    return {
        **one.to_json(),
        "channel": one.channel,
        "seen_by": one.seen_by,
        "versions": one.versions,
        "labels": list(one.labels),
        "transcript": workspace.transcript(one).splitlines(),
    }


def view(workspace: Workspace, one: View) -> Json:
    answers = workspace.world.answers_of(one.person, one.id)
    return {
        **one.to_json(answers),
        "person": one.person,
        "errors": one.errors,
        "trouble": one.trouble,
        "labels": list(one.labels),
        "transcript": workspace.transcript(one).splitlines(),
    }


def dispatch(result: DispatchResult) -> Json:
    """`id` is what `POST deliver` takes to send the same bytes again."""
    sent = result.dispatch
    return {
        "id": sent.id,
        "kind": sent.kind,
        "name": sent.name,
        "person": sent.person,
        "transport": result.transport,
        "status": result.status,
        "ok": result.ok,
        "error": result.error,
        "ack": result.ack,
        "duration": round(result.duration, 4),
        "retry": sent.retry,
        "reason": sent.reason,
        "payload": sent.payload,
    }


def people(workspace: Workspace) -> list[Json]:
    return [asdict(one) for one in workspace.world.people if one.id != BOT_USER]


def channels(workspace: Workspace) -> list[Json]:
    return [
        {**asdict(one), "members": sorted(one.members), "bot_is_in": BOT_USER in one.members}
        for one in workspace.world.channels
    ]


def settings(workspace: Workspace) -> Json:
    world = workspace.world
    return {
        "request_url": workspace.request_url,
        "sockets": workspace.sockets.connected,
        "clock": world.clock.now(),
        "ahead": world.clock.offset,
        "rate_limit": world.limits.on,
        "bot_scopes": sorted(world.tokens.bot.scopes),
        "bot_token_answers": world.tokens.bot.broken or "ok",
        "enterprise": world.enterprise,
        "org_wide": world.org_wide,
        "rules": asdict(world.rules),
        "faults": [asdict(one) for one in world.faults.waiting()],
        "retries_due": [round(seconds) for seconds in workspace.retries_due],
    }


def state(workspace: Workspace) -> Json:
    """Everything at once."""
    world = workspace.world
    with world.lock:
        return _everything(workspace, world)


def _everything(workspace: Workspace, world: World) -> Json:
    persons = [one for one in world.people if one.id != BOT_USER]
    homes = {one.name: world.views.home(one.id) for one in persons}
    return {
        "settings": settings(workspace),
        "people": people(workspace),
        "channels": channels(workspace),
        "messages": {
            one.name: [message(workspace, each) for each in world.messages.public(one.id)] for one in world.channels
        },
        "ephemerals": {
            one.name: [message(workspace, each) for each in world.messages.seen_only_by(one.id)] for one in persons
        },
        "views": {one.name: [view(workspace, each) for each in world.views.stack(one.id)] for one in persons},
        "homes": {name: view(workspace, home) for name, home in homes.items() if home is not None},
        "complaints": [asdict(one) for one in workspace.complaints],
        "mentions": [asdict(one) for one in workspace.mentions],
        "calls": [asdict(one) for one in workspace.calls()],
        "dispatches": [dispatch(one) for one in workspace.dispatches],
    }
