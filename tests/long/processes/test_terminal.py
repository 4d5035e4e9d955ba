"""What is asked for in the terminal takes the same way: shown, confirmed, done, verified, recorded."""

from __future__ import annotations

import json
import subprocess
import sys

from bot.plugin.loopback import wait_until
from tests.stories.processes import Outside


def b24bot(scene: Outside, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        env=scene.environment,
        cwd=scene.folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_a_change_confirmed_in_the_terminal_is_carried_out_by_the_running_bot(scene: Outside) -> None:
    scene.serve()
    words = ("connector", "register", "shop", "--name", "Shop", "--handler", "https://shop.example/handler")
    assert b24bot(scene, *words).returncode == 4, "without a word of confirmation nothing is asked for"
    done = b24bot(scene, *words, "--yes")
    assert done.returncode == 0, done.stderr
    assert "CR-1001" in done.stdout
    assert "is confirmed" in done.stdout
    assert wait_until(lambda: "shop" in {row.id for row in scene.portal.portal.state.connectors.rows()})
    assert wait_until(lambda: scene.requests()[0]["status"] == "done"), scene.logs()
    card = scene.workspace.wait_for(lambda: scene.workspace.find("approvals", "done and verified"), what="the card")
    assert "Shop" in scene.workspace.transcript(card)


def test_an_answer_that_slack_does_not_take_is_seen_in_the_terminal_and_sent_again(scene: Outside) -> None:
    scene.serve()
    scene.workspace.wait_for(lambda: scene.workspace.find("audit", "bot:process:started"), what="its record")
    scene.workspace.fault("server_error", "response_url")
    for method in ("chat.postEphemeral", "chat.postMessage"):
        scene.workspace.fault("error", method, code="invalid_blocks")
    scene.workspace.people["Olga"].slash("/b24 connector list")
    scene.workspace.wait_for(
        lambda: scene.workspace.find("audit", "outbox:notification:failed"), 10, "the audit channel to tell"
    )
    (entry,) = json.loads(b24bot(scene, "outbox", "list", "--dead", "--json").stdout)
    assert (entry["kind"], entry["error"]) == ("whisper", "invalid_blocks")
    assert not heard(scene)
    done = b24bot(scene, "outbox", "retry", str(entry["id"]))
    assert done.returncode == 0, done.stderr
    scene.workspace.wait_for(lambda: heard(scene), what="the answer")
    assert json.loads(b24bot(scene, "outbox", "list", "--dead", "--json").stdout) == []
    scene.workspace.wait_for(
        lambda: scene.workspace.find("audit", "outbox:notification:redelivered"), what="its record"
    )


def heard(scene: Outside) -> bool:
    return any("myconnector" in scene.workspace.transcript(one) for one in scene.workspace.ephemerals("Olga"))
