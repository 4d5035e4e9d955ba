"""The statuses a reader sees are those that can be asked for, and each change request has exactly one of them."""

from __future__ import annotations

from itertools import product

import pytest

from bot.core.change.change_request import Status
from bot.core.change.status_names import ONE_OF, SHOWN_STATUSES, parse_status
from bot.plugin import BadArgument
from tests.language.english import en
from tests.tables.rows import each_row


@each_row(("status", "partly", "undone"), list(product(Status, (False, True), (False, True))))
def test_each_stored_change_request_is_shown_with_one_status(status: Status, partly: bool, undone: bool) -> None:
    rows = [
        row
        for row in SHOWN_STATUSES.values()
        if status in row.statuses and row.partly in (None, partly) and row.undone is undone
    ]
    assert len(rows) == 1
    assert (rows[0].word == "undone") is undone


@each_row("typed", SHOWN_STATUSES)
def test_every_word_is_read_as_it_is_shown_and_as_it_is_typed(typed: str) -> None:
    shown = SHOWN_STATUSES[typed]
    assert " " not in typed
    for text in (typed, shown.word, f" {shown.word.upper()} ", typed.replace("-", "_")):
        assert parse_status(text) is shown


def test_what_is_no_status_is_refused_with_all_the_words() -> None:
    with pytest.raises(BadArgument) as refused:
        parse_status("finished")
    assert en(refused.value.sentence) == "There is no status “finished”."
    assert en(refused.value.hint) == f"It is {ONE_OF}."
    assert "pending, approved" in ONE_OF
    assert "partly-applied, undone" in ONE_OF
