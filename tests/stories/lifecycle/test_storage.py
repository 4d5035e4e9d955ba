"""The files under a bot that works: a key that changes, a disk that fills up, a copy every hour."""

from __future__ import annotations

from bot.core.audit.audit_record import Tag
from bot.core.change.change_request import Status
from bot.playground.environment import Playground
from bot.plugin.loopback import wait_until
from bot.store.files.backup import look_through
from bot.store.key_rotation import rotate_key
from bot.testing.services import scratch_store
from bot.usecases.integrity.maintenance import LEAST_FREE
from tests.stories.scene import Scene


def test_a_card_from_before_a_new_key_is_approved_after_it(full_bot: Playground) -> None:
    """The terminal changes the key; the bot is not told, and its stored tokens are sealed anew under it."""
    scene = Scene(full_bot)
    card = scene.ask_removal()
    terminal = scratch_store(full_bot.folder)
    made = rotate_key(terminal, full_bot.folder / "keys" / "key", by="local:ida")
    terminal.close()
    assert made.secrets > 0
    scene.press("Anton", card, "Approve")
    scene.wait_status(Status.DONE)
    assert not scene.registered()
    assert {record.key_id for record in full_bot.store.audit.walk()} == {"k1", "k2"}
    assert full_bot.store.audit.broken_at() is None


def test_a_disk_that_fills_up_stops_what_is_dangerous_and_nothing_else(full_bot: Playground) -> None:
    scene = Scene(full_bot)
    assert full_bot.running is not None
    context = full_bot.running.bot.context
    free = [LEAST_FREE - 1]
    context.files.free_bytes = lambda _path: free[0]
    assert wait_until(lambda: "disk" in context.limits)
    scene.ask("Olga", "connector remove myconnector")
    assert "has only 199 MB free" in scene.answer("Olga", "MB free")
    scene.ask("Olga", "whoami")
    scene.answer("Olga", "You are")
    free[0] = LEAST_FREE
    assert wait_until(lambda: not context.limits)
    scene.ask_removal()
    assert scene.sent() == 0


def test_a_bot_that_runs_is_copied_and_its_copy_is_whole(full_bot: Playground) -> None:
    scene = Scene(full_bot)
    scene.press("Anton", scene.ask_removal(), "Approve")
    scene.wait_status(Status.DONE)
    made = full_bot.store.back_up()
    copy = look_through(made.path, full_bot.store.keys)
    assert copy.seq == made.seq > 0
    assert scene.recorded(Tag.BACKUP_MADE)
    for secret in (full_bot.workspace.bot_token, full_bot.workspace.signing_secret):
        assert secret.encode() not in made.path.read_bytes()


def test_a_deleted_lock_file_is_noticed_within_a_minute_and_nothing_runs_meanwhile(full_bot: Playground) -> None:
    scene = Scene(full_bot)
    (scene.playground.folder / "home" / "worker.lock").unlink()
    scene.playground.clock.advance(61)
    scene.channel_says("audit", "worker.lock was deleted or moved")
    scene.ask("Olga", "connector remove myconnector")
    scene.answer("Olga", "Stop every b24bot of that folder")
    assert scene.sent() == 0
