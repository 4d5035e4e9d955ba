"""The worker: whatever goes wrong with one job, somebody is told, and the others go on."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.authority.limits import Limit, Mode
from bot.core.bot_errors import StoreUnavailable
from bot.core.change.change_request import Status
from bot.core.change.pending_stop import STOP_LASTS_MS
from bot.core.messages.notices import Mood
from bot.host.guarded_calls import GuardedPlugin
from bot.plugin import CallVerdict, Message, Services
from bot.plugin.loopback import wait_until
from bot.store.engine.database import Database
from bot.store.repositories.backlog import FORGOTTEN_AT_ONCE
from bot.store.repositories.jobs import RECEIPTS_LAST_MS, Job
from bot.store.store import Store
from bot.usecases.admin.builtin_plugin import make_registry
from bot.usecases.authority import card_token
from bot.usecases.chat.delivery_errors import Lost
from bot.usecases.intake.job_failures import save_unsaved_results
from bot.usecases.intake.receipts import receive
from bot.usecases.integrity.freezes import FROZEN, add_freeze
from bot.usecases.notices.notifications import queue_card
from bot.usecases.runtime.plugin_maintenance import PluginMaintenance
from bot.usecases.runtime.worker import SWEEP_SECONDS, Worker, perform_job
from tests.host.invented import Invented
from tests.language.english import en
from tests.store.neighbour import locked_by_another
from tests.usecases.core_bot import ANTON, HOME, OLGA, SHELL, VERA, CoreBot
from tests.usecases.toy import Script


@pytest.fixture
def working(core_bot: CoreBot) -> Iterator[Worker]:
    """A worker that runs; it is stopped at the end."""
    worker = Worker(core_bot.ctx)
    worker.start()
    yield worker
    worker.stop()


def job_count(core_bot: CoreBot) -> int:
    row = core_bot.store.engine.row("SELECT count(*) AS n FROM jobs")
    return int(row["n"]) if row else 0


def claimed(core_bot: CoreBot) -> Job:
    with core_bot.store.unit_of_work() as store:
        job = store.jobs.claim(core_bot.clock.now_ms())
    assert job is not None
    return job


def test_a_command_in_which_the_plugin_fails_is_told_with_its_name_and_a_reference_that_is_in_the_log_too(
    core_bot: CoreBot, caplog: pytest.LogCaptureFixture
) -> None:
    """Not a traceback, and not the error's own words."""
    told = core_bot.type(OLGA, "thing break")
    found = re.match(r"The plugin toy failed while it worked on `thing break` \(reference (E-[0-9a-f]{6})\)\.", told)
    assert found
    assert "inside the toy" not in told
    assert f"The plugin toy failed while it worked on `thing break` (reference {found[1]})." in caplog.text
    assert core_bot.messenger.private_notices[-1].mood is Mood.TROUBLE
    assert job_count(core_bot) == 0


@pytest.mark.parametrize("text", ["thing break", "thing forget"])
def test_a_poison_job_does_not_block_the_others(core_bot: CoreBot, text: str) -> None:
    for line in (text, "thing list", text, "thing remove one"):
        receive(core_bot.ctx, core_bot.typed(OLGA, line))
    core_bot.do_jobs()
    core_bot.deliver()
    titles = [en(notice.reply.title).split(".")[0] for notice in core_bot.messenger.private_notices]
    assert len(titles) == 4
    assert titles[1] == "Things"
    assert core_bot.change().status is Status.PENDING


@pytest.mark.parametrize(
    "payload", ["", "not json", "[]", "{}", '{"kind": "ghost"}', '{"kind": "slash"}', '{"kind": "slash", "person": 5}']
)
def test_a_job_that_cannot_even_be_read_ends(core_bot: CoreBot, payload: str) -> None:
    """Nobody can be told, for it names nobody; it does not come back with each start either."""
    with core_bot.store.unit_of_work() as store:
        store.jobs.add("inbound", payload, at=0)
    assert core_bot.do_jobs() == 1
    assert job_count(core_bot) == 0
    assert core_bot.waiting_private_notices() == []


