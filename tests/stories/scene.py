"""What stories of a portal are told with: people act in the simulated workspace, and both simulators are looked at."""

from __future__ import annotations

from typing import Any, cast

import requests

from bot.playground.workspace import Message
from bot.plugin.loopback import GIVE_UP_SECONDS
from bot.testing.conversation import APPROVALS, Conversation
from plugins.bitrix24.simulation import PortalSimulation

UNREGISTER = "imconnector.unregister"
WITHIN = GIVE_UP_SECONDS


class Scene(Conversation):
    """A playground with a portal, and the questions stories ask of it."""

    @property
    def portal(self) -> Any:
        """The simulated portal."""
        return cast(PortalSimulation, self.playground.portal).portal

    def card(self, words: str = "myconnector", *, channel: str = APPROVALS) -> Message:
        """Wait for the newest card that holds the words, if no others, of the connector that stories are about."""
        return super().card(words, channel=channel)

    def ask_removal(self, connector: str = "myconnector", person: str = "Olga") -> Message:
        """Ask and wait for the card."""
        self.ask(person, f"connector remove {connector}")
        # By its title: the card of another removal can name this connector among those on a line.
        return cast(Message, self._wait(lambda: self._titled(connector), f"a card about {connector}"))

    def _titled(self, words: str) -> Message | None:
        cards = self.workspace.messages(APPROVALS)
        return next((one for one in reversed(cards) if words in self._title(one)), None)

    def _title(self, card: Message) -> str:
        lines = self.workspace.transcript(card).splitlines()
        return next((line for line in lines if line.lstrip().startswith("# ")), "")

    def write_messages(self, line: int, count: int, *, first: int = 0, connector: str = "myconnector") -> None:
        """So many customers, from number `first` on, write to a line: each opens a dialogue."""
        messages = [
            {"user": {"id": f"c{one}"}, "message": {"id": f"m{one}", "text": "Hello"}, "chat": {"id": f"c{one}"}}
            for one in range(first, first + count)
        ]
        params = {"CONNECTOR": connector, "LINE": line, "MESSAGES": messages}
        auth = self.portal.other_application["access_token"]
        answer = requests.post(f"{self.portal.url}imconnector.send.messages", json={**params, "auth": auth}, timeout=30)
        assert answer.status_code == 200, answer.text

    def sent(self, method: str = UNREGISTER) -> int:
        """How many calls of a method reached the portal."""
        return len([call for call in self.portal.world.journal.calls if call.method == method])

    def effects(self, method: str = UNREGISTER) -> int:
        """How many calls of a method the portal carried out."""
        return len([call for call in self.portal.world.journal.calls if call.method == method and call.effect])

    def registered(self, connector: str = "myconnector") -> bool:
        """Whether the portal has a connector."""
        return connector in {row.id for row in self.portal.state.connectors.rows()}
