"""What may happen to a portal apart from any change request, as the audit log has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.plugin import Event, Message
from plugins.bitrix24.auth.refused_calls import CALL_REFUSED

CHAIN: Mapping[str, Message | None] = {"generation": None, "chain": None}
"""Which pair of tokens it is about: `main` or `spare`, and how many there were before it."""

SAID = Message("bitrix24.audit.said", value="value")

TOKENS_RENEWED = Event(
    tag="portal:tokens:renewed",
    sentence=Message("bitrix24.audit.tokens_renewed", place="place"),
    facts=CHAIN,
    quiet=True,
)
TOKENS_REFUSED = Event(
    tag="portal:tokens:refused",
    sentence=Message("bitrix24.audit.tokens_refused", place="place"),
    facts={"sentence": SAID, "code": Message("bitrix24.audit.code", value="value"), **CHAIN},
    quiet=True,
)
TOKENS_REPLACED = Event(
    tag="portal:tokens:replaced",
    sentence=Message("bitrix24.audit.backup_tokens_in_use", place="place"),
    facts=CHAIN,
)
ADDRESS_CHANGED = Event(
    tag="portal:address:changed",
    sentence=Message("bitrix24.audit.address_changed", place="place"),
    facts={"sentence": SAID},
)
MEMBER_CHANGED = Event(
    tag="portal:member:changed",
    sentence=Message("bitrix24.audit.member_changed", place="place"),
    facts={
        "former": Message("bitrix24.audit.former_member", value="value"),
        "member": Message("bitrix24.audit.new_member", value="value"),
    },
)
WARNING_RAISED = Event(
    tag="portal:warning:raised",
    sentence=Message("bitrix24.audit.warning_raised", place="place"),
    facts={"sentence": SAID, "advice": SAID, "warning": None},
)
WARNING_ENDED = Event(
    tag="portal:warning:ended",
    sentence=Message("bitrix24.audit.warning_ended", place="place"),
    facts={"sentence": SAID, "warning": None},
)
EVENTS: Sequence[Event] = (
    *(TOKENS_RENEWED, TOKENS_REFUSED, TOKENS_REPLACED, ADDRESS_CHANGED, MEMBER_CHANGED),
    *(WARNING_RAISED, WARNING_ENDED, CALL_REFUSED),
)
