"""A channel as a person names it: by its id, by a link to it, or by its name where the token may read names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from slack_sdk import WebClient

from bot.plugin import BadArgument, Message
from bot.slack.ids import SHAPES
from bot.slack.slack_errors import require_ok, translate_errors

PAGE, MOST_PAGES = 1_000, 20
"""Channels of a page, and how many pages are read."""
TYPES: Mapping[str, str] = {"channels:read": "public_channel", "groups:read": "private_channel"}
"""The scope that shows the names of each type of channels."""
_LINK = re.compile(r"https://[^/\s]+/archives/([A-Z0-9]+)(?:[/?#]\S*)?")


def find_channel(text: str, client: WebClient, scopes: frozenset[str]) -> str:
    """The id of the channel that is meant. Raises BadArgument, and DeliveryError where Slack does not answer."""
    link = _LINK.fullmatch(text)
    given = link[1] if link else text
    if SHAPES["channel"].match(given):
        return given
    name = text.removeprefix("#").lower()
    types = [kind for scope, kind in TYPES.items() if scope in scopes]
    if not types:
        raise BadArgument(Message("slack.channel.names_hidden", text=text), hint=Message("slack.channel.paste_id"))
    found = _search(name, client, ",".join(types))
    if found is None:
        raise BadArgument(Message("slack.channel.not_found", text=text), hint=Message("slack.channel.invite_or_paste"))
    return found


def _search(name: str, client: WebClient, types: str) -> str | None:
    cursor = ""
    for _ in range(MOST_PAGES):
        with translate_errors():
            answer: Any = require_ok(
                client.conversations_list(types=types, exclude_archived=True, limit=PAGE, cursor=cursor)
            )
            for channel in answer["channels"]:
                if name in (channel["name"], channel.get("name_normalized")):
                    return str(channel["id"])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            break
    return None
