"""The form of a local application in the portal, for a browser: its addresses, and then its keys.

What the form does is the operator's action `save_card` (docs/portal-behaviour.md P117, P118).
"""

from __future__ import annotations

from html import escape

from bot.plugin.loopback import LoopbackReply, LoopbackRequest
from plugins.bitrix24.simulator import operators
from plugins.bitrix24.simulator.application_frame import PAGES
from plugins.bitrix24.simulator.php.params import parse_query
from plugins.bitrix24.simulator.state.world import World

CARD = "/devops/application/"
API_ONLY = "api_only"
FIELDS = (
    ("handler", "Your handler path", "Путь вашего обработчика"),
    ("install_path", "Initial installation path", "Путь для первоначальной установки"),
)
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Local application</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body {{font: 16px/1.5 sans-serif; margin: 2rem auto; max-width: 44rem; padding: 0 1rem}}
label, dt {{display: block; font-weight: 600; margin-top: 1rem}} input[type=url] {{width: 100%; font: inherit}}
dd {{margin: 0; overflow-wrap: anywhere}} button {{font: inherit; margin-top: 1rem; padding: .4rem 1rem}}</style>
</head><body><main><h1>Local application <span lang="ru">Локальное приложение</span></h1>{content}</main></body></html>
"""
FORM = """<form method="post">{fields}
<label><input type="checkbox" name="api_only" value="1" checked> Script only (no user interface)
<span lang="ru">Использует только API</span></label>
<button>Save</button></form>
"""
FIELD = """<label for="{name}">{label} <span lang="ru">{russian}</span></label>
<input type="url" id="{name}" name="{name}">
"""
SAVED = """<p role="status">Saved.</p><dl><dt>Application ID (client_id)</dt><dd id="client_id">{client_id}</dd>
<dt>Application key (client_secret)</dt><dd id="client_secret">{client_secret}</dd></dl>
<p><a href="{page}">Open the application</a></p>
"""


def answer(world: World, web: LoopbackRequest) -> LoopbackReply:
    """Show the empty form, or save it and show the keys. The application gets the scopes of the first one."""
    if web.method != "POST":
        fields = "".join(FIELD.format(name=name, label=label, russian=russian) for name, label, russian in FIELDS)
        return _page(FORM.format(fields=fields))
    typed = {name: str(value).strip() for name, value in parse_query(web.body.decode()).items()}
    if not typed.get("handler"):
        return _page("<p role='alert'>Enter your handler path.</p>", status=400)
    saved = operators.save_card(world, {**typed, API_ONLY: bool(typed.get(API_ONLY))})
    page = f"{PAGES}{saved['client_id']}/"
    keys = {name: escape(str(saved[name])) for name in ("client_id", "client_secret")}
    return _page(SAVED.format(page=escape(page), **keys))


def _page(content: str, *, status: int = 200) -> LoopbackReply:
    headers = {"Content-Type": "text/html; charset=utf-8"}
    return LoopbackReply(status=status, headers=headers, body=PAGE.format(content=content).encode())
