"""What the log of this process has under each reference, so that an admin need not open the log."""

from __future__ import annotations

import logging
import threading
import traceback
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import PurePath

from bot.core.text import one_line
from bot.language.translation import translate
from bot.plugin import Clock, Message
from bot.plugin.frozen import dataclass

MOST_FAULTS = 500
"""References that are kept, the newest."""
MOST_FRAMES = 8
LONGEST_WORDS = 1_000
NAME = "b24bot"
"""The logger below which all of the bot's own are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultDetail:
    """One line of the log with a reference, and what raised it."""

    at: int
    """UTC epoch milliseconds."""
    action: str
    """The machine name of the line."""
    words: str
    cause: str = ""
    frames: tuple[str, ...] = ()
    """Where it was raised, the outermost first."""


class FaultDetails(logging.Handler):
    """Keeps the lines that have a reference. Another process, and this one after a restart, knows nothing of them."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._guard = threading.Lock()
        self._kept: OrderedDict[str, FaultDetail] = OrderedDict()

    def begin(self) -> None:
        """Keep what is logged from now on."""
        logging.getLogger(NAME).addHandler(self)

    def end(self) -> None:
        """Keep no more of it."""
        logging.getLogger(NAME).removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        reference = getattr(record, "incident", "")
        if not reference:
            return
        error = record.exc_info[1] if record.exc_info else None
        detail = FaultDetail(
            at=self._clock.now_ms(),
            action=str(getattr(record, "action", "")),
            words=_cut(_read_words(record)),
            cause="" if error is None else _cut(f"{type(error).__name__}: {error}"),
            frames=() if error is None else tuple(_list_frames(error)),
        )
        with self._guard:
            self._kept.setdefault(str(reference), detail)
            if len(self._kept) > MOST_FAULTS:
                self._kept.popitem(last=False)

    def find(self, reference: str) -> FaultDetail | None:
        """What is kept under a reference; None where nothing is."""
        with self._guard:
            return self._kept.get(reference)


def _read_words(record: logging.LogRecord) -> str:
    args = record.args if isinstance(record.args, tuple) else ()
    try:
        return str(record.msg) % tuple(translate(one) if isinstance(one, Message) else one for one in args)
    except (TypeError, ValueError, KeyError):
        return str(record.msg)


def _list_frames(error: BaseException) -> Iterator[str]:
    """The innermost frames: a module with its folder, the line, and the function."""
    for frame in traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]:
        place = "/".join(PurePath(frame.filename).parts[-2:])
        yield f"{place}:{frame.lineno} {frame.name}"


def _cut(words: str) -> str:
    return one_line(words)[:LONGEST_WORDS]
