"""What keeps a thread from its work: told in the log when it begins, when it changes, and when it is over."""

from __future__ import annotations

import logging
import threading

from bot import clock as ids
from bot.core.bot_errors import StoreUnavailable
from bot.language.translation import translate
from bot.plugin import Clock
from bot.plugin.frozen import dataclass

log = logging.getLogger("b24bot")
OVER_SECONDS = 10.0
"""So long nothing may have gone wrong before a trouble is over: a thread that finds nothing to do proves little."""
STORE = "database"


@dataclass(frozen=True, slots=True, kw_only=True)
class _LastingTrouble:
    """One trouble that lasts: its words, and when it was met last by the steady clock."""

    words: str
    met: float


class TroubleLog:
    """The troubles of all threads of a process. The database is one for them all, anything else is a thread's own."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._lasting: dict[str, _LastingTrouble] = {}

    def met(self, thread: str, error: Exception) -> None:
        """Log what a thread met, unless it is what was met before: a sentence for the database, else a traceback."""
        words = translate(error.sentence) if isinstance(error, StoreUnavailable) else f"{type(error).__name__}: {error}"
        if not self._is_news(STORE if isinstance(error, StoreUnavailable) else thread, words):
            return
        if isinstance(error, StoreUnavailable):
            sentence = f"{words} {translate(error.hint)}".strip()
            log.error("%s It is logged again when it is over.", sentence, extra={"action": "store_unavailable"})
        else:
            incident = ids.incident_id()
            extra = {"action": "thread_fault", "incident": incident}
            log.error("%s met a fault (%s)", thread, incident, exc_info=error, extra=extra)

    def record_recovery(self, thread: str) -> None:
        """Log that a trouble is over, once a thread has gone round and nobody has met it for long enough."""
        for name in (STORE, thread) if self._lasting else ():
            with self._lock:
                lasting = self._lasting.get(name)
                if lasting is None or self._clock.monotonic() - lasting.met < OVER_SECONDS:
                    continue
                del self._lasting[name]
            log.warning("no longer: %s", lasting.words, extra={"action": "trouble_over"})

    def _is_news(self, name: str, words: str) -> bool:
        with self._lock:
            before = self._lasting.get(name)
            self._lasting[name] = _LastingTrouble(words=words, met=self._clock.monotonic())
        return before is None or before.words != words
