"""A delivery at which the process stops again and again is set aside (dead letter), and no other one with it."""

from __future__ import annotations

from contextlib import closing

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.messages.deliveries import Inbound
from bot.store.engine.database import Database
from bot.store.repositories.job_order import SUSPECT_AFTER
from bot.store.repositories.jobs import ASIDE_LAST_MS, MOST_CUT_ALONE, Job
from bot.store.store import Store
from bot.usecases.admin.builtin_plugin import make_registry
from bot.usecases.admin.status_report import report_status
from bot.usecases.authority import card_token
from bot.usecases.chat.delivery_errors import Lost
from bot.usecases.intake.job_failures import save_unsaved_results
from bot.usecases.intake.receipts import MOST_WAITING, receive
from bot.usecases.runtime.worker import perform_job
from plugins.bitrix24.plugin import BitrixPlugin
from tests.language.english import en_facts
from tests.store.neighbour import locked_by_another
from tests.usecases.core_bot import ANTON, OLGA, VERA, CoreBot


def claim(core_bot: CoreBot) -> Job | None:
    with core_bot.store.unit_of_work() as store:
        return store.jobs.claim(core_bot.clock.now_ms())


def taken(core_bot: CoreBot) -> list[str]:
    """Take what may be taken at the same time; the words of each."""
    jobs = []
    while (job := claim(core_bot)) is not None:
        jobs.append(job.payload)
    return jobs


def die_at(core_bot: CoreBot) -> int:
    """A process takes what it may, and dies; how many jobs that were."""
    found = len(taken(core_bot))
    core_bot.restart()
    return found


@pytest.mark.parametrize("kind", ["command", "click", "form"])
def test_what_was_cut_short_alone_too_often_is_set_aside_and_its_person_is_told(core_bot: CoreBot, kind: str) -> None:
    change = core_bot.ask()
    inbounds: dict[str, Inbound] = {
        "command": core_bot.typed(ANTON, "thing list"),
        "click": core_bot.click(ANTON, change, card_token.APPROVE),
        "form": core_bot.form(ANTON, change, "no"),
    }
    receive(core_bot.ctx, inbounds[kind])
    assert [die_at(core_bot) for _ in range(MOST_CUT_ALONE)] == [1] * MOST_CUT_ALONE
    assert claim(core_bot) is None
    core_bot.deliver()
    assert core_bot.last_private_notice.startswith(
        f"b24bot stopped 4 times while it worked on your {kind}. It set the {kind}"
    )
    (record,) = core_bot.records(Tag.DELIVERY_QUARANTINED)
    assert (record.actor, record.facts["kind"]) == (ANTON.id, kind)
    assert ("Set aside", "1 delivery at which b24bot stopped repeatedly") in en_facts(report_status(core_bot.ctx))
    core_bot.restart()
    assert len(core_bot.records(Tag.DELIVERY_QUARANTINED)) == 1


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
    core_bot: CoreBot, line: str, kept: str
) -> None:
    core_bot.configure(registry=make_registry([core_bot.toy, BitrixPlugin()]))
    receive(core_bot.ctx, core_bot.typed(OLGA, line))
    for _ in range(MOST_CUT_ALONE):
        die_at(core_bot)
    for _ in range(MOST_WAITING):
        receive(core_bot.ctx, core_bot.typed(OLGA, "request list"))
    receive(core_bot.ctx, core_bot.typed(OLGA, line))
    (aside,), (refused,) = core_bot.records(Tag.DELIVERY_QUARANTINED), core_bot.records(Tag.COMMAND_REFUSED)
    assert aside.facts["line"] == refused.facts["line"]
    assert str(aside.facts["line"]).startswith(kept)
    assert "Ivan" not in f"{aside.facts} {refused.facts}"


def test_what_ran_beside_others_when_a_process_died_is_done_however_often_that_was(core_bot: CoreBot) -> None:
    """A process that is killed from outside is no fault of what it was at."""
    core_bot.approved()
    receive(core_bot.ctx, core_bot.typed(OLGA, "thing list"))
    for _ in range(3 * MOST_CUT_ALONE):
        assert die_at(core_bot) >= 1
    core_bot.work()
    assert core_bot.store.jobs.aside() == 0
    assert "one" not in core_bot.toy.things, "what was approved is run"
    assert "Things" in [notice.reply.title for notice in core_bot.messenger.private_notices]


