"""Where yes and no stand in the answers of changing methods: done only where True itself is in every right place."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.plugin import CallVerdict
from plugins.bitrix24.http.exchange import HttpAnswer
from plugins.bitrix24.rest import message_errors
from plugins.bitrix24.rest.methods import METHODS, Effect, VerdictLocation
from plugins.bitrix24.rest.protocol import Judgement, judge
from tests.language.english import en
from tests.long.form import sized
from tests.tables.quick import fewer
from tests.tables.rows import each_row

DONE, FAILED, NOT_SENT, UNKNOWN = CallVerdict.DONE, CallVerdict.FAILED, CallVerdict.NOT_SENT, CallVerdict.UNKNOWN
CHANGING = sorted(name for name, row in METHODS.items() if row.effect is not Effect.READ)
GOOD = {"user": "585", "message": {"id": "m1"}, "SUCCESS": True, "session": {"ID": "323", "CHAT_ID": "1767"}}
BAD = {"SUCCESS": False, "ERRORS": ["Incomplete data"]}
SEND, DELIVERED, RENAME = (
    "imconnector.send.messages",
    "imconnector.send.status.delivery",
    "imconnector.chat.name.set",
)


def items(*results: Any, success: Any = True) -> dict[str, Any]:
    return {"result": {"SUCCESS": success, "DATA": {"RESULT": list(results)}}, "time": {}}


def flat(**result: Any) -> dict[str, Any]:
    return {"result": result, "time": {}}


def judged(method: str, body: Any, status: int = 200) -> Judgement:
    return judge(METHODS[method], HttpAnswer(status=status, body=json.dumps(body).encode()))


CASES: list[tuple[str, Any, CallVerdict]] = [
    (SEND, items(GOOD), DONE),
    (SEND, items(GOOD, GOOD), DONE),
    ("imconnector.update.messages", items(GOOD), DONE),
    ("imconnector.delete.messages", items(GOOD), DONE),
    # the word above the items is not enough, and neither are the items
    (SEND, items(BAD), FAILED),
    (SEND, items(GOOD, BAD), FAILED),
    (SEND, items(), UNKNOWN),
    (SEND, flat(SUCCESS=True, DATA=[]), UNKNOWN),
    (SEND, flat(SUCCESS=True), UNKNOWN),
    (SEND, flat(SUCCESS=True, DATA={"RESULT": {"0": GOOD}}), UNKNOWN),
    (SEND, flat(DATA={"RESULT": [GOOD]}), UNKNOWN),
    (SEND, items(GOOD, success="true"), UNKNOWN),
    (SEND, items(GOOD, success=1), UNKNOWN),
    (SEND, items(GOOD, success=False), UNKNOWN),
    (SEND, items(BAD, success=False), FAILED),
    (SEND, items(success=False), FAILED),
    (SEND, items(GOOD, {"user": "585"}), UNKNOWN),
    (SEND, items(BAD, {"SUCCESS": "N"}), UNKNOWN),
    (SEND, items({**GOOD, "ERRORS": ["Incomplete data"]}), UNKNOWN),
    (SEND, items("done"), UNKNOWN),
    (SEND, {"result": True}, UNKNOWN),
    (SEND, {"result": False}, UNKNOWN),
    (SEND, {"result": {"result": True}}, UNKNOWN),
    (SEND, {"result": {"result": False}}, UNKNOWN),
    # an error beside a yes proves nothing, wherever either stands
    (SEND, {**items(GOOD), "error": "X", "error_description": "y"}, UNKNOWN),
    (SEND, {**items(GOOD, success=False), "error": "X", "error_description": "y"}, UNKNOWN),
    (SEND, flat(SUCCESS=True, error="X", error_description="y"), UNKNOWN),
    (SEND, flat(error="NOT_ACTIVE_LINE", error_description="y"), FAILED),
    # without items the word itself
    (DELIVERED, flat(SUCCESS=True, DATA=[]), DONE),
    (DELIVERED, flat(SUCCESS=False, DATA=[]), FAILED),
    (DELIVERED, flat(SUCCESS=True, ERRORS=["x"]), UNKNOWN),
    (DELIVERED, flat(DATA=[]), UNKNOWN),
    (DELIVERED, {"result": True}, UNKNOWN),
    (DELIVERED, items(BAD), FAILED),
    (DELIVERED, items(GOOD), DONE),
    ("imconnector.send.status.reading", flat(SUCCESS=True, DATA=[]), DONE),
    ("imconnector.set.error", flat(SUCCESS=True, DATA=[]), DONE),
    (RENAME, flat(SUCCESS=True, DATA={"RESULT": {}}), DONE),
    (RENAME, flat(SUCCESS=False), FAILED),
]


@each_row(("method", "body", "verdict"), CASES)
def test_the_place_of_the_verdict_decides(method: str, body: Any, verdict: CallVerdict) -> None:
    judgement = judged(method, body)
    assert judgement.verdict is verdict
    assert en(judgement.sentence).endswith((".", ")", "”."))


@pytest.mark.parametrize("code", [row.code for row in message_errors.ROWS])
def test_each_refusal_of_these_methods_is_told_in_our_words_with_its_code(code: str) -> None:
    judgement = judged(SEND, {"error": code, "error_description": "Worte des Portals"}, 400)
    assert (judgement.verdict, judgement.code) == (FAILED, code)
    assert en(judgement.sentence).endswith(f"({code})")
    assert "unknown code" not in en(judgement.sentence)


def test_a_failed_item_is_told_with_its_meaning_and_the_portals_own_words() -> None:
    sentence = en(judged(SEND, items(BAD)).sentence)
    assert sentence.startswith("The portal refused the item. Reason: the text and the file are missing")
    assert sentence.endswith("The portal says: “Incomplete data”.")
    assert "the text and the file are missing" in en(
        judged(SEND, items({"SUCCESS": False, "ERRORS": ["Неполные данные."]})).sentence
    )


def test_some_failed_items_say_how_many_and_that_the_others_were_taken() -> None:
    sentence = en(judged(SEND, items(GOOD, BAD, BAD)).sentence)
    assert sentence.startswith("The portal refused 2 of 3 items and accepted the others. Reason: ")
    assert "others" not in en(judged(SEND, items(BAD, BAD)).sentence)


@pytest.mark.parametrize("errors", [[], None, "x", [7], ["Etwas\nanderes"], [{"message": "x"}]])
def test_an_item_that_fails_for_a_reason_nobody_knows_still_fails(errors: Any) -> None:
    judgement = judged(SEND, items({"SUCCESS": False, "ERRORS": errors}))
    assert judgement.verdict is FAILED
    assert "gives no known reason" in en(judgement.sentence)
    assert "\n" not in en(judgement.sentence)


# ---------------------------------------------------------------------------------------------------- fuzz

WORDS: list[Any] = [True, True, True, False, None, 1, 0, -1, "true", "Y", "", [], [True], {}, 1.0]
CODES: list[Any] = [
    None,
    None,
    None,
    "",
    "X",
    "expired_token",
    "QUERY_LIMIT_EXCEEDED",
    "INTERNAL_SERVER_ERROR",
    7,
    0,
    [],
]
STATUSES = [200, 200, 200, 200, 200, 200, 200, 200, 200, 201, 204, 302, 400, 401, 403, 429, 500, 502, 503]


class Shapes:
    """Answers of every shape near the right one, from one source of chance."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance

    def one(self, *choices: Any) -> Any:
        return self._chance.choice(choices)

    def keyed(self, **values: Any) -> dict[str, Any]:
        """Some of these keys."""
        return {key: value for key, value in values.items() if self._chance.random() < 0.6}

    def item(self) -> Any:
        return self.one(GOOD, GOOD, BAD, self.keyed(SUCCESS=self.one(*WORDS), ERRORS=self.one([], ["x"])), *WORDS)

    def result(self) -> Any:
        found = [self.item() for _ in range(self._chance.randrange(4))]
        data = self.one({"RESULT": found}, {"RESULT": found}, self.keyed(RESULT=self.one(*WORDS)), *WORDS[7:])
        flat = self.keyed(
            result=self.one(*WORDS),
            SUCCESS=self.one(*WORDS),
            DATA=data,
            ERRORS=self.one([], ["x"]),
            count=self.one(*WORDS),
            error=self.one(*CODES),
        )
        good = {
            "SUCCESS": True,
            "DATA": self.one([], {"RESULT": {}}, {"RESULT": [GOOD]}, {"RESULT": [GOOD, self.item()]}),
        }
        return self.one(
            flat, flat, good, {"result": self.one(*WORDS)}, {"count": self.one(2, *WORDS)}, *WORDS[:4], self.one(*WORDS)
        )

    def raw(self) -> bytes:
        body = {"result": self.result(), **self.keyed(time={}), "error": self.one(*[None] * 12, *CODES)}
        whole = json.dumps(body).encode()
        return bytes(self.one(whole, whole, whole, whole, whole, whole, whole[:-1], b"", b"<html>"))


