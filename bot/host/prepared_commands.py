"""Commands as the registry holds them: with messages as their help, behind the guard, with what people call a place.

Each is made once a process. A start makes two registries, and this is most of the work of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from bot.core.parsing.invocation import AnyCommand
from bot.host.guarded_calls import guard_command
from bot.host.help_messages import prefix_of, say_term, with_messages
from bot.host.word_checks import Collision, find_collisions
from bot.plugin import PlaceTerm

_MADE: dict[tuple[str, tuple[int, ...]], tuple[tuple[object, ...], AnyCommand]] = {}
"""By the identities of a declaration and of what else counts: these themselves, which keep their identities their own,
and what was made of them."""
_COLLISIONS: dict[tuple[int, ...], tuple[Sequence[AnyCommand], Sequence[Collision]]] = {}
"""By the identities of commands: these themselves, and the words that two of them claim."""


def prepare_command(plugin: str, command: AnyCommand, term: PlaceTerm) -> AnyCommand:
    """Make the command of a plugin whose places are called so."""

    def make() -> AnyCommand:
        guarded = guard_command(plugin, with_messages(prefix_of(plugin), command))
        return replace(guarded, place_term=term)

    return _make_once(plugin, (command, term), make)


def prepare_own_command(command: AnyCommand, term: PlaceTerm, said: PlaceTerm) -> AnyCommand:
    """Make a command of b24bot's own. Its option names a place with `term`, its help calls a place as `said` does."""

    def make() -> AnyCommand:
        return replace(_say_term(with_messages(prefix_of(""), command), said), placeless=True, place_term=term)

    return _make_once("", (command, term, said), make)


def name_places(command: AnyCommand, term: PlaceTerm) -> AnyCommand:
    """Make the same command with what people call a place as its noun."""
    return _make_once("", (command, term), lambda: replace(command, noun=term.word, noun_words=term.words))


def list_collisions(commands: Iterable[AnyCommand], reserved: Iterable[str]) -> Sequence[Collision]:
    """List each word that two commands or options claim; `reserved` are nouns of nobody here, always the same."""
    held = tuple(commands)
    key = tuple(map(id, held))
    if key not in _COLLISIONS:
        _COLLISIONS[key] = held, tuple(find_collisions(held, reserved))
    return _COLLISIONS[key][1]


def _make_once(plugin: str, parts: tuple[object, ...], make: Callable[[], AnyCommand]) -> AnyCommand:
    key = plugin, tuple(map(id, parts))
    if key not in _MADE:
        _MADE[key] = parts, make()
    return _MADE[key][1]


def _say_term(command: AnyCommand, term: PlaceTerm) -> AnyCommand:
    """A command of b24bot's own with what people call a place in its help and in that of its arguments."""
    help, description = say_term(command.help, term), say_term(command.description, term)
    arguments = [say_term(one.arg.help, term) for one in command.parameters]
    parameters = tuple(
        replace(one, arg=replace(one.arg, help=said)) for one, said in zip(command.parameters, arguments, strict=True)
    )
    return replace(command, help=help, description=description, parameters=parameters)
