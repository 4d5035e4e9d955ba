"""Stored messages as lines that a person can read in a terminal: names instead of ids, [Labels] instead of buttons."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping

from bot.playground.workspace.base.installation import TEAM_DOMAIN
from bot.playground.workspace.base.simulator_values import Json
from bot.playground.workspace.state.messages import Message
from bot.playground.workspace.state.modals import View

INDENT = "    "
OWN_MESSAGES = f"https://{TEAM_DOMAIN}.slack.com/archives/"
"""How the permalinks of this workspace begin."""

Names = Mapping[str, str]
"""User id → name, channel id → name."""


def message_lines(message: Message, names: Names) -> list[str]:
    """The author's name on the first line, what they wrote below, indented. Blocks win over the text."""
    author = names.get(message.user, "Slack")
    notes = [f"only {names.get(message.seen_by, message.seen_by)} sees this"] if message.is_ephemeral else []
    notes += ["in the thread"] if message.is_reply else []
    notes += ["edited"] if message.edited else []
    head = f"{author} ({', '.join(notes)})" if notes else author
    body = block_lines(message.blocks, names) if message.blocks else plain(message.text, names).splitlines()
    return [head, *(INDENT + line for line in body)]


def view_lines(view: View, names: Names) -> list[str]:
    """A modal or Home tab: its title, its blocks with the app's errors, its buttons."""
    shown = [f"== {view.title or 'Home'} =="]
    for block in view.blocks:
        shown += [INDENT + line for line in _lines(block, names)]
        if block["block_id"] in view.errors:
            shown.append(f"{INDENT}! {view.errors[block['block_id']]}")
    buttons = [view.body[name]["text"] for name in ("close", "submit") if name in view.body]
    if buttons:
        shown.append(INDENT + " ".join(f"[{label}]" for label in buttons))
    return shown


def block_lines(blocks: Iterable[Json], names: Names) -> list[str]:
    return [line for block in blocks for line in _lines(block, names)]


def plain(text: str, names: Names) -> str:
    """mrkdwn as a person reads it: `<@U0001>` becomes @Olga, a link its label and address.

    A permalink of this workspace is its label: it leads nowhere else.
    """
    return html.unescape(re.sub(r"<([^<>]+)>", lambda found: _reference(found[1], names), text))


def _reference(inner: str, names: Names) -> str:
    target, _, label = inner.partition("|")
    if target.startswith("@"):
        return "@" + names.get(target[1:], label or target[1:])
    if target.startswith("#"):
        return "#" + names.get(target[1:], label or target[1:])
    if target.startswith("!date^"):
        return label
    if target.startswith("!"):
        return label or "@" + target[1:]
    if label and target.startswith(OWN_MESSAGES):
        return label
    return f"{label} ({target})" if label and label != target else target


def _lines(block: Json, names: Names) -> list[str]:
    write = WRITERS.get(str(block.get("type")))
    return write(block, names) if write else [f"({block.get('type')})"]


def _text(value: Json | None, names: Names) -> str:
    if not value:
        return ""
    text = str(value.get("text", ""))
    return plain(text, names) if value.get("type") == "mrkdwn" else text


def _element(element: Json, names: Names) -> str:
    kind = element["type"]
    if kind in ("plain_text", "mrkdwn"):
        return _text(element, names)
    if kind == "image":
        return f"(image: {element['alt_text']})"
    if kind == "button":
        mark = {"danger": "!", "primary": "*"}.get(element.get("style", ""), "")
        return f"[{mark}{_text(element['text'], names)}]"
    options = [_text(option["text"], names) for option in element.get("options", ())]
    shown = _text(element.get("placeholder"), names) or " / ".join(options) or kind
    return f"[{shown} v]"


def _header(block: Json, names: Names) -> list[str]:
    return [f"# {_text(block['text'], names)}"]


def _divider(_block: Json, _names: Names) -> list[str]:
    return ["-" * 40]


def _section(block: Json, names: Names) -> list[str]:
    lines = _text(block.get("text"), names).splitlines()
    for field in block.get("fields", ()):
        lines.append("  " + " ".join(_text(field, names).split("\n")))
    if "accessory" in block:
        lines.append(_element(block["accessory"], names))
    return lines


def _context(block: Json, names: Names) -> list[str]:
    return " | ".join(_element(one, names) for one in block["elements"]).splitlines()


def _actions(block: Json, names: Names) -> list[str]:
    return [" ".join(_element(one, names) for one in block["elements"])]


def _input(block: Json, names: Names) -> list[str]:
    star = "" if block.get("optional") else " *"
    return [f"{_text(block['label'], names)}{star}: {_element(block['element'], names)}"]


def _image(block: Json, _names: Names) -> list[str]:
    return [f"(image: {block['alt_text']})"]


def _markdown(block: Json, _names: Names) -> list[str]:
    return str(block["text"]).splitlines()


def _rich(block: Json, names: Names) -> list[str]:
    return "".join(_words(block["elements"], names)).splitlines()


def _words(parts: Iterable[Json], names: Names) -> Iterable[str]:
    for part in parts:
        kind = part.get("type")
        if kind == "user":
            yield "@" + names.get(part["user_id"], part["user_id"])
        elif kind == "link":
            yield f"{part.get('text', '')} ({part['url']})" if part.get("text") else part["url"]
        elif "elements" in part:
            yield from _words(part["elements"], names)
            yield "\n"
        else:
            yield str(part.get("text", ""))


WRITERS: dict[str, Callable[[Json, Names], list[str]]] = {
    "header": _header,
    "divider": _divider,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "image": _image,
    "markdown": _markdown,
    "rich_text": _rich,
}
