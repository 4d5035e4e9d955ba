"""Steps of the life of the throw-away connector, in their order: refused, registered, connected, off and removed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from plugins.bitrix24.acceptance.answer import Answer
from plugins.bitrix24.acceptance.portal_steps import batch_errors
from plugins.bitrix24.acceptance.probe import Probe
from plugins.bitrix24.acceptance.step import (
    NESTED_YES,
    OFF,
    ON,
    Decision,
    Evidence,
    Step,
    has_status,
    refused,
    succeeded,
)

WIDE = "\U0001f600"
"""An emoji: a character beyond the first 65,536."""
WIDE_HALF = "\ud83d"
"""The first half of its surrogate pair."""
NAME = f"b24bot probe {WIDE}"
ICON: Mapping[str, Any] = {"DATA_IMAGE": "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'/%3E"}
EVENT = "ONIMCONNECTORDIALOGFINISH"
"""An event that the watch does not bind."""
BOUND = "event-bind"
EMPTY_MESSAGE: Mapping[str, Any] = {"user": {"id": "probe"}, "message": {"id": "probe"}, "chat": {"id": "probe"}}
"""A message without text: a portal that took it would open no chat."""


def _of(probe: Probe, **more: Any) -> Mapping[str, Any]:
    return {"CONNECTOR": probe.connector, "LINE": probe.line, **more}


def _registration(probe: Probe, connector: str) -> Mapping[str, Any]:
    return {"ID": connector, "NAME": NAME, "ICON": ICON, "PLACEMENT_HANDLER": probe.handler}


def _listed(answer: Answer, probe: Probe) -> list[str]:
    rows = answer.result if isinstance(answer.result, Mapping) else {}
    return [key for key in rows if probe.owns(key)]


def _lists_probe(answer: Answer, probe: Probe) -> bool:
    return answer.status == 200 and _listed(answer, probe) == [probe.connector]


def _lists_no_probe(answer: Answer, probe: Probe) -> bool:
    return answer.status == 200 and isinstance(answer.result, Mapping | list) and not _listed(answer, probe)


def _read_shape(answer: Answer, _evidence: Evidence) -> str:
    return ("nested" if answer.nested else "flat") if answer.error else ""


def _read_language(answer: Answer, _evidence: Evidence) -> str:
    if not answer.description:
        return ""
    return "ru" if re.search("[А-Яа-я]", answer.description) else "en"


def _read_wide_text(answer: Answer, evidence: Evidence) -> str:
    rows = answer.result if isinstance(answer.result, Mapping) else {}
    connector = evidence.probe.connector
    if connector not in rows:
        return ""
    name = rows[connector]
    if name is None:
        return "null"
    found = [word for word, sign in (("whole", WIDE), ("half", WIDE_HALF), ("nul", "\x00")) if sign in str(name)]
    return found[0] if found else ""


def _read_type_error(answer: Answer, _evidence: Evidence) -> str:
    if answer.status != 500:
        return ""
    return "json" if answer.values is not None else "html" if answer.text.strip() else "empty"


def _took(answer: Answer, _probe: Probe) -> bool:
    return answer.status == 200 and isinstance(answer.result, Mapping) and answer.result.get("SUCCESS") is True


def _is_type_error(answer: Answer, _probe: Probe) -> bool:
    return answer.status == 500


def _read_count(answer: Answer, _evidence: Evidence) -> str:
    return _count(answer)


def _count(answer: Answer) -> str:
    count = answer.result.get("count") if isinstance(answer.result, Mapping) else None
    return str(count) if count in (1, 2) else ""


def _shows_handler(answer: Answer, probe: Probe) -> bool:
    rows = answer.result if isinstance(answer.result, list) else []
    wanted = (EVENT, probe.handler)
    return any((str(row.get("event")).upper(), row.get("handler")) == wanted for row in rows)


def _status(name: str, facts: tuple[str, ...], expects: Any) -> Step:
    return Step(name=name, method="imconnector.status", params=_of, facts=facts, expects=expects)


def _activate(name: str, switch: Any, facts: tuple[str, ...]) -> Step:
    return Step(
        name=name,
        method="imconnector.activate",
        params=lambda probe: _of(probe, ACTIVE=switch),
        facts=facts,
        expects=succeeded(),
    )


def _send(name: str, messages: Any, facts: tuple[str, ...], expects: Any) -> Step:
    return Step(
        name=name,
        method="imconnector.send.messages",
        params=lambda probe: _of(probe, MESSAGES=messages),
        facts=facts,
        expects=expects,
    )


def _event(
    name: str, method: str, facts: tuple[str, ...], expects: Any, *, event: str = EVENT, after: str = ""
) -> Step:
    return Step(
        name=name,
        method=method,
        params=lambda probe: {"event": event, "handler": probe.handler},
        facts=facts,
        expects=expects,
        after=after,
    )


def _unregister(name: str, facts: tuple[str, ...]) -> Step:
    return Step(
        name=name,
        method="imconnector.unregister",
        params=lambda probe: {"ID": probe.connector},
        facts=facts,
        expects=NESTED_YES,
    )


def _argument(name: str, method: str, argument: str, facts: tuple[str, ...], **params: Any) -> Step:
    return Step(
        name=name,
        method=method,
        params=lambda probe: {"CONNECTOR": probe.connector, **params} if params else {},
        facts=facts,
        expects=refused(400, "ERROR_ARGUMENT", argument),
    )


BEFORE: tuple[Step, ...] = (
    Step(
        name="register-with-dot",
        method="imconnector.register",
        params=lambda probe: _registration(probe, probe.dotted),
        facts=("P21", "P24"),
        expects=refused(200, "APPLICATION_REGISTRATION_ERROR_POINT"),
        decides=Decision(switch="register_error_shape", read=_read_shape),
    ),
    Step(
        name="register-without-id",
        method="imconnector.register",
        facts=("P22", "P24"),
        expects=refused(200, "CONNECTOR_ID_REQUIRED"),
        decides=Decision(switch="language", read=_read_language),
    ),
    Step(
        name="register-without-icon",
        method="imconnector.register",
        params=lambda probe: {"ID": probe.connector, "NAME": NAME},
        facts=("P23", "P24"),
        expects=refused(200, "ICON_REQUIRED"),
    ),
    Step(
        name="unregister-without-id",
        method="imconnector.unregister",
        facts=("P30",),
        expects=refused(200, "APPLICATION_UNREGISTRATION_ERROR"),
    ),
    _status("status-of-unknown", ("P40",), OFF),
    _unregister("unregister-unknown", ("P29",)),
    _send("message-of-unknown", [EMPTY_MESSAGE], ("P55",), refused(400, "IMCONNECTOR_NO_CORRECT_PROVIDER")),
    Step(
        name="error-of-unknown",
        method="imconnector.set.error",
        params=_of,
        facts=("P46",),
        expects=refused(400, "IMCONNECTOR_NO_CORRECT_PROVIDER"),
    ),
)
"""What is tried while the connector does not exist."""

REGISTERED: tuple[Step, ...] = (
    Step(
        name="register",
        method="imconnector.register",
        params=lambda probe: _registration(probe, probe.connector),
        facts=("P20", "P26"),
        expects=NESTED_YES,
    ),
    Step(
        name="list",
        method="imconnector.list",
        facts=("P33", "P100"),
        expects=_lists_probe,
        decides=Decision(switch="wide_text", read=_read_wide_text),
    ),
    Step(
        name="register-again-in-capitals",
        method="imconnector.register",
        params=lambda probe: _registration(probe, probe.capitals),
        facts=("P20", "P27"),
        expects=NESTED_YES,
    ),
    Step(name="list-again", method="imconnector.list", facts=("P25", "P27"), expects=_lists_probe),
    Step(
        name="placement-bind",
        method="placement.bind",
        params=lambda probe: {"PLACEMENT": "SETTING_CONNECTOR", "HANDLER": probe.second_handler},
        expects=succeeded(),
    ),
    Step(
        name="placement-unbind",
        method="placement.unbind",
        params=lambda probe: {"PLACEMENT": "SETTING_CONNECTOR", "HANDLER": probe.second_handler},
        facts=("P88",),
        expects=lambda answer, _: bool(_count(answer)),
        decides=Decision(switch="placement_unbind_count", read=_read_count),
        after="placement-bind",
    ),
    _event(BOUND, "event.bind", (), succeeded()),
    _event("event-bind-again", "event.bind", ("P65",), refused(400, "ERROR_CORE"), after=BOUND),
    Step(name="event-get", method="event.get", facts=("P120",), expects=_shows_handler, after=BOUND),
    _event("event-unbind", "event.unbind", (), succeeded({"count": 1}), after=BOUND),
    _event("event-unbind-again", "event.unbind", ("P73",), succeeded({"count": 0}), after=BOUND),
    _event("event-unknown", "event.bind", ("P67",), refused(400, "ERROR_EVENT_NOT_FOUND"), event="ONB24BOTPROBE"),
)
"""What is tried while the connector is registered and on no line."""

CONNECTED: tuple[Step, ...] = (
    _argument("status-without-connector", "imconnector.status", "CONNECTOR", ("P35",)),
    _argument("activate-without-line", "imconnector.activate", "LINE", ("P35",), ACTIVE=0),
    Step(
        name="activate-with-null",
        method="imconnector.activate",
        params=lambda probe: _of(probe, ACTIVE=None),
        facts=("P37",),
        expects=refused(400, "ERROR_ARGUMENT", "ACTIVE"),
    ),
    _send("message-while-off", [EMPTY_MESSAGE], ("P56",), refused(400, "NOT_ACTIVE_LINE")),
    Step(
        name="data-while-off",
        method="imconnector.connector.data.set",
        params=lambda probe: _of(probe, DATA={"ID": probe.connector, "NAME": "probe"}),
        facts=("P48",),
        expects=succeeded(),
    ),
    _status("status-after-data", ("P48",), OFF),
    Step(
        name="data-of-wrong-type",
        method="imconnector.connector.data.set",
        params=lambda probe: _of(probe, DATA="probe"),
        facts=("P51",),
        expects=_is_type_error,
        decides=Decision(switch="type_error_body", read=_read_type_error),
    ),
    _activate("activate", 1, ("P38",)),
    _status("status-on", ("P103",), ON),
    _send("messages-no-list", "probe", ("P52",), refused(400, "ERROR_ARGUMENT", "MESSAGES")),
    _send("messages-no-object", ["probe"], ("P53",), refused(400, "ERROR_ARGUMENT", "")),
    _send("message-incomplete", [{"user": {"id": "probe"}}], ("P54",), refused(400, "ERROR_ARGUMENT")),
    Step(name="set-error", method="imconnector.set.error", params=_of, facts=("P45",), expects=_took),
    _status("status-in-error", ("P45",), has_status(configured=True, working=False, error=True)),
    _activate("activate-after-error", 1, ("P47",)),
    _status("status-without-error", ("P47",), ON),
    _activate("deactivate", 0, ("P2",)),
    _status("status-off", ("P36",), OFF),
    _activate("activate-with-n", "N", ("P36",)),
    _status("status-after-n", ("P36",), ON),
    _activate("deactivate-after-n", 0, ("P36",)),
    _activate("deactivate-again", 0, ("P44",)),
    Step(
        name="batch",
        method="batch",
        params=lambda probe: {
            "halt": 0,
            "cmd": {
                "status": f"imconnector.status?CONNECTOR={probe.connector}&LINE={probe.line}",
                "unknown": "imconnector.deactivate?",
                "inner": "batch?",
            },
        },
        facts=("P83", "P84"),
        expects=lambda answer, _: (
            answer.status == 200
            and batch_errors(answer) == {"unknown": "ERROR_METHOD_NOT_FOUND", "inner": "ERROR_BATCH_METHOD_NOT_ALLOWED"}
        ),
    ),
    _activate("activate-before-removal", 1, ("P38",)),
    _unregister("unregister", ("P20",)),
    _status("status-after-removal", ("P31",), OFF),
    Step(name="list-after-removal", method="imconnector.list", facts=("P31",), expects=_lists_no_probe),
    _unregister("unregister-again", ("P29",)),
)
"""What is tried on the line, up to the removal."""

LIFE_STEPS = (*BEFORE, *REGISTERED, *CONNECTED)
