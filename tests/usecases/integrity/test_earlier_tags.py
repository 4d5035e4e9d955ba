"""Records with the tags of version 0.2.0 mean what they meant: people decide by them, and they are found and archived.

`release_020.sql` is a database as that version wrote it, with the people and the plugin of these tests: requests were
confirmed, approved and run, break-glass was used twice and reviewed once, and roles were given and taken away. Nothing
of it is made with the code of today.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.audit.archive_chain import list_proved_archives
from bot.core.audit.audit_record import EARLIER_TAGS, AuditRecord, Tag
from bot.core.audit.stored_views import AuditRow
from bot.core.authority.policy import Terms
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.principals import Principal, Role
from bot.plugin import Reply
from bot.store.engine.database import APPLICATION_ID, sqlite3
from bot.store.files.archive_file import check_archive
from bot.store.sealing.keyring import Keyring
from bot.store.store import FILE_NAME, Store, open_store
from bot.usecases.admin.allow_list import grant_role, revoke_role
from bot.usecases.admin.audit_search import find_records
from bot.usecases.authority import card_token
from bot.usecases.authority.break_glass_log import check_break_glass, is_reviewed, list_unreviewed
from bot.usecases.integrity.allow_list_check import find_mismatches
from bot.usecases.integrity.archiving import ArchiveOptions, archive, plan_archive
from bot.usecases.integrity.chain_check import examine_log
from bot.usecases.integrity.checkpoints import count_records
from tests.language.english import en
from tests.usecases.core_bot import ANTON, GLEB, IDA, OLGA, SHELL, CoreBot, StillClock, person
from tests.usecases.toy import Toy

DUMP = Path(__file__).with_name("release_020.sql")
STOOD_AT = 1_750_086_631_000
"""The time by the clock of that version when it was stopped."""
NUMBERS = {
    "reviewed": 1003,
    "waiting": 1006,
    "pending": 1007,
    "confirmed": 1008,
    "approved": 1009,
    "unreviewed": 1010,
    "review": 1011,
}
THERE = ("waiting", "pending", "confirmed", "approved", "unreviewed")
"""What the remote side still has, in red."""
ADA = person("Ada")


def upgraded(folder: Path) -> Store:
    """Lay the database down as a file, and open it as today's release does."""
    path = folder / FILE_NAME
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(DUMP.read_text(encoding="utf-8"))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    path.chmod(0o600)
    return open_store(folder, Keyring({"k1": bytes(32)}), StillClock(), synchronous="OFF", thorough=True)


@pytest.fixture
def core_bot(tmp_path: Path) -> Iterator[CoreBot]:
    """Today's bot over that database, just started."""
    toy = Toy(things=dict.fromkeys(THERE, "red"))
    terms = Terms(break_glass=True)
    made = CoreBot(tmp_path, store=upgraded(tmp_path), roles={}, toy=toy, terms=terms, deliver=False)
    made.clock.now, made.store.clock = STOOD_AT + 1_000, made.clock
    made.recovery.start()
    yield made
    made.close()


def asked(core_bot: CoreBot, name: str) -> ChangeRequest:
    return core_bot.change(NUMBERS[name])


def press(core_bot: CoreBot, name: str, who: Principal, button: str) -> str:
    click = core_bot.click(who, asked(core_bot, name), button)
    # Deliveries of today have keys of their own.
    return core_bot.hears(replace(click, key=f"today-{click.key}"))


def written(store: Store) -> list[AuditRecord]:
    return list(store.audit.walk())


def found(core_bot: CoreBot, tag: str) -> Reply:
    return find_records(core_bot.store, team="T1", tag=tag, limit=100)


def rows_of(reply: Reply) -> tuple[AuditRow, ...]:
    assert isinstance(reply.data, tuple)
    return tuple(row for row in reply.data if isinstance(row, AuditRow))


def tags_in(reply: Reply) -> set[object]:
    return {row[3] for row in reply.table.rows} if reply.table else set()


def test_the_records_stay_as_they_were_written_and_are_verified(tmp_path: Path) -> None:
    store = upgraded(tmp_path)
    stored = {record.tag for record in written(store)}
    assert stored >= {
        *("change:plan:confirmed", "change:approval:reviewed", "change:execution:settled", "access:grant:added"),
        *("access:grant:removed", "audit:chain:checkpoint", "bot:database:copied"),
    }
    assert stored.isdisjoint(EARLIER_TAGS.values())
    assert store.audit.broken_at() is None
    assert examine_log(store, None).limit is None
    store.close()


def test_what_was_approved_confirmed_or_approved_by_break_glass_then_is_run_today(core_bot: CoreBot) -> None:
    core_bot.wait(120)
    for name in ("confirmed", "approved", "unreviewed"):
        assert asked(core_bot, name).status is Status.DONE, name
    assert core_bot.store.audit.broken_at() is None


