"""How an execution ends, judged from what the calls proved and what is true afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from bot.core.change.change_request import Repeat, Status
from bot.core.change.effects import compare_effects
from bot.core.change.plans import ABSENT, differences
from bot.core.text import plural
from bot.plugin import CallOutcome, CallVerdict, Observation, Plan
from bot.plugin.frozen import dataclass

READS_APART_MS = 5_000
"""Two agreeing reads decide, this far apart."""
MOST_NOT_SENT = 5
"""Calls that were not sent are named up to here, then counted."""

INTERRUPTED = "b24bot was stopped while this ran, so nobody saw the portal's answer. It is being read back."
INTERRUPTED_BETWEEN = "b24bot was stopped before this was finished, with no call under way. It is being read back."
INTERRUPTED_BLIND = (
    "b24bot was stopped while this ran, so nobody saw the portal's answer, and nothing shows it when it is read back. "
    "Look on the portal yourself before you ask again."
)
INTERRUPTED_BUILTIN = "This was cut short before it was done. Nothing was changed."


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


def prove_outcome(plan: Plan, now: Observation | None) -> Proof:
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


def combine_answers(outcomes: Sequence[CallOutcome]) -> Answers:
    """What the calls together prove: one unknown makes all unknown; no outcome at all means that nothing was sent."""
    return _combine([outcome.verdict for outcome in outcomes])


def _combine(each: Sequence[CallVerdict]) -> Answers:
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
"""What stands instead of words about the place's answer when it was the plugin that gave none."""

