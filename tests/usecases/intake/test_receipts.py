"""What comes in is on disk once, however often it is delivered."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.bot_errors import LineTooLong, StoreUnavailable
from bot.core.change.pending_stop import StopKind
from bot.core.messages.deliveries import Click, Inbound
from bot.core.parsing.invocation import LONGEST_LINE
from bot.core.parsing.recorded_line import personal_values
from bot.store.repositories.jobs import Receipt
from bot.store.sealing.sealed_text import PREFIX, open_text
from bot.store.store import Store
from bot.usecases.authority import card_token
from bot.usecases.intake.receipts import receive
from bot.usecases.wake_signal import Group
from tests.usecases.fragile import FragileDatabase
from tests.usecases.office import ANTON, OLGA, Office


def inbounds(office: Office) -> dict[str, Inbound]:
    change = office.ask()
    return {
        "slash": office.typed(OLGA, "thing list"),
        "click": office.click(ANTON, change, card_token.APPROVE),
        "form": office.form(ANTON, change, "no"),
    }


def jobs(office: Office) -> int:
    row = office.store.database.row("SELECT count(*) AS n FROM jobs")
    return int(row["n"]) if row else 0


def longest_waiting(office: Office) -> int:
    """Characters of the longest delivery that waits."""
    rows = office.store.database.rows("SELECT payload FROM jobs")
    return max(len(open_text(office.store.keys, row["payload"])) for row in rows)


@pytest.mark.parametrize("kind", ["slash", "click", "form"])
def test_a_delivery_waits_sealed_whatever_is_in_it(office: Office, kind: str) -> None:
    receive(office.ctx, inbounds(office)[kind])
    [row] = office.store.database.rows("SELECT payload FROM jobs")
    assert row["payload"].startswith(PREFIX)


def test_an_ack_of_a_command_takes_eight_statements(office: Office) -> None:
    """Its person's role, the list of secrets, and one transaction: receipt, what waits, turn and job."""
    receive(office.ctx, office.typed(OLGA, "thing list"))
    statements: list[str] = []
    connection = office.store.database.utils.conn
    connection.set_trace_callback(statements.append)
    receive(office.ctx, office.typed(OLGA, "thing list"))
    connection.set_trace_callback(None)
    assert len(statements) <= 8, "\n".join(statements)


@pytest.mark.parametrize("another", [False, True])
def test_nothing_is_acknowledged_into_a_database_that_nobody_will_find(office: Office, another: bool) -> None:
    """A process that only takes deliveries would go on writing to the file that lost its name."""
    inbound, path = office.typed(OLGA, "freeze"), office.store.database.path
    moved = path.rename(path.with_name("moved"))
    if another:
        path.write_bytes(moved.read_bytes())
    with pytest.raises(StoreUnavailable, match="is another file" if another else "is gone"):
        receive(office.ctx, inbound)
    path.unlink(missing_ok=True)
    moved.rename(path)
    assert receive(office.ctx, inbound) is Receipt.NEW


@pytest.mark.parametrize("kind", ["slash", "click", "form"])
def test_a_duplicate_delivery_is_idempotent_and_five_are_one_job(office: Office, kind: str) -> None:
    inbound = inbounds(office)[kind]
    assert [receive(office.ctx, inbound) for _ in range(5)] == [Receipt.NEW] + [Receipt.REPEATED] * 4
    assert jobs(office) == 1


def test_a_delivery_that_comes_again_after_it_was_done_is_not_done_again(office: Office) -> None:
    typed = office.typed(OLGA, "thing list")
    office.take(typed)
    assert receive(office.ctx, typed) is Receipt.REPEATED
    assert jobs(office) == 0


@pytest.mark.parametrize("kind", ["slash", "click"])
def test_a_repetition_may_bring_a_new_address_and_a_new_trigger(office: Office, kind: str) -> None:
    """Slack signs those anew; they are no other words."""
    inbound = inbounds(office)[kind]
    assert not hasattr(inbound, "fields")
    receive(office.ctx, inbound)
    again = replace(inbound, answer_url="https://hooks.slack.com/commands/2")
    if isinstance(again, Click):
        again = replace(again, trigger="another")
    assert receive(office.ctx, again) is Receipt.REPEATED


