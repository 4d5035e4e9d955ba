"""The page about the simulator tells the truth: its curl examples work as written, one after the other."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from slack_sdk import WebClient

from bot.playground.workspace import SlackWorkspace
from bot.playground.workspace import __main__ as program
from bot.playground.workspace.control.control_api import ROWS
from bot.playground.workspace.state.call_faults import KINDS
from bot.playground.workspace.webapi.method_table import METHODS
from tests.playground.workspace.blocks import CARD, modal, plain, text_field
from tests.playground.workspace.listeners import Receiver
from tests.tables.rows import each_row

PAGE = Path(__file__).parents[4] / "docs" / "simulator-slack.md"
TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = [
    line
    for block in re.findall(r"```sh\n(.*?)```", TEXT, flags=re.DOTALL)
    for line in block.splitlines()
    if line.startswith("curl")
]


def run(line: str, control: str, known: dict[str, str]) -> dict[str, Any]:
    """Do what the curl line does; capital words in it stand for ids that earlier answers gave."""
    for name, value in known.items():
        line = line.replace(f'"{name}"', f'"{value}"')
    words = shlex.split(line.replace("$CONTROL", control.rstrip("/")))
    url = next(word for word in words if word.startswith("http"))
    if "-d" not in words:
        return dict(requests.get(url, timeout=10).json())
    body = words[words.index("-d") + 1].encode()
    headers = {"Content-Type": "application/json"}
    return dict(requests.post(url, data=body, headers=headers, timeout=10).json())


@pytest.fixture
def prepared(workspace: SlackWorkspace, client: WebClient, receiver: Receiver) -> dict[str, str]:
    """A card in #approvals, a modal in front of Anton, a delivery: what the examples speak of."""
    posted = client.chat_postMessage(channel="C0002", text="x", blocks=CARD)["ts"]
    sent = workspace.people["Anton"].slash("/b24 form")
    opened = client.views_open(trigger_id=sent.payload["trigger_id"], view=modal(text_field("why")))
    view: dict[str, Any] = opened["view"]
    return {"TS": str(posted), "VIEW": view["id"], "DISPATCH": sent.dispatch.id}


def test_every_curl_example_is_answered_with_ok(workspace: SlackWorkspace, prepared: dict[str, str]) -> None:
    assert len(EXAMPLES) > 25
    control = workspace.ready()["control"]
    answers = {line: run(line, control, prepared) for line in EXAMPLES}
    assert [line for line, answer in answers.items() if not answer["ok"]] == []


@each_row("name", [*METHODS, *KINDS, *(path for _, path in ROWS)])
def test_every_method_fault_and_path_is_on_the_page(name: str) -> None:
    last = name.rpartition(".")[2]
    assert re.search(rf"\b{re.escape(last)}\b", TEXT)


def test_the_options_of_the_program_are_on_the_page() -> None:
    source = Path(str(program.__file__)).read_text(encoding="utf-8")
    options = re.findall(r'"(--[a-z-]+)"', source)
    assert options
    assert all(option in TEXT for option in options)


def test_the_python_example_runs(workspace: SlackWorkspace, client: WebClient, receiver: Receiver) -> None:
    """The calls of the example, as they stand there."""
    (block,) = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    title = {"type": "header", "text": plain("myconnector")}
    client.chat_postMessage(channel="C0002", text="myconnector", blocks=[*CARD, title])
    inner = block[block.index("    olga, anton") :]
    code = "\n".join(line[4:] for line in inner.splitlines())
    run_code: Callable[..., None] = exec
    run_code(code, {"slack": workspace})
    assert [one["type"] for one in receiver.payloads[1:]] == ["block_actions"]
