"""How an execution ends: the two tables held against what their words mean."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from bot.core.change import outcome as rules
from bot.core.change.change_request import TRANSITIONS, Repeat, Status
from bot.core.change.outcome import (
    MOST_NOT_SENT,
    PLUGIN_FAILED,
    Answers,
    Ending,
    Proof,
    combine_answers,
    describe_unsent_calls,
    prove_outcome,
)
from bot.plugin import CallOutcome, CallVerdict, Observation, Plan
from tests.core.samples import CALL, UNDO, outcome
from tests.language.english import en, spoken
from tests.tables.rows import each_row

DONE, FAILED, NOT_SENT, UNKNOWN = CallVerdict.DONE, CallVerdict.FAILED, CallVerdict.NOT_SENT, CallVerdict.UNKNOWN
AFTER_A_FAULT = spoken(rules.AFTER_A_FAULT)
BUILTIN_OUTCOME = spoken(rules.BUILTIN_OUTCOME)
INTERRUPTED = spoken(rules.INTERRUPTED)
INTERRUPTED_BETWEEN = spoken(rules.INTERRUPTED_BETWEEN)
INTERRUPTED_BLIND = spoken(rules.INTERRUPTED_BLIND)
INTERRUPTED_BUILTIN = spoken(rules.INTERRUPTED_BUILTIN)
JUDGEMENT = spoken(rules.JUDGEMENT)
SETTLED = spoken(rules.SETTLED)
"""The tables in English."""

ROWS = sorted(JUDGEMENT.items())
Row = tuple[tuple[Answers, Proof], tuple[Status, str]]


def judge_execution(*values: Any, **more: Any) -> Ending:
    """As the rule says, in English."""
    return spoken(rules.judge_execution(*values, **more))


def judge_interruption(*values: Any, **more: Any) -> Ending:
    """The same for what was interrupted."""
    return spoken(rules.judge_interruption(*values, **more))


def judge_settlement(*values: Any, **more: Any) -> Ending | None:
    """The same for an unknown outcome."""
    return spoken(rules.judge_settlement(*values, **more))


def plan(before: Observation, wanted: dict[str, str | None]) -> Plan:
    """A plan that is to lead from one observation to another."""
    return Plan(summary="", target="connector:shop", calls=(CALL, CALL), before=before, wanted=wanted, undo=UNDO)


REMOVE = plan({"registration": "present", "line 1": "active"}, {"registration": None, "line 1": None})
SEEN: dict[Proof, Observation | None] = {
    Proof.REACHED: {},
    Proof.UNCHANGED: {"registration": "present", "line 1": "active"},
    Proof.PARTIAL: {"line 1": "active"},
    Proof.UNREAD: None,
}
ANSWERED: dict[Answers, list[CallOutcome]] = {
    Answers.DONE: [outcome(DONE), outcome(DONE)],
    Answers.SOME: [outcome(DONE), outcome(FAILED)],
    Answers.FAILED: [outcome(FAILED)],
    Answers.NOT_SENT: [outcome(NOT_SENT)],
    Answers.UNKNOWN: [outcome(DONE), outcome(UNKNOWN)],
}


def test_every_pair_of_answers_and_proof_has_a_row() -> None:
    assert set(JUDGEMENT) == set(product(Answers, Proof))


@each_row("row", ROWS)
def test_done_is_said_only_where_the_wanted_state_was_seen(row: Row) -> None:
    """Or, said so in the sentence, where there is nothing to see and every call was answered with yes."""
    (answers, proof), (status, sentence) = row
    if status is Status.DONE and proof is not Proof.REACHED:
        assert (answers, proof) == (Answers.DONE, Proof.BLIND)
        assert "No check can confirm" in sentence


@each_row("row", ROWS)
def test_an_unknown_answer_never_ends_as_failed_or_gone(row: Row) -> None:
    (answers, proof), (status, _) = row
    if answers is Answers.UNKNOWN:
        assert status is (Status.DONE if proof is Proof.REACHED else Status.UNKNOWN)


@each_row("row", ROWS)
def test_what_could_not_be_read_is_failed_only_when_provably_nothing_was_sent(row: Row) -> None:
    (answers, proof), (status, _) = row
    if proof is Proof.UNREAD:
        assert status is (Status.FAILED if answers is Answers.NOT_SENT else Status.UNKNOWN)


@each_row("row", ROWS)
def test_nothing_changed_is_said_only_where_it_was_read_back(row: Row) -> None:
    (_, proof), (status, sentence) = row
    if "nothing changed" in sentence.lower():
        assert (proof, status) == (Proof.UNCHANGED, Status.FAILED)


@each_row("row", ROWS)
def test_gone_means_that_nothing_was_left_and_nothing_was_done_by_us(row: Row) -> None:
    (answers, proof), (status, _) = row
    if status is Status.GONE:
        assert proof is Proof.REACHED
        assert answers in (Answers.FAILED, Answers.NOT_SENT)


@each_row("row", ROWS)
def test_nothing_was_sent_is_said_only_where_nothing_was_sent(row: Row) -> None:
    (answers, _), (_, sentence) = row
    if "nothing was sent" in sentence.lower() or "could not be sent" in sentence:
        assert answers is Answers.NOT_SENT


@each_row("row", ROWS)
def test_that_the_portal_refused_is_said_only_where_it_refused_everything(row: Row) -> None:
    (answers, _), (_, sentence) = row
    assert ("refused" in sentence) == (answers is Answers.FAILED)


@each_row("row", ROWS)
def test_every_ending_is_an_arrow_from_running_with_a_sentence_of_its_own(row: Row) -> None:
    _, (status, sentence) = row
    assert status in TRANSITIONS[Status.RUNNING]
    assert sentence.endswith(".")


@pytest.mark.parametrize(("proof", "row"), list(SETTLED.items()), ids=[*SETTLED])
def test_every_settling_is_an_arrow_from_unknown_that_decides(proof: Proof, row: tuple[Status, str]) -> None:
    status, sentence = row
    assert status in TRANSITIONS[Status.UNKNOWN]
    assert (status is Status.DONE) == (proof is Proof.REACHED)
    assert ("nothing changed" in sentence) == (proof is Proof.UNCHANGED)
    assert sentence.startswith("Verified")


def test_what_cannot_be_read_is_never_settled() -> None:
    assert set(SETTLED) == {Proof.REACHED, Proof.UNCHANGED, Proof.PARTIAL}


@each_row("first", [None, *CallVerdict])
@each_row("second", [None, *CallVerdict])
def test_answers_together_prove_no_more_than_the_weakest_of_them(
    first: CallVerdict | None, second: CallVerdict | None
) -> None:
    given = [verdict for verdict in (first, second) if verdict is not None]
    found = combine_answers([outcome(verdict) for verdict in given])
    assert (found is Answers.UNKNOWN) == (UNKNOWN in given)
    assert (found is Answers.DONE) == (bool(given) and set(given) == {DONE})
    assert (found is Answers.NOT_SENT) == (set(given) <= {NOT_SENT})
    if found is Answers.SOME:
        assert DONE in given
        assert len(set(given)) > 1
    if found is Answers.FAILED:
        assert FAILED in given
        assert DONE not in given


@pytest.mark.parametrize("proof", SEEN)
def test_what_is_seen_is_proof_of(proof: Proof) -> None:
    assert prove_outcome(REMOVE, SEEN[proof]) is proof


def test_labels_the_plan_does_not_want_changed_do_not_count() -> None:
    assert prove_outcome(REMOVE, {"line 9": "active"}) is Proof.REACHED
    assert prove_outcome(REMOVE, {"registration": "present", "line 1": "active", "line 9": "new"}) is Proof.UNCHANGED


def test_a_third_state_is_neither_reached_nor_unchanged() -> None:
    assert prove_outcome(REMOVE, {"registration": "present", "line 1": "in error"}) is Proof.PARTIAL


@each_row("row", ROWS)
def test_a_person_is_asked_to_look_exactly_where_neither_an_answer_nor_reading_decides(row: Row) -> None:
    (answers, proof), (_, sentence) = row
    assert ("Check the result yourself" in sentence) == ((answers, proof) == (Answers.UNKNOWN, Proof.BLIND))


BLIND: dict[Answers, Status] = {
    Answers.DONE: Status.DONE,
    Answers.SOME: Status.FAILED,
    Answers.FAILED: Status.FAILED,
    Answers.NOT_SENT: Status.FAILED,
    Answers.UNKNOWN: Status.UNKNOWN,
}


@each_row("answers", Answers)
@each_row("now", [None, {}, {"registration": "present"}])
def test_without_anything_to_read_back_the_answers_alone_decide(answers: Answers, now: Observation | None) -> None:
    """Whatever is or is not seen: an unknown answer never becomes done, and nothing settles it later."""
    blind = plan({"registration": "present"}, {})
    assert not blind.provable
    assert judge_execution(blind, ANSWERED[answers], now).status is BLIND[answers]
    assert judge_settlement(blind, now, agrees=False) is None
    assert judge_settlement(blind, now, agrees=True) is None


@pytest.mark.parametrize("now", [None, {}, {"registration": "present"}])
def test_a_plan_that_names_nothing_to_see_is_never_proven(now: Observation | None) -> None:
    blind = plan({}, {})
    assert prove_outcome(blind, now) is Proof.BLIND
    assert judge_execution(blind, [outcome(UNKNOWN)], now).status is Status.UNKNOWN
    assert judge_settlement(blind, now, agrees=True) is None


@each_row(("answers", "proof"), list(product(ANSWERED, SEEN)))
def test_an_ending_is_the_row_of_what_was_answered_and_seen(answers: Answers, proof: Proof) -> None:
    ending = judge_execution(REMOVE, ANSWERED[answers], SEEN[proof])
    assert (ending.status, ending.sentence) == JUDGEMENT[answers, proof]


def test_an_ending_tells_the_words_of_the_calls_that_were_not_done_and_what_is_different_now() -> None:
    ending = judge_execution(
        REMOVE, [outcome(DONE, "Fine."), outcome(FAILED, "Not yours.", "NOT_OWNER")], SEEN[Proof.PARTIAL]
    )
    assert ending.details == ("Not yours. (NOT_OWNER)", "registration: present → absent")
    assert en(ending.outcome) == f"{ending.sentence}\n• Not yours. (NOT_OWNER)\n• registration: present → absent"


@each_row(("verdict", "proof"), list(product((FAILED, NOT_SENT, UNKNOWN), SEEN)))
def test_an_advice_is_shown_only_while_the_outcome_is_unknown(verdict: CallVerdict, proof: Proof) -> None:
    answer = replace(outcome(verdict, "Lost.", "E1"), advice="Look first.")
    ending = judge_execution(REMOVE, [outcome(DONE), answer], SEEN[proof])
    assert ending.details[0] == ("Lost. (E1) Look first." if ending.status is Status.UNKNOWN else "Lost. (E1)")
    assert {UNKNOWN: Proof.UNCHANGED, FAILED: Proof.UNREAD}.get(verdict) is not proof or ending.status is Status.UNKNOWN


def test_an_ending_without_details_is_its_sentence() -> None:
    assert Ending(status=Status.DONE, sentence="Done.").outcome == "Done."


def test_an_unchanged_or_unread_target_shows_no_differences() -> None:
    for proof in (Proof.UNCHANGED, Proof.UNREAD):
        assert judge_execution(REMOVE, [outcome(DONE), outcome(FAILED, "No.")], SEEN[proof]).details == ("No.",)


def test_what_was_wanted_and_is_seen_settles_at_once() -> None:
    """A late or cached answer could only show the state before."""
    ending = judge_settlement(REMOVE, SEEN[Proof.REACHED], agrees=False)
    assert ending is not None
    assert ending.status is Status.DONE
    assert "registration: present → absent" in ending.details


@pytest.mark.parametrize("proof", [Proof.UNCHANGED, Proof.PARTIAL])
def test_that_it_failed_needs_two_reads_that_agree(proof: Proof) -> None:
    assert judge_settlement(REMOVE, SEEN[proof], agrees=False) is None
    ending = judge_settlement(REMOVE, SEEN[proof], agrees=True)
    assert ending is not None
    assert ending.status is Status.FAILED


@pytest.mark.parametrize("agrees", [True, False])
def test_a_target_that_cannot_be_read_stays_unknown(agrees: bool) -> None:
    assert judge_settlement(REMOVE, None, agrees=agrees) is None


@pytest.mark.parametrize("proof", Proof)
def test_a_plan_without_calls_is_done_unless_what_it_was_made_from_is_there_no_more(proof: Proof) -> None:
    noted = replace(plan({}, {}) if proof is Proof.BLIND else REMOVE, calls=())
    ending = judge_execution(noted, [], SEEN.get(proof))
    assert ending.status is (Status.DONE if proof in (Proof.REACHED, Proof.BLIND) else Status.FAILED)
    assert en(ending.sentence).startswith(("Done.", "Nothing was done"))


def test_what_is_as_it_was_before_shows_no_effect_of_a_call() -> None:
    """Seeing it again would prove nothing, so it is not called verified; where nothing is called, it is looked at."""
    same = plan({"name": "Shop"}, {"name": "Shop"})
    assert not same.provable
    assert prove_outcome(same, {"name": "Shop"}) is Proof.BLIND
    assert replace(same, calls=()).provable
    assert plan({"name": "Shop", "icon": "old"}, {"name": "Shop", "icon": "new"}).provable


SHOW, HIDE = plan({"line 1": "off"}, {"line 1": "on"}), plan({}, {})


@pytest.mark.parametrize(
    ("verdicts", "sentence", "stood"),
    [
        ([], INTERRUPTED_BETWEEN, ["Not sent", "Not sent"]),
        ([None], INTERRUPTED, ["Possibly done", "Not sent"]),
        ([UNKNOWN], INTERRUPTED, ["Possibly done", "Not sent"]),
        ([DONE], INTERRUPTED_BETWEEN, ["Done", "Not sent"]),
        ([DONE, None], INTERRUPTED, ["Done", "Possibly done"]),
        ([DONE, DONE], INTERRUPTED_BETWEEN, ["Done", "Done"]),
        ([DONE, FAILED], INTERRUPTED_BETWEEN, ["Done", "Refused"]),
        ([NOT_SENT], INTERRUPTED_BETWEEN, ["Not sent", "Not sent"]),
    ],
)
def test_what_was_interrupted_and_can_be_read_waits_for_that_and_says_how_far_it_came(
    verdicts: list[CallVerdict | None], sentence: str, stood: list[str]
) -> None:
    ending = judge_interruption(SHOW, verdicts)
    assert (ending.status, ending.sentence) == (Status.UNKNOWN, sentence)
    assert [en(line).partition(":")[0] for line in ending.details] == stood


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        ([], Status.FAILED),
        ([None], Status.UNKNOWN),
        ([DONE, UNKNOWN], Status.UNKNOWN),
        ([DONE], Status.FAILED),
        ([DONE, DONE], Status.DONE),
        ([DONE, FAILED], Status.FAILED),
        ([FAILED], Status.FAILED),
        ([NOT_SENT], Status.FAILED),
    ],
)
def test_what_was_interrupted_and_nothing_shows_ends_by_its_answers_unless_one_is_missing(
    verdicts: list[CallVerdict | None], status: Status
) -> None:
    ending = judge_interruption(HIDE, verdicts)
    assert ending.status is status
    assert (ending.sentence == INTERRUPTED_BLIND) == (status is Status.UNKNOWN)


def test_what_was_interrupted_and_sends_nothing_is_done_or_looked_at() -> None:
    assert judge_interruption(replace(HIDE, calls=()), []).status is Status.DONE
    assert judge_interruption(replace(SHOW, calls=()), []).status is Status.UNKNOWN


def test_the_calls_that_were_not_sent_are_named_and_many_are_counted() -> None:
    one, many = replace(SHOW, calls=(CALL,)), replace(SHOW, calls=(CALL,) * (MOST_NOT_SENT + 3))
    assert describe_unsent_calls(one, 0) == ()
    assert describe_unsent_calls(SHOW, 2) == ()
    assert tuple(map(en, describe_unsent_calls(many, 3))) == ("Not sent: Unregister shop.",) * MOST_NOT_SENT
    assert tuple(map(en, describe_unsent_calls(many, 1))) == (
        *("Not sent: Unregister shop.",) * MOST_NOT_SENT,
        "Not sent: 2 more calls",
    )


def test_settling_tells_which_calls_were_not_sent_unless_all_that_was_wanted_is_there() -> None:
    unsent = "Not sent: Unregister shop."
    for proof, told in ((Proof.REACHED, False), (Proof.PARTIAL, True), (Proof.UNCHANGED, True)):
        ending = judge_settlement(REMOVE, SEEN[proof], agrees=True, outcomes=[None])
        assert ending is not None
        assert (unsent in ending.details) == told


def test_the_builtin_plugin_has_a_row_for_whatever_it_may_answer_and_no_word_of_a_portal() -> None:
    """It always knows what it did: it never answers *unknown*."""
    assert set(BUILTIN_OUTCOME) == {pair for pair in JUDGEMENT if pair[0] is not Answers.UNKNOWN}
    assert [sentence for _, sentence in BUILTIN_OUTCOME.values() if "portal" in en(sentence)] == []
    assert Status.UNKNOWN not in {status for status, _ in BUILTIN_OUTCOME.values()}


@pytest.mark.parametrize("proof", Proof)
def test_what_the_builtin_plugin_answers_is_what_happened_whatever_is_seen_afterwards(proof: Proof) -> None:
    seen = SEEN.get(proof)
    plan_of_it = plan({}, {}) if proof is Proof.BLIND else REMOVE
    done = judge_execution(
        plan_of_it, [CallOutcome(verdict=DONE, sentence="")] * len(plan_of_it.calls), seen, local=True
    )
    assert done.status is Status.DONE
    refused = judge_execution(plan_of_it, [CallOutcome(verdict=FAILED, sentence="")], seen, local=True)
    assert refused.status is (Status.GONE if proof is Proof.REACHED else Status.FAILED)


@pytest.mark.parametrize(
    ("verdicts", "status", "sentence"),
    [
        ([None], Status.FAILED, INTERRUPTED_BUILTIN),
        ([], Status.FAILED, INTERRUPTED_BUILTIN),
        ([DONE], Status.FAILED, "Some parts were not done. The parts that were done stay in effect."),
        ([DONE, DONE], Status.DONE, "Done."),
        ([FAILED], Status.FAILED, "b24bot refused the change. Nothing was changed."),
        ([NOT_SENT], Status.FAILED, "The change was not made."),
    ],
)
def test_what_the_builtin_plugin_was_interrupted_in_is_known_at_once(
    verdicts: list[CallVerdict | None], status: Status, sentence: str
) -> None:
    ending = judge_interruption(SHOW, verdicts, local=True)
    assert (ending.status, ending.sentence) == (status, sentence)


@pytest.mark.parametrize("proof", list(SEEN))
def test_after_a_fault_of_a_plugin_the_sentence_is_about_what_was_seen(proof: Proof) -> None:
    ending = judge_execution(REMOVE, [outcome(UNKNOWN, "The plugin failed.", PLUGIN_FAILED)], SEEN[proof])
    assert ending.sentence == AFTER_A_FAULT[proof]


@pytest.mark.parametrize("proof", SETTLED)
def test_once_settled_an_ending_still_names_the_plugin_that_failed_in_the_call(proof: Proof) -> None:
    fault = "The plugin toy failed while it made the call x (reference E-1)."
    ending = judge_settlement(REMOVE, SEEN[proof], agrees=True, outcomes=[outcome(UNKNOWN, fault, PLUGIN_FAILED)])
    assert ending is not None
    assert en(ending.sentence).startswith("The plugin failed during the call")
    assert ending.details[0] == fault
    assert ending.status is SETTLED[proof][0]


def test_which_calls_had_no_fault_is_not_said_to_be_one() -> None:
    assert rules.plugin_faults([None, outcome(UNKNOWN, "Lost."), outcome(DONE)]) == ()


ONE_CALL = replace(REMOVE, calls=(CALL,))
REPEATS: list[tuple[Plan, list[CallOutcome | None], Proof, Repeat]] = [
    (REMOVE, [outcome(DONE), outcome(DONE)], Proof.PARTIAL, Repeat.SAME),
    (REMOVE, [outcome(DONE), outcome(DONE)], Proof.UNCHANGED, Repeat.SAME),
    (ONE_CALL, [outcome(DONE)], Proof.PARTIAL, Repeat.SAME),
    (ONE_CALL, [outcome(UNKNOWN)], Proof.PARTIAL, Repeat.SAME),
    (ONE_CALL, [None], Proof.PARTIAL, Repeat.SAME),
    (ONE_CALL, [outcome(UNKNOWN, code=PLUGIN_FAILED)], Proof.PARTIAL, Repeat.SAME),
    (ONE_CALL, [outcome(FAILED)], Proof.PARTIAL, Repeat.AFTER_MENDING),
    (ONE_CALL, [outcome(FAILED)], Proof.UNCHANGED, Repeat.AFTER_MENDING),
    (ONE_CALL, [outcome(UNKNOWN, code=PLUGIN_FAILED)], Proof.UNCHANGED, Repeat.AFTER_MENDING),
    (ONE_CALL, [outcome(UNKNOWN)], Proof.UNCHANGED, Repeat.MAY_DIFFER),
    (ONE_CALL, [outcome(NOT_SENT)], Proof.PARTIAL, Repeat.MAY_DIFFER),
    (ONE_CALL, [outcome(NOT_SENT)], Proof.UNCHANGED, Repeat.MAY_DIFFER),
    (REMOVE, [outcome(DONE), outcome(FAILED)], Proof.PARTIAL, Repeat.AFTER_MENDING),
    (REMOVE, [outcome(DONE), outcome(UNKNOWN)], Proof.PARTIAL, Repeat.MAY_DIFFER),
    (REMOVE, [outcome(DONE)], Proof.PARTIAL, Repeat.MAY_DIFFER),
]
"""What was answered, what was seen, and what asking for the same again would come to."""


@each_row(("of", "answers", "proof", "repeat"), REPEATS)
def test_asking_again_is_advised_only_where_it_could_end_otherwise(
    of: Plan, answers: list[CallOutcome | None], proof: Proof, repeat: Repeat
) -> None:
    settled = judge_settlement(of, SEEN[proof], agrees=True, outcomes=answers)
    assert settled is not None
    assert settled.repeat is repeat
    known = [each for each in answers if each is not None]
    if len(known) == len(of.calls) or (known[-1:] and known[-1].verdict is not DONE):
        assert judge_execution(of, known, SEEN[proof]).repeat is repeat


def test_an_ending_with_a_part_done_tells_what_happened_and_what_did_not() -> None:
    seen = judge_execution(REMOVE, [outcome(DONE), outcome(FAILED)], SEEN[Proof.PARTIAL])
    assert (seen.happened, seen.missing) == (("registration: present → absent",), ("line 1: active",))
    first, second = replace(CALL, note="Hide one."), replace(CALL, note="Hide two.")
    hide = replace(HIDE, calls=(first, second))
    blind = judge_execution(hide, [outcome(DONE), outcome(FAILED, "No.")], None)
    assert (blind.happened, blind.missing) == (("Hide one.",), ("Hide two.",))
    assert blind.details == ("Done: Hide one.", "No.")
    cut = judge_interruption(hide, [DONE])
    assert (cut.partly, cut.happened, cut.missing) == (True, ("Hide one.",), ("Hide two.",))
    at_home = judge_interruption(hide, [DONE], local=True)
    assert (at_home.partly, at_home.happened, at_home.missing) == (True, ("Hide one.",), ("Hide two.",))
    whole = judge_execution(REMOVE, [outcome(DONE), outcome(DONE)], SEEN[Proof.REACHED])
    assert (whole.happened, whole.missing) == ((), ())
