"""What an acceptance run puts on the audit log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.plugin import Event, Message

CONNECTOR: Mapping[str, Message | None] = {"connector": Message("bitrix24.audit.probe", value="value")}

BEGAN = Event(
    tag="portal:acceptance:began",
    sentence=Message("bitrix24.audit.acceptance_began", place="place"),
    facts={**CONNECTOR, "line": Message("bitrix24.audit.probe_line", value="value")},
)
ENDED = Event(
    tag="portal:acceptance:ended",
    sentence=Message("bitrix24.audit.acceptance_ended", place="place"),
    facts={**CONNECTOR, "sentence": Message("bitrix24.audit.said", value="value")},
)
REMOVED = Event(
    tag="portal:acceptance:removed",
    sentence=Message("bitrix24.audit.probe_removed", place="place"),
    facts=CONNECTOR,
    quiet=True,
)
EVENTS: Sequence[Event] = (BEGAN, ENDED, REMOVED)
