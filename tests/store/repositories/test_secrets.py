"""Secrets at rest: encrypted, each in its own row, each with a generation and one lease."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.clock import ShiftedClock
from bot.core.bot_errors import ConfigurationError
from bot.plugin import Sealed
from bot.store.repositories.secrets import Secrets
from bot.store.sealing.keyring import Keyring, create_key_file, load_key_file
from bot.store.store import Store, open_store
from bot.testing.services import scratch_store
from tests.language.english import en, raises

CANARY = "kanarienvogel-7f3a9"


class SteppedClock(ShiftedClock):
    """A wall clock that somebody sets: `step_ms` is no time that passed."""

    step_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.step_ms


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture
def secrets(store: Store, clock: ShiftedClock) -> Secrets:
    return Secrets(store.engine, store.keys, clock, "toy")


def test_a_secret_comes_back_with_its_generation(secrets: Secrets) -> None:
    assert secrets.read("portal") is None
    assert secrets.write("portal", {"token": CANARY, "n": 1}, after=0)
    assert secrets.read("portal") == Sealed(value={"token": CANARY, "n": 1}, generation=1)


def test_no_byte_of_a_secret_is_on_the_disk_at_any_time(tmp_path: Path) -> None:
    """Neither in the file nor in its journal, also in the middle of a transaction and after deleting."""
    store = scratch_store(tmp_path)
    secrets = store.secrets("toy")
    seen = b""
    for generation in range(3):
        with store.unit_of_work() as tx:
            assert secrets.write("portal", {"token": CANARY, "refresh": CANARY * 20}, after=generation)
            tx.facts.put("padding", "x" * 200_000)
            seen += _all_bytes(tmp_path / "home")
        seen += _all_bytes(tmp_path / "home")
    secrets.delete("portal")
    seen += _all_bytes(tmp_path / "home")
    store.close()
    seen += _all_bytes(tmp_path / "home")
    assert len(seen) > 200_000
    assert CANARY.encode() not in seen


def _all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_only_a_write_that_knows_the_last_generation_is_taken(secrets: Secrets) -> None:
    assert not secrets.write("portal", {"v": 1}, after=1)
    assert secrets.write("portal", {"v": 1}, after=0)
    assert not secrets.write("portal", {"v": 2}, after=0)
    assert secrets.write("portal", {"v": 2}, after=1)
    assert not secrets.write("portal", {"v": 3}, after=1)
    assert secrets.read("portal") == Sealed(value={"v": 2}, generation=2)


def test_among_threads_one_write_of_a_generation_is_taken(secrets: Secrets) -> None:
    secrets.write("portal", {"v": 0}, after=0)
    taken: list[int] = []

    def write(n: int) -> None:
        for generation in range(1, 11):
            if secrets.write("portal", {"v": n}, after=generation):
                taken.append(generation)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(taken) == sorted(set(taken))
    sealed = secrets.read("portal")
    assert sealed is not None
    assert sealed.generation == len(taken) + 1


def test_a_deleted_secret_is_gone_and_begins_anew(secrets: Secrets) -> None:
    secrets.write("portal", {"v": 1}, after=0)
    secrets.delete("portal")
    assert secrets.read("portal") is None
    assert secrets.write("portal", {"v": 2}, after=0)


def test_plugins_do_not_see_each_others_secrets(store: Store) -> None:
    store.secrets("toy").write("portal", {"v": 1}, after=0)
    assert store.secrets("other").read("portal") is None


@pytest.mark.parametrize("where", ["plugin = 'other'", "name = 'second'"])
def test_a_box_that_was_moved_to_another_row_is_refused(secrets: Secrets, store: Store, where: str) -> None:
    """Whoever owns the file but not the key cannot make one portal's token another's."""
    secrets.write("first", {"v": 1}, after=0)
    secrets.write("second", {"v": 2}, after=0)
    other = store.secrets("other")
    other.write("first", {"v": 3}, after=0)
    with store.unit_of_work():
        changed = store.engine.execute(
            f"UPDATE secrets SET box = (SELECT box FROM secrets WHERE plugin = 'toy' AND name = 'first') WHERE {where}"
        )
    assert changed == 1
    victim = other if "other" in where else secrets
    with raises(ConfigurationError, match="belongs to another row"):
        victim.read("first" if "other" in where else "second")
    assert secrets.read("first") == Sealed(value={"v": 1}, generation=1)


def test_a_box_with_one_changed_byte_is_refused(secrets: Secrets, store: Store) -> None:
    secrets.write("portal", {"v": 1}, after=0)
    row = store.engine.row("SELECT box FROM secrets")
    assert row is not None
    spoiled = bytearray(row["box"])
    spoiled[len(spoiled) // 2] ^= 1
    with store.unit_of_work():
        store.engine.execute("UPDATE secrets SET box = ?", bytes(spoiled))
    with raises(ConfigurationError, match="cannot be decrypted"):
        secrets.read("portal")


def test_the_wrong_key_file_is_refused_and_nothing_is_written_over(tmp_path: Path, secrets: Secrets) -> None:
    secrets.write("portal", {"v": 1}, after=0)
    home, other = tmp_path / "home", tmp_path / "other"
    create_key_file(other)
    wrong = open_store(home, load_key_file(other, home=home), ShiftedClock())
    with raises(ConfigurationError, match="cannot be decrypted with this key file") as refused:
        wrong.secrets("toy").read("portal")
    assert "Put the right key file back" in en(refused.value.hint)
    assert not wrong.secrets("toy").write("portal", {"v": 2}, after=0)
    wrong.close()
    assert secrets.read("portal") == Sealed(value={"v": 1}, generation=1)


def test_after_a_rotation_old_boxes_open_and_new_ones_have_the_new_key(store: Store, clock: ShiftedClock) -> None:
    old, new = Keyring({"k1": bytes(32)}), Keyring({"k2": bytes(range(32))})
    both = Keyring({"k2": bytes(range(32)), "k1": bytes(32)})
    Secrets(store.engine, old, clock, "toy").write("portal", {"v": 1}, after=0)
    rotated = Secrets(store.engine, both, clock, "toy")
    assert rotated.read("portal") == Sealed(value={"v": 1}, generation=1)
    assert rotated.write("portal", {"v": 2}, after=1)
    assert Secrets(store.engine, new, clock, "toy").read("portal") == Sealed(value={"v": 2}, generation=2)


def test_a_lease_is_held_by_one_at_a_time(secrets: Secrets) -> None:
    secrets.write("portal", {"v": 1}, after=0)
    with secrets.lease("portal", seconds=30) as first:
        with secrets.lease("portal", seconds=30) as second:
            assert (first, second) == (True, False)
        with secrets.lease("portal", seconds=30) as third:
            assert not third, "one that was not held is not given back"
    with secrets.lease("portal", seconds=30) as again:
        assert again


def test_a_lease_that_was_given_out_while_another_process_waited_for_the_lock_is_not_taken_from_its_holder(
    secrets: Secrets, store: Store
) -> None:
    """Whoever waited read the clock before the holder did, if it read it before it had the lock."""
    secrets.write("portal", {"v": 1}, after=0)
    taken = ExitStack()
    given = []

    class LateClock(ShiftedClock):
        """Another process takes the lease right after this clock was read, where the lock lets it."""

        def monotonic(self) -> float:
            now = super().monotonic()
            if not store.engine.in_transaction:
                later = ShiftedClock()
                later.advance(0.5)
                other = Secrets(store.engine, store.keys, later, "toy")
                given.append(taken.enter_context(other.lease("portal", seconds=150)))
            return now

    late = Secrets(store.engine, store.keys, LateClock(), "toy")
    with taken, late.lease("portal", seconds=150) as mine:
        assert [mine, *given].count(True) == 1


def test_each_secret_has_a_lease_of_its_own_and_what_does_not_exist_has_none(secrets: Secrets) -> None:
    secrets.write("first", {"v": 1}, after=0)
    secrets.write("second", {"v": 1}, after=0)
    with (
        secrets.lease("first", seconds=30) as first,
        secrets.lease("second", seconds=30) as second,
        secrets.lease("third", seconds=30) as third,
    ):
        assert (first, second, third) == (True, True, False)


def test_a_lease_of_somebody_who_died_runs_out(secrets: Secrets, clock: ShiftedClock) -> None:
    """And its first holder, come back late, does not take it from the second one."""
    secrets.write("portal", {"v": 1}, after=0)
    with secrets.lease("portal", seconds=30) as first:
        assert first
        clock.advance(29)
        with secrets.lease("portal", seconds=30) as early:
            assert not early
        clock.advance(1.5)
        late = secrets.lease("portal", seconds=30)
        assert late.__enter__()
    with secrets.lease("portal", seconds=30) as third:
        assert not third
    late.__exit__(None, None, None)
    with secrets.lease("portal", seconds=30) as fourth:
        assert fourth


@pytest.mark.parametrize("step", [600_000, -600_000])
def test_a_wall_clock_that_steps_ends_no_lease_and_makes_none_longer(store: Store, step: int) -> None:
    """Two that renew one pair of tokens at a time lose it."""
    clock = SteppedClock()
    secrets = Secrets(store.engine, store.keys, clock, "toy")
    secrets.write("portal", {"v": 1}, after=0)
    with secrets.lease("portal", seconds=150):
        clock.step_ms = step
        with secrets.lease("portal", seconds=150) as second:
            assert not second
        clock.advance(151)
        with secrets.lease("portal", seconds=150) as third:
            assert third


def test_a_lease_from_before_a_restart_of_the_machine_is_over(store: Store) -> None:
    """The steady clock begins anew with it; the lease was taken at a moment that is yet to come.

    That of several hosts does not, so there the lease holds (tests/store/postgres/test_secret_leases.py).
    """
    before, after = ShiftedClock(), ShiftedClock()
    before.advance(9_000)
    secrets = Secrets(store.engine, store.keys, before, "toy")
    secrets.write("portal", {"v": 1}, after=0)
    with (
        secrets.lease("portal", seconds=150),
        Secrets(store.engine, store.keys, after, "toy").lease("portal", seconds=30) as held,
    ):
        assert held is not store.engine.shared


def test_a_lease_is_given_back_when_its_holder_fails(secrets: Secrets) -> None:
    secrets.write("portal", {"v": 1}, after=0)

    def fail() -> None:
        with secrets.lease("portal", seconds=30):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with secrets.lease("portal", seconds=30) as again:
        assert again


def test_a_write_leaves_the_lease_alone(secrets: Secrets) -> None:
    """The holder stores what it renewed and still holds."""
    secrets.write("portal", {"v": 1}, after=0)
    with secrets.lease("portal", seconds=30):
        assert secrets.write("portal", {"v": 2}, after=1)
        with secrets.lease("portal", seconds=30) as second:
            assert not second
