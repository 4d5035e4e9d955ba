"""The shapes of Slack's ids. A payload that names anything else is refused, whoever signed it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

SHAPES: Mapping[str, re.Pattern[str]] = {
    # An installation for a whole organisation has the organisation's id where a team's stands elsewhere.
    "team": re.compile(r"\A[TE][A-Z0-9]{2,20}\Z"),
    "enterprise": re.compile(r"\AE[A-Z0-9]{2,20}\Z"),
    "user": re.compile(r"\A[UW][A-Z0-9]{2,20}\Z"),
    "channel": re.compile(r"\A[CDG][A-Z0-9]{2,20}\Z"),
    "application": re.compile(r"\AA[A-Z0-9]{2,20}\Z"),
    "view": re.compile(r"\AV[A-Z0-9]{2,20}\Z"),
    "message": re.compile(r"\A[0-9]{1,12}\.[0-9]{1,9}\Z"),
}


class UnexpectedId(ValueError):
    """A payload has something else where Slack writes an id. `str()` names the field and not what stood there."""


class OrgWideDelivery(ValueError):
    """A delivery for an installation of the app in a whole organisation: that is not the one b24bot has a token of."""


def refuse_org_wide(payload: Mapping[str, object]) -> None:
    """Raise OrgWideDelivery for what Slack marks as such; in a slash command the mark is a word.

    An event has the mark in its authorizations.
    """
    granted = payload.get("authorizations")
    marked = [payload, *(one for one in granted if isinstance(one, dict))] if isinstance(granted, list) else [payload]
    if any(one.get("is_enterprise_install") in (True, "true") for one in marked):
        raise OrgWideDelivery


def check_ids(payload: Mapping[str, object], rows: Iterable[tuple[tuple[str, ...], str]]) -> None:
    """Refuse a payload in which one of the named fields holds no id of its kind. What is absent is no id of another.

    Raises StrangeId.
    """
    for path, kind in rows:
        value = _at(payload, path)
        if value not in (None, "") and not (isinstance(value, str) and SHAPES[kind].match(value)):
            raise UnexpectedId(f"{'.'.join(path)} is no {kind} id")


def _at(payload: Mapping[str, object], path: tuple[str, ...]) -> object:
    value: object = payload
    for name in path:
        # What is read from JSON or a form has no other mapping.
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value
