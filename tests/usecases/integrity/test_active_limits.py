"""Which limits keep a command of the terminal from changing a place."""

from __future__ import annotations

import pytest

from bot.core.authority.limits import Limit, Mode
from bot.usecases.integrity.active_limits import find_terminal_block
from tests.language.english import en
from tests.usecases.core_bot import CoreBot


@pytest.mark.parametrize(("mode", "blocks"), [(Mode.READ_ONLY, True), (Mode.NO_DANGER, False)])
def test_a_bot_that_may_only_read_changes_no_place_from_the_terminal(
    core_bot: CoreBot, mode: Mode, blocks: bool
) -> None:
    assert find_terminal_block(core_bot.ctx) is None
    core_bot.ctx.limits.keep_limit("pages", Limit(name="pages", mode=mode, why="A page is damaged."))
    block = find_terminal_block(core_bot.ctx)
    assert (block is not None) is blocks
    assert block is None or en(block.sentence).startswith("A page is damaged. You can still read")
