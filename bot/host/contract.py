"""What a plugin has to be before it is used: a table of checks, each of which names what is wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

from bot.core.audit.audit_record import COMPUTED, EARLIER_TAGS, Tag
from bot.core.bot_errors import ConfigurationError
from bot.core.builtin_name import BUILTIN
from bot.core.parsing.invocation import HOST_OPTIONS, AnyCommand
from bot.host.member_checks import MEMBERS, check_misspelt, check_sequences, check_signatures, check_texts
from bot.host.value_types import find_mismatch
from bot.host.web_routes import route_faults
from bot.host.word_checks import TERMINAL_OPTIONS, check_words
from bot.plugin import PLUGIN_API, Arg, Event, Message, Nothing, PlaceTerm, Plan, Plugin, Risk, Setting, Settling

HOST = "b24bot"
RESERVED = frozenset({BUILTIN, HOST})
SEE = Message("host.contract.hint")
_NAME = re.compile(r"\A[a-z][a-z0-9_-]{0,40}\Z")
_WORD = re.compile(r"\A[a-z]{1,40}\Z")
_OPTION = re.compile(r"\A--[a-z][a-z0-9-]{0,39}\Z")
_TAG = re.compile(r"\A[a-z][a-z0-9_-]*(:[a-z][a-z0-9_-]*){2}\Z")
_FACT = re.compile(r"\A[a-z][a-z_]{0,40}\Z")
_VARIABLE = re.compile(r"\A[A-Z][A-Z0-9_]{0,80}\Z")
PREFIX = "B24BOT_"
"""What the names of b24bot's own settings begin with."""
OF_THE_SYSTEM = re.compile(
    r"\A(PATH|HOME|USER|LOGNAME|SHELL|TERM|TZ|LANG|LANGUAGE|TMPDIR|PWD|HOSTNAME|(HTTPS?|NO|ALL|FTP)_PROXY"
    r"|(LC|LD|DYLD|XDG)_.*|(PYTHON|PG)[A-Z]+|SSL_CERT_(FILE|DIR))\Z"
)
"""Variables that the system, Python or the database client reads: each has its meaning already."""
_OF_THE_HOST = (Risk.PERSONAL, Risk.HALT)


def assert_plugin(name: str, plugin: object) -> None:
    """Make sure that an object is a plugin. Raises ConfigurationError with `name`, as the settings have it."""
    fault = next(faults_of(name, plugin), None)
    if fault is not None:
        raise ConfigurationError(fault, hint=SEE)


def faults_of(name: str, plugin: Any) -> Iterator[Message]:
    """Tell what is wrong with a plugin as it is declared.

    A check relies on those before it, so only the first that finds anything is heard.
    """
    for check in CHECKS:
        found = list(check(name, plugin))
        if found:
            yield from found
            return


def check_api(name: str, plugin: Any) -> Iterator[Message]:
    """It was written for the API that there is."""
    api = getattr(plugin, "api", None)
    if api is not None and (not isinstance(api, int) or isinstance(api, bool) or api != PLUGIN_API):
        yield Message("host.contract.api", plugin=name, theirs=repr(api), ours=str(PLUGIN_API))


def check_members(name: str, plugin: Any) -> Iterator[Message]:
    """Every member is there, of an object and not of its class."""
    if isinstance(plugin, type):
        yield Message("host.contract.is_class", plugin=name, kind=plugin.__name__)
        return
    missing = tuple(member for member in MEMBERS if not hasattr(plugin, member))
    if missing:
        yield Message("host.contract.lacks", plugin=name, members=missing)


def check_name(name: str, plugin: Any) -> Iterator[Message]:
    """Its name can be written, and is not the host's."""
    own = plugin.name
    if not isinstance(own, str) or not _NAME.match(own):
        yield Message("host.contract.name", plugin=name, name=repr(own))
    elif own in RESERVED:
        yield Message("host.contract.reserved_name", plugin=name, name=own)


