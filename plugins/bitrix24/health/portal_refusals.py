"""What a portal refuses as a whole, since when, and how long the bot therefore sends it nothing."""

from __future__ import annotations

from collections.abc import Mapping

from bot.plugin import Json, Services
from bot.plugin.frozen import dataclass
from plugins.bitrix24.health import access_losses
from plugins.bitrix24.health.access_losses import OVERLOADED, AccessLoss

HOLD_MS = 60 * 60 * 1000
"""So long the bot sends nothing after the vendor blocked the application; then one call asks again."""
KIND = "portal_refusal"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalRefusal:
    """A portal that refuses every call. `asked_at` is when it was last asked; both times are UTC milliseconds."""

    loss: AccessLoss
    code: str
    since: int
    asked_at: int


class PortalRefusals:
    """The records of one installation, by the portal's identity."""

    def __init__(self, services: Services) -> None:
        self._records = services.records
        self._clock = services.clock

    def known(self, identity: str) -> PortalRefusal | None:
        """Read how a portal refuses; None while it does not."""
        value = self._records.get(KIND, identity)
        loss = access_losses.find_loss(str(value["code"])) if value else None
        if value is None or loss is None:
            return None
        return PortalRefusal(loss=loss, code=value["code"], since=value["since"], asked_at=value["asked_at"])

    def holds_back(self, identity: str) -> bool:
        """Whether nothing may be sent now. Once an hour one caller gets a no, and asks the portal."""
        known = self.known(identity)
        if known is None or known.loss is not OVERLOADED:
            return False
        now = self._clock.now_ms()
        if 0 <= now - known.asked_at < HOLD_MS:
            return True
        self._put(identity, known.code, since=known.since)
        return False

    def learn(self, identity: str, method: str, code: str, *, done: bool) -> bool:
        """Take from an answer whether the portal refuses everything; True when that changed."""
        loss = access_losses.find_loss_of_call(method, code) if code else None
        if loss is None and not done:
            return False
        known = self.known(identity)
        if loss is None:
            if known is not None:
                self._records.delete(KIND, identity)
            return known is not None
        same = known is not None and known.loss is loss
        self._put(identity, code, since=known.since if known and same else self._clock.now_ms())
        return not same

    def _put(self, identity: str, code: str, *, since: int) -> None:
        value: Mapping[str, Json] = {"code": code, "since": since, "asked_at": self._clock.now_ms()}
        self._records.put(KIND, identity, value)
