"""How much the bot does is the worst of all the reasons not to do everything."""

from __future__ import annotations

import pytest

from bot.core.authority.limits import Limit, Mode, strictest_mode
from bot.plugin import Message

UNTIL = Message("limit.until.restarted")
STOP = Limit(name="frozen", mode=Mode.NO_DANGER, why="Somebody said stop.", until=UNTIL, spares_builtin=True)
BROKEN = Limit(name="chain", mode=Mode.READ_ONLY, why="The chain is broken.", until=UNTIL)


@pytest.mark.parametrize(
    ("limits", "mode"), [((), Mode.NORMAL), ((STOP,), Mode.NO_DANGER), ((BROKEN, STOP), Mode.READ_ONLY)]
)
def test_the_worst_limit_makes_the_mode(limits: tuple[Limit, ...], mode: Mode) -> None:
    assert strictest_mode(limits) is mode


@pytest.mark.parametrize(
    ("limit", "local", "bars"), [(STOP, False, True), (STOP, True, False), (BROKEN, True, True), (BROKEN, False, True)]
)
def test_a_limit_may_spare_the_rules_of_the_bot(limit: Limit, local: bool, bars: bool) -> None:
    assert limit.blocks(local=local) is bars
