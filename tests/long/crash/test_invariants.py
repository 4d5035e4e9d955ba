"""The invariants see what they are there to see: after a run that was right, each is shown one thing that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import requests

from bot.store.engine.database import sqlite3
from bot.store.store import FILE_NAME
from tests.long.crash import scenario
from tests.long.crash.harness.forked import ForkServer
from tests.long.crash.harness.outside import Renewal
from tests.long.crash.harness.scene import Scene
from tests.long.crash.harness.trip import HOST
from tests.long.crash.invariants import ALL, Evidence, check_invariants, one_worker
from tests.long.crash.matrix import FAULTS


@pytest.fixture(scope="module")
def scene(server: ForkServer, beginning: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A removal that was asked for, approved and done; the bot is dead, and nothing is wrong."""
    with scenario.REMOVE.scene(server, tmp_path_factory.mktemp("right") / "run", beginning) as made:
        scenario.REMOVE.play(made, FAULTS[0].options)
        assert list(one_worker(made)) == []
        assert check_invariants(made) == []
        yield made


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What is changed in the database, and the invariant that sees it."""

    seen_by: str
    sql: tuple[str, ...]


NO_ARROWS = "DROP TRIGGER changes_arrows"
IN_THE_DATABASE = (
    Wrong(seen_by="I3", sql=("UPDATE changes SET digest = 'another'",)),
    Wrong(seen_by="I3", sql=("DELETE FROM reviews",)),
    Wrong(seen_by="I3", sql=("UPDATE reviews SET reviewer = 'T0001:U0001'",)),
    Wrong(seen_by="I3", sql=("UPDATE reviews SET reviewer = 'T0002:U0002'",)),
    Wrong(seen_by="I3", sql=("DELETE FROM grants WHERE person = 'U0002'",)),
    Wrong(seen_by="I4", sql=(NO_ARROWS, "UPDATE changes SET status = 'failed'")),
    Wrong(seen_by="I4", sql=(NO_ARROWS, "UPDATE changes SET status = 'expired'")),
    Wrong(seen_by="I5", sql=("DROP TRIGGER audit_no_delete", "DELETE FROM audit WHERE seq = 6")),
    Wrong(
        seen_by="I5", sql=("DROP TRIGGER audit_no_delete", "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)")
    ),
    Wrong(seen_by="I5", sql=("DROP TRIGGER audit_no_update", "UPDATE audit SET actor = 'nobody' WHERE seq = 7")),
    Wrong(seen_by="I5", sql=("DELETE FROM executions",)),
    Wrong(seen_by="I8", sql=("DELETE FROM receipts",)),
    Wrong(seen_by="I9", sql=("UPDATE outbox SET state = 'sending' WHERE kind = 'thread'",)),
    Wrong(
        seen_by="I9",
        sql=(
            "INSERT INTO jobs (id, kind, payload, state, due_steady, created_at) VALUES (99, 'x', '', 'taken', 0, 0)",
        ),
    ),
    Wrong(seen_by="I9", sql=(NO_ARROWS, "UPDATE changes SET status = 'unknown'")),
)


def seen(scene: Scene) -> set[str]:
    run = Evidence(scene)
    return {name for name, look in ALL if list(look(run))}


def copy_database(source: Path, target: Path) -> None:
    """Copy what a reader sees: with a WAL the newest of it does not lie in the file itself."""
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)


@pytest.mark.parametrize("wrong", IN_THE_DATABASE, ids=lambda wrong: f"{wrong.seen_by} {wrong.sql[-1]}")
def test_what_is_wrong_on_disk_is_seen(scene: Scene, wrong: Wrong, tmp_path: Path) -> None:
    database, kept = scene.home / FILE_NAME, tmp_path / FILE_NAME
    copy_database(database, kept)
    try:
        with closing(sqlite3.connect(database)) as connection:
            for statement in wrong.sql:
                connection.execute(statement)
            connection.commit()
        assert wrong.seen_by in seen(scene)
    finally:
        copy_database(kept, database)
    assert seen(scene) == set()


def no_intent(scene: Scene) -> None:
    scene.witness.arrivals[-1].intents = ()


def called_twice(scene: Scene) -> None:
    scene.witness.arrivals.append(scene.witness.arrivals[-1])


def another_call(scene: Scene) -> None:
    scene.witness.arrivals[-1].params = {}


def no_effect(scene: Scene) -> None:
    entry = scene.witness.arrivals[-1].entry
    assert entry is not None
    scene.witness.arrivals[-1].entry = replace(entry, effect=False)


def effect_from_nowhere(scene: Scene) -> None:
    journal = scene.portal.watched.world.journal
    journal.calls.append(replace(journal.calls[-1], effect=True))


def not_posted(scene: Scene) -> None:
    with scene.workspace.world.lock:
        last = scene.workspace.messages("audit")[-1]
        scene.workspace.world.messages.remove(last)


def leaked_in_the_log(scene: Scene) -> None:
    (scene.folder / "process-0.log").write_text(f"hello {scene.workspace.bot_token}")


def leaked_in_an_address(scene: Scene) -> None:
    scene.witness.heard.append((f"/rest/app.info/{scene.portal.watched.access_token}", b""))


def renewed_twice(scene: Scene) -> None:
    scene.witness.renewals += [Renewal(life=1, refresh="x", granted=True)] * 2


def asked_in_a_query(scene: Scene) -> None:
    scene.witness.heard.append(("/rest/app.info?auth=x", b""))


def went_elsewhere(scene: Scene) -> None:
    with (scene.folder / "journal").open("a") as journal:
        journal.write(f"{HOST}evil.example\n")


def ask(scene: Scene, method: str, **params: object) -> None:
    """Make a call with the bot's own token."""
    portal = scene.portal.watched
    answer = requests.post(f"{portal.url}{method}", json={**params, "auth": portal.access_token}, timeout=30)
    assert answer.status_code == 200, answer.text


