"""What is on a portal, as data for programs. The fields are the keys of `--json`: a promise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.plugin import Message, Services, Text, Time, Words, time_or_none
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth.backup_tokens import KEPT, BackupTokenStore
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.auth.token_maintenance import find_token_end
from plugins.bitrix24.connectors.model import AppInfo, Connector, Line, Ownership, Status
from plugins.bitrix24.connectors.snapshot import Snapshot
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
    name: str
    kind: Ownership
    """Whose it is, as far as that is known."""
    lines_active: int
    lines_in_error: int
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """What the bot's own record of a connector holds."""

    how: str
    """`registered` here, or `adopted`."""
    at: Time
    registration_known: bool
    """Whether the record holds all that a registration needs."""
    removed: bool
    """Whether the connector was removed here since."""


def record_view(snapshot: Snapshot | None) -> RecordView | None:
    """What our own record of a connector holds; None when there is none."""
    if snapshot is None:
        return None
    return RecordView(
        how=snapshot.how,
        at=Time(time=snapshot.at),
        registration_known=snapshot.restorable,
        removed=snapshot.removed,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    """One connector on one line. What could not be read is null, and `problem` says why."""

    connector: str
    registered: bool
    """Whether the connector is registered on the portal."""
    line: str
    """The id of the line."""
    line_name: Text | None
    line_enabled: bool | None
    """Whether the line itself is on."""
    active: bool | None
    error: bool | None
    problem: Text | None


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
    name: Text
    enabled: bool


def line_view(line: Line) -> LineRow:
    """One open line, as data."""
    return LineRow(id=str(line.id), name=line.shown_name, enabled=line.on)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDetails(LineRow):
    """One open line, with the connectors on it."""

    connectors: tuple[StatusRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensView:
    """What is known of a portal's tokens."""

    state: str
    """`unproven` (stored, not renewed yet), `valid` or `refused`."""
    renewed_at: Time | None
    expires_at: Time
    """When the refresh token ends unless it is renewed."""
    backup: str
    """The backup tokens: `none`, `unproven`, `kept`, `used` (they took over) or `refused`."""


def tokens_view(services: Services, portal: KnownPortal) -> TokensView:
    """What is known of a portal's tokens."""
    health, backup = CredentialStore(services).health(portal), BackupTokenStore(services).known(portal)
    renewed_at = health.renewed_at if health else None
    state = "refused" if health and health.locked_out else "valid" if renewed_at else "unproven"
    kept = "none" if backup is None else "unproven" if backup.state == KEPT and not backup.proven else backup.state
    return TokensView(
        state=state,
        renewed_at=time_or_none(renewed_at),
        expires_at=Time(time=find_token_end(services, portal)),
        backup=kept,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsView:
    """How the bot hears of changes on a portal."""

    way: str
    """`online`, `queue` (the portal's queue of offline events), `polling` or `none`."""
    last_at: Time | None
    """When something last came by that way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPortal:
    """A portal whose credentials or backup tokens were stored."""

    name: str
    address: str
    member_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationView:
    """How a portal sees the bot's application."""

    installed: bool
    paid: bool
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
    domain: str
    member_id: str
    client_id: str | None
    """null where no credentials are stored."""
    default: bool
    """Whether the commands of the person who asks act on it without `--portal`."""
    protected: bool
    application: ApplicationView | None
    """What the portal last said; null until it was asked."""
    tokens: TokensView
    events: EventsView


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalLink:
    """Where an administrator authorises the application. It is printed on one line, before the answer.

    The other two addresses are for the application's card. They need B24BOT_PUBLIC_URL.
    """

    authorise_url: str | None
    """Absent until the client_id is known."""
    handler_url: str | None
    install_url: str | None
    expires_at: Time
    """Until when the link can be used; without a link, the install address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledApplication(StoredPortal):
    """An application that was installed and waits for its client_secret. It is printed on one line."""

    client_id: str
    received_at: Time


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedPortal(StoredPortal):
    """A portal that was connected. Before the answer comes one line with a [PortalLink](#portallink).

    For an installed application there is one line with an [InstalledApplication](#installedapplication).
    """

    application: ApplicationView


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedPortal:
    """A portal whose credentials were deleted."""

    name: str
    member_id: str
    removed_at: Time


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalCheckRow:
    """One check of a portal, in the order of the diagnosis."""

    check: str
    """A code for the check, for example `name resolution`."""
    ok: bool
    """Whether the check passed; false also for a check that did not run because of an earlier failure."""
    detail: Text
    """The finding, as a sentence."""
    next: Text
    """What to do; empty if there is nothing to do."""
