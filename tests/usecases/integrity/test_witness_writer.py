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
from bot.store.files.witness_file import Witness
from bot.store.sealing.keyring import Keyring
from bot.store.store import open_store
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.admin.status_report import status
from bot.usecases.integrity.active_limits import limits
from bot.usecases.integrity.audit_gate import LASTS_SECONDS
from bot.usecases.integrity.chain_check import CHAIN, CHECK_SECONDS, MENDED, check_chain, note_chain
from bot.usecases.integrity.witness_writer import RECORDS_A_ROUND, UNWRITTEN, Anchoring, WitnessWatch, witness_limit
from tests.usecases.office import ANTON, IDA, OLGA, SHELL, Office

GUARDS = ("audit_no_update", "audit_no_delete", "audit_no_replace")


@pytest.fixture
def watched(office: Office, tmp_path: Path) -> Office:
    """An office whose heads go to a file beside its folder."""
    office.ctx.witness = Witness(tmp_path / "witness.jsonl")
    return office


def lines(office: Office) -> list[dict[str, str | int]]:
    assert office.ctx.witness is not None
    path = office.ctx.witness.path
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def rewrite(office: Office, *statements: str) -> None:
    """As somebody who owns the file can."""
    with office.store.unit_of_work():
        for guard in GUARDS:
            office.store.database.execute(f"DROP TRIGGER IF EXISTS {guard}")
        for statement in statements:
            office.store.database.execute(statement)


def mac(office: Office, seq: int) -> str:
    place = office.store.audit.place_at(seq)
    assert place is not None
    return place.head


def last(office: Office) -> int:
    return (office.store.audit.place() or START).seq


# The chain


def test_a_chain_that_holds_is_no_limit_and_is_not_recomputed_again(office: Office) -> None:
    assert check_chain(office.ctx).limit is None
    assert office.ctx.verified == office.store.audit.place()
    rewrite(office, "UPDATE audit SET actor = 'T1:UX' WHERE seq = 2")
    assert check_chain(office.ctx).limit is None, "what was verified is not looked at again before the next start"
    office.ctx.verified = START
    assert check_chain(office.ctx).limit is not None


def test_a_record_that_was_changed_leaves_reading_only_and_is_named(office: Office) -> None:
    # So that it is not the last about somebody's role, which is a finding of its own.
    grant_role(office.store, ANTON, Role.APPROVER, by=SHELL)
    rewrite(office, "UPDATE audit SET actor = 'T1:UX' WHERE seq = 2")
    limit = note_chain(office.ctx)
    words = "The audit log is broken at record #2: it was changed after it was written, or is missing."
    assert limit == Limit(name=CHAIN, mode=Mode.READ_ONLY, why=words, until=MENDED)
    assert office.ctx.verified.seq == 1
    assert limit in limits(office.ctx)
    assert office.type(OLGA, "thing remove one") == (
        f"{words} Reading goes on; nothing that changes anything is taken on until {MENDED}."
    )
    assert "things" in office.type(OLGA, "thing list").lower()


def test_it_is_found_again_until_it_is_mended(office: Office) -> None:
    rewrite(office, "UPDATE audit SET at = at + 1 WHERE seq = 3")
    assert note_chain(office.ctx) is not None
    assert note_chain(office.ctx) is not None
    rewrite(office, "UPDATE audit SET at = at - 1 WHERE seq = 3")
    assert note_chain(office.ctx) is None
    assert CHAIN not in office.ctx.limits


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("DELETE FROM audit WHERE seq > 4", 5),
        ("UPDATE audit SET mac = zeroblob(32) WHERE seq = 6", 6),
    ],
)
def test_a_log_that_shrank_or_differs_where_it_was_verified_is_broken_there(
    office: Office, statement: str, seq: int
) -> None:
    assert last(office) == 6
    assert check_chain(office.ctx).limit is None
    rewrite(office, statement)
    limit = check_chain(office.ctx).limit
    assert limit is not None
    assert f"broken at record #{seq}:" in limit.why


