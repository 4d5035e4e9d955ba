"""`b24bot completion`: the script that completes words in a shell, and the values that fit.

The words come from the declarations and, for ids, from the store and the place. A place is read within a short time
and with the tokens as they are: completion never renews one, for it may be cut off at any moment.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem, get_completion_class

from bot.cli.help_page import argument, command, foreign_items
from bot.cli.output import plain
from bot.cli.session import Terminal
from bot.core.parsing.invocation import AnyCommand, offered_options, read_options
from bot.core.parsing.synonyms import fold, list_words, name_option, option_words
from bot.plugin import BadArgument, Message, Parameter, Plugin, Refusal, Sealed, Secrets, Services, Words
from bot.plugin.frozen import dataclass
from bot.store.location import locate
from bot.usecases.admin.queries import QueryContext
from bot.usecases.command_context.place_choice import choose_place
from bot.usecases.command_context.roles import role_of
from bot.usecases.special_commands.terminal_commands import TERMINAL_COMMANDS

if TYPE_CHECKING:
    from bot.app import Bot

PROGRAM = "b24bot"
VARIABLE = "_B24BOT_COMPLETE"
SECONDS = 2.0
"""How long somebody who pressed TAB waits for a place at most."""
OWN_OPTIONS = ("--json", "--help")
NO_VALUES: Mapping[str, Words] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedSecrets:
    """Secrets that can be read and neither written nor renewed."""

    inner: Secrets

    def read(self, name: str) -> Sealed | None:
        return self.inner.read(name)

    def write(self, name: str, value: Mapping[str, Any], *, after: int) -> bool:
        return False

    def delete(self, name: str) -> None:
        """Delete nothing."""

    def lease(self, name: str, *, seconds: float) -> AbstractContextManager[bool]:
        """Raises Refusal at once: whoever is told that another holds it would wait for that one."""
        raise Refusal(Message("cli.completion.no_renewal"))


@contextmanager
def silence_stderr() -> Iterator[None]:
    """Say nothing on standard error: a warning would stand in the middle of what somebody types."""
    logging.disable()
    try:
        yield
    except Exception:  # noqa: BLE001 - a trace would stand in the line; the command itself tells what is wrong
        sys.exit(1)
    finally:
        logging.disable(logging.NOTSET)


@command(
    "completion",
    help=TERMINAL_COMMANDS["completion"],
    details=Message("clihelp.completion.details"),
    examples=("bash", "fish > ~/.config/fish/completions/b24bot.fish"),
)
@argument("shell", type=click.Choice(["bash", "zsh", "fish"]), metavar="SHELL", help=Message("clihelp.argument.shell"))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands, options and ids in a shell."""
    made = get_completion_class(shell)
    if made is None:
        raise BadArgument(Message("cli.completion.unsupported", shell=shell))
    click.echo(made(ctx.find_root().command, {}, PROGRAM, VARIABLE).source())


def option_items(declared: AnyCommand, incomplete: str) -> list[CompletionItem]:
    """The options of a declared command that begin with what was typed, by their names in that language."""
    own = {each.option: plain(each.arg.help) for each in declared.parameters if each.flag and not each.arg.secret}
    helps = {**dict.fromkeys((*own, *offered_options(declared), "--yes", *OWN_OPTIONS), ""), **own}
    names = dict(zip(helps, helps, strict=True)) if incomplete.isascii() else option_words(declared)
    found = {name: option for name, option in names.items() if option in helps and name.startswith(fold(incomplete))}
    return [CompletionItem(name, help=helps[option] or None) for name, option in found.items()]


def value_items(
    terminal: Terminal, declared: AnyCommand, words: Sequence[str], incomplete: str
) -> list[CompletionItem]:
    """The values that fit in the place after `words`, as far as they are known within a short time."""
    # bash takes “--place=prod” apart.
    words = [name_option(declared, word) for word in words if word != "="]
    expected = _expected(declared, words)
    if isinstance(expected, Parameter) and not incomplete.isascii() and expected.arg.values:
        return foreign_items(chain.from_iterable(map(list_words, expected.arg.values.values())), incomplete)
    if isinstance(expected, str):
        found = _in_time(lambda: _places(terminal, declared) if expected == declared.place_term.option else ())
    elif expected is not None and expected.arg.complete is not None:
        complete, place_name = expected.arg.complete, _place_in(declared.place_term.option, words)
        found = _in_time(lambda: _completed(terminal, declared, complete, place_name))
    else:
        found = []
    return [CompletionItem(word) for word in found if word.startswith(incomplete)]


