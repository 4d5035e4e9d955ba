"""Values that a line gives by their names: `line show Support` for `line show 1`, where only one thing has the name."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from bot.core.bot_errors import WordsError
from bot.core.parsing.invocation import Understood, read_place_option, understand
from bot.core.parsing.suggestion import find_nearest
from bot.core.parsing.synonyms import fold, map_values
from bot.core.parsing.tokenizer import join_words
from bot.core.parsing.typed_line import AnyCommand, TypedLine
from bot.core.principals import Principal
from bot.core.redaction.sanitizer import sanitize_text
from bot.host.guarded_calls import RAN_COMMAND, blame_plugin
from bot.host.plugin_services import Progress
from bot.plugin import Arg, BadArgument, Message, Plugin, PluginError
from bot.usecases.command_context.place_choice import choose_place
from bot.usecases.context import Context

MOST_NAMED = 5
"""Things of one name that a refusal lists."""
ALIKE = 0.75
"""How much of a name has to be right for its thing to be offered."""
Named = Sequence[tuple[str, str]]
"""What may be typed for each thing, and the thing's name."""


def takes_names(command: AnyCommand) -> bool:
    """Whether a value of the command may be given by a name."""
    return any(one.arg.names is not None for one in command.parameters)


def understand_by_name(
    ctx: Context, plugin: Plugin, typed: TypedLine, person: Principal, error: BadArgument, progress: Progress
) -> Understood:
    """Read the line with the values that its names stand for. Raises `error` where a word is the name of nothing.

    The names are those of the place that the line is about. Whether the person may read it was checked before.
    """
    command, words = typed.command, typed.words()
    try:
        read = _Reader(ctx, plugin, typed, person, progress)
        found = map_values(command, words, read.replace)
    except WordsError:
        raise
    except PluginError:
        raise error from None
    if found == words:
        raise error
    line = join_words([*typed.path, *found])
    if read.is_guess:
        raise WordsError(error.sentence, hint=error.hint, suggestion=line)
    return understand([command], line)


class _Reader:
    """Finds values by name. `is_guess`: a word was only like the name or the value that was put in its place."""

    def __init__(self, ctx: Context, plugin: Plugin, typed: TypedLine, person: Principal, progress: Progress) -> None:
        services = ctx.services(plugin.name, progress)
        self._plugin, self._command = plugin, typed.command
        with self._blamed():
            places = plugin.places(services)
        place = choose_place(ctx, plugin.name, places, person, read_place_option(typed))
        with self._blamed():
            self._subject = plugin.open(services, place)
        self.is_guess = False

    def _blamed(self) -> AbstractContextManager[None]:
        return blame_plugin(self._plugin.name, RAN_COMMAND, command=self._command.path)

    def replace(self, arg: Arg, word: str) -> str:
        """The value that a word stands for; itself where it is a value or like no name. Raises WordsError."""
        if arg.names is None or _is_value(arg, word):
            return word
        with self._blamed():
            known = [(str(value), sanitize_text(str(name))) for value, name in arg.names(self._subject)]
        values = [value for value, name in known if fold(name.strip()) == fold(word.strip())]
        if len(values) > 1:
            raise WordsError(
                Message("typed.name_of_several", name=sanitize_text(word), count=len(values)),
                hint=Message("typed.name_choice", values=tuple(values[:MOST_NAMED])),
            )
        if values:
            return values[0]
        return self._guess(known, word)

    def _guess(self, known: Named, word: str) -> str:
        by_form = {_compared_form(text): value for value, name in known for text in (name, value)}
        meant = find_nearest(_compared_form(word), filter(None, by_form), alike=ALIKE)
        if meant is None:
            return word
        self.is_guess = True
        return by_form[meant]


def _is_value(arg: Arg, word: str) -> bool:
    try:
        arg.parse(word)
    except BadArgument:
        return False
    return True


def _compared_form(text: str) -> str:
    """A name without blanks and signs, as somebody may have put it together."""
    return "".join(filter(str.isalnum, fold(text)))
