"""What the watch puts on the audit log."""

from __future__ import annotations

from collections.abc import Sequence

from bot.plugin import Event, Message
from plugins.bitrix24.auth.audit_events import SAID

CHANGED_ELSEWHERE = Event(
    tag="portal:watch:raised",
    sentence=Message("bitrix24.audit.changed_elsewhere", place="place"),
    facts={"sentence": SAID},
)
AS_BEFORE = Event(
    tag="portal:watch:over",
    sentence=Message("bitrix24.audit.as_before", place="place"),
    facts={"sentence": SAID},
)
REFUSED = Event(
    tag="portal:event:refused",
    sentence=Message("bitrix24.audit.event_refused", place="place"),
    facts={"sentence": SAID},
)
EVENTS: Sequence[Event] = (CHANGED_ELSEWHERE, AS_BEFORE, REFUSED)
