"""Starting and stopping, the line of JSON, TLS, and faults of the simulator itself."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests

from bot.plugin.loopback import wait_until
from plugins.bitrix24.simulator import PortalSimulator, serve
from tests.bitrix24.simulator.kit import Client

KEYS = {
    "url",
    "oauth_url",
    "client_id",
    "client_secret",
    "member_id",
    "access_token",
    "refresh_token",
    "application_token",
    "webhook_url",
    "other_application",
    "control",
    "card",
}


def test_ready_holds_everything_a_client_needs(portal: PortalSimulator) -> None:
    found = portal.ready()
    assert set(found) == KEYS
    assert found["url"].endswith("/rest/")
    assert found["oauth_url"].endswith("/oauth/token/")
    assert {"client_id", "client_secret", "access_token", "refresh_token"} <= set(found["other_application"])
    assert found["client_id"].startswith("local.")


def test_serve_says_one_line_of_json_and_serves_until_it_is_stopped() -> None:
    said: list[str] = []
    stop = threading.Event()
    thread = threading.Thread(target=lambda: serve(port=0, say=said.append, stop=stop), daemon=True)
    thread.start()
    assert wait_until(lambda: bool(said))
    facts = json.loads(said[0])
    answer = requests.post(facts["url"] + "scope", json={"auth": facts["access_token"]}, timeout=5)
    assert answer.status_code == 200
    stop.set()
    thread.join(timeout=5)
    assert not thread.is_alive()
    assert len(said) == 1
    with pytest.raises(requests.ConnectionError):
        requests.get(facts["url"], timeout=5)


def test_an_interrupt_ends_the_process_quietly() -> None:
    code = "from plugins.bitrix24.simulator import serve; serve(port=0, say=lambda line: print(line, flush=True))"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["url"].startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == ""
    assert process.returncode == 0


def test_tls_is_trusted_by_the_certificate_that_is_handed_out() -> None:
    with PortalSimulator(tls=True) as portal:
        assert portal.url.startswith("https://127.0.0.1:")
        facts = portal.ready()
        with requests.Session() as http:
            http.trust_env = False
            http.verify = facts["ca"]
            answer = http.post(portal.url + "scope", json={"auth": portal.access_token}, timeout=5)
            assert answer.status_code == 200
            http.verify = True
            with pytest.raises(requests.exceptions.SSLError):
                http.get(portal.oauth_url, timeout=5)
        assert Path(portal.ca_path).read_text() == portal.ca_pem
    assert not Path(portal.ca_path).exists()


def test_a_client_that_says_nothing_does_not_hold_up_the_others_under_tls() -> None:
    with PortalSimulator(tls=True) as portal, requests.Session() as http:
        http.trust_env = False
        port = int(portal.base_url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            answer = http.get(portal.control_url, verify=portal.ca_path, timeout=5)
            assert answer.status_code == 200


def test_a_port_that_is_given_is_taken() -> None:
    with PortalSimulator() as first:
        port = int(first.base_url.rpartition(":")[2])
    with PortalSimulator(port=port) as second:
        assert second.base_url == first.base_url


def test_a_simulator_that_never_started_can_be_stopped() -> None:
    PortalSimulator().stop()


def test_the_objects_in_the_process_show_the_same_portal(client: Client) -> None:
    client.register()
    assert list(client.portal.state.connectors) == ["wa"]
    assert client.portal.clock.time() > 0


def test_two_callers_at_once_are_served_one_after_the_other(client: Client) -> None:
    client.control("switches", {"rate_limit": "off"})
    threads = [threading.Thread(target=client.activate, kwargs={"line": n}) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert len(client.look()["statuses"]) == 20
