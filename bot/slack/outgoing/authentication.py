"""Whether Slack takes the bot's token: asked again and again while the bot runs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from bot.clock import Backoff
from bot.language.translation import translate
from bot.slack.bot_identity import Identity
from bot.slack.outgoing.messenger import Gateway
from bot.slack.token_errors import BOT_TOKEN, token_refused
from bot.usecases.chat.delivery_errors import DeliveryError

log = logging.getLogger("b24bot.slack")
FIRST_WAIT_SECONDS, MOST_WAIT_SECONDS = 1.0, 60.0
AGAIN_SECONDS = 60.0
STOP_SECONDS = 5.0


class Authentication:
    """Asks auth.test until it answers, and once a minute from then on; `note` is told each answer.

    While Slack refuses the token the bot is not ready. That is logged once, and asked about with growing pauses.
    """

    def __init__(self, gateway: Gateway, note: Callable[[Identity], None]) -> None:
        self._gateway, self._note = gateway, note
        self._stopping = threading.Event()
        self._backoff = Backoff(first=FIRST_WAIT_SECONDS, most=MOST_WAIT_SECONDS)
        self._trouble = ""
        self._refused = False
        self._thread = threading.Thread(target=self._keep_asking, name="identify", daemon=True)

    @property
    def accepted(self) -> bool:
        """Whether Slack has said who the bot is, and has not refused its token since."""
        return self._gateway.identity is not None and not self._refused

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ask no more, and note no answer that comes from now on."""
        self._stopping.set()

    def wait_stopped(self) -> None:
        """Wait, for STOP_SECONDS at most, until an answer that came before the stop is noted."""
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def _keep_asking(self) -> None:
        while not self._stopping.is_set():
            self._stopping.wait(AGAIN_SECONDS if self.ask() else self._backoff.next())

    def ask(self) -> bool:
        """Ask once; False when there was no answer, or a refusal."""
        try:
            identity = self._gateway.identify()
        except DeliveryError as error:
            self._note_trouble(error)
            return False
        if self._trouble:
            log.info("Slack answers again and takes the token", extra={"action": "auth_test_recovered"})
        self._trouble, self._refused = "", False
        self._backoff.reset()
        if not self._stopping.is_set():
            self._note(identity)
        return True

    def _note_trouble(self, error: DeliveryError) -> None:
        refused = token_refused(BOT_TOKEN, error)
        # No answer takes nothing back: a refused token stays refused until Slack has taken it.
        self._refused = self._refused or refused is not None
        if error.code == self._trouble:
            return
        self._trouble = error.code
        if refused is not None:
            sentence = f"{translate(refused.sentence)} b24bot is not ready until then. {translate(refused.hint)}"
            log.error("%s", sentence, extra={"action": "token_refused"})
        else:
            log.warning("Slack does not say who we are: %s", error.reason, extra={"action": "auth_test_failed"})