def test_a_key_that_is_missing_leaves_reading_only(office: Office) -> None:
    rewrite(office, "UPDATE audit SET key_id = 'k9' WHERE seq = 4")
    limit = check_chain(office.ctx).limit
    assert limit is not None
    assert limit.why == "The key “k9” is used in the database and missing from the key file."


# The witness


def test_each_head_that_is_copied_to_the_channel_gets_a_line_and_the_last_one_whatever_it_is(watched: Office) -> None:
    anchoring = Anchoring(watched.ctx)
    assert anchoring.round() is False
    assert [one["seq"] for one in lines(watched)] == [6], "a log that gets a witness begins with its newest record"
    watched.ask()
    watched.type(OLGA, "thing list")
    anchoring.round()
    quiet = [record.seq for record in watched.records() if record.tag in QUIET]
    assert quiet == [8]
    assert [(one["seq"], one["head"]) for one in lines(watched)] == [(seq, mac(watched, seq)) for seq in (6, 7, 8)]
    watched.type(OLGA, "thing list")
    watched.ask("thing remove two")
    anchoring.round()
    assert [one["seq"] for one in lines(watched)] == [6, 7, 8, 10]
    anchoring.round()
    assert len(lines(watched)) == 4
    assert lines(watched)[-1]["tag"] == Tag.CHANGE_REQUESTED


def test_a_backlog_is_written_in_rounds_and_nothing_is_lost(watched: Office) -> None:
    anchoring = Anchoring(watched.ctx)
    anchoring.round()
    with watched.store.unit_of_work() as store:
        for _ in range(RECORDS_A_ROUND + 10):
            store.audit.append(watched_entry(), at=watched.clock.now)
    assert anchoring.round() is True
    assert anchoring.round() is False
    assert [one["seq"] for one in lines(watched)] == list(range(6, last(watched) + 1))


def test_after_a_kill_between_the_line_and_its_cursor_it_is_written_again(watched: Office) -> None:
    Anchoring(watched.ctx).round()
    watched.ask()
    with watched.store.unit_of_work() as store:
        kept = store.facts.get("witnessed") or ""
    Anchoring(watched.ctx).round()
    with watched.store.unit_of_work() as store:
        store.facts.put("witnessed", kept)
    Anchoring(watched.ctx).round()
    assert [one["seq"] for one in lines(watched)] == [6, 7, 7]
    assert watched.records(Tag.WITNESS_CUT) == []


def watched_entry() -> Entry:
    return Entry(tag=Tag.PROCESS_STARTED, actor="a", subject="s")


def test_an_old_copy_of_the_database_leaves_reading_only_and_the_witness_as_it_is(
    watched: Office, tmp_path: Path, make_office: Callable[..., Office]
) -> None:
    old = tmp_path / "old"
    old.mkdir()
    (old / "b24bot.sqlite3").write_bytes(watched.store.database.path.read_bytes())
    watched.ask()
    watched.ask("thing remove two")
    Anchoring(watched.ctx).round()
    before = lines(watched)
    again = make_office(store=open_store(old, Keyring({"k1": bytes(32)}), watched.clock, synchronous="OFF"), roles={})
    again.ctx.witness = Witness(watched.ctx.witness.path if watched.ctx.witness else tmp_path)
    limit = note_chain(again.ctx)
    assert limit is not None
    assert (limit.mode, limit.why) == (
        Mode.READ_ONLY,
        "The database ends at audit record #6, and the witness file has seen #8: an old copy of the database was put "
        "back, or records were cut off.",
    )
    again.type(OLGA, "thing list")
    assert Anchoring(again.ctx).round() is False
    assert lines(watched) == before


@pytest.mark.parametrize("away", ["gone", "not to be read"])
def test_records_cut_off_are_found_also_when_the_witness_file_was_taken_away_with_them(
    watched: Office, away: str
) -> None:
    watched.ask()
    watched.ask("thing remove two")
    Anchoring(watched.ctx).round()
    assert watched.ctx.witness is not None
    watched.ctx.witness.path.unlink()
    if away != "gone":
        watched.ctx.witness.path.mkdir()
    rewrite(watched, "DELETE FROM audit WHERE seq > 6")
    watched.ctx.verified = START
    words = "The database ends at audit record #6, and the head of #8 was written to the witness file: "
    assert Anchoring(watched.ctx).round() is False
    assert watched.ctx.limits[CHAIN].why == f"{words}records were cut off."
    watched.ctx.limits.clear()
    found = note_chain(watched.ctx)
    assert found is not None
    assert found.why.startswith(words)