def check_values(name: str, plugin: Any) -> Iterator[Message]:
    """What it declares is of the declared types."""
    wrong = find_mismatch(plugin.settling, Settling)
    if wrong:
        yield Message("host.contract.settling", plugin=name, fault=wrong.describe())
    elif min(plugin.settling.late_effects, plugin.settling.ask_people) < 0:
        yield Message("host.contract.settling_negative", plugin=name)
    if not isinstance(plugin.simulators, Mapping):
        yield Message("host.contract.simulators", plugin=name)


def check_place_term(name: str, plugin: Any) -> Iterator[Message]:
    """Its word for a place can stand in a sentence, and the option is one that no command has otherwise."""
    term = plugin.place_term
    wrong = find_mismatch(term, PlaceTerm)
    if wrong:
        yield Message("host.contract.place_term", plugin=name, fault=wrong.describe())
    elif not _WORD.match(term.word):
        yield Message("host.contract.place_word", plugin=name, word=term.word)
    elif not _OPTION.match(term.option):
        yield Message("host.contract.place_option", plugin=name, option=term.option)
    elif term.option in (*HOST_OPTIONS, *TERMINAL_OPTIONS):
        yield Message("host.contract.place_option_taken", plugin=name, option=term.option)


def check_events(name: str, plugin: Any) -> Iterator[Message]:
    """Each event has a tag of the plugin's own, and a sentence that its records can fill."""
    for event in plugin.events:
        wrong = find_mismatch(event, Event)
        if wrong:
            yield Message("host.contract.event_type", plugin=name, fault=wrong.describe())
        else:
            yield from _event_faults(name, plugin, event)
    for tag in _twice([event.tag for event in plugin.events if isinstance(event.tag, str)]):
        yield Message("host.contract.event_twice", plugin=name, event=tag)


def _event_faults(name: str, plugin: Any, event: Event) -> Iterator[Message]:
    sources = tuple(f"{source}:" for source in dict.fromkeys((plugin.name, plugin.place_term.word)))
    if not _TAG.match(event.tag):
        yield Message("host.contract.event_tag", plugin=name, event=event.tag)
    elif not event.tag.startswith(sources):
        yield Message("host.contract.event_source", plugin=name, event=event.tag, sources=sources)
    elif event.tag in {*Tag, *EARLIER_TAGS}:
        yield Message("host.contract.event_reserved", plugin=name, event=event.tag)
    for fact in event.facts:
        if not _FACT.match(fact) or fact in (*COMPUTED, "reason"):
            yield Message("host.contract.event_fact", plugin=name, event=event.tag, fact=fact)
    for words, known in ((event.sentence, "place"), *((words, "value") for words in event.facts.values())):
        if words is not None and words.arguments not in ({}, {known: known}):
            argument = f"{known}={known!r}"
            yield Message(
                "host.contract.event_argument", plugin=name, event=event.tag, message=words.key, argument=argument
            )


def check_settings(name: str, plugin: Any) -> Iterator[Message]:
    """Each of its settings is declared once, by a name that an environment can hold."""
    for row in plugin.settings:
        wrong = find_mismatch(row, Setting)
        if wrong:
            yield Message("host.contract.setting_type", plugin=name, fault=wrong.describe())
        elif not _VARIABLE.match(row.name):
            yield Message("host.contract.setting_name", plugin=name, setting=row.name)
        elif row.name.startswith(PREFIX):
            yield Message("host.contract.setting_prefix", plugin=name, setting=row.name, prefix=PREFIX)
        elif OF_THE_SYSTEM.match(row.name):
            yield Message("host.contract.setting_of_system", plugin=name, setting=row.name)
    for setting in _twice(row.name for row in plugin.settings):
        yield Message("host.contract.setting_twice", plugin=name, setting=setting)


def check_paths(name: str, plugin: Any) -> Iterator[Message]:
    """Each of its commands has a path of its own."""
    for path in _twice(one.path for one in _commands(plugin)):
        yield Message("host.contract.command_twice", plugin=name, command=path)


