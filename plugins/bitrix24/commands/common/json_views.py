"""What is on a portal, as data for programs. The fields are the keys of `--json`: a promise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from bot.plugin import Message, Services, Text, Time, Words, time_or_none
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth.backup_tokens import KEPT, REFUSED, USED, BackupTokenStore
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.auth.token_maintenance import find_token_end
from plugins.bitrix24.connectors.model import AppInfo, Connector, Line, Ownership, Status
from plugins.bitrix24.connectors.snapshot import Snapshot
from plugins.bitrix24.diagnosis.check_run import CheckState
from plugins.bitrix24.health.application_record import ApplicationRecord
from plugins.bitrix24.portal import Portal

KINDS: Mapping[str, Ownership] = {
    "ours": Ownership.OURS,
    "built-in": Ownership.BUILT_IN,
    "not-proven": Ownership.NOT_PROVEN,
}
"""The kinds of connectors by the word that `--kind` takes."""
KIND_WORDS: Mapping[str, Words] = {
    "ours": {"ru": ("наши", "наш")},
    "built-in": {"ru": ("встроенные", "встроенный")},
    "not-proven": {"ru": ("не-доказано", "не-доказаны")},
}
"""Each kind as people of another language type it."""
TYPED_KINDS = (
    Message("bitrix24.connector.kind.ours"),
    Message("bitrix24.connector.kind.built_in"),
    Message("bitrix24.connector.kind.not_proven"),
)
"""The kinds as the reader types them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorRow:
    """One connector, with the number of lines by what it is there."""

    id: str
    """The id of the connector."""
    name: str
    """The name that agents see."""
    kind: Ownership
    """Whose it is, as far as that is known."""
    lines_active: int
    """On how many lines it is active."""
    lines_in_error: int
    """On how many lines it is marked as faulty."""
    lines_not_readable: int
    """On how many lines its state could not be read."""


def connector_view(connector: Connector, statuses: Sequence[Status]) -> ConnectorRow:
    """One connector, with the number of lines by what it is there."""
    return ConnectorRow(
        id=connector.id,
        name=connector.name,
        kind=connector.ownership,
        lines_active=sum(status.configured for status in statuses),
        lines_in_error=sum(status.error for status in statuses),
        lines_not_readable=sum(bool(status.problem) for status in statuses),
    )


class RecordOrigin(StrEnum):
    """How a connector came into the bot's own record."""

    REGISTERED = "registered"
    ADOPTED = "adopted"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """What the bot's own record of a connector holds."""

    how: RecordOrigin
    """Whether the connector was registered here or adopted."""
    at: Time
    """When it was registered or adopted."""
    registration_known: bool
    """Whether the record holds all that a registration needs."""
    removed: bool
    """Whether the connector was removed here since."""


