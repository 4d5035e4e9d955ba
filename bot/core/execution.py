"""How an execution ends, judged from what the calls proved and what is true afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.change import Status
from bot.core.mode import HOUSE
from bot.core.plans import ABSENT, differences
from bot.core.words import count
from bot.plugin import CallOutcome, CallVerdict, Observation, Plan

SETTLE_AFTER_MS = 75_000
"""A portal may work on a request for 60 s after we gave up on it; earlier reads prove nothing (safety.md M8)."""
READS_APART_MS = 5_000
"""Two agreeing reads decide, this far apart."""
ASK_PEOPLE_AFTER_MS = 900_000
"""What reading back has not decided in a quarter of an hour after the call, a person may decide."""
MOST_NOT_SENT = 5
"""Calls that were not sent are named up to here, then counted."""

INTERRUPTED = "b24bot was stopped while this ran, so nobody saw the portal's answer. It is being read back."
INTERRUPTED_BETWEEN = "b24bot was stopped before this was finished, with no call under way. It is being read back."
INTERRUPTED_BLIND = (
    "b24bot was stopped while this ran, so nobody saw the portal's answer, and nothing shows it when it is read back. "
    "Look on the portal yourself before you ask again."
)
INTERRUPTED_AT_HOME = "This was cut short before it was done. Nothing was changed."


class Proof(StrEnum):
    """What reading the target afterwards shows."""

    REACHED = "reached"
    UNCHANGED = "unchanged"
    PARTIAL = "partial"
    UNREAD = "unread"
    BLIND = "blind"
    """The plan names nothing that reading could show."""


class Answers(StrEnum):
    """What the answers to all calls of a plan prove together."""

    DONE = "done"
    SOME = "some"
    """Some calls were done, then one was not."""
    FAILED = "failed"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


def prove(plan: Plan, now: Observation | None) -> Proof:
    """Compare what is true now with what the plan wanted; None means it could not be read."""
    if not plan.provable:
        return Proof.BLIND
    if now is None:
        return Proof.UNREAD
    if all(now.get(label) == word for label, word in plan.wanted.items()):
        return Proof.REACHED
    if all(now.get(label) == plan.before.get(label) for label in plan.wanted):
        return Proof.UNCHANGED
    return Proof.PARTIAL


def answered(outcomes: Sequence[CallOutcome]) -> Answers:
    """What the calls together prove: one unknown makes all unknown; no outcome at all means that nothing was sent."""
    return _together([outcome.verdict for outcome in outcomes])


def _together(each: Sequence[CallVerdict]) -> Answers:
    verdicts = set(each)
    if CallVerdict.UNKNOWN in verdicts:
        return Answers.UNKNOWN
    if CallVerdict.DONE in verdicts:
        return Answers.DONE if verdicts == {CallVerdict.DONE} else Answers.SOME
    return Answers.FAILED if CallVerdict.FAILED in verdicts else Answers.NOT_SENT


_D, _S, _F, _N, _U = Answers

JUDGEMENT: Mapping[tuple[Answers, Proof], tuple[Status, str]] = {
    (_D, Proof.REACHED): (Status.DONE, "Done and verified by reading it back."),
    (_D, Proof.UNCHANGED): (Status.FAILED, "The portal said yes, but reading it back shows that nothing changed."),
    (_D, Proof.PARTIAL): (Status.FAILED, "The portal said yes, but only part of it happened."),
    (_D, Proof.UNREAD): (Status.UNKNOWN, "The portal said yes, but it could not be read back yet."),
    (_D, Proof.BLIND): (Status.DONE, "The portal says that it is done. Nothing shows it when it is read back."),
    (_S, Proof.REACHED): (Status.DONE, "Not every call was done, yet reading it back shows all that was wanted."),
    (_S, Proof.UNCHANGED): (Status.FAILED, "Not every call was done. Nothing changed; this was read back."),
    (_S, Proof.PARTIAL): (Status.FAILED, "Not every call was done, and only part of it happened."),
    (_S, Proof.UNREAD): (Status.UNKNOWN, "Not every call was done, and it could not be read back yet."),
    (_S, Proof.BLIND): (Status.FAILED, "Not every call was done. What was done stays."),
    (_F, Proof.REACHED): (Status.GONE, "The portal refused, and there is nothing left to do."),
    (_F, Proof.UNCHANGED): (Status.FAILED, "The portal refused. Nothing changed; this was read back."),
    (_F, Proof.PARTIAL): (Status.FAILED, "The portal refused, yet part of it happened."),
    (_F, Proof.UNREAD): (Status.UNKNOWN, "The portal refused, and it could not be read back yet."),
    (_F, Proof.BLIND): (Status.FAILED, "The portal refused."),
    (_N, Proof.REACHED): (Status.GONE, "Nothing was sent, and there is nothing left to do."),
    (_N, Proof.UNCHANGED): (Status.FAILED, "The call could not be sent. Nothing changed; this was read back."),
    (_N, Proof.PARTIAL): (Status.FAILED, "The call could not be sent; the portal changed by other means."),
    (_N, Proof.UNREAD): (Status.FAILED, "The call could not be sent."),
    (_N, Proof.BLIND): (Status.FAILED, "The call could not be sent."),
    (_U, Proof.REACHED): (Status.DONE, "The portal's answer was lost; reading it back shows that it is done."),
    (_U, Proof.UNCHANGED): (Status.UNKNOWN, "The portal's answer proves nothing, and no effect is to be seen yet."),
    (_U, Proof.PARTIAL): (Status.UNKNOWN, "The portal's answer proves nothing, and only part is to be seen yet."),
    (_U, Proof.UNREAD): (Status.UNKNOWN, "The portal's answer proves nothing, and it could not be read back yet."),
    (_U, Proof.BLIND): (
        Status.UNKNOWN,
        "The portal's answer proves nothing, and nothing shows it when it is read back. "
        "Look on the portal yourself before you ask again; it will not be sent a second time by itself.",
    ),
}
"""Every pair of what was answered and what is true, and the ending it makes."""

PLUGIN_FAILED = "plugin_failed"
"""The code of a call in which the plugin failed, instead of answering: it may have been sent."""

AFTER_A_FAULT: Mapping[Proof, str] = {
    Proof.REACHED: "The plugin failed in the call; reading it back shows that it is done.",
    Proof.UNCHANGED: "The plugin failed in the call, and no effect is to be seen yet.",
    Proof.PARTIAL: "The plugin failed in the call, and only a part of the change is to be seen yet.",
    Proof.UNREAD: "The plugin failed in the call, and it could not be read back yet.",
    Proof.BLIND: "The plugin failed in the call, and nothing shows whether it was sent. "
    "Look on the portal yourself before you ask again; it will not be sent a second time by itself.",
}
"""What stands instead of words about the portal's answer when it was the plugin that gave none."""

