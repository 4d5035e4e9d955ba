"""One bucket for the processes of all hosts: a level on the server, by the server's clock."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.testing.services import scratch_services
from plugins.bitrix24.auth.audit_events import EVENTS
from plugins.bitrix24.traffic.rate_limit import STANDARD, RateLimit, SharedBucket
from plugins.bitrix24.traffic.server_bucket import ServerBucket, make_bucket
from tests.store.conftest import MakeEngine
from tests.store.conftest import make_postgres_engine as make_postgres_engine

PROCESSES = 2


def test_a_place_waits_for_its_turn_and_one_that_would_wait_too_long_takes_nothing(
    make_postgres_engine: MakeEngine, tmp_path: Path
) -> None:
    services = scratch_services(tmp_path, {}, plugin="bitrix24", events=EVENTS)
    # It drains so slowly that the time of this test does not matter.
    pace = RateLimit(holds=2, drains=0.001)
    one, two = (
        ServerBucket(services, make_postgres_engine().shared_level("bucket-member"), pace) for _ in range(PROCESSES)
    )
    assert [one.take(0.0), two.take(0.0)] == [0.0, 0.0]
    waits = [bucket.take(0.0) for bucket in (one, two)]
    assert waits == [pytest.approx(1_000, abs=200), pytest.approx(2_000, abs=200)]
    assert one.take(0.0, most=5.0) is None
    assert two.take(0.0) == pytest.approx(3_000, abs=200), "nothing was taken"
    assert two.used(0.0) == 1.0


def test_a_full_portal_is_told_to_all(make_postgres_engine: MakeEngine, tmp_path: Path) -> None:
    services = scratch_services(tmp_path, {}, plugin="bitrix24", events=EVENTS)
    pace = RateLimit(holds=4, drains=0.001)
    one, two = (ServerBucket(services, make_postgres_engine().shared_level("member"), pace) for _ in range(PROCESSES))
    one.overflowed(0.0)
    assert two.take(0.0, most=5.0) is None


def test_while_the_database_does_not_answer_a_process_paces_itself_alone(
    make_postgres_engine: MakeEngine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    services = scratch_services(tmp_path, {}, plugin="bitrix24", events=EVENTS)
    engine = make_postgres_engine()
    bucket = ServerBucket(services, engine.shared_level("member"), RateLimit(holds=1, drains=1))
    with engine.unit_of_work():
        engine.execute("DROP TABLE levels")
    assert [bucket.take(0.0), bucket.take(0.0)] == [0.0, 1.0]
    assert caplog.text.count("cannot be shared with other hosts") == 1


def test_processes_of_one_host_share_a_file(tmp_path: Path) -> None:
    services = scratch_services(tmp_path, {}, plugin="bitrix24", events=EVENTS)
    assert isinstance(make_bucket(services, "member", STANDARD), SharedBucket)
