"""The record of a portal, as it is stored: nothing in it is secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from bot.plugin import Place
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth import colours

LOCK = "🔒"
OPTIONAL = ("authorities", "client_id", "known_since_as", "stored_identity", "colour", "protected", "stored_at")
"""The fields of `KnownPortal` that are stored where they are not empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPortal:
    """The record of a portal: nothing in it is secret.

    `authorities` are PEM certificates by which this portal alone is known, beside those of the system.
    """

    name: str
    domain: str
    member_id: str
    added_at: int
    authorities: str = field(repr=False, default="")
    client_id: str = ""
    """The application. One portal may be known several times, once for each application."""
    known_since_as: str = ""
    """The first name it was stored under, which names its secrets for ever; empty: the present one."""
    stored_identity: str = ""
    """What tells it from every other portal and application; empty: its member_id does."""
    former_names: tuple[str, ...] = ()
    colour: str = ""
    """A word of `colours.SIGNS`; empty while it is the only portal."""
    protected: bool = False
    """What destroys something on it has to name it in its line."""
    stored_at: int = 0
    """When its credentials were replaced last; 0 where they are still the first."""

    @property
    def credentials_since(self) -> int:
        """When its credentials were stored, in UTC milliseconds. Renewals do not count."""
        return self.stored_at or self.added_at

    @property
    def slot(self) -> str:
        """The name of its secrets, which a renaming does not move: a renewal may be under way."""
        return self.known_since_as or self.name

    @property
    def identity(self) -> str:
        return self.stored_identity or self.member_id

    @property
    def place(self) -> Place:
        return Place(
            name=self.name,
            label=self.domain,
            identity=self.identity,
            former_names=self.former_names,
            mark=self.mark,
            protected=self.protected,
        )

    @property
    def mark(self) -> str:
        """The signs of its colour and of its protection."""
        return colours.SIGNS.get(self.colour, "") + (LOCK if self.protected else "")


def read_known(name: str, value: Mapping[str, Any]) -> KnownPortal:
    """The portal as its record has it."""
    return KnownPortal(
        name=name,
        domain=str(value["domain"]),
        member_id=str(value["member_id"]),
        added_at=int(value["added_at"]),
        **{each: value[each] for each in OPTIONAL if each in value},
    )


def list_former_names(portal: KnownPortal, former: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """The names that a portal had before."""
    return tuple(sorted(name for name, value in former.items() if former_identity(value) == portal.identity))


def former_identity(former: Mapping[str, Any]) -> str:
    """Which portal a former name belongs to; releases before this one stored only the member_id."""
    return str(former.get("identity", former["member_id"]))
