"""A terminal of its own for a process that asks questions."""

from __future__ import annotations

import os
import pty
import select

from bot.plugin.loopback import GIVE_UP_SECONDS


class Screen:
    """A terminal with somebody in front of it, for a process."""

    def __init__(self) -> None:
        self._master, self.line = pty.openpty()
        self.shown = ""

    def wait_for(self, text: str) -> None:
        """Read what the process prints until the text stands there."""
        while text not in self.shown:
            ready, _, _ = select.select([self._master], [], [], GIVE_UP_SECONDS)
            assert ready, f"not shown: {text}. Shown: {self.shown}"
            self.shown += os.read(self._master, 65536).decode(errors="replace")

    def type(self, text: str) -> None:
        os.write(self._master, f"{text}\n".encode())

    def close(self) -> None:
        for descriptor in (self._master, self.line):
            os.close(descriptor)
