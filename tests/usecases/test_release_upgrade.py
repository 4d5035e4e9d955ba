"""A database of the release before, with change requests in every status, goes through the upgrade.

`release_m002.sql` is such a database as that release wrote it, with the people and the plugin of these tests: people
were asked, calls were made, and the process died in two of them. Nothing of it is made with the code of today.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.audit import Tag
from bot.core.change import ChangeRequest, Status
from bot.core.inbound import inbound_from_json
from bot.core.principals import Principal
from bot.store.database import APPLICATION_ID
from bot.store.jobs import Receipt
from bot.store.keys import Keyring
from bot.store.migrations import pending, schema_step
from bot.store.store import FILE_NAME, Store, open_store
from bot.usecases import buttons
from bot.usecases.quorum import asked_otherwise
from bot.usecases.receive import receive
from tests.usecases.office import ANTON, OLGA, VERA, Office, StillClock
from tests.usecases.toy import Toy

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


def laid_down(folder: Path) -> Path:
    """The database as a file."""
    path = folder / FILE_NAME
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(DUMP.read_text(encoding="utf-8"))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    path.chmod(0o600)
    return path


def upgraded(folder: Path) -> Store:
    return open_store(folder, Keyring({"k1": bytes(32)}), StillClock(), synchronous="OFF", thorough=True)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Today's bot over that database, just started: nothing has been done yet."""
    laid_down(tmp_path)
    toy = Toy(things={**dict.fromkeys((*THERE, "approved", "typed"), "red"), "changed": "blue"})
    made = Office(tmp_path, store=upgraded(tmp_path), roles={}, toy=toy, deliver=False)
    made.clock.now, made.store.clock = STOOD_AT + 1_000, made.clock
    yield made
    made.close()


def found(office: Office, name: str) -> ChangeRequest:
    return office.change(NUMBERS[name])


def press(office: Office, name: str, who: Principal, button: str) -> str:
    """Press a button that the release before put on the card."""
    click = office.click(who, found(office, name), button, value=BUTTONS[name])
    # Deliveries of today have keys of their own.
    return office.hears(replace(click, key=f"today-{click.key}"))


def test_the_schema_is_brought_up_to_date_after_a_copy_was_made(tmp_path: Path) -> None:
    laid_down(tmp_path)
    store = upgraded(tmp_path)
    assert pending(store.database) == ()
    assert schema_step(store.database) > "m002_standing_and_leases"
    (copy,) = (tmp_path / "backups").iterdir()
    assert "before-m00" in copy.name
    assert store.audit.broken_at() is None, "and the log is as it was written"
    store.close()


def test_every_change_request_is_read_as_it_was(office: Office) -> None:
    assert {name: found(office, name).status for name in NUMBERS} == STATUSES
    assert set(STATUSES.values()) == set(Status)
    for name in NUMBERS:
        assert asked_otherwise(office.ctx, found(office, name)) == "", f"the record of {name} bears it out"


def test_open_change_requests_come_to_their_right_endings_and_closed_ones_stay(office: Office) -> None:
    closed = {name: found(office, name) for name, status in STATUSES.items() if not status.open}
    office.recovery.start()
    office.wait(120)
    assert found(office, "approved").status is Status.DONE
    assert [call.params["ID"] for call in office.toy.calls if call.params["ID"] == "approved"] == ["approved"]
    assert found(office, "running").status is Status.DONE, "it was carried out before the process died"
    assert found(office, "unknown").status is Status.DONE
    assert found(office, "running_undone").status is Status.FAILED
    assert found(office, "unknown_undone").status is Status.FAILED
    assert {call.params["ID"] for call in office.toy.calls} == {"approved"}, "nothing is called a second time"
    for name, before in closed.items():
        assert found(office, name) == before, name
    assert {found(office, name).status for name in ("confirm", "pending")} == {Status.PENDING}
    assert office.store.audit.broken_at() is None


def test_a_freeze_that_waited_in_the_release_before_holds_from_the_start(office: Office) -> None:
    """There it stood behind what was approved."""
    freeze = {"kind": "slash", "key": "before", "person": {"team": "T1", "user": "UOLGA"}, "channel": "C0PS"}
    with office.store.unit_of_work() as store:
        store.jobs.add("inbound", json.dumps({**freeze, "text": "freeze it loses messages"}), at=STOOD_AT)
        store.jobs.add("inbound", "{}", at=STOOD_AT)
    office.recovery.start()
    (stop,) = office.store.stops.pending()
    assert (stop.key, stop.person) == ("before", OLGA)
    office.wait(10)
    assert found(office, "approved").status is Status.FAILED
    assert "b24bot is frozen" in found(office, "approved").outcome
    assert office.toy.calls == []


def test_a_card_from_before_is_still_decided_and_a_command_still_answered(office: Office) -> None:
    office.recovery.start()
    office.work()
    assert press(office, "pending", ANTON, buttons.APPROVE) == ""
    assert press(office, "confirm", VERA, buttons.CONFIRM) == ""
    office.work()
    assert found(office, "pending").status is Status.DONE
    assert found(office, "confirm").status is Status.DONE
    assert office.toy.things["confirm"] == "blue"
    asked = office.store.changes.with_status([Status.PENDING])
    assert [(change.requester, change.line) for change in asked] == [(OLGA, "thing remove typed")]
    assert office.records(Tag.CHANGE_REQUESTED, asked[0].id)[-1].facts["terms"]


def test_an_open_request_from_before_is_withdrawn_and_expires_as_ever(office: Office) -> None:
    office.recovery.start()
    office.work()
    assert press(office, "confirm", VERA, buttons.WITHDRAW).endswith("is withdrawn.")
    assert found(office, "confirm").status is Status.WITHDRAWN
    office.wait(3_600, step=60)
    assert found(office, "pending").status is Status.EXPIRED
    assert office.store.audit.broken_at() is None


def test_a_delivery_from_before_that_slack_repeats_after_the_upgrade_is_a_duplicate(office: Office) -> None:
    payload = office.store.database.rows("SELECT payload FROM jobs WHERE kind = 'inbound' AND state = 'new'")[0]
    assert receive(office.ctx, inbound_from_json(payload["payload"])) is Receipt.REPEATED
    assert office.records(Tag.DELIVERY_MISMATCHED) == []
