"""What a docstring or a comment names in backticks as `module.name` or `Class.member` exists."""

from __future__ import annotations

import ast
import builtins
import importlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from bot.language.catalogues import find_sentence
from bot.playground.workspace.webapi.method_table import METHODS as SLACK_METHODS
from plugins.bitrix24.simulator.server.dispatch import ROWS as PORTAL_METHODS
from tests.architecture.source import ROOT
from tests.tables.rows import each_row

FOLDERS = ("bot", "plugins", "tests", "scripts", "benchmarks", "examples")
DOTTED = re.compile(r"(?<!`)`([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)(?:\(\))?`(?!`)")
FILE = re.compile(r"\.(?:py|sql|yml|toml|json|md)\Z")
"""The end of the name of a file."""
CLASS = re.compile(r"^class (\w+)", re.MULTILINE)
VALUES = {"arg": "Arg", "ctx": "Context", "services": "PluginServices", "surface": "Surface"}
"""Names under which a class is passed, with the class."""
KEYS = frozenset({"chat.url", "oauth.token", "result.SUCCESS", "result.result", "state.values", "user.team_id"})
"""Paths into what Slack and a portal send, and the end of an address."""
EXAMPLES = frozenset(
    {
        *("a.b", "a.b.c", "module.name", "Class.member", "b24bot.plugins"),
        *("bitrix24.help.connector_list", "help.access.group", "help.access_grant.raises"),
    }
)
"""Names that stand for any such name, the group of the entry points, and forms of the keys of help."""


@cache
def texts() -> Mapping[Path, str]:
    return {path: path.read_text("utf-8") for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")}


@cache
def homes() -> Mapping[str, frozenset[Path]]:
    """The modules that have a class of a name at the margin, or that have the name themselves."""
    found: dict[str, set[Path]] = defaultdict(set)
    for path, text in texts().items():
        found[path.parent.name if path.stem == "__init__" else path.stem].add(path)
        for name in CLASS.findall(text):
            found[name].add(path)
    return {name: frozenset(paths) for name, paths in found.items()}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(texts()[path])


def names_in(body: list[ast.stmt]) -> Iterator[str]:
    """What the statements of a module or a class define, import or assign."""
    for node in (found for statement in body for found in ast.walk(statement)):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.alias(name=name, asname=None):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name


def is_member(name: str, member: str) -> bool:
    """Whether a class of this name, or one that it is made from, has the member."""
    trees = [tree_of(path) for path in homes().get(name, ())]
    classes = [node for tree in trees for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name]
    bases = {base.id for found in classes for base in found.bases if isinstance(base, ast.Name)} - {name}
    return any(member in names_in(found.body) for found in classes) or any(is_member(base, member) for base in bases)


def is_in_module(module: str, name: str) -> bool:
    """Whether one of our modules or packages with this name, or the end of it, defines the other name."""
    parts = tuple(module.split("."))
    for path in homes().get(parts[-1], ()):
        place = path.parent if path.stem == "__init__" else path.with_suffix("")
        if place.parts[-len(parts) :] == parts and name in names_in(tree_of(path).body):
            return True
    return False


@cache
def modules() -> frozenset[str]:
    """Every way to write the name of a module or a package: whole, or without its first folders."""
    paths = {path.relative_to(ROOT).with_suffix("").parts for path in texts()}
    paths |= {parts[:-1] for parts in paths}
    return frozenset(".".join(parts[start:]) for parts in paths for start in range(len(parts)))


def is_imported(name: str) -> bool:
    """Whether it is a name of a library, or a method of a type that every module knows."""
    first, *rest = name.split(".")
    try:
        found: object = getattr(builtins, first, None) or importlib.import_module(first)
        for part in rest:
            found = getattr(found, part)
    except (ImportError, AttributeError):
        return False
    return True


@cache
def known_names() -> frozenset[str]:
    """Methods of Slack and of a portal, and keys of messages."""
    return frozenset({*SLACK_METHODS, *PORTAL_METHODS, *KEYS, *EXAMPLES})


def exists(name: str) -> bool:
    if FILE.search(name):
        return any(ROOT.rglob(name))
    first, _, rest = name.partition(".")
    if name in known_names() or find_sentence("ru", name, None) is not None:
        return True
    if first[0].isupper() or first in VALUES:
        return is_member(VALUES.get(first, first), rest.partition(".")[0])
    module, _, last = name.rpartition(".")
    return name in modules() or is_in_module(module, last) or is_imported(name)


def test_what_the_code_names_in_backticks_exists() -> None:
    named = {(name, str(path.relative_to(ROOT))) for path, text in texts().items() for name in DOTTED.findall(text)}
    assert len(named) > 50
    gone = {name for name, _ in named if not exists(name)}
    assert sorted((path, name) for name, path in named if name in gone) == []


@each_row(
    "name",
    [
        *("usecases.undelivered", "expiry.NOWHERE", "bot.nowhere", "Store.nothing", "ctx.nothing", "Nobody.name"),
        *("imconnector.nothing", "shlex.nothing", "nowhere.sql", "help.nothing_grant"),
    ],
)
def test_a_name_of_nothing_is_found(name: str) -> None:
    assert not exists(name)


@each_row(
    "name",
    [
        *(
            "bot.usecases.process",
            "delivery.cards",
            "expiry.WAITED",
            "bot.clock.ShiftedClock",
            "Group.command",
            "Grants.words",
        ),
        *("imconnector.list", "users.info", "shlex.quote", "release_020.sql", "request.status.pending"),
    ],
)
def test_a_name_of_something_is_not(name: str) -> None:
    assert exists(name)
