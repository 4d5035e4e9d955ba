"""What a plugin has to be before it is used: a table of checks, each of which names what is wrong."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

from bot.core.audit.audit_record import COMPUTED, EARLIER_TAGS, Tag
from bot.core.bot_errors import ConfigurationError
from bot.core.local_plugins import LOCAL_PLUGINS
from bot.core.parsing.invocation import HOST_OPTIONS, AnyCommand
from bot.host.value_types import find_mismatch
from bot.plugin import PLUGIN_API, Arg, Event, Group, Nothing, PlaceTerm, Plan, Plugin, Risk, Setting, Settling

MEMBERS: Mapping[str, object] = {name: member for name, member in vars(Plugin).items() if not name.startswith("_")}
"""The members of the protocol itself, so that this list and the protocol cannot differ."""
HOST = "b24bot"
RESERVED = LOCAL_PLUGINS | {HOST}
SEE = "docs/plugins.md, “What a plugin is”, lists what a plugin brings."
TERMINAL_OPTIONS = ("--json", "--yes", "--help")
"""Options of every command of the terminal, beside those of every command."""
_NAME = re.compile(r"\A[a-z][a-z0-9_-]{0,40}\Z")
_WORD = re.compile(r"\A[a-z]{1,40}\Z")
_OPTION = re.compile(r"\A--[a-z][a-z0-9-]{0,39}\Z")
_TAG = re.compile(r"\A[a-z][a-z0-9_-]*(:[a-z][a-z0-9_-]*){2}\Z")
_FACT = re.compile(r"\A[a-z][a-z_]{0,40}\Z")
_VARIABLE = re.compile(r"\A[A-Z][A-Z0-9_]{0,80}\Z")
_KINDS: Mapping[str, type[Any]] = {"settings": Setting, "groups": Group, "events": Event}
_OF_THE_HOST = (Risk.PERSONAL, Risk.HALT)


def assert_plugin(name: str, plugin: object) -> None:
    """Make sure that an object is a plugin. Raises ConfigurationError with `name`, as the settings have it."""
    fault = next(faults_of(plugin), None)
    if fault is not None:
        raise _wrong(name, fault)


def faults_of(plugin: Any) -> Iterator[str]:
    """Tell what is wrong with a plugin as it is declared; each completes “The plugin NAME …”.

    A check relies on those before it, so only the first that finds anything is heard.
    """
    for check in CHECKS:
        found = list(check(plugin))
        if found:
            yield from found
            return


def check_api(plugin: Any) -> Iterator[str]:
    """It was written for the API that there is."""
    api = getattr(plugin, "api", None)
    if api is not None and (not isinstance(api, int) or isinstance(api, bool) or api != PLUGIN_API):
        yield f"is written for version {api!r} of the plugin API; this b24bot has version {PLUGIN_API}"


def check_members(plugin: Any) -> Iterator[str]:
    """Every member is there, of an object and not of its class."""
    if isinstance(plugin, type):
        yield f"is the class {plugin.__name__}; name an object of it: plugin = {plugin.__name__}()"
        return
    missing = [member for member in MEMBERS if not hasattr(plugin, member)]
    if missing:
        yield f"lacks {', '.join(missing)}"


def check_signatures(plugin: Any) -> Iterator[str]:
    """Every method can be called as the host calls it."""
    for member, declared in MEMBERS.items():
        if inspect.isfunction(declared) and not _takes(getattr(plugin, member), declared):
            yield f"has a member {member} that cannot be called as {member}{_parameters(declared)}"


def check_name(plugin: Any) -> Iterator[str]:
    """Its name can be written, and is not the host's."""
    own = plugin.name
    if not isinstance(own, str) or not _NAME.match(own):
        yield f"is called {own!r}; a name is made of a-z, 0-9, - and _"
    elif own in RESERVED:
        yield f"is called “{own}”, which is the name of b24bot's own commands"


