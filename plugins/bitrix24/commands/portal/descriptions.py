"""What the commands about portals say of an application, of tokens and of times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.plugin import Message, Time
from plugins.bitrix24.auth.backup_tokens import KEPT, USED, BackupTokens
from plugins.bitrix24.auth.credentials import TokenHealth
from plugins.bitrix24.connectors.model import AppInfo

UNKNOWN_KIND = Message("bitrix24.portal.kind_unknown")
APPLICATION_KINDS: Mapping[str, Message] = {
    "free": Message("bitrix24.portal.kind_free"),
    "demo": Message("bitrix24.portal.kind_demo"),
    "trial": Message("bitrix24.portal.kind_trial"),
    "paid": Message("bitrix24.portal.kind_paid"),
    "local": Message("bitrix24.portal.kind_local"),
    "subscription": Message("bitrix24.portal.kind_subscription"),
}


def describe_application(app: AppInfo) -> Message:
    """Say how far the application is installed, and of which kind it is."""
    kind = APPLICATION_KINDS.get(app.status, UNKNOWN_KIND)
    if app.installed:
        return Message("bitrix24.portal.application_installed", status=kind)
    return Message("bitrix24.portal.application_not_installed", status=kind)


def describe_time(milliseconds: int) -> Message:
    return Message("bitrix24.portal.time", time=Time(time=milliseconds))


def describe_backup(portal: str, spare: BackupTokens | None) -> Message:
    if spare is None:
        return Message("bitrix24.token.backup_none", portal=portal)
    at = Time(time=spare.at)
    if spare.state == USED:
        return Message("bitrix24.token.backup_took_over", time=at)
    if spare.state != KEPT:
        return Message("bitrix24.token.backup_refused", time=at)
    return (
        Message("bitrix24.token.backup_renewed", time=at)
        if spare.proven
        else Message("bitrix24.token.backup_unproven", time=at)
    )


def describe_tokens(health: TokenHealth | None) -> Message:
    if health is None:
        return Message("bitrix24.token.never_renewed")
    at = Time(time=health.at)
    if health.locked_out:
        return Message("bitrix24.token.refused", time=at, reason=health.sentence)
    return Message("bitrix24.token.renewed", time=at)


def describe_default(whose: Sequence[str]) -> Message | None:
    """Say whose commands without --portal act on a portal; None for nobody's."""
    match tuple(whose):
        case ("you",):
            return Message("bitrix24.portal.default_for_you")
        case ("everybody",):
            return Message("bitrix24.portal.default_for_everybody")
        case ():
            return None
        case _:
            return Message("bitrix24.portal.default_for_you_and_everybody")