def fine(found: Any) -> bool:
    """An object that says True and names no errors."""
    return isinstance(found, dict) and found.get("SUCCESS") is True and not found.get("ERRORS")


def list_of(result: Mapping[str, Any]) -> list[Any]:
    inside = result.get("DATA")
    found = inside.get("RESULT") if isinstance(inside, dict) else None
    return found if isinstance(found, list) else []


RULES: Mapping[VerdictLocation, Callable[[Any], bool]] = {
    VerdictLocation.COUNT: lambda result: (
        (found := result.get("count") if isinstance(result, dict) else None) is not True
        and isinstance(found, int)
        and found > 0
    ),
    VerdictLocation.RESULT: lambda result: result is True,
    VerdictLocation.NESTED: lambda result: isinstance(result, dict) and result.get("result") is True,
    VerdictLocation.SUCCESS: lambda result: fine(result) and all(fine(each) for each in list_of(result)),
    VerdictLocation.ITEMS: lambda result: (
        fine(result) and bool(list_of(result)) and all(fine(each) for each in list_of(result))
    ),
}
"""What has to stand in the result, said a second time."""


NO_ERROR: tuple[Any, ...] = (None, "", False, 0, [], {})


def truly_done(method: str, status: int, raw: bytes) -> bool:
    """HTTP 200, no trace of an error, and yes in its place."""
    try:
        body = json.loads(raw.decode())
    except ValueError:
        return False
    if status != 200 or not isinstance(body, dict):
        return False
    result = body.get("result")
    nested = result.get("error") if isinstance(result, dict) else None
    return body.get("error") in NO_ERROR and nested in NO_ERROR and RULES[METHODS[method].verdict](result)


