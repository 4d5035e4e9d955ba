"""Which addresses the bot may talk to: portals, and the token endpoint. Refused here means never connected to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.plugin import Message, Refusal
from bot.plugin.frozen import dataclass
from plugins.bitrix24.hosts import own_domains, vendor_domains
from plugins.bitrix24.hosts.own_domains import OwnHost
from plugins.bitrix24.redaction.excerpt import excerpt

LOOPBACK = "127.0.0.1"

_ON_LOOPBACK = re.compile(r"(?:http://)?(127\.0\.0\.1|localhost):([1-9][0-9]{0,4})(?:/(?:rest/?)?)?")
_OAUTH = re.compile(r"https://([^/?#@:\\\s]+)(/[A-Za-z0-9/_.-]*)?")
_OAUTH_ON_LOOPBACK = re.compile(r"http://127\.0\.0\.1:([1-9][0-9]{0,4})(/[A-Za-z0-9/_.-]*)?")

_EASTERN = ("ru", "xn--p1ai", "by", "kz", "uz", "am", "az", "ge", "kg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A portal's address. `base` ends in `/rest/`; `label` is what people see.

    `address` is the one address that its name may lead to; empty where that is any on the open internet.
    """

    base: str
    label: str
    address: str = ""

    @property
    def host(self) -> str:
        """The name alone, in ASCII."""
        return urlsplit(self.base).hostname or ""

    @property
    def on_loopback(self) -> bool:
        return self.base.startswith("http://")


def switched_on(settings: Mapping[str, str], name: str) -> bool:
    """Whether a setting says yes."""
    return settings.get(name, "").strip().lower() in {"1", "on", "true", "yes"}


def portal(domain: str, settings: Mapping[str, str]) -> Endpoint:
    """The address of the portal a person named. Raises Refusal when the bot must not talk to it.

    `*.bitrix24.*`, and the hosts in `BITRIX24_HOSTS` with the port listed there, over https, without user or path;
    with `B24BOT_ALLOW_LOOPBACK` also 127.0.0.1 or localhost with a port, over http.
    """
    text = domain.strip().lower()
    local = _ON_LOOPBACK.fullmatch(text)
    if local and switched_on(settings, "B24BOT_ALLOW_LOOPBACK") and int(local[2]) < 65536:
        return Endpoint(base=f"http://{local[1]}:{local[2]}/rest/", label=f"{local[1]}:{local[2]}")
    if vendor_domains.is_portal(text):
        return Endpoint(base=f"https://{text}/rest/", label=text)
    listed = own_hosts(settings)
    own = own_domains.find(listed, text)
    if own:
        return Endpoint(base=f"https://{own.authority}/rest/", label=own.label, address=own.address)
    other = [each.label for each in listed if each.name == own_domains.ascii_of(text.partition(":")[0])]
    raise Refusal(
        Message("bitrix24.portal.address_refused", address=excerpt(domain)),
        hint=Message("bitrix24.portal.do_write_as_listed", hosts=tuple(other))
        if other
        else Message("bitrix24.portal.do_write_host_name"),
    )


def own_hosts(settings: Mapping[str, str]) -> tuple[OwnHost, ...]:
    """The entries of `BITRIX24_HOSTS`. Raises Refusal, naming what to write, when one cannot be used."""
    loopback = switched_on(settings, "B24BOT_ALLOW_LOOPBACK")
    return own_domains.parse(settings.get(own_domains.SETTING, ""), loopback=loopback)


def is_vendors(endpoint: Endpoint) -> bool:
    """Whether the portal is under a domain that the vendor gives out names of."""
    return vendor_domains.is_portal(endpoint.label)


def token_url(endpoint: Endpoint, settings: Mapping[str, str], *, stored: str = "") -> str:
    """The token endpoint for a portal: the setting `BITRIX24_OAUTH_URL`, what was stored, or a constant by region."""
    wanted = own_token_url(settings) or stored
    if not wanted:
        return vendor_domains.EAST if endpoint.host.rpartition(".")[2] in _EASTERN else vendor_domains.WORLD
    return _checked_token_url(wanted, settings)


def own_token_url(settings: Mapping[str, str]) -> str:
    """The token endpoint that `BITRIX24_OAUTH_URL` names; empty when it names none. Raises Refusal."""
    wanted = settings.get("BITRIX24_OAUTH_URL", "").strip()
    return _checked_token_url(wanted, settings) if wanted else ""


def _checked_token_url(wanted: str, settings: Mapping[str, str]) -> str:
    local, far = _OAUTH_ON_LOOPBACK.fullmatch(wanted), _OAUTH.fullmatch(wanted)
    if local and switched_on(settings, "B24BOT_ALLOW_LOOPBACK") and int(local[1]) < 65536:
        return f"http://{LOOPBACK}:{local[1]}{_path(local[2])}"
    if far and own_domains.is_name(far[1].lower()):
        return f"https://{far[1].lower()}{_path(far[2])}"
    raise Refusal(
        Message("bitrix24.token.endpoint_refused", address=excerpt(wanted)),
        hint=Message("bitrix24.token.do_set_endpoint"),
    )


def _path(path: str | None) -> str:
    return path if path and path != "/" else "/oauth/token/"
