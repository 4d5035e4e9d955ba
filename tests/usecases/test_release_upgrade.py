"""A database of the release before, with change requests in every status, goes through the upgrade.

`release_m002.sql` has the rows of such a database as that release wrote it, with the people and the plugin of these
tests: people were asked, calls were made, and the process died in two of them. In `release_m002_secrets.sql` a secret
was typed wherever one can be, and the bot is frozen. `release_m002_schema.sql` has the tables of both. Nothing of them
is made with the code of today.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.digests import FIRST, find_form
from bot.core.messages.deliveries import inbound_from_json
from bot.core.principals import Principal, Role
from bot.store.engine.database import APPLICATION_ID, Database, sqlite3
from bot.store.repositories.jobs import Receipt
from bot.store.schema.plain_texts import DONE, RULES, drop_remnants, seal_plain_texts
from bot.store.schema.schema_version import pending, schema_step
from bot.store.sealing.keyring import Keyring
from bot.store.store import FILE_NAME, Store, open_store
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.authority import card_token
from bot.usecases.authority.quorum import check_request_record
from bot.usecases.intake.receipts import receive
from bot.usecases.integrity.active_limits import find_freeze_limit
from bot.usecases.integrity.freezes import FROZEN
from tests.language.english import en
from tests.store.neighbour import ROOT
from tests.usecases.core_bot import ANTON, IDA, OLGA, SHELL, VERA, CoreBot, StillClock
from tests.usecases.toy import Toy

SCHEMA = Path(__file__).with_name("release_m002_schema.sql")
DUMP = Path(__file__).with_name("release_m002.sql")
STOOD_AT = 1_750_003_745_900
"""The time by that release's clock when it was stopped."""
NUMBERS = {
    "expired": 1001,
    "done": 1002,
    "gone": 1003,
    "failed": 1004,
    "changed": 1005,
    "rejected": 1006,
    "withdrawn": 1007,
    "unknown": 1008,
    "unknown_undone": 1009,
    "running": 1010,
    "running_undone": 1011,
    "confirm": 1012,
    "pending": 1013,
    "approved": 1014,
}
STATUSES = {
    **{name: Status(name) for name in ("expired", "done", "gone", "failed", "changed", "rejected", "withdrawn")},
    **dict.fromkeys(("unknown", "unknown_undone"), Status.UNKNOWN),
    **dict.fromkeys(("running", "running_undone"), Status.RUNNING),
    "confirm": Status.PENDING,
    "pending": Status.PENDING,
    "approved": Status.APPROVED,
}
BUTTONS = {
    "confirm": "1012.23fb272cfaec678b.880e4c80da65ea08.3436a7f608726a8bfef6737286e7f6d0",
    "pending": "1013.170372b03ca60b13.38f04005682694ff.e57cb4c9bb9c6fadd490a7fdffedba14",
}
"""What that release wrote into the buttons of two cards, which still stand in Slack."""
THERE = ("expired", "failed", "rejected", "withdrawn", "unknown_undone", "running_undone", "confirm", "pending")
"""What the remote side still has, in red; `unknown` and `running` were carried out."""


def laid_down(folder: Path, dump: Path = DUMP) -> Path:
    """The database as a file."""
    path = folder / FILE_NAME
    with closing(sqlite3.connect(path)) as connection:
        for part in (SCHEMA, dump):
            connection.executescript(part.read_text(encoding="utf-8"))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    path.chmod(0o600)
    return path


def upgraded(folder: Path) -> Store:
    return open_store(folder, Keyring({"k1": bytes(32)}), StillClock(), synchronous="OFF", thorough=True)


@pytest.fixture
def core_bot(tmp_path: Path) -> Iterator[CoreBot]:
    """Today's bot over that database, just started: nothing has been done yet."""
    laid_down(tmp_path)
    toy = Toy(things={**dict.fromkeys((*THERE, "approved", "typed"), "red"), "changed": "blue"})
    made = CoreBot(tmp_path, store=upgraded(tmp_path), roles={}, toy=toy, deliver=False)
    made.clock.now, made.store.clock = STOOD_AT + 1_000, made.clock
    yield made
    made.close()


def found(core_bot: CoreBot, name: str) -> ChangeRequest:
    return core_bot.change(NUMBERS[name])


def press(core_bot: CoreBot, name: str, who: Principal, button: str) -> str:
    """Press a button that the release before put on the card."""
    click = core_bot.click(who, found(core_bot, name), button, value=BUTTONS[name])
    # Deliveries of today have keys of their own.
    return core_bot.hears(replace(click, key=f"today-{click.key}"))


