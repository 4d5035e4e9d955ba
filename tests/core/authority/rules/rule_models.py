"""Generated policy tables and requests, and a model of each rule in a few lines that reads the same file."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from itertools import permutations
from random import Random
from types import MappingProxyType
from typing import Any

from bot.core.authority.rules.rule_evaluation import RuledRequest
from bot.core.principals import Principal
from bot.plugin import Risk

PEOPLE = tuple(Principal(team="T0001", user=f"U000{number}") for number in range(1, 6))
USER_GROUPS = {"oncall": "S0001", "guards": "S0002"}
CHANNELS = ("C0001", "C0002", "")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HOURS = ("Mon-Fri 09:00-18:00", "Sat 10:00-14:00", "Mon-Sun 00:00-24:00", "Wed-Thu 12:30-12:31")
_CHOICES: Mapping[str, tuple[Any, ...]] = {
    "commands": (["connector remove"], ["connector *"], ["line *", "access grant"]),
    "risks": (["destroy"], ["change", "govern"]),
    "places": (["prod"], ["p*", "stage"]),
    "targets": (["connector:wa_*"], ["connector:wa_eu"]),
    "parts": (["line:3"], ["line:*"]),
    "refuse": (True,),
    "break_glass": (False,),
    "ask": (["ops"], ["T0001:U0001", "security"], ["oncall"], ["ops", "guards"]),
    "ask_in": (["C0001"],),
    "approve": (["security"], ["ops", "T0001:U0005"], ["oncall"], ["T0001:U0002", "guards"]),
    "approve_in": ("C0001", "C0002"),
    "quorum": (1, 2, 3),
    "from_each": (["ops", "security"], ["ops", "security", "owners"], ["oncall", "security"]),
    "reason": ("OPS-[0-9]+", "^x"),
    "hours": tuple([one] for one in HOURS),
}


def find_zone(name: str) -> tzinfo | None:
    """Know one time zone."""
    return UTC if name == "UTC" else None


def make_table(random: Random) -> str:
    """Write a policy file with groups and up to four rows."""
    groups = {
        name: random.sample([one.id for one in PEOPLE], random.randint(1, 4)) for name in ("ops", "security", "owners")
    }
    lines = ["[groups]", *(f"{name} = {json.dumps(people)}" for name, people in groups.items())]
    lines += ["[user_groups]", *(f'{name} = {{ id = "{id}" }}' for name, id in USER_GROUPS.items())]
    for number in range(random.randint(0, 4)):
        keys = random.sample(sorted(_CHOICES), random.randint(1, 4))
        row = {"name": f"row {number}", **{key: random.choice(_CHOICES[key]) for key in keys}}
        if not row.keys() - {"name", "commands", "risks", "places", "targets", "parts"}:
            row["quorum"] = 2
        if "hours" in row:
            row["timezone"] = "UTC"
        lines += ["[[rule]]", *(f"{key} = {json.dumps(value)}" for key, value in row.items())]
    return "\n".join(lines)


def make_members(random: Random) -> dict[str, frozenset[str]]:
    """The accounts of those user groups whose members are known."""
    known = [name for name in USER_GROUPS if random.random() < 0.7]
    return {name: frozenset(one.id for one in random.sample(PEOPLE, random.randint(0, 4))) for name in known}


def make_request(random: Random) -> RuledRequest:
    """Make a request that rows may be about."""
    return RuledRequest(
        command=random.choice(("connector remove", "connector activate", "line list", "access grant")),
        risk=random.choice((Risk.CHANGE, Risk.DESTROY, Risk.GOVERN)),
        place=random.choice(("prod", "stage", "")),
        targets=random.choice((("connector:wa_eu",), ("connector:wa_us", "connector:shop"), ())),
        parts=random.choice((("line:3",), ("line:4", "registration"), ())),
        requester=random.choice(PEOPLE),
        channel=random.choice(CHANNELS),
        reason=random.choice(("OPS-12", "x", "")),
        at=make_time(random),
    )


def make_time(random: Random) -> int:
    """Make a time, every second one at a minute at which office hours begin or end."""
    minute = random.choice((9 * 60, 10 * 60, 14 * 60, 18 * 60, 12 * 60 + 31))
    return random.choice((random.randrange(0, 10**12), random.randrange(10_000) * 86_400_000 + minute * 60_000))


class TableModel:
    """What a policy file means, told a second time."""

    def __init__(self, text: str, members: Mapping[str, frozenset[str]] = MappingProxyType({})) -> None:
        document = tomllib.loads(text)
        # Nobody is in a user group whose members are not known.
        asked = {name: members.get(name, frozenset()) for name in document["user_groups"]}
        self.groups, self.rows = {**document["groups"], **asked}, document.get("rule", [])

    def applies(self, row: Mapping[str, Any], request: RuledRequest) -> bool:
        found: dict[str, Iterable[str]] = {
            "commands": [request.command],
            "risks": [request.risk],
            "places": [request.place],
            "targets": request.targets,
            "parts": request.parts,
        }
        return all(
            any(re.fullmatch(pattern.replace("*", ".*"), each) for pattern in row[key] for each in values)
            for key, values in found.items()
            if key in row
        )

    def has(self, person: Principal, words: list[str]) -> bool:
        return person.id in {account for word in words for account in self.groups.get(word, [word])}

    def is_open(self, row: Mapping[str, Any], at: int) -> bool:
        now = datetime.fromtimestamp(at // 1000, UTC)
        for text in row.get("hours", ()):
            days, opens, closes = re.split("[ -](?=[0-9])", text)
            first, _, last = days.partition("-")
            if DAYS.index(first) <= now.weekday() <= DAYS.index(last or first) and opens <= f"{now:%H:%M}" < closes:
                return True
        return "hours" not in row

    def refuses(self, row: Mapping[str, Any], request: RuledRequest, *, emergency: bool) -> bool:
        return bool(
            "refuse" in row
            or ("ask" in row and not self.has(request.requester, row["ask"]))
            or ("ask_in" in row and request.channel not in row["ask_in"])
            or ("break_glass" in row and emergency)
            or (not emergency and not self.is_open(row, request.at))
            or ("reason" in row and not re.search(row["reason"], request.reason))
        )

    def counts(self, row: Mapping[str, Any], approver: Principal) -> bool:
        return "approve" not in row or self.has(approver, row["approve"])

    def most_covered(self, row: Mapping[str, Any], approvers: list[Principal]) -> int:
        """The most groups that can have an approval of their own, by trying all ways."""
        needed = row.get("from_each", [])
        places: list[Principal | None] = [*approvers, *[None] * len(needed)]
        return max(
            sum(person is not None and self.has(person, [group]) for person, group in zip(chosen, needed, strict=True))
            for chosen in permutations(places, len(needed))
        )
