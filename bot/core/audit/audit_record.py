"""The audit record: one entry of the log that cannot be quietly changed, and the tags it may carry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Final

from bot.core.encoding import canonical
from bot.plugin.frozen import dataclass

GENESIS = bytes(32)
SYSTEM = "b24bot"
"""The actor of what nobody in particular did."""

Fact = str | int | bool | None
Linker = Callable[[int, bytes, int, str, str, str, str], bytes]
"""Makes a link of a number, the link before it, the time, the tag, the actor, the subject and the facts."""
BLOCK = 64
"""Bytes that SHA-256 takes at a time, and so the longest key."""


class Tag(StrEnum):
    """What happened, as `source:subject:action`, with the names that new records get.

    A tag is never given another meaning, nor one that an earlier release used. One that is renamed gets a row in
    `EARLIER_TAGS`, for it stands in records that are chained. `ARCHIVED` keeps its name: a trigger of the schema
    has it.
    """

    PROCESS_STARTED = "bot:process:started"
    COMMAND_RAN = "command:line:ran"
    COMMAND_REFUSED = "command:line:refused"
    PAGE_USED = "command:page:used"
    CHANGE_REQUESTED = "change:request:opened"
    CHANGE_WITHDRAWN = "change:request:withdrawn"
    CHANGE_EXPIRED = "change:request:expired"
    REVIEW_APPROVED = "change:review:approved"
    REQUEST_CONFIRMED = "change:request:confirmed"
    REVIEW_REJECTED = "change:review:rejected"
    REVIEW_REFUSED = "change:review:refused"
    EXECUTION_STOPPED = "change:execution:stopped"
    EXECUTION_INTENDED = "change:execution:intended"
    CALL_ANSWERED = "change:call:answered"
    EXECUTION_ENDED = "change:execution:ended"
    EXECUTION_INTERRUPTED = "change:execution:interrupted"
    EXECUTION_RESOLVED = "change:execution:resolved"
    ACCESS_GRANTED = "access:role:granted"
    ACCESS_REVOKED = "access:role:revoked"
    ACCOUNT_LINKED = "access:account:linked"
    ACCOUNT_UNLINKED = "access:account:unlinked"
    DELIVERY_QUARANTINED = "inbound:delivery:quarantined"
    DELIVERY_MISMATCHED = "inbound:delivery:mismatched"
    SETUP_CHANGED = "setup:place:changed"
    DEFAULT_PLACE_SET = "place:default:set"
    OWN_PLACE_SET = "place:choice:set"
    FROZEN = "bot:freeze:set"
    UNFROZEN = "bot:freeze:lifted"
    STOP_DISCARDED = "bot:stop:discarded"
    MODE_CHANGED = "bot:mode:changed"
    POLICY_LOADED = "bot:policy:loaded"
    APPROVAL_BYPASSED = "change:approval:bypassed"
    BYPASS_REVIEWED = "change:bypass:reviewed"
    CHECKPOINT = "audit:checkpoint:written"
    WITNESS_TRUNCATED = "audit:witness:truncated"
    ARCHIVED = "audit:records:archived"
    BACKUP_MADE = "bot:backup:made"
    BACKUP_FAILED = "bot:backup:failed"
    DATABASE_RESTORED = "bot:database:restored"
    KEY_ROTATED = "bot:key:rotated"
    NOTIFICATION_FAILED = "outbox:notification:failed"
    NOTIFICATION_REDELIVERED = "outbox:notification:redelivered"
    NOTIFICATION_DROPPED = "outbox:notification:dropped"


EARLIER_TAGS: Mapping[str, Tag] = {
    "change:plan:confirmed": Tag.REQUEST_CONFIRMED,
    "change:execution:settled": Tag.EXECUTION_RESOLVED,
    "change:approval:reviewed": Tag.BYPASS_REVIEWED,
    "access:grant:added": Tag.ACCESS_GRANTED,
    "access:grant:removed": Tag.ACCESS_REVOKED,
    "portal:default:set": Tag.DEFAULT_PLACE_SET,
    "portal:choice:set": Tag.OWN_PLACE_SET,
    "bot:stop:lifted": Tag.STOP_DISCARDED,
    "bot:database:copied": Tag.BACKUP_MADE,
    "bot:database:uncopied": Tag.BACKUP_FAILED,
    "audit:chain:checkpoint": Tag.CHECKPOINT,
    "audit:witness:cut": Tag.WITNESS_TRUNCATED,
    "outbox:notice:died": Tag.NOTIFICATION_FAILED,
    "outbox:notice:revived": Tag.NOTIFICATION_REDELIVERED,
    "outbox:notice:dropped": Tag.NOTIFICATION_DROPPED,
}
"""The tags of earlier releases, each with the tag of today that means the same. A row stays for ever: a record keeps
the tag that it is chained with, so whoever reads records by their tag reads them under both."""


def current_tag(stored: str) -> str:
    """Translate a stored tag to the one that means the same today; any other comes back as it is."""
    return EARLIER_TAGS.get(stored, stored)


def stored_tags(*tags: str) -> tuple[str, ...]:
    """List all tags under which records of these meanings may be stored, those of today first."""
    current = dict.fromkeys(map(current_tag, tags))
    return (*current, *(earlier for earlier, tag in EARLIER_TAGS.items() if tag in current))


QUIET = frozenset({Tag.COMMAND_RAN, Tag.CALL_ANSWERED, Tag.BACKUP_MADE})
"""Recorded, and not copied to the audit channel: reading, and what goes as it should, is not news there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is to be recorded. `facts` are plain small values from an allow-list of names; never a secret.

    `tag` is one of `Tag`, or that of an event of a plugin. Such an event brings in `more` the names of facts beside
    those of the list, and says by `quiet` that the record is not copied to the audit channel.
    """

    tag: str
    actor: str
    subject: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    more: Sequence[str] = ()
    quiet: bool = False

    def __post_init__(self) -> None:
        strange = set(self.facts) - FACTS - set(self.more)
        if strange:
            raise ValueError(f"an audit record may not hold {', '.join(sorted(strange))}")


PLACE_FACT: Final = "portal"
"""The fact that names the place of a record. The key stays as the first release wrote it: it is chained in the records,
and exports of the audit log have it."""
FACTS = frozenset(
    {
        *("line", "summary", PLACE_FACT, "target", "risk", "digest", "reason", "role", "status", "outcome", "sentence"),
        *(
            "method",
            "verdict",
            "code",
            "http_status",
            "milliseconds",
            "attempts",
            "renewals",
            "quorum",
            "approvals",
            "channel",
            "version",
        ),
        *("before", "incident", "kind", "name", "count", "place", "account", "decision"),
        *("partly", "happened", "missing", "until", "role_after", "result"),
        "request",
        "subjects",
        "mark",
        "messages",
        "card",
        *("seq", "head", "fingerprint", "schema", "mode", "terms"),
        *("first", "start", "kept", "kept_digest", "chained_with"),
    }
)
"""The names of facts a record may hold."""
COMPUTED = frozenset(
    {
        *("digest", "head", "fingerprint", "terms", "decision", PLACE_FACT, "place", "channel", "account"),
        *("until", "result"),
        *("start", "kept_digest", "chained_with"),
        "messages",
        "card",
    }
)
"""Facts that the bot itself computes or gives: they are recorded as they are, however they look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """A recorded entry, in its place in the chain."""

    seq: int
    at: int
    """UTC epoch milliseconds."""
    tag: str
    """As it is stored and chained: that of an earlier release where that wrote it."""
    actor: str
    subject: str
    facts: Mapping[str, Fact]
    key_id: str
    mac: bytes

    @property
    def current_tag(self) -> str:
        """What happened, by the tag of today."""
        return current_tag(self.tag)

    @property
    def head(self) -> str:
        """The first 16 hex digits of the chain here, shown on the audit line."""
        return self.mac.hex()[:16]


