"""What must be true after a chaos test: the invariants of every run, where need be as they stood then, and more."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from functools import cached_property
from typing import Any

from bot.core.change.status_table import describe_status
from bot.core.principals import Role
from bot.language.translation import translate
from bot.playground.workspace.state.call_journal import ApiCall
from bot.store.disk.process_lock import WORKER
from tests.long.chaos.chaos_run import ChaosRun
from tests.long.crash import invariants
from tests.long.crash.invariants import Change, Evidence

LOST = ("lost_after", "truncated")
"""Faults of Slack under which a message stands and its sender does not know it."""
LINE = re.compile(r"#(\d+) ([0-9a-f]{16})")
GRANTED, REVOKED = "access:role:granted", "access:role:revoked"
TYPED = ("command:line:ran", "command:line:refused")
INTENDED = "change:execution:intended"
WRONG = ('"level": "ERROR", "logger": "b24bot', '"trace":')
EXPECTED = ('"action": "card_undeliverable"', "it was begun several times and never finished")
"""Errors in the log that a fault of Slack explains, or several deaths in a row."""


class Account(Evidence):
    """One run that is over."""

    def __init__(self, scene: ChaosRun) -> None:
        super().__init__(scene)
        self.chaos = scene

    @cached_property
    def audit(self) -> list[tuple[int, str, str, str, Mapping[str, Any]]]:
        """Number, tag, actor, subject and facts of every record, in order."""
        rows = self.scene.rows("SELECT seq, tag, actor, subject, facts FROM audit ORDER BY seq")
        return [(seq, tag, actor, subject, json.loads(facts)) for seq, tag, actor, subject, facts in rows]

    @cached_property
    def begun(self) -> Mapping[str, int]:
        """The number of the record of the first intent, by change request."""
        first: dict[str, int] = {}
        for seq, tag, _, subject, _ in self.audit:
            if tag == INTENDED:
                first.setdefault(subject, seq)
        return first

    def roles_for(self, change: Change) -> Mapping[str, Role]:
        """The allow-list as it was when the intent was recorded."""
        seq = self.begun.get(f"CR-{change.number}", 0)
        roles: dict[str, Role] = {}
        for number, tag, _, subject, facts in self.audit:
            if number >= seq:
                break
            if tag == GRANTED:
                roles[subject] = Role(facts["role"])
            elif tag == REVOKED:
                roles.pop(subject, None)
        return roles

    @cached_property
    def copies(self) -> list[tuple[ApiCall, set[int]]]:
        """Every message of audit lines that stands in the channel, with the numbers of its records."""
        channel = self.scene.workspace.channel("audit").id
        posts = [
            call
            for call in self.scene.workspace.calls("chat.postMessage")
            if call.arguments.get("channel") == channel and (call.ok or call.fault in LOST)
        ]
        return [(call, {int(seq) for seq, _ in LINE.findall(json.dumps(call.arguments))}) for call in posts]


def nothing_ran_while_frozen(run: Account) -> Iterator[str]:
    """What changes a portal does not begin while the bot is frozen."""
    frozen = False
    theirs = {f"CR-{change.number}" for change in run.changes if change.builtin}
    for seq, tag, _, subject, _ in run.audit:
        if tag.startswith("bot:freeze:"):
            frozen = tag == "bot:freeze:set"
        if tag == INTENDED and frozen and subject not in theirs and run.begun[subject] == seq:
            yield f"{subject} began while the bot was frozen"


def taken_once(run: Account) -> Iterator[str]:
    """What was typed or pressed once was taken once, however often it was delivered."""
    reasons = Counter(reason for (reason,) in run.scene.rows("SELECT reason FROM changes WHERE reason != ''"))
    yield from (f"“{reason}” was asked for {n} times" for reason, n in reasons.items() if n > 1)
    lines = Counter(facts.get("line", "") for _, tag, _, _, facts in run.audit if tag in TYPED)
    yield from (f"`{line}` was taken {n} times" for line, n in lines.items() if n > 1 and re.search(r"\bk\d+$", line))


def doubled(run: Account) -> tuple[list[str], int, int]:
    """Second copies of audit lines that nothing explains; how many a death explains, and how many a lost answer."""
    # What a process that was killed had sent may come to stand while the next one starts.
    starts = [life for life in run.chaos.lives if WORKER in life.roles]
    last: dict[int, ApiCall] = {}
    unexplained, deaths, answers = [], 0, 0
    for call, numbers in run.copies:
        for seq in numbers:
            before = last.get(seq)
            last[seq] = call
            if before is None:
                continue
            if before.fault in LOST:
                answers += 1
            elif any(life.began <= call.at and before.at <= life.ready for life in starts):
                deaths += 1
            else:
                unexplained.append(f"#{seq} was posted again at {call.at} for no reason")
    return unexplained, deaths, answers


def copied_once(run: Account) -> Iterator[str]:
    yield from doubled(run)[0]


def cards_tell_it(run: Account) -> Iterator[str]:
    """Every change request has its card, and it says how the change request stands."""
    with closing(run.store()) as store:
        for change in run.changes:
            stored = store.changes.require(change.number)
            card = run.scene.workspace.message(stored.channel, stored.card) if stored.card else None
            words = translate(describe_status(stored))
            if card is None:
                yield f"CR-{change.number} has no card"
            elif words not in card.text:
                yield f"the card of CR-{change.number} does not say “{words}” but “{card.text}”"


def nothing_given_up(run: Account) -> Iterator[str]:
    """Only what may be dropped in the end was."""
    for key, kind, error in run.scene.rows("SELECT key, kind, error FROM outbox WHERE state = 'dead'"):
        if kind not in ("whisper", "thread"):
            yield f"{key} was given up: {error}"


def no_fault_inside(run: Account) -> Iterator[str]:
    """The bot itself met nothing that it did not foresee, and never waited in vain for its database."""
    for path in sorted(run.scene.folder.glob("process-*.log")):
        for line in path.read_text(errors="replace").splitlines():
            wrong = any(words in line for words in WRONG) or line.startswith("Traceback")
            if wrong and not any(words in line for words in EXPECTED):
                yield f"{path.name}: {line[:1500]}"


def one_process_a_role(chaos: ChaosRun) -> Iterator[str]:
    """I12: the lock of each role is held by the process that was started for it. Asked while it lives."""
    for roles, process in chaos.staff.items():
        for role in roles:
            handle = os.open(chaos.home / f"{role}.lock", os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = os.read(handle, 32).decode().partition("\n")[0]
                if holder != str(process.pid):
                    yield f"the {role} is process {holder}"
            else:
                yield f"nobody holds the lock of the {role}"
            finally:
                os.close(handle)


MORE: tuple[tuple[str, Callable[[Account], Iterator[str]]], ...] = (
    ("frozen", nothing_ran_while_frozen),
    ("taken once", taken_once),
    ("copied once", copied_once),
    ("cards", cards_tell_it),
    ("given up", nothing_given_up),
    ("inside", no_fault_inside),
)


def check(chaos: ChaosRun) -> list[str]:
    """Everything that is wrong after a run, a line each; its tally is filled in. The bot is ended for it."""
    wrong = [f"I12: {line}" for line in one_process_a_role(chaos)]
    chaos.kill()
    run = Account(chaos)
    found = [(name, line) for name, look in (*invariants.ALL, *MORE) for line in look(run)]
    count(run, Counter(name for name, _ in found))
    return [*chaos.problems, *wrong, *(f"{name}: {line}" for name, line in found)]


def count(run: Account, wrong: Counter[str]) -> None:
    """Fill in what only the end shows."""
    chaos, tally = run.chaos, run.chaos.tally
    journal = chaos.portal.watched.world.journal
    suffered = [one.fault for one in chaos.workspace.calls()]
    suffered += [*(one.fault for one in journal.calls), *(one.fault for one in journal.token_calls)]
    unexplained, tally.doubled_by_deaths, tally.doubled_by_lost_answers = doubled(run)
    tally.doubled_for_no_reason = len(unexplained)
    tally.change_requests = len(run.changes)
    arrived = {one.dispatch.id for one in chaos.workspace.dispatches if one.status}
    tally.redeliveries = tally.deliveries - len(arrived)
    tally.faults = sum(bool(fault) for fault in suffered)
    tally.calls = len(run.arrivals)
    tally.effects = sum(one.entry is not None and one.entry.effect for one in run.arrivals)
    tally.audit_records = len(run.audit)
    tally.audit_copies = sum(len(numbers) for _, numbers in run.copies)
    tally.double_effects = wrong["I2"] + wrong["taken once"]
    tally.acknowledged_and_lost = wrong["I8"] + sum(line.startswith("I8") for line in chaos.problems)
    tally.wrong_endings = wrong["I4"] + wrong["cards"]
    tally.endings = dict(Counter(change.status for change in run.changes))
