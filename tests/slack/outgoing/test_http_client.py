"""Connections to Slack are kept, used again, and left alone once they are dead."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest

from bot.core.messages.notices import PrivateNotice
from bot.playground.workspace import SlackWorkspace
from bot.plugin import Reply
from bot.plugin.loopback import Loopback, LoopbackReply, LoopbackRequest
from bot.slack.outgoing.http_client import Connections
from bot.slack.outgoing.messenger import Gateway, make_client
from bot.store.sealing.keyring import Keyring
from bot.usecases.chat.delivery_errors import Lost
from tests.slack.kit import OLGA

OK = LoopbackReply.json({"ok": True, "ts": "1.1", "channel": "C0002"})


class Relay:
    """Stands between a client and a server, and counts the connections that are opened."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.opened: list[socket.socket] = []
        self._others: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._to))
            self.opened.append(near)
            self._others.append(far)
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_pump, args=(one, other), daemon=True).start()

    def hang_up(self) -> None:
        """End all connections there are."""
        for one in (*self.opened, *self._others):
            _end(one)

    def close(self) -> None:
        self._listener.close()
        self.hang_up()
        for one in (*self.opened, *self._others):
            one.close()


def _pump(one: socket.socket, other: socket.socket) -> None:
    try:
        while data := one.recv(65_536):
            other.sendall(data)
    except OSError:
        pass
    _end(other)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)


@contextmanager
def relay_to(port: int) -> Iterator[Relay]:
    made = Relay(port)
    try:
        yield made
    finally:
        made.close()


def gateway_to(workspace: SlackWorkspace, relay: Relay) -> Gateway:
    api = f"http://127.0.0.1:{relay.port}/api/"
    return Gateway(make_client(workspace.bot_token, api), Keyring({"k1": bytes(32)}), command="/b24", api_url=api)


def through(relay: Relay, address: str) -> str:
    """The same address, by way of the relay."""
    return f"http://127.0.0.1:{relay.port}/{address.split('/', 3)[3]}"


def port_of(workspace: SlackWorkspace) -> int:
    return int(workspace.api_url.split(":")[2].split("/")[0])


def test_calls_and_answers_by_address_share_one_connection(workspace: SlackWorkspace) -> None:
    with relay_to(port_of(workspace)) as relay:
        gateway = gateway_to(workspace, relay)
        for _ in range(3):
            gateway.identify()
            url = through(relay, str(workspace.people["Olga"].slash("/b24 x").payload["response_url"]))
            gateway.send_privately(
                PrivateNotice(person=OLGA, channel="C0001", reply=Reply(title="hello"), answer_url=url)
            )
        assert [call.method for call in workspace.calls()] == ["auth.test", "response_url"] * 3
        assert len(relay.opened) == 1
        gateway.close()


def test_as_many_connections_are_kept_as_are_used_at_once(workspace: SlackWorkspace) -> None:
    with relay_to(port_of(workspace)) as relay:
        gateway = gateway_to(workspace, relay)
        workspace.fault("stall", count=1_000, seconds=0.2)
        for _ in range(2):
            with ThreadPoolExecutor(8) as threads:
                list(threads.map(lambda _: gateway.identify(), range(8)))
        assert len(workspace.calls()) == 16
        assert len(relay.opened) == 8
        gateway.close()


def test_a_connection_that_the_other_side_has_ended_is_not_used_again(workspace: SlackWorkspace) -> None:
    with relay_to(port_of(workspace)) as relay:
        gateway = gateway_to(workspace, relay)
        gateway.identify()
        relay.hang_up()
        gateway.identify()
        assert len(relay.opened) == 2
        gateway.close()


def test_once_one_is_found_dead_no_other_that_is_kept_is_tried(workspace: SlackWorkspace) -> None:
    """Whatever ended it may have ended all of them, and each would cost a message its first attempt."""
    with relay_to(port_of(workspace)) as relay:
        gateway = gateway_to(workspace, relay)
        workspace.fault("stall", count=4, seconds=0.2)
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda _: gateway.identify(), range(4)))
        workspace.fault("lost_before", count=1)
        with pytest.raises(Lost, match="RemoteDisconnected"):
            gateway.identify()
        gateway.identify()
        assert len(relay.opened) == 5
        gateway.close()


def test_nothing_is_sent_a_second_time_when_its_connection_ends(workspace: SlackWorkspace) -> None:
    """A post has no key against doubles."""
    gateway = Gateway(
        make_client(workspace.bot_token, workspace.api_url),
        Keyring({"k1": bytes(32)}),
        command="/b24",
        api_url=workspace.api_url,
    )
    gateway.identify()
    workspace.fault("lost_after", "chat.postMessage", count=1)
    with pytest.raises(Lost):
        gateway.note("C0002", "hello", None)
    assert len(workspace.messages("approvals")) == 1
    gateway.close()


def test_a_proxy_is_asked_with_its_password_and_hosts_that_go_past_it_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[LoopbackRequest] = []

    def answer(request: LoopbackRequest) -> LoopbackReply:
        asked.append(request)
        return OK

    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Loopback(answer) as proxy, Loopback(lambda request: OK) as slack:
        connections = Connections(secure=None, proxy=proxy.url.replace("http://", "http://me:p%40ss@"))
        assert connections.post("http://slack.test/api/x", b"", {}, seconds=5).status == 200
        assert connections.post(f"{slack.url}/api/x", b"", {}, seconds=5).status == 200
        connections.close()
    (one,) = asked
    assert one.headers["host"] == "slack.test"
    secret = base64.b64encode(b"me:p@ss").decode()
    assert one.headers["proxy-authorization"] == f"Basic {secret}"
