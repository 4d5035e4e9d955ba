"""Frozen dataclasses that cost a fifth of the standard library's to make: a process makes two hundred when it starts.

The standard library writes and compiles six methods for each class. Five of them are the same for all values and stand
here, and the constructor is compiled when the first value is made.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

T = TypeVar("T")
_plain = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=True)


def make_value(kind: type[T]) -> type[T]:
    """A frozen, slotted, keyword-only dataclass of a class. It behaves as one of `dataclasses`.

    Each field is one of the constructor; raises TypeError for another, and for a dataclass that is inherited from.
    """
    if not kind.__doc__:
        # Else the standard library works out a signature for it.
        kind.__doc__ = kind.__name__
    own = vars(kind)
    made: Any = _plain(kind)
    if not all(field.init for field in dataclasses.fields(made)):
        raise TypeError(f"a field of {kind.__name__} is none of the constructor")
    made.__dataclass_params__.frozen = True
    compared = [field.name for field in dataclasses.fields(made) if field.compare]
    made._compared = staticmethod(attrgetter(*compared or ["__class__"]))
    for name, method in _METHODS.items():
        if own.get(name) is None:
            setattr(made, name, method)
    made.__init__ = _first_init(made)
    made.__signature__ = _Signature()
    found: type[T] = made
    return found


class _Signature:
    """What `help` and an editor show of the constructor; read from the fields when somebody asks."""

    def __get__(self, _value: object, owner: type[Any]) -> Signature:
        from inspect import Parameter, Signature

        def default(field: dataclasses.Field[Any]) -> Any:
            made = Parameter.empty if field.default_factory is MISSING else field.default_factory()
            return made if field.default is MISSING else field.default

        return Signature(
            [
                Parameter(field.name, Parameter.KEYWORD_ONLY, default=default(field), annotation=field.type)
                for field in dataclasses.fields(owner)
            ]
        )


def _first_init(made: Any) -> Callable[..., None]:
    """Stands for the constructor until it is needed: many a class is imported and not used."""

    def __init__(self: Any, /, **values: Any) -> None:
        made.__init__ = _init(made)
        made.__init__(self, **values)

    return __init__


def _init(made: Any) -> Callable[..., None]:
    """The constructor, written out: one parameter and one assignment for each field."""
    names: dict[str, Any] = {"made": made, "MISSING": MISSING}
    parameters, body = [], []
    for field in dataclasses.fields(made):
        name, default, given = field.name, "", field.name
        names[f"set_{name}"] = vars(made)[name].__set__
        if field.default is not MISSING:
            names[f"default_{name}"] = field.default
            default = f"=default_{name}"
        elif field.default_factory is not MISSING:
            names[f"default_{name}"] = field.default_factory
            default, given = "=MISSING", f"default_{name}() if {name} is MISSING else {name}"
        parameters.append(f"{name}{default}")
        body.append(f" set_{name}(self, {given})\n")
    if hasattr(made, "__post_init__"):
        body.append(" self.__post_init__()\n")
    head = ", ".join(("self", *(("*", *parameters) if parameters else ())))
    exec(f"def __init__({head}):\n{''.join(body) or ' pass'}", names)  # noqa: S102 - only the names of fields are in it
    init: Callable[..., None] = names["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    return init


def _repr(self: Any) -> str:
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if one.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _eq(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return self._compared(self) == other._compared(other)


def _hash(self: Any) -> int:
    return hash(self._compared(self))


def _setattr(_self: Any, name: str, _value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(_self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, one.name) for one in dataclasses.fields(self)]


def _setstate(self: Any, state: list[Any]) -> None:
    for one, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, one.name, value)


_METHODS: dict[str, Callable[..., Any]] = {
    "__repr__": _repr,
    "__eq__": _eq,
    "__hash__": _hash,
    "__setattr__": _setattr,
    "__delattr__": _delattr,
    "__getstate__": _getstate,
    "__setstate__": _setstate,
}

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
    from inspect import Signature
else:

    def dataclass(**how: bool) -> Callable[[type[T]], type[T]]:
        """As `dataclasses.dataclass`; a frozen, slotted, keyword-only one is made here."""
        if how != {"frozen": True, "slots": True, "kw_only": True}:
            return dataclasses.dataclass(**how)
        return lambda kind: (
            dataclasses.dataclass(**how)(kind) if hasattr(kind, "__dataclass_fields__") else make_value(kind)
        )
