"""Change requests, their reviews and their executions. Every status change is a compare-and-set."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import TypeVar

from bot.core.bot_errors import ConfigurationError
from bot.core.change.change_request import OPEN, ChangeRequest, NewChange, Repeat, Review, Status, Verdict
from bot.core.change.digests import digest
from bot.core.change.plans import (
    decision_from_json,
    decision_to_json,
    plan_from_json,
    plan_to_json,
    read_texts,
    write_target,
)
from bot.core.change.status_names import ShownStatus
from bot.core.principals import Principal
from bot.core.redaction.redactor import redact_value, secrets_in
from bot.core.redaction.sanitizer import texts_in
from bot.core.stored_texts import load_text, store_text
from bot.plugin import CallOutcome, CallVerdict, Message, Place, PlaceTerm, Plan, Risk, Text, read_text, write_text
from bot.plugin.frozen import dataclass
from bot.store.engine.port import Engine, Row
from bot.store.engine.sql import assignments, newest_of, placeholders
from bot.store.engine.tallies import read_tally
from bot.store.sealing.keyring import Keyring
from bot.store.sealing.sealed_text import open_text, seal_text

T = TypeVar("T")

FIRST_NUMBER = 1001
_COLUMNS = (
    *("decided_at", "started_at", "ended_at", "outcome", "card", "channel", "seen", "seen_steady"),
    *("reminded_at", "asked_at", "settled_by", "sent_steady", "undone_by", "partly", "found"),
    *("repeat", "read_fault"),
)
_TEXTS = frozenset({"outcome", "read_fault"})
"""Columns that hold texts for people."""
Column = str | int | Message | None
_SET = assignments(("status", *_COLUMNS))
_SHOWN = "SELECT number FROM changes WHERE status = ? AND partly = ? AND (undone_by IS NOT NULL) = (? = 1)"
"""What the index `changes_shown` gives in the order of the numbers."""
_UPDATE = " ".join(("UPDATE changes SET", _SET, "WHERE number = ? AND COALESCE(?, status) = status"))
_AT_PLACE = "plugin || '' = ? AND place_identity || '' = ?"
"""As expressions, so that no index makes an engine go through all that was ever asked for there."""
_DONE_TO = "plugin = ? AND place_identity = ? AND target = ? AND (status = ? OR partly = 1)"
"""What was done to a target, if only partly."""
_OVERDUE = "status = ? AND expires_at <= ?"
"""What has waited for too long."""
_HALF_OVER = "status = ? AND reminded_at IS NULL AND expires_at > ? AND expires_at - ? <= ? - created_at"
"""What has waited for half of its time, and nobody was reminded."""
_OPEN = (
    "INSERT INTO changes (number, status, line, path, plugin, place, place_label, place_identity, target, "
    "requester, reason, risk, plan, digest, decision, created_at, expires_at, channel, card_id, undo_of, "
    "place_word, place_option, place_mark, local) "
    "VALUES ((SELECT COALESCE(MAX(number) + 1, ?) FROM changes), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
    "?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number"
)
"""A new change request, with the number after the last one."""
_SEAL = "UPDATE changes SET sealed = ? WHERE number = ?"
"""Its line, reason and plan as they are, sealed."""
_SEALED = "SELECT sealed FROM changes WHERE number = ?"
"""The same, to be opened."""
_WHEREABOUTS = "SELECT plugin, place FROM changes WHERE number = ?"
"""Where a change request goes."""
_CARD_PLACE = "SELECT channel, card FROM changes WHERE number = ? AND card IS NOT NULL"
"""Where the card of a change request stands."""
_MORE_THAN = "SELECT 1 FROM changes WHERE status = ? LIMIT 1 OFFSET ?"
"""A row where more than so many have a status."""
_NOT_SHOWN = (
    "SELECT changes.number FROM changes JOIN outbox ON outbox.key = 'card:' || changes.number "
    "WHERE status = ? AND outbox.state = 'sent' AND NOT sent_at BETWEEN ? AND ? ORDER BY changes.number"
)
"""Pending ones by when their card was written last."""
_FORGET_CARD = "UPDATE changes SET card = NULL, card_id = ? WHERE number = ? AND card = ?"
"""The card that stood is gone."""
_MOVE_CARD = "UPDATE changes SET channel = ?, card_id = ? WHERE number = ? AND card IS NULL"
"""A card that does not stand yet goes to another channel."""
_REVIEW = "INSERT INTO reviews (number, reviewer, verdict, reason, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
"""One person's verdict, once."""
_INTEND = "INSERT INTO executions (number, step, method, intended_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
"""A call that is about to be made, once."""
_ANSWER = (
    "UPDATE executions SET verdict = ?, code = ?, sentence = ?, answered_at = ?, sent_at = ? "
    "WHERE number = ? AND step = ?"
)
"""What came of a call."""
_STEPS = (
    "SELECT step, method, intended_at, sent_at, verdict, COALESCE(code, '') AS code, "
    "COALESCE(sentence, '') AS sentence FROM executions WHERE number = ? ORDER BY step"
)
"""The calls of a change request in their order."""
_SEEN = "SELECT seen, seen_steady FROM changes WHERE number = ?"
"""What the last reading back showed."""
_SENT = "SELECT sent_steady FROM changes WHERE number = ?"
"""When the last call was sent at the latest."""
_REVIEWS = "SELECT * FROM reviews WHERE number = ? ORDER BY at, reviewer"
"""The verdicts on a change request in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call of an execution: intended at, last sent at, and what came of it. The last four once it was answered."""

    step: int
    method: str
    intended_at: int
    sent_at: int | None
    verdict: CallVerdict | None
    code: str = ""
    sentence: str = ""

    @property
    def outcome(self) -> CallOutcome | None:
        """What came of it, as far as it is stored; None while it is not answered."""
        if self.verdict is None:
            return None
        return CallOutcome(verdict=self.verdict, sentence=load_text(self.sentence), code=self.code)


