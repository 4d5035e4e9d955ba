"""How an execution ends, judged from what the calls proved and what is true afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from bot.core.change.answer_lines import describe_answers
from bot.core.change.change_request import Repeat, Status
from bot.core.change.drift import differences
from bot.core.change.effects import compare_effects
from bot.core.change.plans import ABSENT
from bot.core.joined_sentences import list_below
from bot.plugin import CallOutcome, CallVerdict, Message, Observation, Plan, Text
from bot.plugin.frozen import dataclass

READS_APART_MS = 5_000
"""Two agreeing reads decide, this far apart."""
MOST_NOT_SENT = 5
"""Calls that were not sent are named up to here, then counted."""

INTERRUPTED = Message("outcome.interrupted")
INTERRUPTED_BETWEEN = Message("outcome.interrupted_between")
INTERRUPTED_BLIND = Message("outcome.interrupted_blind")
INTERRUPTED_BUILTIN = Message("outcome.interrupted_builtin")


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

JUDGEMENT: Mapping[tuple[Answers, Proof], tuple[Status, Message]] = {
    (_D, Proof.REACHED): (Status.DONE, Message("outcome.verified")),
    (_D, Proof.UNCHANGED): (Status.FAILED, Message("outcome.accepted_unchanged")),
    (_D, Proof.PARTIAL): (Status.FAILED, Message("outcome.accepted_partly")),
    (_D, Proof.UNREAD): (Status.UNKNOWN, Message("outcome.accepted_unread")),
    (_D, Proof.BLIND): (Status.DONE, Message("outcome.accepted_blind")),
    (_S, Proof.REACHED): (Status.DONE, Message("outcome.some_verified")),
    (_S, Proof.UNCHANGED): (Status.FAILED, Message("outcome.some_unchanged")),
    (_S, Proof.PARTIAL): (Status.FAILED, Message("outcome.some_partly")),
    (_S, Proof.UNREAD): (Status.UNKNOWN, Message("outcome.some_unread")),
    (_S, Proof.BLIND): (Status.FAILED, Message("outcome.some_blind")),
    (_F, Proof.REACHED): (Status.GONE, Message("outcome.refused_verified")),
    (_F, Proof.UNCHANGED): (Status.FAILED, Message("outcome.refused_unchanged")),
    (_F, Proof.PARTIAL): (Status.FAILED, Message("outcome.refused_partly")),
    (_F, Proof.UNREAD): (Status.UNKNOWN, Message("outcome.refused_unread")),
    (_F, Proof.BLIND): (Status.FAILED, Message("outcome.refused")),
    (_N, Proof.REACHED): (Status.GONE, Message("outcome.unsent_verified")),
    (_N, Proof.UNCHANGED): (Status.FAILED, Message("outcome.unsent_unchanged")),
    (_N, Proof.PARTIAL): (Status.FAILED, Message("outcome.unsent_partly")),
    (_N, Proof.UNREAD): (Status.FAILED, Message("outcome.unsent")),
    (_N, Proof.BLIND): (Status.FAILED, Message("outcome.unsent")),
    (_U, Proof.REACHED): (Status.DONE, Message("outcome.lost_verified")),
    (_U, Proof.UNCHANGED): (Status.UNKNOWN, Message("outcome.lost_unchanged")),
    (_U, Proof.PARTIAL): (Status.UNKNOWN, Message("outcome.lost_partly")),
    (_U, Proof.UNREAD): (Status.UNKNOWN, Message("outcome.lost_unread")),
    (_U, Proof.BLIND): (
        Status.UNKNOWN,
        Message("outcome.lost_blind"),
    ),
}
"""Every pair of what was answered and what is true, and the ending it makes."""

PLUGIN_FAILED = "plugin_failed"
"""The code of a call in which the plugin failed, instead of answering: it may have been sent."""

AFTER_A_FAULT: Mapping[Proof, Message] = {
    Proof.REACHED: Message("outcome.fault_verified"),
    Proof.UNCHANGED: Message("outcome.fault_unchanged"),
    Proof.PARTIAL: Message("outcome.fault_partly"),
    Proof.UNREAD: Message("outcome.fault_unread"),
    Proof.BLIND: Message("outcome.fault_blind"),
}
"""What stands instead of words about the place's answer when it was the plugin that gave none."""

BUILTIN_OUTCOME: Mapping[tuple[Answers, Proof], tuple[Status, Message]] = {
    **{(_S, proof): (Status.FAILED, Message("outcome.builtin_some")) for proof in Proof},
    **{(_F, proof): (Status.FAILED, Message("outcome.builtin_refused")) for proof in Proof},
    **{(_N, proof): (Status.FAILED, Message("outcome.builtin_unsent")) for proof in Proof},
    (_D, Proof.REACHED): (Status.DONE, Message("outcome.verified")),
    (_D, Proof.UNCHANGED): (Status.DONE, Message("outcome.builtin_reverted")),
    (_D, Proof.PARTIAL): (Status.DONE, Message("outcome.builtin_changed")),
    (_D, Proof.UNREAD): (Status.DONE, Message("outcome.done")),
    (_D, Proof.BLIND): (Status.DONE, Message("outcome.done")),
    (_F, Proof.REACHED): (Status.GONE, Message("outcome.builtin_refused_verified")),
    (_N, Proof.REACHED): (Status.GONE, Message("outcome.builtin_unsent_verified")),
}
"""The same for built-in calls: each is stored with its answer, so the answer is the proof, and never lost.

What is seen afterwards may be the work of another hand.
"""

PARTLY = frozenset({(_D, Proof.PARTIAL), (_S, Proof.PARTIAL), (_S, Proof.BLIND), (_F, Proof.PARTIAL)})
"""The pairs that mean: a part was done, and another was not."""

