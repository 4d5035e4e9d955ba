"""Keeps tokens from running out: a pair that nobody has used for weeks is renewed before the portal forgets it."""

from __future__ import annotations

from collections.abc import Callable

from bot.plugin import Message, PluginError, Services, Text
from plugins.bitrix24.auth.backup_tokens import KEPT, USED, BackupTokens, BackupTokenStore
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal, TokenHealth
from plugins.bitrix24.auth.oauth import RefreshFailure
from plugins.bitrix24.auth.token_refresh import SPENT, TokenRefresh
from plugins.bitrix24.rest.portal_lines import STORE_BACKUP, name_portal
from plugins.bitrix24.traffic.portal_connections import Connections

DAY_MS = 86_400_000
REFRESH_DAYS = 180
"""How long a refresh token lasts."""
IDLE_DAYS = 20
"""One page of the documentation gives a refresh token 180 days, another 28: this fits both, and is rare."""
OLD: tuple[tuple[int, Callable[[int], Message], Callable[[int], Message]], ...] = (
    (
        150,
        lambda days: Message("bitrix24.token.old_180", count=days),
        lambda days: Message("bitrix24.token.backup_old_180", count=days),
    ),
    (
        26,
        lambda days: Message("bitrix24.token.old_28", count=days),
        lambda days: Message("bitrix24.token.backup_old_28", count=days),
    ),
)
"""From how many days on an age is worth a warning: of the pair in use, and of the spare pair."""


def maintain_tokens(services: Services, links: Connections) -> None:
    """Renew what has been idle for too long. What goes wrong with one portal is in the log, and stops no other."""
    for portal in CredentialStore(services).portals():
        try:
            _maintain_portal(services, links, portal)
        except PluginError as error:
            services.log.warning("the tokens of the portal %s cannot be looked after: %s", portal.name, error.sentence)


def _maintain_portal(services: Services, links: Connections, portal: KnownPortal) -> None:
    credential_store = CredentialStore(services)
    spare = BackupTokenStore(services).known(portal)
    if spare is not None and spare.state == KEPT and (not spare.proven or _days(services, spare.at) >= IDLE_DAYS):
        TokenRefresh(services, links, portal).refresh_backup()
    if _due(services, portal, credential_store.health(portal)):
        answer = TokenRefresh(services, links, portal).refresh_after(credential_store.held(portal))
        if isinstance(answer, RefreshFailure):
            for warning in list_token_warnings(services, portal):
                services.log.warning("portal %s: %s", portal.name, warning)


def _due(services: Services, portal: KnownPortal, health: TokenHealth | None) -> bool:
    """Whether the pair in use is to be renewed. One that is locked out is tried daily, where the reason may pass."""
    if health is None or not health.locked_out:
        return idle_days(services, portal) >= IDLE_DAYS
    return health.code not in SPENT and _days(services, health.at) >= 1


def find_token_end(services: Services, portal: KnownPortal) -> int:
    """When the refresh token in use ends unless it is renewed, in UTC milliseconds."""
    return _renewed_at(services, portal) + REFRESH_DAYS * DAY_MS


def idle_days(services: Services, portal: KnownPortal) -> int:
    """Whole days since the pair in use was stored or renewed."""
    return _days(services, _renewed_at(services, portal))


def _renewed_at(services: Services, portal: KnownPortal) -> int:
    health = CredentialStore(services).health(portal)
    renewed = None if health is None else health.renewed_at
    return portal.credentials_since if renewed is None else renewed


def _days(services: Services, since: int) -> int:
    return (services.clock.now_ms() - since) // DAY_MS


def list_token_warnings(services: Services, portal: KnownPortal) -> list[Text]:
    """What a person should know about the tokens of a portal, and do about it."""
    spare = BackupTokenStore(services).known(portal)
    kept = spare is not None and spare.state == KEPT
    days = idle_days(services, portal)
    told: list[Text | None] = [next((describe(days) for least, describe, _ in OLD if days >= least), None)]
    if spare is not None and kept:
        days = _days(services, spare.at)
        told.append(next((describe(days) for least, _, describe in OLD if days >= least), None))
    told.append(_describe_lost_backup(services, portal, spare))
    return [each for each in told if each is not None]


def _describe_lost_backup(services: Services, portal: KnownPortal, spare: BackupTokens | None) -> Text | None:
    """What became of a spare pair that is of no use any more; None when it is, or there never was one."""
    if spare is None:
        return None
    if spare.state == KEPT:
        other = BackupTokenStore(services).held(portal) is None
        told = Message("bitrix24.token.backup_of_another_application", command=STORE_BACKUP) if other else None
    elif spare.state == USED:
        told = Message("bitrix24.token.backup_used", command=STORE_BACKUP)
    else:
        told = Message("bitrix24.token.backup_lost", reason=spare.sentence, command=STORE_BACKUP)
    return name_portal(told, portal.name) if told else None
