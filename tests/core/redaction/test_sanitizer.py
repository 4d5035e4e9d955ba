"""What comes from outside can be stored, sent and shown, and nothing that could be is changed."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.core.redaction.sanitizer import is_storable, sanitize, sanitize_text
from bot.plugin import Observation, Reply, Table

odd = st.text(st.sampled_from("a\x00\ud83d\ude00\ufffe\uffff\ue000\ue002\U0001f600\u202e\nж"), max_size=12) | st.text()


@given(odd)
def test_a_sanitized_text_can_be_written_as_utf8_and_holds_no_nul_or_half_of_a_surrogate_pair(text: str) -> None:
    clean = sanitize_text(text)
    assert "\x00" not in clean
    assert json.loads(json.dumps(clean, ensure_ascii=False).encode()) == clean
    assert sanitize_text(clean) == clean
    assert is_storable(clean)


@given(st.text(st.characters(exclude_categories=["Cs", "Co", "Cn"], exclude_characters="\x00")))
def test_what_can_be_stored_is_not_changed(text: str) -> None:
    assert is_storable(text)
    assert sanitize_text(text) == text


def test_every_text_inside_a_value_is_sanitized_and_what_is_no_text_stays() -> None:
    table = Table(columns=("a\x00",), rows=(("b\ud83d",),), attach=True)
    reply = Reply(title="c\ud83d", facts=(("d\x00", "e"),), table=table, notes=("f\uffff",))
    clean = Table(columns=("a\ufffd",), rows=(("b\ufffd",),), attach=True)
    assert sanitize(reply) == Reply(title="c\ufffd", facts=(("d\ufffd", "e"),), table=clean, notes=("f\ufffd",))
    seen: Observation = {"g\ud83d": "h\x00"}
    assert sanitize(seen) == {"g\ufffd": "h\ufffd"}
    assert sanitize({"n": [1, True, None, 1.5, {"m": "\ud83d"}]}) == {"n": [1, True, None, 1.5, {"m": "\ufffd"}]}


def test_storable_looks_into_lists_and_maps() -> None:
    assert is_storable({"a": [1, None, {"b": "ж🙂\ue000"}]})
    assert not is_storable({"a": [1, {"b": "\ud83d"}]})
    assert not is_storable({"a\x00": 1})


class Word(str):
    """A text of a class of its own, as some libraries make them."""

    __slots__ = ()


def test_a_text_of_a_class_of_its_own_is_sanitized_like_any_other() -> None:
    assert sanitize({"name": Word("a\x00b")}) == sanitize({"name": "a\x00b"}) != {"name": "a\x00b"}
