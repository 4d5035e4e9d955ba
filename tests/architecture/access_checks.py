"""Checkers of what only a few may know: the inner rooms of an area, and the name of the built-in plugin."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from bot.core.builtin_name import BUILTIN
from tests.architecture.source import Module, within

NAME = "BUILTIN"
HOME = "bot.core.builtin_name"

PUBLIC: Mapping[str, Mapping[str, str]] = {
    "bot.store": {
        "bot.store.store": "the store, and what changes it",
        "bot.store.location": "finds and opens the rows, be they in a file or on a server",
        "bot.store.database_copy": "copies the rows of one location to another",
        "bot.store.key_rotation": "gives the rows other keys",
        "bot.store.repositories": "the rows of each table",
        "bot.store.files": "copies, archives and witness files, written and read",
        "bot.store.sealing": "the keys that seal and sign",
        "bot.store.disk": "folders, permissions and locks of this host, whatever keeps the rows",
        "bot.store.engine.port": "what an engine is",
        "bot.store.engine.kept_commits": "values: what becomes of a commit",
        "bot.store.engine.journal": "values: which SQLite is there, for those who ask how the bot is",
    },
}
"""The rooms of an area that others may import, and what each is for them. The rest is for the area itself."""
COMPOSES = ("bot.app",)
"""The room that makes the parts of a bot, and may import all of each."""

KNOWS_BUILTIN: Mapping[str, str] = {
    "bot.store.schema.migrations": "rows of earlier releases have the name alone",
    "bot.host.contract": "keeps the name from other plugins",
    "bot.usecases.admin.builtin_plugin": "it is the plugin",
}
"""Modules that know the built-in plugin by its name. What it may do is asked of the registry."""
OF_BUILTIN = ("records", "plugin", "services")
"""Methods that are given the name of a plugin, and give what belongs to it."""


def public_rooms(module: Module) -> Iterator[str]:
    """Of an area, others import what it has for them; a second engine is then one new room."""
    for area, public in PUBLIC.items():
        for name in () if within(module.name, (area, *COMPOSES)) else module.imports():
            if within(name, [area]) and not within(name, public):
                yield f"{module.name} imports {name}, which is for {area} alone"


def builtin_names(module: Module) -> Iterator[str]:
    """The name of the built-in plugin says whose records or commands are meant, and is compared with nothing."""
    if within(module.name, ["plugins"]) or module.name in (HOME, *KNOWS_BUILTIN):
        return
    handed = {id(call.args[0]) for call in module.nodes() if isinstance(call, ast.Call) and _hands_on(call)}
    for node in module.nodes():
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) if name == NAME and id(node) not in handed:
                yield f"{module.name}:{node.lineno} looks for the built-in plugin by its name: ask the registry"
            case ast.Constant(value=str() as text) if text == BUILTIN or f"'{BUILTIN}'" in text:
                yield f"{module.name}:{node.lineno} spells the name of the built-in plugin"
            case ast.alias(name=name, asname=str()) if name.rpartition(".")[2] == NAME:
                yield f"{module.name}:{node.lineno} renames {NAME}"


def _hands_on(call: ast.Call) -> bool:
    """Whether a call takes the name alone and gives what belongs to that plugin."""
    return isinstance(call.func, ast.Attribute) and call.func.attr in OF_BUILTIN and len(call.args) == 1
