"""What is on a portal, as JSON objects for programs: ids, numbers, booleans and ISO times. Their keys are a promise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.plugin import Json, JsonWithTexts, iso, iso_or_none
from plugins.bitrix24.auth.backup_tokens import BackupTokens
from plugins.bitrix24.auth.credentials import TokenHealth
from plugins.bitrix24.connectors.model import AppInfo, Connector, Line, Ownership, Status
from plugins.bitrix24.connectors.snapshot import Snapshot
from plugins.bitrix24.portal import Portal

Object = Mapping[str, JsonWithTexts]

KINDS: Mapping[str, Ownership] = {
    "ours": Ownership.OURS,
    "built-in": Ownership.BUILT_IN,
    "not-proven": Ownership.NOT_PROVEN,
}
"""The kinds of connectors by the word that `--kind` takes."""
_KIND_WORDS = {kind: word for word, kind in KINDS.items()}


def connector_view(connector: Connector, statuses: Sequence[Status]) -> Object:
    """One connector, with the number of lines by what it is there."""
    return {
        "id": connector.id,
        "name": connector.name,
        "kind": _KIND_WORDS[connector.ownership],
        "lines_active": sum(status.configured for status in statuses),
        "lines_in_error": sum(status.error for status in statuses),
        "lines_not_readable": sum(bool(status.problem) for status in statuses),
    }


def record_view(snapshot: Snapshot | None) -> Object | None:
    """What our own record of a connector holds; None when there is none."""
    if snapshot is None:
        return None
    return {
        "how": snapshot.how,
        "at": iso(snapshot.at),
        "registration_known": snapshot.restorable,
        "removed": snapshot.removed,
    }


def status_views(portal: Portal, statuses: Sequence[Status]) -> list[JsonWithTexts]:
    """One object for each status; what could not be read is null, and `problem` says why."""
    lines = {line.id: line for line in portal.lines()}
    registered = {found.id for found in portal.connectors()}
    return [
        _status_view(status, lines.get(status.line), registered=status.connector in registered) for status in statuses
    ]


def _status_view(status: Status, line: Line | None, *, registered: bool) -> Object:
    readable = not status.problem
    return {
        "connector": status.connector,
        "registered": registered,
        "line": status.line,
        "line_name": line.shown_name if line else None,
        "line_enabled": line.on if line else None,
        "active": status.configured if readable else None,
        "error": status.error if readable else None,
        "problem": status.problem or None,
    }


def line_view(line: Line) -> Object:
    """One open line."""
    return {"id": line.id, "name": line.shown_name, "enabled": line.on}


def tokens_view(health: TokenHealth | None, spare: BackupTokens | None) -> Mapping[str, Json]:
    """What is known of a portal's tokens and of its backup tokens; null where nothing is."""
    return {
        "tokens": None
        if health is None
        else {
            "refused": health.locked_out,
            "at": iso(health.at),
            "renewed_at": iso_or_none(health.renewed_at),
            "code": health.code or None,
        },
        "backup_tokens": None if spare is None else {"state": spare.state, "at": iso(spare.at), "proven": spare.proven},
    }


def application_view(app: AppInfo) -> Mapping[str, Json]:
    """How the portal sees our application."""
    return {"installed": app.installed, "paid": app.paid, "licence": app.licence, "status": app.status}
