"""The audit log outlives somebody who owns the host: heads stand elsewhere, and what does not fit them is found."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.core.audit.chain import read_anchors
from bot.core.change.change_request import Status
from bot.playground.environment import Playground
from bot.plugin.loopback import wait_until
from bot.store.engine.database import sqlite3
from bot.store.store import FILE_NAME
from tests.stories.processes import ROOT
from tests.stories.scene import WITHIN, Scene

DAY = 86_400


@pytest.fixture
def witness(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere" / "witness.jsonl"


@pytest.fixture
def scene(make_full_bot: Callable[..., Playground], witness: Path) -> Scene:
    """A playground whose bot has a second witness."""
    witness.parent.mkdir()
    return Scene(make_full_bot(settings={"B24BOT_WITNESS_FILE": str(witness)}))


def database(scene: Scene) -> Path:
    return scene.playground.folder / "home" / FILE_NAME


def remove_a_connector(scene: Scene) -> None:
    card = scene.ask_removal()
    scene.press("Anton", card, "Approve")
    scene.wait_status(Status.DONE)
    scene.channel_says("audit", "change:execution:ended")


def head(scene: Scene) -> tuple[int, str]:
    place = scene.playground.store.audit.place()
    assert place is not None
    return place.seq, place.head


def wait_witnessed(scene: Scene, witness: Path) -> None:
    def look() -> bool:
        lines = witness.read_text().splitlines() if witness.exists() else []
        return head(scene) in [(one.seq, one.head) for one in read_anchors(lines, "w")]

    assert wait_until(look)


def verify(scene: Scene, *words: str) -> subprocess.CompletedProcess[str]:
    """By somebody who has the files, and neither a running bot nor its settings."""
    key_file = scene.playground.folder / "keys" / "key"
    return subprocess.run(
        [sys.executable, "-m", "bot", "audit", "verify", "--key-file", str(key_file), *words],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": "/nowhere"},
        cwd=scene.playground.folder / "keys",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def cut_tail(path: Path, last: int) -> None:
    with sqlite3.connect(path) as connection:
        connection.executescript(
            f"DROP TRIGGER audit_no_delete; DELETE FROM audit WHERE seq > {last}; PRAGMA journal_mode=DELETE;"
        )
    connection.close()


def test_a_checkpoint_with_the_whole_head_stands_in_the_channel_and_in_the_witness(scene: Scene, witness: Path) -> None:
    remove_a_connector(scene)
    scene.playground.clock.advance(DAY)
    shown = scene.channel_says("audit", "audit:checkpoint:written")
    (record,) = scene.playground.store.audit.find(tag="audit:checkpoint:written")
    covered = scene.playground.store.audit.place_at(record.seq - 1)
    assert covered is not None
    assert f"seq {covered.seq} · head {covered.head} · Records: {covered.seq} " in shown
    wait_witnessed(scene, witness)
    assert f'"seq":{record.seq},"tag":"audit:checkpoint:written"' in witness.read_text()


def test_the_tail_is_cut_and_the_channels_lines_deleted_and_the_witness_still_says_which(
    scene: Scene, witness: Path
) -> None:
    """By somebody with the database and the bot's token, who has not got at the witness."""
    remove_a_connector(scene)
    wait_witnessed(scene, witness)
    saved = scene.playground.folder / "channel.txt"
    texts = [scene.workspace.transcript(message) for message in scene.workspace.messages("audit")]
    saved.write_text("\n".join(texts))
    opened = scene.playground.store.audit.find(tag="change:request:opened")[0].seq
    client = WebClient(scene.workspace.bot_token, base_url=scene.workspace.api_url)
    for message in scene.workspace.messages("audit"):
        client.chat_delete(channel=scene.workspace.channel("audit").id, ts=message.ts)
    last, _ = head(scene)
    scene.playground.stop_bot()
    copy = ("--database", str(database(scene)))
    assert verify(scene, *copy, "--checkpoints", str(witness), "--checkpoints", str(saved)).returncode == 0
    cut_tail(database(scene), opened)
    assert verify(scene, *copy).returncode == 0, "nothing inside the log can show it"
    shown = verify(scene, *copy, "--checkpoints", str(witness))
    assert shown.returncode == 2, shown.stderr
    assert f"The chain is intact up to #{opened} " in shown.stdout
    assert f"#{opened + 1} " in shown.stdout.split("was seen")[0]
    assert "records were removed from the end, or this is an older copy" in shown.stdout
    assert last > opened + 1
    by_text = verify(scene, *copy, "--checkpoints", str(saved))
    assert by_text.returncode == 2
    assert str(saved) in by_text.stdout


