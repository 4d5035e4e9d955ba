"""What an acknowledgement says: nothing, or why a delivery was not taken, in the language of whoever sent it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from slack_bolt.response import BoltResponse

from bot import clock as ids
from bot.core.bot_errors import LineTooLong, SecretTyped, StoreUnavailable
from bot.core.principals import Principal
from bot.language.catalogues import ENGLISH
from bot.language.translation import translate
from bot.plugin import Message, PluginError, Text
from bot.slack.ids import OrgWideDelivery, UnexpectedId
from bot.slack.incoming.payloads import form, slash_command
from bot.slack.render.slack_text import Writer
from bot.usecases.chat.delivery_errors import ORG_WIDE, ORG_WIDE_HINT

log = logging.getLogger("b24bot.slack")

FindLanguage = Callable[[Principal | None], str]
"""Find the language that somebody reads; None stands for somebody of whom nothing is known, who is not looked up."""
Payload = Mapping[str, object]
MALFORMED = (KeyError, TypeError, AttributeError, IndexError, ValueError)
"""What reading a payload raises that is not of the shape Slack documents."""
BUSY = Message("slack.acknowledgement.store_unavailable")


def speak_english(_: Principal | None) -> str:
    """Find English for everybody."""
    return ENGLISH


class Acknowledgements:
    """Writes them. `command` stands in front of lines to type."""

    def __init__(self, command: str, find_language: FindLanguage) -> None:
        self._command = command
        self.find_language = find_language

    def in_words(self, payload: Payload, *texts: Text) -> str:
        """The words for the person who typed the slash command."""
        return self._write(_read_sender(payload), *texts)

    def in_field(self, payload: Payload, error: PluginError) -> str:
        """The words under a field of a form, where nothing is a mention."""
        writer = Writer(language=self.find_language(_read_sender(payload)), command=self._command)
        return " ".join(writer.plain(text) for text in (error.sentence, error.hint) if text)

    def of_failure(self, payload: Payload, error: Exception) -> BoltResponse:
        """Who typed a command reads why it failed; for a click only the status tells Slack that it was not taken."""
        typed = "command" in payload
        match error:
            case StoreUnavailable():
                sentence = translate(error.sentence)
                log.error("a delivery could not be stored: %s", sentence, extra={"action": "store_unavailable"})
                # The person is not looked up: the database is what does not answer, and Slack waits three seconds.
                return BoltResponse(status=200, body=self._write(None, BUSY)) if typed else BoltResponse(status=503)
            case SecretTyped() | LineTooLong():
                body = self.in_words(payload, error.sentence, error.hint) if typed else ""
                return BoltResponse(status=200, body=body)
            case OrgWideDelivery():
                log.error("%s %s", ORG_WIDE, ORG_WIDE_HINT, extra={"action": "org_wide"})
                told = self._write(None, ORG_WIDE, ORG_WIDE_HINT)
                return BoltResponse(status=200, body=told) if typed else BoltResponse(status=400)
            case _ if isinstance(error, MALFORMED):
                note_malformed(error)
                return BoltResponse(status=400)
            case _:
                incident = ids.incident_id()
                log.error("a listener failed (%s)", incident, exc_info=error, extra={"action": "listener_failed"})
                told = self.in_words(payload, Message("slack.acknowledgement.failed", incident=incident))
                return BoltResponse(status=200, body=told) if typed else BoltResponse(status=500)

    def _write(self, person: Principal | None, *texts: Text) -> str:
        writer = Writer(language=self.find_language(person), command=self._command)
        return " ".join(writer.mrkdwn(text) for text in texts if text)


def _read_sender(payload: Payload) -> Principal | None:
    """Who sent a delivery; None where that cannot be read."""
    try:
        return slash_command(payload).person if "command" in payload else form(payload).person
    except MALFORMED:
        return None


def note_malformed(error: Exception) -> None:
    """Signed by Slack, and not of the shape Slack documents: no reason for a traceback, and nothing of it is logged."""
    what = str(error) if isinstance(error, UnexpectedId) else type(error).__name__
    log.warning("a malformed payload: %s", what, extra={"action": "malformed"})
