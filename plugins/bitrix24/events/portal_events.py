"""How the bot hears of changes on a portal, and when it last did, for people and programs."""

from __future__ import annotations

from collections.abc import Mapping

from bot.plugin import Message, Records
from bot.plugin.frozen import dataclass
from plugins.bitrix24.events.findings.watch_memory import read_memory

NONE, ONLINE = "none", "online"
WAYS: Mapping[str, Message] = {
    NONE: Message("bitrix24.check.events_none"),
    ONLINE: Message("bitrix24.check.events_online"),
    "queue": Message("bitrix24.check.events_queue"),
    "polling": Message("bitrix24.check.events_polling"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalEvents:
    """The way that is in use, and when something last came by it in UTC milliseconds; None when nothing has."""

    way: str = NONE
    last_at: int | None = None


def read_portal_events(records: Records, identity: str) -> PortalEvents:
    """Read what the watch knows of a portal's events."""
    memory = read_memory(records, identity)
    if memory is None:
        return PortalEvents()
    return PortalEvents(way=memory.way if memory.way in WAYS else NONE, last_at=memory.last_event_at)
