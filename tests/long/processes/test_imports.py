"""What a process does not import: what is loaded for nothing is waited for at every start, and stays in the memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.plugin.loopback import wait_until
from tests.ports import free_port
from tests.stories.processes import Outside, answers, outside

NOBODY = (
    *("flask", "jinja2", "werkzeug", "sqlite_utils", "bot.playground", "plugins.bitrix24.simulator"),
    *("psycopg", "bot.store.postgres"),
)
"""What no process of a deployment loads whose database has today's schema."""
CALLS = ("slack_sdk", "slack_bolt", "requests", "urllib3", "websocket", "waitress", "bot.slack", "bot.web")
"""What takes part in calls, or in being called."""
UNLOADED = {
    "status": (*NOBODY, *CALLS, "bot.usecases.runtime.worker"),
    "access list": (
        *NOBODY,
        *CALLS,
        "bot.usecases.runtime.worker",
        "bot.app",
        "cryptography",
        "importlib.metadata",
        "dotenv",
    ),
    "work": (*NOBODY, "rich", "slack_bolt", "websocket", "waitress"),
    "serve --http": (*NOBODY, "rich", "websocket"),
}


def loaded(scene: Outside) -> set[str]:
    """The names of all modules that the last process has imported by now."""
    lines = (scene.folder / f"process-{len(scene.processes) - 1}.log").read_text().splitlines()
    told = [line.split("|") for line in lines if line.startswith("import time:")]
    return {columns[2].strip() for columns in told if len(columns) == 3}


@pytest.mark.parametrize("words", UNLOADED)
def test_a_process_imports_nothing_that_its_work_does_not_need(tmp_path: Path, words: str) -> None:
    with outside(tmp_path) as scene:
        port = free_port()
        stays = words in ("work", "serve --http")
        more = {"B24BOT_HEALTH_PORT": str(port)} if words == "serve --http" else {}
        listens = ["--port", str(port)] if words == "serve --http" else []
        process = scene.start(*words.split(), *listens, more={"PYTHONPROFILEIMPORTTIME": "1", **more})
        if listens:
            assert wait_until(lambda: answers(f"http://127.0.0.1:{port}/readyz"), within=30), scene.logs()
        elif stays:
            assert wait_until(lambda: "Slack knows us in team" in scene.logs(), within=30), scene.logs()
        else:
            assert process.wait(30) == 0, scene.logs()
        names = loaded(scene)
    assert "bot.core.redaction.redactor" in names, "the names are read from what Python tells"
    needless = [one for one in UNLOADED[words] for name in names if name == one or name.startswith(f"{one}.")]
    assert not sorted(set(needless))
