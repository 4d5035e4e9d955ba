"""What stands in a line for each argument, and the line of a filled form: each is read as it was meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.bot_errors import WordsError
from bot.core.parsing.invocation import recognize, understand
from bot.core.parsing.partial_line import (
    FieldError,
    find_field_errors,
    lacks_words,
    read_partial_line,
    write_line,
)
from bot.plugin import Answer, Arg, BadArgument, Group, Nothing, Risk

things: Group[object] = Group("thing", help="Things.")


def parse_small(word: str) -> int:
    """A number of one digit."""
    if word not in set("0123456789"):
        raise BadArgument(f"{word} is not small")
    return int(word)


Name = Annotated[str, Arg(label="NAME", help="its name")]
Small = Annotated[int, Arg(label="SMALL", help="a digit", parse=parse_small)]
Twice = Annotated[bool, Arg(label="", help="two coats")]
Words = Annotated[str, Arg(label="TEXT", help="a text", free=True)]


@things.command("paint", risk=Risk.CHANGE)
def paint(_: object, name: Name, *sizes: Small, colour: Name, twice: Twice = False) -> Answer:
    """Paint a thing."""
    return Nothing(sentence="")


@things.command("note", risk=Risk.CHANGE)
def note(_: object, name: Name, *text: Words) -> Answer:
    """Write something on a thing."""
    return Nothing(sentence="")


@things.command("swap", risk=Risk.CHANGE)
def swap(_: object, name: Name = "", other: Name = "") -> Answer:
    """Swap two things."""
    return Nothing(sentence="")


COMMANDS = tuple(things)
PAINT, NOTE, SWAP = COMMANDS
TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp")), max_size=20).filter(
    lambda text: text.strip() and not text.strip().startswith("--")
)


def test_what_was_typed_stands_for_its_argument() -> None:
    partial = read_partial_line(COMMANDS, "thing paint «my thing» 1 2 --reason 'so it is'")
    assert partial.words == {"name": ("my thing",), "sizes": ("1", "2")}
    assert partial.options == {"--reason": "so it is"}
    assert [each.name for each in partial.missing] == ["colour"]


@pytest.mark.parametrize(
    "line", ["thing paint one x --colour red", "thing paint --size 1", "thing pain", "thing paint 'a"]
)
def test_a_line_with_anything_else_wrong_has_no_form(line: str) -> None:
    with pytest.raises(BadArgument):
        read_partial_line(COMMANDS, line)


@given(name=TEXT, colour=TEXT, sizes=st.lists(st.integers(0, 9)), twice=st.booleans())
def test_what_is_filled_in_is_what_the_command_gets(name: str, colour: str, sizes: list[int], twice: bool) -> None:
    fields = {
        "name": name,
        "sizes": " ".join(map(str, sizes)),
        "colour": colour,
        "twice": "yes" if twice else "",
        "--reason": colour,
    }
    understood = understand(COMMANDS, write_line(PAINT, fields))
    wanted = {"name": name.strip(), "sizes": sizes, "colour": colour.strip(), **({"twice": True} if twice else {})}
    assert understood.arguments == wanted
    assert understood.invocation.reason == colour.strip()


@given(text=TEXT)
def test_a_free_text_is_one_text(text: str) -> None:
    line = write_line(NOTE, {"name": "one", "text": text})
    assert understand(COMMANDS, line).arguments == {"name": "one", "text": [text.strip()]}


def test_the_error_of_a_value_names_its_field() -> None:
    line = write_line(PAINT, {"name": "one", "sizes": "1 big", "colour": "red"})
    assert {name: str(error) for name, error in find_field_errors(COMMANDS, line).items()} == {
        "sizes": "big is not small"
    }


REFUSED: Mapping[str, tuple[Mapping[str, str], str]] = {
    "an option": ({"name": "--break-glass"}, "name"),
    "an option among words": ({"name": "one", "sizes": "1 --dry-run"}, "sizes"),
    "an open quotation mark": ({"name": "one", "sizes": "'1"}, "sizes"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_what_would_be_read_as_something_else_is_refused_in_its_field(case: tuple[Mapping[str, str], str]) -> None:
    fields, named = case
    with pytest.raises(FieldError) as caught:
        write_line(PAINT, {**fields, "colour": "red"})
    assert caught.value.field == named


def test_a_value_does_not_take_the_place_of_an_empty_one() -> None:
    with pytest.raises(FieldError) as caught:
        write_line(SWAP, {"name": "", "other": "two"})
    assert caught.value.field == "name"


LACKING = {
    "thing paint": True,
    "thing paint one": True,
    "thing paint --colour red": False,
    "thing paint one --colour=red": False,
    "thing swap": False,
    "thing note": True,
}


@pytest.mark.parametrize(("line", "lacks"), LACKING.items())
def test_a_line_that_lacks_words_for_certain_is_never_complete(line: str, lacks: bool) -> None:
    assert lacks_words(recognize(COMMANDS, line)) is lacks
    if lacks:
        with pytest.raises(WordsError) as caught:
            understand(COMMANDS, line)
        assert caught.value.incomplete is not None
