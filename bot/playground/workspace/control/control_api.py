"""The control API under /control/: the same acts and looks as in Python, as JSON over HTTP, one row per path."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from bot.playground.workspace.base.installation import TEAM_DOMAIN
from bot.playground.workspace.base.simulator_values import FormIncomplete, Json, NoSuchElement, WorkspaceError
from bot.playground.workspace.client.client_payloads import HOME, Origin
from bot.playground.workspace.control import control_views
from bot.playground.workspace.control.facade import Workspace
from bot.playground.workspace.state.messages import Message
from bot.playground.workspace.state.modals import View
from bot.plugin.loopback import LoopbackReply, LoopbackRequest, refuse_web_page


class Control:
    """Answers `{"ok": true, …}`, or 4xx with one readable sentence in `error`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def answer(self, request: LoopbackRequest) -> LoopbackReply:
        row = ROWS.get((request.method, request.path.removeprefix("/control/").rstrip("/")))
        refusal = _not_from_here(request, urlsplit(self._workspace.world.base_url).port or 0)
        if refusal:
            return _no(403, refusal)
        if row is None:
            known = ", ".join(f"{verb} {name}" for verb, name in ROWS)
            return _no(404, f"there is no {request.method} {request.path}; there is: {known}")
        try:
            return LoopbackReply.json({"ok": True, **row(self._workspace, _arguments(request))})
        except FormIncomplete as error:
            return _no(422, str(error), problems=error.problems)
        except NoSuchElement as error:
            return _no(404, str(error))
        except (WorkspaceError, LookupError) as error:
            return _no(400, str(error).strip("'\""))
        except TypeError as error:
            return _no(400, f"a field is missing or unknown: {error}")


def _no(status: int, says: str, **more: Any) -> LoopbackReply:
    return LoopbackReply.json({"ok": False, "error": says, **more}, status=status)


def _not_from_here(request: LoopbackRequest, port: int) -> str | None:
    """Say why a request is refused. A web page elsewhere must not steer the workspace through somebody's browser."""
    refusal = refuse_web_page(request, port)
    if refusal is not None:
        return refusal
    kind = request.headers.get("content-type", "").split(";")[0]
    if request.method == "POST" and kind != "application/json":
        return "send JSON with Content-Type: application/json"
    return None


def _arguments(request: LoopbackRequest) -> Json:
    if request.method == "GET":
        return dict(request.query_pairs())
    try:
        value = json.loads(request.body or b"{}")
    except ValueError:
        raise WorkspaceError("the body is not JSON") from None
    if not isinstance(value, dict):
        raise WorkspaceError("the body must be a JSON object")
    return value


def _need(arguments: Json, name: str) -> str:
    value = arguments.pop(name, None)
    if not value:
        raise WorkspaceError(f"the field {name!r} is missing")
    return str(value)


def _origin(arguments: Json) -> Origin:
    """`origin` makes the delivery carry another team's, application's or organization's name."""
    given = arguments.pop("origin", None)
    return Origin(**{"team_domain": TEAM_DOMAIN, **given}) if given else HOME


def _target(workspace: Workspace, arguments: Json) -> Message | View:
    """A view by `view_id`, else a message by `channel` and `ts`."""
    if "view_id" in arguments:
        return _view(workspace, arguments)
    channel, ts = workspace.channel(_need(arguments, "channel")), _need(arguments, "ts")
    message = workspace.message(channel.id, ts)
    if message is None:
        raise NoSuchElement(f"there is no message {ts} in #{channel.name}")
    return message


def _view(workspace: Workspace, arguments: Json) -> View:
    view_id = _need(arguments, "view_id")
    with workspace.world.lock:
        view = workspace.world.views.get(view_id)
    if view is None:
        raise NoSuchElement(f"the view {view_id} is not open")
    return view


def _slash(workspace: Workspace, arguments: Json) -> Json:
    persona = workspace.people[_need(arguments, "person")]
    text, origin = _need(arguments, "text"), _origin(arguments)
    return {"dispatch": control_views.dispatch(persona.slash(text, origin=origin, **arguments))}


