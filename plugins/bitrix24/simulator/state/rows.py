"""The rows of a portal's tables, as frozen values. What happens to them is elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from bot.plugin.frozen import dataclass

FLAGS = {
    "DEL_EXTERNAL_MESSAGES": True,
    "EDIT_INTERNAL_MESSAGES": True,
    "DEL_INTERNAL_MESSAGES": True,
    "NEWSLETTER": True,
    "NEED_SYSTEM_MESSAGES": True,
    "NEED_SIGNATURE": True,
    "CHAT_GROUP": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An application installed on the portal. `status` is L for a local one, S for subscription and so on.

    `application_token` is empty where the portal computes it.
    """

    client_id: str
    app_id: int
    name: str
    client_secret: str
    scope: tuple[str, ...]
    redirect_uri: str
    application_token: str = ""
    active: bool = True
    installed: bool = True
    deleted: bool = False
    paid: bool = True
    status: str = "L"
    auth_connector: str = ""
    api_only: bool = False
    version: int = 1
    install_path: str = ""
    """The initial installation path of its card; empty where the card has none."""

    @property
    def hears(self) -> bool:
        """Whether any event is delivered to it (docs/portal-behaviour.md P70)."""
        return self.active and self.installed and self.paid and not self.deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An employee: `connectors` is the open-channel right to modify connectors, `app_access` to use applications."""

    id: int
    name: str
    admin: bool = False
    active: bool = True
    app_access: bool = True
    connectors: bool = True
    lines: bool = True
    signed_in_once: bool = True
    """Whether the user was ever signed in to the portal; tokens of others are refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    user_id: int
    code: str
    scope: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An open line; `settings` holds whatever else was set on it, as strings.

    `temporary`: a draft, left behind by somebody who opened the form for a new line.
    """

    id: int
    name: str
    active: bool = True
    temporary: bool = False
    queue: tuple[int, ...] = (1, 27)
    """The users who answer on it."""
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    id: str
    name: str
    icon: Mapping[str, Any]
    handler: str
    client_id: str
    placement_id: int
    icon_disabled: Mapping[str, Any] = field(default_factory=dict)
    flags: Mapping[str, bool] = field(default_factory=lambda: dict(FLAGS))
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """(connector, line): CONFIGURED and STATUS are derived as in docs/portal-behaviour.md P103."""

    connector: str
    line: int
    active: bool = False
    connection: bool = False
    register: bool = False
    error: bool = False
    data: Mapping[str, str] = field(default_factory=dict)

    @property
    def configured(self) -> bool:
        return self.active and self.connection and self.register

    @property
    def working(self) -> bool:
        return self.configured and not self.error


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """A subscription to an event. `user_id` 0 stands for whoever causes the event."""

    id: int
    client_id: str
    event: str
    url: str = ""
    user_id: int = 0
    auth_connector: str = ""
    offline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A page of an application inside the portal; `own` is False when imconnector.register made it."""

    id: int
    client_id: str
    placement: str
    handler: str
    title: str = ""
    description: str = ""
    group_name: str = ""
    user_id: int = 0
    lang_all: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    own: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineEvent:
    id: int
    client_id: str
    auth_connector: str
    event: str
    data: Any
    user_id: int
    message_id: str
    at: float
    process_id: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """A customer's account on the portal: `external` is the key that the connector's ids make."""

    id: int
    external: str
    name: str = ""
    last_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    """A chat of a customer with a line, and its current session."""

    chat_id: int
    key: str
    connector: str
    line: int
    external_chat: str
    external_user: str
    guest: int
    session: int
    name: str = ""
    closed: bool = False
    parent: int = 0
    earlier: int = 0
    """The number of its sessions before this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message of a chat. `external` are the ids that the connector gave it; `author` 0 is the customer."""

    id: int
    chat_id: int
    author: int
    text: str = ""
    files: tuple[Any, ...] = ()
    external: tuple[str, ...] = ()
    delivered: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the portal as a whole is allowed and able to do."""

    rest: bool = True
    overloaded: bool = False
    deleted: bool = False
    auth_server: bool = True
    license_ok: bool = True
    enterprise: bool = False
    extended_offline: bool = False
    auth_connector: bool = False
    posts_events: bool = True
    """Whether the vendor's servers reach the handlers of events."""
    queues_events: bool = True
    """Whether events enter the offline queue."""
    renamed_to: str = ""
    signed_in: int = 1
