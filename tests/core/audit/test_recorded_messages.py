"""The messages of a record are kept as keys and arguments, and come back as they were."""

from __future__ import annotations

import pytest

from bot.core.audit.recorded_messages import MOST, change_messages, read_messages, write_messages
from bot.plugin import Argument, Message, Person

DONE = Message("outcome.call_done", call=Message("outcome.more_calls", count=3))


def test_messages_come_back_as_the_values_they_were() -> None:
    messages: dict[str, Argument] = {
        "sentence": DONE,
        "outcome": (DONE, "as it is"),
        "summary": Message("x.y", who=Person(person="T1:U1")),
    }
    assert read_messages(write_messages(messages)) == messages


def test_what_is_too_long_is_left_out_and_the_rest_is_kept() -> None:
    written = write_messages({"outcome": Message("x.long", text="x" * MOST), "sentence": DONE})
    assert read_messages(written) == {"sentence": DONE}
    assert len(written) <= MOST


def test_nothing_is_written_where_there_is_nothing() -> None:
    assert write_messages({}) == ""


@pytest.mark.parametrize("stored", [None, "", "x", "[]", "7", '{"a": {"b": 1}}', '{"a": {"key": "k"}}', "[" * 50_000])
def test_what_is_no_message_reads_as_none(stored: object) -> None:
    assert read_messages(stored) == {}


def test_a_change_of_texts_leaves_keys_and_counts_as_they_are() -> None:
    written = write_messages({"sentence": Message("x.y", name="secret", inside=Message("secret.key", count=1))})
    changed = read_messages(change_messages(written, lambda text: text.replace("secret", "***")))
    assert changed == {"sentence": Message("x.y", name="***", inside=Message("secret.key", count=1))}


def test_what_cannot_be_read_as_messages_is_changed_as_a_text() -> None:
    assert change_messages("a secret", lambda text: text.replace("secret", "***")) == "a ***"
