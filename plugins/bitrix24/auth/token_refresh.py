"""A new access token when the old one has run out: once per generation, whoever asks, and never by many at once.

docs/safety.md M10: compare generations, take the lease, ask, and store as the first thing after the answer. A
refused refresh token is final only when no other process has stored a newer pair meanwhile; then the spare pair takes
over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.plugin import Event, Message, PluginError, Services, Text, Time
from plugins.bitrix24.auth import audit_events
from plugins.bitrix24.auth.backup_tokens import BackupTokenStore, slot
from plugins.bitrix24.auth.credentials import RENEWAL, CredentialStore, KnownPortal, StoredCredentials, TokenHealth
from plugins.bitrix24.auth.oauth import RefreshFailure, Tokens
from plugins.bitrix24.auth.token_endpoint import TokenServer
from plugins.bitrix24.rest import error_codes
from plugins.bitrix24.rest.portal_lines import name_portal
from plugins.bitrix24.traffic.portal_connections import Connections

LEASE = 150.0
"""Seconds: longer than the two requests that a question may take, and the pauses before its answer is stored."""

WAIT = 60.0
"""Seconds: so long a call waits for another process's renewal. Its change request holds a lease that runs meanwhile."""

QUIET_MS = 5 * 60 * 1000
"""No further try for so long after a final refusal."""

INTERRUPTED = "renewal_interrupted"
"""The code of a pair that is refused after a renewal whose result was never stored."""
SPENT = frozenset({"invalid_grant", "expired_token", INTERRUPTED})
"""The pair is lost, and another pair of the same application need not be."""

_FIRST_LOOK, _RARE_LOOKS = 0.05, 1.0
"""Seconds between two looks at what another process is about to store: at first, and at last."""
_STORE_AGAIN = (0.5, 1.0, 2.0, 4.0)
"""Pauses in seconds between the attempts to store a new pair."""
_BUSY = RefreshFailure(sentence=Message("bitrix24.token.busy"), hint=error_codes.AGAIN_LATER)


