"""What people do in a chaos test: what they type, and what becomes of each request. All follows the seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from bot.core.principals import Role
from plugins.bitrix24.simulator.state.portal_state import PortalState

ROLES: Mapping[str, Role] = {
    "Olga": Role.OPERATOR,
    "Oleg": Role.OPERATOR,
    "Anton": Role.APPROVER,
    "Vera": Role.APPROVER,
    "Ida": Role.ADMIN,
    "Nora": Role.ADMIN,
}
"""Gleb is on no list."""
NEWCOMERS: Mapping[str, str] = {"Oleg": "U0101", "Nora": "U0102"}
"""Who is not in every workspace, with the id they get."""
OPERATORS, APPROVERS, ADMINS = ("Olga", "Oleg"), ("Anton", "Vera"), ("Ida", "Nora")
ASKERS = (*OPERATORS, "Olga", "Oleg", "Anton", "Ida")
EVERYBODY = (*OPERATORS, *APPROVERS, *ADMINS, "Gleb")
CONNECTORS = tuple(f"c{number:02}" for number in range(36))
LINES = (1, 2, 3)
HANDLER = "https://b24bot.example/bitrix24/placement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A command that somebody types."""

    person: str
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """What whoever types has seen of the portal: mostly they ask for what can be done."""

    there: tuple[str, ...]
    gone: tuple[str, ...]
    active: tuple[tuple[str, int], ...]
    """Connectors with a line on which they are active."""

    @classmethod
    def of(cls, state: PortalState) -> Portal:
        there = tuple(sorted(set(state.connectors) & set(CONNECTORS)))
        active = [(row.connector, row.line) for row in state.statuses.rows() if row.working and row.connector in there]
        gone = tuple(name for name in CONNECTORS if name not in there)
        return cls(there=there, gone=gone, active=tuple(sorted(active)))


Words = Callable[[Random, int, Portal], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One sort of command: how often it comes, who types it, and the words. Each gets a number nothing else has."""

    weight: int
    people: tuple[str, ...]
    words: Words


def _one(rng: Random, likely: tuple[str, ...]) -> str:
    return rng.choice(likely if likely and rng.random() < 0.9 else CONNECTORS)


def _lines(rng: Random) -> str:
    return " ".join(str(line) for line in sorted(rng.sample(LINES, rng.choice((1, 2, 2, 3)))))


def _remove(rng: Random, number: int, portal: Portal) -> str:
    return f"connector remove {_one(rng, portal.there)} --reason k{number}"


def _register(rng: Random, number: int, portal: Portal) -> str:
    return f"connector register {_one(rng, portal.gone)} --name N{number} --handler {HANDLER} --reason k{number}"


def _activate(rng: Random, number: int, portal: Portal) -> str:
    return f"connector activate {_one(rng, portal.there)} {_lines(rng)} --reason k{number}"


def _deactivate(rng: Random, number: int, portal: Portal) -> str:
    return f"connector deactivate {' '.join(map(str, _place(rng, portal)))} --reason k{number}"


def _place(rng: Random, portal: Portal) -> tuple[str, int]:
    return rng.choice(portal.active or [(rng.choice(CONNECTORS), 1)])


def _send(rng: Random, n: int, portal: Portal) -> str:
    connector, line = _place(rng, portal)
    words = f"message send {connector} {line} --user u{n} --chat h{n} --text T{n}"
    return f"{words} --message-id m{n} --reason k{n}"


def _grant(rng: Random, number: int, _: Portal) -> str:
    role = rng.choice(("viewer", "operator", "approver", "approver", "approver"))
    return f"access grant T0001:U0003 {role} --reason k{number}"


KINDS = (
    Kind(weight=36, people=ASKERS, words=_remove),
    Kind(weight=36, people=ASKERS, words=_register),
    Kind(weight=32, people=ASKERS, words=_activate),
    Kind(weight=20, people=ASKERS, words=_deactivate),
    Kind(weight=16, people=ASKERS, words=_send),
    Kind(weight=6, people=EVERYBODY, words=lambda rng, _, portal: f"connector show {_one(rng, portal.there)}"),
    Kind(weight=4, people=ASKERS, words=lambda *_: "connector list"),
    Kind(weight=4, people=EVERYBODY, words=lambda rng, *_: rng.choice(("whoami", "help", "status"))),
    Kind(weight=8, people=EVERYBODY, words=lambda _, number, __: f"connector remvoe k{number}"),
    Kind(weight=4, people=("Gleb",), words=_remove),
    Kind(weight=8, people=ADMINS, words=_grant),
    Kind(weight=4, people=ADMINS, words=lambda _, number, __: f"access revoke T0001:U0003 --reason k{number}"),
    Kind(weight=1, people=OPERATORS, words=lambda _, number, __: f"freeze k{number}"),
)
UNFREEZE = "unfreeze"


def typed(seed: str, number: int, portal: Portal) -> Typed:
    """The command of this number."""
    rng = Random(f"{seed}/command/{number}")
    kind = rng.choices(KINDS, [one.weight for one in KINDS])[0]
    return Typed(person=rng.choice(kind.people), line=kind.words(rng, number, portal))


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button that somebody presses on a card."""

    person: str
    button: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What people mean to do with a change request. `presses` come in this order, and again when nothing comes of it.

    `ignored`: nobody decides it. `undone`: once it is done, its requester presses Undo.
    """

    presses: tuple[Press, ...]
    ignored: bool = False
    undone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a change request needs. `confirmed`: its requester's own word. `urgent`: everybody wants it."""

    number: int
    requester: str
    confirmed: bool
    builtin: bool
    urgent: bool
    quorum: int

    @property
    def able(self) -> list[str]:
        """Who could approve it."""
        return [name for name in (ADMINS if self.builtin else (*APPROVERS, *ADMINS)) if name != self.requester]


def fate_of(seed: str, asked: Asked) -> Fate:
    """The fate of a change request."""
    rng = Random(f"{seed}/fate/{asked.number}")
    chance, undone, able = rng.random(), rng.random() < 0.2, asked.able
    rng.shuffle(able)
    if asked.urgent:
        return Fate(presses=tuple(Press(person=name, button="Approve") for name in able))
    if chance < 0.05:
        return Fate(presses=(), ignored=True)
    if chance < 0.11:
        return Fate(presses=(Press(person=asked.requester, button="Withdraw"),))
    if asked.confirmed:
        stranger = (Press(person="Gleb", button="Confirm"),) if rng.random() < 0.2 else ()
        return Fate(presses=(*stranger, Press(person=asked.requester, button="Confirm")), undone=undone)
    if chance < 0.17:
        return Fate(presses=(Press(person=able[0], button="Reject…"),))
    return Fate(presses=tuple(_approving(rng, asked, able)), undone=undone)


def _approving(rng: Random, asked: Asked, able: list[str]) -> Iterator[Press]:
    """Some who may not, then those who may, one of them impatient; some change their mind, or somebody else does."""
    for name in (asked.requester, "Gleb", "Oleg"):
        if rng.random() < 0.12:
            yield Press(person=name, button="Approve")
    for at, name in enumerate(able[: asked.quorum + (rng.random() < 0.25)]):
        yield Press(person=name, button="Approve")
        if at == 0 and rng.random() < 0.4:
            # A click of its own, not the same one once more.
            yield Press(person=name, button="Approve")
    if rng.random() < 0.1:
        yield Press(person=asked.requester, button="Withdraw")
    if rng.random() < 0.1:
        yield Press(person=able[-1], button="Reject…")
