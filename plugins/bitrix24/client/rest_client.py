"""Makes one call of the portal: paced, renewed once when the token has run out, repeated only where that is safe."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.plugin import CallOutcome, CallVerdict, Json, Message, PluginError, Services, TargetRefused, TargetUnreachable
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth import server_probe, token_maintenance
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal, StoredCredentials
from plugins.bitrix24.auth.domain_change import Relocation, Unproven
from plugins.bitrix24.auth.oauth import RefreshFailure
from plugins.bitrix24.auth.server_probe import ServerReply
from plugins.bitrix24.auth.token_refresh import TokenRefresh
from plugins.bitrix24.client import not_sent
from plugins.bitrix24.health import access_losses
from plugins.bitrix24.health.access_watch import AccessWatch
from plugins.bitrix24.hosts import certificate_authorities, endpoints
from plugins.bitrix24.http.exchange import Exchange, HttpRequest, Undelivered, redact_exchange
from plugins.bitrix24.rest import batch, error_codes, methods, protocol
from plugins.bitrix24.rest.batch import Item, ItemAnswer
from plugins.bitrix24.rest.error_codes import RetryHint
from plugins.bitrix24.rest.methods import Method
from plugins.bitrix24.rest.portal_lines import name_portal
from plugins.bitrix24.rest.protocol import Judgement
from plugins.bitrix24.rest.response import is_gateway_error
from plugins.bitrix24.rest.retry_policy import CHANGE, READ, RetryPolicy
from plugins.bitrix24.traffic.last_seen import LastSeen
from plugins.bitrix24.traffic.operating_limit import Block
from plugins.bitrix24.traffic.portal_connections import Connections, Destination, Link
from plugins.bitrix24.traffic.read_cache import ReadCache

FULL = "QUERY_LIMIT_EXCEEDED"
EXPIRED = "expired_token"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResult:
    """What came of a call, and what it took. `facts` are for logs and records."""

    method: str
    judgement: Judgement
    facts: Mapping[str, str | int]
    sent_ms_ago: int | None
    """None when nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """How the portal is reached now."""

    portal: KnownPortal
    destination: Destination
    link: Link

    @property
    def base(self) -> str:
        """The address of its REST methods, which ends in `/rest/`."""
        return self.destination.base


@dataclass(slots=True, kw_only=True)
class _CallProgress:
    """How far one call has come."""

    started: float
    sent: float | None = None
    requests: int = 0
    attempts: int = 0
    renewals: int = 0
    moves: int = 0
    full: int = 0

    def facts(self, now: float, status: int) -> Mapping[str, str | int]:
        return {
            "http_status": status,
            "attempts": self.requests,
            "renewals": self.renewals,
            "milliseconds": round((now - self.started) * 1000),
        }

    def sent_ms_ago(self, now: float) -> int | None:
        return None if self.sent is None else round((now - self.sent) * 1000)


