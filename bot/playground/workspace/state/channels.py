"""The channels of the workspace and the direct messages the bot opened, with who is in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bot.playground.workspace.base.simulator_values import Json, WorkspaceError
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One conversation. `im_with` holds the person's id when it is a direct message with the bot."""

    id: str
    name: str
    members: frozenset[str]
    is_archived: bool = False
    is_private: bool = False
    is_ext_shared: bool = False
    is_read_only: bool = False
    """Its posting permissions keep the bot out."""
    is_thread_only: bool = False
    is_non_threadable: bool = False
    im_with: str = ""

    @property
    def payload_name(self) -> str:
        """What slash commands call it: Slack hides the names of private places."""
        if self.im_with:
            return "directmessage"
        return "privategroup" if self.is_private else self.name

    def channel_object(self, *, bot_user: str) -> Json:
        """The `channel` object of conversations.info."""
        if self.im_with:
            return {"id": self.id, "is_im": True, "user": self.im_with, "is_archived": self.is_archived}
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.is_private,
            "is_group": self.is_private,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.is_private,
            "is_archived": self.is_archived,
            "is_ext_shared": self.is_ext_shared,
            "is_shared": self.is_ext_shared,
            "is_org_shared": False,
            "is_general": False,
            "is_member": bot_user in self.members,
            "num_members": len(self.members),
        }


FLAGS = ("is_archived", "is_private", "is_ext_shared", "is_read_only", "is_thread_only", "is_non_threadable")


class Channels:
    """Every conversation, by id. A channel is found by id, name or `#name`."""

    def __init__(self, channels: tuple[Channel, ...]) -> None:
        self._by_id = {channel.id: channel for channel in channels}

    def __iter__(self) -> Iterator[Channel]:
        return iter(tuple(self._by_id.values()))

    def look_up(self, key: str) -> Channel | None:
        wanted = key.removeprefix("#")
        return next((one for one in self if wanted in (one.id, one.name)), None)

    def find(self, key: str) -> Channel:
        found = self.look_up(key)
        if found is None:
            raise WorkspaceError(f"there is no channel {key!r}; there are {', '.join(one.name for one in self)}")
        return found

    def add(self, channel: Channel) -> Channel:
        if self.look_up(channel.id) or self.look_up(channel.name):
            raise WorkspaceError(f"#{channel.name} ({channel.id}) is taken; choose another name and id")
        self._by_id[channel.id] = channel
        return channel

    def flag(self, key: str, **flags: Any) -> Channel:
        unknown = set(flags) - set(FLAGS)
        if unknown:
            raise WorkspaceError(f"no such flag: {', '.join(sorted(unknown))}; there are {', '.join(FLAGS)}")
        return self._put(replace(self.find(key), **flags))

    def join(self, key: str, *user_ids: str) -> Channel:
        channel = self.find(key)
        return self._put(replace(channel, members=channel.members | set(user_ids)))

    def leave(self, key: str, *user_ids: str) -> Channel:
        channel = self.find(key)
        return self._put(replace(channel, members=channel.members - set(user_ids)))

    def direct(self, person_id: str, bot_user: str) -> Channel:
        """The direct message between the bot and a person; opened on first use."""
        for channel in self:
            if channel.im_with == person_id:
                return channel
        return self._put(
            Channel(
                id=f"D{person_id[1:]}",
                name=f"dm-{person_id}",
                members=frozenset({person_id, bot_user}),
                is_private=True,
                im_with=person_id,
            )
        )

    def _put(self, channel: Channel) -> Channel:
        self._by_id[channel.id] = channel
        return channel