class ChangeReader:
    """The change requests of the store."""

    def __init__(self, database: Engine, keys: Keyring) -> None:
        self._database = database
        self._keys = keys

    def exact(self, change: ChangeRequest) -> ChangeRequest:
        """The change request with its line, reason and plan as they are, for what acts on them. Never to be shown."""
        row = self._database.row(_SEALED, change.number)
        if row is None or row["sealed"] is None:
            return change
        whole = json.loads(open_text(self._keys, row["sealed"]))
        if whole["number"] != change.number:
            raise ConfigurationError(Message("store.request.misplaced", request=change.id))
        return replace(
            change, line=whole["line"], reason=read_text(whole["reason"]), plan=plan_from_json(whole["plan"])
        )

    def show_plan(self, exact: ChangeRequest | NewChange) -> Plan:
        """The plan of an exact change request as it may be shown, with marks for what looks like a secret."""
        # A plan may say a part of what was typed in another sentence.
        secrets = secrets_in(exact.line, *texts_in(write_text(exact.reason)))
        parts = redact_value(exact.plan, self._keys.fingerprint, secrets)
        return replace(parts, target=self._redacted(exact.plan.target), part=self._redacted(exact.plan.part))

    def _redacted(self, value: T) -> T:
        return redact_value(value, self._keys.fingerprint)

    def get(self, number: int) -> ChangeRequest | None:
        found = self._read("number = ?", number)
        return found[0] if found else None

    def whereabouts(self, number: int) -> tuple[str, str] | None:
        """The plugin of a change request and the name of its place, without the rest of it."""
        row = self._database.row(_WHEREABOUTS, number)
        return (row["plugin"], row["place"]) if row else None

    def require(self, number: int) -> ChangeRequest:
        """The change request with this number, which is known to exist."""
        found = self.get(number)
        if found is None:
            raise LookupError(f"no change request {number}")
        return found

    def open_for(self, plugin: str, place: Place, target: str, part: str = "") -> list[ChangeRequest]:
        """Those that keep a plugin's change request for this target, or part of it, away, the newest first."""
        where = f"{_AT_PLACE} AND status IN ({placeholders(OPEN)})"
        opened = self._read(where, plugin, place.identity, *OPEN)
        return [change for change in opened if _keeps_away(change, target, part)]

    def newest_done(self, plugin: str, place: Place, target: str, part: str = "") -> ChangeRequest | None:
        """The last one of a plugin that was done to a target, or to that part of it, if only partly."""
        found = self._read(_DONE_TO, plugin, place.identity, write_target(target, part), Status.DONE, limit=1)
        return found[0] if found else None

    def card_place(self, number: int) -> tuple[str, str] | None:
        """The channel and the message of its card; None while it is not posted."""
        row = self._database.row(_CARD_PLACE, number)
        return (row["channel"], row["card"]) if row else None

    def newest(self, *, limit: int) -> list[ChangeRequest]:
        """The newest first, whatever became of them."""
        return self._read("TRUE", limit=limit)

    def with_status(self, statuses: Iterable[Status], *, limit: int = 1_000) -> list[ChangeRequest]:
        """The newest first."""
        wanted = tuple(statuses)
        if set(wanted).issubset(OPEN):  # Few are open at a time: one look finds them, and they are sorted.
            return self._read(f"status IN ({placeholders(wanted)})", *wanted, limit=limit) if wanted else []
        return self._newest_of(list(product(wanted, (0, 1), (False, True))), limit)

    def shown_as(self, shown: ShownStatus, *, limit: int) -> list[ChangeRequest]:
        """Those that a reader sees with this status, the newest first."""
        partly = (0, 1) if shown.partly is None else (int(shown.partly),)
        return self._newest_of(list(product(shown.statuses, partly, (shown.undone,))), limit)

    def _newest_of(self, kinds: Sequence[tuple[Status, int, bool]], limit: int) -> list[ChangeRequest]:
        """The newest of any of these kinds: a status, whether done in part, and whether undone."""
        where = f"number IN ({newest_of(_SHOWN, kinds, 'number')})"
        return self._read(where, *(value for kind in kinds for value in kind), limit, limit=limit) if kinds else []

    def counts(self) -> dict[Status, int]:
        """How many change requests are in each status that some are in."""
        return {Status(word): number for word, number in read_tally(self._database, "changes").items()}

    def more_than(self, number: int, status: Status) -> bool:
        """Whether more than so many are in this status."""
        return self._database.row(_MORE_THAN, status, number) is not None

    def overdue(self, now: int) -> list[ChangeRequest]:
        """Pending ones whose time is up."""
        return self._read(_OVERDUE, Status.PENDING, now)

    def half_over(self, now: int) -> list[ChangeRequest]:
        """Pending ones that have waited for half of their time, and of which nobody has been reminded."""
        return self._read(_HALF_OVER, Status.PENDING, now, now, now)

    def open_of(self, requesters: Iterable[Principal]) -> list[ChangeRequest]:
        """The open ones that these accounts have asked for, the newest first."""
        wanted = [requester.id for requester in requesters]
        if not wanted:
            return []
        where = f"requester IN ({placeholders(wanted)}) AND status IN ({placeholders(OPEN)})"
        return self._read(where, *wanted, *OPEN)

    def not_shown_since(self, at: int, *, now: int) -> list[int]:
        """The numbers of pending ones whose card was last posted or rewritten before then, and is not about to be.

        One that was so later than now counts too: the clock was set back since.
        """
        rows = self._database.rows(_NOT_SHOWN, Status.PENDING, at, now)
        return [row["number"] for row in rows]

    def steps(self, number: int) -> list[Step]:
        rows = self._database.rows(_STEPS, number)
        return [Step(**{**row, "verdict": row["verdict"] and CallVerdict(row["verdict"])}) for row in rows]

    def seen(self, number: int) -> tuple[str, int] | None:
        """What the last reading-back showed, and when by the steady clock."""
        row = self._database.row(_SEEN, number)
        return (row["seen"], row["seen_steady"]) if row and row["seen"] is not None else None

    def sent_steady(self, number: int) -> int | None:
        """When the last call can have been sent at the latest, by the steady clock; None when nobody noted it.

        Later than now means that the machine was started again since.
        """
        row = self._database.row(_SENT, number)
        return row["sent_steady"] if row else None

    def _read(self, where: str, *values: str | int | None, limit: int = 1_000) -> list[ChangeRequest]:
        rows = self._database.where("changes", where, values, order_by="number desc", limit=limit)
        return [_change(row, self._reviews(row["number"])) for row in rows]

    def _reviews(self, number: int) -> tuple[Review, ...]:
        rows = self._database.rows(_REVIEWS, number)
        return tuple(
            Review(
                reviewer=Principal.read(row["reviewer"]),
                verdict=Verdict(row["verdict"]),
                reason=row["reason"],
                at=row["at"],
            )
            for row in rows
        )