class Caller:
    """Calls one portal with its stored credentials. Safe for several threads."""

    def __init__(
        self,
        services: Services,
        links: Connections,
        portal: KnownPortal,
        *,
        read: RetryPolicy = READ,
        change: RetryPolicy = CHANGE,
    ) -> None:
        self._services = services
        self._links = links
        self._read = read
        self._change = change
        self._credential_store = CredentialStore(services)
        self._traffic = links.traffic(services, portal.member_id)
        self._renewal = TokenRefresh(services, links, portal)
        self._access = AccessWatch(services, portal)
        self.asks_although_blocked = False
        """Whether calls go out although the vendor has blocked the application: to find out whether it still has."""
        self._route = self._route_to(portal)

    def read(self, name: str, params: Mapping[str, Json]) -> Any:
        """The `result` of a reading method. Raises TargetRefused or TargetUnreachable when there is none."""
        made = self._make(methods.check(name, params), params, self._read)
        if made.judgement.verdict is CallVerdict.DONE:
            return made.judgement.result
        raise make_error(made)

    def batch(self, items: Sequence[Item]) -> tuple[ItemAnswer, ...]:
        """The answers of at most 50 reads, in their order. Raises as `read` does when the batch as a whole fails.

        Items of a method that the portal has blocked are not sent, nor those that cannot be written down.
        """
        instead = [self._instead_of(item) for item in items]
        sent = [item for item, known in zip(items, instead, strict=True) if known is None]
        self._slow_down([item.method for item in sent])
        answers = batch.split_answer(sent, self.read("batch", batch.params(sent))) if sent else ()
        for item, answer in zip(sent, answers, strict=True):
            self._watch(item.method, answer.code, answer.time)
        each = iter(answers)
        return tuple(next(each) if known is None else known for known in instead)

    def _slow_down(self, names: Sequence[str]) -> None:
        """Wait before methods that the portal has worked on for long."""
        pause = self._traffic.operating.pause(names, self._services.clock.now_ms())
        if pause > 0:
            self._services.clock.sleep(pause)

    def _instead_of(self, item: Item) -> ItemAnswer | None:
        """The answer of an item that is not sent; None when it can be."""
        block = self._traffic.operating.block(item.method, self._services.clock.now_ms())
        if block is not None:
            return not_sent.method_blocked_item(block)
        return None if batch.can_be_sent(item) else batch.UNSENDABLE

    @property
    def kept(self) -> ReadCache:
        """What the portal answered a moment ago."""
        return self._traffic.kept

    def who(self) -> Hashable:
        """The portal, and as whom it is asked. Raises Refusal where there are no credentials."""
        portal, held = self._route.portal, self._credential_store.held(self._route.portal)
        return portal.name, self._route.base, portal.authorities, held.generation

    def last_seen(self, portal: KnownPortal) -> LastSeen | None:
        """What this process saw last on another portal."""
        return self._links.last_seen(portal.member_id)

    @property
    def destination(self) -> Destination:
        """Where the portal is now."""
        return self._route.destination

    @property
    def client_id(self) -> str:
        """The application whose credentials are used. Raises Refusal where there are none."""
        return self._credential_store.held(self._route.portal).credentials.client_id

    def busiest(self) -> tuple[str, float] | None:
        """The method on which the portal has worked longest in ten minutes, and the seconds."""
        return self._traffic.operating.busiest(self._services.clock.now_ms())

    def ask_server(self) -> ServerReply:
        """What the authorisation server says of the stored access token."""
        keys, settings = self._credential_store.held(self._route.portal).credentials, self._services.settings
        endpoint = endpoints.portal(self._route.portal.domain, settings)
        url = endpoints.token_url(endpoint, settings, stored=keys.token_url)
        return server_probe.ask_server(self._services, self._links, keys, url)

    @property
    def hints(self) -> LastSeen:
        """What was last seen on the portal."""
        return self._traffic.hints

    def remarks(self) -> Sequence[Message]:
        """What was wrong with the bytes of the portal's answers since this process started."""
        return sorted(self._traffic.remarks, key=str)

    def change(self, name: str, params: Mapping[str, Json]) -> CallOutcome:
        """What one changing call did. A method is sent again only when it provably did not run."""
        method = methods.check(name, params)
        self._traffic.kept.drop()
        try:
            made = self._make(method, params, self._change)
        finally:
            self._traffic.kept.drop()
        judgement = made.judgement
        unknown = judgement.verdict is CallVerdict.UNKNOWN
        advised = bool(judgement.hint) and not unknown
        return CallOutcome(
            verdict=judgement.verdict,
            sentence=error_codes.with_advice(judgement.sentence, judgement.hint) if advised else judgement.sentence,
            advice=judgement.hint if unknown else "",
            code=judgement.code,
            facts=made.facts,
            sent_ms_ago=made.sent_ms_ago,
        )

    def _make(self, method: Method, params: Mapping[str, Json], manner: RetryPolicy) -> CallResult:
        clock = self._services.clock
        course = _CallProgress(started=clock.monotonic())
        held, route = self._credential_store.held(self._route.portal), self._route
        while True:
            judgement = self._once(route, method, params, held, manner, course)
            if judgement.again is RetryHint.REFRESH and not course.renewals:
                course.renewals += 1
                newer = self._renewal.refresh_after(held)
                self._access.update()
                if isinstance(newer, StoredCredentials):
                    held = newer
                    continue
                judgement = self._auth_failed(newer)
            if judgement.moved_to and not course.moves:
                course.moves += 1
                moved = self._follow(route, judgement.moved_to, held)
                if isinstance(moved, Route):
                    route = moved
                    continue
                judgement = moved.judgement
            if not self._goes_on(judgement, manner, course):
                now = clock.monotonic()
                facts = course.facts(now, judgement.status)
                return CallResult(
                    method=method.name, judgement=judgement, facts=facts, sent_ms_ago=course.sent_ms_ago(now)
                )

    def _goes_on(self, judgement: Judgement, manner: RetryPolicy, course: _CallProgress) -> bool:
        """Whether the same request may be sent again, and the pause before that."""
        clock = self._services.clock
        if judgement.code == FULL:
            course.full += 1
            pause = min(8.0, 2.0 ** (course.full - 1)) + clock.jitter(1.0)
            again = clock.monotonic() + pause - course.started < manner.queues
        else:
            course.attempts += 1
            pause = clock.jitter(min(20.0, 0.5 * 2.0**course.attempts))
            again = manner.repeats(judgement) and course.attempts < manner.attempts
        if again:
            clock.sleep(pause)
        return again

    def _once(
        self,
        route: Route,
        method: Method,
        params: Mapping[str, Json],
        held: StoredCredentials,
        manner: RetryPolicy,
        course: _CallProgress,
    ) -> Judgement:
        clock, traffic = self._services.clock, self._traffic
        block = traffic.operating.block(method.name, clock.now_ms())
        if block:
            return not_sent.method_blocked(block)
        if not course.requests and self._access.holds_back(although_blocked=self.asks_although_blocked):
            return not_sent.overloaded(self._route.portal.name)
        if not route.link.breaker.try_acquire(clock.monotonic()):
            return not_sent.circuit_open()
        wait = traffic.bucket.take(clock.monotonic(), most=manner.queues)
        if wait is None:
            return not_sent.rate_limited()
        if wait > 0:
            clock.sleep(wait)
        self._slow_down([method.name])
        course.requests += 1
        request = protocol.encode(route.base, method, params, held.credentials.access)
        exchange = self._send(route.link, request, held, manner, course)
        if isinstance(exchange, Undelivered) and exchange.withheld:
            return not_sent.lease_lost()
        judgement = protocol.judge(method, exchange, asked=request.url)
        self._services.log.debug("%s: %s (HTTP %s)", method.name, judgement.verdict, judgement.status)
        return self._noted(method, judgement)

    def _send(
        self, link: Link, request: HttpRequest, held: StoredCredentials, manner: RetryPolicy, course: _CallProgress
    ) -> Exchange:
        clock = self._services.clock

        def leaves(seconds: float) -> bool:
            if manner.asks and not self._services.may_send(seconds):
                return False
            course.sent = clock.monotonic()
            return True

        exchange = link.wire.send(request, manner.timeouts, leaves)
        if isinstance(exchange, Undelivered) and exchange.withheld:
            # That says nothing about the other side.
            return exchange
        if isinstance(exchange, Undelivered) or is_gateway_error(exchange.status, exchange.body):
            link.breaker.failed(clock.monotonic())
        else:
            link.breaker.record_success()
        return redact_exchange(exchange, *held.credentials.secrets)

    def _noted(self, method: Method, judgement: Judgement) -> Judgement:
        """Take from an answer what it tells about the portal's limits, and whether it refuses everything."""
        self._access.learn(method.name, judgement.code, done=judgement.verdict is CallVerdict.DONE)
        if judgement.code == FULL:
            self._traffic.bucket.overflowed(self._services.clock.monotonic())
        if judgement.remark and judgement.remark not in self._traffic.remarks:
            self._traffic.remarks.add(judgement.remark)
            self._services.log.warning("%s: %s", method.name, judgement.remark, extra={"action": "portal_output"})
        block = self._watch(method.name, judgement.code, judgement.time)
        if block:
            return replace(not_sent.method_blocked(block), status=judgement.status)
        loss = access_losses.find_loss_of_call(method.name, judgement.code)
        name = self._route.portal.name
        return replace(judgement, hint=loss.advise(name) if loss else name_portal(judgement.hint, name))

    def _auth_failed(self, refusal: RefreshFailure) -> Judgement:
        portal = self._route.portal
        idle_days = token_maintenance.idle_days(self._services, portal)
        return not_sent.auth_failed(refusal, portal.name, idle_days=idle_days)

    def _watch(self, method: str, code: str, time: Mapping[str, Any]) -> Block | None:
        operating, now = self._traffic.operating, self._services.clock.now_ms()
        operating.noted(method, time, now)
        held = operating.block(method, now)
        return (held or operating.refused(method, now)) if code == not_sent.BLOCKED else None

    def _route_to(self, portal: KnownPortal) -> Route:
        settings = self._services.settings
        endpoint = endpoints.portal(portal.domain, settings)
        destination = Destination(
            base=endpoint.base,
            address=endpoint.address,
            authorities=certificate_authorities.of_settings(settings) + portal.authorities,
        )
        link = self._links.for_host(destination, self._services.clock)
        return Route(portal=portal, destination=destination, link=link)

    def _follow(self, route: Route, location: str, held: StoredCredentials) -> Route | Unproven:
        """The way to a renamed portal, proven once however many threads are sent there."""
        relocation = Relocation(self._services, lambda portal: self._proof(portal, held))
        with self._traffic.moving:
            moved = relocation.follow(route.portal, location)
            if isinstance(moved, Unproven):
                return moved
            self._route = self._route_to(moved)
            return self._route

    def _proof(self, portal: KnownPortal, held: StoredCredentials) -> Judgement:
        """What the portal at another address says to our token. Only a token that has run out is renewed for it."""
        method, route, course = methods.find("app.info"), self._route_to(portal), _CallProgress(started=0.0)
        judgement = self._once(route, method, {}, held, self._read, course)
        if judgement.code == EXPIRED:
            newer = self._renewal.refresh_after(held)
            if isinstance(newer, RefreshFailure):
                return self._auth_failed(newer)
            judgement = self._once(route, method, {}, newer, self._read, course)
        return judgement


def make_error(made: CallResult) -> PluginError:
    """The exception for a read that brought nothing."""
    judgement, facts = made.judgement, {"method": made.method, **made.facts}
    if judgement.verdict is CallVerdict.FAILED or (judgement.code and judgement.verdict is CallVerdict.NOT_SENT):
        return TargetRefused(judgement.sentence, code=judgement.code, hint=judgement.hint, facts=facts)
    return TargetUnreachable(judgement.sentence, hint=judgement.hint, facts=facts)
