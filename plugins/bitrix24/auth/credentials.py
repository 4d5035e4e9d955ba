"""What the bot keeps of a portal: the encrypted credentials, and the record that anybody may see. No network here."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from bot.plugin import CommandLine, Json, Message, Place, Refusal, Services, Text, read_text, write_text
from bot.plugin.frozen import dataclass
from plugins.bitrix24.redaction.excerpt import excerpt
from plugins.bitrix24.redaction.secret import Secret

DEFAULT = "default"
VERSION = 1

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_PORTAL = "portal"
_HEALTH = "portal_health"
_FORMER = "former_portal"
_TEXTS = ("sentence", "hint")
"""The fields of `TokenHealth` that are texts for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """One application's credentials on one portal. `member_id` is inside, so a box on another row is noticed."""

    member_id: str
    client_id: str
    client_secret: Secret
    access: Secret
    refresh: Secret
    token_url: str

    def revealed(self) -> Mapping[str, Any]:
        """The JSON object for the encrypted store."""
        return {
            "v": VERSION,
            "member_id": self.member_id,
            "client_id": self.client_id,
            "client_secret": self.client_secret.reveal(),
            "access": self.access.reveal(),
            "refresh": self.refresh.reveal(),
            "oauth_url": self.token_url,
        }

    @property
    def secrets(self) -> tuple[Secret, ...]:
        return self.client_secret, self.access, self.refresh


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCredentials:
    """Credentials as stored, with the generation that a write must name."""

    credentials: Credentials
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPortal:
    """The record of a portal: nothing in it is secret.

    `authorities` are PEM certificates by which this portal alone is known, beside those of the system.
    """

    name: str
    domain: str
    member_id: str
    added_at: int
    authorities: str = field(repr=False, default="")

    @property
    def place(self) -> Place:
        return Place(name=self.name, label=self.domain, identity=self.member_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenHealth:
    """What the last renewal of the tokens showed. `generation` is that of the credentials it was about.

    `renewed_at` is when one last gave a new pair; None when none has yet.
    """

    locked_out: bool
    at: int
    generation: int
    renewed_at: int | None = None
    code: str = ""
    sentence: Text = ""
    hint: Text = ""


class CredentialStore:
    """The portals of one installation, over what the host stores for the plugin."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def portals(self) -> Sequence[KnownPortal]:
        """By name. Which one a command is about is not theirs to say."""
        return [_known(name, value) for name, value in sorted(self._services.records.all(_PORTAL).items())]

    def portal(self, name: str) -> KnownPortal:
        """Raises Refusal when the bot does not know it."""
        value = self._services.records.get(_PORTAL, name)
        if value is None:
            raise Refusal(
                Message("bitrix24.portal.unknown", portal=excerpt(name)),
                hint=Message("bitrix24.portal.do_list_or_add", command=CommandLine(command_line="portal list")),
            )
        return _known(name, value)

    def held(self, portal: KnownPortal) -> StoredCredentials:
        """The stored credentials. Raises Refusal when there are none, or when they are another portal's."""
        held = self.stored(portal, portal.name)
        if held is None:
            raise Refusal(Message("bitrix24.token.no_credentials", portal=portal.name), hint=_store_again(portal))
        return held

    def stored(self, portal: KnownPortal, slot: str) -> StoredCredentials | None:
        """What is stored for a portal under a name. Raises Refusal when it is another portal's."""
        sealed = self._services.secrets.read(slot)
        if sealed is None:
            return None
        value = sealed.value
        if value.get("v") != VERSION or value.get("member_id") != portal.member_id:
            raise Refusal(Message("bitrix24.token.foreign_credentials", portal=portal.name), hint=_store_again(portal))
        return StoredCredentials(
            generation=sealed.generation,
            credentials=Credentials(
                member_id=str(value["member_id"]),
                client_id=str(value["client_id"]),
                client_secret=Secret(str(value["client_secret"])),
                access=Secret(str(value["access"])),
                refresh=Secret(str(value["refresh"])),
                token_url=str(value["oauth_url"]),
            ),
        )

    def add(self, portal: KnownPortal, credentials: Credentials, *, replace: bool = False) -> None:
        """Keep a portal and its credentials. Raises Refusal as `check` does."""
        self.check(portal, replace=replace)
        sealed = self._services.secrets.read(portal.name)
        after = sealed.generation if sealed else 0
        if not self._services.secrets.write(portal.name, credentials.revealed(), after=after):
            raise Refusal(
                Message("bitrix24.token.credentials_changed", portal=portal.name),
                hint=Message("bitrix24.token.do_retry"),
            )
        known = self._services.records.get(_PORTAL, portal.name)
        self._put(dataclasses.replace(portal, added_at=_known(portal.name, known).added_at) if known else portal)
        self._services.records.delete(_HEALTH, portal.name)
        self._services.records.delete(_FORMER, portal.name)

    def was_removed(self, name: str) -> bool:
        """Whether a portal of this name was removed and not added again."""
        return self._services.records.get(_FORMER, name) is not None

    def remove(self, portal: KnownPortal) -> None:
        """Delete a portal, its credentials and its health, and keep its name from every other portal."""
        with self._services.transaction():
            self._services.secrets.delete(portal.name)
            self._services.records.delete(_PORTAL, portal.name)
            self._services.records.delete(_HEALTH, portal.name)
            former: Mapping[str, Json] = {
                "member_id": portal.member_id,
                "domain": portal.domain,
                "removed_at": self._services.clock.now_ms(),
            }
            self._services.records.put(_FORMER, portal.name, former)

    def check(self, portal: KnownPortal, *, replace: bool) -> None:
        """Raises Refusal when the portal cannot be kept: its name is no name, or the name or the portal is taken."""
        _check_spelling(portal.name)
        self._check_free(portal, replace=replace)

    def check_name(self, name: str, *, replace: bool) -> None:
        """Raises Refusal when a portal whose member_id is not known yet could not be kept under a name."""
        _check_spelling(name)
        if not replace and any(each.name == name for each in self.portals()):
            raise Refusal(Message("bitrix24.portal.known", portal=name), hint=Message("bitrix24.portal.do_replace"))

    def moved(self, portal: KnownPortal, domain: str) -> KnownPortal:
        """Keep the new host name of a renamed portal. Raises Refusal when the name stands for another portal now."""
        if self.portal(portal.name).member_id != portal.member_id:
            raise Refusal(
                Message("bitrix24.portal.name_moved", portal=portal.name), hint=Message("bitrix24.portal.do_start_over")
            )
        moved = dataclasses.replace(portal, domain=domain)
        self._put(moved)
        return moved

    def _put(self, portal: KnownPortal) -> None:
        value: Mapping[str, Json] = {
            "domain": portal.domain,
            "member_id": portal.member_id,
            "added_at": portal.added_at,
            **({"authorities": portal.authorities} if portal.authorities else {}),
        }
        self._services.records.put(_PORTAL, portal.name, value)

    def _check_free(self, portal: KnownPortal, *, replace: bool) -> None:
        former = self._services.records.get(_FORMER, portal.name)
        if former is not None and former["member_id"] != portal.member_id:
            # Cards, undo lines and records name the one before: under its name they would reach this one.
            raise Refusal(
                Message("bitrix24.portal.name_of_former", portal=portal.name, address=str(former["domain"])),
                hint=Message("bitrix24.portal.do_choose_name"),
            )
        for other in self.portals():
            same_name, same_portal = other.name == portal.name, other.member_id == portal.member_id
            if same_name and not same_portal:
                raise Refusal(
                    Message("bitrix24.portal.name_taken", portal=portal.name),
                    hint=Message("bitrix24.portal.do_choose_name"),
                )
            if same_portal and not same_name:
                raise Refusal(
                    Message("bitrix24.portal.known_as", portal=other.name), hint=Message("bitrix24.portal.do_use_name")
                )
            if same_name and not replace:
                raise Refusal(
                    Message("bitrix24.portal.known", portal=portal.name), hint=Message("bitrix24.portal.do_replace")
                )

    def renewed(
        self, portal: KnownPortal, old: StoredCredentials, access: Secret, refresh: Secret, *, token_url: str = ""
    ) -> bool:
        """Store a new pair, and the token endpoint it came from, unless somebody stored one meanwhile; then False."""
        new = Credentials(
            member_id=old.credentials.member_id,
            client_id=old.credentials.client_id,
            client_secret=old.credentials.client_secret,
            access=access,
            refresh=refresh,
            token_url=token_url or old.credentials.token_url,
        )
        return self._services.secrets.write(portal.name, new.revealed(), after=old.generation)

    def health(self, portal: KnownPortal) -> TokenHealth | None:
        value = self._services.records.get(_HEALTH, portal.name)
        told = {name: read_text(value[name]) for name in _TEXTS} if value else {}
        return TokenHealth(**{**value, **told}) if value else None

    def note(self, portal: KnownPortal, health: TokenHealth) -> None:
        value: dict[str, Json] = {name: getattr(health, name) for name in TokenHealth.__dataclass_fields__}
        value |= {name: write_text(getattr(health, name)) for name in _TEXTS}
        self._services.records.put(_HEALTH, portal.name, value)


def _check_spelling(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise Refusal(
            Message("bitrix24.portal.name_refused", name=excerpt(name)), hint=Message("bitrix24.portal.do_write_name")
        )


def _store_again(portal: KnownPortal) -> Message:
    return Message("bitrix24.token.do_store_again", portal=portal.name)


def _known(name: str, value: Mapping[str, Any]) -> KnownPortal:
    return KnownPortal(
        name=name,
        domain=str(value["domain"]),
        member_id=str(value["member_id"]),
        added_at=int(value["added_at"]),
        authorities=str(value.get("authorities", "")),
    )
