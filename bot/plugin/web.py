"""HTTP requests that come to a plugin from outside, and what it answers: plain values, without a web framework."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field

from bot.plugin.frozen import dataclass
from bot.plugin.host import Services
from bot.plugin.message import Message

PUBLIC_URL = "B24BOT_PUBLIC_URL"
"""The host's setting with the address under which b24bot is reached from outside."""
HTML, PLAIN, JSON = "text/html", "text/plain", "application/json"
Body = str | tuple[str | Message, ...]
"""A text as it is sent, or parts: a `str` is markup as it is sent, a `Message` is translated, and escaped in HTML."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebRequest:
    """One HTTP request to a route of a plugin."""

    method: str
    """`GET` or `POST`; a HEAD comes as a GET."""
    path: str
    """The path below the plugin's prefix, decoded: `/report/x` for `/uptime/report/x`."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """The values of the words in braces of the route's path."""
    query: Mapping[str, str] = field(default_factory=dict)
    """The parameters of the address. Of a name that comes several times the first value counts, also in `form`."""
    form: Mapping[str, str] = field(default_factory=dict)
    """The fields of a form (`application/x-www-form-urlencoded`), or the texts, numbers and switches of a JSON object.
    A field of an object inside is named as a form names it: `auth[member_id]`."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case; those in `HEADERS` only, so never a cookie."""
    language: str = "en"
    """The language of the page: by the parameter `LANG` of the address, else by the browser."""


HEADERS = frozenset({"accept-language", "content-type", "origin", "referer", "user-agent"})
"""The headers that a plugin gets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebReply:
    """The answer to a WebRequest."""

    status: int = 200
    body: Body = ""
    content_type: str = HTML
    """Without its charset, which is UTF-8."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """More headers, and others in the place of the host's own. Cookies are refused."""


WebHandler = Callable[[Services, WebRequest], WebReply]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebRoute:
    """An address of a plugin, and the function that answers there.

    `path` begins with `/`. A part in braces stands for any one part of a path, `/install/{nonce}`, and its value is in
    `WebRequest.parameters`. The access log has the path as it is declared, so never a value.
    """

    path: str
    methods: tuple[str, ...]
    answer: WebHandler


def public_url(settings: Mapping[str, str], plugin: str) -> str:
    """The address of a plugin's routes without a slash at its end; empty where b24bot has no public address."""
    address = settings.get(PUBLIC_URL, "").strip().rstrip("/")
    return f"{address}/{plugin}" if address else ""
