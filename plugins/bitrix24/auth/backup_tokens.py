"""The spare pair: a second, independent pair of tokens of a portal, which takes over when the first is lost for good.

It is kept under a name of its own beside the first, encrypted like it, and is used for nothing else.
"""

from __future__ import annotations

from dataclasses import replace

from bot.plugin import Event, Json, Message, Refusal, Services, Text, read_text, write_text
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth import audit_events
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal, StoredCredentials, TokenHealth
from plugins.bitrix24.auth.oauth import Tokens
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.rest.portal_lines import STORE_BACKUP, name_portal

KEPT, USED, REFUSED = "kept", "used", "refused"
_KIND = "portal_spare"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupTokens:
    """What is known of a portal's spare pair. `at` is when it came to that state, or was last renewed."""

    state: str
    at: int
    proven: bool = False
    """The authorisation server has renewed it at least once."""
    user: str = ""
    """The portal's id of whoever the tokens act as, as far as a renewal said it."""
    sentence: Text = ""


class BackupTokenStore:
    """The spare pairs of one installation."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._credential_store = CredentialStore(services)

    def known(self, portal: KnownPortal) -> BackupTokens | None:
        """None when there never was one."""
        value = self._services.records.get(_KIND, portal.slot)
        return BackupTokens(**{**value, "sentence": read_text(value["sentence"])}) if value else None

    def held(self, portal: KnownPortal) -> StoredCredentials | None:
        """The spare pair with the application's own credentials as they are now; None when none can be used.

        One of another application than the portal's present one cannot.
        """
        spare, main = (
            self._credential_store.stored(portal, slot(portal)),
            self._credential_store.stored(portal, portal.slot),
        )
        if spare is None or main is None or spare.credentials.client_id != main.credentials.client_id:
            return None
        pair = spare.credentials
        keys = replace(main.credentials, access=pair.access, refresh=pair.refresh)
        return StoredCredentials(credentials=keys, generation=spare.generation)

    def store(self, portal: KnownPortal, access: Secret, refresh: Secret, *, renewed_for: str | None = None) -> None:
        """Keep a pair as the spare, in the place of an earlier one. Raises Refusal for the pair in use.

        `renewed_for` is the user, as far as known, of tokens that a renewal has just given; None for any other tokens.
        """
        main = self._credential_store.held(portal).credentials
        if refresh == main.refresh or access == main.access:
            raise refuse_pair_in_use(portal)
        pair = replace(main, access=access, refresh=refresh)
        earlier = self._services.secrets.read(slot(portal))
        with self._services.transaction():
            if not self._services.secrets.write(
                slot(portal), pair.revealed(), after=earlier.generation if earlier else 0
            ):
                raise Refusal(
                    Message("bitrix24.token.backup_changed", portal=portal.name),
                    hint=Message("bitrix24.token.do_retry"),
                )
            self.note(portal, KEPT, proven=renewed_for is not None, user=renewed_for or "")

    def remove(self, portal: KnownPortal) -> None:
        """Delete the backup tokens of a portal and what is known of them."""
        with self._services.transaction():
            self._services.secrets.delete(slot(portal))
            self._services.records.delete(_KIND, portal.slot)

    def renewed(self, portal: KnownPortal, spare: StoredCredentials, pair: Tokens) -> None:
        """Keep the next link of the spare's chain."""
        new = replace(
            spare.credentials,
            access=pair.access,
            refresh=pair.refresh,
            token_url=pair.source or spare.credentials.token_url,
        )
        with self._services.transaction():
            if self._services.secrets.write(slot(portal), new.revealed(), after=spare.generation):
                self.note(portal, KEPT, proven=True, user=pair.user)
                self._record(audit_events.TOKENS_RENEWED, portal, spare.generation + 1)

    def refused(self, portal: KnownPortal, spare: StoredCredentials, *, code: str, sentence: Text) -> bool:
        """It is lost as well; its words are kept and the pair is not. False when another spare is there by now."""
        with self._services.transaction():
            if not self._drop(portal, spare, REFUSED, sentence):
                return False
            self._record(audit_events.TOKENS_REFUSED, portal, spare.generation, code=code, sentence=sentence)
            return True

    def promoted(self, portal: KnownPortal, lost: StoredCredentials, spare: StoredCredentials, pair: Tokens) -> bool:
        """Put the renewed spare in the place of the lost pair, in one transaction; False when a newer one is there."""
        with self._services.transaction():
            if not self._credential_store.renewed(portal, lost, pair.access, pair.refresh, token_url=pair.source):
                return False
            now = self._services.clock.now_ms()
            self._drop(portal, spare, USED)
            health = TokenHealth(
                locked_out=False, at=now, generation=lost.generation + 1, renewed_at=now, user=pair.user
            )
            self._credential_store.note(portal, health)
            self._record(audit_events.TOKENS_REPLACED, portal, lost.generation + 1)
            return True

    def _drop(self, portal: KnownPortal, spare: StoredCredentials, state: str, sentence: Text = "") -> bool:
        """Delete this spare pair and note why. One that was stored since it was read stays, and so does its note."""
        stored = self._services.secrets.read(slot(portal))
        if stored is None or stored.generation != spare.generation:
            return False
        self._services.secrets.delete(slot(portal))
        self.note(portal, state, sentence=sentence)
        return True

    def note(
        self, portal: KnownPortal, state: str, *, proven: bool = False, user: str = "", sentence: Text = ""
    ) -> None:
        value: dict[str, Json] = {
            "state": state,
            "at": self._services.clock.now_ms(),
            "proven": proven,
            "user": user,
            "sentence": write_text(sentence),
        }
        self._services.records.put(_KIND, portal.slot, value)

    def _record(self, event: Event, portal: KnownPortal, generation: int, **more: Text) -> None:
        self._services.record(event, portal.place, {"generation": generation, "chain": "spare", **more})


def refuse_pair_in_use(portal: KnownPortal) -> Refusal:
    """The refusal of a pair as backup tokens that the portal works with."""
    return Refusal(Message("bitrix24.token.backup_in_use"), hint=advise_backup(portal))


def advise_backup(portal: KnownPortal) -> Text:
    """The advice to store backup tokens of a portal."""
    return name_portal(Message("bitrix24.token.do_store_backup", command=STORE_BACKUP), portal.name)


def slot(portal: KnownPortal) -> str:
    """The name of the spare pair among the secrets; no portal can have it."""
    return f"{portal.slot}#spare"
