"""The modules of the project as syntax trees, and what they import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
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
        return ast.walk(self.tree)

    def imports(self) -> Iterator[str]:
        """Dotted names of all that is imported, wherever it stands; `from a import b` is `a.b`."""
        for node in self.nodes():
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
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
def modules() -> tuple[Module, ...]:
    """Every module of the bot and of the plugins."""
    paths = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return tuple(_read(path) for path in paths)


def _read(path: Path) -> Module:
    parts = path.relative_to(ROOT).with_suffix("").parts
    package = parts[-1] == "__init__"
    return Module(name=".".join(parts[:-1] if package else parts), text=path.read_text("utf-8"), package=package)
