"""What use cases work with: the parts of a running bot, put together once."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import field, fields, replace

from bot.host.plugin_services import MaySend, PluginServices, Progress, no_progress, sends_nothing, services_for
from bot.host.registry import Registry
from bot.plugin import Clock, LinkedAccounts
from bot.plugin.frozen import dataclass
from bot.store.store import Store
from bot.usecases.chat.chat_port import Chat
from bot.usecases.deployment import Deployment
from bot.usecases.process.audit_progress import AuditProgress
from bot.usecases.process.found_limits import FoundLimits
from bot.usecases.process.host_files import HostFiles
from bot.usecases.process.process_identity import ProcessIdentity
from bot.usecases.process.thread_state import ThreadState
from bot.usecases.process.workspace import Workspace

log = logging.getLogger("b24bot")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltinServices(PluginServices):
    """What the host's own plugin is given: all that the use cases work with."""

    ctx: Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The ports to the outside, what is set, and the owners of what this process learns.

    Nothing is put in the place of a part while the bot runs. What changes, changes inside its owner.
    """

    store: Store
    registry: Registry
    clock: Clock
    chat: Chat
    deployment: Deployment
    threads: ThreadState
    """What the threads of this process share."""
    workspace: Workspace = field(default_factory=Workspace)
    """The workspace that this bot belongs to, once the chat has told."""
    process: ProcessIdentity = field(default_factory=ProcessIdentity)
    """This process among others that may hold leases."""
    audit: AuditProgress = field(default_factory=AuditProgress)
    """How far this process has got with the audit log."""
    limits: FoundLimits = field(default_factory=FoundLimits)
    """What start-up and the scheduler found that keeps the bot from doing everything."""
    files: HostFiles = field(default_factory=HostFiles)
    """What the host tells of the files of this process."""

    def services(
        self,
        plugin: str,
        progress: Progress = no_progress,
        *,
        default_places: Mapping[str, Sequence[str]] | None = None,
        may_send: MaySend = sends_nothing,
        accounts: LinkedAccounts | None = None,
    ) -> PluginServices:
        found = self.registry.plugins.get(plugin)
        events = found.events if found else ()
        settings = self.deployment.plugin_settings
        given = services_for(plugin, settings, self.store, self.clock, progress, may_send=may_send, events=events)
        given = replace(given, default_places=default_places) if default_places else given
        given = replace(given, accounts=accounts) if accounts else given
        if not self.registry.is_local(plugin):
            return given
        return BuiltinServices(**{row.name: getattr(given, row.name) for row in fields(given)}, ctx=self)
