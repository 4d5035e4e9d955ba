"""Stories about messages: a connector that is ours, somebody who types, and the card that asks them to confirm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from plugins.bitrix24.simulator.state.faults import read_fault
from tests.stories.scene import Scene

SEND, UPDATE, DELETE = "imconnector.send.messages", "imconnector.update.messages", "imconnector.delete.messages"
DELIVERED, READ, RENAME = (
    "imconnector.send.status.delivery",
    "imconnector.send.status.reading",
    "imconnector.chat.name.set",
)
PERSON = "myconnector 1 --user u1 --chat c1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One of the six commands as it is typed; `{n}` and `{m}` stand for numbers of the portal, `{i}` for any."""

    line: str
    method: str
    sees: str
    """What the card says that will happen."""


KINDS = (
    Kind(
        line=f"message send {PERSON} --text 'Good {{i}}' --message-id m{{i}}",
        method=SEND,
        sees="Send to myconnector on line 1 · Sales EU: “Good",
    ),
    Kind(line=f"message edit {PERSON} --text 'Sorry {{i}}' --message-id m0", method=UPDATE, sees="“Sorry"),
    Kind(line=f"message delete {PERSON} --message-id m{{i}}", method=DELETE, sees="Delete the message m"),
    Kind(
        line="message delivered myconnector 1 --im-chat {n} --im-message {m} --chat c1 --message-id x{i}",
        method=DELIVERED,
        sees="as delivered. Its id outside: x",
    ),
    Kind(
        line="message read myconnector 1 --im-chat {n} --im-message {m} --chat c1 --message-id x{i}",
        method=READ,
        sees="as read. Its id outside: x",
    ),
    Kind(line=f"chat rename {PERSON} --name 'Orders {{i}}'", method=RENAME, sees="“Orders"),
)


class Talk(Scene):
    """The scene with a connector that was adopted."""

    def adopt(self, connector: str = "myconnector", **registration: str) -> None:
        """Make it ours, by the record that adopting writes."""
        known = {
            "ID": connector,
            "NAME": "WhatsApp EU",
            "ICON": {"DATA_IMAGE": "data:image/svg+xml,x"},
            "PLACEMENT_HANDLER": "https://b24bot.example/bitrix24/placement",
            **registration,
        }
        record: dict[str, Any] = {"v": 1, "how": "adopted", "at": 1, "registration": known, "lines": {"1": {}, "2": {}}}
        self.playground.store.records("bitrix24").put("connector", f"{self.portal.member_id}/{connector}", record)

    def spoken(self) -> tuple[int, int]:
        """Let the customer say something on the portal, as m0; the numbers of the chat and of the message."""
        item = {"user": {"id": "u1"}, "message": {"id": "m0", "text": "Before"}, "chat": {"id": "c1"}}
        self.call(SEND, {"CONNECTOR": "myconnector", "LINE": 1, "MESSAGES": [item]})
        with self.portal.world.lock:
            message = self.portal.state.messages.rows()[-1]
        return message.chat_id, message.id

    def call(self, method: str, params: dict[str, Any]) -> None:
        """Call the portal beside the bot."""
        import requests

        answer = requests.post(
            self.portal.url + method, json={**params, "auth": self.portal.other_application["access_token"]}, timeout=5
        )
        assert answer.status_code == 200, answer.text

    def fault(self, kind: str, method: str, **options: Any) -> None:
        with self.portal.world.lock:
            self.portal.world.faults.add(read_fault({"kind": kind, "method": method, **options}))

    def heal(self) -> None:
        with self.portal.world.lock:
            self.portal.world.faults.clear()

    def texts(self) -> list[str]:
        """The words of all messages that the portal holds, oldest first."""
        with self.portal.world.lock:
            return [row.text for row in self.portal.state.messages.rows()]
