"""Places that somebody began to add and did not finish: a line that names one is refused with what to type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.host.hosted_plugin import HostedPlugin
from bot.plugin import NEW_PLACE, Place, Refusal, Services, UnfinishedPlace


def list_unfinished(plugin: HostedPlugin, services: Services, places: Iterable[Place]) -> Sequence[UnfinishedPlace]:
    """The unfinished places of a plugin, without those whose name leads to a place that is known."""
    known = {name for place in places for name in (place.name, *place.former_names)}
    return [each for each in plugin.unfinished_places(services) if each.name not in known]


def require_finished(plugin: HostedPlugin, services: Services, places: Sequence[Place], named: str | None) -> None:
    """Raise Refusal for a line about an unfinished place: it names one, or there is nothing else to be about."""
    if named is None and places:
        return
    waiting = next(
        (each for each in list_unfinished(plugin, services, places) if named is None or each.name == named), None
    )
    if waiting is not None:
        raise Refusal(waiting.says, hint=waiting.do)


def stand_in(unfinished: UnfinishedPlace) -> Place:
    """A place to show in a list beside those that are known. No command can open it."""
    return Place(name=unfinished.name, label="", identity=f"{NEW_PLACE}{unfinished.name}")
