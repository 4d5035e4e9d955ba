"""The use cases put together over a real store, with the toy on one side and the recorder on the other."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from bot.core.audit.audit_record import AuditRecord
from bot.core.authority.policy import NeedsConfirmation, Terms
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.messages.deliveries import Click, Form, Inbound, SlashCommand
from bot.core.messages.notices import PrivateNotice, notice_from_json
from bot.core.principals import Principal, Role
from bot.store.disk.folders import make_home
from bot.store.engine.database import Database, Failpoint
from bot.store.repositories.jobs import INBOUND, Job
from bot.store.sealing.keyring import Keyring
from bot.store.store import FILE_NAME, Store, open_store
from bot.testing.services import lay_out
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.authority import card_token
from bot.usecases.authority.refusal_records import record_folded
from bot.usecases.chat.channel_pace import ChannelRateLimiter
from bot.usecases.chat.chat_port import Channels
from bot.usecases.delivery.dispatcher import Dispatcher
from bot.usecases.execution.recovery import Reconciler
from bot.usecases.intake.job_failures import save_unsaved_results
from bot.usecases.intake.receipts import receive
from bot.usecases.intake.stop_words import StopDeadlines
from bot.usecases.integrity.active_limits import note_mode
from bot.usecases.leases.lease_holding import steady_ms
from bot.usecases.process.account_lookups import AccountLookups
from bot.usecases.process.audit_progress import AuditProgress
from bot.usecases.process.process_identity import ProcessIdentity
from bot.usecases.process.thread_state import ThreadState
from bot.usecases.requests.expiry import expire_overdue
from bot.usecases.requests.reminders import repost_cards, send_reminders
from bot.usecases.requests.reviews import handle_button, handle_reason_form
from bot.usecases.requests.submission import submit
from bot.usecases.runtime.worker import claim_job, perform_job
from tests.language.english import en
from tests.usecases.context_parts import make_context, with_parts
from tests.usecases.messenger import Recorder
from tests.usecases.toy import Toy

HOME = "T1"
OPS, APPROVALS, AUDIT = "C0PS", "CAPPR", "CAUDIT"


def person(name: str, team: str = HOME) -> Principal:
    return Principal(team=team, user=f"U{name.upper()}")


OLGA, ANTON, VERA, IDA, VIKTOR, GLEB = (person(name) for name in ("Olga", "Anton", "Vera", "Ida", "Viktor", "Gleb"))
"""An operator, two approvers, an admin, a viewer, and somebody who is not on the list."""
STRANGER = person("Anton", team="T2")
ROLES: Mapping[Principal, Role] = {
    OLGA: Role.OPERATOR,
    ANTON: Role.APPROVER,
    VERA: Role.APPROVER,
    IDA: Role.ADMIN,
    VIKTOR: Role.VIEWER,
    STRANGER: Role.ADMIN,
}
START = 1_750_000_000_000
SHELL = Principal.shell("tester")
REMOVE_ONE = {"summary": "Remove one", "portal": "default", "target": "thing:one"}
"""What every record about `thing remove one` says of it."""


BREAK_AUDIT: Mapping[bool, str] = {
    True: "CREATE TRIGGER no_audit BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk on fire'); END",
    False: "CREATE FUNCTION no_audit() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'disk on fire'; END $$; "
    "CREATE TRIGGER no_audit BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION no_audit()",
}
"""What keeps records from being written: in a file, and on a server."""
MEND_AUDIT: Mapping[bool, str] = {True: "DROP TRIGGER no_audit", False: "DROP FUNCTION no_audit() CASCADE"}


class StillClock:
    """Time that moves only when it is told to."""

    def __init__(self) -> None:
        self.now = START
        self.told: Callable[[float], object] = float
        """Called with the seconds that pass, so that a simulation with a clock of its own is never behind."""
        self.set_by = 0
        """Milliseconds by which somebody has set the time of the day; the steady clock does not know of it."""
        self._lock = threading.Lock()

    def now_ms(self) -> int:
        return self.now + self.set_by

    def monotonic(self) -> float:
        return self.now / 1000

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def jitter(self, most: float) -> float:
        """The longest each time, so that a test knows how long a wait is."""
        return most

    def advance(self, seconds: float) -> None:
        self.told(seconds)
        with self._lock:
            self.now += round(seconds * 1000)


class CoreBot:
    """Everything a use case works with. `type`, `press` and `send` are what people do; `work` is what follows."""

    def __init__(
        self,
        folder: Path,
        *,
        terms: Terms | None = None,
        channels: Channels | None = None,
        toy: Toy | None = None,
        roles: Mapping[Principal, Role] = ROLES,
        store: Store | None = None,
        deliver: bool = True,
        failpoint: Failpoint | None = None,
        url: str = "",
    ) -> None:
        self.clock = StillClock()
        self.toy = toy or Toy()
        self.messenger = Recorder()
        keys = Keyring({"k1": bytes(32)})
        usual = store is None and roles is ROLES and deliver and not url
        if usual:
            lay_out_usual(folder)
        elif store is None and not url:
            lay_out(folder)
        self.store = store or open_store(folder, keys, self.clock, url=url, synchronous="OFF", failpoint=failpoint)
        self.ctx = make_context(
            self.store,
            self.clock,
            self.messenger,
            plugins=[self.toy],
            channels=channels or Channels(approval=APPROVALS, audit=AUDIT),
            team=HOME,
            terms=terms,
        )
        self.dispatcher = Dispatcher(self.ctx)
        self.recovery = Reconciler(self.ctx)
        self.stops = StopDeadlines(self.ctx)
        self._keys = 0
        if not usual:
            for principal, role in roles.items():
                grant_role(self.store, principal, role, by=SHELL)
            if deliver:
                self.deliver()
        self.messenger.audit.clear()

    def _key(self) -> str:
        self._keys += 1
        return f"key-{self._keys}"

    def typed(self, who: Principal, text: str, *, channel: str = OPS) -> SlashCommand:
        return SlashCommand(
            key=self._key(),
            person=who,
            channel=channel,
            text=text,
            answer_url="https://hooks.slack.com/commands/1",
        )

    def value(self, change: ChangeRequest) -> str:
        return card_token.make_token(self.store.keys, HOME, change)

    def click(self, who: Principal, change: ChangeRequest, button: str, *, value: str = "", channel: str = "") -> Click:
        return Click(
            key=self._key(),
            person=who,
            channel=channel or change.channel,
            button=button,
            value=value or self.value(change),
            trigger=f"trigger-{self._keys}",
        )

    def form(self, who: Principal, change: ChangeRequest, reason: str, *, value: str = "") -> Form:
        fields = {"reason": reason}
        return Form(
            key=self._key(),
            person=who,
            value=value or self.value(change),
            fields=fields,
        )

    def take(self, inbound: Inbound) -> None:
        """Receive it and do what is due, delivering nothing."""
        if inbound.person.local:
            self._at_the_shell(inbound)
        else:
            receive(self.ctx, inbound)
        self.do_jobs()

    def _at_the_shell(self, inbound: Inbound) -> None:
        """Do what the account of the host's shell asks for: no delivery can carry its name."""
        with self.store.unit_of_work() as store:
            store.jobs.add(INBOUND, "{}", at=self.clock.now_ms())
        (job,) = self.claim_inbound()
        match inbound:
            case SlashCommand():
                submit(self.ctx, job, inbound)
            case Click():
                handle_button(self.ctx, job, inbound)
            case Form():
                handle_reason_form(self.ctx, job, inbound)

    def do_jobs(self, most: int = 50) -> int:
        """Do the jobs that are due; returns how many."""
        for done in range(most):
            job = claim_job(self.ctx)
            if job is None:
                return done
            perform_job(self.ctx, job)
        return most

    def deliver(self, most: int = 200) -> None:
        """Deliver what is due, letting the second between two audit messages pass."""
        for _ in range(most):
            if not self.dispatcher.deliver_one():
                self.clock.advance(1)
                if not self.dispatcher.deliver_one():
                    return

    def work(self) -> None:
        """Do jobs and deliver until nothing is due any more."""
        for _ in range(20):
            self.deliver()
            self.clock.advance(0.3)
            if not self.do_jobs():
                return

    def restart(self) -> None:
        """As another process after this one died: what was only in memory is gone."""
        audit = AuditProgress(witness=self.ctx.audit.witness, chain=self.ctx.audit.chain)
        self.configure(
            process=ProcessIdentity(self.clock.monotonic),
            threads=ThreadState(self.clock),
            audit=audit,
            pace=ChannelRateLimiter(self.clock),
            lookups=AccountLookups(),
        )
        self.recovery.start()

    def configure(self, **parts: Any) -> None:
        """Go on with other parts, each named as in `Context`, `Chat` or `Deployment`."""
        self.ctx = with_parts(self.ctx, **parts)
        self.dispatcher, self.recovery, self.stops = Dispatcher(self.ctx), Reconciler(self.ctx), StopDeadlines(self.ctx)

    def wait(self, seconds: float, *, step: float = 3.0) -> None:
        """Let time pass while the scheduler does a round every `step` seconds and everything due is done."""
        end = self.clock.now + round(seconds * 1000)
        while self.clock.now < end:
            self.clock.now = min(end, self.clock.now + round(step * 1000))
            self.run_once()

    def run_once(self) -> None:
        """One round of the scheduler, and what is due."""
        save_unsaved_results(self.ctx)
        expire_overdue(self.ctx)
        send_reminders(self.ctx)
        repost_cards(self.ctx)
        self.recovery.run_once()
        self.stops.run_once()
        record_folded(self.ctx)
        note_mode(self.ctx)
        self.do_jobs()
        while self.dispatcher.deliver_one():
            pass

    def type(self, who: Principal, text: str, *, channel: str = OPS) -> str:
        """Type a line; returns the title of the answer."""
        self.take(self.typed(who, text, channel=channel))
        self.deliver()
        return self.last_private_notice

    def ask(self, text: str = "thing remove one", who: Principal = OLGA) -> ChangeRequest:
        """Type a line that opens a change request, and wait for its card."""
        self.type(who, text)
        return self.change()

    def claim_inbound(self) -> list[Job]:
        """Take all jobs that came in, and leave what is to be run for later."""
        with self.store.unit_of_work() as store:
            jobs = []
            while (job := store.jobs.claim(steady_ms(self.ctx))) is not None:
                jobs.append(job)
            for job in jobs:
                if job.kind != INBOUND:
                    store.jobs.postpone(job, due=0)
        return [job for job in jobs if job.kind == INBOUND]

    def press(self, who: Principal, change: ChangeRequest, button: str = card_token.APPROVE) -> str:
        """Press a button and do nothing of what follows; returns what the person will be told, if anything."""
        return self.hears(self.click(who, self.now(change), button))

    def hears(self, inbound: Inbound) -> str:
        """Receive it, do that one job, and deliver nothing; returns what the person will be told, if anything."""
        before = len(self._waiting_for(inbound.person))
        if inbound.person.local:
            self._at_the_shell(inbound)
        else:
            receive(self.ctx, inbound)
        for job in self.claim_inbound():
            perform_job(self.ctx, job)
        waiting = self._waiting_for(inbound.person)
        return en(waiting[-1].reply.title if len(waiting) > before else "")

    def _waiting_for(self, person: Principal) -> list[PrivateNotice]:
        return [notice for notice in self.waiting_private_notices() if notice.person == person]

    def waiting_private_notices(self) -> list[PrivateNotice]:
        rows = self.store.engine.rows("SELECT kind, payload FROM outbox WHERE kind = 'whisper' AND state = 'new'")
        notices = [notice_from_json(row["kind"], row["payload"]) for row in rows]
        return [notice for notice in notices if isinstance(notice, PrivateNotice)]

    def send(self, who: Principal, change: ChangeRequest, reason: str) -> str:
        """Send the form off that asks for a reason; returns what the person will be told, if anything."""
        return self.hears(self.form(who, self.now(change), reason))

    def approved(self, text: str = "thing remove one", who: Principal = OLGA) -> ChangeRequest:
        """A change request that was approved and waits to be run, with its audit line delivered."""
        change = self.ask(text, who)
        assert self.press(who if isinstance(change.decision, NeedsConfirmation) else ANTON, change) == ""
        self.deliver()
        assert self.now(change).status is Status.APPROVED
        return self.now(change)

    def change(self, number: int | None = None) -> ChangeRequest:
        """The newest change request, or the one with this number."""
        if number is not None:
            return self.store.changes.require(number)
        return self.store.changes.newest(limit=1)[0]

    def now(self, change: ChangeRequest) -> ChangeRequest:
        """The change request as it is stored, with its outcome in English."""
        found = self.store.changes.require(change.number)
        return replace(found, outcome=en(found.outcome))

    @property
    def last_private_notice(self) -> str:
        return en(self.messenger.private_notices[-1].reply.title if self.messenger.private_notices else "")

    @property
    def threads(self) -> list[str]:
        return [words for kind, words in self.messenger.said if kind == "reply"]

    def records(self, tag: str = "", subject: str = "") -> list[AuditRecord]:
        """Audit records, oldest first."""
        return self.store.audit.find(tag=tag, subject=subject, limit=500)[::-1]

    def break_audit(self) -> None:
        """From here on no audit record can be written."""
        with self.store.unit_of_work():
            self.store.engine.execute(BREAK_AUDIT[isinstance(self.store.engine, Database)])

    def mend_audit(self) -> None:
        with self.store.unit_of_work():
            self.store.engine.execute(MEND_AUDIT[isinstance(self.store.engine, Database)])

    def close(self) -> None:
        self.store.close()


def lay_out_usual(folder: Path) -> None:
    """Put down a database with the usual people on its allow-list."""
    make_home(folder)
    (folder / FILE_NAME).write_bytes(_usual())


@cache
def _usual() -> bytes:
    """The database of a bot with the usual people, once their grants stand in the audit channel."""
    with tempfile.TemporaryDirectory() as folder:
        CoreBot(Path(folder), roles=dict(ROLES)).close()
        return Path(folder, FILE_NAME).read_bytes()
