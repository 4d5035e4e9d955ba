"""A process that takes places in a portal's bucket on a server, and prints the moment of each: `taker URL COUNT`."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from pathlib import Path

from bot.store.postgres.connection import Address
from bot.store.postgres.engine import PostgresEngine
from bot.testing.services import scratch_services
from plugins.bitrix24.auth.audit_events import EVENTS
from plugins.bitrix24.traffic.rate_limit import RateLimit
from plugins.bitrix24.traffic.server_bucket import ServerBucket

PACE = RateLimit(holds=5, drains=20)


def main(url: str, count: int, folder: str) -> None:
    services = scratch_services(Path(folder), {}, plugin="bitrix24", events=EVENTS)
    with closing(PostgresEngine(Address.parse(url))) as engine:
        bucket = ServerBucket(services, engine.shared_level("bucket-member"), PACE)
        for _ in range(count):
            services.clock.sleep(bucket.take(services.clock.monotonic()) or 0.0)
            sys.stdout.write(f"{time.time()}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
