"""Checks of what waits to be said: audit lines, notices that Slack refuses, direct messages."""

from __future__ import annotations

from bot.checks.check import Environment, Note
from bot.core.text import plural
from bot.language.translation import translate
from bot.plugin import Refusal
from bot.slack.refusals import find_refusal
from bot.usecases.delivery.answers import DIRECT
from bot.usecases.delivery.dead_letters import list_blocked_notices
from bot.usecases.integrity.audit_gate import SLOW_MS


def check_audit_lines(environment: Environment) -> str | Note:
    """Look whether the audit channel took its last line, and whether one waits."""
    channel, store = environment.settings.require("B24BOT_AUDIT_CHANNEL"), environment.store_if_any
    health = store.outbox.channel(channel) if store is not None else None
    if health is not None and not health.working:
        found = find_refusal(health.reason)
        cause = translate(found.described)
        raise Refusal(
            f"The audit channel {channel} does not take messages: {cause}. Nothing dangerous runs.",
            hint=translate(found.remedy) or "It is tried again by itself.",
        )
    waited = (store.outbox.longest_wait("audit") if store is not None else None) or 0
    if waited > SLOW_MS:
        return Note(
            says=f"A line for the audit channel has waited for {plural(waited // 60_000, 'minute')}.",
            hint="A bot that runs posts it: look whether one runs.",
        )
    return "the audit channel took its last line" if health is not None else "an audit channel is set"


def check_outbox(environment: Environment) -> str | Note:
    """Look for notices that Slack refuses."""
    blocked = list_blocked_notices(environment.store, find_refusal)
    if not blocked:
        return "nothing waits that Slack has refused"
    says = f"{' '.join(translate(one.says) for one in blocked)}"
    remedies = dict.fromkeys(one.refusal.remedy for one in blocked)
    hint = " ".join([*(translate(remedy) for remedy in remedies if remedy), "Each of them: b24bot outbox list"])
    if any(one.posts for one in blocked):
        raise Refusal(says, hint=hint)
    return Note(says=says, hint=hint)


def check_direct_messages(environment: Environment) -> str | Note:
    """Look whether the last direct message reached its person."""
    health = environment.store.outbox.channel(DIRECT)
    if health is None:
        return "none was needed yet"
    if health.working:
        return "the last one reached its person"
    found = find_refusal(health.reason)
    says = (
        f"Nobody gets direct messages of the bot: {translate(found.described)}. They are told in the approval channel."
    )
    return Note(says=says, hint=translate(found.remedy))


def check_set_aside(environment: Environment) -> str | Note:
    """Look for deliveries that were set aside."""
    aside = environment.store.jobs.aside()
    if not aside:
        return "nothing was set aside"
    says = f"{plural(aside, 'delivery was', 'deliveries were')} set aside: b24bot stopped at each of them repeatedly."
    return Note(
        says=says, hint="b24bot audit find --tag inbound:delivery:quarantined names them; report what they were."
    )