def test_what_waited_then_is_decided_today_under_the_tags_of_today(core_bot: CoreBot) -> None:
    core_bot.work()
    assert press(core_bot, "waiting", OLGA, card_token.CONFIRM) == ""
    assert press(core_bot, "pending", ANTON, card_token.APPROVE) == ""
    core_bot.work()
    for name in ("waiting", "pending"):
        assert asked(core_bot, name).status is Status.DONE, name
    (record,) = core_bot.records(Tag.REQUEST_CONFIRMED, asked(core_bot, "waiting").id)
    assert record.tag == "change:request:confirmed"


def test_a_review_of_then_counts_and_one_that_is_missing_is_missed(core_bot: CoreBot) -> None:
    assert is_reviewed(core_bot.ctx, NUMBERS["reviewed"])
    assert [one.subject for one in list_unreviewed(core_bot.ctx)] == [asked(core_bot, "unreviewed").id]
    refused = check_break_glass(core_bot.ctx, IDA)
    assert refused is not None
    assert asked(core_bot, "unreviewed").id in en(refused.reason)
    core_bot.wait(60)
    assert press(core_bot, "review", ADA, card_token.APPROVE) == ""
    core_bot.wait(60)
    # What was asked for then says it in other words than today: it is asked for anew.
    assert asked(core_bot, "review").status is Status.CHANGED
    core_bot.take(replace(core_bot.typed(IDA, f"request review {asked(core_bot, 'unreviewed').id}"), key="today-1"))
    again = core_bot.change()
    core_bot.deliver()
    approve = core_bot.click(ADA, core_bot.now(again), card_token.APPROVE)
    assert core_bot.hears(replace(approve, key="today-2")) == ""
    core_bot.wait(60)
    assert list_unreviewed(core_bot.ctx) == []
    assert check_break_glass(core_bot.ctx, IDA) is None


def test_the_allow_list_is_held_against_grants_under_both_tags(core_bot: CoreBot) -> None:
    assert find_mismatches(core_bot.store) == []
    grant_role(core_bot.store, GLEB, Role.VIEWER, by=SHELL)
    assert revoke_role(core_bot.store, ANTON, by=SHELL)
    assert find_mismatches(core_bot.store) == []
    with core_bot.store.unit_of_work():
        core_bot.store.engine.execute("UPDATE grants SET role = 'admin' WHERE person = ?", OLGA.user)
    assert len(find_mismatches(core_bot.store)) == 1


@pytest.mark.parametrize(
    "typed",
    ["access:role:granted", "access:role", "access:grant:added", "access:grant", "access:"],
)
def test_a_filter_by_either_name_or_its_beginning_finds_records_with_both(core_bot: CoreBot, typed: str) -> None:
    grant_role(core_bot.store, GLEB, Role.VIEWER, by=SHELL)
    reply = found(core_bot, typed)
    assert tags_in(reply) >= {"access:grant:added", "access:role:granted"}
    assert all(str(tag).startswith("access:") for tag in tags_in(reply))
    seqs = [row.seq for row in rows_of(reply)]
    assert seqs == sorted(seqs, reverse=True)


def test_an_answer_has_the_sentence_of_today_beside_the_tag_that_is_stored(core_bot: CoreBot) -> None:
    reply = found(core_bot, Tag.BYPASS_REVIEWED)
    assert reply.table is not None
    ((_, _, words, tag),) = reply.table.rows
    assert "approved the review of" in en(words)
    assert tag == "change:approval:reviewed"
    assert rows_of(reply)[0].tag == "change:approval:reviewed"


def test_the_checkpoint_of_then_is_the_one_that_is_counted_on(core_bot: CoreBot) -> None:
    last = core_bot.store.audit.newest(Tag.CHECKPOINT)
    assert last is not None
    assert last.tag == "audit:chain:checkpoint"
    assert count_records(core_bot.store.audit) == len(written(core_bot.store))


def test_a_log_of_then_is_archived_and_the_archive_is_verified(core_bot: CoreBot, tmp_path: Path) -> None:
    """What decides goes on to decide: the roles, the open requests, and the use of break-glass."""
    core_bot.deliver()
    core_bot.clock.advance(1)
    options = ArchiveOptions(before=core_bot.clock.now_ms(), folder=tmp_path / "archives", by=SHELL)
    made = archive(core_bot.store, plan_archive(core_bot.store, options), options)
    kept = {record.tag for record in written(core_bot.store)}
    assert kept >= {"access:grant:added", "access:grant:removed", "audit:chain:checkpoint", "change:approval:reviewed"}
    assert "bot:database:copied" not in kept
    known = list(list_proved_archives(core_bot.store.audit, core_bot.store.audit.key_of))
    check = check_archive(options.folder / made.name, known, core_bot.store.audit.key_of, anchors=())
    assert check.is_written
    assert check.found is not None
    assert check.found.broken_at is None
    assert examine_log(core_bot.store, None).limit is None
    assert find_mismatches(core_bot.store) == []
    assert is_reviewed(core_bot.ctx, NUMBERS["reviewed"])
    core_bot.wait(120)
    assert asked(core_bot, "confirmed").status is Status.DONE
