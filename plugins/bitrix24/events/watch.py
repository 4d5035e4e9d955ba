"""The watch over the connected portals: takes events in, reads each portal now and then, and tells what others changed.

An event says that something may have changed. What is told comes from a reading with the bot's own tokens, and state,
audit records and consumed events are written in one transaction, so that each change is told once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import ceil

from bot.plugin import PluginError, Services, TargetRefused
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.client.rest_client import Caller
from plugins.bitrix24.connectors.deep_link import bind_link, link_address
from plugins.bitrix24.dialogues.dialogue_ledger import DIALOGUES, DialogueLedger
from plugins.bitrix24.events import offline_queue, online_events, watch_events
from plugins.bitrix24.events.findings.drift import Drift, compare
from plugins.bitrix24.events.findings.finding import View
from plugins.bitrix24.events.findings.own_changes import QUIET_MS, OwnChanges
from plugins.bitrix24.events.findings.own_subscriptions import NO_REPAIR, Repair, find_repair, list_subscriptions
from plugins.bitrix24.events.findings.portal_facts import PortalFacts, read_facts
from plugins.bitrix24.events.findings.silence import POLLING, POSTED, QUEUE, Ways
from plugins.bitrix24.events.findings.watch_memory import KIND, WatchMemory, read_memory
from plugins.bitrix24.events.offline_queue import StoredEvent, StoredEvents
from plugins.bitrix24.events.watch_shares import find_share
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.rest.batch import SIZE
from plugins.bitrix24.rest.portal_lines import name_portal

FIRST_MS = 60_000
"""After a portal became known: whoever connects it is still at work."""
READ_MS = 600_000
QUEUE_MS = 40_000
RETRY_MS = 60_000
BARRED_MS = 86_400_000
MS_PER_REQUEST = 5_000
"""A tenth of what a portal allows: two requests a second."""
LONGEST_WAIT = 60.0
"""Seconds: by then a portal is noticed that another process has stored."""
SHORTEST_WAIT = 1.0

MakeCaller = Callable[[Services, KnownPortal], Caller]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """How changes are noticed after a reading: the way, whether the queue is used, and what is subscribed to.

    `repair` is what others had changed of it.
    """

    way: str = POLLING
    queue: bool = False
    subscribed: frozenset[str] = frozenset()
    repair: Repair = NO_REPAIR


class Watch:
    """Looks after all portals. `make_caller` gives calls that need no change request: they change no connector."""

    def __init__(self, make_caller: MakeCaller) -> None:
        self._make_caller = make_caller

    def run(self, services: Services) -> float:
        """Do what is due, and return in how many seconds something will be. What ails one portal stops no other."""
        portals = CredentialStore(services).portals()
        self._forget_others(services, {portal.identity for portal in portals})
        online_events.forget_old(services)
        waits = [self._watch(services, portal) for portal in portals]
        # An event may be posted at any moment, also to another process.
        most = SHORTEST_WAIT if portals and online_events.event_address(services) else LONGEST_WAIT
        return min([*waits, most])

    def _forget_others(self, services: Services, known: set[str]) -> None:
        for identity in services.records.all(KIND):
            if identity not in known:
                services.records.delete(KIND, identity)

    def _watch(self, services: Services, portal: KnownPortal) -> float:
        try:
            PortalWatch(services, portal, self._make_caller(services, portal)).run_once()
        except PluginError as error:
            services.log.info("the portal %s cannot be watched now: %s", portal.name, error.sentence)
            _put_off(services, portal)
        return _wait(services, portal)


def _put_off(services: Services, portal: KnownPortal) -> None:
    """Try again later, whatever was due. Events that wait would lead to a reading every second."""
    with services.transaction():
        memory, later = read_memory(services.records, portal.identity), services.clock.now_ms() + RETRY_MS
        stored = StoredEvents(services.records, portal.identity)
        for event in stored.all():
            stored.put(replace(event, ready_at=max(event.ready_at, later)))
        if memory is not None:
            put_off = replace(memory, read_due=max(memory.read_due, later), queue_due=max(memory.queue_due, later))
            services.records.put(KIND, portal.identity, put_off.value())


def _wait(services: Services, portal: KnownPortal) -> float:
    memory = read_memory(services.records, portal.identity)
    if memory is None:
        return LONGEST_WAIT
    due = [memory.read_due, *([memory.queue_due] if memory.queue else [])]
    due += [event.ready_at for event in StoredEvents(services.records, portal.identity).all()]
    left = (min(due) - services.clock.now_ms()) / 1000
    return min(max(left, SHORTEST_WAIT), LONGEST_WAIT)


class PortalWatch:
    """The watch over one portal by one application."""

    def __init__(self, services: Services, portal: KnownPortal, caller: Caller) -> None:
        self._services = services
        self._portal = portal
        self._caller = caller
        self._stored = StoredEvents(services.records, portal.identity)

    def run_once(self) -> None:
        """Take events in and read the portal, as far as that is due.

        Raises PluginError when the portal cannot be read."""
        memory, now = read_memory(self._services.records, self._portal.identity), self._services.clock.now_ms()
        if memory is None:
            due = now + FIRST_MS
            self._put(WatchMemory(read_due=due, queue_due=due))
            return
        refused = False
        if memory.queue and self._may_change and _is_due(memory.queue_due, QUEUE_MS, now):
            refused = self._take_events(replace(memory, queue_due=now + QUEUE_MS))
        events = self._stored.all()
        ready = any(event.ready_at <= now for event in events)
        if ready or refused or _is_due(memory.read_due, READ_MS, now):
            self._read(memory, events)

    @property
    def _may_change(self) -> bool:
        """Whether b24bot is neither frozen nor limited to reading."""
        return self._services.may_send(0.0)

    def _take_events(self, memory: WatchMemory) -> bool:
        """Empty the queue; True where the portal refuses to show it, so that a reading has to find out why.

        A portal that shows its rows and keeps them is polled for a day: the same rows would come again and again.
        """
        try:
            emptied = offline_queue.take_events(self._services, self._caller, self._portal.identity)
        except TargetRefused:
            self._put(memory)
            return True
        barred_until = memory.queue_barred_until if emptied else self._services.clock.now_ms() + BARRED_MS
        self._put(replace(memory, queue_barred_until=barred_until))
        return False

    def _read(self, memory: WatchMemory, events: Sequence[StoredEvent]) -> None:
        began = self._services.clock.now_ms()
        share = find_share(self._services, self._portal)
        facts = read_facts(Portal(self._services, self._portal.place, self._caller), began, share.connectors)
        bound = self._bind(facts, memory)
        linked = self._caller.client_id if self._bind_link(facts) else ""
        with self._services.transaction():
            now_known = read_memory(self._services.records, self._portal.identity)
            if now_known is None or now_known.version != memory.version:
                # Another process has read the portal meanwhile, and told what it found.
                return
            ways = _ways(now_known).listen(
                [event.at for event in events if event.posted],
                [event.at for event in events if not event.posted],
                began,
            )
            memory = replace(now_known, posted_at=ways.posted_at, unheard=ways.unheard)
            own = OwnChanges(self._services, self._portal.member_id)
            changes = [change for change in own.all() if share.concerns(change.connector)]
            hints = offline_queue.make_hints(events)
            view = View(facts=facts, memory=memory, portal=self._portal.name, hints=hints, repair=bound.repair)
            drift = compare(view, changes)
            self._tell(drift)
            own.forget(drift.settled)
            self._stored.forget(events)
            for event in events if drift.held else ():
                self._stored.put(replace(event, ready_at=began + QUIET_MS))
            heard = max((event.at for event in events), default=memory.last_event_at)
            self._put(
                replace(
                    drift.memory,
                    version=memory.version + 1,
                    way=bound.way,
                    queue=bound.queue,
                    subscribed=bound.subscribed,
                    linked=linked,
                    last_event_at=heard,
                    unheard=ways.miss(began) if drift.untold else ways.unheard,
                    read_due=began + _pause(facts, drift, share.applications),
                )
            )

    def _bind(self, facts: PortalFacts, memory: WatchMemory) -> Bound:
        """Keep events bound, and say how changes are noticed from now on.

        While b24bot may change nothing it binds nothing, and leaves the queue alone: to empty it is a change, too.
        """
        if not facts.usable:
            # What goes with the application is part of that loss.
            return Bound()
        if facts.handlers is None or not self._may_change:
            return Bound(subscribed=memory.subscribed)
        address = online_events.event_address(self._services)
        bound = online_events.bind_address(self._caller, facts.handlers, address) if address else frozenset()
        posted = bound.issuperset(online_events.NEEDED)
        dialogues = self._bind_dialogues(facts, address if posted else "")
        barred = facts.began < memory.queue_barred_until
        queue = not barred and offline_queue.bind_queue(self._caller, facts.handlers)
        subscribed = list_subscriptions(
            address,
            bound.intersection(online_events.BOUND) | dialogues,
            offline_queue.WATCHED if queue else (),
        )
        every = (*online_events.BOUND, *DIALOGUES)
        misplaced = online_events.list_misplaced(facts.handlers, address, every) if posted else ()
        repair = find_repair(memory.subscribed, subscribed, facts.handlers, misplaced)
        self._count_dialogues(facts, dialogues, missed=not repair.missing.isdisjoint(DIALOGUES))
        return Bound(
            way=POSTED if posted else QUEUE if queue else POLLING,
            queue=queue,
            subscribed=subscribed,
            repair=repair,
        )

    def _bind_link(self, facts: PortalFacts) -> bool:
        """Keep links from outside bound; whether they open b24bot's page. The caller sends nothing while frozen."""
        address = link_address(self._services.settings)
        if not facts.usable or facts.links is None or not address:
            return False
        return bind_link(self._caller, facts.links, address)

    def _bind_dialogues(self, facts: PortalFacts, address: str) -> frozenset[str]:
        """Keep the events of dialogues bound, too. The offline queue has none of those that an application causes."""
        if not address:
            return frozenset()
        bound = online_events.bind_address(self._caller, facts.handlers or (), address, DIALOGUES)
        return bound.intersection(DIALOGUES)

    def _count_dialogues(self, facts: PortalFacts, bound: frozenset[str], *, missed: bool) -> None:
        """Go on counting dialogues. Events that were `missed` make the count false: it begins anew."""
        with self._services.transaction():
            ledger = DialogueLedger(self._services.records, self._portal.identity)
            if missed:
                ledger.stop_counting()
            ledger.keep_counting(facts.began, posted=bound.issuperset(DIALOGUES))

    def _tell(self, drift: Drift) -> None:
        for event, messages in ((watch_events.CHANGED_ELSEWHERE, drift.raised), (watch_events.AS_BEFORE, drift.over)):
            for message in messages:
                told = name_portal(message, self._portal.name)
                self._services.record(event, self._portal.place, {"sentence": told})

    def _put(self, memory: WatchMemory) -> None:
        self._services.records.put(KIND, self._portal.identity, memory.value())


def _ways(memory: WatchMemory) -> Ways:
    posted = memory.way == POSTED
    return Ways(posted=posted, queue=memory.queue, posted_at=memory.posted_at, unheard=memory.unheard)


def _is_due(due: int, period: int, now: int) -> bool:
    """Whether a time has come; also when the clock was set back, so that it would not come for long."""
    return now >= due or due - now > 10 * period


def _pause(facts: PortalFacts, drift: Drift, applications: int) -> int:
    """Milliseconds until the next reading: sooner where something is held, later where reading costs much."""
    if drift.held:
        return QUIET_MS
    requests = 3 + ceil(len(facts.statuses) / SIZE)
    return max(READ_MS, requests * MS_PER_REQUEST * applications)
