"""What a policy file says of a group that the chat keeps: `oncall = { id = "S0123456", max_age = "15m" }`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.core.authority.rules.rule_table import UserGroup
from bot.core.authority.rules.value_readers import Wrong
from bot.core.durations import parse_duration
from bot.plugin import Duration, Message

USUAL_AGE_MS = 15 * 60_000
SHORTEST_AGE_MS, LONGEST_AGE_MS = 60_000, 24 * 3_600_000
KEYS = ("id", "max_age")
_ID = re.compile(r"[A-Z][A-Z0-9]{2,21}")
_HINT = Message(
    "rules.user_groups.write_group",
    least=Duration(duration=SHORTEST_AGE_MS),
    most=Duration(duration=LONGEST_AGE_MS),
)


def read_user_group(value: Any) -> UserGroup | Wrong:
    """Read what stands behind the name of a user group."""
    if not isinstance(value, Mapping):
        return Wrong(sentence=Message("rules.user_groups.not_keys"), hint=_HINT)
    unknown = next((key for key in value if key not in KEYS), None)
    if unknown is not None:
        return Wrong(sentence=Message("rules.user_groups.unknown_key", key=unknown), hint=_HINT)
    id, age = value.get("id"), value.get("max_age")
    if not isinstance(id, str) or _ID.fullmatch(id) is None:
        return Wrong(sentence=Message("rules.user_groups.not_id", value=str(id or "")), hint=_HINT)
    length = USUAL_AGE_MS if age is None else parse_duration(str(age))
    if not SHORTEST_AGE_MS <= length <= LONGEST_AGE_MS:
        return Wrong(sentence=Message("rules.user_groups.not_age", value=str(age)), hint=_HINT)
    return UserGroup(id=id, max_age_ms=length)
