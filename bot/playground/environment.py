"""The whole bot between a simulated workspace and a simulated portal, in one process, on loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.app import Running, assemble, read_settings
from bot.clock import ShiftedClock
from bot.core.bot_errors import ConfigurationError
from bot.core.principals import Principal, Role
from bot.host.discovery import load_plugins
from bot.playground.workspace import SlackWorkspace
from bot.plugin import PUBLIC_URL, Message, Simulation
from bot.plugin.loopback import wait_until
from bot.store.sealing.keyring import create_key_file
from bot.store.store import Store
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.chat.channel_pace import NO_GAPS
from bot.web.site import SLACK_PATH, Site

PORTAL = "portal"
ROLES: Mapping[str, Role] = {
    "Olga": Role.OPERATOR,
    "Anton": Role.APPROVER,
    "Vera": Role.APPROVER,
    "Ida": Role.ADMIN,
}
"""Who is on the allow-list at first. Gleb is not."""


def find_free_port() -> int:
    """A port of this machine that nobody listens at now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


class Playground:
    """Both simulators and the bot. `folder` keeps the database and, in a tree of its own, the key file and the witness.

    `settings` override what the playground would set; `roles` are given at first. Without `pace` the workspace takes
    any number of posts a second and the bot makes them. With `known` the bot's records say that it registered the
    connector of its own itself. The remote side is `simulation`, where that is given, and else the portal that a plugin
    brings.
    `synchronous` is handed to the database. `workspace` takes the place of one of its own. With `public` the portal and
    a browser on this machine reach the bot at an address that stays the same.
    Use as a context manager.
    """

    def __init__(
        self,
        folder: Path,
        *,
        settings: Mapping[str, str] | None = None,
        plugins: str = "bitrix24",
        pace: bool = True,
        roles: Mapping[str, Role] = ROLES,
        known: bool = False,
        simulation: Simulation | None = None,
        synchronous: str | None = None,
        workspace: SlackWorkspace | None = None,
        public: bool = False,
    ) -> None:
        self.folder = folder
        self.clock = ShiftedClock()
        self._plugins = plugins
        self._pace = pace
        self._roles = roles
        self._known = known
        self._synchronous = synchronous
        self._port = find_free_port() if public else 0
        self._more = {**({PUBLIC_URL: f"http://127.0.0.1:{self._port}"} if public else {}), **(settings or {})}
        self._plugin, self.portal = self._simulate(simulation)
        self.workspace = workspace or SlackWorkspace(rate_limit=pace)
        self.running: Running | None = None
        self._site: Site | None = None
        self._serving: threading.Thread | None = None

    def _simulate(self, given: Simulation | None) -> tuple[str, Simulation]:
        for plugin in load_plugins(self._plugins):
            if given is not None:
                return plugin.name, given
            if PORTAL in plugin.simulators:
                return plugin.name, plugin.simulators[PORTAL](0)
        raise ConfigurationError(Message("host.playground.no_portal", plugins=self._plugins))

    @property
    def settings(self) -> Mapping[str, str]:
        """Everything the bot is told; nothing else connects it to the simulators."""
        return {
            "SLACK_BOT_TOKEN": self.workspace.bot_token,
            "SLACK_SIGNING_SECRET": self.workspace.signing_secret,
            "SLACK_API_URL": self.workspace.api_url,
            "B24BOT_HOME": str(self.folder / "home"),
            "B24BOT_KEY_FILE": str(self.folder / "keys" / "key"),
            "B24BOT_WITNESS_FILE": str(self.folder / "keys" / "witness.jsonl"),
            "B24BOT_APPROVAL_CHANNEL": self.workspace.channel("approvals").id,
            "B24BOT_AUDIT_CHANNEL": self.workspace.channel("audit").id,
            "B24BOT_PLUGINS": self._plugins,
            **self.portal.settings(),
            **self._more,
        }

    def start(self) -> Self:
        self.workspace.start()
        self.portal.seed()
        create_key_file(self.folder / "keys" / "key")
        self.start_bot()
        return self

    def start_bot(self, **changed: str) -> None:
        """Put the bot up, over what its files hold; again after `stop_bot`, too, with changed settings if given."""
        self._more.update(changed)
        bot = assemble(read_settings(self.settings), clock=self.clock, synchronous=self._synchronous)
        if not self._pace:
            bot.context.chat.pace.gaps = NO_GAPS
        if not bot.store.grants.all():
            for name, role in self._roles.items():
                self.grant(bot.store, name, role)
            if self._known:
                self._put_records(bot.store)
        self.running = Running(bot, intake=True, work=True)
        self._site = Site(self.running.http(), "127.0.0.1", self._port)
        self._serving = threading.Thread(target=self._site.run, name="site", daemon=True)
        self._serving.start()
        self.workspace.request_url = f"http://127.0.0.1:{self._site.port}{SLACK_PATH}"
        self.running.start()
        if not wait_until(lambda: all(self.bot_is_ready().values())):
            missing = tuple(name for name, holds in self.bot_is_ready().items() if not holds)
            raise ConfigurationError(Message("host.playground.not_ready", missing=missing))

    def bot_is_ready(self) -> Mapping[str, bool]:
        return self.running.readiness() if self.running else {}

    def person(self, name: str) -> Principal:
        return Principal(team=self.workspace.people[name].person.team_id, user=self.workspace.people[name].id)

    @property
    def store(self) -> Store:
        """The running bot's store."""
        if self.running is None:
            raise LookupError("the bot is not running")
        return self.running.bot.store

    def grant(self, store: Store, name: str, role: Role) -> None:
        grant_role(store, self.person(name), role, by=Principal.shell("playground"))

    def _put_records(self, store: Store) -> None:
        store.records(self._plugin).remember(self.portal.records(self.clock.now_ms()))

    def stop_bot(self) -> None:
        if self.running is not None:
            self.running.stop()
            self.running = None
        if self._site is not None:
            self._site.stop()
            self._site = None
        if self._serving is not None:
            self._serving.join(timeout=5)
            self._serving = None

    def stop(self) -> None:
        self.stop_bot()
        self.workspace.stop()
        self.portal.stop()

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
