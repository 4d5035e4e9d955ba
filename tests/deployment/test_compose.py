"""The files for Docker Compose and the how-tos that name them: each service, setting and command is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from bot.app import read_settings
from bot.plugin.frozen import dataclass
from bot.usecases.admin.builtin_plugin import make_registry
from bot.usecases.special_commands.terminal_commands import TERMINAL_COMMANDS
from plugins.bitrix24.plugin import plugin
from tests.deployment.dockerfile import environment_of, of, read_instructions

ROOT = Path(__file__).parent.parent.parent
ALONE, REPLICATED = "compose.yaml", "compose.postgresql.yaml"
GUIDES = {ALONE: ROOT / "docs/how-to/deploy.md", REPLICATED: ROOT / "docs/how-to/use-postgresql.md"}
IMAGE = read_instructions((ROOT / "Dockerfile").read_text(encoding="utf-8"))
COMPOSE = ["docker", "compose"]
VARIABLE = re.compile(r"\$\{(\w+)[^}]*\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """One `docker compose` line of a guide."""

    file: str
    verb: str
    words: tuple[str, ...]
    """What follows the verb, without its options."""


def read_services(name: str) -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))["services"]
    return services


def read_lines(guide: Path) -> Iterator[Typed]:
    """The lines in the blocks of a guide. `-f` comes first where it is given."""
    for block in re.findall(r"^```\n(.*?)^```", guide.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            words = line.split()
            if words[:2] == COMPOSE:
                file, rest = (words[3], words[4:]) if words[2] == "-f" else (ALONE, words[2:])
                verb, *following = rest
                while following and following[0].startswith("--"):
                    following.pop(0)
                yield Typed(file=file, verb=verb, words=tuple(following))


def command_paths() -> set[str]:
    """The commands of the terminal, with those of the plugin of Bitrix24."""
    return {*TERMINAL_COMMANDS, *(command.path for command in make_registry([plugin]).commands)}


@pytest.mark.parametrize("name", GUIDES)
def test_each_line_of_the_guide_names_a_service_and_a_command_that_exist(name: str) -> None:
    lines = list(read_lines(GUIDES[name]))
    assert {line.verb for line in lines} == {"build", "run", "up", "exec"}
    for line in lines:
        assert line.file == name
        if line.verb in ("run", "exec"):
            service, *words = line.words
            assert service in read_services(name)
            if line.verb == "exec":
                assert words.pop(0) == of("ENTRYPOINT", IMAGE)[-1].words[0]
            assert {" ".join(words[:1]), " ".join(words[:2])} & command_paths(), words


def test_each_variable_of_the_file_is_named_in_the_guide() -> None:
    text = GUIDES[REPLICATED].read_text(encoding="utf-8")
    named = set(VARIABLE.findall((ROOT / REPLICATED).read_text(encoding="utf-8")))
    assert named == {"POSTGRES_PASSWORD"}
    assert all(f"`{one}`" in text for one in named)


def test_each_setting_of_the_file_is_one_of_the_bot_and_is_named_in_the_guide() -> None:
    given = set(read_services(REPLICATED)["bot"]["environment"])
    assert given <= {row.name for row in read_settings({}).rows}
    text = GUIDES[REPLICATED].read_text(encoding="utf-8")
    assert all(f"`{one}`" in text for one in given)


def test_the_bot_runs_twice_and_starts_after_the_server() -> None:
    services = read_services(REPLICATED)
    bot = services["bot"]
    assert bot["deploy"]["replicas"] == 2
    assert bot["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert "pg_isready" in services["postgres"]["healthcheck"]["test"][1]


def test_the_address_is_that_of_the_server_of_the_file() -> None:
    services = read_services(REPLICATED)
    address = urlsplit(VARIABLE.sub("word", services["bot"]["environment"]["B24BOT_DATABASE_URL"]))
    server = services["postgres"]["environment"]
    assert address.hostname in services
    assert (address.username, address.path) == (server["POSTGRES_USER"], f"/{server['POSTGRES_DB']}")
    assert address.password is not None


def test_each_replica_has_a_port_of_the_host() -> None:
    bot = read_services(REPLICATED)["bot"]
    (ports,) = bot["ports"]
    _, outer, inner = ports.split(":")
    first, last = map(int, outer.split("-"))
    assert last - first + 1 == bot["deploy"]["replicas"]
    assert inner == environment_of(IMAGE)["PORT"]


def test_the_replicas_share_their_keys_and_not_their_locks() -> None:
    """The folder of the locks is in no volume; the volumes are those of one host."""
    alone, replicated = read_services(ALONE)["bot"], read_services(REPLICATED)["bot"]
    assert replicated["volumes"] == alone["volumes"]
    assert replicated["stop_grace_period"] == alone["stop_grace_period"]
    home = Path(replicated["environment"]["B24BOT_HOME"])
    assert any(home.is_relative_to(folder) for folder in replicated["tmpfs"])
    assert not any(home.is_relative_to(mount.split(":")[1]) for mount in replicated["volumes"])
