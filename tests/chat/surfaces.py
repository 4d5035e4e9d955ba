"""The chats that the contract is tried on: each with a messenger, and what people there see and can do to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from bot.core.authority.membership import MembershipStatus
from bot.core.change.change_request import ChangeRequest
from bot.core.principals import Principal
from bot.playground.workspace import SlackWorkspace
from bot.slack.outgoing.messenger import Gateway, make_client
from bot.store.sealing.keyring import Keyring
from bot.usecases.chat.chat_port import Messenger, PostedMessage
from tests.chat.line_chat import LineChat
from tests.chat.line_messenger import KINDS, LineMessenger, principal
from tests.slack.kit import OLGA, a_change

KEYS = Keyring({"k1": bytes(32)})


class Surface(Protocol):
    """One chat. `room` is a channel that the bot is in, `person` a member, `nobody` an account that is not known."""

    messenger: Messenger
    room: str
    person: Principal
    nobody: Principal
    gone: str
    """An id of a message that does not stand."""
    group: str
    """An id of a group that the chat does not know yet."""

    def change(self, **more: Any) -> ChangeRequest: ...

    def said(self) -> list[str]:
        """What stands in the room for everybody, without what stands under it."""

    def under(self, posted: PostedMessage) -> list[str]: ...

    def privately(self) -> list[str]:
        """What only the person has seen, oldest first."""

    def called(self) -> int:
        """How often the person was called by a mention."""

    def close_room(self) -> None: ...

    def become(self, standing: MembershipStatus) -> None:
        """Make the person's account such a one."""

    def fill_group(self) -> None:
        """Make the group, with the person in it."""

    def go_down(self) -> None:
        """Answer nothing to the next call."""


class SlackSurface:
    """A simulated workspace, and the messenger that serves in production."""

    room, person, nobody, gone, group = "C0002", OLGA, Principal(team="T0001", user="U0404"), "1.1", "S0001"
    FLAGS: Mapping[MembershipStatus, str] = {
        MembershipStatus.GUEST: "is_restricted",
        MembershipStatus.DELETED: "deleted",
        MembershipStatus.BOT: "is_bot",
    }

    def __init__(self, workspace: SlackWorkspace) -> None:
        self._workspace = workspace
        client = make_client(workspace.bot_token, workspace.api_url)
        gateway = Gateway(client, KEYS, command="/b24", api_url=workspace.api_url)
        gateway.identify()
        self.messenger: Messenger = gateway

    def change(self, **more: Any) -> ChangeRequest:
        return a_change(**{"channel": self.room, "requester": self.person, **more})

    def said(self) -> list[str]:
        return [message.text for message in self._workspace.messages("approvals")]

    def under(self, posted: PostedMessage) -> list[str]:
        return [message.text for message in self._workspace.thread("approvals", posted.message)[1:]]

    def privately(self) -> list[str]:
        return [message.text for message in (*self._workspace.ephemerals("Olga"), *self._workspace.dms("Olga"))]

    def called(self) -> int:
        return sum(mention.calls == f"<@{self.person.user}>" for mention in self._workspace.mentions)

    def close_room(self) -> None:
        self._workspace.flag_channel("approvals", is_archived=True)

    def become(self, standing: MembershipStatus) -> None:
        self._workspace.people["Olga"].flag(**{self.FLAGS[standing]: True})

    def fill_group(self) -> None:
        self._workspace.set_user_group(self.group, "Olga")

    def go_down(self) -> None:
        self._workspace.fault("lost_before")


class LineSurface:
    """The toy chat, and its messenger."""

    room, person, nobody, gone, group = "#approvals", principal("olga"), principal("nemo"), "404", "OPS"

    def __init__(self) -> None:
        self._chat = LineChat(people={"olga": "regular"}, rooms=frozenset({self.room}))
        self.messenger: Messenger = LineMessenger(self._chat, KEYS)

    def change(self, **more: Any) -> ChangeRequest:
        return a_change(**{"channel": self.room, "requester": self.person, **more})

    def said(self) -> list[str]:
        return [line.text for line in self._chat.seen_by_all(self.room)]

    def under(self, posted: PostedMessage) -> list[str]:
        return [line.text for line in self._chat.seen_by_all(self.room, under=int(posted.message))]

    def privately(self) -> list[str]:
        return [line.text for line in self._chat.seen_by("olga")]

    def called(self) -> int:
        return sum(line.text.count("@olga") for line in self._chat.lines)

    def close_room(self) -> None:
        self._chat.closed.add(self.room)

    def become(self, standing: MembershipStatus) -> None:
        self._chat.people["olga"] = next(kind for kind, known in KINDS.items() if known is standing)

    def fill_group(self) -> None:
        self._chat.groups[self.group] = frozenset({"olga"})

    def go_down(self) -> None:
        self._chat.is_down = True
