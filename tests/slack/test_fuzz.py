"""Anything at all as a request: no exception gets out and no answer is a 5xx."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.slack.intake import Intake
from tests.slack.kit import (
    FORM,
    JSON,
    click_payload,
    event_payload,
    form_body,
    form_payload,
    payload_body,
    slash_fields,
)
from tests.tables.quick import fewer

QUICK = settings(max_examples=fewer(100, 25), suppress_health_check=list(HealthCheck))
THOROUGH = settings(QUICK, max_examples=fewer(300, 75))

LATIN = st.text(st.characters(max_codepoint=255), max_size=40)
BYTES = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.text('payload=&%{}[]":,type0123456789abc+', max_size=200).map(str.encode),
    st.binary(max_size=200).map(lambda some: b"payload=" + some),
)
KINDS = st.sampled_from([FORM, JSON, f"{FORM}; charset=utf-8", "application/JSON"])
STRANGE = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=12),
        st.sampled_from(["", "1", "b24:approve", "b24:reason", "block_actions", "\ud800", "\x00", "T0001", "🙂" * 50]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=6,
)


@given(body=BYTES, kind=st.one_of(KINDS, LATIN), stamp=LATIN, signature=LATIN, length=st.one_of(st.none(), LATIN))
@QUICK
def test_unsigned_requests_are_all_turned_away(
    module_intake: Intake, body: bytes, kind: str, stamp: str, signature: str, length: str | None
) -> None:
    headers = {"Content-Type": kind, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}
    if length is not None:
        headers["Content-Length"] = length
    assert 400 <= module_intake.call(body, headers).status < 500


@given(body=BYTES, kind=KINDS)
@QUICK
def test_signed_bytes_of_any_kind_cause_no_fault(module_intake: Intake, body: bytes, kind: str) -> None:
    assert module_intake.call(body, module_intake.signed(body, kind=kind)).status < 500


TEMPLATES: dict[str, Callable[[], dict[str, Any]]] = {
    "click": click_payload,
    "form": form_payload,
    "event": event_payload,
    "suggestion": lambda: {**click_payload(type="block_suggestion"), "action_id": "b24:x", "value": "my"},
    "shortcut": lambda: {**form_payload(type="shortcut"), "callback_id": "x"},
    "message action": lambda: {**click_payload(type="message_action"), "callback_id": "x"},
    "closed": lambda: form_payload(type="view_closed"),
    "old buttons": lambda: {**click_payload(type="interactive_message"), "callback_id": "x"},
    "dialog": lambda: {**click_payload(type="dialog_submission"), "callback_id": "x", "submission": {}},
    "challenge": lambda: {"type": "url_verification", "challenge": "c", "token": "t"},
}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything inside a payload."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield (*path, name)
        yield from places(inner, (*path, name))


@st.composite
def bent_payloads(draw: st.DrawFn) -> tuple[Any, str]:
    """A payload as Slack documents it, with one to three of its parts missing or of another shape."""
    payload = copy.deepcopy(TEMPLATES[draw(st.sampled_from(list(TEMPLATES)))]())
    for _ in range(draw(st.integers(1, 3))):
        ways = list(places(payload))
        if not ways:
            break
        *way, last = draw(st.sampled_from(ways))
        holder: Any = payload
        for name in way:
            holder = holder[name]
        if isinstance(holder, dict) and draw(st.booleans()):
            del holder[last]
        else:
            holder[last] = draw(STRANGE)
    return payload, draw(st.sampled_from([FORM, JSON]))


@given(bent=bent_payloads())
@THOROUGH
def test_signed_payloads_of_odd_shape_cause_no_fault(module_intake: Intake, bent: tuple[Any, str]) -> None:
    payload, kind = bent
    body = payload_body(payload) if kind == FORM else json.dumps(payload).encode()
    assert module_intake.call(body, module_intake.signed(body, kind=kind)).status < 500


@given(payload=STRANGE)
@QUICK
def test_signed_json_of_any_shape_causes_no_fault(module_intake: Intake, payload: Any) -> None:
    body = payload_body(payload)
    assert module_intake.call(body).status < 500
    plain = json.dumps(payload).encode()
    assert module_intake.call(plain, module_intake.signed(plain, kind=JSON)).status < 500


@given(
    fields=st.dictionaries(
        st.sampled_from([*slash_fields(), "ssl_check", "enterprise_id", "payload"]), st.text(max_size=20)
    ),
    dropped=st.sets(st.sampled_from(list(slash_fields())), max_size=6),
)
@QUICK
def test_signed_slash_commands_with_odd_fields_cause_no_fault(
    module_intake: Intake, fields: dict[str, str], dropped: set[str]
) -> None:
    kept = {name: value for name, value in (slash_fields() | fields).items() if name not in dropped}
    body = "&".join(f"{name}={_quoted(value)}" for name, value in kept.items()).encode()
    assert module_intake.call(body).status < 500


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))


SHAPES: list[dict[str, Any]] = [
    click_payload(actions=[]),
    click_payload(actions=None),
    click_payload(actions={}),
    click_payload(actions="b24:approve"),
    click_payload(actions=[None]),
    click_payload(actions=[{"action_id": 1}]),
    click_payload(user=None),
    click_payload(user=[]),
    click_payload(team=None, user={"id": "U0001"}),
    click_payload(enterprise=7),
    form_payload(view=1),
    form_payload(view=None),
    form_payload(view={"callback_id": "b24:reason"}, user=None),
    {"type": "block_actions"},
    {"type": "view_submission"},
    {"type": "event_callback", "event": None, "authorizations": 3},
    {"type": "event_callback", "event": {"type": None}},
]


def test_known_odd_shapes_are_refused_and_leave_no_job(module_intake: Intake) -> None:
    """Each of these is signed; none is something to act on."""
    before = module_intake.jobs()
    taken = [shape for shape in SHAPES if module_intake.call(payload_body(shape)).status not in (400, 404)]
    assert taken == []
    assert module_intake.jobs() == before


def test_a_command_from_nobody_is_refused(module_intake: Intake) -> None:
    for missing in ("user_id", "team_id"):
        body = form_body(slash_fields(**{missing: ""}))
        assert module_intake.call(body).status == 400
