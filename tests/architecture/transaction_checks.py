"""The checkers of the rule that a unit of work is a value: who takes one, who may change rows, and who may not wait."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator, Set
from functools import cache

from tests.architecture import call_graph, table
from tests.architecture.source import Module, modules

SAYS_SO = re.compile(r"\b(?:in|inside|within|not for) (?:a|an|the) (?:open )?unit of work\b", re.IGNORECASE)
_OUT = re.compile("|".join(table.NETWORK))
_REPOSITORIES = "bot.store.repositories"


def transaction_parameters(module: Module) -> Iterator[str]:
    """Whoever takes a transaction takes it first, as `tx`."""
    for _, function in _takers(module):
        arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        first = [one for one in arguments if one.arg not in ("self", "cls")][:1]
        if [(one.arg, _annotation(one)) for one in first] != [("tx", "Transaction")]:
            yield f"{module.name}:{function.lineno} {function.name} takes a transaction, and not first as tx"


def transactions(module: Module) -> Iterator[str]:
    """Whoever is given a transaction asks nobody over the network: others cannot write until it ends."""
    for _, function in _takers(module):
        for node in ast.walk(function):
            name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
            if name in table.GOES_OUT:
                yield f"{module.name}:{getattr(node, 'lineno', 0)} {function.name} has a transaction and uses {name}"


def transaction_paths(module: Module) -> Iterator[str]:
    """Nor does whoever is given a transaction use somebody of the project who does, through however many others."""
    yield from paths_out(module, ends=table.PLANS_OWN)


def paths_out(module: Module, *, ends: Collection[str]) -> Iterator[str]:
    """The ways from those with a transaction to the network that do not lead through where they may end."""
    graph = {**call_graph.project(), **call_graph.functions([module])}
    for name, function in _takers(module):
        path = call_graph.path_to(module, name, graph, _OUT, ends)
        if path:
            yield f"{module.name}:{function.lineno} {function.name} has a transaction: {' → '.join(path[1:])}"


def unit_docstrings(module: Module) -> Iterator[str]:
    """No docstring says that a function is for a unit of work, or is not: its parameters do. The engine defines it."""
    for node in module.nodes() if not module.name.startswith("bot.store.engine.") else ():
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
            found = SAYS_SO.search(" ".join((ast.get_docstring(node) or "").split()))
            if found:
                yield f"{module.name}:{getattr(node, 'lineno', 1)} says “{found[0]}”"


def writers(module: Module) -> Iterator[str]:
    """Only a transaction has the repositories that change rows; everybody else has their readers."""
    for name in module.imports():
        if (
            name in writing_repositories()
            and module.name not in table.WRITERS
            and not module.name.startswith(_REPOSITORIES)
        ):
            yield f"{module.name} imports {name}"


@cache
def writing_repositories() -> Set[str]:
    """The repositories that are a reader and more."""
    return {
        f"{module.name}.{node.name}"
        for module in modules()
        for node in module.tree.body
        if module.name.startswith(f"{_REPOSITORIES}.")
        and isinstance(node, ast.ClassDef)
        and any(ast.unparse(base).endswith("Reader") for base in node.bases)
    }


def _takers(module: Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """The functions that are given a transaction, with their dotted names; those in others by their own alone."""
    names = {id(node): name for name, node in call_graph.functions([module]).items()}
    for node in module.nodes():
        if isinstance(node, ast.FunctionDef):
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            if any(_annotation(one) == "Transaction" for one in arguments) and id(node) in names:
                yield names[id(node)], node


def _annotation(argument: ast.arg) -> str:
    return ast.unparse(argument.annotation) if argument.annotation is not None else ""


CHECKS: tuple[Callable[[Module], Iterator[str]], ...] = (
    transaction_parameters,
    transactions,
    transaction_paths,
    unit_docstrings,
    writers,
)
