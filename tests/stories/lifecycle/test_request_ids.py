"""One click, followed by its request id through the logs of two processes, the audit log and the portal's call."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from bot.core.change.change_request import Status
from bot.core.request_id import make_request_id
from bot.logs import LineFormatter
from tests.stories.scene import UNREGISTER, Scene


class Lines(logging.Handler):
    """Keeps every line as it would be written."""

    def __init__(self, *secrets: str) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(LineFormatter(lambda: secrets))
        self.lines: list[dict[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))

    def of(self, request_id: str) -> list[dict[str, str]]:
        """The lines about one delivery, in their order."""
        return [line for line in list(self.lines) if line.get("request_id") == request_id]


@pytest.fixture
def lines(scene: Scene) -> Iterator[Lines]:
    """Every line that the bot logs from now on."""
    log, handler = logging.getLogger("b24bot"), Lines(scene.workspace.bot_token, scene.workspace.signing_secret)
    before = log.level
    log.setLevel(logging.DEBUG)
    log.addHandler(handler)
    yield handler
    log.removeHandler(handler)
    log.setLevel(before)


def ids_of(scene: Scene) -> list[str]:
    """The request ids of all that came in, the oldest first, from the receipts."""
    rows = scene.playground.store.database.rows("SELECT key FROM receipts ORDER BY at, rowid")
    return [make_request_id(row["key"]) for row in rows]


def test_a_click_is_followed_from_slack_to_the_portals_call(scene: Scene, lines: Lines) -> None:
    card = scene.ask_removal()
    scene.press("Anton", card, "Approve")
    scene.wait_status(Status.DONE)
    typed, click = ids_of(scene)
    assert typed != click
    actions = [line["action"] for line in lines.of(click) if line.get("action")]
    assert actions[:2] == ["received", "job_begun"]
    messages = [line["message"] for line in lines.of(click)]
    jobs = {one.partition(",")[0] for one in messages if one.startswith("job ")}
    assert len(jobs) == 2, "the click, and the execution that it let begin"
    assert [one for one in messages if one.startswith(f"{UNREGISTER}: done")], "the call of the portal"
    audit = scene.playground.store.audit
    by_click = [record for record in audit.find(subject="CR-1001") if f"record #{record.seq}: {record.tag}" in messages]
    assert {record.tag for record in by_click} == {
        "change:review:approved",
        "change:execution:intended",
        "change:call:answered",
        "change:execution:ended",
    }
    (opened,) = audit.find(tag="change:request:opened")
    assert f"record #{opened.seq}: {opened.tag}" in [line["message"] for line in lines.of(typed)]


def test_what_nobody_sent_has_no_id(scene: Scene, lines: Lines) -> None:
    scene.ask("Olga", "whoami")
    scene.workspace.wait_for(lambda: scene.workspace.ephemerals("Olga"), what="the answer")
    logging.getLogger("b24bot").info("a line of the scheduler")
    (line,) = [line for line in lines.lines if line["message"] == "a line of the scheduler"]
    assert "request_id" not in line


def test_a_repeated_delivery_has_the_same_id(scene: Scene, lines: Lines) -> None:
    first = scene.ask("Olga", "whoami")
    scene.workspace.wait_for(lambda: scene.workspace.ephemerals("Olga"), what="the answer")
    assert scene.workspace.deliver(first).ok
    (request_id,) = ids_of(scene)
    received = [line["message"] for line in lines.of(request_id) if line.get("action") == "received"]
    assert received == ["received: new", "received: repeated"]


def test_no_line_about_a_click_holds_a_secret(scene: Scene, lines: Lines) -> None:
    card = scene.ask_removal()
    logging.getLogger("b24bot.test").warning("somebody logged %s", scene.workspace.bot_token)
    scene.press("Anton", card, "Approve")
    scene.wait_status(Status.DONE)
    text = json.dumps(lines.lines)
    assert "somebody logged" in text
    assert scene.workspace.bot_token not in text
    assert scene.workspace.signing_secret not in text
