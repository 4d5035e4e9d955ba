"""The rules of the bot said a second time, in plain Python, for the machine to hold the bot against.

Nothing here is imported from the bot. A rule that changes in the design is changed here by hand, and only here: who
may do what is in `may_ask`, `check_eligibility` and `check_membership`; the arrows and the endings are in `values`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile

from tests.long.machine.values import (
    APPROVAL_LASTS,
    BOT,
    FACTS_AGE,
    FACTS_LAST,
    FOLD,
    FOREIGN,
    LINES_LAG,
    LINES_PER_MESSAGE,
    LONGEST_REFUSED_RETRY,
    MEMBER,
    OPEN,
    PORTAL,
    QUIET,
    RANKS,
    REFUSALS,
    REFUSED_RETRY,
    SETTLING,
    UNDO_LASTS,
    Change,
    Inbound,
    Job,
    Line,
    Reply,
    Stop,
)
from tests.long.words import Word, too_late


@dataclass(slots=True)
class World:
    """Everything there is, and what the rules make of it. `told` and `recorded` are of the step at hand."""

    now: int
    seq: int
    first: int
    """The number the first change request gets."""
    roles: dict[str, str]
    quorum: int
    things: dict[str, str]
    changes: dict[int, Change] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    """Audit lines that wait."""
    refused: dict[tuple[str, str, str, str], list[int]] = field(default_factory=dict)
    """Since when each person was refused in a way (tag, subject, reason), and how often after the first time."""
    channel_alive: bool = True
    channel_health: bool | None = True
    """Whether the last audit message got out, as far as the bot knows."""
    frozen: bool = False
    stops: list[Stop] = field(default_factory=list)
    """Those that hold now."""
    portal_down: bool = False
    standings: dict[str, str] = field(default_factory=dict)
    """What accounts are that are no member's."""
    slack_silent: bool = False
    """Slack does not say what an account is."""
    known: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    """What Slack said of accounts to this process, and when, by the clock and by the time that really passed."""
    reply: Reply = field(default_factory=Reply)
    """How the portal takes the next call; it is as usual after that."""
    effects: list[int] = field(default_factory=list)
    """The change requests that were sent to the portal, in order."""
    forms: int = 0
    """How often somebody was asked why they reject."""
    told: list[tuple[str, Word]] = field(default_factory=list)
    recorded: list[tuple[str, str, str]] = field(default_factory=list)
    late: list[tuple[int, str, str | None]] = field(default_factory=list)
    """Effects on their way: when they come by the time that really passes, the thing and its colour."""
    passed: int = 0
    """The time that really passed, whatever the clock was set to."""
    living: int = 0
    """The change request that a thread runs at this moment."""
    next_look: dict[int, int] = field(default_factory=dict)
    """When each unknown outcome is read back next, by the time that really passed."""
    mode: str = "normal"
    """As it was recorded last."""

    # Who may do what

    def rank(self, who: str) -> int:
        """What somebody's word weighs now; nothing for people of another workspace, whatever the list says."""
        return 0 if who == FOREIGN else RANKS.get(self.roles.get(who, ""), 0)

    def look_up(self, people: list[str]) -> bool:
        """Have Slack say what accounts are of which nothing young is known; False once it does not say of a stale."""
        for who in people:
            if self._known_for_less(FACTS_AGE, who):
                continue
            if self.slack_silent:
                if self._known_for_less(FACTS_LAST, who):
                    continue
                return False
            self.known[who] = (self.standings.get(who, MEMBER), self.now, self.passed)
        return True

    def unasked(self, people: list[str]) -> list[str]:
        """Those of whom nothing is known that is not older than a minute, nor from the future."""
        return [who for who in people if not self._known_for_less(FACTS_LAST, who)]

    def _known_for_less(self, most: int, who: str) -> bool:
        _, at, passed = self.known.get(who, ("", self.now - FACTS_LAST - 1, self.passed))
        return 0 <= self.now - at <= most and self.passed - passed <= most

    def check_membership(self, who: str) -> Word | None:
        """Why an account may do nothing, whatever the list says."""
        if self.unasked([who]):
            return Word.SLACK_NOT_ASKED
        return None if self.known[who][0] == MEMBER else Word.NO_MEMBER

    def may_ask(self, who: str) -> Word | None:
        """Why somebody may not ask for a change by the list; None when they may."""
        if who == FOREIGN:
            return Word.FOREIGN_LINE
        rank = self.rank(who)
        return Word.UNLISTED if not rank else Word.TOO_LOW if rank < RANKS["operator"] else None

    def stop_of(self, inbound: Inbound) -> Stop | None:
        """The stop that somebody asks for who may, by the list alone; it holds from here on."""
        if inbound.kind == "freeze":
            return Stop(who=inbound.who) if self.may_ask(inbound.who) is None else None
        change = self.changes.get(inbound.number)
        if change is None or not inbound.genuine or inbound.version != change.version or change.begun:
            return None
        if change.status == "pending" and change.overdue_at <= self.now:
            return None
        if inbound.kind == "form":
            may = bool(inbound.word.strip()) and inbound.who not in change.reviews
            wanted = "rejected" if may and self.check_eligibility(inbound.who, change) is None else ""
        else:
            wanted = "withdrawn" if inbound.word == "withdraw" and inbound.who == change.requester else ""
        return Stop(who=inbound.who, number=change.number, wanted=wanted) if wanted else None

    def held(self, change: Change) -> bool:
        """Whether somebody has said stop, and nobody knows yet whether it counts."""
        return any(stop.number in (0, change.number) for stop in self.stops)

    def settle_stop(self, stop: Stop) -> None:
        """Its word was taken care of; what it did not do is on record."""
        self.stops.remove(stop)
        if not (self.changes[stop.number].status == stop.wanted if stop.number else self.frozen):
            self.lift(stop)

    def lift(self, stop: Stop) -> None:
        self.record("bot:stop:discarded", stop.who, self.changes[stop.number].id if stop.number else BOT)

    def check_eligibility(self, who: str, change: Change) -> Word | None:
        """Why somebody's verdict on a change request does not count by the list; None when it does."""
        if who == FOREIGN:
            return Word.FOREIGN_CLICK
        if not change.quorum:
            if who != change.requester:
                return Word.NOT_REQUESTER
            return Word.NOT_OPERATOR if self.rank(who) < RANKS["operator"] else None
        if who == change.requester:
            return Word.OWN
        return Word.NOT_APPROVER if self.rank(who) < RANKS["approver"] else None

    def is_refused(self, inbound: Inbound) -> bool:
        """Whether the list does not let somebody do what they ask for. Who asked for it may always withdraw."""
        who = inbound.who
        if inbound.kind in ("ask", "freeze"):
            return self.may_ask(who) is not None
        change = self.changes.get(inbound.number)
        if change is None or not inbound.genuine or inbound.version != change.version:
            return not self.rank(who)
        if who == change.requester:
            return False
        button = inbound.word if inbound.kind == "press" else "reject"
        if not self.rank(who) or button in ("undo", "again"):
            return not self.rank(who)
        return (self.check_settler_eligibility if button in SETTLING else self.check_eligibility)(
            who, change
        ) is not None

    def place_of(self, inbound: Inbound) -> str:
        """The portal that is read for it, where that is known: a button that proves nothing names none."""
        change = self.changes.get(inbound.number)
        proven = change is not None and inbound.genuine and inbound.version == change.version
        return PORTAL if proven or inbound.kind == "ask" else ""

    def approvers(self, change: Change) -> list[str]:
        """Who has approved and still may by the list, in the order in which they did."""
        return [
            who
            for who, word in change.reviews.items()
            if word == "approve" and self.check_eligibility(who, change) is None
        ]

    def standing(self, change: Change) -> int:
        """How many approvals count now."""
        return sum(self.check_membership(who) is None for who in self.approvers(change))

    # What is written down and said

    def record(self, tag: str, actor: str, subject: str) -> int:
        self.seq += 1
        self.recorded.append((tag, actor, subject))
        if tag not in QUIET:
            last = tag in REFUSALS and not self.rank(actor)
            self.lines.append(Line(seq=self.seq, written=self.passed, order=2 if last else 1))
        return self.seq

    def refuse_command(self, who: str, word: Word) -> None:
        """Record that somebody was refused a command."""
        self.fold("command:line:refused", who, who, f"{word} {self.known[who][0] if word is Word.NO_MEMBER else ''}")

    def fold(self, tag: str, who: str, subject: str, kind: str = "") -> None:
        """The first of a person and a kind is a record; those of the next minute are one more."""
        key = (who, tag, subject, kind)
        since, count = self.refused.get(key, (self.now - FOLD, 0))
        if 0 <= self.now - since < FOLD:
            self.refused[key] = [since, count + 1]
            return
        for _ in range(2 if count else 1):
            self.record(tag, who, subject)
        self.refused[key] = [self.now, 0]

    def record_folded(self) -> None:
        over = [key for key, (since, _) in self.refused.items() if not 0 <= self.now - since < FOLD]
        for key in sorted(over, key=lambda key: (self.refused[key][0], key[0] == FOREIGN, key[0])):
            if self.refused.pop(key)[1]:
                self.record(key[1], key[0], key[2])

    def enqueue(self, job: Job, person: str) -> None:
        """Queue a job for the person's next turn."""
        job.person = person
        self.give_turn(job)
        self.jobs.append(job)

    def give_turn(self, job: Job) -> None:
        """In a queue a person's later jobs wait until others have had as many turns. What is put off does not count."""
        there = [one for one in self.jobs if one.queue == job.queue and one is not job and (one.taken or not one.due)]
        taken = [one.turn for one in there if one.taken]
        waiting = [one.turn for one in there if not one.taken]
        own = [one.turn for one in there if one.person == job.person]
        job.turn = max(max(taken, default=min(waiting, default=1) - 1), *own, 0) + 1

    def tell(self, who: str, word: Word) -> None:
        self.told.append((who, word))

    def note_mode(self) -> None:
        """The mode is recorded when it is another one than before."""
        mode = "no-danger" if self.barrier() else "normal"
        if mode != self.mode:
            self.mode = mode
            self.record("bot:mode:changed", BOT, BOT)

    def deliver(self) -> None:
        """Audit lines go out in order, up to twenty in a message; the first that waits holds up those behind it.

        Before all others go those that a change request waits for, and last those about people who are not on the list.
        """
        self.lines.sort(key=lambda line: (line.order, line.seq))
        while self.lines and self.lines[0].due <= self.passed:
            bundle = list(takewhile(lambda line: line.due <= self.passed, self.lines[:LINES_PER_MESSAGE]))
            self.channel_health = self.channel_alive
            if self.channel_alive:
                del self.lines[: len(bundle)]
                self._resume({line.seq for line in bundle})
            else:
                self._put_back(bundle)

    def _resume(self, out: set[int]) -> None:
        """What waited for one of these lines goes on at once."""
        for job in self.jobs:
            if job.awaits in out and not job.taken:
                job.due = job.awaits = 0

    def _put_back(self, bundle: list[Line]) -> None:
        """What shared a message waits together, for as long as the first of it has to."""
        wait = min(REFUSED_RETRY << min(bundle[0].attempts, 20), LONGEST_REFUSED_RETRY)
        for line in bundle:
            line.due, line.attempts = self.passed + wait, line.attempts + 1

    def line_waits(self, seq: int) -> bool:
        return any(line.seq == seq for line in self.lines)

    def channel_limit(self) -> Word | None:
        """Why the audit channel cannot be relied on; None when it can."""
        if self.channel_health is False:
            return Word.AUDIT_DEAD
        oldest = min((line.written for line in self.lines), default=self.passed)
        return Word.AUDIT_LATE if self.passed - oldest > LINES_LAG else None

    def try_channel_again(self) -> None:
        """What waits for another try is due now."""
        for line in self.lines:
            line.due = 0

    def barrier(self) -> Word | None:
        """Why nothing that changes anything may be done now."""
        return Word.FROZEN if self.frozen else self.channel_limit()

    # Asking

    def freeze(self, who: str) -> None:
        """Somebody types freeze."""
        no = self.may_ask(who)
        if no is None:
            self.look_up([who])
            no = self.check_membership(who)
        if no is not None:
            self.refuse_command(who, no)
            self.tell(who, no)
            return
        self.frozen = True
        self.record("bot:freeze:set", who, BOT)
        self.record("command:line:ran", who, who)
        self.tell(who, Word.FROZEN)

    def ask(self, who: str, thing: str, wanted: str | None, *, pressed_on: Change | None = None) -> None:
        """Somebody types a line that changes something, or presses a button that stands for one."""
        no = self.may_ask(who)
        if no is None:
            self.look_up([who])
            no = self.check_membership(who)
        if no is not None:
            if pressed_on is None:
                self.refuse_command(who, no)
                self.tell(who, no)
            else:
                self._refuse(who, pressed_on, no)
        elif self.portal_down:
            self.tell(who, Word.PORTAL_DOWN)
        elif thing not in self.things or self.things[thing] == wanted:
            self.record("command:line:ran", who, who)
            self.tell(who, Word.NOTHING)
        else:
            self._plan(who, thing, wanted)

    def _plan(self, who: str, thing: str, wanted: str | None) -> None:
        quorum = self.quorum if wanted is None or thing == "precious" else 0
        barrier = self.barrier()
        if not self._approvable(who, quorum):
            self.tell(who, Word.TOO_FEW)
        elif barrier:
            self.try_channel_again()
            self.tell(who, barrier)
        elif not self._gives_way(who, thing):
            same = any(one.thing == thing and one.wanted == wanted for one in self._open())
            self.tell(who, Word.OPEN_ALREADY if same else Word.MUST_END)
        else:
            number = self.first + len(self.changes)
            self.changes[number] = change = Change(
                number=number,
                requester=who,
                thing=thing,
                before=self.things[thing],
                wanted=wanted,
                quorum=quorum,
                created=self.now,
                undo_of=self._undone_by(thing, wanted),
            )
            self.record("change:request:opened", who, change.id)
            self.tell(who, Word.WAITS if quorum else Word.WAITS_FOR_YOU)

    def _undone_by(self, thing: str, wanted: str | None) -> int | None:
        """The change request that painting a thing so would undo: the last one that was done to it."""
        done = [
            change
            for change in self.changes.values()
            if change.thing == thing and (change.status == "done" or change.partly)
        ]
        last = done[-1] if done else None
        undoes = last and not last.undone and last.wanted is not None and last.before == wanted
        return last.number if last and undoes else None

    def close(self, change: Change, status: str) -> None:
        """It ends; what undoes another one takes that one's button."""
        change.status, change.ended = status, self.now
        if status == "done" and change.undo_of is not None:
            self.changes[change.undo_of].undone = True

    def _open(self) -> list[Change]:
        return [change for change in self.changes.values() if change.status in OPEN]

    def _gives_way(self, who: str, thing: str) -> bool:
        """Whether nothing else is open for the thing, once what only waits for another one's own word is withdrawn."""
        for change in self.changes.values():
            if change.thing == thing and change.status in OPEN:
                if change.quorum or change.status != "pending" or change.requester == who:
                    return False
                change.status = "withdrawn"
                self.record("change:request:withdrawn", who, change.id)
        return True

    def _approvable(self, who: str, quorum: int) -> bool:
        """Whether enough others could approve. Slack is asked about as many as needed, those it told of first."""
        others = [name for name in sorted(self.roles) if self.rank(name) >= RANKS["approver"] and name != who]
        if len(others) < quorum:
            return False
        members, silent = 0, 0
        for name in sorted(others, key=lambda name: bool(self.unasked([name]))):
            if members >= quorum:
                break
            if not silent:
                self.look_up([name])
            if self.unasked([name]):
                silent += 1
            else:
                members += self.known[name][0] == MEMBER
        return members + silent >= quorum

    # Deciding

    def forged(self, who: str, claimed: int | None, word: Word = Word.FORGED) -> None:
        """A button or a form that the bot did not make for this card as it is."""
        subject = self.changes[claimed].id if claimed in self.changes else "card"
        self.record("change:review:refused", who, subject)
        self.tell(who, word)

    def ask_slack(self, who: str, change: Change, button: str) -> None:
        """Before anything is decided: who pressed, if it can matter, and whose approvals are counted anew."""
        if change.status == "unknown":
            self.look_up([who])
        if change.status not in ("pending", "approved"):
            return
        if button == "withdraw":
            self.look_up([who] if who == change.requester else [])
        elif button != "undo" and self.check_eligibility(who, change) is None:
            self.look_up([who, *(self.approvers(change) if button != "reject" else [])])

    def _refuse(self, who: str, change: Change, word: Word) -> None:
        self.record("change:review:refused", who, change.id)
        self.tell(who, word)

    def _open_for(self, who: str, change: Change, *, also: str = "pending") -> bool:
        """Whether this person may decide this now; if not they are told, and it is on record."""
        if change.status == "pending" and change.overdue_at <= self.now:
            self.expire(change)
        no = self.check_eligibility(who, change)
        if change.status not in ("pending", also):
            self.tell(who, too_late(change.status, partly=change.partly, settled=change.settled))
            if no is not None:
                self.record("change:review:refused", who, change.id)
            return False
        no = no or self.check_membership(who)
        if no is not None:
            self._refuse(who, change, no)
        return no is None

    def press(self, who: str, change: Change, button: str) -> None:
        if button in ("approve", "confirm"):
            self.approve(who, change)
        elif button == "withdraw":
            self.withdraw(who, change)
        elif button == "reject":
            # Whoever may reject is asked why; nothing else comes of it yet.
            self.forms += self._open_for(who, change, also="approved")
        elif button in SETTLING:
            self.settle(who, change, SETTLING[button])
        elif button == "undo" and change.undone:
            self.tell(who, Word.UNDONE)
        elif button == "undo" and self.undoable(change):
            self.ask(who, change.thing, change.before, pressed_on=change)
        else:
            self.tell(who, Word.NO_SUCH_BUTTON)

    def settle(self, who: str, change: Change, status: str) -> None:
        """Somebody says what became of an outcome that nobody knows."""
        no = self.check_settler_eligibility(who, change)
        if change.status != "unknown":
            if no is not None:
                self.record("change:review:refused", who, change.id)
            self.tell(who, Word.NOTHING_TO_SETTLE)
            return
        no = no or self.check_membership(who) or (None if change.asked else Word.READ_BACK)
        if no is not None:
            self._refuse(who, change, no)
            return
        self.close(change, status)
        change.settled = True
        self.record("change:execution:resolved", who, change.id)
        self.tell(who, Word.SETTLED)

    def check_settler_eligibility(self, who: str, change: Change) -> Word | None:
        """Why somebody's word on an outcome does not count by the list."""
        if change.quorum and who == change.requester:
            return Word.NOT_YOUR_WORD
        least = "approver" if change.quorum else "operator"
        return Word.NO_WORD if self.rank(who) < RANKS[least] else None

    def undoable(self, change: Change) -> bool:
        """Painting can be undone for thirty days; what was removed is gone."""
        done = change.status == "done" or change.partly
        return done and change.wanted is not None and self.now - change.ended <= UNDO_LASTS

    def approve(self, who: str, change: Change) -> None:
        if not self._open_for(who, change):
            return
        barrier = self.barrier()
        if barrier:
            self._refuse(who, change, barrier)
            self.try_channel_again()
            return
        if any(stop.number == 0 for stop in self.stops):
            self._refuse(who, change, Word.FREEZE_WAITS)
            return
        if who in change.reviews:
            if not self._enough(change):
                self.tell(who, Word.TWICE)
            return
        if self.unasked(self.approvers(change)):
            self._refuse(who, change, Word.UNASKED_OTHERS)
            return
        change.reviews[who], change.agreed[who] = "approve", change.version
        tag = "change:review:approved" if change.quorum else "change:request:confirmed"
        change.approval_line = self.record(tag, who, change.id)
        change.approval_lines.append(change.approval_line)
        self._enough(change)

    def _enough(self, change: Change) -> bool:
        """It runs once enough approvals count, whoever pressed; whether they do."""
        enough = self.standing(change) >= max(1, change.quorum)
        if enough:
            change.status, change.decided = "approved", self.now
            self.enqueue(Job(number=change.number, place=PORTAL), change.requester)
            for line in self.lines:
                line.order = 0 if line.seq in change.approval_lines else line.order
        return enough

    def reject(self, who: str, change: Change, reason: str) -> None:
        """The form that says why is sent off."""
        if not reason.strip():
            self.tell(who, Word.NO_REASON)
        elif not self._open_for(who, change, also="approved"):
            pass
        elif who in change.reviews:
            self.tell(who, Word.FIXED)
        else:
            change.reviews[who] = "reject"
            change.status = "rejected"
            self.record("change:review:rejected", who, change.id)

    def withdraw(self, who: str, change: Change) -> None:
        if who != change.requester:
            self._refuse(who, change, Word.NOT_YOURS)
        elif change.status in ("pending", "approved") and (no := self.check_membership(who)) is not None:
            self._refuse(who, change, no)
        elif change.status in ("pending", "approved"):
            change.status = "withdrawn"
            self.record("change:request:withdrawn", who, change.id)
            self.tell(who, Word.WITHDRAWN)
        else:
            self.tell(who, too_late(change.status, partly=change.partly, settled=change.settled))

    def expire(self, change: Change) -> None:
        change.status = "expired"
        self.record("change:request:expired", BOT, change.id)

    def stale(self, change: Change) -> bool:
        return change.status == "approved" and self.now - change.decided > APPROVAL_LASTS
