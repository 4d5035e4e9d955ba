"""Checks of a plugin's members: their signatures, their sequences, their spelling, and the texts for help."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from bot.host.hosted_plugin import OPTIONAL
from bot.plugin import Event, Group, Message, OverviewButton, OverviewList, Plugin, Setting, WebRoute

MEMBERS: Mapping[str, object] = {name: member for name, member in vars(Plugin).items() if not name.startswith("_")}
"""The members of the protocol itself, so that this list and the protocol cannot differ."""
KINDS: Mapping[str, type[Any]] = {
    "settings": Setting,
    "groups": Group,
    "events": Event,
    "routes": WebRoute,
    "stored_methods": str,
    "overview_buttons": OverviewButton,
    "overview_lists": OverviewList,
}
"""The members that are sequences, and what is in them."""
ALIKE = 0.8
"""How much of a member's name has to be the same for it to be another one misspelt."""


def check_signatures(name: str, plugin: Any) -> Iterator[Message]:
    """Every method can be called as the host calls it."""
    for member, declared in {**MEMBERS, **OPTIONAL}.items():
        if inspect.isfunction(declared) and hasattr(plugin, member) and not _takes(getattr(plugin, member), declared):
            call = f"{member}{_parameters(declared)}"
            yield Message("host.contract.signature", plugin=name, member=member, call=call)


def check_sequences(name: str, plugin: Any) -> Iterator[Message]:
    """Every sequence is a tuple of the declared type."""
    for member, kind in KINDS.items():
        values = getattr(plugin, member, ())
        if isinstance(values, kind):
            yield Message("host.contract.one_value", plugin=name, member=member, kind=kind.__name__)
        elif not isinstance(values, Iterable) or not all(isinstance(value, kind) for value in values):
            yield Message("host.contract.value_types", plugin=name, member=member, kind=kind.__name__)
        elif not isinstance(values, tuple):
            found = type(values).__name__
            yield Message("host.contract.not_tuple", plugin=name, member=member, found=found)


def check_misspelt(name: str, plugin: Any) -> Iterator[Message]:
    """No member is named almost as one that the plugin may leave out: the host would never ask for it."""
    missing = [member for member in OPTIONAL if not hasattr(plugin, member)]
    for member in dir(plugin):
        known = member.startswith("_") or member in MEMBERS or member in OPTIONAL
        for meant in () if known else get_close_matches(member, missing, n=1, cutoff=ALIKE):
            yield Message("host.contract.misspelt", plugin=name, member=member, meant=meant)


def check_texts(name: str, plugin: Any) -> Iterator[Message]:
    """Every text that help shows says something."""
    for subject, text in _texts(plugin):
        if isinstance(text, str) and not text.strip():
            yield Message("host.contract.no_text", plugin=name, subject=subject)


def _texts(plugin: Any) -> Iterator[tuple[Message, object]]:
    """Each text with what it belongs to, as a sentence calls it. The label of a switch is never shown."""
    for row in plugin.settings:
        yield Message("host.contract.text_of_setting", setting=row.name), row.help
    for group in plugin.groups:
        yield Message("host.contract.text_of_group", noun=group.noun), group.help
        for command in group:
            for one in command.parameters:
                name, path = one.name, command.path
                label = "-" if one.switch else one.arg.label
                yield Message("host.contract.text_of_argument", argument=name, command=path), one.arg.help
                yield Message("host.contract.label_of_argument", argument=name, command=path), label


def _takes(member: object, declared: Callable[..., Any]) -> bool:
    """Whether it can be called with as many arguments as the protocol's member, without its `self`."""
    if not callable(member):
        return False
    try:
        inspect.signature(member).bind(*_names(declared))
    except (TypeError, ValueError):
        return False
    return True


def _names(declared: Callable[..., Any]) -> Sequence[str]:
    return list(inspect.signature(declared).parameters)[1:]


def _parameters(declared: Callable[..., Any]) -> str:
    return f"({', '.join(_names(declared))})"
