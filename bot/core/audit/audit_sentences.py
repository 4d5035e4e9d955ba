"""Audit records in words: one sentence for each tag, and the facts that belong behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

from bot.core import mentions
from bot.core.audit.audit_record import AuditRecord, Tag
from bot.core.audit.chain import CHECKPOINT_STARTS
from bot.core.change.change_request import PARTLY_DONE, append_place
from bot.plugin import Event
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """How a record reads. `words` may name `actor`, `subject`, `change` and any fact that all records of the tag have.

    Those of a plugin's event may name `place`, which is its subject.

    `details` follow, each if its fact is there: the name of the fact, and the words with `{}` for its value.
    """

    words: str
    details: tuple[tuple[str, str], ...] = ()


def _s(words: str, **details: str) -> Sentence:
    # Whatever is done at the terminal may have a reason.
    return Sentence(words=words, details=tuple({**details, "reason": details.get("reason", "Why: {}")}.items()))


_WHY, _SAID, _MORE = "Why: {}", "{}", "More times in that minute: {}"
_ENDED = {
    "status": "Status: {}",
    "happened": "Done: {}",
    "missing": "Not done: {}",
    "sentence": _SAID,
    "outcome": _SAID,
}

NO_EVENTS: Mapping[str, Event] = {}

SENTENCES: Mapping[str, Sentence] = {
    Tag.PROCESS_STARTED: _s("b24bot {version} started", kind="As {}"),
    Tag.COMMAND_RAN: _s("{actor} ran a command", line="Typed: {}", portal="Portal: {}"),
    Tag.COMMAND_REFUSED: _s(
        "{actor} was refused a command",
        line="Typed: {}",
        reason=_WHY,
        count=_MORE,
        subjects="Typed: {}",
    ),
    Tag.CHANGE_REQUESTED: _s("{actor} asked for {change}", line="Typed: {}", reason=_WHY),
    Tag.CHANGE_WITHDRAWN: _s("{actor} withdrew {change}", reason=_WHY),
    Tag.CHANGE_EXPIRED: _s("{change} expired", sentence=_SAID),
    Tag.REVIEW_APPROVED: _s("{actor} approved {change}", approvals="Approvals: {}", quorum="Needed: {}"),
    Tag.REQUEST_CONFIRMED: _s("{actor} confirmed {change}"),
    Tag.REVIEW_REJECTED: _s("{actor} rejected {change}", reason=_WHY),
    Tag.REVIEW_REFUSED: _s("{actor} was refused a decision about {change}", reason=_WHY, count=_MORE),
    Tag.EXECUTION_STOPPED: _s("{change} was stopped before it ran", status="Status: {}", sentence=_SAID),
    Tag.EXECUTION_INTENDED: _s("{change} runs now", method="Call: {}"),
    Tag.CALL_ANSWERED: _s("A call of {change} was answered", method="Call: {}", verdict="Verdict: {}", code="Code: {}"),
    Tag.EXECUTION_ENDED: _s("{change} ended", **_ENDED),
    Tag.EXECUTION_INTERRUPTED: _s("{change} was interrupted", **_ENDED),
    Tag.EXECUTION_RESOLVED: _s("The unknown outcome of {change} was settled by {actor}", **_ENDED),
    Tag.ACCESS_GRANTED: _s("{actor} gave {subject} the role {role}", request="In {}"),
    Tag.ACCESS_REVOKED: _s("{actor} took the role of {subject} away", request="In {}"),
    Tag.DELIVERY_MISMATCHED: _s(
        "A delivery in the name of {actor} reused the key of another one and was not read",
        count=_MORE,
        subjects="By other accounts: {}",
    ),
    Tag.SETUP_CHANGED: _s("{actor} changed the set-up of the plugin {subject}", line="Typed: {}"),
    Tag.DEFAULT_PLACE_SET: _s("{actor} made {portal} the default portal", before="Before: {}", request="In {}"),
    Tag.OWN_PLACE_SET: _s("{actor} changed the portal of their own commands", portal="Now: {}", before="Before: {}"),
    Tag.DELIVERY_QUARANTINED: _s(
        "A {kind} of {actor} was set aside: b24bot stopped at it repeatedly", line="Typed: {}"
    ),
    Tag.FROZEN: _s("{actor} froze b24bot", reason=_WHY, sentence=_SAID),
    Tag.STOP_DISCARDED: _s("The {kind} by {actor} did not stop {change}", reason=_WHY),
    Tag.UNFROZEN: _s("{actor} lifted the freeze of b24bot", request="In {}"),
    Tag.MODE_CHANGED: _s("The mode of b24bot changed from {before} to {mode}", reason=_WHY),
    Tag.APPROVAL_BYPASSED: _s("{actor} bypassed the approval of {change} (break-glass)", line="Typed: {}", reason=_WHY),
    Tag.BYPASS_REVIEWED: _s("{actor} approved the review of {change}, which ran without approval", request="In {}"),
    Tag.CHECKPOINT: _s(
        f"{CHECKPOINT_STARTS}seq {{seq}} · head {{head}}",
        count="Records: {}",
        fingerprint="Key: {}",
        schema="Schema: {}",
    ),
    Tag.WITNESS_TRUNCATED: _s(
        "The witness file was cut or is another one", seq="It ends at record {}", count="It had got {}"
    ),
    Tag.ARCHIVED: _s(
        "{actor} archived the audit records #{first} to #{seq}",
        name="File: {}",
        digest="SHA-256: {}",
        kept="Kept up to there: {}",
    ),
    Tag.BACKUP_MADE: _s("The database was backed up", name="File: {}", seq="Up to record {}"),
    Tag.BACKUP_FAILED: _s("The database could not be backed up", sentence=_SAID),
    Tag.DATABASE_RESTORED: _s(
        "{actor} put a backup of the database in place", name="File: {}", seq="It ends at record {}", count="Lost: {}"
    ),
    Tag.KEY_ROTATED: _s("{actor} rotated the key", name="Now: {}", before="Before: {}"),
    Tag.NOTIFICATION_FAILED: _s(
        "A message about {subject} was given up", kind="Kind: {}", name="Notice: {}", code="Code: {}"
    ),
    Tag.NOTIFICATION_REDELIVERED: _s(
        "{actor} had a message about {subject} sent again", kind="Kind: {}", name="Notice: {}"
    ),
    Tag.NOTIFICATION_DROPPED: _s("{actor} dropped a message about {subject}", kind="Kind: {}", name="Notice: {}"),
}
"""The sentence of each tag. A test holds that none is missing."""

UNKNOWN = _s("{actor} did something about {subject}", sentence=_SAID, reason=_WHY)
"""For a tag that a newer b24bot wrote, or a plugin that is not loaded."""


def describe(
    record: AuditRecord,
    *,
    name: Callable[[str], str],
    value: Callable[[object], str],
    events: Mapping[str, Event] = NO_EVENTS,
) -> list[str]:
    """The sentence of a record and its details. `name` writes an account, `value` anything else that stands in it.

    `events` are those of the plugins, by tag.
    Who the record itself says is concerned is named alike wherever their id stands in it. Another id stays text:
    somebody may have typed it.
    """
    row = SENTENCES.get(record.current_tag) or _declared_sentence(events.get(record.tag))
    named = mentions.make_namer((record.actor, record.subject, _person_in_target(record)), name)
    words: dict[str, str] = defaultdict(lambda: "?", place=name(record.subject))
    words |= {fact: named(value(found)) for fact, found in record.facts.items() if found is not None}
    if record.facts.get("partly"):
        words["status"] = value(PARTLY_DONE)
    words |= {
        "actor": name(record.actor),
        "subject": name(record.subject),
        "change": named(value(_change(record))),
    }
    details = [text.format(words[fact]) for fact, text in row.details if record.facts.get(fact) not in (None, "")]
    return [row.words.format_map(words), *details]


def _declared_sentence(event: Event | None) -> Sentence:
    if event is None:
        return UNKNOWN
    return _s(event.sentence, **{fact: words for fact, words in event.facts.items() if words})


def _person_in_target(record: AuditRecord) -> str:
    return mentions.find_person_id(str(record.facts.get("target") or ""))


def _change(record: AuditRecord) -> str:
    """What a record is about: the change request, with plan, place and target where the record tells them."""
    facts = record.facts
    summary, place, target = (str(facts.get(fact) or "") for fact in ("summary", "portal", "target"))
    told = [
        append_place(summary, place) if summary else f"on {place}" if place else "",
        f"[{target}]" if target else "",
    ]
    return " ".join([record.subject, *filter(None, told)])
