"""The other half of the model: the queue, the running of what was approved, the reading back, and restarts."""

from __future__ import annotations

from tests.long.machine.model import World
from tests.long.machine.values import (
    ASK_AGAIN,
    BOT,
    EARLY_READS_APART,
    ENDS,
    LOOK_AGAIN,
    PARTIAL,
    PEOPLE_AFTER,
    REACHED,
    READS_APART,
    RETRY,
    ROOM,
    SECOND,
    SETTLED_AFTER,
    STOP_LASTS,
    UNCHANGED,
    UNREAD,
    Change,
    Inbound,
    Job,
    Reply,
)
from tests.long.words import Word

LATE_AFTER = 59 * SECOND


class Engine(World):
    """A world in which things are done."""

    __slots__ = ()

    # The queue

    def arrive(self, inbound: Inbound) -> None:
        stop = self.stop_of(inbound)
        self.stops += [stop] if stop else []
        job = Job(inbound=inbound, stop=stop, place=self.place_of(inbound), refused=self.is_refused(inbound))
        self.enqueue(job, inbound.who)

    def work(self, most: int) -> None:
        """Do jobs that are due, by rank and the oldest first, until none is left or the worker dies."""
        for _ in range(most):
            job = self._next_job()
            if job is None:
                return
            job.taken, job.attempts, job.awaits = True, job.attempts + 1, 0
            if job.inbound is not None:
                self._begin(job, job.inbound)
            elif self._execute(job, self.changes[job.number]):
                return

    def _next_job(self) -> Job | None:
        """The job whose turn it is. What the list refused and does not any more waits with the others again."""
        for one in self.jobs:
            one.due = 0 if one.due <= self.passed else one.due
        while True:
            job = self._first()
            if job is None or job.inbound is None or not job.refused or self.is_refused(job.inbound):
                return job
            job.refused, job.place = False, self.place_of(job.inbound)
            self.give_turn(job)

    def _first(self) -> Job | None:
        """The first of its queue; among portals, of the one with the fewest jobs under way, then the oldest."""
        waiting = [job for job in self.jobs if not job.taken and not job.due and self._has_room(job)]
        rank = min((job.rank for job in waiting), default=0)
        queues: dict[str, list[Job]] = {}
        for job in waiting:
            if job.rank == rank:
                queues.setdefault(job.queue[1], []).append(job)
        heads = [min(jobs, key=lambda job: (self._under_way(job), job.turn)) for jobs in queues.values()]
        return min(heads, key=lambda job: (self._at(job.queue[1]), self._age(job)), default=None)

    def _age(self, job: Job) -> int:
        """How many jobs are older."""
        return next(older for older, one in enumerate(self.jobs) if one is job)

    def _has_room(self, job: Job) -> bool:
        return job.rank not in ROOM or self._at(job.place) < ROOM[job.rank]

    def _at(self, place: str) -> int:
        """How many jobs that call this portal somebody has taken."""
        return sum(one.taken and one.rank in ROOM and one.place == place for one in self.jobs)

    def _under_way(self, job: Job) -> int:
        """How many jobs of the same queue and person somebody has taken."""
        return sum(one.taken and one.queue == job.queue and one.person == job.person for one in self.jobs)

    def _begin(self, job: Job, inbound: Inbound) -> None:
        """A stop waits for what Slack says of who said it, and is over once its time was up."""
        stop = job.stop
        if stop is not None and stop in self.stops and not self.look_up([stop.who]):
            if not stop.told:
                self.tell(stop.who, Word.HOLDS)
            stop.told = True
            self._postpone(job, ASK_AGAIN)
            return
        self.jobs.remove(job)
        if stop is None or stop in self.stops:
            self._take(inbound)
        if stop is not None and stop in self.stops:
            self.settle_stop(stop)

    def _take(self, inbound: Inbound) -> None:
        if inbound.kind == "ask":
            self.ask(inbound.who, inbound.word, inbound.wanted)
            return
        if inbound.kind == "freeze":
            self.freeze(inbound.who)
            return
        form = inbound.kind == "form"
        change = self.changes.get(inbound.number)
        if change is None or not inbound.genuine or inbound.version != change.version:
            self.forged(inbound.who, inbound.number, Word.FORGED_FORM if form else Word.FORGED)
            return
        self.ask_slack(inbound.who, change, "reject" if form else inbound.word)
        if form:
            self.reject(inbound.who, change, inbound.word)
        else:
            self.press(inbound.who, change, inbound.word)

    # Running what was approved

    def _execute(self, job: Job, change: Change) -> bool:
        """Run it, or find that it may not be run; True when the worker dies of it."""
        if change.status != "approved":
            self.jobs.remove(job)
        elif self.stale(change):
            self.expire(change)
            self.jobs.remove(job)
        elif self.held(change):
            self._postpone(job, LOOK_AGAIN)
        elif self.line_waits(change.approval_line):
            if self.channel_limit() is None:
                self._postpone(job, LOOK_AGAIN)
                job.awaits = change.approval_line
            else:
                self.try_channel_again()
                self._close(change, "failed", "change:execution:stopped")
                self.jobs.remove(job)
        elif not self.look_up(self._concerned(change)):
            self._postpone(job, ASK_AGAIN)
        elif (stopped := self._stopped(change)) is not None:
            self._close(change, stopped, "change:execution:stopped")
            self.jobs.remove(job)
        else:
            return self._call(job, change)
        return False

    def _postpone(self, job: Job, wait: int) -> None:
        job.due, job.taken, job.attempts = self.passed + wait, False, job.attempts - 1

    def _listed(self, change: Change) -> bool:
        """Whether the list alone lets it run."""
        enough = len(self.approvers(change)) >= max(1, change.quorum)
        return self.may_ask(change.requester) is None and enough

    def _concerned(self, change: Change) -> list[str]:
        """Whose accounts have to be known before it runs."""
        return [change.requester, *self.approvers(change)] if self._listed(change) else []

    def _stopped(self, change: Change) -> str | None:
        """The ending of what is not sent to the portal after all; None when nothing stands against it."""
        if change.tampered or self.portal_down:
            # A plan that does not fit its digest is not planned again.
            return "failed"
        now = self.things.get(change.thing)
        if now is None or now == change.wanted:
            return "gone"
        if now != change.before:
            return "changed"
        enough = self._listed(change) and self.standing(change) >= max(1, change.quorum)
        able = enough and self.check_membership(change.requester) is None
        # The record of the question names what was asked for, so that nothing else runs, whoever approved that.
        true = not change.version
        return None if able and true and self.barrier() is None else "failed"

    def _call(self, job: Job, change: Change) -> bool:
        reply, self.reply = self.reply, Reply()
        self.record("change:execution:intended", BOT, change.id)
        change.status = "running"
        self.effects.append(change.number)
        self.portal_down, self.frozen = self.portal_down or reply.cuts, self.frozen or reply.freezes
        if reply.steps:
            # The scheduler of the same process looks around, and the runner lives.
            self.living = change.number
            self.set_clock(reply.steps)
            self.keep()
            self.living = 0
        if reply.effect:
            self.set_thing(change.thing, change.wanted)
        elif reply.late:
            self.late.append((self.passed + LATE_AFTER, change.thing, change.wanted))
        if reply.kills:
            return True
        if reply.breaks:
            self.tell(change.requester, Word.BROKEN)
            job.due, job.taken = self.passed + RETRY, False
            return False
        change.sent = self.passed
        self.record("change:call:answered", BOT, change.id)
        shows = self._shows(change)
        change.partly = shows == PARTIAL and reply.answer in ("done", "failed")
        self._close(change, ENDS[reply.answer, shows], "change:execution:ended")
        self.jobs.remove(job)
        return False

    def set_thing(self, thing: str, colour: str | None) -> None:
        if colour is None:
            self.things.pop(thing, None)
        else:
            self.things[thing] = colour

    def _shows(self, change: Change) -> str:
        """What reading the thing back shows of a change request."""
        if self.portal_down:
            return UNREAD
        now = self.things.get(change.thing)
        return REACHED if now == change.wanted else UNCHANGED if now == change.before else PARTIAL

    def _close(self, change: Change, status: str, tag: str) -> None:
        change.status = status
        if status != "unknown":
            self.close(change, status)
        self.record(tag, BOT, change.id)

    # The scheduler

    def keep(self) -> None:
        """One round: what is overdue ends, and what has no proven outcome is read back."""
        newest = sorted(self.changes.values(), key=lambda change: -change.number)
        late = [change for change in newest if change.status == "pending" and change.overdue_at <= self.now]
        for change in [*late, *filter(self.stale, newest)]:
            self.expire(change)
        self.take_over()
        unknown = [change for change in newest if change.status == "unknown"]
        for change in unknown:
            if self.next_look.get(change.number, 0) <= self.passed:
                self._look(change)
        self._end_stops()
        self.record_folded()
        self.note_mode()

    def _end_stops(self) -> None:
        """A freeze that nobody could confirm stays; another stop is lifted."""
        for stop in self.stops[:]:
            stop.known = self.passed if stop.known is None else stop.known
            if self.passed - stop.known < STOP_LASTS:
                continue
            self.stops.remove(stop)
            if stop.number or self.may_ask(stop.who):
                self.lift(stop)
                self.tell(stop.who, Word.NOT_STOPPED)
            else:
                self.frozen = True
                self.record("bot:freeze:set", stop.who, BOT)
                self.tell(stop.who, Word.FROZEN)

    def _left(self, change: Change, span: int) -> int:
        """How much is left of a span since the call can have been sent, by the time that really passes."""
        return change.sent + span - self.passed

    def take_over(self) -> None:
        """What stands as running and nobody runs is taken over, whatever the clock says."""
        for change in sorted(self.changes.values(), key=lambda change: change.number):
            if change.status == "running" and change.number != self.living:
                change.sent = self.passed
                self._close(change, "unknown", "change:execution:interrupted")

    def _look(self, change: Change) -> None:
        left = self._left(change, SETTLED_AFTER)
        early = left > 0
        shows, sight = self._shows(change), self.things.get(change.thing)
        same = shows != UNREAD and change.seen is not None and change.seen[0] == sight
        twice = not early and same and change.seen is not None and self.passed - change.seen[1] >= READS_APART
        if shows == REACHED or twice:
            change.partly = shows == PARTIAL
            self._close(change, "done" if shows == REACHED else "failed", "change:execution:resolved")
            self.next_look.pop(change.number, None)
            return
        if shows != UNREAD and not early and not same:
            change.seen = (sight, self.passed)
        self.next_look[change.number] = self.passed + (min(EARLY_READS_APART, left) if early else READS_APART)
        change.asked = change.asked or self._left(change, PEOPLE_AFTER) <= 0

    def restart(self) -> None:
        """Another process goes on with what is on disk."""
        for job in self.jobs:
            job.taken, job.due = False, 0
        # Whoever starts it may have mended what kept notices from getting out.
        self.try_channel_again()
        self.next_look, self.known = {}, {}
        for stop in self.stops:
            stop.known = None
        self.take_over()

    # The world outside

    def pass_time(self, seconds: int) -> None:
        """Time passes, and effects that were on their way may come."""
        self.now += seconds * SECOND
        self.passed += seconds * SECOND
        for late in [late for late in self.late if late[0] <= self.passed]:
            self.late.remove(late)
            self.set_thing(late[1], late[2])

    def set_clock(self, seconds: int) -> None:
        """Somebody sets the clock."""
        self.now += seconds * SECOND
