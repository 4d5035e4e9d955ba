"""What people are warned of: each is derived from what the bot keeps of a portal, so that a restart changes nothing."""

from __future__ import annotations

from bot.plugin import Message, Services, Text, Time
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth import token_maintenance
from plugins.bitrix24.auth.backup_tokens import BackupTokenStore, advise_backup
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.auth.token_maintenance import DAY_MS
from plugins.bitrix24.health import access_losses
from plugins.bitrix24.health.access_losses import AccessLoss
from plugins.bitrix24.health.portal_refusals import PortalRefusals

ACCESS, TOKEN_END, ONE_USER = "access", "token end", "one user"
DAYS = (1, 7, 30)
"""So many days before the end of the refresh token people are warned, the last time first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalWarning:
    """One warning. There is at most one of a `subject`; another `level` of it is told anew.

    `critical`: the bot cannot work with the portal, so that it is told again every day.
    """

    subject: str
    level: str
    says: Text
    advice: Text
    critical: bool = False


def list_warnings(services: Services, portal: KnownPortal) -> tuple[PortalWarning, ...]:
    """List what people must know of a portal now."""
    found = (
        _access(services, portal),
        _token_end(services, portal),
        _one_user(services, portal),
    )
    return tuple(each for each in found if each is not None)


def _access(services: Services, portal: KnownPortal) -> PortalWarning | None:
    """What keeps every call from working: what the portal says, else what the authorisation server says.

    What the watch over other people's changes tells is left to it.
    """
    refusal = PortalRefusals(services).known(portal.identity)
    if refusal is not None:
        return _of_loss(refusal.loss, portal)
    health = CredentialStore(services).health(portal)
    if health is None or not health.locked_out:
        return None
    loss = access_losses.find_loss(health.code, idle_days=token_maintenance.idle_days(services, portal))
    if loss is not None:
        return _of_loss(loss, portal)
    return PortalWarning(subject=ACCESS, level=health.code, says=health.sentence, advice=health.hint, critical=True)


def _token_end(services: Services, portal: KnownPortal) -> PortalWarning | None:
    ends_at = token_maintenance.find_token_end(services, portal)
    left = ends_at - services.clock.now_ms()
    days = next((days for days in DAYS if left <= days * DAY_MS), None)
    if days is None or left <= 0:
        return None
    return PortalWarning(
        subject=TOKEN_END,
        level=str(days),
        says=Message("bitrix24.warning.token_ends", time=Time(time=ends_at)),
        advice=access_losses.REFRESH_LAPSED.advise(portal.name),
    )


def _one_user(services: Services, portal: KnownPortal) -> PortalWarning | None:
    backups = BackupTokenStore(services)
    known, health = backups.known(portal), CredentialStore(services).health(portal)
    same = bool(known and health and known.user and known.user == health.user)
    if backups.held(portal) is not None and not same:
        return None
    says = Message("bitrix24.warning.same_user") if same else Message("bitrix24.warning.one_user")
    return PortalWarning(
        subject=ONE_USER,
        level="same user" if same else "no backup",
        says=says,
        advice=advise_backup(portal),
    )


def _of_loss(loss: AccessLoss, portal: KnownPortal) -> PortalWarning | None:
    if loss.watched:
        return None
    return PortalWarning(
        subject=ACCESS, level=loss.name, says=loss.says, advice=loss.advise(portal.name), critical=True
    )