def test_the_schema_is_brought_up_to_date_after_a_copy_was_made(tmp_path: Path) -> None:
    laid_down(tmp_path)
    store = upgraded(tmp_path)
    assert pending(store.database) == ()
    assert schema_step(store.database) > "m002_standing_and_leases"
    (copy,) = (tmp_path / "backups").iterdir()
    assert "before-m00" in copy.name
    assert store.audit.broken_at() is None, "and the log is as it was written"
    store.close()


def test_every_change_request_is_read_as_it_was(core_bot: CoreBot) -> None:
    assert {name: found(core_bot, name).status for name in NUMBERS} == STATUSES
    assert set(STATUSES.values()) == set(Status)
    for name in NUMBERS:
        assert check_request_record(core_bot.ctx, found(core_bot, name)) is None, f"the record of {name} bears it out"


def test_open_change_requests_come_to_their_right_endings_and_closed_ones_stay(core_bot: CoreBot) -> None:
    closed = {name: found(core_bot, name) for name, status in STATUSES.items() if not status.open}
    core_bot.recovery.start()
    core_bot.wait(120)
    assert found(core_bot, "approved").status is Status.DONE
    assert [call.params["ID"] for call in core_bot.toy.calls if call.params["ID"] == "approved"] == ["approved"]
    assert found(core_bot, "running").status is Status.DONE, "it was carried out before the process died"
    assert found(core_bot, "unknown").status is Status.DONE
    assert found(core_bot, "running_undone").status is Status.FAILED
    assert found(core_bot, "unknown_undone").status is Status.FAILED
    assert {call.params["ID"] for call in core_bot.toy.calls} == {"approved"}, "nothing is called a second time"
    for name, before in closed.items():
        assert found(core_bot, name) == before, name
    assert {found(core_bot, name).status for name in ("confirm", "pending")} == {Status.PENDING}
    assert core_bot.store.audit.broken_at() is None


def test_a_freeze_that_waited_in_the_release_before_holds_from_the_start(core_bot: CoreBot) -> None:
    """There it stood behind what was approved."""
    freeze = {"kind": "slash", "key": "before", "person": {"team": "T1", "user": "UOLGA"}, "channel": "C0PS"}
    with core_bot.store.unit_of_work() as store:
        store.jobs.add("inbound", json.dumps({**freeze, "text": "freeze it loses messages"}), at=STOOD_AT)
        store.jobs.add("inbound", "{}", at=STOOD_AT)
    core_bot.recovery.start()
    (stop,) = core_bot.store.stops.pending()
    assert (stop.key, stop.person) == ("before", OLGA)
    core_bot.wait(10)
    assert found(core_bot, "approved").status is Status.FAILED
    assert "b24bot is frozen" in en(found(core_bot, "approved").outcome)
    assert core_bot.toy.calls == []


def test_a_card_from_before_is_still_decided_and_a_command_still_answered(core_bot: CoreBot) -> None:
    core_bot.recovery.start()
    core_bot.work()
    assert press(core_bot, "pending", ANTON, card_token.APPROVE) == ""
    assert press(core_bot, "confirm", VERA, card_token.CONFIRM) == ""
    core_bot.work()
    assert found(core_bot, "pending").status is Status.DONE
    assert found(core_bot, "confirm").status is Status.DONE
    assert core_bot.toy.things["confirm"] == "blue"
    asked = core_bot.store.changes.with_status([Status.PENDING])
    assert [(change.requester, change.line) for change in asked] == [(OLGA, "thing remove typed")]
    assert core_bot.records(Tag.CHANGE_REQUESTED, asked[0].id)[-1].facts["terms"]


def test_an_open_request_from_before_is_withdrawn_and_expires_as_ever(core_bot: CoreBot) -> None:
    core_bot.recovery.start()
    core_bot.work()
    assert press(core_bot, "confirm", VERA, card_token.WITHDRAW).endswith("is withdrawn.")
    assert found(core_bot, "confirm").status is Status.WITHDRAWN
    core_bot.wait(3_600, step=60)
    assert found(core_bot, "pending").status is Status.EXPIRED
    assert core_bot.store.audit.broken_at() is None


def test_a_delivery_from_before_that_slack_repeats_after_the_upgrade_is_a_duplicate(core_bot: CoreBot) -> None:
    payload = core_bot.store.engine.rows("SELECT payload FROM jobs WHERE kind = 'inbound' AND state = 'new'")[0]
    assert receive(core_bot.ctx, inbound_from_json(payload["payload"])) is Receipt.REPEATED
    assert core_bot.records(Tag.DELIVERY_MISMATCHED) == []


