"""Killed with SIGKILL at every commit while tokens are renewed: the next call works, or its cause is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.host.plugin_services import services_for
from bot.plugin import Services, TargetRefused
from bot.store.sealing.keyring import load_key_file
from bot.store.store import open_store
from plugins.bitrix24.auth.audit_events import EVENTS
from plugins.bitrix24.auth.backup_tokens import BackupTokenStore
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.auth.token_refresh import INTERRUPTED, LEASE
from plugins.bitrix24.plugin import BitrixPlugin
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en
from tests.long.faults.test_killed_connecting import MOST_STEPS, Killed


def call(services: Services) -> None:
    """Make a call that needs new tokens."""
    plugin = BitrixPlugin()
    plugin.open(services, plugin.places(services)[0]).app()
    plugin.close()


def die(folder: Path, bot: PluginBot, at: int) -> bool:
    """Make the call in a process that is killed at its nth side of a commit; whether it came to that."""
    child = os.fork()
    if child:
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    code = 1
    try:
        keys = load_key_file(folder / "keys" / "key", home=folder / "home")
        store = open_store(folder / "home", keys, bot.clock, failpoint=Killed(at))
        call(services_for("bitrix24", bot.services.settings, store, bot.clock, events=EVENTS))
        code = 0
    finally:
        os._exit(code)


@pytest.mark.parametrize("backup", [False, True], ids=["one-pair", "backup-tokens"])
def test_a_kill_at_each_commit_loses_nothing_or_is_named(tmp_path: Path, backup: bool) -> None:
    found: list[str] = []
    for at in range(MOST_STEPS):
        folder = tmp_path / str(at)
        bot = PluginBot(folder)
        try:
            if backup:
                credential_store = CredentialStore(bot.services)
                BackupTokenStore(bot.services).store(credential_store.portal("default"), *bot.issue())
            bot.expire_first()
            if not die(folder, bot, at):
                break
            bot.clock.sleep(LEASE)
            found.append(describe_next_call(bot))
        finally:
            bot.stop()
    assert len(found) > 4
    assert "" in found
    lost = set(found) - {""}
    assert not lost if backup else lost
    for told in lost:
        assert INTERRUPTED in told
        assert "did not store the result" in told
        assert "portal connect default --backup" in told


def describe_next_call(bot: PluginBot) -> str:
    """What the next call is refused with; empty when it works."""
    try:
        call(bot.services)
    except TargetRefused as error:
        return f"{error.code}: {en(error.sentence)} {en(error.hint)}"
    return ""
