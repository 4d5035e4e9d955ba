"""Test events: the portal is asked for one with a word of ours, and the word has to arrive at the public address."""

from __future__ import annotations

import hashlib

from bot.plugin import Services

KIND = "event_test"
KEPT_MS = 86_400_000
WAIT_SECONDS = 30.0
LOOK_SECONDS = 0.5


class EventTests:
    """The words that arrived, shared by the bot's processes."""

    def __init__(self, services: Services) -> None:
        self._records = services.records
        self._clock = services.clock

    def make_word(self) -> str:
        """A word that no test has had. It need not be secret: an event without the application's token is not heard."""
        seed = f"{self._clock.now_ms()} {self._clock.monotonic()} {self._clock.jitter(1.0)}"
        return hashlib.sha256(seed.encode()).hexdigest()[:32]

    def note(self, word: str) -> None:
        """Write down that a test event came."""
        self._records.put(KIND, word[:64], {"at": self._clock.now_ms()})

    def wait(self, word: str, seconds: float = WAIT_SECONDS) -> bool:
        """Whether the test event came, at the latest after so many seconds."""
        until = self._clock.monotonic() + seconds
        while self._records.get(KIND, word) is None:
            if self._clock.monotonic() >= until:
                return False
            self._clock.sleep(LOOK_SECONDS)
        return True

    def forget_old(self) -> None:
        """Remove the words of tests that were long ago."""
        for word, value in self._records.all(KIND).items():
            if self._clock.now_ms() - int(value["at"]) > KEPT_MS:
                self._records.delete(KIND, word)