# What was typed then and is sealed or redacted today

SECRETS = Path(__file__).with_name("release_m002_secrets.sql")
SECRET = "q7hush7q"
SAID = f"https://x.example/?api-key={SECRET}"
MARK = re.compile(r"api-key=‹secret, \d characters, #[0-9a-f]{6}›")
TYPED = {
    "done": 1001,
    "failed": 1002,
    "rejected": 1003,
    "unknown": 1004,
    "confirm": 1005,
    "pending": 1006,
    "approved": 1007,
}
TYPED_BUTTONS = {
    "confirm": "1005.0a6e1c84ae70f8e9.cc885a4247e49456.39b6f8410e0cd67f7abd276417dc447e",
    "pending": "1006.170372b03ca60b13.b0d650daa19dd6b8.8cc0779a5708fd121b7b4ee5f2363330",
}
TYPED_AT = 1_750_000_016_100
KILLED = """
import os, signal, sys
from pathlib import Path
from bot.clock import ShiftedClock
from bot.store.sealing.keyring import Keyring
from bot.store.store import open_store

def die(place):
    if place.startswith(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

open_store(Path(sys.argv[1]), Keyring({"k1": bytes(32)}), ShiftedClock(), thorough=True, failpoint=die)
"""
PLACES = [
    f"{side}:bot.store.schema.{place}"
    for place in ("schema_version.migrate", "plain_texts.drop_remnants")
    for side in ("before", "after")
]
"""Where a process dies: around the one transaction of the upgrade, and around the one that ends it."""


def content(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    with closing(sqlite3.connect(path)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f"SELECT * FROM {name} ORDER BY rowid").fetchall() for name in names}


def in_plain_of(rows_of: dict[str, list[tuple[object, ...]]]) -> set[str]:
    """The tables with the secret in them."""
    return {name for name, rows in rows_of.items() if any(SECRET in str(cell) for row in rows for cell in row)}


def in_plain(path: Path) -> set[str]:
    return in_plain_of(content(path))


def left_over(path: Path, before: dict[str, list[tuple[object, ...]]]) -> int:
    """How often the secret stands in the file beside the audit log."""
    return path.read_bytes().count(SECRET.encode()) - sum(str(row).count(SECRET) for row in before["audit"])


@pytest.fixture
def careless(tmp_path: Path) -> Iterator[CoreBot]:
    """Today's bot over the database with the secrets, just started."""
    laid_down(tmp_path, SECRETS)
    toy = Toy(things={**dict.fromkeys(("failed", "rejected", "confirm", "pending", "approved", "typed"), "red")})
    toy.things |= {"done": SAID, "unknown": SAID}
    made = CoreBot(tmp_path, store=upgraded(tmp_path), roles={}, toy=toy, deliver=False)
    made.clock.now, made.store.clock = TYPED_AT + 1_000, made.clock
    yield made
    made.close()


def typed(core_bot: CoreBot, name: str) -> ChangeRequest:
    return core_bot.change(TYPED[name])


def test_nothing_but_the_audit_log_holds_a_secret_after_the_upgrade(tmp_path: Path) -> None:
    path = laid_down(tmp_path, SECRETS)
    before = content(path)
    assert in_plain(path) == {"audit", "changes", "executions", "facts", "jobs", "outbox", "records", "reviews"}
    store = upgraded(tmp_path)
    assert store.audit.broken_at() is None
    store.close()
    assert in_plain(path) == {"audit"}
    assert content(path)["audit"] == before["audit"], "which is chained, and stays as it was written"
    assert left_over(path, before) == 0, "nor is it in bytes of the file that are free now"


def test_what_people_see_of_before_the_upgrade_has_marks_and_what_acts_has_the_whole(careless: CoreBot) -> None:
    for name in TYPED:
        change = typed(careless, name)
        exact = careless.store.changes.exact(change)
        assert MARK.search(str(change.reason)), name
        assert SECRET not in str(change), name
        assert exact.reason == SAID, name
        assert exact.digest == change.digest
        assert find_form(exact.path, exact.place, exact.plan, change.digest) == FIRST, name
        assert check_request_record(careless.ctx, change) is None, name
    assert MARK.search(typed(careless, "rejected").reviews[0].reason)
    assert MARK.search(en(typed(careless, "failed").outcome))
    assert careless.store.records("toy").get("painted", "done") == {"colour": SAID}
    limit = find_freeze_limit(careless.ctx)
    assert limit is not None
    assert MARK.search(en(limit.why))


