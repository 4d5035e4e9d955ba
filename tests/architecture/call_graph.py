"""Who uses whom within the project: what a function leads to through others, whichever module they are in.

A function uses what it names: another function, a method of its own class, a table of functions. What it reaches
through an object that it is given is not followed.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from re import Pattern

from tests.architecture.source import Module, modules

Graph = Mapping[str, ast.AST]
"""The functions, methods and tables of some modules by their dotted names."""


def functions(found: Sequence[Module]) -> Graph:
    """The functions, methods and module-wide values of these modules, by their dotted names."""
    graph: dict[str, ast.AST] = {}
    for module in found:
        for node in module.tree.body:
            match node:
                case ast.FunctionDef(name=name):
                    graph[f"{module.name}.{name}"] = node
                case ast.ClassDef(name=name, body=body):
                    inner = [one for one in body if isinstance(one, ast.FunctionDef)]
                    graph.update({f"{module.name}.{name}.{one.name}": one for one in inner})
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    graph[f"{module.name}.{name}"] = value
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    graph[f"{module.name}.{name}"] = value
    return graph


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
    for node in ast.walk(function):
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
    return tuple(ast.unparse(one) for one in ast.walk(node) if isinstance(one, ast.Attribute))


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
