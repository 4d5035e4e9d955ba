"""No secret is in an address that b24bot makes: those that it asks, prints, writes into its log and into its pages."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from bot.playground.workspace import SlackWorkspace
from bot.plugin.loopback import LoopbackReply, LoopbackRequest
from plugins.bitrix24.simulation import PortalSimulation
from plugins.bitrix24.simulator import PortalSimulator
from tests.bitrix24.plugin_bot import REGISTRATION
from tests.cli.cli_bot import SECONDS, CliBot, first_line
from tests.leaks import found_in
from tests.long.connecting.served_bot import ServedBot, domain_of, serve_bot

ADDRESS = re.compile(r"""(?:href|src|action)="([^"]*)"|(https?://[^\s"'<>]+)""")
FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


class HeardPortal(PortalSimulator):
    """A portal that keeps the whole address of each request but those of the test itself."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        super().__init__()

    def _answer(self, web: LoopbackRequest) -> LoopbackReply:
        if not web.path.startswith("/control"):
            self.heard.append(f"{web.path}?{web.query}")
        return super()._answer(web)


class HeardWorkspace(SlackWorkspace):
    """A workspace that keeps the whole address of each request."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        super().__init__(rate_limit=False)

    def _answer(self, request: LoopbackRequest) -> LoopbackReply:
        self.heard.append(f"{request.path}?{request.query}")
        return super()._answer(request)


@pytest.fixture
def portal() -> Iterator[PortalSimulation]:
    running = PortalSimulation(portal=HeardPortal())
    running.seed()
    yield running
    running.stop()


def list_secrets(portal: HeardPortal, workspace: HeardWorkspace) -> Mapping[str, str]:
    """Every secret that the two simulators ever gave out, by name."""
    apps = portal.state.apps
    return {
        "the bot token": workspace.bot_token,
        "the signing secret": workspace.signing_secret,
        **{f"client secret {number}": app.client_secret for number, app in enumerate(apps.rows())},
        **{
            f"application token {number}": portal.world.application_token(app) for number, app in enumerate(apps.rows())
        },
        **{f"access token {number}": token for number, token in enumerate(portal.world.tokens.access)},
        **{f"refresh token {number}": token for number, token in enumerate(portal.world.tokens.refresh)},
    }


def list_addresses(page: str) -> list[str]:
    """The addresses in a page of b24bot or in what it prints."""
    return [html.unescape(one or other) for one, other in ADDRESS.findall(page)]


class Story:
    """Somebody connects a portal by a link and by an install call, opens the pages, and has the portal checked."""

    def __init__(self, served_bot: ServedBot) -> None:
        self.served_bot = served_bot
        self.pages: list[str] = []
        self.codes: list[str] = []
        self.tokens: list[str] = []
        """Page tokens, which stand in fields of the pages."""
        self.used: list[str] = []
        """Values that work once and stand in an address of ours: they may not be in the log."""

    def connect_by_link(self) -> None:
        """Connect again with another application."""
        bot = self.served_bot
        card = bot.operator("save_card", handler=f"{bot.url}/bitrix24/app", api_only=True)
        named = ("--client-id", card["client_id"], "--replace")
        process = bot.connect(*domain_of(bot), *named, secret=card["client_secret"])
        self.used.append(parse_qs(urlsplit(bot.shown["authorise_url"]).query)["state"][0])
        answer = requests.get(bot.shown["authorise_url"], timeout=SECONDS)
        self.codes += parse_qs(urlsplit(answer.url).query)["code"]
        self.pages += [answer.text, *map(str, bot.shown.values())]
        bot.works(process)

    def connect_by_install_call(self) -> str:
        """Connect with an application that has a user interface; its client_id."""
        bot = self.served_bot
        process = bot.connect(*domain_of(bot))
        self.used.append(urlsplit(bot.shown["install_url"]).path.rpartition("/")[2])
        self.pages += map(str, bot.shown.values())
        card = bot.operator("save_card", handler=bot.shown["handler_url"], install_path=bot.shown["install_url"])
        self.pages.append(bot.operator("open_application", app=card["client_id"])["body"])
        bot.operator("finish_installation", app=card["client_id"])
        first_line(process, err=True)
        assert process.stdin is not None
        process.stdin.write(card["client_secret"] + "\n")
        process.stdin.flush()
        bot.works(process)
        return str(card["client_id"])

    def open_pages(self, client_id: str) -> None:
        """The page of the application, and that of a connector with its buttons."""
        bot, portal = self.served_bot, self.served_bot.portal.portal
        self.pages.append(bot.operator("open_application", app=client_id)["body"])
        with portal.world.lock:
            auth = portal.world.tokens.issue(client_id, 1).access.value
        fields = {**REGISTRATION, "PLACEMENT_HANDLER": f"{bot.url}/bitrix24/connector/myconnector", "auth": auth}
        assert requests.post(f"{portal.url}imconnector.register", json=fields, timeout=SECONDS).status_code == 200
        page = bot.operator("open_page", connector="myconnector", line=2)["body"]
        form = dict(FIELD.findall(page))
        self.tokens += [value for name, value in form.items() if name == "page_token"]
        again = requests.post(f"{bot.url}/bitrix24/connector/myconnector", data=form, timeout=SECONDS)
        self.pages += [page, again.text]

    def check(self) -> None:
        checked = self.served_bot.cli_bot.run("portal", "check")
        self.pages.append(checked.stdout)


def test_no_address_of_a_story_has_a_secret(cli_bot: CliBot, portal: PortalSimulation) -> None:
    heard, workspace = portal.portal, HeardWorkspace()
    assert isinstance(heard, HeardPortal)
    with serve_bot(cli_bot, portal, lambda: workspace) as served_bot:
        story = Story(served_bot)
        story.open_pages(story.connect_by_install_call())
        story.connect_by_link()
        story.check()
    in_pages = [address for page in story.pages for address in list_addresses(page)]
    in_log = served_bot.log.splitlines()
    secrets = {
        **list_secrets(heard, workspace),
        **{f"page token {number}": token for number, token in enumerate(story.tokens)},
    }
    for made in (heard.heard, workspace.heard, in_pages, in_log):
        assert made
        assert [(address, found) for address in made if (found := found_in(address.encode(), secrets))] == []
    assert len(story.tokens) == 1
    assert len([name for name in secrets if name.startswith("access")]) > 2
    # A page shows no token of the portal at all.
    del secrets["page token 0"]
    assert [found for page in story.pages if (found := found_in(page.encode(), secrets))] == []
    once = {f"value {number}": value for number, value in enumerate([*story.used, *story.codes])}
    assert len(once) == 3
    assert [line for line in in_log if found_in(line.encode(), once)] == []
