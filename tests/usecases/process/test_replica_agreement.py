"""Which replicas have other settings than the rest, and which settings these are."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.plugin import Message
from bot.store.repositories.replication.replicas import Replica
from bot.usecases.process.replica_agreement import describe_differences
from tests.language.english import en

QUORUM, ADMINS = "B24BOT_QUORUM", "B24BOT_ADMINS"


def replica(host: str, settings: Mapping[str, str], *, policy: str = "p") -> Replica:
    return Replica(
        owner=host,
        roles=("worker",),
        host=host,
        pid=7,
        version="1",
        policy=policy,
        settings=settings,
        started_at=0,
        beat=0,
        age_ms=0,
    )


ONE, TWO, THREE = ({QUORUM: value, ADMINS: "same"} for value in "123")
CASES: tuple[tuple[str, tuple[Mapping[str, str], ...], list[tuple[str, str, str]]], ...] = (
    ("one-of-three", (ONE, TWO, TWO), [("one:7", "two:7 and three:7", QUORUM)]),
    ("the-newer-of-two", (ONE, TWO), [("two:7", "one:7", QUORUM)]),
    ("each-another", (ONE, TWO, THREE), [("two:7", "one:7", QUORUM), ("three:7", "one:7", QUORUM)]),
    ("not-reported", (ONE, {ADMINS: "same"}), [("two:7", "one:7", QUORUM)]),
    ("two-settings", (ONE, {QUORUM: "2", ADMINS: "other"}), [("two:7", "one:7", f"{ADMINS} and {QUORUM}")]),
    ("the-same", (ONE, ONE, ONE), []),
    ("alone", (ONE,), []),
    ("nobody", (), []),
)


@pytest.mark.parametrize(("settings", "told"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_replica_and_its_setting_are_named(
    settings: tuple[Mapping[str, str], ...], told: list[tuple[str, str, str]]
) -> None:
    living = [replica(host, one) for host, one in zip(("one", "two", "three"), settings, strict=False)]
    assert [en(one) for one in describe_differences(living)] == [
        f"The value of {names} on {odd} differs from the value on {others}." for odd, others, names in told
    ]


def test_the_policy_table_is_compared_by_its_rows() -> None:
    (found,) = describe_differences([replica("one", ONE), replica("two", ONE, policy="q")])
    assert isinstance(found, Message)
    assert found.arguments["settings"] == ("B24BOT_POLICY",)