class Changes(ChangeReader):
    """The same with what changes it. A transaction has it, and nobody else."""

    def open(self, new: NewChange) -> ChangeRequest:
        """Store a new change request, pending. The caller has made sure that none is open for its target.

        What looks like a secret is shown as a mark, in what is returned too; `exact` has the whole of it.
        """
        whole = {"line": new.line, "reason": write_text(new.reason), "plan": plan_to_json(new.plan)}
        line, reason = self._redacted(new.line), self._redacted(new.reason)
        shown = self.show_plan(new)
        target = write_target(new.plan.target, new.plan.part)
        number = self._database.insert(
            _OPEN,
            *(FIRST_NUMBER, Status.PENDING, line, new.path, new.plugin, new.place.name, new.place.label),
            *(new.place.identity, target, new.requester.id, store_text(reason), new.risk, plan_to_json(shown)),
            *(digest(new.path, new.place, new.plan), decision_to_json(new.decision), new.created_at),
            *(new.expires_at, new.channel, new.card_id, new.undo_of),
            *(new.place_term.word, new.place_term.option, new.place.mark, int(new.local)),
        )
        if whole != {"line": line, "reason": write_text(reason), "plan": plan_to_json(shown)}:
            box = seal_text(self._keys, json.dumps({"number": number, **whole}))
            self._database.execute(_SEAL, box, number)
        return self.require(number)

    def forget_card(self, number: int, card: str, *, card_id: str) -> bool:
        """Its card is gone and another, with another id, is to be posted; False when it has another already."""
        sql = _FORGET_CARD
        return self._database.execute(sql, card_id, number, card) == 1

    def move_card(self, number: int, channel: str, *, card_id: str) -> bool:
        """Its card is to be posted in another channel, with another id; False when it stands somewhere by now."""
        sql = _MOVE_CARD
        return self._database.execute(sql, channel, card_id, number) == 1

    def move(self, number: int, old: Status, new: Status, *, changes: Mapping[str, Column] | None = None) -> bool:
        """Take one arrow if the status is still `old`; False when somebody else was first."""
        return self._update(number, old, new, changes or {}) == 1

    def note(self, number: int, changes: Mapping[str, Column]) -> None:
        """Write columns that are not the status."""
        self._update(number, None, None, changes)

    def _update(self, number: int, old: Status | None, new: Status | None, changes: Mapping[str, Column]) -> int:
        strange = set(changes).difference(_COLUMNS)
        if strange:
            raise ValueError(f"no such column: {', '.join(sorted(strange))}")
        written = {
            name: self._stored(value) if name in _TEXTS and isinstance(value, str | Message) else value
            for name, value in changes.items()
        }
        return self._database.execute(_UPDATE, new, *(written.get(name) for name in _COLUMNS), number, old)

    def _stored(self, text: Text) -> str:
        return store_text(redact_value(text, self._keys.fingerprint))

    def review(self, number: int, review: Review) -> bool:
        """Store a verdict; False when this person has given one before."""
        return (
            self._database.execute(
                _REVIEW,
                *(number, review.reviewer.id, review.verdict, self._redacted(review.reason), review.at),
            )
            == 1
        )

    def intend(self, number: int, step: int, method: str, *, at: int) -> bool:
        """Record that a call is about to be made; False when it was intended before: it must not be made again."""
        return self._database.execute(_INTEND, number, step, method, at) == 1

    def answer(self, number: int, step: int, outcome: CallOutcome, *, at: int, steady: int) -> None:
        ago = outcome.sent_ms_ago or 0
        self._database.execute(
            _ANSWER,
            *(outcome.verdict, outcome.code, self._stored(outcome.sentence), at, at - ago, number, step),
        )
        self.note(number, {"sent_steady": steady - ago})


