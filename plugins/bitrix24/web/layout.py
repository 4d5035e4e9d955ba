"""How every page of the plugin looks: plain HTML that needs no script, on a phone as in a slider of the portal."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from bot.plugin import Message, Services, Text, WebReply, WebRequest
from plugins.bitrix24.hosts import endpoints

STYLE = """
body{margin:0;padding:24px;background:#fff;color:#333;font:16px/1.5 "Open Sans",system-ui,sans-serif}
main{max-width:640px;margin:0 auto;overflow-wrap:anywhere}
h1{font-size:24px;line-height:1.25;font-weight:600;margin:0 0 16px}
h2{font-size:18px;line-height:1.3;font-weight:600;margin:0 0 12px}
p{margin:0 0 12px}
a{color:#0b66c3}
dl{display:grid;grid-template-columns:minmax(120px,40%) 1fr;gap:0;margin:0 0 20px;border-top:1px solid #dfe3e8}
dt,dd{margin:0;padding:10px 8px 10px 0;border-bottom:1px solid #dfe3e8}
dt{color:#525c69}
form{display:flex;flex-wrap:wrap;gap:12px;margin:0 0 20px}
button{min-height:44px;padding:8px 20px;border:1px solid #828b95;border-radius:4px;background:#fff;color:#333;
font:inherit;font-weight:600;cursor:pointer}
button.main{border-color:#bbed21;background:#bbed21}
a:focus-visible,button:focus-visible{outline:3px solid #0b66c3;outline-offset:2px}
.note{padding:12px 16px;border-left:4px solid #0b66c3;background:#eef5fc}
@media(max-width:480px){body{padding:16px}dl{display:block}dt{padding-bottom:0;border:0}button{flex:1 1 100%}}
"""
END = "</main></body></html>"
Part = str | Message
"""Markup as it is sent, or a message, which the host translates and escapes."""


def write_page(request: WebRequest, title: Text, *parts: Message | Sequence[Part], policy: str = "") -> WebReply:
    """Make a page of a title and what follows: a message is a paragraph, a sequence is markup with messages in it."""
    name = _write(title)
    body: list[Part] = [
        f'<!doctype html><html lang="{escape(request.language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>',
        name,
        f"</title><style>{STYLE}</style></head><body><main><h1>",
        name,
        "</h1>",
    ]
    for part in parts:
        body += ["<p>", part, "</p>"] if isinstance(part, Message) else part
    headers = {"Content-Security-Policy": policy} if policy else {}
    return WebReply(body=(*body, END), headers=headers)


def write_facts(rows: Iterable[tuple[Text, Text]]) -> Sequence[Part]:
    """Make a list of labels and values."""
    parts: list[Part] = ["<dl>"]
    for label, value in rows:
        parts += ["<dt>", _write(label), "</dt><dd>", _write(value), "</dd>"]
    return [*parts, "</dl>"]


def write_link(address: str, words: Message) -> Sequence[Part]:
    """Make a paragraph with a link that opens beside the portal."""
    return (f'<p><a href="{escape(address)}" target="_blank" rel="noopener">', words, "</a></p>")


def write_note(words: Message) -> Sequence[Part]:
    """Make a paragraph that is read aloud when the page opens."""
    return ('<p class="note" role="status">', words, "</p>")


def write_form(address: str, fields: Mapping[str, str], buttons: Iterable[tuple[str, Message]]) -> Sequence[Part]:
    """Make a form of hidden fields with a button for each `action`; the first button is the main one."""
    parts: list[Part] = [f'<form method="post" action="{escape(address)}">']
    parts += [f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in fields.items()]
    for number, (action, words) in enumerate(buttons):
        kind = "" if number else ' class="main"'
        parts += [f'<button name="action" value="{action}"{kind}>', words, "</button>"]
    return [*parts, "</form>"]


def frame_policy(services: Services, domain: str, *, scripts: str = "") -> str:
    """The content policy of a page that this portal alone may show in a frame.

    `scripts` are the sources of scripts, where the page has any.
    """
    portal = endpoints.portal(domain, services.settings).base.removesuffix("/rest/")
    script, form = (f" script-src {scripts};", "'none'") if scripts else ("", "'self'")
    return (
        f"default-src 'none';{script} style-src {hash_source(STYLE)}; base-uri 'none'; form-action {form}; "
        f"frame-ancestors {portal}"
    )


def hash_source(text: str) -> str:
    """The source of a content policy for an inline script or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _write(text: Text) -> Part:
    return text if isinstance(text, Message) else escape(text)
