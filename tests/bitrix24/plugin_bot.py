"""What the tests of the plugin work at: a simulated portal, the host's real services, and the plugin between them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from bot.clock import ShiftedClock, SystemClock
from bot.core.audit.audit_record import AuditRecord
from bot.host.plugin_services import PluginServices
from bot.plugin import CallOutcome, Nothing, Place, Plan, PluginError, Reply, Services
from bot.testing.passing_clock import PassingClock
from bot.testing.services import scratch_services
from plugins.bitrix24.auth.backup_tokens import BackupTokenStore
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.http.exchange import Timeouts
from plugins.bitrix24.plugin import BitrixPlugin
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.rest import methods
from plugins.bitrix24.rest.retry_policy import CHANGE, READ
from plugins.bitrix24.simulation import PortalSimulation
from plugins.bitrix24.simulator import PortalSimulator
from plugins.bitrix24.simulator.state.faults import read_fault
from tests.language.english import en_rows

T = TypeVar("T")
SHORT = Timeouts(connect=2.0, read=0.3)


class StoryClock(PassingClock):
    """Sleeping takes no time, and is written down."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []
        self._guard = threading.Lock()
        self._held: tuple[int, float] | None = None
        """What the machine's clocks showed when time was held."""

    def hold(self) -> None:
        """From here on nothing but a sleep makes time pass, however slow the machine is."""
        machine = SystemClock()
        self._held = (machine.now_ms(), machine.monotonic())

    def now_ms(self) -> int:
        return super().now_ms() if self._held is None else self._held[0] + self._shift_ms

    def monotonic(self) -> float:
        return super().monotonic() if self._held is None else self._held[1] + self._shift_ms / 1000

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        with self._guard:
            self.slept.append(seconds)


