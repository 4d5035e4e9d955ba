"""The page of one person in the chat, as a value. How it looks is the chat's business."""

from __future__ import annotations

from bot.core.messages.notices import LineButton
from bot.plugin import Text
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeEntry:
    """One thing on the page. `card` is the change request whose card it offers to open; 0 for none."""

    text: Text
    card: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeSection:
    """One part of the page: its heading, and what stands below."""

    label: Text
    entries: tuple[HomeEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeTab:
    """What stands in front of one person. The buttons stand for lines, as if the person typed them."""

    sections: tuple[HomeSection, ...]
    buttons: tuple[LineButton, ...] = ()
    notes: tuple[Text, ...] = ()
