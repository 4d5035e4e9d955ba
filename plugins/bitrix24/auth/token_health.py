"""What the last renewal of a portal's tokens showed, as it is stored: nothing in it is secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.plugin import Json, Text, read_text, write_text
from bot.plugin.frozen import dataclass

_TEXTS = ("sentence", "hint")
"""The fields of `TokenHealth` that are texts for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenHealth:
    """What the last renewal of the tokens showed. `generation` is that of the credentials it was about.

    `renewed_at` is when one last gave a new pair; None when none has yet. `user` is the portal's id of whoever the
    tokens act as, as far as the authorisation server said it.
    """

    locked_out: bool
    at: int
    generation: int
    renewed_at: int | None = None
    user: str = ""
    code: str = ""
    sentence: Text = ""
    hint: Text = ""

    def value(self) -> Mapping[str, Json]:
        """The record's JSON."""
        found: dict[str, Json] = {name: getattr(self, name) for name in TokenHealth.__dataclass_fields__}
        return found | {name: write_text(getattr(self, name)) for name in _TEXTS}


def read_health(value: Mapping[str, Any]) -> TokenHealth:
    """Read the record's JSON."""
    return TokenHealth(**{**value, **{name: read_text(value[name]) for name in _TEXTS}})
