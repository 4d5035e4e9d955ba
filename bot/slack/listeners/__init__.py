"""What Bolt calls: each listener records what came in and acknowledges it, and does nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App
from slack_bolt.response import BoltResponse

from bot.core.errors import StoreUnavailable
from bot.core.inbound import Inbound
from bot.slack.inbound import click, form, slash_command
from bot.slack.render.card import ACTION_PREFIX
from bot.slack.render.form import REASON_FORM

Receive = Callable[[Inbound], object]
BUSY = "b24bot cannot write its database just now, so nothing was recorded and nothing was done. Try again in a moment."


def register(app: App, command: str, receive: Receive) -> None:
    """Attach the listeners. One slash command with our own look-up behind it keeps the cost flat (slack.md 1)."""

    @app.command(command)
    def typed(ack: Ack, body: dict[str, Any]) -> None:
        receive(slash_command(body))
        ack()

    @app.action(re.compile(f"^{re.escape(ACTION_PREFIX)}"))
    def pressed(ack: Ack, body: dict[str, Any]) -> None:
        receive(click(body))
        ack()

    @app.view(REASON_FORM)
    def sent(ack: Ack, body: dict[str, Any]) -> None:
        receive(form(body))
        ack()

    @app.event(re.compile(".*"))
    def happened(ack: Ack) -> None:
        # Events carry nothing the bot acts on yet; unanswered, Slack would repeat them.
        ack()

    @app.error
    def failed(error: Exception, body: dict[str, Any]) -> BoltResponse:
        if isinstance(error, StoreUnavailable):
            return BoltResponse(status=200 if "command" in body else 503, body=BUSY if "command" in body else "")
        raise error
