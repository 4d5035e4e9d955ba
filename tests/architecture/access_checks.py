"""Checkers of what only a few may know: the name of the built-in plugin."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from bot.core.builtin_name import BUILTIN
from tests.architecture import table
from tests.architecture.source import Module, within

NAME = "BUILTIN"
HOME = "bot.core.builtin_name"


def builtin_names(module: Module) -> Iterator[str]:
    """The name of the built-in plugin says whose records or commands are meant, and is compared with nothing."""
    if within(module.name, ["plugins"]) or module.name in (HOME, *table.KNOWS_BUILTIN):
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
    return isinstance(call.func, ast.Attribute) and call.func.attr in table.OF_BUILTIN and len(call.args) == 1