AT_HOME: Mapping[tuple[Answers, Proof], tuple[Status, str]] = {
    **{(_S, proof): (Status.FAILED, "Not every part was done. What was done stays.") for proof in Proof},
    **{(_F, proof): (Status.FAILED, "b24bot refused. Nothing was changed.") for proof in Proof},
    **{(_N, proof): (Status.FAILED, "It was not done.") for proof in Proof},
    (_D, Proof.REACHED): (Status.DONE, "Done and verified by reading it back."),
    (_D, Proof.UNCHANGED): (Status.DONE, "Done, and changed back by somebody since."),
    (_D, Proof.PARTIAL): (Status.DONE, "Done, and changed again by somebody since."),
    (_D, Proof.UNREAD): (Status.DONE, "Done."),
    (_D, Proof.BLIND): (Status.DONE, "Done."),
    (_F, Proof.REACHED): (Status.GONE, "b24bot refused, and there is nothing left to do."),
    (_N, Proof.REACHED): (Status.GONE, "It was not done, and there is nothing left to do."),
}
"""The same for the house: what it does is stored together with its answer, so the answer is the proof, and never lost.

What is seen afterwards may be the work of another hand.
"""

PARTLY = frozenset({(_D, Proof.PARTIAL), (_S, Proof.PARTIAL), (_S, Proof.BLIND), (_F, Proof.PARTIAL)})
"""The pairs that mean: a part was done, and another was not."""

SETTLED: Mapping[Proof, tuple[Status, str]] = {
    Proof.REACHED: (Status.DONE, "Read back: it is done, whatever the answer was."),
    Proof.UNCHANGED: (Status.FAILED, "Read back twice: nothing changed."),
    Proof.PARTIAL: (Status.FAILED, "Read back twice: only part of it happened."),
}
"""How an unknown outcome ends once reading it back decides. Without a row it does not: it waits to be read, or
for the word of a person who has looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A status, the sentence for the card, and lines of detail."""

    status: Status
    sentence: str
    details: tuple[str, ...] = ()
    partly: bool = False
    """Whether a part of it was done, and another was not."""
    found: Observation | None = None
    """What reading showed afterwards of all that was to differ; None when it was not read."""

    @property
    def outcome(self) -> str:
        return "\n".join([self.sentence, *(f"• {line}" for line in self.details)])


def judge(plan: Plan, outcomes: Sequence[CallOutcome], now: Observation | None, *, plugin: str = "") -> Ending:
    """The ending of an execution that has just been made and looked at."""
    proof = prove(plan, now)
    if not plan.calls:
        return _noted(proof)
    answers = answered(outcomes)
    status, sentence = (AT_HOME if plugin == HOUSE else JUDGEMENT)[answers, proof]
    if any(outcome.code == PLUGIN_FAILED for outcome in outcomes):
        sentence = AFTER_A_FAULT[proof]
    details = (*_words(outcomes), *_seen(plan, proof, now), *not_sent(plan, len(outcomes)))
    at_home = plugin == HOUSE and answers is Answers.SOME
    partly = status is Status.FAILED and (at_home or (answers, proof) in PARTLY)
    return Ending(status=status, sentence=sentence, details=details, partly=partly, found=_found(plan, now))


