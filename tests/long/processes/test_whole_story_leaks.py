"""No secret anywhere: logs at DEBUG, the database's bytes, messages in Slack, what the terminal prints."""

from __future__ import annotations

import subprocess
import sys

from plugins.bitrix24.simulator.state.faults import read_fault
from tests.stories.processes import Outside


def secrets(scene: Outside) -> dict[str, str]:
    portal = scene.portal.portal
    return {
        "bot token": scene.workspace.bot_token,
        "signing secret": scene.workspace.signing_secret,
        "client secret": portal.client_secret,
        "application token": portal.application_token,
        **{f"access token {number}": token for number, token in enumerate(portal.world.tokens.access)},
        **{f"refresh token {number}": token for number, token in enumerate(portal.world.tokens.refresh)},
    }


def test_a_whole_story_with_faults_leaves_no_secret_behind(scene: Outside) -> None:
    """The story renews the tokens, meets every ugly answer and a refused delivery; then everything is searched."""
    before = secrets(scene)
    scene.serve()
    portal = scene.portal.portal
    olga = scene.workspace.people["Olga"]
    for kind in ("expired", "error_html", "truncated", "lost_before", "html"):
        portal.world.faults.add(read_fault({"kind": kind, "method": "imconnector.list"}))
        olga.slash("/b24 connector list")
    result = olga.slash("/b24 connector remove myconnector")
    scene.workspace.deliver(result, secret="wrong")
    card = scene.workspace.wait_for(lambda: scene.workspace.find("approvals", "[*Approve "), what="the card")
    portal.world.faults.add(read_fault({"kind": "error_html", "method": "imconnector.unregister"}))
    scene.workspace.people["Anton"].click(card, "Approve")
    scene.workspace.wait_for(lambda: scene.workspace.find("approvals", "Verified"), what="the ending")
    scene.stop_all()

    assert len(secrets(scene)) > len(before), "the story was meant to renew the tokens"
    exported = subprocess.run(
        [sys.executable, "-m", "bot", "audit", "export", "--format", "jsonl"],
        env=scene.environment,
        cwd=scene.folder,
        capture_output=True,
        timeout=30,
        check=True,
    ).stdout
    artefacts = {
        "the logs": scene.logs().encode(),
        "the database": b"".join(path.read_bytes() for path in (scene.folder / "home").rglob("*") if path.is_file()),
        "Slack": repr([call.arguments for call in scene.workspace.calls()]).encode(),
        "the audit export": exported,
    }
    assert b"DEBUG" in artefacts["the logs"], "the logs were meant to be at DEBUG"
    for place, content in artefacts.items():
        found = [name for name, secret in secrets(scene).items() if secret.encode() in content]
        assert not found, f"{found} in {place}"
    for call in portal.world.journal.calls:
        assert "auth" not in str(call.params)
