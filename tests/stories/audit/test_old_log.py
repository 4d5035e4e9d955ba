"""A bot with a long audit log starts at once; what changes the portal waits until the whole log was recomputed."""

from __future__ import annotations

from bot.core.audit.audit_record import SYSTEM, Entry, Tag
from bot.core.change.change_request import Status
from bot.store.files.verified_head import BROKEN, read_kept_mark
from bot.usecases.process.audit_progress import RECOMPUTED_AT_ONCE
from tests.stories.scene import Scene

YEARS = Entry(tag=Tag.COMMAND_RAN, actor=SYSTEM, subject=SYSTEM)


def grow(scene: Scene) -> None:
    """As years of use would."""
    store = scene.playground.store
    with store.unit_of_work() as tx:
        for _ in range(RECOMPUTED_AT_ONCE + 1):
            tx.audit.append(YEARS, at=store.clock.now_ms())


def spoil(scene: Scene) -> None:
    """As whoever owns the file can; the record is about nothing that anything rests on."""
    with scene.playground.store.unit_of_work() as store:
        store.engine.execute("DROP TRIGGER audit_no_update")
        first = "SELECT min(seq) FROM audit WHERE subject = ?"
        store.engine.execute(f"UPDATE audit SET at = at + 1 WHERE seq = ({first})", SYSTEM)


def marked(scene: Scene) -> bool:
    store = scene.playground.store
    return read_kept_mark(store.database, store.keys) is not None


def test_what_was_approved_runs_once_the_log_was_recomputed_which_a_later_start_need_not_wait_for(scene: Scene) -> None:
    card = scene.ask_removal()
    grow(scene)
    scene.playground.stop_bot()
    scene.playground.start_bot()
    scene.press("Anton", card, "Approve")
    scene.wait_status(Status.DONE)
    scene.workspace.wait_for(lambda: marked(scene), 10, "the mark")
    scene.playground.stop_bot()
    scene.playground.start_bot()
    scene.ask("Olga", "status")
    assert "Audit log" in scene.answer("Olga", "b24bot status")


def test_a_log_that_was_changed_long_ago_lets_people_read_and_runs_nothing(scene: Scene) -> None:
    card = scene.ask_removal()
    grow(scene)
    scene.playground.stop_bot()
    scene.playground.start_bot()
    scene.workspace.wait_for(lambda: marked(scene), 10, "the mark")
    spoil(scene)
    scene.playground.stop_bot()
    scene.playground.start_bot()
    scene.press("Anton", card, "Approve")
    scene.ask("Olga", "connector list")
    scene.answer("Olga", "myconnector")
    scene.workspace.wait_for(lambda: scene.playground.store.facts.get(BROKEN) == "yes", 10, "the break to be found")
    scene.ask("Olga", "connector remove shopchat")
    scene.answer("Olga", "The audit log is broken at record #")
    assert scene.sent() == 0
    assert scene.change().status in {Status.PENDING, Status.FAILED}
