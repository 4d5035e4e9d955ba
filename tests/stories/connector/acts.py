"""Stories about changing connectors: who asks confirms it, or another approves, where the words were typed or asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from bot.core.change import OPEN, ChangeRequest, Status
from bot.playground.workspace import Message
from plugins.bitrix24.simulator.faults import read_fault
from tests.stories.scene import WITHIN, Scene

TYPED_IN, APPROVALS = "connectors", "approvals"
HANDLER = "https://b24bot.example/bitrix24/placement"
NEW = f"connector register newchat --name 'New chat' --handler {HANDLER}"


@dataclass(slots=True)
class Changing(Scene):
    """The scene, with a count of the change requests of the story."""

    asked: int = field(default=0)

    def asks(self, line: str, person: str = "Olga", *, where: str = TYPED_IN) -> Message:
        """Type a line and wait for the card of its change request."""
        self.ask(person, line)
        self.asked += 1
        number = 1000 + self.asked

        def look() -> Message | None:
            return cast("Message | None", self.workspace.find(where, f"CR-{number}"))

        return cast(Message, self.workspace.wait_for(look, WITHIN, f"the card of CR-{number} in #{where}"))

    def shown(self, card: Message, words: str, *, where: str = TYPED_IN) -> str:
        """Wait until the card holds the words; its text."""

        def look() -> str | None:
            now = self.workspace.message(where, card.ts)
            text = self.workspace.transcript(now) if now else ""
            return text if words in text else None

        return cast(str, self.workspace.wait_for(look, WITHIN, f"{words!r} on the card"))

    def ends(self) -> ChangeRequest:
        """The newest change request, once it has come to an end, or is not known."""
        ends = [status for status in Status if status not in OPEN or status is Status.UNKNOWN]
        return self.wait_status(*ends, number=1000 + self.asked)

    def confirms(self, line: str) -> ChangeRequest:
        """Olga types a line and confirms its card."""
        card = self.asks(line)
        assert self.press("Olga", card, "Confirm").ok
        return self.ends()

    def has_approved(self, line: str) -> ChangeRequest:
        """Olga types a line and Anton approves its card."""
        card = self.asks(line, where=APPROVALS)
        assert self.press("Anton", card, "Approve").ok
        return self.ends()

    def fault(self, kind: str, method: str, **wish: Any) -> None:
        with self.portal.world.lock:
            self.portal.world.faults.add(read_fault({"kind": kind, "method": method, **wish}))

    def status(self, line: int, connector: str = "myconnector") -> Any:
        with self.portal.world.lock:
            return self.portal.state.status(connector, line)

    def connector(self, connector: str = "myconnector") -> Any:
        with self.portal.world.lock:
            return self.portal.state.connectors.get(connector)

    def record(self, connector: str = "myconnector") -> Mapping[str, Any] | None:
        records = self.town.store.records("bitrix24")
        return records.get("connector", f"{self.portal.member_id}/{connector}")
