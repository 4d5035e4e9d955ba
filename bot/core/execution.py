"""How an execution ends, judged from what the calls proved and what is true afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.change import Status
from bot.core.plans import ABSENT, differences
from bot.plugin import CallOutcome, CallVerdict, Observation, Plan

SETTLE_AFTER_MS = 75_000
"""A portal may work on a request for 60 s after we gave up on it; earlier reads prove nothing (safety.md M8)."""
READS_APART_MS = 5_000
"""Two agreeing reads decide, this far apart."""


class Proof(StrEnum):
    """What reading the target afterwards shows."""

    REACHED = "reached"
    UNCHANGED = "unchanged"
    PARTIAL = "partial"
    UNREAD = "unread"


def prove(plan: Plan, now: Observation | None) -> Proof:
    """Compare what is true now with what the plan wanted; None means it could not be read."""
    if now is None:
        return Proof.UNREAD
    if all(now.get(label) == word for label, word in plan.wanted.items()):
        return Proof.REACHED
    if all(now.get(label) == plan.before.get(label) for label in plan.wanted):
        return Proof.UNCHANGED
    return Proof.PARTIAL


def answered(outcomes: Sequence[CallOutcome]) -> CallVerdict:
    """What the calls together prove: one unknown makes all unknown, one failure makes all failed."""
    verdicts = {outcome.verdict for outcome in outcomes}
    for verdict in (CallVerdict.UNKNOWN, CallVerdict.FAILED, CallVerdict.NOT_SENT):
        if verdict in verdicts:
            return verdict
    return CallVerdict.DONE


_D, _F, _N, _U = CallVerdict.DONE, CallVerdict.FAILED, CallVerdict.NOT_SENT, CallVerdict.UNKNOWN

JUDGEMENT: Mapping[tuple[CallVerdict, Proof], tuple[Status, str]] = {
    (_D, Proof.REACHED): (Status.DONE, "Done and verified by reading it back."),
    (_D, Proof.UNCHANGED): (Status.FAILED, "The portal said yes, but reading it back shows that nothing changed."),
    (_D, Proof.PARTIAL): (Status.FAILED, "The portal said yes, but only part of it happened."),
    (_D, Proof.UNREAD): (Status.UNKNOWN, "The portal said yes, but it could not be read back yet."),
    (_F, Proof.REACHED): (Status.GONE, "The portal refused, and there is nothing left to do."),
    (_F, Proof.UNCHANGED): (Status.FAILED, "The portal refused. Nothing changed; this was read back."),
    (_F, Proof.PARTIAL): (Status.FAILED, "The portal refused, yet part of it happened."),
    (_F, Proof.UNREAD): (Status.UNKNOWN, "The portal refused, and it could not be read back yet."),
    (_N, Proof.REACHED): (Status.GONE, "Nothing was sent, and there is nothing left to do."),
    (_N, Proof.UNCHANGED): (Status.FAILED, "The call could not be sent. Nothing changed; this was read back."),
    (_N, Proof.PARTIAL): (Status.FAILED, "The call could not be sent; the portal changed by other means."),
    (_N, Proof.UNREAD): (Status.FAILED, "The call could not be sent."),
    (_U, Proof.REACHED): (Status.DONE, "The portal's answer was lost; reading it back shows that it is done."),
    (_U, Proof.UNCHANGED): (Status.UNKNOWN, "The portal's answer proves nothing, and no effect is to be seen yet."),
    (_U, Proof.PARTIAL): (Status.UNKNOWN, "The portal's answer proves nothing, and only part is to be seen yet."),
    (_U, Proof.UNREAD): (Status.UNKNOWN, "The portal's answer proves nothing, and it could not be read back yet."),
}
"""Every pair of what was answered and what is true, and the ending it makes."""

SETTLED: Mapping[Proof, tuple[Status, str]] = {
    Proof.REACHED: (Status.DONE, "Read back: it is done. The portal's own answer was lost."),
    Proof.UNCHANGED: (Status.FAILED, "Read back twice: nothing changed on the portal."),
    Proof.PARTIAL: (Status.FAILED, "Read back twice: only part of it happened."),
}
"""How an unknown outcome ends once reading it back decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A status, the sentence for the card, and lines of detail."""

    status: Status
    sentence: str
    details: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        return "\n".join([self.sentence, *(f"• {line}" for line in self.details)])


def judge(plan: Plan, outcomes: Sequence[CallOutcome], now: Observation | None) -> Ending:
    """The ending of an execution that has just been made and looked at."""
    proof = prove(plan, now)
    status, sentence = JUDGEMENT[answered(outcomes), proof]
    return Ending(status=status, sentence=sentence, details=(*_words(outcomes), *_seen(plan, proof, now)))


def settle(plan: Plan, now: Observation | None, *, agrees: bool) -> Ending | None:
    """The ending of an unknown outcome, or None while it cannot be decided.

    `agrees` says that an earlier read, far enough back, showed the same. What was wanted and is seen needs no second
    read: a late or cached answer could only show the state before.
    """
    proof = prove(plan, now)
    if proof is Proof.UNREAD or not (agrees or proof is Proof.REACHED):
        return None
    status, sentence = SETTLED[proof]
    return Ending(status=status, sentence=sentence, details=tuple(_seen(plan, proof, now)))


def _words(outcomes: Sequence[CallOutcome]) -> list[str]:
    bad = [outcome for outcome in outcomes if outcome.verdict is not CallVerdict.DONE]
    return [f"{outcome.sentence} ({outcome.code})" if outcome.code else outcome.sentence for outcome in bad]


def _seen(plan: Plan, proof: Proof, now: Observation | None) -> list[str]:
    if proof not in (Proof.REACHED, Proof.PARTIAL) or now is None:
        return []
    before = {label: plan.before.get(label, ABSENT) for label in plan.wanted}
    return list(differences(before, {label: now.get(label, ABSENT) for label in plan.wanted}))
