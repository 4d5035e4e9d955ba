"""What a form offers for an argument: values with words beside them, read in the background."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from bot.plugin.frozen import dataclass
from bot.plugin.message import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value that an argument may have now. `value` is what one would type.

    A form shows `label`, or else the value, with `detail` under it, among the others of its `group`.
    """

    value: str
    label: Text = ""
    detail: Text = ""
    group: Text = ""
    no_undo: tuple[str, ...] = ()
    """Commands by their paths, `site delete`, that destroy something of this value and cannot be undone.

    Their form has the value typed once more."""
    attention: bool = False
    """Whether something about the value is not in order. A list on the page of a person shows it first, with a mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Where the values of an argument come from. Arguments with the same `name` have the same values.

    `read` gets what planners get, and may read the remote side: no form waits for it. What it lists stands in the order
    of the form, and is kept with its age.
    """

    name: str
    read: Callable[[Any], Iterable[Choice]]
