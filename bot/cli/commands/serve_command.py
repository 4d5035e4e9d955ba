"""`b24bot serve` and `b24bot work`: the processes that stay until they are told to stop."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from bot.cli.help_page import command, option
from bot.cli.options import PORT
from bot.cli.output import say
from bot.cli.processes.port_check import explain_bind_errors, try_address
from bot.cli.processes.signals import ShutdownSignal
from bot.cli.session import Terminal, suggest_doctor
from bot.core.bot_errors import ConfigurationError
from bot.core.joined_sentences import pair_sentences
from bot.plugin import Message, PluginError, Text
from bot.plugin.frozen import dataclass
from bot.settings import Settings
from bot.usecases.command_context.place_choice import list_adding_lines, list_place_plugins
from bot.usecases.context import Context
from bot.usecases.special_commands.terminal_commands import TERMINAL_COMMANDS

if TYPE_CHECKING:
    from bot.app import Running
    from bot.web.health import Wsgi
    from bot.web.site import Site

log = logging.getLogger("b24bot.cli")
HOST, DEFAULT_PORT = "127.0.0.1", 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the HTTP side listens."""

    host: str
    port: int
    hint: Text = Message("cli.port.choose_another_or_host")
    """What to do when nothing can listen there."""

    def url(self, port: int) -> str:
        """The address with the port that was taken."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{port}"


@command(
    "serve",
    help=TERMINAL_COMMANDS["serve"],
    details=Message("clihelp.serve.details"),
    examples=("", "--http --port 3000", "--intake-only"),
)
@option("--http", is_flag=True, help=Message("clihelp.option.http"))
@option("--host", metavar="ADDRESS", show_default=HOST, help=Message("clihelp.option.host"))
@option(
    "--port",
    metavar="PORT",
    type=PORT,
    show_default=f"$PORT, {DEFAULT_PORT}",
    help=Message("clihelp.option.serve_port"),
)
@option("--intake-only", is_flag=True, help=Message("clihelp.option.intake_only"))
@click.pass_obj
def serve(terminal: Terminal, http: bool, host: str | None, port: int | None, intake_only: bool) -> None:
    """Take what Slack sends, and do the work: by Socket Mode when SLACK_APP_TOKEN is set, else by HTTP."""
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
            address = _socket_address(settings)
        with (
            ShutdownSignal() as stop,
            terminal.running(intake=True, work=not intake_only, socket=not by_http) as running,
        ):
            if by_http and address is not None:
                _serve_http(running, address, stop)
            else:
                _serve_socket(running, address, stop)


@command("work", help=TERMINAL_COMMANDS["work"], details=Message("clihelp.work.details"))
@click.pass_obj
def work(terminal: Terminal) -> None:
    """Do the work that an intake (serve --intake-only) records."""
    with suggest_doctor():
        terminal.settings.require("SLACK_BOT_TOKEN")
        address = _health_address(terminal.settings)
        with (
            ShutdownSignal() as stop,
            terminal.running(intake=False, work=True) as running,
            _health(running, address, stop) as url,
        ):
            running.start()
            say(Message("cli.serve.working", folder=str(running.bot.settings.home)))
            _say_health(url)
            stop.wait()


def _port() -> int:
    """The port that a Procfile runner or a platform gives."""
    text = os.environ.get("PORT", "").strip() or str(DEFAULT_PORT)
    try:
        return int(PORT(text))
    except click.BadParameter:
        raise ConfigurationError(
            Message("cli.port.wrong_variable", value=text), hint=Message("cli.port.set_variable")
        ) from None


def _health_address(settings: Settings) -> Address | None:
    port = settings.health_port
    hint = Message("cli.port.choose_another_for_health", port=str((port or 0) % 65_535 + 1))
    return None if port is None else Address(host=settings["B24BOT_HEALTH_HOST"].strip() or HOST, port=port, hint=hint)


def _socket_address(settings: Settings) -> Address | None:
    """Where an intake without HTTP from Slack listens: for health checks, and for what comes to a public address."""
    address = _health_address(settings)
    return address if address or not settings.public_url else Address(host=HOST, port=_port())


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
        say(Message("cli.serve.listening", url=url))
        _say_public(running)
        say(_summary(running))
        stop.wait()


@contextmanager
def _health(running: Running, address: Address | None, stop: ShutdownSignal) -> Iterator[str]:
    """Answer about the health of this process inside, where a port is set for it; the value is where, or empty."""
    if address is None:
        yield ""
        return
    with _site(running.health(), address, stop) as url:
        yield f"{url}/readyz"


def _say_health(url: str) -> None:
    if url:
        say(Message("cli.serve.health", url=url))


def _serve_socket(running: Running, address: Address | None, stop: ShutdownSignal) -> None:
    with _health(running, address, stop) as url:
        running.start()
        running.open_socket()
        log.info("intake by Socket Mode, because SLACK_APP_TOKEN is set", extra={"action": "listening"})
        say(Message("cli.serve.connecting"))
        _say_health(url)
        _say_public(running)
        say(_summary(running))
        stop.wait()


def _say_public(running: Running) -> None:
    if running.bot.settings.public_url:
        say(Message("cli.serve.public", url=running.bot.settings.public_url))


def _summary(running: Running) -> Message:
    """What the bot works with, and how to begin, in one line."""
    ctx, channel = running.bot.context, running.bot.context.chat.channels.audit
    audit = Message("cli.serve.audit_channel", channel=channel) if channel else Message("cli.serve.no_audit_channel")
    typed = f"{running.bot.settings.command} whoami"
    return Message("cli.serve.summary", places=_places(ctx), audit=audit, command=typed)


def _places(ctx: Context) -> Message:
    try:
        plugins = list_place_plugins(ctx.registry)
        known = [place for plugin in plugins for place in plugin.places(ctx.services(plugin.name))]
    except PluginError as error:
        return Message("cli.serve.places_unknown", cause=error.sentence)
    term, lines = ctx.registry.place_term, list_adding_lines(plugins)
    if known:
        return Message("cli.serve.places", term=term.label, names=tuple(f"{one.name} ({one.label})" for one in known))
    hint = Message("check.places.add", commands=lines) if lines else Message("place.plugin_settings_hint")
    return pair_sentences(term.no_place, hint)
