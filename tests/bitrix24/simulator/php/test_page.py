"""The page about the simulator is true: its curl commands are run, its tables compared with the code."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any

from plugins.bitrix24.simulator import operators
from plugins.bitrix24.simulator.php.answer_shapes import SHAPES
from plugins.bitrix24.simulator.state import faults
from plugins.bitrix24.simulator.state.switches import SWITCHES
from tests.bitrix24.simulator.kit import Client

PAGE = Path(__file__).parents[4] / "docs" / "simulator-portal.md"
EXAMPLE = re.compile(r"```bash\n(.+?)\n```\n```json\n(.+?)\n```", re.DOTALL)


def examples() -> Iterator[tuple[str, Any]]:
    """Every command of the page with what it says comes back."""
    for command, answer in EXAMPLE.findall(PAGE.read_text(encoding="utf-8")):
        yield command, json.loads(answer)


def rows(title: str) -> list[str]:
    """First cells, in back quotes, of the table whose first heading is `title`."""
    lines = PAGE.read_text(encoding="utf-8").split(f"| {title} |", 1)[1].splitlines()[2:]
    return [line.split("`")[1] for line in lines[: lines.index("")]]


def test_every_shape_of_an_answer_is_on_the_page() -> None:
    lines = PAGE.read_text(encoding="utf-8").split("| shape |", 1)[1].splitlines()[2:]
    table = "\n".join(lines[: lines.index("")])
    assert sorted(
        re.findall(r"`([a-z_0-9]+)`", "\n".join(line.split("|")[1] for line in table.splitlines()))
    ) == sorted(shape.name for shape in SHAPES)


def curl(client: Client, command: str, values: dict[str, str]) -> Any:
    """What curl would do with the few options that the page uses."""
    words = shlex.split(Template(command).substitute(values))[1:]
    assert words.pop(0) == "-s"
    options: dict[str, list[str]] = {"-d": [], "-H": [], "-X": []}
    get, url = False, ""
    while words:
        word = words.pop(0)
        if word in options:
            options[word].append(words.pop(0))
        elif word == "-G":
            get = True
        else:
            url = word
    data, headers = "&".join(options["-d"]), dict(line.split(": ") for line in options["-H"])
    if get:
        return client.raw("GET", f"{url}?{data}", headers=headers).json()
    way = (options["-X"] or ["POST" if data else "GET"])[0]
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if data else {}
    return client.raw(way, url, data=data, headers={**kind, **headers}).json()


def holds(found: Any, shown: Any) -> bool:
    """Whether everything that the page shows is in what came."""
    if isinstance(shown, dict):
        return isinstance(found, dict) and all(name in found and holds(found[name], shown[name]) for name in shown)
    if isinstance(shown, list) and shown and isinstance(shown[0], dict):
        return len(found) == len(shown) and all(map(holds, found, shown))
    return bool(found == shown)


def test_every_curl_command_on_the_page_answers_as_the_page_says(client: Client) -> None:
    portal = client.portal
    values = {
        "URL": portal.url,
        "TOKEN": portal.access_token,
        "CONTROL": portal.control_url,
        "OAUTH": portal.oauth_url,
        "HOOK": portal.webhook_url,
        "CLIENT": portal.client_id,
        "SECRET": portal.client_secret,
        "REFRESH": portal.refresh_token,
    }
    tried = list(examples())
    assert len(tried) > 15
    for command, shown in tried:
        found = curl(client, command, values)
        assert holds(found, shown), f"{command}\ngave {found}"


def test_the_page_lists_every_fault_action_and_switch() -> None:
    assert rows("kind") == list(faults.BY_NAME)
    assert rows("action") == list(operators.ACTIONS)
    assert rows("switch") == [switch.name for switch in SWITCHES]
