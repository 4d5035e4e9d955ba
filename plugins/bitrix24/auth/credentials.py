"""What the bot keeps of a portal: the encrypted credentials, and the record that anybody may see. No network here."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.plugin import CommandLine, Json, Message, Refusal, Services
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth import colours
from plugins.bitrix24.auth.known_portal import OPTIONAL, former_identity, list_former_names, read_known
from plugins.bitrix24.auth.known_portal import KnownPortal as KnownPortal
from plugins.bitrix24.auth.token_health import TokenHealth as TokenHealth
from plugins.bitrix24.auth.token_health import read_health
from plugins.bitrix24.redaction.excerpt import excerpt
from plugins.bitrix24.redaction.secret import Secret

DEFAULT = "default"
VERSION = 1

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_PORTAL = "portal"
_HEALTH = "portal_health"
RENEWAL = "portal_renewal"
"""The kind of the records of renewals that began, by the name of the portal's secrets."""
_FORMER = "former_portal"


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


class CredentialStore:
    """The portals of one installation, over what the host stores for the plugin."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def portals(self) -> Sequence[KnownPortal]:
        """By name. Which one a command is about is not theirs to say."""
        former = self._services.records.all(_FORMER)
        known = [read_known(name, value) for name, value in sorted(self._services.records.all(_PORTAL).items())]
        return [dataclasses.replace(each, former_names=list_former_names(each, former)) for each in known]

    def portal(self, name: str) -> KnownPortal:
        """The portal of that name, or that had it before a renaming. Raises Refusal when the bot does not know it."""
        value = self._services.records.get(_PORTAL, name)
        if value is not None:
            return read_known(name, value)
        renamed = next((each for each in self.portals() if name in each.former_names), None)
        if renamed is None:
            raise Refusal(
                Message("bitrix24.portal.unknown", portal=excerpt(name)),
                hint=Message("bitrix24.portal.do_list_or_add", command=CommandLine(command_line="portal list")),
            )
        return renamed

    def find(self, name: str) -> KnownPortal | None:
        """The portal that has this name now, with its application; None when none has it."""
        value = self._services.records.get(_PORTAL, name)
        found = read_known(name, value) if value is not None else None
        return dataclasses.replace(found, client_id=self._client_id(found)) if found else None

    def known(self, name: str) -> KnownPortal:
        """The portal as `portal` finds it, with its former names and its application. Raises Refusal likewise."""
        found = self.portal(name)
        return dataclasses.replace(
            found,
            client_id=self._client_id(found),
            former_names=list_former_names(found, self._services.records.all(_FORMER)),
        )

    def held(self, portal: KnownPortal) -> StoredCredentials:
        """The stored credentials. Raises Refusal when there are none, or when they are another portal's."""
        held = self.stored(portal, portal.slot)
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

    def add(
        self,
        portal: KnownPortal,
        credentials: Credentials,
        *,
        replace: bool = False,
        reregistered: bool = False,
        renewed_for: str | None = None,
    ) -> None:
        """Keep a portal and its credentials. Raises Refusal as `check` does.

        `renewed_for` is the user, as far as known, of tokens that a renewal has just given; None for any other tokens.
        """
        portal = self._completed(dataclasses.replace(portal, client_id=credentials.client_id))
        self.check(portal, replace=replace, reregistered=reregistered)
        sealed = self._services.secrets.read(portal.slot)
        after = sealed.generation if sealed else 0
        if not self._services.secrets.write(portal.slot, credentials.revealed(), after=after):
            raise Refusal(
                Message("bitrix24.token.credentials_changed", portal=portal.name),
                hint=Message("bitrix24.token.do_retry"),
            )
        self._put(portal)
        self.give_colours()
        self._services.records.delete(_HEALTH, portal.slot)
        if renewed_for is not None:
            now = self._services.clock.now_ms()
            self.note(
                portal,
                TokenHealth(locked_out=False, at=now, generation=after + 1, renewed_at=now, user=renewed_for),
            )
        self._services.records.delete(RENEWAL, portal.slot)
        self._services.records.delete(_FORMER, portal.name)

    def give_colours(self) -> None:
        """Give each of several portals without a colour one that no other has."""
        known = sorted(self.portals(), key=lambda each: each.added_at)
        used = {each.colour for each in known}
        for each in known if len(known) > 1 else ():
            if not each.colour:
                colour = colours.find_free(used)
                used.add(colour)
                self._put(dataclasses.replace(each, colour=colour))

    def paint(self, portal: KnownPortal, colour: str) -> None:
        """Give a portal a colour. Raises Refusal for one that another portal has."""
        self.check_colour(portal, colour)
        self._put(dataclasses.replace(portal, colour=colour))

    def check_colour(self, portal: KnownPortal, colour: str) -> None:
        """Raises Refusal for a colour that another portal has."""
        for other in self.portals():
            if other.colour == colour and other.identity != portal.identity:
                raise Refusal(
                    Message("bitrix24.portal.colour_taken", portal=other.name, colour=colours.NAMES[colour]),
                    hint=Message("bitrix24.portal.do_choose_colour"),
                )

    def protect(self, portal: KnownPortal, *, on: bool) -> None:
        """Protect a portal, or take the protection off."""
        self._put(dataclasses.replace(portal, protected=on))

    def _completed(self, portal: KnownPortal) -> KnownPortal:
        """A portal to be stored, with what is kept where it is known, and an identity of its own where it is not."""
        value = self._services.records.get(_PORTAL, portal.name)
        if value is not None:
            known = read_known(portal.name, value)
            kept = ("added_at", "known_since_as", "colour", "protected")
            # One that was registered again stays the same place: cards, undo and its own records name it.
            identity = known.stored_identity if known.member_id == portal.member_id else known.identity
            return dataclasses.replace(
                portal,
                stored_identity=identity,
                stored_at=self._services.clock.now_ms(),
                **{name: getattr(known, name) for name in kept},
            )
        portal = dataclasses.replace(portal, protected=self._was_protected(portal))
        former = self._services.records.get(_FORMER, portal.name) or {}
        if former.get("member_id") == portal.member_id and former.get("client_id") == portal.client_id:
            return dataclasses.replace(portal, stored_identity=str(former.get("identity", "")))
        taken = {each.identity for each in self.portals()}
        own = f"{portal.member_id}#{portal.client_id}" if portal.member_id in taken else ""
        return dataclasses.replace(portal, stored_identity=own)

    def _was_protected(self, portal: KnownPortal) -> bool:
        """Whether a portal that comes back, under whatever name, was protected when it was removed last."""
        _, protected = max(self._removals(portal), default=(0, False))
        return protected

    def _removals(self, portal: KnownPortal) -> list[tuple[int, bool]]:
        """When a portal was removed, under each of its names, and whether it was protected then."""
        return [
            (int(value["removed_at"]), bool(value.get("protected")))
            for value in self._services.records.all(_FORMER).values()
            if value["member_id"] == portal.member_id and "removed_at" in value
        ]

    def was_removed(self, name: str) -> bool:
        """Whether a portal of this name was removed and not added again."""
        return self._services.records.get(_FORMER, name) is not None

    def remove(self, portal: KnownPortal) -> None:
        """Delete a portal, its credentials and its health, and keep its name from every other portal."""
        with self._services.transaction():
            self._services.secrets.delete(portal.slot)
            self._services.records.delete(_PORTAL, portal.name)
            self._services.records.delete(_HEALTH, portal.slot)
            self._services.records.delete(RENEWAL, portal.slot)
            self._reserve(portal, "removed_at")

    def rename(self, portal: KnownPortal, name: str) -> KnownPortal:
        """Give a portal another name; the one before stays its own. Raises Refusal when it cannot have that name."""
        self.check_rename(portal, name)
        with self._services.transaction():
            renamed = dataclasses.replace(portal, name=name, known_since_as=portal.slot)
            self._services.records.delete(_PORTAL, portal.name)
            self._services.records.delete(_FORMER, name)
            self._reserve(portal, "renamed_at")
            self._put(renamed)
        return renamed

    def check_rename(self, portal: KnownPortal, name: str) -> None:
        """Raises Refusal when a portal cannot have that name."""
        _check_spelling(name)
        if any(each.name == name for each in self.portals()):
            raise Refusal(
                Message("bitrix24.portal.name_taken", portal=name), hint=Message("bitrix24.portal.do_choose_name")
            )
        self._check_former(portal, name)

    def _reserve(self, portal: KnownPortal, why: str) -> None:
        """Keep the name of a portal from every other one."""
        # Later than each removal before, also within one millisecond: the protection of the last one counts.
        earlier = (at + 1 for at, _ in self._removals(portal))
        former: Mapping[str, Json] = {
            "member_id": portal.member_id,
            "client_id": portal.client_id,
            "identity": portal.identity,
            "domain": portal.domain,
            "protected": portal.protected,
            why: max([self._services.clock.now_ms(), *earlier]),
        }
        self._services.records.put(_FORMER, portal.name, former)

    def check(self, portal: KnownPortal, *, replace: bool, reregistered: bool = False) -> None:
        """Raises Refusal when the portal cannot be kept: its name is no name, or the name or the portal is taken.

        `reregistered`: a person said that the portal of this name has another member_id now.
        """
        _check_spelling(portal.name)
        self._check_free(portal, replace=replace, reregistered=reregistered)

    def check_name(self, name: str, *, replace: bool) -> None:
        """Raises Refusal when a portal whose member_id is not known yet could not be kept under a name."""
        _check_spelling(name)
        if not replace and any(each.name == name for each in self.portals()):
            raise _known_already(name)

    def moved(self, portal: KnownPortal, domain: str) -> KnownPortal:
        """Keep the new host name of a renamed portal. Raises Refusal when the name stands for another portal now."""
        known = self.portal(portal.name)
        if known.identity != portal.identity:
            raise Refusal(
                Message("bitrix24.portal.name_moved", portal=portal.name), hint=Message("bitrix24.portal.do_start_over")
            )
        moved = dataclasses.replace(known, domain=domain)
        self._put(moved)
        return moved

    def _put(self, portal: KnownPortal) -> None:
        value: Mapping[str, Json] = {
            "domain": portal.domain,
            "member_id": portal.member_id,
            "added_at": portal.added_at,
            **{name: getattr(portal, name) for name in OPTIONAL if getattr(portal, name)},
        }
        self._services.records.put(_PORTAL, portal.name, value)

    def _check_free(self, portal: KnownPortal, *, replace: bool, reregistered: bool) -> None:
        self._check_former(portal, portal.name)
        for other in self.portals():
            same_name, same_member = other.name == portal.name, other.member_id == portal.member_id
            same_portal = same_member and portal.client_id in ("", self._client_id(other))
            if same_name and not same_member and not (replace and reregistered):
                raise _of_another_member(other, portal.member_id, replace=replace)
            if same_portal and not same_name:
                raise Refusal(
                    Message("bitrix24.portal.known_as", portal=other.name), hint=Message("bitrix24.portal.do_use_name")
                )
            if same_name and not replace:
                raise _known_already(portal.name)

    def _check_former(self, portal: KnownPortal, name: str) -> None:
        former = self._services.records.get(_FORMER, name)
        if former is not None and former_identity(former) != portal.identity:
            # Cards, undo lines and records name the one before: under its name they would reach this one.
            raise Refusal(
                Message("bitrix24.portal.name_of_former", portal=name, address=str(former["domain"])),
                hint=Message("bitrix24.portal.do_choose_name"),
            )

    def _client_id(self, portal: KnownPortal) -> str:
        """The application of a portal; releases before this one stored it among the secrets alone."""
        sealed = None if portal.client_id else self._services.secrets.read(portal.slot)
        return portal.client_id or (str(sealed.value["client_id"]) if sealed else "")

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
        return self._services.secrets.write(portal.slot, new.revealed(), after=old.generation)

    def health(self, portal: KnownPortal) -> TokenHealth | None:
        value = self._services.records.get(_HEALTH, portal.slot)
        return read_health(value) if value else None

    def note(self, portal: KnownPortal, health: TokenHealth) -> None:
        self._services.records.put(_HEALTH, portal.slot, health.value())


def _check_spelling(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise Refusal(
            Message("bitrix24.portal.name_refused", name=excerpt(name)), hint=Message("bitrix24.portal.do_write_name")
        )


def _of_another_member(known: KnownPortal, told: str, *, replace: bool) -> Refusal:
    """The refusal of a portal whose name belongs to one with another member_id."""
    if not replace:
        return Refusal(
            Message("bitrix24.portal.name_taken", portal=known.name), hint=Message("bitrix24.portal.do_choose_name")
        )
    line = CommandLine(command_line=f"portal connect {known.name} --replace")
    return Refusal(
        Message("bitrix24.portal.other_member", portal=known.name, former=known.member_id, told=told),
        hint=Message("bitrix24.portal.do_confirm_member", line=line),
    )


def _known_already(name: str) -> Refusal:
    return Refusal(Message("bitrix24.portal.known", portal=name), hint=Message("bitrix24.portal.do_replace"))


def _store_again(portal: KnownPortal) -> Message:
    return Message("bitrix24.token.do_store_again", portal=portal.name)
