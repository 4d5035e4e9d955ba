"""What stories are told with: people act in the simulated workspace, and both simulators are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from bot.core.change import ChangeRequest, Status
from bot.playground.town import Town
from bot.playground.workspace import DispatchResult, Message
from bot.plugin.loopback import GIVE_UP_SECONDS
from plugins.bitrix24.simulation import PortalSimulation

UNREGISTER = "imconnector.unregister"
WITHIN = GIVE_UP_SECONDS


@dataclass(slots=True)
class Scene:
    """A town and the questions stories ask of it."""

    town: Town

    @property
    def portal(self) -> Any:
        return cast(PortalSimulation, self.town.portal).portal

    @property
    def workspace(self) -> Any:
        return self.town.workspace

    def ask(self, person: str, line: str) -> DispatchResult:
        result: DispatchResult = self.workspace.people[person].slash(f"/b24 {line}")
        assert result.ok, (result.status, result.body)
        return result

    def answer(self, person: str, words: str) -> str:
        """Wait for an ephemeral answer that holds the words; its text."""

        def look() -> str | None:
            shown = [self.workspace.transcript(one) for one in self.workspace.ephemerals(person)]
            return next((text for text in reversed(shown) if words in text), None)

        return cast(str, self.workspace.wait_for(look, WITHIN, f"{words!r} for {person}"))

    def card(self, words: str = "myconnector") -> Message:
        return cast(Message, self.workspace.wait_for(lambda: self.top_card(words), WITHIN, f"a card with {words!r}"))

    def top_card(self, words: str) -> Message | None:
        cards = [one for one in self.workspace.messages("approvals") if words in self.workspace.transcript(one)]
        return cards[-1] if cards else None

    def ask_removal(self, connector: str = "myconnector", person: str = "Olga") -> Message:
        """Ask and wait for the card."""
        self.ask(person, f"connector remove {connector}")
        return self.card(connector)

    def press(self, person: str, card: Message, label: str) -> DispatchResult:
        return cast(DispatchResult, self.workspace.people[person].click(card, label))

    def change(self, number: int = 1001) -> ChangeRequest:
        return self.town.store.changes.require(number)

    def wait_status(self, *statuses: Status, number: int = 1001) -> ChangeRequest:
        def look() -> ChangeRequest | None:
            change = self.change(number)
            return change if change.status in statuses else None

        within = WITHIN
        return cast(
            ChangeRequest,
            self.workspace.wait_for(look, within, f"{statuses} of CR-{number}, now {self.change(number)}"),
        )

    def card_says(self, card: Message, words: str) -> str:
        """Wait until the card, rewritten in place, holds the words; its text."""

        def look() -> str | None:
            now = self.workspace.message("approvals", card.ts)
            text = self.workspace.transcript(now) if now else ""
            return text if words in text else None

        return cast(str, self.workspace.wait_for(look, WITHIN, f"{words!r} on the card"))

    def channel_says(self, channel: str, words: str) -> str:
        return cast(
            str,
            self.workspace.wait_for(lambda: self._found(channel, words), WITHIN, f"{words!r} in #{channel}"),
        )

    def _found(self, channel: str, words: str) -> str | None:
        message = self.workspace.find(channel, words)
        return self.workspace.transcript(message) if message else None

    def sent(self, method: str = UNREGISTER) -> int:
        """How many calls of a method reached the portal."""
        return len([call for call in self.portal.world.journal.calls if call.method == method])

    def effects(self, method: str = UNREGISTER) -> int:
        """How many calls of a method the portal carried out."""
        return len([call for call in self.portal.world.journal.calls if call.method == method and call.effect])

    def registered(self, connector: str = "myconnector") -> bool:
        return connector in {row.id for row in self.portal.state.connectors.rows()}

    def recorded(self, tag: str, actor: str = "") -> bool:
        who = self.town.person(actor).id if actor else ""
        return bool(self.town.store.audit.find(tag=tag, actor=who))
