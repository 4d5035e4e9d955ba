"""Blocks and views that Slack takes, for tests to send as they are or to spoil."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def marked(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "hello", **more: Any) -> Json:
    return {"type": "section", "text": marked(text), **more}


def button(label: str = "Approve", action_id: str = "approve", **more: Any) -> Json:
    return {"type": "button", "text": plain(label), "action_id": action_id, **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def option(label: str, value: str = "", **more: Any) -> Json:
    return {"text": plain(label), "value": value or label.lower(), **more}


def field(name: str, element: Json, **more: Any) -> Json:
    """An input block; its block id is the name, its label the name with a capital."""
    return {"type": "input", "block_id": name, "label": plain(name.capitalize()), "element": element, **more}


def text_field(name: str, **more: Any) -> Json:
    return field(name, {"type": "plain_text_input", "action_id": "it"}, **more)


def modal(*blocks: Json, **more: Any) -> Json:
    return {
        "type": "modal",
        "title": plain("Remove"),
        "submit": plain("Send"),
        "blocks": list(blocks) or [text_field("reason")],
        **more,
    }


def home(*blocks: Json, **more: Any) -> Json:
    return {"type": "home", "blocks": list(blocks) or [section()], **more}


CARD = [
    {"type": "header", "text": plain("Remove a connector")},
    section("asked by <@U0001>", block_id="who"),
    actions(button(value="CR-1", style="primary"), button("Reject", "reject", style="danger")),
]
