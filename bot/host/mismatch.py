"""What in a value is not of its declared type: a value that a log tells in English and a person in their language."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import assert_never

from bot.plugin import Message, Text
from bot.plugin.frozen import dataclass


class Fault(Enum):
    """The ways to be of another type."""

    TYPE = "type"
    KEY = "key"
    ITEMS = "items"
    ARGUMENT = "argument"
    """Of a message: a value that none may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """The first fault in a value. `path` leads to it, `.rows[0][1]`; it is empty where the value itself is at fault.

    `found` and `wanted` are the names of types, or numbers of items.
    """

    fault: Fault = Fault.TYPE
    path: str = ""
    found: str = ""
    wanted: str = ""

    def inside(self, part: str) -> Mismatch:
        """The same, seen from a value of which this one is a part."""
        return replace(self, path=f"{part}{self.path}")

    def __str__(self) -> str:
        match self.fault:
            case Fault.TYPE:
                return f"{self.path} is {self.found} instead of {self.wanted}".strip()
            case Fault.KEY:
                return f"{self.path}: the key is {self.found} instead of {self.wanted}"
            case Fault.ITEMS:
                return f"{self.path} has {self.found} items instead of {self.wanted}".strip()
            case Fault.ARGUMENT:
                return f"{self.path} is not allowed in a message"
            case _:
                assert_never(self.fault)

    def describe(self) -> Message:
        """Describe it as a part of a sentence behind a colon."""
        path: Text = self.path or Message("host.mismatch.value")
        match self.fault:
            case Fault.TYPE:
                return Message("host.mismatch.type", path=path, found=self.found, wanted=self.wanted)
            case Fault.KEY:
                return Message("host.mismatch.key", path=path, found=self.found, wanted=self.wanted)
            case Fault.ITEMS:
                return Message("host.mismatch.items", path=path, found=self.found, wanted=self.wanted)
            case Fault.ARGUMENT:
                return Message("host.mismatch.argument", path=path)
            case _:
                assert_never(self.fault)
