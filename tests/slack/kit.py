"""Change requests, signed requests and small helpers for the tests of the Slack room."""

from __future__ import annotations

import hmac
import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from bot.core.authority.policy import BreakGlass, Decision, NeedsApproval, NeedsConfirmation
from bot.core.change import digests
from bot.core.change.change_request import ChangeRequest, Review, Status, Verdict
from bot.core.messages.deliveries import Form, SlashCommand
from bot.core.principals import Principal, Role
from bot.plugin import Call, Place, PlaceTerm, Plan, Risk, Undo, UndoKind
from bot.slack.incoming.event_listeners import EventHandling
from bot.slack.incoming.form_handling import FormHandling
from bot.slack.incoming.verification import RawRequest

HOUR = 3_600_000
NOON = 1_772_366_400_000
SECRET = "s3cr3t-of-the-tests"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

OLGA, ANTON, VERA = (Principal(team="T0001", user=user) for user in ("U0001", "U0002", "U0003"))
PLACE = Place(name="prod", label="acme.bitrix24.eu", identity="member-1")
APPROVAL = NeedsApproval(quorum=1, role=Role.APPROVER, expires_in=HOUR)
BY_TWO = NeedsApproval(quorum=2, role=Role.APPROVER, expires_in=HOUR)
CONFIRMATION = NeedsConfirmation(expires_in=HOUR)
EMERGENCY = BreakGlass(expires_in=HOUR)

PLAN = Plan(
    summary="Remove connector myconnector",
    target="connector:myconnector",
    calls=(Call(method="imconnector.unregister", params={"ID": "myconnector"}, note="Unregisters myconnector."),),
    before={"registration": "present"},
    wanted={"registration": None},
    undo=Undo(kind=UndoKind.PARTIAL, sentence="the line data is not given back by the portal."),
    radius=("Sales EU (live) loses it", "Support (live) loses it", "Test (off) loses it"),
    warnings=("Ownership is not proven.",),
)
OUTCOMES: dict[Status, str] = {
    Status.DONE: "Removed and verified.",
    Status.GONE: "myconnector was absent already.",
    Status.FAILED: "The portal refused: ACCESS_DENIED. Nothing changed.",
    Status.CHANGED: "Not run: the portal is no longer as it was.\nlines: 3 → 4",
    Status.UNKNOWN: "The portal did not answer in time.",
    Status.REJECTED: "Rejected: too early",
    Status.WITHDRAWN: "Withdrawn by the person who asked.",
    Status.EXPIRED: "Nobody decided in time. Nothing was done.",
}


def approved_by(*people: Principal) -> tuple[Review, ...]:
    return tuple(Review(reviewer=person, verdict=Verdict.APPROVE, at=NOON) for person in people)


def a_change(
    status: Status = Status.PENDING, *, plan: Plan = PLAN, decision: Decision = APPROVAL, **more: Any
) -> ChangeRequest:
    """A change request as it could be stored in this status."""
    given: dict[str, Any] = {
        "number": 1042,
        "status": status,
        "line": "connector remove myconnector",
        "path": "connector remove",
        "plugin": "bitrix24",
        "place": PLACE,
        "place_term": PlaceTerm(word="portal", option="--portal", words={"ru": ("портал",)}),
        "requester": OLGA,
        "reason": "OPS-412 old number",
        "risk": Risk.DESTROY,
        "plan": plan,
        "digest": digests.digest("connector remove", PLACE, plan),
        "decision": decision,
        "created_at": NOON,
        "expires_at": NOON + HOUR,
        "channel": "C0002",
        "outcome": OUTCOMES.get(status, ""),
        "reviews": () if status is Status.PENDING else approved_by(ANTON),
        "ended_at": None if status.open else NOON + 60_000,
    }
    return ChangeRequest(**{**given, **more})


def with_plan(**more: Any) -> Plan:
    return replace(PLAN, **more)


def signature(body: bytes, stamp: str, secret: str = SECRET) -> str:
    """Slack's signature, version 0, computed here anew."""
    return "v0=" + hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, "sha256").hexdigest()


