"""Whether the files that keep a second bot out are still the ones this process holds."""

from __future__ import annotations

from bot.core.authority.limits import Limit, Mode
from bot.plugin import Message
from bot.usecases.context import Context

FILES = "files"
CHECK_SECONDS = 60.0


def note_files(ctx: Context) -> Limit | None:
    """Compare the lock files and the database file with those held, and keep or lift the limit.

    Where one was deleted, replaced or given another name, a second bot may be at work on the same place, or what this
    one writes goes to a file that nobody will find.
    """
    why = ctx.files.find_displaced()
    limit = None
    if why:
        sentence, until = Message("limit.files", trouble=why), Message("limit.until.restarted")
        limit = Limit(name=FILES, mode=Mode.READ_ONLY, why=sentence, until=until)
    ctx.limits.keep_limit(FILES, limit)
    return limit


class FileWatch:
    """Compares them again each minute, by the clock that nobody sets."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._due = ctx.clock.monotonic()

    def run_once(self) -> None:
        now = self._ctx.clock.monotonic()
        if now >= self._due:
            self._due = now + CHECK_SECONDS
            note_files(self._ctx)
