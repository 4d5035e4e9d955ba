"""What may happen to a portal apart from any change request, as the audit log has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.plugin import Event

CHAIN: Mapping[str, str] = {"generation": "", "chain": ""}
"""Which pair of tokens it is about: `main` or `spare`, and how many there were before it."""

TOKENS_RENEWED = Event(
    tag="portal:tokens:renewed", sentence="The tokens of the portal {place} were renewed", facts=CHAIN, quiet=True
)
TOKENS_REFUSED = Event(
    tag="portal:tokens:refused",
    sentence="The tokens of the portal {place} were refused",
    facts={"sentence": "{}", "code": "Code: {}", **CHAIN},
)
TOKENS_REPLACED = Event(
    tag="portal:tokens:replaced",
    sentence="The spare tokens of the portal {place} took over",
    facts=CHAIN,
)
ADDRESS_CHANGED = Event(
    tag="portal:address:changed",
    sentence="The portal {place} has another address",
    facts={"sentence": "{}"},
)
EVENTS: Sequence[Event] = (TOKENS_RENEWED, TOKENS_REFUSED, TOKENS_REPLACED, ADDRESS_CHANGED)
