"""What the workspace sends to the app, and what came back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field

from bot.playground.workspace.base.simulator_values import Json
from bot.plugin.frozen import dataclass

HELD = "held"
TIMEOUT = "timeout"
CONNECTION_FAILED = "connection_failed"
NOBODY_LISTENS = "nobody_listens"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """One delivery: `body` and `headers` are the signed bytes for HTTP, `payload` is the same as an object.

    `kind` is the envelope type of Socket Mode: slash_commands, interactive or events_api. `name` is the command,
    the interaction's type or the event's type. `retry` counts redeliveries of an event, 0 for the first.
    """

    id: str
    kind: str
    name: str
    person: str
    payload: Json
    body: bytes
    headers: Mapping[str, str]
    envelope_id: str
    retry: int = 0
    reason: str = ""

    def envelope(self) -> Json:
        """The Socket Mode message (docs/slack-behaviour.md S38)."""
        envelope: Json = {
            "envelope_id": self.envelope_id,
            "type": self.kind,
            "payload": self.payload,
            "accepts_response_payload": self.kind != "events_api",
        }
        if self.retry:
            envelope |= {"retry_attempt": self.retry, "retry_reason": self.reason}
        return envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchResult:
    """What the app did with one delivery.

    `status` is None when no HTTP answer came (an ack over a socket counts as 200), `duration` is in seconds,
    `transport` is `http`, `socket` or empty. `error` is empty or one of held, timeout, connection_failed,
    nobody_listens; an answer that is not 2xx has its status and no error.
    """

    dispatch: Dispatch
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    duration: float = 0.0
    transport: str = ""
    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether the app acknowledged in time."""
        return not self.error and self.status is not None and 200 <= self.status < 300

    @property
    def payload(self) -> Json:
        """What was sent."""
        return self.dispatch.payload

    @property
    def ack(self) -> Json:
        """The body of the ack: JSON as it is, plain text as `{"text": …}`, nothing as `{}`."""
        if not self.body:
            return {}
        if "json" in self.headers.get("content-type", ""):
            try:
                value = json.loads(self.body)
            except ValueError:
                return {"text": self.body}
            return value if isinstance(value, dict) else {"text": self.body}
        return {"text": self.body}

    @property
    def failure(self) -> str:
        """The word Slack shows to the person; empty when all is well."""
        if self.ok:
            return ""
        return "operation_timeout" if self.error == TIMEOUT else "dispatch_failed"

    @property
    def retry_reason(self) -> str:
        """The value of X-Slack-Retry-Reason for the next try."""
        if self.error == TIMEOUT:
            return "http_timeout"
        return "connection_failed" if self.error else "http_error"
