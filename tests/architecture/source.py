"""The modules of the project as syntax trees, and what they import."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bot", "plugins")


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One module: its dotted name, its text, and whether it is a package's `__init__`."""

    name: str
    text: str
    package: bool = False

    @property
    def tree(self) -> ast.Module:
        return _parse(self.text)

    def nodes(self) -> Iterator[ast.AST]:
        return iter(walk(self.tree))

    def imports(self) -> Iterator[str]:
        """Dotted names of all that is imported, wherever it stands; `from a import b` is `a.b`."""
        for node in _imports(self.text):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            else:
                yield from (f"{self._origin(node)}.{alias.name}" for alias in node.names)

    def _origin(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        above = parts[: len(parts) - node.level + self.package]
        return ".".join([*above, *([node.module] if node.module else [])])


@cache
def _parse(text: str) -> ast.Module:
    return ast.parse(text)


@cache
def walk(node: ast.AST) -> tuple[ast.AST, ...]:
    """Return all nodes of a tree, as `ast.walk` does: two dozen checks go through them."""
    return tuple(ast.walk(node))


@cache
def _imports(text: str) -> tuple[ast.Import | ast.ImportFrom, ...]:
    return tuple(node for node in walk(_parse(text)) if isinstance(node, ast.Import | ast.ImportFrom))


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the bot and of the plugins."""
    paths = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return tuple(_read(path) for path in paths)


def _read(path: Path) -> Module:
    parts = path.relative_to(ROOT).with_suffix("").parts
    package = parts[-1] == "__init__"
    return Module(name=".".join(parts[:-1] if package else parts), text=path.read_text("utf-8"), package=package)


def within(name: str, rooms: Iterable[str]) -> str:
    """The longest of the rooms that `name` is or lies in; empty when it lies in none."""
    return max((room for room in rooms if name == room or name.startswith(f"{room}.")), key=len, default="")


def imported_modules() -> Mapping[str, Set[str]]:
    """Which modules of the project each module imports, wherever in it the import stands."""
    names = {module.name for module in modules()}
    return {
        module.name: {found for name in module.imports() if (found := _module_of(name, names))} - {module.name}
        for module in modules()
    }


def _module_of(name: str, names: Set[str]) -> str:
    """The module that a dotted name of an import leads to; empty for one from outside."""
    while name and name not in names:
        name = name.rpartition(".")[0]
    return name


def circle(imports: Mapping[str, Set[str]]) -> list[str]:
    """One circle of imports, its first module at both ends; empty when there is none."""
    done: set[str] = set()

    def follow(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for following in sorted(imports.get(name, ())):
            found = follow(following, [*path, name])
            if found:
                return found
        done.add(name)
        return []

    return next((found for name in sorted(imports) if (found := follow(name, []))), [])


@cache
def folders() -> Mapping[str, list[str]]:
    """The modules of each folder of the project and its tests, by its path; without `__init__` and `conftest`."""
    found: dict[str, list[str]] = {}
    for top in (*PACKAGES, "tests"):
        for path in sorted((ROOT / top).rglob("*.py")):
            if path.name not in ("__init__.py", "conftest.py"):
                found.setdefault(str(path.parent.relative_to(ROOT)), []).append(path.stem)
    return found
