"""`b24bot play`: the whole bot between simulators, as a page to click on or as a story to read."""

from __future__ import annotations

import click

from bot.cli.help_page import command, option
from bot.cli.options import port
from bot.cli.output import plain, say, spoken_language
from bot.cli.processes.port_check import explain_bind_errors, try_address
from bot.cli.processes.signals import ShutdownSignal
from bot.cli.session import Terminal
from bot.plugin import Message
from bot.usecases.special_commands.terminal_commands import TERMINAL_COMMANDS

PAGE_PORT = 8724


@command("play", help=TERMINAL_COMMANDS["play"], details=Message("clihelp.play.details"), examples=("", "--story"))
@port(PAGE_PORT)
@option("--story", is_flag=True, help=Message("clihelp.option.story"))
@click.pass_context
def play(ctx: click.Context, port: int, story: bool) -> None:
    """Run the whole bot between simulators. Of the settings only B24BOT_PLUGINS counts."""
    # Imported only when wanted: a bot at work needs no playground.
    from bot.playground.demo import tell_story
    from bot.playground.page_backend import run_page

    plugins = ctx.ensure_object(Terminal).host_settings["B24BOT_PLUGINS"]
    if story:
        ctx.exit(0 if tell_story(say, plugins=plugins, read=plain, language=spoken_language()) else 1)
    with ShutdownSignal() as stop, stop.event() as told, explain_bind_errors(port):
        try_address("127.0.0.1", port)
        run_page(port, lambda address: say(Message("cli.play.address", url=address)), plugins=plugins, stop=told)
