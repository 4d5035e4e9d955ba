"""How far a long read has come, told while it goes on, in one message that is edited."""

from __future__ import annotations

from bot.core.principals import Principal
from bot.core.redaction.sanitizer import sanitize_text
from bot.plugin import Clock, Message, Person, Text, map_text
from bot.usecases.chat.channel_pace import ChannelRateLimiter, PostKind
from bot.usecases.chat.chat_port import Messenger, PostedMessage
from bot.usecases.chat.delivery_errors import Busy, DeliveryError
from bot.usecases.context import log

SILENT_SECONDS = 2.0
"""Most reads are over by then and nothing is said."""
PACE_SECONDS = 1.5


class Reporter:
    """Tells one person, in the channel where they typed. What does not get out is not tried again: more is to come."""

    def __init__(
        self,
        clock: Clock,
        messenger: Messenger,
        person: Principal,
        channel: str,
        pace: ChannelRateLimiter,
        *,
        thread: str = "",
    ) -> None:
        self._clock = clock
        self._messenger = messenger
        self._pace = pace
        self._person = person
        self._channel = channel
        self._thread = thread
        self._next = clock.monotonic() + SILENT_SECONDS
        self._posted: PostedMessage | None = None

    def __call__(self, done: int, total: int, what: Text) -> None:
        now = self._clock.monotonic()
        if now < self._next or not self._channel:
            return
        if not self._pace.take(self._channel, PostKind.REWRITE if self._posted else PostKind.POST):
            return
        self._next = now + PACE_SECONDS
        who = Person(person=self._person.id)
        self._say(Message("request.reading", person=who, what=map_text(what, sanitize_text), done=done, total=total))

    def finish(self) -> None:
        """Say in the same message that it is over."""
        if self._posted is not None:
            self._say(Message("request.read_finished", person=Person(person=self._person.id)))

    def _say(self, text: Message) -> None:
        try:
            self._posted = self._messenger.note(self._channel, text, self._posted, thread=self._thread)
        except DeliveryError as error:
            if isinstance(error, Busy):
                self._pace.pause(self._channel, error.seconds)
            log.info("progress did not get out: %s", error.code, extra={"action": "progress_lost"})
