"""Which source of open dialogues a card relies on."""

from __future__ import annotations

from plugins.bitrix24.dialogues.open_dialogues import COMPLETE_MS, Source, Sources, choose_source
from tests.tables.rows import each_row

NOW = 1_800_000_000_000
LONG, SHORT = NOW - COMPLETE_MS, NOW - COMPLETE_MS + 1


@each_row(
    ("sources", "chosen"),
    [
        (Sources(), None),
        (Sources(counter=7), (Source.COUNTER, 7)),
        (Sources(counter=0), (Source.COUNTER, 0)),
        (Sources(crm=4, counter=9), (Source.CRM, 4)),
        (Sources(crm=0, counter=9), (Source.COUNTER, 9)),
        (Sources(crm=0), (Source.CRM, 0)),
        (Sources(crm=50, crm_complete=False, counter=70), (Source.COUNTER, 70)),
        (Sources(crm=50, crm_complete=False, counter=40), (Source.CRM, 50)),
        (Sources(crm=50, crm_complete=False), (Source.CRM, 50)),
        (Sources(counted=3, counted_since=SHORT), (Source.RECENT_EVENTS, 3)),
        (Sources(counted=3, counted_since=SHORT, crm=5), (Source.CRM, 5)),
        (Sources(counted=5, counted_since=SHORT, crm=3, counter=9), (Source.RECENT_EVENTS, 5)),
        (Sources(counted=0, counted_since=SHORT, counter=9), (Source.COUNTER, 9)),
        (Sources(counted=0, counted_since=LONG, crm=2, counter=9), (Source.EVENTS, 0)),
        (Sources(counted=3, counted_since=LONG), (Source.EVENTS, 3)),
    ],
)
def test_the_best_source_that_says_something_is_chosen(sources: Sources, chosen: tuple[Source, int] | None) -> None:
    assert choose_source(sources, NOW) == chosen
