"""Copies of the tree in which tests run, and the digest that tells two trees apart."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

from tests.long.mutations.mutation import ROOT, Mutation, patched

PAGE = "docs/testing/mutations.md"
"""What a run writes; it counts for neither digest nor commit."""
_COPIED = ("bot", "plugins", "tests", "docs", "scripts", "benchmarks", "examples", "requirements")
_COMPILED = ("__pycache__", "*.pyc")


def copy_tree(folder: Path, source: Path = ROOT) -> None:
    """Copy everything that tests need, as it is now; compiled modules only from a copy, where they fit the files."""
    skipped = shutil.ignore_patterns(".hypothesis", *(_COMPILED if source == ROOT else ()))
    for name in _COPIED:
        if (source / name).is_dir():
            shutil.copytree(source / name, folder / name, ignore=skipped)
    for path in source.iterdir():
        if path.is_file() and path.name != ".env":
            shutil.copy2(path, folder / path.name)


def apply_mutation(mutation: Mutation, folder: Path, source: Path = ROOT) -> None:
    """Copy the tree of `source` into `folder`, with the mutation."""
    copy_tree(folder, source)
    for file, text in patched(mutation, source).items():
        (folder / file).write_text(text, encoding="utf-8")


def digest_tree(folder: Path) -> str:
    """Return a digest of the files of a copy, without the page and compiled modules."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != PAGE and path.suffix != ".pyc":
            digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def read_commit(root: Path = ROOT) -> str | None:
    """Return the commit of a checkout. None where something else than the page is not committed, or without git."""
    commit = _git(root, "rev-parse", "--short=12", "HEAD")
    changed = _git(root, "status", "--porcelain", "--", ".", f":(exclude){PAGE}")
    return commit if commit and changed == "" else None


def _git(root: Path, *words: str) -> str | None:
    done = subprocess.run(("git", *words), cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None
