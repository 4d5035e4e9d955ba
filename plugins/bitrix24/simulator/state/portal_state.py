"""The tables of one portal and the few questions that everybody asks of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from typing import Any

from plugins.bitrix24.simulator.state.rows import (
    Application,
    Connector,
    Dialog,
    Guest,
    Handler,
    Line,
    Message,
    OfflineEvent,
    Placement,
    Plan,
    Status,
    User,
    Webhook,
)
from plugins.bitrix24.simulator.state.table import Revision, Table

BUILT_IN = {
    "livechat": "Live chat",
    "network": "Bitrix24.Network",
    "telegrambot": "Telegram",
    "viber": "Viber",
    "vkgroup": "VK",
    "facebook": "Facebook: Messages",
    "fbinstagramdirect": "Instagram Direct",
    "avito": "Avito",
    "max": "MAX",
    "whatsappbytwilio": "WhatsApp via Twilio",
    "notifications": "Bitrix24 SMS and WhatsApp",
}


class PortalState:
    """Everything a portal remembers. The World's lock guards it; nothing here locks."""

    def __init__(self) -> None:
        revision = self._revision = Revision()
        self.apps: Table[str, Application] = Table(revision)
        self.users: Table[int, User] = Table(revision)
        self.webhooks: Table[tuple[int, str], Webhook] = Table(revision)
        self.lines: Table[int, Line] = Table(revision)
        self.built_in: Table[str, str] = Table(revision)
        self.connectors: Table[str, Connector] = Table(revision)
        self.statuses: Table[tuple[str, int], Status] = Table(revision)
        self.handlers: Table[int, Handler] = Table(revision)
        self.placements: Table[int, Placement] = Table(revision)
        self.offline: Table[int, OfflineEvent] = Table(revision)
        self.guests: Table[str, Guest] = Table(revision)
        self.dialogs: Table[int, Dialog] = Table(revision)
        self.messages: Table[int, Message] = Table(revision)
        self.plan = Plan()
        self._last: Counter[str] = Counter()

    @property
    def revision(self) -> int:
        """Grows with every change of any table."""
        return self._revision.number

    def number(self, kind: str, start: int = 1) -> int:
        """The next id of a kind of row."""
        self._last[kind] = max(self._last[kind] + 1, start)
        return self._last[kind]

    def used(self, kind: str, number: int) -> None:
        """Tell that an id was given by hand, so that `number` goes on above it."""
        self._last[kind] = max(self._last[kind], number)

    def status(self, connector: str, line: int) -> Status:
        """The row of (connector, line), or an empty one that is not stored."""
        return self.statuses.get((connector, line)) or Status(connector=connector, line=line)

    def put_status(self, row: Status) -> None:
        self.statuses.put((row.connector, row.line), row)

    def provided(self, connector: str) -> bool:
        """Whether any provider knows the connector: built in or registered."""
        return connector in self.built_in or connector in self.connectors

    def owner(self, connector: str) -> str:
        """`client_id` of the application that the connector's events go to, empty when nobody's."""
        row = self.connectors.get(connector)
        return row.client_id if row and connector not in self.built_in else ""

    def channels(self) -> dict[str, str]:
        """Id to display name, as imconnector.list gives it: the built-in one wins over a custom one."""
        return {
            **dict(self.built_in.items()),
            **{r.id: r.name for r in self.connectors.rows() if r.id not in self.built_in},
        }

    def tiles(self) -> list[dict[str, Any]]:
        """What the Contact Center shows; a SETTING_CONNECTOR that an application bound itself is never shown."""
        shown = [{"kind": "connector", "id": row.id, "name": row.name} for row in self.connectors.rows()]
        own = self.placements.where(lambda row: row.placement == "CONTACT_CENTER")
        return shown + [{"kind": "placement", "id": row.id, "name": row.title} for row in own]

    def is_employed(self, user_id: int) -> bool:
        """Whether a user works here and may use applications; one without a row is nobody's."""
        user = self.users.get(user_id)
        return user is not None and user.active and user.app_access

    def change_app(self, client_id: str, **changes: Any) -> Application:
        return self.apps.put(client_id, replace(self.apps[client_id], **changes))

    def as_json(self) -> dict[str, Any]:
        """Every table as a list of objects, for people and tests to look at."""
        tables: dict[str, Table[Any, Any]] = {
            "apps": self.apps,
            "users": self.users,
            "webhooks": self.webhooks,
            "lines": self.lines,
            "connectors": self.connectors,
            "handlers": self.handlers,
            "placements": self.placements,
            "offline": self.offline,
            "guests": self.guests,
            "dialogs": self.dialogs,
            "messages": self.messages,
        }
        found: dict[str, Any] = {name: [asdict(row) for row in table.rows()] for name, table in tables.items()}
        found["statuses"] = [
            {**asdict(row), "configured": row.configured, "status": row.working} for row in self.statuses.rows()
        ]
        return {**found, "built_in": dict(self.built_in.items()), "plan": asdict(self.plan), "tiles": self.tiles()}