def check_values(plugin: Any) -> Iterator[str]:
    """What it declares is of the declared types."""
    for member, kind in _KINDS.items():
        values = getattr(plugin, member)
        if isinstance(values, kind):
            yield f"has {member} that are one {kind.__name__}; a tuple of one ends in a comma: ({kind.__name__}(…),)"
        elif not isinstance(values, Iterable) or not all(isinstance(value, kind) for value in values):
            yield f"has {member} that are not all a {kind.__name__}"
    wrong = find_mismatch(plugin.settling, Settling)
    if wrong:
        yield f"declares settling wrongly: it{'' if wrong.startswith('.') else ' '}{wrong}"
    elif min(plugin.settling.late_effects, plugin.settling.ask_people) < 0:
        yield "declares settling wrongly: its seconds are below 0"
    if not isinstance(plugin.simulators, Mapping):
        yield "has simulators that are no mapping from names to functions"


def check_place_term(plugin: Any) -> Iterator[str]:
    """Its word for a place can stand in a sentence, and the option is one that no command has otherwise."""
    term = plugin.place_term
    wrong = find_mismatch(term, PlaceTerm)
    if wrong:
        yield f"declares place_term wrongly: it{'' if wrong.startswith('.') else ' '}{wrong}"
    elif not _WORD.match(term.word):
        yield f"calls a place “{term.word}”; a word for it is made of a-z"
    elif not _OPTION.match(term.option):
        yield f"names a place by “{term.option}”; an option is two hyphens and a word of a-z, 0-9 and -"
    elif term.option in (*HOST_OPTIONS, *TERMINAL_OPTIONS):
        yield f"may not name a place by {term.option}: every command has it already"


def check_events(plugin: Any) -> Iterator[str]:
    """Each event has a tag of the plugin's own, and a sentence that its records can fill."""
    for event in plugin.events:
        wrong = find_mismatch(event, Event)
        if wrong:
            yield f"declares an event whose {wrong.removeprefix('.')}"
        else:
            yield from (f"declares the event “{event.tag}”, {fault}" for fault in _event_faults(plugin, event))
    tags = [event.tag for event in plugin.events if isinstance(event.tag, str)]
    yield from (f"declares the event “{tag}” twice" for tag in _twice(tags))


def _event_faults(plugin: Any, event: Event) -> Iterator[str]:
    sources = (plugin.name, plugin.place_term.word)
    if not _TAG.match(event.tag):
        yield "whose tag is not source:subject:action, each of a-z, 0-9, - and _"
    elif event.tag.partition(":")[0] not in sources:
        yield f"whose tag does not begin with {' or '.join(f'{source}:' for source in dict.fromkeys(sources))}"
    elif event.tag in {*Tag, *EARLIER_TAGS}:
        yield "which is a tag of b24bot itself"
    for name in (name for name in event.facts if not _FACT.match(name) or name in (*COMPUTED, "reason")):
        yield f"which may not have the fact {name}: take another name, of a-z and _"
    for words, known in ((event.sentence, "place"), *((words, "value") for words in event.facts.values())):
        if words is not None and words.arguments not in ({}, {known: known}):
            yield f"whose message {words.key} may have no argument but {known}={known!r}"


def check_settings(plugin: Any) -> Iterator[str]:
    """Each of its settings is declared once, by a name that an environment can hold."""
    for row in plugin.settings:
        wrong = find_mismatch(row, Setting)
        if wrong:
            yield f"declares a setting whose {wrong.removeprefix('.')}"
        elif not _VARIABLE.match(row.name):
            yield f"declares the setting “{row.name}”; a name is made of A-Z, 0-9 and _"
    yield from (f"declares the setting {name} twice" for name in _twice(row.name for row in plugin.settings))


def check_paths(plugin: Any) -> Iterator[str]:
    """Each of its commands has a path of its own."""
    yield from (f"declares the command “{path}” twice" for path in _twice(one.path for one in _commands(plugin)))


