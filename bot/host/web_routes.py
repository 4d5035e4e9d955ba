"""The routes of a plugin: the one that a request is for, and its answer as bytes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any

from bot.core import mentions
from bot.host.guarded_calls import blame_plugin, require_type
from bot.host.value_types import find_mismatch
from bot.language.catalogues import choose_language
from bot.language.translation import translate
from bot.plugin import HasRoutes, Message, Services, WebReply, WebRequest, WebRoute
from bot.plugin.frozen import dataclass
from bot.plugin.web import HTML

METHODS = ("GET", "POST")
HOST_PATHS = frozenset({"slack", "healthz", "readyz", "metrics"})
"""The first parts of the host's own paths: no plugin with routes has one as its name."""
ANSWERED = Message("host.fault.web", plugin="plugin", incident="incident", route="route")
_PATH = re.compile(r"\A(/([A-Za-z0-9._-]+|\{[a-z][a-z_]*\}))+\Z")
_HEADER = re.compile(r"\A[A-Za-z][A-Za-z0-9-]*\Z")
_CONTENT_TYPE = re.compile(r"\A[a-z]+/[a-z0-9.+-]+\Z")
_REFUSED = frozenset({"set-cookie", "content-length", "content-type", "connection", "transfer-encoding"})
"""Headers that a plugin does not set: the host has no cookies, and sends the others itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRoute:
    """The route for a path, with the values of its words in braces."""

    route: WebRoute
    parameters: Mapping[str, str]


def find_route(routes: Sequence[WebRoute], path: str) -> FoundRoute | None:
    """The route for a path below the plugin's prefix. One without words in braces goes first."""
    for route in sorted(routes, key=lambda one: one.path.count("{")):
        found = _pattern(route.path).match(path)
        if found:
            return FoundRoute(route=route, parameters=found.groupdict())
    return None


@cache
def _pattern(path: str) -> re.Pattern[str]:
    words = re.sub(r"\\\{([a-z_]+)\\\}", r"(?P<\1>[^/]{1,200})", re.escape(path))
    return re.compile(rf"\A{words}\Z")


def answer_request(plugin: str, found: FoundRoute, services: Services, request: WebRequest) -> WebReply:
    """Let a plugin answer. Raises PluginFault for whatever it does wrong, and the PluginErrors that it raises."""
    with blame_plugin(plugin, ANSWERED, route=found.route.path):
        reply: WebReply = require_type(found.route.answer(services, request), WebReply)
        wrong = next(_reply_faults(reply), "")
        if wrong:
            raise ValueError(f"it returned a WebReply whose {wrong}")
        return reply


def _reply_faults(reply: WebReply) -> Iterator[str]:
    if reply.status not in {status.value for status in HTTPStatus} or reply.status < HTTPStatus.OK:
        yield f"status is {reply.status}"
    if not _CONTENT_TYPE.match(reply.content_type):
        yield f"content_type is {reply.content_type!r}"
    for name, value in reply.headers.items():
        if not _HEADER.match(name) or name.lower() in _REFUSED or not value.isprintable() or not value.isascii():
            yield f"header {name!r} is refused"


def write_body(reply: WebReply, language: str) -> bytes:
    """The body in a language. Words are escaped in HTML, markup is sent as it stands."""
    if isinstance(reply.body, str):
        return reply.body.encode(errors="replace")
    words = [part if isinstance(part, str) else _words(part, reply, language) for part in reply.body]
    return "".join(words).encode(errors="replace")


def _words(message: Message, reply: WebReply, language: str) -> str:
    words = mentions.unmark(translate(message, language))
    return html.escape(words) if reply.content_type == HTML else words


def choose_page_language(query: Mapping[str, str], accepted: str) -> str:
    """The language that an address names in `LANG`, else the first one that the browser names."""
    return choose_language(query.get("LANG", "") or accepted.partition(",")[0].partition(";")[0].strip())


def route_faults(name: str, plugin: Any) -> Iterator[Message]:
    """Each of its routes has a path of its own and methods that are taken."""
    routes = plugin.routes if isinstance(plugin, HasRoutes) else ()
    if routes and plugin.name in HOST_PATHS:
        yield Message("host.contract.route_prefix", plugin=name, name=plugin.name)
    wrong = next((wrong for route in routes if (wrong := find_mismatch(route, WebRoute))), None)
    if wrong:
        yield Message("host.contract.route_type", plugin=name, fault=wrong.describe())
        return
    for route in routes:
        if not _PATH.match(route.path) or len(set(_names(route.path))) < len(_names(route.path)):
            yield Message("host.contract.route_path", plugin=name, route=route.path)
        elif not route.methods or set(route.methods) - set(METHODS):
            yield Message("host.contract.route_methods", plugin=name, route=route.path)
        elif not callable(route.answer):
            yield Message("host.contract.route_answer", plugin=name, route=route.path)
    paths = [re.sub(r"\{.*?\}", "{}", one.path) for one in routes]
    for path in {one for one in paths if paths.count(one) > 1}:
        yield Message("host.contract.route_twice", plugin=name, route=path)


def _names(path: str) -> Sequence[str]:
    return re.findall(r"\{(.*?)\}", path)
