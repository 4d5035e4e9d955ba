"""A disk that is full, read-only, locked or damaged, a clock that jumps: told in a sentence, nothing half done.

What a machine cannot do is skipped, with the reason on the screen.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.core.change.change_request import Status
from bot.plugin import PluginError
from bot.store.engine.database import FILE_NAME
from bot.store.files.consistency import assert_sound
from bot.store.store import Store, open_store
from bot.testing.services import scratch_store
from tests.cli.cli_bot import CliBot
from tests.language.english import en
from tests.long.faults.test_killed_storage import SECOND, prepared, start, untouched
from tests.long.form import sized
from tests.store.dying import HOME
from tests.store.earlier import take_back_to
from tests.store.neighbour import ROOT, locked_by_another, race_processes
from tests.store.samples import ENTRY
from tests.usecases.core_bot import ANTON, OLGA, CoreBot

KB = 1024


@pytest.fixture
def plugin_bot(tmp_path: Path) -> Iterator[CliBot]:
    """A terminal in a folder with a key file."""
    made = CliBot(tmp_path)
    made.make_key()
    yield made
    made.stop_all()


def complaint(act: Callable[[], object]) -> str:
    """The sentence that it is refused with; empty when it is not."""
    try:
        act()
    except PluginError as error:
        return en(error.sentence)
    return ""


def write(store: Store) -> None:
    with store.unit_of_work() as tx:
        tx.record(ENTRY)


def fill(store: Store, most: int = 20_000) -> int:
    """Write records until there is no room; how many fitted."""
    for number in range(most):
        said = complaint(lambda: write(store))
        if said:
            assert "cannot be written now" in said
            return number
    raise AssertionError("it never filled up")


def sound(store: Store, records: int) -> None:
    assert_sound(store.database, deep=True)
    assert store.audit.broken_at() is None
    assert len(list(store.audit.walk())) == records


# Full


@pytest.mark.parametrize("spare", range(0, sized(6, 40), 2))
def test_a_full_database_keeps_what_it_has_and_goes_on_when_there_is_room(store: Store, spare: int) -> None:
    pages = store.database.rows("PRAGMA page_count")[0]["page_count"]
    store.database.rows(f"PRAGMA max_page_count = {pages + spare}")
    written = fill(store)
    sound(store, written)
    assert not store.writable() or fill(store) == 0
    store.database.rows("PRAGMA max_page_count = 100000")
    assert store.writable()
    with store.unit_of_work() as tx:
        tx.record(ENTRY)
    sound(store, written + 1)


def test_a_bot_on_a_full_disk_says_so_does_nothing_dangerous_and_goes_on_by_itself(tmp_path: Path) -> None:
    core_bot = CoreBot(tmp_path)
    change = core_bot.approved()
    pages = core_bot.store.database.rows("PRAGMA page_count")[0]["page_count"]
    core_bot.store.database.rows(f"PRAGMA max_page_count = {pages}")
    fill(core_bot.store)
    core_bot.clock.advance(1)
    assert complaint(lambda: core_bot.wait(10)) in (
        "",
        "The database cannot be written now (database or disk is full).",
    )
    assert core_bot.now(change).status is Status.APPROVED
    assert core_bot.toy.calls == []
    core_bot.store.database.rows("PRAGMA max_page_count = 100000")
    core_bot.wait(30)
    assert core_bot.now(change).status in (Status.DONE, Status.FAILED, Status.EXPIRED)
    assert len(core_bot.toy.calls) <= 1
    assert core_bot.store.audit.broken_at() is None
    core_bot.close()


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """A file system of this size."""
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.getuid() != 0:
        pytest.skip("only root can mount a small disk here")
    made = subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={kilobytes}k,mode=0700", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {made.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("kilobytes", range(700, 1101, sized(100, 4)))
def test_a_real_disk_that_is_full(tmp_path: Path, kilobytes: int) -> None:
    """Smaller ones do not even take the schema; then nothing is left behind, and the sentence says why."""
    with small_disk(tmp_path / "disk", kilobytes) as disk:
        shutil.copytree(prepared(tmp_path) / "keys", tmp_path / "own" / "keys")
        (disk / "filler").write_bytes(b"x" * 40 * KB)
        keys = start(tmp_path / "before").keys
        opened: list[Store] = []
        said = complaint(lambda: opened.append(open_store(disk / "home", keys, SystemClock(), thorough=True)))
        assert not said or re.search("full|I/O", said), said
        store = opened[0] if opened else None
        written = fill(store) if store else 0
        (disk / "filler").unlink()
        store = store or open_store(disk / "home", keys, SystemClock(), thorough=True)
        sound(store, written)
        write(store)
        sound(store, written + 1)
        store.close()


LIMITED = """
import resource, signal, sys
from pathlib import Path
from bot.core.bot_errors import StoreUnavailable
from bot.testing.services import scratch_store
from tests.store.samples import ENTRY
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = scratch_store(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
written = 0
try:
    while True:
        with store.unit_of_work() as tx:
            tx.record(ENTRY)
        written += 1
except StoreUnavailable as error:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    with store.unit_of_work() as tx:
        tx.record(ENTRY)
    print(written, error.sentence)
"""


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("kilobytes", [sized(200, 160), *range(200, sized(201, 400), 4)])
def test_a_write_that_fails_in_the_middle_of_the_file_loses_nothing(tmp_path: Path, kilobytes: int) -> None:
    done = run(LIMITED, str(tmp_path), str(kilobytes * KB))
    assert done.returncode == 0, done.stderr
    written, _, sentence = done.stdout.partition(" ")
    assert sentence.startswith("store.database.unwritable ")
    store = scratch_store(tmp_path)
    sound(store, int(written) + 1)
    store.close()


# Read-only

AS_SOMEBODY_ELSE = """
import os, sys
from pathlib import Path
from sqlite_utils import Database
from bot.clock import SystemClock
from bot.plugin import PluginError
from bot.store.sealing.keyring import Keyring
from bot.store.store import open_store
home = Path(sys.argv[1])
Database(memory=True).close()  # loads what nobody can read any more as somebody else
if os.getuid() == 0:
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
try:
    open_store(home, Keyring({"k1": bytes(32)}), SystemClock(), thorough=True)
except PluginError as error:
    print(error.sentence, "|", error.hint)
"""


@pytest.mark.parametrize(("folder_mode", "file_mode"), [(0o555, 0o444), (0o555, 0o666), (0o777, 0o444), (0o000, 0o644)])
def test_a_file_or_folder_that_cannot_be_written_is_refused_at_the_start(
    tmp_path: Path, folder_mode: int, file_mode: int
) -> None:
    """To root no mode is a hindrance, so the process becomes nobody first."""
    # The folders of pytest are closed to others; this one is not.
    home = Path("/var/tmp") / f"b24bot-{tmp_path.parent.name}-{tmp_path.name}"
    store = CoreBot(home).store
    before = store.database.path.read_bytes()
    store.close()
    try:
        (home / FILE_NAME).chmod(file_mode)
        home.chmod(folder_mode)
        done = run(AS_SOMEBODY_ELSE, str(home))
        assert done.returncode == 0, done.stderr
        assert re.match(r"store\.database\.(unopenable|unwritable) ", done.stdout), done.stdout
        home.chmod(0o700)
        assert (home / FILE_NAME).read_bytes() == before
    finally:
        home.chmod(0o700)
        shutil.rmtree(home)


# Locked


def test_a_terminal_beside_a_transaction_that_does_not_end_says_that_it_is_busy(plugin_bot: CliBot) -> None:
    assert plugin_bot.run("access", "grant", "T0001:U0001", "viewer").exit_code == 0
    with locked_by_another(plugin_bot.home / FILE_NAME):
        shown = plugin_bot.run("access", "grant", "T0001:U0002", "admin")
        assert (shown.exit_code, "locked" in shown.stderr) == (4, True)
        assert "Try again in a moment" in shown.stderr
        assert plugin_bot.run("serve", SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1").exit_code == 4
    with plugin_bot.store() as store:
        assert [grant.principal.id for grant in store.grants.all()] == ["T0001:U0001"]


# Damaged

FLIPS = sized(40, 600)


def flipped(content: bytes, number: int) -> bytes:
    """One bit changed; the flips of a run are spread evenly over the file."""
    place = (number * 2 + 1) * len(content) * 8 // (FLIPS * 2) + number % 8
    changed = bytearray(content)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


def started_and_read(folder: Path) -> bool:
    """Read what a bot reads; whether the audit log is known not to hold."""
    store = start(folder)
    try:
        broken = store.audit.broken_at()
        store.audit.find(limit=1000)
        store.grants.all()
        store.secrets("toy").read("token-0")
        return broken is not None
    finally:
        store.close()


def _read_into(found: list[bool], folder: Path) -> None:
    found.append(started_and_read(folder))


def test_a_bit_that_flips_is_refused_found_or_harmless_and_never_a_traceback(tmp_path: Path) -> None:
    folder = prepared(tmp_path)
    path = folder / HOME / FILE_NAME
    whole = path.read_bytes()
    seen = {"refused": 0, "chain": 0, "elsewhere": 0}
    for number in range(FLIPS):
        path.write_bytes(flipped(whole, number))
        found: list[bool] = []
        said = complaint(partial(_read_into, found, folder))
        assert bool(said) != bool(found)
        seen["refused" if said else "chain" if found[0] else "elsewhere"] += 1
    assert sum(seen.values()) == FLIPS
    assert seen["refused"] > 0, seen


def test_every_bit_of_the_audit_records_is_guarded(tmp_path: Path) -> None:
    """What a database cannot see in a text, the chain does."""
    folder = prepared(tmp_path)
    path = folder / HOME / FILE_NAME
    whole = path.read_bytes()
    place = whole.index(b"command:line:ran")
    for bit in range(0, 16 * 8, sized(9, 1)):
        changed = bytearray(whole)
        changed[place + bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        store = start(folder)
        assert store.audit.broken_at() is not None, bit
        store.close()


def test_the_terminal_tells_damage_in_a_sentence(plugin_bot: CliBot) -> None:
    for number in range(1, 4):
        assert plugin_bot.run("access", "grant", f"T0001:U000{number}", "viewer").exit_code == 0
    path = plugin_bot.home / FILE_NAME
    whole = path.read_bytes()
    for number in range(0, FLIPS, FLIPS // sized(8, 60)):
        path.write_bytes(flipped(whole, number))
        for words in (("audit", "verify"), ("doctor",), ("audit", "find"), ("access", "list")):
            shown = plugin_bot.run(*words)
            assert shown.exit_code in (0, 1, 4, 78), (words, shown.output)
            assert "Something went wrong" not in shown.output, (words, shown.output)
    path.write_bytes(whole[: len(whole) // 2])
    assert plugin_bot.run("serve", SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1").exit_code == 78


# Two at once

OPEN = """
import sys
from pathlib import Path
from tests.long.faults.test_killed_storage import start
print("ready", flush=True)
sys.stdin.readline()
start(Path(sys.argv[1])).close()
"""


def test_processes_that_migrate_an_earlier_release_at_once_all_succeed(tmp_path: Path) -> None:
    take_back_to(prepared(tmp_path) / HOME / FILE_NAME, SECOND)
    folder = tmp_path / "before"
    race_processes([("-c", OPEN, str(folder))] * sized(2, 6))
    store = start(folder)
    untouched(store)
    store.close()


# A clock that jumps

HOUR = 3_600


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
@pytest.mark.parametrize("when", ["before the approval", "after it", "after the call"])
def test_a_clock_that_jumps_an_hour_never_makes_anything_run_twice_or_unapproved(
    tmp_path: Path, jump: int, when: str
) -> None:
    core_bot = CoreBot(tmp_path)
    change = core_bot.ask()
    if when == "before the approval":
        core_bot.clock.now += jump * 1000
    core_bot.press(ANTON, change)
    if when == "after it":
        core_bot.clock.now += jump * 1000
    core_bot.work()
    if when == "after the call":
        core_bot.clock.now += jump * 1000
    # What was due by the former time is late by as much as the clock went back, and by no more.
    core_bot.wait(120 + max(0, -jump), step=20)
    ended = core_bot.now(change).status
    assert ended in (Status.DONE, Status.EXPIRED)
    assert len(core_bot.toy.calls) == (1 if ended is Status.DONE else 0)
    assert core_bot.store.audit.broken_at() is None
    core_bot.ask("thing remove two", OLGA)
    core_bot.close()


# What is committed is on the disk

COMMIT = """
import sys
from pathlib import Path
from bot.testing.services import scratch_store
from tests.store.samples import ENTRY
store = scratch_store(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    with store.unit_of_work() as tx:
        tx.record(ENTRY)
"""


def test_every_commit_is_brought_to_the_disk_before_it_counts(tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed, so nobody counts what is synced")
    commits = sized(30, 300)
    counted = tmp_path / "syncs"
    command = [strace, "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", str(counted), sys.executable, "-c", COMMIT]
    done = subprocess.run(
        [*command, str(tmp_path), str(commits)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    if done.returncode and "ptrace" in done.stderr:
        pytest.skip(f"strace may not look at processes here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    assert len(re.findall(r"\bf(?:data)?sync\(", counted.read_text())) >= commits
