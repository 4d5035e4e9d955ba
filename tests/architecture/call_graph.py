"""Who uses whom within the project: what a function leads to through others, whichever module they are in.

A function uses what it names: another function, a method of its own class, a table of functions. What it reaches
through an object that it is given is not followed. A name that is given to such an object within a function stands for
the object: after `say = ctx.messenger` a call on `say` counts as one on the messenger.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from re import Pattern

from tests.architecture.source import Module, modules, walk

Graph = Mapping[str, ast.AST]
"""The functions, methods and tables of some modules by their dotted names."""


def functions(found: Sequence[Module]) -> Graph:
    """The functions, methods and module-wide values of these modules, by their dotted names."""
    graph: dict[str, ast.AST] = {}
    for module in found:
        for node in module.tree.body:
            match node:
                case ast.FunctionDef(name=name):
                    graph[f"{module.name}.{name}"] = without_aliases(node)
                case ast.ClassDef(name=name, body=body):
                    inner = [one for one in body if isinstance(one, ast.FunctionDef)]
                    graph.update({f"{module.name}.{name}.{one.name}": without_aliases(one) for one in inner})
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    graph[f"{module.name}.{name}"] = value
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    graph[f"{module.name}.{name}"] = value
    return graph


@cache
def without_aliases(function: ast.FunctionDef) -> ast.FunctionDef:
    """The function with each local name for a part of something replaced by that part."""
    named: dict[str, list[ast.expr | None]] = {}
    for target, value in _assignments(function):
        named.setdefault(target, []).append(value)
    given = {one.arg for one in walk(function) if isinstance(one, ast.arg)}
    aliases = {name: part for name, (part, *more) in named.items() if part and not more and name not in given}
    return _Unaliased(aliases).visit(deepcopy(function)) if aliases else function


def _assignments(function: ast.FunctionDef) -> Iterator[tuple[str, ast.expr | None]]:
    """The names that get a value, each with the part of something that it gets; None for any other value."""
    parts: dict[int, ast.expr] = {}
    for node in walk(function):
        match node:
            case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
                pairs = [(target, value)]
            case ast.NamedExpr(target=target, value=value):
                pairs = [(target, value)]
            case _:
                continue
        for target, value in pairs:
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                parts.update({id(one): part for one, part in zip(target.elts, value.elts, strict=False)})
            else:
                parts[id(target)] = value
    for node in walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            part = parts.get(id(node))
            yield node.id, part if part is not None and _is_part(part) else None


def _is_part(value: ast.expr) -> bool:
    """Whether it is `a.b.c`."""
    return isinstance(value, ast.Attribute) and (isinstance(value.value, ast.Name) or _is_part(value.value))


class _Unaliased(ast.NodeTransformer):
    def __init__(self, aliases: Mapping[str, ast.expr]) -> None:
        self._aliases = aliases

    def visit_Name(self, node: ast.Name) -> ast.expr:
        part = self._aliases.get(node.id) if isinstance(node.ctx, ast.Load) else None
        return node if part is None else ast.copy_location(_Unaliased(self._rest(node.id)).visit(deepcopy(part)), node)

    def _rest(self, name: str) -> Mapping[str, ast.expr]:
        """Without the name itself: a part of itself would be replaced for ever."""
        return {one: part for one, part in self._aliases.items() if one != name}


@cache
def project() -> Graph:
    return functions(modules())


@cache
def _imported(module: Module) -> Mapping[str, str]:
    """What the names of a module stand for that it imports."""
    return {name.rpartition(".")[2]: name for name in module.imports()}


def uses(module: Module, name: str, graph: Graph) -> list[str]:
    """The functions of the graph that one of a module uses."""
    return [found for found in _named(module, name.rpartition(".")[0], graph[name]) if found in graph and found != name]


@cache
def _named(module: Module, owner: str, function: ast.AST) -> frozenset[str]:
    """What a function names, as dotted names, whether there is such a thing or not."""
    imported, found = _imported(module), set()
    for node in walk(function):
        match node:
            case ast.Name(id=word):
                found.add(imported.get(word, f"{module.name}.{word}"))
            case ast.Attribute(value=ast.Name(id="self"), attr=word):
                found.add(f"{owner}.{word}")
            case ast.Attribute(value=ast.Name(id=word), attr=attribute):
                found.add(f"{imported.get(word, word)}.{attribute}")
    return frozenset(found)


def path_to(module: Module, name: str, graph: Graph, goes_out: Pattern[str], ends: Collection[str]) -> list[str]:
    """How a function leads to what a pattern matches, as names with that at the end; empty where it does not.

    It is not followed through those where it ends.
    """
    seen, waiting = set(ends), [[name]]
    while waiting:
        path = waiting.pop()
        own = path[-1]
        if own in seen:
            continue
        seen.add(own)
        out = next((one for one in _attributes(graph[own]) if goes_out.search(one)), "")
        if out:
            return [*path, out]
        waiting += [[*path, following] for following in uses(_module_of(own, module), own, graph)]
    return []


@cache
def _attributes(node: ast.AST) -> tuple[str, ...]:
    """What is read of something within a function, as it is written."""
    return tuple(ast.unparse(one) for one in walk(node) if isinstance(one, ast.Attribute))


def _module_of(name: str, fallback: Module) -> Module:
    """The module of the project that holds a function; the one that is looked at where it is none of the project's."""
    while name:
        name = name.rpartition(".")[0]
        if name == fallback.name:
            break
        if name in _modules():
            return _modules()[name]
    return fallback


@cache
def _modules() -> Mapping[str, Module]:
    return {module.name: module for module in modules()}
