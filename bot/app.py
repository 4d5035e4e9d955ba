"""The composition root: settings in, a running bot out. The only module that knows every room."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import __version__
from bot.checks.configuration import refuse_wrong_settings
from bot.checks.key_source import load_keys
from bot.checks.storage import UNWITNESSED, loose_modes_of, witness_of
from bot.clock import SystemClock
from bot.core.authority.identity_groups import IdentityGroups
from bot.core.authority.limits import Mode, strictest_mode
from bot.core.bot_errors import ConfigurationError, PluginFault, StoreUnavailable
from bot.core.principals import Principal
from bot.deferred_object import late
from bot.host.contract import settings_of
from bot.host.discovery import close_plugins, load_plugins
from bot.host.registry import Registry
from bot.plugin import BadArgument, Clock, Event, Message, Plugin, Refusal
from bot.plugin.frozen import dataclass
from bot.setting_digests import digest_settings
from bot.settings import HOST_SETTINGS, Settings, load_settings
from bot.store.disk.file_permissions import refuse_writable
from bot.store.disk.folders import make_home
from bot.store.disk.process_lock import INTAKE, WORKER, ProcessLocks
from bot.store.engine.database import Failpoint
from bot.store.files.known_secrets import KnownSecrets
from bot.store.store import Store, open_store
from bot.usecases.admin.allow_list import is_seeding_due, seed_admins
from bot.usecases.admin.builtin_plugin import make_registry
from bot.usecases.chat.channel_pace import ChannelRateLimiter
from bot.usecases.chat.chat_port import Channels, Chat, Messenger
from bot.usecases.context import Context
from bot.usecases.deployment import Deployment
from bot.usecases.integrity.active_limits import list_limits
from bot.usecases.integrity.chain_check import examine_head
from bot.usecases.process.audit_progress import AuditProgress
from bot.usecases.process.thread_state import ThreadState

if TYPE_CHECKING:
    from bot.slack.bot_identity import Identity
    from bot.slack.outgoing.messenger import Gateway
    from bot.slack.socket.socket_mode import Socket
    from bot.usecases.chat.chat_refusals import ChatRefusal
    from bot.web.health import Wsgi

log = logging.getLogger("b24bot")


def read_settings(environment: Mapping[str, str] | None = None, dotenv: Path | None = None) -> Settings:
    """The settings with the rows of the plugins they name."""
    first = load_settings(environment, dotenv=dotenv)
    rows = settings_of(load_plugins(first["B24BOT_PLUGINS"]), taken=[row.name for row in HOST_SETTINGS])
    return load_settings(environment, dotenv=dotenv, more=rows)


@dataclass(slots=True, kw_only=True)
class Bot:
    """The parts every role needs, put together and not yet running."""

    settings: Settings
    store: Store
    plugins: tuple[Plugin, ...]
    gateway: Gateway
    context: Context

    def close(self) -> None:
        try:
            close_plugins(self.plugins)
        finally:
            self.store.close()


def assemble(
    settings: Settings,
    *,
    clock: Clock | None = None,
    synchronous: str | None = None,
    thorough: bool = False,
    failpoint: Failpoint | None = None,
) -> Bot:
    """Open the key file and the database, load the plugins, and connect them. Raises ConfigurationError.

    `thorough` is for a process that stays: it looks at all of the database first. `synchronous` and `failpoint` are
    handed to the database.
    """
    clock = clock or SystemClock()
    keys = load_keys(settings)
    store = open_store(
        settings.home,
        keys,
        clock,
        url=settings.database_url,
        synchronous=synchronous,
        backups=settings.backups,
        thorough=thorough,
        failpoint=failpoint,
    )
    try:
        return _connect(settings, store.clock, store)
    except BaseException:
        store.close()
        raise


def _connect(settings: Settings, clock: Clock, store: Store) -> Bot:
    plugins = load_plugins(settings["B24BOT_PLUGINS"])
    registry = make_registry(plugins)
    gateway = late(partial(_make_gateway, settings, store, registry.events))
    context = _make_context(settings, clock, store, registry, gateway)
    # A log that cannot be trusted is not written on, and who the first admins are can wait until it can.
    if is_seeding_due(store, settings.admins) and examine_head(store, context.audit.witness).limit is None:
        seed_admins(store, settings.admins, by=Principal.shell("B24BOT_ADMINS"))
    try:
        refuse_wrong_settings(settings, plugins)
        for plugin in plugins:
            _start(plugin, context)
    except BaseException:
        close_plugins(plugins)
        raise
    return Bot(settings=settings, store=store, plugins=plugins, gateway=gateway, context=context)


def _make_context(settings: Settings, clock: Clock, store: Store, registry: Registry, messenger: Messenger) -> Context:
    channels = Channels(approval=settings["B24BOT_APPROVAL_CHANNEL"], audit=settings["B24BOT_AUDIT_CHANNEL"])
    return Context(
        store=store,
        registry=registry,
        clock=clock,
        chat=Chat(messenger=messenger, channels=channels, pace=ChannelRateLimiter(clock)),
        deployment=Deployment(
            terms=settings.terms,
            known_secrets=KnownSecrets(store.engine, store.keys, settings.secret_rows),
            rules=settings.rules,
            people=IdentityGroups.of(settings.same_person),
            languages=settings.languages,
            plugin_settings=settings.for_plugins,
            version=__version__,
            settle_after_ms=settings.settle_after_ms,
            audit_lag_ms=settings.audit_lag_ms,
            allow_async=settings.allow_async,
        ),
        threads=ThreadState(clock),
        audit=AuditProgress(witness=witness_of(settings)),
    )


def _make_gateway(settings: Settings, store: Store, events: Mapping[str, Event]) -> Gateway:
    from bot.slack.outgoing.messenger import Gateway, make_client

    return Gateway(
        make_client(settings["SLACK_BOT_TOKEN"], settings.slack_api),
        store.keys,
        find_card=store.changes.card_place,
        command=settings.command,
        api_url=settings.slack_api,
        approval=settings["B24BOT_APPROVAL_CHANNEL"],
        events=events,
        language=settings.languages.shared,
    )


def _start(plugin: Plugin, context: Context) -> None:
    """Whatever a plugin refuses before any command was given is a matter of the settings."""
    try:
        plugin.start(context.services(plugin.name))
    except StoreUnavailable:
        raise
    except (BadArgument, Refusal, PluginFault) as error:
        raise ConfigurationError(error.sentence, hint=error.hint) from None


def launch(settings: Settings, *, intake: bool, work: bool, socket: bool = False) -> Running:
    """Everything that has to hold before a process that stays may begin (docs/how-to/run-in-production.md).

    The locks come first: nobody looks at a file, or changes its schema, that another bot is working on. Raises the
    errors of bot.core.bot_errors, and has let go of everything then. With `socket` the app token is looked at, too.
    """
    from bot.checks.check import Environment, Stage
    from bot.checks.table import require_stage

    environment = Environment(settings, lambda: settings, by_http=not socket, starting=True)
    require_stage(Stage.SETTINGS, environment)
    make_home(settings.home)
    check_modes(settings)
    locks = ProcessLocks(settings.home, _roles(intake=intake, work=work))
    try:
        bot = assemble(settings, thorough=True)
    except BaseException:
        locks.leave()
        raise
    try:
        require_stage(Stage.SLACK, environment)
    except BaseException:
        locks.leave()
        bot.close()
        raise
    return Running(bot, intake=intake, work=work, locks=locks)


def check_modes(settings: Settings) -> None:
    """Warn of files that others may read or their group write. Raises ConfigurationError where everybody may write."""
    loose = loose_modes_of(settings)
    refuse_writable(loose)
    for one in loose:
        log.warning("%s %s", one.says, one.hint, extra={"action": "loose_mode"})


def _roles(*, intake: bool, work: bool) -> list[str]:
    return [INTAKE] * intake + [WORKER] * work


def find_refusal(reason: str) -> ChatRefusal:
    """Say what the stored reason of a refusal of the chat's means, where no bot is assembled."""
    from bot.slack.refusals import find_refusal as find

    return find(reason)


