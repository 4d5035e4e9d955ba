"""A Dockerfile as its instructions, and rules that each has to keep."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One instruction: its word in capitals, and the rest of its logical line."""

    word: str
    rest: str

    @property
    def words(self) -> list[str]:
        """The words of the exec form where it has one, else those between spaces."""
        return [str(one) for one in json.loads(self.rest)] if self.rest.startswith("[") else self.rest.split()


def read_instructions(text: str) -> list[Instruction]:
    """Read the instructions in their order, without comments, and each continued line as one."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    pairs = (line.split(None, 1) for line in joined.splitlines())
    return [Instruction(word=word.upper(), rest=rest.strip()) for word, rest in pairs]


def of(word: str, instructions: Sequence[Instruction]) -> list[Instruction]:
    return [one for one in instructions if one.word == word]


def last_stage(instructions: Sequence[Instruction]) -> list[Instruction]:
    """What the image holds in the end: all from the last FROM on."""
    begins = [number for number, one in enumerate(instructions) if one.word == "FROM"]
    return list(instructions[begins[-1] :]) if begins else []


def environment_of(instructions: Sequence[Instruction]) -> dict[str, str]:
    pairs = (word.split("=", 1) for one in of("ENV", instructions) for word in one.rest.split())
    return {pair[0]: pair[1] for pair in pairs}


def base_has_a_version(instructions: Sequence[Instruction]) -> bool:
    bases = {one.rest.split("=", 1)[0]: one.rest.split("=", 1)[1] for one in of("ARG", instructions) if "=" in one.rest}
    named = [one.words[0] for one in of("FROM", instructions)]
    images = [bases.get(name.strip("${}"), name) for name in named]
    return bool(images) and all(re.search(r":\d+\.\d+\.\d+-", image) for image in images)


def adds_nothing_from_elsewhere(instructions: Sequence[Instruction]) -> bool:
    return not of("ADD", instructions)


def installs_only_what_is_locked(instructions: Sequence[Instruction]) -> bool:
    runs = [part for one in of("RUN", instructions) for part in one.rest.split("&&") if "pip install" in part]
    return bool(runs) and all(
        "--require-hashes" in part or ("--no-deps" in part and "--no-build-isolation" in part) for part in runs
    )


def runs_as_a_numbered_account(instructions: Sequence[Instruction]) -> bool:
    users = of("USER", last_stage(instructions))
    return bool(users) and re.fullmatch(r"[1-9]\d*(:[1-9]\d*)?", users[-1].rest) is not None


def has_a_health_check(instructions: Sequence[Instruction]) -> bool:
    checks = of("HEALTHCHECK", last_stage(instructions))
    port = environment_of(last_stage(instructions)).get("B24BOT_HEALTH_PORT", "")
    return bool(checks) and f":{port}/healthz" in checks[-1].rest


def starts_without_a_shell(instructions: Sequence[Instruction]) -> bool:
    """A shell in between would not hand SIGTERM on."""
    starts = [one for word in ("ENTRYPOINT", "CMD") for one in of(word, last_stage(instructions))]
    return bool(starts) and all(one.rest.startswith("[") for one in starts)


def copies_no_whole_folder(instructions: Sequence[Instruction]) -> bool:
    """`COPY . .` would take .env and the database along."""
    return not any(word in {".", "./", "/"} for one in of("COPY", instructions) for word in one.words[:-1])


def leaves_the_tools_behind(instructions: Sequence[Instruction]) -> bool:
    return not any("pip" in one.rest or "apt-get" in one.rest for one in of("RUN", last_stage(instructions)))


def keeps_the_key_apart(instructions: Sequence[Instruction]) -> bool:
    found = environment_of(last_stage(instructions))
    key, others = found.get("B24BOT_KEY_FILE", ""), [found.get("B24BOT_HOME", ""), found.get("B24BOT_BACKUPS", "")]
    return bool(key) and all(other and Path(key).parent not in (Path(other), *Path(other).parents) for other in others)


Rule = Callable[[Sequence[Instruction]], bool]
RULES: tuple[Rule, ...] = (
    base_has_a_version,
    adds_nothing_from_elsewhere,
    installs_only_what_is_locked,
    runs_as_a_numbered_account,
    has_a_health_check,
    starts_without_a_shell,
    copies_no_whole_folder,
    leaves_the_tools_behind,
    keeps_the_key_apart,
)


def list_broken(text: str) -> Iterator[str]:
    """List the names of the rules that a Dockerfile does not keep."""
    instructions = read_instructions(text)
    return (rule.__name__ for rule in RULES if not rule(instructions))
