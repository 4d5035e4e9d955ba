"""`b24bot simulate`: a Slack workspace, or what a plugin brings, on loopback until told to stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import click

from bot.cli.options import port
from bot.cli.output import print_line
from bot.cli.port_check import explain_bind_errors
from bot.cli.session import Terminal
from bot.cli.signals import ShutdownSignal
from bot.plugin import BadArgument, Simulation


class Simulated(Protocol):
    """Something that is already running."""

    def ready(self) -> Mapping[str, Any]: ...

    def stop(self) -> None: ...


class Simulators(click.Group):
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


def _command(name: str, make: Callable[[int], Simulation]) -> click.Command:
    @click.command(
        name, help=f"A simulated {name} on 127.0.0.1. Prints what is needed to reach it as one line of JSON."
    )
    @port(0)
    @click.option("--seed", is_flag=True, help="Put in what the playground's story is about.")
    def simulate_one(port: int, seed: bool) -> None:
        def start() -> Simulation:
            simulation = make(port)
            if seed:
                simulation.seed()
            return simulation

        _run(start, port)

    return simulate_one


@click.group(cls=Simulators)
def simulate() -> None:
    """Stand-ins on this machine, to try things out: a Slack workspace, a portal."""


@simulate.command("slack")
@port(0)
@click.option("--request-url", default="", help="Where the bot listens, like http://127.0.0.1:3000/slack/events")
@click.option("--rate-limit/--no-rate-limit", default=True, show_default=True, help="Answer 429 as Slack does.")
def slack(port: int, request_url: str, rate_limit: bool) -> None:
    """A simulated Slack workspace on 127.0.0.1. Prints what is needed to reach it as one line of JSON."""
    # Imported only when wanted: a bot at work needs no workspace.
    from bot.playground.workspace import SlackWorkspace, WorkspaceError

    def start() -> SlackWorkspace:
        try:
            return SlackWorkspace(port=port, request_url=request_url, rate_limit=rate_limit).start()
        except WorkspaceError as error:
            raise BadArgument(f"--request-url {request_url} cannot be used: {error}.") from None

    _run(start, port)


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
