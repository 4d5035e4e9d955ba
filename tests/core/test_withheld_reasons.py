"""A reason that was left out is told in the reader's language; another one is what was typed."""

from __future__ import annotations

from bot.core.withheld_reasons import describe_reason, is_withheld
from bot.language.recorded_facts import write_withheld_reason
from bot.language.translation import translate
from bot.plugin import Message


def test_a_reason_that_was_left_out_is_kept_in_english_and_told_in_russian() -> None:
    kept = write_withheld_reason(Message("store.secret.key"))
    assert is_withheld(kept)
    told = describe_reason(kept)
    assert translate(told) == kept
    assert translate(told, "ru").startswith("причина не сохранена: она похожа на секрет b24bot (")


def test_a_reason_that_was_typed_stays_as_it_is() -> None:
    assert not is_withheld("old number")
    assert describe_reason("old number") == "old number"
    assert describe_reason("") == ""
