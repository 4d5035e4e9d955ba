"""`b24bot play`: the whole bot between simulators, as a page to click on or as a story to read."""

from __future__ import annotations

import click

from bot.cli.options import port
from bot.cli.output import say
from bot.cli.port_check import explain_bind_errors, try_address
from bot.cli.session import Terminal
from bot.cli.signals import ShutdownSignal

PAGE_PORT = 8724


@click.command()
@port(PAGE_PORT)
@click.option("--story", is_flag=True, help="Tell the story in this terminal instead, and exit.")
@click.pass_context
def play(ctx: click.Context, port: int, story: bool) -> None:
    """Try the bot out: no Slack and no portal are needed; nothing leaves this machine.

    Of the settings only B24BOT_PLUGINS counts: one of the plugins has to bring a simulated portal.
    """
    # Imported only when wanted: a bot at work needs no playground.
    from bot.playground.demo import tell_story
    from bot.playground.page_backend import run_page

    plugins = ctx.ensure_object(Terminal).host_settings["B24BOT_PLUGINS"]
    if story:
        ctx.exit(0 if tell_story(say, plugins=plugins) else 1)
    with ShutdownSignal() as stop, stop.event() as told, explain_bind_errors(port):
        try_address("127.0.0.1", port)
        run_page(port, lambda address: say(f"The playground is at {address}"), plugins=plugins, stop=told)
