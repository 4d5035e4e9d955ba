"""`b24bot audit verify`: the chain holds, or the first record that does not is named."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import Result

from bot.clock import SystemClock
from bot.core.audit.audit_record import Entry, Tag
from bot.core.audit.chain import Place, witness_line
from bot.slack.render.audit_line import audit_line
from bot.store.engine.database import sqlite3
from bot.store.files.verified_head import VERIFIED, Mark, encode_mark
from bot.store.sealing.keyring import load_key_file
from bot.store.store import FILE_NAME, open_store
from tests.cli.cli_bot import CliBot

DROP = "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; DROP TRIGGER audit_no_replace;"
MUTATIONS = {
    "an actor": ("UPDATE audit SET actor = 'T0001:U0009' WHERE seq = 2", 2),
    "a fact": ("UPDATE audit SET facts = replace(facts, 'viewer', 'admin') WHERE seq = 2", 2),
    "a time": ("UPDATE audit SET at = at + 1 WHERE seq = 3", 3),
    "a tag": ("UPDATE audit SET tag = 'access:role:revoked' WHERE seq = 1", 1),
    "one taken out": ("DELETE FROM audit WHERE seq = 2", 2),
    "the first taken out": ("DELETE FROM audit WHERE seq = 1", 1),
    "two exchanged": ("UPDATE audit SET seq = seq + 10 WHERE seq = 1; UPDATE audit SET seq = 1 WHERE seq = 2", 1),
}


@pytest.fixture
def written(cli_bot: CliBot) -> CliBot:
    for number in range(1, 5):
        assert cli_bot.run("access", "grant", f"T0001:U000{number}", "viewer").exit_code == 0
    return cli_bot


def head_in(shown: str) -> str:
    """The last head as it is typed again."""
    found = re.search(r"#[0-9]+ [0-9a-f]{16}", shown)
    assert found is not None
    return found[0].replace(" ", ":")


def database(cli_bot: CliBot) -> Path:
    return next(cli_bot.folder.rglob("b24bot.sqlite3"))


def test_an_untouched_log_holds_and_tells_its_head(written: CliBot) -> None:
    shown = written.run("audit", "verify")
    assert shown.exit_code == 0
    assert "The chain is intact up to #4 " in shown.stdout
    known = written.run("audit", "verify", "--hash", head_in(shown.stdout))
    assert known.exit_code == 0
    assert "The log agrees with the checkpoint hashes kept elsewhere up to #4" in known.stdout


@pytest.mark.parametrize(("change", "seq"), MUTATIONS.values(), ids=MUTATIONS)
def test_a_quiet_change_is_found_and_named(written: CliBot, change: str, seq: int) -> None:
    with sqlite3.connect(database(written)) as connection:
        connection.executescript(DROP + change)
    connection.close()
    shown = written.run("audit", "verify")
    assert shown.exit_code == 1
    assert f"broken at record #{seq}:" in shown.stdout


def test_a_tail_that_was_cut_is_found_by_a_head_known_elsewhere(written: CliBot) -> None:
    head = head_in(written.run("audit", "verify").stdout)
    with sqlite3.connect(database(written)) as connection:
        connection.executescript(DROP + "DELETE FROM audit WHERE seq = 4")
    connection.close()
    assert written.run("audit", "verify").exit_code == 0
    cut = written.run("audit", "verify", "--hash", head)
    assert cut.exit_code == 2
    assert "records were removed from the end" in cut.stdout


@pytest.mark.parametrize("head", ["x", "#1", "1:", "1:abc", "99:0123456789abcdef", "9" * 30])
def test_a_head_that_is_none_is_not_in_the_chain(written: CliBot, head: str) -> None:
    assert written.run("audit", "verify", "--hash", head).exit_code == 2


# Heads kept elsewhere, copies and exports


@pytest.fixture
def witness(written: CliBot) -> Path:
    """A witness file with the heads of all four records, as the bot writes them."""
    path = written.folder / "witness.jsonl"
    with written.store() as store:
        places = [Place(seq=one.seq, mac=one.mac) for one in store.audit.walk()]
    path.write_text("".join(f"{witness_line('t', one, at='now', key_id='k1')}\n" for one in places))
    return path


def cut(path: Path) -> None:
    rewrite(path, "DELETE FROM audit WHERE seq > 2")


def rewrite(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.executescript(DROP + statement)
    connection.close()


def without_settings(written: CliBot, *words: str) -> Result:
    """As an auditor runs it: no home, no settings, only the files that were handed over."""
    return written.run(
        "audit",
        "verify",
        "--key-file",
        str(written.key_file),
        *words,
        B24BOT_HOME="/nowhere",
        B24BOT_KEY_FILE="/no/key",
    )


def test_the_witness_file_shows_a_cut_tail_and_which_line_of_it_does(written: CliBot, witness: Path) -> None:
    assert written.run("audit", "verify", "--checkpoints", str(witness)).exit_code == 0
    cut(database(written))
    shown = written.run("audit", "verify", "--checkpoints", str(witness))
    assert shown.exit_code == 2
    assert "The chain is intact up to #2" in shown.stdout
    assert (
        f"(line 3 of {witness}): records were removed from the end, or this is an older copy."
        in shown.stdout.replace("\n", " ")
    )
    assert f"up to #2 (line 2 of {witness})" in shown.stdout


def test_the_bots_own_witness_file_is_compared_unasked(written: CliBot, witness: Path) -> None:
    alone = " ".join(written.run("audit", "verify").stdout.split())
    assert "No checkpoint hash kept elsewhere" in alone
    assert "Save lines of the audit channel (they end in #NUMBER HASH) in a file" in alone
    shown = written.run("audit", "verify", B24BOT_WITNESS_FILE=str(witness))
    assert "agrees with the checkpoint hashes kept elsewhere up to #4" in shown.stdout
    cut(database(written))
    assert written.run("audit", "verify").exit_code == 0
    assert written.run("audit", "verify", B24BOT_WITNESS_FILE=str(witness)).exit_code == 2
    assert written.run("audit", "verify", B24BOT_WITNESS_FILE=str(witness.with_name("gone"))).exit_code == 0


def test_heads_that_are_named_are_compared_beside_the_witness_and_not_instead(written: CliBot, witness: Path) -> None:
    cut(database(written))
    export = written.folder / "export.jsonl"
    export.write_text(written.run("audit", "export").stdout)
    shown = written.run("audit", "verify", "--checkpoints", str(export), B24BOT_WITNESS_FILE=str(witness))
    assert shown.exit_code == 2
    assert f"(line 3 of {witness})" in shown.stdout.replace("\n", " ")
    head = head_in(written.run("audit", "verify").stdout)
    assert written.run("audit", "verify", "--hash", head, B24BOT_WITNESS_FILE=str(witness)).exit_code == 2


@pytest.mark.parametrize("noted", ["4", "4 at first"])
def test_without_the_witness_file_the_database_knows_how_far_it_was_written(written: CliBot, noted: str) -> None:
    with written.store() as store, store.unit_of_work() as tx:
        tx.facts.put("witnessed", noted)
    assert written.run("audit", "verify").exit_code == 0
    cut(database(written))
    shown = written.run("audit", "verify", "--json")
    assert shown.exit_code == 2
    assert json.loads(shown.stdout)["against"]["seq"] == 4
    assert json.loads(shown.stdout)["behind"] is True
    told = written.run("audit", "verify").stdout.replace("\n", " ")
    assert "But #4 was seen earlier (written to the witness file, as the database notes): records were removed" in told
    copy = shutil.copyfile(database(written), written.folder / "copy.sqlite3")
    assert written.run("audit", "verify", "--database", str(copy)).exit_code == 0, "of a copy nobody expects the end"


def test_text_saved_from_the_audit_channel_is_compared(written: CliBot) -> None:
    with written.store() as store:
        lines = [audit_line(one) for one in store.audit.walk()]
    saved = written.folder / "channel.txt"
    saved.write_text("b24bot APP 10:05 AM\n" + "\n".join(lines).replace("`", ""))
    shown = written.run("audit", "verify", "--checkpoints", str(saved))
    assert shown.exit_code == 0
    assert f"up to #4 (line 5 of {saved})" in shown.stdout
    rewrite(database(written), "DELETE FROM audit WHERE seq = 4")
    assert written.run("audit", "verify", "--checkpoints", str(saved)).exit_code == 2


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_an_earlier_export_is_compared(written: CliBot, form: str) -> None:
    kept = written.folder / "kept"
    kept.write_text(written.run("audit", "export", "--format", form).stdout)
    assert "agrees" in written.run("audit", "verify", "--checkpoints", str(kept)).stdout
    cut(database(written))
    assert written.run("audit", "verify", "--checkpoints", str(kept)).exit_code == 2


@pytest.mark.parametrize("text", ["", "Somebody saved the wrong page.\n", '{"seq": 1}\n'])
def test_a_file_without_a_head_is_an_error_and_no_success(written: CliBot, text: str) -> None:
    path = written.folder / "wrong.txt"
    path.write_text(text)
    shown = written.run("audit", "verify", "--checkpoints", str(path))
    assert shown.exit_code == 4
    assert f"There is no checkpoint hash in {path}." in shown.stderr


def test_a_backup_is_verified_without_the_bot_and_nothing_is_written(written: CliBot, witness: Path) -> None:
    backup = written.folder / "backup" / "copy.sqlite3"
    backup.parent.mkdir()
    shutil.copyfile(database(written), backup)
    backup.parent.chmod(0o500)
    try:
        shown = without_settings(written, "--database", str(backup), "--checkpoints", str(witness))
    finally:
        backup.parent.chmod(0o700)
    assert shown.exit_code == 0, shown.output
    assert list(backup.parent.iterdir()) == [backup]
    rewrite(backup, "UPDATE audit SET actor = 'x' WHERE seq = 3")
    assert without_settings(written, "--database", str(backup), "--checkpoints", str(witness)).exit_code == 1


def test_an_older_schema_is_verified_and_left_at_it(written: CliBot) -> None:
    old = written.folder / "old.sqlite3"
    shutil.copyfile(database(written), old)
    rewrite(old, "DELETE FROM _sqlite_migrations WHERE name <> 'm001_first'")
    before = old.read_bytes()
    assert without_settings(written, "--database", str(old)).exit_code == 0
    assert old.read_bytes() == before


def test_an_export_is_verified_alone(written: CliBot, witness: Path) -> None:
    path = written.folder / "export.jsonl"
    rows = written.run("audit", "export").stdout.splitlines(keepends=True)
    path.write_text("".join(rows))
    words = ("--export", str(path), "--checkpoints", str(witness))
    assert without_settings(written, *words).exit_code == 0
    path.write_text("".join(rows).replace('"viewer"', '"admin"', 1))
    shown = without_settings(written, *words)
    assert (shown.exit_code, "broken at record #1:" in shown.stdout) == (1, True)
    path.write_text("".join(rows[:3]))
    assert without_settings(written, *words).exit_code == 2
    path.write_text("".join(rows[1:]))
    shown = without_settings(written, *words)
    assert (shown.exit_code, "A part of the log" in shown.stdout) == (1, True)


def test_a_log_written_anew_with_the_key_is_told_from_one_that_was_cut(written: CliBot, witness: Path) -> None:
    fresh = written.folder / "fresh"
    path = fresh / "home" / FILE_NAME
    keys = load_key_file(written.key_file)
    store = open_store(path.parent, keys, SystemClock())
    with store.unit_of_work() as tx:
        for _ in range(5):
            tx.record(Entry(tag=Tag.PROCESS_STARTED, actor="a", subject="s"))
    store.close()
    shown = without_settings(written, "--database", str(path), "--checkpoints", str(witness))
    assert shown.exit_code == 2
    assert "record #1 is not the record seen earlier as" in shown.stdout
    assert "rewrote the log" in shown.stdout.replace("\n", " ")


def test_a_key_that_is_not_in_the_file_is_a_clear_error(written: CliBot) -> None:
    other = written.folder / "other"
    other.write_text(written.key_file.read_text().replace("k1:", "k2:"))
    other.chmod(0o600)
    shown = written.run("audit", "verify", "--key-file", str(other))
    assert shown.exit_code == 78
    assert "The key “k1” is used in the database and missing from the key file." in shown.stderr
    assert written.run("audit", "verify", "--key-file", str(written.folder / "none")).exit_code == 78


def test_a_record_that_was_changed_to_name_a_key_that_never_was_is_broken(written: CliBot) -> None:
    rewrite(database(written), "UPDATE audit SET key_id = 'k9' WHERE seq = 2")
    shown = written.run("audit", "verify")
    assert (shown.exit_code, "broken at record #2:" in shown.stdout) == (1, True)


def test_of_the_newest_record_nobody_can_tell_whether_its_key_was_lost(written: CliBot) -> None:
    rewrite(database(written), "UPDATE audit SET key_id = 'k9' WHERE seq = 4")
    shown = written.run("audit", "verify")
    assert shown.exit_code == 78
    assert "If there never was such a key, somebody changed an audit record to name one." in shown.stderr.replace(
        "\n", " "
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--database", "none.sqlite3"), 78),
        (("--export", "none.jsonl"), 78),
        (("--checkpoints", "none.txt"), 78),
        (("--checkpoints", "."), 78),
        (("--database", "a", "--export", "b"), 2),
    ],
)
def test_a_file_that_is_not_there_is_never_a_success(written: CliBot, words: tuple[str, ...], code: int) -> None:
    shown = written.run("audit", "verify", *words)
    assert shown.exit_code == code
    assert shown.stderr.strip()


def test_programs_get_the_same_as_json(written: CliBot, witness: Path) -> None:
    whole = written.json("audit", "verify", "--checkpoints", str(witness))
    assert (whole["result"], whole["seq"], whole["anchors"], whole["broken_at"]) == ("intact", 4, 4, None)
    assert len(whole["head"]) == 64
    assert whole["agreed"]["seq"] == 4
    cut(database(written))
    shown = written.run("audit", "verify", "--checkpoints", str(witness), "--json")
    told = json.loads(shown.stdout)
    assert (shown.exit_code, told["result"], told["behind"]) == (2, "against-anchor", True)
    assert told["against"]["where"]["text"] == f"line 3 of {witness}"
    with sqlite3.connect(database(written)) as connection:
        connection.execute("UPDATE audit SET at = 0 WHERE seq = 1")
    connection.close()
    shown = written.run("audit", "verify", "--json")
    assert (shown.exit_code, json.loads(shown.stdout)["broken_at"]) == (1, 1)


def test_a_log_cut_before_the_head_up_to_which_a_bot_recomputed_it_is_told(written: CliBot) -> None:
    with written.store() as store:
        place = store.audit.place()
        assert place is not None
        with store.unit_of_work() as tx:
            tx.facts.put(VERIFIED, encode_mark(Mark(place=place, keys=("k1",), at=0), store.keys))
    assert written.run("audit", "verify").exit_code == 0
    cut(database(written))
    shown = written.run("audit", "verify")
    assert shown.exit_code == 2
    assert f"#{place.seq} {place.head[:16]} was seen earlier (verified by b24bot" in shown.stdout


def test_an_empty_log_says_so(cli_bot: CliBot) -> None:
    with cli_bot.store():
        pass
    shown = cli_bot.run("audit", "verify")
    assert (shown.exit_code, shown.stdout.startswith("The log is empty.")) == (0, True)


@pytest.mark.parametrize("content", ["a shopping list\nmilk\n", "{}\n[]\n", "seq,at,tag\n1,x,y\n"])
def test_an_export_without_a_record_is_none(written: CliBot, content: str) -> None:
    junk = written.folder / "junk"
    junk.write_text(content)
    shown = written.run("audit", "verify", "--export", str(junk))
    assert shown.exit_code == 78
    assert f"There is no audit record in {junk}." in shown.stderr


def test_an_export_whose_first_line_was_spoilt_is_broken_there(written: CliBot) -> None:
    spoilt = written.folder / "export.jsonl"
    spoilt.write_text("milk\n" + "".join(written.run("audit", "export").stdout.splitlines(keepends=True)[1:]))
    shown = written.run("audit", "verify", "--export", str(spoilt))
    assert shown.exit_code == 1
    assert "broken at record #1" in shown.stdout


@pytest.mark.parametrize("how", ["own", "database", "export"])
def test_another_key_of_the_same_name_is_told_from_a_log_that_was_changed(written: CliBot, how: str) -> None:
    copy, export = written.folder / "copy.sqlite3", written.folder / "export.jsonl"
    shutil.copyfile(database(written), copy)
    export.write_text(written.run("audit", "export").stdout)
    written.key_file.unlink()
    written.make_key()
    given = {"own": (), "database": ("--database", str(copy)), "export": ("--export", str(export))}[how]
    shown = written.run("audit", "verify", *given)
    assert shown.exit_code == 78
    assert "was not written with this key file" in shown.stderr


def test_a_folder_is_no_key_file(written: CliBot) -> None:
    shown = written.run("audit", "verify", "--key-file", str(written.folder))
    assert shown.exit_code == 78
    assert f"{written.folder} is a folder, not a key file." in shown.stderr
