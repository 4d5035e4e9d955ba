"""The portals with a domain of their own, as the setting BITRIX24_HOSTS lists them: host, port and address.

`box.example:8443=10.0.5.7` is a host, the port it listens on, and the one address inside a network that its name may
lead to. Without an address the name must lead to the open internet, as any portal's does.
"""

from __future__ import annotations

import functools
import ipaddress
import re

from bot.plugin import Message, Refusal
from bot.plugin.frozen import dataclass
from plugins.bitrix24.hosts import vendor_domains
from plugins.bitrix24.hosts.ip_addresses import find_carried_ipv4, is_public
from plugins.bitrix24.redaction.excerpt import excerpt

SETTING = "BITRIX24_HOSTS"
HTTPS = 443
_NAME = re.compile(rf"(?=.{{4,253}}\Z)(?:{vendor_domains.LABEL}\.)+[a-z][a-z0-9-]{{0,61}}[a-z0-9]")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_INSIDE = tuple(
    map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))
)
"""The networks in which a portal on somebody's own premises is found."""
_AMBIGUOUS = frozenset("ßς\u200c\u200d")
"""Characters that the two standards for international names turn into different names."""
EXAMPLE = Message("bitrix24.portal.do_write_host")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnHost:
    """One entry. `name` is in ASCII; `address` is empty where the name must lead to the open internet."""

    name: str
    port: int = HTTPS
    address: str = ""

    @property
    def authority(self) -> str:
        """Host and port as they stand in an address."""
        return self.name if self.port == HTTPS else f"{self.name}:{self.port}"

    @property
    def label(self) -> str:
        """The same as people read it, in the letters of its own script."""
        try:
            shown = self.name.encode().decode("idna")
        except UnicodeError:
            return self.authority
        return shown if self.port == HTTPS else f"{shown}:{self.port}"


@functools.lru_cache(maxsize=16)
def parse(value: str, *, loopback: bool = False) -> tuple[OwnHost, ...]:
    """The entries of the setting. Raises Refusal for the first that cannot be used, and says what to write."""
    found: dict[str, OwnHost] = {}
    for word in value.replace(",", " ").split():
        entry = _entry(word, loopback=loopback)
        if found.setdefault(entry.authority, entry) != entry:
            raise _refusal(word, Message("bitrix24.portal.host_twice"), Message("bitrix24.portal.do_leave_one_out"))
    return tuple(found.values())


def find(entries: tuple[OwnHost, ...], typed: str) -> OwnHost | None:
    """The entry that somebody typed, with its port; None when none is it."""
    name, _, port = typed.partition(":")
    ascii_name = ascii_of(name)
    if not ascii_name or (port and not _PORT.fullmatch(port)):
        return None
    wanted = (ascii_name, int(port) if port else HTTPS)
    return next((entry for entry in entries if (entry.name, entry.port) == wanted), None)


def ascii_of(name: str) -> str:
    """A host name in ASCII, small letters; empty when it is none."""
    if not _AMBIGUOUS.isdisjoint(name):
        return ""
    try:
        found = name.lower().encode("idna").decode()
    except UnicodeError:
        return ""
    return found if is_name(found) else ""


def is_name(host: str) -> bool:
    """Whether it is a whole host name in ASCII, small letters."""
    return _NAME.fullmatch(host) is not None


def _entry(word: str, *, loopback: bool) -> OwnHost:
    if "@" in word:
        # Not quoted: what stands before the @ may be a password.
        raise Refusal(Message("bitrix24.portal.host_with_user"), hint=EXAMPLE)
    host, equals, address = word.partition("=")
    if "://" in word:
        raise _refusal(
            word, Message("bitrix24.portal.host_with_scheme"), Message("bitrix24.portal.do_leave_scheme_out")
        )
    if any(char in host for char in "/?#\\"):
        raise _refusal(word, Message("bitrix24.portal.host_with_path"), EXAMPLE)
    if "*" in host:
        raise _refusal(word, Message("bitrix24.portal.host_pattern"), Message("bitrix24.portal.do_list_whole_names"))
    name, colon, port = host.partition(":")
    if colon and not (_PORT.fullmatch(port) and int(port) < 65536):
        raise _refusal(word, Message("bitrix24.portal.host_port"), EXAMPLE)
    return OwnHost(
        name=_name(word, name),
        port=int(port) if colon else HTTPS,
        address=_address(word, address, loopback=loopback) if equals else "",
    )


def _name(word: str, name: str) -> str:
    if _is_address(name.strip("[]")):
        raise _refusal(word, Message("bitrix24.portal.host_address_first"), EXAMPLE)
    if not _AMBIGUOUS.isdisjoint(name):
        raise _refusal(word, Message("bitrix24.portal.host_ambiguous"), Message("bitrix24.portal.do_write_ascii"))
    if name.endswith("."):
        raise _refusal(word, Message("bitrix24.portal.host_final_dot"), Message("bitrix24.portal.do_leave_dot_out"))
    found = ascii_of(name)
    if vendor_domains.owns(found):
        raise _refusal(word, Message("bitrix24.portal.host_of_vendor"), Message("bitrix24.portal.do_leave_host_out"))
    if not found:
        incomplete, wrong = Message("bitrix24.portal.host_incomplete"), Message("bitrix24.portal.host_wrong")
        raise _refusal(word, wrong if "." in name else incomplete, EXAMPLE)
    return found


def _address(word: str, address: str, *, loopback: bool) -> str:
    """The one address of a host, in its usual form. Raises Refusal for what no portal has."""
    try:
        found = ipaddress.ip_address(address.removeprefix("[").removesuffix("]"))
    except ValueError:
        raise _refusal(word, Message("bitrix24.portal.host_not_an_address"), EXAMPLE) from None
    if (inner := find_carried_ipv4(found)) is not None:
        why = Message("bitrix24.portal.host_carried_address", address=str(inner))
        raise _refusal(word, why, Message("bitrix24.portal.do_write_own_address"))
    inside = any(found in network for network in _INSIDE)
    if not (inside or is_public(str(found)) or (loopback and found.is_loopback)):
        raise _refusal(
            word,
            Message("bitrix24.portal.host_no_portal_there", address=str(found)),
            Message("bitrix24.portal.do_write_reachable_address"),
        )
    return str(found)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _refusal(word: str, why: Message, hint: Message) -> Refusal:
    return Refusal(Message("bitrix24.portal.host_refused", entry=excerpt(word, 80), reason=why), hint=hint)
