"""The trials of what a plugin has beside its commands: its simulation, events, numbers, health and buttons."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.parsing.invocation import recognize
from bot.language.translation import can_translate, translate
from bot.plugin import Message, PluginError
from bot.testing.harness import Harness
from bot.testing.simulations import read_simulation


def try_simulation(harness: Harness) -> Iterator[str]:
    """`ready` and `picture` of the simulation return what the playground and `b24bot simulate` show."""
    for method in ("ready", "picture"):
        read_simulation(harness.simulation, method)
    yield from ()


def try_events(harness: Harness) -> Iterator[str]:
    """Each event and each of its facts has an English sentence."""
    for event in harness.plugin.events:
        said = [one for one in (event.sentence, *event.facts.values()) if one is not None]
        lacking = [one for one in said if not can_translate(one)]
        yield from (f"the event {event.tag} has no English sentence for {translate(one)}" for one in lacking)


def try_measurements(harness: Harness) -> Iterator[str]:
    """`measure` returns measurements, each name once for a place."""
    harness.plugin.measure(harness.services())
    yield from ()


def try_health(harness: Harness) -> Iterator[str]:
    """`tell_health` returns the health of places that `places` names."""
    known = {place.name for place in harness.plugin.places(harness.services())}
    told = [each.place for each in harness.plugin.tell_health(harness.services())]
    yield from (f"tell_health names the place “{name}”, which places does not" for name in told if name not in known)


def try_unfinished(harness: Harness) -> Iterator[str]:
    """`unfinished_places` returns places that wait, each with an English sentence and with what to type."""
    for place in harness.plugin.unfinished_places(harness.services()):
        lacking = [one for one in (place.says, place.do) if isinstance(one, Message) and not can_translate(one)]
        yield from (f"the unfinished place {place.name} has no English sentence for {one.key}" for one in lacking)


def try_overview(harness: Harness) -> Iterator[str]:
    """The lines of overview buttons begin with a command, and the commands of overview lists are declared."""
    lines = [each.line for each in harness.plugin.overview_buttons]
    for line in (*lines, *(each.command for each in harness.plugin.overview_lists)):
        try:
            recognize(harness.typed, line)
        except PluginError as error:
            yield f"the overview has “{line}”, which cannot be typed: {translate(error.sentence)}"
