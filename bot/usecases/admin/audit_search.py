"""Audit records as an answer, by who, what about, tag and text: the same in Slack and in the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set

from bot.core import mentions
from bot.core.audit.audit_record import SYSTEM, AuditRecord, Tag
from bot.core.audit.audit_sentences import NO_EVENTS, describe, join_details
from bot.core.audit.recorded_card import CARD, read_card
from bot.core.audit.stored_views import audit_row
from bot.core.parsing.suggestion import find_nearest
from bot.core.parsing.usage import NAME
from bot.core.principals import LOCAL_TEAM, Principal
from bot.core.text import one_line
from bot.language.translation import can_translate
from bot.plugin import BadArgument, Event, Message, Reply, Table, Text, map_text
from bot.store.repositories.audit_log import LOOKED_AT, Found
from bot.store.repositories.audit_query import KNOWN_TAGS, Wanted
from bot.store.store import Store
from bot.usecases.admin.listings import list_card_facts

_MEMBER = re.compile(r"\A<?@?([UW][A-Z0-9]{2,20})(?:\|[^<>]*)?>?\Z")
_REQUEST = re.compile(r"\A[Cc][Rr]-?([0-9]{1,11})\Z")
PEOPLE_FORMS = Message("audit.find.people_forms", team=LOCAL_TEAM, name=NAME, system=SYSTEM)
"""What to type for a person."""
COLUMNS = (
    *(Message("audit.find.number"), Message("audit.find.time")),
    *(Message("audit.find.event"), Message("audit.find.tag")),
)


def read_person(store: Store, text: str, team: str) -> str:
    """Read who is meant, as records name them: a mention or a member id is somebody of this team.

    Raises BadArgument for a name that no record has.
    """
    typed = text.strip()
    member = _MEMBER.match(typed)
    if member and not team:
        raise BadArgument(Message("audit.find.unknown_workspace", account=typed), hint=Message("admin.whole_id_hint"))
    if member:
        return Principal(team=team, user=member[1]).id
    if not typed or typed == SYSTEM or mentions.is_person(typed):
        return typed
    for actor in (typed, f"{LOCAL_TEAM}:{typed}"):
        if store.audit.find(actor=actor, limit=1):
            return actor
    raise BadArgument(Message("audit.find.unknown_person", name=typed), hint=PEOPLE_FORMS)


def read_subject(text: str, team: str) -> str:
    """Read what records are about: `cr1001` is `CR-1001`, and a mention is somebody of this team."""
    typed = text.strip()
    request, member = _REQUEST.match(typed), _MEMBER.match(typed)
    if request:
        return f"CR-{int(request[1])}"
    return Principal(team=team, user=member[1]).id if member and team else typed


def read_tag(store: Store, text: str, events: Mapping[str, Event] = NO_EVENTS) -> str:
    """Read a tag or its beginning. Raises BadArgument where no tag begins so, also none of another release."""
    typed = text.strip()
    ours = {*Tag, *events}
    if any(tag.startswith(typed) for tag in ours.union(KNOWN_TAGS)):
        return typed
    known = ours.union(store.audit.tags())
    if any(tag.startswith(typed) for tag in known):
        return typed
    kinds = tuple(sorted({tag.partition(":")[0] for tag in ours}))
    raise BadArgument(Message("audit.find.unknown_tag", tag=typed), hint=_suggest_tag(typed, known, kinds))


def _suggest_tag(typed: str, known: Set[str], kinds: tuple[str, ...]) -> Message:
    with_it = tuple(sorted(tag for tag in known if typed in tag))
    if with_it:
        return Message("audit.find.tags_with_text", tags=with_it)
    meant = find_nearest(typed, {part for tag in known for part in _beginnings(tag)})
    return Message("audit.find.meant_tag", tag=meant) if meant else Message("audit.find.tags_begin", kinds=kinds)


def _beginnings(tag: str) -> tuple[str, ...]:
    words = tag.split(":")
    return tuple(":".join(words[: count + 1]) for count in range(len(words)))


def find_records(
    store: Store,
    *,
    team: str,
    subject: str = "",
    tag: str = "",
    actor: str = "",
    text: str = "",
    limit: int,
    most: int = LOOKED_AT,
    events: Mapping[str, Event] = NO_EVENTS,
) -> Reply:
    """Find the newest records that match all that is given.

    Of what no index decides the newest `most` are looked at. `events` are those of the plugins, by tag. Raises
    BadArgument for what cannot be understood.
    """
    wanted = Wanted(
        actor=read_person(store, actor, team),
        subject=read_subject(subject, team),
        tag=read_tag(store, tag, events),
        text=text,
    )
    # One more than is shown tells whether there are more.
    found = store.audit.search(wanted, limit=limit + 1, most=most)
    shown = found.records[:limit]
    given = _given(wanted)
    filters = tuple(given.values())
    data = tuple(map(audit_row, shown))
    notes = [*_notes(found, limit, most, given.get(wanted.narrowed_by, "")), *_away(store, found, limit)]
    if not shown:
        title = Message("audit.find.none_with", filters=filters) if filters else Message("audit.find.none")
        return Reply(title=title, notes=tuple(notes), data=data)
    table = Table(columns=COLUMNS, rows=tuple(_row(record, events) for record in shown))
    title = Message("audit.find.title_with", filters=filters) if filters else Message("audit.find.title")
    return Reply(
        title=title,
        facts=tuple(_list_card(shown) if wanted.subject else ()),
        table=table,
        notes=tuple(notes),
        data=data,
    )


def _list_card(records: Sequence[AuditRecord]) -> Iterator[tuple[Text, Text]]:
    """What the card said, where one of the records has one."""
    cards = [card for card in (read_card(record.facts.get(CARD)) for record in records) if card is not None]
    if len(cards) == 1:
        yield from ((label, map_text(text, _clean)) for label, text in list_card_facts(cards[0]))


def _given(wanted: Wanted) -> dict[str, str]:
    """The filters that were given, as one types them."""
    words = {
        "subject": mentions.mark_account(wanted.subject),
        "tag": wanted.tag,
        "actor": mentions.mark_account(wanted.actor),
        "text": wanted.text,
    }
    return {name: f"--{name} {one_line(word)}" for name, word in words.items() if word}


def _notes(found: Found, limit: int, most: int, narrowed: str) -> Iterator[Message]:
    """What the answer leaves out."""
    if len(found.records) > limit:
        yield Message("audit.find.newest_shown", count=limit)
    elif found.older and narrowed:
        yield Message("audit.find.newest_searched_with", count=most, filter=narrowed, option="--all")
    elif found.older:
        yield Message("audit.find.newest_searched", count=most, option="--all")


def _away(store: Store, found: Found, limit: int) -> Iterator[Message]:
    """What an answer that goes back to the first record cannot have."""
    archived = store.audit.archived().end.seq
    if archived and not found.older and len(found.records) <= limit:
        yield Message("audit.find.archived", record=str(archived), command="b24bot audit verify")


def _row(record: AuditRecord, events: Mapping[str, Event]) -> tuple[Text, ...]:
    words = join_details(describe(record, clean=_clean, is_known=can_translate, events=events))
    return f"#{record.seq}", mentions.mark_time(record.at), words, record.tag


def _clean(text: str) -> str:
    # On one line: a second one, of somebody's own making, could pass for another record.
    return one_line(mentions.remove_marks(text))
