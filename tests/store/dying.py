"""Does a thing over and over in processes that are killed one step later each time.

    python -m tests.store.dying THING FOLDER STRIDE

Each time the files of FOLDER/before are copied to a folder of its own first, FOLDER/0000, 0001 and so on, and are left
there as the kill left them. A step is a line of the modules that do the thing, or a statement of SQL. Prints how many
were killed; the last one came to its end.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from bot.clock import SystemClock
from bot.core.principals import Principal
from bot.store import key_rotation
from bot.store.engine.database import FILE_NAME, Database
from bot.store.files import archive_file, backup, restore
from bot.store.files.witness_file import Witness
from bot.store.schema.schema_version import migrate
from bot.store.sealing.keyring import Keyring, load_key_file, read_keys
from bot.store.store import Store
from bot.usecases.integrity import archiving
from bot.usecases.integrity import restore_record as restoring

HOME, KEY, COPY = "home", "keys/key", "copy.sqlite3"
ARCHIVES, WITNESS = "archives", "witness.jsonl"
Step = Callable[[], None]


def _keys(folder: Path) -> Keyring:
    return load_key_file(folder / KEY, home=folder / HOME)


def _store(folder: Path, step: Step) -> Store:
    database = Database(folder / HOME / FILE_NAME)
    database.utils.conn.set_trace_callback(lambda _statement: step())
    return Store(database, _keys(folder), SystemClock())


def do_migrate(folder: Path, step: Step) -> None:
    store = _store(folder, step)
    migrate(store.database)


def do_rotate(folder: Path, step: Step) -> None:
    key_rotation.rotate_key(_store(folder, step), folder / KEY, by="local:tester")


def do_back_up(folder: Path, step: Step) -> None:
    _store(folder, step).back_up()


def do_restore(folder: Path, _step: Step) -> None:
    restoring.restore(
        restoring.RestoreOptions(
            file=folder / COPY,
            home=folder / HOME,
            backups=folder / HOME / "backups",
            keys=_keys(folder),
            clock=SystemClock(),
            by=Principal.shell("tester"),
            behind=True,
        )
    )


def do_archive(folder: Path, step: Step) -> None:
    store = _store(folder, step)
    options = archiving.ArchiveOptions(
        before=store.clock.now_ms() + 1,
        folder=folder / ARCHIVES,
        by=Principal.shell("tester"),
        witness=Witness(folder / WITNESS),
    )
    archiving.archive(store, archiving.plan_archive(store, options), options)
    archiving.shrink(store)


def do_write_keys(folder: Path, _step: Step) -> None:
    key_rotation.write_keys(folder / KEY, {"k2": bytes(32), **read_keys(folder / KEY)})


THINGS: Mapping[str, Callable[[Path, Step], None]] = {
    "migrate": do_migrate,
    "rotate": do_rotate,
    "write_keys": do_write_keys,
    "back_up": do_back_up,
    "restore": do_restore,
    "archive": do_archive,
}
WATCHED = frozenset(module.__file__ for module in (archive_file, archiving, backup, restore, key_rotation, restoring))


def _watch_lines(step: Step) -> None:
    def inside(_frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line":
            step()
        return inside

    sys.settrace(lambda frame, _event, _argument: inside if frame.f_code.co_filename in WATCHED else None)


def once(thing: str, folder: Path, dies_at: int) -> bool:
    """Whether the process came to its end before its step."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1
        if steps > dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    _watch_lines(step)
    THINGS[thing](folder, step)
    os._exit(0)


def main(thing: str, folder: Path, stride: int) -> None:
    for number in range(10_000):
        target = folder / f"{number:04d}"
        shutil.copytree(folder / "before", target)
        if once(thing, target, number * stride):
            sys.stdout.write(f"{number}\n")
            return
    raise SystemExit("it never came to its end")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
