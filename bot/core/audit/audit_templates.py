"""How the record of each tag reads: a sentence, details, and the words for the codes that it holds.

The arguments of a template are names. A sentence may name `actor`, `subject`, `change` and any fact that all records of
the tag have; that of a plugin's event may name `place`, which is its subject. A detail names `value`, its fact.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.audit.audit_record import PLACE_FACT, Tag
from bot.core.authority.limits import Mode
from bot.core.change.pending_stop import StopKind
from bot.core.change.status_table import STATUS_WORDS_BY_CODE
from bot.core.principals import ROLE_NAMES
from bot.plugin import CallVerdict, Message
from bot.plugin.frozen import dataclass

Codes = Mapping[str, Message]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """How a record reads: its words, then each detail whose fact is there, with codes put into words by their fact."""

    words: Message
    details: Mapping[str, Message]
    codes: Mapping[str, Codes]


def make_sentence(
    words: Message, details: Mapping[str, Message] | None = None, codes: Mapping[str, Codes] | None = None
) -> Sentence:
    """Make a row. Whatever is done at the terminal may have a reason, which comes last where nothing else is said."""
    found = details or {}
    return Sentence(words=words, details={**found, "reason": found.get("reason", REASON)}, codes=codes or {})


REASON = Message("audit.detail.reason", value="value")
SAID = Message("audit.detail.said", value="value")
TYPED = Message("audit.detail.typed", value="value")
PLACE = Message("audit.detail.place", value="value")
REPEATED = Message("audit.detail.repeated", value="value")
REQUEST = Message("audit.detail.request", value="value")
ENDED = Message("audit.detail.ended", value="value")
STATUS = Message("audit.detail.status", value="value")
CALL = Message("audit.detail.call", value="value")
CODE = Message("audit.detail.code", value="value")
NOW = Message("audit.detail.now", value="value")
BEFORE = Message("audit.detail.before", value="value")
FILE = Message("audit.detail.file", value="value")
NOTICE_KIND = Message("audit.detail.notice_kind", value="value")
NOTICE = Message("audit.detail.notice", value="value")
LAST_RECORD = Message("audit.detail.last_record", value="value")

STATUSES: Codes = STATUS_WORDS_BY_CODE
VERDICTS: Codes = {
    CallVerdict.DONE: Message("audit.verdict.done"),
    CallVerdict.FAILED: Message("audit.verdict.failed"),
    CallVerdict.NOT_SENT: Message("audit.verdict.not_sent"),
    CallVerdict.UNKNOWN: Message("audit.verdict.unknown"),
}
MODES: Codes = {
    Mode.NORMAL: Message("audit.mode.normal"),
    Mode.NO_DANGER: Message("audit.mode.changes_blocked"),
    Mode.READ_ONLY: Message("audit.mode.read_only"),
}
STOPS: Codes = {
    StopKind.FREEZE: Message("audit.stop.freeze"),
    StopKind.WITHDRAW: Message("audit.stop.withdrawal"),
    StopKind.REJECT: Message("audit.stop.rejection"),
}
DELIVERIES: Codes = {
    "command": Message("audit.delivery.command"),
    "click": Message("audit.delivery.click"),
    "form": Message("audit.delivery.form"),
}
PROCESSES: Codes = {
    "intake": Message("audit.process.intake"),
    "worker": Message("audit.process.worker"),
    "intake+worker": Message("audit.process.intake_and_worker"),
}
NOTICE_KINDS: Codes = {
    "card": Message("audit.notice_kind.card"),
    "thread": Message("audit.notice_kind.thread"),
    "whisper": Message("audit.notice_kind.private"),
    "audit": Message("audit.notice_kind.audit"),
    "announcement": Message("audit.notice_kind.announcement"),
}

_ENDED: Mapping[str, Message] = {
    "status": STATUS,
    "happened": Message("audit.detail.happened", value="value"),
    "missing": Message("audit.detail.missing", value="value"),
    "sentence": SAID,
    "outcome": SAID,
}
_ENDED_CODES = {"status": STATUSES}

SENTENCES: Mapping[str, Sentence] = {
    Tag.PROCESS_STARTED: make_sentence(
        Message("audit.process.started", version="version"),
        {"kind": Message("audit.detail.process", value="value")},
        {"kind": PROCESSES},
    ),
    Tag.COMMAND_RAN: make_sentence(Message("audit.command.ran", actor="actor"), {"line": TYPED, PLACE_FACT: PLACE}),
    Tag.COMMAND_REFUSED: make_sentence(
        Message("audit.command.refused", actor="actor"),
        {"line": TYPED, "reason": REASON, "count": REPEATED, "subjects": TYPED},
    ),
    Tag.PAGE_USED: make_sentence(
        Message("audit.page.used", actor="actor", user="name", place=PLACE_FACT), {"line": TYPED}
    ),
    Tag.CHANGE_REQUESTED: make_sentence(
        Message("audit.request.opened", actor="actor", change="change"), {"line": TYPED, "reason": REASON}
    ),
    Tag.CHANGE_WITHDRAWN: make_sentence(Message("audit.request.withdrawn", actor="actor", change="change")),
    Tag.CHANGE_EXPIRED: make_sentence(Message("audit.request.expired", change="change"), {"sentence": SAID}),
    Tag.REVIEW_APPROVED: make_sentence(
        Message("audit.review.approved", actor="actor", change="change"),
        {
            "approvals": Message("audit.detail.approvals", value="value"),
            "quorum": Message("audit.detail.quorum", value="value"),
        },
    ),
    Tag.REQUEST_CONFIRMED: make_sentence(Message("audit.request.confirmed", actor="actor", change="change")),
    Tag.REVIEW_REJECTED: make_sentence(Message("audit.review.rejected", actor="actor", change="change")),
    Tag.REVIEW_REFUSED: make_sentence(
        Message("audit.review.refused", actor="actor", change="change"), {"reason": REASON, "count": REPEATED}
    ),
    Tag.EXECUTION_STOPPED: make_sentence(
        Message("audit.execution.stopped", change="change"), {"status": STATUS, "sentence": SAID}, _ENDED_CODES
    ),
    Tag.EXECUTION_INTENDED: make_sentence(Message("audit.execution.intended", change="change"), {"method": CALL}),
    Tag.CALL_ANSWERED: make_sentence(
        Message("audit.call.answered", change="change"),
        {"method": CALL, "verdict": Message("audit.detail.verdict", value="value"), "code": CODE},
        {"verdict": VERDICTS},
    ),
    Tag.EXECUTION_ENDED: make_sentence(Message("audit.execution.ended", change="change"), _ENDED, _ENDED_CODES),
    Tag.EXECUTION_INTERRUPTED: make_sentence(
        Message("audit.execution.interrupted", change="change"), _ENDED, _ENDED_CODES
    ),
    Tag.EXECUTION_RESOLVED: make_sentence(
        Message("audit.execution.resolved", actor="actor", change="change"), _ENDED, _ENDED_CODES
    ),
    Tag.ACCESS_GRANTED: make_sentence(
        Message("audit.access.granted", actor="actor", subject="subject", role="role"),
        {
            "until": Message("audit.detail.until", value="value"),
            "role_after": Message("audit.detail.role_after", value="value"),
            "before": ENDED,
            "request": REQUEST,
        },
        {"role": ROLE_NAMES, "role_after": ROLE_NAMES},
    ),
    Tag.ACCESS_REVOKED: make_sentence(
        Message("audit.access.revoked", actor="actor", subject="subject"),
        {"before": ENDED, "request": REQUEST},
    ),
    Tag.ACCOUNT_LINKED: make_sentence(
        Message("audit.account.linked", actor="actor", user="name", place=PLACE_FACT, person="account"),
        {"request": REQUEST},
    ),
    Tag.ACCOUNT_UNLINKED: make_sentence(
        Message("audit.account.unlinked", actor="actor", user="name", place=PLACE_FACT, person="account"),
        {"request": REQUEST},
    ),
    Tag.DELIVERY_MISMATCHED: make_sentence(
        Message("audit.delivery.mismatched", actor="actor"),
        {"count": REPEATED, "subjects": Message("audit.detail.other_accounts", value="value")},
    ),
    Tag.SETUP_CHANGED: make_sentence(Message("audit.setup.changed", actor="actor", plugin="subject"), {"line": TYPED}),
    Tag.DEFAULT_PLACE_SET: make_sentence(
        Message("audit.place.default_set", actor="actor", place=PLACE_FACT), {"before": BEFORE, "request": REQUEST}
    ),
    Tag.OWN_PLACE_SET: make_sentence(
        Message("audit.place.own_set", actor="actor"), {PLACE_FACT: NOW, "before": BEFORE}
    ),
    Tag.DELIVERY_QUARANTINED: make_sentence(
        Message("audit.delivery.quarantined", kind="kind", actor="actor"), {"line": TYPED}, {"kind": DELIVERIES}
    ),
    Tag.FROZEN: make_sentence(Message("audit.freeze.set", actor="actor"), {"reason": REASON, "sentence": SAID}),
    Tag.STOP_DISCARDED: make_sentence(
        Message("audit.stop.discarded", kind="kind", actor="actor", change="change"), codes={"kind": STOPS}
    ),
    Tag.UNFROZEN: make_sentence(Message("audit.freeze.lifted", actor="actor"), {"request": REQUEST}),
    Tag.MODE_CHANGED: make_sentence(
        Message("audit.mode.changed", before="before", now="mode"), codes={"before": MODES, "mode": MODES}
    ),
    Tag.POLICY_LOADED: make_sentence(Message("audit.policy.loaded", count="count", digest="digest")),
    Tag.APPROVAL_BYPASSED: make_sentence(
        Message("audit.approval.bypassed", actor="actor", change="change"), {"line": TYPED, "reason": REASON}
    ),
    Tag.BYPASS_REVIEWED: make_sentence(
        Message("audit.bypass.reviewed", actor="actor", change="change"), {"request": REQUEST}
    ),
    # How it begins in each language stands in `chain.CHECKPOINT_STARTS` too: an earlier line is read by it for ever.
    Tag.CHECKPOINT: make_sentence(
        Message("audit.checkpoint.written", seq="seq", head="head"),
        {
            "count": Message("audit.detail.records", value="value"),
            "fingerprint": Message("audit.detail.key", value="value"),
            "schema": Message("audit.detail.schema", value="value"),
        },
    ),
    Tag.WITNESS_TRUNCATED: make_sentence(
        Message("audit.witness.truncated"),
        {"seq": LAST_RECORD, "count": Message("audit.detail.last_written", value="value")},
    ),
    Tag.ARCHIVED: make_sentence(
        Message("audit.records.archived", actor="actor", first="first", last="seq"),
        {
            "name": FILE,
            "digest": Message("audit.detail.sha256", value="value"),
            "kept": Message("audit.detail.kept", value="value"),
        },
    ),
    Tag.BACKUP_MADE: make_sentence(Message("audit.backup.made"), {"name": FILE, "seq": LAST_RECORD}),
    Tag.BACKUP_FAILED: make_sentence(Message("audit.backup.failed"), {"sentence": SAID}),
    Tag.DATABASE_RESTORED: make_sentence(
        Message("audit.database.restored", actor="actor"),
        {"name": FILE, "seq": LAST_RECORD, "count": Message("audit.detail.lost", value="value")},
    ),
    Tag.KEY_ROTATED: make_sentence(Message("audit.key.rotated", actor="actor"), {"name": NOW, "before": BEFORE}),
    Tag.NOTIFICATION_FAILED: make_sentence(
        Message("audit.notification.failed", subject="subject"),
        {"kind": NOTICE_KIND, "name": NOTICE, "code": CODE},
        {"kind": NOTICE_KINDS},
    ),
    Tag.NOTIFICATION_REDELIVERED: make_sentence(
        Message("audit.notification.redelivered", actor="actor", subject="subject"),
        {"kind": NOTICE_KIND, "name": NOTICE},
        {"kind": NOTICE_KINDS},
    ),
    Tag.NOTIFICATION_DROPPED: make_sentence(
        Message("audit.notification.dropped", actor="actor", subject="subject"),
        {"kind": NOTICE_KIND, "name": NOTICE},
        {"kind": NOTICE_KINDS},
    ),
}
"""The sentence of each tag. A test holds that none is missing."""

UNKNOWN = make_sentence(Message("audit.unknown.recorded", actor="actor", subject="subject"), {"sentence": SAID})
"""For a tag that a newer b24bot wrote, or a plugin that is not loaded."""
