"""Values as JSON: one spelling where it is signed, and a dataclass as the mapping of its fields."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from hypothesis import given

from bot.core.encoding import canonical, encode, fields_of
from bot.plugin import Message, Plan, Reply
from tests.core.samples import plans, replies


def test_canonical_json_has_one_spelling() -> None:
    assert canonical({"b": [1, "ж"], "a": None}) == '{"a":null,"b":[1,"ж"]}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical(float("nan"))


def written(value: object) -> object:
    """A message has no fields of a dataclass: it is its key and its arguments."""
    assert isinstance(value, Message)
    return {"key": value.key, "arguments": value.arguments}


@given(plans | replies)
def test_a_dataclass_is_written_as_the_mapping_of_its_fields_however_deep_it_stands(value: Plan | Reply) -> None:
    plain = asdict(value)
    assert encode([value]) == json.dumps([plain], ensure_ascii=False, default=written)
    assert canonical({"of": value}) == canonical({"of": plain})
    assert list(fields_of(value)) == list(plain)


def test_what_is_neither_a_dataclass_nor_json_is_refused() -> None:
    with pytest.raises(TypeError):
        encode({"a": object()})
