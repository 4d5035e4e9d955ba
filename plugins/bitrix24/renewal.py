"""A new access token when the old one has run out: once per generation, whoever asks, and never in a storm.

safety.md M10: compare generations, take the lease, ask, and store as the first thing after the answer. A refused
refresh token is final only when no other process has stored a newer pair meanwhile.
"""

from __future__ import annotations

from bot.plugin import PluginError, Services
from plugins.bitrix24 import oauth
from plugins.bitrix24.credentials import Health, Held, KnownPortal, Vault
from plugins.bitrix24.endpoints import portal as endpoint_of
from plugins.bitrix24.endpoints import token_url
from plugins.bitrix24.links import Links
from plugins.bitrix24.oauth import NoTokens, Tokens
from plugins.bitrix24.wire import READING, HttpRequest, blotted

LEASE = 60.0
"""Seconds: longer than the two requests that a renewal may take."""

QUIET_MS = 5 * 60 * 1000
"""No further try for so long after a final refusal."""

_POLL = 0.05
_STORE_AGAIN = (0.5, 1.0, 2.0, 4.0)
"""Pauses in seconds between the attempts to store a new pair."""


class Renewal:
    """Renews the tokens of one portal."""

    def __init__(self, services: Services, links: Links, portal: KnownPortal) -> None:
        self._services = services
        self._links = links
        self._portal = portal
        self._vault = Vault(services)
        self._endpoint = endpoint_of(portal.domain, services.settings)

    def after(self, stale: Held) -> Held | NoTokens:
        """Credentials newer than `stale`, renewed here or by somebody else; or why there are none."""
        with self._links.traffic(self._services, self._portal.member_id).renewing:
            found = self._newer(stale) or self._quiet(stale)
            if found:
                return found
            with self._services.secrets.lease(self._portal.name, seconds=LEASE) as mine:
                if mine:
                    return self._newer(stale) or self._renew(stale)
            return self._wait(stale)

    def _newer(self, stale: Held) -> Held | None:
        now = self._vault.held(self._portal)
        return now if now.generation != stale.generation else None

    def _quiet(self, stale: Held) -> NoTokens | None:
        health = self._vault.health(self._portal)
        if health is None or not health.locked_out or health.generation != stale.generation:
            return None
        if not 0 <= self._services.clock.now_ms() - health.at < QUIET_MS:
            return None
        return NoTokens(sentence=health.sentence, hint=health.hint, code=health.code, final=True)

    def _renew(self, stale: Held) -> Held | NoTokens:
        answer = self._ask(stale)
        if isinstance(answer, Tokens):
            # Nothing may stand between the answer and this line: a crash here loses the only valid pair.
            self._store(stale, answer)
            self._note(stale.generation + 1)
            return self._vault.held(self._portal)
        if answer.final:
            newer = self._newer(stale)
            if newer:
                return newer
            self._note(stale.generation, answer)
        return answer

    def _store(self, stale: Held, pair: Tokens) -> None:
        """Keep the pair, unless a newer one is stored. A store that is busy is asked again: the old pair is spent."""
        for pause in _STORE_AGAIN:
            try:
                self._vault.renewed(self._portal, stale, pair.access, pair.refresh)
            except PluginError:
                self._services.log.warning("the new tokens of %s could not be stored yet", self._portal.name)
                self._services.clock.sleep(pause)
            else:
                return
        self._vault.renewed(self._portal, stale, pair.access, pair.refresh)

    def _ask(self, stale: Held) -> Tokens | NoTokens:
        keys = stale.credentials
        url = token_url(self._endpoint, self._services.settings, stored=keys.token_url)
        form = {"client_secret": keys.client_secret, "refresh": keys.refresh}
        answer = self._exchange(stale, oauth.refresh_request(url, client_id=keys.client_id, **form))
        if isinstance(answer, NoTokens) and answer.other_form:
            answer = self._exchange(stale, oauth.refresh_request_in_query(url, client_id=keys.client_id, **form))
        if isinstance(answer, Tokens) and answer.member_id not in ("", keys.member_id):
            return NoTokens(
                sentence="The authorisation server gave tokens of another portal, so they were thrown away.",
                hint="Store the right credentials for this portal.",
                final=True,
            )
        return answer

    def _exchange(self, stale: Held, request: HttpRequest) -> Tokens | NoTokens:
        exchange = self._links.to(request.url, self._services.clock).wire.send(request, READING)
        answer = oauth.judge(exchange)
        if isinstance(answer, Tokens):
            return answer
        self._services.log.warning("no new tokens for the portal %s: %s", self._portal.name, answer.code or "no answer")
        return oauth.judge(blotted(exchange, *stale.credentials.secrets))

    def _note(self, generation: int, refusal: NoTokens | None = None) -> None:
        self._vault.note(
            self._portal,
            Health(
                locked_out=refusal is not None,
                at=self._services.clock.now_ms(),
                generation=generation,
                code=refusal.code if refusal else "",
                sentence=refusal.sentence if refusal else "",
                hint=refusal.hint if refusal else "",
            ),
        )

    def _wait(self, stale: Held) -> Held | NoTokens:
        """Another process renews: wait for what it stores."""
        for _ in range(int(LEASE / _POLL)):
            self._services.clock.sleep(_POLL)
            found = self._newer(stale) or self._quiet(stale)
            if found:
                return found
        return NoTokens(
            sentence="Another process of the bot is renewing the tokens of this portal and has not finished.",
            hint="Try again in a minute.",
        )