SETTLED: Mapping[Proof, tuple[Status, Message]] = {
    Proof.REACHED: (Status.DONE, Message("outcome.settled_verified")),
    Proof.UNCHANGED: (Status.FAILED, Message("outcome.settled_unchanged")),
    Proof.PARTIAL: (Status.FAILED, Message("outcome.settled_partly")),
}
"""How an unknown outcome ends once reading it back decides. Without a row it does not: it waits to be read, or
for the word of a person who has looked."""
SETTLED_AFTER_A_FAULT: Mapping[Proof, Message] = {
    Proof.REACHED: AFTER_A_FAULT[Proof.REACHED],
    Proof.UNCHANGED: Message("outcome.settled_fault_unchanged"),
    Proof.PARTIAL: Message("outcome.settled_fault_partly"),
}
"""What stands instead when the plugin failed in a call: that is the reason, also once the outcome is settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A status, the sentence for the card, and lines of detail."""

    status: Status
    sentence: Text
    details: tuple[Text, ...] = ()
    partly: bool = False
    """Whether a part of it was done, and another was not."""
    found: Observation | None = None
    """What reading showed afterwards of all that was to differ; None when it was not read."""
    repeat: Repeat = Repeat.MAY_DIFFER
    read_fault: Text = ""
    """The fault of the plugin, as a sentence, that keeps it from being read."""
    happened: tuple[Text, ...] = ()
    """Where a part was done: what was, a line each."""
    missing: tuple[Text, ...] = ()
    """Where a part was done: what was not."""

    @property
    def outcome(self) -> Text:
        """The sentence with the details below it, as a change request keeps it."""
        if not self.details:
            return self.sentence
        return list_below(self.sentence, self.details)


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
    unseen = _call_lines(describe_call_done, happened) if proof is not Proof.PARTIAL else ()
    return Ending(
        status=status,
        sentence=sentence,
        details=(
            *unseen,
            *describe_answers(outcomes, unknown=status is Status.UNKNOWN),
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
) -> tuple[tuple[Text, ...], tuple[Text, ...]]:
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
    row: tuple[Status, Message],
    details: tuple[Text, ...],
    *,
    partly: bool,
) -> Ending:
    """The ending of what was interrupted and is known by its answers."""
    happened, missing = _parts(plan, verdicts, None) if partly else ((), ())
    return Ending(status=row[0], sentence=row[1], details=details, partly=partly, happened=happened, missing=missing)


def _answers_so_far(plan: Plan, answers: Sequence[CallVerdict]) -> Answers:
    together = _combine(answers)
    return Answers.SOME if together is Answers.DONE and len(answers) < len(plan.calls) else together


def describe_call_done(note: Text) -> Message:
    """A line about a call that was made."""
    return Message("outcome.call_done", call=note)


def _call_refused(note: Text) -> Message:
    return Message("outcome.call_refused", call=note)


def _call_not_sent(note: Text) -> Message:
    return Message("outcome.call_not_sent", call=note)


def _call_perhaps_done(note: Text) -> Message:
    return Message("outcome.call_perhaps_done", call=note)


_INTENDED_CALL: Mapping[CallVerdict | None, Callable[[Text], Message]] = {
    CallVerdict.DONE: describe_call_done,
    CallVerdict.FAILED: _call_refused,
    CallVerdict.NOT_SENT: _call_not_sent,
    CallVerdict.UNKNOWN: _call_perhaps_done,
    None: _call_perhaps_done,
}


def _describe_intended_calls(plan: Plan, verdicts: Sequence[CallVerdict | None]) -> list[Message]:
    """A line for each call that was intended, where there are several."""
    if len(plan.calls) < 2:
        return []
    return [_INTENDED_CALL[verdict](call.note) for call, verdict in zip(plan.calls, verdicts, strict=False)]


def describe_unsent_calls(plan: Plan, intended: int) -> tuple[Message, ...]:
    """Lines about the calls after the first `intended` of a plan with several: not sent, and never to be."""
    left = plan.calls[intended:] if len(plan.calls) > 1 else ()
    return _call_lines(_call_not_sent, [call.note for call in left])


def _call_lines(describe: Callable[[Text], Message], notes: Sequence[Text]) -> tuple[Message, ...]:
    """A line for each call, as many as `MOST_NOT_SENT`, then how many more there are."""
    named = tuple(describe(note) for note in notes[:MOST_NOT_SENT])
    more = len(notes) - len(named)
    return (*named, describe(Message("outcome.more_calls", count=more))) if more else named


def _judge_note(proof: Proof) -> Ending:
    """The ending of a plan that only makes the plugin remember what is there: nothing is sent for it."""
    if proof in (Proof.REACHED, Proof.BLIND):
        return Ending(status=Status.DONE, sentence=Message("outcome.recorded"))
    return Ending(status=Status.FAILED, sentence=Message("outcome.record_outdated"))


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


def plugin_faults(outcomes: Sequence[CallOutcome | None]) -> tuple[Text, ...]:
    """The faults of the plugin among the answers to calls, as sentences that name it."""
    return tuple(outcome.sentence for outcome in outcomes if outcome is not None and outcome.code == PLUGIN_FAILED)


def _observed_lines(plan: Plan, proof: Proof, now: Observation | None) -> list[Message]:
    return _remaining_differences(plan, now) if proof in (Proof.REACHED, Proof.PARTIAL) and now is not None else []


def _remaining_differences(plan: Plan, now: Observation) -> list[Message]:
    """What is another than before, of all that was to differ: a line each."""
    before = {label: plan.before.get(label, ABSENT) for label in plan.wanted}
    return list(differences(before, {label: now.get(label, ABSENT) for label in plan.wanted}, plan.labels))
