"""Hold the locks against pyproject.toml: each requirement pinned and satisfied, each pin with a hash, no addresses.

What runtime.lock pins, postgres.lock and playground.lock pin in the same version, and dev.lock what these pin. What is
wanted on some machines only is pinned for these only; `--mark` writes such conditions into the locks.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ \\]+)")


def pins(lock: Path) -> dict[str, str]:
    return {
        canonicalize_name(found[1]): found[2]
        for line in lock.read_text(encoding="utf-8").splitlines()
        if (found := PIN.match(line))
    }


def complaints(lock: Path, requirements: list[str]) -> list[str]:
    text = lock.read_text(encoding="utf-8")
    pinned = pins(lock)
    found = [f"{lock.name} holds an address" for _ in re.findall(r"https?://|--index|--find-links", text)[:1]]
    bare = [block.split("==")[0] for block in re.split(r"\n(?=\S)", text) if "==" in block and "--hash=" not in block]
    found += [f"{lock.name}: {name} has no hash" for name in bare]
    for requirement in map(Requirement, requirements):
        version = pinned.get(canonicalize_name(requirement.name))
        if version is None:
            found.append(f"{lock.name}: {requirement.name} is not pinned")
        elif not requirement.specifier.contains(version, prereleases=True):
            found.append(f"{lock.name}: {requirement.name} {version} does not satisfy {requirement.specifier}")
        elif requirement.marker and marked(requirement, version) not in text:
            found.append(f"{lock.name}: {requirement.name} is pinned for every machine")
    return found


def marked(requirement: Requirement, version: str) -> str:
    """The line of a pin that holds on some machines only."""
    return f"{requirement.name}=={version} ; {requirement.marker} \\\n"


def mark(lock: Path, requirements: list[str]) -> None:
    """Write the conditions of requirements into their pins."""
    text = lock.read_text(encoding="utf-8")
    pinned = pins(lock)
    for requirement in filter(lambda one: one.marker, map(Requirement, requirements)):
        version = pinned.get(canonicalize_name(requirement.name))
        if version is None:
            continue
        text = text.replace(f"{requirement.name}=={version} \\\n", marked(requirement, version))
    lock.write_text(text, encoding="utf-8")


def main() -> int:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    runtime: list[str] = project["dependencies"] + project["optional-dependencies"]["wal"]
    playground: list[str] = runtime + project["optional-dependencies"]["playground"]
    postgres: list[str] = runtime + project["optional-dependencies"]["postgres"]
    dev: list[str] = playground + postgres + project["optional-dependencies"]["dev"]
    names = ("runtime", "postgres", "playground", "dev")
    locks = [ROOT / "requirements" / f"{name}.lock" for name in names]
    if "--mark" in sys.argv:
        for lock in locks:
            mark(lock, dev)
        return 0
    wanted = zip(locks, (runtime, postgres, playground, dev), strict=True)
    found = [line for lock, requirements in wanted for line in complaints(lock, requirements)]
    # scripts/setup takes an environment for development for each of the others, and each of these to run the bot in.
    base, *between, largest = locks
    for smaller, larger in [pair for lock in between for pair in ((base, lock), (lock, largest))]:
        there = pins(larger)
        found += [
            f"{larger.name}: {name} is not {pin}, as in {smaller.name}"
            for name, pin in pins(smaller).items()
            if there.get(name) != pin
        ]
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
