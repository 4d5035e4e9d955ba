"""What people do in the portal itself: operators in their chats, administrators with lines and applications."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from plugins.bitrix24.simulator import administrators, application_pages
from plugins.bitrix24.simulator.calls.call import NOBODY, Cause
from plugins.bitrix24.simulator.effects import cards, dialogs, links
from plugins.bitrix24.simulator.effects.events import Event, emit, post
from plugins.bitrix24.simulator.methods.placements import DEEP_LINK
from plugins.bitrix24.simulator.row_patches import ControlError, need
from plugins.bitrix24.simulator.state.event_sender import Post, deliver
from plugins.bitrix24.simulator.state.rows import Dialog, Handler, Message
from plugins.bitrix24.simulator.state.world import ADMIN, OPERATOR, World

from .seed import app_id

ControlRequest = Mapping[str, Any]


def act(world: World, asked: ControlRequest) -> Any:
    """Do the `action` that is named; the others of its fields depend on it."""
    action = ACTIONS.get(str(asked.get("action")))
    if action is None:
        raise ControlError(f"There is no action {asked.get('action')!r}. There are: {', '.join(ACTIONS)}.")
    with world.lock:
        world.told.clear()
    return action(world, asked)


def _dialog(world: World, number: int) -> Dialog:
    row = world.state.dialogs.get(number)
    if row is None:
        raise ControlError(f"There is no chat {number}. There are: {list(world.state.dialogs)}.")
    return row


def _message(world: World, asked: ControlRequest) -> tuple[Message, Dialog]:
    row = world.state.messages.get(need(asked, "message_id", int))
    if row is None:
        raise ControlError(f"There is no message {asked['message_id']}.")
    return row, world.state.dialogs[row.chat_id]


def _cause(asked: ControlRequest, user: int = OPERATOR) -> Cause:
    return Cause(user=int(asked.get("user", user)))


def _send(world: World, name: str, row: Dialog, entries: list[dict[str, Any]], cause: Cause) -> None:
    connector = dialogs.replying_connector(world, row)
    data = {"CONNECTOR": connector, "LINE": row.line, "MESSAGES": entries}
    emit(world, Event(name=name, data=data, owner=world.state.owner(connector), cause=cause))


def _entry(row: Dialog, message: Message, told: dict[str, Any]) -> dict[str, Any]:
    return {
        "im": {"chat_id": row.chat_id, "message_id": message.id},
        "message": told,
        "chat": {"id": row.external_chat},
    }


def write(world: World, asked: ControlRequest) -> Any:
    """chat_id, text, files, user; `hidden` is a message for operators alone, `system` a text of the portal itself."""
    with world.lock:
        row, cause = _dialog(world, need(asked, "chat_id", int)), _cause(asked)
        system, text = bool(asked.get("system")), str(asked.get("text", ""))
        number = world.state.number("message", dialogs.FIRST_MESSAGE)
        made = Message(
            id=number, chat_id=row.chat_id, author=cause.user, text=text, files=tuple(asked.get("files") or ())
        )
        world.state.messages.put(number, made)
        silent = asked.get("hidden") or (system and not dialogs.flag(world, row, "NEED_SYSTEM_MESSAGES"))
        told = not silent and dialogs.heard(world, row)
        if told:
            author = world.state.users.get(cause.user)
            if not system and author and dialogs.flag(world, row, "NEED_SIGNATURE"):
                text = f"[b]{author.name}:[/b] [br]{text}"
            entry = _entry(row, made, {"user_id": cause.user, "text": text, "files": list(made.files)})
            _send(world, "ONIMCONNECTORMESSAGEADD", row, [entry], cause)
        return {"message_id": number, "told": told}


def edit(world: World, asked: ControlRequest) -> Any:
    """message_id, text: told only when the connector has acknowledged the delivery."""
    with world.lock:
        old, row = _message(world, asked)
        text = str(need(asked, "text", str))
        world.state.messages.put(old.id, replace(old, text=text))
        told = _followed(world, row, old, "EDIT_INTERNAL_MESSAGES")
        if told:
            entry = _entry(row, old, {"id": list(old.external), "text": text})
            _send(world, "ONIMCONNECTORMESSAGEUPDATE", row, [entry], _cause(asked))
        return {"told": told}


def delete(world: World, asked: ControlRequest) -> Any:
    """message_id: one entry per external id is told."""
    with world.lock:
        old, row = _message(world, asked)
        world.state.messages.put(old.id, replace(old, deleted=True))
        told = _followed(world, row, old, "DEL_INTERNAL_MESSAGES")
        if told:
            entries = [_entry(row, old, {"id": ident}) for ident in old.external]
            _send(world, "ONIMCONNECTORMESSAGEDELETE", row, entries, _cause(asked))
        return {"told": told}


def _followed(world: World, row: Dialog, message: Message, flag: str) -> bool:
    return bool(message.external) and dialogs.flag(world, row, flag) and dialogs.heard(world, row)


def close(world: World, asked: ControlRequest) -> Any:
    """chat_id: the session ends."""
    with world.lock:
        dialogs.close(world, _dialog(world, need(asked, "chat_id", int)), _cause(asked))
        return {"closed": True}


def delete_line(world: World, asked: ControlRequest) -> Any:
    """line: StatusDelete for every connector on it, then LineDelete."""
    with world.lock:
        return {"deleted": links.delete_line(world, need(asked, "line", int), _cause(asked, ADMIN))}


def disconnect(world: World, asked: ControlRequest) -> Any:
    """connector, line: the channel is taken off the line by hand."""
    with world.lock:
        links.switch_off(world, str(need(asked, "connector", str)), need(asked, "line", int), _cause(asked, ADMIN))
        return {"disconnected": True}


def open_page(world: World, asked: ControlRequest) -> Any:
    """connector, line, user, connect, uri: the connector's page in the slider, or `placement` id for a tile's page.

    A `placement` of REST_APP_URI is a link from outside with its `params`. Without `uri` the browser named no page.
    """
    with world.lock:
        user = int(asked.get("user", ADMIN))
        page = _page(world, asked, user)
        if page is None or not world.state.apps[page.client_id].hears:
            return {"shown": False}
        request = application_pages.request(world, page, referred=bool(asked.get("uri", True)))
    delivery = deliver(request, world.clock.time())
    return {"shown": True, **delivery.as_json()}


def _page(world: World, asked: ControlRequest, user: int) -> application_pages.Page | None:
    if "placement" in asked:
        place = world.state.placements.get(need(asked, "placement", int))
        if place is not None and place.placement == DEEP_LINK:
            return application_pages.linked_page(place, user, dict(asked.get("params") or {}))
        shown = place is not None and place.placement == "CONTACT_CENTER"
        return application_pages.tile_page(place, user) if place is not None and shown else None
    ident = links.connector_id(need(asked, "connector", str))
    status = world.state.status(ident, need(asked, "line", int))
    return application_pages.connector_page(world, status, user, connecting=bool(asked.get("connect", True)))


def uninstall(world: World, asked: ControlRequest) -> Any:
    """app, clean: everything it had goes; ONAPPUNINSTALL goes out afterwards, without tokens."""
    with world.lock:
        client_id = app_id(world, asked.get("app"))
        app = world.state.apps[client_id]
        goodbye = world.state.handlers.where(
            lambda row: (row.client_id, row.event) == (client_id, "ONAPPUNINSTALL") and not row.offline
        )
        data = {"LANGUAGE_ID": world.switches["language"], "CLEAN": int(bool(asked.get("clean", False)))}
        with world.sender.held() as posts:
            links.strip_application(world, client_id, NOBODY)
            for handler in goodbye if app.hears else ():
                post(world, replace(handler, user_id=0), Event(name="ONAPPUNINSTALL", data=data))
            posts.sort(key=_uninstall_order(world))
        world.state.change_app(client_id, deleted=True, installed=False)
        return {"uninstalled": client_id, "told": len(goodbye) if app.hears else 0}


def _uninstall_order(world: World) -> Callable[[Post], Any]:
    """The order in which the events of a removal arrive; shuffled is the same each time, and no order of theirs."""
    if world.switches["uninstall_order"] == "uninstall_first":
        return lambda made: made.name != "ONAPPUNINSTALL"
    return lambda made: hashlib.md5(repr((made.name, made.pairs[1:3])).encode(), usedforsecurity=False).hexdigest()


def update(world: World, asked: ControlRequest) -> Any:
    """app: a new version of the application is installed over it."""
    with world.lock:
        client_id = app_id(world, asked.get("app"))
        told = [row for row in world.state.handlers.rows() if (row.client_id, row.event) == (client_id, "ONAPPUPDATE")]
        if world.switches["update_drops_bindings"] == "yes":
            world.state.handlers.drop_where(lambda row: row.client_id == client_id)
            world.state.placements.drop_where(lambda row: row.client_id == client_id and row.own)
        former = world.state.apps[client_id].version
        app = world.state.change_app(client_id, version=former + 1)
        data = {"VERSION": app.version, "PREVIOUS_VERSION": former, "LANGUAGE_ID": world.switches["language"]}
        for handler in told if world.switches["app_update_event"] == "onappupdate" else ():
            post(world, handler, Event(name="ONAPPUPDATE", data=data, cause=Cause(user=ADMIN)))
        return {"updated": client_id}


def pay_application(world: World, asked: ControlRequest) -> Any:
    """app: its term is paid again, which a switch says how the portal tells."""
    with world.lock:
        app = world.state.change_app(app_id(world, asked.get("app")), paid=True)
        switch = world.switches["app_payment_event"]
        data = {"CODE": app.client_id, "VERSION": app.version, "STATUS": app.status, "PAYMENT_EXPIRED": "N", "DAYS": 30}
        event = Event(name="ONAPPPAYMENT", data=data, signed=switch == "signed")
        if switch != "none":
            emit(world, event)
        return {"paid": app.client_id}


def install(world: World, asked: ControlRequest) -> Any:
    """app, handler: it is put back as a new row with a new application_token, and told so at `handler`."""
    with world.lock:
        client_id = app_id(world, asked.get("app"))
        number = world.state.number("app", 100)
        app = world.state.change_app(
            client_id, app_id=number, application_token="", active=True, installed=True, deleted=False
        )
        data = {
            "VERSION": 1,
            "ACTIVE": "Y",
            "INSTALLED": "Y",
            "LANGUAGE_ID": world.switches["language"],
        }
        event = Event(name="ONAPPINSTALL", data=data, cause=Cause(user=ADMIN))
        if asked.get("handler"):
            post(world, Handler(id=0, client_id=client_id, event=event.name, url=str(asked["handler"])), event)
        return {"installed": client_id, "application_token": world.application_token(app)}


def save_card(world: World, asked: ControlRequest) -> Any:
    """handler, install_path, api_only, scope, app: the card of a local application is created, or changed by `app`.

    An API-only card with an installation path gets ONAPPINSTALL, once and without another try. A card with an interface
    and an installation path is not installed until its page calls installFinish. A change of the path sends nothing.
    """
    with world.lock:
        old = world.state.apps[app_id(world, asked["app"])] if asked.get("app") else None
        app = cards.save(
            world,
            old,
            handler=str(need(asked, "handler", str)),
            install_path=str(asked.get("install_path", "")),
            api_only=bool(asked.get("api_only", False)),
            scope=tuple(asked.get("scope") or world.state.apps[world.facts.main.client_id].scope),
        )
    if world.switches["install_post"] == "before_save":
        world.sender.idle()
    with world.lock:
        return {"client_id": app.client_id, "client_secret": app.client_secret, "installed": app.installed}


def open_application(world: World, asked: ControlRequest) -> Any:
    """app, user, uri: the application's page, its installation page as long as it is not installed."""
    with world.lock:
        app = world.state.apps[app_id(world, asked.get("app"))]
        page = application_pages.menu_page(app.client_id, application_pages.address(app), int(asked.get("user", ADMIN)))
        request = application_pages.request(world, page, referred=bool(asked.get("uri", True)))
    return deliver(request, world.clock.time()).as_json()


