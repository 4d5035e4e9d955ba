"""The lease of a secret on a server: hosts whose clocks are a moment apart do not take it from each other."""

from __future__ import annotations

from bot.clock import ShiftedClock
from tests.store.conftest import MakeStore

PLUGIN, NAME = "toy", "tokens"


def test_a_host_whose_clock_is_behind_does_not_take_the_lease(make_postgres_store: MakeStore) -> None:
    """In a file the same means that the machine was restarted: tests/store/repositories/test_secrets.py."""
    first, second = make_postgres_store(), make_postgres_store()
    secrets, behind = first.secrets(PLUGIN), second.secrets(PLUGIN)
    secrets.write(NAME, {"refresh": "1"}, after=0)
    clock = first.clock
    assert isinstance(clock, ShiftedClock)
    clock.advance(5.0)
    with secrets.lease(NAME, seconds=60) as mine, behind.lease(NAME, seconds=60) as theirs:
        assert (mine, theirs) == (True, False)
    with behind.lease(NAME, seconds=60) as theirs:
        assert theirs, "it was given back"