class PluginBot:
    """One portal, one bot. `short` gives calls time-outs that a test can wait for.

    With `host` the portal is on somebody's own premises, with a port and a certificate authority of its own. With a
    `url` the rows are on that PostgreSQL server.
    """

    def __init__(
        self,
        folder: Path,
        *,
        seeded: bool = True,
        short: bool = False,
        host: str = "",
        url: str = "",
        **settings: str,
    ) -> None:
        self._plugins: list[BitrixPlugin] = []
        self.simulation = PortalSimulation(0, host=host)
        if seeded:
            self.simulation.seed()
        self.clock = StoryClock()
        self.clock.told = self.portal.clock.advance
        self._folder, self._url = folder, url
        self._settings = {**self.simulation.settings(), **settings}
        self.services = self.more_services()
        self.plugin = self.more_plugins(short=short)
        try:
            self.plugin.start(self.services)
        except PluginError:
            self.stop()
            raise

    def use_settings(self, **settings: str) -> None:
        """Set more settings, as after a restart."""
        self._settings |= settings
        self.services = self.more_services()

    def hold_time(self) -> None:
        """Portal and bot go by sleeps alone: what one of them takes to compute is no time for the other."""
        self.clock.hold()
        # After ours, so that it is not behind.
        self.portal.clock.freeze()

    def task(self, do: str, *, speed: float = 1.0, **more: Any) -> dict[str, Any]:
        """What another process needs to work with this portal (`processes.py`)."""
        where = {"folder": str(self._folder), "url": self._url}
        return {"do": do, **where, "settings": self._settings, "speed": speed, **more}

    def more_services(self, *, real_time: bool = False, **settings: str) -> PluginServices:
        """Services over the same store, as another process would have them."""
        clock = ShiftedClock() if real_time else self.clock
        return scratch_services(
            self._folder,
            {**self._settings, **settings},
            plugin="bitrix24",
            events=BitrixPlugin.events,
            clock=clock,
            synchronous="OFF",
            url=self._url,
        )

    def more_plugins(self, *, short: bool = False) -> BitrixPlugin:
        """A plugin with connections of its own, as in another process."""
        read, change = (replace(READ, timeouts=SHORT), replace(CHANGE, timeouts=SHORT)) if short else (READ, CHANGE)
        self._plugins.append(BitrixPlugin(read=read, change=change))
        return self._plugins[-1]

    @property
    def portal(self) -> PortalSimulator:
        return self.simulation.portal

    @property
    def place(self) -> Place:
        return self.plugin.places(self.services)[0]

    def open(self) -> Portal:
        return self.plugin.open(self.services, self.place)

    def run(self, path: str, **arguments: Any) -> Any:
        """The answer of a command: a Reply, a Plan or Nothing."""
        command = next(each for group in self.plugin.groups for each in group if each.path == path)
        subject: Portal | Services = self.services if command.terminal or command.everywhere else self.open()
        return command.answer(subject, arguments)

    def reply(self, path: str, **arguments: Any) -> Reply:
        return _of(Reply, self.run(path, **arguments))

    def rows(self, path: str, **arguments: Any) -> tuple[tuple[str, ...], ...]:
        """The rows of a reply's table."""
        table = self.reply(path, **arguments).table
        assert table is not None
        return en_rows(table)

    def plan(self, connector: str = "myconnector") -> Plan:
        return _of(Plan, self.run("connector remove", connector=connector))

    def nothing(self, connector: str) -> Nothing:
        return _of(Nothing, self.run("connector remove", connector=connector))

    def refusal(self, path: str, **arguments: Any) -> PluginError:
        """The error that a command ends with."""
        try:
            answer = self.run(path, **arguments)
        except PluginError as error:
            return error
        raise AssertionError(f"{path} was not refused but answered {answer}")

    def perform(self, plan: Plan) -> CallOutcome:
        (call,) = plan.calls
        return self.plugin.perform(self.services, self.place, call)

    def perform_remove(self, connector: str = "myconnector") -> CallOutcome:
        """The changing call alone, without a plan before it."""
        call = methods.call("imconnector.unregister", "Unregister.", ID=connector)
        return self.plugin.perform(self.services, self.place, call)

    def issue(self) -> tuple[Secret, Secret]:
        """A new pair of tokens, as a person gets it who authorises the application again."""
        with self.portal.world.lock:
            pair = self.portal.world.tokens.issue(self.portal.client_id, 1)
        return Secret(pair.access.value), Secret(pair.refresh.value)

    def store_again(self, pair: tuple[Secret, Secret]) -> None:
        """New credentials for the known portal, by the command a person uses."""
        self.run(
            "portal add",
            name="default",
            domain=self.portal.url,
            member_id=self.portal.member_id,
            client_id=self.portal.client_id,
            client_secret=Secret(self.portal.client_secret),
            access_token=pair[0],
            refresh_token=pair[1],
            replace=True,
        )

    def fault(self, kind: str, method: str = "imconnector.unregister", **more: Any) -> None:
        with self.portal.world.lock:
            self.portal.world.faults.add(read_fault({"kind": kind, "method": method, **more}))

    def switch(self, **switches: str) -> None:
        with self.portal.world.lock:
            for name, value in switches.items():
                self.portal.world.switches.set(name, value)

    def expire(self, kind: str = "access") -> None:
        with self.portal.world.lock:
            self.portal.world.tokens.expire(client_id=None, access=kind != "refresh", refresh=kind != "access")

    def expire_first(self) -> None:
        """Only the pair that the bot began with runs out, not one issued since."""
        with self.portal.world.lock:
            tokens = self.portal.world.tokens
            first = tokens.access[self.portal.access_token]
            tokens.access[first.value] = replace(first, spent=True)

    def lose(self, slot: str = "default") -> None:
        """The pair that the bot holds there is used up, as after an answer that never came; no other pair is."""
        sealed = self.services.secrets.read(slot)
        assert sealed is not None
        with self.portal.world.lock:
            tokens = self.portal.world.tokens
            tokens.spend(tokens.refresh[sealed.value["refresh"]])

    def store_spare(self) -> tuple[Secret, Secret]:
        """A second authorisation, stored as backup tokens that nothing has proved yet; the pair."""
        pair = self.issue()
        self.keep_backup(*pair)
        return pair

    def keep_backup(self, access: Secret, refresh: Secret) -> None:
        """Store a pair as backup tokens that nothing has proved yet."""
        BackupTokenStore(self.services).store(CredentialStore(self.services).portal("default"), access, refresh)

    def recorded(self, tag: str) -> list[AuditRecord]:
        """Audit records about tokens, oldest first."""
        return self.services.store.audit.find(tag=tag)[::-1]

    def effects(self, method: str = "imconnector.unregister") -> int:
        """How often the portal carried a method out with a consequence."""
        return sum(entry.effect for entry in self.calls(method))

    def calls(self, method: str = "*") -> list[Any]:
        with self.portal.world.lock:
            return [entry for entry in self.portal.world.journal.calls if method in ("*", entry.method)]

    def refreshes(self) -> list[Any]:
        """The calls of the token endpoint that were judged on their merits; a form that it does not read is none."""
        with self.portal.world.lock:
            return [entry for entry in self.portal.world.journal.token_calls if entry.outcome != "invalid_request"]

    def adopt(self, connector: str = "myconnector", **record: Any) -> None:
        """Write the record that makes a connector ours."""
        value = {"v": 1, "how": "adopted", "at": 1_790_000_000_000, "registration": None, "lines": {}, **record}
        self.services.records.put("connector", f"{self.place.identity}/{connector}", value)

    def stop(self) -> None:
        for plugin in self._plugins:
            plugin.close()
        self.simulation.stop()
        if self._url:
            self.services.store.close()


def _of(kind: type[T], answer: object) -> T:
    assert isinstance(answer, kind), answer
    return answer


REGISTRATION: Mapping[str, Any] = {
    "ID": "myconnector",
    "NAME": "WhatsApp EU",
    "ICON": {"DATA_IMAGE": "data:image/svg+xml,x"},
    "PLACEMENT_HANDLER": "https://b24bot.example/bitrix24/placement",
}