def test_the_same_key_with_other_words_is_recorded_and_not_done(office: Office) -> None:
    typed = office.typed(OLGA, "thing list")
    receive(office.ctx, typed)
    assert receive(office.ctx, replace(typed, text="thing remove one")) is Receipt.MISMATCHED
    assert receive(office.ctx, replace(typed, person=ANTON)) is Receipt.MISMATCHED
    assert jobs(office) == 1
    assert [record.actor for record in office.records(Tag.DELIVERY_MISMATCHED)] == [OLGA.id, ANTON.id]
    assert all(record.facts == {} for record in office.records(Tag.DELIVERY_MISMATCHED))


def test_receipt_and_job_are_one_transaction_and_a_failure_is_raised(office: Office) -> None:
    """Then it is not acknowledged, Slack delivers it again, and it is as new as the first time."""
    typed = office.typed(OLGA, "thing list")
    database = FragileDatabase(office.store.database.path)
    database.fails = lambda number: number == 1
    office.ctx.store = Store(database, office.store.keys, office.clock)
    with pytest.raises(StoreUnavailable):
        receive(office.ctx, typed)
    assert jobs(office) == 0
    assert receive(office.ctx, typed) is Receipt.NEW
    assert jobs(office) == 1
    database.close()


def test_what_came_in_wakes_those_who_work(office: Office) -> None:
    """Nobody else: each thread that wakes for nothing takes its time from those that have something to do."""
    woken: list[tuple[Group, ...]] = []
    office.ctx.wake = lambda *groups: woken.append(groups)
    receive(office.ctx, office.typed(OLGA, "thing list"))
    assert woken == [(Group.RUNNERS,)]


def test_an_answer_wakes_those_who_say_it_once_it_is_stored(office: Office) -> None:
    """Before that they would wait for the commit."""
    woken: list[tuple[tuple[Group, ...], bool]] = []
    office.ctx.wake = lambda *groups: woken.append((groups, office.store.database.in_transaction))
    receive(office.ctx, office.typed(OLGA, "whoami"))
    office.do_jobs()
    assert woken == [((Group.RUNNERS,), False), ((Group.ANSWERS,), False)]


def test_a_card_that_is_to_be_posted_wakes_all(office: Office) -> None:
    woken: list[tuple[Group, ...]] = []
    receive(office.ctx, office.typed(OLGA, "thing remove one"))
    office.ctx.wake = lambda *groups: woken.append(groups)
    office.do_jobs()
    assert woken == [()]


def test_a_line_that_is_too_long_is_refused_before_anything_looks_at_it(office: Office) -> None:
    """One command of somebody who is on no list must not keep the bot from hearing anybody else."""
    secret = "Cl13ntS3cretOfTheToy"
    office.store.secrets("toy").write("prod", {"client_secret": secret}, after=0)
    line = f"thing paint {secret} " + "token=" * 6_500
    with pytest.raises(LineTooLong, match="4,000 is the most"):
        receive(office.ctx, office.typed(OLGA, line))
    assert jobs(office) == 0
    [record] = office.records(Tag.COMMAND_REFUSED)
    assert re.fullmatch(r"thing paint ‹39,?[0-9]+ characters, #[0-9a-f]{6}›", str(record.facts["line"]))
    assert personal_values(line, office.ctx.registry) is None
    assert receive(office.ctx, office.typed(OLGA, "x" * LONGEST_LINE)) is Receipt.NEW


def test_a_freeze_of_any_length_holds_and_of_its_words_no_more_is_kept_than_is_read(office: Office) -> None:
    assert receive(office.ctx, office.typed(OLGA, "freeze " + "oh no " * 7_000)) is Receipt.NEW
    [stop] = office.store.stops.pending()
    assert stop.kind is StopKind.FREEZE
    assert longest_waiting(office) < LONGEST_LINE + 500


def test_a_rejection_of_any_length_is_taken_and_a_button_with_a_value_of_any_length_is_not(office: Office) -> None:
    change = office.ask()
    assert receive(office.ctx, office.form(ANTON, change, "no " * 7_000)) is Receipt.NEW
    assert receive(office.ctx, office.form(ANTON, change, "n" * 7_000)) is Receipt.NEW
    assert longest_waiting(office) < LONGEST_LINE + 700
    with pytest.raises(ValueError, match="no button"):
        receive(office.ctx, office.click(ANTON, change, card_token.APPROVE, value="n" * 7_000))