def record_view(snapshot: Snapshot | None) -> RecordView | None:
    """What our own record of a connector holds; None when there is none."""
    if snapshot is None:
        return None
    return RecordView(
        how=RecordOrigin(snapshot.how),
        at=Time(time=snapshot.at),
        registration_known=snapshot.restorable,
        removed=snapshot.removed,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    """One connector on one line. What could not be read is null, and `problem` says why."""

    connector: str
    """The id of the connector."""
    registered: bool
    """Whether the connector is registered on the portal."""
    line: str
    """The id of the line."""
    line_name: Text | None
    """The name of the line; null where the portal lists no such line."""
    line_enabled: bool | None
    """Whether the line itself is on."""
    active: bool | None
    """Whether the connector is active on the line; null where this could not be read."""
    error: bool | None
    """Whether the connector is marked as faulty on the line; null where this could not be read."""
    problem: Text | None
    """Why the state could not be read; null where it was read."""


def status_views(portal: Portal, statuses: Sequence[Status]) -> tuple[StatusRow, ...]:
    """One object for each status; what could not be read is null, and `problem` says why."""
    lines = {line.id: line for line in portal.lines()}
    registered = {found.id for found in portal.connectors()}
    return tuple(
        _status_view(status, lines.get(status.line), registered=status.connector in registered) for status in statuses
    )


def _status_view(status: Status, line: Line | None, *, registered: bool) -> StatusRow:
    readable = not status.problem
    return StatusRow(
        connector=status.connector,
        registered=registered,
        line=str(status.line),
        line_name=line.shown_name if line else None,
        line_enabled=line.on if line else None,
        active=status.configured if readable else None,
        error=status.error if readable else None,
        problem=status.problem or None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorDetails(ConnectorRow):
    """One connector, with the bot's record of it and its lines."""

    record: RecordView | None
    """What the bot's own record holds; null where there is none."""
    lines: tuple[StatusRow, ...]
    """The lines on which it is active or in error, or whose state could not be read."""


def connector_details(portal: Portal, connector: Connector, statuses: Sequence[Status]) -> ConnectorDetails:
    """One connector, with the record of it and those of its lines that are worth showing."""
    row = connector_view(connector, statuses)
    shown = [status for status in statuses if status.present or status.problem]
    return ConnectorDetails(
        **{name: getattr(row, name) for name in ConnectorRow.__dataclass_fields__},
        record=record_view(portal.snapshot(connector.id)),
        lines=status_views(portal, shown),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """One open line."""

    id: str
    """The id of the line."""
    name: Text
    """The name of the line."""
    enabled: bool
    """Whether the line is on."""


def line_view(line: Line) -> LineRow:
    """One open line, as data."""
    return LineRow(id=str(line.id), name=line.shown_name, enabled=line.on)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDetails(LineRow):
    """One open line, with the connectors on it."""

    connectors: tuple[StatusRow, ...]
    """The connectors that are active or in error on the line, or whose state could not be read."""


class TokenState(StrEnum):
    """What is known of a portal's tokens."""

    UNPROVEN = "unproven"
    VALID = "valid"
    REFUSED = "refused"


class BackupState(StrEnum):
    """What is known of a portal's backup tokens."""

    NONE = "none"
    UNPROVEN = "unproven"
    KEPT = KEPT
    USED = USED
    REFUSED = REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensView:
    """What is known of a portal's tokens."""

    state: TokenState
    """Whether the tokens were renewed (`valid`), only stored so far (`unproven`), or refused."""
    renewed_at: Time | None
    """When the tokens were last renewed; null where they never were."""
    expires_at: Time
    """When the refresh token ends unless it is renewed."""
    backup: BackupState
    """What is known of the backup tokens. They are `used` where they took over."""


def tokens_view(services: Services, portal: KnownPortal) -> TokensView:
    """What is known of a portal's tokens."""
    health, backup = CredentialStore(services).health(portal), BackupTokenStore(services).known(portal)
    renewed_at = health.renewed_at if health else None
    state = "refused" if health and health.locked_out else "valid" if renewed_at else "unproven"
    kept = "none" if backup is None else "unproven" if backup.state == KEPT and not backup.proven else backup.state
    return TokensView(
        state=TokenState(state),
        renewed_at=time_or_none(renewed_at),
        expires_at=Time(time=find_token_end(services, portal)),
        backup=BackupState(kept),
    )


class EventWay(StrEnum):
    """The way by which events of a portal come."""

    ONLINE = "online"
    QUEUE = "queue"
    POLLING = "polling"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsView:
    """How the bot hears of changes on a portal."""

    way: EventWay
    """The way in use; `queue` is the portal's queue of offline events."""
    last_at: Time | None
    """When something last came by that way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPortal:
    """A portal whose credentials or backup tokens were stored."""

    name: str
    """Its name in b24bot."""
    address: str
    """Its host name."""
    member_id: str
    """Bitrix24's own id of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationView:
    """How a portal sees the bot's application."""

    installed: bool
    """Whether the portal has the application installed."""
    paid: bool
    """Whether the application is paid."""
    licence: str
    """The licence of the portal."""
    status: str
    """The status of the application, as the portal says it."""


def application_view(app: AppInfo | ApplicationRecord) -> ApplicationView:
    """How the portal sees our application."""
    return ApplicationView(installed=app.installed, paid=app.paid, licence=app.licence, status=app.status)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalRow:
    """A portal that the bot knows."""

    name: str
    """Its name in b24bot."""
    domain: str
    """Its host name."""
    member_id: str
    """Bitrix24's own id of it."""
    client_id: str | None
    """null where no credentials are stored."""
    default: bool
    """Whether the commands of the person who asks act on it without `--portal`."""
    protected: bool
    """Whether destructive commands have to name it."""
    application: ApplicationView | None
    """What the portal last said; null until it was asked."""
    tokens: TokensView
    """What is known of its tokens."""
    events: EventsView
    """How b24bot hears of its changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalLink:
    """Where an administrator authorises the application. With `--no-wait` it is the `data` of the answer.

    It is printed at once on one line of standard error, too. The other two addresses are for the application's card.
    They need B24BOT_PUBLIC_URL.
    """

    authorise_url: str | None
    """The address to open; null until the client_id is known."""
    handler_url: str | None
    """The handler address for the card; null without B24BOT_PUBLIC_URL."""
    install_url: str | None
    """The install address for the card; null without B24BOT_PUBLIC_URL."""
    expires_at: Time
    """Until when the link can be used; without a link, the install address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledApplication(StoredPortal):
    """An application that was installed and waits for its client_secret. It is printed on a line of standard error."""

    client_id: str
    """The id of the application."""
    received_at: Time
    """When the portal installed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedPortal(StoredPortal):
    """A portal that was connected, or with `--no-wait` a [PortalLink](#portallink). `--backup` gives no `application`.

    Standard output holds the answer alone. Before it comes one line on standard error with a PortalLink, and one with
    an [InstalledApplication](#installedapplication) for an application that was installed.
    """

    application: ApplicationView
    """What the portal said about the application."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedPortal:
    """A portal whose credentials were deleted."""

    name: str
    """The name that it had in b24bot."""
    member_id: str | None
    """Bitrix24's own id of it; null for a portal that was not connected yet."""
    removed_at: Time
    """When its credentials were deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalCheckRow:
    """One check of a portal, in the order of the diagnosis."""

    check: str
    """A code for the check, for example `name-resolution`. It is the same in every language."""
    ok: bool
    """Whether nothing is wrong: true for the states `ok` and `not-used`."""
    state: CheckState
    """`not-used` where the check does not apply, `not-checked` after a failure that made the check impossible."""
    detail: Text
    """The finding, as a sentence."""
    next: Text | None
    """What to do; null if there is nothing to do."""
