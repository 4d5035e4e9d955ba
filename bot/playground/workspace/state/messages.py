"""Messages as the workspace keeps them, those that only one person sees included."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.playground.workspace.base.installation import APP_ID, TEAM_ID
from bot.playground.workspace.base.simulator_values import Json
from bot.playground.workspace.blockkit.block_tree import Placed, elements_of, find_element
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message as it is now. `seen_by` is empty for everybody, else the only person who sees it.

    `versions` counts the edits from 1. `user` is `USLACKBOT` for what Slack itself tells a person.
    """

    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: tuple[Json, ...] = ()
    thread_ts: str = ""
    metadata: Json | None = None
    bot_id: str = ""
    edited: str = ""
    seen_by: str = ""
    versions: int = 1
    files: tuple[str, ...] = ()

    @property
    def is_ephemeral(self) -> bool:
        return bool(self.seen_by)

    @property
    def is_reply(self) -> bool:
        return bool(self.thread_ts) and self.thread_ts != self.ts

    @property
    def elements(self) -> tuple[Placed, ...]:
        """Buttons, menus and inputs in reading order."""
        return tuple(elements_of(self.blocks))

    @property
    def labels(self) -> tuple[str, ...]:
        """What a person could click, as they read it."""
        return tuple(placed.label for placed in self.elements)

    def element(self, key: str, *, block_id: str = "") -> Placed:
        """The element with this action id or label; NoSuchElement when there is none or more than one."""
        return find_element(self.blocks, key, block_id=block_id)

    def to_json(self, *, replies: int = 0) -> Json:
        """The `message` object of Slack's answers and payloads."""
        shown: Json = {"type": "message", "ts": self.ts, "user": self.user, "text": self.text}
        if self.bot_id:
            shown |= {"bot_id": self.bot_id, "app_id": APP_ID, "team": TEAM_ID}
        if self.blocks:
            shown["blocks"] = list(self.blocks)
        if self.thread_ts or replies:
            shown["thread_ts"] = self.thread_ts or self.ts
        if replies:
            shown["reply_count"] = replies
        if self.metadata is not None:
            shown["metadata"] = self.metadata
        if self.edited:
            shown["edited"] = {"user": self.user, "ts": self.edited}
        if self.files:
            shown["files"] = [{"id": name} for name in self.files]
        return shown


class Messages:
    """All messages in the order in which they came."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, str], Message] = {}

    def add(self, message: Message) -> Message:
        self._all[message.channel, message.ts] = message
        return message

    def get(self, channel: str, ts: str) -> Message | None:
        return self._all.get((channel, ts))

    def change(self, message: Message, **changes: Any) -> Message:
        """Keep a new version in the old one's place."""
        return self.add(replace(message, versions=message.versions + 1, **changes))

    def remove(self, message: Message) -> None:
        del self._all[message.channel, message.ts]

    def public(self, channel: str) -> list[Message]:
        """What everybody in the channel sees, replies included."""
        return [one for one in tuple(self._all.values()) if one.channel == channel and not one.seen_by]

    def top_level(self, channel: str) -> list[Message]:
        return [one for one in self.public(channel) if not one.is_reply]

    def thread(self, channel: str, ts: str) -> list[Message]:
        """The parent, when it is still there, and its replies."""
        return [one for one in self.public(channel) if ts in (one.ts, one.thread_ts)]

    def seen_only_by(self, person: str) -> list[Message]:
        return [one for one in tuple(self._all.values()) if one.seen_by == person]

    def replies(self, message: Message) -> int:
        return sum(one.is_reply for one in self.thread(message.channel, message.ts))
