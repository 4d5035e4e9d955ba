"""One process a role, and the role is free when the process is gone, however it went."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from bot.core.bot_errors import AlreadyRunning, exit_code
from bot.plugin import Message
from bot.store.disk.process_lock import INTAKE, WORKER, ProcessLocks
from tests.language.english import en, raises
from tests.store.neighbour import TAKE_A_LOCK, neighbour


def test_a_second_process_is_refused_and_told_who_is_there(tmp_path: Path) -> None:
    with neighbour(TAKE_A_LOCK, str(tmp_path), WORKER) as other:
        with pytest.raises(AlreadyRunning) as refused:
            ProcessLocks(tmp_path, [WORKER])
        assert (
            en(refused.value.sentence) == f"Another b24bot (process {other.pid}) already runs the worker of {tmp_path}."
        )
        assert "B24BOT_HOME" in en(refused.value.hint)
        assert exit_code(refused.value) == 4
        ProcessLocks(tmp_path, [INTAKE]).leave()


def test_a_lock_is_free_when_its_holder_was_killed(tmp_path: Path) -> None:
    with neighbour(TAKE_A_LOCK, str(tmp_path), WORKER) as other:
        os.kill(other.pid, signal.SIGKILL)
        other.wait(timeout=10)
        locks = ProcessLocks(tmp_path, [WORKER])
        assert (tmp_path / "worker.lock").read_text() == f"{os.getpid()}\n"
        locks.leave()


def test_a_holder_that_is_paused_keeps_its_lock(tmp_path: Path) -> None:
    """It may go on at any moment, so nobody may take it for dead."""
    with neighbour(TAKE_A_LOCK, str(tmp_path), WORKER) as other:
        os.kill(other.pid, signal.SIGSTOP)
        assert os.WIFSTOPPED(os.waitpid(other.pid, os.WUNTRACED)[1])
        with raises(AlreadyRunning, match=f"process {other.pid}"):
            ProcessLocks(tmp_path, [WORKER])
        os.kill(other.pid, signal.SIGCONT)


def test_whoever_gets_one_lock_and_not_the_other_keeps_none(tmp_path: Path) -> None:
    with neighbour(TAKE_A_LOCK, str(tmp_path), WORKER):
        with pytest.raises(AlreadyRunning):
            ProcessLocks(tmp_path, [INTAKE, WORKER])
        ProcessLocks(tmp_path, [INTAKE]).leave()


def test_a_refused_process_does_not_rub_out_who_is_there(tmp_path: Path) -> None:
    with neighbour(TAKE_A_LOCK, str(tmp_path), WORKER) as other:
        for _ in range(2):
            with raises(AlreadyRunning, match=f"process {other.pid}"):
                ProcessLocks(tmp_path, [WORKER])


def test_a_holder_that_left_no_name_is_unknown(tmp_path: Path) -> None:
    first = ProcessLocks(tmp_path, [WORKER])
    (tmp_path / "worker.lock").write_text("")
    with raises(AlreadyRunning, match="process unknown"):
        ProcessLocks(tmp_path, [WORKER])
    first.leave()


def test_leaving_frees_all_locks_and_can_be_repeated(tmp_path: Path) -> None:
    first = ProcessLocks(tmp_path, [INTAKE, WORKER])
    first.leave()
    first.leave()
    ProcessLocks(tmp_path, [INTAKE, WORKER]).leave()


def test_homes_do_not_know_of_each_other(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = ProcessLocks(tmp_path / "a", [WORKER]), ProcessLocks(tmp_path / "b", [WORKER])
    first.leave()
    second.leave()


def test_a_deleted_lock_file_lets_no_second_worker_in(tmp_path: Path) -> None:
    """Whoever makes a new lock file in its place still finds the folder locked, and leaves no file behind."""
    with neighbour(TAKE_A_LOCK, str(tmp_path), WORKER):
        (tmp_path / "worker.lock").unlink()
        with raises(AlreadyRunning, match="already runs the worker"):
            ProcessLocks(tmp_path, [WORKER])
        assert not (tmp_path / "worker.lock").exists()
    ProcessLocks(tmp_path, [WORKER]).leave()


def test_a_replaced_lock_file_lets_no_second_worker_in(tmp_path: Path) -> None:
    with neighbour(TAKE_A_LOCK, str(tmp_path), WORKER) as other:
        (tmp_path / "new").write_text(f"{other.pid}\n")
        (tmp_path / "new").rename(tmp_path / "worker.lock")
        with raises(AlreadyRunning, match=f"process {other.pid}"):
            ProcessLocks(tmp_path, [WORKER])


def test_intake_and_worker_still_fit_into_two_processes(tmp_path: Path) -> None:
    with neighbour(TAKE_A_LOCK, str(tmp_path), INTAKE):
        ProcessLocks(tmp_path, [WORKER]).leave()
    with neighbour(TAKE_A_LOCK, str(tmp_path), WORKER):
        ProcessLocks(tmp_path, [INTAKE]).leave()


@pytest.mark.parametrize("role", [INTAKE, WORKER])
def test_a_lock_file_that_is_not_the_one_held_is_noticed(tmp_path: Path, role: str) -> None:
    locks, path = ProcessLocks(tmp_path, [role]), tmp_path / f"{role}.lock"
    assert locks.displaced() is None
    os.link(path, tmp_path / "second")
    assert locks.displaced() == Message("store.file.linked", path=str(path))
    (tmp_path / "second").rename(path.with_suffix(".other"))
    path.unlink()
    assert locks.displaced() == Message("store.file.gone", path=str(path))
    path.write_text("")
    assert locks.displaced() == Message("store.file.replaced", path=str(path))
    locks.leave()


def test_a_folder_that_was_moved_away_is_noticed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    locks = ProcessLocks(home, [WORKER])
    home.rename(tmp_path / "elsewhere")
    assert locks.displaced() == Message("store.file.gone", path=str(home))
    locks.leave()
