"""No audit copy, no call: whether the audit channel takes what is to be recorded, and soon enough."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from bot.core.audit.audit_record import Tag
from bot.core.authority.limits import Limit, Mode
from bot.core.change.change_request import ChangeRequest
from bot.core.messages.notices import Mood
from bot.core.principals import Role
from bot.plugin import Channel, Message, Reply, Text
from bot.store.store import Transaction, audit_key
from bot.usecases.context import Context, log
from bot.usecases.notices.change_entries import attesting_tags
from bot.usecases.notices.notifications import notify_person

TAKES_LINES = Message("limit.until.audit_channel")
SLOW_MS = 300_000
"""How old a line that is not in the audit channel may get before somebody is told."""
LASTS_SECONDS = 10.0
"""How long a trouble has to last before somebody is told: after a night off, or a clock put forward, the first line is
old before anybody could send it."""


class Gate(StrEnum):
    """Whether the audit channel has the line that a change request waits for."""

    OPEN = "open"
    WAIT = "wait"


def find_audit_channel_limit(ctx: Context) -> Limit | None:
    """Why the audit channel cannot be relied on: it is not set, is dead, or lags too far behind."""
    why = _dead(ctx) or _behind(ctx, ctx.deployment.audit_lag_ms)
    return None if why is None else Limit(name="audit-channel", mode=Mode.NO_DANGER, why=why, until=TAKES_LINES)


def _dead(ctx: Context) -> Message | None:
    channel = ctx.chat.channels.audit
    if not channel:
        return Message("limit.audit_unset")
    health = ctx.store.outbox.channel(channel)
    if health is None or health.working:
        return None
    why = ctx.chat.messenger.find_refusal(health.reason)
    where, cause = Channel(channel=channel), why.described
    if why.remedy:
        return Message("limit.audit_dead", channel=where, cause=cause, remedy=why.remedy)
    return Message("limit.audit_silent", channel=where, cause=cause)


def _behind(ctx: Context, most: int) -> Message | None:
    lag = ctx.store.outbox.longest_wait("audit") or 0
    if lag <= most:
        return None
    return Message("limit.audit_behind", channel=Channel(channel=ctx.chat.channels.audit), count=lag // 60_000)


def try_audit_again(ctx: Context) -> None:
    """Make what waits for another try due now: somebody is here who would know that the channel is mended."""
    with ctx.store.unit_of_work() as tx:
        tx.outbox.hurry("audit")
    ctx.threads.wake()


def awaited_line(ctx: Context, change: ChangeRequest) -> int | None:
    """The number of the record whose line a change request waits for: its last approval, or its confirmation."""
    tags = attesting_tags(change)
    records = [found for tag in tags for found in ctx.store.audit.find(subject=change.id, tag=tag, limit=1)]
    return records[0].seq if records else None


def is_awaited_line_sent(ctx: Context, change: ChangeRequest) -> bool:
    """Whether the audit channel has the line that a change request waits for."""
    line = awaited_line(ctx, change)
    return line is not None and ctx.store.outbox.state_of(audit_key(line)) == "sent"


def audit_gate(ctx: Context, change: ChangeRequest) -> Gate | Limit:
    """Whether the approval or confirmation of this change request stands in the audit channel yet.

    Returns the limit where that channel cannot be relied on.

    Waiting for that line also proves, right before the call, that the channel works.
    """
    if is_awaited_line_sent(ctx, change):
        return Gate.OPEN
    limit = find_audit_channel_limit(ctx)
    if limit is None:
        return Gate.WAIT
    try_audit_again(ctx)
    return limit


def hasten_awaited(tx: Transaction, change: ChangeRequest) -> None:
    """Let the lines that an approved change request waits for go before all others.

    The line about a break-glass change is written before the one about its confirmation, and goes before it.
    """
    for tag in (Tag.APPROVAL_BYPASSED, *attesting_tags(change)):
        for record in tx.audit.find(subject=change.id, tag=tag):
            tx.outbox.hasten(audit_key(record.seq))


class Watch:
    """Tells the log, and the admins once Slack has said where they are, of a trouble that lasts: once each time.

    In a message of their own: the channel where they would read it may be the one in trouble. `action` marks the line
    in the log; without it another one writes that line.
    """

    def __init__(
        self, ctx: Context, *, find: Callable[[Context], Message | None], hint: Text, action: str = ""
    ) -> None:
        self._ctx = ctx
        self._find = find
        self._action = action
        self._hint = hint
        self._logged = self._told = False
        self._since: float | None = None

    def tells(self) -> bool:
        """Whether the admins can be told now."""
        return bool(self._ctx.workspace.team)

    def run_once(self) -> None:
        trouble = self._find(self._ctx)
        if not self._lasts(trouble is not None):
            trouble = None
        if trouble is not None and self._action and not self._logged:
            log.warning("%s", trouble, extra={"action": self._action})
        self._logged = trouble is not None
        if trouble is not None and not self._told and self.tells():
            self._tell_admins(trouble)
            self._told = True
        self._told = self._told and trouble is not None

    def _lasts(self, trouble: bool) -> bool:
        now = self._ctx.clock.monotonic()
        if not trouble:
            self._since = None
        elif self._since is None:
            self._since = now
        return self._since is not None and now - self._since >= LASTS_SECONDS

    def _tell_admins(self, trouble: Message) -> None:
        ctx = self._ctx
        with ctx.store.unit_of_work() as tx:
            for grant in tx.grants.all():
                if grant.role is Role.ADMIN and grant.principal.team == ctx.workspace.team:
                    notify_person(
                        tx, ctx, grant.principal, "", Reply(title=trouble, notes=(self._hint,)), mood=Mood.TROUBLE
                    )


class LagWatch(Watch):
    """That the audit channel is dead or lags behind; that none is set is in the log alone."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx, find=_slow, action="audit_lags", hint=Message("limit.audit_hint"))

    def tells(self) -> bool:
        return super().tells() and bool(self._ctx.chat.channels.audit)


def _slow(ctx: Context) -> Message | None:
    return _dead(ctx) or _behind(ctx, min(SLOW_MS, ctx.deployment.audit_lag_ms))
