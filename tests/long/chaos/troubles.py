"""What goes wrong in a chaos test besides deaths: rows of faults of the portal, the authorisation server and Slack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

ANY, TOKEN = "*", "oauth.token"
CHANGING = ("imconnector.unregister", "imconnector.register", "imconnector.activate", "imconnector.send.messages")
POST, UPDATE, PRIVATE_NOTICE, ANSWER = "chat.postMessage", "chat.update", "chat.postEphemeral", "response_url"
BRIEF = 0.06
"""Real seconds in which an answer is late: much happens in them."""
PERSON, FORM, OPEN = "users.info", "views.open", "conversations.open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A fault that the next fitting call suffers. `most`: so many calls in a row at the most."""

    weight: int
    kind: str
    methods: tuple[str, ...]
    more: Mapping[str, Any] = field(default_factory=dict)
    most: int = 1


OF_THE_PORTAL = (
    Trouble(weight=4, kind="lost_before", methods=CHANGING),
    Trouble(weight=6, kind="lost_after", methods=CHANGING),
    Trouble(weight=6, kind="late_effect", methods=CHANGING, more={"seconds": 59}),
    Trouble(weight=3, kind="late_effect", methods=CHANGING, more={"seconds": 20}),
    Trouble(weight=3, kind="query_limit", methods=CHANGING, most=2),
    Trouble(weight=3, kind="unavailable", methods=CHANGING),
    Trouble(weight=4, kind="error_html", methods=CHANGING, more={"effect": True}),
    Trouble(weight=3, kind="error_json", methods=CHANGING),
    Trouble(weight=3, kind="false_nested", methods=CHANGING),
    Trouble(weight=2, kind="false_flat", methods=CHANGING),
    Trouble(weight=3, kind="html", methods=CHANGING),
    Trouble(weight=4, kind="stall_after", methods=CHANGING, more={"seconds": BRIEF}),
    Trouble(weight=3, kind="truncated", methods=CHANGING),
    Trouble(weight=2, kind="expired", methods=(*CHANGING, ANY)),
    Trouble(weight=2, kind="too_many", methods=CHANGING),
    Trouble(weight=3, kind="lost_after", methods=(ANY,), most=2),
    Trouble(weight=3, kind="unavailable", methods=(ANY,), most=2),
    Trouble(weight=2, kind="html", methods=(ANY,)),
    Trouble(weight=2, kind="truncated", methods=(ANY,)),
    Trouble(weight=2, kind="unavailable", methods=(TOKEN,)),
    Trouble(weight=1, kind="lost_before", methods=(TOKEN,)),
    Trouble(weight=1, kind="lost_after", methods=(TOKEN,)),
)
OF_SLACK = (
    Trouble(weight=6, kind="ratelimited", methods=(POST, UPDATE, PRIVATE_NOTICE, ANSWER, PERSON), most=2),
    Trouble(weight=5, kind="server_error", methods=(POST, UPDATE, PRIVATE_NOTICE, ANSWER, PERSON, FORM, OPEN), most=2),
    Trouble(weight=3, kind="lost_before", methods=(POST, UPDATE, PRIVATE_NOTICE, ANSWER)),
    Trouble(weight=4, kind="lost_after", methods=(POST, UPDATE, PRIVATE_NOTICE, ANSWER)),
    Trouble(weight=2, kind="truncated", methods=(POST, UPDATE)),
    Trouble(weight=12, kind="stall", methods=(POST, UPDATE, UPDATE), more={"seconds": BRIEF}, most=4),
    Trouble(weight=3, kind="error", methods=(PERSON, POST, UPDATE), more={"code": "internal_error"}, most=2),
)


def pick(rng: Random, rows: tuple[Trouble, ...]) -> Trouble:
    return rng.choices(rows, [row.weight for row in rows])[0]


def for_the_portal(rng: Random) -> Mapping[str, Any]:
    """A fault in the words of the portal's simulator."""
    row = pick(rng, OF_THE_PORTAL)
    return {
        "kind": row.kind,
        "method": rng.choice(row.methods),
        "times": rng.randint(1, row.most),
        "skip": rng.randint(0, 1),
        **row.more,
    }


def for_slack(rng: Random) -> Mapping[str, Any]:
    """A fault in the words of the workspace."""
    row = pick(rng, OF_SLACK)
    return {
        "kind": row.kind,
        "method": rng.choice(row.methods),
        "count": rng.randint(1, row.most),
        "skip": rng.randint(0, 2),
        **row.more,
    }