def test_what_was_open_with_a_secret_in_it_comes_to_its_right_ending(careless: CoreBot) -> None:
    with careless.store.unit_of_work() as store:
        store.facts.put(FROZEN, "")
    careless.recovery.start()
    careless.wait(120)
    assert typed(careless, "approved").status is Status.DONE
    assert typed(careless, "unknown").status is Status.DONE, "it is read back by what was wanted, not by its mark"
    assert [call.params for call in careless.toy.calls] == [{"ID": "approved"}]
    for name, who, button in (("pending", ANTON, card_token.APPROVE), ("confirm", OLGA, card_token.CONFIRM)):
        click = careless.click(who, typed(careless, name), button, value=TYPED_BUTTONS[name])
        assert careless.hears(replace(click, key=f"today-{click.key}")) == ""
        careless.work()
        assert typed(careless, name).status is Status.DONE, name
    assert careless.toy.calls[-1].params == {"ID": "confirm", "COLOUR": SAID}
    (asked,) = careless.store.changes.with_status([Status.PENDING])
    assert careless.store.changes.exact(asked).line == f"thing paint typed --colour {SAID}"
    assert SECRET not in str(careless.messenger.said), "what waited to be said is said with marks"
    assert any(MARK.search(words) for _, words in careless.messenger.said)
    assert careless.store.audit.broken_at() is None


def test_to_seal_what_is_sealed_changes_nothing(tmp_path: Path) -> None:
    path = laid_down(tmp_path, SECRETS)
    for again in (False, True):
        store = upgraded(tmp_path)
        sealed = content(path)
        with store.unit_of_work() as tx:
            tx.facts.put(DONE, "0")
            seal_plain_texts(store.engine, store.keys)
        assert content(path) == sealed, f"a second start: {again}"
        store.close()


@pytest.mark.parametrize("place", PLACES)
def test_a_process_that_is_killed_at_the_upgrade_leaves_all_or_nothing_done(tmp_path: Path, place: str) -> None:
    path = laid_down(tmp_path, SECRETS)
    before = content(path)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), place], cwd=ROOT, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    done = place != PLACES[0]
    assert in_plain(path) == ({"audit"} if done else in_plain_of(before))
    assert done or content(path) == before
    upgraded(tmp_path).close()
    assert in_plain(path) == {"audit"}
    assert left_over(path, before) == 0


def test_remnants_that_cannot_be_dropped_now_are_dropped_at_the_next_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = laid_down(tmp_path, SECRETS)
    before = content(path)
    open_store(tmp_path, Keyring({"k1": bytes(32)}), StillClock(), synchronous="OFF").close()
    assert left_over(path, before) > 0, "a short command of the terminal does not wait for that"
    store = Database(path, busy_seconds=0.05)
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        drop_remnants(store)
        other.rollback()
    assert "may be in free bytes" in caplog.text
    drop_remnants(store)
    store.close()
    assert left_over(path, before) == 0


def test_an_unfreeze_that_is_open_at_the_upgrade_is_asked_for_anew(careless: CoreBot) -> None:
    """It is for the freeze as it was when it was asked for, with the secret in its reason."""
    grant_role(careless.store, VERA, Role.ADMIN, by=SHELL)
    plain = f"{(careless.store.facts.get(FROZEN) or '').partition('?')[0]}?api-key={SECRET}”)."
    with careless.store.unit_of_work() as store:
        store.facts.put(FROZEN, plain)
        store.facts.put(DONE, "")
    careless.take(replace(careless.typed(IDA, "unfreeze"), key="today-1"))
    change = careless.change()
    with careless.store.unit_of_work():
        seal_plain_texts(careless.store.database, careless.store.keys)
    careless.deliver()
    approve = careless.click(VERA, careless.now(change), card_token.APPROVE)
    assert careless.hears(replace(approve, key="today-2")) == ""
    careless.work()
    assert careless.now(change).path == "unfreeze"
    assert careless.now(change).status is Status.CHANGED


@pytest.mark.parametrize("column", ["plan", "found"])
def test_a_row_that_cannot_be_read_keeps_nobody_from_starting(tmp_path: Path, column: str) -> None:
    path = laid_down(tmp_path)
    upgraded(tmp_path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE changes SET {column} = '{{', sealed = NULL WHERE number = 1001")
        connection.execute("UPDATE facts SET value = '0' WHERE name = ?", [DONE])
    store = upgraded(tmp_path)
    assert store.facts.get(DONE) == RULES
    store.close()
