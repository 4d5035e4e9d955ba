"""`b24bot serve` and `b24bot work`: the processes that stay until they are told to stop."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from bot.cli.options import PORT
from bot.cli.output import say
from bot.cli.port_check import OTHER_PORT, explain_bind_errors, try_address
from bot.cli.session import Terminal, suggest_doctor
from bot.cli.signals import ShutdownSignal
from bot.core.bot_errors import ConfigurationError
from bot.language.translation import translate
from bot.plugin import PluginError
from bot.plugin.frozen import dataclass
from bot.settings import Settings
from bot.usecases.place_choice import list_place_plugins

if TYPE_CHECKING:
    from bot.app import Running
    from bot.web.health import Wsgi
    from bot.web.site import Site

log = logging.getLogger("b24bot.cli")
NO_PLACE = "No portal is set up yet: b24bot portal add NAME."
HOST, DEFAULT_PORT = "127.0.0.1", 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the HTTP side listens."""

    host: str
    port: int
    hint: str = f"{OTHER_PORT} Or choose another --host."
    """What to do when nothing can listen there."""

    def url(self, port: int) -> str:
        """The address with the port that was taken."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{port}"


@click.command()
@click.option("--http", is_flag=True, help="Take requests by HTTP even if SLACK_APP_TOKEN is set.")
@click.option("--host", help=f"Address to listen on over HTTP.  [default: {HOST}]")
@click.option("--port", type=PORT, help=f"Implies --http; 0 picks a free one.  [default: $PORT or {DEFAULT_PORT}]")
@click.option("--intake-only", is_flag=True, help="Leave the work to another process: b24bot work.")
@click.pass_obj
def serve(terminal: Terminal, http: bool, host: str | None, port: int | None, intake_only: bool) -> None:
    """Take what Slack sends, and do the work.

    By Socket Mode when SLACK_APP_TOKEN is set, else by HTTP: POST /slack/events, GET /healthz, GET /readyz.
    In Socket Mode B24BOT_HEALTH_PORT has the last two.
    """
    with suggest_doctor():
        settings = terminal.settings
        settings.require("SLACK_BOT_TOKEN")
        by_http = http or port is not None or not settings["SLACK_APP_TOKEN"]
        if by_http:
            from bot.checks.check import Environment
            from bot.checks.slack_access import check_intake

            check_intake(Environment(settings, lambda: settings, by_http=True))
            address: Address | None = Address(host=host or HOST, port=_port() if port is None else port)
        else:
            address = _health_address(settings)
        with (
            ShutdownSignal() as stop,
            terminal.running(intake=True, work=not intake_only, socket=not by_http) as running,
        ):
            if by_http and address is not None:
                _serve_http(running, address, stop)
            else:
                _serve_socket(running, address, stop)


@click.command()
@click.pass_obj
def work(terminal: Terminal) -> None:
    """Do the work that an intake (serve --intake-only) records.

    B24BOT_HEALTH_PORT has GET /healthz and GET /readyz. Two processes on one host need two ports.
    """
    with suggest_doctor():
        terminal.settings.require("SLACK_BOT_TOKEN")
        address = _health_address(terminal.settings)
        with (
            ShutdownSignal() as stop,
            terminal.running(intake=False, work=True) as running,
            _health(running, address, stop) as told,
        ):
            running.start()
            say(f"Working on {running.bot.settings.home}{told}")
            stop.wait()


def _port() -> int:
    """The port that a Procfile runner or a platform gives."""
    text = os.environ.get("PORT", "").strip() or str(DEFAULT_PORT)
    try:
        return int(PORT(text))
    except click.BadParameter:
        raise ConfigurationError(
            f"PORT={text} is not a port.", hint="Set it to a number up to 65535, or give --port."
        ) from None


def _health_address(settings: Settings) -> Address | None:
    port = settings.health_port
    hint = (
        "Set B24BOT_HEALTH_PORT or B24BOT_HEALTH_HOST to another one. Two processes on one host need two ports, for "
        f"example: B24BOT_HEALTH_PORT={(port or 0) % 65_535 + 1} b24bot work"
    )
    return None if port is None else Address(host=settings["B24BOT_HEALTH_HOST"].strip() or HOST, port=port, hint=hint)


@contextmanager
def _site(application: Wsgi, address: Address, stop: ShutdownSignal) -> Iterator[str]:
    """Serve by HTTP inside; the value is where."""
    from bot.web.site import FINISH_SECONDS, Site

    with explain_bind_errors(address.port, hint=address.hint):
        site = Site(application, try_address(address.host, address.port), address.port)
    serving = threading.Thread(target=_run, args=(site, stop), name="site", daemon=True)
    serving.start()
    try:
        yield address.url(site.port)
    finally:
        site.stop()
        serving.join(timeout=FINISH_SECONDS + 1)


def _run(site: Site, stop: ShutdownSignal) -> None:
    """A site that ends by itself ends the process: it would look alive and take nothing."""
    try:
        site.run()
    finally:
        stop.tell()


def _serve_http(running: Running, address: Address, stop: ShutdownSignal) -> None:
    with _site(running.http(), address, stop) as url:
        running.start()
        log.info("intake by HTTP", extra={"action": "listening"})
        say(f"Listening on {url}")
        say(_summary(running))
        stop.wait()


@contextmanager
def _health(running: Running, address: Address | None, stop: ShutdownSignal) -> Iterator[str]:
    """Answer about the health of this process inside, where a port is set for it; the value says where."""
    if address is None:
        yield ""
        return
    with _site(running.health(), address, stop) as url:
        yield f"; health at {url}/readyz"


def _serve_socket(running: Running, address: Address | None, stop: ShutdownSignal) -> None:
    with _health(running, address, stop) as told:
        running.start()
        running.open_socket()
        log.info("intake by Socket Mode, because SLACK_APP_TOKEN is set", extra={"action": "listening"})
        say(f"Connecting to Slack by Socket Mode{told}")
        say(_summary(running))
        stop.wait()


def _summary(running: Running) -> str:
    """What the bot works with, and how to begin, in one line."""
    ctx, command = running.bot.context, running.bot.settings.command
    try:
        known = [
            place for plugin in list_place_plugins(ctx.registry) for place in plugin.places(ctx.services(plugin.name))
        ]
        names = ", ".join(f"{place.name} ({place.label})" for place in known)
        told = f"{'Portal' if len(known) == 1 else 'Portals'}: {names}." if known else NO_PLACE
    except PluginError as error:
        told = f"The portals cannot be listed: {translate(error.sentence)}"
    audit = (
        f"Audit channel: {ctx.chat.channels.audit}."
        if ctx.chat.channels.audit
        else "No audit channel: nothing is changed."
    )
    return f"{told} {audit} Type {command} whoami in Slack."
