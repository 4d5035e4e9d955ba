"""Times as programs read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.plugin.message import Time

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def iso(at: int) -> str:
    """Write UTC epoch milliseconds as ISO 8601, for example `2026-03-01T14:05:00.250Z`."""
    moment = _EPOCH + timedelta(milliseconds=at)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def time_or_none(at: int | None) -> Time | None:
    """Make a time of UTC epoch milliseconds; None stays None."""
    return None if at is None else Time(time=at)
