"""A terminal beside the page: what it needs to be one of this playground's bot, and the lines to type there."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

PROGRAM = "b24bot"
SECONDS = 30.0
"""How long a command may take to end once its input has ended."""


def write_settings(folder: Path, settings: Mapping[str, str]) -> None:
    """Write the settings of the playground's bot where a command that is run in this folder reads them."""
    path = folder / ".env"
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))


def connecting_line(folder: Path, domain: str) -> str:
    """The line that connects another application of the simulated portal."""
    words = [_program(), "portal", "connect", "second", "--domain", domain]
    return f"{shlex.join(['cd', str(folder)])} && {shlex.join(words)}"


def _program() -> str:
    return str(Path(sys.executable).with_name(PROGRAM))


class SecondTerminal:
    """Commands in a process of their own, with the settings of the playground's bot. Use as a context manager."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self._folder = folder
        self._settings = settings
        self._lines: list[str] = []
        self._running: subprocess.Popen[str] | None = None
        self._reading: list[threading.Thread] = []

    @property
    def lines(self) -> Sequence[str]:
        """What the newest command has printed so far."""
        return tuple(self._lines)

    def run(self, line: str, *, secrets: Mapping[str, str]) -> None:
        """Start a command, `b24bot …`, without waiting for its end. `secrets` are settings that nobody types."""
        self.end()
        self._lines = []
        self._running = running = subprocess.Popen(  # noqa: S603 - the line is the story's own
            [_program(), *shlex.split(line)[1:]],
            cwd=self._folder,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", **self._settings, **secrets},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reading = [
            threading.Thread(target=self._read, args=(stream,), name="second terminal", daemon=True)
            for stream in (running.stdout, running.stderr)
        ]
        for reader in self._reading:
            reader.start()

    def paste(self, text: str) -> None:
        """Type a line into the running command. Raises BrokenPipeError when it has ended."""
        if self._running is None or self._running.stdin is None:
            raise BrokenPipeError
        self._running.stdin.write(f"{text}\n")
        self._running.stdin.flush()

    def end(self) -> None:
        """End the input, and wait until the command has ended; one that goes on is killed."""
        running, self._running = self._running, None
        if running is None:
            return
        if running.stdin is not None:
            running.stdin.close()
        try:
            running.wait(SECONDS)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait(SECONDS)
        for reader in self._reading:
            reader.join(SECONDS)
        for stream in filter(None, (running.stdout, running.stderr)):
            stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def _read(self, stream: IO[str] | None) -> None:
        for line in stream or ():
            self._lines.append(line.rstrip())
