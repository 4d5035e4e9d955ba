"""Checks of what waits to be said: audit lines, notices that Slack refuses, direct messages."""

from __future__ import annotations

from bot.checks.check import Environment, Note, join_sentences
from bot.plugin import Channel, Message, Refusal
from bot.slack.refusals import find_refusal
from bot.usecases.delivery.answers import DIRECT
from bot.usecases.delivery.dead_letters import list_blocked_notices
from bot.usecases.integrity.audit_gate import SLOW_MS


def check_audit_lines(environment: Environment) -> Message | Note:
    """Look whether the audit channel took its last line, and whether one waits."""
    channel, store = environment.settings.require("B24BOT_AUDIT_CHANNEL"), environment.store_if_any
    health = store.outbox.channel(channel) if store is not None else None
    if health is not None and not health.working:
        found = find_refusal(health.reason)
        raise Refusal(
            Message("check.audit_lines.refused", channel=Channel(channel=channel), cause=found.described),
            hint=found.remedy or Message("check.audit_lines.tried_again"),
        )
    waited = (store.outbox.longest_wait("audit") if store is not None else None) or 0
    if waited > SLOW_MS:
        return Note(
            says=Message("check.audit_lines.waiting", count=waited // 60_000),
            hint=Message("check.audit_lines.start_bot"),
        )
    return Message("check.audit_lines.taken") if health is not None else Message("check.audit_lines.channel_set")


def check_outbox(environment: Environment) -> Message | Note:
    """Look for notices that Slack refuses."""
    blocked = list_blocked_notices(environment.store, find_refusal)
    if not blocked:
        return Message("check.outbox.nothing_refused")
    says = join_sentences(one.says for one in blocked)
    hint = join_sentences([*dict.fromkeys(one.refusal.remedy for one in blocked), Message("check.outbox.list")])
    if any(one.posts for one in blocked):
        raise Refusal(says, hint=hint)
    return Note(says=says, hint=hint)


def check_direct_messages(environment: Environment) -> Message | Note:
    """Look whether the last direct message reached its person."""
    health = environment.store.outbox.channel(DIRECT)
    if health is None:
        return Message("check.direct_messages.none_yet")
    if health.working:
        return Message("check.direct_messages.delivered")
    found = find_refusal(health.reason)
    return Note(says=Message("check.direct_messages.refused", cause=found.described), hint=found.remedy)


def check_set_aside(environment: Environment) -> Message | Note:
    """Look for deliveries that were set aside."""
    aside = environment.store.jobs.aside()
    if not aside:
        return Message("check.set_aside.nothing")
    return Note(says=Message("check.set_aside.deliveries", count=aside), hint=Message("check.set_aside.find"))