def test_an_old_copy_put_back_starts_with_reading_only_and_says_so(scene: Scene, witness: Path) -> None:
    scene.ask("Olga", "connector list")
    scene.answer("Olga", "myconnector")
    wait_witnessed(scene, witness)
    old_last, _ = head(scene)
    scene.playground.stop_bot()
    old = scene.playground.folder / "old.sqlite3"
    shutil.copyfile(database(scene), old)
    scene.playground.start_bot()
    remove_a_connector(scene)
    wait_witnessed(scene, witness)
    last, _ = head(scene)
    scene.playground.stop_bot()
    written = witness.read_bytes()
    shutil.copyfile(old, database(scene))
    scene.playground.start_bot()
    scene.ask("Olga", "connector remove shopchat")
    scene.answer(
        "Olga",
        f"The database ends at audit record #{old_last}, and the witness file has seen #{last}. Either an old copy of "
        "the database was put back, or records were deleted. You can still read, but changes are blocked. Ask again "
        "after somebody at the host has repaired the log.",
    )
    scene.ask("Olga", "connector list")
    scene.answer("Olga", "shopchat")
    assert scene.effects() == 1
    assert scene.registered("shopchat")
    assert witness.read_bytes() == written, "its lines are what the true log is found by"


def refusals(scene: Scene) -> list[int]:
    return [record.seq for record in scene.playground.store.audit.find(tag="command:line:refused")]


def test_a_dead_audit_channel_refuses_tells_the_admin_and_goes_on_with_the_whole_backlog(scene: Scene) -> None:
    scene.workspace.flag_channel("audit", is_archived=True)
    for number in range(3):
        scene.ask("Gleb", "connector list")
        scene.workspace.wait_for(lambda wanted=number: len(refusals(scene)) > wanted, WITHIN, "the record of a refusal")
        # Within a minute the next one would be folded into this record.
        scene.playground.clock.advance(61)

    def told() -> bool:
        scene.playground.clock.advance(0.5)
        return any("does not take messages" in scene.workspace.transcript(one) for one in scene.workspace.dms("Ida"))

    scene.workspace.wait_for(
        told,
        WITHIN,
        "a word to the admin, when it has lasted",
    )
    scene.ask("Olga", "connector remove myconnector")
    scene.answer("Olga", "does not take messages: the channel is archived (is_archived)")
    scene.ask("Olga", "connector list")
    scene.answer("Olga", "myconnector")
    assert scene.sent() == 0
    scene.workspace.flag_channel("audit", is_archived=False)
    scene.ask("Olga", "connector remove shopchat")  # somebody asks, so it is tried again at once
    due = refusals(scene)

    def posted() -> list[int]:
        lines = "\n".join(scene.workspace.transcript(one) for one in scene.workspace.messages("audit"))
        return [anchor.seq for anchor in read_anchors(lines.splitlines(), "audit")]

    scene.workspace.wait_for(lambda: set(due) <= set(posted()), WITHIN, "the backlog")
    assert len(due) == 3
    said = posted()
    assert [seq for seq in said if seq in due] == due[::-1], "those about Gleb, who is not on the list, in their order"
    listed = [seq for seq in said if seq not in due]
    assert listed == sorted(listed), "and so the others"
    remove_a_connector(scene)