def link(key: bytes, seq: int, previous: bytes, at: int, entry: Entry) -> bytes:
    """The record's place in the chain: HMAC-SHA256 over its number, the link before it and its content."""
    return compute_link(
        key, seq, previous, at=at, tag=entry.tag, actor=entry.actor, subject=entry.subject, facts=facts_text(entry)
    )


def facts_text(entry: Entry) -> str:
    """The facts in the one spelling that is stored and chained."""
    return canonical(dict(entry.facts))


def compute_link(
    key: bytes, seq: int, previous: bytes, *, at: int, tag: str, actor: str, subject: str, facts: str
) -> bytes:
    """The same from what is stored. `facts` are the stored text, so that not even a space in it can change."""
    return make_linker(key)(seq, previous, at, tag, actor, subject, facts)


@lru_cache(maxsize=8)
def make_linker(key: bytes) -> Linker:
    """Prepare a key of at most 64 bytes for many links: HMAC-SHA256 as RFC 2104 has it, with the two pads hashed once.

    Of a short message most of the time goes into the pads, and a log of a million records has a million of them.
    """
    if len(key) > BLOCK:
        raise ValueError(f"a key of {len(key)} bytes")
    padded = key.ljust(BLOCK, b"\0")
    inner, outer = (sha256(bytes(byte ^ pad for byte in padded)).copy for pad in (0x36, 0x5C))

    def made(seq: int, previous: bytes, at: int, tag: str, actor: str, subject: str, facts: str) -> bytes:
        # The body is canonical JSON, written out.
        body = (
            f'{{"actor":{encode_basestring(actor)},"at":{at},"facts":{facts},'
            f'"subject":{encode_basestring(subject)},"tag":{encode_basestring(tag)}}}'
        )
        message, whole = inner(), outer()
        # Half a surrogate pair never gets into a record; in a file that somebody wrote it must not stop the check.
        message.update(seq.to_bytes(8, "big") + previous + body.encode("utf-8", "surrogatepass"))
        whole.update(message.digest())
        return whole.digest()

    return made
