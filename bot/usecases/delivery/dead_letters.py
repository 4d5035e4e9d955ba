"""What a person does about notices that did not get out, on the record."""

from __future__ import annotations

from bot.core.audit.audit_record import Entry, Tag
from bot.core.messages.notices import Announcement, Mood, PrivateNotice, ThreadNotice
from bot.core.principals import Principal
from bot.language.translation import translate
from bot.plugin import Message, Refusal, Text
from bot.plugin.frozen import dataclass
from bot.store.repositories.outbox import OutboxEntry
from bot.store.store import Store, Transaction
from bot.usecases.chat.chat_refusals import ChatRefusal, FindRefusal, Subject
from bot.usecases.delivery.delivery_results import describe_notice_target

LIST = Message("delivery.list_dead", command="b24bot outbox list --dead")
PASSES = (Subject.SERVICE, Subject.RATE)
"""What a refusal is about that passes by itself."""
MOST_AT_ONCE = 100_000


def redeliver(store: Store, id: int, *, by: Principal) -> OutboxEntry:
    """Send a dead notice again, with all its attempts before it. Raises Refusal."""
    entry = _find(store, id)
    with store.unit_of_work() as tx:
        if not tx.outbox.redeliver(id):
            raise Refusal(_why_not(entry), hint=LIST)
        _record(tx, Tag.NOTIFICATION_REDELIVERED, entry, by)
    return entry


def retry_now(store: Store, id: int) -> OutboxEntry:
    """Try a notice that waits again now, or raise Refusal. Nothing about it is decided, so it is no record."""
    entry = _find(store, id)
    with store.unit_of_work() as tx:
        if not tx.outbox.hurry_one(id):
            raise Refusal(_why_not(entry), hint=LIST)
    return entry


def redeliver_all(store: Store, *, by: Principal) -> int:
    """Send every dead notice again that still has its words, the oldest first; returns how many there were."""
    entries = [one for one in store.outbox.entries(["dead"], limit=MOST_AT_ONCE) if one.notice is not None]
    for entry in reversed(entries):
        redeliver(store, entry.id, by=by)
    return len(entries)


def discard(store: Store, id: int, *, by: Principal) -> OutboxEntry:
    """Take a notice that waits or is dead out of the queue for good. Raises Refusal."""
    entry = _find(store, id)
    if entry.kind == "audit":
        raise Refusal(Message("delivery.audit_line_kept"), hint=Message("delivery.audit_line_waits"))
    with store.unit_of_work() as tx:
        if not tx.outbox.discard(id):
            raise Refusal(_why_not(entry), hint=LIST)
        _record(tx, Tag.NOTIFICATION_DROPPED, entry, by)
    return entry


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedNotices:
    """Notices that wait for the same cause, which somebody has to mend."""

    refusal: ChatRefusal
    count: int
    posts: bool
    """Whether one of them goes into a channel, where others wait for it."""

    @property
    def says(self) -> Message:
        """A whole sentence: how many, and why."""
        return Message("delivery.blocked", count=self.count, cause=self.refusal.described)


def list_blocked_notices(store: Store, find_refusal: FindRefusal) -> list[BlockedNotices]:
    """What the chat refused and has not taken since, by its cause; what only met a fault on the way is left out."""
    waiting = [one for one in store.outbox.refused() if find_refusal(one.error).subject not in PASSES]
    return [
        BlockedNotices(
            refusal=find_refusal(reason), count=len(alike), posts=any(one.kind != "whisper" for one in alike)
        )
        for reason in dict.fromkeys(one.error for one in waiting)
        if (alike := [one for one in waiting if one.error == reason])
    ]


def describe_subject(entry: OutboxEntry) -> str:
    """Whom or what it is about, also when its words are gone."""
    return describe_notice_target(entry.notice) if entry.notice is not None else entry.key


def describe_content(entry: OutboxEntry) -> Text | None:
    """What it says, in one line; None where that is not kept with it.

    A refusal quotes what its person typed, perhaps a customer's words, and is for that person alone.
    """
    notice = entry.notice
    if isinstance(notice, PrivateNotice) and notice.mood is Mood.REFUSAL:
        return Message("delivery.private_refusal", count=len(translate(notice.reply.title)))
    if isinstance(notice, PrivateNotice):
        return notice.reply.title
    return notice.text if isinstance(notice, ThreadNotice | Announcement) else None


def _find(store: Store, id: int) -> OutboxEntry:
    entry = store.outbox.entry(id)
    if entry is None:
        raise Refusal(Message("delivery.no_notice", notice=str(id)), hint=LIST)
    return entry


def _why_not(entry: OutboxEntry) -> Message:
    notice = str(entry.id)
    return {
        "dead": Message("delivery.words_gone", notice=notice),
        "new": Message("delivery.waits_already", notice=notice),
        "sending": Message("delivery.being_sent", notice=notice),
        "sent": Message("delivery.was_sent", notice=notice),
    }[entry.state]


def _record(tx: Transaction, tag: Tag, entry: OutboxEntry, by: Principal) -> None:
    facts = {"kind": entry.kind, "name": str(entry.id), "code": entry.error}
    tx.record(Entry(tag=tag, actor=by.id, subject=describe_subject(entry), facts=facts))
