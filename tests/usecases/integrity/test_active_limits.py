"""Which limits keep a command of the terminal from changing a place."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.audit.audit_record import Entry, Tag
from bot.core.authority.limits import Limit, Mode
from bot.plugin import Message
from bot.usecases.chat.chat_port import Channels
from bot.usecases.integrity.active_limits import find_terminal_block
from tests.language.english import en
from tests.usecases.core_bot import AUDIT, CoreBot


@pytest.mark.parametrize(("mode", "blocks"), [(Mode.READ_ONLY, True), (Mode.NO_DANGER, False)])
def test_a_bot_that_may_only_read_changes_no_place_from_the_terminal(
    core_bot: CoreBot, mode: Mode, blocks: bool
) -> None:
    assert find_terminal_block(core_bot.ctx) is None
    core_bot.ctx.limits.keep_limit(
        "pages", Limit(name="pages", mode=mode, why="A page is damaged.", until=Message("limit.until.restored"))
    )
    block = find_terminal_block(core_bot.ctx)
    assert (block is not None) is blocks
    assert block is None or en(block.sentence).startswith("A page is damaged. You can still read")


def leave_line_unsent(core_bot: CoreBot) -> None:
    with core_bot.store.unit_of_work() as tx:
        tx.record(Entry(tag=Tag.PROCESS_STARTED, actor="a", subject="s"))
    core_bot.clock.advance(31 * 60)


def test_an_audit_channel_that_lags_behind_keeps_the_terminal_from_changing_a_place(core_bot: CoreBot) -> None:
    leave_line_unsent(core_bot)
    block = find_terminal_block(core_bot.ctx)
    assert block is not None
    assert "lags behind" in en(block.sentence)
    assert "Ask again after the audit channel works." in en(block.sentence)


def test_a_dead_audit_channel_does_so_too(core_bot: CoreBot) -> None:
    with core_bot.store.unit_of_work() as tx:
        tx.outbox.mark_channel(AUDIT, working=False, reason="is_archived", at=core_bot.clock.now)
    assert find_terminal_block(core_bot.ctx) is not None


def test_before_an_audit_channel_is_set_the_terminal_may_change_a_place(tmp_path: Path) -> None:
    core_bot = CoreBot(tmp_path, channels=Channels())
    leave_line_unsent(core_bot)
    assert find_terminal_block(core_bot.ctx) is None
    core_bot.store.close()