@pytest.mark.parametrize("kind", ["click", "form"])
def test_a_click_or_a_form_that_breaks_is_told_with_a_reference_that_is_in_the_log_too(
    core_bot: CoreBot, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    change = core_bot.ask()
    with core_bot.store.unit_of_work() as store:
        store.engine.execute("UPDATE changes SET decision = '{}' WHERE number = ?", change.number)
    inbound = (
        core_bot.click(ANTON, change, card_token.APPROVE) if kind == "click" else core_bot.form(ANTON, change, "no")
    )
    found = re.search(
        r"Something went wrong inside b24bot\. Tell an admin the reference (E-.*)\.", core_bot.hears(inbound)
    )
    assert found
    assert f"a job failed ({found[1]})" in caplog.text
    notice = core_bot.waiting_private_notices()[-1]
    assert (notice.person, notice.channel) == (ANTON, change.channel if kind == "click" else "")


def test_a_job_whose_process_died_is_done_by_the_next_one(core_bot: CoreBot) -> None:
    receive(core_bot.ctx, core_bot.typed(OLGA, "thing list"))
    claimed(core_bot)
    core_bot.do_jobs()
    assert core_bot.waiting_private_notices() == []
    core_bot.restart()
    core_bot.work()
    assert core_bot.last_private_notice == "Things"


@pytest.fixture
def hasty(core_bot: CoreBot) -> Iterator[CoreBot]:
    """A bot that does not wait when somebody else holds the file."""
    with closing(Database(core_bot.store.database.path, busy_seconds=0)) as database:
        core_bot.configure(store=Store(database, core_bot.store.keys, core_bot.clock))
        yield core_bot


@pytest.mark.parametrize("begin", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_when_the_store_cannot_be_written_it_is_said_directly(hasty: CoreBot, begin: str) -> None:
    receive(hasty.ctx, hasty.typed(OLGA, "thing list"))
    job = claimed(hasty)
    with locked_by_another(hasty.store.database.path, begin):
        perform_job(hasty.ctx, job)
        (notice,) = hasty.messenger.private_notices
    assert en(notice.reply.title).endswith("Nothing was sent. Try again in a moment.")
    assert "database is locked" in en(notice.reply.title)
    assert notice.answer_url
    save_unsaved_results(hasty.ctx)
    assert job_count(hasty) == 0, "what was told not to be done is not done later"


def test_when_nobody_could_be_told_it_is_tried_again_later(hasty: CoreBot) -> None:
    receive(hasty.ctx, hasty.typed(OLGA, "thing list"))
    job = claimed(hasty)
    hasty.messenger.fail("whisper", Lost("timeout"))
    with locked_by_another(hasty.store.database.path):
        perform_job(hasty.ctx, job)
    save_unsaved_results(hasty.ctx)
    hasty.wait(6)
    assert hasty.last_private_notice == "Things"


def test_as_long_as_it_cannot_be_written_what_is_stranded_stays_so(hasty: CoreBot) -> None:
    receive(hasty.ctx, hasty.typed(OLGA, "thing list"))
    job = claimed(hasty)
    with locked_by_another(hasty.store.database.path):
        perform_job(hasty.ctx, job)
        with pytest.raises(StoreUnavailable):
            save_unsaved_results(hasty.ctx)
    assert len(hasty.ctx.threads.list_unsaved()) == 1
    save_unsaved_results(hasty.ctx)
    assert hasty.ctx.threads.list_unsaved() == []


def test_a_change_request_that_could_not_be_begun_is_run_when_it_can_be(hasty: CoreBot) -> None:
    """The requester is told once, and that nothing is called twice."""
    change = hasty.approved()
    with locked_by_another(hasty.store.database.path):
        job = None
        with pytest.raises(StoreUnavailable), hasty.ctx.store.unit_of_work() as store:
            job = store.jobs.claim(hasty.clock.now_ms())
        assert job is None
    job = claimed(hasty)
    with locked_by_another(hasty.store.database.path):
        perform_job(hasty.ctx, job)
    title = hasty.messenger.private_notices[-1].reply.title
    assert en(title).startswith("CR-1001 (Remove one): The database cannot be written now")
    assert "Nothing was sent" not in en(title)
    assert hasty.toy.calls == []
    hasty.wait(10)
    assert hasty.now(change).status is Status.DONE
    assert len(hasty.toy.calls) == 1


def test_what_fails_again_and_again_is_told_once(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    core_bot.toy.closed = ZeroDivisionError("in the toy")
    core_bot.wait(60)
    told = [notice for notice in core_bot.messenger.private_notices if notice.mood is Mood.TROUBLE]
    assert len(told) == 1
    assert (told[0].person, told[0].channel) == (OLGA, change.channel)


def test_the_account_at_the_shell_gets_no_private_notice_in_slack(core_bot: CoreBot) -> None:
    core_bot.approved("thing remove one", SHELL)
    before = len(core_bot.messenger.private_notices)
    core_bot.toy.closed = ZeroDivisionError("in the toy")
    core_bot.wait(10)
    assert len(core_bot.messenger.private_notices) == before


def test_a_job_of_a_change_request_that_is_not_there_ends(core_bot: CoreBot) -> None:
    with core_bot.store.unit_of_work() as store:
        store.jobs.add("execute", "4711", at=0)
    core_bot.do_jobs()
    assert job_count(core_bot) == 0


# The threads themselves.


def in_time(ready: Callable[[], bool]) -> bool:
    return wait_until(ready)


def test_a_running_worker_answers_asks_runs_and_tells(core_bot: CoreBot, working: Worker) -> None:
    assert working.alive
    receive(core_bot.ctx, core_bot.typed(OLGA, "thing remove one"))
    assert in_time(lambda: bool(core_bot.messenger.cards))
    change = core_bot.change()
    assert in_time(lambda: core_bot.now(change).card is not None)
    receive(core_bot.ctx, core_bot.click(ANTON, core_bot.now(change), card_token.APPROVE))
    assert in_time(lambda: core_bot.now(change).status is Status.APPROVED)

    def pass_time() -> bool:
        core_bot.clock.advance(0.2)
        return core_bot.now(change).status is Status.DONE

    assert in_time(pass_time)
    told = "Done and verified.\n• one is: red → absent"

    def told_in_time() -> bool:
        core_bot.clock.advance(0.2)
        return any(line.endswith(told) for line in core_bot.threads)

    assert in_time(told_in_time)
    assert len(core_bot.toy.calls) == 1


def test_until_slack_has_said_who_we_are_nothing_is_judged(core_bot: CoreBot) -> None:
    """Whose team is ours decides who has a role; the jobs wait."""
    core_bot.ctx.workspace.identify("")
    receive(core_bot.ctx, core_bot.typed(VERA, "thing list"))
    worker = Worker(core_bot.ctx)
    worker.start()
    try:
        assert not wait_until(lambda: bool(core_bot.messenger.private_notices), within=0.3)
        core_bot.ctx.workspace.identify(HOME)
        worker.wake()
        assert in_time(lambda: core_bot.last_private_notice == "Things")
    finally:
        worker.stop()


def test_until_slack_has_said_who_we_are_nothing_is_posted(core_bot: CoreBot) -> None:
    """The buttons of a card are signed for our team: one that was posted before would be refused as made up."""
    change = core_bot.ask()
    core_bot.ctx.workspace.identify("")
    with core_bot.store.unit_of_work() as tx:
        queue_card(tx, core_bot.ctx, change.number)
    core_bot.messenger.cards.clear()
    worker = Worker(core_bot.ctx)
    worker.start()
    try:
        assert not wait_until(lambda: bool(core_bot.messenger.cards), within=0.3)
        core_bot.ctx.workspace.identify(HOME)
        worker.wake()
        assert in_time(lambda: bool(core_bot.messenger.cards))
    finally:
        worker.stop()


def test_stopping_lets_a_call_finish_and_its_ending_be_stored(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    called, go_on = threading.Event(), threading.Event()

    def slow(call: object) -> None:
        called.set()
        assert go_on.wait(20)

    core_bot.toy.on_call = slow
    worker = Worker(core_bot.ctx)
    worker.start()
    core_bot.clock.advance(1)
    assert called.wait(20)
    stopper = threading.Thread(target=worker.stop)
    stopper.start()
    assert core_bot.now(change).status is Status.RUNNING
    go_on.set()
    stopper.join(20)
    assert not stopper.is_alive()
    assert not worker.alive
    assert core_bot.now(change).status is Status.DONE
    assert len(core_bot.toy.calls) == 1


def test_a_call_that_does_not_end_in_time_is_left_to_the_next_start_and_named(
    core_bot: CoreBot, caplog: pytest.LogCaptureFixture
) -> None:
    change = core_bot.approved()
    called, go_on = threading.Event(), threading.Event()

    def endless(call: object) -> None:
        called.set()
        assert go_on.wait(20)

    core_bot.toy.on_call = endless
    worker = Worker(core_bot.ctx)
    worker.start()
    core_bot.clock.advance(1)
    assert called.wait(20)
    (busy,) = worker.stop(within=0.1)
    assert busy.startswith("runner")
    assert f"stopped while these were still busy: {busy}" in caplog.text
    assert core_bot.now(change).status is Status.RUNNING
    go_on.set()
    assert worker.stop() == ()


def test_after_stopping_nothing_is_taken_any_more(core_bot: CoreBot) -> None:
    worker = Worker(core_bot.ctx)
    worker.start()
    worker.stop()
    receive(core_bot.ctx, core_bot.typed(OLGA, "thing list"))
    assert not wait_until(lambda: bool(core_bot.messenger.private_notices), within=0.2)


def test_a_slow_job_does_not_hold_up_the_others(core_bot: CoreBot, working: Worker) -> None:
    waiting, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        if not waiting.is_set():
            waiting.set()
            go_on.wait(20)

    core_bot.toy.on_open = slow
    receive(core_bot.ctx, core_bot.typed(OLGA, "thing list"))
    assert waiting.wait(20)
    receive(core_bot.ctx, core_bot.typed(VERA, "request list"))
    assert in_time(lambda: core_bot.last_private_notice == "There are no change requests.")
    go_on.set()
    assert in_time(lambda: core_bot.last_private_notice == "Things")


def test_what_a_dead_process_left_is_taken_over_at_the_start(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    with core_bot.store.unit_of_work() as store:
        store.changes.move(change.number, Status.APPROVED, Status.RUNNING)
        store.changes.intend(change.number, 0, "thing.remove", at=core_bot.clock.now_ms())
    claimed(core_bot)
    del core_bot.toy.things["one"]
    receive(core_bot.ctx, core_bot.typed(OLGA, "thing list"))
    claimed(core_bot)
    worker = Worker(core_bot.ctx)
    worker.start()
    try:
        assert in_time(lambda: core_bot.now(change).status is Status.DONE)
        # The requester is told the ending as well, before or after.
        assert in_time(lambda: "Things" in [en(notice.reply.title) for notice in core_bot.messenger.private_notices])
    finally:
        worker.stop()
    assert core_bot.toy.calls == []


def test_a_thread_outlives_what_it_meets(core_bot: CoreBot, working: Worker, caplog: pytest.LogCaptureFixture) -> None:
    """For a while a table is missing: the threads say so in the log, and go on afterwards."""
    with core_bot.store.unit_of_work() as store:
        store.engine.execute("ALTER TABLE outbox RENAME TO outbox_away")
    working.wake()
    assert in_time(lambda: "(no such table: outbox)" in caplog.text)
    with core_bot.store.unit_of_work() as store:
        store.engine.execute("ALTER TABLE outbox_away RENAME TO outbox")
    receive(core_bot.ctx, core_bot.typed(OLGA, "thing list"))
    assert in_time(lambda: core_bot.last_private_notice == "Things")
    assert working.alive


def test_old_receipts_are_swept_out_every_hour(core_bot: CoreBot) -> None:
    receive(core_bot.ctx, core_bot.typed(OLGA, "thing list"))
    core_bot.clock.now += RECEIPTS_LAST_MS + 1_000
    worker = Worker(core_bot.ctx)
    worker.start()
    assert in_time(lambda: core_bot.store.engine.row("SELECT 1 FROM receipts") is None)
    worker.stop()


def test_a_command_is_answered_although_the_clock_was_set_back_since_it_came(core_bot: CoreBot) -> None:
    core_bot.ctx.workspace.identify("")
    receive(core_bot.ctx, core_bot.typed(VERA, "thing list"))
    worker = Worker(core_bot.ctx)
    core_bot.clock.set_by = -600_000
    core_bot.ctx.workspace.identify(HOME)
    worker.start()
    try:
        assert in_time(lambda: core_bot.last_private_notice == "Things")
    finally:
        worker.stop()


def test_a_clock_that_is_set_back_keeps_the_scheduler_from_nothing(core_bot: CoreBot, working: Worker) -> None:
    assert in_time(lambda: core_bot.toy.tended == 1)
    old = RECEIPTS_LAST_MS + 1_000
    core_bot.clock.set_by = -30 * 86_400_000
    with core_bot.store.unit_of_work() as store:
        # More than are removed in one transaction.
        for number in range(FORGOTTEN_AT_ONCE + 1):
            store.engine.execute("INSERT INTO receipts VALUES (?, '', ?)", f"{number}", core_bot.clock.now_ms() - old)
    core_bot.clock.advance(SWEEP_SECONDS)
    assert in_time(lambda: core_bot.store.engine.row("SELECT 1 FROM receipts") is None)
    assert in_time(lambda: core_bot.toy.tended == 2)


def test_recovery_lets_plugins_look_after_their_own_once_an_hour(core_bot: CoreBot, working: Worker) -> None:
    assert in_time(lambda: core_bot.toy.tended == 1)
    core_bot.clock.advance(3_599)
    assert not wait_until(lambda: core_bot.toy.tended > 1, within=1.2)
    core_bot.clock.advance(2)
    assert in_time(lambda: core_bot.toy.tended == 2)


@pytest.mark.parametrize("slow", ["read back", "maintain"])
def test_a_freeze_is_confirmed_after_its_minute_while_a_portal_is_slow_to_read(core_bot: CoreBot, slow: str) -> None:
    """Reading back and what plugins look after have a thread of their own."""
    reached, answer = threading.Event(), threading.Event()

    def keep_waiting() -> None:
        reached.set()
        assert answer.wait(60)

    change = core_bot.approved()
    core_bot.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN, effect=False))
    core_bot.do_jobs()
    assert core_bot.now(change).status is Status.UNKNOWN
    core_bot.clock.advance(61)
    core_bot.messenger.on_try = _keep_silent
    if slow == "maintain":
        core_bot.toy.on_maintain = keep_waiting
    else:
        core_bot.toy.on_verify = keep_waiting
    worker = Worker(core_bot.ctx)
    worker.start()
    try:
        assert reached.wait(20)
        receive(core_bot.ctx, core_bot.typed(OLGA, "freeze it loses messages"))
        assert in_time(lambda: "holds." in core_bot.last_private_notice)
        assert in_time(lambda: frozen_meanwhile(core_bot))
    finally:
        answer.set()
        worker.stop()


def frozen_meanwhile(core_bot: CoreBot) -> bool:
    """Whether it is frozen; else some more of its minute passes."""
    core_bot.clock.advance(STOP_LASTS_MS / 4_000)
    return bool(core_bot.store.facts.get(FROZEN))


def _keep_silent(kind: str) -> None:
    if kind == "account":
        raise Lost("TimeoutError")


def test_what_one_duty_of_the_scheduler_meets_keeps_it_from_no_other(
    core_bot: CoreBot, caplog: pytest.LogCaptureFixture
) -> None:
    """A change request that cannot be read is in the way of whatever goes through all of them."""
    change = core_bot.ask()
    core_bot.clock.advance(61)
    core_bot.messenger.on_try = _keep_silent
    receive(core_bot.ctx, core_bot.typed(OLGA, "freeze"))
    with core_bot.store.unit_of_work() as store:
        spoilt = "UPDATE changes SET decision = '{}', status = 'approved' WHERE number = ?"
        store.engine.execute(spoilt, change.number)
    worker = Worker(core_bot.ctx)
    worker.start()
    try:
        assert in_time(lambda: "met a fault" in caplog.text)
        assert in_time(lambda: frozen_meanwhile(core_bot))
        # The mode is noted after all that goes through the change requests.
        assert in_time(lambda: bool(core_bot.records(Tag.MODE_CHANGED)))
        assert caplog.text.count("met a fault") == 1, "a fault that lasts is logged once"
    finally:
        worker.stop()


class Trees(Invented):
    """Another plugin, which counts how often it was looked after."""

    tended = 0

    def maintain(self, services: Services) -> None:
        self.tended += 1


@pytest.mark.parametrize("error", [ZeroDivisionError("in the toy"), StoreUnavailable("It is locked.")], ids=repr)
def test_a_plugin_that_cannot_look_after_its_own_stops_nothing_else(
    core_bot: CoreBot, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    trees = Trees("trees")
    core_bot.configure(registry=make_registry([GuardedPlugin(core_bot.toy), trees]))
    core_bot.toy.untended = error
    PluginMaintenance(core_bot.ctx).run_once()
    assert (core_bot.toy.tended, trees.tended) == (1, 1)
    assert "toy could not look after its own: " in caplog.text
    traces = [record for record in caplog.records if record.exc_info]
    assert len(traces) == isinstance(error, ZeroDivisionError), "its trace is logged once"


class Planting(Invented):
    """Another plugin, which asks whether it may change something when it looks after its own."""

    def __init__(self) -> None:
        super().__init__("planting")
        self.allowed: list[bool] = []

    def maintain(self, services: Services) -> None:
        self.allowed.append(services.may_send(0.0))


def test_a_plugin_that_looks_after_its_own_may_change_nothing_during_a_freeze(core_bot: CoreBot) -> None:
    planting = Planting()
    core_bot.configure(registry=make_registry([GuardedPlugin(core_bot.toy), planting]))
    PluginMaintenance(core_bot.ctx).run_once()
    with core_bot.store.unit_of_work() as tx:
        tx.facts.put(FROZEN, add_freeze("", person="T0001:U0001", at=1, reason="enough"))
    PluginMaintenance(core_bot.ctx).run_once()
    core_bot.ctx.limits.note_limit(
        "key", Limit(name="key", mode=Mode.READ_ONLY, why="x", until=Message("limit.until.restarted"))
    )
    with core_bot.store.unit_of_work() as tx:
        tx.facts.put(FROZEN, "")
    PluginMaintenance(core_bot.ctx).run_once()
    assert planting.allowed == [True, False, False]


def test_the_scheduler_removes_what_was_said_long_ago(core_bot: CoreBot, working: Worker) -> None:
    def answers() -> int:
        return len([one for one in core_bot.store.outbox.entries(["sent"], limit=99) if one.kind == "whisper"])

    receive(core_bot.ctx, core_bot.typed(VERA, "thing list"))
    assert in_time(lambda: answers() == 1)
    core_bot.clock.advance(8 * 86_400)
    assert in_time(lambda: answers() == 0)
