"""response_url addresses: five uses within thirty minutes of what a person did (docs/slack-behaviour.md S18)."""

from __future__ import annotations

from dataclasses import replace

from bot.playground.workspace.base.installation import TEAM_ID
from bot.playground.workspace.base.simulator_values import Refusal
from bot.playground.workspace.base.workspace_clock import Clock, Ids
from bot.plugin.frozen import dataclass

USES = 5
LIFETIME = 30 * 60.0
METHOD = "response_url"
"""The name under which calls of these addresses stand in the journal and can be given faults."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """`message` is the ts of the message that was clicked, empty for a slash command."""

    path: str
    person: str
    channel: str
    issued_at: float
    message: str = ""
    thread_ts: str = ""
    uses: int = 0


class Hooks:
    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._by_path: dict[str, Hook] = {}

    def issue(self, person: str, channel: str, *, message: str = "", thread_ts: str = "") -> str:
        """The path of a new address."""
        kind = "actions" if message else "commands"
        path = f"/{kind}/{TEAM_ID}/{self._ids.numbered('', 8)}/{self._ids.random(24)}"
        self._by_path[path] = Hook(
            path=path,
            person=person,
            channel=channel,
            issued_at=self._clock.now(),
            message=message,
            thread_ts=thread_ts,
        )
        return path

    def check(self, path: str) -> Hook:
        hook = self._by_path.get(path)
        if hook is None:
            raise Refusal("no_such_hook", status=404)
        if self._clock.now() - hook.issued_at > LIFETIME:
            raise Refusal("expired_url", status=404)
        if hook.uses >= USES:
            raise Refusal("used_url", status=404)
        return hook

    def use(self, hook: Hook) -> None:
        self._by_path[hook.path] = replace(hook, uses=hook.uses + 1)
