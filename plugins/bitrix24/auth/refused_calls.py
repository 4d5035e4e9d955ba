"""Calls from outside that were not proved: each reason is recorded once an hour, however many calls there are."""

from __future__ import annotations

from collections.abc import Mapping

from bot.plugin import Event, Message, Services, Text

EVERY_MS = 60 * 60 * 1000
"""Milliseconds until the same reason on the same route is recorded again."""
_KIND = "refused_call"
CALL_REFUSED = Event(
    tag="portal:call:refused",
    sentence=Message("bitrix24.audit.call_refused", place="place"),
    facts={
        "route": Message("bitrix24.audit.route", value="value"),
        "why": Message("bitrix24.audit.why", value="value"),
    },
    quiet=True,
)
REASONS: Mapping[str, Message] = {
    "malformed_callback": Message("bitrix24.refused.malformed"),
    "malformed_install": Message("bitrix24.refused.malformed"),
    "unlisted_address": Message("bitrix24.refused.unlisted_address"),
    "unknown_state": Message("bitrix24.refused.unknown_state"),
    "expired_state": Message("bitrix24.refused.expired_state"),
    "used_state": Message("bitrix24.refused.used_state"),
    "unknown_nonce": Message("bitrix24.refused.unknown_nonce"),
    "expired_nonce": Message("bitrix24.refused.expired_nonce"),
    "repeated_install": Message("bitrix24.refused.repeated_install"),
    "install_of_another_portal": Message("bitrix24.refused.other_portal"),
    "page_without_token": Message("bitrix24.refused.page_without_token"),
    "page_of_unknown_portal": Message("bitrix24.refused.page_of_unknown_portal"),
    "page_token_refused": Message("bitrix24.refused.page_access_refused"),
    "page_of_another_application": Message("bitrix24.refused.page_of_another_application"),
    "page_of_another_connector": Message("bitrix24.refused.page_of_another_connector"),
    "forged_page_token": Message("bitrix24.refused.forged_page_token"),
}
"""What each reason means."""


STRANGER = "-"
"""Stands for a portal that b24bot does not know."""


def record_refused_call(services: Services, *, route: str, why: str, portal: str = STRANGER) -> None:
    """Record a refused call with its reason, unless the same was recorded within the hour.

    `why` is a key of `REASONS`, and nothing that the call said. `portal` is a name that b24bot knows.
    """
    facts: Mapping[str, Text] = {"route": route, "why": REASONS[why]}
    record_seldom(services, f"{route} {why} {portal}", CALL_REFUSED, portal, facts)


def record_seldom(services: Services, key: str, event: Event, portal: str, facts: Mapping[str, Text]) -> None:
    """Record an event, unless one of the same `key` was recorded within the hour. `key` is of a bounded set."""
    now = services.clock.now_ms()
    if _is_recent(services, key, now):
        return
    with services.transaction():
        # Again inside: another process may have been first.
        if _is_recent(services, key, now):
            return
        services.records.put(_KIND, key, {"at": now})
        services.record(event, portal, facts)


def _is_recent(services: Services, key: str, now: int) -> bool:
    kept = services.records.get(_KIND, key)
    return kept is not None and 0 <= now - int(kept["at"]) < EVERY_MS
