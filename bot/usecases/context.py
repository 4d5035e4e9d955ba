"""What every use case needs: the store, the commands, the clock, and a way to speak."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, fields, replace
from pathlib import Path
from typing import Protocol

from bot import clock as ids
from bot.core.audit.audit_record import AuditRecord
from bot.core.authority.identity_groups import IdentityGroups
from bot.core.authority.limits import Limit
from bot.core.authority.membership import Membership
from bot.core.authority.policy import Terms
from bot.core.change.change_request import ChangeRequest
from bot.core.local_plugins import is_local_plugin
from bot.core.messages.notices import PrivateNotice
from bot.core.principals import Principal
from bot.host.plugin_services import MaySend, PluginServices, Progress, no_progress, sends_nothing, services_for
from bot.host.registry import Registry
from bot.plugin import Clock
from bot.plugin.frozen import dataclass
from bot.store.engine.database import free_bytes
from bot.store.files.known_secrets import KnownSecrets
from bot.store.files.witness_file import Witness
from bot.store.repositories.jobs import Job
from bot.store.store import Store
from bot.usecases.channel_pace import ChannelRateLimiter
from bot.usecases.chat_refusals import ChatRefusal
from bot.usecases.process_state import AccountLookups, ChainState
from bot.usecases.trouble_log import TroubleLog
from bot.usecases.wake_signal import Wake

log = logging.getLogger("b24bot")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedMessage:
    """Where a message came to stand."""

    channel: str
    message: str


class Messenger(Protocol):
    """What the bot can say, and nothing about how. Raises the errors of `usecases.undelivered`.

    A bare card or audit line is the plainest form of it, for when Slack refused the content of the full one. `whisper`
    returns why direct messages did not take it: empty when they did, None when they were not tried. `fitting_lines`
    sends nothing: it says how many of these audit lines, from the first, one message holds, and reads no further.
    `find_refusal` sends nothing either: it says what the stored reason of a refusal means.
    """

    def post_card(self, change: ChangeRequest, *, bare: bool = False) -> PostedMessage: ...

    def rewrite_card(self, change: ChangeRequest, *, bare: bool = False) -> None: ...

    def reply(self, change: ChangeRequest, text: str) -> None: ...

    def send_privately(self, whisper: PrivateNotice) -> str | None: ...

    def audit_lines(self, channel: str, records: list[AuditRecord], *, bare: bool = False) -> None: ...

    def fitting_lines(self, records: Iterable[AuditRecord]) -> int: ...

    def note(self, channel: str, text: str, earlier: PostedMessage | None, *, thread: str = "") -> PostedMessage: ...

    def ask_reason(self, trigger: str, change: ChangeRequest, value: str) -> None: ...

    def account(self, person: Principal) -> Membership: ...

    def find_refusal(self, reason: str) -> ChatRefusal: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """The two channels of a deployment, by id; empty when not set."""

    approval: str = ""
    audit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltinServices(PluginServices):
    """What the host's own plugin is given: all that the use cases work with."""

    ctx: Context


@dataclass(slots=True, kw_only=True)
class Context:
    """The things use cases work with. `home_team` is known once Slack has answered."""

    store: Store
    registry: Registry
    clock: Clock
    terms: Terms
    channels: Channels
    messenger: Messenger
    settings: Mapping[str, str]
    settle_after_ms: int = 0
    """How long after a call that got no answer no effect proves nothing; 0 leaves it to what each plugin says."""
    home_team: str = ""
    home_enterprise: str = ""
    """The Enterprise Grid organisation that our team belongs to; empty where it belongs to none."""
    version: str = ""
    people: IdentityGroups = field(default_factory=IdentityGroups)
    """Which accounts are one person's."""
    owner: str = field(default_factory=ids.token)
    """Names this process in the leases of what it runs."""
    at_work: set[str] = field(default_factory=set)
    """The owners of leases whose threads are at work in this process."""
    awaiting: dict[int, int] = field(default_factory=dict)
    """The change requests whose job is put off until the line of an audit record is out, with that record's number."""
    audit_lag_ms: int = 1_800_000
    """How old a line that is not in the audit channel, or a head that the witness has not got, may get."""
    witness: Witness | None = None
    witnessed_at: float | None = None
    """When the witness file had got all heads last, by the steady clock; None before this process has seen that."""
    chain: ChainState = field(default_factory=ChainState)
    """How far the audit chain was recomputed in this process."""
    stranded: list[tuple[Job, bool]] = field(default_factory=list)
    """Jobs that ended while the database could not be written, and whether each has to be tried again."""
    lookups: AccountLookups = field(default_factory=AccountLookups)
    """What this process asked about accounts, and when."""
    listed: tuple[tuple[int, int], Limit | None] | None = None
    """What became of the last comparison of the allow-list with the log, and of which version of the store."""
    limits: dict[str, Limit] = field(default_factory=dict)
    """What start-up and the keeper found that keeps the bot from doing everything, by name."""
    find_displaced: Callable[[], str] = field(default=lambda: "")
    """Says which of the files that keep a second bot out is not the one this process holds; empty when all are."""
    free_bytes: Callable[[Path], int] = free_bytes
    """How much room the file system of a path has for us."""
    wake: Wake = field(default=lambda *_groups: None)
    """Tell the threads of this process that there is work: those of the groups that are named, or all."""
    troubles: TroubleLog = field(init=False)
    """What keeps the threads of this process from their work."""
    pace: ChannelRateLimiter = field(init=False)
    """When each channel takes the next message; whoever posts asks it."""

    secret_settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The settings that are secret, by name, to find them among typed words; plugins and use cases never read them."""
    known_secrets: KnownSecrets = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.pace, self.troubles = ChannelRateLimiter(self.clock), TroubleLog(self.clock)
        self.known_secrets = KnownSecrets(self.store.engine, self.store.keys, self.secret_settings)

    def keep_limit(self, name: str, limit: Limit | None) -> None:
        """Keep what was found, or lift the limit of this name; what changes is in the log."""
        before = self.limits.get(name)
        if limit is not None:
            self.limits[name] = limit
            if before != limit:
                log.error("%s: %s", limit.mode, limit.why, extra={"action": "limit_set"})
        elif before is not None:
            self.limits.pop(name, None)
            log.warning("no longer: %s", before.why, extra={"action": "limit_lifted"})

    def services(
        self,
        plugin: str,
        progress: Progress = no_progress,
        *,
        default_places: Mapping[str, Sequence[str]] | None = None,
        may_send: MaySend = sends_nothing,
    ) -> PluginServices:
        given = services_for(plugin, self.settings, self.store, self.clock, progress, may_send=may_send)
        given = replace(given, default_places=default_places) if default_places else given
        if not is_local_plugin(plugin):
            return given
        return BuiltinServices(**{row.name: getattr(given, row.name) for row in fields(given)}, ctx=self)