def finish_installation(world: World, asked: ControlRequest) -> Any:
    """app: what the page's call of installFinish does."""
    with world.lock:
        app = world.state.change_app(app_id(world, asked.get("app")), installed=True)
        return {"installed": app.client_id}


def dismiss(world: World, asked: ControlRequest) -> Any:
    """user: an employee leaves; their tokens of local applications are refused from now on."""
    with world.lock:
        user = world.state.users.get(need(asked, "user", int))
        if user is None:
            raise ControlError(f"There is no user {asked['user']}. There are: {list(world.state.users)}.")
        world.state.users.put(user.id, replace(user, active=False))
        return {"dismissed": user.id}


def clean_up(world: World, _asked: ControlRequest) -> Any:
    """The portal's agent: rows that are off and rows of connectors that nobody knows."""
    with world.lock:
        gone = world.state.statuses.drop_where(lambda row: not row.active or not world.state.provided(row.connector))
        return {"removed": [[row.connector, row.line] for row in gone]}


ACTIONS: dict[str, Callable[[World, ControlRequest], Any]] = {
    "write": write,
    "edit": edit,
    "delete": delete,
    "close": close,
    "delete_line": delete_line,
    "disconnect": disconnect,
    "open_page": open_page,
    "uninstall": uninstall,
    "install": install,
    "update": update,
    "pay_application": pay_application,
    "save_card": save_card,
    "open_application": open_application,
    "finish_installation": finish_installation,
    "dismiss": dismiss,
    "clean_up": clean_up,
    **administrators.ACTIONS,
}
