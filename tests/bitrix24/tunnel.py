"""A proxy on loopback that leads named hosts to one local port, for a client that insists on real names."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterable
from typing import Self


class Tunnel:
    """Takes CONNECT for the given names alone and refuses every other, so that nothing can leave the machine."""

    def __init__(self, port: int, names: Iterable[str]) -> None:
        self._port = port
        self._names = frozenset(names)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self._open.append(client)
        host = _asked_for(client)
        self.asked.append(host)
        if host not in self._names:
            client.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")
            client.close()
            return
        server = socket.create_connection(("127.0.0.1", self._port))
        self._open.append(server)
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = threading.Thread(target=_pour, args=(server, client), daemon=True)
        back.start()
        _pour(client, server)
        back.join()
        client.close()
        server.close()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


def _asked_for(client: socket.socket) -> str:
    """The host name of `CONNECT host:port`; the head is read to its end."""
    head = b""
    while b"\r\n\r\n" not in head and (more := client.recv(4096)):
        head += more
    verb, _, rest = head.decode("ascii", "replace").partition(" ")
    return rest.split(":", 1)[0] if verb == "CONNECT" else ""


def _pour(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while more := source.recv(65536):
            sink.sendall(more)
        sink.shutdown(socket.SHUT_WR)
