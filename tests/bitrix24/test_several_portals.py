"""No call reaches another portal than the one that its line and its card name: 500 generated commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bitrix24.several_portals import SeveralPortals
from tests.tables.quick import fewer

STEPS = fewer(250, 160)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("seed", range(2))
def test_no_call_reaches_another_portal_than_the_card_names(tmp_path: Path, seed: int) -> None:
    several = SeveralPortals(tmp_path, seed)
    try:
        for _ in range(STEPS):
            several.step()
        assert len(several.effects) == 3, "each application of each portal was changed"
        assert len(several.names) > 3, "portals were renamed"
    finally:
        several.stop()
