"""Killed with SIGKILL at every commit while a portal is connected: no half record, and the next try succeeds."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.host.plugin_services import services_for
from bot.plugin import PluginError, Services
from bot.store.sealing.keyring import load_key_file
from bot.store.store import open_store
from bot.testing.scripted_dialogue import ScriptedDialogue, Typed
from plugins.bitrix24.auth.audit_events import EVENTS
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.commands.connecting.connect import connect_portal, store_connection
from plugins.bitrix24.connecting.pending_install import PendingInstalls
from tests.bitrix24.plugin_bot import PluginBot
from tests.bitrix24.web.test_connecting import PUBLIC, Way

MOST_STEPS = 60


class Killed:
    """Counts the sides of commits, and ends its process at one of them."""

    def __init__(self, at: int) -> None:
        self._left = at

    def __call__(self, _name: str) -> None:
        self._left -= 1
        if self._left < 0:
            os.kill(os.getpid(), signal.SIGKILL)


def connect(services: Services, way: Way, *answers: Typed, client_id: str) -> None:
    """Connect as a process does."""
    dialogue = ScriptedDialogue(
        services, *answers, secrets={"client_secret": way.bot.portal.client_secret}, person="local:ida"
    )
    found = connect_portal(dialogue, "new", domain=way.bot.portal.url, client_id=client_id)
    with services.transaction():
        store_connection(services, found)


def die(folder: Path, way: Way, at: int, options: dict[str, str]) -> bool:
    """Connect in a process that is killed at its nth side of a commit; whether it came to that."""
    child = os.fork()
    if child:
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    code = 1
    try:
        keys = load_key_file(folder / "keys" / "key", home=folder / "home")
        store = open_store(folder / "home", keys, way.bot.clock, failpoint=Killed(at))
        services = services_for("bitrix24", way.bot.services.settings, store, way.bot.clock, events=EVENTS)
        connect(services, way, way.browse, **options)
        code = 0
    finally:
        os._exit(code)


@contextmanager
def newcomer(folder: Path) -> Iterator[Way]:
    """Somebody who connects a portal that the bot does not know yet."""
    bot = PluginBot(folder, B24BOT_PUBLIC_URL=PUBLIC)
    try:
        with bot.services.transaction():
            bot.services.records.delete("portal", "default")
            bot.services.secrets.delete("default")
        yield Way(bot)
    finally:
        bot.stop()


@pytest.mark.parametrize("installed", [False, True], ids=["link", "install-call"])
def test_a_kill_at_each_commit_leaves_no_half_portal(tmp_path: Path, installed: bool) -> None:
    found: list[bool] = []
    for at in range(MOST_STEPS):
        folder = tmp_path / str(at)
        with newcomer(folder) as way:
            options = {"client_id": way.bot.portal.client_id}
            if installed:
                way.request("POST", way.install_address(), way.install_call())
            if not die(folder, way, at, options):
                break
            found.append(is_connected(way, installed=installed))
            if not found[-1]:
                try_again(way, options)
            assert way.bot.open().app().installed
    assert found == sorted(found), "once it is done it stays done"
    assert len(found) > 4
    assert True in found


def is_connected(way: Way, *, installed: bool) -> bool:
    """Whether the portal is known, with its credentials; if it is not, what was installed still waits."""
    known = "new" in {portal.name for portal in CredentialStore(way.bot.services).portals()}
    assert (way.bot.services.secrets.read("new") is not None) == known
    assert known or not installed or PendingInstalls(way.bot.services).find("new") is not None
    return known


def try_again(way: Way, options: dict[str, str]) -> None:
    """Run the command once more; what waits may hold tokens that the server has already renewed."""
    try:
        connect(way.bot.services, way, way.browse, **options)
    except PluginError:
        connect(way.bot.services, way, way.browse, **options)
