"""Where a redirect leads, as a message: what stands there, and what to do about it. Nothing here follows one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from enum import StrEnum
from urllib.parse import SplitResult, urljoin, urlsplit

from bot.plugin import Message, Text
from bot.plugin.frozen import dataclass


class Target(StrEnum):
    """What a redirect leads to. `MOVED` is the only one that a renamed portal answers with."""

    MOVED = "moved"
    LOGIN = "login"
    PLAIN_HTTP = "plain http"
    OTHER_PATH = "other path"
    ELSEWHERE = "elsewhere"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What people read of one kind of target; `says` is given where it leads."""

    says: Callable[[Text], Message]
    do: Message


WORDS: Mapping[Target, Words] = {
    Target.MOVED: Words(
        says=lambda address: Message("bitrix24.call.redirect_moved", address=address),
        do=Message("bitrix24.portal.do_store_again"),
    ),
    Target.LOGIN: Words(
        says=lambda address: Message("bitrix24.call.redirect_login", address=address),
        do=Message("bitrix24.call.do_no_login"),
    ),
    Target.PLAIN_HTTP: Words(
        says=lambda address: Message("bitrix24.call.redirect_plain_http", address=address),
        do=Message("bitrix24.call.do_redirect_to_https"),
    ),
    Target.OTHER_PATH: Words(
        says=lambda address: Message("bitrix24.call.redirect_other_path", address=address),
        do=Message("bitrix24.call.do_no_redirect"),
    ),
    Target.ELSEWHERE: Words(
        says=lambda address: Message("bitrix24.call.redirect_elsewhere", address=address),
        do=Message("bitrix24.call.do_open_network"),
    ),
    Target.UNUSABLE: Words(
        says=lambda address: Message("bitrix24.call.redirect_unusable", address=address),
        do=Message("bitrix24.call.do_find_redirect"),
    ),
}

UNREADABLE = Message("bitrix24.call.unreadable_address")
LONGEST = 80
_LOGIN = re.compile(r"/(?:auth|login|signin|sign-in|sso|adfs|saml2?|oauth2?|stssync/auth)(?:/|\.php|\Z)", re.IGNORECASE)
_LOGIN_QUERY = re.compile(r"(?:\A|&)(?:backurl|login|SAMLRequest|wreply|redirect_uri)=", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """One redirect: what it leads to, and that in words which hold no query and no user.

    `origin` is scheme, host and port as they came, with a user left in to be refused.
    """

    target: Target
    shown: Text
    origin: str = field(repr=False, default="")

    @property
    def says(self) -> Message:
        return WORDS[self.target].says(self.shown)

    @property
    def do(self) -> Message:
        return WORDS[self.target].do


def read(location: str, asked: str) -> Redirect:
    """What `location` leads to for whoever asked at the address `asked`."""
    to, own = _parts(location, asked), _parts(asked)
    if to is None or not _readable(host(to)):
        return Redirect(target=Target.UNUSABLE, shown=UNREADABLE)
    if to.scheme not in ("http", "https"):
        return Redirect(target=Target.UNUSABLE, shown=_cut(f"{to.scheme}://{host(to)}"))
    target, origin = next(kind for kind, fits in _KINDS if fits(to, own)), f"{to.scheme}://{to.netloc}"
    shown = host(to) if target is Target.MOVED else _cut(f"{to.scheme}://{host(to)}{to.path}")
    return Redirect(target=target, shown=shown, origin=origin)


def host(parts: SplitResult) -> str:
    """Host and port, without a user."""
    return parts.netloc.rpartition("@")[2]


def _parts(address: str, base: str = "") -> SplitResult | None:
    try:
        return urlsplit(urljoin(base, address) if base else address)
    except ValueError:
        return None


def _readable(name: str) -> bool:
    return bool(name) and name.isascii() and name.isprintable() and not name.startswith(":")


def _cut(text: str) -> str:
    clean = "".join(char if char.isascii() and char.isprintable() and char != " " else "?" for char in text)
    return clean if len(clean) <= LONGEST else f"{clean[:LONGEST]}…"


def _same_host(to: SplitResult, own: SplitResult | None) -> bool:
    return own is not None and host(to).lower() == host(own).lower()


def _to_login(to: SplitResult, _own: SplitResult | None) -> bool:
    return bool(_LOGIN.search(to.path) or _LOGIN_QUERY.search(to.query)) and not to.path.startswith("/rest/")


def _to_plain_http(to: SplitResult, own: SplitResult | None) -> bool:
    return to.scheme == "http" and own is not None and own.scheme == "https" and to.hostname == own.hostname


def _to_rest(to: SplitResult, _own: SplitResult | None) -> bool:
    return to.path in ("", "/") or to.path.startswith("/rest/")


_KINDS: tuple[tuple[Target, Callable[[SplitResult, SplitResult | None], bool]], ...] = (
    (Target.LOGIN, _to_login),
    (Target.PLAIN_HTTP, _to_plain_http),
    (Target.OTHER_PATH, _same_host),
    (Target.MOVED, _to_rest),
    (Target.ELSEWHERE, lambda _to, _own: True),
)
"""The first that fits is it."""
