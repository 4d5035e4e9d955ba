"""Where the code commits and where it goes to the network: the lists that the matrix must cover, read from the code.

Nothing is entered by hand: a new `with … unit_of_work()` and a new use of what leads to the network are in the lists
as soon as they are written.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from tests.architecture.source import Module, modules

UNIT = "unit_of_work"
_COMPREHENSION = re.compile(r"(\.<locals>\.<(listcomp|setcomp|dictcomp|genexpr)>)+\Z")
"""Some releases of Python give these a frame of their own."""
SIMULATED = ("bot.playground", "bot.testing", "plugins.bitrix24.simulator", "plugins.bitrix24.simulation")
"""What stands in for the outside, and what authors of plugins test with: no bot that runs has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One statement: the function it stands in, and its first and last line."""

    function: str
    first: int
    last: int

    @property
    def name(self) -> str:
        """As a failpoint names it."""
        return f"{self.function}:{self.first}"

    def holds(self, function: str, line: int) -> bool:
        return function == self.function and self.first <= line <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to the network: a call of `method` on something named as one of `on`, in modules that begin so.

    Empty `methods` are any method, but for those that send nothing.
    """

    on: tuple[str, ...]
    methods: tuple[str, ...] = ()
    within: str = ""
    sends_nothing: tuple[str, ...] = ()

    def may_be_in(self, module: Module) -> bool:
        """Whether the words are there at all; parsing and walking every module takes longer than a bot's whole life."""
        words = [f".{method}" for method in self.methods] or list(self.on)
        return module.name.startswith(self.within) and any(word in module.text for word in words)


WAYS = (
    Way(on=("messenger", "_messenger"), sends_nothing=("fitting_lines", "find_refusal", "channel_address")),
    Way(on=("gateway", "_gateway"), methods=("identify",)),
    Way(on=("_client", "client"), within="bot.slack.outgoing.messenger"),
    Way(on=("client",), within="bot.slack.bot_identity"),
    Way(on=("plugin",), methods=("open", "perform", "verify")),
    Way(on=("wire",), methods=("send",), within="plugins."),
)
"""Each use of the Messenger, each call of Slack's SDK, what is asked of a plugin, and what its wire sends."""
OPENERS: Mapping[str, str] = {"open_subject": "bot.usecases"}
"""Functions that open a place, and the room of those that plan with it in the same expression: planning reads."""


@cache
def commits() -> tuple[Site, ...]:
    """Every statement that opens a unit of work, or enters what does."""
    return _found(commits_in, lambda module: any(word in module.text for word in (UNIT, *passers())))


@cache
def network() -> tuple[Site, ...]:
    """Every expression that leads to the network."""
    opening = tuple(f"{name}(" for name in OPENERS)
    return _found(
        network_in,
        lambda module: any(way.may_be_in(module) for way in WAYS) or any(word in module.text for word in opening),
    )


def find(sites: tuple[Site, ...], place: str) -> Site | None:
    """The site that a place in the code, `function:line`, lies in."""
    function, _, line = place.rpartition(":")
    function = _COMPREHENSION.sub("", function)
    return next((site for site in sites if site.holds(function, int(line or 0))), None)


def _found(
    look: Callable[[Module, str, ast.AST], Iterator[Site]], may_be_in: Callable[[Module], bool]
) -> tuple[Site, ...]:
    found = {
        site
        for module in modules()
        if not module.name.startswith(SIMULATED) and may_be_in(module)
        for function, node in walk(module.tree, module.name)
        for site in look(module, function, node)
    }
    return tuple(sorted(found, key=lambda site: (site.function, site.first)))


def walk(node: ast.AST, function: str, inside: bool = False) -> Iterator[tuple[str, ast.AST]]:
    """Every node with the qualified name of the function it stands in, as a code object has it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            is_function = not isinstance(child, ast.ClassDef)
            yield from walk(child, f"{function}{'.<locals>' if inside else ''}.{child.name}", is_function)
        elif isinstance(child, ast.Lambda):
            yield from walk(child, f"{function}{'.<locals>' if inside else ''}.<lambda>", True)
        else:
            yield function, child
            yield from walk(child, function, inside)


def commits_in(module: Module, function: str, node: ast.AST) -> Iterator[Site]:
    """Statements that open a unit of work, themselves or by a context manager that holds one around its `yield`."""
    if isinstance(node, ast.With) and function.rpartition(".")[2] != UNIT:
        for item in node.items:
            if _called(item.context_expr) & {UNIT, *passers()}:
                yield Site(function=function, first=node.lineno, last=item.context_expr.end_lineno or node.lineno)


@cache
def passers() -> frozenset[str]:
    """Names of functions that hand a unit of work on to whoever enters them."""
    opening = [module for module in modules() if UNIT in module.text]
    functions = [node for module in opening for node in module.nodes() if isinstance(node, ast.FunctionDef)]
    return frozenset(node.name for node in functions if node.name != UNIT and passes_on(node))


def passes_on(function: ast.FunctionDef) -> bool:
    """Whether a function yields inside a unit of work that it opens."""
    held = [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.With) and any(UNIT in _called(item.context_expr) for item in node.items)
    ]
    return any(isinstance(node, ast.Yield) for one in held for node in ast.walk(one))


def _called(expression: ast.expr) -> set[str]:
    """The names of all that is called in an expression."""
    return {_name(node.func) for node in ast.walk(expression) if isinstance(node, ast.Call)}


def network_in(module: Module, function: str, node: ast.AST) -> Iterator[Site]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        owner, method = _name(node.func.value), node.func.attr
        for way in WAYS:
            known = method in way.methods if way.methods else method not in way.sends_nothing
            wanted = owner in way.on and known
            if wanted and module.name.startswith(way.within) and not method.startswith("__"):
                yield Site(function=function, first=node.lineno, last=node.end_lineno or node.lineno)
    elif isinstance(node, ast.Call) and module.name.startswith(OPENERS.get(_name(node.func), "nowhere")):
        yield Site(function=function, first=node.lineno, last=node.end_lineno or node.lineno)


def _name(node: ast.expr) -> str:
    """The last name of `a.b.c` or of `c`."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
