"""The real use cases over a real file, put back to its beginning for each example, and read without ceremony."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from bot.core.authority.membership import MembershipStatus
from bot.core.authority.policy import Terms
from bot.core.change import digests
from bot.core.messages.deliveries import SlashCommand
from bot.core.messages.notices import PrivateNotice, notice_from_json
from bot.core.principals import Principal, Role
from bot.language.catalogues import ENGLISH
from bot.language.language_choice import LanguageChoice
from bot.plugin import Call, CallVerdict, TargetUnreachable
from bot.store.engine.database import sqlite3
from bot.usecases.admin.allow_list import grant_role, revoke_role
from bot.usecases.authority.refusal_records import record_folded
from bot.usecases.chat.channel_pace import NO_GAPS
from bot.usecases.chat.delivery_errors import ChannelDead, Lost
from bot.usecases.intake.job_failures import save_unsaved_results
from bot.usecases.integrity import active_limits
from bot.usecases.integrity.freezes import FROZEN
from bot.usecases.requests.expiry import expire_overdue
from bot.usecases.requests.reminders import repost_cards, send_reminders
from tests.language.english import en
from tests.long.machine.values import PENDING_LASTS, QUIET, SECOND, Reply
from tests.usecases.core_bot import ANTON, GLEB, IDA, OLGA, ROLES, SHELL, START, STRANGER, VERA, VIKTOR, CoreBot
from tests.usecases.toy import Script

PEOPLE: dict[str, Principal] = {
    "olga": OLGA,
    "anton": ANTON,
    "vera": VERA,
    "ida": IDA,
    "viktor": VIKTOR,
    "gleb": GLEB,
    "stranger": STRANGER,
}
NAMES = {person.id: name for name, person in PEOPLE.items()}
GRANTED = {NAMES[person.id]: str(role) for person, role in ROLES.items()}
THINGS = {"one": "red", "two": "red", "precious": "gold"}
MEMORY = Path("/dev/shm")
"""A file system in memory, where there is one."""


def _name(text: str) -> str:
    """Somebody's name, for whoever has one."""
    return NAMES.get(text, text)


