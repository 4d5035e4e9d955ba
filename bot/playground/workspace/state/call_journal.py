"""What the workspace remembers for whoever tests against it: calls, complaints and mentions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """One call of the Web API or of a response_url. `fault` names the fault it suffered, empty when none.

    `status` 0 means that no answer went out. The token is not kept.
    """

    at: float
    method: str
    arguments: Mapping[str, Any]
    status: int
    ok: bool
    error: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """Something a careful app does not do, for example a post that lets Slack unfurl its links."""

    rule: str
    method: str
    channel: str
    ts: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A posted text that calls somebody.

    `calls` is the raw sequence, for example `<!channel>`; `seen_by` is as in Message.
    """

    calls: str
    channel: str
    ts: str
    text: str
    seen_by: str = ""


_MENTION = re.compile(r"<(?:!channel|!here|!everyone|!subteam\^[^<>]+|@[UW][A-Z0-9]+)(?:\|[^<>]*)?>")


def mentions_in(text: str) -> list[str]:
    return _MENTION.findall(text)


class Records:
    def __init__(self) -> None:
        self.calls: list[ApiCall] = []
        self.complaints: list[Complaint] = []
        self.mentions: list[Mention] = []

    def mention(self, text: str, *, channel: str, ts: str, seen_by: str) -> None:
        self.mentions += [
            Mention(calls=calls, channel=channel, ts=ts, text=text, seen_by=seen_by) for calls in mentions_in(text)
        ]
