"""The portal as planners see it: it reads, and it refuses every method that does more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from math import ceil
from typing import Any

from bot.plugin import Json, Message, Place, Records, Refusal, Remember, Services, Text
from plugins.bitrix24.auth import token_maintenance
from plugins.bitrix24.auth.backup_tokens import BackupTokenStore
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.auth.server_probe import ServerReply
from plugins.bitrix24.client import bulk_read
from plugins.bitrix24.client.prefetch import Prefetch, Reader
from plugins.bitrix24.client.rest_client import Caller
from plugins.bitrix24.client.shared_reads import CachedReader
from plugins.bitrix24.connectors import identifiers, line_queue, model
from plugins.bitrix24.connectors.model import AppInfo, Connector, Line, Listing, Status, UserProfile
from plugins.bitrix24.connectors.snapshot import Snapshot, Snapshots
from plugins.bitrix24.health.access_losses import REINSTALLED
from plugins.bitrix24.health.application_record import ApplicationRecord, ApplicationRecords
from plugins.bitrix24.health.event_tests import EventTests
from plugins.bitrix24.health.warning_log import WarningLog
from plugins.bitrix24.hosts import certificate_authorities
from plugins.bitrix24.rest import methods
from plugins.bitrix24.rest.batch import SIZE, Item, ItemAnswer
from plugins.bitrix24.rest.methods import Effect
from plugins.bitrix24.settings import refuses_unowned
from plugins.bitrix24.traffic.last_seen import PAGE
from plugins.bitrix24.traffic.portal_connections import Destination

_MAX_PAGES = 100
_ALONE = {"app": "app.info", "scopes": "scope", "handlers": "event.get", "pages": "placement.get", "profile": "profile"}
"""What `gather` asks for by one read without parameters."""


class Portal:
    """One portal, open for reading. What is read is kept for the length of one plan, so it does not shift inside it."""

    def __init__(self, services: Services, place: Place, caller: Caller) -> None:
        self._services = services
        self._caller = caller
        self._reader: Reader = caller
        self._ahead = Prefetch(caller)
        self._hints = caller.hints
        self._credential_store = CredentialStore(services)
        self._snapshots = Snapshots(services.records, place.identity)
        self._lines: tuple[Line, ...] | None = None
        self._connectors: tuple[Connector, ...] | None = None
        self._unread: dict[str, tuple[Text, ...]] = {}
        self.place = place

    def read(self, method: str, **params: Json) -> Any:
        """The result of a reading method. Raises Refusal for any other method, before anything is sent."""
        if methods.find(method).effect is not Effect.READ or method == "batch":
            raise Refusal(Message("bitrix24.portal.method_not_reading", method=method))
        return self._ahead.read(Item(method=method, params=params))

    def look(self, *what: str, of: Iterable[str] = (), on: Iterable[int] | None = None, named: bool = False) -> None:
        """Do as `gather` does, for an answer that only shows and decides nothing.

        Both lists may be some seconds old then (`age`), and whoever asks for the same at once is answered together.
        `named`: somebody named an id or a number, which is looked for in lists that are read now.
        """
        caller, now = self._caller, self._services.clock.monotonic
        self._reader = CachedReader(caller, caller.kept, caller.who(), now, uses_kept=not named)
        self._ahead = Prefetch(self._reader)
        self.gather(*what, of=of, on=on)

    def age(self) -> tuple[Message, ...]:
        """A note when what `look` brought is not of now."""
        seconds = self._reader.age if isinstance(self._reader, CachedReader) else 0
        return (Message("bitrix24.portal.lists_age", count=seconds),) if seconds else ()

    def gather(
        self,
        *what: str,
        of: Iterable[str] = (),
        on: Iterable[int] | None = None,
        also: Iterable[int] = (),
        more: Sequence[Item] = (),
        beside: Iterable[tuple[str, int]] = (),
    ) -> None:
        """Ask in one request for what is about to be needed: "connectors", "lines", "queues", `_ALONE`, and statuses.

        Statuses are those of the connectors `of` on the lines `on`, or on all lines that were there when the portal
        was read last, and those `also` names, as far as the request has room for them. What is not asked for here is
        read when it is needed. `more` are other reads, whose answers `take` gives, and `beside` other pairs of
        connector and line whose statuses are needed last.
        """
        parts = [*(item for each in what for item in self._parts(each)), *more]
        numbers = sorted({*(self._hints.lines or () if on is None else on), *also})
        pairs = chain(((key, line) for key in of for line in numbers), beside)
        if parts:
            self._ahead.ask([*parts, *islice(_statuses(pairs), SIZE - len(parts))])

    def gather_statuses(self, pairs: Iterable[tuple[str, int]], more: Iterable[Item] = ()) -> None:
        """Ask in one request for `more` reads and the statuses of pairs of connector and line, unless they came before.

        Of more than fit in, the first ones are asked for.
        """
        self._ahead.ask([*more, *_statuses(pairs)])

    def take(self, item: Item) -> ItemAnswer | None:
        """The answer of a read that `gather` brought; None where it brought none. Nothing is asked for here."""
        return self._ahead.take(item)

    def _parts(self, what: str) -> Sequence[Item]:
        if what == "lines":
            return [_page(number) for number in range(self._hints.pages)] if self._lines is None else ()
        if what == "queues":
            return [line_queue.queue_page(number) for number in range(self._hints.pages)]
        if what == "connectors":
            return (Item(method="imconnector.list", params={}),) if self._connectors is None else ()
        return (Item(method=_ALONE[what], params={}),)

    @property
    def known_lines(self) -> Sequence[int]:
        """The lines that there were when the portal was read last: worth asking about, and no more than that."""
        return self._hints.lines or ()

    @property
    def known_pages(self) -> int:
        """How many pages of the list of lines are worth asking for."""
        return self._hints.pages

    @property
    def known_connectors(self) -> Sequence[str]:
        """The connectors that there were when the portal was read last: worth asking about, and no more than that."""
        return self._hints.connectors

    def connectors(self) -> tuple[Connector, ...]:
        """All connectors of the portal, of all applications, by id."""
        if self._connectors is None:
            found = model.connectors(self.read("imconnector.list"), self.ours())
            self._connectors, self._unread["connectors"] = found.rows, found.unread
            self._hints.connectors = tuple(each.id for each in found.rows)
        return self._connectors

    def ours(self) -> frozenset[str]:
        """The ids of the connectors that were registered or adopted here."""
        return self._snapshots.ids()

    def lines(self) -> tuple[Line, ...]:
        """All open lines, by number. Drafts, which somebody who only opened the form leaves behind, are none."""
        if self._lines is None:
            self._lines = tuple(sorted(self._pages(), key=lambda line: line.id))
            self._hints.lines = tuple(line.id for line in self._lines)
        return self._lines

    def _pages(self) -> Iterable[Line]:
        known: dict[int, Line] = {}
        unread: dict[Text, None] = {}
        before: Listing[Line] | None = None
        for page in range(_MAX_PAGES):
            asked = _page(page)
            found = model.lines(self.read(asked.method, **asked.params))
            known = {**{line.id: line for line in found.rows}, **known}
            unread.update(dict.fromkeys(found.unread))
            # A portal that pages nothing sends the same page again.
            if found.count < PAGE or found == before:
                break
            before = found
        self._unread["lines"] = tuple(unread)
        return known.values()

    def queues(self) -> Mapping[int, int]:
        """How many users answer on each open line, by its number; a line of which the portal does not say is absent."""
        pages = [line_queue.queue_page(number) for number in range(ceil(len(self.lines()) / PAGE))]
        found = [line_queue.read_queues(self._ahead.read(page)) for page in pages]
        return {line: len(operators) for page in found for line, operators in page.items()}

    def unread(self, of: str = "") -> tuple[Message, ...]:
        """One note for each row of what was read so far that is not readable: of "lines", "connectors" or both."""
        return tuple(_UNREAD[kind](row) for kind, rows in self._unread.items() if of in ("", kind) for row in rows)

    def remarks(self) -> tuple[Message, ...]:
        """One note for each thing that was wrong with the bytes of this portal's answers so far."""
        return tuple(Message("bitrix24.portal.remark", remark=remark) for remark in self._caller.remarks())

    def statuses(self, connector: str, also: Iterable[int] = ()) -> tuple[Status, ...]:
        """The connector on every line, and on the lines `also` names, whether they still exist or not."""
        numbers = sorted({line.id for line in self.lines()} | set(also))
        return self.matrix([(connector, number) for number in numbers])

    def matrix(self, pairs: Sequence[tuple[str, int]]) -> tuple[Status, ...]:
        """The status of each pair of connector and line, in their order; 50 pairs cost one request."""
        reasons = {key: identifiers.find_query_obstacle(key) for key, _ in pairs}
        asked = [(key, line) for key, line in pairs if not reasons[key]]
        early = {pair: self._ahead.take(_status(*pair)) for pair in asked}
        answers = iter(self._batches([_status(*pair) for pair in asked if early[pair] is None]))
        return tuple(
            Status(connector=key, line=line, problem=reasons[key])
            if reasons[key]
            else model.status(key, line, early[key, line] or next(answers))
            for key, line in pairs
        )

    def _batches(self, items: Sequence[Item]) -> Iterable[ItemAnswer]:
        """All answers in the order of the items, telling whoever waits how far it has come."""
        return bulk_read.read_all(
            items,
            self._reader.batch,
            lambda done, total: self._services.progress(done, total, Message("bitrix24.progress.statuses")),
        )

    def app(self) -> AppInfo:
        """How the portal sees our application."""
        return model.app_info(self.read("app.info"))

    def scopes(self) -> frozenset[str]:
        """What the application is allowed, as the portal says."""
        return model.scopes(self.read("scope"))

    def profile(self) -> UserProfile:
        """The user as whom the bot acts."""
        return model.user_profile(self.read("profile"))

    @property
    def destination(self) -> Destination:
        """Where the portal is, for those who look how it can be reached."""
        return self._caller.destination

    @property
    def client_id(self) -> str:
        """The application whose credentials are stored."""
        return self._caller.client_id

    def ask_server(self) -> ServerReply:
        """What the authorisation server says of the stored access token."""
        return self._caller.ask_server()

    def busiest_method(self) -> tuple[str, float] | None:
        """The method on which the portal has worked longest in ten minutes, and the seconds."""
        return self._caller.busiest()

    def snapshot(self, connector: str) -> Snapshot | None:
        """What we know of the connector from registering or adopting it."""
        return self._snapshots.of(connector)

    def remember(self, snapshot: Snapshot) -> Remember:
        """The row of our own record that a plan wants written when it is done."""
        return self._snapshots.remember(snapshot)

    def find_elsewhere(self, connector: str) -> KnownPortal | None:
        """Another portal that has this connector by our own record, or by what was read there last. Nothing is read."""
        for other in self._credential_store.portals():
            if other.member_id == self._credential_store.portal(self.place.name).member_id:
                continue
            snapshot = Snapshots(self._services.records, other.identity).of(connector)
            seen = self._caller.last_seen(other)
            if (snapshot and not snapshot.removed) or (seen and connector in seen.connectors):
                return other
        return None

    def now_ms(self) -> int:
        """The time, for our own record."""
        return self._services.clock.now_ms()

    @property
    def settings(self) -> Mapping[str, str]:
        """The settings of this installation."""
        return self._services.settings

    def authorities(self) -> tuple[Message, ...]:
        """What the certificate authorities that count for this portal alone are called."""
        return certificate_authorities.subjects(self._credential_store.portal(self.place.name).authorities)

    @property
    def store(self) -> CredentialStore:
        """The portals that the bot knows."""
        return self._credential_store

    @property
    def known(self) -> KnownPortal:
        """What the bot keeps about this portal."""
        return self._credential_store.known(self.place.name)

    def token_end(self) -> int:
        """When the refresh token ends unless it is renewed, in UTC milliseconds."""
        return token_maintenance.find_token_end(self._services, self.known)

    def idle_days(self) -> int:
        """Whole days since the tokens were stored or renewed."""
        return token_maintenance.idle_days(self._services, self.known)

    def has_backup_tokens(self) -> bool:
        """Whether tokens are stored that could replace those in use."""
        return BackupTokenStore(self._services).held(self.known) is not None

    def token_warnings(self) -> list[Text]:
        """What a person should know about the tokens of this portal."""
        return token_maintenance.list_token_warnings(self._services, self.known)

    def note_application(self, seen: ApplicationRecord) -> None:
        """Write down what this portal said of the application, and tell people what that changes."""
        records, warnings = ApplicationRecords(self._services), WarningLog(self._services)
        before = records.known(self.known)
        records.note(self.known, seen)
        if before is not None and before.number and before.number != seen.number:
            warnings.tell_once(self.known, REINSTALLED)
        warnings.update(self.known)

    def ask_although_blocked(self) -> None:
        """Send calls also while the vendor has blocked the application, to find out whether it still has."""
        self._caller.asks_although_blocked = True

    @property
    def records(self) -> Records:
        """What the plugin stores of this installation's portals."""
        return self._services.records

    def try_event(self) -> bool:
        """Ask the portal for a test event, and wait whether it comes to the bot's public address."""
        tests = EventTests(self._services)
        word = tests.make_word()
        self.read("event.test", nonce=word)
        return tests.wait(word)

    @property
    def refuses_unowned(self) -> bool:
        """Whether connectors whose ownership is not proven must be left alone."""
        return refuses_unowned(self._services.settings)


def _unread_connector(row: Text) -> Message:
    return Message("bitrix24.portal.connector_unread", row=row)


def _unread_line(row: Text) -> Message:
    return Message("bitrix24.portal.line_unread", row=row)


_UNREAD: Mapping[str, Callable[[Text], Message]] = {"connectors": _unread_connector, "lines": _unread_line}


def _page(number: int) -> Item:
    """One page of the open lines, counted from 0."""
    select: Mapping[str, Json] = {"select": ["ID", "LINE_NAME", "ACTIVE", "TEMPORARY"]}
    return Item(method=line_queue.LINES, params={"PARAMS": {**select, **line_queue.page_of_lines(number)}})


def _statuses(pairs: Iterable[tuple[str, int]]) -> Iterator[Item]:
    """The reads of those pairs whose connector can be asked about."""
    return (_status(*pair) for pair in pairs if not identifiers.find_query_obstacle(pair[0]))


def _status(connector: str, line: int) -> Item:
    return Item(method="imconnector.status", params={"CONNECTOR": connector, "LINE": line})
