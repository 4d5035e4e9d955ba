"""A bot that serves a public address, and a portal that is about to be connected: two real processes, or three."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests

from bot.playground.workspace import SlackWorkspace
from bot.plugin.loopback import wait_until
from plugins.bitrix24.commands.common.json_views import ConnectedPortal
from plugins.bitrix24.simulation import PortalSimulation
from tests.cli.cli_bot import SECONDS, CliBot, first_line
from tests.language.json_shape import differences
from tests.ports import free_port


@dataclass(slots=True)
class ServedBot:
    """A bot that serves a public address on this host, and a portal that knows nothing of it yet."""

    cli_bot: CliBot
    portal: PortalSimulation
    url: str
    shown: dict[str, Any] = field(default_factory=dict)
    log: str = ""
    """What `serve` wrote, when it has ended."""

    def connect(self, *words: str, secret: str = "") -> subprocess.Popen[str]:
        """Start `portal connect prod`, and read the addresses that it prints on stderr."""
        process = self.cli_bot.start(
            *("portal", "connect", "prod", "--json", *words),
            more={"B24BOT_SECRET_CLIENT_SECRET": secret} if secret else {},
            stdin=subprocess.PIPE,
        )
        self.shown = json.loads(first_line(process, err=True))
        return process

    def operator(self, action: str, **options: Any) -> Any:
        """Somebody does something on the portal."""
        answer = requests.post(
            f"{self.portal.portal.control_url}operator", json={"action": action, **options}, timeout=SECONDS
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def works(self, process: subprocess.Popen[str]) -> None:
        """The command ends well, and the portal answers."""
        out, err = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, err
        assert list(differences(json.loads(out)["data"], ConnectedPortal)) == []
        assert self.cli_bot.run("portal", "check").exit_code == 0


def make_workspace() -> SlackWorkspace:
    return SlackWorkspace(rate_limit=False)


@contextmanager
def serve_bot(
    cli_bot: CliBot, portal: PortalSimulation, make_workspace: Callable[[], SlackWorkspace] = make_workspace
) -> Iterator[ServedBot]:
    """Serve until the context ends. Then no secret is in the log."""
    port = free_port()
    facts = portal.settings()
    url = f"http://127.0.0.1:{port}"
    with make_workspace() as workspace:
        cli_bot.settings |= {name: facts[name] for name in ("B24BOT_ALLOW_LOOPBACK", "BITRIX24_OAUTH_URL")}
        cli_bot.settings |= {
            "B24BOT_PUBLIC_URL": url,
            "SLACK_API_URL": workspace.api_url,
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_SIGNING_SECRET": workspace.signing_secret,
        }
        server = cli_bot.start("serve", "--http", "--port", str(port))
        assert wait_until(lambda: _answers(url)), server.poll()
        served = ServedBot(cli_bot=cli_bot, portal=portal, url=url)
        yield served
        server.terminate()
        assert server.wait(timeout=SECONDS) == 0
        assert server.stderr is not None
        log = served.log = server.stderr.read()
    for name in ("code=", "state=", "AUTH_ID", "refresh_token="):
        assert name not in log
    assert "/bitrix24/install/{nonce}" in log or "/bitrix24/app" in log


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


def domain_of(served_bot: ServedBot) -> tuple[str, str]:
    return "--domain", served_bot.portal.settings()["BITRIX24_DOMAIN"]
