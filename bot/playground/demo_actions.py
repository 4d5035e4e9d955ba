"""What people do in the story: in Slack, at a terminal on the host, and in a browser at the portal."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from bot.playground.demo_script import DemoAction, Step
from bot.playground.environment import Playground
from bot.playground.portal_control import PortalSide
from bot.playground.second_terminal import SecondTerminal
from bot.playground.workspace import DispatchResult
from bot.playground.workspace import Message as SlackMessage
from bot.plugin import Message, Text
from bot.plugin.frozen import dataclass
from bot.plugin.loopback import wait_until

CARD_SECONDS = 3.0
"""How long a card may take to come before somebody gives up pressing a button on it."""
LINK_SECONDS = 10.0
"""How long a portal may take to answer its administrator's browser."""
LINK = re.compile(r"https?://[^\s/]+/oauth/authorize/\S+")
SECRET_SETTING = "B24BOT_SECRET_CLIENT_SECRET"  # noqa: S105 - the name of a setting
"""It gives a command the secret that it would ask for."""


class ActionFailed(Exception):
    """A person could not do what the step says."""

    def __init__(self, why: Text) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTools:
    """What the people of the story use."""

    playground: Playground
    terminal: SecondTerminal

    @property
    def portal(self) -> PortalSide:
        return PortalSide(self.playground.portal)

    def fill_in(self, what: str) -> str:
        """Put the facts of the portal into what a step says."""
        facts = {"domain": self.portal.url, "other_client_id": self.portal.other_application.get("client_id", "")}
        for name, value in facts.items():
            what = what.replace(f"{{{name}}}", value)
        return what


def the_card(playground: Playground, card: str) -> SlackMessage | None:
    """The card of a change request, `CR-1001`, once it stands in #approvals."""
    messages = playground.workspace.messages("approvals")
    return next((one for one in messages if card in playground.workspace.transcript(one)), None)


def _type(tools: DemoTools, step: Step) -> None:
    _taken(tools.playground.workspace.people[step.who].slash(str(step.what)))


def _click(tools: DemoTools, step: Step) -> None:
    playground = tools.playground
    wait_until(lambda: the_card(playground, step.card) is not None, within=CARD_SECONDS)
    message = the_card(playground, step.card)
    if message is None:
        raise ActionFailed(Message("playground.story.no_card", request=step.card, channel="#approvals"))
    _taken(playground.workspace.people[step.who].click(message, str(step.what)))


def _send(tools: DemoTools, step: Step) -> None:
    workspace = tools.playground.workspace
    views = workspace.open_views(step.who)
    if not views:
        raise ActionFailed(Message("playground.story.no_form"))
    _taken(workspace.submit(views[-1], {"reason": str(step.what)}))


def _run(tools: DemoTools, step: Step) -> None:
    secret = tools.portal.other_application.get("client_secret", "")
    tools.terminal.run(str(step.what), secrets={SECRET_SETTING: secret} if secret else {})


def _authorise(tools: DemoTools, _step: Step) -> None:
    """Open the newest link and paste the address of the last page: without a public address nothing answers there."""
    found = LINK.search("\n".join(tools.terminal.lines))
    if found is None:
        raise ActionFailed(Message("playground.story.no_link"))
    try:
        tools.terminal.paste(_open(found[0]))
    except OSError as error:
        raise ActionFailed(Message("playground.story.no_answer", reason=type(error).__name__)) from None


def _open(link: str) -> str:
    """The address to which the portal sends the browser of its administrator."""
    parts = urlsplit(link)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=LINK_SECONDS)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        return connection.getresponse().getheader("Location", "")
    finally:
        connection.close()


def _taken(result: DispatchResult) -> None:
    if result.failure:
        raise ActionFailed(Message("playground.story.slack_shows", failure=result.failure))


DEMO_ACTIONS: Mapping[DemoAction, Callable[[DemoTools, Step], None]] = {
    DemoAction.TYPE: _type,
    DemoAction.CLICK: _click,
    DemoAction.SEND: _send,
    DemoAction.RUN: _run,
    DemoAction.AUTHORISE: _authorise,
}
