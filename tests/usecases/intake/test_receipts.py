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
from bot.usecases.process.wake_signal import Group
from tests.language.english import raises
from tests.usecases.core_bot import ANTON, OLGA, CoreBot
from tests.usecases.fragile import FragileDatabase


def inbounds(core_bot: CoreBot) -> dict[str, Inbound]:
    change = core_bot.ask()
    return {
        "slash": core_bot.typed(OLGA, "thing list"),
        "click": core_bot.click(ANTON, change, card_token.APPROVE),
        "form": core_bot.form(ANTON, change, "no"),
    }


def jobs(core_bot: CoreBot) -> int:
    row = core_bot.store.engine.row("SELECT count(*) AS n FROM jobs")
    return int(row["n"]) if row else 0


def longest_waiting(core_bot: CoreBot) -> int:
    """Characters of the longest delivery that waits."""
    rows = core_bot.store.engine.rows("SELECT payload FROM jobs")
    return max(len(open_text(core_bot.store.keys, row["payload"])) for row in rows)


@pytest.mark.parametrize("kind", ["slash", "click", "form"])
def test_a_delivery_waits_sealed_whatever_is_in_it(core_bot: CoreBot, kind: str) -> None:
    receive(core_bot.ctx, inbounds(core_bot)[kind])
    [row] = core_bot.store.engine.rows("SELECT payload FROM jobs")
    assert row["payload"].startswith(PREFIX)


def test_an_ack_of_a_command_takes_eight_statements(core_bot: CoreBot) -> None:
    """Its person's role, the list of secrets, and one transaction: receipt, what waits, turn and job."""
    receive(core_bot.ctx, core_bot.typed(OLGA, "thing list"))
    statements: list[str] = []
    connection = core_bot.store.database.utils.conn
    connection.set_trace_callback(statements.append)
    receive(core_bot.ctx, core_bot.typed(OLGA, "thing list"))
    connection.set_trace_callback(None)
    assert len(statements) <= 8, "\n".join(statements)


@pytest.mark.parametrize("another", [False, True])
def test_nothing_is_acknowledged_into_a_database_that_nobody_will_find(core_bot: CoreBot, another: bool) -> None:
    """A process that only takes deliveries would go on writing to the file that lost its name."""
    inbound, path = core_bot.typed(OLGA, "freeze"), core_bot.store.database.path
    moved = path.rename(path.with_name("moved"))
    if another:
        path.write_bytes(moved.read_bytes())
    with raises(
        StoreUnavailable, match="is not the file that this process opened" if another else "was deleted or moved"
    ):
        receive(core_bot.ctx, inbound)
    path.unlink(missing_ok=True)
    moved.rename(path)
    assert receive(core_bot.ctx, inbound) is Receipt.NEW


@pytest.mark.parametrize("kind", ["slash", "click", "form"])
def test_a_duplicate_delivery_is_idempotent_and_five_are_one_job(core_bot: CoreBot, kind: str) -> None:
    inbound = inbounds(core_bot)[kind]
    assert [receive(core_bot.ctx, inbound) for _ in range(5)] == [Receipt.NEW] + [Receipt.REPEATED] * 4
    assert jobs(core_bot) == 1


def test_a_delivery_that_comes_again_after_it_was_done_is_not_done_again(core_bot: CoreBot) -> None:
    typed = core_bot.typed(OLGA, "thing list")
    core_bot.take(typed)
    assert receive(core_bot.ctx, typed) is Receipt.REPEATED
    assert jobs(core_bot) == 0


@pytest.mark.parametrize("kind", ["slash", "click"])
def test_a_repetition_may_bring_a_new_address_and_a_new_trigger(core_bot: CoreBot, kind: str) -> None:
    """Slack signs those anew; they are no other words."""
    inbound = inbounds(core_bot)[kind]
    assert not hasattr(inbound, "fields")
    receive(core_bot.ctx, inbound)
    again = replace(inbound, answer_url="https://hooks.slack.com/commands/2")
    if isinstance(again, Click):
        again = replace(again, trigger="another")
    assert receive(core_bot.ctx, again) is Receipt.REPEATED


def test_the_same_key_with_other_words_is_recorded_and_not_done(core_bot: CoreBot) -> None:
    typed = core_bot.typed(OLGA, "thing list")
    receive(core_bot.ctx, typed)
    assert receive(core_bot.ctx, replace(typed, text="thing remove one")) is Receipt.MISMATCHED
    assert receive(core_bot.ctx, replace(typed, person=ANTON)) is Receipt.MISMATCHED
    assert jobs(core_bot) == 1
    assert [record.actor for record in core_bot.records(Tag.DELIVERY_MISMATCHED)] == [OLGA.id, ANTON.id]
    assert all(record.facts == {} for record in core_bot.records(Tag.DELIVERY_MISMATCHED))


