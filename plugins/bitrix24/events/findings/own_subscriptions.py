"""What b24bot has subscribed to on a portal, and what of it others have changed there. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from bot.plugin.frozen import dataclass
from plugins.bitrix24.events.findings.portal_facts import EventHandler


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What others changed of b24bot's subscriptions, and b24bot has put right.

    `missing` are the events that it has subscribed to again, and `misplaced` the addresses that it has unsubscribed.
    """

    missing: frozenset[str] = frozenset()
    misplaced: frozenset[str] = frozenset()


NO_REPAIR = Repair()


def list_subscriptions(address: str, posted: Iterable[str], queued: Iterable[str]) -> frozenset[str]:
    """List subscriptions as they are remembered: the event and its address, or the event alone in the queue."""
    return frozenset([*(_posted(name, address) for name in posted), *queued])


def find_repair(
    former: Collection[str], now: Collection[str], seen: Sequence[EventHandler], misplaced: Iterable[EventHandler]
) -> Repair:
    """Tell what others changed since the last reading.

    `former` and `now` are the subscriptions that b24bot left then and has now, `seen` those that the portal showed, and
    `misplaced` those of them that b24bot has unsubscribed. Without former ones nothing is known of what others did. An
    address that b24bot itself used before is no change by others.
    """
    if not former:
        return NO_REPAIR
    known = {each.partition(" ")[2] for each in former}
    shown = {row.event if row.offline else _posted(row.event, row.address) for row in seen}
    return Repair(
        missing=frozenset(each.partition(" ")[0] for each in now if each in former and each not in shown),
        misplaced=frozenset(row.address for row in misplaced if row.address not in known),
    )


def _posted(event: str, address: str) -> str:
    return f"{event} {address}"