def some_yes(value: Any) -> bool:
    """Whether True stands anywhere a yes could."""
    if not isinstance(value, dict):
        return value is True
    each = [one.get("SUCCESS") for one in list_of(value) if isinstance(one, dict)]
    return any(word is True for word in (value.get("result"), value.get("SUCCESS"), *each))


def hold(method: str, status: int, raw: bytes) -> CallVerdict:
    """Hold one answer against the rule. What is failed beside a yes is only an item among others."""
    judgement = judge(METHODS[method], HttpAnswer(status=status, body=raw))
    assert (judgement.verdict is DONE) is truly_done(method, status, raw), (method, status, raw)
    if judgement.verdict is FAILED and judgement.code:
        assert not some_yes(json.loads(raw).get("result")), (method, status, raw)
    return judgement.verdict


@given(seed=st.integers(0, 2**32), method=st.sampled_from(CHANGING), status=st.sampled_from(STATUSES))
@settings(max_examples=fewer(300, 75))
def test_done_exactly_where_true_itself_stands_in_its_place(seed: int, method: str, status: int) -> None:
    hold(method, status, Shapes(Random(seed)).raw())


EACH = sized(950, 80_000)
"""Answers to each changing method."""


def test_ten_thousand_answers_of_every_shape_are_done_only_where_they_should_be() -> None:
    """And the shapes are good ones: each method meets every verdict, done and failed not seldom."""
    chance = Random("shapes")
    shapes = Shapes(chance)
    met = {name: Counter(hold(name, chance.choice(STATUSES), shapes.raw()) for _ in range(EACH)) for name in CHANGING}
    assert sum(found.total() for found in met.values()) >= 10_000
    for name, found in met.items():
        assert min(found[verdict] for verdict in CallVerdict) >= 3, (name, found)


def test_every_changing_method_has_a_place_with_a_rule() -> None:
    assert {METHODS[name].verdict for name in CHANGING} == set(RULES)