def raw_request(body: bytes, *, stamp: str, kind: str = FORM, **headers: str) -> RawRequest:
    """A well-signed request at the door; `headers` (with _ for -) replace what it would carry."""
    given = {
        "content-type": kind,
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": signature(body, stamp),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return RawRequest(headers=given, body=body)


def slash_fields(text: str = "help", **more: str) -> dict[str, str]:
    """The fields of a slash command (docs/slack-behaviour.md S11)."""
    return {
        "token": "t",
        "team_id": "T0001",
        "team_domain": "acme",
        "channel_id": "C0001",
        "channel_name": "connectors",
        "user_id": "U0001",
        "user_name": "olga",
        "command": "/b24",
        "text": text,
        "api_app_id": "A0001",
        "is_enterprise_install": "false",
        "response_url": "https://hooks.slack.com/commands/1",
        "trigger_id": "13345224609.738474920.8088930838d88f008e0",
        **more,
    }


def click_payload(**more: Any) -> dict[str, Any]:
    """A click on a card's button (docs/slack-behaviour.md S12)."""
    return {
        "type": "block_actions",
        "user": {"id": "U0002", "username": "anton", "name": "anton", "team_id": "T0001"},
        "api_app_id": "A0001",
        "token": "t",
        "container": {
            "type": "message",
            "message_ts": "1772366400.000100",
            "channel_id": "C0002",
            "is_ephemeral": False,
        },
        "trigger_id": "trigger-1",
        "team": {"id": "T0001", "domain": "acme"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": "C0002", "name": "approvals"},
        "message": {"type": "message", "ts": "1772366400.000100", "user": "U0B24", "text": "card"},
        "state": {"values": {}},
        "response_url": "https://hooks.slack.com/actions/1",
        "actions": [
            {
                "action_id": "b24:approve",
                "block_id": "decide:1042",
                "text": {"type": "plain_text", "text": "Approve"},
                "value": "1042.digest.signature",
                "type": "button",
                "action_ts": "1772366401.000200",
            }
        ],
        **more,
    }


def form_payload(**more: Any) -> dict[str, Any]:
    """The reason form sent off (docs/slack-behaviour.md S12)."""
    view: dict[str, Any] = {
        "id": "V0001",
        "team_id": "T0001",
        "type": "modal",
        "blocks": [],
        "private_metadata": "1042.digest.signature",
        "callback_id": "b24:reason",
        "state": {"values": {"reason": {"reason": {"type": "plain_text_input", "value": "too early"}}}},
        "hash": "1772366400.hash",
        "title": {"type": "plain_text", "text": "Reject CR-1042"},
    }
    return {
        "type": "view_submission",
        "team": {"id": "T0001", "domain": "acme"},
        "user": {"id": "U0002", "username": "anton", "name": "anton", "team_id": "T0001"},
        "api_app_id": "A0001",
        "token": "t",
        "trigger_id": "trigger-2",
        "view": view,
        "response_urls": [],
        **more,
    }


def event_payload(kind: str = "app_home_opened", **more: Any) -> dict[str, Any]:
    return {
        "token": "t",
        "team_id": "T0001",
        "api_app_id": "A0001",
        "event": {"type": kind, "user": "U0001", "channel": "D0001", "tab": "home", "event_ts": "1772366400.000300"},
        "type": "event_callback",
        "event_id": "Ev0001",
        "event_time": 1_772_366_400,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": "T0001",
                "user_id": "U0B24",
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
    }


def message_payload(text: str, *, kind: str = "app_mention", **more: Any) -> dict[str, Any]:
    """The event of a message that a person wrote (docs/slack-behaviour.md S44)."""
    event = {
        "type": kind,
        "user": "U0001",
        "team": "T0001",
        "channel": "C0001",
        "text": text,
        "ts": "1772366400.000300",
        "event_ts": "1772366400.000300",
        **more,
    }
    return {**event_payload(kind), "event": event}


def form_body(fields: dict[str, str]) -> bytes:
    return urlencode(fields).encode()


def payload_body(payload: Any) -> bytes:
    return urlencode({"payload": json.dumps(payload)}).encode()


def read_as_help(form: Form) -> SlashCommand:
    """Read any form of a command as the command `help`."""
    return SlashCommand(key=form.key, person=form.person, channel="", text="help")


FORMS = FormHandling(read=read_as_help, offer=lambda _: (), note=lambda _: None)
EVENTS = EventHandling(receive=lambda _: None, lose=lambda _: None, open_home=lambda _: None)