def _click(workspace: Workspace, arguments: Json) -> Json:
    persona = workspace.people[_need(arguments, "person")]
    target, key, origin = _target(workspace, arguments), _need(arguments, "key"), _origin(arguments)
    return {"dispatch": control_views.dispatch(persona.click(target, key, origin=origin, **arguments))}


def _suggest(workspace: Workspace, arguments: Json) -> Json:
    persona = workspace.people[_need(arguments, "person")]
    target, key = _target(workspace, arguments), _need(arguments, "key")
    typed = str(arguments.get("typed", ""))
    return {"dispatch": control_views.dispatch(persona.suggest(target, key, typed))}


def _submit(workspace: Workspace, arguments: Json) -> Json:
    view, origin = _view(workspace, arguments), _origin(arguments)
    result = workspace.acts.submit(view, arguments.get("values"), origin=origin)
    return {"dispatch": control_views.dispatch(result)}


def _close(workspace: Workspace, arguments: Json) -> Json:
    result = workspace.acts.close(_view(workspace, arguments), **arguments)
    return {"dispatch": None if result is None else control_views.dispatch(result)}


def _open_home(workspace: Workspace, arguments: Json) -> Json:
    persona = workspace.people[_need(arguments, "person")]
    return {"dispatch": control_views.dispatch(persona.open_home(origin=_origin(arguments), **arguments))}


def _event(workspace: Workspace, arguments: Json) -> Json:
    persona = workspace.people[_need(arguments, "person")]
    return {"dispatch": control_views.dispatch(persona.event(arguments["event"], origin=_origin(arguments)))}


def _say(workspace: Workspace, arguments: Json) -> Json:
    persona = workspace.people[_need(arguments, "person")]
    said = persona.say(_need(arguments, "text"), **arguments)
    return {"message": control_views.message(workspace, said)}


def _deliver(workspace: Workspace, arguments: Json) -> Json:
    wanted = _need(arguments, "id")
    known = next((one for one in workspace.dispatches if one.dispatch.id == wanted), None)
    if known is None:
        raise NoSuchElement(f"there was no delivery {wanted}")
    return {"dispatch": control_views.dispatch(workspace.deliver(known, **arguments))}


def _verify_url(workspace: Workspace, _arguments: Json) -> Json:
    return {"dispatch": control_views.dispatch(workspace.acts.verify_url())}


def _flag_person(workspace: Workspace, arguments: Json) -> Json:
    """Flags of a person; `add` makes them first."""
    name, add = _need(arguments, "person"), arguments.pop("add", False)
    if add:
        workspace.add_person(name, **arguments)
    else:
        workspace.people[name].flag(**arguments)
    return {"people": control_views.people(workspace)}


def _flag_channel(workspace: Workspace, arguments: Json) -> Json:
    """Flags of a channel; `invite` and `remove` are lists of people, empty for the bot; `add` makes it first."""
    name = _need(arguments, "channel")
    if arguments.pop("add", False):
        workspace.add_channel(name)
    if "remove" in arguments:
        workspace.remove_from(name, *arguments.pop("remove"))
    if "invite" in arguments:
        workspace.invite_to(name, *arguments.pop("invite"))
    workspace.flag_channel(name, **arguments)
    return {"channels": control_views.channels(workspace)}


def _fault(workspace: Workspace, arguments: Json) -> Json:
    if arguments.pop("clear", False):
        workspace.clear_faults()
    else:
        workspace.fault(_need(arguments, "kind"), **arguments)
    return {"settings": control_views.settings(workspace)}


def _clock(workspace: Workspace, arguments: Json) -> Json:
    """`advance` seconds, or `set` to seconds since the epoch."""
    if "set" in arguments:
        workspace.set_clock(float(arguments["set"]))
    workspace.advance(float(arguments.get("advance", 0)))
    return {"settings": control_views.settings(workspace)}


