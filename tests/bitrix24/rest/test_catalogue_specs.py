"""The catalogue against the vendor's machine-readable specs: every difference is a row here, every row a difference."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plugins.bitrix24.rest.methods import METHODS, Effect, Kind, Method

SPECS: Mapping[str, Mapping[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "data" / "bitrix24_methods.json").read_text("utf-8")
)
"""By the name of the method; tests/data/README.md tells where they are from."""
TYPES: Mapping[Kind, str] = {
    Kind.TEXT: "string",
    Kind.TEXT_OR_EMPTY: "string",
    Kind.TEXTS: "array",
    Kind.LINE: "integer",
    Kind.SWITCH: "integer",
    Kind.YES_NO: "char",
    Kind.OBJECT: "object",
    Kind.ONE_ITEM: "array",
}
"""What the vendor calls each of our kinds."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Difference:
    """`subject` is a parameter, or the method as a whole; `ours` and `theirs` are what each side says of it."""

    method: str
    subject: str
    ours: str
    theirs: str


FLAGS = (
    *("DEL_EXTERNAL_MESSAGES", "EDIT_INTERNAL_MESSAGES", "DEL_INTERNAL_MESSAGES", "NEWSLETTER"),
    *("NEED_SYSTEM_MESSAGES", "NEED_SIGNATURE", "CHAT_GROUP"),
)
ABSENT = "absent"


def _row(method: str, subject: str, ours: str, theirs: str, why: str) -> tuple[Difference, str]:
    return Difference(method=method, subject=subject, ours=ours, theirs=theirs), why


DELIBERATE: Mapping[Difference, str] = dict(
    [
        _row(
            "imconnector.activate",
            "ACTIVE",
            "integer, required",
            "string, required",
            "the portal takes any text that PHP does not call empty for on, “N” too, so only 1 and 0 are sent",
        ),
        *(
            _row(
                "imconnector.register",
                flag,
                "char",
                "boolean",
                "the portal takes both, and “Y” and “N” mean the same in a form, in JSON and in a record",
            )
            for flag in FLAGS
        ),
        _row(
            "imconnector.status",
            "LINE",
            "integer, required",
            "string",
            "without it, and for text that is no number, the portal answers for line 0, which does not exist",
        ),
        _row("imconnector.status", "effect", "read", "write", "it changes nothing, and the specs call it a write"),
        *(
            _row("imconnector.list", field, ABSENT, f"{kind}, unknown", "a field of the answer, not a parameter")
            for field, kind in (("result", "object"), ("time", "time"))
        ),
        *(
            _row(name, "method", "read", ABSENT, "documented, but not among the machine-readable specs")
            for name in (
                "app.info",
                "batch",
                "crm.activity.list",
                "event.get",
                "event.offline.list",
                "event.test",
                "placement.get",
                "profile",
                "scope",
            )
        ),
        *(
            _row(name, "method", "write", ABSENT, "documented, but not among the machine-readable specs")
            for name in ("event.offline.clear", "placement.bind", "placement.unbind")
        ),
        _row("event.bind", "handler", "string", "string, required", "the offline queue has no address"),
        *(
            _row("event.bind", name, ABSENT, kind, "the bot needs neither another user nor a queue with a label")
            for name, kind in (("auth_connector", "string"), ("auth_type", "integer"), ("options", "object"))
        ),
        _row(
            "imconnector.set.error", "method", "write", ABSENT, "only the portal's source and its settings page know it"
        ),
        *(
            _row("event.unbind", name, ABSENT, kind, "the bot unbinds addresses of its own alone")
            for name, kind in (("auth_type", "integer"), ("event_type", "string"))
        ),
        _row("imopenlines.config.get", "method", ABSENT, "read", "one line is found in the list, which is read anyhow"),
        *(
            _row(f"imopenlines.config.{name}", "method", ABSENT, "write", "lines are made and changed in the portal")
            for name in ("add", "delete", "update")
        ),
        _row(
            "imopenlines.config.path.get", "method", ABSENT, "read", "nothing here needs the path of the portal's page"
        ),
    ]
)


def effect_of(method: Method) -> str:
    return "read" if method.effect is Effect.READ else "write"


def said(kind: str, *, required: bool) -> str:
    return f"{kind}, required" if required else kind


def ours(method: Method) -> dict[str, str]:
    params = {param.name: said(TYPES[param.kind], required=param.required) for param in method.params}
    return {"effect": effect_of(method), **params}


def theirs(spec: Mapping[str, Any]) -> dict[str, str]:
    return {"effect": spec["kind"], **spec["params"]}


def differences() -> Iterator[Difference]:
    for name in sorted({*METHODS, *SPECS}):
        method, spec = METHODS.get(name), SPECS.get(name)
        if method is None or spec is None:
            here, there = (effect_of(method) if method else ABSENT), (spec["kind"] if spec else ABSENT)
            yield Difference(method=name, subject="method", ours=here, theirs=there)
            continue
        left, right = ours(method), theirs(spec)
        for subject in sorted({*left, *right}):
            if left.get(subject) != right.get(subject):
                yield Difference(
                    method=name,
                    subject=subject,
                    ours=left.get(subject, ABSENT),
                    theirs=right.get(subject, ABSENT),
                )


def test_every_difference_has_its_reason_and_every_reason_its_difference() -> None:
    found = set(differences())
    assert sorted(found - set(DELIBERATE)) == [], "differences without a reason"
    assert sorted(set(DELIBERATE) - found) == [], "reasons without a difference"


def test_every_kind_has_a_name_on_their_side() -> None:
    assert set(TYPES) == set(Kind)


def test_the_specs_are_not_empty() -> None:
    assert len(SPECS) >= 20
    assert all(spec["params"] or name in ("imopenlines.config.path.get",) for name, spec in SPECS.items())