def _found(plan: Plan, now: Observation | None) -> Observation | None:
    """What is true now of what the plan wanted to differ."""
    return None if now is None else {label: now[label] for label in plan.wanted if label in now}


def interrupted(plan: Plan, verdicts: Sequence[CallVerdict | None], *, plugin: str = "") -> Ending:
    """What stands of an execution that nobody finishes: `verdicts` of the calls that were intended, None unanswered.

    What reading could show is read back. What it could not is known all the same when every answer came. The house has
    done what it answered, and nothing else.
    """
    details = (*_stood(plan, verdicts), *not_sent(plan, len(verdicts)))
    answers = [verdict for verdict in verdicts if verdict is not None and verdict is not CallVerdict.UNKNOWN]
    whole = len(answers) == len(verdicts)
    if plugin == HOUSE:
        row = AT_HOME[_so_far(plan, answers), Proof.BLIND] if answers else (Status.FAILED, INTERRUPTED_AT_HOME)
        return Ending(status=row[0], sentence=row[1], details=details)
    if plan.provable:
        sentence = INTERRUPTED_BETWEEN if whole else INTERRUPTED
        return Ending(status=Status.UNKNOWN, sentence=sentence, details=details)
    if not whole:
        return Ending(status=Status.UNKNOWN, sentence=INTERRUPTED_BLIND, details=details)
    if not plan.calls:
        return _noted(Proof.BLIND)
    so_far = _so_far(plan, answers)
    status, sentence = JUDGEMENT[so_far, Proof.BLIND]
    return Ending(status=status, sentence=sentence, details=details, partly=(so_far, Proof.BLIND) in PARTLY)


def _so_far(plan: Plan, answers: Sequence[CallVerdict]) -> Answers:
    together = _together(answers)
    return Answers.SOME if together is Answers.DONE and len(answers) < len(plan.calls) else together


_STOOD: Mapping[CallVerdict | None, str] = {
    CallVerdict.DONE: "Done",
    CallVerdict.FAILED: "Refused",
    CallVerdict.NOT_SENT: "Not sent",
    CallVerdict.UNKNOWN: "Perhaps done",
    None: "Perhaps done",
}


def _stood(plan: Plan, verdicts: Sequence[CallVerdict | None]) -> list[str]:
    """A line for each call that was intended, where there are several."""
    if len(plan.calls) < 2:
        return []
    return [f"{_STOOD[verdict]}: {call.note}" for call, verdict in zip(plan.calls, verdicts, strict=False)]


def not_sent(plan: Plan, intended: int) -> tuple[str, ...]:
    """Lines about the calls after the first `intended` of a plan with several: not sent, and never to be."""
    left = plan.calls[intended:] if len(plan.calls) > 1 else ()
    named = tuple(f"Not sent: {call.note}" for call in left[:MOST_NOT_SENT])
    more = len(left) - len(named)
    return (*named, f"Not sent: {count(more, 'more call')}.") if more else named


def _noted(proof: Proof) -> Ending:
    """The ending of a plan that only makes the plugin remember what is there: nothing is sent for it."""
    if proof in (Proof.REACHED, Proof.BLIND):
        return Ending(status=Status.DONE, sentence="Done. Nothing had to be sent to the portal.")
    return Ending(
        status=Status.FAILED, sentence="Nothing was done: what this was planned from could not be read again as it was."
    )


def settle(plan: Plan, now: Observation | None, *, agrees: bool, intended: int | None = None) -> Ending | None:
    """The ending of an unknown outcome, or None while it cannot be decided.

    `agrees` says that an earlier read, far enough back, showed the same. What was wanted and is seen needs no second
    read: a late or cached answer could only show the state before. `intended`: how many calls were begun, if not all.
    """
    proof = prove(plan, now)
    if proof not in SETTLED or not (agrees or proof is Proof.REACHED):
        return None
    status, sentence = SETTLED[proof]
    unsent = () if intended is None or proof is Proof.REACHED else not_sent(plan, intended)
    details, partly = (*_seen(plan, proof, now), *unsent), proof is Proof.PARTIAL
    return Ending(status=status, sentence=sentence, details=details, partly=partly, found=_found(plan, now))


def _words(outcomes: Sequence[CallOutcome]) -> list[str]:
    bad = [outcome for outcome in outcomes if outcome.verdict is not CallVerdict.DONE]
    return [_with_code(outcome.sentence, outcome.code) for outcome in bad]


def _with_code(sentence: str, code: str) -> str:
    """The sentence with the code, once: many plugins say it in their sentence."""
    return sentence if not code or code in sentence else f"{sentence} ({code})"


def _seen(plan: Plan, proof: Proof, now: Observation | None) -> list[str]:
    if proof not in (Proof.REACHED, Proof.PARTIAL) or now is None:
        return []
    before = {label: plan.before.get(label, ABSENT) for label in plan.wanted}
    return list(differences(before, {label: now.get(label, ABSENT) for label in plan.wanted}))
