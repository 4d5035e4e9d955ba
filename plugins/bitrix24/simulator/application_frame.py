"""The portal's page around an application, and the script that its page loads (docs/portal-behaviour.md P118)."""

from __future__ import annotations

import json
from html import escape

from bot.plugin.loopback import LoopbackReply, LoopbackRequest
from plugins.bitrix24.simulator import application_pages
from plugins.bitrix24.simulator.state.rows import Application
from plugins.bitrix24.simulator.state.world import ADMIN, World

PAGES = "/marketplace/app/"
"""Below it, each application has a page by its client id."""
LIBRARY = "/api/v1/"
"""Where the script stands. On a real portal, another host serves it."""
FINISH = "finish"
SCRIPT = """
var BX24 = {
  init: function (ready) { setTimeout(ready, 0); },
  installFinish: function () { parent.postMessage("setInstallFinish", "*"); }
};
"""
"""As much of the vendor's library as b24bot's pages use."""
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Portal</title></head>
<body><main><h1>Portal</h1>
<iframe name="application" title="Application" style="width:100%;height:900px;border:0"></iframe></main>
<form method="post" target="application" action="{action}">{fields}</form>
<script>
addEventListener("message", function (event) {{
  if (event.origin !== {origin} || event.data !== "setInstallFinish") return;
  fetch({finish}, {{method: "POST"}}).then(function () {{ document.title = "Installed"; }});
}});
document.forms[0].submit();
</script></body></html>
"""


def answer(world: World, web: LoopbackRequest) -> LoopbackReply:
    """Answer a browser that shows an application, or a page of an application that reports the end of its installation.

    The page is opened for the administrator.
    """
    if web.path == LIBRARY:
        return LoopbackReply(headers={"Content-Type": "application/javascript"}, body=SCRIPT.encode())
    client_id, _, rest = web.path.removeprefix(PAGES).partition("/")
    with world.lock:
        app = world.state.apps.get(client_id)
        if app is None or (rest, web.method) not in (("", "GET"), (FINISH, "POST")):
            return LoopbackReply(status=404, body=b"Not found")
        if rest == FINISH:
            world.state.change_app(client_id, installed=True)
            return LoopbackReply.json({"installed": client_id})
        return LoopbackReply(headers={"Content-Type": "text/html; charset=utf-8"}, body=_draw(world, app).encode())


def _draw(world: World, app: Application) -> str:
    page = application_pages.menu_page(app.client_id, application_pages.address(app), ADMIN)
    post = application_pages.request(world, page)
    fields = "".join(
        f'<input type="hidden" name="{escape(str(name))}" value="{escape(str(value))}">' for name, value in post.pairs
    )
    origin = "/".join(post.url.split("/")[:3])
    finish = f"{PAGES}{app.client_id}/{FINISH}"
    return PAGE.format(action=escape(post.url), fields=fields, origin=json.dumps(origin), finish=json.dumps(finish))
