"""Stories about changing connectors: who asks confirms it, or another approves, where the words were typed or asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plugins.bitrix24.simulator.state.faults import read_fault
from tests.stories.scene import Scene

HANDLER = "https://b24bot.example/bitrix24/placement"
NEW = f"connector register newchat --name 'New chat' --handler {HANDLER}"


class Changing(Scene):
    """The scene, with what connectors are asked about."""

    def fault(self, kind: str, method: str, **options: Any) -> None:
        with self.portal.world.lock:
            self.portal.world.faults.add(read_fault({"kind": kind, "method": method, **options}))

    def status(self, line: int, connector: str = "myconnector") -> Any:
        with self.portal.world.lock:
            return self.portal.state.status(connector, line)

    def connector(self, connector: str = "myconnector") -> Any:
        with self.portal.world.lock:
            return self.portal.state.connectors.get(connector)

    def record(self, connector: str = "myconnector") -> Mapping[str, Any] | None:
        records = self.playground.store.records("bitrix24")
        return records.get("connector", f"{self.portal.member_id}/{connector}")