def test_two_databases_with_one_witness_find_each_other(watched: Office, make_office: Callable[..., Office]) -> None:
    other = make_office()
    other.clock.advance(5)
    for office in (watched, other):
        office.ask()
    other.ctx.witness = watched.ctx.witness
    Anchoring(watched.ctx).round()
    assert Anchoring(other.ctx).round() is False
    limit = other.ctx.limits[CHAIN]
    assert limit.mode is Mode.READ_ONLY
    assert limit.why == (
        "Audit record #7 is not the one the witness file has seen: two b24bots with two databases write to it, or the "
        "log was written anew."
    )
    assert watched.ctx.witness is not None
    alien = witness_line("t", Place(seq=3, mac=bytes(32)), at="", key_id="k1")
    watched.ctx.witness.append([alien])
    watched.ask("thing remove two")
    Anchoring(watched.ctx).round()
    assert CHAIN in watched.ctx.limits, "also a line that another one wrote between ours"


def test_of_a_chain_that_is_broken_no_head_is_witnessed(watched: Office) -> None:
    anchoring = Anchoring(watched.ctx)
    anchoring.round()
    watched.ask()
    rewrite(watched, "UPDATE audit SET actor = 'T1:UX' WHERE seq = 2")
    assert note_chain(watched.ctx) is not None
    anchoring.round()
    assert [one["seq"] for one in lines(watched)] == [6]


def test_a_witness_that_was_cut_is_told_recorded_and_begun_anew(
    watched: Office, caplog: pytest.LogCaptureFixture
) -> None:
    anchoring = Anchoring(watched.ctx)
    anchoring.round()
    assert watched.ctx.witness is not None
    watched.ctx.witness.path.unlink()
    watched.ask()
    with caplog.at_level(logging.WARNING):
        anchoring.round()
    assert "ended at record #0, and had got #6: it was cut, or is another file" in caplog.text
    (cut,) = watched.records(Tag.WITNESS_CUT)
    assert cut.facts == {"seq": 0, "count": 6}
    for _ in range(3):
        anchoring.round()
    assert [one["seq"] for one in lines(watched)] == [7, 8]
    assert len(watched.records(Tag.WITNESS_CUT)) == 1


