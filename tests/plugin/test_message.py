"""A message is a value: it is compared, stored as JSON and read again, and holds text of others apart from words."""

from __future__ import annotations

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.encoding import canonical
from bot.core.redaction.redactor import redact_value
from bot.core.redaction.sanitizer import sanitize
from bot.plugin import (
    Channel,
    CommandLine,
    Duration,
    Lines,
    Message,
    Person,
    Text,
    Time,
    map_text,
    read_text,
    write_text,
)

names = st.from_regex(r"\A[a-z]{1,8}\Z")
leaves = st.one_of(
    st.text(),
    st.integers(-(2**40), 2**40),
    st.builds(Person, person=st.text()),
    st.builds(Channel, channel=st.text()),
    st.builds(Time, time=st.integers(0, 2**45)),
    st.builds(Duration, duration=st.integers(0, 2**45)),
    st.builds(CommandLine, command_line=st.text()),
)


@st.composite
def messages(draw: st.DrawFn, depth: int = 2) -> Message:
    inner = leaves if depth == 0 else st.one_of(leaves, messages(depth=depth - 1), st.tuples(leaves, leaves))
    arguments = draw(st.dictionaries(names, inner, max_size=3))
    texts = draw(st.lists(st.one_of(st.text(), messages(depth=0)), max_size=2)) if depth else []
    key = draw(st.from_regex(r"\A[a-z]{1,6}\.[a-z_]{1,8}\Z"))
    return Message(key, **arguments, **({"lines": Lines(lines=tuple(texts))} if texts else {}))


@given(st.one_of(st.text(), messages()))
def test_a_stored_text_is_the_text(text: Text) -> None:
    assert read_text(json.loads(canonical(text))) == text


@given(messages())
def test_equal_messages_have_equal_hashes(message: Message) -> None:
    again = read_text(json.loads(canonical(message)))
    assert hash(again) == hash(message)


def test_what_a_plugin_writes_into_its_record_is_read_as_it_was() -> None:
    message = Message(
        "change.name",
        count=3,
        who=Person(person="T1:U1"),
        at=Time(time=5),
        line=CommandLine(command_line="connector list"),
        inner=Message("change.absent"),
        listed=Lines(lines=("a", Message("change.absent"))),
        many=("a", Message("change.absent")),
    )
    assert read_text(json.loads(json.dumps(write_text(message)))) == message
    assert canonical(write_text(message)) == canonical(message)
    assert write_text("words") == "words"


@pytest.mark.parametrize("stored", [None, 3, True, [], {}, {"person": "T1:U1"}, {"words": "x"}])
def test_what_is_no_text_is_refused(stored: object) -> None:
    with pytest.raises(ValueError, match="message"):
        read_text(stored)


def test_changing_text_leaves_keys_numbers_and_people() -> None:
    message = Message(
        "change.name",
        name="abc",
        count=3,
        who=Person(person="T1:abc"),
        inner=Message("abc.abc", word="abc"),
        many=("abc", 3),
    )
    assert map_text(message, str.upper) == Message(
        "change.name",
        name="ABC",
        count=3,
        who=Person(person="T1:abc"),
        inner=Message("abc.abc", word="ABC"),
        many=("ABC", 3),
    )


def test_a_secret_in_an_argument_is_redacted() -> None:
    secret = "xoxb-1234567890-abcdefABCDEF123456"
    message = Message(
        "change.name", name=f"token={secret}", line=CommandLine(command_line=f"portal add --token={secret}")
    )
    assert secret not in canonical(redact_value(message, lambda _: "0" * 12))


def test_text_of_others_holds_no_marks_of_ours() -> None:
    assert sanitize(Message("change.name", name="\ue000T1:U1\ue002")) == Message("change.name", name="T1:U1")


def test_a_message_is_not_changed() -> None:
    with pytest.raises(AttributeError, match="key"):
        Message("change.name").key = "other"
    with pytest.raises(AttributeError, match="arguments"):
        del Message("change.name").arguments


def test_a_message_survives_pickling_and_shows_what_it_is() -> None:
    message = Message("change.name", name="x", inner=Message("change.absent"))
    assert pickle.loads(pickle.dumps(message)) == message
    assert repr(message) == "Message('change.name', name='x', inner=Message('change.absent'))"
    assert str(message) == "change.name (name: x, inner: change.absent)"
    assert message != "change.name"


def test_a_message_inside_another_is_replaced_whole() -> None:
    note, left_out = Message("request.note", text="Hello"), Message("request.left_out")
    told = Message("request.told", note=note, rest=(note, "Hello"), lines=Lines(lines=(note,)), other="Hello")
    assert map_text(told, str.upper, instead={note: left_out}) == Message(
        "request.told", note=left_out, rest=(left_out, "HELLO"), lines=Lines(lines=(left_out,)), other="HELLO"
    )
