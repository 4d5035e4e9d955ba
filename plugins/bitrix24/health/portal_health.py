"""How each portal is doing, in a sentence, from what b24bot keeps of it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.plugin import HealthLevel, Message, PlaceHealth, Services, Time
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.auth.token_maintenance import find_token_end
from plugins.bitrix24.health.warnings import ONE_USER, list_warnings


def tell_portal_health(services: Services) -> Sequence[PlaceHealth]:
    """Tell how every known portal is doing. No portal is called."""
    return [_tell(services, portal) for portal in CredentialStore(services).portals()]


def _tell(services: Services, portal: KnownPortal) -> PlaceHealth:
    """The worst of what people are warned of. That nobody else's tokens are kept is a risk, and no trouble yet."""
    warnings = [each for each in list_warnings(services, portal) if each.subject != ONE_USER]
    worst = next((each for each in warnings if each.critical), next(iter(warnings), None))
    if worst is not None:
        level = HealthLevel.CRITICAL if worst.critical else HealthLevel.WARNING
        return PlaceHealth(place=portal.name, level=level, says=worst.says)
    ends = Time(time=find_token_end(services, portal))
    return PlaceHealth(place=portal.name, level=HealthLevel.GOOD, says=Message("bitrix24.health.works", time=ends))
