"""How the bot hears of changes on a portal, and when it last did. Whoever receives events writes it down."""

from __future__ import annotations

from collections.abc import Mapping

from bot.plugin import Json, Message, Services
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth.credentials import KnownPortal

NONE, ONLINE, QUEUE, POLLING = "none", "online", "offline queue", "polling"
WAYS: Mapping[str, Message] = {
    NONE: Message("bitrix24.check.events_none"),
    ONLINE: Message("bitrix24.check.events_online"),
    QUEUE: Message("bitrix24.check.events_queue"),
    POLLING: Message("bitrix24.check.events_polling"),
}
_KIND = "portal_events"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalEvents:
    """The way that is in use, and when something last came by it in UTC milliseconds; None when nothing has."""

    way: str = NONE
    last_at: int | None = None


class PortalEventsStore:
    """The records of one installation, by portal."""

    def __init__(self, services: Services) -> None:
        self._records = services.records

    def known(self, portal: KnownPortal) -> PortalEvents:
        """Read what is known of a portal's events."""
        value = self._records.get(_KIND, portal.identity)
        way = str(value["way"]) if value and value.get("way") in WAYS else NONE
        return PortalEvents(way=way, last_at=value.get("last_at") if value else None)

    def note(self, portal: KnownPortal, events: PortalEvents) -> None:
        """Write down the way that is in use and when something last came."""
        value: Mapping[str, Json] = {"way": events.way, "last_at": events.last_at}
        self._records.put(_KIND, portal.identity, value)