class Killed(BaseException):
    """The worker dies."""


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder for the file, in memory where that is possible."""
    return tempfile.TemporaryDirectory(prefix="b24bot-", dir=MEMORY if MEMORY.is_dir() else None)


class Rig:
    """One core bot for many examples."""

    def __init__(self, folder: Path) -> None:
        self.core_bot = CoreBot(folder)
        self.store = self.core_bot.store
        self._connection = self.store.database.utils.conn
        # What dies here is the worker and never the machine, so nothing has to be safe against that.
        self._connection.execute("PRAGMA journal_mode=MEMORY")
        # Nor does anybody else open it: the file is locked once.
        self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        self._beginning = sqlite3.connect(":memory:")
        self._connection.backup(self._beginning)
        self.first_seq = int(self.store.database.rows("SELECT max(seq) AS n FROM audit")[0]["n"])
        self._seq = self._private_notices = 0
        self.alive, self.silent = True, False
        """Whether the audit channel takes messages, and whether Slack does not say what accounts are."""
        # In one language nobody is asked about for theirs, so that Slack is asked when a decision needs it and no more.
        self.core_bot.configure(languages=LanguageChoice(fixed=ENGLISH))
        self.core_bot.messenger.on_try = self._try
        self.reply = Reply()
        self.witness: Callable[[int, Call], None] = lambda number, call: None
        """Told of each call, with the change request it is made for."""
        self.core_bot.toy.on_call = self._called

    def close(self) -> None:
        self._beginning.close()
        self.core_bot.close()

    def reset(self, quorum: int) -> None:
        """Everything as it was before anybody did anything."""
        self._beginning.backup(self._connection)
        core_bot, toy = self.core_bot, self.core_bot.toy
        core_bot.clock.now, core_bot.clock.set_by = START, 0
        toy.things = dict(THINGS)
        toy.calls.clear()
        toy.scripts.clear()
        self.portal_down(down=False)
        for said in (
            core_bot.messenger.said,
            core_bot.messenger.cards,
            core_bot.messenger.private_notices,
            core_bot.messenger.audit,
        ):
            said.clear()
        core_bot.messenger.forms.clear()
        core_bot.messenger.tried.clear()
        self.alive, self.silent, self.reply = True, False, Reply()
        core_bot.messenger.standings.clear()
        core_bot.messenger.asked.clear()
        self.restart(quorum)
        self._seq, self._private_notices = self.first_seq, 0

    def typed(self, who: str, line: str) -> SlashCommand:
        """A typed line without an address for answers: at one, the ending of its request would be told once more."""
        return replace(self.core_bot.typed(PEOPLE[who], line), answer_url="")

    def restart(self, quorum: int) -> None:
        self.core_bot.configure(terms=Terms(quorum=quorum, expires_in=PENDING_LASTS))
        self.core_bot.restart()
        self.core_bot.ctx.chat.pace.gaps = NO_GAPS

    # The world outside

    def _try(self, kind: str) -> None:
        if kind == "audit" and not self.alive:
            raise ChannelDead("is_archived")
        if kind == "account" and self.silent:
            raise Lost("TimeoutError")

    def portal_down(self, *, down: bool) -> None:
        error = TargetUnreachable("The toy cannot be reached.") if down else None
        self.core_bot.toy.closed = self.core_bot.toy.unreadable = error

    def next_call(self, reply: Reply) -> None:
        """How the portal takes the next call."""
        error: BaseException | None = Killed() if reply.kills else RuntimeError("broken") if reply.breaks else None
        self.core_bot.toy.scripts.clear()
        self.core_bot.toy.scripts.append(Script(verdict=CallVerdict(reply.answer), effect=reply.effect, error=error))
        self.reply = reply

    def _called(self, call: Call) -> None:
        """What else happens while a call is made."""
        last = self.store.database.row("SELECT number FROM executions ORDER BY rowid DESC LIMIT 1")
        self.witness(last["number"] if last else 0, call)
        if self.reply.cuts:
            self.portal_down(down=True)
        if self.reply.freezes:
            self.freeze(frozen=True)
        steps, self.reply = self.reply.steps, Reply()
        if steps:
            self.set_clock(steps)
            self.keep()

    def freeze(self, *, frozen: bool) -> None:
        with self.store.unit_of_work() as store:
            store.facts.put(FROZEN, "Ida says stop." if frozen else "")

    def account(self, who: str, standing: str) -> None:
        """What Slack says of an account from now on."""
        self.core_bot.messenger.standings[PEOPLE[who]] = MembershipStatus(standing)

    def grant(self, who: str, role: str) -> None:
        """Give a role, or take it away, on the record."""
        if role:
            grant_role(self.store, PEOPLE[who], Role(role), by=SHELL)
        else:
            revoke_role(self.store, PEOPLE[who], by=SHELL)

    def tamper(self, number: int, old: str, new: str) -> None:
        """Change what is stored of the line and the plan, past the bot."""
        with self.store.unit_of_work() as store:
            store.engine.execute(
                "UPDATE changes SET line = replace(line, ?, ?), plan = replace(plan, ?, ?) WHERE number = ?",
                *(old, new, old, new, number),
            )

    def redigest(self, number: int, digest: str = "") -> None:
        """Write another digest, or the one of what is stored now, past the bot."""
        change = self.store.changes.require(number)
        with self.store.unit_of_work() as store:
            store.engine.execute(
                "UPDATE changes SET digest = ? WHERE number = ?",
                *(digest or digests.digest(change.path, change.place, change.plan), number),
            )

    # What there is to see

    def statuses(self) -> dict[int, str]:
        return {row["number"]: row["status"] for row in self.store.database.rows("SELECT number, status FROM changes")}

    def reviews(self) -> set[tuple[int, str, str]]:
        rows = self.store.database.rows("SELECT number, reviewer, verdict FROM reviews")
        return {(row["number"], NAMES[row["reviewer"]], row["verdict"]) for row in rows}

    def news(self) -> tuple[list[tuple[str, str, str]], list[tuple[str, str]]]:
        """What was recorded and what people are to be told since this was last asked."""
        records = self.store.database.rows(
            "SELECT seq, tag, actor, subject FROM audit WHERE seq > ? ORDER BY seq", self._seq
        )
        private_notices = self.store.database.rows(
            "SELECT id, payload FROM outbox WHERE kind = 'whisper' AND id > ? ORDER BY id", self._private_notices
        )
        self._seq = records[-1]["seq"] if records else self._seq
        self._private_notices = private_notices[-1]["id"] if private_notices else self._private_notices
        recorded = [(str(row["tag"]), _name(row["actor"]), _name(row["subject"])) for row in records]
        told = []
        for row in private_notices:
            notice = notice_from_json("whisper", row["payload"])
            assert isinstance(notice, PrivateNotice)
            told.append((NAMES[notice.person.id], en(notice.reply.title)))
        return recorded, told

    def lines(self) -> int:
        """How many records are to be said in the audit channel, but for those of the beginning."""
        quiet = ", ".join(f"'{tag}'" for tag in QUIET)
        found = self.store.database.rows(
            f"SELECT count(*) AS n FROM audit WHERE seq > ? AND tag NOT IN ({quiet})", self.first_seq
        )
        return int(found[0]["n"])

    def tick(self, seconds: int) -> None:
        """Time passes."""
        self.core_bot.clock.now += seconds * SECOND

    def set_clock(self, seconds: int) -> None:
        """Somebody sets the clock."""
        self.core_bot.clock.set_by += seconds * SECOND

    def work(self, most: int) -> None:
        """Do some jobs; a worker that dies of one does no more."""
        with suppress(Killed):
            self.core_bot.do_jobs(most)

    def deliver(self) -> None:
        while self.core_bot.dispatcher.deliver_one():
            pass

    def keep(self) -> None:
        """One round of the scheduler."""
        save_unsaved_results(self.core_bot.ctx)
        expire_overdue(self.core_bot.ctx)
        send_reminders(self.core_bot.ctx)
        repost_cards(self.core_bot.ctx)
        self.core_bot.recovery.run_once()
        self.core_bot.stops.run_once()
        record_folded(self.core_bot.ctx)
        active_limits.note_mode(self.core_bot.ctx)
