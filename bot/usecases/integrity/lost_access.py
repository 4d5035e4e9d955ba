"""The chat has taken the bot's access away: kept until it answers the bot again, for the status and for doctor."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum

from bot.plugin import Message, Time
from bot.plugin.frozen import dataclass
from bot.store.repositories.plugin_records import FactReader
from bot.usecases.context import Context, log

LOST_ACCESS = "lost_access"
"""The name of the fact: how the access was lost and when, or empty."""


class AccessLoss(StrEnum):
    """How the bot can lose its access."""

    UNINSTALLED = "uninstalled"
    REVOKED = "revoked"


SENTENCES: Mapping[AccessLoss, Message] = {
    AccessLoss.UNINSTALLED: Message("integrity.access.uninstalled"),
    AccessLoss.REVOKED: Message("integrity.access.revoked"),
}
REMEDY = Message("integrity.access.remedy")


@dataclass(frozen=True, slots=True, kw_only=True)
class LostAccess:
    """What the chat said, and when."""

    loss: AccessLoss
    at: int

    @property
    def sentence(self) -> Message:
        return Message("integrity.access.since", what=SENTENCES[self.loss], time=Time(time=self.at))


def keep_lost_access(ctx: Context, loss: AccessLoss) -> None:
    """Keep that the access was lost, and say so in the log. A repeated delivery changes nothing."""
    known = find_lost_access(ctx.store.facts)
    if known is not None and known.loss is loss:
        return
    with ctx.store.unit_of_work() as tx:
        tx.facts.put(LOST_ACCESS, json.dumps({"loss": loss, "at": ctx.clock.now_ms()}))
    log.error("%s %s", SENTENCES[loss], REMEDY, extra={"action": "access_lost"})


def forget_lost_access(ctx: Context) -> None:
    """Forget it: the chat has answered the bot."""
    if find_lost_access(ctx.store.facts) is not None:
        with ctx.store.unit_of_work() as tx:
            tx.facts.put(LOST_ACCESS, "")
        log.info("Slack answers again", extra={"action": "access_regained"})


def find_lost_access(facts: FactReader) -> LostAccess | None:
    """What is kept; None where the bot has its access."""
    stored = facts.get(LOST_ACCESS)
    if not stored:
        return None
    found = json.loads(stored)
    return LostAccess(loss=AccessLoss(found["loss"]), at=found["at"])