def test_one_that_cannot_be_written_is_told_once_and_bars_what_is_dangerous_in_time(
    watched: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "mount"
    watched.ctx.witness = Witness(folder / "witness.jsonl")
    anchoring = Anchoring(watched.ctx)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            anchoring.round()
    assert caplog.text.count("cannot be written") == 1
    watched.clock.advance(1_790)
    assert witness_limit(watched.ctx) is None
    watched.clock.advance(11 * 60)
    limit = witness_limit(watched.ctx)
    assert limit is not None
    assert (limit.mode, limit.why) == (
        Mode.NO_DANGER,
        "The witness file (B24BOT_WITNESS_FILE) has not taken the heads of the audit log for 40 minutes.",
    )
    assert "has not taken the heads" in watched.type(OLGA, "thing remove one")
    folder.mkdir()
    anchoring.round()
    assert witness_limit(watched.ctx) is None
    assert "waits for approval" in watched.type(OLGA, "thing remove one")
    assert watched.records(Tag.WITNESS_CUT) == []


def test_one_that_cannot_be_read_is_a_warning(watched: Office, caplog: pytest.LogCaptureFixture) -> None:
    assert watched.ctx.witness is not None
    watched.ctx.witness.path.mkdir()
    with caplog.at_level(logging.WARNING):
        assert check_chain(watched.ctx).limit is None
    assert "cannot be read" in caplog.text


def test_a_witness_that_cannot_be_read_lifts_nothing_it_has_found_before(watched: Office, tmp_path: Path) -> None:
    assert watched.ctx.witness is not None
    watched.ctx.witness.append([witness_line("t", Place(seq=99, mac=bytes(32)), at="", key_id="k1")])
    found = note_chain(watched.ctx)
    assert found is not None
    path = watched.ctx.witness.path
    path.rename(tmp_path / "elsewhere")
    path.mkdir()
    assert note_chain(watched.ctx) == found
    assert watched.ctx.limits[CHAIN] == found
    path.rmdir()
    assert note_chain(watched.ctx) is None
    assert CHAIN not in watched.ctx.limits


def test_every_hour_the_chain_is_checked_again(watched: Office) -> None:
    check_chain(watched.ctx)
    anchoring = Anchoring(watched.ctx)
    watched.ask()
    rewrite(watched, "UPDATE audit SET actor = 'T1:UX' WHERE seq = 7")
    anchoring.round()
    assert CHAIN not in watched.ctx.limits
    watched.clock.advance(CHECK_SECONDS)
    anchoring.round()
    assert "broken at record #7" in watched.ctx.limits[CHAIN].why


def test_a_clock_that_is_set_back_keeps_the_hourly_check_from_nothing(watched: Office) -> None:
    anchoring = Anchoring(watched.ctx)
    note_chain(watched.ctx)
    watched.ask()
    rewrite(watched, "UPDATE audit SET actor = 'T1:UX' WHERE seq = 7")
    watched.clock.set_by = -30 * 86_400_000
    watched.clock.advance(CHECK_SECONDS)
    anchoring.round()
    assert "broken at record #7" in watched.ctx.limits[CHAIN].why


def test_without_a_witness_there_is_nothing_to_write(office: Office) -> None:
    assert Anchoring(office.ctx).round() is False
    assert witness_limit(office.ctx) is None
    assert office.store.facts.get("witnessed") is None


def test_a_witness_that_cannot_be_written_is_in_the_status_at_once_and_the_admins_are_told_once(
    office: Office, tmp_path: Path
) -> None:
    folder = tmp_path / "far"
    office.ctx.witness = Witness(folder / "witness.jsonl")
    office.type(OLGA, "thing list")
    anchoring, watch, team = Anchoring(office.ctx), WitnessWatch(office.ctx), office.ctx.home_team
    watch.look()
    since = office.clock.now
    anchoring.round()
    office.ctx.home_team = ""
    watch.look()
    assert office.waiting_whispers() == [], "nobody can be told before Slack has said where we are"
    office.ctx.home_team = team
    for _ in range(3):
        office.clock.advance(LASTS_SECONDS)
        anchoring.round()
        watch.look()
    told = [one for one in office.waiting_whispers() if "cannot be written: No such file" in one.reply.title]
    assert [one.person for one in told] == [IDA]
    assert (office.store.facts.get(UNWRITTEN) or "").startswith(f"{since} ")
    assert dict(status(office.ctx).facts)["Witness"].startswith("not written since ")
    folder.mkdir()
    anchoring.round()
    watch.look()
    assert "Witness" not in dict(status(office.ctx).facts)
    folder.joinpath("witness.jsonl").unlink()
    folder.rmdir()
    office.type(OLGA, "thing list")
    assert office.waiting_whispers() == []
    anchoring.round()
    watch.look()
    office.clock.advance(LASTS_SECONDS)
    watch.look()
    (again,) = office.waiting_whispers()
    assert "cannot be written" in again.reply.title


def test_a_witness_and_a_database_that_fail_at_once_are_told_when_the_database_is_back(
    watched: Office, tmp_path: Path
) -> None:
    anchoring = Anchoring(watched.ctx)
    anchoring.round()
    watched.ctx.witness = Witness(tmp_path / "far" / "witness.jsonl")
    watched.type(OLGA, "thing list")
    with watched.store.unit_of_work():
        watched.store.database.execute(
            "CREATE TRIGGER no_facts BEFORE INSERT ON facts BEGIN SELECT RAISE(ABORT, 'disk on fire'); END"
        )
    with pytest.raises(StoreUnavailable, match="disk on fire"):
        anchoring.round()
    with watched.store.unit_of_work():
        watched.store.database.execute("DROP TRIGGER no_facts")
    anchoring.round()
    assert (watched.store.facts.get(UNWRITTEN) or "").startswith(f"{watched.clock.now} ")
