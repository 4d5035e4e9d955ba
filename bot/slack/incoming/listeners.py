"""What Bolt calls: each of it records what came in and acknowledges it, and does nothing else."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App
from slack_bolt.middleware import Middleware
from slack_bolt.request import BoltRequest
from slack_bolt.response import BoltResponse

from bot import clock as ids
from bot.core.bot_errors import LineTooLong, SecretTyped, StoreUnavailable
from bot.core.messages.deliveries import Inbound
from bot.language.translation import translate
from bot.plugin import PluginError
from bot.slack.ids import OrgWideDelivery, UnexpectedId
from bot.slack.incoming.payloads import click, form, slash_command
from bot.slack.render.card_buttons import ACTION_PREFIX
from bot.slack.render.form import REASON_FIELD, REASON_FORM
from bot.store.repositories.jobs import Receipt
from bot.usecases.delivery_errors import ORG_WIDE, ORG_WIDE_HINT
from bot.usecases.intake.receipts import TOO_MANY_SENTENCE

log = logging.getLogger("b24bot.slack")

Receive = Callable[[Inbound], object]
MALFORMED = (KeyError, TypeError, AttributeError, IndexError, ValueError)
"""What reading a payload raises that is not of the shape Slack documents."""
BUSY = "b24bot cannot write its database just now, so nothing was recorded and nothing was done. Try again in a moment."


def register(app: App, receive: Receive) -> None:
    """Attach the listeners of all that is no slash command."""

    @app.action(re.compile(f"^{re.escape(ACTION_PREFIX)}"))
    def pressed(ack: Ack, body: dict[str, Any]) -> None:
        receive(click(body))
        ack()

    @app.view(REASON_FORM)
    def sent(ack: Ack, body: dict[str, Any]) -> None:
        try:
            receive(form(body))
        except SecretTyped as error:
            # Under the field where it stands, so that the person can take it out.
            ack(response_action="errors", errors={REASON_FIELD: _in_words(error)})
        else:
            ack()

    @app.event(re.compile(".*"))
    def happened(ack: Ack) -> None:
        # Events carry nothing the bot acts on yet; unanswered, Slack would repeat them.
        ack()

    @app.error
    def failed(error: Exception, body: dict[str, Any]) -> BoltResponse:
        return _answer_to(error, typed="command" in body)


class CommandIntake(Middleware):
    """Takes the slash command as soon as Bolt has checked its signature, before it looks for a listener.

    For a listener Bolt makes all the arguments there may be, twice for each request, and the person waits for that. One
    slash command with our own look-up behind it keeps the cost flat (docs/slack-behaviour.md S8).
    """

    def __init__(self, command: str, receive: Receive) -> None:
        self._command = command
        self._receive = receive

    def process(self, *, req: BoltRequest, resp: BoltResponse, next: Callable[[], BoltResponse]) -> BoltResponse | None:
        if req.body.get("command") != self._command:
            return next()
        receipt = self._receive(slash_command(req.body))
        told = translate(TOO_MANY_SENTENCE) if receipt is Receipt.TOO_MANY else ""
        return BoltResponse(status=200, body=told)


def _in_words(error: PluginError) -> str:
    return f"{translate(error.sentence)} {translate(error.hint)}"


def _answer_to(error: Exception, *, typed: bool) -> BoltResponse:
    """Who typed a command reads why it failed; for a click only the status tells Slack that it was not taken."""
    match error:
        case StoreUnavailable():
            log.error("a delivery could not be stored: %s", error.sentence, extra={"action": "store_unavailable"})
            status, sentence = 503, BUSY
        case SecretTyped() | LineTooLong():
            return BoltResponse(status=200, body=_in_words(error) if typed else "")
        case OrgWideDelivery():
            log.error("%s %s", translate(ORG_WIDE), translate(ORG_WIDE_HINT), extra={"action": "org_wide"})
            told = f"{translate(ORG_WIDE)} {translate(ORG_WIDE_HINT)}"
            return BoltResponse(status=200, body=told) if typed else BoltResponse(status=400)
        case _ if isinstance(error, MALFORMED):
            note_malformed(error)
            return BoltResponse(status=400)
        case _:
            incident = ids.incident_id()
            log.error("a listener failed (%s)", incident, exc_info=error, extra={"action": "listener_failed"})
            status, sentence = 500, f"Something went wrong inside b24bot. Tell an admin the reference {incident}."
    return BoltResponse(status=200, body=sentence) if typed else BoltResponse(status=status)


def note_malformed(error: Exception) -> None:
    """Signed by Slack, and not of the shape Slack documents: no reason for a traceback, and nothing of it is logged."""
    what = str(error) if isinstance(error, UnexpectedId) else type(error).__name__
    log.warning("a malformed payload: %s", what, extra={"action": "malformed"})
