"""A delivery at which the process stops again and again is set aside (dead letter), and no other one with it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.messages.deliveries import Inbound
from bot.store.engine.database import Database
from bot.store.repositories.job_order import SUSPECT_AFTER
from bot.store.repositories.jobs import ASIDE_LAST_MS, MOST_CUT_ALONE, Job
from bot.store.store import Store
from bot.usecases.admin.builtin_plugin import registry_of
from bot.usecases.admin.status_report import status
from bot.usecases.authority import card_token
from bot.usecases.delivery_errors import Lost
from bot.usecases.intake.job_failures import put_away_stranded
from bot.usecases.intake.receipts import MOST_WAITING, receive
from bot.usecases.runtime.worker import perform_job
from plugins.bitrix24.plugin import BitrixPlugin
from tests.store.neighbour import locked_by_another
from tests.usecases.office import ANTON, OLGA, VERA, Office


def claim(office: Office) -> Job | None:
    with office.store.unit_of_work() as store:
        return store.jobs.claim(office.clock.now_ms())


def taken(office: Office) -> list[str]:
    """Take what may be taken at the same time; the words of each."""
    jobs = []
    while (job := claim(office)) is not None:
        jobs.append(job.payload)
    return jobs


def die_at(office: Office) -> int:
    """A process takes what it may, and dies; how many jobs that were."""
    found = len(taken(office))
    office.restart()
    return found


@pytest.mark.parametrize("kind", ["command", "click", "form"])
def test_what_was_cut_short_alone_too_often_is_set_aside_and_its_person_is_told(office: Office, kind: str) -> None:
    change = office.ask()
    inbounds: dict[str, Inbound] = {
        "command": office.typed(ANTON, "thing list"),
        "click": office.click(ANTON, change, card_token.APPROVE),
        "form": office.form(ANTON, change, "no"),
    }
    receive(office.ctx, inbounds[kind])
    assert [die_at(office) for _ in range(MOST_CUT_ALONE)] == [1] * MOST_CUT_ALONE
    assert claim(office) is None
    office.deliver()
    assert office.last_whisper.startswith(f"Your {kind} was set aside and will not be done: b24bot stopped 4 times")
    (record,) = office.records(Tag.DELIVERY_QUARANTINED)
    assert (record.actor, record.facts["kind"]) == (ANTON.id, kind)
    assert ("Set aside", "1 delivery at which b24bot stopped again and again") in status(office.ctx).facts
    office.restart()
    assert len(office.records(Tag.DELIVERY_QUARANTINED)) == 1


WORDS = "Ivan Petrov, Lenina 5"
SENT = "message send shop 1 --user u1 --chat c1"


@pytest.mark.parametrize(
    ("line", "kept"),
    {
        f'{SENT} --text "{WORDS}"': f"{SENT} --text ",
        f"{SENT} --text '{WORDS}": "message send ‹",
        f'{SENT} --txt "{WORDS}"': "message send ‹",
        f'mesage send shop 1 --text "{WORDS}"': "mesage send ‹",
        f"{SENT} --text '{WORDS}{'x' * 3_900}'": f"{SENT} --text ",
    }.items(),
)
def test_a_customers_words_are_in_no_record_of_a_command_that_is_set_aside_or_refused_as_one_too_many(
    office: Office, line: str, kept: str
) -> None:
    office.ctx = replace(office.ctx, registry=registry_of([office.toy, BitrixPlugin()]))
    receive(office.ctx, office.typed(OLGA, line))
    for _ in range(MOST_CUT_ALONE):
        die_at(office)
    for _ in range(MOST_WAITING):
        receive(office.ctx, office.typed(OLGA, "request list"))
    receive(office.ctx, office.typed(OLGA, line))
    (aside,), (refused,) = office.records(Tag.DELIVERY_QUARANTINED), office.records(Tag.COMMAND_REFUSED)
    assert aside.facts["line"] == refused.facts["line"]
    assert str(aside.facts["line"]).startswith(kept)
    assert "Ivan" not in f"{aside.facts} {refused.facts}"


def test_what_ran_beside_others_when_a_process_died_is_done_however_often_that_was(office: Office) -> None:
    """A process that is killed from outside is no fault of what it was at."""
    office.approved()
    receive(office.ctx, office.typed(OLGA, "thing list"))
    for _ in range(3 * MOST_CUT_ALONE):
        assert die_at(office) >= 1
    office.work()
    assert office.store.jobs.aside() == 0
    assert "one" not in office.toy.things, "what was approved is run"
    assert "Things" in [whisper.reply.title for whisper in office.messenger.whispers]


def test_one_of_several_that_kills_the_process_is_found_and_the_others_are_done(office: Office) -> None:
    """Whoever was under way at two deaths runs alone from then on, so that it shows which of them it is."""
    receive(office.ctx, office.typed(OLGA, "thing remove nobody-knows"))
    for _ in range(3):
        receive(office.ctx, office.typed(VERA, "thing list"))
    deaths = 0
    while deaths < 20:
        poison = [one for one in taken(office) if "nobody-knows" in one]
        if not poison:
            break
        office.restart()
        deaths += 1
    assert deaths == SUSPECT_AFTER + MOST_CUT_ALONE
    office.restart()
    office.work()
    assert office.store.jobs.aside() == 1
    assert [whisper.reply.title for whisper in office.messenger.whispers if whisper.person == VERA] == ["Things"] * 3


def test_while_a_suspect_runs_alone_what_calls_no_portal_goes_on(office: Office) -> None:
    for line in ("thing list", "thing list"):
        receive(office.ctx, office.typed(OLGA, line))
    for _ in range(SUSPECT_AFTER):
        assert die_at(office) == 2
    assert claim(office) is not None
    assert claim(office) is None, "nothing else that calls a portal starts beside it"
    receive(office.ctx, office.typed(VERA, "freeze"))
    job = claim(office)
    assert job is not None
    assert "freeze" in job.payload


def test_a_suspect_that_waits_to_run_alone_keeps_nothing_waiting_that_calls_no_portal(office: Office) -> None:
    """It comes before the others: a freeze that was put off meanwhile, because Slack did not tell."""
    receive(office.ctx, office.typed(OLGA, "freeze"))
    for _ in range(SUSPECT_AFTER):
        assert die_at(office) == 1
    receive(office.ctx, office.typed(VERA, "thing list"))
    suspect = claim(office)
    assert suspect is not None
    assert "freeze" in suspect.payload
    with office.store.unit_of_work() as store:
        store.jobs.postpone(suspect, due=office.clock.now_ms() + 5_000)
    assert ["thing list" in one for one in taken(office)] == [True]
    office.clock.advance(6)
    receive(office.ctx, office.typed(VERA, "whoami"))
    receive(office.ctx, office.typed(ANTON, "thing list"))
    assert ["whoami" in one for one in taken(office)] == [True], "the suspect, and what reads a portal, wait"


def test_a_start_that_the_loss_of_the_database_cut_short_counts_alone_only(office: Office) -> None:
    receive(office.ctx, office.typed(OLGA, "thing list"))
    with closing(Database(office.store.database.path, busy_seconds=0)) as database:
        office.ctx.store = office.store = Store(database, office.store.keys, office.clock)
        for round_ in range(MOST_CUT_ALONE):
            assert office.store.jobs.aside() == 0, f"after {round_} starts"
            job = claim(office)
            assert job is not None
            office.messenger.fail("whisper", Lost("timeout"))
            with locked_by_another(database.path):
                perform_job(office.ctx, job)
            put_away_stranded(office.ctx)
            office.clock.advance(6)
        assert office.store.jobs.aside() == 1


def test_what_is_set_aside_is_kept_for_a_month(office: Office) -> None:
    receive(office.ctx, office.typed(OLGA, "thing list"))
    for _ in range(MOST_CUT_ALONE):
        die_at(office)
    now = office.clock.now_ms()
    with office.store.unit_of_work() as store:
        assert store.jobs.forget_aside(now + ASIDE_LAST_MS) == 0
        assert store.jobs.forget_aside(now + ASIDE_LAST_MS + 1) == 1
