"""A port that a test gives to a server is nobody else's by the time the server listens."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.ports import RANGE, free_port

CLIENTS = Path("/proc/sys/net/ipv4/ip_local_port_range")


@pytest.mark.skipif(not CLIENTS.exists(), reason="only Linux tells from which ports clients get theirs")
def test_a_free_port_is_none_that_the_system_gives_to_a_client() -> None:
    first, last = map(int, CLIENTS.read_text().split())
    assert not set(RANGE) & set(range(first, last + 1))
    assert free_port() in RANGE


def test_ports_in_a_row_are_free_together(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        port = free_port(in_a_row=3)
        taken.bind(("127.0.0.1", port + 1))
        drawn = iter([port, port + 1, free_port(in_a_row=2)])
        monkeypatch.setattr("tests.ports.random.choice", lambda _: next(drawn))
        found = free_port(in_a_row=2)
        assert found not in (port, port + 1)
