"""What the answers to the calls of a plan say, as lines below the sentence of its ending."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.core.joined_sentences import pair_sentences
from bot.plugin import CallOutcome, CallVerdict, Message, Text


def describe_answers(outcomes: Sequence[CallOutcome], *, unknown: bool) -> Iterator[Text]:
    """Describe each call that was not done. `unknown` tells that the ending is: only then an advice is of use."""
    for outcome in outcomes:
        if outcome.verdict is CallVerdict.DONE:
            continue
        sentence = _with_code(outcome.sentence, outcome.code)
        yield _with_advice(sentence, outcome.advice) if unknown else sentence


def _with_code(sentence: Text, code: str) -> Text:
    """The sentence with the code, once: many plugins give it as an argument of their sentence."""
    told = sentence if isinstance(sentence, str) else " ".join(str(one) for one in sentence.arguments.values())
    return sentence if not code or code in told else Message("outcome.with_code", sentence=sentence, code=code)


def _with_advice(sentence: Text, advice: Text) -> Text:
    return pair_sentences(sentence, advice) if advice else sentence
