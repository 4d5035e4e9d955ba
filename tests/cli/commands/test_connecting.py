"""Two real processes: one serves the public address, the other one connects a portal."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from bot.core.audit.audit_record import Tag
from bot.playground.workspace import SlackWorkspace
from bot.plugin.loopback import wait_until
from plugins.bitrix24.commands.common.json_views import ConnectedPortal, InstalledApplication, PortalLink
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

    def connect(self, *words: str, secret: str = "") -> subprocess.Popen[str]:
        """Start `portal connect prod`, and read the addresses that it prints."""
        process = self.cli_bot.start(
            *("portal", "connect", "prod", "--json", *words),
            more={"B24BOT_SECRET_CLIENT_SECRET": secret} if secret else {},
            stdin=subprocess.PIPE,
        )
        self.shown = json.loads(first_line(process))
        return process

    def operator(self, action: str, **wish: Any) -> Any:
        """Somebody does something on the portal."""
        answer = requests.post(
            f"{self.portal.portal.control_url}operator", json={"action": action, **wish}, timeout=SECONDS
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def works(self, process: subprocess.Popen[str]) -> None:
        """The command ends well, and the portal answers."""
        out, err = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, err
        assert list(differences(json.loads(out)["data"], ConnectedPortal)) == []
        assert self.cli_bot.run("portal", "check").exit_code == 0


@pytest.fixture
def served_bot(cli_bot: CliBot, portal: PortalSimulation) -> Iterator[ServedBot]:
    port = free_port()
    facts = portal.settings()
    url = f"http://127.0.0.1:{port}"
    with SlackWorkspace(rate_limit=False) as workspace:
        cli_bot.settings |= {name: facts[name] for name in ("B24BOT_ALLOW_LOOPBACK", "BITRIX24_OAUTH_URL")}
        cli_bot.settings |= {
            "B24BOT_PUBLIC_URL": url,
            "SLACK_API_URL": workspace.api_url,
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_SIGNING_SECRET": workspace.signing_secret,
        }
        server = cli_bot.start("serve", "--http", "--port", str(port))
        assert wait_until(lambda: _answers(url)), server.poll()
        yield ServedBot(cli_bot=cli_bot, portal=portal, url=url)
        server.terminate()
        assert server.wait(timeout=SECONDS) == 0
        assert server.stderr is not None
        log = server.stderr.read()
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


def test_the_callback_ends_the_command(served_bot: ServedBot) -> None:
    card = served_bot.operator("save_card", handler=f"{served_bot.url}/bitrix24/app", api_only=True)
    process = served_bot.connect(*domain_of(served_bot), "--client-id", card["client_id"], secret=card["client_secret"])
    assert list(differences(served_bot.shown, PortalLink)) == []
    assert served_bot.shown["handler_url"] == f"{served_bot.url}/bitrix24/app"
    page = requests.get(
        served_bot.shown["authorise_url"], timeout=SECONDS, headers={"Accept-Language": "ru-RU,ru;q=0.9"}
    )
    assert (page.status_code, "b24bot получил код" in page.text) == (200, True)
    served_bot.works(process)
    with served_bot.cli_bot.store() as store:
        records = store.audit.find(tag=Tag.SETUP_CHANGED)
    assert [record.facts["kind"] for record in records] == ["portal connect"]
    again = requests.get(page.url, timeout=SECONDS)
    assert "This link does not work" in again.text


def test_a_card_that_is_saved_while_the_command_waits_needs_the_secret_alone(served_bot: ServedBot) -> None:
    process = served_bot.connect(*domain_of(served_bot))
    assert served_bot.shown["authorise_url"] is None
    card = served_bot.operator(
        "save_card",
        handler=served_bot.shown["handler_url"],
        install_path=served_bot.shown["install_url"],
        api_only=True,
    )
    waits = json.loads(first_line(process))
    assert list(differences(waits, InstalledApplication)) == []
    assert waits["client_id"] == card["client_id"]
    assert process.stdin is not None
    process.stdin.write(card["client_secret"] + "\n")
    process.stdin.flush()
    served_bot.works(process)


def test_a_card_that_was_saved_before_waits_for_the_command(served_bot: ServedBot) -> None:
    printed = served_bot.connect(*domain_of(served_bot), "--no-wait")
    _, err = printed.communicate(timeout=SECONDS)
    assert printed.returncode == 0, err
    card = served_bot.operator(
        "save_card",
        handler=served_bot.shown["handler_url"],
        install_path=served_bot.shown["install_url"],
        api_only=True,
    )
    with served_bot.cli_bot.store() as store:
        assert wait_until(lambda: store.secrets("bitrix24").read("pending:prod") is not None)
        assert store.audit.find(tag=Tag.SETUP_CHANGED) == []
    done = served_bot.cli_bot.run("portal", "connect", "prod", B24BOT_SECRET_CLIENT_SECRET=card["client_secret"])
    assert done.exit_code == 0, done.stderr
    assert served_bot.cli_bot.run("portal", "check").exit_code == 0


def test_an_application_with_an_interface_is_connected_by_its_first_page(served_bot: ServedBot) -> None:
    printed = served_bot.connect(*domain_of(served_bot), "--no-wait")
    _, err = printed.communicate(timeout=SECONDS)
    assert printed.returncode == 0, err
    card = served_bot.operator(
        "save_card", handler=served_bot.shown["handler_url"], install_path=served_bot.shown["install_url"]
    )
    opened = served_bot.operator("open_application", app=card["client_id"])
    assert (opened["status"], "BX24.installFinish()" in opened["body"]) == (200, True)
    served_bot.operator("finish_installation", app=card["client_id"])
    done = served_bot.cli_bot.run("portal", "connect", "prod", B24BOT_SECRET_CLIENT_SECRET=card["client_secret"])
    assert done.exit_code == 0, done.stderr
