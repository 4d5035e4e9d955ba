"""Checks of what the bot itself keeps of a portal: tokens, working time, and how events come."""

from __future__ import annotations

from bot.plugin import Message, Time
from plugins.bitrix24.auth.backup_tokens import advise_backup
from plugins.bitrix24.diagnosis.check_run import Result, bad, good, lost, not_used
from plugins.bitrix24.diagnosis.examination import Examination
from plugins.bitrix24.events.portal_events import NONE, ONLINE, WAYS
from plugins.bitrix24.health import access_losses
from plugins.bitrix24.traffic.operating_limit import SLOW

PUBLIC_URL = "B24BOT_PUBLIC_URL"


def check_tokens(about: Examination) -> Result:
    """Until when the refresh token lasts, and whether a second user's tokens could take over."""
    portal = about.portal
    ends_at = portal.token_end()
    advice = next(iter(portal.token_warnings()), None)
    detail = Message("bitrix24.check.tokens", time=Time(time=ends_at))
    if not portal.has_backup_tokens():
        advice = advice or advise_backup(portal.known)
        detail = Message("bitrix24.check.tokens_alone", time=Time(time=ends_at))
    old = portal.idle_days() >= OLD_DAYS
    return bad(detail, advice or "") if old else good(detail, advice or "")


BEGIN_MS = 180_000
"""So long after a portal became known its events may still not be bound."""
OLD_DAYS = 150
"""From this age on a refresh token is close to its end although the bot renews it every 20 days."""


def check_working_time(about: Examination) -> Result:
    """How long the portal has worked for the bot in the last ten minutes."""
    busiest = about.portal.busiest_method()
    if busiest is None:
        return not_used(Message("bitrix24.check.working_time_untold"))
    method, seconds = busiest
    detail = Message("bitrix24.check.working_time", method=method, seconds=round(seconds))
    if seconds < SLOW:
        return good(detail)
    return bad(detail, Message("bitrix24.check.do_wait_working_time"))


def check_public_address(about: Examination) -> Result:
    """Whether the portal could call the bot."""
    url = about.portal.settings.get(PUBLIC_URL, "").strip()
    if url:
        return good(Message("bitrix24.check.public_address", url=url))
    return not_used(Message("bitrix24.check.no_public_address", setting=PUBLIC_URL))


def check_events(about: Examination) -> Result:
    """In which way the bot hears of changes. Where the portal posts events, a test event has to arrive."""
    way = about.events.way
    if way == NONE and about.portal.settings.get(PUBLIC_URL, "").strip():
        if about.portal.now_ms() - about.portal.known.added_at < BEGIN_MS:
            return good(Message("bitrix24.check.events_begin"))
        return bad(WAYS[way], Message("bitrix24.check.do_serve", command="b24bot serve"))
    if way == NONE:
        return not_used(WAYS[way])
    if way != ONLINE:
        return good(WAYS[way])
    return (
        good(Message("bitrix24.check.test_event_came"))
        if about.portal.try_event()
        else lost(access_losses.SILENT, about)
    )


def check_last_event(about: Examination) -> Result:
    """When something was last heard."""
    last_at = about.events.last_at
    if last_at:
        return good(Message("bitrix24.check.last_event", time=Time(time=last_at)))
    none_yet = Message("bitrix24.check.no_event_yet")
    return not_used(none_yet) if about.events.way == NONE else good(none_yet)
