"""The edge to a plugin: whatever it raises, or returns, that the protocol does not allow is a fault of the plugin.

It is told as such, by the plugin's name and with a reference to the log, and never as a fault of the bot.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

from bot.clock import incident_id
from bot.core.bot_errors import PluginFault, StoreUnavailable
from bot.core.change.outcome import PLUGIN_FAILED
from bot.core.parsing.typed_line import AnyCommand
from bot.core.redaction.sanitizer import sanitize, sanitize_text
from bot.host.hosted_plugin import HostedPlugin
from bot.host.value_types import find_mismatch
from bot.language.translation import translate
from bot.plugin import (
    Answer,
    BadArgument,
    Call,
    CallOutcome,
    CallVerdict,
    Event,
    Group,
    HasHealth,
    HasMeasurements,
    HasOverviewButtons,
    HasOverviewLists,
    HasRoutes,
    HasStoredMethods,
    HasUnfinishedPlaces,
    Measurement,
    Message,
    Nothing,
    Observation,
    OverviewButton,
    OverviewList,
    Parameter,
    Place,
    PlaceHealth,
    PlaceTerm,
    Plan,
    Plugin,
    PluginError,
    Reply,
    Services,
    Setting,
    Settling,
    Simulation,
    Text,
    UnfinishedPlace,
    WebRoute,
)
from bot.plugin.message import fill_message

log = logging.getLogger("b24bot.plugin")
MOST_KNOWN = 100
MOST_MEASUREMENTS = 1_000
_MEASUREMENT = re.compile(r"\A[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
NOTHING: Mapping[str, Text] = {}


STARTED = Message("host.fault.start", plugin="plugin", incident="incident")
MAINTAINED = Message("host.fault.maintain", plugin="plugin", incident="incident")
MEASURED = Message("host.fault.measure", plugin="plugin", incident="incident")
TOLD_HEALTH = Message("host.fault.health", plugin="plugin", incident="incident")
CLOSED = Message("host.fault.close", plugin="plugin", incident="incident")
NAMED_PLACES = Message("host.fault.places", plugin="plugin", incident="incident")
OPENED = Message("host.fault.open", plugin="plugin", incident="incident", place="place")
CALLED = Message("host.fault.call", plugin="plugin", incident="incident", method="method")
VERIFIED = Message("host.fault.verify", plugin="plugin", incident="incident", target="target")
RAN_COMMAND = Message("host.fault.command", plugin="plugin", incident="incident", command="command")
CHECKED_WORDS = Message("host.fault.words", plugin="plugin", incident="incident", command="command")
READ_ARGUMENT = Message(
    "host.fault.argument", plugin="plugin", incident="incident", argument="argument", command="command"
)
LISTED_VALUES = Message(
    "host.fault.values", plugin="plugin", incident="incident", argument="argument", command="command"
)
"""What a plugin did when it failed, each with the names of its arguments."""


@contextmanager
def blame_plugin(plugin: str, failed: Message, *, known: dict[str, str] | None = None, **about: Text) -> Iterator[None]:
    """Turn whatever is raised inside, other than a PluginError, into a PluginFault that names the plugin.

    `failed` is one of the messages above, and `about` has its arguments beside plugin and reference. The trace goes to
    the log; that of a fault in `known`, which came before, is not written again.
    """
    try:
        yield
    except PluginError:
        raise
    # Whatever it is, for it is a stranger's code; one that calls sys.exit() must not end the bot either.
    except (Exception, SystemExit) as error:
        raise _fault(plugin, failed, error, known, about) from error


def _fault(
    plugin: str,
    failed: Message,
    error: BaseException,
    known: dict[str, str] | None = None,
    about: Mapping[str, Text] = NOTHING,
) -> PluginFault:
    known = {} if known is None else known
    key = f"{failed.key} {list(map(translate, about.values()))}: {type(error).__name__}: {error}"
    before = known.get(key)
    incident = before or incident_id()
    more = {"action": "plugin_fault", "incident": incident}
    sentence = fill_message(failed, {**about, "plugin": plugin, "incident": incident})
    log.error("%s", sentence, exc_info=not before, extra=more)
    if len(known) >= MOST_KNOWN:
        known.clear()
    known[key] = incident
    return PluginFault(sentence, hint=Message("host.fault.hint"))


def require_type(value: Any, kind: Any) -> Any:
    """Return the value if it is of that type, to the last part.

    Raises TypeError, for `blame_plugin` to make a sentence of.

    It is used as `kind` declares it, and what is not would break the bot where it is stored or shown.
    """
    wrong = find_mismatch(value, kind)
    if wrong is None:
        return value
    if not wrong.path:
        raise TypeError(f"it returned {str(wrong).removeprefix('is ')}")
    raise TypeError(f"it returned a {type(value).__name__} whose {str(wrong).removeprefix('.')}")


def require_answer(value: Any, data: Any = None) -> Answer:
    """Return the answer of a command if all of it is of the declared types, and each row has a cell for each column.

    `data` is the type that the command declares for the data of a Reply, if it does. A Nothing may have none.

    Raises TypeError or ValueError, for `blame_plugin` to make a sentence of.
    """
    answer: Answer = require_type(value, Answer)
    wrong = None
    if data is not None and (isinstance(answer, Reply) or (isinstance(answer, Nothing) and answer.data is not None)):
        wrong = find_mismatch(answer.data, data)
    if wrong:
        raise TypeError(f"it returned a {type(answer).__name__} whose data {wrong}")
    table = answer.table if isinstance(answer, Reply) else None
    for number, row in enumerate(table.rows if table else ()):
        if table and len(row) != len(table.columns):
            cells = f"table.rows[{number}] has {len(row)} cells, and table.columns has {len(table.columns)}"
            raise ValueError(f"it returned a Reply whose {cells}")
    return answer


def require_measurements(value: Any) -> Sequence[Measurement]:
    """Return the measurements if each can be a series of its own.

    Raises TypeError or ValueError, for `blame_plugin` to make a sentence of.
    """
    measured = tuple(require_type(value, Sequence[Measurement]))
    if len(measured) > MOST_MEASUREMENTS:
        raise ValueError(f"it measured {len(measured)} numbers, and {MOST_MEASUREMENTS} are the most")
    for one in measured:
        if not _MEASUREMENT.match(one.name):
            raise ValueError(f"it measured {one.name!r}, which is no name for a metric")
    if len({(one.name, one.place) for one in measured}) < len(measured):
        raise ValueError("it measured a number of one place twice")
    return measured


def guard_command(plugin: str, command: AnyCommand) -> AnyCommand:
    """The command with readers of its arguments that raise nothing but BadArgument, and faults of the plugin."""
    return replace(command, parameters=tuple(_guard_parameter(plugin, command, each) for each in command.parameters))


def _guard_parameter(plugin: str, command: AnyCommand, parameter: Parameter) -> Parameter:
    read = parameter.arg.parse
    if read is str:
        return parameter

    def parse(word: str) -> Any:
        with blame_plugin(plugin, READ_ARGUMENT, argument=parameter.named, command=command.path):
            try:
                return read(word)
            except ValueError:
                # As `int` and `UUID` say that a word is none of theirs.
                kind = parameter.arg.label or parameter.name
                raise BadArgument(Message("host.argument.unreadable", word=word, kind=kind)) from None

    return replace(parameter, arg=replace(parameter.arg, parse=parse))


class GuardedPlugin(HostedPlugin):
    """A plugin as the host calls it: the protocol holds, whatever the plugin does."""

    def __init__(self, plugin: Plugin) -> None:
        self.plugin = plugin
        self._known: dict[str, str] = {}
        """Faults by what was raised, with their references: some things are asked every few seconds."""

    def _blame(self, failed: Message, **about: Text) -> AbstractContextManager[None]:
        return blame_plugin(self.name, failed, known=self._known, **about)

    @property
    def api(self) -> int:
        return self.plugin.api

    @property
    def name(self) -> str:
        return self.plugin.name

    @property
    def settings(self) -> Sequence[Setting]:
        return self.plugin.settings

    @property
    def groups(self) -> Iterable[Group[Any]]:
        return self.plugin.groups

    @property
    def settling(self) -> Settling:
        return self.plugin.settling

    @property
    def place_term(self) -> PlaceTerm:
        return self.plugin.place_term

    @property
    def events(self) -> Sequence[Event]:
        return self.plugin.events

    @property
    def simulators(self) -> Mapping[str, Callable[[int], Simulation]]:
        return self.plugin.simulators

    @property
    def routes(self) -> Sequence[WebRoute]:
        return tuple(self.plugin.routes) if isinstance(self.plugin, HasRoutes) else ()

    @property
    def stored_methods(self) -> Sequence[str]:
        return tuple(self.plugin.stored_methods) if isinstance(self.plugin, HasStoredMethods) else ()

    def start(self, services: Services) -> None:
        with self._blame(STARTED):
            self.plugin.start(services)

    def maintain(self, services: Services) -> float | None:
        with self._blame(MAINTAINED):
            wait: float | None = require_type(self.plugin.maintain(services), float | None)
            if wait is not None and wait < 0:
                raise ValueError(f"it returned {wait}, which is no time to wait")
            return wait

    def measure(self, services: Services) -> Sequence[Measurement] | None:
        if not isinstance(self.plugin, HasMeasurements):
            return None
        with self._blame(MEASURED):
            return require_measurements(self.plugin.measure(services))

    @property
    def overview_buttons(self) -> Sequence[OverviewButton]:
        return tuple(self.plugin.overview_buttons) if isinstance(self.plugin, HasOverviewButtons) else ()

    @property
    def overview_lists(self) -> Sequence[OverviewList]:
        return tuple(self.plugin.overview_lists) if isinstance(self.plugin, HasOverviewLists) else ()

    def tell_health(self, services: Services) -> Sequence[PlaceHealth]:
        if not isinstance(self.plugin, HasHealth):
            return ()
        with self._blame(TOLD_HEALTH):
            told = require_type(tuple(self.plugin.tell_health(services)), tuple[PlaceHealth, ...])
            return [replace(each, says=sanitize(each.says)) for each in told]

    def close(self) -> None:
        """A plugin that cannot let go keeps nobody else from it; the log has why."""
        try:
            self.plugin.close()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the edge to a plugin; the process ends anyway
            _fault(self.name, CLOSED, error)

    def places(self, services: Services) -> Sequence[Place]:
        with self._blame(NAMED_PLACES):
            return [_checked_place(place) for place in self.plugin.places(services)]

    def unfinished_places(self, services: Services) -> Sequence[UnfinishedPlace]:
        if not isinstance(self.plugin, HasUnfinishedPlaces):
            return ()
        with self._blame(NAMED_PLACES):
            told = require_type(tuple(self.plugin.unfinished_places(services)), tuple[UnfinishedPlace, ...])
            return [sanitize(each) for each in told]

    def open(self, services: Services, place: Place) -> Any:
        with self._blame(OPENED, place=place.name):
            return self.plugin.open(services, place)

    def perform(self, services: Services, place: Place, call: Call) -> CallOutcome:
        """Make one changing call. A plugin that fails in it may have sent it: that outcome is unknown."""
        try:
            with self._blame(CALLED, method=call.method):
                outcome: CallOutcome = require_type(self.plugin.perform(services, place, call), CallOutcome)
                return outcome
        except StoreUnavailable:
            raise
        except PluginError as error:
            sentence = Message("host.fault.perhaps_sent", fault=error.sentence)
            return CallOutcome(verdict=CallVerdict.UNKNOWN, sentence=sentence, code=PLUGIN_FAILED)

    def verify(self, services: Services, place: Place, plan: Plan) -> Observation:
        """What is true of the plan's target, in labels that the plan has: another one would pass for a change."""
        with self._blame(VERIFIED, target=plan.target):
            seen = dict(require_type(self.plugin.verify(services, place, plan), Observation))
            unknown = sorted(set(sanitize(seen)) - {*plan.before, *plan.wanted})
            if unknown:
                raise ValueError(f"verify returned labels that the plan does not have: {', '.join(unknown)}")
            return seen


def guard_plugin(plugin: Plugin) -> HostedPlugin:
    """The plugin as the rooms of the host know it: behind a guard, unless it is one of the host's own."""
    return plugin if isinstance(plugin, HostedPlugin) else GuardedPlugin(plugin)


def _checked_place(place: object) -> Place:
    """The place, with a label and a mark that can be stored and shown; its identity stays exact."""
    checked: Place = require_type(place, Place)
    return replace(checked, label=sanitize_text(checked.label), mark=sanitize_text(checked.mark))
