"""The card of a local application: what its form creates and changes (docs/portal-behaviour.md P117, P118)."""

from __future__ import annotations

from dataclasses import replace

from plugins.bitrix24.simulator.calls.call import Cause
from plugins.bitrix24.simulator.effects.events import Event, post
from plugins.bitrix24.simulator.state.rows import Application, Handler
from plugins.bitrix24.simulator.state.world import ADMIN, World, new_credentials

INSTALL = "ONAPPINSTALL"
_TIMES = {"once": 1, "delayed": 1, "before_save": 1, "twice": 2, "lost": 0}
LATE_SECONDS = 60.0


def save(
    world: World,
    old: Application | None,
    *,
    handler: str,
    install_path: str,
    api_only: bool,
    scope: tuple[str, ...],
) -> Application:
    """Save a card: a new application where `old` is None, else the same one with other addresses."""
    if old is not None:
        app = replace(old, redirect_uri=handler, install_path=install_path, api_only=api_only, scope=scope)
        _move_handler(world, app)
        return world.state.apps.put(app.client_id, app)
    keys = new_credentials("Local application", world.state.number("app", 100))
    app = Application(
        client_id=keys.client_id,
        app_id=keys.app_id,
        name=keys.name,
        client_secret=keys.client_secret,
        scope=scope,
        redirect_uri=handler,
        install_path=install_path,
        api_only=api_only,
        installed=api_only or not install_path,
    )
    world.state.apps.put(app.client_id, app)
    row = _move_handler(world, app)
    data = {"VERSION": 1, "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": world.switches["language"]}
    if row is not None:
        for _ in range(_TIMES[world.switches["install_post"]]):
            _announce(world, row, Event(name=INSTALL, data=data, cause=Cause(user=ADMIN)))
    return app


def _announce(world: World, row: Handler, event: Event) -> None:
    def send() -> None:
        with world.lock:
            world.told.clear()
            post(world, row, event)

    if world.switches["install_post"] == "delayed":
        world.sender.later(LATE_SECONDS, send)
    else:
        send()


def _move_handler(world: World, app: Application) -> Handler | None:
    """The row of ONAPPINSTALL that an API-only card with an installation path has; None for any other card."""
    world.state.handlers.drop_where(lambda row: (row.client_id, row.event) == (app.client_id, INSTALL))
    if not (app.api_only and app.install_path):
        return None
    number = world.state.number("handler", 555)
    return world.state.handlers.put(
        number, Handler(id=number, client_id=app.client_id, event=INSTALL, url=app.install_path)
    )
