"""What is left to do after `b24bot init`, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bot.checks.slack_answers import ADMINS, APP_TOKEN, APPROVAL_CHANNEL, AUDIT_CHANNEL, BOT_TOKEN, SIGNED_WITH
from bot.core.bot_errors import ConfigurationError
from bot.host.discovery import close_plugins, load_plugins
from bot.plugin import Message, Text
from bot.settings import Settings
from bot.usecases.command_context.place_choice import list_adding_lines

Step = Callable[[Settings], Message | None]


def list_remaining_steps(settings: Settings) -> Iterator[Message]:
    """The steps that these settings do not show as done."""
    yield from filter(None, (step(settings) for step in STEPS))


def _tokens(settings: Settings) -> Message | None:
    missing: list[Text] = [name for name in (BOT_TOKEN,) if not settings[name]]
    if not settings[SIGNED_WITH] and not settings[APP_TOKEN]:
        missing.append(Message("cli.init.step.secret_or_token"))
    return Message("cli.init.step.tokens", settings=tuple(missing)) if missing else None


def _channels(settings: Settings) -> Message | None:
    missing = [name for name in (APPROVAL_CHANNEL, AUDIT_CHANNEL) if not settings[name]]
    return Message("cli.init.step.channels", settings=tuple(missing)) if missing else None


def _app(settings: Settings) -> Message | None:
    return None if settings[BOT_TOKEN] else Message("cli.init.step.app")


def _people(settings: Settings) -> Message | None:
    return None if settings[ADMINS] else Message("cli.init.step.admin")


def _place(settings: Settings) -> Message | None:
    """Name the commands that make a first place known; a plugin without one has its places in its settings."""
    try:
        plugins = load_plugins(settings["B24BOT_PLUGINS"])
    except ConfigurationError:
        # `b24bot doctor`, which is the next step, says what is wrong.
        return None
    try:
        lines = list_adding_lines(plugins)
    finally:
        close_plugins(plugins)
    return Message("cli.init.step.place", commands=lines) if lines else Message("cli.init.step.place_settings")


STEPS: tuple[Step, ...] = (
    _app,
    _tokens,
    _channels,
    _people,
    _place,
    lambda _: Message("cli.init.step.doctor"),
    lambda _: Message("cli.init.step.serve"),
)
"""What is left to do, in order; a step that is done is left out."""