def test_one_of_several_that_kills_the_process_is_found_and_the_others_are_done(core_bot: CoreBot) -> None:
    """Whoever was under way at two deaths runs alone from then on, so that it shows which of them it is."""
    receive(core_bot.ctx, core_bot.typed(OLGA, "thing remove nobody-knows"))
    for _ in range(3):
        receive(core_bot.ctx, core_bot.typed(VERA, "thing list"))
    deaths = 0
    while deaths < 20:
        poison = [one for one in taken(core_bot) if "nobody-knows" in one]
        if not poison:
            break
        core_bot.restart()
        deaths += 1
    assert deaths == SUSPECT_AFTER + MOST_CUT_ALONE
    core_bot.restart()
    core_bot.work()
    assert core_bot.store.jobs.aside() == 1
    assert [notice.reply.title for notice in core_bot.messenger.private_notices if notice.person == VERA] == [
        "Things"
    ] * 3


def test_while_a_suspect_runs_alone_what_calls_no_portal_goes_on(core_bot: CoreBot) -> None:
    for line in ("thing list", "thing list"):
        receive(core_bot.ctx, core_bot.typed(OLGA, line))
    for _ in range(SUSPECT_AFTER):
        assert die_at(core_bot) == 2
    assert claim(core_bot) is not None
    assert claim(core_bot) is None, "nothing else that calls a portal starts beside it"
    receive(core_bot.ctx, core_bot.typed(VERA, "freeze"))
    job = claim(core_bot)
    assert job is not None
    assert "freeze" in job.payload


def test_a_suspect_that_waits_to_run_alone_keeps_nothing_waiting_that_calls_no_portal(core_bot: CoreBot) -> None:
    """It comes before the others: a freeze that was put off meanwhile, because Slack did not tell."""
    receive(core_bot.ctx, core_bot.typed(OLGA, "freeze"))
    for _ in range(SUSPECT_AFTER):
        assert die_at(core_bot) == 1
    receive(core_bot.ctx, core_bot.typed(VERA, "thing list"))
    suspect = claim(core_bot)
    assert suspect is not None
    assert "freeze" in suspect.payload
    with core_bot.store.unit_of_work() as store:
        store.jobs.postpone(suspect, due=core_bot.clock.now_ms() + 5_000)
    assert ["thing list" in one for one in taken(core_bot)] == [True]
    core_bot.clock.advance(6)
    receive(core_bot.ctx, core_bot.typed(VERA, "whoami"))
    receive(core_bot.ctx, core_bot.typed(ANTON, "thing list"))
    assert ["whoami" in one for one in taken(core_bot)] == [True], "the suspect, and what reads a portal, wait"


def test_a_start_that_the_loss_of_the_database_cut_short_counts_alone_only(core_bot: CoreBot) -> None:
    receive(core_bot.ctx, core_bot.typed(OLGA, "thing list"))
    with closing(Database(core_bot.store.database.path, busy_seconds=0)) as database:
        core_bot.store = Store(database, core_bot.store.keys, core_bot.clock)
        core_bot.configure(store=core_bot.store)
        for round_ in range(MOST_CUT_ALONE):
            assert core_bot.store.jobs.aside() == 0, f"after {round_} starts"
            job = claim(core_bot)
            assert job is not None
            core_bot.messenger.fail("whisper", Lost("timeout"))
            with locked_by_another(database.path):
                perform_job(core_bot.ctx, job)
            save_unsaved_results(core_bot.ctx)
            core_bot.clock.advance(6)
        assert core_bot.store.jobs.aside() == 1


def test_what_is_set_aside_is_kept_for_a_month(core_bot: CoreBot) -> None:
    receive(core_bot.ctx, core_bot.typed(OLGA, "thing list"))
    for _ in range(MOST_CUT_ALONE):
        die_at(core_bot)
    now = core_bot.clock.now_ms()
    with core_bot.store.unit_of_work() as store:
        assert store.jobs.forget_aside(now + ASIDE_LAST_MS) == 0
        assert store.jobs.forget_aside(now + ASIDE_LAST_MS + 1) == 1
