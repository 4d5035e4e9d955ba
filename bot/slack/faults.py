"""What Slack's errors mean for a delivery: a row a code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException
from typing import Any

from slack_sdk.errors import SlackApiError, SlackClientError

from bot.usecases.undelivered import Busy, ChannelDead, DeliveryError, Impossible, Lost

DEAD = frozenset(
    {
        *("channel_not_found", "not_in_channel", "is_archived", "restricted_action", "no_permission"),
        *("account_inactive", "invalid_auth", "not_authed", "token_revoked", "token_expired", "missing_scope"),
        *("team_access_not_granted", "ekm_access_denied", "access_denied", "org_login_required"),
    }
)
"""Nobody gets anything there until a person mends it."""
PASSING = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org", "ratelimited"}
)
DEFAULT_WAIT, LONGEST_WAIT = 1.0, 3_600.0

_CODE = re.compile(r"\A[a-z0-9_]{1,100}\Z")

KINDS: Mapping[bool, type[DeliveryError]] = {True: ChannelDead, False: Impossible}


@contextmanager
def translated() -> Iterator[None]:
    """Turn whatever a Slack call raises into a DeliveryError without its request, which holds the token."""
    try:
        yield
    except SlackApiError as error:
        raise _of(error) from None
    except (SlackClientError, OSError, HTTPException, ValueError, AttributeError, TypeError, KeyError) as error:
        # The last four are what the client makes of an answer that is not an object.
        raise Lost(type(error).__name__) from None


def sure(answer: Any) -> Any:
    """The answer, when it says `"ok": true` itself. Raises Lost for what only looks like it to the client."""
    if answer.get("ok") is not True:
        raise Lost("ok is not true")
    return answer


def _of(error: SlackApiError) -> DeliveryError:
    response = error.response
    status = getattr(response, "status_code", 200)
    data = getattr(response, "data", response)
    named = data.get("error") if isinstance(data, dict) else ""
    # What the client could not read it puts there as a sentence: then nothing is known of the call.
    code = named if isinstance(named, str) and _CODE.match(named) else ""
    if status == 429 or code == "ratelimited":
        return Busy(_seconds(getattr(response, "headers", {})))
    if status >= 500 or code in PASSING or not code:
        return Lost(code or f"no answer that can be read (HTTP {status})")
    return KINDS[code in DEAD](code)


def _seconds(headers: Mapping[str, str | list[str]]) -> float:
    for name, value in headers.items():
        if name.lower() == "retry-after":
            text = value[0] if isinstance(value, list) else value
            return min(float(text), LONGEST_WAIT) if text.isascii() and text.isdecimal() else DEFAULT_WAIT
    return DEFAULT_WAIT
