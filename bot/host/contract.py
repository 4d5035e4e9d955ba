"""What a plugin has to be before it is used: every member of the protocol, each of the right kind, all named."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping

from bot.core.errors import ConfigurationError
from bot.core.mode import HOUSE
from bot.plugin import Group, Plugin, Setting

MEMBERS: Mapping[str, object] = {name: member for name, member in vars(Plugin).items() if not name.startswith("_")}
"""The members of the protocol itself, so that this list and the protocol cannot differ."""
HOST = "b24bot"
SEE = "docs/architecture.md, “Writing a plugin”, lists what a plugin brings."
_NAME = re.compile(r"\A[a-z][a-z0-9_-]{0,40}\Z")
_VARIABLE = re.compile(r"\A[A-Z][A-Z0-9_]{0,80}\Z")


def assert_plugin(name: str, plugin: object) -> None:
    """Make sure that an object is a plugin. Raises ConfigurationError with `name`, as the settings have it."""
    missing = [member for member in MEMBERS if not hasattr(plugin, member)]
    if missing:
        raise _wrong(name, f"lacks {', '.join(missing)}")
    for member, declared in MEMBERS.items():
        if inspect.isfunction(declared) and not _takes(getattr(plugin, member), declared):
            raise _wrong(name, f"has a member {member} that cannot be called as {member}{_parameters(declared)}")
    _assert_values(name, plugin)


def _assert_values(name: str, plugin: object) -> None:
    own = getattr(plugin, "name", None)
    if not isinstance(own, str) or not _NAME.match(own):
        raise _wrong(name, f"is called {own!r}; a name is made of a-z, 0-9, - and _")
    if own in (HOUSE, HOST):
        raise _wrong(name, f"is called “{own}”, which is the name of b24bot's own commands")
    for member, kind in (("settings", Setting), ("groups", Group)):
        values = getattr(plugin, member)
        if not isinstance(values, Iterable) or not all(isinstance(value, kind) for value in values):
            raise _wrong(name, f"has {member} that are not all a {kind.__name__}")
    if not isinstance(getattr(plugin, "simulators", None), Mapping):
        raise _wrong(name, "has simulators that are no mapping from names to functions")


def settings_of(plugins: Iterable[Plugin], taken: Iterable[str]) -> list[Setting]:
    """The settings of all plugins; `taken` are the host's own names. Raises ConfigurationError naming both owners."""
    owners = dict.fromkeys(taken, HOST)
    rows: list[Setting] = []
    for plugin in plugins:
        for row in plugin.settings:
            if row.name in owners:
                owner = HOST if owners[row.name] == HOST else f"the plugin “{owners[row.name]}”"
                raise _wrong(plugin.name, f"may not declare the setting {row.name}: it is a setting of {owner}")
            if not _VARIABLE.match(row.name):
                raise _wrong(plugin.name, f"declares the setting “{row.name}”; a name is made of A-Z, 0-9 and _")
            owners[row.name] = plugin.name
            rows.append(row)
    return rows


def _wrong(name: str, what: str) -> ConfigurationError:
    return ConfigurationError(f"The plugin “{name}” {what}.", hint=SEE)


def _takes(member: object, declared: object) -> bool:
    """Whether it can be called with as many arguments as the protocol's member, without its `self`."""
    if not callable(member) or not callable(declared):
        return False
    try:
        inspect.signature(member).bind(*list(inspect.signature(declared).parameters)[1:])
    except (TypeError, ValueError):
        return False
    return True


def _parameters(declared: object) -> str:
    names = list(inspect.signature(declared).parameters)[1:] if callable(declared) else []
    return f"({', '.join(names)})"
