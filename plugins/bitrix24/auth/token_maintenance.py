"""Keeps tokens from running out: a pair that nobody has used for weeks is renewed before the portal forgets it."""

from __future__ import annotations

from bot.plugin import PluginError, Services
from plugins.bitrix24.auth.backup_tokens import KEPT, USED, Spare, Spares
from plugins.bitrix24.auth.credentials import Health, KnownPortal, Vault
from plugins.bitrix24.auth.oauth import NoTokens
from plugins.bitrix24.auth.token_refresh import SPENT, Renewal
from plugins.bitrix24.traffic.portal_connections import Links

DAY_MS = 86_400_000
IDLE_DAYS = 20
"""One page of the documentation gives a refresh token 180 days, another 28: this fits both, and is rare."""
OLD: tuple[tuple[int, str], ...] = (
    (150, "the portal forgets it after 180 days"),
    (26, "by some of Bitrix24's pages it is good for 28 days only"),
)
"""From how many days on an age is worth a warning, and why."""


def tend(services: Services, links: Links) -> None:
    """Renew what has been idle for too long. What goes wrong with one portal is in the log, and stops no other."""
    for portal in Vault(services).portals():
        try:
            _tend(services, links, portal)
        except PluginError as error:
            services.log.warning("the tokens of the portal %s cannot be looked after: %s", portal.name, error.sentence)


def _tend(services: Services, links: Links, portal: KnownPortal) -> None:
    vault = Vault(services)
    spare = Spares(services).known(portal)
    if spare is not None and spare.state == KEPT and (not spare.proven or _days(services, spare.at) >= IDLE_DAYS):
        Renewal(services, links, portal).tend_spare()
    if _due(services, portal, vault.health(portal)):
        answer = Renewal(services, links, portal).after(vault.held(portal))
        if isinstance(answer, NoTokens):
            for worry in worries(services, portal):
                services.log.warning("portal %s: %s", portal.name, worry)


def _due(services: Services, portal: KnownPortal, health: Health | None) -> bool:
    """Whether the pair in use is to be renewed. One that is locked out is tried daily, where the reason may pass."""
    if health is None or not health.locked_out:
        return idle_days(services, portal) >= IDLE_DAYS
    return health.code not in SPENT and _days(services, health.at) >= 1


def idle_days(services: Services, portal: KnownPortal) -> int:
    """Whole days since the pair in use was stored or renewed."""
    health = Vault(services).health(portal)
    renewed = None if health is None else health.renewed_at
    return _days(services, portal.added_at if renewed is None else renewed)


def _days(services: Services, since: int) -> int:
    return (services.clock.now_ms() - since) // DAY_MS


def worries(services: Services, portal: KnownPortal) -> list[str]:
    """What a person should know about the tokens of a portal, and do about it."""
    spare, told = Spares(services).known(portal), []
    ages = [("refresh token", idle_days(services, portal))]
    if spare is not None and spare.state == KEPT:
        ages.append(("spare refresh token", _days(services, spare.at)))
    for what, days in ages:
        why = next((why for least, why in OLD if days >= least), "")
        if why:
            told.append(f"The {what} was last renewed {days} days ago; {why}. The log says why the bot could not.")
    what = _gone(services, portal, spare)
    if what:
        told.append(
            f"There is no spare pair of tokens left; the last one {what}. "
            f"Store another with `b24bot portal spare {portal.name}`."
        )
    return told


def _gone(services: Services, portal: KnownPortal, spare: Spare | None) -> str:
    """What became of a spare pair that is of no use any more; empty when it is, or there never was one."""
    if spare is None:
        return ""
    if spare.state == KEPT:
        other = Spares(services).held(portal) is None
        return "belongs to another application than the pair in use" if other else ""
    return "took over" if spare.state == USED else f"is lost: {spare.sentence.rstrip('.')}"
