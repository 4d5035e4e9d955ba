"""What becomes of a notice that did not get out: when it is tried again, and whether it ends."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.messages.notices import Announcement, AuditNotice, CardNotice, PrivateNotice, ThreadNotice
from bot.plugin import Clock
from bot.plugin.frozen import dataclass
from bot.store.repositories.outbox import Envelope
from bot.usecases.chat.channel_pace import backoff_ms
from bot.usecases.chat.delivery_errors import Broken, Busy, ChannelDead, DeliveryError, Impossible, Lost, Unchangeable

LONGEST_REFUSED_MS = 900_000
"""Somebody has to mend it, and whoever types or presses something that needs it has it tried at once."""
LONGEST_WAIT_MS = 120_000
"""Twice of that and more fits into the five minutes in which everything comes to rest once Slack answers again."""
LONGEST_AUDIT_WAIT_MS = 15_000
"""Approvals wait for their audit lines, and go stale within ten minutes."""
STEPS_ASIDE_AFTER = 3
"""Attempts after which a post lets later ones of its channel pass."""
ASIDE_LEAST_MS = 2_000
"""A post that steps aside waits at least so long: it is the oldest, and would take the next turn of its channel."""
BROKEN_AFTER = 8
"""Attempts after which an answer or a line is given up that our own code cannot say."""

LONGEST_MS: Mapping[type[DeliveryError], int] = {
    Busy: 0,
    Lost: LONGEST_WAIT_MS,
    ChannelDead: LONGEST_REFUSED_MS,
    Unchangeable: LONGEST_WAIT_MS,
    Impossible: LONGEST_AUDIT_WAIT_MS,
    Broken: LONGEST_WAIT_MS,
}
"""How long a notice waits at most before its next attempt."""
AUDIT_LONGEST_MS: Mapping[type[DeliveryError], int] = {**LONGEST_MS, Lost: LONGEST_AUDIT_WAIT_MS}
CHANNEL_WAITS = (Busy, Lost, ChannelDead)
"""Errors after which the whole channel rests and the notice keeps its turn, at first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedAttempt:
    """One attempt that failed. `others_pass` says that Slack took other messages since the attempts began to fail."""

    envelope: Envelope
    error: DeliveryError
    alone: bool = True
    """Whether it did not share its message."""
    others_pass: bool = False

    @property
    def is_post(self) -> bool:
        """Whether it goes into a channel, where the order counts."""
        return isinstance(self.envelope.notice, CardNotice | ThreadNotice | Announcement)


def keeps_turn(trouble: FailedAttempt) -> bool:
    """Whether a post stays the first of its channel, which rests meanwhile."""
    error, attempts = trouble.error, trouble.envelope.attempts
    if not trouble.is_post or not isinstance(error, CHANNEL_WAITS):
        return False
    aside = isinstance(error, ChannelDead) or (isinstance(error, Lost) and trouble.others_pass)
    return not (aside and attempts >= STEPS_ASIDE_AFTER)


def wait_ms(trouble: FailedAttempt, clock: Clock) -> int:
    """How long until the next attempt: as long as Slack says, else longer each time with jitter.

    A post that keeps its turn waits with its channel instead.
    """
    notice, error = trouble.envelope.notice, trouble.error
    if keeps_turn(trouble):
        return 0
    if isinstance(error, Busy):
        return round(error.seconds * 1_000)
    if isinstance(error, Impossible) and isinstance(notice, ThreadNotice):
        # It shared a message, and goes out by itself at once.
        return 0
    longest = AUDIT_LONGEST_MS if isinstance(notice, AuditNotice) else LONGEST_MS
    backoff = backoff_ms(clock, trouble.envelope.attempts, longest[type(error)])
    stepped_aside = trouble.is_post and isinstance(error, Lost | ChannelDead)
    return max(ASIDE_LEAST_MS, backoff) if stepped_aside else backoff


def is_final(trouble: FailedAttempt) -> bool:
    """Whether a notice is given up: its content is refused, or our own code cannot say it. An audit line never is."""
    match trouble.envelope.notice, trouble.error:
        case AuditNotice(), _:
            return False
        case _, Impossible():
            return trouble.alone
        case ((PrivateNotice() | ThreadNotice()), Broken()):
            return trouble.envelope.attempts >= BROKEN_AFTER
        case _:
            return False
