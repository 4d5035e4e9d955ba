"""No call reaches another portal than the card names: 10,000 generated commands of five people, a tenth of it here."""

from __future__ import annotations

from pathlib import Path

from tests.bitrix24.several_portals import SeveralPortals
from tests.long.form import sized

STEPS = sized(1_000, 10_000)


def test_no_call_reaches_another_portal_than_the_card_names(tmp_path: Path) -> None:
    several = SeveralPortals(tmp_path, seed=13)
    try:
        for _ in range(STEPS):
            several.step()
        assert len(several.effects) == 3
    finally:
        several.stop()
