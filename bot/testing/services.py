"""Real services over a throw-away database, for a plugin's tests."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from bot.clock import ShiftedClock
from bot.host.plugin_services import PluginServices, services_for
from bot.plugin import Clock, Event
from bot.store.disk.folders import make_home
from bot.store.sealing.keyring import Keyring, create_key_file, load_key_file
from bot.store.store import FILE_NAME, Store, open_store


def scratch_store(folder: Path, clock: Clock | None = None, *, synchronous: str | None = None, url: str = "") -> Store:
    """A store in `folder`/home with a key file of its own in `folder`/keys. Opening it again finds what was stored.

    With `synchronous="OFF"` no commit waits for the disk. With a `url` the rows are on that PostgreSQL server.
    """
    key_file = folder / "keys" / "key"
    create_key_file(key_file)
    home = folder / "home"
    if not url:
        lay_out(home)
    keys = load_key_file(key_file, home=home)
    return open_store(home, keys, clock or ShiftedClock(), synchronous=synchronous, url=url)


def lay_out(home: Path) -> None:
    """An empty database of this version, where there is none: what opening one would make, made once a process."""
    make_home(home)
    path = home / FILE_NAME
    if not path.exists():
        path.touch(0o600)
        path.write_bytes(_empty())


@cache
def _empty() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        open_store(Path(folder), Keyring({"k1": bytes(32)}), ShiftedClock(), synchronous="OFF").close()
        return Path(folder, FILE_NAME).read_bytes()


def scratch_services(
    folder: Path,
    settings: Mapping[str, str],
    *,
    plugin: str,
    events: Sequence[Event] = (),
    clock: Clock | None = None,
    synchronous: str | None = None,
    url: str = "",
) -> PluginServices:
    """What the plugin of this name would be given, over `scratch_store`. It may send whatever it asks for.

    `events` are those that it declares.
    """
    store = scratch_store(folder, clock, synchronous=synchronous, url=url)
    return services_for(plugin, settings, store, store.clock, may_send=lambda _: True, events=events)
