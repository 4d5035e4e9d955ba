"""Our frozen dataclasses behave as those of the standard library."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, field, fields, replace
from typing import Any, ClassVar, Generic, TypeVar

import pytest

from bot.plugin.frozen import dataclass, make_value

T = TypeVar("T")
standard: Callable[[type[Any]], Any] = dataclasses.dataclass(frozen=True, slots=True, kw_only=True)


class Plain:
    """A place."""

    a: int
    b: str = "b"
    c: list[int] = field(default_factory=list)
    d: str = field(default="", repr=False)
    e: int = field(default=0, compare=False)
    KIND: ClassVar[str] = "plain"


class Checked:
    seen: int

    def __post_init__(self) -> None:
        if self.seen < 0:
            raise ValueError("below nothing")


class Own:
    a: int

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 7

    def __repr__(self) -> str:
        return "own"


class Empty:
    pass


def clone(kind: type[Any]) -> type[Any]:
    """The same class again, for `dataclasses` changes the one it is given."""
    return type(
        kind.__name__, kind.__bases__, {k: v for k, v in vars(kind).items() if k not in ("__dict__", "__weakref__")}
    )


def both(kind: type[Any]) -> tuple[Any, Any]:
    return make_value(clone(kind)), standard(clone(kind))


def said(what: Callable[[], object]) -> tuple[str, str]:
    """What is raised, and its words."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which one is compared
        what()
    return type(caught.value).__name__, str(caught.value)


def test_it_is_made_shown_and_compared_alike() -> None:
    ours, theirs = both(Plain)
    for given in ({"a": 1}, {"a": 1, "b": "x"}, {"a": 2, "c": [3], "d": "d", "e": 9}):
        mine, other = ours(**given), theirs(**given)
        assert repr(mine) == repr(other)
        assert asdict(mine) == asdict(other)
        assert (mine == ours(**given), mine == ours(a=7), mine == given, mine != other) == (True, False, False, True)
    assert ours(a=1, e=1) == ours(a=1, e=2)
    assert ours(a=1).c is not ours(a=1).c, "each has a list of its own"
    assert [one.name for one in fields(ours)] == [one.name for one in fields(theirs)]
    assert (ours.__slots__, ours.__match_args__, ours.__doc__) == (theirs.__slots__, theirs.__match_args__, "A place.")
    assert replace(ours(a=1, b="x"), a=2) == ours(a=2, b="x")
    assert hash(both(Checked)[0](seen=3)) == hash(both(Checked)[0](seen=3))
    assert hash(ours(a=1, c=())) == hash(ours(a=1, c=(), e=5))


@pytest.mark.parametrize("given", [{}, {"a": 1, "z": 2}, {"b": "x"}])
def test_a_constructor_refuses_the_same(given: dict[str, Any]) -> None:
    """When the first value is made, and later."""
    ours, theirs = both(Plain)
    for _ in range(2):
        assert said(lambda: ours(**given)) == said(lambda: theirs(**given))
    assert said(lambda: ours(1))[0] == "TypeError"


def test_help_and_editors_see_the_fields_of_the_constructor() -> None:
    ours, _ = both(Plain)
    shown = "(*, a: 'int', b: 'str' = 'b', c: 'list[int]' = [], d: 'str' = '', e: 'int' = 0)"
    assert str(inspect.signature(ours)) == shown
    assert ours(a=1) == ours(a=1, c=[])
    assert str(inspect.signature(ours)) == shown


def test_nothing_of_it_can_be_changed() -> None:
    ours, theirs = both(Plain)
    mine, other = ours(a=1), theirs(a=1)
    assert said(lambda: setattr(mine, "a", 2)) == said(lambda: setattr(other, "a", 2))
    assert said(lambda: delattr(mine, "a")) == said(lambda: delattr(other, "a"))
    with pytest.raises(FrozenInstanceError):
        mine.new = 1


def test_what_a_class_defines_itself_stays() -> None:
    ours, _ = both(Own)
    assert (repr(ours(a=1)), hash(ours(a=1)), ours(a=1) == ours(a=2)) == ("own", 7, True)
    checked, _ = both(Checked)
    assert checked(seen=1).seen == 1
    with pytest.raises(ValueError, match="below nothing"):
        checked(seen=-1)


def test_one_without_fields_is_equal_to_its_like() -> None:
    ours, theirs = both(Empty)
    assert ours() == ours()
    assert len({ours(), ours()}) == 1
    assert repr(ours()) == repr(theirs())
    assert said(lambda: ours(a=1)) == said(lambda: theirs(a=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Base(Generic[T]):
    """Something that others inherit from."""

    at: T


@dataclass(frozen=True, slots=True, kw_only=True)
class Further(Base[int]):
    """With one more."""

    more: str = ""


@dataclass(slots=True, kw_only=True)
class Living:
    """Can be changed."""

    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Of the same content as another class."""

    at: int


def test_one_may_be_inherited_from_also_by_the_standard_librarys() -> None:
    assert Further(at=1, more="x") == Further(at=1, more="x") != Further(at=2, more="x")
    theirs = dataclasses.make_dataclass("Theirs", [("b", int)], bases=(Base,), frozen=True, kw_only=True)
    assert repr(theirs(at=1, b=2)) == "Theirs(at=1, b=2)"


def test_a_living_one_is_the_standard_librarys() -> None:
    one = Living(at=1)
    one.at = 2
    assert one == Living(at=2)


def test_it_can_be_copied_and_kept() -> None:
    one = Other(at=1)
    same: object = Base[int](at=1)
    assert copy.copy(one) == copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one
    assert one != same


def test_a_field_that_no_constructor_takes_is_refused() -> None:
    class Odd:
        a: int = field(init=False, default=1)

    with pytest.raises(TypeError, match="a field of Odd is none of the constructor"):
        make_value(Odd)
