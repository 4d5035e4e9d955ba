"""`b24bot simulate`: a Slack workspace, or what a plugin brings, on loopback until told to stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import click

from bot.cli.help_page import Command, Group, command, option
from bot.cli.options import port
from bot.cli.output import print_line
from bot.cli.processes.port_check import explain_bind_errors
from bot.cli.processes.signals import ShutdownSignal
from bot.cli.session import Terminal
from bot.plugin import BadArgument, Message, Simulation
from bot.usecases.special_commands.terminal_commands import TERMINAL_COMMANDS

READY = Message("clihelp.simulate.details")


class Simulated(Protocol):
    """Something that is already running."""

    def ready(self) -> Mapping[str, Any]: ...

    def stop(self) -> None: ...


class Simulators(Group):
    """`slack`, and one command for each simulator of the plugins in B24BOT_PLUGINS."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        trouble = ctx.ensure_object(Terminal).declared.trouble
        return sorted({*super().list_commands(ctx), *(() if trouble else _brought(ctx))})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        make = _brought(ctx).get(cmd_name)
        return _command(cmd_name, make) if make else None


def _brought(ctx: click.Context) -> Mapping[str, Callable[[int], Simulation]]:
    plugins = ctx.ensure_object(Terminal).plugins
    return {name: make for plugin in plugins for name, make in plugin.simulators.items()}


def _command(name: str, make: Callable[[int], Simulation]) -> Command:
    help_text = TERMINAL_COMMANDS.get(f"simulate {name}", Message("clihelp.simulate_one", name=name))

    @command(name, help=help_text, details=READY)
    @port(0)
    @option("--seed", is_flag=True, help=Message("clihelp.option.seed"))
    def simulate_one(port: int, seed: bool) -> None:
        def start() -> Simulation:
            simulation = make(port)
            if seed:
                simulation.seed()
            return simulation

        _run(start, port)

    return simulate_one


@command(
    "slack",
    help=TERMINAL_COMMANDS["simulate slack"],
    details=READY,
    examples=("--request-url http://127.0.0.1:3000/slack/events",),
)
@port(0)
@option("--request-url", metavar="URL", default="", help=Message("clihelp.option.request_url"))
@option(
    "--rate-limit/--no-rate-limit",
    default=True,
    show_default="--rate-limit",
    help=Message("clihelp.option.rate_limit"),
)
def slack(port: int, request_url: str, rate_limit: bool) -> None:
    """Run a simulated Slack workspace."""
    # Imported only when wanted: a bot at work needs no workspace.
    from bot.playground.workspace import SlackWorkspace, WorkspaceError

    def start() -> SlackWorkspace:
        try:
            return SlackWorkspace(port=port, request_url=request_url, rate_limit=rate_limit).start()
        except WorkspaceError as error:
            told = Message("cli.simulate.request_url", url=request_url, cause=str(error))
            raise BadArgument(told) from None

    _run(start, port)


simulate = Simulators("simulate", help=TERMINAL_COMMANDS["simulate"], commands=[slack])


def _run(start: Callable[[], Simulated], port: int) -> None:
    """Say in one line of JSON how to reach it, and keep it running."""
    with ShutdownSignal() as stop:
        with explain_bind_errors(port):
            running = start()
        try:
            print_line(running.ready())
            stop.wait()
        finally:
            running.stop()