BUILTIN_OUTCOME: Mapping[tuple[Answers, Proof], tuple[Status, str]] = {
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
"""The same for built-in calls: each is stored with its answer, so the answer is the proof, and never lost.

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
SETTLED_AFTER_A_FAULT: Mapping[Proof, str] = {
    Proof.REACHED: AFTER_A_FAULT[Proof.REACHED],
    Proof.UNCHANGED: "The plugin failed in the call. Read back twice: nothing changed.",
    Proof.PARTIAL: "The plugin failed in the call. Read back twice: only part of it happened.",
}
"""What stands instead when the plugin failed in a call: that is the reason, also once the outcome is settled."""


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
    repeat: Repeat = Repeat.MAY_DIFFER
    read_fault: str = ""
    """The fault of the plugin, as a sentence, that keeps it from being read."""
    happened: tuple[str, ...] = ()
    """Where a part was done: what was, a line each."""
    missing: tuple[str, ...] = ()
    """Where a part was done: what was not."""

    @property
    def outcome(self) -> str:
        return "\n".join([self.sentence, *(f"• {line}" for line in self.details)])


def judge_execution(
    plan: Plan, outcomes: Sequence[CallOutcome], now: Observation | None, *, local: bool = False
) -> Ending:
    """The ending of an execution just made and looked at; `local` where each call was a transaction here."""
    proof = prove_outcome(plan, now)
    if not plan.calls:
        return _judge_note(proof)
    answers = combine_answers(outcomes)
    status, sentence = (BUILTIN_OUTCOME if local else JUDGEMENT)[answers, proof]
    if any(outcome.code == PLUGIN_FAILED for outcome in outcomes):
        sentence = AFTER_A_FAULT[proof]
    at_home = local and answers is Answers.SOME
    partly = status is Status.FAILED and (at_home or (answers, proof) in PARTLY)
    happened, missing = _parts(plan, [outcome.verdict for outcome in outcomes], now) if partly else ((), ())
    unseen = _call_lines("Done", happened) if proof is not Proof.PARTIAL else ()
    return Ending(
        status=status,
        sentence=sentence,
        details=(
            *unseen,
            *_words(outcomes),
            *_observed_lines(plan, proof, now),
            *describe_unsent_calls(plan, len(outcomes)),
        ),
        partly=partly,
        found=_observed_targets(plan, now),
        repeat=_repeat(plan, outcomes, proof),
        happened=happened,
        missing=missing,
    )


def _repeat(plan: Plan, outcomes: Sequence[CallOutcome | None], proof: Proof) -> Repeat:
    """What asking for the same again would come to. Where a single call has done a part, it was carried out."""
    given = [outcome for outcome in outcomes if outcome is not None]
    refused = any(outcome.verdict in (CallVerdict.FAILED, CallVerdict.NOT_SENT) for outcome in given)
    done = len(given) == len(plan.calls) and combine_answers(given) is Answers.DONE
    if done and proof in (Proof.UNCHANGED, Proof.PARTIAL):
        return Repeat.SAME
    if proof is Proof.PARTIAL and len(plan.calls) == 1 and not refused:
        return Repeat.SAME
    mending = any(outcome.verdict is CallVerdict.FAILED or outcome.code == PLUGIN_FAILED for outcome in given)
    return Repeat.AFTER_MENDING if mending else Repeat.MAY_DIFFER


def _parts(
    plan: Plan, verdicts: Sequence[CallVerdict | None], now: Observation | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What happened and what did not: by what was read, else by what was answered."""
    if now is not None and plan.provable:
        return tuple(_remaining_differences(plan, now)), compare_effects(plan, now).unchanged
    done = [index for index, verdict in enumerate(verdicts) if verdict is CallVerdict.DONE]
    return (
        tuple(plan.calls[index].note for index in done),
        tuple(call.note for index, call in enumerate(plan.calls) if index not in done),
    )


def _observed_targets(plan: Plan, now: Observation | None) -> Observation | None:
    """What is true now of what the plan wanted to differ."""
    return None if now is None else {label: now[label] for label in plan.wanted if label in now}


def judge_interruption(plan: Plan, verdicts: Sequence[CallVerdict | None], *, local: bool = False) -> Ending:
    """What stands of an execution that nobody finishes: `verdicts` of the calls that were intended, None unanswered.

    What reading could show is read back. What it could not is known all the same when every answer came. Where each
    call was a transaction here, that was done which was answered, and nothing else.
    """
    details = (*_describe_intended_calls(plan, verdicts), *describe_unsent_calls(plan, len(verdicts)))
    answers = [verdict for verdict in verdicts if verdict is not None and verdict is not CallVerdict.UNKNOWN]
    whole = len(answers) == len(verdicts)
    if local:
        if not answers:
            return Ending(status=Status.FAILED, sentence=INTERRUPTED_BUILTIN, details=details)
        so_far = _answers_so_far(plan, answers)
        return _judge_known(
            plan, verdicts, BUILTIN_OUTCOME[so_far, Proof.BLIND], details, partly=so_far is Answers.SOME
        )
    if plan.provable:
        sentence = INTERRUPTED_BETWEEN if whole else INTERRUPTED
        return Ending(status=Status.UNKNOWN, sentence=sentence, details=details)
    if not whole:
        return Ending(status=Status.UNKNOWN, sentence=INTERRUPTED_BLIND, details=details)
    if not plan.calls:
        return _judge_note(Proof.BLIND)
    so_far = _answers_so_far(plan, answers)
    row = JUDGEMENT[so_far, Proof.BLIND]
    return _judge_known(plan, verdicts, row, details, partly=(so_far, Proof.BLIND) in PARTLY)


def _judge_known(
    plan: Plan,
    verdicts: Sequence[CallVerdict | None],
    row: tuple[Status, str],
    details: tuple[str, ...],
    *,
    partly: bool,
) -> Ending:
    """The ending of what was interrupted and is known by its answers."""
    happened, missing = _parts(plan, verdicts, None) if partly else ((), ())
    return Ending(status=row[0], sentence=row[1], details=details, partly=partly, happened=happened, missing=missing)


def _answers_so_far(plan: Plan, answers: Sequence[CallVerdict]) -> Answers:
    together = _combine(answers)
    return Answers.SOME if together is Answers.DONE and len(answers) < len(plan.calls) else together


_INTENDED_CALL: Mapping[CallVerdict | None, str] = {
    CallVerdict.DONE: "Done",
    CallVerdict.FAILED: "Refused",
    CallVerdict.NOT_SENT: "Not sent",
    CallVerdict.UNKNOWN: "Perhaps done",
    None: "Perhaps done",
}


def _describe_intended_calls(plan: Plan, verdicts: Sequence[CallVerdict | None]) -> list[str]:
    """A line for each call that was intended, where there are several."""
    if len(plan.calls) < 2:
        return []
    return [f"{_INTENDED_CALL[verdict]}: {call.note}" for call, verdict in zip(plan.calls, verdicts, strict=False)]


def describe_unsent_calls(plan: Plan, intended: int) -> tuple[str, ...]:
    """Lines about the calls after the first `intended` of a plan with several: not sent, and never to be."""
    left = plan.calls[intended:] if len(plan.calls) > 1 else ()
    return _call_lines("Not sent", [call.note for call in left])


def _call_lines(word: str, notes: Sequence[str]) -> tuple[str, ...]:
    """A line for each call, as many as `MOST_NOT_SENT`, then how many more there are."""
    named = tuple(f"{word}: {note}" for note in notes[:MOST_NOT_SENT])
    more = len(notes) - len(named)
    return (*named, f"{word}: {plural(more, 'more call')}.") if more else named


def _judge_note(proof: Proof) -> Ending:
    """The ending of a plan that only makes the plugin remember what is there: nothing is sent for it."""
    if proof in (Proof.REACHED, Proof.BLIND):
        return Ending(status=Status.DONE, sentence="Done. Nothing had to be sent to the portal.")
    return Ending(
        status=Status.FAILED, sentence="Nothing was done: what this was planned from could not be read again as it was."
    )


def judge_settlement(
    plan: Plan, now: Observation | None, *, agrees: bool, outcomes: Sequence[CallOutcome | None] | None = None
) -> Ending | None:
    """The ending of an unknown outcome, or None while it cannot be decided.

    `agrees` says that an earlier read, far enough back, showed the same. What was wanted and is seen needs no second
    read: a late or cached answer could only show the state before. `outcomes` are those of the calls that were begun,
    None for one without an answer; without them all calls count as begun.
    """
    proof = prove_outcome(plan, now)
    if proof not in SETTLED or not (agrees or proof is Proof.REACHED):
        return None
    status, sentence = SETTLED[proof]
    outcomes = [None] * len(plan.calls) if outcomes is None else outcomes
    faults = plugin_faults(outcomes)
    if faults:
        sentence = SETTLED_AFTER_A_FAULT[proof]
    unsent = () if proof is Proof.REACHED else describe_unsent_calls(plan, len(outcomes))
    partly = proof is Proof.PARTIAL
    happened, missing = _parts(plan, (), now) if partly else ((), ())
    return Ending(
        status=status,
        sentence=sentence,
        details=(*faults, *_observed_lines(plan, proof, now), *unsent),
        partly=partly,
        found=_observed_targets(plan, now),
        repeat=_repeat(plan, outcomes, proof),
        happened=happened,
        missing=missing,
    )


def plugin_faults(outcomes: Sequence[CallOutcome | None]) -> tuple[str, ...]:
    """The faults of the plugin among the answers to calls, as sentences that name it."""
    return tuple(outcome.sentence for outcome in outcomes if outcome is not None and outcome.code == PLUGIN_FAILED)


def _words(outcomes: Sequence[CallOutcome]) -> list[str]:
    bad = [outcome for outcome in outcomes if outcome.verdict is not CallVerdict.DONE]
    return [_with_code(outcome.sentence, outcome.code) for outcome in bad]


def _with_code(sentence: str, code: str) -> str:
    """The sentence with the code, once: many plugins say it in their sentence."""
    return sentence if not code or code in sentence else f"{sentence} ({code})"


def _observed_lines(plan: Plan, proof: Proof, now: Observation | None) -> list[str]:
    return _remaining_differences(plan, now) if proof in (Proof.REACHED, Proof.PARTIAL) and now is not None else []


def _remaining_differences(plan: Plan, now: Observation) -> list[str]:
    """What is another than before, of all that was to differ: a line each."""
    before = {label: plan.before.get(label, ABSENT) for label in plan.wanted}
    return list(differences(before, {label: now.get(label, ABSENT) for label in plan.wanted}))
