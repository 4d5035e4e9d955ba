"""Between a bot and a PostgreSQL server: a socket that passes everything on, and cuts the connection at a COMMIT."""

from __future__ import annotations

import contextlib
import shutil
import socket
import struct
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from urllib.parse import parse_qs, urlsplit

Cut = Literal["before", "after"]
"""A cut before the server gets the COMMIT, or before the client gets the answer."""
SOCKET = ".s.PGSQL.5432"


class Proxy:
    """Listens on a socket of its own for a server on a socket. `cut` is what happens at the next COMMIT, once."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._server = str(Path(parse_qs(parts.query)["host"][0], SOCKET))
        self._folder = Path(tempfile.mkdtemp(prefix="b24bot-proxy-", dir="/tmp"))
        self.url = f"{parts.scheme}://{parts.netloc}{parts.path}?host={self._folder}"
        self.cut: Cut | None = None
        self.every = 0
        """Each commit of so many is cut, before and after the server gets it by turns; 0 for none."""
        self.commits = 0
        self.cuts = 0
        self.deaf = False
        """Whether it takes LISTEN and passes it on to nobody, as a pooler in transaction mode does."""
        self.answers = threading.Event()
        """Set while answers of the server are passed on. What has come meanwhile follows in one piece."""
        self.answers.set()
        self.passed: int | None = None
        """How many more messages of clients are passed on, as of a process that is paused after them; None for all."""
        self._resumed = threading.Event()
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(self._folder / SOCKET))
        self._listening.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.resume()
        self._listening.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def refuse(self) -> None:
        """Take no new connection; those that are open stay."""
        (self._folder / SOCKET).unlink()

    def resume(self) -> None:
        """Pass on what was held back, and all that follows."""
        self.passed = None
        self._resumed.set()

    def _hold_back(self) -> None:
        if self.passed is None:
            return
        if self.passed == 0:
            self._resumed.wait()
            return
        self.passed -= 1

    def _choose_cut(self) -> Cut | None:
        """What happens to the commit that is under way."""
        self.commits += 1
        if self.every and self.commits % self.every == 0:
            return "before" if self.cuts % 2 else "after"
        cut, self.cut = self.cut, None
        return cut

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        with client, server, contextlib.suppress(OSError, EOFError):
            server.connect(self._server)
            # The first message has no letter in front of its length.
            (size,) = struct.unpack("!I", head := _read(client, 4))
            server.sendall(head + _read(client, size - 4))
            silent = threading.Event()
            threading.Thread(target=self._pass_on, args=(server, client, silent), daemon=True).start()
            while True:
                kind = _read(client, 1)
                (size,) = struct.unpack("!I", head := _read(client, 4))
                message = kind + head + _read(client, size - 4)
                if self.deaf and kind == b"Q" and message[5:].startswith(b"LISTEN"):
                    message = kind + struct.pack("!I", 13) + b"SELECT 1\0"
                self._hold_back()
                cut = self._choose_cut() if kind == b"Q" and b"COMMIT" in message else None
                if cut:
                    self.cuts += 1
                    if cut == "after":
                        silent.set()
                        server.sendall(message)
                        # Whoever closes now would have the server end in the middle: its answer comes first.
                        _wait_for_answer(silent)
                    client.shutdown(socket.SHUT_RDWR)
                    server.shutdown(socket.SHUT_RDWR)
                    return
                server.sendall(message)

    def _pass_on(self, source: socket.socket, target: socket.socket, silent: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while part := source.recv(65_536):
                if silent.is_set():
                    silent.clear()
                    return
                if not self.answers.is_set():
                    self.answers.wait()
                    part += _read_rest(source)
                target.sendall(part)
            target.shutdown(socket.SHUT_RDWR)


def _wait_for_answer(silent: threading.Event) -> None:
    """Wait until what the server said has been swallowed: then the event is cleared again."""
    for _ in range(500):
        if not silent.is_set():
            return
        threading.Event().wait(0.01)


def _read_rest(source: socket.socket) -> bytes:
    """Read what is there."""
    try:
        return source.recv(65_536, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return b""


def _read(source: socket.socket, size: int) -> bytes:
    """Read exactly so many bytes. Raises EOFError at the end."""
    found = b""
    while len(found) < size:
        part = source.recv(size - len(found))
        if not part:
            raise EOFError
        found += part
    return found
