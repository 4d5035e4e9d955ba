"""What it would hurt to take a connector off its lines, as a plan says it: open dialogues, operators, other connectors.

All reads travel in the request that the plan makes anyway. A read that the portal refuses costs a number, never the
plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.plugin import Impact, Message, Text, Time
from bot.plugin.frozen import dataclass
from plugins.bitrix24.connectors import line_queue
from plugins.bitrix24.connectors.model import BUILT_IN, Line
from plugins.bitrix24.dialogues.dialogue_ledger import DialogueLedger
from plugins.bitrix24.dialogues.open_dialogues import Source, Sources, choose_source
from plugins.bitrix24.impact import line_reads
from plugins.bitrix24.impact.line_reads import CrmSessions
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.rest.batch import SIZE, Item
from plugins.bitrix24.traffic.last_seen import PAGE

ALL = "all"
"""The label of the number of all lines together."""
NAMED = 3
"""How many operators of a line are named."""


def gather_impact(portal: Portal, connector: str, also: Iterable[int] = ()) -> None:
    """Ask for the lists, the statuses of a connector and what its removal would hurt, in as few requests as possible.

    Raises PluginError when the portal cannot be read.
    """
    also, pages = tuple(also), range(portal.known_pages)
    beside = _other_pairs(portal, connector, portal.known_lines, portal.known_connectors)
    more = [line_reads.crm_sessions(connector), *_pages(pages)]
    portal.gather("connectors", "lines", of=[connector], also=also, more=more, beside=beside)
    lines, connectors = [line.id for line in portal.lines()], [each.id for each in portal.connectors()]
    own = [(connector, line) for line in sorted({*lines, *also})]
    pages = range(_count_pages(lines))
    portal.gather_statuses([*own, *_other_pairs(portal, connector, lines, connectors)], _pages(pages))


def _count_pages(lines: Sequence[int]) -> int:
    return len(lines) // PAGE + 1


def _pages(pages: Iterable[int]) -> Iterator[Item]:
    for page in pages:
        yield line_queue.queue_page(page)
        yield line_reads.counter_page(page)


def _other_pairs(
    portal: Portal, connector: str, lines: Sequence[int], connectors: Iterable[str]
) -> list[tuple[str, int]]:
    """The other connectors on the lines, as many as fit into the request with the statuses of this one.

    Ours come first and Bitrix24's own channels last. How many fit depends on the lists alone, so that a plan that is
    made again says the same.
    """
    ours = portal.ours()
    others = [each for each in connectors if each != connector]
    others.sort(key=lambda each: (each not in ours, each in BUILT_IN, each))
    # The list of connectors, the CRM, and for each page of lines the list, the queues and the counters.
    room = SIZE - 2 - 3 * _count_pages(lines) - len(lines)
    pairs = [(each, line) for each in others for line in lines]
    return pairs[: max(room, 0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _LineFacts:
    """What was read of the lines. `active` are other connectors by line, `unread` how many were not looked at.

    `counted` is b24bot's own count of open dialogues since `counted_since`; None where there is none.
    """

    queues: Mapping[int, tuple[str, ...]]
    counters: Mapping[int, int]
    crm: CrmSessions | None
    active: Mapping[int, tuple[str, ...]]
    unread: Mapping[int, int]
    counted: Mapping[int, int] | None
    counted_since: int | None


def describe_impact(portal: Portal, connector: str, lines: Sequence[Line]) -> tuple[Impact, ...]:
    """A number for each of the lines that a connector is active on, the greatest first, and one for all together."""
    if not lines:
        return ()
    facts, now = _read_facts(portal, connector, lines), portal.now_ms()
    sources = {line.label: _gather_sources(line, facts) for line in lines}
    found = [_describe_line(line, sources[line.label], facts, now) for line in lines]
    found.sort(key=lambda one: -1 if one.count is None else one.count, reverse=True)
    return (*_describe_total([choose_source(one, now) for one in sources.values()]), *found)


def _read_facts(portal: Portal, connector: str, lines: Sequence[Line]) -> _LineFacts:
    numbers = [line.id for line in portal.lines()]
    others = [each.id for each in portal.connectors() if each.id != connector]
    pages = range(_count_pages(numbers))
    touched = {line.id for line in lines}
    pairs = [pair for pair in _other_pairs(portal, connector, numbers, others) if pair[1] in touched]
    known = [status for status in portal.matrix(pairs) if not status.problem]
    counted = _own_count(portal, connector)
    return _LineFacts(
        queues=line_reads.read_queues(portal.take(line_queue.queue_page(page)) for page in pages),
        counters=line_reads.read_counters(portal.take(line_reads.counter_page(page)) for page in pages),
        crm=line_reads.read_crm(portal.take(line_reads.crm_sessions(connector))),
        active={
            line: tuple(status.connector for status in known if status.line == line and status.configured)
            for line in touched
        },
        unread={line: len(others) - sum(status.line == line for status in known) for line in touched},
        counted=counted.count_open(connector) if counted else None,
        counted_since=counted.since if counted else None,
    )


def _own_count(portal: Portal, connector: str) -> DialogueLedger | None:
    """b24bot's own count, where it holds the dialogues of this connector.

    Events come to the application that owns the connector alone. That is ours where it registered the connector, or
    where one has come.
    """
    ledger, snapshot = DialogueLedger(portal.records, portal.known.identity), portal.snapshot(connector)
    registered = snapshot is not None and not snapshot.removed and snapshot.how == "registered"
    return ledger if ledger.since is not None and (registered or ledger.has_seen(connector)) else None


def _gather_sources(line: Line, facts: _LineFacts) -> Sources:
    crm = facts.crm
    return Sources(
        counted=None if facts.counted is None else facts.counted.get(line.id, 0),
        counted_since=facts.counted_since,
        crm=None if crm is None else crm.by_line.get(line.id, 0),
        crm_complete=crm is None or crm.complete,
        counter=facts.counters.get(line.id),
    )


def _describe_line(line: Line, sources: Sources, facts: _LineFacts, now: int) -> Impact:
    details = (*_describe_queue(facts.queues.get(line.id)), *_describe_others(line, facts))
    return Impact(label=line.label, sentence=_describe_number(line, sources, now), details=details)


def _describe_number(line: Line, sources: Sources, now: int) -> Message:
    chosen = choose_source(sources, now)
    if chosen is None:
        return Message("bitrix24.impact.unknown", line=line.title)
    source, count = chosen
    since, read = Time(time=sources.counted_since or now), Time(time=now)
    match source, count:
        case Source.EVENTS, 0:
            return Message("bitrix24.impact.events_none", line=line.title, count=0, since=since)
        case Source.EVENTS, _:
            return Message("bitrix24.impact.events", line=line.title, count=count, since=since)
        case Source.RECENT_EVENTS, 0:
            return Message("bitrix24.impact.recent_events_none", line=line.title, count=0, since=since)
        case Source.RECENT_EVENTS, _:
            return Message("bitrix24.impact.recent_events", line=line.title, count=count, since=since)
        case Source.CRM, 0:
            return Message("bitrix24.impact.crm_none", line=line.title, count=0, read=read)
        case Source.CRM, _:
            return Message("bitrix24.impact.crm", line=line.title, count=count, read=read)
        case Source.COUNTER, 0:
            return Message("bitrix24.impact.counter_none", line=line.title, count=0, read=read)
        case Source.COUNTER, _:
            return Message("bitrix24.impact.counter", line=line.title, count=count, read=read)


def _describe_total(chosen: Sequence[tuple[Source, int] | None]) -> Iterator[Impact]:
    """All lines together, where there are several and each has a number that means the same.

    A lower limit and an estimate have no sum that is true.
    """
    known = [one for one in chosen if one is not None]
    if len(chosen) < 2 or len(known) < len(chosen):
        return
    total, lines = sum(count for _, count in known), str(len(known))
    if not total:
        yield Impact(label=ALL, sentence=Message("bitrix24.impact.total_none", count=0, lines=lines))
    elif len({source for source, _ in known}) == 1:
        yield Impact(label=ALL, sentence=_describe_sum(known[0][0], total, lines))


def _describe_sum(source: Source, total: int, lines: str) -> Message:
    match source:
        case Source.EVENTS:
            return Message("bitrix24.impact.total", count=total, lines=lines)
        case Source.RECENT_EVENTS | Source.CRM:
            return Message("bitrix24.impact.total_at_least", count=total, lines=lines)
        case Source.COUNTER:
            return Message("bitrix24.impact.total_of_all", count=total, lines=lines)


def _describe_queue(operators: tuple[str, ...] | None) -> Iterator[Text]:
    if operators is None:
        return
    if not operators:
        yield Message("bitrix24.impact.queue_empty")
    elif len(operators) <= NAMED:
        yield Message("bitrix24.impact.queue", operators=operators)
    else:
        more = len(operators) - NAMED
        yield Message("bitrix24.impact.queue_and_more", operators=operators[:NAMED], count=more)


def _describe_others(line: Line, facts: _LineFacts) -> Iterator[Text]:
    active, unread = facts.active[line.id], facts.unread[line.id]
    if active:
        yield Message("bitrix24.impact.others", connectors=active)
    elif not unread:
        yield Message("bitrix24.impact.no_others")
    if unread:
        # Without their number: it counts the connectors of the whole portal, so that a connector which is added or
        # removed anywhere would make every open plan out of date.
        yield Message("bitrix24.impact.others_partly_read")
