"""Makes one call of the portal: paced, renewed once when the token has run out, repeated only where that is safe."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.plugin import CallOutcome, CallVerdict, Json, PluginError, Services, TargetRefused, TargetUnreachable
from plugins.bitrix24 import catalogue, endpoints, protocol
from plugins.bitrix24.catalogue import Method
from plugins.bitrix24.credentials import Held, KnownPortal, Vault
from plugins.bitrix24.errors import Again
from plugins.bitrix24.links import Links
from plugins.bitrix24.oauth import NoTokens
from plugins.bitrix24.protocol import Judgement
from plugins.bitrix24.renewal import Renewal
from plugins.bitrix24.wire import CHANGING, READING, Exchange, HttpRequest, Patience, Undelivered, blotted

_random = random.SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a call is made. `repeats` says for which judgements the same request may be sent again."""

    attempts: int
    patience: Patience
    repeats: Callable[[Judgement], bool]


def _harmless(judgement: Judgement) -> bool:
    return judgement.again is Again.WAIT


def _did_not_run(judgement: Judgement) -> bool:
    return judgement.again is Again.WAIT and judgement.verdict is CallVerdict.NOT_SENT


READ = Manner(attempts=4, patience=READING, repeats=_harmless)
CHANGE = Manner(attempts=3, patience=CHANGING, repeats=_did_not_run)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What came of a call, and what it took."""

    judgement: Judgement
    attempts: int
    renewals: int
    milliseconds: int


class Caller:
    """Calls one portal with its stored credentials. Safe for several threads."""

    def __init__(
        self, services: Services, links: Links, portal: KnownPortal, *, read: Manner = READ, change: Manner = CHANGE
    ) -> None:
        self._services = services
        self._read = read
        self._change = change
        self._vault = Vault(services)
        self._portal = portal
        self._base = endpoints.portal(portal.domain, services.settings).base
        self._link = links.to(self._base)
        self._renewal = Renewal(services, links, portal)

    def read(self, name: str, params: Mapping[str, Json]) -> Any:
        """The `result` of a reading method. Raises TargetRefused or TargetUnreachable when there is none."""
        method = catalogue.check(name, params)
        judgement = self._make(method, params, self._read).judgement
        if judgement.verdict is CallVerdict.DONE:
            return judgement.result
        raise error_of(judgement)

    def change(self, name: str, params: Mapping[str, Json]) -> CallOutcome:
        """What one changing call did. A method is sent again only when it provably did not run."""
        method = catalogue.check(name, params)
        made = self._make(method, params, self._change)
        return CallOutcome(
            verdict=made.judgement.verdict,
            sentence=f"{made.judgement.sentence} {made.judgement.hint}".strip(),
            code=made.judgement.code,
            facts={
                "http_status": made.judgement.status,
                "attempts": made.attempts,
                "renewals": made.renewals,
                "milliseconds": made.milliseconds,
            },
        )

    def _make(self, method: Method, params: Mapping[str, Json], manner: Manner) -> Made:
        clock = self._services.clock
        started, attempts, renewals = clock.monotonic(), 0, 0
        held = self._vault.held(self._portal)
        while True:
            attempts += 1
            judgement = self._once(method, params, held, manner.patience)
            if judgement.again is Again.REFRESH and not renewals:
                renewals = 1
                newer = self._renewal.after(held)
                if isinstance(newer, Held):
                    held = newer
                    continue
                judgement = _locked_out(newer)
            if not manner.repeats(judgement) or attempts - renewals >= manner.attempts:
                break
            clock.sleep(_pause(judgement, attempts))
        spent = round((clock.monotonic() - started) * 1000)
        return Made(judgement=judgement, attempts=attempts, renewals=renewals, milliseconds=spent)

    def _once(self, method: Method, params: Mapping[str, Json], held: Held, patience: Patience) -> Judgement:
        clock, link = self._services.clock, self._link
        if not link.breaker.allows(clock.monotonic()):
            return _resting()
        wait = link.bucket.take(clock.monotonic())
        if wait > 0:
            clock.sleep(wait)
        request = protocol.encode(self._base, method, params, held.credentials.access)
        exchange = self._send(request, held, patience)
        judgement = protocol.judge(method, exchange)
        if judgement.code.upper() == "QUERY_LIMIT_EXCEEDED":
            link.bucket.overflowed(clock.monotonic())
        self._services.log.debug("%s: %s (HTTP %s)", method.name, judgement.verdict, judgement.status)
        return judgement

    def _send(self, request: HttpRequest, held: Held, patience: Patience) -> Exchange:
        exchange = self._link.wire.send(request, patience)
        if isinstance(exchange, Undelivered):
            self._link.breaker.failed(self._services.clock.monotonic())
        else:
            self._link.breaker.worked()
        return blotted(exchange, *held.credentials.secrets)


def error_of(judgement: Judgement) -> PluginError:
    """The exception for a read that brought nothing."""
    if judgement.code and judgement.verdict is not CallVerdict.UNKNOWN:
        return TargetRefused(judgement.sentence, code=judgement.code, hint=judgement.hint)
    return TargetUnreachable(judgement.sentence, hint=judgement.hint)


def _locked_out(refusal: NoTokens) -> Judgement:
    return Judgement(
        verdict=CallVerdict.NOT_SENT,
        sentence=f"The portal wants a new access token, and there is none. {refusal.sentence}",
        hint=refusal.hint,
        code=refusal.code,
        status=401,
        again=Again.DEAD if refusal.final else Again.LATER,
    )


def _resting() -> Judgement:
    return Judgement(
        verdict=CallVerdict.NOT_SENT,
        sentence="The portal did not answer several times in a row, so the bot leaves it alone for half a minute. "
        "Nothing was sent.",
        hint="Try again in a minute.",
        again=Again.LATER,
    )


def _pause(judgement: Judgement, attempts: int) -> float:
    """Seconds before the next attempt: 1, 2, 4 and a little for a full bucket, else full jitter."""
    if judgement.code:
        return 2.0 ** (attempts - 1) + _random.random()
    return _random.uniform(0.0, min(20.0, 0.5 * 2.0**attempts))
