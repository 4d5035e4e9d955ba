"""How every page of the plugin looks: plain HTML that needs no script, on a phone as in a slider of the portal."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from bot.plugin import Message, WebReply, WebRequest

STYLE = """
body{margin:0;padding:24px;background:#fff;color:#333;font:16px/1.5 "Open Sans",system-ui,sans-serif}
main{max-width:640px;margin:0 auto}
h1{font-size:24px;line-height:1.25;font-weight:600;margin:0 0 16px}
p{margin:0 0 12px}
a{color:#0b66c3}
"""


def write_page(
    request: WebRequest,
    title: Message,
    *paragraphs: Message,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> WebReply:
    """Make a page of a title and paragraphs. Every word on it is a message, so the host translates and escapes it."""
    body: list[str | Message] = [
        f'<!doctype html><html lang="{escape(request.language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>',
        title,
        f"</title><style>{STYLE}</style></head><body><main><h1>",
        title,
        "</h1>",
    ]
    for paragraph in paragraphs:
        body += ["<p>", paragraph, "</p>"]
    return WebReply(status=status, body=(*body, "</main></body></html>"), headers=headers or {})
