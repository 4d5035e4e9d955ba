"""What a plugin adds to the overview of a person: how its places are doing, and lines that people often type."""

from __future__ import annotations

from enum import StrEnum

from bot.plugin.frozen import dataclass
from bot.plugin.message import Text


class HealthLevel(StrEnum):
    """How urgent it is to look after a place, the least urgent first."""

    GOOD = "good"
    WARNING = "warning"
    CRITICAL = "critical"
    """Nothing works there until somebody has acted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceHealth:
    """How one place is doing, by its name and in a sentence."""

    place: str
    level: HealthLevel
    says: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewList:
    """A list on the page of a person: the choices of the first argument of a command that has some."""

    label: Text
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewButton:
    """A button of the overview: pressing it is typing the line. A line that lacks an argument opens a form."""

    label: Text
    line: str
