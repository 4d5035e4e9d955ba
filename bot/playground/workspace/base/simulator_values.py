"""Words that every module of the simulator shares: JSON as Python sees it, and the two kinds of refusal."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class Refusal(Exception):
    """Slack's API says no: `{"ok": false, "error": code, ...}`.

    `fields` are further top-level fields of the answer, `status` and `headers` those of the HTTP reply
    (Slack answers 200 to nearly every refusal; 429 carries `Retry-After` in whole seconds).
    """

    def __init__(self, code: str, *, status: int = 200, headers: dict[str, str] | None = None, **fields: Any) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.headers = headers or {}
        self.fields = fields

    def to_json(self) -> Json:
        return {"ok": False, "error": self.code, **self.fields}


class WorkspaceError(Exception):
    """Somebody asked the simulated people for what they cannot do; the text says what they can do instead."""


class NoSuchElement(WorkspaceError):
    """The button, menu or input is not (or no longer) on the message or the view."""


class FormIncomplete(WorkspaceError):
    """Slack's client would not send the form. `problems` maps a block id to the sentence shown under it."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("the form cannot be sent: " + "; ".join(f"{key}: {why}" for key, why in problems.items()))
        self.problems = problems