def from_store(list_values: Callable[[QueryContext], Iterable[str]]) -> Callable[..., list[CompletionItem]]:
    """Complete an argument of the terminal's own commands by what the host's declared commands offer."""

    def complete(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        terminal = ctx.find_root().ensure_object(Terminal)

        def read() -> list[str]:
            with _opened(terminal) as bot:
                return list(list_values(_make_query_context(bot, terminal))) if bot else []

        return [CompletionItem(word) for word in _in_time(read) if word.startswith(incomplete)]

    return complete


def from_words(words: Iterable[str], others: Mapping[str, Words] = NO_VALUES) -> Callable[..., list[CompletionItem]]:
    """Complete an option of the terminal's own commands by fixed words, or by those of the language that is typed."""

    def complete(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        if not incomplete.isascii():
            return foreign_items(chain.from_iterable(map(list_words, others.values())), incomplete)
        return [CompletionItem(word) for word in words if word.startswith(incomplete)]

    return complete


def _expected(declared: AnyCommand, words: Sequence[str]) -> Parameter | str | None:
    """The parameter whose value comes next, or the name of a host's option; None when nothing fits."""
    flags = {each.option: each for each in declared.parameters if each.flag}
    takes_value = {name for name, each in flags.items() if not each.switch} | {
        name for name, label in read_options(declared).items() if label
    }
    waiting, given = "", 0
    for word in words:
        if waiting:
            waiting = ""
        elif word in takes_value:
            waiting = word
        elif not word.startswith("-"):
            given += 1
    if waiting:
        return flags.get(waiting, waiting)
    places = [each for each in declared.parameters if not each.flag]
    if given < len(places):
        return places[given]
    return places[-1] if places and places[-1].many else None


def _place_in(option: str, words: Sequence[str]) -> str | None:
    """The place that the words name, with `--place NAME` or `--place=NAME` or as its plugin calls that option."""
    named = [after for word, after in pairwise([*words, ""]) if word == option]
    joined = [word.partition("=")[2] for word in words if word.startswith(f"{option}=")]
    return next(iter([*named, *joined]), None)


def _is_set_up(terminal: Terminal) -> bool:
    """Whether there is a database: completion makes none."""
    settings = terminal.host_settings
    return locate(settings.home, settings.database_url).exists


def _places(terminal: Terminal, declared: AnyCommand) -> Iterable[str]:
    with _opened(terminal) as bot:
        plugin = bot and bot.context.registry.owner(declared)
        return [place.name for place in plugin.places(_services(bot, plugin))] if bot and plugin else ()


def _completed(
    terminal: Terminal, declared: AnyCommand, complete: Callable[[Any], Iterable[str]], place_name: str | None
) -> Iterable[str]:
    with _opened(terminal) as bot:
        return list(complete(_subject(bot, terminal, declared, place_name))) if bot else ()


def _opened(terminal: Terminal) -> AbstractContextManager[Bot | None]:
    return terminal.bot() if _is_set_up(terminal) else nullcontext(None)


def _subject(bot: Bot, terminal: Terminal, declared: AnyCommand, place_name: str | None) -> Any:
    """What planners of this command get first."""
    plugin = bot.context.registry.owner(declared)
    if plugin is None:
        return _make_query_context(bot, terminal)
    services = _services(bot, plugin)
    if declared.terminal or declared.everywhere:
        return services
    place = choose_place(bot.context, plugin.name, plugin.places(services), terminal.person, place_name)
    return plugin.open(services, place)


def _make_query_context(bot: Bot, terminal: Terminal) -> QueryContext:
    return QueryContext(ctx=bot.context, person=terminal.person, role=role_of(bot.context, terminal.person))


def _services(bot: Bot, plugin: Plugin) -> Services:
    given = bot.context.services(plugin.name)
    return replace(given, secrets=FixedSecrets(inner=given.secrets))


def _in_time(read: Callable[[], Iterable[str]]) -> list[str]:
    """What `read` gives within a short time; nothing when it fails or takes longer."""
    found: list[str] = []
    # A daemon: what is still waiting for a place when the time is over ends with the process.
    thread = threading.Thread(target=lambda: found.extend(_quietly(read)), daemon=True)
    thread.start()
    thread.join(SECONDS)
    return list(found)


def _quietly(read: Callable[[], Iterable[str]]) -> Iterator[str]:
    """Whatever goes wrong while somebody types is told by the command itself, once it is run."""
    try:
        yield from read()
    except Exception:  # noqa: BLE001 - a trace would stand in the line; the command itself tells what is wrong
        return