def test_receipt_and_job_are_one_transaction_and_a_failure_is_raised(core_bot: CoreBot) -> None:
    """Then it is not acknowledged, Slack delivers it again, and it is as new as the first time."""
    typed = core_bot.typed(OLGA, "thing list")
    database = FragileDatabase(core_bot.store.database.path)
    database.fails = lambda number: number == 1
    core_bot.configure(store=Store(database, core_bot.store.keys, core_bot.clock))
    with pytest.raises(StoreUnavailable):
        receive(core_bot.ctx, typed)
    assert jobs(core_bot) == 0
    assert receive(core_bot.ctx, typed) is Receipt.NEW
    assert jobs(core_bot) == 1
    database.close()


def test_what_came_in_wakes_those_who_work(core_bot: CoreBot) -> None:
    """Nobody else: each thread that wakes for nothing takes its time from those that have something to do."""
    woken: list[tuple[Group, ...]] = []
    core_bot.ctx.threads.connect_wake(lambda *groups: woken.append(groups))
    receive(core_bot.ctx, core_bot.typed(OLGA, "thing list"))
    assert woken == [(Group.RUNNERS,)]


def test_an_answer_wakes_those_who_say_it_once_it_is_stored(core_bot: CoreBot) -> None:
    """Before that they would wait for the commit."""
    woken: list[tuple[tuple[Group, ...], bool]] = []
    core_bot.ctx.threads.connect_wake(lambda *groups: woken.append((groups, core_bot.store.engine.in_transaction)))
    receive(core_bot.ctx, core_bot.typed(OLGA, "whoami"))
    core_bot.do_jobs()
    assert woken == [((Group.RUNNERS,), False), ((Group.ANSWERS,), False)]


def test_a_card_that_is_to_be_posted_wakes_all(core_bot: CoreBot) -> None:
    woken: list[tuple[Group, ...]] = []
    receive(core_bot.ctx, core_bot.typed(OLGA, "thing remove one"))
    core_bot.ctx.threads.connect_wake(lambda *groups: woken.append(groups))
    core_bot.do_jobs()
    assert woken == [()]


def test_a_line_that_is_too_long_is_refused_before_anything_looks_at_it(core_bot: CoreBot) -> None:
    """One command of somebody who is on no list must not keep the bot from hearing anybody else."""
    secret = "Cl13ntS3cretOfTheToy"
    core_bot.store.secrets("toy").write("prod", {"client_secret": secret}, after=0)
    line = f"thing paint {secret} " + "token=" * 6_500
    with pytest.raises(LineTooLong, match=re.escape("typed.too_long")):
        receive(core_bot.ctx, core_bot.typed(OLGA, line))
    assert jobs(core_bot) == 0
    [record] = core_bot.records(Tag.COMMAND_REFUSED)
    assert re.fullmatch(r"thing paint ‹39,?[0-9]+ characters, #[0-9a-f]{6}›", str(record.facts["line"]))
    assert personal_values(line, core_bot.ctx.registry) is None
    assert receive(core_bot.ctx, core_bot.typed(OLGA, "x" * LONGEST_LINE)) is Receipt.NEW


def test_a_freeze_of_any_length_holds_and_of_its_words_no_more_is_kept_than_is_read(core_bot: CoreBot) -> None:
    assert receive(core_bot.ctx, core_bot.typed(OLGA, "freeze " + "oh no " * 7_000)) is Receipt.NEW
    [stop] = core_bot.store.stops.pending()
    assert stop.kind is StopKind.FREEZE
    assert longest_waiting(core_bot) < LONGEST_LINE + 500


def test_a_rejection_of_any_length_is_taken_and_a_button_with_a_value_of_any_length_is_not(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    assert receive(core_bot.ctx, core_bot.form(ANTON, change, "no " * 7_000)) is Receipt.NEW
    assert receive(core_bot.ctx, core_bot.form(ANTON, change, "n" * 7_000)) is Receipt.NEW
    assert longest_waiting(core_bot) < LONGEST_LINE + 700
    with pytest.raises(ValueError, match="no button"):
        receive(core_bot.ctx, core_bot.click(ANTON, change, card_token.APPROVE, value="n" * 7_000))
