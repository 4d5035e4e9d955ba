"""A request to a route of a plugin, as the host would hand it over, without a server."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from bot.host.guarded_calls import guard_plugin
from bot.host.web_routes import answer_request, choose_page_language, find_route, write_body
from bot.plugin import Plugin, Services, WebReply, WebRequest

NOTHING: Mapping[str, str] = {}


def request_route(
    plugin: Plugin,
    services: Services,
    method: str,
    address: str,
    *,
    form: Mapping[str, str] = NOTHING,
    headers: Mapping[str, str] = NOTHING,
) -> WebReply:
    """Ask for an address below the plugin's prefix, `/app?LANG=ru`. Raises LookupError where nothing answers."""
    parts = urlsplit(address)
    found = find_route(guard_plugin(plugin).routes, parts.path)
    if found is None or method not in found.route.methods:
        raise LookupError(f"The plugin {plugin.name} has no route for {method} {parts.path}.")
    query = dict(reversed(parse_qsl(parts.query, keep_blank_values=True)))
    request = WebRequest(
        method=method,
        path=parts.path,
        parameters=found.parameters,
        query=query,
        form=form,
        headers=headers,
        language=choose_page_language(query, headers.get("accept-language", "")),
    )
    return answer_request(plugin.name, found, services, request)


def page_text(reply: WebReply, language: str = "en") -> str:
    """The body of an answer as a browser gets it."""
    return write_body(reply, language).decode()