class Running:
    """A bot in one process: the intake, the worker, or both, each behind its lock.

    `wall` is the clock that is held against Slack's: this host's own, wherever the bot's may be shifted to.
    """

    def __init__(
        self, bot: Bot, *, intake: bool, work: bool, locks: ProcessLocks | None = None, wall: Clock | None = None
    ) -> None:
        from bot.slack.outgoing.authentication import Authentication
        from bot.usecases.runtime.intake_process import Intake
        from bot.usecases.runtime.replica import ReplicaBeat
        from bot.usecases.runtime.worker import Worker

        self.bot = bot
        self._stopping = threading.Event()
        self._locks = locks or ProcessLocks(bot.settings.home, _roles(intake=intake, work=work))
        self._wall = wall or SystemClock()
        bot.context.files.compare_with(self._find_displaced)
        self.authentication = Authentication(bot.gateway, self._know)
        self.worker = Worker(bot.context) if work else None
        self.intake = Intake(bot.context) if intake and (bot.store.engine.shared or not work) else None
        self._takes = intake
        self.socket: Socket | None = None
        self._role = "+".join(_roles(intake=intake, work=work))
        self._replica = ReplicaBeat(
            bot.context,
            _roles(intake=intake, work=work),
            begin=self._work,
            settings=digest_settings(bot.settings),
        )

    def start(self) -> None:
        """What limits us, then what a process before us left behind; work comes only once Slack has said who we are."""
        from bot.usecases.execution.recovery import note_start

        former = frozenset(self._locks.former)
        works = self._replica.start(former)
        self._locks.name_owner(self.bot.context.process.name)
        if works:
            self._work(former)
        elif self.intake is not None:
            self.intake.start()
        note_start(self.bot.context, __version__, self._role)
        self.authentication.start()

    def _work(self, former: Collection[str] = ()) -> None:
        """Look at what limits us, and begin to work. `former` are owners of leases that are known to be dead."""
        from bot.usecases.integrity.startup_checks import run_startup_checks

        if self.worker is None:
            return
        run_startup_checks(self.bot.context)
        if self.bot.context.audit.witness is None:
            log.warning("%s", UNWITNESSED, extra={"action": "no_witness"})
        self.worker.start(former if self.bot.store.engine.shared else None)

    def _find_displaced(self) -> Message | None:
        return self._locks.displaced() or self.bot.store.engine.displaced()

    def _know(self, identity: Identity) -> None:
        from bot.usecases.integrity.lost_access import forget_lost_access
        from bot.usecases.integrity.startup_checks import note_skew

        context = self.bot.context
        forget_lost_access(context)
        if identity.at is not None:
            note_skew(context.limits, self._wall.now_ms() - identity.at)
        if context.workspace.identify(identity.team, identity.enterprise or ""):
            log.info("Slack knows us in team %s", context.workspace.team, extra={"action": "identified"})
            context.threads.wake()

    def http(self) -> Wsgi:
        """The WSGI application of the intake."""
        from bot.slack.incoming.bolt_app import dispatcher
        from bot.slack.incoming.verification import RequestVerifier, as_wsgi
        from bot.usecases.process.event_counters import REJECTED_REQUESTS

        secret = self.bot.settings.require("SLACK_SIGNING_SECRET")
        # The age of a request is measured by the clock that Slack and Bolt go by, also where the bot's own is shifted.
        door = RequestVerifier(secret, SystemClock())
        dispatch = dispatcher(self._make_bolt(secret), lambda: self.bot.gateway.identity)
        count = self.bot.context.threads.counters.count
        return self._make_site(as_wsgi(door, dispatch, note=partial(count, REJECTED_REQUESTS)))

    def health(self) -> Wsgi:
        """The WSGI application without Slack: this process's health, and the plugins' routes in an intake."""
        return self._make_site(None)

    def _make_site(self, slack: Wsgi | None) -> Wsgi:
        from bot.usecases.intake.page_commands import services_for_pages
        from bot.web.health import Readiness
        from bot.web.metrics import Metrics, PageParts, make_metrics
        from bot.web.plugin_site import make_plugin_sites
        from bot.web.site import make_site

        bot = self.bot
        served = bot.context.registry.plugins.values() if self._takes and bot.settings.public_url else ()
        sites = make_plugin_sites(served, partial(services_for_pages, bot.context), clock=bot.context.clock)
        readiness = Readiness(self.readiness, self.mode)
        parts = PageParts(ctx=bot.context, ready=readiness.state, socket=lambda: self.socket)
        return make_site(slack, readiness, sites, metrics=make_metrics(Metrics(parts)))

    def open_socket(self) -> None:
        """Socket Mode: connect as soon as Slack answers, and take what comes."""
        from bot.slack.socket.socket_mode import Socket
        from bot.slack.token_errors import APP_TOKEN

        app = self._make_bolt(signing_secret="")
        self._note_socket("")
        self.socket = Socket(
            app, self.bot.settings.require(APP_TOKEN), app.client, clock=self._wall, note=self._note_socket
        )
        self.socket.start()

    def _make_bolt(self, signing_secret: str) -> Any:
        from bot.slack.incoming.bolt_app import make_bolt_for
        from bot.slack.outgoing.messenger import make_client

        return make_bolt_for(
            self.bot.context,
            client=make_client(self.bot.settings["SLACK_BOT_TOKEN"], self.bot.settings.slack_api),
            signing_secret=signing_secret,
            command=self.bot.settings.command,
            identity=lambda: self.bot.gateway.identity,
        )

    def _note_socket(self, reason: str) -> None:
        """Keep for doctor why Slack delivers nothing; the log and /readyz tell it without the database, too."""
        from bot.slack.disconnect_reasons import SOCKET_REFUSED

        with suppress(StoreUnavailable), self.bot.store.unit_of_work() as tx:
            tx.facts.put(SOCKET_REFUSED, reason)

    def readiness(self) -> Mapping[str, bool]:
        """What has to hold before a click can be taken, or, without an intake here, before one can be worked on."""
        from bot.usecases.runtime.readiness import ReadyParts, find_conditions

        settings = self.bot.settings
        parts = ReadyParts(
            ctx=self.bot.context,
            stopping=self._stopping.is_set(),
            takes=self._takes,
            accepted=self.authentication.accepted,
            keys=partial(load_keys, settings),
            socket=self.socket,
            worker=self.worker,
        )
        return find_conditions(parts)

    def mode(self) -> Mode:
        """How much the bot does now; read-only when the database does not even say that."""
        try:
            return strictest_mode(list_limits(self.bot.context))
        except StoreUnavailable:
            return Mode.READ_ONLY

    def stop(self) -> None:
        self._stopping.set()
        self.authentication.stop()
        if self.socket is not None:
            self.socket.stop()
        if self.intake is not None:
            self.intake.stop()
        busy = self.worker.stop() if self.worker is not None else ()
        with suppress(StoreUnavailable):
            self._replica.stop(busy=bool(busy))
        self._locks.leave()
        self.bot.gateway.close()
        self.authentication.wait_stopped()
        self.bot.close()