def _keeps_away(change: ChangeRequest, target: str, part: str) -> bool:
    """Whether both change the same thing. What only people can tell may take forever, so that holds its part alone."""
    if set(target.split()).isdisjoint(change.plan.target.split()):
        return False
    left_to_people = change.status is Status.UNKNOWN and not change.plan.provable
    return not left_to_people or part == change.plan.part


def _change(row: Row, reviews: tuple[Review, ...]) -> ChangeRequest:
    return ChangeRequest(
        number=row["number"],
        status=Status(row["status"]),
        line=row["line"],
        path=row["path"],
        plugin=row["plugin"],
        place=Place(
            name=row["place"], label=row["place_label"], identity=row["place_identity"], mark=row["place_mark"]
        ),
        requester=Principal.read(row["requester"]),
        reason=load_text(row["reason"]),
        risk=Risk(row["risk"]),
        plan=plan_from_json(row["plan"]),
        digest=row["digest"],
        decision=decision_from_json(row["decision"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        decided_at=row["decided_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        outcome=load_text(row["outcome"]),
        channel=row["channel"],
        card=row["card"],
        asked_at=row["asked_at"],
        settled_by=Principal.read(row["settled_by"]) if row["settled_by"] else None,
        card_id=row["card_id"],
        reminded_at=row["reminded_at"],
        undo_of=row["undo_of"],
        undone_by=row["undone_by"],
        partly=bool(row["partly"]),
        found=read_texts(json.loads(row["found"])) if row["found"] else None,
        repeat=Repeat(row["repeat"]),
        read_fault=load_text(row["read_fault"]),
        place_term=PlaceTerm(word=row["place_word"], option=row["place_option"]),
        local=bool(row["local"]),
        reviews=reviews,
    )
