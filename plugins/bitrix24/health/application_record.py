"""What a portal last said of the application and of the user whose tokens the bot has."""

from __future__ import annotations

from bot.plugin import Json, Services
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth.credentials import KnownPortal

SCOPES = ("imopenlines", "imconnector")
"""What the application must be allowed."""
KIND = "portal_application"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRecord:
    """The last answers of `app.info`, `scope` and `profile`. `at` is in UTC milliseconds.

    `number` is the portal's own number of the application, `missing` the scopes that it needs and does not have.
    """

    installed: bool
    paid: bool
    licence: str
    status: str
    number: str
    at: int
    user: str = ""
    admin: bool = False
    missing: tuple[str, ...] = ()


def find_missing_scopes(granted: frozenset[str]) -> tuple[str, ...]:
    """List the scopes that the application needs and does not have."""
    return tuple(scope for scope in SCOPES if scope not in granted)


class ApplicationRecords:
    """The records of one installation, by portal."""

    def __init__(self, services: Services) -> None:
        self._records = services.records

    def known(self, portal: KnownPortal) -> ApplicationRecord | None:
        """Read the last answers of a portal; None before the first."""
        value = self._records.get(KIND, portal.identity)
        return ApplicationRecord(**{**value, "missing": tuple(value["missing"])}) if value else None

    def note(self, portal: KnownPortal, seen: ApplicationRecord) -> None:
        """Write down the answers of a portal."""
        value: dict[str, Json] = {name: getattr(seen, name) for name in ApplicationRecord.__dataclass_fields__}
        value["missing"] = list(seen.missing)
        self._records.put(KIND, portal.identity, value)
