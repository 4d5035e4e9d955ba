"""The whole bot as processes of their own, put together from the command line alone."""

from __future__ import annotations

import json
import signal
from typing import Any
from urllib.request import Request, urlopen

from bot.plugin.loopback import wait_until
from tests.cli.cli_bot import SECONDS, CliBot, first_line, told_to_stop


def ask(url: str, body: dict[str, Any] | None = None) -> Any:
    """A control API's answer; with a body by POST."""
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data=data, headers={"Content-Type": "application/json"}), timeout=10) as response:
        return json.loads(response.read())


class Slack:
    """The simulated workspace, seen through its control API."""

    def __init__(self, ready: dict[str, Any]) -> None:
        self.control: str = ready["control"]
        self.channels: dict[str, str] = ready["channels"]

    def act(self, name: str, **body: Any) -> Any:
        return ask(self.control + name, body)

    def messages(self, channel: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = ask(f"{self.control}messages?channel={channel}")["messages"]
        return found

    def card(self, words: str) -> dict[str, Any] | None:
        return next((one for one in self.messages("approvals") if words in json.dumps(one)), None)


def settings(portal: dict[str, Any], slack: dict[str, Any]) -> dict[str, str]:
    """What a person would copy out of both lines of JSON."""
    return {
        "SLACK_BOT_TOKEN": slack["bot_token"],
        "SLACK_SIGNING_SECRET": slack["signing_secret"],
        "SLACK_API_URL": slack["api_url"],
        "B24BOT_APPROVAL_CHANNEL": slack["channels"]["approvals"],
        "B24BOT_AUDIT_CHANNEL": slack["channels"]["audit"],
        "B24BOT_ALLOW_LOOPBACK": "on",
        "BITRIX24_DOMAIN": portal["url"],
        "BITRIX24_OAUTH_URL": portal["oauth_url"],
        **{f"BITRIX24_{name.upper()}": portal[name] for name in PORTAL_KEYS},
    }


PORTAL_KEYS = ("member_id", "client_id", "client_secret", "access_token", "refresh_token")


def test_from_nothing_to_a_removed_connector_by_the_command_line(bare: CliBot) -> None:
    """init, both simulators, two grants, serve; a slash command, an approval, and the portal has changed."""
    simulators = [bare.start("simulate", name, "--port", "0") for name in ("portal", "slack")]
    assert bare.run("init", "--yes").exit_code == 0
    portal, workspace = (json.loads(first_line(process)) for process in simulators)
    ask(f"{portal['control']}seed", {"connectors": [{"id": "myconnector", "name": "WhatsApp"}]})
    bare.settings |= settings(portal, workspace)
    bot = bare.start("serve", "--http", "--port", "0")
    address = first_line(bot).removeprefix("Listening on ")
    people = workspace["people"]
    for name, role in (("Olga", "operator"), ("Anton", "approver")):
        assert bare.run("access", "grant", f"{workspace['team_id']}:{people[name]}", role).exit_code == 0
    slack = Slack(workspace)
    slack.act("settings", request_url=f"{address}/slack/events", rate_limit=False)
    assert wait_until(lambda: ask(f"{address}/readyz")["ready"])

    slack.act("slash", person="Olga", text="/b24 connector remove myconnector", channel="connectors")
    assert wait_until(lambda: slack.card("CR-1001") is not None)
    (request,) = bare.json("request", "list")
    assert (request["status"], request["command"]) == ("pending", "connector remove myconnector")

    card = slack.card("CR-1001")
    assert card is not None
    slack.act("click", person="Anton", channel=slack.channels["approvals"], ts=card["ts"], key="b24:approve")
    assert wait_until(lambda: bare.json("request", "show", "CR-1001")["status"] == "done")
    assert "myconnector" not in json.dumps(ask(f"{portal['control']}state")["connectors"])

    second = bare.run("work")
    assert second.exit_code == 4
    assert f"(process {bot.pid}) already runs the worker" in second.stderr

    assert told_to_stop(bot, signal.SIGTERM) == 0
    assert [told_to_stop(process, signal.SIGINT) for process in simulators] == [0, 0]
    assert bot.stderr is not None
    log = bot.stderr.read()
    assert not [secret for secret in (portal["client_secret"], workspace["bot_token"]) if secret in log]
    assert "Traceback" not in log


def test_an_output_that_cannot_show_a_character_gets_its_number(bare: CliBot) -> None:
    process = bare.start("init", "--help", more={"PYTHONIOENCODING": "latin-1"})
    out, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert "(xoxb-\\u2026)" in out


def test_a_reader_that_goes_away_is_no_fault(cli_bot: CliBot) -> None:
    cli_bot.run("access", "grant", "T0001:U0001", "viewer")
    process = cli_bot.start("audit", "export")
    assert process.stdout is not None
    process.stdout.close()
    process.wait(timeout=SECONDS)
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()
