"""A portal that the plugin watches, and what other people do on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from bot.plugin import CallOutcome
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.events.findings.watch_memory import WatchMemory, read_memory
from plugins.bitrix24.rest import methods
from plugins.bitrix24.simulator import operators
from plugins.bitrix24.simulator.state.rows import Line
from tests.bitrix24.plugin_bot import PluginBot

RAISED, OVER = "portal:watch:raised", "portal:watch:over"


class Watched:
    """The bot's own connector `myconnector` is on the lines 1 and 2; its events go to the offline queue."""

    def __init__(self, plugin_bot: PluginBot, **connectors: Any) -> None:
        self.bot = plugin_bot
        plugin_bot.adopt()
        for connector in connectors:
            plugin_bot.adopt(connector)
        plugin_bot.hold_time()
        self.look_after()
        self.settle()

    def look_after(self) -> float:
        """What the worker calls, once; the seconds until it would call again."""
        return self.bot.plugin.maintain(self.bot.services)

    def settle(self, minutes: int = 11) -> None:
        """Let time pass as a busy worker would, which calls once a minute, so that a reading has come about."""
        self.pass_time(minutes * 60, pause=60)

    def wake_after(self, hours: float) -> None:
        """The machine sleeps for so long; afterwards the portal is read."""
        self.bot.clock.sleep(hours * 3600)
        self.settle(1)

    def pass_time(self, seconds: float, *, pause: float = 0) -> None:
        """Call the plugin whenever it asks for it, for so long, but no sooner than after `pause` seconds."""
        end = self.bot.clock.monotonic() + seconds
        while (left := end - self.bot.clock.monotonic()) > 0:
            self.bot.clock.sleep(min(max(self.look_after(), pause), left))
        self.look_after()

    def do(self, action: str, **fields: Any) -> Any:
        """What somebody does in the portal itself."""
        return operators.act(self.bot.portal.world, {"action": action, **fields})

    def disconnect(self, line: int = 2, user: int = 27, connector: str = "myconnector") -> None:
        self.do("disconnect", connector=connector, line=line, user=user)

    def connect(self, line: int = 2, connector: str = "myconnector") -> None:
        """Somebody else connects it, which no event tells."""
        with self.bot.portal.world.lock:
            state = self.bot.portal.state
            row = state.status(connector, line)
            state.put_status(replace(row, active=True, connection=True, register=True, error=False))

    def set_line(self, line: Line) -> None:
        with self.bot.portal.world.lock:
            self.bot.portal.state.lines.put(line.id, line)

    def change_app(self, **changes: Any) -> None:
        with self.bot.portal.world.lock:
            self.bot.portal.state.change_app(self.bot.portal.client_id, **changes)

    def freeze(self, *, over: bool = False) -> None:
        """The host lets the plugin change nothing, until it is over."""
        self.bot.services = replace(self.bot.services, ask_to_send=lambda _seconds: over)

    def read_now(self) -> None:
        """A reading that happens to be due now."""
        due = replace(self.memory, read_due=0)
        self.bot.services.records.put("watch", self.bot.portal.member_id, due.value())
        self.look_after()

    def look_into_queue_now(self) -> None:
        """A look into the queue that happens to be due now."""
        due = replace(self.memory, queue_due=0)
        self.bot.services.records.put("watch", self.bot.portal.member_id, due.value())
        self.look_after()

    def own(self, method: str, **params: Any) -> CallOutcome:
        """A change that the bot itself makes."""
        call = methods.call(method, "", **params)
        return self.bot.plugin.perform(self.bot.services, self.bot.place, call)

    @property
    def raised(self) -> list[str]:
        """What was told, oldest first."""
        return [str(record.facts["sentence"]) for record in self.bot.recorded(RAISED)]

    @property
    def over(self) -> list[str]:
        return [str(record.facts["sentence"]) for record in self.bot.recorded(OVER)]

    @property
    def portal(self) -> KnownPortal:
        return CredentialStore(self.bot.services).portals()[0]

    @property
    def memory(self) -> WatchMemory:
        found = read_memory(self.bot.services.records, self.bot.portal.member_id)
        assert found is not None
        return found

    @contextmanager
    def without_queue(self) -> Iterator[None]:
        """The portal lets nobody bind to the queue, so that only polling is left."""
        with self.bot.portal.world.lock:
            state = self.bot.portal.state
            state.users.put(1, replace(state.users[1], admin=False))
            state.handlers.drop_where(lambda row: row.offline)
        yield
