"""Audit records in words: one message for what happened, and one for each fact that belongs behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import reduce

from bot.core import mentions
from bot.core.audit.audit_record import PLACE_FACT, AuditRecord, Fact
from bot.core.audit.audit_templates import SENTENCES, UNKNOWN, Sentence, make_sentence
from bot.core.audit.recorded_card import CARD
from bot.core.audit.recorded_messages import MESSAGES, map_argument, read_messages
from bot.core.change.change_request import append_place
from bot.core.change.status_table import repeats_status
from bot.core.withheld_reasons import describe_reason
from bot.plugin import Argument, Event, Message, Person, Text, map_text
from bot.plugin.message import fill_message

NO_EVENTS: Mapping[str, Event] = {}


def describe(
    record: AuditRecord,
    *,
    clean: Callable[[str], str],
    is_known: Callable[[Argument], bool],
    events: Mapping[str, Event] = NO_EVENTS,
) -> list[Message]:
    """Describe a record: its sentence, then its details.

    `clean` prepares every text of others that stands in them. `is_known` tells whether the catalogues have a message of
    the record; the recorded English stands for one that they have not. `events` are those of the plugins, by tag.

    Who the record itself says is concerned is named alike wherever their id stands in it. Another id stays text:
    somebody may have typed it.
    """
    row = SENTENCES.get(record.current_tag) or _declared_sentence(events.get(record.tag))
    namer = mentions.make_namer((record.actor, record.subject, _person_in_target(record)), mentions.mark_account)

    def named(text: str) -> str:
        return namer(clean(text))

    values = _values(record, row, named, is_known)
    words = defaultdict[str, Argument](lambda: "?", values)
    account = {name: _account(text, clean) for name, text in (("actor", record.actor), ("subject", record.subject))}
    change = _change(named(record.subject), values, record.facts.get(PLACE_FACT))
    words |= {**account, "place": _place(account["subject"], values.get("mark")), "change": change}
    told = [
        fill_message(template, {"value": _in_one(words[fact])})
        for fact, template in row.details.items()
        if record.facts.get(fact) not in (None, "") and not repeats_status(words[fact])
    ]
    return [fill_message(row.words, words), *told]


def join_details(told: Iterable[Message]) -> Message:
    """Join the sentence of a record and its details to one message."""
    return reduce(lambda before, one: Message("audit.line.joined", before=before, detail=one), told)


def _declared_sentence(event: Event | None) -> Sentence:
    if event is None:
        return UNKNOWN
    return make_sentence(event.sentence, {fact: words for fact, words in event.facts.items() if words is not None})


def _values(
    record: AuditRecord, row: Sentence, clean: Callable[[str], str], is_known: Callable[[Argument], bool]
) -> dict[str, Argument]:
    """What stands for each fact: the word for a code, the message that is recorded with it, or the text that it is."""
    told: dict[str, Argument] = {
        name: map_argument(message, clean)
        for name, message in read_messages(record.facts.get(MESSAGES)).items()
        if is_known(message)
    }
    plain: dict[str, Argument] = {
        name: map_text(describe_reason(str(fact)), clean)
        for name, fact in record.facts.items()
        if fact is not None and name not in (MESSAGES, CARD)
    }
    return {**plain, **dict(_codes(record, row)), **told}


def _codes(record: AuditRecord, row: Sentence) -> Iterator[tuple[str, Argument]]:
    for name, codes in row.codes.items():
        word = codes.get(_status_code(record) if name == "status" else str(record.facts.get(name)))
        if word is not None:
            yield name, word


def _status_code(record: AuditRecord) -> str:
    """The row of the status table. An earlier release recorded only the stored status, and whether a part was done."""
    return str(record.facts.get("result") or ("partly" if record.facts.get("partly") else record.facts.get("status")))


def _account(stored: str, clean: Callable[[str], str]) -> Argument:
    found = clean(stored)
    return Person(person=found) if mentions.is_person(found) else found


def _place(name: Argument, mark: Argument | None) -> Argument:
    """The place that a record is about, behind the mark by which people tell it from others."""
    return f"{mark} {name}" if mark and isinstance(name, str) else name


def _in_one(value: Argument) -> Argument:
    """Several sentences as one: they are not the items of a list."""
    if not isinstance(value, tuple) or not value:
        return value
    return reduce(lambda before, one: Message("audit.line.sequence", before=before, then=one), value)


def _person_in_target(record: AuditRecord) -> str:
    return mentions.find_person_id(str(record.facts.get("target") or ""))


def _change(request: str, values: Mapping[str, Argument], stored_place: Fact) -> Text:
    """What a record is about: the change request, with plan, place and target where the record tells them."""
    told: Text = request
    summary, place, target = values.get("summary"), values.get(PLACE_FACT, ""), values.get("target")
    if isinstance(summary, str | Message) and summary:
        told = Message("audit.change.summary", request=request, summary=_at_place(summary, place, stored_place))
    elif place:
        told = Message("audit.change.place", request=request, place=place)
    mark = values.get("mark")
    if mark:
        told = Message("audit.change.marked", mark=mark, change=told)
    return Message("audit.change.target", change=told, target=target) if target else told


def _at_place(summary: Text, place: Argument, stored: Fact) -> Text:
    """The plan in words and where it acts, without saying twice where."""
    if isinstance(summary, str):
        named = append_place(summary, str(place)) == summary
    else:
        named = stored in summary.arguments.values()
    return summary if named or not place else Message("change.at_place", summary=summary, place=place)
