"""A database of the release before goes through the upgrade with its open requests, and they end as they should."""

from __future__ import annotations

from pathlib import Path

from bot.core.audit.audit_record import Entry, Fact, Tag
from bot.core.change.change_request import ChangeRequest, Review, Status, Verdict
from bot.store.store import open_store
from bot.usecases.authority import card_token
from tests.usecases.core_bot import ANTON, OLGA, CoreBot

BEFORE_UNDO_LINKS = (
    "DROP INDEX changes_target",
    "DROP INDEX changes_shown",
    "ALTER TABLE changes DROP COLUMN undo_of",
    *(f"ALTER TABLE changes DROP COLUMN {name}" for name in ("undone_by", "partly", "found")),
    "DELETE FROM _sqlite_migrations WHERE name = 'm007_undo_links'",
)


def confirm_as_before(core_bot: CoreBot, change: ChangeRequest) -> None:
    """A confirmation as the release before stored it: its record is that of an approval."""
    with core_bot.store.unit_of_work() as store:
        now = core_bot.clock.now_ms()
        store.changes.review(change.number, Review(reviewer=OLGA, verdict=Verdict.APPROVE, at=now))
        facts: dict[str, Fact] = {"digest": change.digest, "approvals": 1, "quorum": 1}
        store.record(Entry(tag=Tag.REVIEW_APPROVED, actor=OLGA.id, subject=change.id, facts=facts))
        store.changes.move(change.number, Status.PENDING, Status.APPROVED, changes={"decided_at": now})
        store.jobs.add("execute", str(change.number), at=now)


def test_open_requests_of_the_release_before_are_carried_out_after_the_upgrade(tmp_path: Path) -> None:
    before = CoreBot(tmp_path)
    before.type(OLGA, "thing paint one")
    confirm_as_before(before, before.change())
    before.ask("thing remove two")
    with before.store.unit_of_work() as store:
        for statement in BEFORE_UNDO_LINKS:
            store.engine.execute(statement)
    keys, clock = before.store.keys, before.clock
    before.close()

    core_bot = CoreBot(tmp_path, store=open_store(tmp_path, keys, clock, synchronous="OFF"))
    core_bot.clock.now, core_bot._keys = clock.now, 100
    core_bot.work()
    confirmed, waiting = core_bot.change(1001), core_bot.change(1002)
    assert (confirmed.status, confirmed.undone_by) == (Status.DONE, None)
    assert core_bot.press(ANTON, waiting) == ""
    core_bot.work()
    assert core_bot.now(waiting).status is Status.DONE
    assert core_bot.store.audit.broken_at() is None

    core_bot.press(OLGA, confirmed, card_token.UNDO)
    core_bot.deliver()
    core_bot.press(OLGA, core_bot.change(), card_token.CONFIRM)
    core_bot.work()
    assert core_bot.now(confirmed).undone_by == 1003
    core_bot.close()