def another_event(scene: Scene) -> None:
    ask(scene, "event.bind", event="ONIMCONNECTORMESSAGEADD", event_type="offline")


def another_handler(scene: Scene) -> None:
    ask(scene, "event.bind", event="ONIMCONNECTORLINEDELETE", handler="https://evil.example/")


def an_event_is_unbound(scene: Scene) -> None:
    ask(scene, "event.unbind", event="ONIMCONNECTORLINEDELETE", event_type="offline")


OUTSIDE: tuple[tuple[str, Callable[[Scene], None]], ...] = (
    ("I1", no_intent),
    ("I1", effect_from_nowhere),
    ("I1", another_event),
    ("I1", another_handler),
    ("I1", an_event_is_unbound),
    ("I2", called_twice),
    ("I3", another_call),
    ("I4", no_effect),
    ("I6", not_posted),
    ("I7", leaked_in_the_log),
    ("I7", leaked_in_an_address),
    ("I10", renewed_twice),
    ("I11", asked_in_a_query),
    ("I11", went_elsewhere),
)


@pytest.mark.parametrize(("seen_by", "wrong"), OUTSIDE, ids=lambda value: getattr(value, "__name__", value))
def test_what_is_wrong_outside_is_seen(
    server: ForkServer, beginning: Path, seen_by: str, wrong: Callable[[Scene], None], tmp_path: Path
) -> None:
    with scenario.REMOVE.scene(server, tmp_path / "run", beginning) as scene:
        scenario.REMOVE.play(scene, FAULTS[0].options)
        assert check_invariants(scene) == []
        wrong(scene)
        assert seen_by in seen(scene)


def test_the_watch_needs_no_change_request_for_its_own_queue(
    server: ForkServer, beginning: Path, tmp_path: Path
) -> None:
    with scenario.REMOVE.scene(server, tmp_path / "run", beginning) as scene:
        scenario.REMOVE.play(scene, FAULTS[0].options)
        calls, before = len(scene.witness.arrivals), len(scene.witness.watching)
        ask(scene, "event.bind", event="ONIMCONNECTORLINEDELETE", event_type="offline")
        ask(scene, "event.offline.clear", process_id="", id=["1"])
        assert (len(scene.witness.arrivals), len(scene.witness.watching)) == (calls, before + 2)
        assert check_invariants(scene) == []


def test_a_lock_that_nobody_holds_is_seen(scene: Scene) -> None:
    """The bot of this scene is dead."""
    assert list(one_worker(scene)) == ["nobody holds the lock of the intake", "nobody holds the lock of the worker"]