def _settings(workspace: Workspace, arguments: Json) -> Json:
    """What is given is changed.

    `request_url`, `rate_limit`, `bot_scopes`, `bot_token_answers`, `app_token_answers`, `enterprise`, `org_wide`,
    `rules`.
    """
    if {"enterprise", "org_wide"} & set(arguments):
        world = workspace.world
        enterprise = str(arguments.get("enterprise", world.enterprise))
        workspace.join_grid(enterprise, org_wide=bool(arguments.get("org_wide", world.org_wide)))
    if "rules" in arguments:
        workspace.set_rules(**arguments["rules"])
    if "request_url" in arguments:
        workspace.request_url = str(arguments["request_url"])
    if "rate_limit" in arguments:
        workspace.rate_limit(bool(arguments["rate_limit"]))
    if "bot_scopes" in arguments:
        workspace.set_scopes(*arguments["bot_scopes"])
    for kind in ("bot", "app"):
        broken = str(arguments.get(f"{kind}_token_answers", ""))
        if broken:
            workspace.break_token("" if broken == "ok" else broken, kind=kind)
    return {"settings": control_views.settings(workspace)}


def _socket(workspace: Workspace, arguments: Json) -> Json:
    """`do` is disconnect (with a `reason`), drop, silence, switch_off or switch_on."""
    if str(arguments.get("do", "")).startswith("switch_"):
        return {"connections": workspace.sockets.switch(arguments["do"] == "switch_on")}
    if arguments.get("do") == "drop":
        return {"connections": workspace.sockets.drop()}
    if arguments.get("do") == "silence":
        return {"connections": workspace.sockets.silence()}
    return {"connections": workspace.sockets.disconnect(str(arguments.get("reason", "refresh_requested")))}


def _messages(workspace: Workspace, arguments: Json) -> Json:
    """Of a `channel`; with `ts` only that thread."""
    channel, ts = _need(arguments, "channel"), arguments.get("ts")
    found = workspace.thread(channel, str(ts)) if ts else workspace.messages(channel)
    return {"messages": [control_views.message(workspace, one) for one in found]}


def _ephemerals(workspace: Workspace, arguments: Json) -> Json:
    seen = workspace.ephemerals(_need(arguments, "person"))
    return {"messages": [control_views.message(workspace, one) for one in seen]}


def _views(workspace: Workspace, arguments: Json) -> Json:
    persona = workspace.people[_need(arguments, "person")]
    home = persona.home
    return {
        "views": [control_views.view(workspace, one) for one in persona.views],
        "home": control_views.view(workspace, home) if home else None,
    }


def _calls(workspace: Workspace, arguments: Json) -> Json:
    return {"calls": [asdict(one) for one in workspace.calls(str(arguments.get("method", "")))]}


Row = Callable[["Workspace", Json], Json]

ROWS: Mapping[tuple[str, str], Row] = {
    ("GET", "ready"): lambda workspace, _: {"ready": workspace.ready()},
    ("GET", "state"): lambda workspace, _: {"state": control_views.state(workspace)},
    ("GET", "settings"): lambda workspace, _: {"settings": control_views.settings(workspace)},
    ("GET", "people"): lambda workspace, _: {"people": control_views.people(workspace)},
    ("GET", "channels"): lambda workspace, _: {"channels": control_views.channels(workspace)},
    ("GET", "messages"): _messages,
    ("GET", "ephemerals"): _ephemerals,
    ("GET", "views"): _views,
    ("GET", "calls"): _calls,
    ("GET", "complaints"): lambda workspace, _: {"complaints": [asdict(one) for one in workspace.complaints]},
    ("GET", "mentions"): lambda workspace, _: {"mentions": [asdict(one) for one in workspace.mentions]},
    ("GET", "dispatches"): lambda workspace, _: {
        "dispatches": [control_views.dispatch(one) for one in workspace.dispatches]
    },
    ("POST", "slash"): _slash,
    ("POST", "click"): _click,
    ("POST", "suggest"): _suggest,
    ("POST", "submit"): _submit,
    ("POST", "close"): _close,
    ("POST", "home"): _open_home,
    ("POST", "event"): _event,
    ("POST", "say"): _say,
    ("POST", "deliver"): _deliver,
    ("POST", "verify_url"): _verify_url,
    ("POST", "people"): _flag_person,
    ("POST", "channels"): _flag_channel,
    ("POST", "faults"): _fault,
    ("POST", "clock"): _clock,
    ("POST", "settings"): _settings,
    ("POST", "socket"): _socket,
}
