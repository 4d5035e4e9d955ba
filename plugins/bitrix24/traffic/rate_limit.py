"""The portal's rate limit, kept on our side: pacing wastes nothing, running into the limit does.

The portal's bucket is per source address, shared by every process on it, and a request adds one to it: 50 that drain
at 2 a second, or 250 at 5 on the Enterprise plan (docs/portal-behaviour.md P17). Ours holds a little less, because a
portal that drains once a second is behind one that drains all the time.
"""

from __future__ import annotations

import fcntl
import hashlib
import math
import os
import struct
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from bot.plugin import Message, Refusal, Services
from bot.plugin.frozen import dataclass
from plugins.bitrix24.redaction.excerpt import excerpt


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """Requests that may go at once, and how many a second after that."""

    holds: float
    drains: float


OVERTAKEN_SECONDS = 60.0
"""A thread, or a process, may be kept for so long between its look at the clock and its turn."""
STANDARD = RateLimit(holds=48.0, drains=2.0)
ENTERPRISE = RateLimit(holds=245.0, drains=5.0)
PACES: Mapping[str, RateLimit] = {"standard": STANDARD, "enterprise": ENTERPRISE}


def pace(settings: Mapping[str, str]) -> RateLimit:
    """How fast portals may be asked. Raises Refusal for a word that is no plan."""
    word = settings.get("BITRIX24_PLAN", "").strip().lower() or "standard"
    if word not in PACES:
        raise Refusal(
            Message("bitrix24.portal.setting_plan_wrong", value=excerpt(word)),
            hint=Message("bitrix24.portal.do_set_plan", values=tuple(PACES)),
        )
    return PACES[word]


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How full a bucket was at a moment."""

    level: float = 0.0
    seen: float = -math.inf

    def at(self, now: float, pace: RateLimit) -> Level:
        """What has not drained since. A clock that starts anew, as after a restart of the machine, drains nothing.

        Nor does a moment that is a little late, because somebody else came in between: what drained up to then must
        not drain once more.
        """
        if self.seen - OVERTAKEN_SECONDS < now:
            now = max(now, self.seen)
        passed = max(0.0, now - self.seen)
        return Level(level=max(0.0, self.level - passed * pace.drains) if math.isfinite(passed) else 0.0, seen=now)


Change = Callable[[Level], tuple[Level, float | None]]


class Bucket(Protocol):
    """What paces the requests to one portal. Times are seconds of a clock that never goes back."""

    def take(self, now: float, *, most: float = math.inf) -> float | None:
        """Take a place and say for how many seconds to wait before sending. None: longer than `most`, nothing taken.

        Places are given in order, so that everybody who waits gets a turn.
        """
        ...

    def overflowed(self, now: float) -> None:
        """The portal said that its bucket is full."""
        ...

    def used(self, now: float) -> float:
        """The share of the bucket that is full, between 0 and 1."""
        ...


class _Rules(ABC):
    """How a bucket changes. Where its level is kept is its subclass's matter."""

    def __init__(self, pace: RateLimit = STANDARD) -> None:
        self._pace = pace

    def take(self, now: float, *, most: float = math.inf) -> float | None:
        def taken(before: Level) -> tuple[Level, float | None]:
            level = before.at(now, self._pace)
            wait = max(0.0, (level.level + 1.0 - self._pace.holds) / self._pace.drains)
            return (level, None) if wait > most else (Level(level=level.level + 1.0, seen=level.seen), wait)

        return self._change(taken)

    def overflowed(self, now: float) -> None:
        def filled(before: Level) -> tuple[Level, float | None]:
            level = before.at(now, self._pace)
            return Level(level=max(level.level, self._pace.holds), seen=level.seen), None

        self._change(filled)

    def used(self, now: float) -> float:
        def looked_at(before: Level) -> tuple[Level, float | None]:
            return before, min(1.0, before.at(now, self._pace).level / self._pace.holds)

        return self._change(looked_at) or 0.0

    @abstractmethod
    def _change(self, change: Change) -> float | None: ...


class LocalBucket(_Rules):
    """The bucket of one process, for any number of threads."""

    def __init__(self, pace: RateLimit = STANDARD) -> None:
        super().__init__(pace)
        self._lock = threading.Lock()
        self._level = Level()

    def _change(self, change: Change) -> float | None:
        with self._lock:
            self._level, told = change(self._level)
            return told


_FORM = struct.Struct("<dd")
_TRIES = 200
_PAUSE = 0.005


class SharedBucket(_Rules):
    """One bucket for all processes of the bot on this host: two numbers in a locked file.

    `time.monotonic` counts from the start of the machine, so its seconds mean the same in each of them. Where the
    file cannot be used, this process paces itself alone and says so once.
    """

    def __init__(self, services: Services, member_id: str, pace: RateLimit = STANDARD) -> None:
        super().__init__(pace)
        self._path = bucket_file(services.scratch, member_id)
        self._log, self._sleep = services.log, services.clock.sleep
        self._threads = threading.Lock()
        self._alone = LocalBucket(pace)
        self._told = False

    def _change(self, change: Change) -> float | None:
        try:
            with self._threads, self._locked() as file:
                level, told = change(_read(file))
                os.pwrite(file, _FORM.pack(level.level, level.seen), 0)
                return told
        except OSError as error:
            self._tell(error)
            return self._alone._change(change)

    @contextmanager
    def _locked(self) -> Iterator[int]:
        file = self._open()
        try:
            self._lock(file)
            yield file
        finally:
            # Closing it gives the lock back.
            os.close(file)

    def _open(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except FileNotFoundError:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _lock(self, file: int) -> None:
        """Others hold it for microseconds. One that was stopped while it did must not stop everybody."""
        for _ in range(_TRIES):
            try:
                return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._sleep(_PAUSE)
        raise OSError(f"another process holds {self._path.name}")

    def _tell(self, error: OSError) -> None:
        if not self._told:
            self._told = True
            reason = error.strerror or str(error)
            self._log.warning(
                "the limit of the portal cannot be shared with other processes of the bot, so each keeps to it alone: "
                "%s: %s",
                self._path.parent,
                reason,
                extra={"action": "bucket_alone"},
            )


def bucket_file(scratch: Path, member_id: str) -> Path:
    """Where the level of a portal is kept; a member_id may hold anything, so its digest names the file."""
    return scratch / f"bucket-{hashlib.sha256(member_id.encode()).hexdigest()[:16]}"


def _read(file: int) -> Level:
    """What is no level, as after a full disk, counts as an empty bucket: the portal will say if it is not."""
    raw = os.pread(file, _FORM.size, 0)
    if len(raw) != _FORM.size:
        return Level()
    level, seen = _FORM.unpack(raw)
    sound = math.isfinite(level) and math.isfinite(seen) and 0.0 <= level < 1e6
    return Level(level=level, seen=seen) if sound else Level()