class TokenRefresh:
    """Renews the tokens of one portal."""

    def __init__(self, services: Services, links: Connections, portal: KnownPortal) -> None:
        self._services = services
        self._links = links
        self._portal = portal
        self._credential_store = CredentialStore(services)
        self._spares = BackupTokenStore(services)
        self._server = TokenServer(services, links, portal)

    def refresh_after(self, stale: StoredCredentials) -> StoredCredentials | RefreshFailure:
        """Credentials newer than `stale`, renewed here or by somebody else; or why there are none."""
        with self._links.traffic(self._services, self._portal.member_id).renewing:
            return self._known(stale) or self._leased(stale) or self._wait(stale)

    def refresh_backup(self) -> RefreshFailure | None:
        """Renew the spare pair, so that it does not run out; why that did not work, if it did not."""
        with self._services.secrets.lease(slot(self._portal), seconds=LEASE) as mine:
            spare = self._spares.held(self._portal) if mine else None
            if spare is None:
                return None
            answer = self._server.ask(spare.credentials)
            if isinstance(answer, Tokens):
                pair = answer
                self._keep(lambda: self._spares.renewed(self._portal, spare, pair))
                return None
            if _is_lost(answer):
                self._give_up_backup(spare, answer)
            return answer

    def _known(self, stale: StoredCredentials) -> StoredCredentials | RefreshFailure | None:
        """What somebody has found out already: a newer pair, or that there is none to be had."""
        return self._newer(stale) or self._quiet(stale)

    def _leased(self, stale: StoredCredentials) -> StoredCredentials | RefreshFailure | None:
        """Renew, unless another process is at it; then None."""
        with self._services.secrets.lease(self._portal.slot, seconds=LEASE) as mine:
            return (self._known(stale) or self._renew(stale)) if mine else None

    def _newer(self, stale: StoredCredentials) -> StoredCredentials | None:
        now = self._credential_store.held(self._portal)
        return now if now.generation != stale.generation else None

    def _quiet(self, stale: StoredCredentials) -> RefreshFailure | None:
        health = self._credential_store.health(self._portal)
        if health is None or not health.locked_out or health.generation != stale.generation:
            return None
        if not 0 <= self._services.clock.now_ms() - health.at < QUIET_MS:
            return None
        return RefreshFailure(sentence=health.sentence, hint=health.hint, code=health.code, final=True)

    def _renew(self, stale: StoredCredentials) -> StoredCredentials | RefreshFailure:
        earlier = self._begin(stale)
        answer = self._server.ask(stale.credentials)
        if isinstance(answer, Tokens):
            # Nothing may stand between the answer and this line: a crash here loses the only valid pair.
            pair = answer
            self._keep(lambda: self._renewed(stale, pair))
            return self._credential_store.held(self._portal)
        if not answer.final:
            return answer
        newer = self._newer(stale)
        if newer:
            return newer
        if earlier is None:
            # The server said no: this renewal spent nothing.
            self._services.records.delete(RENEWAL, self._portal.slot)
        instead = self._use_backup(stale) if answer.code in SPENT else None
        told = instead or _name_cause(answer, earlier)
        # What the spare was refused with tells more than that the first is spent: it may pass.
        return told if isinstance(told, StoredCredentials) or not told.final else self._record_auth_failure(stale, told)

    def _begin(self, stale: StoredCredentials) -> int | None:
        """Record that a renewal begins; when one of the same pair began before whose result was not stored."""
        slot, generation = self._portal.slot, stale.generation
        kept = self._services.records.get(RENEWAL, slot)
        if kept is not None and kept["generation"] == generation:
            return int(kept["at"])
        self._services.records.put(RENEWAL, slot, {"generation": generation, "at": self._services.clock.now_ms()})
        return None

    def _use_backup(self, stale: StoredCredentials) -> StoredCredentials | RefreshFailure | None:
        """The spare pair in the place of the lost one; None when there is none that works."""
        with self._services.secrets.lease(slot(self._portal), seconds=LEASE) as mine:
            spare = self._spares.held(self._portal)
            if spare is None:
                return None
            if not mine:
                return _BUSY
            answer = self._server.ask(spare.credentials)
            if isinstance(answer, Tokens):
                pair = answer
                self._keep(lambda: self._spares.promoted(self._portal, stale, spare, pair))
                self._services.log.warning(
                    "the tokens of the portal %s were lost, and the spare pair took over; store another one",
                    self._portal.name,
                )
                return self._credential_store.held(self._portal)
            if not _is_lost(answer):
                return answer
            if self._give_up_backup(spare, answer):
                return None
        # Somebody stored another one while this one was asked for: it is tried in its place.
        return self._use_backup(stale)

    def _give_up_backup(self, spare: StoredCredentials, answer: RefreshFailure) -> bool:
        """Write down that the spare pair is lost too; False when another one is there by now."""
        return self._spares.refused(self._portal, spare, code=answer.code, sentence=answer.sentence)

    def _keep(self, write: Callable[[], object]) -> None:
        """Write the pair down. A store that is busy is asked again: the old pair is spent."""
        for pause in _STORE_AGAIN:
            try:
                write()
            except PluginError:
                self._services.log.warning("the new tokens of %s could not be stored yet", self._portal.name)
                self._services.clock.sleep(pause)
            else:
                return
        write()

    def _renewed(self, stale: StoredCredentials, pair: Tokens) -> None:
        """Keep the pair, unless a newer one is stored."""
        with self._services.transaction():
            if self._credential_store.renewed(self._portal, stale, pair.access, pair.refresh, token_url=pair.source):
                self._note(stale.generation + 1, user=pair.user)
                self._record(audit_events.TOKENS_RENEWED, stale.generation + 1)

    def _record_auth_failure(self, stale: StoredCredentials, answer: RefreshFailure) -> RefreshFailure:
        """Only a person can help. It is on the record once, however often it is asked for."""
        told = replace(answer, hint=name_portal(answer.hint, self._portal.name))
        before = self._credential_store.health(self._portal)
        with self._services.transaction():
            self._note(stale.generation, told)
            if before is None or not before.locked_out or before.generation != stale.generation:
                self._record(audit_events.TOKENS_REFUSED, stale.generation, code=answer.code, sentence=answer.sentence)
        return told

    def _note(self, generation: int, refusal: RefreshFailure | None = None, *, user: str = "") -> None:
        now, before = self._services.clock.now_ms(), self._credential_store.health(self._portal)
        self._credential_store.note(
            self._portal,
            TokenHealth(
                locked_out=refusal is not None,
                at=now,
                generation=generation,
                renewed_at=now if refusal is None else before.renewed_at if before else None,
                user=user or (before.user if before else ""),
                code=refusal.code if refusal else "",
                sentence=refusal.sentence if refusal else "",
                hint=refusal.hint if refusal else "",
            ),
        )

    def _record(self, event: Event, generation: int, **more: Text) -> None:
        self._services.record(event, self._portal.place, {"generation": generation, "chain": "main", **more})

    def _wait(self, stale: StoredCredentials) -> StoredCredentials | RefreshFailure:
        """Another process renews: wait for what it stores, and look less and less often. If it gives up, renew here."""
        pause, waited = _FIRST_LOOK, 0.0
        while waited < WAIT:
            self._services.clock.sleep(pause)
            found = self._known(stale) or self._leased(stale)
            if found:
                return found
            waited, pause = waited + pause, min(2 * pause, _RARE_LOOKS)
        return _BUSY


def _name_cause(answer: RefreshFailure, earlier: int | None) -> RefreshFailure:
    """The refusal of a pair, with its cause where an earlier renewal may have spent it."""
    if earlier is None or answer.code not in SPENT:
        return answer
    return replace(
        answer, sentence=Message("bitrix24.token.renewal_interrupted", time=Time(time=earlier)), code=INTERRUPTED
    )


def _is_lost(answer: RefreshFailure) -> bool:
    """Whether the refusal means that the pair is of no use any more."""
    return answer.final and answer.code in SPENT
