"""The chat as the use cases know it: what can be said there, its channels, and what this process remembers of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from typing import Protocol

from bot.core.audit.audit_record import AuditRecord
from bot.core.authority.membership import Membership
from bot.core.change.change_request import ChangeRequest
from bot.core.messages.command_forms import CommandForm
from bot.core.messages.home_tabs import HomeTab
from bot.core.messages.notices import PrivateNotice
from bot.core.principals import Principal
from bot.language.catalogues import ENGLISH
from bot.plugin import Text
from bot.plugin.frozen import dataclass
from bot.usecases.chat.channel_pace import ChannelRateLimiter
from bot.usecases.chat.chat_refusals import ChatRefusal
from bot.usecases.process.account_lookups import AccountLookups


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedMessage:
    """Where a message came to stand."""

    channel: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentInChannel:
    """The person was told in the channel, or at the address for the answer. Direct messages were not tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentDirectly:
    """The person was told by a direct message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectRefused:
    """The person was told in another channel, because the chat refused a direct message."""

    reason: str
    """The reason as it is stored; `find_refusal` says what it means."""


PrivateDelivery = SentInChannel | SentDirectly | DirectRefused
"""How an answer reached its person."""


class Messenger(Protocol):
    """What the bot can say, and nothing about how. Raises the errors of `delivery_errors`.

    A bare card or audit line is the plainest form of it, for when Slack refused the content of the full one. `language`
    is the one reader's; all else goes out in the language of the channels. `fitting_lines` sends nothing: it says how
    many of these audit lines, from the first, one message holds, and reads no further. `find_refusal` sends nothing
    either: it says what the stored reason of a refusal means. `channel_address` is where a browser opens a channel;
    empty where the chat has no such address.
    """

    def post_card(self, change: ChangeRequest, *, bare: bool = False) -> PostedMessage: ...

    def rewrite_card(self, change: ChangeRequest, *, bare: bool = False) -> None: ...

    def reply(self, change: ChangeRequest, *lines: Text) -> None: ...

    def send_privately(self, notice: PrivateNotice, *, language: str = ENGLISH) -> PrivateDelivery: ...

    def audit_lines(self, channel: str, records: list[AuditRecord], *, bare: bool = False) -> None: ...

    def fitting_lines(self, records: Iterable[AuditRecord]) -> int: ...

    def note(self, channel: str, text: Text, earlier: PostedMessage | None, *, thread: str = "") -> PostedMessage: ...

    def ask_reason(self, trigger: str, change: ChangeRequest, value: str, *, language: str = ENGLISH) -> None: ...

    def open_form(self, trigger: str, form: CommandForm, *, language: str = ENGLISH) -> str:
        """Open a command's form; returns what names it afterwards."""

    def fill_form(self, view: str, form: CommandForm, *, language: str = ENGLISH) -> None: ...

    def publish_home(self, person: Principal, tab: HomeTab, *, language: str = ENGLISH) -> None:
        """Show somebody's page in place of what it showed before."""

    def account(self, person: Principal) -> Membership: ...

    def list_group_members(self, team: str, group: str) -> frozenset[str]:
        """The accounts of a group that the chat keeps, like `T0001:U0001`."""

    def find_refusal(self, reason: str) -> ChatRefusal: ...

    def channel_address(self, team: str, channel: str) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """The two channels of a deployment, by id; empty when not set."""

    approval: str = ""
    audit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A way to speak, and what keeps this process from speaking or asking too often."""

    messenger: Messenger
    channels: Channels
    pace: ChannelRateLimiter
    """When each channel takes the next message; whoever posts asks it."""
    lookups: AccountLookups = field(default_factory=AccountLookups)
