"""What a connector is registered with: the words people type for it, and the parameters the portal gets.

A registration is the mapping of parameters of `imconnector.register`. The bot always sends all switches and a colour,
because the portal keeps what is not sent (docs/portal-behaviour.md P27) and gives nothing of it back.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any
from urllib.parse import urlsplit

from bot.plugin import BadArgument, DeclarationError, Json, Message, Refusal, Text
from bot.plugin.frozen import dataclass
from plugins.bitrix24.connectors import icons
from plugins.bitrix24.connectors.icons import Picture
from plugins.bitrix24.hosts import endpoints, ip_addresses, own_domains
from plugins.bitrix24.redaction.excerpt import excerpt
from plugins.bitrix24.rest import methods

LONGEST_NAME = 255
LONGEST_URL = 255
"""The longest address is not documented; one column of 255 characters is what the portal's other texts have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A switch of a connector: its option, its name on a card, and what holds when it was never sent."""

    option: str
    label: Message
    default: bool = True


SWITCHES: Mapping[str, Switch] = {
    "CHAT_GROUP": Switch(option="chat-group", label=Message("bitrix24.switch.chat_group"), default=False),
    "NEWSLETTER": Switch(option="newsletter", label=Message("bitrix24.switch.newsletter")),
    "NEED_SIGNATURE": Switch(option="signature", label=Message("bitrix24.switch.signature")),
    "NEED_SYSTEM_MESSAGES": Switch(option="system-messages", label=Message("bitrix24.switch.system_messages")),
    "DEL_EXTERNAL_MESSAGES": Switch(option="delete-external", label=Message("bitrix24.switch.delete_external")),
    "EDIT_INTERNAL_MESSAGES": Switch(option="edit-internal", label=Message("bitrix24.switch.edit_internal")),
    "DEL_INTERNAL_MESSAGES": Switch(option="delete-internal", label=Message("bitrix24.switch.delete_internal")),
}
"""By the portal's names."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_COLOR = re.compile(r"#[0-9a-f]{6}")
_HOST = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_INSIDE = (".local", ".localhost", ".internal", ".intranet", ".lan", ".home", ".corp", ".home.arpa")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationInput:
    """What somebody typed for a registration; None is what was not typed."""

    name: str | None = None
    handler: str | None = None
    icon: Picture | None = None
    icon_disabled: Picture | None = None
    color: str | None = None
    switches: Mapping[str, bool] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        return not self.switches and all(
            each is None for each in (self.name, self.handler, self.icon, self.icon_disabled, self.color)
        )


def parse_name(word: str) -> str:
    """A display name: NFC, 1 to 255 characters, none of them invisible. Raises BadArgument."""
    name = unicodedata.normalize("NFC", word).strip(" ")
    for position, char in enumerate(name, start=1):
        if unicodedata.category(char) in _UNSEEN:
            what = unicodedata.name(char, f"U+{ord(char):04X}")
            raise BadArgument(
                Message("bitrix24.connector.name_invisible", position=str(position), unicode_name=what),
                hint=Message("bitrix24.connector.name_invisible_hint"),
            )
    if not name or name == "0":
        raise BadArgument(Message("bitrix24.connector.name_empty"), hint=Message("bitrix24.connector.name_empty_hint"))
    if len(name) > LONGEST_NAME:
        raise BadArgument(Message("bitrix24.connector.name_too_long", count=len(name), most=LONGEST_NAME))
    return name


def parse_color(word: str) -> str:
    """`#rrggbb`, in small letters. Raises BadArgument."""
    if not _COLOR.fullmatch(word.lower()):
        raise BadArgument(
            Message("bitrix24.connector.color_invalid", word=excerpt(word)),
            hint=Message("bitrix24.connector.color_hint", example="#90be00"),
        )
    return word.lower()


def parse_handler(word: str) -> str:
    """The https address of the connector's settings page. Raises BadArgument.

    http is let through here for 127.0.0.1 only; whether loopback may be used at all is told by `allow_handler`.
    """
    return parse_address(word, longest=LONGEST_URL)


def parse_address(word: str, *, longest: int, schemes: Sequence[str] = ("https",)) -> str:
    """An address with a public host, or http on 127.0.0.1. Raises BadArgument, naming what is wrong."""
    hint = Message("bitrix24.connector.address_hint", example="https://b24bot.example.com/settings")
    if not word.isascii() or not word.isprintable() or any(char in word for char in " \\\"'<>`"):
        raise BadArgument(Message("bitrix24.connector.address_characters"), hint=_in_ascii(word) or hint)
    if len(word) > longest:
        raise BadArgument(Message("bitrix24.connector.address_too_long", count=len(word), most=longest))
    try:
        parts = urlsplit(word)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise BadArgument(Message("bitrix24.connector.address_invalid", word=excerpt(word)), hint=hint) from None
    if "@" in parts.netloc:
        raise BadArgument(Message("bitrix24.connector.address_user"), hint=hint)
    if parts.scheme == "http" and host == endpoints.LOOPBACK and port:
        return word
    if parts.scheme not in schemes:
        allowed = tuple(f"{each}://" for each in schemes)
        raise BadArgument(Message("bitrix24.connector.address_scheme", schemes=allowed), hint=hint)
    if not _public(host):
        raise BadArgument(Message("bitrix24.connector.address_host", host=excerpt(host)), hint=hint)
    return word


def _in_ascii(word: str) -> Message | None:
    """How to write an address whose host alone has letters of other scripts; None for any other."""
    scheme, slashes, rest = word.partition("://")
    host, slash, path = rest.partition("/")
    plain = own_domains.ascii_of(host)
    whole = f"{scheme}{slashes}{plain}{slash}{path}"
    usable = plain and plain != host and whole.isascii() and whole.isprintable()
    return Message("bitrix24.connector.address_suggested", address=whole) if usable else None


def _public(host: str) -> bool:
    if _HOST.fullmatch(host):
        return not host.endswith(_INSIDE)
    return ip_addresses.is_public(host)


def allow_handler(handler: str, settings: Mapping[str, str]) -> None:
    """Raises Refusal for an address on loopback, unless the installation allows those."""
    if handler.startswith("http://") and not endpoints.switched_on(settings, "B24BOT_ALLOW_LOOPBACK"):
        raise Refusal(
            Message("bitrix24.connector.handler_loopback"),
            hint=Message("bitrix24.connector.handler_loopback_hint", setting="B24BOT_ALLOW_LOOPBACK"),
        )


def build_registration(connector: str, entered: RegistrationInput, base: Mapping[str, Any] | None) -> dict[str, Json]:
    """The parameters for `imconnector.register`: what was typed, over what is known. Name and handler must be there."""
    known: Mapping[str, Any] = base or {}
    icon: dict[str, Json] = dict(known.get("ICON") or {})
    if entered.icon is not None:
        icon["DATA_IMAGE"] = entered.icon.data_uri
    if entered.color is not None:
        icon["COLOR"] = entered.color
    found: dict[str, Json] = {
        **known,
        "ID": connector,
        "NAME": entered.name if entered.name is not None else known["NAME"],
        "ICON": icon,
        "PLACEMENT_HANDLER": entered.handler if entered.handler is not None else known["PLACEMENT_HANDLER"],
        **{name: "Y" if on else "N" for name, on in entered.switches.items()},
    }
    if entered.icon_disabled is not None:
        found["ICON_DISABLED"] = {"DATA_IMAGE": entered.icon_disabled.data_uri, "COLOR": icon.get("COLOR", icons.COLOR)}
    return found


def is_usable(connector: str, registration: Mapping[str, Any] | None) -> bool:
    """Whether it still makes a valid registration of this connector."""
    if registration is None:
        return False
    try:
        methods.check("imconnector.register", registration)
    except DeclarationError:
        return False
    icon = registration["ICON"].get("DATA_IMAGE")
    return bool(registration["ID"] == connector and isinstance(icon, str) and icon)


HANDLER = Message("bitrix24.connector.field_handler")
ICON = Message("bitrix24.connector.field_icon")
COLOR = Message("bitrix24.connector.field_color")
ICON_DISABLED = Message("bitrix24.connector.field_icon_disabled")
NOT_KNOWN = Message("bitrix24.state.not_known")


def list_missing_fields(registration: Mapping[str, Any] | None) -> tuple[Message, ...]:
    """What of a registration is not known; empty when all of it is."""
    known = registration or {}
    icon = known.get("ICON") or {}
    parts = {HANDLER: known.get("PLACEMENT_HANDLER"), ICON: icon.get("DATA_IMAGE")}
    lacking = [name for name, value in parts.items() if not value]
    if icon and not icon.get("COLOR"):
        lacking.append(COLOR)
    switches = tuple(switch.label for name, switch in SWITCHES.items() if name not in known)
    if len(switches) == len(SWITCHES):
        lacking.append(Message("bitrix24.connector.field_all_switches"))
    elif switches:
        lacking.append(Message("bitrix24.connector.field_switches", switches=switches))
    return tuple(lacking)


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Message, ...]:
    """Old → new for each field that differs; what was not known before is told as that."""
    before, after = dict(_fields(old)), dict(_fields(new))
    return tuple(
        Message("bitrix24.connector.field_change", field=name, before=before.get(name, NOT_KNOWN), after=value)
        for name, value in after.items()
        if before.get(name) != value
    )


def describe_registration(registration: Mapping[str, Any]) -> tuple[Message, ...]:
    """All of a registration, an item for each field."""
    return tuple(
        Message("bitrix24.connector.field_value", field=name, value=value) for name, value in _fields(registration)
    )


def _fields(registration: Mapping[str, Any]) -> Iterator[tuple[Text, Text]]:
    if "NAME" in registration:
        yield Message("bitrix24.connector.field_name"), quoted(str(registration["NAME"]))
    if "PLACEMENT_HANDLER" in registration:
        yield HANDLER, str(registration["PLACEMENT_HANDLER"])
    icon = registration.get("ICON") or {}
    if icon.get("DATA_IMAGE"):
        yield ICON, icons.describe_icon(icon)
    if icon.get("COLOR"):
        yield COLOR, str(icon["COLOR"])
    if registration.get("ICON_DISABLED"):
        yield ICON_DISABLED, icons.describe_icon(registration["ICON_DISABLED"])
    for name, switch in SWITCHES.items():
        if name in registration:
            on = registration[name] == "Y"
            yield switch.label, Message("bitrix24.state.switch_on") if on else Message("bitrix24.state.switch_off")


def quoted(text: str) -> Message:
    """A text of others as a value in a list, between the quotation marks of the reader's language."""
    return Message("bitrix24.state.quoted", text=text)


def digest(value: Mapping[str, Any]) -> str:
    """Eight hex digits by which a registration, or a record, is told from another."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:8]


def fold_name(name: str) -> str:
    """A name as it is compared with what the portal's list shows: some places write & as an entity."""
    return " ".join(unicodedata.normalize("NFC", html.unescape(name)).split())
