"""The checkers of the rule that a unit of work is a value: who takes one, who may change rows, and who may not wait."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator, Set
from dataclasses import dataclass
from functools import cache

from tests.architecture import call_graph, table
from tests.architecture.source import Module, modules, walk, within

SAYS_SO = re.compile(r"\b(?:in|inside|within|not for) (?:a|an|the) (?:open )?unit of work\b", re.IGNORECASE)
_OUT = re.compile("|".join(table.NETWORK))
_REPOSITORIES = "bot.store.repositories"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What runs while a transaction is open: a function that is given one, or the body of a `with` that begins one."""

    name: str
    """Its name in the call graph: that of the function, and after an @ what it is in it."""
    function: str
    line: int
    node: ast.AST

    @property
    def owner(self) -> str:
        """The function that it is, or is in."""
        return self.name.partition("@")[0]


def transaction_parameters(module: Module) -> Iterator[str]:
    """Whoever takes a transaction takes it first, as `tx`. Who only reads takes a store as well, under another name."""
    for node in module.nodes():
        if isinstance(node, ast.FunctionDef) and _takes_transaction(module, node):
            if any("Store" in ast.unparse(one.annotation or one) for one in _arguments(node)):
                continue
            first = [one for one in _arguments(node) if one.arg not in ("self", "cls")][:1]
            if [(one.arg, ast.unparse(one.annotation or one)) for one in first] != [("tx", "Transaction")]:
                yield f"{module.name}:{node.lineno} {node.name} takes a transaction, and not first as tx"


def kept_transactions(module: Module) -> Iterator[str]:
    """Nobody keeps a transaction: it is over when the `with` ends that began it."""
    for node in module.nodes():
        match node:
            case ast.ClassDef(name=name, body=body):
                for field in body:
                    if isinstance(field, ast.AnnAssign) and _names_transaction(module, field.annotation):
                        yield f"{module.name}:{field.lineno} {name} keeps a transaction"
            case ast.FunctionDef():
                given = {one.arg for one in _arguments(node) if _names_transaction(module, one.annotation)}
                for target, value in _set_attributes(node):
                    if isinstance(value, ast.Name) and value.id in {*given, "tx"}:
                        yield f"{module.name}:{target.lineno} {node.name} keeps a transaction as {target.attr}"


def begun_transactions(module: Module) -> Iterator[str]:
    """A transaction is begun by a `with`, so that its end is seen."""
    begun = {id(one) for node in module.nodes() if isinstance(node, ast.With) for one in _begins(node)}
    for node in module.nodes() if not within(module.name, table.MAKES_TRANSACTIONS) else ():
        if _is_beginning(node) and id(node) not in begun:
            yield f"{module.name}:{getattr(node, 'lineno', 0)} begins a transaction outside a with"


def transactions(module: Module) -> Iterator[str]:
    """Whoever has a transaction asks nobody over the network: others cannot write until it ends."""
    yield from uses_out(module, ends=table.WITHIN)


def uses_out(module: Module, *, ends: Collection[str]) -> Iterator[str]:
    """What those with a transaction use themselves that goes out, but for those that may."""
    for scope in _scopes(module):
        if scope.owner in ends:
            continue
        nodes = list(walk(scope.node))
        made = _made_functions(module)
        harmless = {id(one.value) for one in nodes if isinstance(one, ast.Attribute) and one.attr in table.CALCULATES}
        for node in nodes:
            name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
            if name in made or (name in table.GOES_OUT and id(node) not in harmless):
                line = getattr(node, "lineno", 0)
                yield f"{module.name}:{line} {scope.function} has a transaction and uses {name}"


def transaction_paths(module: Module) -> Iterator[str]:
    """Nor does whoever has a transaction use somebody of the project who does, through however many others."""
    yield from paths_out(module, ends=table.WITHIN)


def paths_out(module: Module, *, ends: Collection[str]) -> Iterator[str]:
    """The ways from those with a transaction to the network that do not lead through where they may end."""
    scopes = _scopes(module)
    inside = {scope.name: scope.node for scope in scopes}
    graph = {**call_graph.project(), **call_graph.functions([module]), **inside}
    for scope in scopes:
        path = call_graph.path_to(module, scope.name, graph, _OUT, ends)
        if path and scope.owner not in ends:
            yield f"{module.name}:{scope.line} {scope.function} has a transaction: {' → '.join(path[1:])}"


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


@cache
def _scopes(module: Module) -> tuple[Scope, ...]:
    """All that runs within a transaction, with what is written in it."""
    return tuple(_find_scopes(module))


def _find_scopes(module: Module) -> Iterator[Scope]:
    for name, function in call_graph.functions([module]).items():
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in walk(function):
            own = name if node is function else f"{name}@{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.FunctionDef) and _takes_transaction(module, node):
                yield Scope(name=own, function=node.name, line=node.lineno, node=node)
            elif isinstance(node, ast.With) and any(_begins(node)):
                body = ast.Module(body=node.body, type_ignores=[])
                yield Scope(name=own, function=function.name, line=node.lineno, node=body)


@cache
def _made_functions(module: Module) -> Set[str]:
    """Names of functions that a plugin made to be called later."""
    found = set()
    for node in module.nodes():
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id=maker))):
                if maker in table.MAKES_FUNCTIONS:
                    found.add(name)
    return found


def _begins(node: ast.With) -> Iterator[ast.Call]:
    """The calls by which a `with` begins or joins a transaction."""
    for item in node.items:
        yield from (one for one in walk(item.context_expr) if isinstance(one, ast.Call) and _is_beginning(one))


def _is_beginning(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in table.BEGINS


def _takes_transaction(module: Module, function: ast.FunctionDef) -> bool:
    return any(_names_transaction(module, one.annotation) for one in _arguments(function))


def _arguments(function: ast.FunctionDef) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


def _set_attributes(function: ast.FunctionDef) -> Iterator[tuple[ast.Attribute, ast.expr]]:
    for node in walk(function):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Attribute):
                    yield target, node.value


def _names_transaction(module: Module, annotation: ast.expr | None) -> bool:
    """Whether an annotation is about a transaction; a function that will be given one is none."""
    if annotation is None:
        return False
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return any(word in _transaction_names(module) for word in re.findall(r"\w+", annotation.value))
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value).split(".")[-1] == "Callable":
        return False
    if isinstance(annotation, ast.Name | ast.Attribute):
        return ast.unparse(annotation).split(".")[-1] in _transaction_names(module)
    return any(_names_transaction(module, one) for one in ast.iter_child_nodes(annotation) if isinstance(one, ast.expr))


@cache
def _transaction_names(module: Module) -> Set[str]:
    """The names of the type in a module: its own, what it is imported as, and what is assigned to be the same."""
    names = {"Transaction"}
    for node in module.nodes():
        if isinstance(node, ast.ImportFrom):
            names |= {one.asname for one in node.names if one.name == "Transaction" and one.asname}
    for node in module.tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name() | ast.BinOp() as value):
                if any(isinstance(one, ast.Name) and one.id in names for one in walk(value)):
                    names.add(name)
    return names


CHECKS: tuple[Callable[[Module], Iterator[str]], ...] = (
    transaction_parameters,
    kept_transactions,
    begun_transactions,
    transactions,
    transaction_paths,
    unit_docstrings,
    writers,
)
