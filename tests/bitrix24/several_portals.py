"""Several portals under one bot, people with different current portals, and a model of where each line must go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, cast

from bot.core.authority.policy import NeedsConfirmation
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.principals import Principal, Role
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth.credentials import Credentials, CredentialStore, KnownPortal
from plugins.bitrix24.plugin import BitrixPlugin
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.simulation import PortalSimulation
from plugins.bitrix24.simulator import PortalSimulator
from tests.usecases.core_bot import ANTON, IDA, OLGA, VERA, CoreBot, person

EVA = person("Eva")
PEOPLE: Mapping[Principal, Role] = {
    OLGA: Role.OPERATOR,
    ANTON: Role.APPROVER,
    VERA: Role.APPROVER,
    IDA: Role.ADMIN,
    EVA: Role.ADMIN,
}
MOST_WAITING = 6
CONNECTORS = ("myconnector", "shopchat", "bridge")
NAMES = ("prod", "stage", "second", "live", "test", "eu", "shop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One application of one simulated portal."""

    portal: PortalSimulator
    client_id: str
    client_secret: str

    def __hash__(self) -> int:
        return hash(self.client_id)


class SeveralPortals:
    """A bot that knows two portals, one of them by two applications. `step` does one thing and checks its calls."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = Random(seed)
        self.simulations = (PortalSimulation(), PortalSimulation())
        for each in self.simulations:
            each.seed()
            each.portal.clock.freeze()
        first, second = (each.portal for each in self.simulations)
        self.bot = CoreBot(folder, toy=cast(Any, BitrixPlugin()), roles=PEOPLE)
        self.bot.clock.told = self._let_pass
        self.bot.configure(plugin_settings={"B24BOT_ALLOW_LOOPBACK": "on"})
        self.services = self.bot.ctx.services("bitrix24")
        self.names: dict[str, Target] = {}
        """Every name that was ever given, and what it must lead to for ever."""
        self.current: dict[Target, str] = {}
        self.choices: dict[Principal, Target] = {}
        self.default: Target | None = None
        self.touched: dict[Target, int] = {}
        self.effects: dict[Target, int] = {}
        self.waiting: list[ChangeRequest] = []
        self.ended: list[ChangeRequest] = []
        main = [Target(portal=p, client_id=p.client_id, client_secret=p.client_secret) for p in (first, second)]
        other = first.facts.other
        third = Target(portal=first, client_id=other.client_id, client_secret=other.client_secret)
        for name, target in zip(NAMES, (*main, third), strict=False):
            self.store(name, target)
            self.names[name] = target
            self.current[target] = name
        self.seen = self._positions()

    def _let_pass(self, seconds: float) -> None:
        for each in self.simulations:
            each.portal.clock.advance(seconds)

    def stop(self) -> None:
        for each in self.simulations:
            each.stop()

    def store(self, name: str, target: Target, *, replace: bool = False) -> None:
        """Store credentials with a fresh pair, as the terminal does."""
        with target.portal.world.lock:
            pair = target.portal.world.tokens.issue(target.client_id, 1)
        member = target.portal.member_id
        known = KnownPortal(name=name, domain=target.portal.url, member_id=member, added_at=self.bot.clock.now_ms())
        credentials = Credentials(
            member_id=member,
            client_id=target.client_id,
            client_secret=Secret(target.client_secret),
            access=Secret(pair.access.value),
            refresh=Secret(pair.refresh.value),
            token_url=target.portal.oauth_url,
        )
        CredentialStore(self.services).add(known, credentials, replace=replace)

    # ------------------------------------------------------------------------------------------- what happened

    def _positions(self) -> list[int]:
        return [len(each.portal.world.journal.calls) for each in self.simulations]

    @contextmanager
    def only(self, allowed: Target | None, what: str) -> Iterator[None]:
        """Nothing but this application of this portal is called inside."""
        yield
        for each, before in zip(self.simulations, self.seen, strict=True):
            for call in each.portal.world.journal.calls[before:]:
                called = next(t for t in self.current if t.portal is each.portal and t.client_id == call.app)
                assert called == allowed, f"{what}: {call.method} reached {self.current[called]}"
                self.touched[called] = self.touched.get(called, 0) + 1
                if call.effect:
                    self.effects[called] = self.effects.get(called, 0) + 1
        self.seen = self._positions()

    def meant(self, who: Principal, named: str | None) -> Target | None:
        """What a line of this person is about; None where nothing says it."""
        if named is not None:
            return self.names.get(named)
        return self.choices.get(who, self.default)

    # ------------------------------------------------------------------------------------------------- steps

    def step(self) -> None:
        """Do one thing that a person does."""
        steps: tuple[tuple[Callable[[], None], int], ...] = (
            (self.type_line, 60),
            (self.decide, 25),
            (self.choose, 6),
            (self.rename, 4),
            (self.replace, 3),
            (self.protect, 2),
            (self.undo, 4),
        )
        (chosen,) = self.random.choices([each for each, _ in steps], [weight for _, weight in steps])
        chosen()

    def type_line(self) -> None:
        who = self.random.choice(list(PEOPLE))
        named = self.random.choice([None, None, *self.names])
        line = self._line()
        self._type(who, line if named is None else f"{line} --portal {named}", self.meant(who, named))

    def _line(self) -> str:
        connector, number = self.random.choice(CONNECTORS), self.random.choice((1, 2, 3))
        return self.random.choice(
            (
                f"connector activate {connector} {number}",
                f"connector deactivate {connector} {number}",
                f"connector error {connector} {number} the bridge is down",
                f"connector error {connector} {number} --clear",
                f"connector register {connector} --name Bridge --handler https://bridge.example/{number}",
                f"connector adopt {connector}",
                f"connector remove {connector}",
                f"connector restore {connector}",
                f"connector show {connector}",
                f"line show {number}",
                "connector list",
            )
        )

    def _type(self, who: Principal, line: str, meant: Target | None) -> ChangeRequest | None:
        """Type a line; the change request that it opened."""
        newest = self._newest()
        with self.only(meant, line):
            self.bot.type(who, line)
        change = self._newest()
        if change is None or (newest is not None and change.number == newest.number):
            return None
        assert self.names[change.place.name] == meant, f"{line}: the card names {change.place.name}"
        self.waiting.append(change)
        return change

    def _newest(self) -> ChangeRequest | None:
        return next(iter(self.bot.store.changes.with_status(Status, limit=1)), None)

    def decide(self) -> None:
        """Approve or withdraw something that waits, perhaps long after its portal was renamed."""
        while self.waiting and (len(self.waiting) > MOST_WAITING or self.random.random() < 0.5):
            change = self.waiting.pop(self.random.randrange(len(self.waiting)))
            self.approve(change)

    def approve(self, change: ChangeRequest) -> None:
        named = self.names[change.place.name]
        if isinstance(change.decision, NeedsConfirmation):
            who = change.requester
        else:
            who = self.random.choice([each for each in (IDA, EVA) if each != change.requester])
        with self.only(named, f"{change.line} on {change.place.name}"):
            self.bot.press(who, change)
            self.bot.work()
        now = self.bot.now(change)
        if now.status is Status.DONE:
            self.ended.append(now)

    def choose(self) -> None:
        who, name = self.random.choice(list(PEOPLE)), self.random.choice(list(self.names))
        if self.random.random() < 0.2:
            with self.only(None, "portal use --clear"):
                self.bot.type(who, "portal use --clear")
            self.choices.pop(who, None)
            return
        with self.only(None, f"portal use {name}"):
            self.bot.type(who, f"portal use {name}")
        self.choices[who] = self.names[name]

    def rename(self) -> None:
        """Rename a portal by two admins, perhaps to a name that another has or had."""
        target = self.random.choice(list(self.current))
        old, new = self.current[target], self.random.choice(NAMES)
        newest = self._newest()
        with self.only(None, f"portal rename {old} {new}"):
            self.bot.type(IDA, f"portal rename {old} {new}")
            change = self._newest()
            if change is None or (newest is not None and change.number == newest.number):
                return
            self.bot.press(EVA, change)
            self.bot.work()
        if self.bot.now(change).status is Status.DONE:
            assert self.names.get(new, target) == target, f"{new} was given to another portal"
            self.names[new], self.current[target] = target, new

    def replace(self) -> None:
        """Store new credentials for a portal that is known."""
        target = self.random.choice(list(self.current))
        self.store(self.current[target], target, replace=True)

    def protect(self) -> None:
        target = self.random.choice(list(self.current))
        credential_store = CredentialStore(self.services)
        credential_store.protect(credential_store.portal(self.current[target]), on=self.random.random() < 0.5)

    def undo(self) -> None:
        """Press Undo on a card that may name a portal by a former name."""
        if not self.ended:
            return
        change = self.ended.pop(self.random.randrange(len(self.ended)))
        newest = self._newest()
        with self.only(self.names[change.place.name], f"undo of {change.line} on {change.place.name}"):
            self.bot.take(self.bot.click(change.requester, self.bot.now(change), "undo"))
            self.bot.deliver()
        opened = self._newest()
        if opened is not None and newest is not None and opened.number != newest.number:
            assert self.names[opened.place.name] == self.names[change.place.name]
            self.waiting.append(opened)
