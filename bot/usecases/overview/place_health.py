"""How the places of all plugins are doing, from what the plugins have stored: no place is called for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.core.joined_sentences import pair_sentences
from bot.core.principals import Principal
from bot.host.hosted_plugin import HostedPlugin
from bot.language.translation import translate
from bot.plugin import HealthLevel, Message, Place, PlaceHealth, Plugin, PluginError, Text
from bot.plugin.frozen import dataclass
from bot.usecases.command_context.place_choice import choose_place, list_place_plugins
from bot.usecases.command_context.unfinished_places import list_unfinished, stand_in
from bot.usecases.context import Context, log

NOT_KNOWN = Message("overview.health_not_known")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceState:
    """One place, what people call such a place, and how it is doing; `is_usual` for the place of the reader's lines."""

    term: Text
    place: Place
    is_usual: bool
    health: PlaceHealth | None = None
    """None where its plugin tells nothing of it."""


def list_place_states(ctx: Context, person: Principal) -> tuple[PlaceState, ...]:
    """List all places: the reader's own first, then those in the worst state."""
    found = [state for plugin in list_place_plugins(ctx.registry) for state in _of_plugin(ctx, plugin, person)]
    levels = list(HealthLevel)

    def rank(state: PlaceState) -> tuple[bool, int, str]:
        level = 0 if state.health is None else levels.index(state.health.level)
        return (not state.is_usual, -level, state.place.name)

    return tuple(sorted(found, key=rank))


def _of_plugin(ctx: Context, plugin: HostedPlugin, person: Principal) -> Iterator[PlaceState]:
    try:
        places = plugin.places(ctx.services(plugin.name))
    except PluginError as error:
        _log(plugin, error)
        return
    usual = _usual_place(ctx, plugin, places, person)
    known = _find_health(ctx, plugin)
    for place in places:
        health = known.get(place.name)
        yield PlaceState(term=plugin.place_term.label, place=place, is_usual=place == usual, health=health)
    yield from _unfinished(ctx, plugin, places)


def _unfinished(ctx: Context, plugin: HostedPlugin, places: Sequence[Place]) -> Iterator[PlaceState]:
    """The places that somebody began to add. A plugin that fails is in the log."""
    try:
        found = list_unfinished(plugin, ctx.services(plugin.name), places)
    except PluginError as error:
        _log(plugin, error)
        return
    for each in found:
        says = pair_sentences(each.says, each.do)
        health = PlaceHealth(place=each.name, level=HealthLevel.WARNING, says=says)
        yield PlaceState(term=plugin.place_term.label, place=stand_in(each), is_usual=False, health=health)


def _usual_place(ctx: Context, plugin: Plugin, places: Sequence[Place], person: Principal) -> Place | None:
    try:
        return choose_place(ctx, plugin.name, places, person)
    except PluginError:
        return None


def _find_health(ctx: Context, plugin: HostedPlugin) -> dict[str, PlaceHealth]:
    """The health of a plugin's places by their names. A plugin that fails is in the log."""
    try:
        return {each.place: each for each in plugin.tell_health(ctx.services(plugin.name))}
    except PluginError as error:
        _log(plugin, error)
        return {
            place.name: PlaceHealth(place=place.name, level=HealthLevel.WARNING, says=NOT_KNOWN)
            for place in plugin.places(ctx.services(plugin.name))
        }


def _log(plugin: Plugin, error: PluginError) -> None:
    told = translate(error.sentence)
    log.warning("%s told nothing of its places: %s", plugin.name, told, extra={"action": "health_not_told"})
