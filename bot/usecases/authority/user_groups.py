"""Who is in the chat's groups that the policy table names: the chat is asked before, its answer counts for a while.

A group gives nobody a role. Where its members are not known, there is nobody in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.core.authority.rules.rule_table import RuleRow, RuleTable, UserGroup
from bot.core.builtin_name import BUILTIN
from bot.plugin.frozen import dataclass
from bot.usecases.chat.delivery_errors import Busy, DeliveryError
from bot.usecases.context import Context, log

KIND = "user-group"
ASK_AGAIN_MS = 5_000
AGEING, RENEWED = 0.75, 0.5
"""The shares of its age limit from which on an answer is renewed: before a decision, and by the worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownGroup:
    """What the chat told of a group last. The ages are in milliseconds since then, by both clocks."""

    members: frozenset[str]
    at: int
    """UTC epoch milliseconds."""
    age: int
    steady_age: int

    def is_younger(self, most_ms: float) -> bool:
        """Whether it is at most so old. A clock that was set back makes nothing younger."""
        return 0 <= self.age <= most_ms and 0 <= self.steady_age <= most_ms


def current_rules(ctx: Context) -> RuleTable:
    """The policy table with the members of each user group that is known well enough to decide by."""
    table = ctx.deployment.rules
    if not table.user_groups:
        return table
    found = {name: find_group(ctx, group) for name, group in table.user_groups.items()}
    limits = {name: group.max_age_ms for name, group in table.user_groups.items()}
    known = {name: one.members for name, one in found.items() if one is not None and one.is_younger(limits[name])}
    return replace(table, members=known)


def find_group(ctx: Context, group: UserGroup) -> KnownGroup | None:
    """Find what the chat told of a group last, however long ago; None where it never told."""
    stored = ctx.store.records(BUILTIN).get(KIND, group.id)
    if stored is None or stored["at"] is None:
        return None
    return KnownGroup(
        members=frozenset(stored["members"]),
        at=stored["at"],
        age=ctx.clock.now_ms() - stored["at"],
        steady_age=_steady_ms(ctx) - stored["steady"],
    )


def find_group_refusal(ctx: Context, group: UserGroup) -> str | None:
    """Find why the chat did not tell of a group when it was asked last; None where it told, or was not asked."""
    stored = ctx.store.records(BUILTIN).get(KIND, group.id)
    return str(stored["refusal"]) if stored and stored["refusal"] else None


def list_named_groups(ctx: Context, rows: Iterable[RuleRow]) -> tuple[str, ...]:
    """List the user groups that these rows name."""
    words = [word for row in rows for word in (*row.ask, *row.approve, *row.from_each)]
    return tuple(name for name in ctx.deployment.rules.user_groups if name in words)


def refresh_user_groups(ctx: Context, names: Collection[str], *, share: float = AGEING) -> int:
    """Ask the chat about those of these groups whose answer is older than a share of its age limit.

    Outside of a unit of work. Returns the milliseconds after which trying again makes sense, 0 when all are known.
    """
    wait = 0
    for name in names:
        group = ctx.deployment.rules.user_groups[name]
        known = find_group(ctx, group)
        if known is not None and known.is_younger(group.max_age_ms * share):
            continue
        wait = max(wait, _ask(ctx, name, group))
    return wait


def _ask(ctx: Context, name: str, group: UserGroup) -> int:
    at, steady = ctx.clock.now_ms(), _steady_ms(ctx)
    try:
        members = ctx.chat.messenger.list_group_members(ctx.workspace.team, group.id)
    except DeliveryError as error:
        if find_group_refusal(ctx, group) != error.reason:
            log.warning(
                "Slack does not tell who is in %s: %s", name, error.reason, extra={"action": "group_lookup_failed"}
            )
            _note_refusal(ctx, group, error.reason)
        known = find_group(ctx, group)
        if known is not None and known.is_younger(group.max_age_ms):
            # What is known still counts.
            return 0
        return max(ASK_AGAIN_MS, round(error.seconds * 1000)) if isinstance(error, Busy) else ASK_AGAIN_MS
    _put(ctx, group, {"members": sorted(members), "at": at, "steady": steady, "refusal": None})
    return 0


def _note_refusal(ctx: Context, group: UserGroup, reason: str) -> None:
    stored = ctx.store.records(BUILTIN).get(KIND, group.id) or {"members": [], "at": None, "steady": 0}
    _put(ctx, group, {**stored, "refusal": reason})


def _put(ctx: Context, group: UserGroup, value: Mapping[str, Any]) -> None:
    with ctx.store.unit_of_work() as tx:
        tx.records(BUILTIN).put(KIND, group.id, value)


def _steady_ms(ctx: Context) -> int:
    return round(ctx.clock.monotonic() * 1000)


class UserGroupRefresher:
    """Renews what is known of all groups that the table names, before it is too old. One thread asks it."""

    PACE_SECONDS = 5.0
    """Between two looks. With a refusal of the chat it is as long as the chat asks for, at least."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._due = ctx.clock.monotonic()

    def run_once(self) -> bool:
        """Ask about the groups that are due."""
        ctx = self._ctx
        if ctx.workspace.team and ctx.clock.monotonic() >= self._due:
            wait = refresh_user_groups(ctx, tuple(ctx.deployment.rules.user_groups), share=RENEWED)
            self._due = ctx.clock.monotonic() + max(self.PACE_SECONDS, wait / 1000)
        return False
