"""The threads that work: runners take jobs, senders say what waits, the others look around now and then."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from functools import partial
from typing import assert_never

from bot import clock as ids
from bot.core.bot_errors import StoreUnavailable
from bot.core.joined_sentences import pair_sentences
from bot.core.messages.deliveries import Click, Form, SlashCommand, inbound_from_json
from bot.core.request_id import working_on
from bot.plugin import Message
from bot.store.repositories.backlog import FORGOTTEN_AT_ONCE
from bot.store.repositories.jobs import INBOUND, Job, Rank
from bot.usecases.authority.grid_accounts import identify_sender
from bot.usecases.authority.refusal_records import record_folded
from bot.usecases.authority.user_groups import UserGroupRefresher
from bot.usecases.command_context.request_tracing import find_request_id
from bot.usecases.context import Context, log
from bot.usecases.delivery.answers import MOST_AT_ONCE
from bot.usecases.delivery.dispatcher import Dispatcher
from bot.usecases.delivery.message_delivery import Delivery
from bot.usecases.delivery.senders import Senders
from bot.usecases.execution.executor import execute
from bot.usecases.execution.recovery import Reconciler
from bot.usecases.forms.choice_reading import ChoiceReader
from bot.usecases.forms.preview_drawing import PreviewDrawer
from bot.usecases.home.home_publishing import HomePublisher
from bot.usecases.intake.job_failures import read_delivery, report_failure, save_unsaved_results
from bot.usecases.intake.priority import find_position
from bot.usecases.intake.stop_words import StopDeadlines, is_put_off
from bot.usecases.integrity.active_limits import note_mode
from bot.usecases.integrity.audit_gate import LagWatch
from bot.usecases.integrity.checkpoints import write_checkpoint
from bot.usecases.integrity.file_identity import FileWatch
from bot.usecases.integrity.maintenance import Maintenance
from bot.usecases.integrity.witness_writer import WitnessWatch, WitnessWriter
from bot.usecases.leases.lease_holding import steady_ms
from bot.usecases.leases.worker_beat import WorkerBeat
from bot.usecases.process.thread_state import ThreadState
from bot.usecases.process.turns import Turns
from bot.usecases.process.wake_signal import POLL_SECONDS, Group, WakeSignal
from bot.usecases.requests.expiry import expire_overdue
from bot.usecases.requests.reminders import repost_cards, send_reminders
from bot.usecases.requests.reviews import handle_button, handle_reason_form
from bot.usecases.requests.submission import submit
from bot.usecases.runtime.plugin_maintenance import PluginMaintenance
from bot.usecases.runtime.runners import Runners

RUNNERS = 28
"""They take any job, at most so many at a time: as many as may call places, and some more."""
RESERVED = 1
"""Runners beside them that take no job that calls a place, so that no slow one keeps what stops waiting."""
ANSWERING = MOST_AT_ONCE
"""Threads that answer people, each one person at a time."""
POSTING = 8
"""Threads that write into channels. A channel takes one post and one rewrite at a time, so one thread waits for it."""
STOP_SECONDS = 20.0
"""A process that is told to stop is killed after 30 seconds by most who tell it, and has more to end than this."""
SCHEDULER_SECONDS = 0.5
MAINTENANCE_SECONDS = 1.0
SWEEP_SECONDS = 3_600.0
_AFTERWARDS = {True: Message("intake.nothing_sent"), False: Message("intake.run_goes_on")}
"""What a database that cannot be written means for what came in, and for a change request that is being run."""


class Worker:
    """Runs until told to stop. Every thread ends each round with a sleep.

    `wake` cuts that short for those who do what waits, `wake_all` for those who look around now and then as well.
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._stopping = threading.Event()
        self._rounds = WakeSignal()
        self._signals = {group: WakeSignal() for group in Group}
        # By the clock that nobody sets: it goes on whatever the time of the day becomes.
        self._sweep_due = ctx.clock.monotonic()
        self._plugin_maintenance = PluginMaintenance(ctx)
        self._threads: list[threading.Thread] = []
        self._stop_listening: Callable[[], None] = lambda: None
        self._choices = ChoiceReader(ctx)
        self._previews = PreviewDrawer(ctx)
        self._home = HomePublisher(ctx)
        self._user_groups = UserGroupRefresher(ctx)
        self._recovery = Reconciler(ctx)
        self._dispatcher = Dispatcher(ctx)
        self._stops = StopDeadlines(ctx)
        self._maintenance = Maintenance(ctx)
        self._witness_writer = WitnessWriter(ctx)
        self._beat = WorkerBeat(ctx)
        self._watches = (LagWatch(ctx), WitnessWatch(ctx), FileWatch(ctx))

    def start(self, dead: Collection[str] | None = None) -> None:
        """Take over what was left, then begin to work. `dead` are owners of leases that are known to be; None: all."""
        self._ctx.threads.fault_details.begin()
        self._ctx.threads.connect_wake(self.wake)
        self._stop_listening = self._ctx.store.engine.listen(self.wake)
        self._recovery.start(dead)
        self._start_runners("runner", RUNNERS)
        self._start_runners("reserved-runner", RESERVED, quick=True)
        for count, name, group, take in (
            (ANSWERING, "answers", Group.ANSWERS, self._dispatcher.take_answer),
            (POSTING, "posts", Group.POSTS, self._dispatcher.take_post),
        ):
            self._start_senders(name, take, self._signals[group], most=count)
        self._thread("scheduler", self._keep, self._rounds, SCHEDULER_SECONDS)
        self._thread("recovery", self._recover, self._rounds, SCHEDULER_SECONDS)
        self._thread("plugins", self._plugin_maintenance.run_once, self._rounds, SCHEDULER_SECONDS)
        self._thread("choices", self._choices.run_once, self._rounds, SCHEDULER_SECONDS)
        self._thread("previews", self._previews.run_once, self._signals[Group.PREVIEWS], SCHEDULER_SECONDS)
        self._thread("home", self._home.run_once, self._signals[Group.HOME], SCHEDULER_SECONDS)
        if self._ctx.deployment.rules.user_groups:
            self._thread("user-groups", self._user_groups.run_once, self._rounds, SCHEDULER_SECONDS)
        self._thread("maintenance", self._maintenance.run_once, self._rounds, MAINTENANCE_SECONDS)
        self._thread("witness", self._witness_writer.run_once, self._rounds, SCHEDULER_SECONDS)

    def _start_runners(self, name: str, most: int, *, quick: bool = False) -> None:
        """Start one runner of a group; it starts the others when there is work for them."""
        signal = self._signals[Group.RUNNERS]
        turns = Turns(lambda: self._thread(name, runners.step, signal, POLL_SECONDS), most=most)
        runners = Runners(
            self._ctx,
            claim=partial(claim_job, self._ctx, quick=quick),
            perform=partial(perform_job, self._ctx),
            turns=turns,
            signal=signal,
            stopping=self._stopping,
            quick=quick,
        )
        turns.start()

    def _start_senders(self, name: str, take: Callable[[], Delivery | None], signal: WakeSignal, *, most: int) -> None:
        """Start one sender of a group; it starts the others when there is something to send.

        Nothing is said before it is known which team we are of: the buttons of a card are signed for it.
        """
        turns = Turns(lambda: self._thread(name, senders.step, signal, POLL_SECONDS), most=most)
        senders = Senders(
            take=lambda: take() if self._ctx.workspace.team else None,
            carry=self._dispatcher.carry,
            turns=turns,
            signal=signal,
            stopping=self._stopping,
        )
        turns.start()

    def wake(self, *groups: Group) -> None:
        for group in groups or Group:
            self._signals[group].wake()

    def wake_all(self) -> None:
        self.wake()
        self._rounds.wake()

    def stop(self, *, within: float = STOP_SECONDS) -> tuple[str, ...]:
        """Take nothing new, and let every thread finish what it is at; the names of those that did not in `within` s.

        What they are at is left to the next start: a call to a place whose answer nobody waited for is unknown there,
        and is read back.
        """
        self._stopping.set()
        self._stop_listening()
        self.wake_all()
        clock = self._ctx.clock
        end = clock.monotonic() + within
        for thread in self._threads:
            thread.join(timeout=max(0.0, end - clock.monotonic()))
        self._ctx.threads.fault_details.end()
        busy = tuple(thread.name for thread in self._threads if thread.is_alive())
        if busy:
            log.warning(
                "stopped while these were still busy: %s; the next start finds out what became of it",
                ", ".join(busy),
                extra={"action": "left_busy"},
            )
        return busy

    @property
    def alive(self) -> bool:
        return all(thread.is_alive() for thread in self._threads)

    def _thread(self, name: str, step: Callable[[], bool], signal: WakeSignal, pause: float) -> None:
        thread = threading.Thread(target=self._loop, args=(name, step, signal, pause), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _loop(self, name: str, step: Callable[[], bool], signal: WakeSignal, pause: float) -> None:
        while not self._stopping.is_set():
            since = signal.count
            busy = self.go_round(name, step)
            if busy is None:
                self._stopping.wait(1.0)
            if not busy and not self._stopping.is_set():
                signal.sleep(pause, since=since)

    def go_round(self, name: str, step: Callable[[], bool]) -> bool | None:
        """One round of a thread: whether there was something to do; None when that went wrong."""
        return go_round(self._ctx.threads, name, step)

    def _keep(self) -> bool:
        """Look at the clock for everybody. No place is read here: it would keep a stop waiting for its minute."""
        ctx, watches = self._ctx, [watch.run_once for watch in self._watches]
        self._do_each(self._beat.run_once, partial(save_unsaved_results, ctx))
        if ctx.workspace.team:
            self._do_each(
                self._stops.run_once,
                partial(expire_overdue, ctx),
                partial(send_reminders, ctx),
                partial(repost_cards, ctx),
            )
        self._do_each(partial(record_folded, ctx), partial(write_checkpoint, ctx), *watches)
        self._do_each(self._sweep, partial(note_mode, ctx))
        return False

    def _recover(self) -> bool:
        """All that reads places and nobody waits for: apart from the scheduler, for a place can be slow."""
        if self._ctx.workspace.team:
            self._do_each(self._recovery.run_once)
        return False

    def _do_each(self, *duties: Callable[[], object]) -> None:
        """Do one after the other: what one meets keeps the thread from no other, but for the loss of the database."""
        for duty in duties:
            name = getattr(duty, "func", duty).__qualname__
            try:
                duty()
            except StoreUnavailable:
                raise
            except Exception as error:  # noqa: BLE001 - the edge of a duty: logged while it lasts, and tried again
                self._ctx.threads.troubles.met(name, error)
            else:
                self._ctx.threads.troubles.record_recovery(name)

    def _sweep(self) -> None:
        """Remove what nobody asks for any more."""
        steady, now = self._ctx.clock.monotonic(), self._ctx.clock.now_ms()
        if steady >= self._sweep_due:
            self._sweep_due = steady + SWEEP_SECONDS
            with self._ctx.store.unit_of_work() as tx:
                gone = max(tx.jobs.forget_receipts(now), tx.outbox.forget(now))
                tx.jobs.forget_aside(now)
                tx.stops.forget(now)
            if gone >= FORGOTTEN_AT_ONCE:
                # There is more of it: the next part in the next round.
                self._sweep_due = steady


def go_round(threads: ThreadState, name: str, step: Callable[[], bool]) -> bool | None:
    """One round of the thread of this name: whether there was something to do; None when that went wrong."""
    try:
        busy = step()
    except Exception as error:  # noqa: BLE001 - the edge of a thread: it must outlive what it meets
        threads.troubles.met(name, error)
        return None
    threads.troubles.record_recovery(name)
    return busy


def claim_job(ctx: Context, *, quick: bool = False) -> Job | None:
    """Take the next job, if there is one that may be taken, `quick` if so asked.

    What the allow-list refused when it came in, and does not any more, takes its turn with the others again.
    """
    with ctx.store.unit_of_work() as tx:
        while (job := tx.jobs.claim(steady_ms(ctx), quick=quick)) is not None:
            inbound = read_delivery(job) if job.rank is Rank.REFUSED else None
            position = find_position(ctx, inbound) if inbound is not None else None
            if position is None or position.rank is job.rank:
                return job
            tx.jobs.put_back(job, position)
    return None


def perform_job(ctx: Context, job: Job) -> None:
    """Do one job. Whatever goes wrong, the person who waits for it is told, with a reference."""
    with working_on(find_request_id(ctx.store, job)):
        log.debug("job %s, attempt %s", job.id, job.attempts, extra={"action": "job_begun"})
        _perform(ctx, job)


def _perform(ctx: Context, job: Job) -> None:
    try:
        if job.kind == INBOUND:
            _perform_inbound(ctx, job)
        else:
            execute(ctx, job, int(job.payload))
    except StoreUnavailable as error:
        log.error("a job could not be stored: %s", error.sentence, extra={"action": "store_unavailable"})
        then = _AFTERWARDS[job.kind == INBOUND]
        report_failure(ctx, job, pair_sentences(error.sentence, then))
    except Exception:  # noqa: BLE001 - the edge of the worker: the person hears of it, the log has the rest
        incident = ids.incident_id()
        log.exception("a job failed (%s)", incident, extra={"action": "job_failed", "incident": incident})
        report_failure(ctx, job, Message("intake.incident", incident=incident))


def _perform_inbound(ctx: Context, job: Job) -> None:
    inbound = identify_sender(ctx, inbound_from_json(job.payload))
    if is_put_off(ctx, job, inbound):
        return
    match inbound:
        case SlashCommand() as slash:
            submit(ctx, job, slash)
        case Click() as click:
            handle_button(ctx, job, click)
        case Form() as form:
            handle_reason_form(ctx, job, form)
        case _:
            assert_never(inbound)
