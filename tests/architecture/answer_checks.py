"""The checker of answers that say why not: they are values, and None where there is nothing to say."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from tests.architecture import table
from tests.architecture.source import Module

SENTENCES = ("Text", "str")
"""Types of words. A sentence that may be absent is `Text | None`, not an empty text."""
_EMPTY = re.compile(r"\bempty (?:when|where|if|while|otherwise|text)\b|; empty\b|\bnothing (?:when|where|for)\b")
_WHY = re.compile(r"\b(?:[Ww]hy|reason)\b")
_CHOICE = re.compile(r"\A(?:One of|Either) `")
_NAMED = re.compile(r"\A(?:why|problem|refusal|mismatch|obstacle|failure|shortage)\Z")


def answers(module: Module, known: Collection[str] = table.SAYS_WHY_AS_TEXT) -> Iterator[str]:
    """Say which functions and fields tell in words whether there is a reason, or which of several kinds it is."""
    for node in module.nodes():
        found: Iterator[tuple[int, str, str]] = iter(())
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found = _function(node)
        elif isinstance(node, ast.ClassDef):
            found = _fields(node)
        for line, name, fault in found:
            if f"{module.name}.{name}" not in known:
                yield f"{module.name}:{line} {name} {fault}"


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[int, str, str]]:
    kinds = _kinds(node.returns)
    said = ast.get_docstring(node) or ""
    if "Text" in kinds and any(map(_returns_empty, ast.walk(node))):
        yield node.lineno, node.name, "returns a sentence or an empty text"
    elif kinds & {*SENTENCES} and _WHY.search(said.split("\n")[0]) and _EMPTY.search(said):
        yield node.lineno, node.name, "returns a reason or an empty text"
    parts = _parts(node.returns)
    if kinds & {*SENTENCES} and any("None" in _union(part) for part in parts):
        yield node.lineno, node.name, "returns a value or a reason in one tuple"


def _fields(node: ast.ClassDef) -> Iterator[tuple[int, str, str]]:
    for line, after in zip(node.body, [*node.body[1:], None], strict=True):
        if not isinstance(line, ast.AnnAssign) or not _kinds(line.annotation) & {*SENTENCES}:
            continue
        name, said = ast.unparse(line.target), _words(after)
        where = f"{node.name}.{name}"
        if _CHOICE.search(said):
            yield line.lineno, where, "is one of several words: make it an enum"
        elif (_is_empty(line.value) and _NAMED.search(name)) or (
            _WHY.search(said.split(",")[0]) and _EMPTY.search(said)
        ):
            yield line.lineno, where, "holds a reason or an empty text"


def _words(node: ast.stmt | None) -> str:
    """The text of a docstring behind a field."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return node.value.value
    return ""


def _kinds(node: ast.expr | None) -> set[str]:
    """The types that an annotation consists of, those in a tuple as well; none where None is one of the union."""
    union = _union(node)
    return set() if "None" in union else union | {name for part in _parts(node) for name in _kinds(part)}


def _parts(node: ast.expr | None) -> list[ast.expr]:
    """The types in a tuple."""
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "tuple" and isinstance(node.slice, ast.Tuple):
        return node.slice.elts
    return []


def _union(node: ast.expr | None) -> set[str]:
    if isinstance(node, ast.BinOp):
        return _union(node.left) | _union(node.right)
    return {ast.unparse(node)} if node is not None else set()


def _returns_empty(node: ast.AST) -> bool:
    return isinstance(node, ast.Return) and node.value is not None and any(map(_is_empty, _outcomes(node.value)))


def _outcomes(node: ast.expr) -> list[ast.expr]:
    """What an expression may come to: both ends of a condition, and the parts of a tuple."""
    match node:
        case ast.IfExp(body=body, orelse=orelse):
            return [*_outcomes(body), *_outcomes(orelse)]
        case ast.BoolOp(values=values) | ast.Tuple(elts=values):
            return [one for value in values for one in _outcomes(value)]
        case _:
            return [node]


def _is_empty(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value == ""
