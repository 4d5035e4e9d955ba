"""What a plugin is given: its settings, its secrets, its records, a clock and a logger."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import field
from pathlib import Path

from bot.core.audit.audit_record import PLACE_FACT, SYSTEM, Entry
from bot.core.redaction.sanitizer import sanitize
from bot.language.recorded_facts import record_messages
from bot.plugin import (
    Clock,
    Event,
    LinkedAccounts,
    Message,
    Person,
    Place,
    Records,
    Refusal,
    Secrets,
    SharedLevel,
    Text,
)
from bot.plugin.frozen import dataclass
from bot.store.store import Store

Progress = Callable[[int, int, Text], None]
MaySend = Callable[[float], bool]


def no_progress(done: int, total: int, what: Text) -> None:
    """Progress that nobody wants to hear of."""


def sends_nothing(_: float) -> bool:
    """The answer to a plugin that is not asked to perform a call."""
    return False


class NoAccounts:
    """Implements LinkedAccounts where nobody is linked."""

    chat_address = ""

    def find_person(self, place: Place, user: str) -> Person | None:
        return None

    def submit(self, place: Place, user: str, line: str, *, key: str) -> None:
        raise Refusal(Message("intake.page.not_linked"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginServices:
    """The plugin API's Services, over the store."""

    plugin: str
    settings: Mapping[str, str] = field(repr=False)
    """May hold secrets, so it is left out of what prints."""
    secrets: Secrets
    records: Records
    clock: Clock
    log: logging.Logger
    scratch: Path
    store: Store = field(repr=False)
    tell_progress: Progress
    ask_to_send: MaySend
    default_places: Mapping[str, Sequence[str]] = field(default_factory=dict)
    events: Sequence[Event] = ()
    accounts: LinkedAccounts = field(default_factory=NoAccounts)

    def may_send(self, seconds: float) -> bool:
        return self.ask_to_send(seconds)

    def progress(self, done: int, total: int, what: Text) -> None:
        self.tell_progress(done, total, what)

    def transaction(self) -> AbstractContextManager[None]:
        return self.store.engine.unit_of_work()

    def shared_level(self, name: str) -> SharedLevel | None:
        return self.store.engine.shared_level(f"{self.plugin}:{name}")

    def record(self, event: Event, place: Place | str, facts: Mapping[str, Text | int]) -> None:
        if event not in self.events:
            raise ValueError(f"a plugin may put on record only events that it declares, and not {event.tag}")
        strange = set(facts) - set(event.facts)
        if strange:
            raise ValueError(f"a record of {event.tag} may not hold {', '.join(sorted(strange))}")
        name, mark = (place, "") if isinstance(place, str) else (place.name, place.mark)
        marked = {"mark": mark} if mark else {}
        entry = Entry(
            tag=event.tag,
            actor=SYSTEM,
            subject=name,
            facts=record_messages(sanitize({PLACE_FACT: name, **marked, **facts})),
            more=tuple(event.facts),
            quiet=event.quiet,
        )
        with self.store.unit_of_work() as tx:
            tx.record(entry)


def services_for(
    plugin: str,
    settings: Mapping[str, str],
    store: Store,
    clock: Clock,
    progress: Progress = no_progress,
    *,
    may_send: MaySend = sends_nothing,
    events: Sequence[Event] = (),
) -> PluginServices:
    """Make what a plugin of this name is given. `events` are those that it declares."""
    return PluginServices(
        plugin=plugin,
        settings=settings,
        secrets=store.secrets(plugin),
        records=store.records(plugin),
        clock=clock,
        log=logging.getLogger(f"b24bot.plugin.{plugin}"),
        scratch=store.home / "scratch" / plugin,
        store=store,
        tell_progress=progress,
        ask_to_send=may_send,
        events=events,
    )