def check_arguments(name: str, plugin: Any) -> Iterator[Message]:
    """Each argument is described by values of the declared types, and no option is one that every command has.

    A command of the terminal takes no place, so that its own argument for one may have the option for places.
    """
    place, taken = plugin.place_term.option, (*HOST_OPTIONS, *TERMINAL_OPTIONS)
    for command in _commands(plugin):
        for one in command.parameters:
            wrong = find_mismatch(one.arg, Arg)
            if wrong:
                argument, fault = one.name, wrong.describe()
                yield Message(
                    "host.contract.argument_type", plugin=name, argument=argument, command=command.path, fault=fault
                )
            names_place = one.option == place and not (command.terminal and one.arg.place)
            if one.flag and (one.option in taken or names_place):
                yield Message("host.contract.option_taken", plugin=name, option=one.option, command=command.path)


def check_secrets(name: str, plugin: Any) -> Iterator[Message]:
    """Each secret is asked for in the terminal: one among the typed words would stand in the record and in Slack."""
    for command in _commands(plugin):
        for one in command.parameters:
            if one.arg.secret and not command.terminal:
                yield Message("host.contract.secret_in_slack", plugin=name, argument=one.name, command=command.path)
            elif one.arg.secret and (not one.flag or one.switch):
                yield Message("host.contract.secret_typed", plugin=name, argument=one.name, command=command.path)


def check_examples(name: str, plugin: Any) -> Iterator[Message]:
    """Examples are texts."""
    for command in _commands(plugin):
        if not all(isinstance(example, str) for example in command.examples):
            yield Message("host.contract.example_type", plugin=name, command=command.path)


def check_risks(name: str, plugin: Any) -> Iterator[Message]:
    """What takes effect without anybody's decision is the host's, and what is about all places only reads."""
    for command in _commands(plugin):
        if not isinstance(command.risk, Risk):
            yield Message("host.contract.risk_type", plugin=name, command=command.path, risk=repr(command.risk))
        elif command.risk in _OF_THE_HOST:
            yield Message("host.contract.risk_of_host", plugin=name, command=command.path, risk=str(command.risk))
        elif command.everywhere and command.risk is not Risk.READ:
            yield Message("host.contract.everywhere_changes", plugin=name, command=command.path)


def check_readers(name: str, plugin: Any) -> Iterator[Message]:
    """A command that only reads returns no plan."""
    for command in _commands(plugin):
        reads = command.risk is Risk.READ or command.terminal
        answers = set(get_args(command.returns) or (command.returns,))
        if reads and Plan in answers and answers <= {Plan, Nothing}:
            yield (
                Message("host.contract.terminal_plan", plugin=name, command=command.path)
                if command.terminal
                else Message("host.contract.reader_plan", plugin=name, command=command.path)
            )


CHECKS: Sequence[Callable[[str, Any], Iterator[Message]]] = (
    check_api,
    check_members,
    check_signatures,
    check_name,
    check_misspelt,
    check_sequences,
    check_values,
    check_place_term,
    check_events,
    check_settings,
    route_faults,
    check_paths,
    check_arguments,
    check_secrets,
    check_examples,
    check_risks,
    check_readers,
    check_texts,
    check_words,
)
"""In their order: what a plugin is first, then what it declares."""


def settings_of(plugins: Iterable[Plugin], taken: Iterable[str]) -> list[Setting]:
    """The settings of all plugins; `taken` are the host's own names. Raises ConfigurationError naming both owners."""
    owners = dict.fromkeys(taken, HOST)
    rows: list[Setting] = []
    for plugin in plugins:
        for row in plugin.settings:
            if row.name in owners:
                first = owners[row.name]
                owner = Message("host.owner.plugin", plugin=first) if first != HOST else Message("host.owner.builtin")
                raise ConfigurationError(
                    Message("host.contract.setting_taken", plugin=plugin.name, setting=row.name, owner=owner), hint=SEE
                )
            owners[row.name] = plugin.name
            rows.append(row)
    return rows


def _commands(plugin: Any) -> Iterator[AnyCommand]:
    return (command for group in plugin.groups for command in group)


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]
