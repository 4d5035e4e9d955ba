"""The routes of plugins over HTTP. Whatever a plugin does wrong, the client sees a neutral page."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from bot.core.bot_errors import StoreUnavailable
from bot.host.hosted_plugin import HostedPlugin
from bot.host.web_routes import FoundRoute, answer_request, choose_page_language, find_route, write_body
from bot.plugin import Clock, Message, PluginError, Services, WebReply, WebRequest
from bot.plugin.web import HTML
from bot.web.bounded_answer import ANSWER_SECONDS, TooSlow, wait_for
from bot.web.health import Wsgi
from bot.web.incoming import Unacceptable, client_of, read_request
from bot.web.request_limits import RequestRate, RequestSlots

log = logging.getLogger("b24bot.web")
HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""What every answer has. A plugin may put another value in the place of one, to be shown in a frame for example."""
SLOW_MS = 5_000
"""An answer that takes longer is logged as a warning: a plugin has few places for requests at a time."""
PAGES: Mapping[HTTPStatus, Message] = {
    HTTPStatus.BAD_REQUEST: Message("web.page.unreadable"),
    HTTPStatus.NOT_FOUND: Message("web.page.not_found"),
    HTTPStatus.METHOD_NOT_ALLOWED: Message("web.page.unreadable"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Message("web.page.unreadable"),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Message("web.page.unreadable"),
    HTTPStatus.TOO_MANY_REQUESTS: Message("web.page.busy"),
    HTTPStatus.SERVICE_UNAVAILABLE: Message("web.page.busy"),
    HTTPStatus.INTERNAL_SERVER_ERROR: Message("web.page.failed"),
    HTTPStatus.GATEWAY_TIMEOUT: Message("web.page.slow"),
}
"""The neutral page of each status: it says nothing about b24bot or the request."""


class PluginSite:
    """The routes of one plugin. `services` gives what it is given, anew for each request."""

    def __init__(
        self,
        plugin: HostedPlugin,
        services: Callable[[], Services],
        *,
        clock: Clock,
        slots: RequestSlots,
        seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._name = plugin.name
        self._routes = plugin.routes
        self._services = services
        self._clock = clock
        self._rate = RequestRate(clock)
        self._slots = slots
        self._seconds = seconds

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        began = self._clock.monotonic()
        path = str(environ.get("PATH_INFO", "")).removeprefix(f"/{self._name}")
        found = find_route(self._routes, path)
        language = self._language(environ)
        reply = self._answer(environ, found, path) if found else _neutral(HTTPStatus.NOT_FOUND)
        took = round((self._clock.monotonic() - began) * 1000)
        # The declared path, without its values, and no query: both may hold what proves who somebody is.
        route = found.route.path if found else "?"
        method = environ["REQUEST_METHOD"] if environ["REQUEST_METHOD"].isalpha() else "?"
        level = logging.WARNING if took > SLOW_MS else logging.INFO
        about = (method[:10], self._name, route, reply.status, took)
        log.log(level, "%s /%s%s %s in %s ms", *about, extra={"action": "web_request"})
        return _send(environ, start_response, reply, language)

    def _answer(self, environ: Mapping[str, Any], found: FoundRoute, path: str) -> WebReply:
        if not self._rate.allows(client_of(environ), found.route.path):
            return _neutral(HTTPStatus.TOO_MANY_REQUESTS)
        try:
            request = read_request(environ, found, path)
            if not self._slots.take():
                return _neutral(HTTPStatus.SERVICE_UNAVAILABLE)
            return wait_for(lambda: self._ask(found, request), self._seconds, ended=self._slots.free)
        except Unacceptable as refusal:
            return _neutral(refusal.status)
        except StoreUnavailable:
            return _neutral(HTTPStatus.SERVICE_UNAVAILABLE)
        except TooSlow:
            return _neutral(HTTPStatus.GATEWAY_TIMEOUT)
        except PluginError as error:
            # What a plugin raises in spite of the contract is logged by its guard, too.
            log.error("%s", error.sentence, extra={"action": "web_failed"})
            return _neutral(HTTPStatus.INTERNAL_SERVER_ERROR)

    def _ask(self, found: FoundRoute, request: WebRequest) -> WebReply:
        return answer_request(self._name, found, self._services(), request)

    def _language(self, environ: Mapping[str, Any]) -> str:
        query = dict(part.partition("=")[::2] for part in str(environ.get("QUERY_STRING", ""))[:2_000].split("&"))
        return choose_page_language(query, str(environ.get("HTTP_ACCEPT_LANGUAGE", "")))


def make_plugin_sites(
    plugins: Iterable[HostedPlugin],
    services: Callable[[str], Services],
    *,
    clock: Clock,
    seconds: float = ANSWER_SECONDS,
) -> Mapping[str, Wsgi]:
    """The WSGI applications of all plugins with routes, by the first part of their paths."""
    slots = RequestSlots()

    def give(name: str) -> Callable[[], Services]:
        return lambda: services(name)

    return {
        plugin.name: PluginSite(plugin, give(plugin.name), clock=clock, slots=slots, seconds=seconds)
        for plugin in plugins
        if plugin.routes
    }


def _neutral(status: HTTPStatus) -> WebReply:
    title = PAGES[status]
    head = '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>'
    return WebReply(status=status, body=(head, title, "</title><p>", title, "</p>"))


def _send(environ: Mapping[str, Any], start_response: Any, reply: WebReply, language: str) -> Iterable[bytes]:
    body = write_body(reply, language)
    headers = {
        **HEADERS,
        **{name.title(): value for name, value in reply.headers.items()},
        "Content-Type": f"{reply.content_type}; charset=utf-8",
        "Content-Length": str(len(body)),
    }
    if reply.content_type == HTML:
        headers["Content-Language"] = language
    status = HTTPStatus(reply.status)
    start_response(f"{status.value} {status.phrase}", list(headers.items()))
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
