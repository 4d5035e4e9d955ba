"""The bucket of a portal where processes of several hosts call it: one level in the database, by its clock.

The portal counts by source address, and hosts behind one address have one bucket there. Hosts with addresses of their
own ask less than they may.
"""

from __future__ import annotations

import math

from bot.plugin import PluginError, Services, SharedLevel
from plugins.bitrix24.traffic.rate_limit import STANDARD, Bucket, LocalBucket, RateLimit, SharedBucket


class ServerBucket:
    """A bucket over a shared level. While the database does not answer, this process paces itself alone."""

    def __init__(self, services: Services, level: SharedLevel, pace: RateLimit = STANDARD) -> None:
        self._log, self._level, self._pace = services.log, level, pace
        self._alone = LocalBucket(pace)
        self._told = False

    def take(self, now: float, *, most: float = math.inf) -> float | None:
        pace = self._pace
        try:
            level = self._level.add(1.0, drains=pace.drains, most=pace.holds + most * pace.drains)
        except PluginError as error:
            self._tell(error)
            return self._alone.take(now, most=most)
        return None if level is None else max(0.0, (level - pace.holds) / pace.drains)

    def overflowed(self, now: float) -> None:
        self._alone.overflowed(now)
        try:
            self._level.lift(self._pace.holds, drains=self._pace.drains)
        except PluginError as error:
            self._tell(error)

    def used(self, now: float) -> float:
        try:
            return min(1.0, self._level.read(drains=self._pace.drains) / self._pace.holds)
        except PluginError:
            return self._alone.used(now)

    def _tell(self, error: PluginError) -> None:
        if not self._told:
            self._told = True
            self._log.warning(
                "the limit of the portal cannot be shared with other hosts, so each process keeps to it alone: %s",
                error,
                extra={"action": "bucket_alone"},
            )


def make_bucket(services: Services, member_id: str, pace: RateLimit) -> Bucket:
    """Return the bucket of a portal: in the database where several hosts share it, else in a file of this host."""
    try:
        level = services.shared_level(f"bucket-{member_id}")
    except PluginError:
        level = None
    return SharedBucket(services, member_id, pace) if level is None else ServerBucket(services, level, pace)
