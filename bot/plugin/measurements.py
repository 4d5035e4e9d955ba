"""What a plugin measures for monitoring: numbers by place, read whenever somebody asks for the metrics."""

from __future__ import annotations

from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One number that a plugin keeps about one of its places.

    `name` is lower case with underscores and ends with its unit, for example `token_remaining_seconds`. The metric is
    called `b24bot_PLUGIN_NAME`. `place` is the name of a place, the one label. `help` is one English sentence, the same
    for every place.
    """

    name: str
    help: str
    place: str
    value: float