def check_arguments(plugin: Any) -> Iterator[str]:
    """Each argument is described by values of the declared types, and no option is one that every command has."""
    for command in _commands(plugin):
        for parameter in command.parameters:
            wrong = find_mismatch(parameter.arg, Arg)
            if wrong:
                yield f"describes the argument “{parameter.name}” of “{command.path}” wrongly: {wrong}"
            if parameter.flag and parameter.option in (plugin.place_term.option, *HOST_OPTIONS, *TERMINAL_OPTIONS):
                yield f"may not have {parameter.option} in “{command.path}”: every command has it already"


def check_secrets(plugin: Any) -> Iterator[str]:
    """Each secret is asked for in the terminal: one among the typed words would stand in the record and in Slack."""
    for command in _commands(plugin):
        for parameter in command.parameters:
            if parameter.arg.secret and not command.terminal:
                yield (
                    f"has the secret “{parameter.name}” in “{command.path}”: declare the command with terminal=True, "
                    "for a secret is asked for in the terminal only"
                )
            elif parameter.arg.secret and (not parameter.flag or parameter.switch):
                yield (
                    f"has the secret “{parameter.name}” of “{command.path}” among the typed words: put it behind * in "
                    "the signature, with a type other than bool"
                )


def check_examples(plugin: Any) -> Iterator[str]:
    """Examples are texts."""
    for command in _commands(plugin):
        if not all(isinstance(example, str) for example in command.examples):
            yield f"has examples of “{command.path}” that are not all texts"


def check_risks(plugin: Any) -> Iterator[str]:
    """What takes effect without anybody's decision is the host's, and what is about all places only reads."""
    for command in _commands(plugin):
        if not isinstance(command.risk, Risk):
            yield f"gives “{command.path}” the risk {command.risk!r}, which is no Risk"
        elif command.risk in _OF_THE_HOST:
            yield f"gives “{command.path}” the risk {command.risk}, which only commands of b24bot itself have"
        elif command.everywhere and command.risk is not Risk.READ:
            yield f"declares “{command.path}” everywhere, and what is about all places can only read"


def check_readers(plugin: Any) -> Iterator[str]:
    """A command that only reads returns no plan."""
    for command in _commands(plugin):
        reads = command.risk is Risk.READ or command.terminal
        answers = set(get_args(command.returns) or (command.returns,))
        if reads and Plan in answers and answers <= {Plan, Nothing}:
            kind = "belongs to the terminal" if command.terminal else "only reads"
            yield f"declares that “{command.path}” returns a plan, but it {kind}"


CHECKS: Sequence[Callable[[Any], Iterator[str]]] = (
    check_api,
    check_members,
    check_signatures,
    check_name,
    check_values,
    check_place_term,
    check_events,
    check_settings,
    check_paths,
    check_arguments,
    check_secrets,
    check_examples,
    check_risks,
    check_readers,
)
"""In their order: what a plugin is first, then what it declares."""


def settings_of(plugins: Iterable[Plugin], taken: Iterable[str]) -> list[Setting]:
    """The settings of all plugins; `taken` are the host's own names. Raises ConfigurationError naming both owners."""
    owners = dict.fromkeys(taken, HOST)
    rows: list[Setting] = []
    for plugin in plugins:
        for row in plugin.settings:
            if row.name in owners:
                owner = HOST if owners[row.name] == HOST else f"the plugin “{owners[row.name]}”"
                raise _wrong(plugin.name, f"may not declare the setting {row.name}: it is a setting of {owner}")
            owners[row.name] = plugin.name
            rows.append(row)
    return rows


def _commands(plugin: Any) -> Iterator[AnyCommand]:
    return (command for group in plugin.groups for command in group)


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]


def _wrong(name: str, what: str) -> ConfigurationError:
    return ConfigurationError(f"The plugin “{name}” {what}.", hint=SEE)


def _takes(member: object, declared: object) -> bool:
    """Whether it can be called with as many arguments as the protocol's member, without its `self`."""
    if not callable(member) or not callable(declared):
        return False
    try:
        inspect.signature(member).bind(*list(inspect.signature(declared).parameters)[1:])
    except (TypeError, ValueError):
        return False
    return True


def _parameters(declared: object) -> str:
    names = list(inspect.signature(declared).parameters)[1:] if callable(declared) else []
    return f"({', '.join(names)})"
