"""The chain is checked, its heads go to the witness, and what does not fit leaves reading only."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.audit.audit_record import QUIET, Entry, Tag
from bot.core.audit.chain import START, Place, witness_line
from bot.core.authority.limits import Limit, Mode
from bot.core.bot_errors import StoreUnavailable
from bot.core.principals import Role
from bot.plugin import Message
from bot.store.files.witness_file import Witness
from bot.store.sealing.keyring import Keyring
from bot.store.store import open_store
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.admin.status_report import report_status
from bot.usecases.integrity.active_limits import list_limits
from bot.usecases.integrity.audit_gate import LASTS_SECONDS
from bot.usecases.integrity.chain_check import CHAIN, CHECK_SECONDS, MENDED, check_chain, note_chain
from bot.usecases.integrity.witness_writer import (
    RECORDS_A_ROUND,
    UNWRITTEN,
    WitnessWatch,
    WitnessWriter,
    find_witness_limit,
)
from bot.usecases.process.audit_progress import ChainState
from tests.language.english import en, en_facts
from tests.usecases.core_bot import ANTON, IDA, OLGA, SHELL, CoreBot

GUARDS = ("audit_no_update", "audit_no_delete", "audit_no_replace")


@pytest.fixture
def watched(core_bot: CoreBot, tmp_path: Path) -> CoreBot:
    """A bot whose heads go to a file beside its folder."""
    core_bot.ctx.audit.witness = Witness(tmp_path / "witness.jsonl")
    return core_bot


def lines(core_bot: CoreBot) -> list[dict[str, str | int]]:
    assert core_bot.ctx.audit.witness is not None
    path = core_bot.ctx.audit.witness.path
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def rewrite(core_bot: CoreBot, *statements: str) -> None:
    """As somebody who owns the file can."""
    with core_bot.store.unit_of_work():
        for guard in GUARDS:
            core_bot.store.engine.execute(f"DROP TRIGGER IF EXISTS {guard}")
        for statement in statements:
            core_bot.store.engine.execute(statement)


def mac(core_bot: CoreBot, seq: int) -> str:
    place = core_bot.store.audit.place_at(seq)
    assert place is not None
    return place.head


def last(core_bot: CoreBot) -> int:
    return (core_bot.store.audit.place() or START).seq


# The chain


def test_a_chain_that_holds_is_no_limit_and_is_not_recomputed_again(core_bot: CoreBot) -> None:
    assert check_chain(core_bot.ctx).limit is None
    assert core_bot.ctx.audit.chain.verified == core_bot.store.audit.place()
    rewrite(core_bot, "UPDATE audit SET actor = 'T1:UX' WHERE seq = 2")
    assert check_chain(core_bot.ctx).limit is None, "what was verified is not looked at again before the next start"
    core_bot.ctx.audit.chain = ChainState()
    assert check_chain(core_bot.ctx).limit is not None


def test_a_record_that_was_changed_leaves_reading_only_and_is_named(core_bot: CoreBot) -> None:
    # So that it is not the last about somebody's role, which is a finding of its own.
    grant_role(core_bot.store, ANTON, Role.APPROVER, by=SHELL)
    rewrite(core_bot, "UPDATE audit SET actor = 'T1:UX' WHERE seq = 2")
    limit = note_chain(core_bot.ctx)
    words = "The audit log is broken at record #2: the record was changed or is missing."
    assert limit == Limit(name=CHAIN, mode=Mode.READ_ONLY, why=Message("limit.log_broken", record="2"), until=MENDED)
    assert core_bot.ctx.audit.chain.verified.seq == 1
    assert limit in list_limits(core_bot.ctx)
    assert core_bot.type(OLGA, "thing remove one") == (
        f"{words} You can still read, but changes are blocked. {en(MENDED)}"
    )
    assert "things" in core_bot.type(OLGA, "thing list").lower()


def test_it_is_found_again_until_it_is_mended(core_bot: CoreBot) -> None:
    rewrite(core_bot, "UPDATE audit SET at = at + 1 WHERE seq = 3")
    assert note_chain(core_bot.ctx) is not None
    assert note_chain(core_bot.ctx) is not None
    rewrite(core_bot, "UPDATE audit SET at = at - 1 WHERE seq = 3")
    assert note_chain(core_bot.ctx) is None
    assert CHAIN not in core_bot.ctx.limits


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("DELETE FROM audit WHERE seq > 4", 5),
        ("UPDATE audit SET mac = zeroblob(32) WHERE seq = 6", 6),
    ],
)
def test_a_log_that_shrank_or_differs_where_it_was_verified_is_broken_there(
    core_bot: CoreBot, statement: str, seq: int
) -> None:
    assert last(core_bot) == 6
    assert check_chain(core_bot.ctx).limit is None
    rewrite(core_bot, statement)
    limit = check_chain(core_bot.ctx).limit
    assert limit is not None
    assert f"broken at record #{seq}:" in en(limit.why)


def test_a_key_that_is_missing_leaves_reading_only(core_bot: CoreBot) -> None:
    rewrite(core_bot, "UPDATE audit SET key_id = 'k9' WHERE seq = 4")
    limit = check_chain(core_bot.ctx).limit
    assert limit is not None
    assert en(limit.why) == "The key “k9” is used in the database and missing from the key file."


# The witness


def test_each_head_that_is_copied_to_the_channel_gets_a_line_and_the_last_one_whatever_it_is(watched: CoreBot) -> None:
    witness_writer = WitnessWriter(watched.ctx)
    assert witness_writer.run_once() is False
    assert [one["seq"] for one in lines(watched)] == [6], "a log that gets a witness begins with its newest record"
    watched.ask()
    watched.type(OLGA, "thing list")
    witness_writer.run_once()
    quiet = [record.seq for record in watched.records() if record.tag in QUIET]
    assert quiet == [8]
    assert [(one["seq"], one["head"]) for one in lines(watched)] == [(seq, mac(watched, seq)) for seq in (6, 7, 8)]
    watched.type(OLGA, "thing list")
    watched.ask("thing remove two")
    witness_writer.run_once()
    assert [one["seq"] for one in lines(watched)] == [6, 7, 8, 10]
    witness_writer.run_once()
    assert len(lines(watched)) == 4
    assert lines(watched)[-1]["tag"] == Tag.CHANGE_REQUESTED


def test_a_backlog_is_written_in_rounds_and_nothing_is_lost(watched: CoreBot) -> None:
    witness_writer = WitnessWriter(watched.ctx)
    witness_writer.run_once()
    with watched.store.unit_of_work() as store:
        for _ in range(RECORDS_A_ROUND + 10):
            store.audit.append(watched_entry(), at=watched.clock.now)
    assert witness_writer.run_once() is True
    assert witness_writer.run_once() is False
    assert [one["seq"] for one in lines(watched)] == list(range(6, last(watched) + 1))


def test_after_a_kill_between_the_line_and_its_cursor_it_is_written_again(watched: CoreBot) -> None:
    WitnessWriter(watched.ctx).run_once()
    watched.ask()
    with watched.store.unit_of_work() as store:
        kept = store.facts.get("witnessed") or ""
    WitnessWriter(watched.ctx).run_once()
    with watched.store.unit_of_work() as store:
        store.facts.put("witnessed", kept)
    WitnessWriter(watched.ctx).run_once()
    assert [one["seq"] for one in lines(watched)] == [6, 7, 7]
    assert watched.records(Tag.WITNESS_TRUNCATED) == []


def watched_entry() -> Entry:
    return Entry(tag=Tag.PROCESS_STARTED, actor="a", subject="s")


def test_an_old_copy_of_the_database_leaves_reading_only_and_the_witness_as_it_is(
    watched: CoreBot, tmp_path: Path, make_core_bot: Callable[..., CoreBot]
) -> None:
    old = tmp_path / "old"
    old.mkdir()
    (old / "b24bot.sqlite3").write_bytes(watched.store.database.path.read_bytes())
    watched.ask()
    watched.ask("thing remove two")
    WitnessWriter(watched.ctx).run_once()
    before = lines(watched)
    again = make_core_bot(store=open_store(old, Keyring({"k1": bytes(32)}), watched.clock, synchronous="OFF"), roles={})
    again.ctx.audit.witness = Witness(watched.ctx.audit.witness.path if watched.ctx.audit.witness else tmp_path)
    limit = note_chain(again.ctx)
    assert limit is not None
    assert (limit.mode, en(limit.why)) == (
        Mode.READ_ONLY,
        "The database ends at audit record #6, and the witness file has seen #8. Either an old copy of the database "
        "was put back, or records were deleted.",
    )
    again.type(OLGA, "thing list")
    assert WitnessWriter(again.ctx).run_once() is False
    assert lines(watched) == before


@pytest.mark.parametrize("away", ["gone", "not to be read"])
def test_records_cut_off_are_found_also_when_the_witness_file_was_taken_away_with_them(
    watched: CoreBot, away: str
) -> None:
    watched.ask()
    watched.ask("thing remove two")
    WitnessWriter(watched.ctx).run_once()
    assert watched.ctx.audit.witness is not None
    watched.ctx.audit.witness.path.unlink()
    if away != "gone":
        watched.ctx.audit.witness.path.mkdir()
    rewrite(watched, "DELETE FROM audit WHERE seq > 6")
    watched.ctx.audit.chain = ChainState()
    words = "The database ends at audit record #6, and the head of #8 was written to the witness file: "
    assert WitnessWriter(watched.ctx).run_once() is False
    assert en(watched.ctx.limits[CHAIN].why) == f"{words}records were cut off."
    watched.ctx.limits.keep_limit(CHAIN, None)
    found = note_chain(watched.ctx)
    assert found is not None
    assert en(found.why).startswith(words)


def test_two_databases_with_one_witness_find_each_other(
    watched: CoreBot, make_core_bot: Callable[..., CoreBot]
) -> None:
    other = make_core_bot()
    other.clock.advance(5)
    for core_bot in (watched, other):
        core_bot.ask()
    other.ctx.audit.witness = watched.ctx.audit.witness
    WitnessWriter(watched.ctx).run_once()
    assert WitnessWriter(other.ctx).run_once() is False
    limit = other.ctx.limits[CHAIN]
    assert limit.mode is Mode.READ_ONLY
    assert en(limit.why) == (
        "Audit record #7 differs from the one in the witness file. Either two b24bots with two databases write to that "
        "file, or somebody rewrote the log."
    )
    assert watched.ctx.audit.witness is not None
    alien = witness_line("t", Place(seq=3, mac=bytes(32)), at="", key_id="k1")
    watched.ctx.audit.witness.append([alien])
    watched.ask("thing remove two")
    WitnessWriter(watched.ctx).run_once()
    assert CHAIN in watched.ctx.limits, "also a line that another one wrote between ours"


def test_of_a_chain_that_is_broken_no_head_is_witnessed(watched: CoreBot) -> None:
    witness_writer = WitnessWriter(watched.ctx)
    witness_writer.run_once()
    watched.ask()
    rewrite(watched, "UPDATE audit SET actor = 'T1:UX' WHERE seq = 2")
    assert note_chain(watched.ctx) is not None
    witness_writer.run_once()
    assert [one["seq"] for one in lines(watched)] == [6]


def test_a_witness_that_was_cut_is_told_recorded_and_begun_anew(
    watched: CoreBot, caplog: pytest.LogCaptureFixture
) -> None:
    witness_writer = WitnessWriter(watched.ctx)
    witness_writer.run_once()
    assert watched.ctx.audit.witness is not None
    watched.ctx.audit.witness.path.unlink()
    watched.ask()
    with caplog.at_level(logging.WARNING):
        witness_writer.run_once()
    assert "ended at record #0, and had got #6: it was cut, or is another file" in caplog.text
    (cut,) = watched.records(Tag.WITNESS_TRUNCATED)
    assert cut.facts == {"seq": 0, "count": 6}
    for _ in range(3):
        witness_writer.run_once()
    assert [one["seq"] for one in lines(watched)] == [7, 8]
    assert len(watched.records(Tag.WITNESS_TRUNCATED)) == 1


def test_one_that_cannot_be_written_is_told_once_and_bars_what_is_dangerous_in_time(
    watched: CoreBot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "mount"
    watched.ctx.audit.witness = Witness(folder / "witness.jsonl")
    witness_writer = WitnessWriter(watched.ctx)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            witness_writer.run_once()
    assert caplog.text.count("cannot be written") == 1
    watched.clock.advance(1_790)
    assert find_witness_limit(watched.ctx) is None
    watched.clock.advance(11 * 60)
    limit = find_witness_limit(watched.ctx)
    assert limit is not None
    assert (limit.mode, en(limit.why)) == (
        Mode.NO_DANGER,
        "b24bot could not write chain hashes to the witness file (B24BOT_WITNESS_FILE) for 40 minutes.",
    )
    assert "could not write chain hashes" in watched.type(OLGA, "thing remove one")
    folder.mkdir()
    witness_writer.run_once()
    assert find_witness_limit(watched.ctx) is None
    assert "waits for approval" in watched.type(OLGA, "thing remove one")
    assert watched.records(Tag.WITNESS_TRUNCATED) == []


def test_one_that_cannot_be_read_is_a_warning(watched: CoreBot, caplog: pytest.LogCaptureFixture) -> None:
    assert watched.ctx.audit.witness is not None
    watched.ctx.audit.witness.path.mkdir()
    with caplog.at_level(logging.WARNING):
        assert check_chain(watched.ctx).limit is None
    assert "cannot be read" in caplog.text


def test_a_witness_that_cannot_be_read_lifts_nothing_it_has_found_before(watched: CoreBot, tmp_path: Path) -> None:
    assert watched.ctx.audit.witness is not None
    watched.ctx.audit.witness.append([witness_line("t", Place(seq=99, mac=bytes(32)), at="", key_id="k1")])
    found = note_chain(watched.ctx)
    assert found is not None
    path = watched.ctx.audit.witness.path
    path.rename(tmp_path / "elsewhere")
    path.mkdir()
    assert note_chain(watched.ctx) == found
    assert watched.ctx.limits[CHAIN] == found
    path.rmdir()
    assert note_chain(watched.ctx) is None
    assert CHAIN not in watched.ctx.limits


def test_every_hour_the_chain_is_checked_again(watched: CoreBot) -> None:
    check_chain(watched.ctx)
    witness_writer = WitnessWriter(watched.ctx)
    watched.ask()
    rewrite(watched, "UPDATE audit SET actor = 'T1:UX' WHERE seq = 7")
    witness_writer.run_once()
    assert CHAIN not in watched.ctx.limits
    watched.clock.advance(CHECK_SECONDS)
    witness_writer.run_once()
    assert "broken at record #7" in en(watched.ctx.limits[CHAIN].why)


def test_a_clock_that_is_set_back_keeps_the_hourly_check_from_nothing(watched: CoreBot) -> None:
    witness_writer = WitnessWriter(watched.ctx)
    note_chain(watched.ctx)
    watched.ask()
    rewrite(watched, "UPDATE audit SET actor = 'T1:UX' WHERE seq = 7")
    watched.clock.set_by = -30 * 86_400_000
    watched.clock.advance(CHECK_SECONDS)
    witness_writer.run_once()
    assert "broken at record #7" in en(watched.ctx.limits[CHAIN].why)


def test_without_a_witness_there_is_nothing_to_write(core_bot: CoreBot) -> None:
    assert WitnessWriter(core_bot.ctx).run_once() is False
    assert find_witness_limit(core_bot.ctx) is None
    assert core_bot.store.facts.get("witnessed") is None


def test_a_witness_that_cannot_be_written_is_in_the_status_at_once_and_the_admins_are_told_once(
    core_bot: CoreBot, tmp_path: Path
) -> None:
    folder = tmp_path / "far"
    core_bot.ctx.audit.witness = Witness(folder / "witness.jsonl")
    core_bot.type(OLGA, "thing list")
    witness_writer, watch, team = WitnessWriter(core_bot.ctx), WitnessWatch(core_bot.ctx), core_bot.ctx.workspace.team
    watch.run_once()
    since = core_bot.clock.now
    witness_writer.run_once()
    core_bot.ctx.workspace.identify("")
    watch.run_once()
    assert core_bot.waiting_private_notices() == [], "nobody can be told before Slack has said where we are"
    core_bot.ctx.workspace.identify(team)
    for _ in range(3):
        core_bot.clock.advance(LASTS_SECONDS)
        witness_writer.run_once()
        watch.run_once()
    told = [
        one for one in core_bot.waiting_private_notices() if "cannot be written: No such file" in en(one.reply.title)
    ]
    assert [one.person for one in told] == [IDA]
    assert (core_bot.store.facts.get(UNWRITTEN) or "").startswith(f"{since} ")
    assert dict(en_facts(report_status(core_bot.ctx)))["Witness file"].startswith("not written since ")
    folder.mkdir()
    witness_writer.run_once()
    watch.run_once()
    assert "Witness file" not in dict(en_facts(report_status(core_bot.ctx)))
    folder.joinpath("witness.jsonl").unlink()
    folder.rmdir()
    core_bot.type(OLGA, "thing list")
    assert core_bot.waiting_private_notices() == []
    witness_writer.run_once()
    watch.run_once()
    core_bot.clock.advance(LASTS_SECONDS)
    watch.run_once()
    (again,) = core_bot.waiting_private_notices()
    assert "cannot be written" in en(again.reply.title)


def test_a_witness_and_a_database_that_fail_at_once_are_told_when_the_database_is_back(
    watched: CoreBot, tmp_path: Path
) -> None:
    witness_writer = WitnessWriter(watched.ctx)
    witness_writer.run_once()
    watched.ctx.audit.witness = Witness(tmp_path / "far" / "witness.jsonl")
    watched.type(OLGA, "thing list")
    with watched.store.unit_of_work():
        watched.store.engine.execute(
            "CREATE TRIGGER no_facts BEFORE INSERT ON facts BEGIN SELECT RAISE(ABORT, 'disk on fire'); END"
        )
    with pytest.raises(StoreUnavailable, match="disk on fire"):
        witness_writer.run_once()
    with watched.store.unit_of_work():
        watched.store.engine.execute("DROP TRIGGER no_facts")
    witness_writer.run_once()
    assert (watched.store.facts.get(UNWRITTEN) or "").startswith(f"{watched.clock.now} ")
